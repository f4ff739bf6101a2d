"""The account of a decision: what is said of it, in which order, before any surface draws it.

Terminal and Markdown draw the same account, so they cannot say different things.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sekisho.base import Support
from sekisho.cases import UNKNOWN
from sekisho.cases.fields import RELATIONS
from sekisho.decide import Decision, Leg, Need, breaking
from sekisho.ir import INTERNATIONAL, Cite, Effect, Outcome
from sekisho.tell.entry import Entry, Section, carriers, cited, heading
from sekisho.tell.proof import proof_section
from sekisho.tell.record import beyond_record
from sekisho.tell.sentences import Speaker
from sekisho.tell.words import MEANING, REMARK, SYMBOL, capital, day_words, label, listed, outcome_words, plural


class Account(NamedTuple):
    """All that is said of a decision, or of one leg of it.

    Attributes:
        title: Whose law, for a leg; empty for a whole decision.
        outcome: The outcome.
        words: Sign and outcome in words.
        when: The dates, in words.
        under: The paragraph that carries it, in words.
        support: The mark, and what it means for the reader.
        question: What was asked, in one line.
        remarks: Plain warnings that belong beside the outcome.
        sections: The rest, in reading order.
        legs: The accounts of the legs where there are several.
        receipt: What is needed to decide it again.
    """

    title: str
    outcome: Outcome
    words: str
    when: str
    under: str
    support: str
    question: str
    remarks: tuple[Entry, ...]
    sections: tuple[Section, ...]
    legs: tuple[Account, ...] = ()
    receipt: str = ""


def account_of(decision: Decision, *, full: bool = False) -> Account:
    """The account of a decision; with `full`, the whole proof, rule by rule, down to dated facts."""
    case = decision.case
    first = decision.legs[0].situation
    speaker = Speaker(first.library, first.registries, first)
    several = len(decision.legs) > 1
    legs = tuple(_leg(leg, full=full, alone=not several) for leg in decision.legs)
    facts = "" if case.facts_day == case.date else f", with the facts of {day_words(case.facts_day)}"
    known = f", as known on {day_words(case.known_on)}" if case.known_on else ""
    remarks = [
        *_support_remark(decision.outcome, decision.support, decision.turns_on),
        *_not_encoded(decision, speaker),
        *_unsettled(decision),
    ]
    late = beyond_record(first.registries, case.date, case.facts_day)
    if late:
        remarks.append(Entry(late, "!", "warn"))
    if case.proposals or decision.receipt.proposals:
        names = listed(decision.receipt.proposals)
        remarks.append(Entry(f"This assumes what is not law: {names}.", "!", "warn"))
    sections: list[Section] = []
    if decision.turns_on:
        sections.append(_turns_on(decision, speaker))
    if not several:
        sections.extend(legs[0].sections)
    if case.act != "re-transfer" and decision.outcome is not Outcome.PROHIBITED:
        sections.extend(_owed(decision, speaker))
    return Account(
        "",
        decision.outcome,
        f"{SYMBOL[decision.outcome]} {capital(outcome_words(decision.outcome))}",
        f"on {day_words(case.date)}{facts}{known}",
        _under(decision, speaker),
        _support_words(decision),
        question_of(decision, speaker),
        tuple(remarks),
        tuple(section for section in sections if section.entries),
        legs if several else (),
        _receipt(decision),
    )


def _leg(leg: Leg, *, full: bool, alone: bool) -> Account:
    speaker = Speaker(leg.situation.library, leg.situation.registries, leg.situation)
    sections = [_bars(leg, speaker), *_broken(leg, speaker), _basis(leg, speaker), _findings(leg, speaker)]
    sections += [
        *_needs(leg, speaker),
        _defeated(leg, speaker),
        _unverified(leg),
        _readings(leg),
        _unmodelled(leg, speaker),
    ]
    if full:
        sections.append(proof_section(leg, speaker))
    why = (
        f"{capital(speaker.state(leg.state))}, as {label(leg.role)}"
        if leg.state != INTERNATIONAL
        else "International layer"
    )
    remarks = () if alone else tuple(_support_remark(leg.outcome, leg.support, leg.turns_on))
    if not alone and not leg.law.encoded:
        remarks = (
            *remarks,
            Entry("Its national law is not encoded; only the international layer was asked.", "!", "warn"),
        )
    return Account(
        why,
        leg.outcome,
        f"{SYMBOL[leg.outcome]} {capital(outcome_words(leg.outcome))}",
        "",
        "",
        leg.support.word if leg.support is not None else "",
        "",
        remarks,
        tuple(section for section in sections if section.entries),
    )


# The head


def question_of(decision: Decision, speaker: Speaker) -> str:
    """What was asked, in one line."""
    case = decision.case
    item = case.item.name or case.item.key or "an item"
    parts = ["act unknown" if case.act == UNKNOWN else label(case.act) if case.act != "re-transfer" else "re-transfer"]
    parts += [label(each) for each in (case.consideration,) if each != "unknown"]
    if case.end_user != "unknown":
        parts.append(f"to {'the ' if case.end_user in ('government', 'armed-forces') else 'a '}{label(case.end_user)}")
    one, other = (
        speaker.registries.names.of(code) if code != "unknown" else f"{role} unknown"
        for code, role in ((case.exporter, "exporter"), (case.recipient, "recipient"))
    )
    return f"{one} → {other}: {item} ({', '.join(parts)})"


def _under(decision: Decision, speaker: Speaker) -> str:
    """The paragraph that carries the outcome, in words."""
    if decision.outcome is Outcome.UNDETERMINED:
        return ""
    for leg in decision.carrying:
        parts = {part.instrument.name: part.instrument for part in leg.law.instruments}
        cited_ones = sorted(
            (each for each in carriers(leg) if each.cites),
            key=lambda each: (
                parts[each.instrument].jurisdiction != leg.state,
                _NARROW.index(parts[each.instrument].force),
            ),
        )
        if cited_ones:
            return speaker.cite_full(cited_ones[0].cites[0])
    return ""


_NARROW = ("policy", "practice", "order", "statute", "treaty")
"""Which paragraph is named first: the one that says most of the case, not the one that ranks highest."""


def _support_words(decision: Decision) -> str:
    return decision.support.word if decision.support is not None else ""


def _support_remark(outcome: Outcome, support: Support | None, turns_on: tuple[str, ...]) -> Iterator[Entry]:
    if support in (Support.RECALLED, Support.INFERRED):
        yield Entry(f"{capital(support.word)}: {REMARK[support]}.", "!", "warn")
    elif support is Support.REPORTED:
        yield Entry(f"{capital(support.word)}: {REMARK[support]}.", "·", "dim")
    if outcome is Outcome.UNDETERMINED and not turns_on:
        yield Entry("No fact would settle this: the law that would is not encoded.", "·", "dim")
    else:
        yield Entry(MEANING[outcome], "·", "dim")


def _not_encoded(decision: Decision, speaker: Speaker) -> Iterator[Entry]:
    for state in decision.not_encoded:
        encoded = listed(capital(speaker.state(code)) for code in decision.encoded)
        whose = (
            "The exporter is not known, so no national law was asked"
            if state == INTERNATIONAL
            else f"The national law of {speaker.state(state)} is not encoded"
        )
        yield Entry(f"{whose}; the international layer decides what it can. Encoded are: {encoded}.", "!", "warn")
    if decision.outcome is Outcome.UNDETERMINED:
        words = listed((outcome_words(each) for each in sorted(decision.outcomes)), "or")
        yield Entry(f"Possible: {words}.", "?", "open")


def _unsettled(decision: Decision) -> Iterator[Entry]:
    """What takes from the certainty of an answer, said beside it: it is told in full further down."""
    if decision.alternatives:
        words = listed((outcome_words(each) for each in sorted({a.outcome for a in decision.alternatives})), "or")
        whose = "the answer" if len(decision.legs) == 1 else "the answer of one of the laws"
        yield Entry(f"The law is contested here: read otherwise, {whose} is {words}; see below.", "≷", "open")
    if decision.unmodelled:
        yield Entry("Not all of the law that may touch this could be expressed; see the end.", "▒", "warn")


def _receipt(decision: Decision) -> str:
    receipt = decision.receipt
    parts = {"rulebook": receipt.rulebook, "facts": receipt.facts, "case": receipt.case}
    parts |= {"engine": receipt.engine, "language": receipt.language}
    return " · ".join(f"{name}\u00a0{value}" for name, value in parts.items())


# What stands in the way


def _bars(leg: Leg, speaker: Speaker) -> Section:
    entries = []
    for bar in leg.bars:
        said = heading(bar.rule) if bar.rule is not None else "A closed list, and nothing on it covers this case"
        note = capital(speaker.condition(bar.rule.when)) + "." if bar.rule is not None else ""
        entries.append(Entry(said, "✕", "bad", cited(bar.cites, speaker, bar.support), note))
    title = "Barred by" if leg.outcome is Outcome.PROHIBITED else "What stands in the way"
    return Section(title, tuple(entries), "bad")


def _broken(leg: Leg, speaker: Speaker) -> Iterator[Section]:
    """For every basis of a closed list that failed, the first condition that broke it."""
    barred = {bar.instrument for bar in leg.bars if bar.rule is None}
    for proof in leg.proof:
        if proof.part.instrument.name not in barred:
            continue
        found: dict[tuple[str, str], list[str]] = {}
        for each in proof.rules:
            if each.rule.effect not in (Effect.PERMIT, Effect.EXEMPT):
                continue
            if each.status == "fails":
                why = speaker.step(breaking(each.step))
            elif each.status == "defeated":
                why = f"defeated by {listed(each.by)}"
            else:
                why = "open; but whatever settles it, something bars the transfer"
            found.setdefault((heading(each.rule), why), []).append(each.rule.name)
        entries = tuple(Entry(head, "·", "", ", ".join(names), why) for (head, why), names in found.items())
        count = plural(sum(map(len, found.values())), "basis", "bases")
        yield Section(f"No basis: the {count} on the list, and the first condition that breaks each", entries, "list")


# What permits, and what it is subject to


def _basis(leg: Leg, speaker: Speaker) -> Section:
    entries = []
    for basis in leg.basis:
        said = heading(basis.rule) if basis.rule is not None else "The default of a licence regime"
        note = "on the findings below" if basis.open and leg.subject_to else ""
        entries.append(Entry(said, "◐", "good", cited(basis.cites, speaker, basis.support), note))
    if not entries and leg.outcome is Outcome.MAY_BE_PERMITTED:
        entries.append(
            Entry("No rule has to permit it; but it is barred if the findings below go against it", "◐", "good")
        )
    title = "On the basis of" if leg.outcome is not Outcome.UNDETERMINED else "A basis, if the open facts allow it"
    return Section(title, tuple(entries), "good")


def _findings(leg: Leg, speaker: Speaker) -> Section:
    if Outcome.MAY_BE_PERMITTED not in leg.outcomes:
        return Section("Subject to these findings", ())
    sets = [set(each) for each in leg.subject_to]
    shared = set.intersection(*sets) if sets else set()
    entries = [_finding(pair, leg, speaker) for pair in leg.subject_to[0] if pair in shared] if sets else []
    rest = [[pair for pair in each if pair not in shared] for each in leg.subject_to]
    if len(rest) > 1 and all(rest):
        ways = []
        for number, each in enumerate(rest, 1):
            below = tuple(_finding(pair, leg, speaker) for pair in each)
            ways.append(below[0]._replace(below=below[1:], mark=f"{number}") if below else Entry("nothing more"))
        entries.append(Entry("and one of these:", "◇", "open", "", "", tuple(ways)))
    return Section("Subject to these findings", tuple(entries), "open")


def _finding(pair: tuple[str, str], leg: Leg, speaker: Speaker) -> Entry:
    var, value = pair
    term = leg.situation.library.vars[var].term
    question = speaker.question(term)
    note = f"{question} Needed: {'yes' if value == 'true' else 'no'}." if question else ""
    return Entry(speaker.finding(var, value), "◇", "open", "", note)


_KINDS = {
    "authorisation": "Authorisations",
    "assurance": "Assurances",
    "decision": "Who decides",
    "procedure": "Procedure",
    "notice": "Who is told",
}


def _needs(leg: Leg, speaker: Speaker) -> Iterator[Section]:
    by_kind: dict[str, list[Need]] = {}
    for need in leg.needs:
        by_kind.setdefault(need.requirement.kind, []).append(need)
    for kind, title in _KINDS.items():
        entries = []
        for need in by_kind.get(kind, ()):
            state = ("given" if need.met else "not given yet") if kind == "assurance" else ""
            words = speaker.requirement(need.requirement) + (f" — {state}" if state else "")
            entries.append(
                Entry(words, "✓" if need.met else "□", "good" if need.met else "open", _short(need.cites, speaker))
            )
        if entries:
            yield Section(title, tuple(entries), "need")


def _short(cites: Iterable[Cite], speaker: Speaker) -> str:
    return "; ".join(dict.fromkeys(speaker.cite(cite) for cite in cites))


def _defeated(leg: Leg, speaker: Speaker) -> Section:
    entries = []
    for proof in leg.proof:
        if proof.silent:
            continue
        for each in proof.rules:
            if each.status == "defeated" and each.rule.effect is not Effect.LIFT:
                by = [next((r for r in leg.law.rules if r.name == name), None) for name in each.by]
                names = listed(f"{heading(r)} [{_short(r.cites, speaker)}]" for r in by if r is not None)
                entries.append(
                    Entry(heading(each.rule), "⊘", "dim", _short(each.rule.cites, speaker), f"defeated by {names}")
                )
    return Section("Would apply, but is defeated", tuple(entries), "dim")


# What is open or shaky


def _turns_on(decision: Decision, speaker: Speaker) -> Section:
    entries: dict[str, Entry] = {}
    for name in decision.turns_on:
        var = speaker.library.vars[name]
        if var.term in entries:
            continue
        term = speaker.library.terms.get(var.term)
        text = question_about(name, decision, speaker) or f"{capital(label(var.term))}?"
        who = who_supplies(name, speaker)
        relation = RELATIONS.get(var.term)
        field = relation.field if relation else var.term.replace("-", "_")
        entries[var.term] = Entry(
            text, "?", "open", "", f"{who}; `{field if term and term.supplier == 'case' else var.term}`"
        )
    return Section("It turns on", tuple(entries.values()), "open")


_CLAIMANTS = {
    "licensors": "Which states license the item?",
    "partners": "Which states take part in developing or making the item?",
    "components_from": "From which states do components of the item come?",
}


def question_about(name: str, decision: Decision, speaker: Speaker) -> str:
    """The question that settles an open fact.

    Where an onward transfer may need the consent of whoever stands in a list that is not known, one
    state's place in that list is not enough: the list itself is asked for.
    """
    term = speaker.library.vars[name].term
    relation = RELATIONS.get(term)
    onward = decision.case.act in ("re-transfer", UNKNOWN)
    if relation and onward and getattr(decision.case.item, relation.field) is None:
        return f"{_CLAIMANTS[relation.field]} The consent of each may be needed."
    return speaker.question(term)


def who_supplies(name: str, speaker: Speaker) -> str:
    """Who can settle an open fact, in words."""
    term = speaker.library.terms.get(speaker.library.vars[name].term)
    if term is None or "=" in name:
        return "the parties can say"
    if term.supplier == "judgement":
        return f"for {speaker.authority(term.authority)} to find"
    if term.supplier == "registry" and term.registry is not None:
        return f"a registry can say (facts/{term.registry[0]}.csv), or the case"
    if term.changed_by == "authority":
        return "the authority can say"
    return "the parties can say"


def _unverified(leg: Leg) -> Section:
    entries = tuple(Entry(capital(g.says), "!", "warn") for g in leg.unverified)
    return Section("Not verified", entries, "warn")


def _readings(leg: Leg) -> Section:
    readings = leg.situation.library.readings
    entries = []
    for each in leg.alternatives:
        reading = readings[each.reading]
        default = leg.situation.case.readings.get(each.reading, reading.default)
        entries.append(
            Entry(
                f"{reading.ask or capital(label(each.reading)) + '?'}",
                "≷",
                "open",
                "",
                f"Taken: {label(default)}. If {label(each.option)} ({each.says}): "
                f"{SYMBOL[each.outcome]} {outcome_words(each.outcome)}. Try --reading\u00a0{each.reading}={each.option}",
            )
        )
    return Section("It turns on a reading", tuple(entries), "open")


def _unmodelled(leg: Leg, speaker: Speaker) -> Section:
    entries = tuple(
        Entry(capital(passage.because) + ".", "▒", "warn", _short(passage.cites, speaker)) for passage in leg.unmodelled
    )
    return Section("Not expressed in the rulebook, and may touch this case", entries, "warn")


def _owed(decision: Decision, speaker: Speaker) -> Iterator[Section]:
    """Other states whose licence or components are in the item: their law may ask for their consent."""
    case = decision.case
    found: dict[str, list[str]] = {}
    for role, states in (
        ("licensor", case.item.licensors),
        ("partner", case.item.partners),
        ("origin of components", case.item.components_from),
    ):
        for code in states or ():
            if code not in (case.exporter, case.recipient):
                found.setdefault(code, []).append(role)
    entries = []
    for code, roles in found.items():
        how = "its law is encoded" if code in decision.encoded else "its law is not encoded"
        entries.append(
            Entry(
                f"{capital(speaker.state(code))} ({listed(roles)})",
                "◇",
                "open",
                "",
                f"{how}; it is not asked here, since this is no re-transfer",
            )
        )
    if case.item.components_from is None and entries:
        entries.append(Entry("Others, if components come from elsewhere: their origin is not known", "◇", "open"))
    yield Section("Consent that may be owed under the law of others", tuple(entries), "open")
