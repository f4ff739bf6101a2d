"""What it would take: every smallest set of changes, against trying them all and against a solver."""

from __future__ import annotations

from itertools import combinations, product
from random import Random

import pytest
import z3
from test_agree_z3 import _answer

from sekisho.base import Place, TroubleError
from sekisho.decide import combine
from sekisho.ir import FALSE, All, Constraint, Kind, Origin, Outcome, Test, Timeline
from sekisho.reason.take import Freedom, Puzzle
from sekisho.reason.whole import OPEN, Whole
from sekisho.testing.books import STATES, Shape, random_day, random_library, random_values

SMALL = Shape(facts=5, judgements=2, readings=1, instruments=3, rules=6)
WANTED = (Outcome.FREE, Outcome.MAY_BE_PERMITTED)
STORIES = {
    "2023-04-19": {"no": ("jp-weapons", "jp-licensed-to-licensor"), "elsewhere": False},
    "2024-03-27": {"no": ("jp-weapons",), "elsewhere": True},
    "2026-02-20": {"no": ("jp-weapons",), "elsewhere": True},
    "2026-11-21": {"no": (), "elsewhere": True},
}


def trial(number):
    rng = Random(f"take/{number}")
    library = random_library(rng, SMALL)
    law = Timeline(library).law(STATES[0], random_day(rng, library, STATES[0]))
    values = random_values(rng, library, law.variables, unknown=0.0, open_=0.5)
    return library, law, values


def outcome(library, law, values):
    return combine.let(combine.explore(law, values.__getitem__, library.vars))


def by_trying(library, law, values, names, most, never=FALSE):
    """Every minimal set of changes, by trying all sets in the order of their size; `never` cannot be."""
    found = []
    for size in range(most + 1):
        for chosen in combinations(names, size):
            for row in product(*([v for v in domain(library, n) if v != now(values, n)] for n in chosen)):
                steps = frozenset(zip(chosen, row, strict=True))
                if any(small <= steps for small in found):
                    continue
                changed = {**values, **{n: None if v == OPEN else v for n, v in steps}}
                if not combine.holds(never, changed.__getitem__) and outcome(library, law, changed) in WANTED:
                    found.append(steps)
    return set(found)


def _atoms(chosen, library):
    return lambda var, value: chosen[var] == library.vars[var].domain.index(value)


def domain(library, name):
    var = library.vars[name]
    return (*var.domain, OPEN) if var.kind is Kind.JUDGEMENT else var.domain


def now(values, name):
    value = values[name]
    return OPEN if value is None else "*" if value == "ZZZ" else value


def solved(library, law, values, most=2):
    whole = Whole(library.vars, [law])
    free = [whole.level[name] for name in law.variables]
    puzzle = Puzzle(whole, whole.function(law), values.get, free, WANTED)
    return {
        frozenset((whole.points[level].name, whole.points[level].values[at]) for level, at in steps)
        for steps in puzzle.ways(most)
    }


def test_every_smallest_set_is_found_and_nothing_else():
    helped = 0
    for number in range(60):
        library, law, values = trial(number)
        expected = by_trying(library, law, values, law.variables, 2)
        assert solved(library, law, values) == expected, number
        helped += bool(expected) and frozenset() not in expected
    assert helped > 10


def test_a_solver_finds_no_smaller_change():
    compared = 0
    for number in range(60, 100):
        library, law, values = trial(number)
        if any(value is None for value in values.values()):
            continue  # open judgements need more than one query
        found = solved(library, law, values, 3)
        solver = z3.Solver()
        chosen = {name: z3.Int(name) for name in law.variables}
        for name, each in chosen.items():
            solver.add(each >= 0, each < len(library.vars[name].domain))
        answer = _answer(law, _atoms(chosen, library))
        solver.add(answer <= 2)
        changed = [each != library.vars[n].domain.index(now(values, n)) for n, each in chosen.items()]
        least = min(map(len, found), default=None)
        open_steps = {steps for steps in found if any(value == OPEN for _, value in steps)}
        for most in range(4):
            solver.push()
            solver.add(z3.AtMost(*changed, most) if changed else z3.BoolVal(True))
            possible = solver.check() == z3.sat
            solver.pop()
            if possible:
                assert least is not None
                assert least <= most
            elif least is not None and not open_steps:
                assert least > most
        compared += 1
    assert compared > 5


