"""Random cases on a desk, and desks over random rulebooks."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

from sekisho.base import FIRST_DAY, LAST_DAY, Day
from sekisho.cases import UNKNOWN, Case, CaseReader, Finding, Item, locate
from sekisho.cases.fields import ITEM, PLAIN, STATE_FIELDS, TOP, term_of
from sekisho.desk import Desk
from sekisho.facts import Registries, load
from sekisho.ir import Library, library_digest
from sekisho.store import Opened
from sekisho.testing.books import LARGE, STATES, Shape, random_day, random_library


def desk_over(library: Library) -> Desk:
    """A desk over a rulebook built from nodes, with no facts besides those of the cases.

    Example:
        >>> from random import Random
        >>> desk_over(random_library(Random(0))).library.instruments[0].origin.place.file
        'random.md'
    """
    return Desk(Opened(library, _no_facts(), library_digest(library), ()))


def random_desk(rng: Random, shape: Shape = LARGE) -> Desk:
    """A desk over a random rulebook."""
    return desk_over(random_library(rng, shape))


@cache
def _no_facts() -> Registries:
    with tempfile.TemporaryDirectory() as folder:
        return load(Path(folder))[0]


def random_case(rng: Random, desk: Desk, *, unknown: float = 0.1, plain: float = 0.5) -> Case:
    """A case that uses every way in which a fact, a finding or a reading can be given.

    Args:
        rng: Where chance comes from.
        desk: Whose vocabulary, states, items and days of change are used.
        unknown: How probable it is that a field is explicitly unknown.
        plain: How probable it is that a field is left as the plain case has it.

    Example:
        >>> from random import Random
        >>> desk = random_desk(Random(3))
        >>> desk.decide(random_case(Random(4), desk)).outcome.word in ("free", "undetermined", "prohibited")
        True
    """
    library, registries = desk.library, desk.registries
    exporter = _exporter(rng, desk)
    law = exporter if exporter in desk.jurisdictions else "international"
    day = _within(random_day(rng, library, law))
    fields: dict[str, Any] = {"date": day, "exporter": exporter, "item": _item(rng, desk, unknown, plain)}
    for name, shape in TOP.items():
        if shape in ("choice", "choices") and rng.random() >= plain:
            fields[name] = _value(rng, library, name, shape, unknown)
        elif name in STATE_FIELDS and name != "exporter" and (name == "recipient" or rng.random() >= plain):
            fields[name] = UNKNOWN if rng.random() < unknown else _state(rng, desk)
    fields = {name: value for name, value in fields.items() if value != ""}
    for name in ("facts_on", "known_on"):
        if rng.random() < 0.15:
            fields[name] = _within(random_day(rng, library, law))
    random_book = not registries.tables
    facts: dict[str, bool | str | None] = {}
    judgements: dict[str, Finding] = {}
    for term in library.terms.values():
        if term.type != "truth" or term.name.replace("-", "_") in ITEM:
            continue
        if term.supplier == "judgement" and rng.random() < 0.3:
            judgements[term.name] = Finding(rng.random() < 0.5, term.authority, day)
        elif term.supplier != "judgement" and rng.random() < (0.8 if random_book else 0.04):
            facts[term.name] = None if rng.random() < unknown else rng.random() < 0.5
    readings = {
        name: rng.choice(reading.options).name for name, reading in library.readings.items() if rng.random() < 0.5
    }
    return Case(
        **fields,
        facts=MappingProxyType(facts),
        judgements=MappingProxyType(judgements),
        readings=MappingProxyType(readings),
        stated=frozenset(fields),
    )


def _exporter(rng: Random, desk: Desk) -> str:
    return rng.choice(desk.jurisdictions) if desk.jurisdictions and rng.random() < 0.8 else _state(rng, desk)


def _state(rng: Random, desk: Desk) -> str:
    every = tuple(desk.registries.names.records.get("states", {})) or STATES
    named = [code for code in desk.library.vars["recipient"].domain if code != "*"]
    return rng.choice(named) if named and rng.random() < 0.5 else rng.choice(every)


def _item(rng: Random, desk: Desk, unknown: float, plain: float) -> Item:
    got: dict[str, Any] = {}
    if desk.registries.items and rng.random() < 0.5:
        reader = CaseReader(desk.library, desk.registries)
        found = reader.item(rng.choice(tuple(desk.registries.items)), locate(""))
        if found is not None:
            return found
    for name, shape in ITEM.items():
        if name in ("key", "name") or (name in PLAIN and rng.random() < plain):
            continue
        if shape == "states":
            got[name] = None if rng.random() < unknown else tuple({_state(rng, desk) for _ in range(rng.randint(0, 2))})
        elif shape == "truth":
            got[name] = None if rng.random() < unknown else rng.random() < 0.5
        else:
            value = _value(rng, desk.library, name, shape, unknown)
            if value != "":
                got[name] = value
    return Item(**got, stated=frozenset(got))


def _value(rng: Random, library: Library, name: str, shape: str, unknown: float) -> str | tuple[str, ...] | None:
    """A value of a field; an empty text where the vocabulary does not have it."""
    term = library.terms.get(term_of(name))
    if term is None or not term.values:
        return ""
    if shape == "choice":
        return UNKNOWN if rng.random() < unknown else rng.choice(term.values)
    return None if rng.random() < unknown else tuple(rng.sample(term.values, rng.randint(0, min(2, len(term.values)))))


def _within(day: Day) -> Day:
    return min(max(day, FIRST_DAY), LAST_DAY)
