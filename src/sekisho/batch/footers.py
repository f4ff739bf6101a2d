"""Parquet files put together as they stand: the bytes are copied, and only the footers are made anew.

Nothing of pyarrow joins files so, and to read and write ten million rows again would double the work.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from sekisho.batch.thrift import I64, LIST, STRUCT, Items, Reader, Struct, pack_struct

MAGIC = b"PAR1"


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
            rows += found[3][1]
            for group in found[4][1].values:
                shift_group(group, shift)
                group.pop(7, None)  # its ordinal: counted anew by readers
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
    return size - 8 - length, Reader(file.read(length)).struct()


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
    if 5 in group:
        group[5] = (group[5][0], group[5][1] + by)
    for chunk in group[1][1].values:
        shift_chunk(chunk, by)


def shift_chunk(chunk: Struct, by: int) -> None:
    """Move the places of a column of a row group."""
    _add(chunk, (2, 4, 6), by)  # file_offset, offset_index_offset, column_index_offset
    if 3 in chunk:
        _add(chunk[3][1], (9, 10, 11, 14), by)  # data, index, dictionary pages, bloom filter


def _add(fields: Struct, numbers: Sequence[int], by: int) -> None:
    for number in numbers:
        if number in fields:
            kind, value = fields[number]
            fields[number] = (kind, value + by if value else value)


def close(out: BinaryIO, footer: Struct, rows: int, groups: list[Struct]) -> None:
    """Write the footer of a file with these row groups."""
    footer[3] = (I64, rows)
    footer[4] = (LIST, Items(STRUCT, groups))
    data = pack_struct(footer)
    out.write(data)
    out.write(struct.pack("<I", len(data)) + MAGIC)
