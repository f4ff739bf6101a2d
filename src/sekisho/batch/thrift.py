"""Thrift's compact form, as far as the footers and page headers of Parquet need it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

STOP, TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(13)
_INTEGERS = (I16, I32, I64)

Struct = dict[int, tuple[int, Any]]
"""A structure: by field number its type and value."""


@dataclass(frozen=True, slots=True)
class Items:
    """A list: the type of its values, and the values."""

    kind: int
    values: list[Any]


class Reader:
    """Reads structures from bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def varint(self) -> int:
        """A number of variable length."""
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def struct(self) -> Struct:
        """A structure."""
        found: Struct = {}
        number = 0
        while True:
            head = self.data[self.at]
            self.at += 1
            kind = head & 0x0F
            if kind == STOP:
                return found
            number = number + (head >> 4) if head >> 4 else self._signed()
            found[number] = (kind, kind == TRUE if kind in (TRUE, FALSE) else self._value(kind))

    def _signed(self) -> int:
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def _value(self, kind: int) -> Any:
        if kind in _INTEGERS:
            return self._signed()
        if kind == STRUCT:
            return self.struct()
        if kind == BINARY:
            return self._take(self.varint())
        if kind == DOUBLE:
            return self._take(8)
        if kind in (BYTE, TRUE, FALSE):
            return self._take(1)
        if kind in (LIST, SET):
            head = self.data[self.at]
            self.at += 1
            count = head >> 4 if head >> 4 != 15 else self.varint()
            return Items(head & 0x0F, [self._value(head & 0x0F) for _ in range(count)])
        raise ValueError(f"a footer with a value of type {kind}")

    def _take(self, count: int) -> bytes:
        found = self.data[self.at : self.at + count]
        self.at += count
        return found


def pack_struct(fields: Struct) -> bytes:
    """A structure as bytes.

    Example:
        >>> Reader(pack_struct({1: (I32, -3), 40: (BINARY, b"x")})).struct()
        {1: (5, -3), 40: (8, b'x')}
    """
    out = bytearray()
    _write_struct(out, fields)
    return bytes(out)


def pack_varint(value: int) -> bytes:
    """A number of variable length as bytes."""
    out = bytearray()
    _write_varint(out, value)
    return bytes(out)


def _write_struct(out: bytearray, fields: Struct) -> None:
    last = 0
    for number, (kind, value) in sorted(fields.items()):
        said = (TRUE if value else FALSE) if kind in (TRUE, FALSE) else kind
        if 0 < number - last < 16:
            out.append((number - last) << 4 | said)
        else:
            out.append(said)
            _write_signed(out, number)
        last = number
        if kind not in (TRUE, FALSE):
            _write(out, kind, value)
    out.append(STOP)


def _write(out: bytearray, kind: int, value: Any) -> None:
    if kind in _INTEGERS:
        _write_signed(out, value)
    elif kind == STRUCT:
        _write_struct(out, value)
    elif kind == BINARY:
        _write_varint(out, len(value))
        out.extend(value)
    elif kind in (LIST, SET):
        count = len(value.values)
        out.append((min(count, 15) << 4) | value.kind)
        if count >= 15:
            _write_varint(out, count)
        for each in value.values:
            _write(out, value.kind, each)
    else:
        out.extend(value)


def _write_varint(out: bytearray, value: int) -> None:
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def _write_signed(out: bytearray, value: int) -> None:
    _write_varint(out, value << 1 if value >= 0 else ((-value) << 1) - 1)
