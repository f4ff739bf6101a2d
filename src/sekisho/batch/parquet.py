"""Parquet written at the speed of memory, and files joined without decoding a value.

A result column is a small code for each row and a short dictionary; Parquet stores just that. Where
codes are one or two bytes wide their bit-packed form is the codes themselves, so a page is written
by copying it. A column of any other kind lets the whole part go through pyarrow instead.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sekisho.batch.residue import Ints, narrow
from sekisho.batch.thrift import BINARY, I32, I64, LIST, STRUCT, Items, Reader, Struct, pack_struct, varint

_MAGIC = b"PAR1"
_PLAIN, _RLE, _RLE_DICTIONARY = 0, 3, 8
_DATA_PAGE, _DICTIONARY_PAGE = 0, 2
_UNCOMPRESSED, _SNAPPY = 0, 1
_SAMPLE = 1 << 16
_TYPES = {"int32": 1, "int64": 2, "double": 5, "date32[day]": 1}
_TEXT = 6


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a table as one row group; quickly where its columns allow it."""
    table = table.combine_chunks()
    optional = pa.schema([field.with_nullable(True) for field in table.schema])  # else the parts would not be alike
    table = pa.Table.from_arrays(table.columns, schema=optional)
    if table.num_rows and all(_simple(field.type) for field in table.schema):
        _write_simple(table, path)
        return
    texts = [field.name for field in table.schema if _is_text(field.type)]
    others = [field.name for field in table.schema if not _is_text(field.type)]
    pq.write_table(
        table, path, row_group_size=1 << 20, use_dictionary=texts, write_statistics=others, store_schema=False
    )


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _simple(kind: pa.DataType) -> bool:
    return str(kind) in _TYPES or (pa.types.is_dictionary(kind) and pa.types.is_string(kind.value_type))


def _write_simple(table: pa.Table, path: Path) -> None:
    footer = _empty_footer(table.schema)
    rows = table.num_rows
    chunks: list[Struct] = []
    total = 0
    with path.open("wb") as out:
        out.write(_MAGIC)
        for name, column in zip(table.column_names, table.columns, strict=True):
            array = column.chunk(0)
            chunk = _write_column(out, name, array)
            total += chunk[3][1][6][1]
            chunks.append(chunk)
        group: Struct = {1: (LIST, Items(STRUCT, chunks)), 2: (I64, total), 3: (I64, rows)}
        _close(out, footer, rows, [group])


def _empty_footer(schema: pa.Schema) -> Struct:
    """The footer that pyarrow writes for the schema, without rows."""
    sink = io.BytesIO()
    plain = pa.schema(
        [pa.field(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type) for f in schema]
    )
    pq.write_table(plain.empty_table(), sink, store_schema=False)
    sink.seek(0)
    return _open(sink, "")[1]


def _close(out: BinaryIO, footer: Struct, rows: int, groups: list[Struct]) -> None:
    footer[3] = (I64, rows)
    footer[4] = (LIST, Items(STRUCT, groups))
    data = pack_struct(footer)
    out.write(data)
    out.write(struct.pack("<I", len(data)) + _MAGIC)


def _write_column(out: BinaryIO, name: str, array: pa.Array) -> Struct:
    start = out.tell()
    size = 0
    found: Struct = {}
    if pa.types.is_dictionary(array.type):
        kind, encodings = _TEXT, [_PLAIN, _RLE, _RLE_DICTIONARY]
        texts = [text.encode() for text in array.dictionary.to_pylist()]
        plain = b"".join(struct.pack("<I", len(text)) + text for text in texts)
        body, encoding = _codes(array, len(texts)), _RLE_DICTIONARY
        codec = _worth_packing(body)
        size += _page(out, plain, _DICTIONARY_PAGE, {7: (STRUCT, {1: (I32, len(texts)), 2: (I32, _PLAIN)})}, codec)
        found[11] = (I64, start)
    else:
        kind, encodings = _TYPES[str(array.type)], [_PLAIN, _RLE]
        values = array.drop_null() if array.null_count else array
        values = values.cast(pa.int32()) if pa.types.is_date(values.type) else values
        body, encoding = values.to_numpy(zero_copy_only=False).tobytes(), _PLAIN
        codec = _worth_packing(body)
    first = out.tell()
    header: Struct = {1: (I32, len(array)), 2: (I32, encoding), 3: (I32, _RLE), 4: (I32, _RLE)}
    size += _page(out, _levels(array) + body, _DATA_PAGE, {5: (STRUCT, header)}, codec)
    found |= {
        1: (I32, kind),
        2: (LIST, Items(I32, encodings)),
        3: (LIST, Items(BINARY, [name.encode()])),
        4: (I32, codec),
        5: (I64, len(array)),
        6: (I64, size),
        7: (I64, out.tell() - start),
        9: (I64, first),
    }
    return {2: (I64, 0), 3: (STRUCT, found)}


def _worth_packing(body: bytes) -> int:
    """The codec of a column: none where a piece from its middle hardly shrinks, for then packing only costs time."""
    start = max(0, len(body) - _SAMPLE) // 2
    sample = body[start : start + _SAMPLE]
    return _SNAPPY if len(pa.compress(sample, codec="snappy", asbytes=True)) < 0.75 * len(sample) else _UNCOMPRESSED


def _page(out: BinaryIO, body: bytes, kind: int, header: Struct, codec: int) -> int:
    """Write a page; returns its size as if it were not compressed."""
    packed = pa.compress(body, codec="snappy", asbytes=True) if codec == _SNAPPY else body
    head = pack_struct({1: (I32, kind), 2: (I32, len(body)), 3: (I32, len(packed)), **header})
    out.write(head)
    out.write(packed)
    return len(head) + len(body)


def _levels(array: pa.Array) -> bytes:
    """Which values are there: one run of all, or a bit for each."""
    count = len(array)
    if not array.null_count:
        data = varint(count << 1) + b"\x01"
    else:
        bits = np.packbits(array.is_valid().to_numpy(zero_copy_only=False), bitorder="little").tobytes()
        data = varint((len(bits) << 1) | 1) + bits
    return struct.pack("<I", len(data)) + data


def _codes(array: pa.Array, size: int) -> bytes:
    """The codes of the values that are there, bit-packed in whole bytes."""
    indices = array.indices.drop_null() if array.null_count else array.indices
    codes: Ints = indices.to_numpy(zero_copy_only=False).astype(narrow(size), copy=False)
    groups = -(-len(codes) // 8)
    padding = b"\0" * ((groups * 8 - len(codes)) * codes.itemsize)
    return bytes([codes.itemsize * 8]) + varint((groups << 1) | 1) + codes.tobytes() + padding


# Joining


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
