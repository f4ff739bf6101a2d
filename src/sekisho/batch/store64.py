"""Rows of numbers under 64-bit keys, found for a million keys at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
_EMPTY = np.uint64(0)


class Store:
    """A hash table in arrays: open addressing, at most half full, all steps on whole columns.

    Example:
        >>> store = Store(2)
        >>> store.add(np.array([7, 9], np.uint64), np.array([[1, 2], [3, 4]]))
        >>> store.find(np.array([9, 8], np.uint64)).tolist()
        [1, -1]
        >>> store.rows[1].tolist()
        [3, 4]
    """

    def __init__(self, width: int, kind: Any = np.int32) -> None:
        self.rows: NDArray[Any] = np.zeros((0, width), kind)
        self._count = 0
        self._keys = np.zeros(1 << 10, np.uint64)
        self._at = np.zeros(1 << 10, np.int32)

    def __len__(self) -> int:
        return self._count

    def find(self, keys: Keys) -> NDArray[np.int32]:
        """For each key the position of its row, -1 where there is none."""
        mask = np.uint64(len(self._keys) - 1)
        found = np.full(len(keys), -1, np.int32)
        slot = (keys & mask).astype(np.int64)
        open_ = np.arange(len(keys))
        while len(open_):
            held = self._keys.take(slot)
            same = held == keys[open_]
            found[open_[same]] = self._at.take(slot[same])
            go_on = ~same & (held != _EMPTY)
            open_, slot = open_[go_on], (slot[go_on] + 1) & int(mask)
        return found

    def add(self, keys: Keys, rows: NDArray[Any]) -> None:
        """Add rows under keys that are distinct, not 0, and not in the table yet."""
        total = self._count + len(keys)
        if total > len(self.rows):
            grown = np.zeros((max(total, 2 * len(self.rows)), self.rows.shape[1]), self.rows.dtype)
            grown[: self._count] = self.rows[: self._count]
            self.rows = grown
        self.rows[self._count : total] = rows
        at = np.arange(self._count, total, dtype=np.int32)
        self._count = total
        if 2 * total > len(self._keys):
            old_keys, old_at = self._keys[self._keys != _EMPTY], self._at[self._keys != _EMPTY]
            size = 1 << (4 * total).bit_length()
            self._keys, self._at = np.zeros(size, np.uint64), np.zeros(size, np.int32)
            self._place(old_keys, old_at)
        self._place(keys, at)

    def _place(self, keys: Keys, at: NDArray[np.int32]) -> None:
        mask = len(self._keys) - 1
        slot = (keys & np.uint64(mask)).astype(np.int64)
        while len(keys):
            free = self._keys.take(slot) == _EMPTY
            _, first = np.unique(slot[free], return_index=True)
            won = np.flatnonzero(free)[first]
            self._keys[slot[won]], self._at[slot[won]] = keys[won], at[won]
            left = np.ones(len(keys), bool)
            left[won] = False
            keys, at, slot = keys[left], at[left], slot[left]
            slot = np.where(self._keys.take(slot) == _EMPTY, slot, (slot + 1) & mask)
