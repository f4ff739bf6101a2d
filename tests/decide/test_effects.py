"""Within an instrument the stronger effect wins; its default decides where no rule does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from sekisho.base import Day, Interval, Place, Support
from sekisho.ir import TRUE, Cite, Effect, Origin, Outcome, Rule
from sekisho.testing import LARGE, Comparison, Trial, trials

STRENGTH = (Effect.EXEMPT, Effect.PERMIT, Effect.PRESUME_DENIAL, Effect.PROHIBIT)


def always(effect, instrument, name="added"):
    """A rule that always applies and that nothing defeats."""
    cites = (Cite("text", "1", Support.OFFICIAL),)
    stated = Interval(Day(1950, 1, 1))
    return Rule(name, instrument, effect, (), None, (), (), (), (), cites, stated, TRUE, (), "", Origin(Place("a.md")))


def adding(trial, part, rule):
    """The same trial with one rule more in an instrument."""
    instruments = tuple(
        replace(each, rules=(*each.rules, rule)) if each.name == part else each for each in trial.library.instruments
    )
    return Trial(replace(trial.library, instruments=instruments), trial.state, trial.day, trial.values)


def proofs(trial):
    argument = Comparison(trial.law(), trial.library).argue(trial.values)
    return {proof.part.instrument.name: proof for proof in argument}


@given(trials(LARGE))
def test_a_prohibition_beats_a_permission(trial):
    barred = [
        name
        for name, proof in proofs(trial).items()
        if proof.scope.truth
        and any(each.rule.effect is Effect.PROHIBIT and each.status == "stands" for each in proof.rules)
    ]
    for name in barred:
        for effect in (Effect.PERMIT, Effect.EXEMPT, Effect.PRESUME_DENIAL):
            proof = proofs(adding(trial, name, always(effect, name)))[name]
            assert proof.silent or proof.answer in (Outcome.PROHIBITED, None)
            if not proof.silent and proofs(trial)[name].answer is not None:
                assert proof.answer is Outcome.PROHIBITED


@given(trials(LARGE))
def test_a_prohibition_that_always_applies_prohibits(trial):
    law = trial.law()
    for part in law.instruments:
        if part.scope == TRUE and not part.instrument.yields_to:
            other = adding(trial, part.instrument.name, always(Effect.PROHIBIT, part.instrument.name))
            settled = Comparison(other.law(), other.library).settle(trial.values)
            assert settled.outcomes == {Outcome.PROHIBITED}


@given(trials(LARGE))
def test_the_strongest_standing_effect_is_what_an_instrument_says(trial):
    for proof in proofs(trial).values():
        if proof.answer is None:
            continue
        standing = [each.rule.effect for each in proof.rules if each.status == "stands" and each.rule.effect.outcome]
        if standing:
            assert proof.answer is max(standing, key=STRENGTH.index).outcome
            assert not proof.by_default
        else:
            assert proof.by_default
            assert proof.answer is proof.part.instrument.default


@pytest.mark.parametrize("effect", [Effect.REQUIRE, Effect.LIFT, Effect.CLAIM_CONSENT])
def test_these_effects_never_decide(effect):
    assert effect.outcome is None


@given(trials(LARGE))
def test_a_rule_that_decides_nothing_changes_nothing(trial):
    before = Comparison(trial.law(), trial.library).settle(trial.values)
    for part in trial.law().instruments:
        other = adding(trial, part.instrument.name, always(Effect.CLAIM_CONSENT, part.instrument.name))
        after = Comparison(other.law(), other.library).settle(trial.values)
        assert (after.outcomes, after.turns_on, after.leaves) == (before.outcomes, before.turns_on, before.leaves)
