"""The four groups of facts on which an answer hangs, and which profiles of a group are alike to the law.

Items, terms, relations between item and states, and places with days: each is a column of profile
numbers, and profiles that no provision can tell apart are one class. What class a profile is in is
found out once and kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sekisho.batch.pack import Column, Packed, pack
from sekisho.batch.places import Places, provisions
from sekisho.batch.residue import Axis, Conditions, Ints, Residues, Tree, scatter, spread
from sekisho.batch.rows import Dictionary, Rows
from sekisho.batch.store64 import Store
from sekisho.batch.traits import Traits
from sekisho.cases import UNKNOWN
from sekisho.ir import INTERNATIONAL, All, AnyOf, Const, Formula, Named, Not, Test, variables

ITEMS, TERMS, RELATED, PLACED = range(4)
Hashes = NDArray[np.uint64]

_STATES = ("exporter", "recipient", "supplier")
_DENSE_DAYS = 1 << 24


@dataclass(frozen=True, slots=True)
class Group:
    """One group of facts in some rows.

    Attributes:
        codes: The profile of each row.
        row: For each profile a row that has it.
        keys: For each profile a number that stands for it in every chunk of a run.
    """

    codes: Ints
    row: Ints
    keys: Hashes


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of facts of some rows.

    Attributes:
        rows: The rows.
        each: Items, terms, relations, places.
        lists: For each profile of an item, the codes of its lists of states, and what they mean.
        places: For each profile of a place, its number among all places.
        same: The rows whose exporter is the recipient.
    """

    rows: Rows
    each: tuple[Group, Group, Group, Group]
    lists: tuple[list[Ints], list[list[object]]]
    places: NDArray[np.int64]
    same: NDArray[np.bool_] | None


