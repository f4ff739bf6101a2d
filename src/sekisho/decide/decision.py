"""The answer to one case: outcome, what carries it, what is open, and the receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar, overload

from sekisho.base import Support
from sekisho.cases import Case, Ground, Situation
from sekisho.decide.argument import Argument, InstrumentProof, RuleProof, Step, leaves
from sekisho.decide.combine import Findings, Values, holds, stands, with_value
from sekisho.ir import All, AnyOf, Cite, Effect, Law, Named, Not, Outcome, Requirement, Rule, Scope, Test, Unmodelled

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Basis:
    """What permits: a rule that stands (or would, on findings), or the default of a licence regime."""

    instrument: str
    name: str
    cites: tuple[Cite, ...]
    rule: Rule | None
    open: bool
    support: Support


@dataclass(frozen=True, slots=True)
class Bar:
    """What stands in the way: a rule that stands, or a closed list that does not cover the case."""

    instrument: str
    name: str
    cites: tuple[Cite, ...]
    rule: Rule | None
    support: Support


@dataclass(frozen=True, slots=True)
class Need:
    """A requirement of a permitted transfer, the rule it comes from, and whether the case meets it."""

    requirement: Requirement
    rule: str
    cites: tuple[Cite, ...]
    met: bool


@dataclass(frozen=True, slots=True)
class Alternative:
    """What another reading of a contested point gives."""

    reading: str
    option: str
    says: str
    outcome: Outcome


class _Kept(Generic[_T]):
    """A property found once for all legs whose situations are the same."""

    def __init__(self, find: Callable[[Leg], _T]) -> None:
        self.find = find
        self.key = (find.__name__,)
        self.__doc__ = find.__doc__

    @overload
    def __get__(self, leg: None, owner: type) -> _Kept[_T]: ...
    @overload
    def __get__(self, leg: Leg, owner: type) -> _T: ...
    def __get__(self, leg: Leg | None, owner: type) -> _T | _Kept[_T]:
        if leg is None:
            return self
        memory = leg.situation.memory
        found: _T | None = memory.get(self.key, _MISSING)
        if found is _MISSING:
            found = memory[self.key] = self.find(leg)
        return found  # type: ignore[return-value]


_MISSING: Any = object()


@dataclass(frozen=True, eq=False)
class Leg:
    """The answer of one state's law (or of the international layer alone).

    Attributes:
        state: Whose law.
        role: `exporter`, or why its consent is asked: `supplier`, `licensor`, …
        law: The law of the day.
        situation: The case as that law sees it.
        outcomes: The exact set of outcomes over the unknown facts.
        turns_on: The unknown facts that can still change the outcome.
        subject_to: The smallest sets of findings under which it may be permitted.
    """

    state: str
    role: str
    law: Law
    situation: Situation
    outcomes: frozenset[Outcome]
    turns_on: tuple[str, ...]
    subject_to: tuple[Findings, ...]
    _argue: Callable[[], Argument] = field(repr=False)
    _alternatives: Callable[[], tuple[Alternative, ...]] = field(repr=False)

    @property
    def outcome(self) -> Outcome:
        """The outcome, or undetermined where several are possible."""
        return next(iter(self.outcomes)) if len(self.outcomes) == 1 else Outcome.UNDETERMINED

    @_Kept
    def proof(self) -> Argument:
        """Every rule considered, with what became of it."""
        return self._argue()

    @_Kept
    def alternatives(self) -> tuple[Alternative, ...]:
        """The readings under which the outcome would be another."""
        return self._alternatives()

    @_Kept
    def unmodelled(self) -> tuple[Unmodelled, ...]:
        """The passages that could not be expressed and may touch the case."""
        return tuple(passage for proof in self.proof for passage in proof.unmodelled)

    def ground(self, var: str) -> Ground:
        """Where the value of a variable comes from."""
        return self.situation.ground(var)

    @_Kept
    def basis(self) -> tuple[Basis, ...]:
        """What permits, in the order of the rulebooks; empty unless the transfer may be permitted."""
        if Outcome.MAY_BE_PERMITTED not in self.outcomes and Outcome.FREE not in self.outcomes:
            return ()
        found: list[Basis] = []
        for proof in self.proof:
            if proof.silent:
                continue
            name = proof.part.instrument.name
            for each in proof.rules:
                if each.rule.effect in (Effect.PERMIT, Effect.EXEMPT) and self._may_stand(each):
                    mark = min(each.rule.support, self.support_of(each.step))
                    found.append(Basis(name, each.rule.name, each.rule.cites, each.rule, each.status == "open", mark))
            if proof.by_default and proof.answer is Outcome.MAY_BE_PERMITTED:
                found.extend(
                    Basis(name, scope.name, scope.cites, None, False, min(scope.support, self.support_of(proof.scope)))
                    for scope in self._scopes(proof)
                )
        return tuple(found)

    def _may_stand(self, proof: RuleProof) -> bool:
        """Whether a permission stands, or stands under one of the smallest sets of findings."""
        if proof.status != "open":
            return proof.status == "stands"
        if not self.subject_to:
            return True
        for findings in self.subject_to:
            values: Values = self.situation.value
            for var, value in findings:
                values = with_value(values, var, value)
            if stands(proof.rule, self.law, values) is not False:
                return True
        return False

    def _scopes(self, proof: InstrumentProof) -> tuple[Scope, ...]:
        return tuple(s for s in proof.part.scopes if holds(s.when, self.situation.value) is not False)

    @_Kept
    def bars(self) -> tuple[Bar, ...]:
        """What stands in the way: rules that bar, declared denials, closed lists without a case."""
        if not self.outcomes & {Outcome.PROHIBITED, Outcome.PRESUMED_DENIED}:
            return ()
        if not self._certain_bars and self.outcome in (Outcome.PROHIBITED, Outcome.PRESUMED_DENIED):
            return tuple(self._bars_whatever_is_found())
        return self._certain_bars

    @_Kept
    def _certain_bars(self) -> tuple[Bar, ...]:
        """The bars that stand whatever is found and whatever the unknown facts are."""
        found: list[Bar] = []
        for proof in self.proof:
            if proof.silent:
                continue
            name = proof.part.instrument.name
            for each in proof.rules:
                outcome = each.rule.effect.outcome
                if outcome in (Outcome.PROHIBITED, Outcome.PRESUMED_DENIED) and each.status == "stands":
                    found.append(
                        Bar(
                            name,
                            each.rule.name,
                            each.rule.cites,
                            each.rule,
                            min(each.rule.support, self.support_of(each.step)),
                        )
                    )
            if proof.answer is Outcome.PROHIBITED and proof.by_default:
                mark = min(
                    [
                        self.support_of(proof.scope),
                        *(self.support_of(r.step) for r in proof.rules if r.rule.effect is Effect.PERMIT),
                    ]
                )
                found.extend(
                    Bar(name, scope.name, scope.cites, None, min(scope.support, mark)) for scope in self._scopes(proof)
                )
        return tuple(found)

    def _bars_whatever_is_found(self) -> list[Bar]:
        """The bars of an outcome that is certain although no single bar is."""
        found: list[Bar] = []
        for proof in self.proof:
            if proof.silent:
                continue
            name = proof.part.instrument.name
            for each in proof.rules:
                if each.rule.effect.outcome in (Outcome.PROHIBITED, Outcome.PRESUMED_DENIED) and each.status == "open":
                    found.append(Bar(name, each.rule.name, each.rule.cites, each.rule, each.rule.support))
            if proof.part.instrument.default is Outcome.PROHIBITED and proof.answer is None:
                found.extend(Bar(name, s.name, s.cites, None, s.support) for s in self._scopes(proof))
        return found

    @_Kept
    def needs(self) -> tuple[Need, ...]:
        """Authorisations, assurances, procedures, notices and decisions that a permission is subject to."""
        if not self.outcomes & {Outcome.MAY_BE_PERMITTED}:
            return ()
        names = {basis.name for basis in self.basis}
        given = set(self.situation.case.assurances or ())
        found: dict[Requirement, Need] = {}
        for proof in self.proof:
            if proof.silent:
                continue
            for each in proof.rules:
                rule = each.rule
                if each.status not in ("stands", "open"):
                    continue
                if rule.requirement is not None and (not rule.bases or names & set(rule.bases)):
                    found.setdefault(
                        rule.requirement, Need(rule.requirement, rule.name, rule.cites, rule.requirement.name in given)
                    )
                if rule.name in names:
                    for requirement in rule.subject_to:
                        found.setdefault(
                            requirement, Need(requirement, rule.name, rule.cites, requirement.name in given)
                        )
        return tuple(found.values())

    @_Kept
    def support(self) -> Support | None:
        """The weakest mark on the path that carries the outcome; None where nothing carries one.

        Where several bases (or bars) carry it independently, the best supported counts; where
        several instruments must let a transfer through, or several bars only together make it
        certain, the weakest of them. What is weaker than the outcome does not carry it: a presumed
        denial no prohibition, an exemption no permission of the same instrument.
        """
        if self.outcome is Outcome.UNDETERMINED:
            return None
        if self.outcome in (Outcome.PROHIBITED, Outcome.PRESUMED_DENIED):
            if not self._certain_bars:
                return min((bar.support for bar in self.bars), default=None)
            as_strong = [b for b in self._certain_bars if b.rule is None or b.rule.effect.outcome is self.outcome]
            return max(bar.support for bar in as_strong or self._certain_bars)
        by_instrument: dict[str, dict[bool, Support]] = {}
        for basis in self.basis:
            marks_ = by_instrument.setdefault(basis.instrument, {})
            exempt = basis.rule is not None and basis.rule.effect is Effect.EXEMPT
            marks_[exempt] = max(basis.support, marks_.get(exempt, basis.support))
        if by_instrument:
            return min(marks_[min(marks_)] for marks_ in by_instrument.values())
        marks = [self.support_of(proof.scope) for proof in self.proof]
        return min(marks) if marks else None

    def support_of(self, step: Step) -> Support:
        """How well it is sourced that a condition holds, or fails: the weakest link of the best path."""
        formula = step.formula
        if isinstance(formula, Test):
            if step.truth is None:
                return Support.OFFICIAL
            mark = self.situation.ground(formula.var).support
            return Support.OFFICIAL if mark is None else mark
        if isinstance(formula, Not | Named):
            return self.support_of(step.parts[0])
        if isinstance(formula, All | AnyOf) and step.parts:
            decisive = [self.support_of(part) for part in step.parts if part.truth == step.truth]
            needs_all = isinstance(formula, All) == (step.truth is not False)
            if not decisive:
                return Support.OFFICIAL
            return min(decisive) if needs_all else max(decisive)
        return Support.OFFICIAL

    @_Kept
    def unverified(self) -> tuple[Ground, ...]:
        """The grounds of the deciding rules that rest on something not verified since."""
        found: dict[str, Ground] = {}
        names = {basis.name for basis in self.basis} | {bar.name for bar in self.bars}
        for proof in self.proof:
            if proof.silent:
                continue
            steps = [each.step for each in proof.rules if each.rule.name in names]
            for step in [*steps, proof.scope]:
                for leaf in leaves(step):
                    assert isinstance(leaf.formula, Test)
                    ground = self.situation.ground(leaf.formula.var)
                    if ground.unverified:
                        found[ground.var] = ground
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything needed to decide again and get the same bytes."""

    rulebook: str
    facts: str
    case: str
    engine: str
    language: str
    law_date: str
    facts_date: str
    known_on: str | None
    proposals: tuple[str, ...]
    readings: Mapping[str, str]

    def to_dict(self) -> dict[str, object]:
        """As plain data."""
        return {
            "rulebook": self.rulebook,
            "facts": self.facts,
            "case": self.case,
            "engine": self.engine,
            "language": self.language,
            "law_date": self.law_date,
            "facts_date": self.facts_date,
            "known_on": self.known_on,
            "proposals": list(self.proposals),
            "readings": dict(sorted(self.readings.items())),
        }


