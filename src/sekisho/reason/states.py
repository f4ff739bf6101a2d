"""The diagram of the whole law, laid out along the paths that cases take.

A state is what remains of the law once some facts are known: the residual condition of every rule
that can still matter, and the strongest answer that is already certain. States with the same
residue are the same state, so what is laid out is an ordered decision diagram; only the part that
some case has visited exists. Every step below keeps the meaning of `decide/combine.py` exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sekisho.ir import Outcome
from sekisho.reason.compile import Compiled, Part
from sekisho.reason.diagram import FALSE, TERMINALS, TRUE, Diagram

SILENT = 0
"""Weaker than every outcome: no instrument has spoken yet."""

Key = tuple[int, tuple[int, ...], tuple[int, ...]]
Findings = tuple[tuple[str, str], ...]

_MAX_SETS = 64


@dataclass(frozen=True, slots=True)
class Leaf:
    """What the law lets the authorities do once all facts are known.

    Attributes:
        outcome: The weakest outcome that findings can reach (`free` only where all reach it).
        reachable: Every outcome that findings can reach.
        subject_to: The smallest sets of findings under which the transfer may be permitted.
    """

    outcome: Outcome
    reachable: frozenset[Outcome]
    subject_to: tuple[Findings, ...]


class State:
    """One node: the variable to ask next with one child for each value; or an end, where no fact matters.

    Attributes:
        node: At an end, the residual answer as a diagram over the judgements; else -1.
        open: At an end, the judgements on which it depends, as (level, name).
        leaves: At an end, the leaf for each way in which some of them have been settled.
    """

    __slots__ = ("children", "key", "leaves", "level", "name", "node", "open")

    def __init__(self, key: Key, level: int, name: str, size: int) -> None:
        self.key = key
        self.level = level
        self.name = name
        self.children: list[State | None] = [None] * size
        self.node = -1
        self.open: tuple[tuple[int, str], ...] = ()
        self.leaves: dict[tuple[str | None, ...], Leaf] = {}


@dataclass
class States:
    """All states of one compiled law that have been visited."""

    compiled: Compiled
    _known: dict[Key, State] = field(default_factory=dict)
    _leaves: dict[int, Leaf] = field(default_factory=dict)

    def root(self) -> State:
        """The law with nothing known."""
        return self._state(SILENT, list(self.compiled.scopes), list(self.compiled.rules))

    def child(self, state: State, position: int) -> State:
        """The state once the variable is known to have the value at that position."""
        found = state.children[position]
        if found is None:
            at, diagram = state.level, self.compiled.diagram
            level, children = diagram.level, diagram.children
            floor, scopes, rules = state.key
            found = state.children[position] = self._state(
                floor,
                [children[node][position] if level[node] == at else node for node in scopes],
                [children[node][position] if level[node] == at else node for node in rules],
            )
        return found

    def rest(self, state: State, values: Callable[[str], str | None]) -> tuple[Compiled, int]:
        """What remains of the law once everything known has been said, as one diagram of its own.

        Where facts are unknown, laying states out for every way to complete them would take very
        long: what they share shows only in the answer. Once the known values are put in, whatever
        their level, the answer as a whole is small. It is laid out in a diagram that is thrown away
        afterwards, so that unusual questions leave nothing behind.

        Returns:
            The compiled law over the diagram, and the node of the answer, as in `answer_node`.
        """
        whole, index, vars = self.compiled.diagram, self.compiled.index, self.compiled.vars
        compiled = replace(self.compiled, diagram=Diagram(whole.sizes))
        known: dict[int, int] = {}
        done: dict[int, int] = {}

        def restrict(node: int) -> int:
            if node < TERMINALS:
                return node
            found = done.get(node)
            if found is None:
                at, children = whole.level[node], whole.children[node]
                position = known.get(at)
                if position is None:
                    value = values(vars[at].name)
                    position = known[at] = -1 if value is None else index[at].get(value, len(children) - 1)
                if position >= 0:
                    found = restrict(children[position])
                else:
                    found = compiled.diagram.node(at, tuple([restrict(child) for child in children]))
                done[node] = found
            return found

        floor, *nodes = state.key
        scopes, rules = ([restrict(node) for node in each] for each in nodes)
        floor = simplify(compiled, floor, scopes, rules)
        return compiled, answer_node(compiled, floor, scopes, rules)

    def _state(self, floor: int, scopes: list[int], rules: list[int]) -> State:
        floor = simplify(self.compiled, floor, scopes, rules)
        key = (floor, tuple(scopes), tuple(rules))
        state = self._known.get(key)
        if state is None:
            level = self.compiled.diagram.level
            at = min((level[node] for node in (*scopes, *rules)), default=len(self.compiled.vars))
            if at >= self.compiled.facts_below:
                state = State(key, at, "", 0)
                state.node = answer_node(self.compiled, floor, scopes, rules)
                levels = sorted(self.compiled.diagram.support(state.node))
                state.open = tuple((each, self.compiled.vars[each].name) for each in levels)
                self.compiled.diagram.forget()
            else:
                var = self.compiled.vars[at]
                state = State(key, at, var.name, len(var.domain))
            self._known[key] = state
        return state

    def __len__(self) -> int:
        return len(self._known)

    def leaf(self, state: State, values: Callable[[str], str | None]) -> Leaf:
        """What the authorities may do at an end, given the findings that have been made."""
        row = tuple([values(name) for _, name in state.open])
        found = state.leaves.get(row)
        if found is None:
            node = state.node
            for (level, _), value in zip(state.open, row, strict=True):
                if value is not None:
                    node = self.compiled.diagram.cofactor(node, level, self.compiled.index[level][value])
            found = state.leaves[row] = self._leaf(node)
        return found

    def _leaf(self, node: int) -> Leaf:
        leaf = self._leaves.get(node)
        if leaf is None:
            leaf = self._leaves[node] = leaf_of(self.compiled, node)
            self.compiled.diagram.forget()
        return leaf


def leaf_of(compiled: Compiled, node: int) -> Leaf:
    """What the authorities may do, from the answer as a diagram over the judgements alone."""
    reachable = frozenset(Outcome(terminal - 2) for terminal in compiled.diagram.terminals(node))
    outcome = Outcome.FREE if reachable == {Outcome.FREE} else max(min(reachable), Outcome.MAY_BE_PERMITTED)
    sets = implicants(compiled, node) if outcome <= Outcome.MAY_BE_PERMITTED else ()
    return Leaf(outcome, reachable, sets)


def simplify(compiled: Compiled, floor: int, scopes: list[int], rules: list[int]) -> int:
    """Drop what can no longer matter, in place; returns the strongest answer that is certain.

    A rule that cannot stand becomes false; an instrument whose answer is settled, or cannot be
    stronger than the floor, falls silent, unless another still listens to it.
    """
    stands: dict[int, bool | None] = {}
    excepted: list[int] = []
    for rule, node in enumerate(rules):
        if node == FALSE:
            stands[rule] = False
        elif compiled.exceptions[rule]:
            excepted.append(rule)
        else:
            stands[rule] = True if node == TRUE else None

    def stand(rule: int) -> bool | None:
        if rule in stands:
            return stands[rule]
        beaten = [stand(e) for e in compiled.exceptions[rule]]
        found: bool | None = True if rules[rule] == TRUE and None not in beaten else None
        if True in beaten:
            rules[rule], found = FALSE, False
        stands[rule] = found
        return found

    for rule in excepted:
        stand(rule)
    decided = [_decided(part, scopes[i], stands) for i, part in enumerate(compiled.parts)]
    bounds: list[tuple[int, int]] = []
    for i, part in enumerate(compiled.parts):
        if any(decided[other] is True for other in part.yields):
            bounds.append((SILENT, SILENT))
            continue
        low, high = _bounds(part, scopes[i], stands)
        if any(decided[other] is None for other in part.yields):
            low = SILENT
        bounds.append((low, high))
    floor = max([floor, *(low for low, _ in bounds)])
    if floor == Outcome.PROHIBITED:
        scopes[:] = [FALSE] * len(scopes)
        rules[:] = [FALSE] * len(rules)
        return floor
    matters = [high > floor for _, high in bounds]
    listened = _listened(compiled, matters, decided)
    needed: set[int] = set()
    for i, part in enumerate(compiled.parts):
        if i in listened:
            deciding = [rule for _, group in part.levels for rule in group]
            certain = [rule for rule in deciding if stands[rule]] if decided[i] and not matters[i] else []
            needed.update(certain[:1] or [rule for rule in deciding if stands[rule] is not False])
        elif matters[i]:
            for _, group in part.levels:
                certain = [rule for rule in group if stands[rule]]
                needed.update(certain[:1] or [rule for rule in group if stands[rule] is None])
                if certain:
                    break
        else:
            scopes[i] = FALSE
    _close(compiled, needed, stands)
    for rule in range(len(rules)):
        if rule not in needed:
            rules[rule] = FALSE
        elif stands[rule]:
            rules[rule] = TRUE
    return floor


def _listened(compiled: Compiled, matters: list[bool], decided: list[bool | None]) -> set[int]:
    """The instruments to which one that is kept yields, or still may.

    One that is kept only because another listens to it must stay silent itself where it yields, so
    what it yields to is kept as well.
    """
    found: set[int] = set()
    stack = [i for i, each in enumerate(matters) if each]
    while stack:
        for other in compiled.parts[stack.pop()].yields:
            if other not in found and decided[other] is not False:
                found.add(other)
                stack.append(other)
    return found


def _decided(part: Part, scope: int, stands: dict[int, bool | None]) -> bool | None:
    """Whether a rule of the instrument decides: yes, no, or not settled."""
    if scope == FALSE:
        return False
    seen = {stands[rule] for _, group in part.levels for rule in group}
    if True in seen:
        return True if scope == TRUE else None
    return None if None in seen else False


def _bounds(part: Part, scope: int, stands: dict[int, bool | None]) -> tuple[int, int]:
    """The weakest and the strongest answer that the instrument can still give."""
    if scope == FALSE:
        return SILENT, SILENT
    possible: list[int] = []
    for outcome, group in part.levels:
        seen = {stands[rule] for rule in group}
        if True in seen:
            possible.append(outcome)
            break
        if None in seen:
            possible.append(outcome)
    else:
        possible.append(part.default)
    return (min(possible) if scope == TRUE else SILENT), max(possible)


def _close(compiled: Compiled, needed: set[int], stands: dict[int, bool | None]) -> None:
    """Add the exceptions that can still defeat what is needed."""
    stack = [rule for rule in needed if stands[rule] is None]
    while stack:
        for exception in compiled.exceptions[stack.pop()]:
            if exception not in needed and stands[exception] is not False:
                needed.add(exception)
                stack.append(exception)


def answer_node(compiled: Compiled, floor: int, scopes: list[int], rules: list[int]) -> int:
    """The residual answer as a diagram; the terminal of an outcome is its number plus 2."""
    diagram = compiled.diagram
    stands: dict[int, int] = {}

    def stand(rule: int) -> int:
        found = stands.get(rule)
        if found is None:
            found = rules[rule]
            for exception in compiled.exceptions[rule]:
                if found == FALSE:
                    break
                found = diagram.both(found, diagram.negate(stand(exception)))
            stands[rule] = found
        return found

    spoken: list[tuple[int, int]] = []
    for i, part in enumerate(compiled.parts):
        answer, decided = part.default + 2, FALSE
        for outcome, group in reversed(part.levels):
            node = FALSE
            for rule in group:
                node = diagram.either(node, stand(rule))
            answer = diagram.choose(node, outcome + 2, answer)
            decided = diagram.either(decided, node)
        spoken.append((diagram.choose(scopes[i], answer, SILENT + 2), diagram.both(scopes[i], decided)))
    root = floor + 2
    for i, part in enumerate(compiled.parts):
        answer = spoken[i][0]
        for other in part.yields:
            answer = diagram.choose(spoken[other][1], SILENT + 2, answer)
        root = diagram.greatest(Outcome.PROHIBITED + 2, root, answer)
    return diagram.relabel("free", root, lambda terminal: max(terminal, Outcome.FREE + 2))


def implicants(compiled: Compiled, node: int) -> tuple[Findings, ...]:
    """Every minimal set of findings that makes the outcome at most *may be permitted*.

    The prime implicants of a two-valued function: those that need neither value of the topmost
    variable come from the conjunction of its two sides. At most 64 are kept.
    """
    diagram = compiled.diagram
    limit = Outcome.MAY_BE_PERMITTED + 2
    good = diagram.relabel("good", node, lambda terminal: TRUE if terminal <= limit else FALSE)
    memo: dict[int, tuple[Findings, ...]] = {FALSE: (), TRUE: ((),)}

    def walk(node: int) -> tuple[Findings, ...]:
        found = memo.get(node)
        if found is None:
            low, high = diagram.children[node]
            name = compiled.vars[diagram.level[node]].name
            shared = walk(diagram.both(low, high))
            kept = [frozenset(each) for each in shared]
            sets = list(shared)
            for value, side in (("false", low), ("true", high)):
                for each in walk(side):
                    if not any(small <= frozenset(each) for small in kept):
                        sets.append(((name, value), *each))
            found = memo[node] = tuple(sorted(sets, key=len)[:_MAX_SETS])
        return found

    every = (tuple(sorted(each)) for each in walk(good))
    return tuple(sorted(every, key=lambda each: (len(each), [n for n, _ in each], [v for _, v in each])))
