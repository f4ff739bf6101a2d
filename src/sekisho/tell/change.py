"""What changed from one answer over time to the next: rules that began or ended, facts that turned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sekisho.base import Day
from sekisho.decide import Decision, Leg
from sekisho.ir import Cite, Rule, Scope
from sekisho.tell.entry import carriers, heading_of
from sekisho.tell.sentences import Speaker
from sekisho.tell.words import capital, label


class Change(NamedTuple):
    """One reason for a change: `began`, `ended` or `fact`; the rule, its provision, the sentence."""

    kind: str
    name: str
    text: str
    cite: str


_MOST = 4


def changes_between(before: Decision | None, after: Decision, *, first: Day) -> tuple[Change, ...]:
    """Why the answer is another from `first` on, the most telling reason first.

    Rules that carry the new answer, or carried the old one, go before others that merely began or
    ended on the day; where neither did, the facts that turned are named.
    """
    if before is None:
        return tuple(_carrying(after))[:1]
    found: list[Change] = []
    telling = _names(after) | _names(before)
    for leg in after.legs:
        old = next((other for other in before.legs if other.state == leg.state), None)
        if old is None:
            found.append(Change("fact", leg.state, "its consent is owed from here on", ""))
            continue
        speaker = Speaker(leg.situation.library, leg.situation.registries, leg.situation)
        mine, theirs = _parts(leg), _parts(old)
        began = [name for name in mine if name not in theirs]
        ended = [name for name in theirs if name not in mine]
        exceptions = {rule.name for rule in leg.law.rules if set(rule.exception_to) & telling}
        began.sort(key=lambda name: (name not in telling, name not in exceptions))
        ended.sort(key=lambda name: name not in telling)
        decisive = telling | exceptions
        found.extend(_change("began", mine[name], speaker) for name in began if name in decisive)
        found.extend(_change("ended", theirs[name], speaker) for name in ended if name in telling)
        found.extend(_facts(old, leg, speaker, first))
        if not found:
            found.extend(_change("began", mine[name], speaker) for name in began)
            found.extend(_change("ended", theirs[name], speaker) for name in ended)
    told = {(change.kind, change.text, change.cite): change for change in found}
    return tuple(told.values())[:_MOST]


def _names(decision: Decision) -> set[str]:
    return {each.name for each in carriers(decision)}


def _parts(leg: Leg) -> dict[str, Rule | Scope]:
    rules: Iterable[Rule | Scope] = (*(s for part in leg.law.instruments for s in part.scopes), *leg.law.rules)
    return {each.name: each for each in rules}


def _change(kind: str, part: Rule | Scope, speaker: Speaker) -> Change:
    text = heading_of(part.origin.heading, part.name)
    return Change(kind, part.name, text, _cited(part.cites, speaker))


def _cited(cites: tuple[Cite, ...], speaker: Speaker) -> str:
    return "; ".join(dict.fromkeys(speaker.cite(cite) for cite in cites))


def _carrying(decision: Decision) -> Iterator[Change]:
    for leg in decision.carrying:
        speaker = Speaker(leg.situation.library, leg.situation.registries, leg.situation)
        for each in carriers(leg):
            text = (
                heading_of(each.rule.origin.heading, each.name) if each.rule is not None else capital(label(each.name))
            )
            yield Change("began", each.name, text, _cited(each.cites, speaker))


def _facts(old: Leg, new: Leg, speaker: Speaker, first: Day) -> Iterator[Change]:
    """Facts of the registries that read otherwise from this very day on."""
    library, registries = speaker.library, speaker.registries
    for name in new.law.variables:
        term = library.terms.get(library.vars[name].term)
        if term is None or term.registry is None or old.situation.value(name) == new.situation.value(name):
            continue
        one = new.situation.role(term.subject)
        other = new.situation.role(term.relation) if term.relation else new.state
        if one is None or other is None or registries.kind(*term.registry) is None:
            continue
        if first in registries.change_days(*term.registry, one, other):
            yield Change("fact", name, capital(new.ground(name).says), "")
