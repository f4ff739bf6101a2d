"""Ordered, reduced decision diagrams whose variables may have more than two values.

A node is a number; its variable and its children lie in two lists. Equal functions have equal
numbers, so comparing two functions is comparing two numbers. Why not a package: `dd` encodes a
variable of nine values into four bits, which makes nodes that mean nothing in law; see
docs/decisions/0006-own-diagram.md.

An operation is a mapping that works out what it does not hold yet: the children of a node are then
looked up all at once, without a call for each that is known. Most are, for a variable of many
values has few different children; whole laws are laid out in half the time.
"""
# ruff: noqa: PLR1714, SIM109 - two comparisons of numbers cost less than a membership test, and this is run most

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat

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
    _operations: dict[object, _Relabelled | _Pairs | _Choice] = field(default_factory=dict)
    _within: dict[tuple[int, int], bool] = field(default_factory=dict)

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
            name: Names the operation in the memory; the same name must mean the same operation.
            terminal: The result where it is settled by the two nodes, else None. It must settle
                every pair of terminals.
            a: The one function.
            b: The other.
        """
        made = self._operations.get(name)
        if made is None:
            made = self._operations[name] = _Applied(self, terminal)
        return made[a, b]  # type: ignore[index]

    def both(self, a: int, b: int) -> int:
        """Conjunction of two truth functions."""
        made = self._operations.get("and")
        if made is None:
            made = self._operations["and"] = _Both(self)
        return made[a, b]  # type: ignore[index]

    def minus(self, a: int, b: int) -> int:
        """One truth function where another is false."""
        made = self._operations.get("minus")
        if made is None:
            made = self._operations["minus"] = _Minus(self)
        return made[a, b]  # type: ignore[index]

    def either(self, a: int, b: int) -> int:
        """Disjunction of two truth functions."""
        return self.greatest(TRUE, a, b)

    def greatest(self, top: int, a: int, b: int) -> int:
        """The greater terminal of two functions, none of whose terminals is greater than `top`."""
        made = self._operations.get(top)
        if made is None:
            made = self._operations[top] = _Greatest(self, top)
        return made[a, b]  # type: ignore[index]

    def meets(self, a: int, b: int) -> bool:
        """Whether two truth functions are somewhere true together."""
        return self.reaches(a, frozenset((TRUE,)), b)

    def reaches(self, a: int, ends: frozenset[int], where: int) -> bool:
        """Whether a function leads to one of some terminals, somewhere where a truth function is true.

        Stops where the first such place is found, and lays out nothing.
        """
        level, children = self.level, self.children
        seen: set[tuple[int, int]] = set()
        stack = [(a, where)]
        while stack:
            pair = stack.pop()
            a, b = pair
            if b == FALSE or pair in seen:
                continue
            if a < TERMINALS:
                if a in ends:
                    return True
                continue
            seen.add(pair)
            la, lb = level[a], level[b]
            if la == lb:
                stack.extend(zip(children[a], children[b], strict=True))
            elif la < lb:
                stack.extend([(x, b) for x in children[a]])
            else:
                stack.extend([(a, y) for y in children[b]])
        return False

    def within(self, a: int, b: int) -> bool:
        """Whether a truth function is true only where the other is; what was found is remembered."""
        level, children, known = self.level, self.children, self._within
        seen: set[tuple[int, int]] = set()
        stack = [(a, b)]
        while stack:
            pair = stack.pop()
            one, other = pair
            if one == FALSE or other == TRUE or one == other or pair in seen:
                continue
            found = known.get(pair)
            if found:
                continue
            if found is False or other == FALSE or (one == TRUE and other < TERMINALS):
                known[a, b] = False
                return False
            seen.add(pair)
            la, lb = level[one], level[other]
            if la == lb:
                stack.extend(zip(children[one], children[other], strict=True))
            elif la < lb:
                stack.extend([(x, other) for x in children[one]])
            else:
                stack.extend([(one, y) for y in children[other]])
        known.update(dict.fromkeys(seen, True))
        return True

    def negate(self, a: int) -> int:
        """Negation of a truth function."""
        return self.relabel("not", a, lambda at: TRUE - at)

    def choose(self, condition: int, then: int, other: int) -> int:
        """`then` where the condition is true, else `other`."""
        made = self._operations.get("choose")
        if made is None:
            made = self._operations["choose"] = _Choice(self)
        return made[condition, then, other]  # type: ignore[index]

    def cofactor(self, a: int, at: int, position: int) -> int:
        """The same function with the variable at a level fixed to one of its values."""
        return self.restrict(a, {at: position})

    def restrict(self, a: int, fixed: Mapping[int, int]) -> int:
        """The same function with some variables fixed, by level and position."""
        level, children, make = self.level, self.children, self.node
        chosen, last = fixed.get, max(fixed, default=-1)
        memo: dict[int, int] = {}
        known = memo.get

        def walk(node: int) -> int:
            asked = node
            at = level[node]
            while (position := chosen(at)) is not None:
                node = children[node][position]
                at = level[node]
            if at > last:
                found = node
            elif node != asked and (already := known(node)) is not None:
                found = already
            else:
                parts = [walk(child) if (part := known(child)) is None else part for child in children[node]]
                found = memo[node] = make(at, tuple(parts))
            memo[asked] = found
            return found

        return walk(a)

    def relabel(self, name: str, a: int, change: Callable[[int], int]) -> int:
        """The same function with every terminal replaced; `name` names the replacement in the memory."""
        made = self._operations.get(name)
        if made is None:
            made = self._operations[name] = _Relabelled(self, change)
        return made[a]  # type: ignore[index]

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

    def layers(self, a: int) -> dict[int, list[tuple[int, ...]]]:
        """For each level, the children of every node that a function has there."""
        seen, stack = {a}, [a]
        found: dict[int, list[tuple[int, ...]]] = {}
        while stack:
            node = stack.pop()
            if node >= TERMINALS:
                found.setdefault(self.level[node], []).append(self.children[node])
            for child in self.children[node]:
                if child not in seen:
                    seen.add(child)
                    stack.append(child)
        return found

    def write(self, a: int) -> list[int]:
        """A function as numbers: each node its level and children, those below first, counted from 16 on."""
        numbers = {end: end for end in range(TERMINALS)}
        rows: list[int] = []
        stack = [a]
        while stack:
            node = stack[-1]
            below = [child for child in self.children[node] if child not in numbers]
            if below or node in numbers:
                stack.extend(below) if below else stack.pop()
                continue
            numbers[stack.pop()] = len(numbers)
            rows.append(self.level[node])
            rows.extend([numbers[child] for child in self.children[node]])
        return [numbers[a], *rows]

    def read(self, rows: Sequence[int]) -> int:
        """The function that was written."""
        nodes = list(range(TERMINALS))
        at, end, sizes, make = 1, len(rows), self.sizes, self.node
        while at < end:
            level = rows[at]
            after = at + 1 + sizes[level]
            nodes.append(make(level, tuple([nodes[i] for i in rows[at + 1 : after]])))
            at = after
        return nodes[rows[0]]

    def size(self, a: int) -> int:
        """How many nodes a function has, terminals included."""
        seen, stack = {a}, [a]
        while stack:
            for child in self.children[stack.pop()]:
                if child not in seen:
                    seen.add(child)
                    stack.append(child)
        return len(seen)

    def remembered(self) -> int:
        """How many results of operations are kept."""
        return sum(map(len, self._operations.values()))

    def forget(self) -> None:
        """Drop the results of operations; nodes stay."""
        self._operations.clear()
        self._within.clear()


class _Relabelled(dict[int, int]):
    """From a node to the same function with every terminal replaced."""

    def __init__(self, diagram: Diagram, change: Callable[[int], int]) -> None:
        super().__init__()
        self._level, self._children, self._node = diagram.level, diagram.children, diagram.node
        self._change = change

    def __missing__(self, a: int) -> int:
        if a < TERMINALS:
            found = self._change(a)
        else:
            found = self._node(self._level[a], tuple(map(self.__getitem__, self._children[a])))
        self[a] = found
        return found


class _Pairs(dict[tuple[int, int], int]):
    """From two nodes to what an operation makes of them."""

    def __init__(self, diagram: Diagram) -> None:
        super().__init__()
        self._level, self._children, self._node = diagram.level, diagram.children, diagram.node

    def _apart(self, a: int, b: int) -> int:
        """The operation on the children of the topmost variable."""
        la, lb = self._level[a], self._level[b]
        pairs: Iterator[tuple[int, int]]
        if la == lb:
            pairs = zip(self._children[a], self._children[b], strict=True)
        elif la < lb:
            pairs = zip(self._children[a], repeat(b))
        else:
            la, pairs = lb, zip(repeat(a), self._children[b])
        return self._node(la, tuple(map(self.__getitem__, pairs)))


class _Both(_Pairs):
    def __missing__(self, pair: tuple[int, int]) -> int:
        a, b = pair
        if a == b or b == TRUE:
            found = a
        elif a == TRUE:
            found = b
        elif a == FALSE or b == FALSE:
            found = FALSE
        else:
            twin = self.get((b, a))
            found = self._apart(a, b) if twin is None else twin
        self[pair] = found
        return found


class _Minus(_Pairs):
    def __missing__(self, pair: tuple[int, int]) -> int:
        a, b = pair
        if b == FALSE:
            found = a
        elif a == FALSE or b == TRUE or a == b:
            found = FALSE
        else:
            found = self._apart(a, b)
        self[pair] = found
        return found


class _Greatest(_Pairs):
    def __init__(self, diagram: Diagram, top: int) -> None:
        super().__init__(diagram)
        self._top = top

    def __missing__(self, pair: tuple[int, int]) -> int:
        a, b = pair
        top = self._top
        if a == b or b == FALSE:
            found = a
        elif a == FALSE:
            found = b
        elif a == top or b == top:
            found = top
        elif a < TERMINALS and b < TERMINALS:
            found = max(a, b)
        else:
            twin = self.get((b, a))
            found = self._apart(a, b) if twin is None else twin
        self[pair] = found
        return found


class _Applied(_Pairs):
    def __init__(self, diagram: Diagram, terminal: Callable[[int, int], int | None]) -> None:
        super().__init__(diagram)
        self._terminal = terminal

    def __missing__(self, pair: tuple[int, int]) -> int:
        settled = self._terminal(*pair)
        found = self[pair] = self._apart(*pair) if settled is None else settled
        return found


class _Choice(dict[tuple[int, int, int], int]):
    """From a condition and two functions to the one or the other."""

    def __init__(self, diagram: Diagram) -> None:
        super().__init__()
        self._level, self._children, self._node = diagram.level, diagram.children, diagram.node

    def __missing__(self, row: tuple[int, int, int]) -> int:
        condition, then, other = row
        if condition == TRUE or then == other:
            found = then
        elif condition == FALSE:
            found = other
        else:
            level, children = self._level, self._children
            top = min(level[condition], level[then], level[other])
            parts = zip(*(children[each] if level[each] == top else repeat(each) for each in row), strict=False)
            found = self._node(top, tuple(map(self.__getitem__, parts)))
        self[row] = found
        return found
