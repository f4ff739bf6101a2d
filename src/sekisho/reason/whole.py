"""The whole law of a day as one function: from readings, facts and findings to an outcome.

`states.py` lays out only the paths that cases take; questions about all cases at once need the
function itself. All versions of the law live in one diagram under one order of variables, so what
two versions share is the same node, and comparing them only visits where they differ.

A judgement has three values here: found, found not to be so, and open. Under *open* stands what the
law lets the authority do, so an open judgement needs no search: it is one more value.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import prod
from typing import NamedTuple

from sekisho.base import Trouble, TroubleError
from sekisho.ir import Constraint, Formula, Kind, Law, Outcome, Rule, Var
from sekisho.reason.compile import formula_node
from sekisho.reason.count import ends
from sekisho.reason.diagram import FALSE, TERMINALS, TRUE, Diagram
from sekisho.reason.order import Sifter, complete, formulas_together, side_by_side
from sekisho.reason.shelf import Shelf, written

OPEN = "open"
"""The value of a judgement that nobody has made."""

_SILENT = 2
_STRONGEST = Outcome.PROHIBITED + 2
_MAX_MEMO = 3_000_000
_SAMPLE = 2
_FEW = 3


def terminal(outcome: Outcome) -> int:
    """The terminal that stands for an outcome."""
    return outcome + 2


def outcome_at(node: int) -> Outcome:
    """The outcome that a terminal stands for."""
    return Outcome(node - 2)


@dataclass(frozen=True, slots=True)
class Point:
    """One variable with its values, the open judgement included."""

    var: Var
    values: tuple[str, ...]

    @property
    def name(self) -> str:
        """The variable's name."""
        return self.var.name


class Asked(NamedTuple):
    """A variable that a truth function asks for; what is looked up of it for every case.

    Attributes:
        level: Its level.
        name: Its name.
        positions: Its values.
        last: The position of a value that no rule names.
        open: The position of the open judgement; None where it is a fact.
        moves: For each position, whether leaving it may help (`Whole.moves`); None until that is found.
    """

    level: int
    name: str
    positions: Mapping[str, int]
    last: int
    open: int | None
    moves: list[bool | None]


