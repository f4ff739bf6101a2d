"""A set of cases in few readable words: when it holds, and unless what.

A set such as *what the revision opened* is mostly a short condition from which every bar in the book
is subtracted. Written as alternatives alone it would need a line for each combination of bars that
are absent. So it is said in two short lists: `when` (alternatives, of which one must hold) and
`unless` (alternatives, of which none may hold). Together they are exactly the set, wherever no
constraint is broken. Both lists come from irredundant covers (Minato's and Morreale's method,
carried over to variables of many values), widened and thinned out; they are near the smallest, and
not promised to be the smallest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sekisho.base import Trouble, TroubleError
from sekisho.reason.diagram import FALSE, TERMINALS, TRUE
from sekisho.reason.whole import Whole

Cube = Mapping[int, frozenset[int]]
"""For some levels, the positions of which one must be taken."""

_MAX_CUBES = 600
_DECREASING = ("false", "true")


@dataclass(frozen=True, slots=True)
class Literal:
    """One condition on one variable: it has one of the values.

    With `among`, `var` is a term of several values at once, and includes at least one of them.

    Example:
        >>> Literal("form", ("finished", "ammunition")).show()
        'form is one of finished, ammunition'
    """

    var: str
    values: tuple[str, ...]
    among: bool = False

    def show(self) -> str:
        """In words, close to the language of the rulebooks."""
        name = self.var.removeprefix("reading:")
        if self.among:
            said = f"one of {', '.join(self.values)}" if len(self.values) > 1 else self.values[0]
            return f"{name} includes {said}"
        if self.values in (("true",), ("false",)):
            no = "" if self.values == ("true",) else "not "
            term, _, part = name.partition(":")
            if part:
                return f"{term} {'includes' if not no else 'does not include'} {part}"
            one, _, other = name.partition("=")
            return f"{one} is {no}{other}" if other else f"{no}{name}"
        if len(self.values) == 1:
            return f"{name} is {self.values[0]}"
        return f"{name} is one of {', '.join(self.values)}"


Condition = tuple[Literal, ...]
"""Literals that hold together."""


@dataclass(frozen=True, slots=True)
class Region:
    """A set of cases: one of `when` holds (an empty list of literals always does), and none of `unless`."""

    when: tuple[Condition, ...]
    unless: tuple[Condition, ...]

    def show(self) -> str:
        """In words, on a few lines."""
        lines = [_listed(condition) for condition in self.when]
        said = "\n".join(f"{'when' if i == 0 else '  or'} {line}" for i, line in enumerate(lines))
        barred = [_listed(condition) for condition in self.unless]
        return said + "".join(f"\n{'unless' if i == 0 else '    or'} {line}" for i, line in enumerate(barred))


def _listed(condition: Condition) -> str:
    return ", ".join(literal.show() for literal in condition) or "anything at all"


def region(whole: Whole, node: int, care: int) -> Region:
    """The set as a condition with exceptions.

    Args:
        whole: Where the functions live.
        node: The set, a truth function.
        care: Where it matters what is said; elsewhere no case can lie.

    Raises:
        TroubleError: It would take too many words; says how to ask for less.
    """
    diagram = whole.diagram
    node = _least(whole, node, care)
    absent = dict.fromkeys(decreasing(whole, node), 0)
    upper = whole.restrict(node, absent)
    inside = diagram.both(node, care)
    when = cover(whole, diagram.both(upper, care), diagram.either(upper, diagram.negate(care)))
    out = diagram.minus(diagram.both(upper, care), node)
    unless = cover(whole, out, diagram.negate(inside))
    kept = [cube for cube in unless if not _moves(whole, cube)]
    moved = {level: frozenset((0,)) for cube in unless if _moves(whole, cube) for level in cube}
    conditions = [{**moved, **cube} for cube in when]
    return Region(worded(whole, conditions), worded(whole, kept))


def _least(whole: Whole, node: int, care: int) -> int:
    """The set without the cases that cannot be, where that makes it no larger."""
    inside = whole.diagram.both(node, care)
    return inside if whole.diagram.size(inside) < whole.diagram.size(node) else node


def _moves(whole: Whole, cube: Cube) -> bool:
    """Whether `unless A` is better said as `when not A`: a single word about what is sent or done."""
    return len(cube) == 1 and whole.points[next(iter(cube))].var.changed_by in ("nobody", "parties")


def decreasing(whole: Whole, node: int) -> tuple[int, ...]:
    """The levels of the truth variables that can only take cases out of the set by being true."""
    diagram = whole.diagram
    seen, stack = {node}, [node]
    asked: set[int] = set()
    failed: set[int] = set()
    while stack:
        at = stack.pop()
        if at < TERMINALS:
            continue
        level, children = diagram.level[at], diagram.children[at]
        if level not in failed:
            asked.add(level)
            if whole.points[level].values != _DECREASING or not diagram.within(children[1], children[0]):
                failed.add(level)
        for child in children:
            if child not in seen:
                seen.add(child)
                stack.append(child)
    return tuple(sorted(asked - failed))


def cover(whole: Whole, lower: int, upper: int) -> tuple[Cube, ...]:
    """Cubes that hold everywhere in `lower` and nowhere outside `upper`, the most general first.

    Raises:
        TroubleError: It would take too many.
    """
    cubes, _ = _Covering(whole).cover(lower, upper)
    wide = [_widened(whole, cube, upper) for cube in cubes]
    unique = list(
        {tuple(sorted((level, tuple(sorted(at))) for level, at in cube.items())): cube for cube in wide}.values()
    )
    unique.sort(key=lambda cube: (-_share(whole, cube), len(cube)))
    return _thinned(whole, unique, lower)


class _Covering:
    """One run of the covering, with what it has found for each pair of bounds."""

    def __init__(self, whole: Whole) -> None:
        self.whole = whole
        self.diagram = whole.diagram
        self._memo: dict[tuple[int, int], tuple[tuple[dict[int, frozenset[int]], ...], int]] = {}
        self._made = 0

    def cover(self, lower: int, upper: int) -> tuple[tuple[dict[int, frozenset[int]], ...], int]:
        """Cubes between the bounds, and the function that they make together."""
        if lower == FALSE:
            return (), FALSE
        if upper == TRUE:
            return ({},), TRUE
        found = self._memo.get((lower, upper))
        if found is None:
            found = self._memo[lower, upper] = self._split(lower, upper)
            self._made += len(found[0])
            if len(found[0]) > _MAX_CUBES:
                raise TroubleError([
                    Trouble(
                        "SK504",
                        f"the difference takes more than {_MAX_CUBES} conditions to say",
                        why="too many facts play into it at once",
                        help="ask about fewer cases: fix the recipient, the item or the act, or ask for the counts alone",
                    )
                ])  # fmt: skip
        return found

    def _split(self, lower: int, upper: int) -> tuple[tuple[dict[int, frozenset[int]], ...], int]:
        diagram = self.diagram
        both, either, minus = diagram.both, diagram.either, diagram.minus
        level = min(diagram.level[lower], diagram.level[upper])
        size = diagram.sizes[level]
        lows = list(diagram.children[lower]) if diagram.level[lower] == level else [lower] * size
        ups = list(diagram.children[upper]) if diagram.level[upper] == level else [upper] * size
        everywhere = _fold(both, TRUE, ups)
        must = [minus(low, everywhere) for low in lows]
        needing = [i for i in range(size) if must[i] != FALSE]
        cubes: list[dict[int, frozenset[int]]] = []
        covered = [FALSE] * size

        def add(positions: Sequence[int], low: int, up: int) -> None:
            found, node = self.cover(low, up)
            for cube in found:
                cubes.append({level: frozenset(positions), **cube})
            for i in positions:
                covered[i] = either(covered[i], node)

        if 1 < len(needing) < size:
            shared = _fold(both, TRUE, [ups[i] for i in needing])
            common = _fold(either, FALSE, [both(must[i], shared) for i in needing])
            if common != FALSE:
                add(needing, common, shared)
        groups: dict[tuple[int, int], list[int]] = {}
        for i in needing:
            left = minus(must[i], covered[i])
            if left != FALSE:
                groups.setdefault((left, ups[i]), []).append(i)
        for (left, up), positions in groups.items():
            add(positions, left, up)
        rest = _fold(either, FALSE, [minus(lows[i], covered[i]) for i in range(size)])
        found, node = self.cover(rest, everywhere)
        cubes.extend(found)
        function = diagram.node(level, tuple(either(covered[i], node) for i in range(size)))
        return tuple(cubes), function


def _fold(operation: Callable[[int, int], int], start: int, nodes: Iterable[int]) -> int:
    for node in dict.fromkeys(nodes):
        start = operation(start, node)
    return start


def within(whole: Whole, cube: Cube, upper: int) -> bool:
    """Whether the cube lies inside a set."""
    diagram = whole.diagram
    seen, stack = {upper}, [upper]
    while stack:
        node = stack.pop()
        if node == FALSE:
            return False
        if node < TERMINALS:
            continue
        children = diagram.children[node]
        allowed = cube.get(diagram.level[node])
        for i in allowed if allowed is not None else range(len(children)):
            if children[i] not in seen:
                seen.add(children[i])
                stack.append(children[i])
    return True


def _widened(whole: Whole, cube: dict[int, frozenset[int]], upper: int) -> dict[int, frozenset[int]]:
    """The cube with every literal dropped or loosened that the upper bound does not need."""
    cube = dict(cube)
    for level in sorted(cube, key=lambda level: len(cube[level]) / whole.diagram.sizes[level]):
        kept = cube.pop(level)
        if within(whole, cube, upper):
            continue
        cube[level] = kept
        for position in range(whole.diagram.sizes[level]):
            if position not in cube[level]:
                wider = cube[level] | {position}
                if within(whole, {**cube, level: wider}, upper):
                    cube[level] = wider
    return cube


def _thinned(whole: Whole, cubes: Sequence[Cube], lower: int) -> tuple[Cube, ...]:
    """The cubes that add something, taken in order and then once more from the end."""
    nodes = [cube_node(whole, cube) for cube in cubes]
    kept: list[int] = []
    left = lower
    for i, node in enumerate(nodes):
        after = whole.diagram.minus(left, node)
        if after != left:
            kept.append(i)
            left = after
    for i in reversed(kept.copy()):
        others = _fold(whole.diagram.either, FALSE, [nodes[j] for j in kept if j != i])
        if whole.diagram.minus(lower, others) == FALSE:
            kept.remove(i)
    return tuple(cubes[i] for i in kept)


def cube_node(whole: Whole, cube: Cube) -> int:
    """The cube as a function."""
    node = TRUE
    for level in sorted(cube, reverse=True):
        size = whole.diagram.sizes[level]
        node = whole.diagram.node(level, tuple(node if i in cube[level] else FALSE for i in range(size)))
    return node


def _share(whole: Whole, cube: Cube) -> float:
    share = 1.0
    for level, positions in cube.items():
        share *= len(positions) / whole.diagram.sizes[level]
    return share


def worded(whole: Whole, cubes: Iterable[Cube]) -> tuple[Condition, ...]:
    """Cubes as conditions, each with the words of the rulebook in the order of its terms."""
    rank = {name: i for i, name in enumerate(whole.vars)}
    found: list[Condition] = []
    for cube in cubes:
        literals = [
            Literal(whole.points[level].name, tuple(whole.points[level].values[i] for i in sorted(positions)))
            for level, positions in cube.items()
        ]
        found.append(tuple(sorted(literals, key=lambda literal: rank[literal.var])))
    return _joined(found)


def _joined(conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """Alternatives that differ only in one member of a set of choices, as one: *purpose includes one of*."""
    groups: dict[tuple[Literal, ...], list[tuple[str, int]]] = {}
    kept: dict[Condition, Condition] = {condition: condition for condition in conditions}
    for condition in conditions:
        for i, literal in enumerate(condition):
            term, _, part = literal.var.partition(":")
            if part and term != "reading" and literal.values == ("true",):
                frame = (*condition[:i], Literal(term, (), among=True), *condition[i + 1 :])
                groups.setdefault(frame, []).append((part, conditions.index(condition)))
    taken: set[int] = set()
    for frame, members in sorted(groups.items(), key=lambda group: -len(group[1])):
        fresh = [(part, at) for part, at in members if at not in taken]
        if len(fresh) < 2:
            continue
        taken.update(at for _, at in fresh)
        parts = tuple(part for part, _ in fresh)
        whole = tuple(replace(each, values=parts) if each.among and not each.values else each for each in frame)
        first = min(at for _, at in fresh)
        for _, at in fresh:
            if at == first:
                kept[conditions[at]] = whole
            else:
                kept.pop(conditions[at], None)
    return tuple(kept.values())
