"""The law of a day, compiled: one small decision diagram for each rule, and how they combine.

A diagram of the whole law at once would have a hundred thousand nodes, most of them for cases that
nobody ever asks about. So only the conditions are laid out; their combination is laid out along
the paths that cases take (`states.py`), and is remembered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from sekisho.ir import All, AnyOf, Const, Formula, Kind, Law, Library, Named, Not, Outcome, Rule, Test, Var, tests
from sekisho.reason.diagram import FALSE, TRUE, Diagram

OUTCOMES = (Outcome.FREE, Outcome.MAY_BE_PERMITTED, Outcome.PRESUMED_DENIED, Outcome.PROHIBITED)
"""The outcomes that rules give, weakest first."""


@dataclass(frozen=True, slots=True)
class Part:
    """One instrument: positions of its rules by outcome, strongest outcome first.

    Attributes:
        levels: For each outcome that some rule gives, the outcome and the positions of its rules.
        yields: Positions of the instruments that it yields to.
        heard: Whether another instrument yields to it.
    """

    name: str
    default: Outcome
    levels: tuple[tuple[Outcome, tuple[int, ...]], ...]
    yields: tuple[int, ...]
    heard: bool


@dataclass(frozen=True, slots=True)
class Compiled:
    """The law of a day, compiled.

    Attributes:
        law: What was compiled.
        vars: The variables by level: readings, then facts, then judgements.
        index: For each level, the position of each value in the variable's domain.
        possible: For each level, the positions of the values that an unknown may stand for.
        facts_below: The first level that holds a judgement.
        names: The names of the rules that decide or defeat, by position.
        rules: For each of them, the node of its condition.
        exceptions: For each of them, the positions of the exceptions to it.
        scopes: For each instrument, the node of its scope.
        parts: The instruments.
    """

    law: Law
    vars: tuple[Var, ...]
    diagram: Diagram
    index: tuple[Mapping[str, int], ...]
    possible: tuple[tuple[int, ...], ...]
    facts_below: int
    names: tuple[str, ...]
    rules: tuple[int, ...]
    exceptions: tuple[tuple[int, ...], ...]
    scopes: tuple[int, ...]
    parts: tuple[Part, ...]


def compile_law(law: Law, library: Library) -> Compiled:
    """The conditions of the law as diagrams, under one order of variables.

    The order: readings, then facts, then judgements, each by how often and how early the rules ask
    for them. Judgements come last so that what remains below the facts is one question to the
    authorities, settled once and remembered.

    Raises:
        TroubleError: A condition grows beyond the bound of a diagram.
    """
    rules = tuple(rule for rule in law.rules if rule.effect.outcome or rule.exception_to)
    vars = _order(law, rules, library)
    levels = {var.name: level for level, var in enumerate(vars)}
    diagram = Diagram([len(var.domain) for var in vars])
    position = {rule.name: i for i, rule in enumerate(rules)}
    order = {part.instrument.name: i for i, part in enumerate(law.instruments)}
    heard = {other for part in law.instruments for other in part.instrument.yields_to}
    parts = tuple(
        Part(
            part.instrument.name,
            part.instrument.default,
            tuple(
                (outcome, found)
                for outcome in reversed(OUTCOMES)
                if (found := tuple(position[r.name] for r in part.rules if r.effect.outcome is outcome))
            ),
            tuple(order[other] for other in part.instrument.yields_to if other in order),
            part.instrument.name in heard,
        )
        for part in law.instruments
    )
    nodes = tuple(formula_node(diagram, vars, levels, rule.when) for rule in rules)
    scopes = tuple(formula_node(diagram, vars, levels, part.scope) for part in law.instruments)
    diagram.forget()
    judgements = [level for level, var in enumerate(vars) if var.kind is Kind.JUDGEMENT]
    return Compiled(
        law,
        vars,
        diagram,
        tuple({value: i for i, value in enumerate(var.domain)} for var in vars),
        tuple(tuple(i for i, value in enumerate(var.domain) if value in var.possible) for var in vars),
        judgements[0] if judgements else len(vars),
        tuple(rule.name for rule in rules),
        nodes,
        tuple(tuple(position[e.name] for e in law.exceptions[rule.name]) for rule in rules),
        scopes,
        parts,
    )


def _order(law: Law, rules: tuple[Rule, ...], library: Library) -> tuple[Var, ...]:
    first: dict[str, int] = {}
    counts: Counter[str] = Counter()
    formulas = [part.scope for part in law.instruments] + [rule.when for rule in rules]
    for position, test in enumerate(test for formula in formulas for test in tests(formula)):
        counts[test.var] += 1
        first.setdefault(test.var, position)
    layer = {Kind.READING: 0, Kind.FACT: 1, Kind.JUDGEMENT: 2}
    names = sorted(first, key=lambda name: (layer[library.vars[name].kind], -counts[name], first[name]))
    return tuple(library.vars[name] for name in names)


def formula_node(diagram: Diagram, vars: tuple[Var, ...], levels: Mapping[str, int], formula: Formula) -> int:
    """The node of a condition."""
    match formula:
        case Const(value):
            return TRUE if value else FALSE
        case Test(var, values):
            level = levels[var]
            domain = vars[level].domain
            return diagram.test(level, [domain.index(value) for value in values if value in domain])
        case Not(part):
            return diagram.negate(formula_node(diagram, vars, levels, part))
        case Named(_, part):
            return formula_node(diagram, vars, levels, part)
        case All(parts):
            return reduce(diagram.both, _deepest_first(diagram, vars, levels, parts), TRUE)
        case AnyOf(parts):
            return reduce(diagram.either, _deepest_first(diagram, vars, levels, parts), FALSE)


def _deepest_first(
    diagram: Diagram, vars: tuple[Var, ...], levels: Mapping[str, int], parts: tuple[Formula, ...]
) -> list[int]:
    """The nodes of conditions, those that ask late first: each then goes on top, with nothing to walk through."""
    nodes = [formula_node(diagram, vars, levels, part) for part in parts]
    return sorted(nodes, key=diagram.level.__getitem__, reverse=True)
