"""What a rulebook means, on one page.

1. A rule **applies** on a law date if it is in force and its conditions hold.
2. It is **defeated** if an exception to it applies and is not itself defeated. Exceptions may have
   exceptions; the graph has no cycle.
3. Within an instrument, undefeated rules combine by effect: `prohibit` beats `presume-denial` beats
   `permit` beats `exempt`. No number ranks rules.
4. If no undefeated rule decides, the instrument's stated default does. Outside its scope an
   instrument is silent.
5. An instrument that yields to another is silent where an undefeated rule of the other decides. Of
   all instruments that speak, the strongest answer counts; if none speaks, the transfer is free.
6. `require` rules never decide, and `lift` rules only defeat.

Unknown facts: the answer is the exact set of answers over every way to complete them, those values
left out that a case must state to have (`stated only`: what is not said to be a return is none). Open
judgements: the answer is what the law lets the authority do, that is the weakest outcome that its
findings can reach; `free` only if every finding leaves it free. A law that is not encoded can still
be anything that is not weaker than what the encoded instruments say.

This module is the specification. It is slow and obviously right; every faster path is tested
against it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations, product

from sekisho.ir import (
    All,
    AnyOf,
    Const,
    Formula,
    InForce,
    Kind,
    Law,
    Named,
    Not,
    Outcome,
    Rule,
    Test,
    Var,
    variables,
)

Values = Callable[[str], str | None]
"""The value of each variable; None where it is unknown or not yet judged."""

SILENT = "silent"
DECIDING = (Outcome.PROHIBITED, Outcome.PRESUMED_DENIED, Outcome.MAY_BE_PERMITTED, Outcome.FREE)


def holds(formula: Formula, values: Values) -> bool | None:
    """Whether a condition holds: True, False, or None where what is known does not settle it."""
    match formula:
        case Const(value):
            return value
        case Test(var, wanted):
            value_ = values(var)
            return None if value_ is None else value_ in wanted
        case Not(part):
            inner = holds(part, values)
            return None if inner is None else not inner
        case Named(_, part):
            return holds(part, values)
        case All(parts):
            return conjunction(holds(part, values) for part in parts)
        case AnyOf(parts):
            return disjunction(holds(part, values) for part in parts)


def conjunction(parts: Iterator[bool | None]) -> bool | None:
    """True if all are, False if one is not, else None."""
    seen = list(parts)
    return False if False in seen else None if None in seen else True


def disjunction(parts: Iterator[bool | None]) -> bool | None:
    """True if one is, False if none is, else None."""
    seen = list(parts)
    return True if True in seen else None if None in seen else False


def stands(rule: Rule, law: Law, values: Values) -> bool | None:
    """Whether the rule applies and is not defeated."""
    applies = holds(rule.when, values)
    if applies is False:
        return False
    defeated = disjunction(stands(exception, law, values) for exception in law.exceptions[rule.name])
    return conjunction(iter((applies, None if defeated is None else not defeated)))


def speaks(part: InForce, law: Law, values: Values) -> tuple[Outcome | str | None, bool | None]:
    """What one instrument answers (None where that is not settled), and whether a rule decides it."""
    in_scope = holds(part.scope, values)
    if in_scope is False:
        return SILENT, False
    standing = [(rule.effect.outcome, stands(rule, law, values)) for rule in part.rules if rule.effect.outcome]
    by_rule = conjunction(iter((in_scope, disjunction(stand for _, stand in standing))))
    if in_scope is None:
        return None, by_rule
    for outcome in DECIDING:
        stand = disjunction(stand for effect, stand in standing if effect is outcome)
        if stand:
            return outcome, by_rule
        if stand is None:
            return None, by_rule
    return part.instrument.default, False


def answer(law: Law, values: Values) -> Outcome | None:
    """The answer of all instruments together; None where what is known does not settle it."""
    said = {part.instrument.name: speaks(part, law, values) for part in law.instruments}
    answers: list[Outcome | None] = []
    for part in law.instruments:
        outcome, _ = said[part.instrument.name]
        yielded = disjunction(said[other][1] for other in part.instrument.yields_to if other in said)
        if outcome == SILENT or yielded is True:
            continue
        answers.append(None if yielded is None else outcome)  # type: ignore[arg-type]
    if Outcome.PROHIBITED in answers:
        return Outcome.PROHIBITED
    if None in answers:
        return None
    return max((a for a in answers if a is not None), default=Outcome.FREE)


def unsettled(law: Law, values: Values) -> tuple[str, ...]:
    """The unknown variables of every condition that what is known does not settle, in reading order."""
    formulas = [part.scope for part in law.instruments] + [rule.when for rule in law.rules]
    names = (name for formula in formulas if holds(formula, values) is None for name in variables(formula))
    return tuple(dict.fromkeys(name for name in names if values(name) is None))


def explore(law: Law, values: Values, vars: Mapping[str, Var]) -> set[Outcome]:
    """Every answer over all ways to complete what is unknown, facts and judgements alike."""
    settled = answer(law, values)
    if settled is not None:
        return {settled}
    var = unsettled(law, values)[0]
    return set().union(*(explore(law, with_value(values, var, v), vars) for v in vars[var].possible))


def with_value(values: Values, var: str, value: str) -> Values:
    """The same values with one more known."""
    return lambda name: value if name == var else values(name)


def let(reachable: set[Outcome]) -> Outcome:
    """What the law lets the authority do, from the answers that its findings can reach."""
    if reachable == {Outcome.FREE}:
        return Outcome.FREE
    return max(min(reachable), Outcome.MAY_BE_PERMITTED)


def outcomes(law: Law, values: Values, vars: Mapping[str, Var]) -> frozenset[Outcome]:
    """The exact set of outcomes over every way to complete the unknown facts."""
    found = _outcomes(law, values, vars)
    return frozenset(found) if law.encoded else widened(found)


def widened(found: set[Outcome]) -> frozenset[Outcome]:
    """The same where national law is not encoded: nothing weaker than what is, anything stronger."""
    return frozenset(o for o in DECIDING if o >= min(found))


def _outcomes(law: Law, values: Values, vars: Mapping[str, Var]) -> set[Outcome]:
    reachable = explore(law, values, vars) if answer(law, values) is None else {answer(law, values)}
    if len(reachable) == 1:
        return {let(reachable)}  # type: ignore[arg-type]
    facts = [name for name in unsettled(law, values) if vars[name].kind is Kind.FACT]
    if not facts:
        return {let(reachable)}  # type: ignore[arg-type]
    return set().union(*(_outcomes(law, with_value(values, facts[0], v), vars) for v in vars[facts[0]].possible))


def turns_on(law: Law, values: Values, vars: Mapping[str, Var]) -> frozenset[str]:
    """The unknown facts that can still change the outcome, and only those."""
    facts = _relevant(law, values, vars, Kind.FACT)
    table: dict[tuple[str, ...], frozenset[Outcome]] = {}
    for row in product(*(vars[name].possible for name in facts)):
        chosen = dict(zip(facts, row, strict=True))
        table[row] = outcomes(law, lambda name, chosen=chosen: chosen.get(name) or values(name), vars)  # type: ignore[misc]
    found = set()
    for index, name in enumerate(facts):
        for row, outcome in table.items():
            others = ((*row[:index], value, *row[index + 1 :]) for value in vars[name].possible)
            if any(table[other] != outcome for other in others):
                found.add(name)
                break
    return frozenset(found)


def _relevant(law: Law, values: Values, vars: Mapping[str, Var], kind: Kind) -> list[str]:
    names = {n for f in [p.scope for p in law.instruments] + [r.when for r in law.rules] for n in variables(f)}
    return sorted(name for name in names if values(name) is None and vars[name].kind is kind)


Findings = tuple[tuple[str, str], ...]
"""Judgements with the value that each must have, sorted by name."""


def subject_to(law: Law, values: Values, vars: Mapping[str, Var]) -> tuple[Findings, ...]:
    """The smallest sets of findings under which the transfer may be permitted, whatever else is found.

    Facts must be known. Sorted by size, then by name; empty where no finding helps.
    """
    open_ = _relevant(law, values, vars, Kind.JUDGEMENT)
    found: list[Findings] = []
    for size in range(len(open_) + 1):
        for names in combinations(open_, size):
            for row in product(("false", "true"), repeat=size):
                chosen = tuple(zip(names, row, strict=True))
                if any(set(smaller) <= set(chosen) for smaller in found):
                    continue
                fixed = dict(chosen)
                reach = explore(law, lambda name, fixed=fixed: fixed.get(name) or values(name), vars)  # type: ignore[misc]
                if max(reach) <= Outcome.MAY_BE_PERMITTED:
                    found.append(chosen)
    return tuple(found)
