"""The space of cases that counts and shares refer to.

The *declared* universe has one case for each combination of values of the facts: every word that
the law uses, with every value that the rulebooks give it (a state that no rule names is one value,
`*`). Judgements are left open in it, and contested points are read as stated. The *plausible*
universe is that part of it which no `constraint` of the rulebooks rules out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from sekisho.base import Trouble, TroubleError
from sekisho.cases.fields import PLAIN
from sekisho.ir import Kind, Reading
from sekisho.reason.diagram import FALSE, TRUE
from sekisho.reason.whole import Whole

_MAX_PARTS = 5_000


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases of a set lie in the declared universe and in the plausible one.

    Example:
        >>> Counts(10, 4, 1000, 100).share
        Fraction(1, 25)
    """

    declared: int
    plausible: int
    of_declared: int
    of_plausible: int

    @property
    def share(self) -> Fraction:
        """The part of the plausible universe; zero where that is empty."""
        return Fraction(self.plausible, self.of_plausible) if self.of_plausible else Fraction(0)


class Universe:
    """Cases of one diagram with some variables fixed.

    Attributes:
        fixed: What is fixed, by level and position: the caller's choices, readings, open judgements.
        levels: The levels of the facts that are free and that some rule may ask for.
        possible: Where no constraint is broken, given what is fixed.
    """

    def __init__(
        self,
        whole: Whole,
        readings: Mapping[str, Reading],
        fixed: Mapping[str, str] | None = None,
        words: Collection[int] | None = None,
    ) -> None:
        """Fix what is named; `words` are the levels that count, all where none are given.

        Raises:
            TroubleError: An unknown word or value, or choices that a constraint forbids.
        """
        self.whole = whole
        self.fixed = whole.fixed(fixed or {})
        self.chosen = dict(self.fixed)
        for level, point in enumerate(whole.points):
            if level in self.fixed:
                continue
            if point.var.kind is Kind.JUDGEMENT:
                self.fixed[level] = 2
            elif point.var.kind is Kind.READING:
                self.fixed[level] = whole.position[level][readings[point.var.term].default]
        self.possible = whole.restrict(whole.possible, self.fixed)
        if self.possible == FALSE:
            said = ", ".join(f"{name}={value}" for name, value in whole.named(self._conflict()).items())
            raise TroubleError([
                Trouble(
                    "SK505",
                    f"no case can be so: {said}",
                    why="a constraint of the rulebooks rules it out",
                    help="free one of the choices; `sekisho show constraints` lists what excludes what",
                )
            ])  # fmt: skip
        own = set(range(len(whole.points))) if words is None else set(words)
        own |= whole.support(self.possible)
        self.levels = tuple(level for level in sorted(own) if level not in self.fixed)

    def _conflict(self) -> dict[int, int]:
        """The fewest of the choices that already exclude each other: none of them can be left out."""
        whole, kept = self.whole, dict(self.chosen)
        for level in list(kept):
            fewer = {other: at for other, at in kept.items() if other != level}
            if whole.restrict(whole.possible, fewer) == FALSE:
                kept = fewer
        return kept

    def part(self, node: int) -> int:
        """A function with what is fixed filled in."""
        return self._kept("part", node, lambda: self.whole.restrict(node, self.fixed))

    def inside(self, node: int) -> int:
        """The same, and 0 where no case can be."""
        return self._kept("inside", node, lambda: self.whole.masked(self.part(node), self.possible))

    def _kept(self, what: str, node: int, make: Callable[[], int]) -> int:
        kept = self.whole.parts
        key = (what, node, tuple(sorted(self.fixed.items())))
        found = kept.get(key)
        if found is None:
            if len(kept) > _MAX_PARTS:
                kept.clear()
            found = kept[key] = make()
        return found

    @cached_property
    def usual(self) -> Mapping[int, int]:
        """The plain case."""
        return plain(self.whole)

    def with_words(self, *nodes: int) -> Universe:
        """The same universe, over no more words than these functions and the constraints use."""
        other = object.__new__(Universe)
        other.__dict__.update(self.__dict__)
        own = set().union(self.whole.support(self.possible), *(self.whole.support(n) for n in nodes))
        other.levels = tuple(level for level in self.levels if level in own)
        return other

    def size(self) -> tuple[int, int]:
        """How many cases the declared and the plausible universe have."""
        return self.whole.size(self.levels), self.whole.count(self.possible, self.levels).get(TRUE, 0)

    def counts(self, node: int) -> Counts:
        """How many cases a set has; the set may depend on free levels only."""
        declared = self.whole.count(node, self.levels).get(TRUE, 0)
        plausible = self.whole.count(self.whole.diagram.both(node, self.possible), self.levels).get(TRUE, 0)
        return Counts(declared, plausible, *self.size())

    def witness(self, node: int) -> dict[str, str] | None:
        """A plausible case of the set, as plain as can be, with every fixed choice; None where there is none."""
        inside = self.whole.diagram.both(node, self.possible)
        found = self.whole.witness(inside, self.usual)
        return None if found is None else self.whole.named({**self.chosen, **found})


def plain(whole: Whole) -> dict[int, int]:
    """The plain case by level and position: nothing special about the parties, no embargo, a sale of arms."""
    found: dict[int, int] = {}
    for level, point in enumerate(whole.points):
        stated = PLAIN.get(point.var.term.replace("-", "_"), "")
        position = whole.position[level]
        if point.var.kind is Kind.JUDGEMENT:
            found[level] = 2
        elif stated in position:
            found[level] = position[stated]
        elif point.name in ("arms", "un-member"):
            found[level] = position["true"]
        else:
            found[level] = position.get("*", 0)
    return found
