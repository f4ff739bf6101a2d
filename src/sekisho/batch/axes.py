"""The four groups of facts on which an answer hangs, and which profiles of a group are alike to the law.

Items, terms, relations between item and states, and places with days: each is a column of profile
numbers, and profiles that no provision can tell apart are one class. What class a profile is in is
found out once and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from sekisho.batch.pack import Column, pack
from sekisho.batch.places import Places, provisions
from sekisho.batch.residue import Axis, Conditions, Ints, Residues, Tree, scatter, spread
from sekisho.batch.rows import Dictionary, Rows
from sekisho.batch.store64 import Store
from sekisho.batch.traits import Given, Traits
from sekisho.cases import UNKNOWN
from sekisho.ir import INTERNATIONAL, All, AnyOf, Const, Formula, Named, Not, Test

ITEMS, TERMS, RELATED, PLACED = range(4)
Hashes = NDArray[np.uint64]

_STATES = ("exporter", "recipient", "supplier")
_DENSE_DAYS = 1 << 24
_FEW = 1 << 16


@dataclass(frozen=True, slots=True)
class Group:
    """One group of facts in some rows.

    Attributes:
        codes: The profile of each row.
        given: For each column on which the group hangs, its code in each profile.
        keys: For each profile a number that stands for it in every chunk of a run.
        present: The profiles that occur.
    """

    codes: Ints
    given: Mapping[str, Ints]
    keys: Hashes
    present: Ints

    @property
    def size(self) -> int:
        """How many profiles there are, those that do not occur included."""
        return len(self.keys)


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of facts of some rows.

    Attributes:
        rows: The rows.
        items, terms, related: The first three groups.
        lists_of: For each profile of `related`, an item profile that has its lists.
        places: For each row the number of its place among all places.
        hashes: For each row the sum of the classes of its profiles: equal sums, equal answers.
        flags: For each row the flags of its item.
        same: The rows whose exporter is the recipient; None where there is none.
    """

    rows: Rows
    items: Group
    terms: Group
    related: Group
    lists_of: Ints
    places: Ints
    hashes: Hashes
    flags: Ints
    same: NDArray[np.bool_] | None