class Axes:
    """Finds the groups of facts of rows, and the classes of their profiles."""

    def __init__(self, traits: Traits, places: Places, dictionaries: Mapping[str, Dictionary], residues: Residues) -> None:
        self._traits = traits
        self._places = places
        self._dictionaries = dictionaries
        self._residues = residues
        self._home = {
            **dict.fromkeys(traits.item_vars, ITEMS),
            **dict.fromkeys(traits.term_vars, TERMS),
            **dict.fromkeys(traits.relations, RELATED),
            **{var.name: PLACED for var in places.vars},
        }
        self.provisions: list[list[tuple[str, Formula]]] = []
        self.homes: list[np.uint64] = []
        self._leaves: list[dict[tuple[str, int], Formula]] = [{} for _ in range(4)]
        self._classes = [Store(1, np.uint64) for _ in range(4)]

    # Groups

    def groups(self, rows: Rows) -> Groups:
        """The groups of facts of some rows."""
        traits = self._traits
        items = self._own(rows, traits.item_columns)
        terms = self._own(rows, traits.term_columns)
        codes, says = traits.lists(rows, items.row)
        related = self._related(rows, items, codes, says)
        placed, places, same = self._placed(rows)
        return Groups(rows, (items, terms, related, placed), (codes, says), places, same)

    def _own(self, rows: Rows, columns: tuple[str, ...]) -> Group:
        packed = pack([rows.columns[name] for name in columns], rows.count)
        keys = np.full(packed.size, len(columns) + 1, np.uint64)
        for number, name in enumerate(columns):
            codes = rows.columns[name].codes.take(packed.row).astype(np.uint64)
            keys += scatter(codes + np.uint64((number + 1) << 40))
        return Group(packed.codes, packed.row, keys)

    def _states(self, rows: Rows, name: str) -> tuple[Column, list[str]]:
        """A column of states, and the state of each code; unknown where the table does not say."""
        if name not in rows.columns:
            return Column(np.zeros(rows.count, np.int32), 1), [UNKNOWN]
        meanings = self._dictionaries[name].meanings
        states = [UNKNOWN if meaning is None else str(meaning) for meaning in meanings]
        return Column(rows.columns[name].codes, len(states)), states

    def _related(self, rows: Rows, items: Group, codes: list[Ints], says: list[list[object]]) -> Group:
        hashes = np.full(len(items.row), 5, np.uint64)
        for number, (code, meaning) in enumerate(zip(codes, says, strict=True)):
            hashes += np.array([spread(f"{number} {each}") for each in meaning], np.uint64).take(code)
        _, number_of = np.unique(hashes, return_inverse=True)
        lists = Column(number_of.astype(np.int32).take(items.codes, mode="clip"), int(number_of.max()) + 1)
        if not self._traits.relations:
            return Group(np.zeros(rows.count, np.int32), np.zeros(1, np.int64), np.ones(1, np.uint64))
        exporter, _ = self._states(rows, "exporter")
        recipient, _ = self._states(rows, "recipient")
        packed = pack([lists, exporter, recipient], rows.count)
        keys = hashes.take(items.codes.take(packed.row))
        for shift, column in ((41, exporter), (42, recipient)):
            keys = keys + scatter(column.codes.take(packed.row).astype(np.uint64) + np.uint64(1 << shift))
        return Group(packed.codes, packed.row, keys)

    def _placed(self, rows: Rows) -> tuple[Group, NDArray[np.int64], NDArray[np.bool_] | None]:
        states = [self._states(rows, name) for name in _STATES]
        pairs = pack([column for column, _ in states], rows.count)
        named = [tuple(names[int(column.codes[row])] for column, names in states) for row in pairs.row.tolist()]
        stretches = [self._places.stretches(*each) for each in named]
        first, last = int(rows.days.min()), int(rows.days.max())
        span = last - first + 1
        if len(named) * span <= max(_DENSE_DAYS, 4 * rows.count):
            every = np.arange(first, last + 1)
            table = np.stack([s.profiles[np.searchsorted(s.days, every, side="right") - 1] for s in stretches])
            at = pairs.codes * np.int32(span) + (rows.days - np.int32(first))
            profiles = table.ravel().astype(np.int32).take(at, mode="clip")
        else:
            starts = np.concatenate([s.days + (i << 20) for i, s in enumerate(stretches)])
            numbers = np.concatenate([s.profiles for s in stretches])
            at = np.searchsorted(starts, rows.days + (pairs.codes.astype(np.int64) << 20), side="right") - 1
            profiles = numbers[at].astype(np.int32)
        packed = pack([Column(profiles, int(profiles.max()) + 1)], rows.count)
        present = profiles.take(packed.row).astype(np.int64)
        clash = np.array([one == other != UNKNOWN for one, other, _ in named])
        same = clash.take(pairs.codes, mode="clip") if clash.any() else None
        keys = scatter(present.astype(np.uint64) + np.uint64(1 << 43))
        return Group(packed.codes, packed.row, keys), present, same

    # Axes: the profiles with the values of their variables

    def axes(self, groups: Groups) -> tuple[Axis, ...]:
        """All profiles of all groups."""
        return tuple(self._axis(number, groups, np.arange(len(groups.each[number].row))) for number in range(4))

    def _axis(self, number: int, groups: Groups, some: Ints) -> Axis:
        at = groups.each[number].row[some]
        if number == ITEMS:
            return self._traits.axis(self._traits.item_vars, groups.rows, at)
        if number == TERMS:
            return self._traits.axis(self._traits.term_vars, groups.rows, at)
        if number == PLACED:
            return self._places.axis(groups.places[some])
        codes, says = groups.lists
        items = groups.each[ITEMS].codes.take(at)
        (exporter, exporters), (recipient, recipients) = (self._states(groups.rows, n) for n in ("exporter", "recipient"))
        home = [INTERNATIONAL if state == UNKNOWN else state for state in exporters]
        roles = {"this-state": (exporter.codes.take(at), home), "recipient": (recipient.codes.take(at), recipients)}
        return self._traits.relation_axis(says, [code.take(items) for code in codes], roles)

    # Classes: profiles that no provision can tell apart

    def classes(self, groups: Groups) -> list[Hashes]:
        """For each group the class of each profile, as a number that is the same in every chunk of a run."""
        self._learn_laws()
        return [self._classes_of(number, groups) for number in range(4)]

    def law_of(self, groups: Groups) -> NDArray[np.int64]:
        """The law under which each profile of a place stands."""
        return self._places.law_of(groups.places)

    def _classes_of(self, number: int, groups: Groups) -> Hashes:
        store, keys = self._classes[number], groups.each[number].keys
        at = store.find(keys)
        unknown = np.flatnonzero(at < 0)
        if len(unknown):
            found = self._class_hashes(number, self._axis(number, groups, unknown), groups, unknown)
            store.add(keys[unknown], found[:, None])
            at = store.find(keys)
        return store.rows[:, 0].take(at)

    def _class_hashes(self, number: int, axis: Axis, groups: Groups, some: Ints) -> Hashes:
        empty = Axis(1, {}, {})
        conditions = Conditions(self._residues, tuple(axis if i == number else empty for i in range(4)))
        found = np.full(axis.size, number + 1, np.uint64)
        for (name, slot), formula in self._leaves[number].items():
            leaf = conditions.evaluate(formula)
            assert not isinstance(leaf, Tree)
            weights = scatter(self._residues.hashes(leaf.ids, marked=True) ^ spread(f"{name} {slot}"))
            found += weights[0] if leaf.constant else weights.take(leaf.codes, mode="clip")
        if number == PLACED:
            found += np.array(self.homes, np.uint64).take(self._places.law_of(groups.places[some]))
        return found

    def _learn_laws(self) -> None:
        """Take in the provisions of laws that have not been met before; classes are then found anew."""
        if len(self.provisions) == len(self._places.laws):
            return
        for law in self._places.laws[len(self.provisions) :]:
            found = provisions(law)
            self.provisions.append(found)
            self.homes.append(spread(f"{law.encoded} " + "\0".join(name for name, _ in found)))
            for name, formula in found:
                for slot, (axis, leaf) in enumerate(self._split(formula)):
                    self._leaves[axis].setdefault((f"{name} {id(formula)}", slot), leaf)
        self._classes = [Store(1, np.uint64) for _ in range(4)]

    def _split(self, formula: Formula) -> list[tuple[int, Formula]]:
        """The largest parts of a condition that hang on one group alone."""
        groups = {self._home[name] for name in variables(formula) if name in self._home}
        if len(groups) < 2:
            return [(groups.pop(), formula)] if groups else []
        match formula:
            case Not(part) | Named(_, part):
                return self._split(part)
            case All(parts) | AnyOf(parts):
                alone: dict[int, list[Formula]] = {}
                found: list[tuple[int, Formula]] = []
                for part in parts:
                    split = self._split(part)
                    if len(split) == 1 and split[0][1] is part:
                        alone.setdefault(split[0][0], []).append(part)
                    else:
                        found += split
                return [*found, *((axis, type(formula)(tuple(each))) for axis, each in alone.items())]
            case Test() | Const():
                return []


__all__ = ["ITEMS", "PLACED", "RELATED", "TERMS", "Axes", "Group", "Groups", "Hashes", "Packed"]