def test_unknown_facts_must_work_out_either_way_or_be_established(desk):
    case = desk.case(exporter="JPN", recipient="AUS", item={"arms": True, "weapon": False, "form": "finished"},
                     date="2022-06-01")  # fmt: skip
    taken = desk.take(case)
    assert taken.outcome is Outcome.UNDETERMINED
    assert any(step.before is None for card in taken.cards for step in card.way.steps)


@pytest.mark.parametrize("day", STORIES)
def test_patriots_for_ukraine_tell_a_story_of_their_own_on_each_day(desk, day):
    case = desk.case(exporter="JPN", recipient="UKR", item="patriot-pac3", date=day)
    taken = desk.take(case)
    gained = {rule.name for card in taken.cards for rule in card.gained}
    assert taken.outcome is Outcome.PROHIBITED
    assert not gained & set(STORIES[day]["no"])
    assert ("USA" in taken.elsewhere) is STORIES[day]["elsewhere"]
    for card in (*taken.cards, *taken.another_item):
        assert desk.decide(card.case).outcome in taken.wanted, card.way


def test_the_four_stories_differ(desk):
    def story(day):
        case = desk.case(exporter="JPN", recipient="UKR", item="patriot-pac3", date=day)
        taken = desk.take(case)
        ways = {tuple((s.var, s.after) for s in card.way.steps) for card in taken.cards}
        return ways, {card.way.proposal for card in taken.proposals if not card.way.steps}, taken

    stories = {day: story(day) for day in STORIES}
    first, second, third, last = (stories[day] for day in STORIES)
    agreement = (("agreement-state", ("true",)),)
    assert agreement in last[0]
    assert not any(agreement in each[0] for each in (first, second, third))
    assert first[1] == {"jp-2022-invaded-weapons"}
    assert "jp-2023-invaded-weapons" in second[1]
    assert "jp-2025-invaded-weapons" in third[1] - second[1]
    assert "jp-2026-agreement-with-ukraine" in last[1] - third[1]
    card = next(c for c in last[2].cards if [s.var for s in c.way.steps] == ["agreement-state"])
    assert card.way.who == ("governments",)
    assert "jp-weapons" in {rule.name for rule in card.gained}
    assert "jp-weapons-need-agreement" in {rule.name for rule in card.fallen}
    assert any(("special-circumstances", "true") in findings for findings in card.subject_to)
    gift = {("weapon", "false"), ("stock", "state-surplus")}
    assert any(gift <= {(s.var, s.after[0]) for s in card.way.steps} for card in first[2].another_item)


def test_what_is_fixed_stays_and_contradictions_are_told(desk):
    case = desk.case(exporter="JPN", recipient="UKR", item="patriot-pac3", date="2026-11-21")
    only = desk.take(case, fix=["parties", "authority", "legislator"], proposals=False, another_item=False)
    assert {step.who for card in only.cards for step in card.way.steps} == {"governments"}
    nothing = desk.take(
        case, fix=["parties", "authority", "governments", "legislator", "item", "recipient"], proposals=False
    )
    assert nothing.helpless
    assert "jp-weapons-need-agreement" in nothing.stuck
    with pytest.raises(TroubleError, match="both stay and change"):
        desk.take(case, fix=["form"], free=["form"])
    with pytest.raises(TroubleError, match="agreement-state"):
        desk.take(case, fix=["agrement-state"])
    with pytest.raises(TroubleError, match="undetermined"):
        desk.take(case, "undetermined")


def test_a_law_that_is_not_encoded_is_told(desk):
    case = desk.case(exporter="BRA", recipient="UKR", item="patriot-pac3", date="2026-11-21")
    with pytest.raises(TroubleError, match="not encoded"):
        desk.take(case)


