"""A card, and the parts that cards are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sekisho.facts import Registries, Row
from sekisho.ir import INTERNATIONAL, Cite, Library, Rule, Scope, Timeline, Unmodelled
from sekisho.tell.data import cite_data
from sekisho.tell.entry import Entry, Section, heading_of
from sekisho.tell.sentences import Speaker
from sekisho.tell.words import capital, day_words


@dataclass(frozen=True)
class Card:
    """One thing.

    Attributes:
        kind: What it is: `rule`, `term`, `source`, …
        name: Its name, by which it is found.
        title: The first line.
        says: What it says, in a sentence or two.
        sections: The rest.
        data: The same as plain data.
    """

    kind: str
    name: str
    title: str
    says: str = ""
    sections: tuple[Section, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


class CardParts:
    """What all cards are made from."""

    def __init__(self, library: Library, registries: Registries, timeline: Timeline) -> None:
        self.library = library
        self.registries = registries
        self.timeline = timeline
        self.speaker = Speaker(library, registries)

    def _jurisdictions(self) -> dict[str, str]:
        return {code: code for code in self.library.jurisdictions}

    def rules(self) -> dict[str, Rule]:
        """Every rule by name, those of proposals included."""
        proposed = (rule for proposal in self.library.proposals for rule in proposal.rules)
        return {rule.name: rule for rule in (*self.library.rules, *proposed)}

    def scopes(self) -> dict[str, Scope]:
        """Every scope by name."""
        return {scope.name: scope for instrument in self.library.instruments for scope in instrument.scopes}

    def passages(self) -> dict[str, Unmodelled]:
        """Every passage that could not be expressed, by name."""
        inside = (each for instrument in self.library.instruments for each in instrument.unmodelled)
        proposed = (each for proposal in self.library.proposals for each in proposal.unmodelled)
        return {each.name: each for each in (*inside, *proposed)}

    def _kinds(self) -> dict[str, Any]:
        return {name: self.registries.kind(*name.split(".", 1)) for name in self.registries.kinds()}

    def state_name(self, code: str) -> str:
        """The name of a jurisdiction."""
        return (
            "treaties and resolutions that bind many states"
            if code == INTERNATIONAL
            else self.registries.names.of(code)
        )

    @staticmethod
    def made(kind: str, name: str, title: str, says: str, sections: Iterable[Section], data: Mapping[str, Any]) -> Card:
        """The card; sections without entries are left out."""
        return Card(
            kind, name, title, says, tuple(section for section in sections if section.entries), {"kind": kind, **data}
        )

    @staticmethod
    def where(prose: str) -> Section:
        """What the page says above the block."""
        return Section("What the page says", (Entry(prose, "│", "dim"),) if prose else ())

    def cites(self, cites: Iterable[Cite]) -> Section:
        """The provisions with the documents in which they were seen."""
        entries = []
        for cite in cites:
            text = self.library.texts.get(cite.text)
            keys = cite.sources or (text.sources if text else ())
            below = tuple(self.source_entry(key) for key in keys if key in self.registries.sources)
            entries.append(
                Entry(
                    self.speaker.cite_full(cite),
                    "§",
                    "",
                    cite.support.word,
                    "" if below else "no source was seen",
                    below,
                )
            )
        return Section("Where it stands", tuple(entries))

    def sources(self, keys: Iterable[str]) -> Section:
        """The documents behind something."""
        return Section("Sources", tuple(self.source_entry(key) for key in keys if key in self.registries.sources))

    def source_entry(self, key: str) -> Entry:
        """One document in two lines."""
        source = self.registries.sources[key]
        said = ", ".join(each for each in (source.publisher, source.date) if each)
        return Entry(source.title, "·", "", key, " · ".join(each for each in (said, source.url) if each))

    def links(self, title: str, names: Iterable[str]) -> Section:
        """Other things, by name."""
        rules = self.rules()
        return Section(
            title,
            tuple(
                Entry(heading_of(rules[name].origin.heading, name), "→", "", name)
                if name in rules
                else Entry(name, "→")
                for name in names
            ),
        )

    def words(self, names: Iterable[str]) -> Section:
        """The terms that variables belong to."""
        terms = dict.fromkeys(self.library.vars[name].term for name in names if name in self.library.vars)
        return Section("Words it uses", (Entry(", ".join(terms)),) if terms else ())

    def cited(self, cites: Iterable[Cite]) -> str:
        """Provisions with their marks, in one line."""
        return "; ".join(f"{self.speaker.cite_full(cite)} · {cite.support.word}" for cite in cites)

    def cite_data(self, cite: Cite) -> dict[str, Any]:
        """A provision as plain data."""
        text = self.library.texts.get(cite.text)
        return cite_data(cite, text.title if text else cite.text, text.sources if text else ())

    def row(self, row: Row) -> Entry:
        """One row of a registry as a sentence with its days and sources."""
        kind = self.registries.kind(row.registry, row.kind)
        assert kind is not None
        names = [self.speaker.state(code) if code and code != "ANY" else "any state" for code in (row.a, row.b)]
        said = kind.says if row.value is not False else kind.denies or f"it is not so that {kind.says}"
        text = said.replace("{a}", names[0]).replace("{b}", names[1])
        doubt = "sources conflict: " if row.value is None else ""
        late = f"; not verified from {row.unverified_from} on" if row.unverified_from else ""
        return Entry(
            f"{capital(doubt + text)} — {span(row.held.first, row.held.last)}{late}",
            "·",
            "",
            f"{row.support.word}{', ' if row.sources else ''}{', '.join(row.sources)}",
            row.note,
        )


def span(first: Any, last: Any) -> str:
    """Days in words: `from 1 April 2014 to 7 March 2022`."""
    return f"from {day_words(first)}" + (f" to {day_words(last)}" if last else "")


def row_data(row: Row) -> dict[str, Any]:
    """A row as plain data."""
    return {
        "id": row.id,
        "a": row.a,
        "b": row.b,
        "value": row.value,
        "from": row.held.first.isoformat(),
        "to": row.held.last.isoformat() if row.held.last else None,
        "recorded": row.recorded.isoformat(),
        "support": row.support.word,
        "sources": list(row.sources),
        "unverified_from": row.unverified_from.isoformat() if row.unverified_from else None,
        "note": row.note,
    }


def shown(value: object) -> str:
    """A value in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value)
