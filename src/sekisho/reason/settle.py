"""One case through a compiled law: outcome, what it turns on, what it is subject to.

The walk asks only for the facts on its path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sekisho.ir import Outcome
from sekisho.reason.compile import OUTCOMES
from sekisho.reason.states import Leaf, State, States, leaf_of

Values = Callable[[str], str | None]


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
        settled = _settle_unknown(states, state, values)
    if states.compiled.law.encoded:
        return settled
    weakest = min(settled.outcomes)
    return Settled(frozenset(o for o in OUTCOMES if o >= weakest), settled.turns_on, settled.leaves)


Reduced = Outcome | tuple[int, tuple[object, ...]]


def _settle_unknown(states: States, start: State, values: Values) -> Settled:
    """The function over the unknown facts alone, reduced; its variables are what the answer turns on."""
    compiled, root = states.rest(start, values)
    level, children = compiled.diagram.level, compiled.diagram.children
    memo: dict[int, Reduced] = {}
    leaves: dict[Leaf, None] = {}
    unique: dict[tuple[int, tuple[int, ...]], Reduced] = {}

    def reduce(node: int) -> Reduced:
        found = memo.get(node)
        if found is None:
            at = level[node]
            if at >= compiled.facts_below:
                leaf = leaf_of(compiled, node)
                leaves.setdefault(leaf)
                found = leaf.outcome
            else:
                parts = tuple([reduce(children[node][i]) for i in compiled.possible[at]])
                if all(part is parts[0] for part in parts):
                    found = parts[0]
                else:
                    found = unique.setdefault((at, tuple(map(id, parts))), (at, parts))
            memo[node] = found
        return found

    outcomes: set[Outcome] = set()
    turning: set[int] = set()
    seen: set[int] = set()
    stack: list[object] = [reduce(root)]
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
    names = tuple(states.compiled.vars[level].name for level in sorted(turning))
    return Settled(frozenset(outcomes), names, tuple(leaves))
