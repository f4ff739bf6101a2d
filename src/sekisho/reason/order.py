"""The order of variables under which the whole law is a small diagram.

Two steps. A cheap one places variables that rules mention together side by side (the FORCE
heuristic: each variable moves to the middle of its rules until nothing moves). Then every variable
is tried on every level of real diagrams and left where they are smallest (sifting). On the Japanese
book the first step leaves about 4,000 nodes and the second 700. Any order gives the same answers;
only the time differs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sekisho.ir import InForce, Law, variables
from sekisho.reason.diagram import TERMINALS, Diagram

_ROUNDS = 60
_GROWTH = 1.2


def formulas_together(laws: Sequence[Law]) -> tuple[tuple[str, ...], ...]:
    """For each scope and each rule of the laws, the variables that it mentions; each list once."""
    found: dict[tuple[str, ...], None] = {}
    for law in laws:
        for part in law.instruments:
            for names in _edges(part):
                if names:
                    found.setdefault(names)
    return tuple(found)


def _edges(part: InForce) -> list[tuple[str, ...]]:
    rules = [rule for rule in part.rules if rule.effect.outcome or rule.exception_to]
    return [variables(part.scope), *(variables(rule.when) for rule in rules)]


def side_by_side(edges: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The variables of the lists, in an order in which each list spans few others.

    Example:
        >>> side_by_side([("a", "d"), ("b", "c"), ("d", "b")])
        ('a', 'd', 'b', 'c')
    """
    names = tuple(dict.fromkeys(name for edge in edges for name in edge))
    place: dict[str, float] = {name: float(i) for i, name in enumerate(names)}

    def span() -> float:
        return sum(max(place[name] for name in edge) - min(place[name] for name in edge) for edge in edges)

    best, kept = span(), names
    for _ in range(_ROUNDS):
        pull: dict[str, list[float]] = {name: [] for name in names}
        for edge in edges:
            middle = sum(place[name] for name in edge) / len(edge)
            for name in edge:
                pull[name].append(middle)
        order = sorted(names, key=lambda name: sum(pull[name]) / len(pull[name]))
        place = {name: float(i) for i, name in enumerate(order)}
        now = span()
        if now < best:
            best, kept = now, tuple(order)
    return kept


class Sifter:
    """Functions of one diagram, copied so that neighbouring variables can change places."""

    def __init__(self, diagram: Diagram, roots: Sequence[int], order: Sequence[str]) -> None:
        self.order = list(order)
        self._sizes = list(diagram.sizes)
        self._at: list[dict[tuple[int, ...], int]] = [{} for _ in order]
        self._children: dict[int, tuple[int, ...]] = {}
        self._level: dict[int, int] = {}
        self._uses: dict[int, int] = {}
        self._next = TERMINALS
        copied: dict[int, int] = {}

        def copy(node: int) -> int:
            if node < TERMINALS:
                return node
            if node not in copied:
                copied[node] = self._node(diagram.level[node], tuple(copy(c) for c in diagram.children[node]))
            return copied[node]

        for root in roots:
            own = copy(root)
            if own >= TERMINALS:
                self._uses[own] += 1

    def __len__(self) -> int:
        return len(self._children)

    def _node(self, level: int, children: tuple[int, ...]) -> int:
        first = children[0]
        if all(child == first for child in children):
            return first
        found = self._at[level].get(children)
        if found is None:
            found = self._at[level][children] = self._next
            self._next += 1
            self._children[found], self._level[found], self._uses[found] = children, level, 0
            for child in children:
                if child >= TERMINALS:
                    self._uses[child] += 1
        return found

    def _release(self, node: int) -> None:
        stack = [node]
        while stack:
            node = stack.pop()
            if node < TERMINALS:
                continue
            self._uses[node] -= 1
            if self._uses[node] == 0:
                children = self._children.pop(node)
                del self._at[self._level.pop(node)][children]
                del self._uses[node]
                stack.extend(children)

    def swap(self, upper: int) -> None:
        """Exchange the variables of a level and the next; nodes that callers hold keep their meaning."""
        lower = upper + 1
        values = self._sizes[lower]
        above, below = self._at[upper], self._at[lower]
        self._at[upper], self._at[lower] = dict(below), {}
        self.order[upper], self.order[lower] = self.order[lower], self.order[upper]
        self._sizes[upper], self._sizes[lower] = self._sizes[lower], self._sizes[upper]
        moved = set(below.values())
        for node in moved:
            self._level[node] = upper
        pending: list[tuple[int, tuple[int, ...]]] = []
        for children, node in above.items():
            if moved.isdisjoint(children):
                self._at[lower][children] = node
                self._level[node] = lower
            else:
                pending.append((node, children))
        for node, children in pending:
            turned = tuple(
                self._node(lower, tuple(self._children[c][j] if c in moved else c for c in children))
                for j in range(values)
            )
            for child in turned:
                if child >= TERMINALS:
                    self._uses[child] += 1
            self._children[node] = turned
            self._at[upper][turned] = node
            for child in children:
                self._release(child)

    def sift(self, rounds: int = 2) -> tuple[str, ...]:
        """Move every variable to its best level, those with most nodes first; the order found."""
        for _ in range(rounds):
            before = len(self)
            used = sorted((i for i, nodes in enumerate(self._at) if nodes), key=lambda i: -len(self._at[i]))
            for name in [self.order[i] for i in used]:
                self._settle(self.order.index(name))
            if len(self) > 0.97 * before:
                break
        return tuple(self.order)

    def _settle(self, level: int) -> None:
        count = 1 + max(i for i, nodes in enumerate(self._at) if nodes)
        best, at, best_at = len(self), level, level
        for step in (1, -1) if level > count / 2 else (-1, 1):
            while 0 <= at + step < count:
                self.swap(at if step == 1 else at - 1)
                at += step
                size = len(self)
                if size < best:
                    best, best_at = size, at
                if size > _GROWTH * best:
                    break
        while at != best_at:
            step = 1 if best_at > at else -1
            self.swap(at if step == 1 else at - 1)
            at += step


def complete(order: Sequence[str], vars: Mapping[str, object]) -> tuple[str, ...]:
    """The order, with every variable that it lacks at the end and none that does not exist."""
    kept = [name for name in order if name in vars]
    return (*kept, *(name for name in vars if name not in set(kept)))
