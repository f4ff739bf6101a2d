"""The desk: one façade over rulebooks, facts and reasoning, used by every surface."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sekisho.base import Day, Place, Trouble, TroubleError, nearest, parse_day
from sekisho.cases import UNKNOWN, Case, CaseReader, Situation, facts_change_days, locate, resolvers
from sekisho.decide import Alternative, Arguer, Argument, Decision, Leg, Receipt
from sekisho.facts import Registries
from sekisho.ir import INTERNATIONAL, Effect, Kind, Law, Library, Outcome, Timeline
from sekisho.reason import Settled, State, States, compile_law, outcome_of, settle
from sekisho.store import Opened, data_folder, law_folders, open_all
from sekisho.version import ENGINE, LANGUAGE

_MAX_JOINT = 4096


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of days with one answer: the first day, the last (None: open), and the decision."""

    first: Day
    last: Day | None
    decision: Decision
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A case with what was expected and what was decided."""

    case: Case
    decision: Decision

    @property
    def agrees(self) -> bool:
        """Whether the decision meets the expectation."""
        return self.decision.meets(self.case.expect)


class _Ready:
    """The law of one version, compiled, with what has been found out about it."""

    def __init__(self, law: Law, library: Library) -> None:
        self.law = law
        self.states = States(compile_law(law, library))
        self.root: State = self.states.root()
        self.arguer = Arguer(law)


class Desk:
    """Rulebooks and facts, ready to answer. Values that it returns are immutable.

    Example:
        >>> import sekisho
        >>> desk = sekisho.open()
        >>> case = desk.case(exporter="Japan", recipient="Ukraine", item="patriot-pac3", date="2025-12-20")
        >>> desk.decide(case).outcome.word
        'prohibited'
    """

    def __init__(self, opened: Opened, *, adopted: Mapping[str, Day] | None = None) -> None:
        self.library: Library = opened.library
        self.registries: Registries = opened.registries
        self.digest = opened.digest
        self._opened = opened
        self._adopted = dict(adopted or {})
        self._timelines: dict[tuple[tuple[str, Day], ...], Timeline] = {}
        self._ready: dict[int, _Ready] = {}

    @cached_property
    def _resolvers(self) -> Mapping[str, Any]:
        return resolvers(self.library, self.registries)

    @cached_property
    def jurisdictions(self) -> tuple[str, ...]:
        """The codes of the states whose law is encoded."""
        return tuple(j for j in self.library.jurisdictions if j != INTERNATIONAL)

    # Cases

    def case(self, **fields: Any) -> Case:
        """A case from plain values: the fields of a case file, states and items in plain words.

        Raises:
            TroubleError: A field is unknown or wrong; every trouble is in it.
        """
        reader = CaseReader(self.library, self.registries)
        given = {("with" if key == "with_" else key): value for key, value in fields.items() if value is not None}
        found = reader.case(locate({key: str(v) if isinstance(v, Day) else v for key, v in given.items()}))
        if found is None or reader.troubles:
            raise TroubleError(reader.troubles)
        return found

    def cases(self, path: str | Path) -> tuple[Case, ...]:
        """The cases of a file.

        Raises:
            TroubleError: The file is not sound; every trouble is in it.
        """
        reader = CaseReader(self.library, self.registries)
        found = reader.read_file(Path(path))
        if reader.troubles:
            raise TroubleError(reader.troubles)
        return tuple(found)

    # Law

    def timeline(self, case: Case | None = None) -> Timeline:
        """When each rule is in force, with the proposals that the desk or the case assumes."""
        adopted = dict(self._adopted)
        for text in case.proposals if case else ():
            name, day = self.proposal(text)
            adopted[name] = day
        key = tuple(sorted(adopted.items()))
        found = self._timelines.get(key)
        if found is None:
            found = self._timelines[key] = Timeline(self.library, adopted)
        return found

    def proposal(self, text: str) -> tuple[str, Day]:
        """The proposal and its day of adoption that `NAME` or `NAME@DAY` stands for.

        Raises:
            TroubleError: There is no such proposal, or no such day.
        """
        name, _, stated = text.partition("@")
        for each in self.library.proposals:
            if each.name == name:
                try:
                    return name, parse_day(stated) if stated else each.proposed_on.first
                except ValueError as error:
                    raise TroubleError([Trouble("SK405", str(error), help="write NAME@2026-05-01")]) from error
        known = tuple(each.name for each in self.library.proposals)
        close = nearest(name, known, count=1)
        help_ = f"did you mean `{close[0]}`?" if close else f"known: {', '.join(known)}"
        raise TroubleError([Trouble("SK410", f"no proposal is called `{name}`", help=help_)])

    def with_proposals(self, names: Iterable[str]) -> Desk:
        """The same desk with proposals adopted (`NAME`, or `NAME@DAY`)."""
        return Desk(self._opened, adopted={**self._adopted, **dict(self.proposal(name) for name in names)})

    def law(self, state: str, on: str | Day) -> Law:
        """The law of a state on a day, the international layer included."""
        day = parse_day(on) if isinstance(on, str) else on
        return self.timeline().law(state, day)

    def ready(self, law: Law) -> _Ready:
        """The law, compiled; once for each version."""
        found = self._ready.get(id(law))
        if found is None:
            found = self._ready[id(law)] = _Ready(law, self.library)
        return found

    # Answers

    def outcome(self, case: Case) -> Outcome:
        """The outcome alone: the fastest answer."""
        timeline = self.timeline(case) if case.proposals else self.timeline()
        legs = self._legs(case, timeline)
        if len(legs) > 1:
            return self.decide(case).outcome
        law = timeline.law(legs[0][0], case.date)
        ready = self.ready(law)
        situation = Situation(case, legs[0][0], self.library, self.registries, self._resolvers)
        return outcome_of(ready.states, ready.root, situation.value)

    def decide(self, case: Case) -> Decision:
        """The answer to a case, with its proof and its receipt."""
        timeline = self.timeline(case)
        legs = tuple(self._leg(case, state, role, timeline) for state, role in self._legs(case, timeline))
        outcomes, turning = self._together(legs)
        missing = tuple(dict.fromkeys(leg.state for leg in legs if not leg.law.encoded))
        return Decision(case, legs, outcomes, turning, self._receipt(case), missing, self.jurisdictions)

    def trace(
        self, case: Case, *, first: Day = Day(1967, 1, 1), last: Day | None = None, facts_follow: bool = True
    ) -> tuple[Stretch, ...]:
        """The case on every day on which some rule or fact changes, equal neighbours joined.

        Args:
            case: The case; its date does not count.
            first: The first day.
            last: The last day; the case's own date where none is given.
            facts_follow: Whether the facts are those of the law date, or of the case's facts date.
        """
        timeline = self.timeline(case)
        last = last or case.date
        days = {first}
        for state, _ in self._legs(replace(case, date=last), timeline):
            days.update(timeline.change_days(state))
            law = timeline.law(state, last)
            situation = Situation(case, state, self.library, self.registries, self._resolvers)
            if facts_follow and case.facts_on is None:
                days.update(facts_change_days(situation, tuple(self.library.vars)))
            del law
        ordered = sorted(day for day in days if first <= day <= last)
        stretches: list[Stretch] = []
        for day in ordered:
            decision = self.decide(replace(case, date=day, facts_on=case.facts_on if not facts_follow else None))
            if stretches and _same_answer(stretches[-1].decision, decision):
                continue
            changes = self._changes(timeline, decision, day)
            if stretches:
                stretches[-1] = replace(stretches[-1], last=day - timedelta(days=1))
            stretches.append(Stretch(day, None, decision, changes))
        if stretches:
            stretches[-1] = replace(stretches[-1], last=last)
        return tuple(stretches)

    def _changes(self, timeline: Timeline, decision: Decision, day: Day) -> tuple[str, ...]:
        """The names of the rules in force from this very day, of the laws that were asked."""
        found: list[str] = []
        for leg in decision.legs:
            found.extend(rule.name for rule in leg.law.rules if timeline.intervals[rule.name].first == day)
            found.extend(s.name for part in leg.law.instruments for s in part.scopes if s.stated.first == day)
        return tuple(dict.fromkeys(found))

    def replay(self, cases: Iterable[Case]) -> Iterator[Replayed]:
        """Decide every case that has an expectation."""
        for case in cases:
            if case.expect:
                yield Replayed(case, self.decide(case))

    def _legs(self, case: Case, timeline: Timeline) -> tuple[tuple[str, str], ...]:
        """Whose law is asked, and why: the exporter's, and for a re-transfer that of every claimant."""
        if case.law:
            return ((case.law, "asked"),)
        exporter = case.exporter
        home = INTERNATIONAL if exporter == UNKNOWN else exporter
        if case.act != "re-transfer":
            return ((home, "exporter"),)
        item = case.item
        asked: dict[str, str] = {home: "exporter"}
        related = [("supplier", (case.supplier,)), ("licensor", item.licensors or ())]
        related += [("partner", item.partners or ()), ("component origin", item.components_from or ())]
        for role, states in related:
            for state in states:
                if (
                    state not in (UNKNOWN, exporter, case.recipient)
                    and state not in asked
                    and self._claims(case, state, timeline)
                ):
                    asked[state] = role
        return tuple(asked.items())

    def _claims(self, case: Case, state: str, timeline: Timeline) -> bool:
        """Whether the state's consent is (or may be) owed; a law that is not encoded may claim it."""
        law = timeline.law(state, case.date)
        if not law.encoded:
            return True
        situation = Situation(case, state, self.library, self.registries, self._resolvers)
        from sekisho.decide.combine import stands

        return any(
            rule.effect is Effect.CLAIM_CONSENT and stands(rule, law, situation.value) is not False
            for rule in law.rules
        )

    def _leg(self, case: Case, state: str, role: str, timeline: Timeline) -> Leg:
        ready = self.ready(timeline.law(state, case.date))
        situation = Situation(case, state, self.library, self.registries, self._resolvers)
        settled = settle(ready.states, ready.root, situation.value)
        sets = settled.leaves[0].subject_to if len(settled.leaves) == 1 else _common(settled)

        def argue() -> Argument:
            return ready.arguer.argue(situation.value)

        def alternatives() -> tuple[Alternative, ...]:
            return self._alternatives(ready, situation, settled.outcome)

        return Leg(state, role, ready.law, situation, settled.outcomes, settled.turns_on, sets, argue, alternatives)

    def _alternatives(self, ready: _Ready, situation: Situation, outcome: Outcome) -> tuple[Alternative, ...]:
        found: list[Alternative] = []
        for var in ready.states.compiled.vars:
            if var.kind is not Kind.READING:
                break
            taken = situation.value(var.name)
            for option in self.library.readings[var.term].options:
                if option.name == taken:
                    continue
                other = Situation(
                    situation.case,
                    situation.state,
                    self.library,
                    self.registries,
                    self._resolvers,
                    {var.name: option.name},
                )
                result = outcome_of(ready.states, ready.root, other.value)
                if result is not outcome:
                    found.append(Alternative(var.term, option.name, option.says, result))
        return tuple(found)

    def _together(self, legs: Sequence[Leg]) -> tuple[frozenset[Outcome], tuple[str, ...]]:
        """The exact outcomes of all legs at once, and the facts on which they turn.

        The strongest leg counts for each way to complete the facts; legs share their facts, so
        several open legs are completed together.
        """
        if len(legs) == 1:
            return legs[0].outcomes, legs[0].turns_on
        names = tuple(dict.fromkeys(name for leg in legs for name in leg.turns_on))
        domains = [self.library.vars[name].possible for name in names]
        count = 1
        for domain in domains:
            count *= len(domain)
        if count > _MAX_JOINT:
            sets = frozenset(max(row) for row in product(*(leg.outcomes for leg in legs)))
            return sets, names if len(sets) > 1 else ()
        table: dict[tuple[str, ...], frozenset[Outcome]] = {}
        for row in product(*domains):
            chosen = dict(zip(names, row, strict=True))
            each = []
            for leg in legs:
                ready = self.ready(leg.law)
                here = Situation(leg.situation.case, leg.state, self.library, self.registries, self._resolvers, chosen)
                each.append(settle(ready.states, ready.root, here.value).outcomes)
            table[row] = frozenset(max(combo) for combo in product(*each))
        outcomes = frozenset().union(*table.values())
        turning = [
            name
            for i, name in enumerate(names)
            if any(table[row] != table[(*row[:i], value, *row[i + 1 :])] for row in table for value in domains[i])
        ]
        return outcomes, tuple(turning)

    def _receipt(self, case: Case) -> Receipt:
        return Receipt(
            self.digest,
            self.registries.digest(),
            case.digest,
            ENGINE,
            LANGUAGE,
            case.date.isoformat(),
            case.facts_day.isoformat(),
            case.known_on.isoformat() if case.known_on else None,
            tuple(
                f"{name}@{day}"
                for name, day in sorted({**self._adopted, **dict(self.proposal(p) for p in case.proposals)}.items())
            ),
            MappingProxyType(dict(case.readings)),
        )