class Axes:
    """Finds the groups of facts of rows, and the classes of their profiles.

    Several threads may ask at once; what is new is found out by one at a time, under `lock`.
    """

    def __init__(
        self, traits: Traits, places: Places, dictionaries: Mapping[str, Dictionary], residues: Residues
    ) -> None:
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
        self._leaves: list[dict[np.uint64, Formula]] = [{} for _ in range(4)]
        self._kept: dict[int, Formula] = {}
        self._groups_of: dict[int, tuple[Formula, frozenset[int]]] = {}
        self._map: tuple[object, Ints, Hashes] | None = None
        self.generation = 0
        self.lock = RLock()
        self._forget()

    def _forget(self) -> None:
        self.generation += 1
        self._item_classes = Store(3, np.uint64)
        self._term_classes = Store(1, np.uint64)
        self._related_classes = Store(1, np.uint64)
        self._place_classes = np.zeros(0, np.uint64)

    # Groups

    def groups(self, rows: Rows) -> Groups:
        """The groups of facts of some rows."""
        while True:
            generation = self.generation
            found = self._groups(rows)
            if generation == self.generation:
                return found

    def _groups(self, rows: Rows) -> Groups:
        pairs, places, same = self._placed(rows)
        items = _group(self.columns(rows)[ITEMS], rows.count)
        terms = _group(self.columns(rows)[TERMS], rows.count)
        item_table = self._classes(
            self._item_classes, items, lambda some: self.item_rows(_some(items, some), len(some))
        )
        term_table = self._classes(
            self._term_classes, terms, lambda some: self.term_rows(_some(terms, some), len(some))
        )
        related, lists_of = self._related(rows, items, item_table[:, 1])
        related_table = self._classes(
            self._related_classes,
            related,
            lambda some: self._class_hashes(RELATED, self._related_axis(related, items, lists_of, some))[:, None],
        )
        hashes = pairs
        for group, table in ((items, item_table), (terms, term_table), (related, related_table)):
            hashes = hashes + table[:, 0].take(group.codes, mode="clip")
        flags = item_table[:, 2]
        flagged = flags[items.present].any()
        return Groups(
            rows, items, terms, related, lists_of, places, np.maximum(hashes, np.uint64(1)),
            flags.take(items.codes, mode="clip").astype(np.int64) if flagged else np.zeros(1, np.int64), same,
        )  # fmt: skip

    def columns(self, rows: Rows) -> tuple[dict[str, Column], dict[str, Column], dict[str, Column]]:
        """The columns of the items, of the terms, and of the states."""
        traits = self._traits
        named = (traits.item_columns, traits.term_columns, [name for name in _STATES if name in rows.columns])
        items, terms, states = ({name: rows.columns[name] for name in names} for names in named)
        return items, terms, states

    def _states(self, rows: Rows, name: str) -> tuple[Column, list[str]]:
        """A column of states, and the state of each code; unknown where the table does not say."""
        if name not in rows.columns:
            return Column(np.zeros(rows.count, np.int32), 1), [UNKNOWN]
        meanings = self._dictionaries[name].meanings
        states = [UNKNOWN if meaning is None else str(meaning) for meaning in meanings]
        return rows.columns[name], states

    def _related(self, rows: Rows, items: Group, hashes: Hashes) -> tuple[Group, Ints]:
        """The relations: which lists of states, which exporter, which recipient."""
        if not self._traits.relations:
            return _group({}, rows.count, 9), np.zeros(1, np.int64)
        distinct, first, number = np.unique(hashes[items.present], return_index=True, return_inverse=True)
        lists = np.zeros(items.size, np.int32)
        lists[items.present] = number
        columns: dict[str, Column] = {
            "lists": Column(lists.take(items.codes, mode="clip"), len(distinct)),
            "exporter": self._states(rows, "exporter")[0],
            "recipient": self._states(rows, "recipient")[0],
        }
        group = _group(columns, rows.count, 9)
        keys = group.keys + distinct.take(group.given["lists"], mode="clip")
        keys -= scatter(group.given["lists"].astype(np.uint64) + np.uint64((9 + 1) << 40))
        return Group(group.codes, group.given, keys, group.present), items.present[first].take(
            group.given["lists"], mode="clip"
        )

    def _placed(self, rows: Rows) -> tuple[Hashes, Ints, NDArray[np.bool_] | None]:
        """The class and the number of each row's place."""
        states = {name: self._states(rows, name) for name in _STATES}
        pairs = pack([column for column, _ in states.values()], rows.count)
        named = [
            tuple(names[int(column.codes[row])] for column, names in states.values()) for row in pairs.row.tolist()
        ]
        with self.lock:
            stretches = [self._places.stretches(*each) for each in named]
            self._learn_laws()
            classes, generation = self._place_classes, self.generation  # another thread may forget them meanwhile
        first, last = int(rows.days.min()), int(rows.days.max())
        span = last - first + 1
        if len(named) * span <= max(_DENSE_DAYS, 4 * rows.count):
            key = (named, first, last, generation)
            kept = self._map
            if kept is None or kept[0] != key:
                every = np.arange(first, last + 1)
                table = np.concatenate(
                    [s.profiles[np.searchsorted(s.days, every, side="right") - 1] for s in stretches]
                )
                kept = self._map = (key, table.astype(np.int32), classes.take(table))
            at = pairs.codes * np.int32(span) + (rows.days - np.int32(first))
            places, found = kept[1].take(at, mode="clip"), kept[2].take(at, mode="clip")
        else:
            starts = np.concatenate([s.days + (i << 20) for i, s in enumerate(stretches)])
            numbers = np.concatenate([s.profiles for s in stretches])
            at = np.searchsorted(starts, rows.days + (pairs.codes.astype(np.int64) << 20), side="right") - 1
            places = numbers.take(at).astype(np.int32)
            found = classes.take(places)
        clash = np.array([one == other != UNKNOWN for one, other, _ in named])
        return found, places, clash.take(pairs.codes, mode="clip") if clash.any() else None

    # Everything that few columns can say; who asks while others do holds the lock

    def all_places(
        self, states: Mapping[str, Ints], size: int, first: int, span: int
    ) -> tuple[NDArray[np.int64], Hashes, NDArray[np.bool_]]:
        """The place of every combination of states on every day, the class of each place, and who sends to itself."""
        named = self._roles(states, size)
        stretches = [self._places.stretches(*each) for each in named]
        self._learn_laws()
        every = np.arange(first, first + span)
        profiles = [s.profiles[np.searchsorted(s.days, every, side="right") - 1] for s in stretches]
        same = np.array([one == other != UNKNOWN for one, other, _ in named])
        return np.concatenate(profiles), self._place_classes, same

    def place_stretches(
        self, states: Mapping[str, Ints], size: int
    ) -> tuple[NDArray[np.int64], Hashes, NDArray[np.bool_]]:
        """All days as stretches on which nothing changes for any of the states: first days, classes, clashes."""
        if not size:
            return np.zeros(1, np.int64), np.zeros(0, np.uint64), np.zeros(0, bool)
        found = [self._places.stretches(*roles) for roles in self._roles(states, size)]
        self._learn_laws()
        starts = np.unique(np.concatenate([s.days for s in found]))
        profiles = [s.profiles[np.searchsorted(s.days, starts, side="right") - 1] for s in found]
        same = np.array([one == other != UNKNOWN for one, other, _ in self._roles(states, size)])
        return starts, self._place_classes.take(np.concatenate(profiles)), same

    def _roles(self, states: Mapping[str, Ints], size: int) -> list[tuple[str, str, str]]:
        found = []
        for number in range(size):
            roles = []
            for name in _STATES:
                meaning = self._dictionaries[name].meanings[int(states[name][number])] if name in states else None
                roles.append(UNKNOWN if meaning is None else str(meaning))
            found.append((roles[0], roles[1], roles[2]))
        return found

    def all_related(self, items: Mapping[str, Ints], states: Mapping[str, Ints], item: Ints, pair: Ints) -> Hashes:
        """The class of the relations for items and combinations of states, by their numbers."""
        if not self._traits.relations:
            return self._class_hashes(RELATED, Axis(len(item), {}, {}))
        given = {
            name: (states[name] if name in states else np.zeros(1, np.int64)).take(pair, mode="clip")
            for name in _STATES
        }
        group = Group(item, given, np.zeros(len(item), np.uint64), item)
        every = Group(item, items, np.zeros(0, np.uint64), item)
        return self._class_hashes(RELATED, self._related_axis(group, every, item, np.arange(len(item))))

    # Axes: profiles with the values of their variables

    def axes(self, groups: Groups, at: Ints) -> tuple[tuple[Axis, ...], dict[int, Ints]]:
        """The profiles that some rows have, and which of them each row has."""
        found: list[Axis] = []
        codes: dict[int, Ints] = {}
        for number, group in ((ITEMS, groups.items), (TERMS, groups.terms), (RELATED, groups.related)):
            some, codes[number] = np.unique(group.codes.take(at), return_inverse=True)
            found.append(self._axis(number, groups, some))
        places, codes[PLACED] = np.unique(groups.places.take(at), return_inverse=True)
        return (*found, self._places.axis(places.astype(np.int64))), codes

    def _axis(self, number: int, groups: Groups, some: Ints) -> Axis:
        if number == ITEMS:
            return self._traits.axis(self._traits.item_vars, _some(groups.items, some), len(some))
        if number == TERMS:
            return self._traits.axis(self._traits.term_vars, _some(groups.terms, some), len(some))
        return self._related_axis(groups.related, groups.items, groups.lists_of, some)

    def _related_axis(self, related: Group, items: Group, lists_of: Ints, some: Ints) -> Axis:
        if not self._traits.relations:
            return Axis(len(some), {}, {})
        codes, says = self._traits.lists(_some(items, lists_of[some]), len(some))
        roles = {}
        for role, name in (("this-state", "exporter"), ("exporter", "exporter"), ("recipient", "recipient")):
            dictionary = self._dictionaries.get(name)
            meanings = [None] if dictionary is None else dictionary.meanings
            unknown = INTERNATIONAL if role == "this-state" else UNKNOWN
            states = [unknown if meaning in (None, UNKNOWN) else str(meaning) for meaning in meanings]
            roles[role] = (related.given[name][some], states)
        return self._traits.relation_axis(says, codes, roles)

    def law_of(self, groups: Groups, at: Ints) -> NDArray[np.int64]:
        """The law under which each of some rows stands."""
        return self._places.law_of(groups.places.take(at).astype(np.int64))

    # Classes: profiles that no provision can tell apart

    def _classes(self, store: Store, group: Group, find: Callable[[Ints], Hashes]) -> Hashes:
        """For each profile that occurs what is known of its class; looked up for all, found for new ones."""
        at = store.find(group.keys)
        unknown = group.present[at[group.present] < 0]
        if len(unknown):
            with self.lock:
                unknown = unknown[store.find(group.keys[unknown]) < 0]
                keys, first = np.unique(group.keys[unknown], return_index=True)
                if len(keys):
                    store.add(keys, find(unknown[first]))
            at = store.find(group.keys)
        return store.rows.take(np.maximum(at, 0), axis=0)

    def _class_hashes(self, number: int, axis: Axis) -> Hashes:
        empty = Axis(1, {}, {})
        conditions = Conditions(self._residues, tuple(axis if i == number else empty for i in range(4)))
        found = np.full(axis.size, number + 1, np.uint64)
        for name, formula in self._leaves[number].items():
            leaf = conditions.evaluate(formula)
            assert not isinstance(leaf, Tree)
            weights = scatter(self._residues.hashes(leaf.ids, marked=True) ^ name)
            found += weights[0] if leaf.constant else weights.take(leaf.codes, mode="clip")
        return scatter(found)

    def item_rows(self, given: Given, size: int) -> Hashes:
        """Of some items: the class, a number for the lists of states, the flags."""
        lists = np.full(size, 5, np.uint64)
        for number, (codes, says) in enumerate(zip(*self._traits.lists(given, size), strict=True)):
            lists += np.array([spread(f"{number} {each}") for each in says], np.uint64).take(codes)
        classes = self._class_hashes(ITEMS, self._traits.axis(self._traits.item_vars, given, size))
        return np.stack([classes, lists, self._traits.flags(given, size)], axis=1)

    def term_rows(self, given: Given, size: int) -> Hashes:
        """The class of some terms."""
        return self._class_hashes(TERMS, self._traits.axis(self._traits.term_vars, given, size))[:, None]

    def _learn_laws(self) -> None:
        """Take in laws and places that have not been met before; with new laws all classes are found anew."""
        if len(self.provisions) < len(self._places.laws):
            for law in self._places.laws[len(self.provisions) :]:
                found = provisions(law)
                self.provisions.append(found)
                self.homes.append(spread(f"{law.encoded} " + "\0".join(name for name, _ in found)))
                for _, formula in found:
                    if id(formula) not in self._kept:  # most provisions stand in many laws
                        self._kept[id(formula)] = formula
                        for axis, leaf in self._split(formula):
                            self._leaves[axis].setdefault(spread(repr(leaf)), leaf)
            self._forget()
        known = len(self._place_classes)
        if known < len(self._places):
            new = np.arange(known, len(self._places))
            hashes = self._class_hashes(PLACED, self._places.axis(new))
            hashes = scatter(hashes + np.array(self.homes, np.uint64).take(self._places.law_of(new)))
            self._place_classes = np.concatenate([self._place_classes, hashes])

    def _hangs_on(self, formula: Formula) -> frozenset[int]:
        """The groups on which a condition hangs."""
        kept = self._groups_of.get(id(formula))
        if kept is not None:
            return kept[1]
        match formula:
            case Test(var):
                found = frozenset((self._home[var],)) if var in self._home else frozenset()
            case Not(part) | Named(_, part):
                found = self._hangs_on(part)
            case All(parts) | AnyOf(parts):
                found = frozenset[int]().union(*map(self._hangs_on, parts))
            case Const():
                found = frozenset()
        self._groups_of[id(formula)] = (formula, found)  # the formula is kept, so its id stays its own
        return found

    def _split(self, formula: Formula) -> list[tuple[int, Formula]]:
        """The largest parts of a condition that hang on one group alone."""
        groups = self._hangs_on(formula)
        if len(groups) < 2:
            return [(next(iter(groups)), formula)] if groups else []
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


