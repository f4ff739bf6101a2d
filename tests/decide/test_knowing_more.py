"""Knowing more never turns a determined outcome into another."""

from __future__ import annotations

from hypothesis import given

from sekisho.ir import Kind, Outcome
from sekisho.testing import LARGE, Comparison, trials


def _unknown(trial, kind=Kind.FACT):
    vars = trial.library.vars
    return [name for name, value in trial.values.items() if value is None and vars[name].kind is kind]


@given(trials(LARGE))
def test_knowing_more_never_turns_a_determined_outcome_into_another(trial):
    compare = Comparison(trial.law(), trial.library)
    before = compare.settle(trial.values)
    for name in _unknown(trial):
        every = set()
        for value in trial.library.vars[name].domain:
            after = compare.settle({**trial.values, name: value})
            assert after.outcomes <= before.outcomes
            if before.outcome is not Outcome.UNDETERMINED:
                assert after.outcome is before.outcome
            assert set(after.turns_on) <= set(before.turns_on) - {name}
            every |= after.outcomes
        assert every == before.outcomes


@given(trials(LARGE))
def test_a_fact_on_which_nothing_turns_changes_nothing(trial):
    compare = Comparison(trial.law(), trial.library)
    before = compare.settle(trial.values)
    for name in set(_unknown(trial)) - set(before.turns_on):
        for value in trial.library.vars[name].domain:
            assert compare.settle({**trial.values, name: value}).outcomes == before.outcomes


@given(trials(LARGE))
def test_what_an_outcome_turns_on_is_unknown(trial):
    settled = Comparison(trial.law(), trial.library).settle(trial.values)
    assert set(settled.turns_on) <= set(_unknown(trial))
    if trial.law().encoded:
        assert bool(settled.turns_on) == (settled.outcome is Outcome.UNDETERMINED)


@given(trials(LARGE))
def test_an_open_judgement_makes_no_outcome_undetermined(trial):
    known = {
        name: trial.library.vars[name].domain[0] if value is None and name in _unknown(trial) else value
        for name, value in trial.values.items()
    }
    law = trial.law()
    settled = Comparison(law, trial.library).settle(known)
    assert len(settled.leaves) == 1
    if law.encoded:
        assert settled.outcome is not Outcome.UNDETERMINED
