"""Results written beside the columns of a Parquet file, which are passed on as they stand.

Nothing of the input is encoded again: of each row group the bytes are copied, the result columns
follow, and one footer tells of both. So the input's types, encodings, compression and statistics are
those of the output, and its maker too, by whose name readers judge statistics.

What is added is text of few kinds. Its pages are written here and not by pyarrow: the codes are there
already, in one or two bytes each, and are compressed as they are.
"""

from __future__ import annotations

import base64
import errno
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
from numpy.typing import NDArray

from sekisho.batch.footers import (
    BEGIN,
    BYTES,
    CHUNKS,
    COUNT,
    GROUPS,
    MAGIC,
    NOTES,
    ORDERS,
    PAGES,
    PRESSED,
    SCHEMA,
    SIZE,
    SIZE_PRESSED,
    SORTED,
    TEXTS,
    TOLD,
    close,
    copy,
    footer_of,
    shift_chunk,
)
from sekisho.batch.thrift import BINARY, I32, I64, LIST, STRUCT, Items, Struct, pack_struct, pack_varint

_TEXT, _PLAIN, _RLE, _CODES, _SNAPPY = 6, 0, 3, 8, 1
"""Numbers of the format: byte strings; how dictionaries, levels and codes are encoded; the compression."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Rows that are passed on as they stand, and their answers.

    Attributes:
        source: The file.
        state: Its size and time when it was read.
        numbers: Which of its row groups.
        folders: The columns that the names of its folders say: each of them one text, or null throughout.
        answers: The result columns of their rows, in the same order; nowhere is there a null.
    """

    source: Path
    state: tuple[int, int]
    numbers: Sequence[int]
    folders: Mapping[str, pa.DictionaryArray]
    answers: Mapping[str, pa.DictionaryArray]


@dataclass(frozen=True, slots=True)
class _Text:
    """A column that is added, for the rows of one group."""

    name: str
    values: pa.DictionaryArray
    optional: bool


class ChangedError(OSError):
    """The source is not there any more as it was read."""


def write_beside(rows: Beside, path: Path) -> None:
    """Write row groups with their answers beside them.

    Raises:
        ChangedError: The source changed since its rows were read.
        OSError: The file cannot be written.
    """
    added = {**rows.folders, **rows.answers}
    given, first = [], 0
    with _opened(rows.source) as file, path.open("wb") as out:
        _unchanged(rows, file)
        footer = dict(footer_of(rows.source, *rows.state))
        out.write(MAGIC)
        for number in rows.numbers:
            group = footer[GROUPS][1].values[number]
            count = group[COUNT][1]
            if count:
                here = slice(first, first + count)
                columns = [_Text(name, each[here], name in rows.folders) for name, each in added.items()]
                given.append(_group(group, columns, file, out))
            first += count
        _unchanged(rows, file)
        footer[SCHEMA] = (LIST, _schema(footer[SCHEMA][1].values, rows))
        if ORDERS in footer:  # how the values of each column compare: as their type does
            orders = [*footer[ORDERS][1].values, *({1: (STRUCT, {})} for _ in added)]
            footer[ORDERS] = (LIST, Items(STRUCT, orders))
        if NOTES in footer:
            footer[NOTES] = (LIST, Items(STRUCT, _notes(footer[NOTES][1].values, rows)))
        close(out, footer, first, given)


def _opened(source: Path) -> BinaryIO:
    try:
        return source.open("rb")
    except OSError as error:
        raise ChangedError(error.errno, error.strerror) from error


def _unchanged(rows: Beside, file: BinaryIO) -> None:
    stat = os.fstat(file.fileno())
    if (stat.st_size, stat.st_mtime_ns) != rows.state:
        raise ChangedError(errno.EIO, "the file changed while it was read")


def _group(group: Struct, columns: list[_Text], source: BinaryIO, out: BinaryIO) -> Struct:
    """Write a row group: its columns as they stand, and those that are added."""
    begin = out.tell()
    chunks = [_passed_on(chunk, source, out) for chunk in group[CHUNKS][1].values]
    chunks += [_added(column, out) for column in columns]
    return {
        **{field: value for field, value in group.items() if field in (COUNT, SORTED)},
        CHUNKS: (LIST, Items(STRUCT, chunks)),
        BYTES: (I64, sum(chunk[TOLD][1][SIZE][1] for chunk in chunks)),
        BEGIN: (I64, begin),
        PRESSED: (I64, out.tell() - begin),
    }


