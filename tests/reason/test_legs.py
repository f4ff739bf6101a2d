"""What it would take under several laws at once, against trying every set of changes."""

from __future__ import annotations

from itertools import combinations, product
from random import Random

import pytest

from sekisho.base import TroubleError
from sekisho.decide import combine
from sekisho.ir import INTERNATIONAL, Kind, Outcome, Timeline
from sekisho.reason.legs import Asked, named, own_words, together
from sekisho.reason.take import Puzzle
from sekisho.reason.whole import OPEN, Whole
from sekisho.testing.books import STATES, Shape, random_day, random_library, random_values

WHOSE = (STATES[0], INTERNATIONAL)
SMALL = Shape(facts=5, judgements=1, readings=1, instruments=3, rules=6)
WANTED = (Outcome.FREE, Outcome.MAY_BE_PERMITTED)
ONWARD = {"act": "re-transfer", "recipient": "UKR", "supplier": "JPN", "item": "patriot-pac3"}
BARRED = {"special-circumstances": {"by": "nsc", "date": "2023-12-22", "found": False}}
FIGHTING = {**BARRED, "in-combat": {"by": "jp-government", "date": "2026-05-01", "found": True}}


def trial(number, unknown=0.0):
    rng = Random(f"legs/{number}")
    library = random_library(rng, SMALL)
    timeline = Timeline(library)
    laws = [timeline.law(state, random_day(rng, library, STATES[0])) for state in (STATES[0], rng.choice(WHOSE))]
    names = list(dict.fromkeys((*laws[0].variables, *laws[1].variables)))
    values = random_values(rng, library, names, unknown=unknown, open_=0.5)
    return library, laws, names, values


def outcomes(library, law, values):
    return combine.outcomes(law, values.__getitem__, library.vars)


def domain(library, name):
    var = library.vars[name]
    return (*var.domain, OPEN) if var.kind is Kind.JUDGEMENT else var.domain


def now(library, values, name):
    value = values[name]
    if value is None:
        return OPEN if library.vars[name].kind is Kind.JUDGEMENT else None
    return value if value in library.vars[name].domain else "*"


def by_trying(library, laws, values, names, most=2):
    """Every minimal set of changes after which every law is satisfied, by trying all in the order of their size."""
    found = []
    for size in range(most + 1):
        for chosen in combinations(names, size):
            rows = ([v for v in domain(library, n) if v != now(library, values, n)] for n in chosen)
            for row in product(*rows):
                steps = frozenset(zip(chosen, row, strict=True))
                if any(small <= steps for small in found):
                    continue
                changed = {**values, **{n: None if v == OPEN else v for n, v in steps}}
                if all(outcomes(library, law, changed) <= set(WANTED) for law in laws):
                    found.append(steps)
    return set(found)


def solved(library, laws, values, names, held=()):
    asked = [
        Asked(state, law, Whole(library.vars, [law]), values.get, owed=False)
        for state, law in zip(STATES, laws, strict=False)
    ]
    puzzle = together(asked, library, set(names) - set(held), held, WANTED)
    points = puzzle.whole.points
    return {
        frozenset((points[level].name.partition("@")[0], points[level].values[at]) for level, at in steps)
        for steps in puzzle.ways(2)
    }


def test_every_smallest_set_for_two_laws_is_found_and_nothing_else():
    helped = 0
    for number in range(60):
        library, laws, names, values = trial(number)
        if set(names) & own_words(library) or not all(law.encoded for law in laws):
            continue
        expected = by_trying(library, laws, values, names)
        assert solved(library, laws, values, names) == expected, number
        helped += bool(expected) and frozenset() not in expected
    assert helped > 5


def test_what_is_held_is_never_established_and_the_rest_is_found():
    unlike = 0
    for number in range(60):
        library, laws, names, values = trial(number, unknown=0.4)
        if set(names) & own_words(library) or not all(law.encoded for law in laws):
            continue
        held = [n for n in names if values[n] is None and library.vars[n].kind is Kind.FACT]
        free = [name for name in names if name not in held]
        expected = by_trying(library, laws, values, free)
        assert solved(library, laws, values, names, held) == expected, number
        whole = Whole(library.vars, [laws[0]])
        levels, kept = ({whole.level[name] for name in each} for each in (free, held))
        alone = Puzzle(whole, whole.function(laws[0]), values.get, levels, WANTED, kept)
        assert not any(level in kept for steps in alone.ways(2) for level, _ in steps)
        unlike += bool(held)
    assert unlike > 10


def test_a_consent_and_the_holders_law_are_satisfied_together(desk):
    case = desk.case(exporter="KOR", date="2026-11-21", judgements=FIGHTING, **{**ONWARD, "recipient": "THA"})
    taken = desk.take(case, another_item=False, elsewhere=False)
    assert taken.states == ("KOR", "JPN")
    assert taken.others == ("USA",)  # the licensor, whose law is not encoded
    assert taken.outcome is Outcome.PROHIBITED
    sets = {tuple((step.var, step.law) for step in card.way.steps) for card in taken.cards}
    assert (("special-circumstances", ""),) in sets
    assert (("in-combat", "JPN"),) in sets
    alone = {state: desk.take(case, law=state, another_item=False, elsewhere=False) for state in taken.states}
    assert alone["KOR"].outcome is Outcome.MAY_BE_PERMITTED
    assert alone["KOR"].states == ("KOR",)
    for card in taken.cards:
        if not any(step.law or step.before is None for step in card.way.steps):
            legs = {leg.state: leg for leg in desk.decide(card.case).legs}
            assert all(legs[state].outcome in taken.wanted for state in taken.states), card.way


def test_a_holder_whose_law_is_not_encoded_does_not_silence_the_supplier(desk):
    case = desk.case(exporter="USA", date="2024-03-10", judgements=BARRED, **ONWARD)
    taken = desk.take(case, another_item=False, elsewhere=False)
    assert (taken.states, taken.others, taken.outcome) == (("JPN",), ("USA",), Outcome.PROHIBITED)
    assert any([step.var for step in card.way.steps] == ["special-circumstances"] for card in taken.cards)
    with pytest.raises(TroubleError, match="not encoded"):
        desk.take(case, law="USA")
    with pytest.raises(TroubleError, match="not asked in this case"):
        desk.take(case, law="KOR")


def test_a_step_says_of_whose_law_it_speaks(desk):
    case = desk.case(exporter="KOR", date="2026-11-21", judgements=BARRED, **ONWARD)
    step = next(s for card in desk.take(case).cards for s in card.way.steps if s.law)
    assert named(step) == step
    assert step.law in ("KOR", "JPN")
    assert "@" not in step.var


def test_a_fact_that_is_fixed_is_not_established(desk):
    case = desk.case(exporter="JPN", recipient="UKR", item="patriot-pac3", date="2026-11-21")
    free, fixed = (
        {step.var for card in desk.take(case, fix=fix, another_item=False, elsewhere=False).cards for step in card.way.steps}
        for fix in ((), ("consumable-ammunition", "information-security-partner"))
    )  # fmt: skip
    assert "consumable-ammunition" in free
    assert "consumable-ammunition" not in fixed
