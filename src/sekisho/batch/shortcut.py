"""The way that most rows take: a few table look-ups, block by block, without leaving the cache.

Where the columns of a table have few distinct values, the class of every combination is laid out
beforehand. The codes of a row are then folded into a number, and the number is looked up: in a
table of all answers where that is small enough, else as the sum of classes under which the answer
is kept. Rows that the tables do not know (new cells, rows to be asked by themselves) are left to
the long way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sekisho.batch.axes import Axes, Hashes, decode
from sekisho.batch.pack import Column
from sekisho.batch.residue import Ints
from sekisho.batch.rows import Rows
from sekisho.batch.store64 import Store
from sekisho.batch.traits import CLASHES, UNNAMED, Traits

_BLOCK = 1 << 17
_MOST = 1 << 17
_MOST_PAIRS = 1 << 22
_MOST_PLACES = 1 << 24
_FEW = 1 << 20
_WHOLE = 1 << 20
_MANY_DAYS = 1 << 20
_DENSE = 1 << 24
_CELLS_A_ROW = 32
"""Up to so many cells have a place each: sixteen million, and more for a table that is long enough to touch them."""
_RECENT = 22
"""So many bits number the places of recent answers; they take 32 MB, the size of a shared cache."""
_BITS = 24
"""So many bits of a word number an answer, of which there are some ten thousand; the others, a cell."""
_NUMBER = np.uint64((1 << _BITS) - 1)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_NEVER = np.uint64(0x5EC15E0)
"""Added to the class of a profile whose rows take the long way; no cell has such a sum."""


@dataclass(frozen=True, slots=True)
class _Kinds:
    """For every combination of codes its kind, and for every kind the class that it is added up from."""

    of: Ints
    classes: Hashes

    @classmethod
    def made(cls, classes: Hashes) -> _Kinds:
        distinct, of = np.unique(classes, return_inverse=True)
        return cls(of.astype(_narrow(len(distinct))), distinct)

    @property
    def every(self) -> Hashes:
        """The class of every combination of codes."""
        return self.classes.take(self.of)

    def __len__(self) -> int:
        return len(self.classes)


@dataclass(slots=True)
class _Tables:
    """What is laid out beforehand.

    Attributes:
        made_for: The sizes of the columns and the laws for which they were made.
        first, span: The days that they cover.
        pairs: How many combinations of states there are.
        items: By item and states; it includes the relations between them.
        terms: By terms.
        places: By states and day.
        whole: Whether answers are looked up by codes; else by kinds.
        classes: The classes of items, terms and kinds of places: by codes if answers are looked up by
            codes, else by kinds.
        size: How many combinations of items and terms there are.
        begins: By states and day, where the answers of its kind of place begin; for a table by codes.
        answers: The answers that the table holds.
    """

    made_for: object
    first: int
    span: int
    pairs: int
    items: _Kinds
    terms: _Kinds
    places: _Kinds
    whole: bool
    classes: tuple[Hashes, Hashes, Hashes]
    size: int
    begins: NDArray[np.intp]
    answers: _Table | _Recent


class _Table:
    """The answers of cells that are few enough to have a place each: its number and one, 0 where it is not known.

    Narrow numbers keep the table in the cache, which is what the speed of a look-up hangs on.
    """

    def __init__(self, cells: int, highest: int) -> None:
        self._numbers: NDArray[Any] = np.zeros(cells, _narrow(highest + 2))
        self._lock = Lock()

    def find(self, cells: Ints, found: NDArray[np.int32]) -> None:
        """The number of each cell's answer, -1 where it is not known."""
        np.subtract(self._numbers.take(cells, mode="clip"), 1, out=found, dtype=np.int32)

    def learn(self, cells: Ints, numbers: NDArray[np.int32]) -> None:
        """Take in the answers of some cells; what is -1 stays unknown. Others may read meanwhile."""
        with self._lock:
            if int(numbers.max(initial=-1)) >= np.iinfo(self._numbers.dtype).max:
                self._numbers = self._numbers.astype(np.uint32)
            self._numbers[cells] = numbers + 1


