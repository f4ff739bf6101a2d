"""Parquet read in units of whole row groups, and written as one part."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sekisho.batch.footers import SCHEMA, can_be_passed_on
from sekisho.batch.read import UNIT, Opened, Unit, distinct_headings, reason
from sekisho.batch.thrift import pack_struct

_GROUP = 1 << 20
_OLD = re.compile(r"parquet-mr( version)? (0|1\.[0-7])\b")
"""What these wrote may have wrong sizes and statistics (PARQUET-816, PARQUET-251): better written anew."""


@dataclass(frozen=True)
class Source:
    """A Parquet file.

    Attributes:
        path: The file.
        state: Its size and time when it was opened.
        names: Its columns as they are called here: without spaces around.
        texts: The columns of text that are read as dictionaries.
        folders: The columns that the names of its folders say, by name.
    """

    path: Path
    state: tuple[int, int]
    names: Sequence[str]
    texts: Sequence[str]
    folders: Mapping[str, str]

    def open(self) -> pq.ParquetFile:
        """Open it to be read; damage is found by the checksums of its pages, if it has any.

        Raises:
            OSError: It is not as it was.
        """
        if state_of(self.path) != self.state:
            raise OSError(errno.EIO, "the file changed while it was read")
        return pq.ParquetFile(self.path, read_dictionary=self.texts, page_checksum_verification=True)

    def told(self, table: pa.Table) -> pa.Table:
        """Rows that were read, under their names and with what the folders say.

        Raises:
            pyarrow.ArrowInvalid: A text is none: its bytes are damaged.
        """
        table = table.rename_columns(list(self.names))
        for column in table.columns:
            for chunk in column.chunks:
                values = chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk
                if _is_text(values.type):
                    values.validate(full=True)
        for name, value in self.folders.items():
            nothing = value == _NO_VALUE
            codes = pa.nulls(table.num_rows, pa.int8()) if nothing else pa.array(np.zeros(table.num_rows, np.int8))
            table = table.append_column(name, pa.DictionaryArray.from_arrays(codes, pa.array([unquote(value)])))
        return table


_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""What a folder is called whose rows say nothing in that column."""


def state_of(path: Path) -> tuple[int, int]:
    """The size and time of a file, by which we see that it has changed.

    Raises:
        OSError: It is gone.
    """
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


@dataclass
class Groups:
    """Some whole row groups of a file.

    Attributes:
        source: The file.
        numbers: Which they are; once read, those that could be read.
        first: How many rows of the file come before.
        lost: Rows that could not be read, with the reason; known once they have been read.
    """

    source: Source
    numbers: list[int]
    first: int
    lost: list[tuple[str, str]] = field(default_factory=list)

    def read(self) -> pa.Table:
        """Their rows; where one is damaged, the others.

        Every column is read, even where only its bytes are passed on: damage must be found now, and not
        by who reads the result.

        Raises:
            pyarrow.ArrowException: None can be read.
            OSError: The same.
        """
        with self.source.open() as file:
            try:
                return self.source.told(file.read_row_groups(self.numbers))
            except (pa.ArrowException, OSError):
                return self._undamaged(file)

    def _undamaged(self, file: pq.ParquetFile) -> pa.Table:
        self.lost.clear()
        tables: dict[int, pa.Table] = {}
        start = self.first
        for group in self.numbers:
            size = file.metadata.row_group(group).num_rows
            try:
                tables[group] = self.source.told(file.read_row_groups([group]))
            except (pa.ArrowException, OSError) as error:
                self.lost.append((_rows(self.source, start, size), reason(error)))
                if len(self.lost) == len(self.numbers):
                    raise
            start += size
        self.numbers = list(tables)
        return pa.concat_tables(tables.values()).unify_dictionaries()


def _rows(source: Source, first: int, count: int) -> str:
    return f"{source.path}, rows {first + 1:,} to {first + count:,}"


def open_parquet(path: Path, folders: Mapping[str, str]) -> Opened:
    """Look into a file; `folders` are the columns that the names of its folders say.

    Raises:
        pyarrow.ArrowException: It is no Parquet file, or cut short.
        ValueError: A column stands twice.
    """
    state = state_of(path)
    meta = pq.read_metadata(path)
    schema = meta.schema.to_arrow_schema()
    folders = {name: value for name, value in folders.items() if name not in schema.names}
    names = distinct_headings((*schema.names, *folders))
    own = names[: len(schema.names)]
    source = Source(path, state, own, _as_dictionaries(meta, schema), folders)
    sizes = [meta.row_group(group).num_rows for group in range(meta.num_row_groups)]

    def units() -> Iterator[Unit]:
        groups: list[int] = []
        first = count = 0
        for group, size in enumerate(sizes):
            if groups and count + size > UNIT:
                yield _grouped(Groups(source, groups, first))
                groups, first, count = [], first + count, 0
            if size > 4 * UNIT:
                yield from _large_group(source, group, first, size)
                first += size
                continue
            groups.append(group)
            count += size
        if groups:
            yield _grouped(Groups(source, groups, first))

    types = dict(zip(own, schema.types, strict=True))
    layout = None
    if max(sizes, default=0) <= 4 * UNIT and own == tuple(schema.names) and not _OLD.match(meta.created_by or ""):
        layout = _layout(path, meta, schema, folders)
    return Opened(names, meta.num_rows, units, types, layout)


def _layout(path: Path, meta: pq.FileMetaData, schema: pa.Schema, folders: Mapping[str, str]) -> object:
    """What files have in common whose columns can be passed on into one: schema to the last field, maker, folders."""
    footer = can_be_passed_on(path, meta.num_row_groups, meta.num_rows)
    if footer is None:
        return None
    return pack_struct({SCHEMA: footer[SCHEMA]}), meta.created_by, schema.remove_metadata(), tuple(folders)


_READABLE = {"PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "RLE", "BIT_PACKED"}
"""Encodings from which pyarrow can read a column of text as a dictionary; from others, deltas, it cannot."""


def _as_dictionaries(meta: pq.FileMetaData, schema: pa.Schema) -> list[str]:
    """The columns of text that can be read as dictionaries."""
    texts = {f.name for f in schema if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)}
    for number in range(meta.num_columns):
        name = meta.schema.column(number).path
        encodings = (meta.row_group(group).column(number).encodings for group in range(meta.num_row_groups))
        if name in texts and not all(_READABLE.issuperset(each) for each in encodings):
            texts.remove(name)
    return sorted(texts)


def _grouped(groups: Groups) -> Unit:
    return Unit(str(groups.source.path), groups.first, groups.read, lost=groups.lost, groups=groups)


def _large_group(source: Source, group: int, first: int, size: int) -> Iterator[Unit]:
    """A group of more rows than should be held at once, piece by piece; from where it is damaged, it is lost."""
    last = first + size
    try:
        with source.open() as file:
            for batch in file.iter_batches(UNIT, row_groups=[group]):
                table = source.told(pa.Table.from_batches([batch]))
                yield Unit(str(source.path), first, partial(pa.Table.slice, table))
                first += batch.num_rows
    except (pa.ArrowException, OSError) as error:
        lost = [(_rows(source, first, last - first), reason(error))]
        yield Unit(str(source.path), first, partial(_fail, error), lost=lost)


def _fail(error: Exception) -> pa.Table:
    raise error


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
