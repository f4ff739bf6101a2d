"""What changed, in words: how many cases two laws answer otherwise, which, and through which rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

from sekisho.base import Day
from sekisho.cases import Case
from sekisho.ir import AnyOf, Cite, Kind, Library, Outcome, Rule, Test
from sekisho.reason.answers import Compared
from sekisho.reason.compare import Cause, Change
from sekisho.reason.cover import Condition, Literal
from sekisho.reason.inquiry import Inquiry
from sekisho.reason.universe import plain
from sekisho.reason.whole import Whole
from sekisho.tell.entry import Entry, Section, heading_of
from sekisho.tell.record import beyond_record, record_data
from sekisho.tell.report import Report
from sekisho.tell.sentences import Speaker
from sekisho.tell.words import (
    SYMBOL,
    capital,
    day_words,
    label,
    listed,
    outcome_words,
    plural,
    reported_words,
    shortened,
)

_FEW = 3
_MOST_CHANGES = 8
_MOST_CASES = 8
_BRIEF_CASES = 4
_BRIEF_WIDTH = 250
_MARKS = (
    "⊢ where it holds; # how many cases; ∖ what is left out of them; ▸ one of them; ◇ on which findings it rests then."
)
_LARGE = 10_000_000
_HOW = {"begins": "begins", "ends": "ends", "changes": "stands elsewhere"}


class Asked(NamedTuple):
    """To what a question was restricted: facts, and items with what is known of them."""

    only: Mapping[str, str] = MappingProxyType({})
    items: tuple[str, ...] = ()
    of_items: Mapping[str, str] = MappingProxyType({})

    @property
    def fixed(self) -> dict[str, str]:
        """All of it, fact by fact."""
        return {**self.of_items, **self.only}


class Difference:
    """The difference of two laws, in words.

    Args:
        compared: The difference.
        inquiry: Who found it, and knows the words.
        whole: The diagram in which it was found.
        sides: What the two laws are called.
        asked: To what the question was restricted.
        most: How many changes are shown, of each kind where not all is said; some, if not given.
        full: Whether all is said: exact counts, every condition, what is left out, an example of each.
        days: The days asked about, where they are not the first ones of the two laws.
    """

    def __init__(
        self,
        compared: Compared,
        inquiry: Inquiry,
        whole: Whole,
        *,
        sides: tuple[str, str],
        asked: Asked | None = None,
        most: int | None = None,
        full: bool = False,
        days: Sequence[Day] = (),
    ) -> None:
        """Make ready to speak."""
        self.compared = compared
        self.inquiry = inquiry
        self.library: Library = inquiry.library
        self.full = full
        self.most = most or (_MOST_CHANGES if full else _FEW)
        self.speaker = Speaker(inquiry.library, inquiry.office.registries)
        self.sides = sides
        self.days = tuple(days) or compared.days
        asked = asked or Asked()
        self.only, self.items, self.of_items = asked.only, asked.items, asked.of_items
        proposed = [rule for proposal in self.library.proposals for rule in proposal.rules]
        self.rules: dict[str, Rule] = {rule.name: rule for rule in (*proposed, *self.library.rules)}
        self.usual = whole.named(plain(whole))

    @property
    def question(self) -> str:
        """What was compared, in one line."""
        return capital(f"{self.sides[0]} → {self.sides[1]}")

    def report(self) -> Report:
        """All that is said."""
        difference = self.compared.difference
        declared, plausible = difference.universe
        fixed = self._fixed(difference.fixed)
        lead = [f"Asked only where {fixed}."] if fixed else []
        late = beyond_record(self.inquiry.office.registries, *self.days)
        lead += [late] if late else []
        if difference.equal:
            whole = "They are one and the same function" if difference.equal_in_law else "What is fixed leaves none"
            headline = f"No difference: both answer every one of {number(plausible)} plausible cases alike."
            proved = "that is proved of what is recorded" if late else "that is proved, not sampled"
            return Report(headline, question=self.question, lead=(*lead, f"{whole}; {proved}."))
        moved = sum(total.counts.plausible for total in difference.totals)
        every = sum(total.counts.declared for total in difference.totals)
        way = "opens" if not difference.closes else "closes" if not difference.opens else "opens and closes"
        headline = (
            f"The second law {way}: {number_short(moved)} of {number_short(plausible)} plausible cases "
            f"({share(moved, plausible)}) get another answer."
        )
        if not self.full:
            notes: tuple[str, ...] = (
                "⊢ where it holds, unless other rules leave the answer as it was; ▸ an example. Judgements are left open, "
                "contested points read as their defaults; counts weigh combinations of facts, not trade.",
                "--full adds exact counts, every condition, the rules that leave answers as they were, and more examples.",
            )
            sections = [*self._kinds(), *self._flipped()]
            return Report(headline, question=self.question, lead=tuple(lead), sections=tuple(sections), notes=notes)
        sections = [self._totals(), self._changes(), *self._flipped()]
        notes = (
            _MARKS,
            "A case is one combination of values of every word that the two laws use; plausible are those that no "
            "constraint of the rulebooks rules out. Judgements are left open, contested points read as their defaults. "
            "Counts are exact; they weigh combinations, not trade.",
            f"Plausible here are {number(plausible, short=False)} cases, of which {number(moved, short=False)} get another "
            f"answer; declared {number(declared, short=False)}, of which {number(every, short=False)}.",
        )
        return Report(headline, question=self.question, lead=tuple(lead), sections=tuple(sections), notes=notes)

    def _fixed(self, fixed: Mapping[str, str]) -> str:
        """What was asked for; what the registries add about a state in short."""
        said = [self.condition(name, value) for name, value in self.only.items()]
        said += [f"the item is {self.inquiry.office.registries.items[key].name}" for key in self.items]
        left = len(fixed) - len(self.only) - len(self.of_items)
        more = f", with {plural(left, 'fact')} that the registries give" if left > 0 and said else ""
        return f"{listed(said)}{more}" if said else ""

    def meant(self, case: Case) -> bool:
        """Whether a documented case is one of those asked about, as far as is known of it."""
        values = self.inquiry.office.outlook(case, self.compared.states[1]).values
        item = all(values.get(name) in (None, value) for name, value in self.of_items.items())
        return item and all(values.get(name) in (None, value) for name, value in self.only.items())

    def _kinds(self) -> Iterator[Section]:
        """In short: from which outcome to which, and for each the greatest changes."""
        changes = self.compared.difference.changes
        for total in self.compared.difference.totals:
            counts = total.counts
            opens = total.after < total.before
            title = (
                f"{SYMBOL[total.after]} {'Opens' if opens else 'Closes'}: {outcome_words(total.before)} → "
                f"{outcome_words(total.after)}, {share(counts.plausible, counts.of_plausible)} of the plausible cases"
            )
            own = [
                (i, each)
                for i, each in enumerate(changes, 1)
                if (each.before, each.after) == (total.before, total.after)
            ]
            entries = [self._short(change, str(i)) for i, change in own[: self.most]]
            left = len(own) - self.most
            if left > 0:
                entries.append(Entry(f"and {plural(left, 'narrower change')}: --max {len(own)} shows all", "…", "dim"))
            if not own:
                entries.append(Entry("only where several of these meet", "·", "dim"))
            yield Section(title, tuple(entries), _tone(total.before, total.after))

    def _short(self, change: Change, mark: str) -> Entry:
        """A change in short: its cause, the shortest of its conditions, an example where that says too little."""
        said = min((self.conditions(each) for each in change.when if each), key=len, default="")
        below = [Entry(f"where {shortened(said, _BRIEF_WIDTH)}" if said else "whatever the other facts", "⊢")]
        if change.plainly is None or not said:
            below.append(Entry(f"for example where {self.witness(change.witness)}", "▸", "dim"))
        return Entry(capital(self.cause(change.cause)), mark, "strong", self._cited(change), "", tuple(below))

    def _cited(self, change: Change) -> str:
        """The provisions of a change with their mark."""
        cites = self.cites(change.cause) if change.cause else ()
        said = "; ".join(dict.fromkeys(self.speaker.cite(each) for each in cites))
        return f"{said} · {min(each.support for each in cites).word}" if cites else ""

    def _totals(self) -> Section:
        entries = []
        for total in self.compared.difference.totals:
            counts = total.counts
            text = (
                f"{capital(outcome_words(total.before))} → {outcome_words(total.after)}: "
                f"{number(counts.plausible)} plausible cases ({share(counts.plausible, counts.of_plausible)})"
            )
            note = f"{number(counts.declared)} of the declared ones"
            entries.append(Entry(text, SYMBOL[total.after], _tone(total.before, total.after), "", note))
        return Section("From which outcome to which", tuple(entries))

    def _changes(self) -> Section:
        changes = self.compared.difference.changes
        entries = [self._change(change, str(i)) for i, change in enumerate(changes[: self.most], 1)]
        left = len(changes) - self.most
        if left > 0:
            entries.append(Entry(f"and {plural(left, 'narrower change')}: --max {len(changes)} shows all", "…", "dim"))
        return Section("Which cases, the most general first", tuple(entries))

    def _change(self, change: Change, mark: str) -> Entry:
        arrow = f"{outcome_words(change.before)} → {outcome_words(change.after)}"
        text = f"{self.cause(change.cause)}: {arrow}"
        counted = f"{number(change.counts.plausible)} plausible cases ({share(change.counts.plausible, change.counts.of_plausible)})"
        below = [*self._when(change), Entry(counted, "#", "dim"), *self._kept(change)]
        below.append(Entry(f"for example where {self.witness(change.witness)}", "▸", "dim"))
        return Entry(capital(text), mark, "strong", self._cited(change), "", tuple(below))

    def cites(self, cause: Cause) -> tuple[Cite, ...]:
        """The provisions of a cause; those of what ends by another rule with those of that rule.

        How well an end is sourced is as much a matter of the text that ends it as of the text that ended.
        """
        first, last = self.days[0], self.days[1]
        after = [
            cite
            for rule in self.rules.values()
            if cause.how == "ends"
            and cause.name in (*rule.replaces, *rule.repeals)
            and first < rule.stated.first <= last
            for cite in rule.cites
        ]
        return tuple(dict.fromkeys((*cause.cites, *after)))

    def cause(self, cause: Cause | None) -> str:
        """What brings a change about: a rule or an instrument that begins or ends."""
        if cause is None:
            return "several rules together"
        rule = self.rules.get(cause.name)
        if rule is not None:
            through = f", through {listed(cause.through)}" if cause.through else ""
            return f"“{heading_of(rule.origin.heading, rule.name)}” ({rule.name}) {_HOW[cause.how]}{through}"
        title = next((each.title for each in self.library.instruments if each.name == cause.name), cause.name)
        return f"the {title.removeprefix('The ')} {'speaks' if cause.how == 'begins' else 'is silent'}"

    def _when(self, change: Change) -> Iterator[Entry]:
        if not change.when:
            yield Entry("whatever the other facts", "⊢")
        for i, condition in enumerate(change.when[:_FEW]):
            yield Entry(f"{'where' if i == 0 else 'or where'} {self.conditions(condition)}", "⊢")
        if len(change.when) > _FEW:
            yield Entry(f"or {plural(len(change.when) - _FEW, 'further alternative')}", "⊢", "dim")

    def _kept(self, change: Change) -> Iterator[Entry]:
        """What else keeps a case with these words out of the difference."""
        for names, said in ((change.already, f"not those that were not {outcome_words(change.before)} before"),
                            (change.still, f"not those that are not {outcome_words(change.after)} after")):  # fmt: skip
            if names:
                shown = listed([*names[:_FEW], *([f"{len(names) - _FEW} more"] if len(names) > _FEW else [])])
                yield Entry(f"{said}, through {shown}", "∖", "dim")

    def conditions(self, condition: Condition) -> str:
        """A condition as a clause; what a list leaves out is said at once."""
        without: dict[str, list[str]] = {}
        rest: list[Literal] = []
        for literal in condition:
            stem, sign, _ = literal.var.partition(":")
            if sign and literal.values == ("false",) and not literal.among and stem != "reading":
                without.setdefault(stem, []).append(literal.var)
            else:
                rest.append(literal)
        said = [self._literal(literal) for literal in rest]
        for names in without.values():
            tests = tuple(Test(name, ("true",)) for name in names)
            said.append(self.speaker.condition(AnyOf(tests) if len(tests) > 1 else tests[0], truth=False))
        return listed(said) or "anything at all"

    def _literal(self, literal: Literal) -> str:
        if literal.among:
            parts = tuple(Test(f"{literal.var}:{value}", ("true",)) for value in literal.values)
            return self.speaker.condition(AnyOf(parts) if len(parts) > 1 else parts[0])
        return self.condition(literal.var, *literal.values)

    def condition(self, name: str, *values: str) -> str:
        """One variable with one of the values, as a clause."""
        var = self.library.vars[name]
        if var.kind is Kind.JUDGEMENT and values == ("open",):
            return f"“{label(var.term)}” is left open"
        return self.speaker.condition(Test(name, tuple(value for value in values if value != "open")))

    def witness(self, values: Mapping[str, str]) -> str:
        """A case by what is not plain about it."""
        fixed = self.compared.difference.fixed
        shown = [n for n in values if values[n] not in (self.usual.get(n), "open") and n not in fixed]
        lead = [name for name in ("act", "recipient", "form", "weapon", "arms") if name in values and name not in fixed]
        names = [name for name in dict.fromkeys((*lead, *shown)) if values[name] != "*"]
        return listed(self.condition(name, values[name]) for name in names) or "everything is plain"

    def _flipped(self) -> Iterator[Section]:
        flipped = [each for each in self.compared.flipped if self.meant(each.case)]
        if not flipped:
            yield Section("Cases of the record that flip", (Entry("none of those on record", "–", "dim"),))
            return
        entries = []
        most = _MOST_CASES if self.full else _BRIEF_CASES
        for each in flipped[:most]:
            came = reported_words(each.case.extra.get("reported_outcome"))
            what = shortened(each.case.item.name or each.case.item.key or each.case.id, 100)
            text = f"{each.case.id}: {outcome_words(each.before)} → {outcome_words(each.after)}"
            only = self._only(each.case, each.after)
            below = (Entry(f"only if {only}", "◇", "open"),) if only else ()
            note = f"{day_words(each.case.date)}, {what}" + (f" ({came})" if came else "") if self.full else ""
            entries.append(Entry(text, SYMBOL[each.after], "", "", note, below))
        if len(flipped) > most:
            entries.append(Entry(f"and {len(flipped) - most} more", "…", "dim"))
        yield Section("Cases of the record that flip, their facts unchanged", tuple(entries))

    def _only(self, case: Case, after: Outcome) -> str:
        """On which findings a documented case then turns, where the law of the second day alone makes it so."""
        if after is not Outcome.MAY_BE_PERMITTED:
            return ""
        day, state = self.compared.days[1], self.compared.states[1]
        decision = self.inquiry.office.decide(replace(case, date=day, facts_on=case.facts_day, law=state))
        sets = decision.legs[0].subject_to if decision.outcome is after else ()
        speaker = Speaker(self.library, self.inquiry.office.registries, decision.legs[0].situation)
        return listed(speaker.finding(name, value) for name, value in (sets or ((),))[0] if value == "true")


def number(count: int, *, short: bool = True) -> str:
    """A count: in full, with a power of ten beside it where it is long and `short` asks for it.

    Example:
        >>> number(1234), number(357594619309973331)
        ('1,234', '357,594,619,309,973,331 (3.6·10¹⁷)')
    """
    if count < _LARGE or not short:
        return f"{count:,}"
    digits, power = str(count), len(str(count)) - 1
    rounded = round(int(digits[:3]) / 10)
    if rounded == 100:
        rounded, power = 10, power + 1
    raised = str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{count:,} ({rounded // 10}.{rounded % 10}·10{raised})"


def share(part: int, whole: int) -> str:
    r"""A share in per cent, or as one in so many where it is small.

    Example:
        >>> share(1, 4), share(2, 1000), share(1, 300000)
        ('25\xa0%', '0.2\xa0%', 'one in 300,000')
    """
    if not part or not whole:
        return "none"
    if part * 1000 >= whole:
        return f"{100 * part / whole:.2g}\u00a0%" if part != whole else "all"
    return f"one in {number_short(whole // part)}"


def number_short(count: int) -> str:
    """A count in full, or its power of ten alone where it is long."""
    said = number(count)
    return said.rpartition("(")[2].rstrip(")") if "(" in said else said


def _tone(before: Outcome, after: Outcome) -> str:
    return "good" if after < before else "bad"


# Plain data


def compare_data(told: Difference) -> dict[str, Any]:
    """The difference as plain data."""
    compared = told.compared
    difference = compared.difference

    def counts(each: Any) -> dict[str, Any]:
        return {"declared": each.counts.declared, "plausible": each.counts.plausible}

    def conditions(found: Sequence[Condition]) -> list[list[dict[str, Any]]]:
        return [
            [{"var": each.var, "is": list(each.values), **({"among": True} if each.among else {})} for each in one]
            for one in found
        ]

    def region(change: Change) -> dict[str, Any] | None:
        if change.plainly is None:
            return None
        return {"when": conditions(change.plainly.when), "unless": conditions(change.plainly.unless)}

    return {
        "before": {"law": compared.states[0], "on": compared.days[0].isoformat()},
        "after": {"law": compared.states[1], "on": compared.days[1].isoformat()},
        "question": told.question,
        **record_data(told.inquiry.office.registries, *told.days),
        "equal": difference.equal,
        "equal_in_law": difference.equal_in_law,
        "fixed": dict(difference.fixed),
        "universe": {"declared": difference.universe[0], "plausible": difference.universe[1]},
        "totals": [
            {"before": total.before.word, "after": total.after.word, **counts(total)} for total in difference.totals
        ],
        "changes": [
            {
                "before": change.before.word,
                "after": change.after.word,
                "cause": {
                    "name": change.cause.name,
                    "how": change.cause.how,
                    "cite": _cites(told.cites(change.cause), told.speaker),
                    "support": min(each.support for each in told.cites(change.cause)).word
                    if change.cause.cites
                    else None,
                }
                if change.cause
                else None,
                **counts(change),
                "when": conditions(change.when),
                "says": [told.conditions(each) for each in change.when],
                "plainly": region(change),
                "witness": dict(change.witness),
                "already": list(change.already),
                "still": list(change.still),
            }
            for change in difference.changes
        ],
        "documented": [
            {
                "case": each.case.id,
                "on": each.case.date.isoformat(),
                "before": each.before.word,
                "after": each.after.word,
                "reported_outcome": each.case.extra.get("reported_outcome"),
            }
            for each in compared.flipped
            if told.meant(each.case)
        ],
    }


def _cites(cites: Iterable[Cite], speaker: Speaker) -> list[str]:
    return list(_once(speaker.cite(cite) for cite in cites))


def _once(texts: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(texts)
