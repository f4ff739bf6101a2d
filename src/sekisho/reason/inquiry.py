"""Questions about cases and laws, put to the whole law: what would it take, what changed, does it hold.

An inquiry knows the rulebooks, the registries and how a case is decided; the diagrams it needs are
made when they are first asked for, and kept. Longer than other files because the kinds of question
share those diagrams and their way from a case to them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

from sekisho.base import Day, Trouble, TroubleError, nearest
from sekisho.cases import UNKNOWN, Case
from sekisho.cases.fields import STATE_FIELDS
from sekisho.decide import Decision, Leg, combine
from sekisho.ir import INTERNATIONAL, Kind, Law, Outcome, Property, Proposal, Rule, Timeline, Unmodelled, Var
from sekisho.reason import legs as several
from sekisho.reason import openness as shares
from sekisho.reason import take as taking
from sekisho.reason.answers import Card, Compared, Flipped, Office, Precedent, Taken
from sekisho.reason.changed import case_of, with_values
from sekisho.reason.compare import Comparer
from sekisho.reason.compile import compile_law
from sekisho.reason.questions import Interview, interview
from sekisho.reason.settle import settle
from sekisho.reason.shelf import Shelf
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
        shelf: Shelf | None = None,
    ) -> None:
        """Begin.

        Args:
            office: The books.
            documented: The cases of history, for precedents and flips.
            shelf: Keeps orders of variables and the functions of laws between runs.
        """
        self.office = office
        self.library = office.library
        self._documented = documented
        self._shelf = shelf
        self._wholes: dict[tuple[str, ...], Whole] = {}
        self._precedents: dict[str, tuple[Case, ...]] | None = None
        self._proposed: dict[tuple[str, Day], Timeline] = {}
        self._ready: dict[int, tuple[Law, States, State]] = {}

    @property
    def documented(self) -> Sequence[Case]:
        """The cases of history."""
        return self._documented()

    # Diagrams

    def whole(self, *states: str) -> Whole:
        """The diagram in which the laws of the states live."""
        key = tuple(sorted(set(states)))
        found = self._wholes.get(key)
        if found is None:
            name = "-".join(key)
            order = self._shelf.order(name) if self._shelf else None
            laws: list[Law] = []
            if order is None:
                timeline = self.office.timeline()
                laws = [timeline.law(state, day) for state in key for day in timeline.change_days(state)]
            found = self._wholes[key] = Whole(self.library.vars, laws, self.library.constraints, order, self._shelf)
            if order is None and self._shelf is not None:
                self._shelf.keep_order(name, found.order)
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
            law: The state whose law alone is asked, where the case has several legs; all together if empty.
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
        legs, others = self._asked_legs(decision, law)
        now = legs[0].outcome if len(legs) == 1 else _strongest(decision, legs)
        wanted = _wanted(now, wish)
        freedom = taking.Freedom(tuple(fix), tuple(free))
        whole = self.whole(legs[0].state)
        levels = self._named(whole, freedom.levels(whole, self.library))
        held = self._named(whole, freedom.held(whole, self.library))
        sought = _Sought(case, legs, held, wanted, at_most, weights, now < wish)
        relaxed = self._relaxation(sought)
        worst = max(legs, key=lambda each: max(each.outcomes)).state
        states = tuple(leg.state for leg in legs)
        if now in wanted:
            return Taken(case, worst, states, others, now, wanted, at_most, (), (), (), (), relaxed, (), 0)
        ways = self._ways(sought, levels)
        cards = self._cards(sought, ways)
        more = max(0, len(ways) - _MAX_CARDS)
        proposed = self._with_proposals(sought, levels, ways) if proposals else ()
        other: tuple[Card, ...] = ()
        if another_item and "item" not in (*freedom.free, *freedom.fix):
            wider = replace(freedom, free=(*freedom.free, "item")).levels(whole, self.library)
            other = self._another_item(sought, levels, self._named(whole, wider))
        reach = self._elsewhere(sought) if elsewhere and "recipient" not in freedom.fix else ()
        stuck = () if cards else self._untouchable(sought, levels)
        return Taken(
            case, worst, states, others, now, wanted, at_most, cards, proposed, other, reach, relaxed, stuck, more
        )

    def _asked_legs(self, decision: Decision, law: str) -> tuple[tuple[Leg, ...], tuple[str, ...]]:
        """The legs that are asked, and the states whose law is asked in the case but not encoded.

        Raises:
            TroubleError: The law is not asked in the case, or none that is asked is encoded.
        """
        legs = {leg.state: leg for leg in decision.legs}
        if law and law not in legs:
            close = nearest(law, legs, count=1)
            help_ = f"write `{close[0]}`" if close else f"asked are: {', '.join(legs)}"
            raise TroubleError([Trouble("SK510", f"the law of `{law}` is not asked in this case", help=help_)])
        asked = (legs[law],) if law else decision.legs
        known = tuple(leg for leg in asked if leg.law.encoded or leg.state == INTERNATIONAL)
        if not known:
            raise TroubleError([_not_encoded(asked[0].state, self.library.jurisdictions)])
        return known, tuple(leg.state for leg in asked if leg not in known)

    @staticmethod
    def _named(whole: Whole, levels: Iterable[int]) -> frozenset[str]:
        return frozenset(whole.points[level].name for level in levels)

    def _puzzle(self, sought: _Sought, leg: Leg, law: Law, free: Collection[str]) -> taking.Puzzle:
        """One law alone as a puzzle."""
        whole = self.whole(leg.state)
        levels, held = ({whole.level[name] for name in names} for names in (free, sought.held))
        values = self._values(sought.case, leg.state)
        return taking.Puzzle(whole, whole.function(law), values, levels, sought.wanted, held)

    def _ways(
        self, sought: _Sought, free: Collection[str], laws: Mapping[str, Law] | None = None, proposal: str = ""
    ) -> tuple[taking.Way, ...]:
        """The smallest sets of changes that satisfy every law; `laws` stand in for those of some legs."""
        at_most, laws = max(0, sought.at_most - bool(proposal)), laws or {}
        if len(sought.legs) == 1:
            leg = sought.legs[0]
            puzzle = self._puzzle(sought, leg, laws.get(leg.state, leg.law), free)
            return taking.ways_of(puzzle, self.library, at_most=at_most, weights=sought.weights, proposal=proposal)
        asked = [
            several.Asked(
                leg.state,
                laws.get(leg.state, leg.law),
                self.whole(leg.state),
                self._values(sought.case, leg.state),
                leg.role != "exporter",
            )
            for leg in sought.legs
        ]
        puzzle = several.together(asked, self.library, free, sought.held, sought.wanted, one_suffices=sought.stronger)
        return several.ways_of(puzzle, self.library, at_most=at_most, weights=sought.weights, proposal=proposal)

    def _relaxation(self, sought: _Sought) -> taking.Relaxation:
        """What of the laws themselves would have to go, law by law."""
        bars: dict[str, Rule] = {}
        lists: dict[str, None] = {}
        nearest_: list[tuple[Rule, tuple[taking.Step, ...]]] = []
        for leg in sought.legs:
            own = tuple(bar.rule for bar in leg.bars if bar.rule is not None)
            closed = tuple(dict.fromkeys(bar.instrument for bar in leg.bars if bar.rule is None))
            values = self._values(sought.case, leg.state)
            found = taking.relaxation(self.whole(leg.state), leg.law, values, own, closed)
            bars.update((rule.name, rule) for rule in found.bars)
            lists.update(dict.fromkeys(found.lists))
            law = leg.state if len(sought.legs) > 1 else ""
            nearest_.extend((rule, tuple(replace(step, law=law) for step in way)) for rule, way in found.nearest)
        return taking.Relaxation(tuple(bars.values()), tuple(lists), tuple(nearest_))

    def _untouchable(self, sought: _Sought, free: Collection[str]) -> tuple[str, ...]:
        """The rules that bar the case whatever of the free facts changes."""
        found: dict[str, None] = {}
        for leg in sought.legs:
            puzzle = self._puzzle(sought, leg, leg.law, free)
            found.update(dict.fromkeys(taking.untouchable(self.whole(leg.state), leg.law, puzzle)))
        return tuple(found)

    def _cards(
        self, sought: _Sought, ways: Sequence[taking.Way], laws: Mapping[str, Law] | None = None
    ) -> tuple[Card, ...]:
        case, laws = sought.case, laws or {}
        sides = [
            (leg, laws.get(leg.state, leg.law), before, _standing(leg.law, before))
            for leg in sought.legs
            for before in (self._values(case, leg.state),)
        ]
        found: list[Card] = []
        for way in ways[:_MAX_CARDS]:
            gained: dict[str, Rule] = {}
            fallen: dict[str, Rule] = {}
            lists: dict[str, None] = {}
            unsure: dict[str, Unmodelled] = {}
            open_: tuple[tuple[tuple[str, str], ...], ...] = ((),)
            for leg, law, before, stood in sides:
                after = _over(before, {step.var: step.after[0] for step in way.steps if step.law in ("", leg.state)})
                stands = _standing(law, after)
                more = {name: rule for name, rule in stands.items() if name not in stood and _permits(rule)}
                less = {name: rule for name, rule in stood.items() if name not in stands and _bars(rule)}
                gained |= more
                fallen |= less
                unsure |= _unsure(law, after, more, less)
                closed = _closed(leg.law, before)
                lists.update(dict.fromkeys(rule.instrument for rule in more.values() if rule.instrument in closed))
                open_ = _and_then(open_, self._findings(law, after))
            marks = [rule.support for rule in (*gained.values(), *fallen.values())]
            changed = with_values(case, _writable(way, sought.legs), self.library)
            found.append(
                Card(
                    way, tuple(gained.values()), tuple(fallen.values()), tuple(lists), open_, min(marks, default=None),
                    self.precedent(gained, case.date), changed, tuple(unsure.values()),
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

    def _with_proposals(self, sought: _Sought, free: Collection[str], plain: Sequence[taking.Way]) -> tuple[Card, ...]:
        """Every proposal known on the day, with the smallest sets of further changes that need it."""
        day = sought.case.date
        known = {key for way in plain for key in _keys(way)}
        cards: list[Card] = []
        known_then = dict.fromkeys(each for leg in sought.legs for each in self.proposals_on(leg.state, day))
        for proposal in known_then:
            timeline = self._proposal_timeline(proposal, day)
            laws = {
                leg.state: law
                for leg in sought.legs
                for law, whole in ((timeline.law(leg.state, day), self.whole(leg.state)),)
                if whole.function(law) != whole.function(leg.law)
            }
            if laws:
                ways = self._ways(sought, free, laws, proposal.name)
                fresh = [each for way in ways if (each := _beyond(way, known)) is not None]
                cards.extend(self._cards(sought, fresh[:_MAX_CARDS], laws))
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

    def _another_item(self, sought: _Sought, narrow: frozenset[str], wide: frozenset[str]) -> tuple[Card, ...]:
        news = wide - narrow
        ways = self._ways(sought, wide)
        return self._cards(sought, [way for way in ways if any(step.var in news for step in way.steps)])

    def _elsewhere(self, sought: _Sought) -> tuple[str, ...]:
        """The states to which every law that is asked would let it go as it stands."""
        case, states = sought.case, [leg.state for leg in sought.legs]
        found = []
        for code in self._states:
            if code not in (case.recipient, case.exporter, *states):
                said = [self.office.outcome(replace(case, recipient=code, law=state)) for state in states]
                if max(said) in sought.wanted:
                    found.append(code)
        return tuple(found)

    @cached_property
    def _states(self) -> tuple[str, ...]:
        return tuple(sorted(self.office.registries.names.records["states"]))

    @cached_property
    def _homes(self) -> Mapping[str, str]:
        return {rule.name: rule.instrument for rule in self.library.rules}

    @property
    def precedents(self) -> Mapping[str, tuple[Case, ...]]:
        """For each rule, the documented cases that went through on it, in the order of their dates.

        A case that several rules of one instrument would have covered is no case of any: which one
        the government took is not ours to say.
        """
        if self._precedents is None:
            found: dict[str, list[Case]] = {}
            for case in sorted(self._documented(), key=lambda each: (each.date, each.id)):
                if case.extra.get("reported_outcome") in _HAPPENED:
                    bases = [basis.name for basis in self.office.decide(case).basis]
                    homes = Counter(self._homes.get(name, name) for name in bases)
                    for name in bases:
                        if homes[self._homes.get(name, name)] == 1:
                            found.setdefault(name, []).append(case)
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
            recipients: Codes of states; `*` is a state that no registry names. A term that a registry
                answers about a state (`agreement-state`) stands for all states of which it holds on the
                day, each counting once.
            first: The first day.
            last: The last day.
            items: The item classes, with what is fixed in each.

        Raises:
            TroubleError: A recipient is neither a state nor such a term.
        """
        from sekisho.reason.recipients import shares_of

        return shares_of(self, state, recipients, first, last, items)

    # What to ask

    def questions(self, case: Case, law: Law) -> Interview:
        """Which fact to ask for next under a law, and which need not be asked."""
        whole = self.whole(law.state)
        encoded = law.encoded or law.state == INTERNATIONAL
        return interview(whole, whole.function(law), self._values(case, law.state), encoded=encoded)


