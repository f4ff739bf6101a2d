"""The question: who, what, to whom, when, how. Immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

from sekisho.base import Day, digest

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
    fields that the case or the items registry states, as against the plain-case defaults.
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


@dataclass(frozen=True)
class Case:
    """A transfer, and the dates on which it is asked about.

    Dates are ISO days. States are codes of the states' registry. `facts` overrides any term by
    name; `judgements` holds findings by term name. `law` asks for one leg alone. `extra` keeps, as
    plain data, every field of a case file that deciding does not need.

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

    @property
    def facts_day(self) -> Day:
        """The day whose facts count: `facts_on`, or the law date."""
        return self.facts_on or self.date

    @cached_property
    def digest(self) -> str:
        """The hash of all that deciding depends on."""
        return digest(self.to_dict(bare=True))

    def to_dict(self, *, bare: bool = False) -> dict[str, Any]:
        """The case as plain data, the way a case file writes it.

        Args:
            bare: Leave out what deciding does not depend on (expectation, sources, notes).
        """
        item = self.item
        data: dict[str, Any] = {} if bare else ({"id": self.id} if self.id else {})
        data["date"] = self.date.isoformat()
        for name in ("facts_on", "known_on"):
            day = getattr(self, name)
            if day is not None:
                data[name] = day.isoformat()
        data |= {"act": self.act, "exporter": self.exporter, "recipient": self.recipient, "end_user": self.end_user}
        data["item"] = {
            each.name: _plain(getattr(item, each.name))
            for each in fields(item)
            if each.name not in ("stated", "from_registry") and getattr(item, each.name) != ""
        }
        if bare:
            data["item"].pop("name", None)
        data |= {
            "consideration": self.consideration,
            "supplier": self.supplier,
            "assurances": _plain(self.assurances),
            "under": _plain(self.under),
            "facts": {key: _plain(value) for key, value in sorted(self.facts.items())},
            "judgements": {
                key: {"by": each.by, "date": each.date.isoformat() if each.date else None, "found": each.found}
                for key, each in sorted(self.judgements.items())
            },
        }
        if self.act == "return" and self.consideration == "sale":
            # Not stated, and written out it would be read as a contradiction.
            del data["consideration"]
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


def _plain(value: Any) -> Any:
    if value is None:
        return UNKNOWN
    if isinstance(value, tuple):
        return list(value)
    return value
