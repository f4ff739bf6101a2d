"""An exception defeats what it names, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from sekisho.testing import LARGE, Comparison, Trial, trials


def _without(trial, name):
    instruments = tuple(
        replace(each, rules=tuple(rule for rule in each.rules if rule.name != name))
        for each in trial.library.instruments
    )
    return Trial(replace(trial.library, instruments=instruments), trial.state, trial.day, trial.values)


def _statuses(trial):
    argument = Comparison(trial.law(), trial.library).argue(trial.values)
    return {each.rule.name: each.status for proof in argument for each in proof.rules}


def _touched(law, name):
    """The rules that an exception can touch: what it names, what those except, and so on."""
    rules = {rule.name: rule for rule in law.rules}
    found, stack = set(), [name]
    while stack:
        for target in rules[stack.pop()].exception_to:
            if target in rules and target not in found:
                found.add(target)
                stack.append(target)
    return found


@given(trials(LARGE))
def test_an_exception_defeats_only_what_it_names(trial):
    law = trial.law()
    before = _statuses(trial)
    for rule in law.rules:
        # A rule that ends others is left alone: without it they would stand again.
        if not rule.exception_to or rule.replaces or rule.repeals:
            continue
        after = _statuses(_without(trial, rule.name))
        changed = {name for name in after if after[name] != before[name]}
        assert changed <= _touched(law, rule.name)


@given(trials(LARGE))
def test_what_is_defeated_names_a_standing_exception_to_it(trial):
    law = trial.law()
    argument = Comparison(law, trial.library).argue(trial.values)
    proofs = {each.rule.name: each for proof in argument for each in proof.rules}
    for name, proof in proofs.items():
        exceptions = {each.name for each in law.exceptions[name]}
        assert set(proof.by) <= exceptions
        standing = {each for each in exceptions if proofs[each].status == "stands"}
        if proof.status == "defeated":
            assert set(proof.by) == standing != set()
        elif proof.status in ("stands", "open"):
            assert not standing
            assert set(proof.by) == {each for each in exceptions if proofs[each].status == "open"}
        if proof.status == "stands":
            assert not proof.by


@given(trials(LARGE))
def test_a_rule_that_fails_says_why(trial):
    from sekisho.decide import breaking

    for proof in Comparison(trial.law(), trial.library).argue(trial.values):
        for each in proof.rules:
            if each.status == "fails":
                assert breaking(each.step).truth is False
            else:
                assert each.step.truth is not False
