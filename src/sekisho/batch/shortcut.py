"""The way that most rows take: a few table look-ups, block by block, without leaving the cache.

Where the columns of a table have few distinct values, the class of every combination is laid out
beforehand. A row is then three or four look-ups and a sum, and the sum finds its answer. Rows that
the tables do not know (new cells, rows to be asked by themselves) are left to the long way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sekisho.batch.axes import PLACES, RELATED, Axes, Group, Hashes, group_of
from sekisho.batch.pack import Column
from sekisho.batch.residue import Ints, scatter
from sekisho.batch.rows import Rows
from sekisho.batch.store64 import Store

_BLOCK = 1 << 15
_MOST = 1 << 17
_MOST_DAYS = 1 << 24
_DENSE = 1 << 24
_NEVER = np.uint64(0x5EC15E0)
"""Added to the class of a profile whose rows take the long way; no cell has such a sum."""


@dataclass(frozen=True, slots=True)
class _Tables:
    """The class of every combination, and what the tables were made for."""

    made_for: object
    first_day: int
    span: int
    items: Hashes
    terms: Hashes
    lists: Ints
    related: Hashes
    places: Hashes
    strides: tuple[int, int, int, int]


class Shortcut:
    """Answers rows from tables; as good as its tables, and never wrong."""

    def __init__(self, axes: Axes) -> None:
        self._axes = axes
        self._tables: _Tables | None = None
        self._dense: tuple[object, NDArray[np.int32]] | None = None

    def find(self, rows: Rows, store: Store) -> NDArray[np.int32] | None:
        """For each row the position of its answer in the store, -1 where the long way is needed.

        None where the table has too many distinct values for this way.
        """
        tables = self._ready(rows)
        if tables is None:
            return None
        found = np.empty(rows.count, np.int32)
        dense = self._dense_for(tables)
        for start in range(0, rows.count, _BLOCK):
            here = slice(start, min(start + _BLOCK, rows.count))
            if dense is None:
                found[here] = store.find(self._hashes(tables, rows, here))
            else:
                found[here] = self._from_dense(tables, dense, rows, here, store)
        return found

    def _hashes(self, tables: _Tables, rows: Rows, here: slice) -> Hashes:
        axes = self._axes
        items, pairs = _radix(rows, axes.item_columns, here), _radix(rows, axes.state_columns, here)
        hashes = tables.terms.take(_radix(rows, axes.term_columns, here), mode="clip")
        hashes += tables.items.take(items, mode="clip")
        days = rows.days[here] - np.int32(tables.first_day)
        hashes += tables.places.take(pairs * np.int32(tables.span) + days, mode="clip")
        if len(tables.related) > 1:
            at = tables.lists.take(items, mode="clip")
            at += pairs
            hashes += tables.related.take(at, mode="clip")
        return np.maximum(hashes, np.uint64(1), out=hashes)

    # Dense: so few combinations in all that each has its own place

    def _dense_for(self, tables: _Tables) -> NDArray[np.int32] | None:
        size = len(tables.items) * len(tables.terms) * len(tables.places)
        if size > _DENSE:
            return None
        if self._dense is None or self._dense[0] is not tables:
            self._dense = (tables, np.full(size, -1, np.int32))
        return self._dense[1]

    def _from_dense(
        self, tables: _Tables, dense: NDArray[np.int32], rows: Rows, here: slice, store: Store
    ) -> NDArray[np.int32]:
        axes = self._axes
        at = _radix(rows, (*axes.item_columns, *axes.term_columns, *axes.state_columns), here)
        at = at * np.int32(tables.span) + (rows.days[here] - np.int32(tables.first_day))
        found = dense.take(at, mode="clip")
        new = np.flatnonzero(found < 0)
        if len(new):
            found[new] = store.find(self._hashes(tables, rows, here)[new])
            dense[at[new]] = found[new]
        return found

    # Tables

    def _ready(self, rows: Rows) -> _Tables | None:
        first, last = int(rows.days.min()), int(rows.days.max())
        sizes = tuple((name, column.size) for name, column in rows.columns.items())
        kept = self._tables
        if kept is not None and kept.made_for == (sizes, self._axes.generation):
            if kept.first_day <= first and last < kept.first_day + kept.span:
                return kept
        with self._axes.lock:
            found = self._make(rows, sizes, first, last)
        self._tables = found
        return found

    def _make(self, rows: Rows, sizes: object, first: int, last: int) -> _Tables | None:
        axes = self._axes
        if axes.assumes(rows):
            return None
        groups = []
        for columns in (axes.item_columns, axes.term_columns, axes.state_columns):
            found = _every(rows, columns)
            if found is None:
                return None
            groups.append(found)
        items, terms, pairs = groups
        span = last - first + 1
        if pairs.size * span > _MOST_DAYS:
            return None
        places, same = axes.all_places(pairs, first, span)
        item_rows = axes.item_rows(items.given, items.size)
        item_classes = np.where(axes.odd_items(items.given, item_rows[:, 2]), item_rows[:, 0] + _NEVER, item_rows[:, 0])
        term_classes = axes.term_rows(terms.given, terms.size)[:, 0]
        term_classes = np.where(axes.odd_terms(terms.given, terms.size), term_classes + _NEVER, term_classes)
        places = np.where(np.repeat(same, span), places + _NEVER, places)
        lists, related = self._related(items, item_rows[:, 1], pairs)
        if lists is None:
            if len(related) > 1:
                places = places + np.repeat(related, span)
            lists, related = np.zeros(1, np.int32), np.zeros(1, np.uint64)
        made_for = (sizes, axes.generation)
        return _Tables(made_for, first, span, item_classes, term_classes, lists, related, places, (0, 0, 0, 0))


def _radix(rows: Rows, columns: tuple[str, ...], here: slice) -> Ints:
    """The combination of codes of each row, as a number."""
    found: Ints | None = None
    for name in columns:
        column = rows.columns.get(name)
        if column is None or column.size == 1:
            continue
        if found is None:
            found = column.codes[here]
        else:
            found = found * np.int32(column.size)
            found += column.codes[here]
    return np.zeros(here.stop - here.start, np.int32) if found is None else found
