"""Which fact to ask for next, so that the fewest questions are to be expected.

What is unknown and can still change the outcome is a small function. Asking for a term tells its
value, and leaves a smaller function; every value that it may have counts as equally likely. The
expected number of further questions is then exact, and the best question is the one with the
smallest expectation. Where too many terms are open for that, the question that tells most about the
outcome (the information it carries on its own, in bits) is taken, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import log2, prod

from sekisho.ir import Kind, Outcome
from sekisho.reason.compile import OUTCOMES
from sekisho.reason.diagram import TERMINALS
from sekisho.reason.whole import OPEN, Whole, outcome_at

Values = Callable[[str], str | None]

_EXACT_TERMS = 7
_MAX_ROWS = 64
_MAX_VISITED = 1_500


@dataclass(frozen=True, slots=True)
class Question:
    """The best next question.

    Attributes:
        term: The term to ask for.
        vars: Its variables whose value is unknown and matters.
        expected: How many questions are to be expected from here, this one included; a lower bound
            where `optimal` is False.
        optimal: Whether no other order of questions needs fewer, which was then computed exactly.
        settles: The values after which the outcome is settled at once, with the outcome.
        reason: Why this one, in a sentence.
    """

    term: str
    vars: tuple[str, ...]
    expected: float
    optimal: bool
    settles: tuple[tuple[str, Outcome], ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Interview:
    """Where an interview stands.

    Attributes:
        outcomes: Every outcome that is still possible.
        next: The best question; None where the outcome is settled.
        matter: Every term whose answer can still matter, the best first.
        idle: Terms of the law that are unknown and of which no answer can matter any more.
    """

    outcomes: frozenset[Outcome]
    next: Question | None
    matter: tuple[str, ...]
    idle: tuple[str, ...]


class Remaining:
    """The law over the unknown facts of a case alone."""

    def __init__(self, whole: Whole, node: int, values: Values) -> None:
        """Reduce the law to what is unknown.

        Args:
            whole: Where the functions live.
            node: The law's function.
            values: What is known of every variable.
        """
        self.whole = whole
        self.vars = tuple(point.var for point in whole.points)
        self.diagram = whole.diagram
        self._kept: dict[int, tuple[int, ...]] = {}
        self.root = self._possible(whole.restrict(node, self._known(node, values)))
        self._cost: dict[int, float] = {}
        self._spread: dict[int, dict[Outcome, float]] = {}

    def _known(self, node: int, values: Values) -> dict[int, int]:
        """What is known, by level and position; a finding that nobody has made is left open."""
        found: dict[int, int] = {}
        for level in self.whole.support(node):
            point = self.whole.points[level]
            value = values(point.name)
            if value is None and point.values[-1] == OPEN:
                value = OPEN
            if value is not None:
                found[level] = self.whole.position[level].get(value, len(point.values) - 1)
        return found

    def _possible(self, root: int) -> int:
        """The function without the values that no state of affairs can have."""
        diagram = self.diagram
        memo: dict[int, int] = {}

        def walk(node: int) -> int:
            if node < TERMINALS:
                return node
            found = memo.get(node)
            if found is None:
                level = diagram.level[node]
                kept = self._positions(level)
                parts = {i: walk(diagram.children[node][i]) for i in kept}
                filler = parts[kept[0]]
                own = range(len(diagram.children[node]))
                found = memo[node] = diagram.node(level, tuple([parts.get(i, filler) for i in own]))
            return found

        return walk(root)

    def _positions(self, level: int) -> tuple[int, ...]:
        """The positions of the values that a variable may have."""
        found = self._kept.get(level)
        if found is None:
            position = self.whole.position[level]
            found = self._kept[level] = tuple(position[value] for value in self.vars[level].possible)
        return found

    def terms(self, node: int) -> dict[str, list[int]]:
        """The terms on which a function depends, each with the levels of its variables."""
        found: dict[str, list[int]] = {}
        for level in sorted(self.diagram.support(node)):
            found.setdefault(self.vars[level].term, []).append(level)
        return found

    def answers(self, levels: Sequence[int]) -> int:
        """How many answers a question has."""
        return prod(len(self._positions(level)) for level in levels)

    def after(self, node: int, levels: Sequence[int]) -> Iterator[tuple[tuple[str, ...], int]]:
        """For each answer to a question, the values and what then remains."""
        for row in product(*(self._positions(level) for level in levels)):
            rest = self.whole.restrict(node, dict(zip(levels, row, strict=True)))
            yield tuple(self.whole.points[level].values[at] for level, at in zip(levels, row, strict=True)), rest

    def expected(self, node: int) -> float:
        """The fewest questions to be expected until the outcome is settled.

        Raises:
            TooManyError: There are too many ways to go on to weigh them all.
        """
        if node < TERMINALS:
            return 0.0
        found = self._cost.get(node)
        if found is None:
            if len(self._cost) > _MAX_VISITED:
                raise TooManyError
            found = self._cost[node] = min(self.asking(node, levels) for levels in self.terms(node).values())
        return found

    def asking(self, node: int, levels: Sequence[int]) -> float:
        """The same where a certain question is put first."""
        if self.answers(levels) > _MAX_ROWS:
            raise TooManyError
        rests = [rest for _, rest in self.after(node, levels)]
        return 1.0 + sum(self.expected(rest) for rest in rests) / len(rests)

    def spread(self, node: int) -> dict[Outcome, float]:
        """How likely each outcome is, with every value equally likely."""
        if node < TERMINALS:
            return {outcome_at(node): 1.0}
        found = self._spread.get(node)
        if found is None:
            found = {}
            kept = self._positions(self.diagram.level[node])
            for i in kept:
                for outcome, share in self.spread(self.diagram.children[node][i]).items():
                    found[outcome] = found.get(outcome, 0.0) + share / len(kept)
            self._spread[node] = found
        return found

    def gains(self) -> dict[int, float]:
        """By how many bits the value of each variable alone would lessen the doubt about the outcome.

        One pass from above (how likely each node is reached) meets one from below (what it leads to).
        """
        whole = self.spread(self.root)
        reached: dict[int, float] = {self.root: 1.0}
        through: dict[int, dict[int, dict[Outcome, float]]] = {}
        passed: dict[int, dict[Outcome, float]] = {}
        for node in self._downwards():
            level, likely = self.diagram.level[node], reached[node]
            kept = self._positions(level)
            _add(passed.setdefault(level, {}), self.spread(node), likely)
            for i in kept:
                child = self.diagram.children[node][i]
                _add(through.setdefault(level, {}).setdefault(i, {}), self.spread(child), likely)
                if child >= TERMINALS:
                    reached[child] = reached.get(child, 0.0) + likely / len(kept)
        found: dict[int, float] = {}
        for level, by_value in through.items():
            left = 0.0
            for here in by_value.values():
                row = {
                    each: max(0.0, whole[each] - passed[level].get(each, 0.0) + here.get(each, 0.0)) for each in whole
                }
                left += _doubt(row) / len(by_value)
            found[level] = max(0.0, _doubt(whole) - left)
        return found

    def _downwards(self) -> list[int]:
        """Every node, each after all that lead to it."""
        seen, stack = {self.root}, [self.root]
        while stack:
            for child in self.diagram.children[stack.pop()]:
                if child >= TERMINALS and child not in seen:
                    seen.add(child)
                    stack.append(child)
        return sorted(seen, key=lambda node: (self.diagram.level[node], node))


class TooManyError(Exception):
    """Too many ways to go on to weigh them all."""


def _add(to: dict[Outcome, float], what: Mapping[Outcome, float], weight: float) -> None:
    for outcome, share in what.items():
        to[outcome] = to.get(outcome, 0.0) + weight * share


def _doubt(spread: Mapping[Outcome, float]) -> float:
    """The uncertainty about the outcome, in bits."""
    return -sum(share * log2(share) for share in spread.values() if share > 0)


def interview(whole: Whole, node: int, values: Values, *, encoded: bool = True) -> Interview:
    """What to ask next, and what need not be asked.

    Args:
        whole: Where the functions live.
        node: The law of the day.
        values: What is known of every variable.
        encoded: Whether the state's own law is; where it is not, anything stronger remains possible.
    """
    rest = Remaining(whole, node, values)
    asked = whole.support(node)
    unknown = {
        var.term for level, var in enumerate(rest.vars)
        if level in asked and var.kind is Kind.FACT and values(var.name) is None
    }  # fmt: skip
    if rest.root < TERMINALS:
        return Interview(_widened({outcome_at(rest.root)}, encoded=encoded), None, (), tuple(sorted(unknown)))
    terms = rest.terms(rest.root)
    scores, optimal = _scores(rest, terms)
    order = sorted(terms, key=lambda name: (scores[name], name))
    best = order[0]
    answers = rest.answers(terms[best])
    settles: tuple[tuple[str, Outcome], ...] = ()
    if answers <= _MAX_ROWS:
        settles = tuple(
            (", ".join(row), outcome_at(left)) for row, left in rest.after(rest.root, terms[best]) if left < TERMINALS
        )
    question = Question(
        best,
        tuple(rest.vars[level].name for level in terms[best]),
        scores[best] if optimal else 1.0,
        optimal,
        settles,
        _why(len(settles), answers, scores[best], optimal),
    )
    outcomes = _widened(set(rest.spread(rest.root)), encoded=encoded)
    return Interview(outcomes, question, tuple(order), tuple(sorted(unknown - set(terms))))


def _widened(found: set[Outcome], *, encoded: bool) -> frozenset[Outcome]:
    """The outcomes; where the state's own law is not encoded, everything that is not weaker besides."""
    if encoded:
        return frozenset(found)
    return frozenset(outcome for outcome in OUTCOMES if outcome >= min(found))


def _scores(rest: Remaining, terms: Mapping[str, list[int]]) -> tuple[dict[str, float], bool]:
    """A number for each term, the smaller the better, and whether it is the exact number of questions."""
    if len(terms) <= _EXACT_TERMS:
        try:
            return {name: rest.asking(rest.root, levels) for name, levels in terms.items()}, True
        except TooManyError:
            pass
    gains = rest.gains()
    return {name: -sum(gains[level] for level in levels) for name, levels in terms.items()}, False


def _why(settled: int, answers: int, score: float, optimal: bool) -> str:
    if not optimal:
        return "of all that is open, it tells most about the outcome"
    one = score < 1.0 + 1e-9
    if settled == answers:
        said = "every answer settles the outcome"
    elif settled:
        said = f"{settled} of its {answers} answers {'settles' if settled == 1 else 'settle'} the outcome at once"
    else:
        said = "it leaves least to ask"
    if one:
        return said
    return f"{said}; with it first, {score:.1f} questions are to be expected, and no other order needs fewer"
