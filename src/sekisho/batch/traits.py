"""What the row itself says: the item, the terms, and the states that its lists name."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sekisho.base import Support
from sekisho.batch.answers import Scribe
from sekisho.batch.cells import ITEM_NEEDED
from sekisho.batch.residue import Axis, Ints
from sekisho.batch.rows import BLANK, Dictionary, Rows
from sekisho.cases import UNKNOWN, Case, resolvers
from sekisho.cases.fields import ITEM, RELATIONS, TOP
from sekisho.ir import INTERNATIONAL, Kind, Library, Term, Var

_STATED = int(Support.OFFICIAL)
_LISTS = tuple(dict.fromkeys(relation.field for relation in RELATIONS.values()))
_ANY_DAY = "2000-01-01"


class Profiles(Protocol):
    """The profile of each row, and for each profile a row that has it."""

    @property
    def codes(self) -> Ints: ...

    @property
    def row(self) -> Ints: ...


@dataclass(frozen=True, slots=True)
class Overlay:
    """A value that one of several columns gives: the first that is not blank."""

    columns: tuple[str, ...]
    read: Callable[[Case], Hashable]
    marks: Mapping[Hashable, int] = field(default_factory=dict)


class Traits:
    """Which column settles which variable, and what its codes mean for it."""

    def __init__(self, library: Library, dictionaries: Mapping[str, Dictionary], scribe: Scribe) -> None:
        self.dictionaries = dictionaries
        self._scribe = scribe
        self._resolvers = resolvers(library, scribe.registries)
        self.item_vars: dict[str, Overlay] = {}
        self.term_vars: dict[str, Overlay] = {}
        self.relations: dict[str, str] = {}
        self.aside = [name for name in ("law", "facts_on", "known_on") if name in dictionaries]
        for var in library.vars.values():
            self._place(var, library.terms.get(var.term))
        self.item_columns = tuple(n for n in dictionaries if n == "item" or n.startswith("item."))
        self.term_columns = tuple(n for n in dictionaries if any(n in o.columns for o in self.term_vars.values()))
        self._tables: dict[tuple[str, str], list[Hashable]] = {}
        self._cases: dict[tuple[str, int], Case] = {}

    def _place(self, var: Var, term: Term | None) -> None:
        name, resolver = var.name, self._resolvers[var.name]

        def read(case: Case) -> Hashable:
            return resolver(case, INTERNATIONAL)

        if var.kind is Kind.READING:
            options = self._scribe.library.readings[var.term].options
            marks = {option.name: min(int(cite.support) for cite in option.cites) for option in options}
            self.term_vars[name] = Overlay((f"readings.{var.term}",), read, marks)
            return
        if "=" in name or term is None or term.type == "state":
            return
        stated = (f"judgements.{term.name}", f"facts.{term.name}")
        own = term.name.replace("-", "_")
        if term.name in RELATIONS:
            self.relations[name] = term.name
            self.aside += [each for each in stated if each in self.dictionaries]
        elif term.subject == "item" and own in ITEM:
            self.item_vars[name] = Overlay((f"item.{own}", "item"), read)
        elif term.registry is not None and self._scribe.registries.kind(*term.registry) is not None:
            self.aside += [each for each in stated if each in self.dictionaries]
        elif term.type in ("choice", "choices"):
            self.term_vars[name] = Overlay((own,) if own in TOP else (), read)
        else:
            self.term_vars[name] = Overlay(stated, read)

    # Axes

    def axis(self, overlays: Mapping[str, Overlay], rows: Rows, at: Ints) -> Axis:
        """The profiles that some rows stand for: a code for each variable."""
        codes: dict[str, Ints] = {}
        says: dict[str, tuple[tuple[str | None, int], ...]] = {}
        for name, overlay in overlays.items():
            codes[name], found = self.overlay(overlay, rows, at, with_mark=True)
            says[name] = tuple(found)  # type: ignore[arg-type]
        return Axis(len(at), codes, says)

    def overlay(
        self, overlay: Overlay, rows: Rows, at: Ints, *, with_mark: bool = False
    ) -> tuple[Ints, list[Hashable]]:
        """The value of an overlay in some rows: a code for each, and what the codes mean."""
        numbers: dict[Hashable, int] = {}
        plain = overlay.read(self._case("", 0))
        base: Hashable = (plain, overlay.marks.get(plain, _STATED)) if with_mark else plain
        codes: Ints = np.full(len(at), numbers.setdefault(base, 0), np.int32)
        for column in reversed([name for name in overlay.columns if name in rows.columns]):
            name = next((c for c in overlay.columns if c.startswith("item.")), "").removeprefix("item.")
            table = [-1]
            for code in range(1, len(self.dictionaries[column].meanings)):
                value = self._value(column, code, overlay)
                mark = overlay.marks.get(value) or self._mark(column, code, name)
                said: Hashable = (value, mark) if with_mark else value
                table.append(numbers.setdefault(said, len(numbers)))
            here = np.array(table, np.int32).take(rows.columns[column].codes.take(at), mode="clip")
            codes = np.where(here < 0, codes, here)
        return codes, list(numbers)

    def _value(self, column: str, code: int, overlay: Overlay) -> Hashable:
        return overlay.read(self._case(column, code))

    def _mark(self, column: str, code: int, name: str) -> int:
        if column != "item":
            return _STATED
        item = self._case(column, code).item
        if name in item.from_registry and item.key in self._scribe.registries.items:
            return int(self._scribe.registries.items[item.key].support)
        return _STATED

    def _case(self, column: str, code: int) -> Case:
        key = (column, code)
        found = self._cases.get(key)
        if found is None:
            dictionary = self.dictionaries.get(column)
            given: dict[str, object] = {"date": _ANY_DAY}
            if dictionary is not None and code not in dictionary.errors:
                given[column] = dictionary.meanings[code]
            found = self._cases[key] = self._scribe.case(given, whole=False)
        return found

    # States that lists name

    def lists(self, rows: Rows, at: Ints) -> tuple[list[Ints], list[list[Hashable]]]:
        """The lists of states in some rows: three columns of codes, and what each one's codes mean."""
        found = []
        for name in _LISTS:
            overlay = Overlay((f"item.{name}", "item"), lambda case, name=name: getattr(case.item, name))  # type: ignore[misc]
            found.append(self.overlay(overlay, rows, at, with_mark=True))
        return [codes for codes, _ in found], [says for _, says in found]

    def relation_axis(
        self, says: Sequence[Sequence[Hashable]], codes: Sequence[Ints], roles: Mapping[str, tuple[Ints, list[str]]]
    ) -> Axis:
        """Whether the state of a role is in a list, for every profile.

        Args:
            says: For each list, what its codes mean: the states (None: unknown) and the mark.
            codes: For each list, the code of each profile.
            roles: For each role, the code of its state in each profile, and what the codes mean.
        """
        found: dict[str, Ints] = {}
        meaning: dict[str, tuple[tuple[str | None, int], ...]] = {}
        size = len(codes[0])
        for name, term in self.relations.items():
            relation = RELATIONS[term]
            at = _LISTS.index(relation.field)
            role_codes, states = roles[relation.role]
            numbers: dict[tuple[str | None, int], int] = {}
            table = np.array(
                [
                    numbers.setdefault((_member(listed, state), mark), len(numbers))
                    for listed, mark in says[at]  # type: ignore[misc]
                    for state in states
                ],
                np.int32,
            )
            found[name] = table.take(codes[at] * len(states) + role_codes, mode="clip")
            meaning[name] = tuple(numbers)
        return Axis(size, found, meaning)

    # What is decided row by row

    def contradictory(self, rows: Rows, items: Profiles) -> NDArray[np.bool_] | None:
        """The rows that may contradict themselves: whether they do is for the reader of cases to say."""

        def flag(name: str, wanted: Callable[[Hashable], bool]) -> NDArray[np.bool_]:
            overlay = Overlay((f"item.{name}", "item"), lambda case: getattr(case.item, name))
            codes, says = self.overlay(overlay, rows, items.row)
            return np.array([wanted(value) for value in says])[codes]

        weapon = "weapon"
        clash = flag(weapon, lambda v: v is True) & flag("arms", lambda v: v is False)
        clash |= flag("heavy_arms", lambda v: v is True) & flag(weapon, lambda v: v is False)
        ammunition = flag("consumable_ammunition", lambda v: v is True)
        clash |= ammunition & flag("form", lambda v: v not in ("finished", "ammunition", UNKNOWN))
        clash |= flag("production", lambda v: v == "indigenous") & flag("licensors", bool)
        found = clash.take(items.codes, mode="clip") if clash.any() else None
        if "act" in rows.columns:
            technology = flag("form", lambda v: v not in ("technology", "service", UNKNOWN))
            acts = self.dictionaries["act"].meanings
            act = rows.columns["act"].codes
            if "technology" in acts and technology.any():
                found = _or(found, (act == acts.index("technology")) & technology.take(items.codes, mode="clip"))
            if "return" in acts and "consideration" in rows.columns:
                said = self.dictionaries["consideration"].meanings
                fine = np.array([value in (None, "return", UNKNOWN) for value in said])
                found = _or(found, (act == acts.index("return")) & ~fine.take(rows.columns["consideration"].codes))
        return found

    def one_by_one(self, rows: Rows) -> NDArray[np.bool_] | None:
        """The rows with more than one leg, or with an assumption that registries would else settle."""
        found: NDArray[np.bool_] | None = None
        if "act" in rows.columns and "re-transfer" in (acts := self.dictionaries["act"].meanings):
            found = rows.columns["act"].codes == acts.index("re-transfer")
        for name in self.aside:
            if len(self.dictionaries[name].meanings) > 1:
                found = _or(found, rows.columns[name].codes != BLANK)
        return found

    def unnamed(self, rows: Rows, items: Profiles) -> NDArray[np.bool_] | None:
        """The rows whose item is not registered and not described either."""
        names = self.dictionaries.get("item")
        if names is None or not any(isinstance(value, dict) for value in names.meanings):
            return None
        bare = np.array([isinstance(value, dict) for value in names.meanings]).take(rows.columns["item"].codes.take(items.row))
        for name in ITEM_NEEDED:
            if f"item.{name}" in rows.columns:
                bare &= rows.columns[f"item.{name}"].codes.take(items.row) == BLANK
        return bare.take(items.codes, mode="clip") if bare.any() else None


def _or(one: NDArray[np.bool_] | None, other: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return other if one is None else one | other


def _member(listed: tuple[str, ...] | None, state: str) -> str | None:
    return None if listed is None or state == UNKNOWN else "true" if state in listed else "false"
