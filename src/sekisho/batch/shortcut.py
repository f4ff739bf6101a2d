"""The way that most rows take: a few table look-ups, block by block, without leaving the cache.

Where the columns of a table have few distinct values, the class of every combination is laid out
beforehand. A row is then three or four look-ups and a sum, and the sum finds its answer. Rows that
the tables do not know (new cells, rows to be asked by themselves) are left to the long way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sekisho.batch.axes import Axes, Hashes, decode, radix
from sekisho.batch.residue import Ints
from sekisho.batch.rows import Rows
from sekisho.batch.store64 import Store
from sekisho.batch.traits import CLASHES, UNNAMED, Traits

_BLOCK = 1 << 15
_MOST = 1 << 17
_MOST_PAIRS = 1 << 22
_MOST_PLACES = 1 << 24
_DENSE = 1 << 24
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
        return cls(of.astype(np.int32), distinct)

    def __len__(self) -> int:
        return len(self.classes)


@dataclass(frozen=True, slots=True)
class _Tables:
    """The kind of every combination.

    Attributes:
        made_for: The sizes of the columns and the laws for which they were made.
        first, span: The days that they cover.
        pairs: How many combinations of states there are.
        items: By item and states; it includes the relations between them.
        terms: By terms.
        places: By states and day.
        dense: By kind of item, terms and place the position of the answer, -1 where it is not known;
            empty if that were too many.
    """

    made_for: object
    first: int
    span: int
    pairs: int
    items: _Kinds
    terms: _Kinds
    places: _Kinds
    dense: NDArray[np.int32]


class Shortcut:
    """Answers rows from tables."""

    def __init__(self, axes: Axes, traits: Traits) -> None:
        self._axes = axes
        self._traits = traits
        self._tables: _Tables | None = None

    def find(self, rows: Rows, store: Store) -> NDArray[np.int32] | None:
        """For each row the position of its answer in the store, -1 where the long way is needed.

        None where the table has too many distinct values for this way.
        """
        tables = self._ready(rows)
        if tables is None:
            return None
        found = np.empty(rows.count, np.int32)
        items, terms, states = self._axes.columns(rows)
        for start in range(0, rows.count, _BLOCK):
            here = slice(start, min(start + _BLOCK, rows.count))
            item, term, pair = (radix(columns, rows.count, here) for columns in (items, terms, states))
            if tables.pairs > 1:
                item *= np.int32(tables.pairs)
                item += pair
                pair *= np.int32(tables.span)
            pair += rows.days[here]
            pair -= np.int32(tables.first)
            kinds = (tables.items.of.take(item, mode="clip"), tables.terms.of.take(term, mode="clip"))
            found[here] = _answers(tables, store, *kinds, tables.places.of.take(pair, mode="clip"))
        return found

    def _ready(self, rows: Rows) -> _Tables | None:
        first, last = int(rows.days.min()), int(rows.days.max())
        sizes = tuple((name, column.size, column.low) for name, column in rows.columns.items())
        kept = self._tables
        if kept is not None and kept.made_for == (sizes, self._axes.generation):
            if kept.first <= first and last < kept.first + kept.span:
                return kept
            first, last = min(first, kept.first), max(last, kept.first + kept.span - 1)
        with self._axes.lock:
            self._tables = found = self._make(rows, sizes, first, last - first + 1)
        return found

    def _make(self, rows: Rows, sizes: object, first: int, span: int) -> _Tables | None:
        axes, traits = self._axes, self._traits
        if traits.assumes():
            return None
        every = [decode(columns, _MOST) for columns in axes.columns(rows)]
        if None in every:
            return None
        (item_count, items), (term_count, terms), (pair_count, pairs) = every  # type: ignore[misc]
        if pair_count * span > _MOST_PLACES or item_count * pair_count > min(_MOST_PAIRS, rows.count):
            return None
        places, same = axes.all_places(pairs, pair_count, first, span)
        places += np.where(np.repeat(same, span), _NEVER, np.uint64(0))
        item_rows = axes.item_rows(items, item_count)
        odd = (item_rows[:, 2] & np.uint64(CLASHES | UNNAMED)).astype(bool)
        own = item_rows[:, 0] + np.where(odd, _NEVER, np.uint64(0))
        _, example, lists = np.unique(item_rows[:, 1], return_index=True, return_inverse=True)
        every_pair = np.tile(np.arange(pair_count), len(example))
        related = axes.all_related(items, pairs, np.repeat(example, pair_count), every_pair)
        both = (own[:, None] + related.reshape(len(example), pair_count)[lists]).ravel()
        own = axes.term_rows(terms, term_count)[:, 0]
        kinds = (
            _Kinds.made(both),
            _Kinds.made(own + np.where(traits.odd_terms(terms, term_count), _NEVER, np.uint64(0))),
            _Kinds.made(places),
        )
        size = len(kinds[0]) * len(kinds[1]) * len(kinds[2])
        dense = np.full(size if size <= _DENSE else 0, -1, np.int32)
        return _Tables((sizes, axes.generation), first, span, pair_count, *kinds, dense)


def _answers(tables: _Tables, store: Store, item: Ints, term: Ints, place: Ints) -> NDArray[np.int32]:
    """The position of the answer of each row, by its kinds."""
    if not len(tables.dense):
        return store.find(_sums(tables, item, term, place))
    at = item * np.int32(len(tables.terms))
    at += term
    at *= np.int32(len(tables.places))
    at += place
    found: NDArray[np.int32] = tables.dense.take(at, mode="clip")
    if found.min() < 0:
        new = np.flatnonzero(found < 0)
        found[new] = store.find(_sums(tables, item[new], term[new], place[new]))
        tables.dense[at[new]] = found[new]
    return found


def _sums(tables: _Tables, item: Ints, term: Ints, place: Ints) -> Hashes:
    found: Hashes = tables.items.classes.take(item, mode="clip")
    found += tables.terms.classes.take(term, mode="clip")
    found += tables.places.classes.take(place, mode="clip")
    return np.maximum(found, np.uint64(1), out=found)
