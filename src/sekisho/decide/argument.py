"""The argument for an answer: every rule considered, with what became of it and why.

An argument depends on the values of the law's variables alone, so equal situations share one; where
each value comes from is looked up in the situation when it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sekisho.decide.combine import Values, conjunction, disjunction
from sekisho.ir import (
    All,
    AnyOf,
    Const,
    Formula,
    InForce,
    Law,
    Mentions,
    Named,
    Not,
    Outcome,
    Rule,
    Test,
    Unmodelled,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One condition with its truth (None where open or unknown) and the conditions below it."""

    formula: Formula
    truth: bool | None
    parts: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleProof:
    """What became of a rule.

    Attributes:
        rule: The rule.
        status: `stands`, `defeated`, `fails`, or `open` where findings or unknown facts settle it.
        step: The proof of its condition.
        by: The exceptions that defeat it, or could.
    """

    rule: Rule
    status: str
    step: Step
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InstrumentProof:
    """What an instrument says.

    Attributes:
        part: The instrument with its rules in force.
        scope: The proof of its scope.
        answer: Its outcome, None where that is not settled or it is silent.
        yielded: Whether it is silent because an instrument that it yields to decides.
        by_default: Whether its default answers.
        rules: Every rule of it, in the order of the rulebook.
        unmodelled: The passages that may touch the case.
    """

    part: InForce
    scope: Step
    answer: Outcome | None
    yielded: bool
    by_default: bool
    rules: tuple[RuleProof, ...]
    unmodelled: tuple[Unmodelled, ...]

    @property
    def silent(self) -> bool:
        """Whether it has nothing to say on the case."""
        return self.scope.truth is False or self.yielded


Argument = tuple[InstrumentProof, ...]

_MAX_REMEMBERED = 20_000


class _Proved:
    """A condition with its proof for every row of values that it has been asked about."""

    __slots__ = ("known", "names", "proofs", "prove", "row", "rule")

    def __init__(self, formula: Formula, mentions: Mentions, rule: Rule | None = None) -> None:
        self.rule = rule
        self.prove = _prover(formula)
        self.names = tuple(mentions.of(formula))
        self.row = _getter(self.names)
        self.known: dict[object, Any] = {}
        self.proofs: dict[int, RuleProof] = {}

    def step(self, values: Mapping[str, str | None]) -> Step:
        """The proof of the condition."""
        row = self.row(values)
        found: Step | None = self.known.get(row)
        if found is None:
            found = self.known[row] = self.prove(values)
        return found

    def proof(self, values: Mapping[str, str | None]) -> RuleProof:
        """What becomes of the rule if nothing defeats it."""
        row = self.row(values)
        found: RuleProof | None = self.known.get(row)
        if found is None:
            assert self.rule is not None
            step = self.prove(values)
            found = self.proofs.get(id(step))
            if found is None:
                found = self.proofs[id(step)] = RuleProof(self.rule, _STATUS[step.truth], step)
            self.known[row] = found
        return found


_STATUS = {True: "stands", None: "open", False: "fails"}
_STANDING = {"stands": True, "open": None, "fails": False, "defeated": False}


class _Plan:
    """One instrument, laid out for arguing: its conditions, and the names of its deciding rules by outcome."""

    __slots__ = ("levels", "part", "rules", "scope", "unmodelled")

    def __init__(self, part: InForce, proved: Provers) -> None:
        self.part = part
        self.scope = _Proved(part.scope, proved.mentions)
        self.rules = _getter(tuple(rule.name for rule in part.rules))
        self.unmodelled = tuple((passage, proved.of(passage)) for passage in part.unmodelled)
        levels: dict[Outcome, list[str]] = {}
        for rule in part.rules:
            if rule.effect.outcome:
                levels.setdefault(rule.effect.outcome, []).append(rule.name)
        self.levels = tuple((outcome, tuple(levels[outcome])) for outcome in sorted(levels, reverse=True))


