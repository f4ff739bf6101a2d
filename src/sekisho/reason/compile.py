"""The law of a day, compiled: one small decision diagram for each rule, and how they combine.

A diagram of the whole law at once would have a hundred thousand nodes, most of them for cases that
nobody ever asks about. So only the conditions are laid out; their combination is laid out along
the paths that cases take (`states.py`), and is remembered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce

from sekisho.ir import All, AnyOf, Const, Formula, Kind, Law, Library, Mentions, Named, Not, Outcome, Test, Var
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
        levels: The level of each variable.
        index: For each level, the position of each value in the variable's domain.
        possible: For each level, the positions of the values that an unknown may stand for.
        facts_below: The first level that holds a judgement.
        names: The names of the rules that decide or defeat, by position.
        conditions: For each of them, its condition.
        extents: For each instrument, the condition of its scope.
        rules: For each rule, the node of its condition.
        exceptions: For each of them, the positions of the exceptions to it.
        scopes: For each instrument, the node of its scope.
        parts: The instruments.
    """

    law: Law
    vars: tuple[Var, ...]
    levels: Mapping[str, int]
    diagram: Diagram
    index: tuple[Mapping[str, int], ...]
    possible: tuple[tuple[int, ...], ...]
    facts_below: int
    names: tuple[str, ...]
    conditions: tuple[Formula, ...]
    extents: tuple[Formula, ...]
    rules: tuple[int, ...]
    exceptions: tuple[tuple[int, ...], ...]
    scopes: tuple[int, ...]
    parts: tuple[Part, ...]


def compile_law(law: Law, library: Library) -> Compiled:
    """The conditions of the law as diagrams, under one order of variables.

    Raises:
        TroubleError: A condition grows beyond the bound of a diagram.
    """
    return laid_out(outline(law, library))


def laid_out(found: Compiled) -> Compiled:
    """An outlined law with its conditions as nodes.

    Raises:
        TroubleError: A condition grows beyond the bound of a diagram.
    """
    diagram = found.diagram
    nodes = tuple(formula_node(diagram, found.vars, found.levels, condition) for condition in found.conditions)
    scopes = tuple(formula_node(diagram, found.vars, found.levels, extent) for extent in found.extents)
    diagram.forget()
    return replace(found, rules=nodes, scopes=scopes)


def outline(law: Law, library: Library, mentions: Mentions | None = None) -> Compiled:
    """The law compiled but for its conditions: the order of its variables, and how everything combines.

    The order: readings, then facts, then judgements, each by how often and how early the rules ask
    for them. Judgements come last so that what remains below the facts is one question to the
    authorities, settled once and remembered.
    """
    rules = tuple(rule for rule in law.rules if rule.effect.outcome or rule.exception_to)
    conditions, extents = tuple(rule.when for rule in rules), tuple(part.scope for part in law.instruments)
    vars = _order((*extents, *conditions), library, mentions or Mentions())
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
    judgements = [level for level, var in enumerate(vars) if var.kind is Kind.JUDGEMENT]
    return Compiled(
        law,
        vars,
        {var.name: level for level, var in enumerate(vars)},
        Diagram([len(var.domain) for var in vars]),
        tuple({value: i for i, value in enumerate(var.domain)} for var in vars),
        tuple(tuple(i for i, value in enumerate(var.domain) if value in var.possible) for var in vars),
        judgements[0] if judgements else len(vars),
        tuple(rule.name for rule in rules),
        conditions,
        extents,
        (),
        tuple(tuple(position[e.name] for e in law.exceptions[rule.name]) for rule in rules),
        (),
        parts,
    )


def _order(formulas: tuple[Formula, ...], library: Library, mentions: Mentions) -> tuple[Var, ...]:
    counts: Counter[str] = Counter()
    for formula in formulas:
        counts.update(mentions.of(formula))
    layer = {Kind.READING: 0, Kind.FACT: 1, Kind.JUDGEMENT: 2}
    vars = [library.vars[name] for name in counts]  # those first that are mentioned first, and so they stay
    return tuple(sorted(vars, key=lambda var: (layer[var.kind], -counts[var.name])))


_NOTHING: Mapping[str, str | None] = {}


def formula_node(
    diagram: Diagram,
    vars: tuple[Var, ...],
    levels: Mapping[str, int],
    formula: Formula,
    known: Mapping[str, str | None] = _NOTHING,
) -> int:
    """The node of a condition; variables that are known to have a value are put in."""
    match formula:
        case Const(value):
            return TRUE if value else FALSE
        case Test(var, values):
            value_ = known.get(var)
            if value_ is not None:
                return TRUE if value_ in values else FALSE
            level = levels[var]
            domain = vars[level].domain
            return diagram.test(level, [domain.index(value) for value in values if value in domain])
        case Not(part):
            return diagram.negate(formula_node(diagram, vars, levels, part, known))
        case Named(_, part):
            return formula_node(diagram, vars, levels, part, known)
        case All(parts) | AnyOf(parts):
            join, settles = (diagram.both, FALSE) if isinstance(formula, All) else (diagram.either, TRUE)
            nodes: list[int] = []
            for part in parts:
                node = formula_node(diagram, vars, levels, part, known)
                if node == settles:
                    return node
                nodes.append(node)
            # Those that ask late first: each then goes on top, with nothing to walk through.
            return reduce(join, sorted(nodes, key=diagram.level.__getitem__, reverse=True), TRUE - settles)
