"""Cards on the facts: registries, sources, items, states, people, claims."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sekisho.facts import ItemRecord, NameRecord, Position, Programme, Source
from sekisho.ir import INTERNATIONAL
from sekisho.tell.card_parts import Card, CardParts, row_data, shown, span
from sekisho.tell.entry import Entry, Section
from sekisho.tell.words import capital, day_words, listed, plural


class FactCards(CardParts):
    """Cards on the facts."""

    def kind_card(self, kind: Any) -> Card:
        """One kind of fact with its rows."""
        rows = self.registries.rows(kind.registry, kind.name)
        closed = tuple(
            Entry(
                f"no row means no, {'from ' + day_words(c.first) + ' ' if c.first else ''}through {day_words(c.through)}"
                + (f", for {self.speaker.state(c.a)}" if c.a else ""),
                "·",
                "",
                c.support.word,
                c.note,
            )
            for c in kind.closed
        )
        entries = tuple(self.row(row) for row in rows)
        data = {"name": f"{kind.registry}.{kind.name}", "says": kind.says, "rows": [row_data(row) for row in rows]}
        return self.made(
            "registry",
            f"{kind.registry}.{kind.name}",
            capital(kind.says.replace("{a}", "A").replace("{b}", "B")),
            kind.note,
            [Section("Complete", closed), Section(plural(len(rows), "row"), entries)],
            data,
        )

    def source_card(self, source: Source) -> Card:
        """A document and what rests on it."""
        rows = [row for table in self.registries.tables.values() for row in table.rows if source.key in row.sources]
        items = [item.key for item in self.registries.items.values() if source.key in item.sources]
        texts = [text.key for text in self.library.texts.values() if source.key in text.sources]
        facts = tuple(
            Entry(f"{name}: {value}")
            for name, value in (
                ("Publisher", source.publisher),
                ("Date", source.date),
                ("Address", source.url),
                ("Kind", source.kind),
                ("Note", source.note),
            )
            if value
        )
        sections = [
            Section("Source", facts),
            self.links("Texts seen in it", texts),
            Section("Facts that rest on it", tuple(self.row(row) for row in rows)),
            self.links("Items", items),
        ]
        data = {
            "name": source.key,
            "title": source.title,
            "publisher": source.publisher,
            "date": source.date,
            "url": source.url,
            "sort": source.kind,
            "note": source.note,
            "texts": texts,
            "rows": [row.id for row in rows],
            "items": items,
        }
        return self.made("source", source.key, source.title, "", sections, data)

    def item_card(self, item: ItemRecord) -> Card:
        """A known item."""
        plain = item.to_case()
        entries = tuple(
            Entry(f"{name.replace('_', ' ')}: {shown(value)}") for name, value in plain.items() if name != "name"
        )
        facts = tuple(
            Entry(f"{name}: {', '.join(values)}")
            for name, values in (("Also called", item.variants), ("Made by", item.makers))
            if values
        )
        data = {
            "key": item.key,
            **plain,
            "makers": list(item.makers),
            "variants": list(item.variants),
            "support": item.support.word,
            "sources": list(item.sources),
            "note": item.note,
        }
        return self.made(
            "item",
            item.key,
            item.name,
            capital(item.note) + "." if item.note else "",
            [
                Section("Item", facts),
                Section(f"Its fields · {item.support.word}", entries),
                self.sources(item.sources),
            ],
            data,
        )

    def programme_card(self, programme: Programme) -> Card:
        """A joint programme."""
        partners = tuple(Entry(self.speaker.state(p.state), "·", "", p.part) for p in programme.partners)
        steps = tuple(Entry(f"{day_words(day)}: {what}") for day, what in programme.steps)
        data = {
            "key": programme.key,
            "name": programme.name,
            "partners": [p.state for p in programme.partners],
            "steps": [[d.isoformat(), w] for d, w in programme.steps],
            "support": programme.support.word,
            "sources": list(programme.sources),
        }
        return self.made(
            "programme",
            programme.key,
            programme.name,
            programme.note,
            [
                Section("Partners", partners),
                Section(f"Steps · {programme.support.word}", steps),
                self.sources(programme.sources),
            ],
            data,
        )

    def position_card(self, position: Position) -> Card:
        """What someone said."""
        facts = (
            Entry(f"Who: {position.who}"),
            Entry(f"When: {day_words(position.date)}"),
            Entry(f"About: {', '.join(position.about)}"),
        )
        data = {
            "key": position.key,
            "who": position.who,
            "date": position.date.isoformat(),
            "about": list(position.about),
            "topic": position.topic,
            "summary": position.summary,
            "support": position.support.word,
            "sources": list(position.sources),
        }
        return self.made(
            "position",
            position.key,
            capital(position.topic),
            position.summary,
            [Section(f"Position · {position.support.word}", facts), self.sources(position.sources)],
            data,
        )

    def state_card(self, record: NameRecord) -> Card:
        """A state and what is recorded of it."""
        rows = [row for table in self.registries.tables.values() for row in table.rows if record.key in (row.a, row.b)]
        encoded = record.key in self.library.jurisdictions
        said = (
            "Its law is encoded."
            if encoded
            else f"Its law is not encoded; encoded are {listed(self.registries.names.of(c) for c in self.library.jurisdictions if c != INTERNATIONAL)}."
        )
        return self.named_card(
            "state",
            record,
            said,
            [Section("Facts", tuple(self.row(row) for row in rows))],
            {"encoded": encoded, "rows": [row.id for row in rows]},
        )

    def person_card(self, record: NameRecord) -> Card:
        """A person."""
        said = [p for p in self.registries.positions.values() if p.who == record.key]
        entries = tuple(Entry(f"{day_words(p.date)}: {p.summary}", "·", "", p.support.word) for p in said)
        return self.named_card(
            "person",
            record,
            capital(record.role),
            [Section("Positions", entries)],
            {"positions": [p.key for p in said]},
        )

    def outlet_card(self, record: NameRecord) -> Card:
        """A publisher."""
        mine = {record.name, *record.variants}
        sources = [s.key for s in self.registries.sources.values() if any(name in s.publisher for name in mine)]
        return self.named_card(
            "outlet", record, capital(record.role), [self.sources(tuple(sources))], {"sources": sources}
        )

    def body_card(self, record: NameRecord) -> Card:
        """A body or authority."""
        said = [p for p in self.registries.positions.values() if p.who == record.key]
        entries = tuple(Entry(f"{day_words(p.date)}: {p.summary}", "·", "", p.support.word) for p in said)
        judges = [
            t.name
            for t in self.library.terms.values()
            if t.authority
            and f"-{t.authority}" in f"-{record.key}"
            and self.speaker.authority(t.authority) == f"the {record.name}"
        ]
        return self.named_card(
            "body",
            record,
            capital(record.role),
            [self.links("Judges", judges), Section("Positions", entries)],
            {"judges": judges},
        )

    def named_card(
        self, kind: str, record: NameRecord, says: str, sections: list[Section], data: Mapping[str, Any]
    ) -> Card:
        """What states, persons, outlets and bodies have in common."""
        facts = [
            Entry(f"{name}: {value}")
            for name, value in (
                ("Also called", ", ".join(record.variants)),
                ("State", self.registries.names.of(record.state) if record.state else ""),
                ("Existed", span(record.held.first, record.held.last) if record.held else ""),
                ("Note", record.note),
            )
            if value
        ]
        plain = {
            "key": record.key,
            "name": record.name,
            "variants": list(record.variants),
            "state": record.state or None,
            "role": record.role or None,
            **data,
        }
        return self.made(
            kind,
            record.key,
            f"{record.name} ({record.key})" if kind == "state" else record.name,
            says,
            [Section(capital(kind), tuple(facts)), *sections],
            plain,
        )

    def claim_card(self, claim: Mapping[str, Any]) -> Card:
        """What a report claims, and what the law has to it."""
        facts = [
            Entry(f"{name}: {value}")
            for name, value in (
                ("Report", claim.get("report", "")),
                ("Day", claim.get("date", "")),
                ("About", ", ".join(map(str, claim.get("about") or ()))),
                ("Verdict", claim.get("verdict", "")),
                ("Note", claim.get("note", "")),
            )
            if value
        ]
        law = tuple(Entry(str(each)) for each in claim.get("law") or ())
        report = str(claim.get("report", ""))
        sources = (report,) if report in self.registries.sources else ()
        return self.made(
            "claim",
            str(claim["id"]),
            capital(str(claim.get("claim", ""))),
            "",
            [Section("Claim", tuple(facts)), Section("What the law has to it", law), self.sources(sources)],
            dict(claim),
        )
