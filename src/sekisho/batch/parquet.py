"""Parquet read in units of whole row groups, and written as one part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sekisho.batch.read import UNIT, Opened, Unit, distinct_headings, reason

_GROUP = 1 << 20
_OLD = re.compile(r"parquet-mr( version)? (0|1\.[0-7])\b")
"""What these wrote may have wrong sizes and statistics (PARQUET-816, PARQUET-251): better written anew."""


@dataclass
class Groups:
    """Some whole row groups of a file.

    Attributes:
        path: The file.
        numbers: Which they are; once read, those that could be read.
        first: How many rows of the file come before.
        texts: The columns of text that are read as dictionaries.
        folders: The columns that the names of its folders say, by name.
        lost: Rows that could not be read, with the reason; known once they have been read.
    """

    path: Path
    numbers: list[int]
    first: int
    texts: Sequence[str]
    folders: Mapping[str, str]
    lost: list[tuple[str, str]] = field(default_factory=list)

    def read(self) -> pa.Table:
        """Their rows; where one is damaged, the others.

        Every column is read, even where only its bytes are passed on: damage must be found now, and not
        by who reads the result.

        Raises:
            pyarrow.ArrowException: None can be read.
            OSError: The same.
        """
        with pq.ParquetFile(self.path, read_dictionary=self.texts) as file:
            try:
                return _with_folders(file.read_row_groups(self.numbers), self.folders)
            except (pa.ArrowException, OSError):
                return self._undamaged(file)

    def _undamaged(self, file: pq.ParquetFile) -> pa.Table:
        self.lost.clear()
        tables: dict[int, pa.Table] = {}
        start = self.first
        for group in self.numbers:
            size = file.metadata.row_group(group).num_rows
            try:
                tables[group] = file.read_row_groups([group])
            except (pa.ArrowException, OSError) as error:
                self.lost.append((f"{self.path}, rows {start + 1:,} to {start + size:,}", reason(error)))
                if len(self.lost) == len(self.numbers):
                    raise
            start += size
        self.numbers = list(tables)
        return _with_folders(pa.concat_tables(tables.values()).unify_dictionaries(), self.folders)


def open_parquet(path: Path, folders: Mapping[str, str]) -> Opened:
    """Look into a file; `folders` are the columns that the names of its folders say.

    Raises:
        pyarrow.ArrowException: It is no Parquet file, or cut short.
        ValueError: A column stands twice.
    """
    meta = pq.read_metadata(path)
    schema = meta.schema.to_arrow_schema()
    folders = {name: value for name, value in folders.items() if name not in schema.names}
    names = distinct_headings((*schema.names, *folders))
    texts = _as_dictionaries(meta, schema)
    sizes = [meta.row_group(group).num_rows for group in range(meta.num_row_groups)]

    def units() -> Iterator[Unit]:
        groups: list[int] = []
        first = count = 0
        for group, size in enumerate(sizes):
            if groups and count + size > UNIT:
                yield _grouped(Groups(path, groups, first, texts, folders))
                groups, first, count = [], first + count, 0
            if size > 4 * UNIT:
                yield from _large_group(path, group, first, texts, folders)
                first += size
                continue
            groups.append(group)
            count += size
        if groups:
            yield _grouped(Groups(path, groups, first, texts, folders))

    whole = max(sizes, default=0) <= 4 * UNIT and not _OLD.match(meta.created_by or "")
    layout = (meta.schema, meta.created_by, tuple(folders)) if whole else None
    return Opened(names, meta.num_rows, units, {f.name: f.type for f in schema}, layout)


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
    return Unit(str(groups.path), groups.first, groups.read, lost=groups.lost, groups=groups)


def _large_group(path: Path, group: int, first: int, texts: list[str], folders: Mapping[str, str]) -> Iterator[Unit]:
    """A group of more rows than should be held at once, piece by piece."""
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        for batch in file.iter_batches(UNIT, row_groups=[group]):
            table = _with_folders(pa.Table.from_batches([batch]), folders)
            yield Unit(str(path), first, partial(pa.Table.slice, table))
            first += batch.num_rows


_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""What a folder is called whose rows say nothing in that column."""


def _with_folders(table: pa.Table, folders: Mapping[str, str]) -> pa.Table:
    """The rows with the columns that the names of their folders say."""
    for name, value in folders.items():
        nothing = value == _NO_VALUE
        codes = pa.nulls(table.num_rows, pa.int8()) if nothing else pa.array(np.zeros(table.num_rows, np.int8))
        table = table.append_column(name, pa.DictionaryArray.from_arrays(codes, pa.array([unquote(value)])))
    return table


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
