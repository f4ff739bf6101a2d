"""The next question: fewest expected questions, and nothing asked that cannot matter."""

from __future__ import annotations

from random import Random

from sekisho.ir import Kind, Outcome, Timeline
from sekisho.reason import States, compile_law, settle
from sekisho.reason.questions import Remaining, interview
from sekisho.testing.books import STATES, Shape, random_day, random_library, random_values

SHAPE = Shape(facts=4, judgements=2, readings=1, instruments=2, rules=5)


def trial(number):
    rng = Random(f"ask/{number}")
    library = random_library(rng, SHAPE)
    law = Timeline(library).law(STATES[0], random_day(rng, library, STATES[0]))
    values = random_values(rng, library, law.variables, unknown=0.7, open_=0.5)
    states = States(compile_law(law, library))
    return library, law, states, values


def test_what_matters_is_what_the_answer_turns_on():
    settled = open_ = 0
    for number in range(80):
        library, _, states, values = trial(number)
        root = states.root()
        found = settle(states, root, values.get)
        asked = interview(states, root, values.get)
        assert asked.outcomes == found.outcomes
        turning = {library.vars[name].term for name in found.turns_on}
        assert {library.vars[v].term if v in library.vars else v for v in asked.matter} == turning
        assert (asked.next is None) is (not turning)
        assert not turning & set(asked.idle)
        settled += asked.next is None
        open_ += asked.next is not None
    assert settled > 5
    assert open_ > 15


def shortest(rest, node):
    """The fewest expected questions, by trying every order; no memo, no bounds."""
    if node < 16:
        return 0.0
    best = 99.0
    for levels in rest.terms(node).values():
        parts = [shortest(rest, left) for _, left in rest.after(node, levels)]
        best = min(best, 1 + sum(parts) / len(parts))
    return best


def test_no_order_of_questions_needs_fewer():
    compared = 0
    for number in range(60):
        _, _, states, values = trial(number)
        root = states.root()
        asked = interview(states, root, values.get)
        if asked.next is None or len(asked.matter) > 3:
            continue
        assert asked.next.optimal
        rest = Remaining(states, root, values.get)
        assert abs(asked.next.expected - shortest(rest, rest.root)) < 1e-9
        compared += 1
    assert compared > 10


def test_asking_to_the_end_settles_the_outcome(desk):
    case = desk.case(exporter="JPN", recipient="AUS", date="2024-06-01")
    asked = desk.interview(case)
    assert asked.next is not None
    assert len(asked.outcomes) > 1
    assert asked.next.reason
    assert set(asked.matter).isdisjoint(asked.idle)
    patriot = desk.case(exporter="JPN", recipient="PRK", item="patriot-pac3", date="2024-06-01")
    assert desk.interview(patriot).next is None
    assert desk.interview(patriot).outcomes == {Outcome.PROHIBITED}


def test_judgements_are_never_asked_for(desk):
    case = desk.case(exporter="JPN", recipient="AUS", date="2024-06-01")
    judgements = {v.term for v in desk.library.vars.values() if v.kind is Kind.JUDGEMENT}
    assert judgements.isdisjoint(desk.interview(case).matter)
