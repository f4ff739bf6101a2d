"""Properties: proved, or refuted with a case that breaks them."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from test_whole import law_of

from sekisho.base import FIRST_DAY, Day, Interval, Place, TroubleError
from sekisho.decide import combine
from sekisho.ir import TRUE, Kind, Origin, Outcome, Property, Test
from sekisho.reason.verify import verify
from sekisho.reason.whole import Whole

LET = (Outcome.MAY_BE_PERMITTED, Outcome.FREE)


def claim(form, outcomes, when=TRUE):
    days = Interval(FIRST_DAY)
    return Property("claim", form, outcomes, False, "AAA", days, when, (), Origin(Place("x.md")))


def holds_by_trying(library, law, each):
    names = [n for n in library.vars if library.vars[n].kind is Kind.FACT]
    defaults = {f"reading:{name}": r.default for name, r in library.readings.items()}
    for row in product(*(library.vars[name].domain for name in names)):
        values = {**dict.fromkeys(library.vars), **defaults, **dict(zip(names, row, strict=True))}
        given = combine.let(combine.explore(law, values.__getitem__, library.vars)) in each.outcomes
        meant = combine.holds(each.when, values.__getitem__)
        broken = {"never": meant and given, "always": meant and not given, "only": given and not meant,
                  "exactly": given is not meant}[each.form]  # fmt: skip
        if broken:
            return False
    return True


@pytest.mark.parametrize("form", ["never", "always", "only", "exactly"])
def test_a_verdict_is_that_of_trying_every_case(form):
    verdicts = set()
    for number in range(300, 308):
        library, (law, _), _ = law_of(number)
        small = [v for v in library.vars.values() if v.kind is Kind.FACT and v.name in law.variables]
        library = replace(library, vars={n: v for n, v in library.vars.items() if n in law.variables})
        whole = Whole(library.vars, [law])
        when = Test(small[0].name, small[0].domain[:1]) if small else TRUE
        each = claim(form, LET, when)
        verdict = verify(whole, each, [law], lambda _s, _d, law=law: law, library.readings)
        assert verdict.holds is holds_by_trying(library, law, each), number
        verdicts.add(verdict.holds)
        for broken in verdict.broken:
            assert 0 < broken.cases <= broken.of
    assert verdicts


def test_every_property_of_our_books_holds(desk):
    verdicts = desk.verify()
    assert len(verdicts) >= 25
    assert [v.property.name for v in verdicts if not v.holds] == []
    assert [v.property.name for v in verdicts if v.vacuous] == []
    assert {v.property.state for v in verdicts} >= {"JPN", "KOR", "international"}


def test_a_property_that_fails_shows_a_case_that_is_decided_so(desk):
    wrong = Property(
        "nothing-to-ukraine", "never", LET, False, "JPN", Interval(Day(2014, 4, 1)), Test("recipient", ("UKR",)), (),
        Origin(Place("x.md")),
    )  # fmt: skip
    (verdict,) = desk.inquiry.verify([wrong])
    assert not verdict.holds
    for broken in verdict.broken:
        case = desk.inquiry.witness(broken.witness, broken.days.first, "JPN")
        assert case.recipient == "UKR"
        assert desk.decide(case).outcome is broken.outcome
        assert broken.outcome in LET


def test_a_day_that_opened_something_else_is_told(desk):
    wrong = Property(
        "opened-nothing", "opened", (), True, "JPN", Interval(Day(2022, 3, 8), Day(2022, 3, 8)), TRUE, (),
        Origin(Place("x.md")),
    )  # fmt: skip
    (verdict,) = desk.inquiry.verify([wrong])
    (broken,) = verdict.broken
    assert (broken.before, broken.outcome) == (Outcome.PROHIBITED, Outcome.MAY_BE_PERMITTED)
    assert broken.witness["recipient"] == "UKR"


def test_an_unknown_property_or_law_is_told(desk):
    with pytest.raises(TroubleError, match="jp-2022-closed-nothing"):
        desk.verify(["jp-2022-closed-nothin"])
    other = Property("x", "never", LET, False, "BRA", Interval(FIRST_DAY), TRUE, (), Origin(Place("x.md")))
    with pytest.raises(TroubleError, match="not encoded"):
        desk.inquiry.verify([other])