@dataclass(frozen=True, slots=True)
class _Sought:
    """What a question of `take` is about: the case, the legs that are asked, and what is to be reached."""

    case: Case
    legs: tuple[Leg, ...]
    held: frozenset[str]
    wanted: tuple[Outcome, ...]
    at_most: int
    weights: Mapping[str, int]
    stronger: bool


_FOUR = (Outcome.FREE, Outcome.MAY_BE_PERMITTED, Outcome.PRESUMED_DENIED, Outcome.PROHIBITED)


def _wanted(now: Outcome, wish: Outcome) -> tuple[Outcome, ...]:
    """The wish and what is weaker, or, where the case is already weaker, the wish and what is stronger."""
    if now is not Outcome.UNDETERMINED and now < wish:
        return tuple(outcome for outcome in _FOUR if outcome >= wish)
    return tuple(outcome for outcome in _FOUR if outcome <= wish)


def _strongest(decision: Decision, legs: Sequence[Leg]) -> Outcome:
    """What several legs answer together; undetermined where what is known does not settle it."""
    if len(legs) == len(decision.legs):
        return decision.outcome
    sets = {max(row) for row in product(*(leg.outcomes for leg in legs))}
    return sets.pop() if len(sets) == 1 else Outcome.UNDETERMINED


def _and_then(
    one: tuple[tuple[tuple[str, str], ...], ...], other: tuple[tuple[tuple[str, str], ...], ...]
) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The smallest sets of findings under which two laws both permit; a law that asks for none adds none."""
    if not other or one == ((),):
        return other or one
    sets = {tuple(dict.fromkeys((*a, *b))) for a in one for b in other}
    sound = {each for each in sets if len({name for name, _ in each}) == len(each)}
    least = [each for each in sound if not any(set(less) < set(each) for less in sound)]
    return tuple(sorted(least, key=lambda each: (len(each), each)))


def _writable(way: taking.Way, legs: Sequence[Leg]) -> dict[str, str]:
    """The changes that a case file can say: a case speaks to all laws, so what is so for one alone is left out."""
    found = {}
    for step in way.steps:
        if not step.law or not any(step.var in leg.law.variables for leg in legs if leg.state != step.law):
            found[step.var] = step.after[0]
    return found


def _keys(way: taking.Way) -> Iterator[frozenset[tuple[str, str]]]:
    """The sets of changes that a way stands for, one value each."""
    for row in product(*(step.after for step in way.steps)):
        yield frozenset(zip((f"{step.var}@{step.law}" for step in way.steps), row, strict=True))


def _beyond(way: taking.Way, known: Collection[frozenset[tuple[str, str]]]) -> taking.Way | None:
    """The way without the values for which a known set would do already; None where nothing is left."""
    kept = [key for key in _keys(way) if not any(small <= key for small in known)]
    if not kept:
        return None
    left = {pair for key in kept for pair in key}
    steps = tuple(
        replace(step, after=tuple(value for value in step.after if (f"{step.var}@{step.law}", value) in left))
        for step in way.steps
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


def _unsure(
    law: Law, values: Callable[[str], str | None], gained: Collection[str], fallen: Collection[str]
) -> dict[str, Unmodelled]:
    """The passages that may touch a changed case, and a rule that then permits or lifts what barred it."""
    lifted = (each for name in fallen for each in law.exceptions.get(name, ()) if combine.stands(each, law, values))
    near = {*gained, *(each.name for each in lifted)}
    return {
        passage.name: passage
        for part in law.instruments
        for passage in part.unmodelled
        if near.intersection(passage.affects) and combine.holds(passage.when, values) is not False
    }


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
