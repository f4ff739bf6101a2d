"""The law as it stands on a day for one state: which instruments speak and which rules exist."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from sekisho.base import FIRST_DAY, Day, Interval
from sekisho.ir.nodes import (
    Assumption,
    Formula,
    Instrument,
    Library,
    Named,
    Not,
    Rule,
    Scope,
    Test,
    Unmodelled,
)
from sekisho.ir.walk import both, either, rewrite, variables

INTERNATIONAL = "international"


@dataclass(frozen=True, slots=True)
class InForce:
    """What of one instrument stands on the day."""

    instrument: Instrument
    scopes: tuple[Scope, ...]
    rules: tuple[Rule, ...]
    unmodelled: tuple[Unmodelled, ...]

    @property
    def scope(self) -> Formula:
        """When the instrument speaks."""
        return either(*(scope.when for scope in self.scopes))


@dataclass(frozen=True)
class Law:
    """The law on a day for the state that is asked, with the proposals that are assumed.

    Attributes:
        state: The state whose law it is (a code), or `international` for that layer alone.
        days: The days on which exactly this law stands.
        encoded: Whether a national rulebook of the state exists in the library.
    """

    state: str
    days: Interval
    encoded: bool
    instruments: tuple[InForce, ...]

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule that exists on the day."""
        return tuple(rule for part in self.instruments for rule in part.rules)

    @cached_property
    def exceptions(self) -> Mapping[str, tuple[Rule, ...]]:
        """For each rule, the rules in force that are exceptions to it."""
        found: dict[str, list[Rule]] = {rule.name: [] for rule in self.rules}
        for rule in self.rules:
            for target in rule.exception_to:
                if target in found:
                    found[target].append(rule)
        return {name: tuple(rules) for name, rules in found.items()}

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """Every variable that the law of the day mentions, in reading order."""
        seen: dict[str, None] = {}
        for part in self.instruments:
            for name in variables(part.scope):
                seen.setdefault(name)
            for rule in part.rules:
                for name in variables(rule.when):
                    seen.setdefault(name)
            for passage in part.unmodelled:
                for name in variables(passage.when):
                    seen.setdefault(name)
        return tuple(seen)


class Timeline:
    """When each rule of a library is in force, with the given proposals adopted on the given days."""

    def __init__(self, library: Library, adopted: Mapping[str, Day] | None = None) -> None:
        self.library = library
        self.adopted = dict(adopted or {})
        self._added: dict[str, list[Rule]] = {}
        self._added_unmodelled: dict[str, list[Unmodelled]] = {}
        self._assumptions: list[tuple[Assumption, Interval]] = []
        starts: list[tuple[Rule, Interval]] = [(rule, rule.stated) for rule in library.rules]
        for proposal in library.proposals:
            if proposal.name not in self.adopted:
                continue
            first = self.adopted[proposal.name]
            for rule in proposal.rules:
                starts.append((rule, Interval(first, rule.stated.last)))
                self._added.setdefault(proposal.amends, []).append(rule)
            self._added_unmodelled.setdefault(proposal.amends, []).extend(proposal.unmodelled)
            self._assumptions.extend((a, Interval(first, a.stated.last)) for a in proposal.assumptions)
        self.intervals = computed_intervals(starts)
        self._laws: dict[tuple[str, int], Law] = {}
        self._days: dict[str, tuple[Day, ...]] = {}

    def law(self, state: str, day: Day) -> Law:
        """The law of the state on the day; the same object for all days between two changes."""
        days = self.change_days(state)
        version = bisect_right(days, day)
        law = self._laws.get((state, version))
        if law is None:
            first = days[version - 1] if version else FIRST_DAY
            last = days[version] - timedelta(days=1) if version < len(days) else None
            law = self._laws[state, version] = self._law(state, first, Interval(first, last))
        return law

    def _law(self, state: str, day: Day, days: Interval) -> Law:
        parts: list[InForce] = []
        encoded = state == INTERNATIONAL
        assumed = tuple(a for a, days in self._assumptions if day in days)
        for instrument in self.library.instruments:
            if instrument.jurisdiction not in (state, INTERNATIONAL):
                continue
            encoded = encoded or instrument.jurisdiction == state
            scopes = tuple(scope for scope in instrument.scopes if day in scope.stated)
            if not scopes:
                continue
            rules = (*instrument.rules, *self._added.get(instrument.name, ()))
            rules = tuple(rule for rule in rules if day in self.intervals[rule.name])
            passages = (*instrument.unmodelled, *self._added_unmodelled.get(instrument.name, ()))
            passages = tuple(passage for passage in passages if day in passage.stated)
            if assumed:
                scopes = tuple(_assume_scope(scope, assumed) for scope in scopes)
                rules = tuple(_assume_rule(rule, assumed) for rule in rules)
            parts.append(InForce(instrument, scopes, rules, passages))
        return Law(state, days, encoded, tuple(parts))

    def change_days(self, state: str) -> tuple[Day, ...]:
        """The days on which the law of the state begins to differ from the day before, sorted."""
        found = self._days.get(state)
        if found is None:
            found = self._days[state] = self._change_days(state)
        return found

    def _change_days(self, state: str) -> tuple[Day, ...]:
        days: set[Day] = set()
        for instrument in self.library.instruments:
            if instrument.jurisdiction not in (state, INTERNATIONAL):
                continue
            nodes: Iterable[Interval] = (
                *(scope.stated for scope in instrument.scopes),
                *(self.intervals[rule.name] for rule in instrument.rules),
                *(self.intervals[rule.name] for rule in self._added.get(instrument.name, ())),
                *(passage.stated for passage in instrument.unmodelled),
            )
            for interval in nodes:
                days.add(interval.first)
                if interval.last is not None:
                    days.add(interval.last + timedelta(days=1))
        days.update(interval.first for _, interval in self._assumptions)
        days.update(interval.last + timedelta(days=1) for _, interval in self._assumptions if interval.last)
        return tuple(sorted(days))


def computed_intervals(rules: Iterable[tuple[Rule, Interval]]) -> dict[str, Interval]:
    """From stated intervals to computed ones.

    A rule is in force from its day until the eve of the first rule that replaces or repeals it, or
    its stated end, whichever is earlier. A rule that has ended never comes back by itself.

    Holds:
        test_replacement_leaves_no_gap_and_no_overlap
    """
    rules = list(rules)
    intervals = {rule.name: stated for rule, stated in rules}
    for rule, stated in rules:
        for target in (*rule.replaces, *rule.repeals):
            if target in intervals:
                intervals[target] = intervals[target].cut_before(stated.first)
    return intervals


def _assume(formula: Formula, assumed: tuple[Assumption, ...]) -> Formula:
    def change(test: Test) -> Formula:
        for assumption in assumed:
            if test.var == assumption.var and test.values == ("true",):
                if assumption.value:
                    return Named(assumption.name, either(assumption.when, test))
                return Named(assumption.name, both(Not(assumption.when), test))
        return test

    return rewrite(formula, change)


def _assume_rule(rule: Rule, assumed: tuple[Assumption, ...]) -> Rule:
    return replace(rule, when=_assume(rule.when, assumed))


def _assume_scope(scope: Scope, assumed: tuple[Assumption, ...]) -> Scope:
    return replace(scope, when=_assume(scope.when, assumed))