class _Recent:
    """The answers of cells that are many: a place for several, of which it holds the last that was asked.

    A word holds the cell above and the number of its answer and one below, so that a reader never
    sees the one without the other. Laid out for every cell, the table would not fit into the cache,
    and to touch its pages for the first time would take longer than the look-ups.
    """

    def __init__(self) -> None:
        self._held = np.zeros(1 << _RECENT, np.uint64)

    def _places(self, cells: Ints) -> NDArray[np.intp]:
        places = cells.astype(np.uint64)
        places *= _SPREAD
        places >>= np.uint64(64 - _RECENT)
        return places.view(np.intp)

    def find(self, cells: Ints, found: NDArray[np.int32]) -> None:
        """The number of each cell's answer, -1 where it is not known."""
        held = self._held.take(self._places(cells), mode="clip")
        np.bitwise_and(held, _NUMBER, out=found, casting="unsafe")
        found -= 1
        held >>= np.uint64(_BITS)
        wrong = held.view(np.int64) != cells
        if wrong.any():
            found[wrong] = -1

    def learn(self, cells: Ints, numbers: NDArray[np.int32]) -> None:
        """Take in the answers of some cells; what is -1 stays unknown. Others may read meanwhile."""
        kept = numbers < int(_NUMBER)  # there will hardly ever be more
        cells, numbers = cells[kept], numbers[kept]
        self._held[self._places(cells)] = cells.astype(np.uint64) << np.uint64(_BITS) | (numbers + 1).astype(np.uint64)


class _OutsideError(Exception):
    """A row has a day that the tables do not cover."""


