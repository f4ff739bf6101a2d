"""Ordered, reduced decision diagrams whose variables may have more than two values.

A node is a number; its variable and its children lie in two lists. Equal functions have equal
numbers, so comparing two functions is comparing two numbers. Why not a package: `dd` encodes a
variable of nine values into four bits, which makes nodes that mean nothing in law; see
docs/decisions/0006-own-diagram.md.
"""
# ruff: noqa: PLR1714, SIM109 - two comparisons of numbers cost less than a membership test, and this is run most

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sekisho.base import Trouble, TroubleError

FALSE, TRUE = 0, 1
TERMINALS = 16
"""Numbers below this are terminals: 0 and 1 are truth, the others are for callers to give meaning to."""

MAX_NODES = 2_000_000
"""Beyond this a diagram is given up with a clear trouble."""


@dataclass
class Diagram:
    """A manager of nodes over variables in a fixed order.

    Attributes:
        sizes: For each variable (by level), how many values it has.
        level: For each node, the level of its variable; terminals lie below all variables.
        children: For each node, one child for each value of its variable.
    """

    sizes: Sequence[int]
    level: list[int] = field(default_factory=list)
    children: list[tuple[int, ...]] = field(default_factory=list)
    _unique: dict[tuple[int, tuple[int, ...]], int] = field(default_factory=dict)
    _memo: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.level:
            self.level = [len(self.sizes)] * TERMINALS
            self.children = [()] * TERMINALS

    def node(self, level: int, children: tuple[int, ...]) -> int:
        """The node with these children; the child itself where all are the same."""
        if children.count(children[0]) == len(children):
            return children[0]
        key = (level, children)
        found = self._unique.get(key)
        if found is None:
            found = self._unique[key] = len(self.level)
            if found > MAX_NODES:
                raise TroubleError(
                    [
                        Trouble(
                            "SK501",
                            f"the decision diagram grows beyond {MAX_NODES:,} nodes",
                            why="the rules depend on too many facts at once to be laid out as a diagram",
                            help="ask about fewer instruments, or fix more facts",
                        )
                    ]
                )
            self.level.append(level)
            self.children.append(children)
        return found

    def test(self, level: int, values: Sequence[int]) -> int:
        """The function that is true where the variable has one of the values (by index)."""
        return self.node(level, tuple(TRUE if i in values else FALSE for i in range(self.sizes[level])))

    def apply(self, name: str, terminal: Callable[[int, int], int | None], a: int, b: int) -> int:
        """Combine two functions value by value.

        Args:
            name: Names the operation in the memo; the same name must mean the same operation.
            terminal: The result where it is settled by the two nodes, else None. It must settle
                every pair of terminals.
            a: The one function.
            b: The other.
        """
        memo, level, children = self._memo, self.level, self.children

        def walk(a: int, b: int) -> int:
            settled = terminal(a, b)
            if settled is not None:
                return settled
            key = (name, a, b)
            found = memo.get(key)
            if found is None:
                la, lb = level[a], level[b]
                if la == lb:
                    parts = tuple([walk(x, y) for x, y in zip(children[a], children[b], strict=True)])
                elif la < lb:
                    parts = tuple([walk(x, b) for x in children[a]])
                else:
                    parts = tuple([walk(a, y) for y in children[b]])
                found = memo[key] = self.node(min(lb, la), parts)
            return found

        return walk(a, b)

    def both(self, a: int, b: int) -> int:
        """Conjunction of two truth functions.

        The same as `apply` with one operation, written out: whole laws are mostly made of this.
        """
        memo, level, children, make = self._memo, self.level, self.children, self.node

        def walk(a: int, b: int) -> int:
            if a == b or b == TRUE:
                return a
            if a == TRUE:
                return b
            if a == FALSE or b == FALSE:
                return FALSE
            key = ("and", a, b) if a < b else ("and", b, a)
            found = memo.get(key)
            if found is None:
                la, lb = level[a], level[b]
                if la == lb:
                    found = make(la, tuple([walk(x, y) for x, y in zip(children[a], children[b], strict=True)]))
                elif la < lb:
                    found = make(la, tuple([walk(x, b) for x in children[a]]))
                else:
                    found = make(lb, tuple([walk(a, y) for y in children[b]]))
                memo[key] = found
            return found

        return walk(a, b)

    def meets(self, a: int, b: int) -> bool:
        """Whether two truth functions are somewhere true together; stops where the first such place is found."""
        level, children = self.level, self.children
        failed: set[tuple[int, int]] = set()
        stack = [(a, b)]
        while stack:
            a, b = pair = stack.pop()
            if a == FALSE or b == FALSE or pair in failed:
                continue
            if a == TRUE or b == TRUE or a == b:
                return True
            failed.add(pair)
            la, lb = level[a], level[b]
            if la == lb:
                stack.extend(zip(children[a], children[b], strict=True))
            elif la < lb:
                stack.extend([(x, b) for x in children[a]])
            else:
                stack.extend([(a, y) for y in children[b]])
        return False

    def within(self, a: int, b: int) -> bool:
        """Whether a truth function is true only where the other is."""
        level, children = self.level, self.children
        seen: set[tuple[int, int]] = set()
        stack = [(a, b)]
        while stack:
            a, b = pair = stack.pop()
            if a == FALSE or b == TRUE or a == b or pair in seen:
                continue
            if b == FALSE or (a == TRUE and b < TERMINALS):
                return False
            seen.add(pair)
            la, lb = level[a], level[b]
            if la == lb:
                stack.extend(zip(children[a], children[b], strict=True))
            elif la < lb:
                stack.extend([(x, b) for x in children[a]])
            else:
                stack.extend([(a, y) for y in children[b]])
        return True

    def either(self, a: int, b: int) -> int:
        """Disjunction of two truth functions."""
        return self.apply("or", _or, a, b)

    def negate(self, a: int) -> int:
        """Negation of a truth function."""
        return self.apply("not", _not, a, TRUE)

    def choose(self, condition: int, then: int, other: int) -> int:
        """`then` where the condition is true, else `other`."""
        memo, level, children = self._memo, self.level, self.children

        def walk(c: int, t: int, e: int) -> int:
            if c == TRUE or t == e:
                return t
            if c == FALSE:
                return e
            key = (f"?{c}", t, e)
            found = memo.get(key)
            if found is None:
                top = min(level[c], level[t], level[e])
                size = self.sizes[top]
                found = memo[key] = self.node(
                    top,
                    tuple(
                        walk(
                            children[c][i] if level[c] == top else c,
                            children[t][i] if level[t] == top else t,
                            children[e][i] if level[e] == top else e,
                        )
                        for i in range(size)
                    ),
                )
            return found

        return walk(condition, then, other)

    def cofactor(self, a: int, at: int, position: int) -> int:
        """The same function with the variable at a level fixed to one of its values."""
        memo, level, children = self._memo, self.level, self.children
        name = f"{at}={position}"

        def walk(a: int) -> int:
            if level[a] > at:
                return a
            if level[a] == at:
                return children[a][position]
            key = (name, a, -2)
            found = memo.get(key)
            if found is None:
                found = memo[key] = self.node(level[a], tuple(walk(x) for x in children[a]))
            return found

        return walk(a)

    def relabel(self, name: str, a: int, change: Callable[[int], int]) -> int:
        """The same function with every terminal replaced; `name` names the replacement in the memo."""
        memo, level, children = self._memo, self.level, self.children

        def walk(a: int) -> int:
            if a < TERMINALS:
                return change(a)
            key = (name, a, -1)
            found = memo.get(key)
            if found is None:
                found = memo[key] = self.node(level[a], tuple(walk(x) for x in children[a]))
            return found

        return walk(a)

    def terminals(self, a: int) -> frozenset[int]:
        """The terminals that can be reached from a node."""
        seen, stack, found = {a}, [a], set()
        while stack:
            node = stack.pop()
            if node < TERMINALS:
                found.add(node)
            for child in self.children[node]:
                if child not in seen:
                    seen.add(child)
                    stack.append(child)
        return frozenset(found)

    def support(self, a: int) -> frozenset[int]:
        """The levels of the variables that a function depends on."""
        seen, stack, found = {a}, [a], set()
        while stack:
            node = stack.pop()
            if node >= TERMINALS:
                found.add(self.level[node])
            for child in self.children[node]:
                if child not in seen:
                    seen.add(child)
                    stack.append(child)
        return frozenset(found)

    def size(self, a: int) -> int:
        """How many nodes a function has, terminals included."""
        seen, stack = {a}, [a]
        while stack:
            for child in self.children[stack.pop()]:
                if child not in seen:
                    seen.add(child)
                    stack.append(child)
        return len(seen)

    def forget(self) -> None:
        """Drop the memo of operations; nodes stay."""
        self._memo.clear()


def _or(a: int, b: int) -> int | None:
    if a == TRUE or b == TRUE:
        return TRUE
    if a == FALSE:
        return b
    if b == FALSE or a == b:
        return a
    return None


def _not(a: int, _b: int) -> int | None:
    return 1 - a if a < 2 else None
