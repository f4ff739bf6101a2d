"""Conditions of one state's law as diagrams, through all its versions, and what stands where.

Everything is held against what can be the case at all: the library's constraints, and that two roles
are the same state only where their states are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product

from sekisho.base import FIRST_DAY, Day
from sekisho.ir import INTERNATIONAL, Formula, InForce, Kind, Law, Library, Rule, Test, Timeline, both
from sekisho.reason.diagram import FALSE
from sekisho.reason.order import formulas_together, side_by_side
from sekisho.reason.whole import Whole

_CALM = {"act": "export", "end-user": "government", "consideration": "sale", "stock": "new", "programme": "none"}
"""What a witness is like where the law does not force it to be otherwise: the plain case."""


class Space:
    """The law of one state through time, for questions about all cases at once."""

    def __init__(self, library: Library, timeline: Timeline, state: str, *, since: Day = FIRST_DAY) -> None:
        self.library = library
        self.state = state
        self.laws = tuple(timeline.law(state, day) for day in timeline.change_days(state) if day >= since)
        order = side_by_side(formulas_together(self.laws))
        self.whole = Whole(library.vars, self.laws, (), order)
        self.diagram = self.whole.diagram
        self._impossible = [
            node
            for node in (
                *(self.whole.condition(constraint.impossible) for constraint in library.constraints),
                *map(self.whole.condition, _roles_apart(library, state)),
            )
            if node != FALSE
        ]
        self._supports = [self.diagram.support(node) for node in self._impossible]
        self._possible: dict[int, int] = {}
        self._keys: dict[tuple[object, ...], int] = {}
        self._standing: dict[tuple[int, str], int] = {}

    def own(self, part: InForce) -> bool:
        """Whether the instrument is this state's, and not one of the international layer that it meets."""
        return part.instrument.jurisdiction == self.state

    def scope(self, part: InForce) -> int:
        """Where the instrument speaks."""
        node = FALSE
        for scope in part.scopes:
            node = self.diagram.either(node, self.whole.condition(scope.when))
        return node

    def key(self, law: Law, rule: Rule) -> int:
        """A number for the rule with the exceptions to it that are in force; equal numbers stand alike."""
        key = (rule.name, *(self.key(law, exception) for exception in law.exceptions[rule.name]))
        return self._keys.setdefault(key, len(self._keys))

    def stands(self, law: Law, rule: Rule) -> int:
        """Where the rule applies and is not defeated, whatever the scope of its instrument."""
        key = (self.key(law, rule), rule.name)
        node = self._standing.get(key)
        if node is None:
            node = self.whole.condition(rule.when)
            for exception in law.exceptions[rule.name]:
                if node == FALSE:
                    break
                node = self.diagram.both(node, self.diagram.negate(self.stands(law, exception)))
            self._standing[key] = node
        return node

    def less(self, node: int, others: Iterable[int]) -> int:
        """Where the first holds and none of the others does; as soon as nothing is left, no further one is asked."""
        for other in others:
            if node == FALSE:
                break
            node = self.diagram.both(node, self.diagram.negate(other))
        return node

    def possible(self, node: int) -> int:
        """The same, without what cannot be the case."""
        found = self._possible.get(node)
        if found is None:
            found, waiting = node, list(zip(self._impossible, self._supports, strict=True))
            changed = True
            while changed and found != FALSE:
                changed = False
                support = self.diagram.support(found)
                for pair in [pair for pair in waiting if support & pair[1]]:
                    waiting.remove(pair)
                    found = self.diagram.both(found, self.diagram.negate(pair[0]))
                    changed = True
            self._possible[node] = found
        return found

    def witness(self, node: int, day: Day, say: Callable[[Formula, bool], str]) -> str:
        """A case for which the condition holds, in words: what the condition asks about, and no more.

        It is as plain as the condition allows, and no constraint is broken by it.
        """
        whole, said = self.whole, self.diagram.support(node)
        node = self.possible(node)
        preferred = {
            level: whole.position[level].get(_CALM.get(point.name, ""), 0) for level, point in enumerate(whole.points)
        }
        chosen = whole.witness(node, preferred)
        if chosen is None:
            return ""
        words: list[str] = []
        for level in sorted(said & chosen.keys()):
            point, value = whole.points[level], whole.points[level].values[chosen[level]]
            if (
                chosen[level] == preferred[level]
                and point.name not in ("act", "form")
                and point.var.kind is not Kind.FACT
            ):
                continue
            words.append(_said(say, point.name, point.values, value))
        whose = "" if self.state == INTERNATIONAL else f" under the law of {self.state}"
        return f"on {day}{whose}: " + "; ".join(word for word in dict.fromkeys(words) if word)


def _said(say: Callable[[Formula, bool], str], name: str, values: tuple[str, ...], value: str) -> str:
    if "true" in values:
        return say(Test(name), value == "true")
    if value == "*":
        named = tuple(each for each in values if each != "*")
        return say(Test(name, named), False) if len(named) <= 2 else ""
    return say(Test(name, (value,)), True)


def _roles_apart(library: Library, state: str) -> list[Formula]:
    """What cannot be said of roles: that they are one state with two names, or two states with one name.

    The value `*` of a role is any state that its own domain does not name.
    """
    found: list[Formula] = []
    for name in library.vars:
        one, _, other = name.partition("=")
        if not other or one not in library.vars or (other == "this-state" and state == INTERNATIONAL):
            continue
        ours = library.vars[one].domain
        fixed = other == "this-state"
        theirs = (state,) if fixed else library.vars[other].domain
        for a, b in product(ours, theirs):
            here = both(Test(one, (a,)), *(() if fixed else (Test(other, (b,)),)))
            if a == b != "*":
                found.append(both(Test(name, ("false",)), here))
            elif (a != "*" or b in ours) and (b != "*" or a in theirs) and a != b:
                found.append(both(Test(name), here))
    return found