class Shortcut:
    """Answers rows from tables."""

    def __init__(self, axes: Axes, traits: Traits) -> None:
        self._axes = axes
        self._traits = traits
        self._tables: _Tables | None = None

    def find(self, rows: Rows, store: Store, threads: int = 1) -> NDArray[np.int32] | None:
        """For each row what the store says, -1 where the long way is needed.

        None where the table has too many distinct values for this way.
        """
        sizes = tuple((name, column.size, column.low) for name, column in rows.columns.items())
        while True:
            tables = self._tables
            if tables is None or tables.made_for != (sizes, self._axes.generation):
                tables = self._remade(rows, sizes, tables, store)
            if tables is None:
                return None
            try:
                return self._find(tables, rows, store, threads)
            except _OutsideError:
                self._remade(rows, sizes, tables, store)

    def _find(self, tables: _Tables, rows: Rows, store: Store, threads: int) -> NDArray[np.int32]:
        found = np.empty(rows.count, np.int32)
        columns = self._axes.columns(rows)
        share = -(-rows.count // (threads * _BLOCK)) * _BLOCK
        parts = [range(start, min(start + share, rows.count), _BLOCK) for start in range(0, rows.count, share)]
        if len(parts) == 1:
            _Filler(tables, columns, rows, store).fill(found, parts[0])
        else:
            with ThreadPoolExecutor(len(parts)) as pool:
                list(pool.map(lambda part: _Filler(tables, columns, rows, store).fill(found, part), parts))
        return found

    def _remade(self, rows: Rows, sizes: object, kept: _Tables | None, store: Store) -> _Tables | None:
        """Tables in place of those that did not do, unless another thread has made some meanwhile."""
        first, last = int(rows.days.min()), int(rows.days.max())
        with self._axes.lock:
            tables = self._tables
            if tables is not None and tables.made_for == (sizes, self._axes.generation):
                if tables is not kept:
                    return tables
                first, last = min(first, tables.first), max(last, tables.first + tables.span - 1)
            self._tables = found = self._make(rows, sizes, first, last - first + 1, store)
        return found

    def _make(self, rows: Rows, sizes: object, first: int, span: int, store: Store) -> _Tables | None:
        axes, traits = self._axes, self._traits
        if traits.assumes():
            return None
        every = [decode(columns, _MOST) for columns in axes.columns(rows)]
        if None in every:
            return None
        (item_count, items), (term_count, terms), (pair_count, pairs) = every  # type: ignore[misc]
        if pair_count * span > _MOST_PLACES or item_count * pair_count > min(_MOST_PAIRS, max(rows.count, _FEW)):
            return None
        places, of_place, same = axes.all_places(pairs, pair_count, first, span)
        present = np.flatnonzero(np.bincount(places))
        kinds = _Kinds.made(np.append(of_place[present], _NEVER))
        kind_of = np.zeros(len(of_place), kinds.of.dtype)
        kind_of[present] = kinds.of[:-1]
        to_itself = np.repeat(same, span)
        where = _Kinds(np.where(to_itself, kinds.of[-1], kind_of.take(places)), kinds.classes)
        item_rows = axes.item_rows(items, item_count)
        odd = (item_rows[:, 2] & np.uint64(CLASHES | UNNAMED)).astype(bool)
        own = item_rows[:, 0] + np.where(odd, _NEVER, np.uint64(0))
        _, example, lists = np.unique(item_rows[:, 1], return_index=True, return_inverse=True)
        every_pair = np.tile(np.arange(pair_count), len(example))
        related = axes.all_related(items, pairs, np.repeat(example, pair_count), every_pair)
        both = _Kinds.made((own[:, None] + related.reshape(len(example), pair_count)[lists]).ravel())
        own = axes.term_rows(terms, term_count)[:, 0]
        when = _Kinds.made(own + np.where(traits.odd_terms(terms, term_count), _NEVER, np.uint64(0)))
        by_codes, by_kinds = len(both.of) * len(when.of), len(both) * len(when)
        whole = by_codes * len(where) <= _WHOLE and len(where.of) <= _MANY_DAYS
        size = by_codes if whole else by_kinds
        cells = size * len(where)
        if size >= 1 << 31 or cells > 1 << 64 - _BITS:
            return None
        few = cells <= max(_DENSE, _CELLS_A_ROW * rows.count)
        answers = _Table(cells, int(store.rows[: len(store), 0].max())) if few else _Recent()
        classes = (both.every, when.every) if whole else (both.classes, when.classes)
        begins = where.of.astype(np.intp) * size if whole else np.zeros(0, np.intp)
        return _Tables(
            (sizes, axes.generation), first, span, pair_count, both, when, where, whole,
            (*classes, where.classes), size, begins, answers,
        )  # fmt: skip


Three = tuple[Mapping[str, Column], Mapping[str, Column], Mapping[str, Column]]


class _Filler:
    """Answers blocks of rows; one for each thread."""

    def __init__(self, tables: _Tables, columns: Three, rows: Rows, store: Store) -> None:
        items, terms, states = (list(each.values()) for each in columns)
        self.tables = tables
        self.rows = rows
        self.store = store
        self.together = _Radix([*items, *states, *terms])
        self.item, self.pair, self.term = _Radix([*items, *states]), _Radix(states), _Radix(terms)
        self._days = np.empty(_BLOCK, np.int32)
        self._place = np.empty(_BLOCK, np.intp)
        self._index = np.empty(_BLOCK, np.intp)

    def fill(self, found: NDArray[np.int32], starts: range) -> None:
        """Answer the rows of some blocks."""
        answer = self._by_codes if self.tables.whole else self._by_kinds
        for start in starts:
            here = slice(start, min(start + _BLOCK, starts.stop))
            answer(here, self._where(here), found[here])

    def _where(self, here: slice) -> Ints:
        """States and day of some rows as one number."""
        tables = self.tables
        days = self._days[: here.stop - here.start]
        np.subtract(self.rows.days[here], np.int32(tables.first), out=days)
        if int(days.view(np.uint32).max()) >= tables.span:
            raise _OutsideError
        if tables.pairs == 1:
            return days
        place = self._place[: len(days)]
        np.multiply(self.pair.fold(here), tables.span, out=place, dtype=np.intp)
        place += days
        return place

    def _by_codes(self, here: slice, where: Ints, found: NDArray[np.int32]) -> None:
        at = self._index[: len(where)]
        self.tables.begins.take(where, out=at, mode="clip")
        at += self.together.fold(here)
        self._look_up(at, found)

    def _by_kinds(self, here: slice, where: Ints, found: NDArray[np.int32]) -> None:
        tables = self.tables
        at = self._index[: len(where)]
        np.multiply(tables.places.of.take(where, mode="clip"), tables.size, out=at, dtype=np.intp)
        item = np.multiply(tables.items.of.take(self.item.fold(here), mode="clip"), len(tables.terms), dtype=np.int32)
        item += tables.terms.of.take(self.term.fold(here), mode="clip")
        at += item
        self._look_up(at, found)

    def _look_up(self, at: Ints, found: NDArray[np.int32]) -> None:
        answers = self.tables.answers
        answers.find(at, found)
        if int(found.min()) < 0:
            new = np.flatnonzero(found < 0)
            cells = at[new]
            place, rest = np.divmod(cells, self.tables.size)
            item, term = np.divmod(rest, len(self.tables.classes[1]))
            items, terms, places = self.tables.classes
            found[new] = _stored(self.store, items.take(item) + terms.take(term) + places.take(place))
            answers.learn(cells, found[new])


def _stored(store: Store, sums: Hashes) -> NDArray[np.int32]:
    """What is kept under the sums of classes; -1 where there is nothing."""
    places = store.find(np.maximum(sums, np.uint64(1), out=sums))
    found: NDArray[np.int32] = store.rows[:, 0].take(places, mode="clip")
    if len(places) and int(places.min()) < 0:
        found[places < 0] = -1
    return found


class _Radix:
    """The number of each row's combination of codes, as `decode` counts them.

    Neighbouring columns are first folded in bytes, as many as a byte has room for: the narrower the
    numbers, the faster the arithmetic.
    """

    def __init__(self, columns: Iterable[Column]) -> None:
        self._groups: list[list[Column]] = []
        self._sizes: list[int] = []
        for column in columns:
            wide = column.size - column.low
            if wide == 1:
                continue
            if self._groups and self._sizes[-1] * wide <= 1 << 8:
                self._groups[-1].append(column)
                self._sizes[-1] *= wide
            else:
                self._groups.append([column])
                self._sizes.append(wide)

    def fold(self, here: slice) -> NDArray[Any]:
        """For some rows."""
        if not self._groups:
            return np.zeros(here.stop - here.start, np.uint8)
        found = _folded(self._groups[0], self._sizes[0], here)
        total = self._sizes[0]
        for group, size in zip(self._groups[1:], self._sizes[1:], strict=True):
            total *= size
            kind = _narrow(total)
            found = found.astype(kind, copy=False)
            np.multiply(found, kind(size), out=found)
            np.add(found, _folded(group, size, here), out=found)
        return found


def _folded(columns: list[Column], size: int, here: slice) -> NDArray[Any]:
    kind = _narrow(size)
    found: NDArray[Any] = columns[0].codes[here].astype(kind)
    below = columns[0].low
    for column in columns[1:]:
        wide = column.size - column.low
        np.multiply(found, kind(wide), out=found)
        np.add(found, column.codes[here], out=found, casting="unsafe")
        below = below * wide + column.low
    if below:
        found -= kind(below & int(np.iinfo(kind).max))
    return found


def _narrow(size: int) -> type[np.unsignedinteger[Any]]:
    return np.uint8 if size <= 1 << 8 else np.uint16 if size <= 1 << 16 else np.uint32
