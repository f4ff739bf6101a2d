"""The whole law as one function, its constraints, counts and covers: against the specification."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from sekisho.base import Place, TroubleError
from sekisho.decide import combine
from sekisho.ir import All, Constraint, Kind, Not, Origin, Test, Timeline
from sekisho.reason.cover import cover, cube_node, region
from sekisho.reason.diagram import FALSE, TRUE
from sekisho.reason.order import Sifter, formulas_together, side_by_side
from sekisho.reason.universe import Universe
from sekisho.reason.whole import OPEN, Whole, outcome_at
from sekisho.testing.books import STATES, Shape, random_day, random_formula, random_library

FEW = Shape(facts=3, judgements=2, readings=1, instruments=3, rules=5)


def law_of(number, shape=FEW):
    rng = Random(f"whole/{number}")
    library = random_library(rng, shape)
    timeline = Timeline(library)
    laws = [timeline.law(STATES[0], random_day(rng, library, STATES[0])) for _ in range(2)]
    return library, laws, rng


def rows(library, names):
    """Every valuation of the variables, judgements open included."""
    domains = [(*library.vars[n].domain, *((None,) if library.vars[n].kind is Kind.JUDGEMENT else ())) for n in names]
    for row in product(*domains):
        yield dict(zip(names, row, strict=True))


def node_at(whole, node, row):
    fixed = {name: OPEN if value is None else value for name, value in row.items()}
    return whole.evaluate(node, whole.fixed(fixed))


def test_the_function_says_what_the_specification_says_everywhere():
    asked = 0
    for number in range(60):
        library, laws, rng = law_of(number)
        whole = Whole(library.vars, laws)
        for law in laws:
            node = whole.function(law)
            every = list(rows(library, law.variables))
            for row in rng.sample(every, min(len(every), 40)):
                found = combine.explore(law, row.__getitem__, library.vars)
                assert outcome_at(node_at(whole, node, row)) is combine.let(found), (number, row)
                asked += 1
    assert asked > 2_000


def test_any_order_gives_the_same_function():
    for number in range(20):
        library, laws, rng = law_of(number)
        other = list(library.vars)
        rng.shuffle(other)
        one, two = Whole(library.vars, laws), Whole(library.vars, laws, order=other)
        every = list(rows(library, laws[0].variables))
        for row in rng.sample(every, min(len(every), 30)):
            assert node_at(one, one.function(laws[0]), row) == node_at(two, two.function(laws[0]), row)


def test_sifting_keeps_every_function_and_never_grows():
    for number in range(30):
        library, laws, _ = law_of(number)
        whole = Whole(library.vars, laws, order=sorted(library.vars))
        roots = [whole.function(law) for law in laws]
        sifter = Sifter(whole.diagram, roots, whole.order)
        before = len(sifter)
        order = sifter.sift()
        assert len(sifter) <= before
        assert sorted(order) == sorted(whole.order)
        again = Whole(library.vars, laws, order=order)
        assert len({n for law in laws for n in _nodes(again, again.function(law))}) == len(sifter)


def _nodes(whole, node):
    seen, stack = set(), [node]
    while stack:
        at = stack.pop()
        if at >= 16 and at not in seen:
            seen.add(at)
            stack.extend(whole.diagram.children[at])
    return seen


def test_related_variables_stand_side_by_side():
    order = side_by_side([("a", "z"), ("b", "y"), ("z", "c"), ("y", "d")])
    assert abs(order.index("a") - order.index("z")) <= 2
    assert formulas_together([]) == ()


def _claim(name, formula):
    return Constraint(name, (), "", formula, Origin(Place("x.md")))


def test_constraints_take_impossible_cases_out_of_every_count():
    library, laws, _ = law_of(3)
    never = _claim("never", All((Test("fact-a"), Not(Test("fact-b")))))
    whole = Whole(library.vars, laws, [never])
    universe = Universe(whole, library.readings).with_words(whole.function(laws[0]), whole.possible)
    declared, plausible = universe.size()
    assert plausible * 4 == declared * 3
    assert universe.counts(TRUE).plausible == plausible
    with pytest.raises(TroubleError, match="no case can be so"):
        Universe(whole, library.readings, {"fact-a": "true", "fact-b": "false"})
    with pytest.raises(TroubleError, match="fact-a"):
        Universe(whole, library.readings, {"fact-aa": "true"})


def test_counts_are_those_of_counting():
    for number in range(12):
        library, laws, _ = law_of(number)
        whole = Whole(library.vars, laws)
        node = whole.function(laws[0])
        universe = Universe(whole, library.readings).with_words(node)
        part = universe.part(node)
        counted = whole.count(part, universe.levels)
        seen = {}
        for row in product(*(range(len(whole.points[level].values)) for level in universe.levels)):
            end = whole.evaluate(part, dict(zip(universe.levels, row, strict=True)))
            seen[end] = seen.get(end, 0) + 1
        assert counted == seen


def test_a_cover_lies_between_its_bounds_and_a_region_is_exactly_its_set():
    several = 0
    for number in range(160):
        rng = Random(f"cover/{number}")
        library = random_library(rng, FEW)
        whole = Whole(library.vars, [])
        pool = [var for var in library.vars.values() if var.kind is Kind.FACT]
        lower, wider, care = (whole.condition(random_formula(rng, pool, 4)) for _ in range(3))
        upper = whole.diagram.either(lower, wider)
        cubes = cover(whole, lower, upper)
        union = FALSE
        for cube in cubes:
            union = whole.diagram.either(union, cube_node(whole, cube))
        assert whole.diagram.both(lower, whole.diagram.negate(union)) == FALSE
        assert whole.diagram.both(union, whole.diagram.negate(upper)) == FALSE
        said = region(whole, lower, care)
        assert whole.diagram.both(_said(whole, said), care) == whole.diagram.both(lower, care)
        several += len(cubes) > 1
    assert several > 20


def _said(whole, said):
    def literal(each):
        if each.among:
            node = FALSE
            for part in each.values:
                node = whole.diagram.either(node, whole.condition(Test(f"{each.var}:{part}")))
            return node
        return whole.condition(Test(each.var, each.values))

    def listed(conditions):
        node = FALSE
        for condition in conditions:
            inner = TRUE
            for each in condition:
                inner = whole.diagram.both(inner, literal(each))
            node = whole.diagram.either(node, inner)
        return node

    return whole.diagram.both(listed(said.when), whole.diagram.negate(listed(said.unless)))
