"""The smallest sets of findings are enough, and each of them needs every finding in it."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest
from hypothesis import given

from sekisho.cases import Finding
from sekisho.ir import Kind, Outcome
from sekisho.testing import LARGE, Comparison, random_case, random_desk, trials


def _complete(trial):
    """The valuation with every unknown fact settled somehow, and the open judgements."""
    vars = trial.library.vars
    known = {
        name: vars[name].domain[0] if value is None and vars[name].kind is Kind.FACT else value
        for name, value in trial.values.items()
    }
    return known, [name for name, value in known.items() if value is None]


@given(trials(LARGE))
def test_a_set_of_findings_is_enough_and_needs_each_of_them(trial):
    known, open_ = _complete(trial)
    compare = Comparison(trial.law(), trial.library)
    (leaf,) = compare.settle(known).leaves
    for findings in leaf.subject_to:
        assert {name for name, _ in findings} <= set(open_)
        (found,) = compare.settle({**known, **dict(findings)}).leaves
        assert max(found.reachable) <= Outcome.MAY_BE_PERMITTED
        for one in findings:
            fewer = {**known, **dict(each for each in findings if each != one)}
            (short,) = compare.settle(fewer).leaves
            assert max(short.reachable) > Outcome.MAY_BE_PERMITTED


@given(trials(LARGE))
def test_no_set_of_findings_holds_another(trial):
    known, _ = _complete(trial)
    (leaf,) = Comparison(trial.law(), trial.library).settle(known).leaves
    sets = [set(each) for each in leaf.subject_to]
    assert not any(one < other for one in sets for other in sets)
    assert bool(sets) == (leaf.outcome <= Outcome.MAY_BE_PERMITTED)


@given(trials(LARGE))
def test_prohibited_means_that_no_finding_changes_it(trial):
    known, open_ = _complete(trial)
    compare = Comparison(trial.law(), trial.library)
    (leaf,) = compare.settle(known).leaves
    reached = set()
    for row in product(("false", "true"), repeat=len(open_)):
        (found,) = compare.settle({**known, **dict(zip(open_, row, strict=True))}).leaves
        assert len(found.reachable) == 1
        reached |= found.reachable
    assert reached == leaf.reachable
    if leaf.outcome is Outcome.PROHIBITED:
        assert reached == {Outcome.PROHIBITED}


@pytest.mark.parametrize("seed", range(80))
def test_findings_recorded_in_a_case_count_the_same(seed):
    """The same through the desk: the findings go into the case."""
    from dataclasses import replace

    rng = Random(seed)
    desk = random_desk(rng)
    case = random_case(rng, desk, unknown=0.0)
    decision = desk.decide(case)
    if len(decision.legs) != 1 or not decision.legs[0].law.encoded or len(decision.outcomes) != 1:
        return
    for findings in decision.legs[0].subject_to:
        recorded = {name: Finding(value == "true") for name, value in findings}
        after = desk.decide(replace(case, judgements={**case.judgements, **recorded}))
        assert after.outcome <= Outcome.MAY_BE_PERMITTED
        assert after.legs[0].subject_to == ((),)


def test_the_real_sets_of_findings_are_enough(desk, our_cases):
    from dataclasses import replace

    tried = 0
    for case in our_cases[::3]:
        decision = desk.decide(case)
        if decision.outcome is not Outcome.MAY_BE_PERMITTED or len(decision.legs) != 1:
            continue
        for findings in decision.legs[0].subject_to[:4]:
            recorded = {name: Finding(value == "true") for name, value in findings}
            after = desk.decide(replace(case, judgements={**case.judgements, **recorded}))
            assert after.outcome <= Outcome.MAY_BE_PERMITTED, case.id
            assert after.legs[0].subject_to == ((),), case.id
            tried += bool(findings)
    assert tried > 5
