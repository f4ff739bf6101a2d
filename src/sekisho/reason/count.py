"""Counting the cases of functions without laying out a node.

A node counts for the whole space: every case once, whatever variables the node asks for. So a node
is the mean of its children, which divides without rest, and a variable that it does not ask for
needs no care.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from sekisho.reason.diagram import FALSE, TERMINALS, TRUE, Diagram

Key = TypeVar("Key")


def ends(diagram: Diagram, node: int, total: int) -> dict[int, int]:
    """For each terminal, how many of `total` cases lead to it; `total` is that of all variables that are asked."""
    fields = _Fields[int](total)
    children = diagram.children
    memo = {0: 0}  # what is left of all cases belongs to 0
    known = memo.get

    def walk(node: int) -> int:
        if node < TERMINALS:
            found = fields.of(node)
        else:
            below = children[node]
            found = sum([walk(child) if (n := known(child)) is None else n for child in below]) // len(below)
        memo[node] = found
        return found

    found = fields.read(memo[0] if node == 0 else walk(node))
    rest = total - sum(found.values())
    return {**({0: rest} if rest else {}), **found}


Pairs = dict[tuple[int, int], int]
"""For each pair of terminals that are not the same, how many cases lead two functions there."""


def differing(diagram: Diagram, one: int, other: int, possible: int, total: int) -> tuple[Pairs, Pairs]:
    """How many cases lead two functions to different terminals: of all, and of those that can be.

    Only where the two differ is anything visited, and below the last constraint what was counted for
    all cases serves for those that can be.
    """
    fields = _Fields[tuple[int, int]](total)
    level, children, sizes = diagram.level, diagram.children, diagram.sizes
    every: dict[tuple[int, int], int] = {}
    inside: dict[tuple[int, int, int], int] = {}
    known, known_inside = every.get, inside.get

    def walk(a: int, b: int) -> int:
        la, lb = level[a], level[b]
        found = 0
        if la == lb:
            if a < TERMINALS:
                found = fields.of((a, b))
            else:
                for pair in zip(children[a], children[b], strict=True):
                    x, y = pair
                    if x != y:
                        number = known(pair)
                        found += walk(x, y) if number is None else number
                found //= sizes[la]
        elif la < lb:
            for x in children[a]:
                if x != b:
                    number = known((x, b))
                    found += walk(x, b) if number is None else number
            found //= sizes[la]
        else:
            for y in children[b]:
                if a != y:
                    number = known((a, y))
                    found += walk(a, y) if number is None else number
            found //= sizes[lb]
        every[a, b] = found
        return found

    def walk_inside(a: int, b: int, can_be: int) -> int:
        if can_be == TRUE:
            number = known((a, b))
            return walk(a, b) if number is None else number
        la, lb, lc = level[a], level[b], level[can_be]
        top = min(la, lb, lc)
        size = sizes[top]
        own = children[a] if la == top else (a,) * size
        others = children[b] if lb == top else (b,) * size
        below = children[can_be] if lc == top else (can_be,) * size
        found = 0
        for row in zip(own, others, below, strict=True):
            x, y, where = row
            if x != y and where != FALSE:
                number = known_inside(row)
                found += walk_inside(x, y, where) if number is None else number
        found //= size
        inside[a, b, can_be] = found
        return found

    if one == other or possible == FALSE:
        return {}, {}
    return fields.read(walk(one, other)), fields.read(walk_inside(one, other, possible))


def overlap(diagram: Diagram, one: int, other: int, total: int) -> int:
    """In how many cases both truth functions are true."""
    level, children = diagram.level, diagram.children
    memo: dict[tuple[int, int], int] = {}
    known = memo.get

    def walk(a: int, b: int) -> int:
        if a == b == TRUE:
            return total
        la, lb = level[a], level[b]
        own = children[a] if la <= lb else (a,) * len(children[b])
        others = children[b] if lb <= la else (b,) * len(own)
        found = 0
        for pair in zip(own, others, strict=True):
            if FALSE not in pair:
                number = known(pair)
                found += walk(*pair) if number is None else number
        found //= len(own)
        memo[a, b] = found
        return found

    return walk(one, other) if FALSE not in (one, other) else 0


class _Fields(Generic[Key]):
    """Several counts in one number, each in a field of its own that is wide enough for all cases."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._width = total.bit_length()
        self._places: dict[Key, int] = {}

    def of(self, key: Key) -> int:
        """All cases, in the field of the key."""
        return self._total << self._places.setdefault(key, len(self._places)) * self._width

    def read(self, packed: int) -> dict[Key, int]:
        """The count of each key that has one."""
        width, field = self._width, (1 << self._width) - 1
        return {key: number for key, i in self._places.items() if (number := packed >> i * width & field)}
