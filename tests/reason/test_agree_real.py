"""The same comparison on the real rulebooks, at cases spoilt a little at random."""

from __future__ import annotations

from random import Random

import pytest

from sekisho.cases import Situation, resolvers
from sekisho.ir import Kind
from sekisho.testing import Comparison

_OPEN_JUDGEMENTS = 3
_UNKNOWN_FACTS = 2


@pytest.fixture(scope="module")
def asked(desk, our_cases):
    """Every law that some case of ours asks, each with some of the cases, across states and days."""
    found = {}
    for case in our_cases:
        for leg in desk.decide(case).legs:
            found.setdefault(id(leg.law), (leg.law, []))[1].append((case, leg.state))
    return list(found.values())


def test_laws_of_several_states_and_days_are_compared(asked):
    states = {law.state for law, _ in asked}
    assert len(states) >= 3
    assert any(not law.encoded for law, _ in asked)
    assert len({law.days.first for law, _ in asked}) > 20


@pytest.mark.parametrize("share", range(4))
def test_the_real_books_agree(desk, asked, share):
    find = resolvers(desk.library, desk.registries)
    vars = desk.library.vars
    compared = 0
    for number, (law, cases) in enumerate(asked):
        if number % 4 != share:
            continue
        rng = Random(number)
        compare = Comparison(law, desk.library)
        for case, state in rng.sample(cases, min(2, len(cases))):
            situation = Situation(case, state, desk.library, desk.registries, find)
            values = {name: situation.value(name) for name in law.variables}
            _spoil(rng, values, vars)
            assert compare.differs(values) == "", (law.state, law.days, case.id, values)
            compared += 1
    assert compared > 20


def _spoil(rng, values, vars):
    """Another value here and there; few facts unknown and few judgements open, for the specification's sake."""
    for name in rng.sample(list(values), min(4, len(values))):
        if vars[name].kind is not Kind.READING:
            values[name] = rng.choice([value for value in vars[name].domain if value != "*"] or ["ZZZ"])
    for kind, most in ((Kind.FACT, _UNKNOWN_FACTS), (Kind.JUDGEMENT, _OPEN_JUDGEMENTS)):
        names = [name for name in values if vars[name].kind is kind]
        kept = set(rng.sample(names, min(most, len(names))))
        for name in names:
            if name in kept:
                values[name] = None
            elif values[name] is None:
                values[name] = rng.choice([value for value in vars[name].domain if value != "*"])
