"""Several columns of small codes as one: equal rows get equal numbers, without sorting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sekisho.batch.residue import Ints, narrow, wide

_DENSE = 1 << 22
"""Up to this many possible combinations a table of all of them is kept; beyond, they are closed up first."""


@dataclass(frozen=True, slots=True)
class Column:
    """A code for every row, from `low` up to but not including `size`."""

    codes: Ints
    size: int
    low: int = 0

    def some(self, rows: Ints) -> Column:
        """The codes of some rows."""
        return Column(self.codes.take(rows), self.size, self.low)


@dataclass(frozen=True, slots=True)
class Packed:
    """A number for every row, how many there are, and one row for each number."""

    codes: Ints
    size: int
    row: Ints


def pack(columns: Sequence[Column], rows: int) -> Packed:
    """Equal combinations of codes as equal numbers, counted from 0 without gaps."""
    varying = [column for column in columns if column.size > 1]
    if not varying:
        return Packed(np.zeros(rows, np.int32), 1 if rows else 0, np.zeros(min(rows, 1), np.int64))
    codes, size = varying[0].codes, varying[0].size
    for column in varying[1:]:
        if size * column.size > _DENSE:
            packed = _close(codes, size)
            codes, size = packed.codes, packed.size
        size *= column.size
        kind = wide(size)
        codes = codes.astype(kind, copy=False) * kind(column.size) + column.codes
    return _close(codes, size)


def _close(codes: Ints, size: int) -> Packed:
    rows = len(codes)
    if size > max(4 * rows, _DENSE):
        _, first, codes = np.unique(codes, return_index=True, return_inverse=True)
        return Packed(codes.astype(np.int32), len(first), first)
    slot = np.full(size, -1, np.int32)
    slot[codes] = np.arange(rows, dtype=np.int32)
    present = np.flatnonzero(slot >= 0)
    row = slot[present]
    slot[present] = np.arange(len(present), dtype=np.int32)
    return Packed(slot.take(codes, mode="clip"), len(present), row)


__all__ = ["Column", "Packed", "narrow", "pack"]