def _some(group: Group, some: Ints) -> dict[str, Ints]:
    return {name: codes.take(some, mode="clip") for name, codes in group.given.items()}


def decode(columns: Mapping[str, Column], most: int) -> tuple[int, dict[str, Ints]] | None:
    """Every combination of codes: how many, and the code of each column in each; None beyond `most`."""
    size = 1
    for column in columns.values():
        size *= column.size - column.low
    if size > most:
        return None
    given: dict[str, Ints] = {}
    rest = np.arange(size)
    for name, column in reversed(list(columns.items())):
        wide = column.size - column.low
        given[name], rest = rest % wide + column.low, rest // wide
    return size, given


def radix(columns: Mapping[str, Column], rows: int, here: slice = slice(None)) -> Ints:
    """The number of each row's combination of codes, as `decode` counts them."""
    found: Ints | None = None
    below = 0
    for column in columns.values():
        wide = column.size - column.low
        if wide == 1:
            continue
        codes = column.codes[here]
        if found is None:
            found = codes.astype(np.int32)
        else:
            found *= np.int32(wide)
            found += codes
        below = below * wide + column.low
    if found is None:
        return np.zeros(len(range(*here.indices(rows))), np.int32)
    if below:
        found -= np.int32(below)
    return found


def _group(columns: Mapping[str, Column], rows: int, salt: int = 0) -> Group:
    """Columns together: combinations as they are where they are few, else those that occur."""
    every = decode(columns, _FEW)
    if every is not None:
        size, given = every
        codes = radix(columns, rows)
        present = np.flatnonzero(np.bincount(codes, minlength=size))
    else:
        packed = pack(list(columns.values()), rows)
        codes, size = packed.codes, packed.size
        given = {name: column.codes.take(packed.row) for name, column in columns.items()}
        present = np.arange(size)
    keys = np.full(size, salt + 1, np.uint64)
    for number, name in enumerate(columns):
        keys += scatter(given[name].astype(np.uint64) + np.uint64((salt + number + 1) << 40))
    return Group(codes, given, keys, present)
