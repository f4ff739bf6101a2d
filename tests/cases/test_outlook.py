"""An outlook, put together from what was looked up for other cases, says what the resolvers say."""

from __future__ import annotations

import random
from dataclasses import replace

from sekisho.base import Day
from sekisho.cases import Outlooks, resolvers


def test_an_outlook_has_the_values_of_the_resolvers(desk, our_cases) -> None:
    rnd = random.Random(20261121)
    ask = resolvers(desk.library, desk.registries)
    outlooks = Outlooks(desk.library, desk.registries, ask)
    cases = rnd.sample(our_cases, 120)
    for case in [*cases, *(replace(case, date=any_day(rnd), facts_on=None) for case in cases)]:
        known_on = rnd.choice((None, None, any_day(rnd)))
        asked = replace(case, known_on=known_on, recipient=rnd.choice(cases).recipient)
        state = rnd.choice((asked.exporter, "JPN", "KOR"))
        values = outlooks.of(asked, state).values
        assert values == {name: resolver(asked, state) for name, resolver in ask.items()}


def test_cases_that_look_the_same_share_an_outlook(desk, our_cases) -> None:
    case = next(each for each in our_cases if each.id == "patriot-to-ukraine")
    outlooks = Outlooks(desk.library, desk.registries, resolvers(desk.library, desk.registries))
    assert outlooks.of(case, "JPN") is outlooks.of(replace(case, id="another", sources=()), "JPN")
    assert outlooks.of(case, "JPN") is not outlooks.of(case, "KOR")


def test_what_is_shared_never_crosses_grounds(desk, our_cases) -> None:
    """Two cases with the same values on two days give grounds that name their own day."""
    case = next(each for each in our_cases if each.id == "patriot-to-ukraine")
    one, other = (desk.decide(replace(case, date=Day(2025, 12, day))) for day in (10, 20))
    name = next(v for v in one.legs[0].law.variables if one.legs[0].ground(v).kind == "registry")
    assert "2025-12-10" in one.legs[0].ground(name).says
    assert "2025-12-20" in other.legs[0].ground(name).says


def any_day(rnd: random.Random) -> Day:
    return Day(rnd.randint(1967, 2026), rnd.randint(1, 12), rnd.randint(1, 28))
