"""What held on a day, as known on a day.

A look-up costs about a microsecond: rows are indexed by their states when the view is built, and
nothing is parsed or searched afterwards. Everything here can be pickled and nothing can be changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from sekisho.base import Day, Support
from sekisho.facts.names import Names
from sekisho.facts.tables import (
    ANY,
    Closed,
    Frozen,
    ItemRecord,
    Kind,
    NameRecord,
    Position,
    Programme,
    Registry,
    Row,
    Source,
)

_ONE_DAY = timedelta(days=1)
_INFERRED = Support.INFERRED


@dataclass(frozen=True, slots=True)
class Lane:
    """One kind of one registry, ready for look-ups: rows by (a, b), best support first."""

    kind: Kind
    rows: Mapping[tuple[str, str | None], tuple[Row, ...]]
    any_rows: bool
    closed: Mapping[str, tuple[Closed, ...]]
    closed_else: tuple[Closed, ...]
    names: Names

    def keys(self, a: str, b: str | None) -> tuple[tuple[str, str | None], ...]:
        """Under which keys rows about these states stand, the most specific first."""
        if b is None:
            return ((a, None), (ANY, None))
        return ((a, b), (a, ANY), (ANY, b), (ANY, ANY))

    def closed_for(self, a: str, b: str | None) -> tuple[Closed, ...]:
        """The entries that say where absence means no, for these states."""
        if not self.closed:
            return self.closed_else
        if self.kind.symmetric and b is not None and a not in self.closed:
            return self.closed.get(b, self.closed_else)
        if self.kind.symmetric and b in self.closed:
            return tuple(c for c in self.kind.closed if c.a is None or c.a in (a, b))
        return self.closed.get(a, self.closed_else)


class Finding(NamedTuple):
    """The answer of a registry to one question.

    Attributes:
        value: True, False, or None where it is not known.
        row: The row that gives it, or None.
        closed: The entry by which absence means no, or None.
        support: How well the answer is sourced; None where there is neither row nor entry.
        unverified: Whether it rests on a renewal that could not be verified, or on nothing having
            changed after the day as known on which the question is put; the support is then `inferred`.
        lane: The kind that was asked.
    """

    value: bool | None
    row: Row | None
    closed: Closed | None
    support: Support | None
    unverified: bool
    lane: Lane
    a: str
    b: str | None
    on: Day

    def __repr__(self) -> str:
        kind = self.lane.kind
        about = self.a if self.b is None else f"{self.a}, {self.b}"
        return f"<Finding {kind.registry}.{kind.name}({about}) on {self.on}: {self.value}>"

    @property
    def sources(self) -> tuple[str, ...]:
        """The source keys behind the answer."""
        origin = self.row if self.row is not None else self.closed
        return () if origin is None else origin.sources

    def says(self) -> str:
        """The answer in one sentence, with its day, its support and its source keys."""
        kind, names = self.lane.kind, self.lane.names
        states = (names.in_prose(self.a), names.in_prose(self.b or ""))
        yes, no = _fill(kind.says, *states), _fill(kind.denies, *states)
        no = no or f"it is not so that {yes}"
        if self.value is None:
            conflict = f" (the sources conflict{self._cited()})" if self.row is not None else ""
            return f"It is not known whether on {self.on} {yes}{conflict}."
        clause = yes if self.value else no
        if self.row is not None:
            span = self.row.held
            until = f" to {span.last}" if span.last is not None else " on"
            late = ""
            if self.unverified:
                late = f"; not verified from {self.row.unverified_from} on"
            return f"On {self.on} {clause}: from {span.first}{until}{self._cited('; ')}{late}."
        assert self.closed is not None
        late = "; assuming that nothing changed since the day as known on" if self.unverified else ""
        whole = f"no row, and the registry is complete to {self.closed.through}"
        return f"On {self.on} {clause}: {whole}{self._cited('; ')}{late}."

    def _cited(self, lead: str = ": ") -> str:
        mark = self.support.word if self.support is not None else ""
        keys = ", ".join(self.sources)
        return f"{lead}{mark}" + (f", {keys}" if keys else "")


def _fill(template: str, a: str, b: str) -> str:
    return template.replace("{a}", a).replace("{b}", b)


@dataclass(frozen=True, slots=True)
class Registries:
    """All facts. Built by `sekisho.facts.load`; never changed afterwards.

    Attributes:
        complete_to: The day up to which all that is kept up is complete, see `complete_to`; None
            where absence means no nowhere.
    """

    tables: Frozen[Registry]
    sources: Frozen[Source]
    names: Names
    items: Frozen[ItemRecord]
    programmes: Frozen[Programme]
    positions: Frozen[Position]
    content: str
    lanes: Mapping[tuple[str, str], Lane]
    complete_to: Day | None = None

    def look_up(
        self, registry: str, kind: str, a: str, b: str | None = None, *, on: Day, known_on: Day | None = None
    ) -> Finding:
        """Whether the statement holds on a day.

        A row about these very states goes before a row about `ANY`; of several rows the best
        supported counts, one that is verified before one that is not. Where no row holds, absence
        means no as far as the kind is closed; else the value is None.

        Args:
            registry: The registry's name.
            kind: The kind's name.
            a: The code of the first state.
            b: The code of the second; not looked at for kinds about one state.
            on: The day asked about.
            known_on: Where set, rows recorded later are not seen.

        Raises:
            KeyError: The registry has no such kind.
            ValueError: The kind is about two states and `b` is None.
        """
        lane = self.lanes.get((registry, kind))
        if lane is None:
            raise KeyError(f"{registry}.{kind}")
        if not lane.kind.two:
            b = None
        elif b is None:
            raise ValueError(f"{registry}.{kind} is about two states")
        rows = lane.rows.get((a, b))
        if rows is not None or lane.any_rows:
            row = _held(rows, on, known_on) if rows is not None else None
            if row is None and lane.any_rows:
                row = self._held_by_any(lane, a, b, on, known_on)
            if row is not None:
                late = row.unverified_from is not None and on >= row.unverified_from
                support = _INFERRED if late else row.support
                return _new(Finding, (row.value, row, None, support, late, lane, a, b, on))
        for entry in lane.closed_else if not lane.closed else lane.closed_for(a, b):
            if on <= entry.through and (entry.first is None or entry.first <= on):
                if known_on is not None and known_on < on:
                    return _new(Finding, (False, None, entry, _INFERRED, True, lane, a, b, on))
                return _new(Finding, (False, None, entry, entry.support, False, lane, a, b, on))
        return _new(Finding, (None, None, None, None, False, lane, a, b, on))

    @staticmethod
    def _held_by_any(lane: Lane, a: str, b: str | None, on: Day, known_on: Day | None) -> Row | None:
        for key in lane.keys(a, b)[1:]:
            rows = lane.rows.get(key)
            row = None if rows is None else _held(rows, on, known_on)
            if row is not None:
                return row
        return None

    def change_days(
        self, registry: str, kind: str, a: str, b: str | None = None, *, with_recorded: bool = False
    ) -> tuple[Day, ...]:
        """The days, sorted, on which the answer may differ from that of the day before.

        `with_recorded` adds the days on which rows were published, for questions put as known on
        the day itself.

        Raises:
            KeyError: The registry has no such kind.
        """
        lane = self.lanes.get((registry, kind))
        if lane is None:
            raise KeyError(f"{registry}.{kind}")
        if not lane.kind.two:
            b = None
        days: set[Day] = set()
        for key in lane.keys(a, b):
            for row in lane.rows.get(key, ()):
                days.add(row.held.first)
                if row.held.last is not None:
                    days.add(row.held.last + _ONE_DAY)
                if row.unverified_from is not None:
                    days.add(row.unverified_from)
                if with_recorded:
                    days.add(row.recorded)
        for entry in lane.closed_for(a, b):
            days.add(entry.through + _ONE_DAY)
            if entry.first is not None:
                days.add(entry.first)
        return tuple(sorted(days))

    def rows(self, registry: str, kind: str | None = None) -> tuple[Row, ...]:
        """The rows of a registry (or of one of its kinds), in the order of the file.

        Raises:
            KeyError: No such registry.
        """
        every = self.tables[registry].rows
        return every if kind is None else tuple(row for row in every if row.kind == kind)

    def kind(self, registry: str, kind: str) -> Kind | None:
        """What a kind says, or None where the registry has no such kind (or there is no such registry)."""
        lane = self.lanes.get((registry, kind))
        return None if lane is None else lane.kind

    def kinds(self) -> tuple[str, ...]:
        """Every kind, as `registry.kind`, sorted."""
        return tuple(sorted(f"{registry}.{kind}" for registry, kind in self.lanes))

    def find_state(self, text: str) -> str | None:
        """The code of the state with that code or name, or None."""
        return self.names.find("states", text)

    def suggest_state(self, text: str) -> tuple[str, ...]:
        """Codes of states whose names look like the text, best first."""
        return self.names.suggest("states", text)

    def find_item(self, text: str) -> str | None:
        """The key of the item with that key or name, or None."""
        return self.names.find("items", text)

    def suggest_item(self, text: str) -> tuple[str, ...]:
        """Keys of items whose names look like the text, best first."""
        return self.names.suggest("items", text)

    def state(self, code: str) -> NameRecord | None:
        """The record of a state, or None."""
        return self.names.records["states"].get(code)

    def digest(self) -> str:
        """The hash of all content; the order of rows and the layout of files don't matter."""
        return self.content


