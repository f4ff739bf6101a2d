"""The question: who, what, to whom, when, how. Immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

from sekisho.base import Day, digest
from sekisho.cases.fields import PLAIN

UNKNOWN: Final = "unknown"
"""The word for a fact that the case leaves open."""

Truth = bool | None
"""True, False, or None where it is unknown."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A judgement that an authority has made: found or not, by whom, when."""

    found: bool
    by: str = ""
    date: Day | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """The thing that is sent.

    A list is None where it is unknown; an empty list says that there is none. `stated` names the
    fields that the case states, `from_registry` those that the items registry does; the rest are
    plain-case defaults. `Desk.amend` keeps both right where a field is changed.
    """

    name: str = ""
    key: str = ""
    arms: Truth = None
    weapon: Truth = None
    heavy_arms: Truth = None
    consumable_ammunition: Truth = None
    form: str = UNKNOWN
    production: str = UNKNOWN
    stock: str = "new"
    programme: str = "none"
    purpose: tuple[str, ...] | None = None
    classes: tuple[str, ...] | None = ()
    licensors: tuple[str, ...] | None = ()
    partners: tuple[str, ...] | None = ()
    components_from: tuple[str, ...] | None = ()
    stated: frozenset[str] = frozenset()
    from_registry: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "stated", self.stated | (_unlike_the_plain(self, _ITEM_PLAIN) - self.from_registry))


@dataclass(frozen=True)
class Case:
    """A transfer, and the dates on which it is asked about.

    Dates are ISO days. States are codes of the states' registry. `facts` overrides any term by
    name; `judgements` holds findings by term name. `law` asks for one leg alone. `stated` names the
    fields that the case states, as against the plain-case defaults. `extra` keeps, as plain data,
    every field of a case file that deciding does not need.

    Example:
        >>> Case(date=Day(2025, 12, 20), exporter="JPN", recipient="UKR").act
        'export'
    """

    date: Day
    exporter: str = UNKNOWN
    recipient: str = UNKNOWN
    item: Item = field(default_factory=Item)
    id: str = ""
    act: str = "export"
    end_user: str = "government"
    consideration: str = "sale"
    supplier: str = UNKNOWN
    assurances: tuple[str, ...] | None = ()
    under: tuple[str, ...] | None = ()
    facts_on: Day | None = None
    known_on: Day | None = None
    facts: Mapping[str, bool | str | None] = field(default_factory=lambda: MappingProxyType({}))
    judgements: Mapping[str, Finding] = field(default_factory=lambda: MappingProxyType({}))
    law: str = ""
    stated: frozenset[str] = frozenset()
    expect: tuple[str, ...] = ()
    because: str = ""
    proposals: tuple[str, ...] = ()
    readings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    sources: tuple[Any, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    file: str = ""
    line: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "stated", self.stated | _unlike_the_plain(self, _CASE_PLAIN))

    @property
    def facts_day(self) -> Day:
        """The day whose facts count: `facts_on`, or the law date."""
        return self.facts_on or self.date

    @cached_property
    def digest(self) -> str:
        """The hash of all that deciding depends on: every value, and whether it was stated."""
        item = self.item
        values = {each.name: _plain(getattr(item, each.name)) for each in fields(item) if each.name not in _NO_VALUES}
        data = self.to_dict(bare=True) | {
            name: _plain(getattr(self, name))
            for name in ("exporter", "recipient", "supplier", *(name for name, _ in _CASE_PLAIN))
        }
        data["item"] = {name: value for name, value in values.items() if name != "name"}
        data["stated"] = sorted(name for name, _ in _CASE_PLAIN if name in self.stated)
        data["item.stated"] = sorted(name for name in values if name in item.stated and name != "name")
        data["item.registry"] = sorted(item.from_registry - item.stated)
        return digest(data)

    def to_dict(self, *, bare: bool = False) -> dict[str, Any]:
        """The case as plain data, the way a case file writes it: what it states, and no defaults.

        Read again, it is the same case, and has the same answer to the byte.

        Args:
            bare: Leave out what deciding does not depend on (expectation, sources, notes).
        """
        data: dict[str, Any] = {} if bare else ({"id": self.id} if self.id else {})
        data["date"] = self.date.isoformat()
        for name in ("facts_on", "known_on"):
            day = getattr(self, name)
            if day is not None:
                data[name] = day.isoformat()
        for name in ("act", "exporter", "recipient", "end_user", "item", "consideration", "supplier"):
            if name == "item":
                item = self._item_data()
                if item:
                    data["item"] = item
            elif name in self.stated or (name in _STATES and getattr(self, name) != UNKNOWN):
                data[name] = getattr(self, name)
        for name in ("assurances", "under"):
            if name in self.stated:
                data[name] = _plain(getattr(self, name))
        if self.facts:
            data["facts"] = {key: _plain(value) for key, value in sorted(self.facts.items())}
        if self.judgements:
            data["judgements"] = {
                key: {"by": each.by, "date": each.date.isoformat() if each.date else None, "found": each.found}
                for key, each in sorted(self.judgements.items())
            }
        if self.law:
            data["law"] = self.law
        if self.proposals:
            data["with"] = list(self.proposals)
        if self.readings:
            data["readings"] = dict(sorted(self.readings.items()))
        if not bare:
            if self.expect:
                data["expect"] = list(self.expect) if len(self.expect) > 1 else self.expect[0]
            if self.because:
                data["because"] = self.because
            if self.sources:
                data["sources"] = list(self.sources)
            data |= dict(self.extra)
        return data

    def _item_data(self) -> dict[str, Any]:
        """What the case states of the item."""
        item = self.item
        found = {"name": item.name, "key": item.key}
        data: dict[str, Any] = {name: value for name, value in found.items() if value}
        for each in fields(item):
            name = each.name
            if name in _NO_VALUES or name in found:
                continue
            value = getattr(item, name)
            if name in item.stated or (name not in item.from_registry and value != each.default):
                data[name] = _plain(value)
        return data


_NO_VALUES = ("stated", "from_registry")
_STATES = ("exporter", "recipient", "supplier")
_CASE_PLAIN = tuple((each.name, each.default) for each in fields(Case) if each.name in PLAIN)
_ITEM_PLAIN = tuple((each.name, each.default) for each in fields(Item) if each.name in PLAIN)
"""The fields of the plain case, with what holds where a case says nothing of them."""


def _unlike_the_plain(thing: Case | Item, plain: tuple[tuple[str, Any], ...]) -> frozenset[str]:
    """The fields that must have been stated, since they are not as in the plain case."""
    return frozenset([name for name, value in plain if getattr(thing, name) != value])


def _plain(value: Any) -> Any:
    if value is None:
        return UNKNOWN
    if isinstance(value, tuple):
        return list(value)
    return value