def test_a_case_that_is_already_there_needs_nothing(desk):
    case = desk.case(exporter="JPN", recipient="USA", item="patriot-pac3", date="2024-03-27")
    assert desk.take(case).cards == ()
    stronger = desk.take(case, "prohibited", at_most=1, proposals=False)
    assert stronger.cards
    for card in stronger.cards:
        assert desk.decide(card.case).outcome is Outcome.PROHIBITED


def test_relaxation_names_the_bars_that_would_have_to_fall(desk):
    case = desk.case(exporter="JPN", recipient="UKR", item="patriot-pac3", date="2026-11-21")
    assert [rule.name for rule in desk.take(case).relaxation.bars] == ["jp-weapons-need-agreement"]
    earlier = desk.take(desk.case(exporter="JPN", recipient="UKR", item="patriot-pac3", date="2024-03-27"))
    assert earlier.relaxation.lists == ("jp-guidelines",)
    near = {rule.name: steps for rule, steps in earlier.relaxation.nearest}
    assert [step.var for step in near["jp-licensed-to-licensor"]] == ["licensor"]


def test_precedents_are_documented_cases(desk):
    case = desk.case(exporter="JPN", recipient="UKR", item={"arms": True, "weapon": False, "form": "finished",
                     "production": "indigenous", "purpose": ["protection"]}, date="2022-06-01")  # fmt: skip
    cards = desk.take(case).cards
    assert any(card.precedent and card.precedent.rule == "jp-ukraine-grant" for card in cards)


def test_a_case_that_two_rules_would_cover_is_no_precedent_of_either(desk):
    case = next(each for each in desk.documented if each.id == "2022-masks-suits-drones-ukraine")
    bases = {basis.name for basis in desk.decide(case).basis}
    assert {"jp-five-purposes", "jp-ukraine-grant"} <= bases
    for name in ("jp-five-purposes", "jp-ukraine-grant"):
        assert case.id not in [each.id for each in desk.inquiry.precedents[name]]


def test_freedom_leaves_what_nobody_can_change(desk):
    whole = desk.inquiry.whole("JPN")
    names = {whole.points[level].name for level in Freedom().levels(whole, desk.library)}
    assert "weapon" not in names
    assert "recipient" not in names
    assert "agreement-state" in names
    wider = {whole.points[level].name for level in Freedom(free=("item",)).levels(whole, desk.library)}
    assert "weapon" in wider


def test_what_cannot_be_is_no_way_and_fewest_are_the_first_of_all():
    """With a constraint, against trying everything; what may as well stay is left out without losing a set."""
    helped = learned = 0
    for number in range(100, 180):
        library, law, values = trial(number)
        pool = [name for name in law.variables if library.vars[name].domain == ("false", "true")]
        pool = [name for name in pool if library.vars[name].kind is Kind.FACT]
        if len(pool) < 2:
            continue
        never = All((Test(pool[0], ("true",)), Test(pool[1], ("false",))))
        if combine.holds(never, values.__getitem__):
            continue
        whole = Whole(library.vars, [law], [Constraint("never", (), "", never, Origin(Place("x.md")))])
        free = [whole.level[name] for name in law.variables]
        puzzle = Puzzle(whole, whole.function(law), values.get, free, WANTED)
        found = {
            frozenset((whole.points[level].name, whole.points[level].values[at]) for level, at in steps)
            for steps in puzzle.ways(2)
        }
        assert found == by_trying(library, law, values, law.variables, 2, never), number
        again = [Puzzle(whole, whole.function(law), values.get, free, WANTED) for _ in range(5)]
        assert set(again[-1].ways(2)) == set(puzzle.ways(2))
        learned += again[-1].reduced != puzzle.reduced
        least = min(map(len, found), default=None)
        assert len(puzzle.ways(2, smallest=True)) == sum(len(steps) == least for steps in found)
        helped += bool(found) and frozenset() not in found
    assert helped > 5
    assert learned > 5
