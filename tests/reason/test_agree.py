"""`reason` and the argument mean what the specification (`decide/combine.py`) says, on random laws.

The long run of the same comparison is `python -m sekisho.testing agree --cases 1000000`.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given

from sekisho.base import Day
from sekisho.cases import UNKNOWN, Situation, resolvers
from sekisho.decide import combine
from sekisho.ir import FALSE, TRUE, Effect, Outcome, Test
from sekisho.testing import (
    LARGE,
    Comparison,
    Shape,
    Trial,
    agree,
    random_case,
    random_desk,
    random_trials,
    shrink,
    trials,
)


def _show(found):
    return "\n\n".join(f"{each.number}: {each.said}\n{each.smallest.show()}" for each in found.mismatches)


@pytest.mark.parametrize("seed", range(4))
def test_ten_thousand_random_cases_agree(seed):
    found = agree(2500, seed=seed)
    assert not found.mismatches, _show(found)


def test_wider_rulebooks_agree():
    found = agree(300, seed=11, shape=Shape(facts=5, judgements=3, readings=2, instruments=4, rules=9, depth=3))
    assert not found.mismatches, _show(found)


def test_random_rulebooks_are_as_nasty_as_they_should_be():
    seen = set()
    for seed in range(300):
        trial = random_trials(Random(seed))[0]
        law = trial.law()
        if not law.encoded:
            seen.add("not encoded")
        seen |= {rule.effect for rule in law.rules}
        for part in law.instruments:
            seen.add(part.instrument.default)
            names = {other.instrument.name for other in law.instruments}
            seen |= {"yields"} if names & set(part.instrument.yields_to) else set()
            seen |= {"scope"} if part.scope not in (TRUE, FALSE) else set()
        for rules in law.exceptions.values():
            for rule in rules:
                seen.add("exception")
                seen |= {"exception to an exception"} if law.exceptions[rule.name] else set()
    assert seen >= {*Effect, Outcome.PROHIBITED, Outcome.MAY_BE_PERMITTED, Outcome.FREE}
    assert seen >= {"not encoded", "yields", "scope", "exception", "exception to an exception"}


@given(trials())
def test_any_trial_agrees(trial):
    assert Comparison(trial.law(), trial.library).differs(trial.values) == ""


def test_a_mismatch_is_made_small():
    """The shrinker finds the one rule that matters."""

    def fails(trial: Trial) -> bool:
        return any(rule.effect is Effect.PROHIBIT for rule in trial.law().rules)

    big = next(trial for seed in range(50) if fails(trial := random_trials(Random(seed), LARGE)[0]))
    small = shrink(big, fails)
    assert len(small.library.rules) == 1
    assert small.library.rules[0].when == TRUE
    assert "prohibit" in small.show()


def test_the_specification_reads_known_values_only():
    law = random_trials(Random(1))[0].law()
    asked = set()

    def values(name):
        asked.add(name)
        return "false"

    combine.answer(law, values)
    assert asked <= set(law.variables)


@pytest.mark.parametrize("seed", range(60))
def test_the_desk_says_what_the_specification_says(seed):
    """The whole path from a case to its outcome: fields, facts, findings, readings, one leg."""
    rng = Random(seed)
    desk = random_desk(rng, Shape(facts=3))
    find = resolvers(desk.library, desk.registries)
    for _ in range(8):
        case = random_case(rng, desk, unknown=0.2)
        for leg in desk.decide(case).legs:
            values = Situation(case, leg.state, desk.library, desk.registries, find).value
            assert leg.outcomes == combine.outcomes(leg.law, values, desk.library.vars)
            assert set(leg.turns_on) == combine.turns_on(leg.law, values, desk.library.vars)
        decision = desk.decide(case)
        assert desk.outcome(case) is decision.outcome
        if len(decision.legs) == 1 and case.act not in ("re-transfer", UNKNOWN):
            assert decision.outcomes == decision.legs[0].outcomes
        if len(decision.legs) == 1 and case.act == "re-transfer" and case.supplier == "unknown" and not case.law:
            assert decision.outcomes == combine.widened(set(decision.legs[0].outcomes))


# What the comparison has found, kept as small books


def _book(law, *rules, default=Outcome.FREE, scope=TRUE, yields_to=()):
    from sekisho.base import Interval, Place, Support
    from sekisho.ir import Cite, Instrument, Origin, Rule, Scope

    cites, stated, origin = (Cite("text", "1", Support.OFFICIAL),), Interval(Day(2000, 1, 1)), Origin(Place("a.md"))
    made = tuple(
        Rule(f"{law}-{i}", law, effect, (), None, (), (), (), (), cites, stated, when, (), "", origin)
        for i, (effect, when) in enumerate(rules)
    )
    scopes = (Scope(f"{law}-scope", cites, stated, scope, origin),)
    return Instrument(law, law, "AAA", "statute", default, yields_to, scopes, made, (), origin)


def _trial(*instruments, **values):
    from dataclasses import replace

    library = replace(random_trials(Random(0))[0].library, instruments=instruments)
    known = {name.replace("_", "-"): value for name, value in values.items()}
    return Trial(library, "AAA", Day(2010, 1, 1), known)


def test_a_silent_instrument_stays_silent_while_another_listens_to_it():
    """The second yields to the first and is silent; the third yields to the second all the same."""
    trial = _trial(
        _book("first", (Effect.PERMIT, TRUE)),
        _book("second", (Effect.PROHIBIT, Test("fact-a")), yields_to=("first",)),
        _book("third", (Effect.PROHIBIT, TRUE), yields_to=("second",)),
        fact_a=None,
    )
    compare = Comparison(trial.law(), trial.library)
    assert compare.differs(trial.values) == ""
    assert compare.settle({"fact-a": "true"}).outcome is Outcome.MAY_BE_PERMITTED
    assert compare.settle({"fact-a": "false"}).outcome is Outcome.PROHIBITED


def test_what_is_free_is_subject_to_nothing():
    trial = _trial(_book("only", (Effect.EXEMPT, TRUE)))
    (leaf,) = Comparison(trial.law(), trial.library).settle({}).leaves
    assert leaf.outcome is Outcome.FREE
    assert leaf.subject_to == ((),)


def test_sets_of_findings_stand_by_size_and_then_by_name():
    trial = _trial(
        _book("first", (Effect.PERMIT, TRUE), (Effect.PROHIBIT, Test("judgement-b")), scope=Test("judgement-a")),
        _book("second", (Effect.PERMIT, Test("judgement-c")), default=Outcome.PROHIBITED, yields_to=("first",)),
    )
    (leaf,) = Comparison(trial.law(), trial.library).settle({}).leaves
    names = [tuple(name for name, _ in each) for each in leaf.subject_to]
    assert names == sorted(names, key=lambda each: (len(each), each))
    assert len(names) == 3