def _common(settled: Settled) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The findings of the first way in which the facts can turn out that permits."""
    for leaf in settled.leaves:
        if leaf.outcome is Outcome.MAY_BE_PERMITTED:
            return leaf.subject_to
    return ()


def _same_answer(one: Decision, other: Decision) -> bool:
    """Whether two decisions say the same: outcome, what carries it, what it is open to."""

    def said(decision: Decision) -> object:
        return (
            decision.outcomes,
            decision.turns_on,
            tuple(b.name for b in decision.basis),
            tuple(b.name for b in decision.bars),
            tuple(leg.subject_to for leg in decision.legs),
        )

    return said(one) == said(other)


def open_desk(
    law: str | Path | Sequence[str | Path] | None = None, *, facts: str | Path | None = None, cache: bool = True
) -> Desk:
    """Open rulebooks and facts.

    Args:
        law: Folders of rulebooks; those that come with the package, and those of installed packages
            that ship law, where none is given.
        facts: The folder of registries; the one that comes with the package where none is given.
        cache: Whether compiled books are kept between runs.

    Raises:
        TroubleError: A rulebook or registry is not sound; every trouble is in it.
    """
    named = [law] if isinstance(law, str | Path) else law
    folders = tuple(Path(each) for each in named) if named else law_folders()
    for folder in folders:
        if not folder.exists():
            raise TroubleError(
                [Trouble("SK109", "no such folder of rulebooks", (Place(str(folder)),), help="check the path")]
            )
    place = Path(facts) if facts else data_folder("facts")
    return Desk(open_all(folders, place, cache=cache))