def _passed_on(chunk: Struct, source: BinaryIO, out: BinaryIO) -> Struct:
    """Copy the pages of a column; its indexes and filters stand elsewhere in the source, and are left."""
    told = {field: value for field, value in chunk[TOLD][1].items() if field not in (14, 15)}
    passed = {field: value for field, value in chunk.items() if field not in (4, 5, 6, 7)}
    passed[TOLD] = (STRUCT, told)
    start = min(told[field][1] for field in (PAGES, TEXTS) if field in told and told[field][1])
    shift_chunk(passed, out.tell() - start)
    source.seek(start)
    copy(source, out, told[SIZE_PRESSED][1])
    return passed


def _added(column: _Text, out: BinaryIO) -> Struct:
    """Write the pages of a column that is added: its texts, and a code for each row."""
    begin, count = out.tell(), len(column.values)
    texts = [text.encode() for text in column.values.dictionary.to_pylist()]
    plain = b"".join(len(text).to_bytes(4, "little") + text for text in texts)
    size = _page(2, 7, {1: (I32, len(texts)), 2: (I32, _PLAIN)}, plain, out)
    pages = out.tell()
    kinds = {1: (I32, count), 2: (I32, _CODES), 3: (I32, _RLE), 4: (I32, _RLE)}
    size += _page(0, 5, kinds, _levels(column) + _codes(column.values), out)
    told: Struct = {
        1: (I32, _TEXT),
        2: (LIST, Items(I32, [_PLAIN, _RLE, _CODES])),
        3: (LIST, Items(BINARY, [column.name.encode()])),
        4: (I32, _SNAPPY),
        5: (I64, count),
        SIZE: (I64, size),
        SIZE_PRESSED: (I64, out.tell() - begin),
        PAGES: (I64, pages),
        TEXTS: (I64, begin),
    }
    return {2: (I64, 0), TOLD: (STRUCT, told)}


def _levels(column: _Text) -> bytes:
    """Where a column may be null, which of its rows are: all or none."""
    if not column.optional:
        return b""
    run = pack_varint(len(column.values) << 1) + bytes([column.values.null_count == 0])
    return len(run).to_bytes(4, "little") + run


def _codes(values: pa.DictionaryArray) -> bytes:
    """The codes in eights, each in as many bytes as in memory."""
    if values.null_count:
        return bytes([0])
    codes: NDArray[Any] = values.indices.to_numpy(zero_copy_only=False)
    eights = -(-len(codes) // 8)
    rest = bytes(codes.itemsize * (8 * eights - len(codes)))
    return bytes([8 * codes.itemsize]) + pack_varint(eights << 1 | 1) + codes.tobytes() + rest


def _page(kind: int, field: int, says: Struct, body: bytes, out: BinaryIO) -> int:
    """Write a page; its size before compression."""
    pressed = pa.compress(body, codec="snappy", asbytes=True)
    head = pack_struct({1: (I32, kind), 2: (I32, len(body)), 3: (I32, len(pressed)), field: (STRUCT, says)})
    out.write(head)
    out.write(pressed)
    return len(head) + len(body)


def _schema(given: list[Struct], rows: Beside) -> Items:
    """The columns of the input and those added; the first of a schema is its root, which counts them."""
    text: Struct = {1: (I32, _TEXT), 6: (I32, 0), 10: (STRUCT, {1: (STRUCT, {})})}
    added = [{**text, 3: (I32, 1), 4: (BINARY, name.encode())} for name in rows.folders]
    added += [{**text, 3: (I32, 0), 4: (BINARY, name.encode())} for name in rows.answers]
    return Items(STRUCT, [{**given[0], 5: (I32, given[0][5][1] + len(added))}, *given[1:], *added])


_ARROW = b"ARROW:schema"
_LISTS = (b"pandas", b"org.apache.spark.", b"parquet.avro.", b"avro.", b"iceberg.")
"""Notes that list the columns, as they begin: they are true no longer."""


def _notes(given: list[Struct], rows: Beside) -> list[Struct]:
    """What writers noted besides; the schema that Arrow notes gets the columns that are added."""
    found = []
    for note in given:
        key, value = note[1][1], note.get(2, (BINARY, b""))[1]
        if key == _ARROW:
            schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(value))).remove_metadata()
            for name in (*rows.folders, *rows.answers):
                schema = schema.append(pa.field(name, pa.string(), nullable=name in rows.folders))
            value = base64.b64encode(schema.serialize().to_pybytes())
        if not key.startswith(_LISTS):
            found.append({1: (BINARY, key), 2: (BINARY, value)})
    return found
