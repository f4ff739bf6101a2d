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
        self._slots = (np.zeros(1 << 10, np.uint64), np.zeros(1 << 10, np.int32))

    def __len__(self) -> int:
        return self._count

    def find(self, keys: Keys) -> NDArray[np.int32]:
        """For each key the position of its row, -1 where there is none. Others may add meanwhile."""
        held_keys, held_at = self._slots
        mask = np.uint64(len(held_keys) - 1)
        slot = (keys & mask).view(np.int64)
        held = held_keys.take(slot)
        found = held_at.take(slot)
        wrong = held != keys
        if not wrong.any():
            return found
        open_ = np.flatnonzero(wrong)
        found[open_] = -1
        slot, held = slot[open_], held[open_]
        while len(open_):
            go_on = held != _EMPTY
            open_, slot = open_[go_on], (slot[go_on] + 1) & int(mask)
            held = held_keys.take(slot)
            same = held == keys[open_]
            found[open_[same]] = held_at.take(slot[same])
            open_, slot, held = open_[~same], slot[~same], held[~same]
        return found

    def content(self) -> tuple[Keys, NDArray[Any]]:
        """Every key with its row."""
        keys, at = self._slots
        order = np.flatnonzero(keys != _EMPTY)
        return keys[order], self.rows[at[order]]

    def add(self, keys: Keys, rows: NDArray[Any]) -> None:
        """Add rows under keys that are distinct, not 0, and not in the table yet."""
        total = self._count + len(keys)
        if total > len(self.rows):
            grown = np.zeros((max(total, 2 * len(self.rows)), self.rows.shape[1]), self.rows.dtype)
            grown[: self._count] = self.rows[: self._count]
            self.rows = grown
        self.rows[self._count : total] = rows
        at = np.arange(self._count, total, dtype=np.int32)
        slots = self._slots
        if 2 * total > len(slots[0]):
            held = slots[0] != _EMPTY
            size = 1 << (4 * total).bit_length()
            slots = (np.zeros(size, np.uint64), np.zeros(size, np.int32))
            _place(slots, self._slots[0][held], self._slots[1][held])
        _place(slots, keys, at)
        self._slots = slots
        self._count = total


def _place(slots: tuple[Keys, NDArray[np.int32]], keys: Keys, at: NDArray[np.int32]) -> None:
    """Put keys into free slots; who reads meanwhile sees a key only with its position."""
    held_keys, held_at = slots
    mask = len(held_keys) - 1
    slot = (keys & np.uint64(mask)).astype(np.int64)
    while len(keys):
        free = np.flatnonzero(held_keys.take(slot) == _EMPTY)
        held_at[slot[free]] = at[free]  # of several that want one slot, the last gets it
        won = free[held_at.take(slot[free]) == at[free]]
        held_keys[slot[won]] = keys[won]
        left = np.ones(len(keys), bool)
        left[won] = False
        keys, at, slot = keys[left], at[left], slot[left]
        slot = np.where(held_keys.take(slot) == _EMPTY, slot, (slot + 1) & mask)
