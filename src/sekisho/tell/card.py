"""The catalogue: everything that can be shown, by kind and name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sekisho.base import nearest
from sekisho.facts import Registries
from sekisho.ir import Library, Timeline
from sekisho.tell.card_parts import Card
from sekisho.tell.entry import heading_of
from sekisho.tell.fact_cards import FactCards
from sekisho.tell.law_cards import LawCards
from sekisho.tell.words import label

_LIKE = 0.75
"""How much alike two names are, 0 to 1, where one may have been meant for the other."""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Things of one kind: how they are listed, found and told."""

    things: Callable[[], Mapping[str, Any]]
    line: Callable[[Any], str]
    card: Callable[[Any], Card]


class Catalogue(LawCards, FactCards):
    """Everything that can be shown, by kind and name.

    Example:
        >>> import sekisho
        >>> desk = sekisho.open()
        >>> catalogue = Catalogue(desk.library, desk.registries, desk.timeline())
        >>> [card.kind for card in catalogue.find("in-combat")]
        ['term']
    """

    def __init__(
        self,
        library: Library,
        registries: Registries,
        timeline: Timeline,
        claims: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        super().__init__(library, registries, timeline)
        self.claims = claims or {}
        names = self.registries.names.records
        self.shelves: dict[str, _Shelf] = {
            "jurisdiction": _Shelf(self._jurisdictions, self.state_name, self.jurisdiction_card),
            "instrument": _Shelf(
                lambda: {i.name: i for i in self.library.instruments}, lambda i: i.title, self.instrument_card
            ),
            "rule": _Shelf(self.rules, self.rule_line, self.rule_card),
            "scope": _Shelf(self.scopes, lambda scope: heading_of(scope.origin.heading, scope.name), self.scope_card),
            "unmodelled": _Shelf(self.passages, lambda passage: passage.because, self.passage_card),
            "term": _Shelf(lambda: self.library.terms, lambda term: term.ask or label(term.name), self.term_card),
            "reading": _Shelf(lambda: self.library.readings, lambda reading: reading.ask, self.reading_card),
            "proposal": _Shelf(
                lambda: {p.name: p for p in self.library.proposals},
                lambda p: f"{p.title} ({p.status})",
                self.proposal_card,
            ),
            "provision": _Shelf(lambda: self.library.texts, lambda text: text.title, self.text_card),
            "registry": _Shelf(self._kinds, lambda kind: kind.says, self.kind_card),
            "source": _Shelf(lambda: self.registries.sources, lambda source: source.title, self.source_card),
            "item": _Shelf(lambda: self.registries.items, lambda item: item.name, self.item_card),
            "programme": _Shelf(
                lambda: self.registries.programmes, lambda programme: programme.name, self.programme_card
            ),
            "state": _Shelf(lambda: names["states"], lambda record: record.name, self.state_card),
            "person": _Shelf(
                lambda: names["people"],
                lambda record: f"{record.name} — {record.role}" if record.role else record.name,
                self.person_card,
            ),
            "outlet": _Shelf(lambda: names["outlets"], lambda record: record.name, self.outlet_card),
            "body": _Shelf(lambda: names["bodies"], lambda record: record.name, self.body_card),
            "position": _Shelf(
                lambda: self.registries.positions,
                lambda position: f"{position.who}, {position.date}: {position.topic}",
                self.position_card,
            ),
            "claim": _Shelf(lambda: self.claims, lambda claim: str(claim.get("claim", "")), self.claim_card),
        }

    def kind(self, word: str) -> str | None:
        """The kind that a word names, in the singular or the plural."""
        word = word.lower()
        plurals = {
            "people": "person",
            "bodies": "body",
            "registries": "registry",
            "fact": "registry",
            "facts": "registry",
            "text": "provision",
            "texts": "provision",
            "country": "state",
            "countries": "state",
        }
        word = plurals.get(word, word)
        return word if word in self.shelves else word[:-1] if word.endswith("s") and word[:-1] in self.shelves else None

    def listing(self, kind: str) -> tuple[tuple[str, str], ...]:
        """Every thing of a kind as (name, what it is)."""
        shelf = self.shelves[kind]
        return tuple((name, shelf.line(thing)) for name, thing in sorted(shelf.things().items()))

    def find(self, text: str, kind: str | None = None) -> tuple[Card, ...]:
        """The cards of everything that has the name; several kinds may share one."""
        found = []
        for each in [kind] if kind else self.shelves:
            key = self._key(each, text)
            if key is not None:
                found.append(self.shelves[each].card(self.shelves[each].things()[key]))
        if not found and kind in (None, "provision"):
            found.extend(self._by_locator(text))
        return tuple(found)

    def suggest(self, text: str, kind: str | None = None) -> tuple[str, ...]:
        """Names that look like the text, best first, each with its kind."""
        known: dict[str, str] = {}
        for each in [kind] if kind else self.shelves:
            for name in self.shelves[each].things():
                known.setdefault(name, each)
        names = self.registries.names
        close: list[str] = []
        if kind in (None, "state"):
            close.extend(f"state {names.of(code)}" for code in self.registries.suggest_state(text)[:1])
        close.extend(f"{known[name]} {name}" for name in nearest(text.lower().replace(" ", "-"), known, cutoff=_LIKE))
        if kind in (None, "item"):
            close.extend(f"item {key}" for key in self.registries.suggest_item(text)[:2])
        return tuple(dict.fromkeys(close))[:4]

    def _key(self, kind: str, text: str) -> str | None:
        things = self.shelves[kind].things()
        if text in things:
            return text
        sorts = {"state": "states", "person": "people", "outlet": "outlets", "body": "bodies", "item": "items"}
        if kind in sorts:
            return self.registries.names.find(sorts[kind], text)
        if kind == "jurisdiction":
            code = self.registries.find_state(text)
            return code if code in things and text.upper() != code else None
        folded = text.lower().replace(" ", "-").replace("_", "-")
        return folded if folded in things else None

    def _by_locator(self, text: str) -> list[Card]:
        """`TEXT LOCATOR`: the rules that rest on one paragraph of a text."""
        key, _, locator = text.partition(" ")
        found = self.library.texts.get(key)
        if found is None or not locator:
            return []
        card = self.text_card(found, at=locator.replace(" ", ""))
        return [card] if card.sections and card.data["cited_by"] else []
