"""Which fact to ask for next, so that the fewest questions are to be expected.

What is unknown and can still change the outcome is a small function. Asking for a term tells its
value, and leaves a smaller function; every value that it may have counts as equally likely. The
expected number of further questions is then exact, and the best question is the one with the
smallest expectation. Where too many terms are open for that, the question that is expected to leave
the least uncertainty about the outcome is taken, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import log2, prod

from sekisho.ir import Kind, Outcome
from sekisho.reason.compile import OUTCOMES
from sekisho.reason.diagram import TERMINALS, Diagram
from sekisho.reason.states import State, States
from sekisho.reason.whole import outcome_at, terminal

Values = Callable[[str], str | None]

_EXACT_TERMS = 7
_MAX_ROWS = 64
_MAX_VISITED = 6_000


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

    def __init__(self, states: States, root: State, values: Values) -> None:
        self.states = states
        self.vars = states.compiled.vars
        self.diagram = Diagram([len(var.domain) for var in self.vars])
        self.root = self._reduce(root, values)
        self._cost: dict[int, float] = {}
        self._spread: dict[int, dict[Outcome, float]] = {}

    def _reduce(self, root: State, values: Values) -> int:
        index, child, diagram = self.states.compiled.index, self.states.child, self.diagram
        memo: dict[int, int] = {}

        def walk(state: State) -> int:
            if state.node >= 0:
                return terminal(self.states.leaf(state, values).outcome)
            found = memo.get(id(state))
            if found is None:
                value = values(state.name)
                if value is None:
                    var = self.vars[state.level]
                    kept = [i for i, each in enumerate(var.domain) if each in var.possible]
                    parts = {i: walk(child(state, i)) for i in kept}
                    filler = parts[kept[0]]
                    found = diagram.node(state.level, tuple(parts.get(i, filler) for i in range(len(var.domain))))
                else:
                    found = walk(child(state, index[state.level].get(value, len(state.children) - 1)))
                memo[id(state)] = found
            return found

        return walk(root)

    def terms(self, node: int) -> dict[str, list[int]]:
        """The terms on which a function depends, each with the levels of its variables."""
        found: dict[str, list[int]] = {}
        for level in sorted(self.diagram.support(node)):
            found.setdefault(self.vars[level].term, []).append(level)
        return {name: levels for term, own in found.items() for name, levels in self._askable(term, own).items()}

    def _askable(self, term: str, levels: list[int]) -> dict[str, list[int]]:
        """A term as one question, or its variables as one each where it has too many combinations."""
        if prod(len(self.vars[level].possible) for level in levels) <= _MAX_ROWS:
            return {term: levels}
        return {self.vars[level].name: [level] for level in levels}

    def after(self, node: int, levels: list[int]) -> Iterator[tuple[tuple[str, ...], int]]:
        """For each answer to a question, the values and what then remains."""
        for row in product(*(self.vars[level].possible for level in levels)):
            rest = node
            for level, value in zip(levels, row, strict=True):
                rest = self.diagram.cofactor(rest, level, self.states.compiled.index[level][value])
            yield row, rest

    def expected(self, node: int) -> float:
        """The fewest questions to be expected until the outcome is settled."""
        if node < TERMINALS:
            return 0.0
        found = self._cost.get(node)
        if found is None:
            if len(self._cost) > _MAX_VISITED:
                raise _TooManyError
            found = self._cost[node] = min(self._asking(node, levels) for levels in self.terms(node).values())
        return found

    def _asking(self, node: int, levels: list[int]) -> float:
        rests = [rest for _, rest in self.after(node, levels)]
        return 1.0 + sum(self.expected(rest) for rest in rests) / len(rests)

    def spread(self, node: int) -> dict[Outcome, float]:
        """How likely each outcome is, with every value equally likely."""
        if node < TERMINALS:
            return {outcome_at(node): 1.0}
        found = self._spread.get(node)
        if found is None:
            found = {}
            var = self.vars[self.diagram.level[node]]
            kept = [i for i, each in enumerate(var.domain) if each in var.possible]
            for i in kept:
                for outcome, share in self.spread(self.diagram.children[node][i]).items():
                    found[outcome] = found.get(outcome, 0.0) + share / len(kept)
            self._spread[node] = found
        return found

    def doubt(self, node: int) -> float:
        """The uncertainty about the outcome, in bits."""
        return -sum(share * log2(share) for share in self.spread(node).values() if share)


class _TooManyError(Exception):
    """Too many functions to weigh them all."""


def interview(states: States, root: State, values: Values) -> Interview:
    """What to ask next, and what need not be asked.

    Args:
        states: The law of the day.
        root: Its first state.
        values: What is known of every variable.
    """
    rest = Remaining(states, root, values)
    unknown = {var.term for var in rest.vars if var.kind is Kind.FACT and values(var.name) is None}
    if rest.root < TERMINALS:
        outcome = outcome_at(rest.root)
        return Interview(_widened(states, {outcome}), None, (), tuple(sorted(unknown)))
    terms = rest.terms(rest.root)
    scores, optimal = _scores(rest, terms)
    order = sorted(terms, key=lambda name: (scores[name], name))
    best = order[0]
    settles = tuple(
        (", ".join(row), outcome_at(left)) for row, left in rest.after(rest.root, terms[best]) if left < TERMINALS
    )
    question = Question(
        best,
        tuple(rest.vars[level].name for level in terms[best]),
        scores[best] if optimal else 1.0,
        optimal,
        settles,
        _why(len(settles), prod(len(rest.vars[level].possible) for level in terms[best]), scores[best], optimal),
    )
    matter = {rest.vars[level].term for levels in terms.values() for level in levels}
    outcomes = _widened(states, set(rest.spread(rest.root)))
    return Interview(outcomes, question, tuple(order), tuple(sorted(unknown - matter)))


def _widened(states: States, found: set[Outcome]) -> frozenset[Outcome]:
    """The outcomes; where the state's own law is not encoded, everything that is not weaker besides."""
    if states.compiled.law.encoded:
        return frozenset(found)
    return frozenset(outcome for outcome in OUTCOMES if outcome >= min(found))


def _scores(rest: Remaining, terms: Mapping[str, list[int]]) -> tuple[dict[str, float], bool]:
    if len(terms) <= _EXACT_TERMS:
        try:
            return {name: rest._asking(rest.root, levels) for name, levels in terms.items()}, True  # noqa: SLF001
        except _TooManyError:
            pass
    found: dict[str, float] = {}
    for name, levels in terms.items():
        left = [node for _, node in rest.after(rest.root, levels)]
        found[name] = sum(rest.doubt(node) + 0.01 * len(rest.terms(node)) for node in left) / len(left)
    return found, False


def _why(settled: int, answers: int, score: float, optimal: bool) -> str:
    said = (
        f"{settled} of its {answers} answers settle the outcome at once" if settled else "it narrows the rest down most"
    )
    if optimal:
        return f"{said}; on average {score:.1f} questions are left with it, and no other order needs fewer"
    return f"{said}; it leaves the least doubt about the outcome"
