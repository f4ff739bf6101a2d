"""The order of rules, scopes and instruments never matters."""

from __future__ import annotations

from hypothesis import given

from sekisho.testing import LARGE, Comparison, Trial, chances, shuffled, trials


@given(trials(LARGE), chances())
def test_order_of_rules_and_instruments_never_matters(trial, rng):
    other = Trial(shuffled(rng, trial.library), trial.state, trial.day, trial.values)
    one = Comparison(trial.law(), trial.library).settle(trial.values)
    two = Comparison(other.law(), other.library).settle(trial.values)
    assert one.outcomes == two.outcomes
    assert set(one.turns_on) == set(two.turns_on)
    assert set(one.leaves) == set(two.leaves)


@given(trials(LARGE), chances())
def test_order_never_matters_for_what_becomes_of_a_rule(trial, rng):
    other = Trial(shuffled(rng, trial.library), trial.state, trial.day, trial.values)

    def fates(each):
        argument = Comparison(each.law(), each.library).argue(each.values)
        return {
            proof.part.instrument.name: (
                proof.answer,
                proof.silent,
                proof.by_default,
                {rule.rule.name: (rule.status, frozenset(rule.by)) for rule in proof.rules},
                {passage.name for passage in proof.unmodelled},
            )
            for proof in argument
        }

    assert fates(trial) == fates(other)
