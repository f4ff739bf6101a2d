"""The records that the registries hold. All frozen; days are `datetime.date`; states are codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sekisho.base import Day, Interval, Place, Support

V = TypeVar("V")

ANY = "ANY"
"""In a row, in place of a state: the row is about every state."""

COLUMNS = (
    "id", "kind", "a", "b", "value", "from", "to",
    "recorded", "support", "sources", "unverified_from", "note",
)  # fmt: skip
"""The columns that every registry has, in this order; a registry may declare more after them."""


class Frozen(Mapping[str, V], Generic[V]):
    """A mapping that cannot be changed and, unlike `MappingProxyType`, can be pickled."""

    __slots__ = ("_inner",)
    _inner: dict[str, V]

    def __init__(self, inner: Mapping[str, V] | None = None) -> None:
        object.__setattr__(self, "_inner", dict(inner or {}))

    def __getitem__(self, key: str) -> V:
        return self._inner[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._inner)

    def __len__(self) -> int:
        return len(self._inner)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("the registries cannot be changed after loading")

    def __reduce__(self) -> tuple[type[Frozen[V]], tuple[dict[str, V]]]:
        return (type(self), (self._inner,))

    def __repr__(self) -> str:
        return f"Frozen({self._inner!r})"


@dataclass(frozen=True, slots=True)
class Source:
    """One document: what a key stands for. `date` is as far as it is known, and may be text."""

    key: str
    title: str
    publisher: str = ""
    date: str = ""
    url: str = ""
    kind: str = ""
    note: str = ""
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One dated statement.

    Attributes:
        value: True or False as stated; None where sources conflict.
        b: The second state, or None for a statement about one state.
        held: The days on which it holds.
        recorded: The day on which it had been published.
        unverified_from: The first day for which a renewal could not be verified, or None.
        extra: The columns that only this registry has, as (column, text).
    """

    id: str
    registry: str
    kind: str
    a: str
    b: str | None
    value: bool | None
    held: Interval
    recorded: Day
    support: Support
    sources: tuple[str, ...]
    unverified_from: Day | None = None
    note: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True, slots=True)
class Closed:
    """For which days the absence of a row means `no`; `a` is None where that goes for every state.

    `first` is None where it goes for all days up to `through`, which is included.
    """

    through: Day
    support: Support
    first: Day | None = None
    a: str | None = None
    sources: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One question that a registry answers.

    Attributes:
        two: Whether it is about two states (else about one).
        symmetric: Whether the two states may be exchanged.
        says: The answer yes as a clause with `{a}` and `{b}`.
        denies: The answer no, in the same form; empty where `says` is to be negated.
        closed: Where absence means no; the first entry that covers a day counts.
    """

    registry: str
    name: str
    two: bool
    symmetric: bool
    says: str
    denies: str = ""
    closed: tuple[Closed, ...] = ()
    note: str = ""
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True, slots=True)
class Registry:
    """One table: its kinds and its rows."""

    name: str
    title: str
    extra: tuple[str, ...]
    kinds: Frozen[Kind]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class NameRecord:
    """A state, person, outlet or body with the spellings by which it is found.

    `held` says when a state existed, where that is limited; `article` is `the` where a sentence needs
    it; `state` is the state a person or body belongs to; `role` says what it is or was.
    """

    key: str
    name: str
    variants: tuple[str, ...] = ()
    held: Interval | None = None
    article: str = ""
    state: str = ""
    role: str = ""
    note: str = ""
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """A known system, part or supply: the fields of a case's `item` and where they come from.

    `fields` holds what is stated; a truth value is a bool, a set of words a tuple; `unknown` is None.
    A field that is not in it was left out, and the default of a case holds for it.
    """

    key: str
    name: str
    variants: tuple[str, ...]
    makers: tuple[str, ...]
    fields: Frozen[bool | str | tuple[str, ...] | None]
    support: Support
    sources: tuple[str, ...]
    note: str = ""
    place: Place = field(default=Place(""), compare=False)

    def to_case(self) -> dict[str, object]:
        """As the `item` of a case: plain values, `unknown` where that is what is known.

        Example:
            >>> fields = Frozen({"arms": True, "form": None})
            >>> ItemRecord("x", "X", (), (), fields, Support.INFERRED, ()).to_case()
            {'name': 'X', 'arms': True, 'form': 'unknown'}
        """
        plain: dict[str, object] = {"name": self.name}
        for key, value in self.fields.items():
            plain[key] = "unknown" if value is None else list(value) if isinstance(value, tuple) else value
        return plain


@dataclass(frozen=True, slots=True)
class Partner:
    """A state that takes part in a programme, and since when, as far as it is known."""

    state: str
    held: Interval | None = None
    part: str = ""


@dataclass(frozen=True, slots=True)
class Programme:
    """A joint programme: its partners and its dated steps, each as (day, what)."""

    key: str
    name: str
    variants: tuple[str, ...]
    partners: tuple[Partner, ...]
    steps: tuple[tuple[Day, str], ...]
    support: Support
    sources: tuple[str, ...]
    note: str = ""
    place: Place = field(default=Place(""), compare=False)


@dataclass(frozen=True, slots=True)
class Position:
    """What a government, body or person said: in our words."""

    key: str
    who: str
    date: Day
    about: tuple[str, ...]
    topic: str
    summary: str
    support: Support
    sources: tuple[str, ...]
    note: str = ""
    place: Place = field(default=Place(""), compare=False)
