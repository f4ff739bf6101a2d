"""Columns of text to columns of codes: every distinct text is read once, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sekisho.batch.cells import EPOCH, Cells, Meaning, NotUnderstoodError, day_number
from sekisho.batch.columns import Mapped
from sekisho.batch.pack import Column
from sekisho.batch.residue import Ints

BLANK = 0
"""The code of a cell that says nothing."""


@dataclass
class Dictionary:
    """The distinct meanings of one column: code 0 says nothing; a code with an error is not understood."""

    column: str
    meanings: list[Meaning | None] = field(default_factory=lambda: [None])
    errors: dict[int, str] = field(default_factory=dict)
    _codes: dict[object, int] = field(default_factory=dict)
    _texts: dict[str | None, int] = field(default_factory=lambda: {None: BLANK})

    def code(self, text: str | None, cells: Cells) -> int:
        """The code of a text; equal meanings share one."""
        found = self._texts.get(text)
        if found is None:
            assert text is not None
            try:
                meaning = cells.read(self.column, text)
            except NotUnderstoodError as error:
                found = len(self.meanings)
                self.meanings.append(None)
                self.errors[found] = str(error)
            else:
                found = BLANK if meaning is None else self._of(meaning)
            self._texts[text] = found
        return found

    def _of(self, meaning: Meaning) -> int:
        key = repr(meaning)
        found = self._codes.get(key)
        if found is None:
            found = self._codes[key] = len(self.meanings)
            self.meanings.append(meaning)
        return found


@dataclass(frozen=True, slots=True)
class Rows:
    """A stretch of rows as codes: a code per row for each column, the days, and what was not understood."""

    count: int
    columns: Mapping[str, Column]
    days: NDArray[np.int32]
    bad: Mapping[int, str]

    def good(self) -> NDArray[np.bool_]:
        """Which rows are understood."""
        mask = np.ones(self.count, bool)
        mask[list(self.bad)] = False
        return mask


class Encoder:
    """Encodes tables of text (or dates, truth values, numbers) by a mapping of their columns."""

    def __init__(self, mapped: Mapped, cells: Cells) -> None:
        self.mapped = mapped
        self.cells = cells
        names = [name for name in (*mapped.columns, *mapped.constants) if name not in ("date", "id")]
        self.dictionaries = {name: Dictionary(name) for name in names}
        self._days: dict[str | None, int | str] = {}

    def encode(self, table: pa.Table | pa.RecordBatch) -> Rows:
        """The rows of a table as codes."""
        count = table.num_rows
        columns: dict[str, Column] = {}
        bad: dict[int, str] = {}
        for name, dictionary in self.dictionaries.items():
            if name in self.mapped.constants:
                code = dictionary.code(self.mapped.constants[name], self.cells)
                codes: Ints = np.full(count, code, np.int32)
            else:
                codes = self._codes(_column(table, self.mapped.columns[name]), dictionary)
            columns[name] = Column(codes, len(dictionary.meanings))
            self._note(bad, codes, dictionary)
        days = self._read_days(table, count, bad)
        return Rows(count, columns, days, bad)

    def _codes(self, column: pa.Array, dictionary: Dictionary) -> Ints:
        indices, texts = _dictionary(column)
        table = np.array([*(dictionary.code(text, self.cells) for text in texts), BLANK], np.int32)
        return table.take(indices, mode="wrap")  # -1, the index of a null, is the last

    def _note(self, bad: dict[int, str], codes: Ints, dictionary: Dictionary) -> None:
        if not dictionary.errors:
            return
        wrong = np.zeros(len(dictionary.meanings), bool)
        wrong[list(dictionary.errors)] = True
        for row in np.flatnonzero(wrong.take(codes, mode="clip")).tolist():
            said = dictionary.errors[int(codes[row])]
            bad[row] = f"{bad[row]}; {said}" if row in bad else said

    def _read_days(self, table: pa.Table | pa.RecordBatch, count: int, bad: dict[int, str]) -> NDArray[np.int32]:
        if "date" in self.mapped.constants:
            return np.full(count, self._day(self.mapped.constants["date"]), np.int32)
        column = _column(table, self.mapped.columns["date"])
        first, last = day_number("1900-01-01"), day_number("2199-12-31")
        if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
            days = column.cast(pa.date32()).cast(pa.int32())
            numbers = days.fill_null(first - 1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
            wrong = (numbers < first) | (numbers > last)
            if wrong.any():
                for row in np.flatnonzero(wrong).tolist():
                    said = "the row has no date" if days[row].as_py() is None else "the date is outside 1900 to 2199"
                    _add(bad, row, said)
                numbers = np.where(wrong, 0, numbers).astype(np.int32)
            return numbers
        indices, texts = _dictionary(column)
        read: list[int | str] = []
        for text in (*texts, None):
            if text not in self._days:
                self._days[text] = self._day_or_error(text)
            read.append(self._days[text])
        table_ = np.array([each if isinstance(each, int) else 0 for each in read], np.int32)
        wrong_text = np.array([isinstance(each, str) for each in read])
        if wrong_text.any():
            size = len(read)
            for row in np.flatnonzero(wrong_text.take(indices, mode="wrap")).tolist():
                _add(bad, row, str(read[int(indices[row]) % size]))
        return table_.take(indices, mode="wrap")

    def _day(self, text: str) -> int:
        meaning = self.cells.read("date", text)
        return day_number(str(meaning))

    def _day_or_error(self, text: str | None) -> int | str:
        if text is None:
            return "the row has no date"
        try:
            meaning = self.cells.read("date", text)
        except NotUnderstoodError as error:
            return str(error)
        return "the row has no date" if meaning is None else day_number(str(meaning))


def _add(bad: dict[int, str], row: int, said: str) -> None:
    bad[row] = f"{bad[row]}; {said}" if row in bad else said


def _column(table: pa.Table | pa.RecordBatch, name: str) -> pa.Array:
    column = table.column(name)
    if isinstance(column, pa.ChunkedArray):
        if pa.types.is_dictionary(column.type):
            column = column.unify_dictionaries()
        column = column.combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = column.chunk(0) if column.num_chunks else pa.array([], column.type)
    return column


def _dictionary(column: pa.Array) -> tuple[Ints, list[str | None]]:
    """Indices (-1 for null) and the distinct texts that they mean."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    values = column.dictionary
    if pa.types.is_boolean(values.type):
        texts: Sequence[str | None] = [None if v is None else "true" if v else "false" for v in values.to_pylist()]
    elif pa.types.is_temporal(values.type):
        texts = [None if v is None else v.isoformat()[:10] for v in values.to_pylist()]
    elif pa.types.is_list(values.type) or pa.types.is_nested(values.type):
        texts = [None if v is None else ";".join(map(str, v)) for v in values.to_pylist()]
    else:
        texts = [None if v is None else str(v) for v in values.to_pylist()]
    indices = column.indices
    if column.null_count:
        indices = pc.fill_null(indices, -1)
    return indices.to_numpy(zero_copy_only=False), list(texts)


__all__ = ["BLANK", "EPOCH", "Dictionary", "Encoder", "Rows"]
