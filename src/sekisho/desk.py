"""The desk: one façade over rulebooks, facts and reasoning, used by every surface.

Longer than other files because it is the one place where the rooms meet: each method is a question
that a surface may put, and is short by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sekisho.base import Day, Place, Trouble, TroubleError, nearest, parse_day
from sekisho.cases import UNKNOWN, Case, CaseReader, Outlook, Outlooks, Situation, facts_change_days, locate, resolvers
from sekisho.decide import Alternative, Arguer, Argument, Decision, Leg, Provers, Receipt
from sekisho.decide.combine import stands, widened
from sekisho.facts import Registries
from sekisho.ir import INTERNATIONAL, Effect, Kind, Law, Library, Outcome, Timeline
from sekisho.reason import Settled, State, States, laid_out, outline, settle, settle_directly
from sekisho.store import Opened, cache_folder, data_folder, law_folders, no_rulebook, open_all
from sekisho.version import ENGINE, LANGUAGE

if TYPE_CHECKING:  # what only some questions need is imported when they are put: a decision starts faster
    from sekisho.reason.answers import Compared, Taken
    from sekisho.reason.inquiry import Inquiry
    from sekisho.reason.openness import Share
    from sekisho.reason.questions import Interview
    from sekisho.reason.verify import Verdict

_MAX_JOINT = 4096
_SELDOM = 32
"""So many questions to a law take less time one by one than to lay it out."""
_FIRST_ASKED = Day(1967, 1, 1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of days with one answer.

    Attributes:
        first: Its first day.
        last: Its last day; None while it is being made.
        decision: The answer on its first day.
        changes: The names of the rules and scopes in force from its first day on.
        revised: The later days of it on which national rules that decide began, and changed nothing here.
    """

    first: Day
    last: Day | None
    decision: Decision
    changes: tuple[str, ...]
    revised: tuple[Day, ...] = ()


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
    """The law of one version, with what has been found out about it; it is laid out once it is asked often."""

    def __init__(self, law: Law, library: Library, proved: Provers) -> None:
        self.law = law
        self.outline = outline(law, library, proved.mentions)
        self.arguer = Arguer(law, proved)
        self._asked = 0

    @cached_property
    def states(self) -> States:
        """The law, laid out where cases go."""
        return States(laid_out(self.outline))

    @cached_property
    def root(self) -> State:
        """The law with nothing known."""
        return self.states.root()

    def settle(self, values: Mapping[str, str | None]) -> Settled:
        """The answer to the values of all variables."""
        self._asked += 1
        if self._asked <= _SELDOM:
            return settle_directly(self.outline, self.arguer, values)
        return settle(self.states, self.root, values.__getitem__)


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
        self._assumed: dict[tuple[str, ...], Timeline] = {}
        self._ready: dict[int, _Ready] = {}
        self._proved = Provers()

    @cached_property
    def _resolvers(self) -> Mapping[str, Any]:
        return resolvers(self.library, self.registries)

    @cached_property
    def _outlooks(self) -> Outlooks:
        return Outlooks(self.library, self.registries, self._resolvers)

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

    def cases_in(self, data: bytes, name: str) -> tuple[Case, ...]:
        """The cases in the bytes of a YAML or JSON file that `name` stands for.

        Raises:
            TroubleError: They are not sound; every trouble is in it.
        """
        reader = CaseReader(self.library, self.registries)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            trouble = Trouble(
                "SK401", "the file is not UTF-8 text", (Place(name),), help="save it with the encoding UTF-8"
            )
            raise TroubleError([trouble]) from None
        found = reader.read_text(text, name)
        if reader.troubles:
            raise TroubleError(reader.troubles)
        return tuple(found)

    def amend(self, case: Case, **fields: Any) -> Case:
        """The case with some fields stated otherwise; fields of the item are changed one by one.

        Raises:
            TroubleError: A field is unknown or wrong, or the result contradicts itself.
        """
        reader = CaseReader(self.library, self.registries)
        given = {
            key: str(value) if isinstance(value, Day) else value for key, value in fields.items() if value is not None
        }
        found = reader.amend(case, locate(given))
        if found is None or reader.troubles:
            raise TroubleError(reader.troubles)
        return found

    # Law

    def timeline(self, case: Case | None = None) -> Timeline:
        """When each rule is in force, with the proposals that the desk or the case assumes."""
        assumed = case.proposals if case else ()
        found = self._assumed.get(assumed)
        if found is None:
            adopted = {**self._adopted, **dict(self.proposal(text) for text in assumed)}
            key = tuple(sorted(adopted.items()))
            found = self._timelines.get(key) or Timeline(self.library, adopted)
            self._assumed[assumed] = self._timelines[key] = found
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
            found = self._ready[id(law)] = _Ready(law, self.library, self._proved)
        return found

    # Answers

    def outcome(self, case: Case) -> Outcome:
        """The outcome alone: the fastest answer."""
        if case.act in ("re-transfer", UNKNOWN):
            return self.decide(case).outcome
        state = case.law or (INTERNATIONAL if case.exporter == UNKNOWN else case.exporter)
        timeline = self.timeline(case)
        ready = self.ready(timeline.law(state, case.date))
        return _settled(ready, self._outlooks.of(case, state)).outcome

    def decide(self, case: Case) -> Decision:
        """The answer to a case, with its proof and its receipt."""
        timeline = self.timeline(case)
        legs = tuple(self._leg(case, state, role, timeline) for state, role in self._legs(case, timeline))
        outcomes, turning = self._together(legs)
        unnamed = _unnamed_claimants(case)
        if unnamed:
            outcomes = widened(set(outcomes))
            turning = tuple(dict.fromkeys((*turning, *(unnamed if len(outcomes) > 1 else ()))))
        if case.act == UNKNOWN and not case.law:
            onward = self.decide(replace(case, act="re-transfer"))
            if onward.outcomes != outcomes:
                outcomes |= onward.outcomes
                turning = tuple(dict.fromkeys(("act", *turning, *onward.turns_on)))
        missing = tuple(dict.fromkeys(leg.state for leg in legs if not leg.law.encoded))
        return Decision(case, legs, outcomes, turning, missing, self.jurisdictions, lambda: self._receipt(case))

    def trace(
        self, case: Case, *, first: Day = _FIRST_ASKED, last: Day | None = None, facts_follow: bool = True
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
            situation = Situation(case, state, self.library, self.registries, self._resolvers)
            if facts_follow and case.facts_on is None:
                days.update(facts_change_days(situation, tuple(self.library.vars)))
        ordered = sorted(day for day in days if first <= day <= last)
        stretches: list[Stretch] = []
        for day in ordered:
            decision = self.decide(replace(case, date=day, facts_on=case.facts_on if not facts_follow else None))
            if stretches and _same_answer(stretches[-1].decision, decision):
                if self._revises(timeline, decision, day):
                    stretches[-1] = replace(stretches[-1], revised=(*stretches[-1].revised, day))
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

    def _revises(self, timeline: Timeline, decision: Decision, day: Day) -> bool:
        """Whether a national rule that decides, or lifts one that does, begins on the day."""
        return any(
            timeline.intervals[rule.name].first == day
            for leg in decision.legs
            for part in leg.law.instruments
            if part.instrument.jurisdiction == leg.state
            for rule in part.rules
            if rule.effect.outcome is not None or rule.effect is Effect.LIFT
        )

    # Questions to the whole law

    @cached_property
    def inquiry(self) -> Inquiry:
        """Answers about all cases at once; what it needs is laid out when it is first asked."""
        from sekisho.reason.inquiry import Inquiry
        from sekisho.reason.shelf import Shelf

        shelf = Shelf([data_folder("law")], cache_folder(), self.digest)
        return Inquiry(self, documented=lambda: self.documented, shelf=shelf)

    @cached_property
    def documented(self) -> tuple[Case, ...]:
        """The documented cases of history that come with the package."""
        folder = data_folder("cases") / "history"
        return tuple(case for path in sorted(folder.glob("*.yaml")) for case in self.cases(path))

    def take(self, case: Case, to: Outcome | str = Outcome.MAY_BE_PERMITTED, **options: Any) -> Taken:
        """Every smallest set of changes after which the outcome is the wished one; see `Inquiry.take`.

        Example:
            >>> import sekisho
            >>> desk = sekisho.open()
            >>> case = desk.case(exporter="JPN", recipient="UKR", item="patriot-pac3", date="2026-11-21")
            >>> [step.var for step in desk.take(case, fix=["parties", "authority"]).cards[0].way.steps]
            ['agreement-state']
        """
        return self.inquiry.take(case, to, **options)

    def compare(
        self,
        before: str | Day,
        after: str | Day,
        *,
        law: str,
        other: str = "",
        with_: Iterable[str] = (),
        for_: Mapping[str, str] | None = None,
        facts_on: str | Day | None = None,
        cases: Iterable[Case] | None = None,
        books: Desk | None = None,
    ) -> Compared:
        """Exactly which cases two laws answer differently.

        Args:
            before: The day of the first law.
            after: The day of the second.
            law: Whose law.
            other: Whose law the second is, where it is another state's.
            with_: Proposals that the second law assumes (`NAME`, or `NAME@DAY`).
            for_: Variables to which the question is restricted, as `{"recipient": "UKR"}`.
            facts_on: The day of which the registries speak about the states named in `for_`; the
                second day where none is given.
            cases: The documented cases to be tried; those of history where none are given.
            books: The desk in whose books the second law stands, where these are others: a folder of
                one's own beside ours.

        Raises:
            TroubleError: An unknown word, choices that no case can have, a law that is not encoded,
                or a word that has different values in the two books.

        Example:
            >>> import sekisho
            >>> desk = sekisho.open()
            >>> found = desk.compare("2022-03-07", "2022-03-08", law="JPN").difference
            >>> [change.cause.name for change in found.changes]
            ['jp-ukraine-grant']
        """
        days = [parse_day(day) if isinstance(day, str) else day for day in (before, after)]
        second = books or self
        for desk, state in ((self, law), (second, other or law)):
            if state not in desk.library.jurisdictions:
                known = ", ".join(desk.library.jurisdictions)
                raise TroubleError(
                    [Trouble("SK506", f"the law of `{state}` is not encoded", help=f"encoded are: {known}")]
                )
        second = second.with_proposals(with_) if with_ else second
        one, two = self.timeline().law(law, days[0]), second.timeline().law(other or law, days[1])
        at = parse_day(facts_on) if isinstance(facts_on, str) else facts_on or days[1]
        if books is not None:
            from sekisho.reason.across import Side, across

            sides = Side(self.inquiry, one, days[0]), Side(second.inquiry, two, days[1])
            return across(*sides, fixed=for_, facts_on=at, cases=cases)[0]
        return self.inquiry.compare(one, two, fixed=for_, facts_on=at, cases=cases)

    def verify(self, names: Iterable[str] = ()) -> tuple[Verdict, ...]:
        """The properties of the books, proved or refuted; those named, or all.

        Raises:
            TroubleError: No property has that name.
        """
        wanted = tuple(names)
        known = {claim.name: claim for claim in self.library.properties}
        for name in wanted:
            if name not in known:
                close = nearest(name, known, count=1)
                help_ = f"did you mean `{close[0]}`?" if close else "`sekisho verify` lists them"
                raise TroubleError([Trouble("SK511", f"no property is called `{name}`", help=help_)])
        return self.inquiry.verify([known[name] for name in wanted] if wanted else None)

    def openness(
        self,
        law: str,
        recipients: Iterable[str],
        *,
        first: Day = _FIRST_ASKED,
        last: Day,
        items: Mapping[str, Mapping[str, str]] | None = None,
    ) -> tuple[Share, ...]:
        """The exact share of cases that may be permitted, for every stretch of days; see `Inquiry.openness`."""
        more = {} if items is None else {"items": items}
        return self.inquiry.openness(law, recipients, first=first, last=last, **more)

    def interview(self, case: Case, *, law: str = "") -> Interview:
        """Which fact to ask for next, and which need not be asked.

        Args:
            case: The case; what it states as unknown is open.
            law: The state whose law is asked, where the case has several legs.
        """
        state = law or case.law or (INTERNATIONAL if case.exporter == UNKNOWN else case.exporter)
        return self.inquiry.questions(case, self.timeline(case).law(state, case.date))

    def asked(self, case: Case) -> Iterator[tuple[Law, Situation]]:
        """Each law that the case is asked under, with the case as that law sees it; nothing is decided."""
        timeline = self.timeline(case)
        for state, _ in self._legs(case, timeline):
            yield timeline.law(state, case.date), Situation(case, state, self.library, self.registries, self._resolvers)

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
        values = self._outlooks.of(case, state).values.__getitem__

        return any(rule.effect is Effect.CLAIM_CONSENT and stands(rule, law, values) is not False for rule in law.rules)

    def outlook(self, case: Case, state: str) -> Outlook:
        """The value of every variable, as the law of a state sees the case."""
        return self._outlooks.of(case, state)

    def _leg(self, case: Case, state: str, role: str, timeline: Timeline) -> Leg:
        ready = self.ready(timeline.law(state, case.date))
        outlook = self._outlooks.of(case, state)
        situation = Situation(
            case,
            state,
            self.library,
            self.registries,
            self._resolvers,
            values=outlook.values,
            remember=lambda: outlook.memory(ready, case),
        )
        settled = _settled(ready, outlook)
        sets = settled.leaves[0].subject_to if len(settled.leaves) == 1 else _common(settled)

        def argue() -> Argument:
            found: Argument | None = outlook.kept.get(ready.arguer)
            if found is None:
                found = outlook.kept[ready.arguer] = ready.arguer.argue_known(outlook.values)
            return found

        def alternatives() -> tuple[Alternative, ...]:
            return self._alternatives(ready, outlook.values, settled.outcome)

        return Leg(state, role, ready.law, situation, settled.outcomes, settled.turns_on, sets, argue, alternatives)

    def _alternatives(
        self, ready: _Ready, values: Mapping[str, str | None], outcome: Outcome
    ) -> tuple[Alternative, ...]:
        found: list[Alternative] = []
        for var in ready.outline.vars:
            if var.kind is not Kind.READING:
                break
            taken = values[var.name]
            for option in self.library.readings[var.term].options:
                if option.name == taken:
                    continue
                result = ready.settle({**values, var.name: option.name}).outcome
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
                here = {**self._outlooks.of(leg.situation.case, leg.state).values, **chosen}
                each.append(ready.settle(here).outcomes)
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


def _settled(ready: _Ready, outlook: Outlook) -> Settled:
    """The answer of a law to an outlook, found once."""
    found: Settled | None = outlook.kept.get(ready)
    if found is None:
        found = outlook.kept[ready] = ready.settle(outlook.values)
    return found


def _unnamed_claimants(case: Case) -> tuple[str, ...]:
    """The variables of a re-transfer that could still name a state whose consent is owed.

    Its law could forbid what the others leave open, so the answer can only become stronger.
    """
    if case.act != "re-transfer" or case.law:
        return ()
    item = case.item
    lists = {"licensor": item.licensors, "partner": item.partners, "component-origin": item.components_from}
    found = tuple(name for name, states in lists.items() if states is None)
    return ("supplier", *found) if case.supplier == UNKNOWN else found


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
    opened = open_all(folders, place, cache=cache)
    missing = no_rulebook(opened.library, folders)
    if missing:
        raise TroubleError(missing)
    return Desk(opened)
