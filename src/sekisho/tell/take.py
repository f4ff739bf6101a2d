"""What it would take, in words: a small hand of cards, sorted by who could make the change.

Slightly longer than other files: what a card says and how it is sorted belong together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sekisho.base import Support
from sekisho.cases import Case
from sekisho.decide import Decision, Leg
from sekisho.decide.combine import holds, stands
from sekisho.ir import AnyOf, Const, Effect, Formula, InForce, Kind, Outcome, Proposal, Rule, Test, rewrite
from sekisho.reason import States, compile_law, settle
from sekisho.reason.answers import Card, Precedent, Taken
from sekisho.reason.inquiry import Inquiry
from sekisho.reason.take import Step
from sekisho.tell.account import question_of
from sekisho.tell.entry import Entry, Section, heading
from sekisho.tell.record import beyond_record
from sekisho.tell.report import Report
from sekisho.tell.sentences import Speaker
from sekisho.tell.words import (
    SYMBOL,
    capital,
    clip,
    day_words,
    label,
    listed,
    outcome_words,
    plural,
    reported_words,
    shortened,
)

_TITLES = {
    "parties": "The parties could",
    "authority": "An authority could",
    "governments": "Governments could",
    "legislator": "Whoever makes the law could",
    "elsewhere": "The parties could send it to another state",
    "item": "The parties could send another item",
    "deal": "The parties could make it another transaction",
    "unknown": "What is not known could turn out so",
    "reading": "The law would have to be read otherwise",
}
_ALONE = {
    "parties": "the parties",
    "authority": "an authority",
    "governments": "governments",
    "legislator": "whoever makes the law",
}
_HARDNESS = ("parties", "authority", "governments", "legislator")
_OWN = "Subject to findings, authorisations and consents of its own"
_OWN_EACH = "Each is subject to findings, authorisations and consents of its own"
_SHOWN = "`sekisho decide` with the same flags and --recipient STATE shows them"
_FEW = 3
_NAMED = 40


@dataclass(frozen=True, slots=True)
class Told:
    """A card, or several that differ only in which member of one list is added.

    Attributes:
        card: The card.
        members: The variables of which any would do, where there are several.
    """

    card: Card
    members: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """Under whom it stands: whoever has the hardest part."""
        steps = self.card.way.steps
        if self.card.way.proposal:
            return "legislator"
        if any(step.before is None for step in steps):
            return "unknown"
        if any(step.deal for step in steps) and all(step.who == "parties" for step in steps):
            return "deal"
        acting = [step.who for step in steps if step.who in _HARDNESS]
        return max(acting, key=_HARDNESS.index) if acting else "unknown"


class Hand:
    """The cards of one answer, in words.

    Args:
        taken: The answer.
        inquiry: Who gave it.
        most: How many cards of a group are shown.
    """

    def __init__(self, taken: Taken, inquiry: Inquiry, *, most: int = _FEW) -> None:
        """Sort the cards."""
        self.taken = taken
        self.inquiry = inquiry
        self.library = inquiry.library
        self.most = most
        self.decision = inquiry.office.decide(taken.case)
        situations = {leg.state: leg.situation for leg in self.decision.legs}
        self.speakers = {
            state: Speaker(inquiry.library, inquiry.office.registries, situations[state]) for state in taken.states
        }
        self.speaker = self.speakers[taken.state]
        self.groups: dict[str, list[Told]] = {}
        for told in merged(taken.cards):
            self.groups.setdefault(told.group, []).append(told)
        own = {_key(card) for card in taken.cards}
        self.items = sorted(
            merged(card for card in taken.another_item if _key(card) not in own),
            key=lambda told: (told.card.precedent is None, told.card.way.weight, len(told.card.way.steps)),
        )
        self.proposed = self._proposed()
        self._idle: list[Entry] = []

    # The report

    def report(self) -> Report:
        """All that is said."""
        taken, case = self.taken, self.taken.case
        now = outcome_words(taken.outcome)
        badge = f"{SYMBOL[taken.outcome]} {capital(now)}"
        wish = outcome_words((max if taken.outcome > max(taken.wanted) else min)(taken.wanted))
        asked = question_of(self.decision, self.speaker)
        when = f"on {day_words(case.date)}"
        late = beyond_record(self.inquiry.office.registries, case.date, case.facts_day)
        head = (late,) if late else ()
        if taken.outcome in taken.wanted:
            said = "nothing need change"
            if self.decision.outcome is not taken.outcome:
                said += f" in the law{'s' if len(taken.states) > 1 else ''} of {self._laws()}"
            return Report(f"{when}: {said}.", taken.outcome, badge, asked, (*head, *self._subject(), *self._unheard()))
        lead = [*head, *self._why(), self._count(wish)]
        sections = list(self._hand())
        return Report(
            f"{when}. What would it take to make that “{wish}”?", taken.outcome, badge, asked, tuple(lead), tuple(sections),
            tuple(self._notes()),
        )  # fmt: skip

    def _why(self) -> Iterator[str]:
        relaxed = self.taken.relaxation
        if relaxed.bars:
            yield f"What bars it: {clip([self._named(rule, marked=True) for rule in relaxed.bars], _FEW)}."
        for name in relaxed.lists:
            title = next(each.title for each in self.library.instruments if each.name == name)
            marks = [bar.support.word for leg in self.decision.legs for bar in leg.bars if bar.instrument == name]
            yield f"The closed list of the {title} does not cover it{f' ({marks[0]})' if marks else ''}."
        if len(self.taken.states) > 1:
            yield f"The laws of {self._laws()} are asked: every set below satisfies all of them together."
        yield from self._unheard()

    def _subject(self) -> Iterator[str]:
        """What has still to be found where the case may be permitted as it stands."""
        if self.taken.outcome is Outcome.MAY_BE_PERMITTED:
            legs = [leg for leg in self.decision.legs if leg.state in self.taken.states]
            said = [
                self.speakers[leg.state].finding(*pair) for leg in legs for pair in (leg.subject_to or ((),))[0] if pair[1] == "true"
            ]  # fmt: skip
            if said:
                yield f"It is no permission yet: only if {listed(dict.fromkeys(said))}."

    def _laws(self) -> str:
        return listed(self.speaker.state(code) for code in self.taken.states)

    def _unheard(self) -> Iterator[str]:
        """Whose law is asked in the case and cannot be heard."""
        if self.taken.others:
            names = listed(self.speaker.state(code) for code in self.taken.others)
            law, one = ("law", "is") if len(self.taken.others) == 1 else ("laws", "are")
            yield f"The {law} of {names} {one} asked as well and {one} not encoded; what it would take there is not known."

    def _count(self, wish: str) -> str:
        count = len(self.taken.cards) + self.taken.more
        bound = plural(self.taken.at_most, "change")
        if count == 0 and self.taken.helpless and self.taken.outcome is Outcome.UNDETERMINED:
            return f"No set of at most {bound} makes it “{wish}” for certain: it turns on what is not known."
        if count == 0 and self.taken.helpless:
            return f"Nothing can help: no set of at most {bound} makes it “{wish}”, and no known proposal does."
        if count == 0:
            return f"No set of at most {bound} to the case itself makes it “{wish}”."
        sets = "One smallest set" if count == 1 else f"{count:,} smallest sets"
        return f"{sets} of at most {bound} would do: all there are, and no part of any suffices."

    def _hand(self) -> Iterator[Section]:
        self._number = 0
        self._idle.clear()
        yield from self._group("parties", "good")
        yield from self._elsewhere()
        yield from self._list("item", self.items, "need")
        yield from self._list("deal", self.groups.get("deal", []), "need")
        yield from self._group("authority", "good")
        yield from self._group("governments", "good")
        yield from self._list("unknown", self.groups.get("unknown", []), "open")
        yield from self._list("reading", self.groups.get("legislator", []), "warn")
        yield from self._law()
        open_to_parties = {"parties", "deal"} & set(self.groups) or self.items or self.taken.elsewhere
        alone = [
            name for name in _HARDNESS[:3] if name not in self.groups and not (name == "parties" and open_to_parties)
        ]
        idle = list(self._idle)
        if alone and not self.taken.helpless:
            text = f"Nothing that {listed((_ALONE[each] for each in alone), 'or')} alone could change is enough."
            idle.insert(0, Entry(text, "–", "dim"))
        if idle:
            yield Section("What would not do", tuple(idle))
        if self.taken.stuck:
            rules = {rule.name: rule for rule in self.library.rules}
            entries = [
                Entry(heading(rules[name]), "✕", "bad", self._cites([rules[name]]))
                for name in self.taken.stuck
                if name in rules
            ]
            yield Section("Barred whatever else changes", tuple(entries), "bad")

    def _group(self, group: str, tone: str) -> Iterator[Section]:
        """A section of whole cards."""
        told = self.groups.get(group, [])
        if told:
            entries = [self._entry(each, str(self._number + i)) for i, each in enumerate(told[: self.most], 1)]
            self._number += len(entries)
            yield Section(_TITLES[group], (*entries, *self._rest(told)), tone)

    def _list(self, group: str, told: Sequence[Told], tone: str) -> Iterator[Section]:
        """A section of cards in short."""
        if told:
            entries = [self._short(each) for each in told[: self.most]]
            yield Section(_TITLES[group], (*entries, *self._rest(told)), tone)

    def _rest(self, told: Sequence[Told]) -> Iterator[Entry]:
        left = len(told) - self.most
        if left > 0:
            yield Entry(f"and {plural(left, 'further way')}: --max {len(told)} shows all", "…", "dim")

    def _entry(self, told: Told, mark: str) -> Entry:
        """A whole card: the change, what it satisfies, what remains to be found, when it last happened."""
        card = told.card
        below = [*self._effects(card), *self._remaining(card), *self._unsure(card), self._last(card.precedent)]
        return Entry(capital(self.change(told)), mark, "strong", "", "", tuple(below))

    def _short(self, told: Told) -> Entry:
        """A card on two lines."""
        card = told.card
        rules = card.gained or card.fallen
        cite = self._cites(rules)
        mark = self._mark(card) if cite else ""
        last = card.precedent
        note = f"last: {_event(last)}" if last is not None else ""
        below = (*self._remaining(card), *self._unsure(card))
        return Entry(capital(self.change(told)), "·", "", f"{cite}{mark}", note, below)

    def support(self, card: Card) -> Support | None:
        """How well a card is sourced: the weakest of what it changes, what a proposal assumes, and the new answer."""
        proposal = next((each for each in self.library.proposals if each.name == card.way.proposal), None)
        marks = [] if card.support is None else [card.support]
        marks += [cite.support for each in (proposal.assumptions if proposal else ()) for cite in each.cites]
        if proposal is None and not any(step.law for step in card.way.steps):
            decided = self.inquiry.office.decide(card.case)
            if len(decided.legs) == 1 and decided.outcome in self.taken.wanted and decided.support is not None:
                marks.append(decided.support)
        return min(marks, default=None)

    def _mark(self, card: Card) -> str:
        mark = self.support(card)
        return f" · {mark.word}" if mark is not None else ""

    def _effects(self, card: Card) -> Iterator[Entry]:
        support = self._mark(card)
        for i, rule in enumerate(card.gained[:2]):
            yield Entry(
                f"comes under “{heading(rule)}”", "→", "good", self._cites([rule]) + (support if i == 0 else "")
            )
        for rule in card.fallen[:2]:
            yield Entry(f"no longer barred by “{heading(rule)}”", "→", "good", self._cites([rule]))

    def _remaining(self, card: Card) -> Iterator[Entry]:
        special = [pair for pair in self.findings(card) if pair[1] == "true"]
        if special:
            said = listed(self.speaker.finding(*pair) for pair in special)
            yield Entry(f"only if {said}", "◇", "open")

    def _unsure(self, card: Card) -> Iterator[Entry]:
        """What the rulebook could not express, and could undo the card."""
        for passage in card.unsure:
            yield Entry(f"not certain: {passage.because}", "▒", "warn")

    def _last(self, last: Precedent | None) -> Entry:
        if last is None:
            return Entry("no documented case so far", "↺", "dim")
        return Entry(f"last: {_event(last)}", "↺", "dim")

    def _elsewhere(self) -> Iterator[Section]:
        codes = self.taken.elsewhere
        if not codes:
            return
        whole_cards = len(codes) <= _FEW and len(self.taken.states) == 1
        if not whole_cards:
            text = self._many(codes)
            own = f"{_OWN_EACH if len(codes) > 1 else _OWN}: {_SHOWN}"
            yield Section(_TITLES["elsewhere"], (Entry(text, "·", "", "", own, tuple(self._from_there())),), "need")
            return
        entries = []
        for code in codes:
            there, onward = self.through(code)
            lists = {each.name for each in self.library.instruments if each.default is Outcome.PROHIBITED}
            rules = [each.rule for each in there.basis if each.rule is not None]
            rules.sort(key=lambda rule: rule.instrument not in lists)
            mark = f" · {there.support.word}" if there.support is not None else ""
            below = [
                Entry(f"comes under “{heading(rule)}”", "→", "good", self._cites([rule]) + mark) for rule in rules[:1]
            ]
            below += self._found(there)
            below.append(self._last(self.inquiry.precedent([rule.name for rule in rules], self.taken.case.date)))
            below.append(self._onward(onward))
            entries.append(
                Entry(
                    f"To {self.speaker.state(code)} it may go as it stands", "·", "strong", "", f"{_OWN}: {_SHOWN}",
                    tuple(below),
                )
            )  # fmt: skip
        yield Section(_TITLES["elsewhere"], tuple(entries), "need")

    def _found(self, there: Decision) -> Iterator[Entry]:
        """What has to be found before it goes to another state, in the words of that transfer."""
        for leg in there.legs:
            speaker = Speaker(self.library, self.inquiry.office.registries, leg.situation)
            needed = [speaker.finding(*pair) for pair in (leg.subject_to or ((),))[0] if pair[1] == "true"]
            if needed:
                yield Entry(f"only if {listed(needed)}", "◇", "open")

    def through(self, code: str) -> tuple[Decision, Decision]:
        """The transfer to another state, and the consent to its going on from there."""
        case, office = self.taken.case, self.inquiry.office
        there = office.decide(replace(case, recipient=code, law=self.taken.state))
        onward = replace(case, act="re-transfer", exporter=code, supplier=self.taken.state, law=self.taken.state)
        return there, office.decide(onward)

    def _many(self, codes: Sequence[str]) -> str:
        """To whom it may go; where that is most of the world, to whom it may not."""
        if len(codes) <= _NAMED:
            names = listed(sorted(self.speaker.state(code) for code in codes))
            return f"As it stands it may go to {plural(len(codes), 'state')}: {names}."
        case = self.taken.case
        apart = {*codes, case.exporter, case.supplier, *self.taken.states}
        known = self.inquiry.office.registries.names.records["states"]
        shut = sorted(self.speaker.state(code) for code in known if code not in apart)
        but = f", but not to {clip(shut, _NAMED)}" if 0 < len(shut) <= len(codes) else ""
        return f"As it stands it may go to {len(codes)} states and territories{but}."

    def _from_there(self) -> Iterator[Entry]:
        """Of several states: the consent to its going on from each of them, those with the same answer together."""
        if self.taken.case.act == "re-transfer" or len(self.taken.elsewhere) > _NAMED:
            return
        found: dict[tuple[str, str, str], list[str]] = {}
        for code in self.taken.elsewhere:
            entry = self._onward(self.through(code)[1])
            found.setdefault((entry.text, entry.mark, entry.cite), []).append(self.speaker.state(code))
        for (text, mark, cite), names in found.items():
            whence = "each of them" if len(found) == 1 else listed(sorted(names))
            yield Entry(f"from {whence}, {text}", mark, "dim", cite)

    def _onward(self, onward: Decision) -> Entry:
        whom = self.speaker.role("recipient")
        why = f": {said}" if onward.outcome is not Outcome.MAY_BE_PERMITTED and (said := _in_the_way(onward)) else ""
        needed = [pair for leg in onward.legs for pair in (leg.subject_to or ((),))[0] if pair[1] == "true"]
        only = f", only if {listed(self.speaker.finding(*pair) for pair in needed)}" if needed and not why else ""
        consent = f"consent to its going on to {whom}: {outcome_words(onward.outcome)}{why}{only}"
        return Entry(consent, SYMBOL[onward.outcome], "dim", f"· {onward.support.word}" if onward.support else "")

    # The law itself

    def _proposed(self) -> list[tuple[Proposal, Card, bool]]:
        """The best card of each proposal, those that are alive and made for this text first."""
        best: dict[str, Card] = {}
        for card in self.taken.proposals:
            if card.way.proposal not in best or len(card.way.steps) < len(best[card.way.proposal].way.steps):
                best[card.way.proposal] = card
        found = []
        for proposal in self.library.proposals:
            if proposal.name in best:
                found.append((proposal, best[proposal.name], self._older(proposal)))
        found.sort(key=lambda each: each[0].proposed_on.first, reverse=True)
        found.sort(key=lambda each: (len(each[1].way.steps), each[2] and each[0].status != "pending"))
        return found

    def _older(self, proposal: Proposal) -> bool:
        """Whether the instrument has been revised since the proposal was made."""
        day = self.taken.case.date
        firsts = [rule.stated.first for rule in self.library.rules if rule.instrument == proposal.amends]
        return max((first for first in firsts if first <= day), default=day) > proposal.proposed_on.first

    def _law(self) -> Iterator[Section]:
        entries = []
        for proposal, card, older in self.proposed[: self.most]:
            steps = f", and {self.change(Told(card))}" if card.way.steps else ""
            text = f"adopt “{proposal.title}”{steps}"
            fate = {"pending": "pending", "dropped": "not adopted in this form"}.get(
                proposal.status, f"since then {proposal.status}"
            )
            aged = "; made for an older text" if older and proposal.status != "pending" else ""
            note = f"{proposal.name}: {proposal.proposed_by}, {self._dated(proposal)}; {fate}{aged}"
            below = [*self._remaining(card), *self._unsure(card)]
            support = self._mark(card).removeprefix(" · ")
            entries.append(Entry(capital(text), "§", "strong", support, note, tuple(below)))
        left = len(self.proposed) - self.most
        if left > 0:
            entries.append(
                Entry(f"and {plural(left, 'further proposal')}: --max {len(self.proposed)} shows all", "…", "dim")
            )
        relaxed = list(self._relaxed())
        if entries:
            yield Section("Whoever makes the law could adopt a proposal", tuple(entries), "warn")
        if relaxed:
            yield Section("Or the least that would have to go from the law itself", tuple(relaxed), "warn")

    def _dated(self, proposal: Proposal) -> str:
        """The day of a proposal; the month alone where no source of it knows the day."""
        day = proposal.proposed_on.first
        cites = [cite for rule in proposal.rules for cite in rule.cites]
        cites += [cite for each in proposal.assumptions for cite in each.cites]
        sources = self.inquiry.office.registries.sources
        known = [sources[key].date for cite in cites for key in self.library.texts[cite.text].sources]
        month = day.isoformat()[:7]
        if day.day == 1 and known and all(each == month for each in known if each.startswith(month)):
            return day_words(day).partition(" ")[2]
        return day_words(day)

    def _relaxed(self) -> Iterator[Entry]:
        relaxed = self.taken.relaxation
        yield from self._struck(relaxed.bars)
        near = [(rule, steps) for rule, steps in relaxed.nearest if not any(self._offered(step) for step in steps)]
        by_rule: dict[str, tuple[Rule, list[tuple[Step, ...]]]] = {}
        for rule, steps in near:
            by_rule.setdefault(rule.name, (rule, []))[1].append(steps)
        for rule, ways in sorted(by_rule.values(), key=lambda each: len(self._exceptions(each[0])))[: self.most]:
            steps, missing = ways[0], self._missing(ways)
            also = [f"“{label(each.name)}”" for each in self._exceptions(rule)]
            if not steps and not also:
                continue
            text = f"let “{heading(rule)}” do without its condition that {missing}"
            note = f"its exception {listed(also)} would have to go as well" if also else ""
            if not steps:
                text, note = f"strike out the exception {listed(also)} to “{heading(rule)}”", ""
            changed: dict[str, Rule | None] = {each.name: None for each in self._exceptions(rule)}
            still, below = self._left({**changed, rule.name: _without(rule, steps)})
            if still:
                self._idle.append(Entry(f"To {text} is not enough: {still}.", "–", "dim"))
            else:
                yield Entry(text, "§", "", self._cites([rule]), note, below)

    def _struck(self, bars: Sequence[Rule]) -> Iterator[Entry]:
        """What striking out the bars would do."""
        if not bars:
            return
        still, below = self._left({rule.name: None for rule in bars})
        if still:
            said = clip([f"“{heading(rule)}”" for rule in bars], _FEW)
            self._idle.append(Entry(f"To strike out {said} is not enough: {still}.", "–", "dim"))
            return
        alone = len(bars) == 1
        for rule in bars[: self.most]:
            yield Entry(
                f"strike out the bar “{heading(rule)}”", "§", "", self._cites([rule]), "", below if alone else ()
            )
        if not alone:
            yield Entry(f"all {len(bars)} bars would have to go", "!", "dim", "", "", below)

    def _left(self, changed: Mapping[str, Rule | None]) -> tuple[str, tuple[Entry, ...]]:
        """What still bars it under a law in which some rules are others, or gone; else what would have to be found."""
        said: dict[str, None] = {}
        barred = Outcome.FREE
        lists: dict[str, None] = {}
        for leg in self.decision.legs:
            if leg.state not in self.taken.states:
                continue
            parts = tuple(
                replace(part, rules=tuple(each for rule in part.rules if (each := changed.get(rule.name, rule))))
                for part in leg.law.instruments
            )
            states = States(compile_law(replace(leg.law, instruments=parts), self.library))
            values = self.inquiry.office.outlook(self.taken.case, leg.state).values
            settled = settle(states, states.root(), values.__getitem__)
            sets = settled.leaves[0].subject_to if len(settled.leaves) == 1 else ()
            barred = max(barred, settled.outcome)
            lists.update((part.instrument.title, None) for part in parts if shut(part, leg))
            speaker = self.speakers[leg.state]
            said.update((speaker.finding(*pair), None) for pair in (sets or ((),))[0] if pair[1] == "true")
        if barred in (Outcome.PRESUMED_DENIED, Outcome.PROHIBITED) and barred not in self.taken.wanted:
            why = f", for no entry of the {listed(lists)} covers it" if lists else ""
            return f"it would still be {outcome_words(barred)}{why}", ()
        return "", (Entry(f"only if {listed(said)}", "◇", "open"),) if said else ()

    def _missing(self, ways: Sequence[tuple[Step, ...]]) -> str:
        """What a rule asks for and the case lacks; members of one list, of which any would do, in one clause."""
        alike = [way[0].var for way in ways if len(way) == 1 and ":" in way[0].var and way[0].after == ("true",)]
        members = [var for var in alike if var.partition(":")[0] == alike[0].partition(":")[0]]
        if len(members) > 1 and ways[0][0].var in members:
            return self._clause(ways[0][0], members)
        return listed(self._clause(step, ()) for step in ways[0])

    def _offered(self, step: Step) -> bool:
        """Whether it is up to the parties, so that a card says it already."""
        term = self.library.terms.get(self.library.vars[step.var].term)
        return step.who == "parties" or step.deal or step.var == "act" or (term is not None and term.subject == "case")

    def _exceptions(self, rule: Rule) -> list[Rule]:
        """The exceptions to a rule that hold in the case as it stands."""
        legs = [leg for leg in self.decision.legs if leg.state in self.taken.states and rule.name in leg.law.exceptions]
        return [
            each for leg in legs[:1] for each in leg.law.exceptions[rule.name] if holds(each.when, leg.situation.value)
        ]

    # Words

    def change(self, told: Told) -> str:
        """The changes of a card as one clause."""
        members = set(told.members)
        steps = [step for step in told.card.way.steps if step.var not in members]
        clauses = [self._clause(step, ()) for step in steps]
        if members:
            clauses.append(self._clause(next(s for s in told.card.way.steps if s.var in members), told.members))
        return listed(clauses, "and") or "nothing else"

    def _clause(self, step: Step, members: Sequence[str]) -> str:
        var = self.library.vars[step.var]
        speaker = self.speakers.get(step.law, self.speaker)
        if members:
            return speaker.condition(AnyOf(tuple(Test(name, ("true",)) for name in members)))
        if var.kind is Kind.JUDGEMENT:
            holds = "true" in step.after
            said = speaker.condition(Test(step.var, ("true",)), holds)
            return said if step.before is None else f"{said} any more" if not holds else said
        said = speaker.condition(Test(step.var, step.after))
        if step.before is None:
            return f"it is established that {said}"
        plain = step.before in ("true", "false", "none", "*") or " not " in said or " neither " in said
        if not plain and var.kind is Kind.FACT:
            return f"{said} instead of {speaker.value(var.term, step.before)}"
        return said

    def findings(self, card: Card) -> tuple[tuple[str, str], ...]:
        """The findings that a card leaves open: the smallest set of them."""
        return card.subject_to[0] if card.subject_to else ()

    def _notes(self) -> Iterator[str]:
        cards = [*self.taken.cards, *self.taken.proposals, *self.taken.another_item]
        barring = dict.fromkeys(name for card in cards for name, value in self.findings(card) if value == "false")
        if barring:
            yield f"Besides, no authority may find {listed((f'“{label(name)}”' for name in barring), 'or')}."
        yield (
            "What nobody can change about the item, the states and the act stay as they are; --free TERM lets more "
            "change, --fix TERM less."
        )
        yield "“May be permitted” is no permission: authorisations and judgements remain."

    def _named(self, rule: Rule, *, marked: bool = False) -> str:
        mark = f" · {rule.support.word}" if marked else ""
        return f"“{heading(rule)}” [{self._cites([rule])}{mark}]"

    def _cites(self, rules: Iterable[Rule]) -> str:
        return "; ".join(dict.fromkeys(self.speaker.cite(rule.cites[0]) for rule in rules))


def shut(part: InForce, leg: Leg) -> bool:
    """Whether a closed list speaks and none of its permissions could stand, whatever is found."""
    if part.instrument.default is not Outcome.PROHIBITED or holds(part.scope, leg.situation.value) is not True:
        return False
    law = replace(leg.law, instruments=(part,))
    permits = (rule for rule in part.rules if rule.effect in (Effect.PERMIT, Effect.EXEMPT))
    return all(stands(rule, law, leg.situation.value) is False for rule in permits)


def _in_the_way(onward: Decision) -> str:
    """What bars a consent: the closed list where no entry could cover it, else the bars, a few of them."""
    for leg in onward.legs:
        closed = [part.instrument.title for part in leg.law.instruments if shut(part, leg)]
        if closed:
            return f"no entry of the {closed[0]} covers it"
    return clip([heading(bar.rule) for leg in onward.legs for bar in leg.bars if bar.rule is not None], 2)


def merged(cards: Iterable[Card]) -> list[Told]:
    """The cards, those put together that add another member of the same list to the same effect."""
    found: dict[object, list[tuple[Card, str]]] = {}
    for card in cards:
        steps = card.way.steps
        added = [step for step in steps if ":" in step.var and not step.var.startswith("reading:")]
        key: object = id(card)
        if len(added) == 1 and added[0].after == ("true",):
            rest = tuple((step.var, step.after) for step in steps if step is not added[0])
            rules = tuple(rule.name for rule in (*card.gained, *card.fallen))
            key = (added[0].var.partition(":")[0], rest, rules, card.subject_to, card.way.proposal)
        found.setdefault(key, []).append((card, added[0].var if added else ""))
    return [
        Told(group[0][0], tuple(var for _, var in group) if len(group) > 1 else ()) for group in found.values()
    ]  # fmt: skip


def _without(rule: Rule, steps: Sequence[Step]) -> Rule:
    """The rule as if the conditions that fail in the case held."""
    needed = {step.var: step.after for step in steps}

    def change(test: Test) -> Formula:
        return Const(bool(set(needed[test.var]) & set(test.values))) if test.var in needed else test

    return replace(rule, when=rewrite(rule.when, change))


def _key(card: Card) -> frozenset[tuple[str, tuple[str, ...]]]:
    return frozenset((step.var, step.after) for step in card.way.steps)


def _event(last: Precedent) -> str:
    case: Case = last.case
    came = reported_words(case.extra.get("reported_outcome"))
    what = shortened(case.item.name or case.item.key or case.id, 90)
    return f"{day_words(case.date)}, {what}{f' ({came})' if came else ''} [{case.id}]"
