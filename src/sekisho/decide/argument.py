"""The argument for an answer: every rule considered, with what became of it and why.

An argument depends on the values of the law's variables alone, so equal situations share one; where
each value comes from is looked up in the situation when it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from sekisho.decide.combine import Values, conjunction, disjunction
from sekisho.ir import All, AnyOf, Const, Formula, InForce, Law, Named, Not, Outcome, Rule, Test, Unmodelled, variables


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


class Arguer:
    """Builds the arguments of one law, remembering the proof of each rule for the values it asks for."""

    def __init__(self, law: Law) -> None:
        self.law = law
        self.variables = law.variables
        self._row = _getter(law.variables)
        self._rules: dict[str, tuple[Formula, tuple[str, ...], dict[tuple[str | None, ...], Step]]] = {}
        self._arguments: dict[tuple[str | None, ...], Argument] = {}

    def argue(self, values: Values) -> Argument:
        """The argument for the values."""
        known = {name: values(name) for name in self.variables}
        row = self._row(known)
        found = self._arguments.get(row)
        if found is None:
            if len(self._arguments) > _MAX_REMEMBERED:
                self._arguments.clear()
            found = self._arguments[row] = self._argue(known)
        return found

    def _argue(self, known: Mapping[str, str | None]) -> Argument:
        steps = {rule.name: self._step(rule.name, rule.when, known) for rule in self.law.rules}
        stands: dict[str, bool | None] = {}

        def stand(name: str) -> bool | None:
            if name not in stands:
                beaten = disjunction(stand(exception.name) for exception in self.law.exceptions[name])
                stands[name] = conjunction(iter((steps[name].truth, None if beaten is None else not beaten)))
            return stands[name]

        said: dict[str, tuple[InstrumentProof, bool | None]] = {}
        for part in self.law.instruments:
            proofs = tuple(self._proof(rule, steps[rule.name], stand) for rule in part.rules)
            scope = self._step(f"scope {part.instrument.name}", part.scope, known)
            said[part.instrument.name] = self._instrument(part, scope, proofs, known)
        argument: list[InstrumentProof] = []
        for part in self.law.instruments:
            proof, _ = said[part.instrument.name]
            beaten = [said[other][1] for other in part.instrument.yields_to if other in said]
            if proof.scope.truth is not False and True in beaten:
                proof = _but(proof, answer=None, yielded=True)
            elif None in beaten and proof.scope.truth is not False:
                proof = _but(proof, answer=None, yielded=False)
            argument.append(proof)
        return tuple(argument)

    def _proof(self, rule: Rule, step: Step, stand) -> RuleProof:  # type: ignore[no-untyped-def]
        stood = stand(rule.name)
        if step.truth is False:
            return RuleProof(rule, "fails", step)
        by = tuple(e.name for e in self.law.exceptions[rule.name] if stand(e.name) is not False)
        if stood is False:
            by = tuple(e.name for e in self.law.exceptions[rule.name] if stand(e.name))
            return RuleProof(rule, "defeated", step, by)
        return RuleProof(rule, "stands" if stood else "open", step, by)

    def _instrument(
        self, part: InForce, scope: Step, proofs: tuple[RuleProof, ...], known: Mapping[str, str | None]
    ) -> tuple[InstrumentProof, bool | None]:
        deciding = [proof for proof in proofs if proof.rule.effect.outcome]
        standing = {"stands": True, "open": None, "fails": False, "defeated": False}
        decided = conjunction(iter((scope.truth, disjunction(standing[proof.status] for proof in deciding))))
        answer: Outcome | None = None
        by_default = False
        if scope.truth is True:
            for outcome in sorted({proof.rule.effect.outcome for proof in deciding}, reverse=True):  # type: ignore[type-var]
                seen = disjunction(standing[p.status] for p in deciding if p.rule.effect.outcome is outcome)
                if seen is not False:
                    answer = outcome if seen else None
                    break
            else:
                answer, by_default = part.instrument.default, True
        marks: tuple[Unmodelled, ...] = ()
        if scope.truth is not False:
            marks = tuple(
                passage
                for passage in part.unmodelled
                if self._step(passage.name, passage.when, known).truth is not False
            )
        return InstrumentProof(part, scope, answer, False, by_default, proofs, marks), decided

    def _step(self, name: str, formula: Formula, known: Mapping[str, str | None]) -> Step:
        entry = self._rules.get(name)
        if entry is None:
            entry = self._rules[name] = (formula, variables(formula), {})
        _, names, memo = entry
        row = tuple([known[each] for each in names])
        found = memo.get(row)
        if found is None:
            found = memo[row] = prove(formula, known)
        return found


def prove(formula: Formula, known: Mapping[str, str | None]) -> Step:
    """The proof of a condition under the known values."""
    match formula:
        case Const(value):
            return Step(formula, value)
        case Test(var, values):
            value_ = known[var]
            return Step(formula, None if value_ is None else value_ in values)
        case Not(part):
            step = prove(part, known)
            return Step(formula, None if step.truth is None else not step.truth, (step,))
        case Named(_, part):
            step = prove(part, known)
            return Step(formula, step.truth, (step,))
        case All(parts):
            steps = tuple(prove(part, known) for part in parts)
            return Step(formula, conjunction(step.truth for step in steps), steps)
        case AnyOf(parts):
            steps = tuple(prove(part, known) for part in parts)
            return Step(formula, disjunction(step.truth for step in steps), steps)


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


def _getter(names: Sequence[str]):  # type: ignore[no-untyped-def]
    if len(names) > 1:
        return itemgetter(*names)
    return lambda known: tuple(known[name] for name in names)