@dataclass(frozen=True, eq=False)
class Decision:
    """The answer to one case, with its proof and its receipt.

    Attributes:
        case: The question.
        legs: The exporter's law first, then that of every state whose consent is claimed.
        outcomes: The exact set of outcomes over the unknown facts.
        turns_on: The unknown facts that can still change the outcome.
        not_encoded: The states asked whose law is not encoded.
        encoded: The states whose law is.
    """

    case: Case
    legs: tuple[Leg, ...]
    outcomes: frozenset[Outcome]
    turns_on: tuple[str, ...]
    not_encoded: tuple[str, ...]
    encoded: tuple[str, ...]
    _receipt: Callable[[], Receipt] = field(repr=False)

    @cached_property
    def receipt(self) -> Receipt:
        """Everything needed to decide again and get the same bytes."""
        return self._receipt()

    @property
    def outcome(self) -> Outcome:
        """The strongest answer of all legs; undetermined where unknown facts leave several."""
        return next(iter(self.outcomes)) if len(self.outcomes) == 1 else Outcome.UNDETERMINED

    @cached_property
    def carrying(self) -> tuple[Leg, ...]:
        """The legs whose answer is the outcome."""
        same = tuple(leg for leg in self.legs if leg.outcome is self.outcome)
        return same or self.legs

    @property
    def basis(self) -> tuple[Basis, ...]:
        """What permits, in every leg."""
        return _once(b for leg in self.legs for b in leg.basis) if self._open_to_permission else ()

    @property
    def _open_to_permission(self) -> bool:
        return bool(self.outcomes & {Outcome.MAY_BE_PERMITTED, Outcome.FREE})

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What stands in the way, in every leg."""
        return _once(b for leg in self.legs for b in leg.bars)

    @property
    def support(self) -> Support | None:
        """The weakest mark on the path that carries the outcome.

        A bar in one leg is enough, so the best supported leg counts; a permission needs all legs.
        """
        marks = [leg.support for leg in self.carrying if leg.support is not None]
        if not marks or self.outcome is Outcome.UNDETERMINED:
            return None
        return max(marks) if self.outcome in (Outcome.PROHIBITED, Outcome.PRESUMED_DENIED) else min(marks)

    @property
    def unmodelled(self) -> tuple[Unmodelled, ...]:
        """The passages that could not be expressed and may touch the case."""
        return _once(p for leg in self.legs for p in leg.unmodelled)

    @property
    def alternatives(self) -> tuple[Alternative, ...]:
        """The readings under which the outcome of a leg would be another."""
        return tuple(dict.fromkeys(a for leg in self.legs for a in leg.alternatives))

    def meets(self, expected: tuple[str, ...]) -> bool:
        """Whether the decision is one of the expected outcomes.

        `undetermined` is also met by a decision that says that it turns on a reading, or that
        carries an unmodelled mark.
        """
        if self.outcome.word in expected:
            return True
        return "undetermined" in expected and bool(self.alternatives or self.unmodelled)


class _HasName(Protocol):
    @property
    def name(self) -> str: ...


_N = TypeVar("_N", bound=_HasName)


def _once(things: Iterable[_N]) -> tuple[_N, ...]:
    """Each thing once, by name, in order."""
    return tuple({thing.name: thing for thing in things}.values())
