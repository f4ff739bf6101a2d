"""One case through a compiled law: outcome, what it turns on, what it is subject to.

The walk asks only for the facts on its path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sekisho.ir import Outcome
from sekisho.reason.compile import OUTCOMES, Compiled
from sekisho.reason.states import Leaf, State, States, leaf_of

Values = Callable[[str], str | None]

_MOST_NEW = 16
_MOST_VISITED = 512
"""So many states are laid out, or visited, for the ways to complete one case; beyond that they are put together first."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The answer to one case.

    Attributes:
        outcomes: The exact set of outcomes over every way to complete the unknown facts.
        turns_on: The unknown facts that can still change the outcome, and only those.
        leaves: What the authorities may do, for each way in which the facts can turn out.
    """

    outcomes: frozenset[Outcome]
    turns_on: tuple[str, ...]
    leaves: tuple[Leaf, ...]

    @property
    def outcome(self) -> Outcome:
        """The outcome, or undetermined where several are possible."""
        return next(iter(self.outcomes)) if len(self.outcomes) == 1 else Outcome.UNDETERMINED


def outcome_of(states: States, root: State, values: Values) -> Outcome:
    """The outcome alone: the fastest path."""
    state = root
    index = states.compiled.index
    while state.node < 0:
        value = values(state.name)
        if value is None:
            return settle(states, root, values).outcome
        position = index[state.level].get(value, -1)
        state = state.children[position] or states.child(state, position)
    if not states.compiled.law.encoded:
        return settle(states, root, values).outcome
    return states.leaf(state, values).outcome


def settle(states: States, root: State, values: Values) -> Settled:
    """Outcome, what it turns on, and what the authorities may do."""
    state = root
    index = states.compiled.index
    while state.node < 0:
        value = values(state.name)
        if value is None:
            break
        position = index[state.level].get(value, -1)
        state = state.children[position] or states.child(state, position)
    if state.node >= 0:
        leaf = states.leaf(state, values)
        settled = Settled(frozenset((leaf.outcome,)), (), (leaf,))
    else:
        settled = _explored(states, state, values) or read_off(*states.rest(state, values))
    return settled if states.compiled.law.encoded else widened(settled)


def widened(settled: Settled) -> Settled:
    """The same where the national law is not encoded: it can be anything that is not weaker."""
    weakest = min(settled.outcomes)
    return Settled(frozenset(o for o in OUTCOMES if o >= weakest), settled.turns_on, settled.leaves)


Reduced = Outcome | tuple[int, tuple[object, ...]]


class _TooManyError(Exception):
    """There are more ways to complete a case than states should be laid out for."""


def _explored(states: States, start: State, values: Values) -> Settled | None:
    """The answer from the states for every way to complete the case; None where they are many."""
    index, possible = states.compiled.index, states.compiled.possible
    memo: dict[State, Reduced] = {}
    found = _Function()
    before = len(states)

    def reduce(state: State) -> Reduced:
        while state.node < 0 and (value := values(state.name)) is not None:
            position = index[state.level].get(value, -1)
            state = state.children[position] or lay_out(state, position)
        known = memo.get(state)
        if known is None:
            if state.node >= 0:
                known = found.leaf(states.leaf(state, values))
            else:
                below = [state.children[i] or lay_out(state, i) for i in possible[state.level]]
                known = found.choice(state.level, [reduce(each) for each in below])
            memo[state] = known
            if len(memo) > _MOST_VISITED:
                raise _TooManyError
        return known

    def lay_out(state: State, position: int) -> State:
        if len(states) - before >= _MOST_NEW:
            raise _TooManyError
        return states.child(state, position)

    try:
        root = reduce(start)
    except _TooManyError:
        return None
    return found.settled(states.compiled, root)


def read_off(compiled: Compiled, root: int) -> Settled:
    """The answer from its diagram."""
    level, children = compiled.diagram.level, compiled.diagram.children
    memo: dict[int, Reduced] = {}
    found = _Function()

    def reduce(node: int) -> Reduced:
        known = memo.get(node)
        if known is None:
            at = level[node]
            if at >= compiled.facts_below:
                known = found.leaf(leaf_of(compiled, node))
            else:
                known = found.choice(at, [reduce(children[node][i]) for i in compiled.possible[at]])
            memo[node] = known
        return known

    return found.settled(compiled, reduce(root))


class _Function:
    """An answer as a function over the unknown facts alone, reduced; its variables are what it turns on."""

    def __init__(self) -> None:
        self._leaves: dict[Leaf, None] = {}
        self._unique: dict[tuple[int, tuple[int, ...]], Reduced] = {}

    def leaf(self, leaf: Leaf) -> Reduced:
        """The answer where all facts are known."""
        self._leaves.setdefault(leaf)
        return leaf.outcome

    def choice(self, level: int, parts: list[Reduced]) -> Reduced:
        """The answer where it hangs on a fact: a part for each value that the fact may have."""
        if all(part is parts[0] for part in parts):
            return parts[0]
        return self._unique.setdefault((level, tuple(map(id, parts))), (level, tuple(parts)))

    def settled(self, compiled: Compiled, root: Reduced) -> Settled:
        """What the function says."""
        outcomes, turning = _reached(root)
        names = tuple(compiled.vars[level].name for level in sorted(turning))
        return Settled(frozenset(outcomes), names, tuple(self._leaves))


def _reached(root: Reduced) -> tuple[set[Outcome], set[int]]:
    """The outcomes that a function can have, and the levels of its variables."""
    outcomes: set[Outcome] = set()
    turning: set[int] = set()
    seen: set[int] = set()
    stack: list[object] = [root]
    while stack:
        part = stack.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Outcome):
            outcomes.add(part)
        elif isinstance(part, tuple):
            turning.add(part[0])
            stack.extend(part[1])
    return outcomes, turning
