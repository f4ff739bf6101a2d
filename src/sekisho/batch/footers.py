"""Parquet files put together as they stand: the bytes are copied, and only the footers are made anew.

Nothing of pyarrow joins files so, and to read and write ten million rows again would double the work.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from sekisho.batch.thrift import I64, LIST, STRUCT, Items, Reader, Struct, pack_struct

MAGIC = b"PAR1"

SCHEMA, ROWS, GROUPS, NOTES, MAKER, ORDERS, SECRET = 2, 3, 4, 5, 6, 7, 8
"""Fields of a footer."""

CHUNKS, BYTES, COUNT, SORTED, BEGIN, PRESSED, ORDINAL = 1, 2, 3, 4, 5, 6, 7
"""Fields of a row group: its columns, its size before compression, its rows, …"""

TOLD, SIZE, SIZE_PRESSED, PAGES, TEXTS = 3, 6, 7, 9, 11
"""Fields of a column of a row group: what is told of it, and there its sizes, and where its pages begin."""

_SHORT = 50_000
_FEW = 8


def can_be_passed_on(path: Path, groups: int, rows: int) -> Struct | None:
    """The footer of a file whose columns can be copied as they stand; None where they had better be written anew.

    They had where the footer is not what we expect, where columns are encrypted, and where the row
    groups are many and short: each gets result columns of its own.
    """
    try:
        stat = path.stat()
        footer = footer_of(path, stat.st_size, stat.st_mtime_ns)
        found = footer[GROUPS][1].values
        told = [chunk[TOLD][1] for group in found for chunk in group[CHUNKS][1].values]
        known = all({SIZE, SIZE_PRESSED, PAGES} <= each.keys() for each in told)
        counts = [group[COUNT][1] for group in found]
    except (OSError, KeyError, TypeError, AttributeError):
        return None
    if not known or SECRET in footer or (len(counts), sum(counts)) != (groups, rows):
        return None
    return footer if groups <= _FEW or rows >= _SHORT * groups else None


@lru_cache(maxsize=8)
def footer_of(source: Path, _size: int, _changed: int) -> Struct:
    """The footer of a file of this size and time, which many units share; not to be changed.

    Raises:
        OSError: It is no whole Parquet file.
    """
    with source.open("rb") as file:
        return read_footer(file, str(source))[1]


def join_parquet(parts: Iterable[Path], output: Path) -> None:
    """Write one file with the row groups of all parts, in order. Its schema is that of the first part.

    Raises:
        OSError: A part is no whole Parquet file, or the output cannot be written.
    """
    footer: Struct = {}
    rows = 0
    groups: list[Struct] = []
    with output.open("wb") as out:
        out.write(MAGIC)
        for path in parts:
            with path.open("rb") as file:
                body, found = read_footer(file, str(path))
                shift = out.tell() - len(MAGIC)
                file.seek(len(MAGIC))
                copy(file, out, body - len(MAGIC))
            footer = footer or found
            if found[SCHEMA] != footer[SCHEMA]:
                raise OSError(errno.EIO, f"the columns of {path} are not those of the first part")
            rows += found[ROWS][1]
            for group in found[GROUPS][1].values:
                shift_group(group, shift)
                group.pop(ORDINAL, None)  # counted anew by readers
                groups.append(group)
        close(out, footer, rows, groups)


def read_footer(file: BinaryIO, name: str) -> tuple[int, Struct]:
    """Where the footer begins, and the footer.

    Raises:
        OSError: It is no whole Parquet file.
    """
    file.seek(0, 2)
    size = file.tell()
    if size < 12:
        raise OSError(errno.EIO, f"{name} is cut short")
    file.seek(size - 8)
    length, magic = struct.unpack("<I4s", file.read(8))
    if magic != MAGIC or length > size - 12:
        raise OSError(errno.EIO, f"{name} is cut short")
    file.seek(size - 8 - length)
    try:
        return size - 8 - length, Reader(file.read(length)).struct()
    except (IndexError, ValueError) as error:
        raise OSError(errno.EIO, f"the footer of {name} is damaged") from error


def copy(source: BinaryIO, target: BinaryIO, count: int) -> None:
    """Copy so many bytes from where the source stands.

    Raises:
        OSError: There are not so many.
    """
    while count:
        data = source.read(min(count, 8 << 20))
        if not data:
            raise OSError(errno.EIO, "a Parquet file ends before its columns do")
        target.write(data)
        count -= len(data)


def shift_group(group: Struct, by: int) -> None:
    """Move the places of a row group: of its columns, their pages and their indexes."""
    if BEGIN in group:
        group[BEGIN] = (I64, group[BEGIN][1] + by)
    for chunk in group[CHUNKS][1].values:
        shift_chunk(chunk, by)


def shift_chunk(chunk: Struct, by: int) -> None:
    """Move the places of a column of a row group."""
    _add(chunk, (2, 4, 6), by)  # file_offset, offset_index_offset, column_index_offset
    if TOLD in chunk:
        _add(chunk[TOLD][1], (PAGES, 10, TEXTS, 14), by)  # data, index, dictionary pages, bloom filter


def _add(fields: Struct, numbers: Sequence[int], by: int) -> None:
    for number in numbers:
        if number in fields:
            kind, value = fields[number]
            fields[number] = (kind, value + by if value else value)


def close(out: BinaryIO, footer: Struct, rows: int, groups: list[Struct]) -> None:
    """Write the footer of a file with these row groups."""
    footer[ROWS] = (I64, rows)
    footer[GROUPS] = (LIST, Items(STRUCT, groups))
    data = pack_struct(footer)
    out.write(data)
    out.write(struct.pack("<I", len(data)) + MAGIC)
