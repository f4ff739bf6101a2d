"""What remains of a condition once everything that is known of a row has been put in.

A residue keeps exactly what an answer depends on: whether the condition holds or fails and how well
that is sourced, or, where it is open, which unknown facts and open judgements it still hangs on.
Rows whose provisions leave the same residues have the same answer; that is the whole idea of this
room (docs/decisions/0017).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sekisho.base import Support
from sekisho.ir import All, AnyOf, Const, Formula, Named, Not, Test

Ints = NDArray[np.integer[Any]]

FAILS, HOLDS, OPEN = 0, 4, 8
"""Numbers of residues: 0 to 3 fail and 4 to 7 hold, each with its mark; from 8 on they are open."""

_DENSE = 1 << 12

SETTLED_FALSE = FAILS + Support.OFFICIAL - 1
SETTLED_TRUE = HOLDS + Support.OFFICIAL - 1
"""Settled by what the case states itself: nothing can be better sourced."""


class Residues:
    """Numbers for residues, and how they combine. Equal residues have equal numbers.

    Args:
        bits: For each variable a mask; that of a residue is of all variables on which it still hangs.
    """

    def __init__(self, bits: Mapping[str, int]) -> None:
        self._bits = bits
        self._numbers: dict[object, int] = {}
        self._parts: dict[int, frozenset[int]] = {}
        self._memo: dict[tuple[str, int, int], int] = {}
        self._hashes = [int(scatter(number // 4)) for number in range(OPEN)]
        self._masks = [0] * OPEN

    def hashes(self, numbers: Ints, *, marked: bool = False) -> NDArray[np.uint64]:
        """For each number a hash of its residue, with or without its mark; the same in every run."""
        found = np.array([self._hashes[number] for number in numbers.tolist()], np.uint64)
        if marked:
            found += np.where(numbers < OPEN, numbers, 0).astype(np.uint64)
        return found

    def masks(self, numbers: Ints) -> NDArray[np.uint64]:
        """For each number the mask of the variables on which its residue hangs."""
        return np.array([self._masks[number] for number in numbers.tolist()], np.uint64)

    def _number(self, what: tuple[object, ...]) -> int:
        found = self._numbers.get(what)
        if found is None:
            found = self._numbers[what] = OPEN + len(self._numbers)
            self._hashes.append(self._hash(what))
            self._masks.append(self._mask(what))
        return found

    def _mask(self, what: tuple[object, ...]) -> int:
        kind, *rest = what
        if kind == "test":
            return self._bits[str(rest[0])]
        parts: list[Any] = list(rest[0]) if isinstance(rest[0], frozenset) else rest
        found = 0
        for part in parts:
            found |= self._masks[part]
        return found

    def _hash(self, what: tuple[object, ...]) -> int:
        kind, *rest = what
        if kind == "test":
            return int(spread("\0".join(str(part) for part in rest)))
        parts: list[Any] = list(rest[0]) if isinstance(rest[0], frozenset) else rest
        total = sum(int(scatter(self._hashes[part])) for part in parts)
        return int(scatter((total + int(spread(str(kind)))) % (1 << 64)))

    def test(self, test: Test, value: str | None, mark: int) -> int:
        """The residue of a test whose variable has the value (None: unknown or not judged)."""
        if value is None:
            return self._number(("test", test.var, *test.values))
        return (HOLDS if value in test.values else FAILS) + mark - 1

    def negate(self, a: int) -> int:
        """The residue of the negation."""
        if a < OPEN:
            return a - HOLDS if a >= HOLDS else a + HOLDS
        return self._number(("not", a))

    def fold(self, op: str, a: int, b: int) -> int:
        """The residue of two parts of a list: `all` or `any`.

        As in a proof, a list is carried by its decisive parts: where all are needed the weakest
        mark counts, where one is enough the best.
        """
        key = (op, a, b) if a <= b else (op, b, a)
        found = self._memo.get(key)
        if found is None:
            found = self._memo[key] = self._fold(op, a, b)
        return found

    def _fold(self, op: str, a: int, b: int) -> int:
        settles = FAILS if op == "all" else HOLDS
        decisive = [x for x in (a, b) if settles <= x < settles + 4]
        if decisive:
            return max(decisive)
        still = [x for x in (a, b) if x >= OPEN]
        if not still:
            return min(a, b)
        parts = frozenset[int]().union(*(self._parts[x] if self._same(op, x) else {x} for x in still))
        if len(parts) == 1:
            return still[0]
        number = self._number((op, parts))
        self._parts[number] = parts
        return number

    def _same(self, op: str, number: int) -> bool:
        parts = self._parts.get(number)
        return parts is not None and self._numbers.get((op, parts)) == number


@dataclass(frozen=True, slots=True)
class Coded:
    """A residue for every profile of an axis: a small code each, and the residue that a code stands for."""

    axis: int
    codes: Ints
    ids: NDArray[np.int64]

    @property
    def constant(self) -> bool:
        """Whether it is the same for every profile."""
        return len(self.ids) == 1


@dataclass(frozen=True, slots=True)
class Tree:
    """A list whose parts hang on several axes; folded where the axes meet."""

    op: str
    coded: tuple[Coded, ...]
    trees: tuple[Tree, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """Profiles of one group of facts: for each variable a code per profile, and what a code says."""

    size: int
    codes: Mapping[str, Ints]
    says: Mapping[str, tuple[tuple[str | None, int], ...]]


class Conditions:
    """The residues of conditions over profiles. An axis without a variable leaves it unknown."""

    def __init__(self, residues: Residues, axes: tuple[Axis, ...]) -> None:
        self.residues = residues
        self.axes = axes
        self._home = {var: i for i, axis in enumerate(axes) for var in axis.codes}

    def evaluate(self, formula: Formula) -> Coded | Tree:
        """The residue of a formula, on one axis where it hangs on one alone."""
        match formula:
            case Const(value):
                return self._constant(SETTLED_TRUE if value else SETTLED_FALSE)
            case Test():
                return self._test(formula)
            case Named(_, part):
                return self.evaluate(part)
            case Not(part):
                inner = self.evaluate(part)
                if isinstance(inner, Tree):
                    return Tree(inner.op, inner.coded, inner.trees, not inner.negated)
                return tidy(inner.axis, inner.codes, [self.residues.negate(int(i)) for i in inner.ids])
            case All(parts):
                return self._list("all", [self.evaluate(part) for part in parts])
            case AnyOf(parts):
                return self._list("any", [self.evaluate(part) for part in parts])

    def _constant(self, residue: int) -> Coded:
        return Coded(0, np.zeros(self.axes[0].size, np.uint8), np.array([residue]))

    def _test(self, test: Test) -> Coded:
        at = self._home.get(test.var)
        if at is None:
            return self._constant(self.residues.test(test, None, 0))
        axis = self.axes[at]
        ids = [self.residues.test(test, value, mark) for value, mark in axis.says[test.var]]
        return tidy(at, axis.codes[test.var], ids)

    def _list(self, op: str, parts: list[Coded | Tree]) -> Coded | Tree:
        neutral, absorbing = (SETTLED_TRUE, SETTLED_FALSE) if op == "all" else (SETTLED_FALSE, SETTLED_TRUE)
        by_axis: dict[int, Coded] = {}
        trees: list[Tree] = []
        for part in parts:
            if isinstance(part, Tree):
                trees.append(part)
                continue
            if part.constant and part.ids[0] == neutral:
                continue
            if part.constant and part.ids[0] == absorbing:
                return part
            held = by_axis.get(part.axis)
            by_axis[part.axis] = part if held is None else self.fold(op, held, part)
        if any(coded.constant and coded.ids[0] == absorbing for coded in by_axis.values()):
            return self._constant(absorbing)
        if not trees and len(by_axis) < 2:
            return next(iter(by_axis.values()), None) or self._constant(neutral)
        if not by_axis and len(trees) == 1:
            return trees[0]
        return Tree(op, tuple(by_axis.values()), tuple(trees))

    def fold(self, op: str, a: Coded, b: Coded) -> Coded:
        """Two parts of a list on the same profiles."""
        fold, count = self.residues.fold, len(b.ids)
        size = len(a.ids) * count
        codes: Ints = a.codes.astype(wide(size)) * count + b.codes
        if size <= max(_DENSE, len(codes)):
            seen = np.zeros(size, bool)
            seen[codes] = True
            present = np.flatnonzero(seen)
            if len(present) < size:
                place = np.zeros(size, np.int32)
                place[present] = np.arange(len(present), dtype=np.int32)
                codes = place.take(codes, mode="clip")
        else:
            present, codes = np.unique(codes, return_inverse=True)
        pairs = zip(a.ids[present // count].tolist(), b.ids[present % count].tolist(), strict=True)
        return tidy(a.axis, codes, [fold(op, x, y) for x, y in pairs])

    def in_cells(self, part: Coded | Tree, at: Mapping[int, Ints]) -> Coded:
        """The residue of a condition in every cell: `at` gives the profile of each axis in each cell."""
        if isinstance(part, Tree):
            return self.meet(part, at)
        return Coded(-1, part.codes.take(at[part.axis], mode="clip"), part.ids)

    def meet(self, tree: Tree, at: Mapping[int, Ints]) -> Coded:
        """The residue of a tree where the axes meet: `at` gives the profile of each axis in each cell."""
        found: Coded | None = None
        each = [Coded(-1, c.codes.take(at[c.axis], mode="clip"), c.ids) for c in tree.coded]
        for part in (*each, *(self.meet(inner, at) for inner in tree.trees)):
            found = part if found is None else self.fold(tree.op, found, part)
        assert found is not None
        if tree.negated:
            return tidy(-1, found.codes, [self.residues.negate(int(i)) for i in found.ids])
        return found


def tidy(axis: int, codes: Ints, ids: list[int]) -> Coded:
    """The same with each residue once."""
    local: dict[int, int] = {}
    table = [local.setdefault(i, len(local)) for i in ids]
    if len(local) == 1:
        return Coded(axis, np.zeros(len(codes), np.uint8), np.array(ids[:1], np.int64))
    small: Ints = np.array(table, narrow(len(local)))
    return Coded(axis, small.take(codes, mode="clip"), np.array(list(local), np.int64))


def narrow(size: int) -> type[np.integer[Any]]:
    """The narrowest type for codes below a size."""
    return np.uint8 if size <= 1 << 8 else np.uint16 if size <= 1 << 16 else np.int32


def wide(size: int) -> type[np.integer[Any]]:
    """A type in which codes below a size can be made."""
    return np.int32 if size < 1 << 31 else np.int64


@lru_cache(maxsize=1 << 16)
def spread(text: str) -> np.uint64:
    """A hash of a text, the same in every run."""
    return np.uint64(int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little"))


def scatter(numbers: Any) -> NDArray[np.uint64]:
    """Numbers spread over 64 bits, so that sums of them tell apart what they are sums of.

    Two different keys among a million collide with a probability below one in ten million.
    """
    x = np.asarray(numbers, np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
