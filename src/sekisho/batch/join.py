"""Parquet files of one schema joined into one by moving their row groups, without decoding a value.

A Parquet file ends with a footer that says where each column of each row group lies. Joining is
copying bytes and writing one footer in which the places are shifted. The footer is in Thrift's
compact form, of which the few types that occur are read and written here.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

_MAGIC = b"PAR1"
_STOP, _TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(13)
_INTEGERS = (_I16, _I32, _I64)

Struct = dict[int, tuple[int, Any]]
"""A Thrift structure: by field number its type and value."""


@dataclass(frozen=True, slots=True)
class _List:
    kind: int
    values: list[Any]


def join_parquet(parts: Sequence[Path], output: Path) -> None:
    """Write one file with the row groups of all parts, in order. Its footer is that of the first part.

    Raises:
        ValueError: A part is no whole Parquet file.
    """
    footer: Struct | None = None
    rows = 0
    groups: list[Struct] = []
    with output.open("wb") as out:
        out.write(_MAGIC)
        for path in parts:
            with path.open("rb") as file:
                body, found = _open(file, path)
                shift = out.tell() - len(_MAGIC)
                file.seek(len(_MAGIC))
                _copy(file, out, body - len(_MAGIC))
            footer = footer or found
            rows += found[3][1]
            for group in found[4][1].values:
                _shift(group, shift)
                group.pop(7, None)  # its ordinal: counted anew by readers
                groups.append(group)
        assert footer is not None
        footer[3] = (_I64, rows)
        footer[4] = (_LIST, _List(_STRUCT, groups))
        data = bytearray()
        _write_struct(data, footer)
        out.write(data)
        out.write(struct.pack("<I", len(data)) + _MAGIC)


def _open(file: BinaryIO, path: Path) -> tuple[int, Struct]:
    file.seek(0, 2)
    size = file.tell()
    if size < 12:
        raise ValueError(f"{path} is cut short")
    file.seek(size - 8)
    length, magic = struct.unpack("<I4s", file.read(8))
    if magic != _MAGIC or length > size - 12:
        raise ValueError(f"{path} is cut short")
    file.seek(size - 8 - length)
    return size - 8 - length, _Reader(file.read(length)).struct()


def _copy(source: BinaryIO, target: BinaryIO, count: int) -> None:
    while count:
        data = source.read(min(count, 8 << 20))
        target.write(data)
        count -= len(data)


def _shift(group: Struct, by: int) -> None:
    """Move the places of a row group: of its columns, their pages and their indexes."""
    if 5 in group:
        group[5] = (group[5][0], group[5][1] + by)
    for chunk in group[1][1].values:
        _add(chunk, (2, 4, 6), by)  # file_offset, offset_index_offset, column_index_offset
        if 3 in chunk:
            _add(chunk[3][1], (9, 10, 11, 14), by)  # data, index, dictionary pages, bloom filter


def _add(fields: Struct, numbers: Sequence[int], by: int) -> None:
    for number in numbers:
        if number in fields:
            kind, value = fields[number]
            fields[number] = (kind, value + by if value else value)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def signed(self) -> int:
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def struct(self) -> Struct:
        found: Struct = {}
        number = 0
        while True:
            head = self.data[self.at]
            self.at += 1
            kind = head & 0x0F
            if kind == _STOP:
                return found
            number = number + (head >> 4) if head >> 4 else self.signed()
            found[number] = (kind, kind == _TRUE if kind in (_TRUE, _FALSE) else self.value(kind))

    def value(self, kind: int) -> Any:
        if kind in _INTEGERS:
            return self.signed()
        if kind == _STRUCT:
            return self.struct()
        if kind == _BINARY:
            return self.take(self.varint())
        if kind == _DOUBLE:
            return self.take(8)
        if kind in (_BYTE, _TRUE, _FALSE):
            return self.take(1)
        if kind in (_LIST, _SET):
            head = self.data[self.at]
            self.at += 1
            count = head >> 4 if head >> 4 != 15 else self.varint()
            return _List(head & 0x0F, [self.value(head & 0x0F) for _ in range(count)])
        raise ValueError(f"a footer with a value of type {kind}")

    def take(self, count: int) -> bytes:
        found = self.data[self.at : self.at + count]
        self.at += count
        return found


def _write_struct(out: bytearray, fields: Struct) -> None:
    last = 0
    for number, (kind, value) in sorted(fields.items()):
        said = (_TRUE if value else _FALSE) if kind in (_TRUE, _FALSE) else kind
        if 0 < number - last < 16:
            out.append((number - last) << 4 | said)
        else:
            out.append(said)
            _write_signed(out, number)
        last = number
        if kind not in (_TRUE, _FALSE):
            _write(out, kind, value)
    out.append(_STOP)


def _write(out: bytearray, kind: int, value: Any) -> None:
    if kind in _INTEGERS:
        _write_signed(out, value)
    elif kind == _STRUCT:
        _write_struct(out, value)
    elif kind == _BINARY:
        _write_varint(out, len(value))
        out.extend(value)
    elif kind in (_LIST, _SET):
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
    _write_varint(out, (value << 1) ^ (value >> 63) if value >= 0 else ((-value) << 1) - 1)


def join_texts(parts: Sequence[Path], output: Path) -> None:
    """Write one text file with the parts in order, the first with its headings."""
    with output.open("wb") as out:
        for path in parts:
            with path.open("rb") as file:
                shutil.copyfileobj(file, out, 8 << 20)