class Whole:
    """The laws of one or several states as functions in one diagram.

    Args:
        vars: The variables; those of several libraries where books are compared.
        laws: The laws whose rules settle the order of variables (others may be asked all the same).
        constraints: What cannot be the case.
        order: An order that has been found before; one is looked for where none is given.
        shelf: Keeps the functions of laws between runs.
    """

    def __init__(
        self,
        vars: Mapping[str, Var],
        laws: Sequence[Law],
        constraints: Sequence[Constraint] = (),
        order: Sequence[str] | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        self._shelf: Shelf | None = None
        self.vars = dict(vars)
        self.constraints = tuple(constraints)
        if order is None:
            self._lay_out(complete(side_by_side(formulas_together(laws)), vars))
            order = Sifter(self.diagram, [self.function(law) for law in _sample(laws)], self.order).sift(1)
        self._lay_out(complete(order, vars))
        self._shelf = shelf

    def _lay_out(self, order: tuple[str, ...]) -> None:
        self.order = order
        self.points = tuple(
            Point(var, (*var.domain, OPEN) if var.kind is Kind.JUDGEMENT else var.domain)
            for var in (self.vars[name] for name in order)
        )
        self._vars = tuple(point.var for point in self.points)
        self.level = {name: i for i, name in enumerate(order)}
        self.position = tuple({value: i for i, value in enumerate(point.values)} for point in self.points)
        self.judgements = tuple(i for i, point in enumerate(self.points) if point.var.kind is Kind.JUDGEMENT)
        self.diagram = Diagram([len(point.values) for point in self.points])
        # An operation goes as deep as a case asks for variables; some of those that call it are deep themselves.
        deep = 500 + 4 * len(order)
        if sys.getrecursionlimit() < deep:
            sys.setrecursionlimit(deep)
        self._functions: dict[int, tuple[Law, int]] = {}
        self._stands: dict[int, tuple[Law, Mapping[str, int]]] = {}
        self._formulas: dict[int, tuple[Formula, int]] = {}
        self._texts: dict[int, tuple[Formula, str]] = {}
        self._opened: dict[int, int] = {}
        self._possible: int | None = None
        self._supports: dict[int, frozenset[int]] = {}
        self._sound: dict[int, int] = {}
        self.ways: dict[object, tuple[frozenset[tuple[int, int]], ...]] = {}
        self._asked: dict[int, Sequence[Asked]] = {}
        self._uses: Counter[int] = Counter()
        self._layers: dict[int, dict[int, list[tuple[int, ...]]]] = {}
        self.parts: dict[tuple[str, int, tuple[tuple[int, int], ...]], int] = {}

    # Functions

    @property
    def possible(self) -> int:
        """Where no constraint is broken."""
        if self._possible is None:
            node = TRUE
            for constraint in self.constraints:
                node = self.diagram.minus(node, self.condition(constraint.impossible))
            self._possible = node
        return self._possible

    def sound(self, node: int) -> int:
        """A truth function without the cases that cannot be."""
        found = self._sound.get(node)
        if found is None:
            found = self._sound[node] = self.diagram.both(node, self.possible)
        return found

    def often(self, node: int) -> bool:
        """Whether a truth function is asked about again and again, so that finding out more about it pays."""
        self._uses[node] += 1
        return self._uses[node] > _FEW

    def moves(self, node: int, level: int, at: int) -> bool:
        """Whether a truth function that is false may become true when one variable leaves a position.

        If not, then wherever another value would do, this one does: the variable may as well stay.
        """
        layers = self._layers.get(node)
        if layers is None:
            layers = self._layers[node] = self.diagram.layers(node)
        within = self.diagram.within
        return any(not within(child, each[at]) for each in layers.get(level, ()) for child in dict.fromkeys(each))

    def asked(self, node: int) -> Sequence[Asked]:
        """The variables of a truth function and of the constraints that touch it."""
        found = self._asked.get(node)
        if found is None:
            found = self._asked[node] = tuple(
                Asked(
                    level,
                    point.name,
                    self.position[level],
                    len(point.values) - 1,
                    2 if point.values[-1] == OPEN else None,
                    [None] * len(point.values),
                )
                for level in sorted(self.support(self.sound(node)) | self.support(node))
                for point in (self.points[level],)
            )
        return found

    def condition(self, formula: Formula) -> int:
        """Where a condition holds; a judgement counts as held only where it has been found."""
        found = self._formulas.get(id(formula))
        if found is None:
            node = formula_node(self.diagram, self._vars, self.level, formula)
            found = self._formulas[id(formula)] = (formula, node)
        return found[1]

    def function(self, law: Law) -> int:
        """What the law answers, everywhere.

        Where the state's own law is not encoded this is the answer of the international layer: the
        true one is that, or anything stronger.

        Raises:
            TroubleError: The diagram grows beyond its bound.
        """
        found = self._functions.get(id(law))
        if found is None:
            if self.diagram.remembered() > _MAX_MEMO:
                self.diagram.forget()
            found = self._functions[id(law)] = (law, self._kept_or_laid_out(law))
        return found[1]

    def _kept_or_laid_out(self, law: Law) -> int:
        if self._shelf is None:
            return self._laid_out(law)
        name = self._name(law)
        kept = self._shelf.function(name)
        if kept is not None:
            return self.diagram.read(kept)
        node = self._laid_out(law)
        self._shelf.keep_function(name, self.diagram.write(node))
        return node

    def _name(self, law: Law) -> str:
        """All that the function of a law depends on: the variables in their order, and what the rules in force say."""
        said = [f"{point.var.kind} {point.name}={'|'.join(point.values)}" for point in self.points]
        for part in law.instruments:
            own = part.instrument
            said.append(f"{own.name} {own.default} {own.yields_to} {self._written(part.scope)}")
            said.extend(f"{r.name} {r.effect} {r.exception_to} {self._written(r.when)}" for r in part.rules)
        return "\n".join(said)

    def _written(self, formula: Formula) -> str:
        """A condition as it was put to the diagram; a proposal may put a rule's own words otherwise."""
        found = self._texts.get(id(formula))
        if found is None:
            found = self._texts[id(formula)] = (formula, written(formula))
        return found[1]

    def stands(self, law: Law) -> Mapping[str, int]:
        """Where each rule that decides or defeats stands, and under `scope NAME` where an instrument speaks."""
        found = self._stands.get(id(law))
        if found is None:
            found = self._stands[id(law)] = (law, self._standing(law))
        return found[1]

    def standing(self, law: Law, rules: Iterable[Rule]) -> dict[str, int]:
        """Where some rules stand, and every exception on which that hangs."""
        diagram = self.diagram
        stands: dict[str, int] = {}

        def stand(rule: Rule) -> int:
            node = stands.get(rule.name)
            if node is None:
                node = self.condition(rule.when)
                for exception in law.exceptions[rule.name]:
                    if node == FALSE:
                        break
                    node = diagram.minus(node, stand(exception))
                stands[rule.name] = node
            return node

        for rule in rules:
            stand(rule)
        return stands

    def _standing(self, law: Law) -> Mapping[str, int]:
        stands = self.standing(law, (rule for rule in law.rules if rule.effect.outcome))
        scopes = {f"scope {part.instrument.name}": self.condition(part.scope) for part in law.instruments}
        return {**scopes, **stands}

    def _laid_out(self, law: Law) -> int:
        diagram, stands = self.diagram, self.stands(law)
        answers: list[int] = []
        decided: dict[str, int] = {}
        for part in law.instruments:
            answer, any_rule = terminal(part.instrument.default), FALSE
            for outcome in Outcome:
                own = [stands[rule.name] for rule in part.rules if rule.effect.outcome is outcome]
                node = self._greatest(TRUE, own)
                answer = diagram.choose(node, terminal(outcome), answer)
                any_rule = diagram.either(any_rule, node)
            scope = stands[f"scope {part.instrument.name}"]
            answers.append(diagram.choose(scope, answer, _SILENT))
            decided[part.instrument.name] = diagram.both(scope, any_rule)
        for i, part in enumerate(law.instruments):
            for other in part.instrument.yields_to:
                if other in decided:
                    answers[i] = diagram.choose(decided[other], _SILENT, answers[i])
        free = terminal(Outcome.FREE)
        return diagram.greatest(
            _STRONGEST, free, self._greatest(_STRONGEST, [self._let(node) for node in self._by_judgement(answers)])
        )

    def _greatest(self, top: int, nodes: Iterable[int]) -> int:
        """Several functions as one, those that ask late first: each then goes on top, with little to walk through."""
        found = FALSE
        for node in sorted(nodes, key=lambda node: (-self.diagram.level[node], self.diagram.size(node))):
            found = self.diagram.greatest(top, found, node)
        return found

    def _by_judgement(self, answers: list[int]) -> list[int]:
        """The answers, those that share a judgement taken together: only then may it be left open."""
        groups: list[tuple[frozenset[int], int]] = []
        own = frozenset(self.judgements)
        for answer in answers:
            shared, node = self.support(answer) & own, answer
            rest = []
            for levels, other in groups:
                if levels & shared:
                    shared, node = shared | levels, self.diagram.greatest(_STRONGEST, node, other)
                else:
                    rest.append((levels, other))
            groups = [*rest, (shared, node)]
        return [node for _, node in groups]

    def _let(self, node: int) -> int:
        """The same with the third value of every judgement filled in: what the law lets the authority do."""
        diagram, points, memo = self.diagram, self.points, self._opened

        def walk(node: int) -> int:
            if node < TERMINALS:
                return max(node, _SILENT + 1)
            found = memo.get(node)
            if found is None:
                level = diagram.level[node]
                children = [walk(child) for child in diagram.children[node]]
                if points[level].var.kind is Kind.JUDGEMENT:
                    children[2] = diagram.apply("let", _let, children[0], children[1])
                found = memo[node] = diagram.node(level, tuple(children))
            return found

        return walk(node)

    # Restricting, choosing, counting

    def fixed(self, values: Mapping[str, str]) -> dict[int, int]:
        """Levels and positions for variables and values.

        Raises:
            TroubleError: A variable or a value does not exist.
        """
        found: dict[int, int] = {}
        for name, value in values.items():
            level = self.level.get(name)
            if level is None:
                raise TroubleError([unknown_word(name, self.level)])
            position = self.position[level].get(value, self.position[level].get("*", -1))
            if position < 0:
                known = ", ".join(self.points[level].values)
                raise TroubleError(
                    [Trouble("SK503", f"`{value}` is no value of `{name}`", help=f"its values: {known}")]
                )
            found[level] = position
        return found

    def support(self, node: int) -> frozenset[int]:
        """The levels of the variables on which a function depends."""
        found = self._supports.get(node)
        if found is None:
            found = self._supports[node] = self.diagram.support(node)
        return found

    def restrict(self, node: int, fixed: Mapping[int, int]) -> int:
        """The same function with some variables fixed, by level and position."""
        return self.diagram.restrict(node, fixed)

    def project(self, node: int, keep: Collection[int], *, every: bool = False) -> int:
        """A truth function over the kept levels alone: true where some value of the others makes it true.

        With `every`: where every value of the others does.
        """
        diagram = self.diagram
        combine = diagram.both if every else diagram.either
        memo: dict[int, int] = {}

        def walk(node: int) -> int:
            if node < TERMINALS:
                return node
            found = memo.get(node)
            if found is None:
                level = diagram.level[node]
                own = diagram.children[node]
                if level in keep:
                    found = diagram.node(level, tuple([walk(child) for child in own]))
                else:
                    first, *others = {walk(child) for child in dict.fromkeys(own)}
                    found = reduce(combine, others, first)
                memo[node] = found
            return found

        return walk(node)

    def where(self, node: int, outcomes: Sequence[Outcome]) -> int:
        """Where the function gives one of the outcomes."""
        wanted = {terminal(outcome) for outcome in outcomes}
        name = "in " + " ".join(str(each) for each in sorted(wanted))
        return self.diagram.relabel(name, node, lambda at: TRUE if at in wanted else FALSE)

    def masked(self, node: int, mask: int) -> int:
        """The same function where a truth function is true, and 0 elsewhere."""
        return self.diagram.choose(mask, node, 0)

    def size(self, levels: Iterable[int]) -> int:
        """How many valuations the variables on these levels have."""
        return prod(len(self.points[level].values) for level in levels)

    def count(self, node: int, levels: Collection[int]) -> dict[int, int]:
        """For each terminal, how many valuations of the variables on these levels lead to it.

        The function must not depend on any other variable.
        """
        return ends(self.diagram, node, self.size(levels))

    def witness(self, node: int, preferred: Mapping[int, int]) -> dict[int, int] | None:
        """One valuation of the function's variables for which it is true, near the preferred values.

        Few of the variables named in `preferred` get another value than the one stated there.
        """
        if node == FALSE:
            return None
        diagram = self.diagram
        memo: dict[int, tuple[int, int]] = {}

        def cost(node: int) -> int:
            if node < TERMINALS:
                return 0 if node != FALSE else 10**9
            found = memo.get(node)
            if found is None:
                like = preferred.get(diagram.level[node], 0)
                found = memo[node] = min(
                    (cost(child) + (0 if i == like else 1), i) for i, child in enumerate(diagram.children[node])
                )
            return found[0]

        cost(node)
        chosen: dict[int, int] = {}
        while node >= TERMINALS:
            position = memo[node][1]
            chosen[diagram.level[node]] = position
            node = diagram.children[node][position]
        return chosen

    def evaluate(self, node: int, values: Mapping[int, int]) -> int:
        """The terminal to which a valuation by level leads; a level that is not named takes the first value."""
        diagram = self.diagram
        while node >= TERMINALS:
            node = diagram.children[node][values.get(diagram.level[node], 0)]
        return node

    def named(self, values: Mapping[int, int]) -> dict[str, str]:
        """Levels and positions as variables and values."""
        return {
            self.points[level].name: self.points[level].values[position] for level, position in sorted(values.items())
        }

    def open_levels(self, node: int) -> dict[int, int]:
        """Every judgement that the function depends on, left open."""
        return {level: 2 for level in self.diagram.support(node) if self.points[level].var.kind is Kind.JUDGEMENT}


def unknown_word(name: str, known: Mapping[str, object]) -> Trouble:
    """The trouble of a variable that does not exist."""
    from sekisho.base import nearest

    close = nearest(name, known)
    return Trouble(
        "SK502",
        f"no fact, judgement or reading is called `{name}`",
        why="what is not understood would restrict nothing",
        help=f"did you mean {' or '.join(f'`{each}`' for each in close)}?" if close else "see `sekisho show terms`",
    )


def _sample(laws: Sequence[Law]) -> Iterator[Law]:
    """A few of the laws, spread evenly, the last among them."""
    count = min(_SAMPLE, len(laws))
    for i in range(count):
        yield laws[len(laws) - 1 - i * len(laws) // count]


def _let(a: int, b: int) -> int | None:
    """What the law lets the authority do where it may find either: the weaker, but free only if both are."""
    if a == b:
        return a
    if a < TERMINALS and b < TERMINALS:
        return max(min(a, b), terminal(Outcome.MAY_BE_PERMITTED))
    return None
