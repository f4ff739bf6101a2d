"""A third opinion: the meaning of random laws written for a solver, by hand and independently.

Unknown facts are variables of the solver. Open judgements are tried one by one, since the question
whether some finding helps whatever the facts are is not one for a single query.
"""

from __future__ import annotations

from itertools import product
from random import Random

import pytest
import z3

from sekisho.ir import All, AnyOf, Const, Kind, Named, Not, Outcome, Test
from sekisho.testing import Comparison, random_trials


def _formula(formula, atom):
    match formula:
        case Const(value):
            return z3.BoolVal(value)
        case Test(var, values):
            return z3.Or([atom(var, value) for value in values])
        case Not(part):
            return z3.Not(_formula(part, atom))
        case Named(_, part):
            return _formula(part, atom)
        case All(parts):
            return z3.And([_formula(part, atom) for part in parts])
        case AnyOf(parts):
            return z3.Or([_formula(part, atom) for part in parts])


def _answer(law, atom):
    """The answer of the law as an integer, 0 where no instrument speaks."""
    rules = {rule.name: rule for part in law.instruments for rule in part.rules}

    def stands(rule):
        over = [each for each in rules.values() if rule.name in each.exception_to]
        return z3.And(_formula(rule.when, atom), *[z3.Not(stands(each)) for each in over])

    said, decides = {}, {}
    for part in law.instruments:
        name = part.instrument.name
        scope = z3.Or([_formula(each.when, atom) for each in part.scopes])
        answer = z3.IntVal(int(part.instrument.default))
        for outcome in (1, 2, 3, 4):
            own = [stands(rule) for rule in part.rules if rule.effect.outcome == outcome]
            answer = z3.If(z3.Or(own), z3.IntVal(outcome), answer)
        deciding = [stands(rule) for rule in part.rules if rule.effect.outcome]
        said[name] = z3.If(scope, answer, z3.IntVal(0))
        decides[name] = z3.And(scope, z3.Or(deciding))
    total = z3.IntVal(0)
    for part in law.instruments:
        over = [decides[other] for other in part.instrument.yields_to if other in decides]
        own = z3.If(z3.Or(over), z3.IntVal(0), said[part.instrument.name])
        total = z3.If(own > total, own, total)
    return z3.If(total == 0, z3.IntVal(1), total)


def _outcomes(trial, law):
    vars = trial.library.vars
    solver = z3.Solver()
    unknown = {}
    for name in law.variables:
        if trial.values[name] is None and vars[name].kind is Kind.FACT:
            choice = unknown[name] = z3.Int(name)
            solver.add(choice >= 0, choice < len(vars[name].domain))
    open_ = [n for n in law.variables if trial.values[n] is None and vars[n].kind is Kind.JUDGEMENT]
    answers = []
    for row in product(("false", "true"), repeat=len(open_)):
        found = dict(zip(open_, row, strict=True))

        def atom(var, value, found=found):
            if var in unknown:
                return unknown[var] == vars[var].domain.index(value)
            return z3.BoolVal(found.get(var, trial.values.get(var)) == value)

        answers.append(_answer(law, atom))
    weakest = answers[0]
    for answer in answers[1:]:
        weakest = z3.If(answer < weakest, answer, weakest)
    all_free = z3.And([answer == 1 for answer in answers])
    let = z3.If(all_free, z3.IntVal(1), z3.If(weakest < 2, z3.IntVal(2), weakest))
    reached = {each for each in (1, 2, 3, 4) if solver.check(let == each) == z3.sat}
    if not law.encoded:
        reached = {each for each in (1, 2, 3, 4) if each >= min(reached)}
    return frozenset(Outcome(each) for each in reached)


@pytest.mark.parametrize("share", range(4))
def test_a_solver_comes_to_the_same_outcomes(share):
    several = 0
    for number in range(40):
        every = random_trials(Random(f"z3/{share}/{number}"))
        law = every[0].law()
        compare = Comparison(law, every[0].library)
        for trial in every[:3]:
            settled = compare.settle(trial.values)
            assert settled.outcomes == _outcomes(trial, law), trial.show()
            several += len(settled.outcomes) > 1
    assert several > 10
