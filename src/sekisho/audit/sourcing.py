"""How well a proof is sourced: on the weakest rules that it cannot do without.

A property is proved of the books as they are. Its proof bears a mark if it holds as well in the
books without any rule of a weaker mark. Rules pull both ways, and a weak rule that merely helps
must not pass for one that is not needed; so those that make an answer stricter and those that make
it milder are left out by turns, and the property has to hold both times.

That does not do for what a day opened or closed: where rules are left out it may open or close
nothing any more, and whatever is said of it holds. There the mark is that of the weakest rule that
came or went on the day and pulls that way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from sekisho.base import Day, Support
from sekisho.desk import Desk
from sekisho.ir import (
    All,
    AnyOf,
    Const,
    Effect,
    Formula,
    Kind,
    Law,
    Named,
    Not,
    Outcome,
    Property,
    Rule,
    Scope,
    Test,
    Unmodelled,
    both,
    either,
    variables,
)
from sekisho.reason.diagram import FALSE
from sekisho.reason.verify import Verdict, verify
from sekisho.reason.whole import Whole
from sekisho.tell.verify import Sourced

_Part = TypeVar("_Part", Rule, Scope)
_NEVER = Const(False)
_STRICTER, _MILDER = "stricter", "milder"
_OTHER = {_STRICTER: _MILDER, _MILDER: _STRICTER}


def sourced(desk: Desk, verdicts: Iterable[Verdict]) -> dict[str, Sourced]:
    """For every property that was proved, on what its proof rests.

    Args:
        desk: The law and the facts.
        verdicts: What `Desk.verify` found.

    Example:
        >>> import sekisho
        >>> desk = sekisho.open()
        >>> proved = desk.verify(["jp-no-gift-of-weapons-from-stock"])
        >>> sourced(desk, proved)["jp-no-gift-of-weapons-from-stock"].support.word
        'reported'
    """
    source = _Sourcing(desk)
    return {each.property.name: source.of(each.property) for each in verdicts if each.holds}


class _Sourcing:
    """The laws of a desk with rules left out."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.library = desk.library
        self.timeline = desk.timeline()
        self._rules = {each.name: each for each in self.library.rules}
        self._defaults = {each.name: each.default for each in self.library.instruments}
        self._wholes: dict[str, Whole] = {}
        self._laws: dict[tuple[str, ...], Law] = {}
        self._given: dict[tuple[str, str], Rule | Scope] = {}
        self._knowing: dict[str, Mapping[str, frozenset[str]]] = {}
        self._pulling: dict[str, frozenset[str]] = {}

    def of(self, claim: Property) -> Sourced:
        """On what the proof of a property rests."""
        if claim.form in ("opened", "closed"):
            laws = list(self._eve_and_day(claim))
            moved = list(self._moved(claim))
            mark = min((rule.support for rule in moved), default=Support.OFFICIAL)
            names = [rule.name for rule in moved if rule.support is mark]
        else:
            laws = self._versions(claim)
            mark, names = self._needed(claim, laws)
        passages = tuple(each.name for each in self._passages(claim, laws))
        return Sourced(mark, () if mark is Support.OFFICIAL else tuple(names), passages)

    def _versions(self, claim: Property) -> list[Law]:
        days = [claim.days.first, *(day for day in self.timeline.change_days(claim.state) if day in claim.days)]
        return list({id(law): law for law in (self.timeline.law(claim.state, day) for day in days)}.values())

    def _whole(self, state: str) -> Whole:
        """A diagram of its own: what is laid out here is of no use to anybody else."""
        if state not in self._wholes:
            order = self.desk.inquiry.whole(state).order
            self._wholes[state] = Whole(self.library.vars, (), self.library.constraints, order)
        return self._wholes[state]

    # Leaving out

    def _holds(self, claim: Property, laws: Sequence[Law], least: Support, way: str, but: str = "") -> bool:
        """Whether a property holds where weaker rules that pull one way, and one more thing, are left out."""
        less = [self._without(claim, law, least, way, but) for law in laws]
        return verify(self._whole(claim.state), claim, less, self.timeline.law, self.library.readings).holds

    def _without(self, claim: Property, law: Law, least: Support, way: str, but: str) -> Law:
        """A law without some rules, as far as the claim asks for it; what is left alike is one law, laid out once."""
        parts = []
        for part in law.instruments:
            scopes = [s for s in part.scopes if s.name != but and (s.support >= least or way == _MILDER)]
            rules = [r for r in part.rules if r.name != but and (r.support >= least or way not in self._pulls(r.name))]
            asked = replace(
                part,
                scopes=tuple(s for s in (self._asked(claim, each) for each in scopes) if s.when != _NEVER),
                rules=tuple(r for r in (self._asked(claim, each) for each in rules) if r.when != _NEVER),
                unmodelled=(),
            )
            if asked.scopes:
                parts.append(asked)
        less = Law(law.state, law.days, law.encoded, tuple(parts))
        return self._laws.setdefault((claim.name, *_things(less)), less)

    def _asked(self, claim: Property, thing: _Part) -> _Part:
        """A rule or scope with all that a claim takes for given filled in: it is then far smaller, or never applies."""
        key = (claim.name, thing.name)
        if key not in self._given:
            self._given[key] = replace(thing, when=given(thing.when, self._known(claim)))
        return self._given[key]  # type: ignore[return-value]

    def _known(self, claim: Property) -> Mapping[str, frozenset[str]]:
        """The values that a claim leaves to each variable of which it says something for itself; no other reading counts."""
        if claim.name not in self._knowing:
            vars_ = self.library.vars
            asked = variables(claim.when)
            known = {
                name: frozenset((self.library.readings[var.term].default,))
                for name, var in vars_.items()
                if var.kind is Kind.READING and name not in asked
            }
            if claim.form in ("never", "always"):
                for part in claim.when.parts if isinstance(claim.when, All) else (claim.when,):
                    test = part.part if isinstance(part, Not) else part
                    if isinstance(test, Test) and vars_[test.var].kind is Kind.FACT:
                        values = frozenset(vars_[test.var].domain)
                        said = values & frozenset(test.values) if test is part else values - frozenset(test.values)
                        known[test.var] = known.get(test.var, values) & said
            self._knowing[claim.name] = known
        return self._knowing[claim.name]

    def _pulls(self, name: str) -> frozenset[str]:
        """Which way a rule pulls an answer: by its effect, and against whatever it defeats."""
        found = self._pulling.get(name)
        if found is None:
            rule = self._rules[name]
            listed = self._defaults[rule.instrument] is Outcome.PROHIBITED
            own: frozenset[str] = frozenset()
            if rule.effect in (Effect.PERMIT, Effect.EXEMPT, Effect.PROHIBIT, Effect.PRESUME_DENIAL):
                milder = rule.effect is Effect.EXEMPT or (rule.effect is Effect.PERMIT and listed)
                own = frozenset((_MILDER if milder else _STRICTER,))
            against = (self._pulls(each) for each in rule.exception_to if each in self._rules)
            found = self._pulling[name] = own.union(*({_OTHER[way] for way in each} for each in against))
        return found

    # What is needed

    def _needed(self, claim: Property, laws: Sequence[Law]) -> tuple[Support, list[str]]:
        """The mark down to which rules are needed, and those of this mark of which each is."""
        failed = ""
        for mark in (Support.OFFICIAL, Support.REPORTED, Support.RECALLED, Support.INFERRED):
            bad = next((way for way in _ways(claim) if not self._holds(claim, laws, mark, way)), "")
            if not bad:
                return mark, list(self._singly(claim, laws, mark, failed)) if failed else []
            failed = bad
        raise AssertionError(f"`{claim.name}` was proved of all rules, and fails with all of them")

    def _singly(self, claim: Property, laws: Sequence[Law], mark: Support, way: str) -> Iterator[str]:
        """The rules and scopes of a mark without any one of which the proof fails, in the first version that needs some."""
        stronger = Support(mark + 1)
        law = next(law for law in laws if not self._holds(claim, [law], stronger, way))
        left = _things(self._without(claim, law, stronger, way, ""))
        for name, thing in _things(self._without(claim, law, mark, way, "")).items():
            if thing.support is mark and name not in left and not self._holds(claim, [law], mark, way, name):
                yield name

    def _moved(self, claim: Property) -> Iterator[Rule]:
        """The rules that came or went on it and pull the way it speaks of."""
        eve, now = self._eve_and_day(claim)
        came, went = (_MILDER, _STRICTER) if claim.form == "opened" else (_STRICTER, _MILDER)
        for law, other, way in ((now, eve, came), (eve, now, went)):
            names = {rule.name for rule in other.rules}
            yield from (rule for rule in law.rules if rule.name not in names and way in self._pulls(rule.name))

    def _eve_and_day(self, claim: Property) -> tuple[Law, Law]:
        day = claim.days.first
        eve = Day.fromordinal(day.toordinal() - 1)
        return self.timeline.law(claim.state, eve), self.timeline.law(claim.state, day)

    def _passages(self, claim: Property, laws: Sequence[Law]) -> Iterator[Unmodelled]:
        """The passages that could not be expressed and may touch what a claim speaks of; of a day, those that came or went."""
        whole = self._whole(claim.state)
        asked = whole.possible
        if claim.form in ("never", "always"):
            asked = whole.diagram.both(asked, whole.condition(claim.when))
        found = [{each.name: each for part in law.instruments for each in part.unmodelled} for law in laws]
        for name, passage in {name: each for version in found for name, each in version.items()}.items():
            if claim.form in ("opened", "closed") and all(name in version for version in found):
                continue
            if whole.diagram.both(asked, whole.condition(passage.when)) != FALSE:
                yield passage