class Provers:
    """What has been proved of rules and passages, for all laws that have them: most last through many versions.

    Attributes:
        mentions: Which variables their conditions mention.
    """

    def __init__(self) -> None:
        self.mentions = Mentions()
        self._known: dict[int, tuple[Rule | Unmodelled, _Proved]] = {}  # kept beside it, so its id stays its own

    def of(self, what: Rule | Unmodelled) -> _Proved:
        """The condition of a rule or passage, with its proofs."""
        found = self._known.get(id(what))
        if found is None:
            rule = what if isinstance(what, Rule) else None
            found = self._known[id(what)] = what, _Proved(what.when, self.mentions, rule)
        return found[1]


class Arguer:
    """Builds the arguments of one law, remembering the proof of each rule for the values it asks for.

    Args:
        law: The law.
        proved: What is shared with other laws of the same library.
    """

    def __init__(self, law: Law, proved: Provers | None = None) -> None:
        proved = proved or Provers()
        self.law = law
        self._rules = {rule.name: proved.of(rule) for rule in law.rules}
        self._excepted = tuple(name for name, by in law.exceptions.items() if by)
        self._plans = tuple(_Plan(part, proved) for part in law.instruments)
        asked = [each for plan in self._plans for each in (plan.scope, *(passage for _, passage in plan.unmodelled))]
        self.variables = tuple(dict.fromkeys(name for each in (*asked, *self._rules.values()) for name in each.names))
        self._row = _getter(self.variables)
        self._arguments: dict[object, Argument] = {}
        self._last: tuple[Mapping[str, str | None], dict[str, RuleProof]] | None = None

    def argue(self, values: Values) -> Argument:
        """The argument for the values."""
        return self.argue_known({name: values(name) for name in self.variables})

    def argue_known(self, known: Mapping[str, str | None]) -> Argument:
        """The argument for values that are all at hand."""
        row = self._row(known)
        found = self._arguments.get(row)
        if found is None:
            if len(self._arguments) > _MAX_REMEMBERED:
                self._arguments.clear()
            found = self._arguments[row] = self._argue(known)
        return found

    def proofs(self, known: Mapping[str, str | None]) -> Mapping[str, RuleProof]:
        """What becomes of every rule if nothing defeats it; kept for the last values that were asked about."""
        last = self._last
        if last is None or last[0] is not known:
            last = self._last = known, {name: proved.proof(known) for name, proved in self._rules.items()}
        return last[1]

    def _argue(self, known: Mapping[str, str | None]) -> Argument:
        proofs = dict(self.proofs(known))
        self._defeat(proofs)
        said: dict[str, tuple[InstrumentProof, bool | None]] = {}
        for plan in self._plans:
            said[plan.part.instrument.name] = self._instrument(plan, proofs, known)
        argument: list[InstrumentProof] = []
        for plan in self._plans:
            proof, _ = said[plan.part.instrument.name]
            beaten = [said[other][1] for other in plan.part.instrument.yields_to if other in said]
            if proof.scope.truth is not False and True in beaten:
                proof = _but(proof, answer=None, yielded=True)
            elif None in beaten and proof.scope.truth is not False:
                proof = _but(proof, answer=None, yielded=False)
            argument.append(proof)
        return tuple(argument)

    def _defeat(self, proofs: dict[str, RuleProof]) -> None:
        """Say of every rule that applies what defeats it, or could."""
        exceptions = self.law.exceptions
        stands: dict[str, bool | None] = {}

        def stand(name: str) -> bool | None:
            if name not in stands:
                applies: bool | None = _STANDING[proofs[name].status]
                by = exceptions[name]
                if by and applies is not False:
                    beaten = disjunction(stand(exception.name) for exception in by)
                    applies = conjunction(iter((applies, None if beaten is None else not beaten)))
                stands[name] = applies
            return stands[name]

        applying = [name for name in self._excepted if proofs[name].status != "fails"]
        for name in applying:
            stand(name)
        for name in applying:
            stood = stands[name]
            if stood is False:
                by = tuple(e.name for e in exceptions[name] if stand(e.name))
                proofs[name] = RuleProof(proofs[name].rule, "defeated", proofs[name].step, by)
                continue
            by = tuple(e.name for e in exceptions[name] if stand(e.name) is not False)
            if by or stood is None:
                proofs[name] = RuleProof(proofs[name].rule, _STATUS[stood], proofs[name].step, by)

    @staticmethod
    def _instrument(
        plan: _Plan, proofs: Mapping[str, RuleProof], known: Mapping[str, str | None]
    ) -> tuple[InstrumentProof, bool | None]:
        scope = plan.scope.step(known)
        answer: Outcome | None = None
        settled = by_default = False
        by_rule: bool | None = False
        for outcome, names in plan.levels:
            seen = {proofs[name].status for name in names}
            stood = True if "stands" in seen else None if "open" in seen else False
            if stood is False:
                continue
            if not settled:
                settled, answer = True, outcome if stood else None
            by_rule = True if stood else by_rule or None
        if not settled:
            answer, by_default = plan.part.instrument.default, True
        if scope.truth is not True:
            answer, by_default = None, False
        decided = conjunction(iter((scope.truth, by_rule)))
        marks: tuple[Unmodelled, ...] = ()
        if scope.truth is not False:
            marks = tuple(passage for passage, proved in plan.unmodelled if proved.step(known).truth is not False)
        rules: tuple[RuleProof, ...] = plan.rules(proofs)
        return InstrumentProof(plan.part, scope, answer, False, by_default, rules, marks), decided