def _held(rows: Iterable[Row], on: Day, known_on: Day | None) -> Row | None:
    unverified: Row | None = None
    for row in rows:
        held = row.held
        if held.first > on or (held.last is not None and held.last < on):
            continue
        if known_on is not None and row.recorded > known_on:
            continue
        if row.unverified_from is None or on < row.unverified_from:
            return row
        if unverified is None:
            unverified = row
    return unverified


_new = tuple.__new__


def complete_to(tables: Mapping[str, Registry]) -> Day | None:
    """The earliest day up to which the kinds that are kept up are complete: there the record ends.

    A kind is kept up whose absence means no on the day on which the last row of all was recorded; one
    that is closed for the past alone (before a treaty was in force, say) is not. None where there is none.
    """
    recorded = max((row.recorded for registry in tables.values() for row in registry.rows), default=Day.min)
    ends = [
        max(entry.through for entry in kind.closed)
        for registry in tables.values()
        for kind in registry.kinds.values()
        if kind.closed
    ]
    return min((day for day in ends if day >= recorded), default=None)


def lanes(tables: Mapping[str, Registry], names: Names) -> dict[tuple[str, str], Lane]:
    """The index of all kinds."""
    found: dict[tuple[str, str], Lane] = {}
    for registry in tables.values():
        groups: dict[str, dict[tuple[str, str | None], list[Row]]] = {name: {} for name in registry.kinds}
        for row in sorted(registry.rows, key=lambda r: (-r.support, r.recorded, r.id)):
            group = groups[row.kind]
            group.setdefault((row.a, row.b), []).append(row)
            if registry.kinds[row.kind].symmetric and row.b is not None and row.b != row.a:
                group.setdefault((row.b, row.a), []).append(row)
        for name, kind in registry.kinds.items():
            rows = {key: tuple(group) for key, group in groups[name].items()}
            named = {entry.a for entry in kind.closed if entry.a is not None}
            closed = {a: tuple(c for c in kind.closed if c.a in (None, a)) for a in named}
            closed_else = tuple(c for c in kind.closed if c.a is None)
            any_rows = any(ANY in key for key in rows)
            found[(registry.name, name)] = Lane(kind, rows, any_rows, closed, closed_else, names)
    return found
