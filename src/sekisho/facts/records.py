"""Reading the YAML files: sources, names, items, programmes, positions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from sekisho.base import Day, Place
from sekisho.facts.names import SORTS, Names, index
from sekisho.facts.reading import Clerk, File, Form, did_you_mean
from sekisho.facts.tables import Frozen, ItemRecord, NameRecord, Partner, Position, Programme, Source
from sekisho.facts.tree import Fields, Items, Text

_SOURCE = ("title", "publisher", "date", "url", "kind", "note")
_NAME = ("name", "variants", "from", "to", "article", "state", "role", "note")
_PROGRAMME = ("name", "variants", "partners", "steps", "support", "sources", "note")
_PARTNER = ("state", "from", "to", "part")
_STEP = ("date", "what")
_POSITION = ("who", "date", "about", "topic", "summary", "support", "sources", "note")

_TRUTHS = ("arms", "weapon", "heavy_arms", "consumable_ammunition")
_CHOICES = ("form", "production", "stock", "programme")
_SETS = ("classes", "purpose")
_STATES = ("licensors", "partners", "components_from")
_ITEM_FIELDS = (*_TRUTHS[:2], "form", *_SETS, "production", *_STATES, "programme", "stock", *_TRUTHS[2:])
_ITEM_NEEDED = (
    "name",
    "makers",
    "arms",
    "weapon",
    "form",
    *_SETS,
    "production",
    *_STATES,
    "programme",
    "support",
)
_ITEM = ("name", "variants", "makers", *_ITEM_FIELDS, "support", "sources", "note")

FieldValue = bool | str | tuple[str, ...] | None


def read_sources(clerk: Clerk, file: File, tree: Fields) -> Frozen[Source]:
    """The documents, by key."""
    found: dict[str, Source] = {}
    for key, node in tree.pairs:
        form = clerk.record(file, key.value, node, _SOURCE, ("title",))
        title, publisher, date, url, kind, note = (form.text(name) for name in _SOURCE)
        place = Place(file.name, key.line, key.column)
        found[key.value] = Source(key.value, title, publisher, date, url, kind, note, place)
    return Frozen(found)


def read_names(clerk: Clerk, file: File, tree: Fields) -> Frozen[Frozen[NameRecord]]:
    """The sections of `names.yaml`; the clerk learns the codes of the states."""
    sections: dict[str, Frozen[NameRecord]] = {sort: Frozen() for sort in SORTS}
    for key, node in tree.pairs:
        if key.value not in SORTS or not isinstance(node, Fields):
            help = did_you_mean(key.value, SORTS) or f"the sections are {', '.join(SORTS)}"
            place = file.place(key.line, key.column, len(key.value))
            clerk.trouble("SK304", f"unknown section `{key.value}`", [place], help)
            continue
        records: dict[str, NameRecord] = {}
        for name, value in node.pairs:
            form = clerk.record(file, name.value, value, _NAME, ("name",))
            records[name.value] = NameRecord(
                name.value, form.text("name"), form.words("variants"), form.held(),
                form.text("article"), form.text("state"), form.text("role"), form.text("note"),
                Place(file.name, name.line, name.column),
            )  # fmt: skip
        sections[key.value] = Frozen(records)
    clerk.states = frozenset(sections["states"])
    for section in sections.values():
        for record in section.values():
            if record.state:
                clerk.state(record.state, partial(_itself, record.place))
    return Frozen(sections)


def _itself(place: Place) -> Place:
    return place


def index_names(clerk: Clerk, names: Frozen[Frozen[NameRecord]], items: Frozen[ItemRecord]) -> Names:
    """The index over all names; a spelling that leads to two records is a trouble."""
    indexes: dict[str, Frozen[str]] = {}
    sections: dict[str, Mapping[str, NameRecord] | Mapping[str, ItemRecord]] = {**names, "items": items}
    for sort, records in sections.items():
        indexes[sort], clashes = index(records)
        for spelling, first, second in clashes:
            places = [records[second].place, records[first].place]
            headline = f"`{spelling}` is a name of `{first}` and of `{second}`"
            clerk.trouble("SK319", headline, places, "take it from one of the two")
    return Names(names, Frozen(indexes))


def read_items(clerk: Clerk, file: File, tree: Fields, vocabulary: Mapping[str, Collection[str]]) -> Frozen[ItemRecord]:
    """The known items; words are held against the vocabulary where it has the field."""
    found: dict[str, ItemRecord] = {}
    for key, node in tree.pairs:
        form = clerk.record(file, key.value, node, _ITEM, _ITEM_NEEDED)
        fields: dict[str, FieldValue] = {}
        for name in _ITEM_FIELDS:
            if name in form.fields:
                fields[name] = _item_field(form, name, vocabulary)
        support = form.mark()
        sources = form.cited(support)
        if support is None:
            continue
        found[key.value] = ItemRecord(
            key.value, form.text("name"), form.words("variants"), form.words("makers"), Frozen(fields),
            support, sources, form.text("note"), Place(file.name, key.line, key.column),
        )  # fmt: skip
    return Frozen(found)


def _item_field(form: Form, name: str, vocabulary: Mapping[str, Collection[str]]) -> FieldValue:
    node = form.fields[name]
    if isinstance(node, Text) and node.value == "unknown":
        return None
    if name in _TRUTHS:
        return form.flag(name, default=False)
    if name in _STATES:
        return form.states(name)
    texts = form.texts(name) if name in _SETS else (node,) if isinstance(node, Text) else ()
    if name in _CHOICES:
        form.text(name)
    known = vocabulary.get(name)
    for text in texts:
        if known is not None and text.value not in known:
            help = did_you_mean(text.value, known) or f"choose from {', '.join(sorted(known))}"
            form.clerk.trouble("SK317", f"`{text.value}` is not a word for `{name}`", [form.at(text)], help)
    values = tuple(text.value for text in texts)
    return values if name in _SETS else values[0] if values else None


def read_programmes(clerk: Clerk, file: File, tree: Fields) -> Frozen[Programme]:
    """The joint programmes."""
    found: dict[str, Programme] = {}
    for key, node in tree.pairs:
        form = clerk.record(file, key.value, node, _PROGRAMME, ("name", "partners", "support"))
        partners: list[Partner] = []
        for part in _inner(form, "partners"):
            inner = clerk.record(file, f"partner of {key.value}", part, _PARTNER, ("state",))
            state = inner.text("state")
            if state and clerk.state(state, inner.spot("state")):
                partners.append(Partner(state, inner.held(), inner.text("part")))
        steps: list[tuple[Day, str]] = []
        for part in _inner(form, "steps"):
            inner = clerk.record(file, f"step of {key.value}", part, _STEP, _STEP)
            day = inner.day("date")
            if day is not None:
                steps.append((day, inner.text("what")))
        support = form.mark()
        sources = form.cited(support)
        if support is not None:
            found[key.value] = Programme(
                key.value, form.text("name"), form.words("variants"), tuple(partners), tuple(steps),
                support, sources, form.text("note"), Place(file.name, key.line, key.column),
            )  # fmt: skip
    return Frozen(found)


def _inner(form: Form, name: str) -> tuple[Fields, ...]:
    node = form.fields.get(name)
    if node is None:
        return ()
    if isinstance(node, Items) and all(isinstance(item, Fields) for item in node.items):
        return tuple(item for item in node.items if isinstance(item, Fields))
    form.clerk.trouble("SK320", f"`{name}` of `{form.key}` is not a list of mappings", [form.at(node)], "write `- …`")
    return ()


def read_positions(clerk: Clerk, file: File, tree: Fields, names: Frozen[Frozen[NameRecord]]) -> Frozen[Position]:
    """What was said; `who` is a person, a body, an outlet or a state of `names.yaml`."""
    speakers = {key for section in names.values() for key in section}
    found: dict[str, Position] = {}
    for key, node in tree.pairs:
        form = clerk.record(file, key.value, node, _POSITION, ("who", "date", "about", "topic", "summary", "support"))
        who, day, support = form.text("who"), form.day("date"), form.mark()
        if who and who not in speakers:
            help = did_you_mean(who, speakers) or "add it to names.yaml"
            clerk.trouble("SK323", f"unknown speaker `{who}`", [form.at(form.fields["who"])], help)
        about, sources = form.states("about"), form.cited(support)
        if day is None or support is None:
            continue
        found[key.value] = Position(
            key.value, who, day, about, form.text("topic"), form.text("summary"), support, sources,
            form.text("note"), Place(file.name, key.line, key.column),
        )  # fmt: skip
    return Frozen(found)
