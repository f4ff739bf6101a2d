"""Operations of the diagram and counts over it, against all valuations; and the bound."""

from __future__ import annotations

from collections import Counter
from itertools import product
from random import Random

import pytest

from sekisho.base import TroubleError
from sekisho.ir import All, Kind, Test, Var
from sekisho.reason import diagram as diagrams
from sekisho.reason.count import differing, ends, overlap
from sekisho.reason.diagram import FALSE, TRUE, Diagram
from sekisho.reason.whole import Whole

SIZES = (2, 3, 2, 4, 2)
ROWS = list(product(*map(range, SIZES)))


def at(diagram, node, row):
    while diagram.children[node]:
        node = diagram.children[node][row[diagram.level[node]]]
    return node


def made(diagram, rng, values=(FALSE, TRUE), level=0):
    """A random function."""
    if level == len(SIZES) or rng.random() < 0.15:
        return rng.choice(values)
    return diagram.node(level, tuple(made(diagram, rng, values, level + 1) for _ in range(SIZES[level])))


def table(diagram, node):
    return [at(diagram, node, row) for row in ROWS]


@pytest.mark.parametrize("number", range(25))
def test_operations_are_those_of_their_values(number):
    rng = Random(f"diagram/{number}")
    diagram = Diagram(SIZES)
    a, b = made(diagram, rng), made(diagram, rng)
    f, g = made(diagram, rng, (3, 4, 6)), made(diagram, rng, (3, 5, 6))
    pairs = list(zip(table(diagram, a), table(diagram, b), strict=True))
    outcomes = list(zip(table(diagram, f), table(diagram, g), strict=True))
    assert table(diagram, diagram.both(a, b)) == [x & y for x, y in pairs]
    assert table(diagram, diagram.either(a, b)) == [x | y for x, y in pairs]
    assert table(diagram, diagram.minus(a, b)) == [x & ~y for x, y in pairs]
    assert diagram.minus(a, b) == diagram.both(a, diagram.negate(b))
    assert table(diagram, diagram.greatest(6, f, g)) == [max(pair) for pair in outcomes]
    chosen = [then if c else other for c, (then, other) in zip(table(diagram, a), outcomes, strict=True)]
    assert table(diagram, diagram.choose(a, f, g)) == chosen
    fixed = {1: rng.randrange(3), 3: rng.randrange(4)}
    kept = [at(diagram, f, [fixed.get(i, value) for i, value in enumerate(row)]) for row in ROWS]
    assert table(diagram, diagram.restrict(f, fixed)) == kept
    assert diagram.meets(a, b) is any(x & y for x, y in pairs)
    assert diagram.within(a, b) is all(x <= y for x, y in pairs)
    assert diagram.within(a, b) is (diagram.minus(a, b) == FALSE)
    for end in (3, 4, 6):
        led = [x == end and bool(y) for x, y in zip(table(diagram, f), table(diagram, b), strict=True)]
        assert diagram.reaches(f, frozenset((end,)), b) is any(led)
    other = Diagram(SIZES)
    assert table(other, other.read(diagram.write(f))) == table(diagram, f)


@pytest.mark.parametrize("number", range(25))
def test_counts_are_those_of_counting(number):
    rng = Random(f"count/{number}")
    diagram = Diagram(SIZES)
    a, b = made(diagram, rng), made(diagram, rng)
    f, g = made(diagram, rng, (0, 3, 4)), made(diagram, rng, (0, 3, 5))
    rows = list(zip(table(diagram, f), table(diagram, g), strict=True))
    assert ends(diagram, f, len(ROWS)) == {x: sum(x == y for y, _ in rows) for x in {y for y, _ in rows}}
    apart = [(pair, can_be) for pair, can_be in zip(rows, table(diagram, a), strict=True) if pair[0] != pair[1]]
    if a != FALSE:
        every, inside = differing(diagram, f, g, a, len(ROWS))
        assert every == Counter(pair for pair, _ in apart)
        assert inside == Counter(pair for pair, can_be in apart if can_be)
    both = zip(table(diagram, a), table(diagram, b), strict=True)
    assert overlap(diagram, a, b, len(ROWS)) == sum(x & y for x, y in both)


def apart(whole):
    """That no two facts of the same number hold together."""
    node = TRUE
    for i in range(20):
        node = whole.diagram.minus(node, whole.condition(All((Test(f"a{i:02}"), Test(f"b{i:02}")))))
    return node


def test_a_diagram_that_would_explode_is_given_up_with_a_clear_trouble(monkeypatch):
    """Two rows of facts, all of the one asked before all of the other: two to the power of their number."""
    monkeypatch.setattr(diagrams, "MAX_NODES", 5_000)
    vars = {name: Var(name, Kind.FACT, name) for row in "ab" for i in range(20) for name in [f"{row}{i:02}"]}
    whole = Whole(vars, [], order=sorted(vars))
    with pytest.raises(TroubleError) as caught:
        apart(whole)
    (trouble,) = caught.value.troubles
    assert trouble.code == "SK501"
    assert "5,000" in trouble.headline
    assert trouble.help
    near = Whole(vars, [], order=sorted(vars, key=lambda name: name[1:]))
    node = apart(near)
    assert near.diagram.size(node) < 60


def test_a_law_over_a_thousand_facts_needs_no_deep_stack():
    names = [f"f{i:04}" for i in range(1200)]
    vars = {name: Var(name, Kind.FACT, name) for name in names}
    whole = Whole(vars, [], order=names)
    node = whole.condition(All(tuple(Test(name) for name in names)))
    some = whole.diagram.either(node, whole.condition(Test(names[-1])))
    assert whole.count(some, range(len(names)))[TRUE] == 2**1199
    assert overlap(whole.diagram, node, some, 2**1200) == 1