def _ways(claim: Property) -> tuple[str, ...]:
    """Which rules a claim could rest on: those that bar, where it rules milder outcomes out, or those that let through."""
    known = [each for each in Outcome if each is not Outcome.UNDETERMINED]
    allowed = [each for each in known if (each in claim.outcomes) is (claim.form == "always")]
    ruled_out = [each for each in known if each not in allowed]
    if claim.form in ("never", "always") and allowed and ruled_out:
        if max(ruled_out) < min(allowed):
            return (_STRICTER,)
        if min(ruled_out) > max(allowed):
            return (_MILDER,)
    return (_STRICTER, _MILDER)


def _things(law: Law) -> dict[str, Rule | Scope]:
    """The scopes and rules of a law by name."""
    found: dict[str, Rule | Scope] = {}
    for part in law.instruments:
        found |= {each.name: each for each in part.scopes}
        found |= {each.name: each for each in part.rules}
    return found


def given(formula: Formula, known: Mapping[str, frozenset[str]]) -> Formula:
    """A condition with what is known filled in.

    Example:
        >>> from sekisho.ir import All, Test
        >>> given(All((Test("arms"), Test("recipient", ("UKR",)))), {"arms": frozenset({"true"})})
        Test(var='recipient', values=('UKR',))
    """
    match formula:
        case Test(var, values):
            left = known.get(var)
            if left is None or (left & set(values) and left - set(values)):
                return formula
            return Const(bool(left & set(values)))
        case Not(part):
            inner = given(part, known)
            return Const(not inner.value) if isinstance(inner, Const) else Not(inner)
        case Named(term, part):
            inner = given(part, known)
            return inner if isinstance(inner, Const) else Named(term, inner)
        case All(parts):
            return both(*(given(part, known) for part in parts))
        case AnyOf(parts):
            return either(*(given(part, known) for part in parts))
        case Const():
            return formula
