"""The next question: fewest expected questions, and nothing asked that cannot matter."""

from __future__ import annotations

from random import Random

from sekisho.ir import Kind, Outcome, Timeline
from sekisho.reason import States, compile_law, settle
from sekisho.reason.questions import Remaining, interview
from sekisho.reason.whole import Whole
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
        library, law, states, values = trial(number)
        found = settle(states, states.root(), values.get)
        whole = Whole(library.vars, [law])
        asked = interview(whole, whole.function(law), values.get, encoded=law.encoded)
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
        library, law, _, values = trial(number)
        whole = Whole(library.vars, [law])
        asked = interview(whole, whole.function(law), values.get)
        if asked.next is None or len(asked.matter) > 3:
            continue
        assert asked.next.optimal
        rest = Remaining(whole, whole.function(law), values.get)
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


def test_the_first_question_about_an_empty_case_comes_at_once(desk):
    import time

    empty = {"classes": "unknown", "stock": "unknown", "programme": "unknown", "production": "unknown"}
    case = desk.case(
        exporter="JPN", date="2024-06-01", item={"licensors": "unknown", "partners": "unknown", **empty},
        under="unknown", end_user="unknown", consideration="unknown", assurances="unknown",
    )  # fmt: skip
    desk.interview(case)
    start = time.perf_counter()
    asked = desk.interview(case)
    assert time.perf_counter() - start < 1.0
    assert asked.next is not None
    assert not asked.next.optimal
    assert len(asked.matter) > 10


def test_the_information_of_a_question_is_what_its_answers_tell(desk):
    from sekisho.reason.questions import _doubt

    case = desk.case(exporter="JPN", recipient="AUS", date="2024-06-01", under="unknown", end_user="unknown")
    whole = desk.inquiry.whole("JPN")
    rest = Remaining(whole, whole.function(desk.law("JPN", "2024-06-01")), desk.outlook(case, "JPN").values.__getitem__)
    gains = rest.gains()
    assert set(gains) == set(whole.support(rest.root))
    for level, gain in gains.items():
        left = [_doubt(rest.spread(node)) for _, node in rest.after(rest.root, [level])]
        assert abs(_doubt(rest.spread(rest.root)) - sum(left) / len(left) - gain) < 1e-9
