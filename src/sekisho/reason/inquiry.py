"""Questions about cases and laws, put to the whole law: what would it take, what changed, does it hold.

An inquiry knows the rulebooks, the registries and how a case is decided; the diagrams it needs are
made when they are first asked for, and kept. Longer than other files because the kinds of question
share those diagrams and their way from a case to them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import product

from sekisho.base import Day, Trouble, TroubleError, nearest
from sekisho.cases import UNKNOWN, Case
from sekisho.cases.fields import STATE_FIELDS
from sekisho.decide import Decision, Leg, combine
from sekisho.ir import INTERNATIONAL, Kind, Law, Outcome, Property, Proposal, Rule, Timeline, Var
from sekisho.reason import openness as shares
from sekisho.reason import take as taking
from sekisho.reason.answers import Card, Compared, Flipped, Office, Precedent, Taken
from sekisho.reason.changed import case_of, with_values
from sekisho.reason.compare import Comparer
from sekisho.reason.compile import compile_law
from sekisho.reason.questions import Interview, interview
from sekisho.reason.settle import settle
from sekisho.reason.states import State, States
from sekisho.reason.verify import Verdict, verify
from sekisho.reason.whole import Whole

_WEAKENING = (Outcome.MAY_BE_PERMITTED, Outcome.FREE)
_HAPPENED = ("approved", "delivered")
_MAX_CARDS = 60


class Inquiry:
    """Answers about whole laws, for one set of books."""

    def __init__(
        self,
        office: Office,
        *,
        documented: Callable[[], Sequence[Case]] = tuple,
        kept_order: Callable[[str, Sequence[str] | None], Sequence[str] | None] = lambda _key, found: found,
    ) -> None:
        """Begin.

        Args:
            office: The books.
            documented: The cases of history, for precedents and flips.
            kept_order: Keeps an order of variables under a key, or gives back the one that was kept.
        """
        self.office = office
        self.library = office.library
        self._documented = documented
        self._kept_order = kept_order
        self._wholes: dict[tuple[str, ...], Whole] = {}
        self._precedents: dict[str, tuple[Case, ...]] | None = None
        self._proposed: dict[tuple[str, Day], Timeline] = {}
        self._ready: dict[int, tuple[Law, States, State]] = {}

    # Diagrams

    def whole(self, *states: str) -> Whole:
        """The diagram in which the laws of the states live."""
        key = tuple(sorted(set(states)))
        found = self._wholes.get(key)
        if found is None:
            timeline = self.office.timeline()
            laws = [timeline.law(state, day) for state in key for day in timeline.change_days(state)]
            vars, constraints = self.library.vars, self.library.constraints
            name = "-".join(key)
            order = self._kept_order(name, None)
            found = self._wholes[key] = Whole(vars, laws, constraints, order)
            if order is None:
                self._kept_order(name, found.order)
        return found

    def _values(self, case: Case, state: str) -> Callable[[str], str | None]:
        return self.office.outlook(case, state).values.__getitem__

    # What would it take

    def take(
        self,
        case: Case,
        to: Outcome | str = Outcome.MAY_BE_PERMITTED,
        *,
        fix: Iterable[str] = (),
        free: Iterable[str] = (),
        at_most: int = taking.MOST,
        law: str = "",
        proposals: bool = True,
        another_item: bool = True,
        elsewhere: bool = True,
        weights: Mapping[str, int] = taking.WEIGHTS,
    ) -> Taken:
        """Every smallest set of changes after which the outcome is the wished one, or weaker.

        Args:
            case: The case.
            to: The wished outcome. A stronger one than the case has now is reached exactly.
            fix: Facts, terms or groups (`governments`, `item`…) that stay as they are.
            free: Facts, terms or groups that may change besides.
            at_most: How many changes a set has at most.
            law: The state whose law is asked, where the case has several legs.
            proposals: Whether the known proposals of the day are tried.
            another_item: Whether another item is tried.
            elsewhere: Whether other recipients are tried.
            weights: How heavy a change is, by who could make it.

        Raises:
            TroubleError: An unknown word, contradictory choices, a law that is not encoded, too many sets.
        """
        wish = Outcome.of(to) if isinstance(to, str) else to
        if wish is Outcome.UNDETERMINED:
            raise TroubleError([
                Trouble("SK509", "nobody can wish for `undetermined`", help="name one of the four outcomes")
            ])  # fmt: skip
        decision = self.office.decide(case)
        leg, others = self._leg(decision, law, wish)
        if not leg.law.encoded and leg.state != INTERNATIONAL:
            raise TroubleError([_not_encoded(leg.state, self.library.jurisdictions)])
        now = leg.outcome
        wanted = _wanted(now, wish)
        freedom = taking.Freedom(tuple(fix), tuple(free))
        whole = self.whole(leg.state)
        levels = freedom.levels(whole, self.library)
        values = self._values(case, leg.state)
        bars = tuple(bar.rule for bar in leg.bars if bar.rule is not None)
        lists = tuple(dict.fromkeys(bar.instrument for bar in leg.bars if bar.rule is None))
        relaxed = taking.relaxation(whole, leg.law, values, bars, lists)
        if now in wanted:
            return Taken(case, leg.state, others, now, wanted, at_most, (), (), (), (), relaxed, (), 0)
        puzzle = taking.Puzzle(whole, whole.function(leg.law), values, levels, wanted)
        ways = taking.ways_of(puzzle, self.library, at_most=at_most, weights=weights)
        cards = self._cards(case, leg, leg.law, ways)
        more = max(0, len(ways) - _MAX_CARDS)
        proposed = self._with_proposals(case, leg, levels, wanted, ways, at_most, weights) if proposals else ()
        other: tuple[Card, ...] = ()
        if another_item and "item" not in (*freedom.free, *freedom.fix):
            wider = replace(freedom, free=(*freedom.free, "item")).levels(whole, self.library)
            other = self._another_item(case, leg, whole, levels, wider, wanted, at_most, weights)
        reach = self._elsewhere(case, leg.state, wanted) if elsewhere and "recipient" not in freedom.fix else ()
        stuck = () if cards else taking.untouchable(whole, leg.law, puzzle)
        return Taken(case, leg.state, others, now, wanted, at_most, cards, proposed, other, reach, relaxed, stuck, more)

    def _leg(self, decision: Decision, law: str, wish: Outcome) -> tuple[Leg, tuple[str, ...]]:
        legs = {leg.state: leg for leg in decision.legs}
        if law:
            if law not in legs:
                close = nearest(law, legs, count=1)
                help_ = f"write `{close[0]}`" if close else f"asked are: {', '.join(legs)}"
                raise TroubleError([Trouble("SK510", f"the law of `{law}` is not asked in this case", help=help_)])
            leg = legs[law]
        else:
            leg = max(decision.legs, key=lambda each: max(each.outcomes))
        barred = (each.state for each in decision.legs if each is not leg and max(each.outcomes) > wish)
        return leg, tuple(barred)

    def _cards(self, case: Case, leg: Leg, law: Law, ways: Sequence[taking.Way]) -> tuple[Card, ...]:
        before = self._values(case, leg.state)
        stood = _standing(leg.law, before)
        found: list[Card] = []
        for way in ways[:_MAX_CARDS]:
            given = {step.var: step.after[0] for step in way.steps}
            changed = with_values(case, given, self.library)
            after = _over(before, given)
            stands = _standing(law, after)
            gained = tuple(rule for name, rule in stands.items() if name not in stood and _permits(rule))
            fallen = tuple(rule for name, rule in stood.items() if name not in stands and _bars(rule))
            lists = tuple(
                dict.fromkeys(rule.instrument for rule in gained if rule.instrument in _closed(leg.law, before))
            )
            marks = [rule.support for rule in (*gained, *fallen)]
            open_ = self._findings(law, after)
            found.append(
                Card(
                    way, gained, fallen, lists, open_, min(marks, default=None),
                    self.precedent([rule.name for rule in gained], case.date), changed,
                )
            )  # fmt: skip
        return tuple(found)

    def _findings(self, law: Law, values: Callable[[str], str | None]) -> tuple[tuple[tuple[str, str], ...], ...]:
        """The smallest sets of findings to which a changed case is still subject."""
        ready = self._ready.get(id(law))
        if ready is None:
            states = States(compile_law(law, self.library))
            ready = self._ready[id(law)] = (law, states, states.root())
        settled = settle(ready[1], ready[2], values)
        return settled.leaves[0].subject_to if len(settled.leaves) == 1 else ()

    def _with_proposals(
        self,
        case: Case,
        leg: Leg,
        levels: frozenset[int],
        wanted: Sequence[Outcome],
        plain: Sequence[taking.Way],
        at_most: int,
        weights: Mapping[str, int],
    ) -> tuple[Card, ...]:
        """Every proposal known on the day, with the smallest sets of further changes that need it."""
        whole = self.whole(leg.state)
        known = {key for way in plain for key in _keys(way)}
        cards: list[Card] = []
        for proposal in self.proposals_on(leg.state, case.date):
            law = self._proposal_timeline(proposal, case.date).law(leg.state, case.date)
            node = whole.function(law)
            if node == whole.function(leg.law):
                continue
            puzzle = taking.Puzzle(whole, node, self._values(case, leg.state), levels, wanted)
            ways = taking.ways_of(
                puzzle, self.library, at_most=max(0, at_most - 1), weights=weights, proposal=proposal.name
            )
            fresh = [each for way in ways if (each := _beyond(way, known)) is not None]
            cards.extend(self._cards(case, leg, law, fresh[:_MAX_CARDS]))
        return tuple(sorted(cards, key=lambda card: (card.way.weight, len(card.way.steps), card.way.proposal)))

    def proposals_on(self, state: str, day: Day) -> tuple[Proposal, ...]:
        """The proposals on the law of a state that had been made by a day, the newest first."""
        homes = {i.name: i.jurisdiction for i in self.library.instruments}
        found = [
            proposal
            for proposal in self.library.proposals
            if homes.get(proposal.amends) in (state, INTERNATIONAL) and proposal.proposed_on.first <= day
        ]
        return tuple(sorted(found, key=lambda each: each.proposed_on.first, reverse=True))

    def _proposal_timeline(self, proposal: Proposal, day: Day) -> Timeline:
        found = self._proposed.get((proposal.name, day))
        if found is None:
            adopted = {**self.office.timeline().adopted, proposal.name: day}
            found = self._proposed[proposal.name, day] = Timeline(self.library, adopted)
        return found

    def _another_item(
        self,
        case: Case,
        leg: Leg,
        whole: Whole,
        narrow: frozenset[int],
        wide: frozenset[int],
        wanted: Sequence[Outcome],
        at_most: int,
        weights: Mapping[str, int],
    ) -> tuple[Card, ...]:
        puzzle = taking.Puzzle(whole, whole.function(leg.law), self._values(case, leg.state), wide, wanted)
        news = {whole.points[level].name for level in wide - narrow}
        ways = taking.ways_of(puzzle, self.library, at_most=at_most, weights=weights)
        return self._cards(case, leg, leg.law, [w for w in ways if any(step.var in news for step in w.steps)])

    def _elsewhere(self, case: Case, state: str, wanted: Sequence[Outcome]) -> tuple[str, ...]:
        found = []
        for code in self._states:
            if code not in (case.recipient, state, case.exporter):
                other = replace(case, recipient=code, law=state)
                if self.office.outcome(other) in wanted:
                    found.append(code)
        return tuple(found)

    @cached_property
    def _states(self) -> tuple[str, ...]:
        return tuple(sorted(self.office.registries.names.records["states"]))

    @property
    def precedents(self) -> Mapping[str, tuple[Case, ...]]:
        """For each rule, the documented cases that went through on it, in the order of their dates."""
        if self._precedents is None:
            found: dict[str, list[Case]] = {}
            for case in sorted(self._documented(), key=lambda each: (each.date, each.id)):
                if case.extra.get("reported_outcome") in _HAPPENED:
                    for basis in self.office.decide(case).basis:
                        found.setdefault(basis.name, []).append(case)
            self._precedents = {name: tuple(cases) for name, cases in found.items()}
        return self._precedents

    def precedent(self, rules: Iterable[str], day: Day) -> Precedent | None:
        """The last documented case that had gone through on one of the rules by a day."""
        seen = [
            (case.date, case.id, case, name)
            for name in rules
            for case in self.precedents.get(name, ())
            if case.date <= day
        ]
        last = max(seen, key=lambda each: each[:2], default=None)
        return Precedent(last[2], last[3]) if last else None

    # What changed

    def compare(
        self,
        before: Law,
        after: Law,
        *,
        fixed: Mapping[str, str] | None = None,
        facts_on: Day | None = None,
        cases: Iterable[Case] | None = None,
    ) -> Compared:
        """Exactly which cases two laws of the same books answer differently.

        Args:
            before: The first law.
            after: The second, of another day, state, or with a proposal.
            fixed: Variables to which the question is restricted; a state that is fixed brings with
                it what the registries say of it.
            facts_on: The day of which the registries speak; the day from which the second law stands
                where none is given.
            cases: The documented cases; those of history where none are given.

        Raises:
            TroubleError: An unknown word, or choices that no case can have.
        """
        whole = self.whole(before.state, after.state)
        day = facts_on or after.days.first
        known = self.facts_of(fixed or {}, after.state, day)
        comparer = Comparer(whole, before, after, self.library.readings, known)
        difference = comparer.compare()
        documented = self._documented() if cases is None else cases
        flipped = self._flipped(whole, before, after, documented) if not comparer.same else ()
        return Compared(difference, (before.state, after.state), (before.days.first, after.days.first), flipped)

    def facts_of(self, fixed: Mapping[str, str], state: str, day: Day) -> dict[str, str]:
        """What is fixed, and with a state all that the registries and recorded findings say of it on the day."""
        given = dict(fixed)
        roles = {role: given[role] for role in STATE_FIELDS if role in given}
        if not roles:
            return given
        supplier = roles.get("supplier", UNKNOWN)
        case = Case(day, roles.get("exporter", state), roles.get("recipient", UNKNOWN), supplier=supplier)
        values = self._values(case, state)
        for var in self.library.vars.values():
            if var.name not in given and self._follows(var, roles):
                value = values(var.name)
                if value is not None:
                    given[var.name] = value
        return given

    def _follows(self, var: Var, roles: Mapping[str, str]) -> bool:
        """Whether a registry answers the variable once these roles are known."""
        term = self.library.terms.get(var.term)
        if term is None or var.kind is Kind.READING or term.registry is None:
            return False
        needed = {term.subject, term.relation} - {"", "this-state"}
        return bool(needed) and needed <= {*roles, "exporter"} and bool(needed & set(roles))

    def _flipped(self, whole: Whole, before: Law, after: Law, cases: Iterable[Case]) -> tuple[Flipped, ...]:
        one, other = whole.function(before), whole.function(after)
        found = []
        for case in cases:
            if case.exporter not in (before.state, after.state) or case.law:
                continue
            was, now = (self._outcome_in(whole, node, case, law.state) for node, law in ((one, before), (other, after)))
            if was is not None and now is not None and was is not now:
                found.append(Flipped(case, was, now))
        return tuple(found)

    def _outcome_in(self, whole: Whole, node: int, case: Case, state: str) -> Outcome | None:
        """The outcome of a case in one function; None where it is not determined."""
        ends = taking.outcomes_of(whole, node, self._values(case, state))
        return next(iter(ends)) if len(ends) == 1 else None

    # Does it hold

    def verify(self, claims: Iterable[Property] | None = None) -> tuple[Verdict, ...]:
        """Every property proved or refuted, in the order of the books.

        Raises:
            TroubleError: A property speaks of a law that is not encoded.
        """
        found: list[Verdict] = []
        timeline = self.office.timeline()
        for claim in self.library.properties if claims is None else claims:
            if claim.state not in self.library.jurisdictions:
                raise TroubleError([_not_encoded(claim.state, self.library.jurisdictions)])
            days = [claim.days.first, *(d for d in timeline.change_days(claim.state) if d in claim.days)]
            versions = [timeline.law(claim.state, day) for day in dict.fromkeys(days)]
            versions = list({id(law): law for law in versions}.values())
            whole = self.whole(claim.state)
            found.append(verify(whole, claim, versions, timeline.law, self.library.readings))
        return tuple(found)

    def witness(self, values: Mapping[str, str], day: Day, state: str) -> Case:
        """The case that a witness stands for, to be decided like any other."""
        return case_of(values, day, state, self.library, self._states)

    # How open

    def openness(
        self,
        state: str,
        recipients: Iterable[str],
        *,
        first: Day,
        last: Day,
        items: Mapping[str, Mapping[str, str]] = shares.ITEMS,
    ) -> tuple[shares.Share, ...]:
        """The exact share of cases that may be permitted, for every stretch of days.

        Args:
            state: Whose law.
            recipients: Codes of states; `*` is a state that no registry names.
            first: The first day.
            last: The last day.
            items: The item classes, with what is fixed in each.
        """
        timeline = self.office.timeline()
        whole = self.whole(state)
        law_days = [day for day in timeline.change_days(state) if first < day <= last]
        versions = [timeline.law(state, day) for day in (first, *law_days)]
        days: dict[str, Sequence[Day]] = {}
        for code in recipients:
            own = {first, *law_days, *(d for d in self._fact_days(code, state) if first < d <= last)}
            days[code] = sorted(own)
        return shares.openness(
            whole, versions, self.library.readings, lambda code, day: self._known(code, state, day), days, last, items
        )

    def _known(self, code: str, state: str, day: Day) -> Mapping[str, str]:
        return self.facts_of({"recipient": code, "exporter": state}, state, day)

    def _fact_days(self, code: str, state: str) -> set[Day]:
        days: set[Day] = set()
        for term in self.library.terms.values():
            roles = {"recipient": code, "exporter": state, "this-state": state}
            if term.registry is None or self.office.registries.kind(*term.registry) is None:
                continue
            if term.subject in roles and term.relation in ("", *roles):
                a, b = roles[term.subject], roles.get(term.relation, state)
                days.update(self.office.registries.change_days(*term.registry, a, b))
        return days

    # What to ask

    def questions(self, case: Case, law: Law) -> Interview:
        """Which fact to ask for next under a law, and which need not be asked."""
        whole = self.whole(law.state)
        encoded = law.encoded or law.state == INTERNATIONAL
        return interview(whole, whole.function(law), self._values(case, law.state), encoded=encoded)


_FOUR = (Outcome.FREE, Outcome.MAY_BE_PERMITTED, Outcome.PRESUMED_DENIED, Outcome.PROHIBITED)


def _wanted(now: Outcome, wish: Outcome) -> tuple[Outcome, ...]:
    """The wish and what is weaker, or, where the case is already weaker, the wish and what is stronger."""
    if now is not Outcome.UNDETERMINED and now < wish:
        return tuple(outcome for outcome in _FOUR if outcome >= wish)
    return tuple(outcome for outcome in _FOUR if outcome <= wish)


def _keys(way: taking.Way) -> Iterator[frozenset[tuple[str, str]]]:
    """The sets of changes that a way stands for, one value each."""
    for row in product(*(step.after for step in way.steps)):
        yield frozenset(zip((step.var for step in way.steps), row, strict=True))


def _beyond(way: taking.Way, known: Collection[frozenset[tuple[str, str]]]) -> taking.Way | None:
    """The way without the values for which a known set would do already; None where nothing is left."""
    kept = [key for key in _keys(way) if not any(small <= key for small in known)]
    if not kept:
        return None
    left = {pair for key in kept for pair in key}
    steps = tuple(
        replace(step, after=tuple(value for value in step.after if (step.var, value) in left)) for step in way.steps
    )
    return replace(way, steps=steps)


def _over(values: Callable[[str], str | None], given: Mapping[str, str]) -> Callable[[str], str | None]:
    return lambda name: given[name] if name in given else values(name)


def _standing(law: Law, values: Callable[[str], str | None]) -> dict[str, Rule]:
    """The rules that stand, or may stand on findings; bars only where they stand for certain."""
    found: dict[str, Rule] = {}
    for rule in law.rules:
        if rule.effect.outcome is not None:
            stood = combine.stands(rule, law, values)
            if stood or (stood is None and _permits(rule)):
                found[rule.name] = rule
    return found


def _permits(rule: Rule) -> bool:
    return rule.effect.outcome in _WEAKENING


def _bars(rule: Rule) -> bool:
    return rule.effect.outcome in (Outcome.PROHIBITED, Outcome.PRESUMED_DENIED)


def _closed(law: Law, values: Callable[[str], str | None]) -> tuple[str, ...]:
    """The instruments whose closed list does not cover the case."""
    return tuple(
        part.instrument.name
        for part in law.instruments
        if part.instrument.default is Outcome.PROHIBITED and combine.holds(part.scope, values) is not False
    )


def _not_encoded(state: str, known: Iterable[str]) -> Trouble:
    return Trouble(
        "SK506",
        f"the law of `{state}` is not encoded",
        why="what its own law would take or say cannot be computed",
        help=f"ask about one of: {', '.join(known)}",
    )