_Prover = Callable[[Mapping[str, str | None]], Step]


def prove(formula: Formula, known: Mapping[str, str | None]) -> Step:
    """The proof of a condition under the known values."""
    return _prover(formula)(known)


def _prover(formula: Formula) -> _Prover:
    """How a condition is proved; equal proofs are one and the same, for there are few and they are asked for often."""
    match formula:
        case Const(value):
            settled = Step(formula, value)
            return lambda known: settled
        case Test(var, values):
            open_, yes, no = Step(formula, None), Step(formula, True), Step(formula, False)
            wanted = frozenset(values)

            def test(known: Mapping[str, str | None]) -> Step:
                value = known[var]
                return open_ if value is None else yes if value in wanted else no

            return test
        case Not(part):
            return _above(
                formula, [_prover(part)], lambda steps: None if steps[0].truth is None else not steps[0].truth
            )
        case Named(_, part):
            return _above(formula, [_prover(part)], lambda steps: steps[0].truth)
        case All(parts):
            return _above(formula, [_prover(p) for p in parts], lambda steps: conjunction(s.truth for s in steps))
        case AnyOf(parts):
            return _above(formula, [_prover(p) for p in parts], lambda steps: disjunction(s.truth for s in steps))


def _above(formula: Formula, below: list[_Prover], truth: Callable[[tuple[Step, ...]], bool | None]) -> _Prover:
    known_steps: dict[tuple[int, ...], Step] = {}

    def prove(known: Mapping[str, str | None]) -> Step:
        steps = tuple([each(known) for each in below])
        key = tuple(map(id, steps))
        found = known_steps.get(key)
        if found is None:
            found = known_steps[key] = Step(formula, truth(steps), steps)
        return found

    return prove


def breaking(step: Step) -> Step:
    """The first condition that broke a condition that fails: a leaf, or a list of which none holds."""
    while step.truth is False and step.parts and isinstance(step.formula, All):
        step = next(part for part in step.parts if part.truth is False)
    return step


def leaves(step: Step) -> tuple[Step, ...]:
    """The tests below a step, in reading order."""
    if isinstance(step.formula, Test):
        return (step,)
    return tuple(leaf for part in step.parts for leaf in leaves(part))


def _but(proof: InstrumentProof, *, answer: Outcome | None, yielded: bool) -> InstrumentProof:
    return InstrumentProof(proof.part, proof.scope, answer, yielded, proof.by_default, proof.rules, proof.unmodelled)


def _getter(names: Sequence[str]) -> Callable[[Mapping[str, Any]], Any]:
    """From a mapping to the tuple of what it has under the names."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda known: tuple([known[name] for name in names])
