"""Parquet parts, and files joined without decoding a value.

pyarrow writes the parts. Nothing of it joins files as they stand, and to read and write ten million
rows again would double the work: so the row groups are copied, and the footers made one.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from sekisho.batch.thrift import I64, LIST, STRUCT, Items, Reader, Struct, pack_struct

_MAGIC = b"PAR1"
_GROUP = 1 << 20


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a table as one part."""
    optional = pa.schema([field.with_nullable(True) for field in table.schema])  # else the parts would not be alike
    table = pa.Table.from_arrays(table.columns, schema=optional)
    texts = [field.name for field in table.schema if _is_text(field.type)]
    others = [field.name for field in table.schema if not _is_text(field.type)]
    pq.write_table(
        table, path, row_group_size=_GROUP, use_dictionary=texts, write_statistics=others, store_schema=False
    )


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


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
                body, found = _open(file, str(path))
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
        _close(out, footer, rows, groups)


def _open(file: BinaryIO, name: str) -> tuple[int, Struct]:
    """Where the footer begins, and the footer."""
    file.seek(0, 2)
    size = file.tell()
    if size < 12:
        raise ValueError(f"{name} is cut short")
    file.seek(size - 8)
    length, magic = struct.unpack("<I4s", file.read(8))
    if magic != _MAGIC or length > size - 12:
        raise ValueError(f"{name} is cut short")
    file.seek(size - 8 - length)
    return size - 8 - length, Reader(file.read(length)).struct()


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


def _close(out: BinaryIO, footer: Struct, rows: int, groups: list[Struct]) -> None:
    footer[3] = (I64, rows)
    footer[4] = (LIST, Items(STRUCT, groups))
    data = pack_struct(footer)
    out.write(data)
    out.write(struct.pack("<I", len(data)) + _MAGIC)
