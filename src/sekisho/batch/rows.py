"""Columns of text to columns of codes: every distinct text is read once, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sekisho.batch.cells import EPOCH, TIMED, Cells, Meaning, NotUnderstoodError, day_number
from sekisho.batch.columns import Mapped
from sekisho.batch.lines import as_text
from sekisho.batch.pack import Column, narrow, pack
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
                self.errors[found] = str(error)  # first, for other threads look at the meanings meanwhile
                self.meanings.append(None)
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
    """A stretch of rows as codes.

    Attributes:
        count: How many rows.
        columns: A code per row for each column.
        days: The law date of each row, in days since 1970.
        faults: For each row the number of what is wrong with it, 0 where it is understood; None if all are.
        says: What each number of a fault says.
    """

    count: int
    columns: Mapping[str, Column]
    days: NDArray[np.int32]
    faults: Ints | None = None
    says: tuple[str, ...] = ("",)

    def some(self, rows: Ints) -> Rows:
        """Some of the rows."""
        columns = {name: column.some(rows) for name, column in self.columns.items()}
        faults = None if self.faults is None else self.faults.take(rows)
        return Rows(len(rows), columns, self.days.take(rows), faults, self.says)


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
        columns, faults = self._read(table, tuple(self.dictionaries))
        days, fault = self.days(table)
        if fault is not None:
            faults.append(fault)
        return Rows(table.num_rows, columns, days, *together(faults, table.num_rows))

    def some(self, table: pa.Table, names: Sequence[str]) -> tuple[dict[str, Column], _Fault]:
        """Some columns of a table as codes, and for each row the number of what is wrong with it."""
        columns, faults = self._read(table, names)
        codes, says = together(faults, table.num_rows)
        return columns, (codes, says)  # type: ignore[return-value]

    def _read(self, table: pa.Table | pa.RecordBatch, names: Sequence[str]) -> tuple[dict[str, Column], list[_Fault]]:
        columns: dict[str, Column] = {}
        faults: list[_Fault] = []
        for name in names:
            dictionary = self.dictionaries[name]
            if name in self.mapped.constants:
                code = dictionary.code(self.mapped.constants[name], self.cells)
                codes: Ints = np.full(table.num_rows, code, narrow(code + 1))
                columns[name] = Column(codes, code + 1, code)
            else:
                codes, low = self._codes(_column(table, self.mapped.columns[name]), dictionary)
                columns[name] = Column(codes, len(dictionary.meanings), low)
            if dictionary.errors:
                said = [dictionary.errors.get(code, "") for code in range(len(dictionary.meanings))]
                faults.append((codes, said))
        return columns, faults

    def _codes(self, column: pa.Array, dictionary: Dictionary) -> tuple[Ints, int]:
        """The code of each row, and the lowest that may occur."""
        indices, texts = _dictionary(column)
        codes = [*(dictionary.code(text, self.cells) for text in texts), BLANK]
        table = np.array(codes, narrow(len(dictionary.meanings)))
        low = BLANK if column.null_count or BLANK in codes[:-1] else 1
        if not column.null_count:
            return table.take(indices, mode="clip"), low
        return table.take(indices, mode="wrap"), low  # -1, the index of a null, is the last

    def days(self, table: pa.Table | pa.RecordBatch) -> tuple[NDArray[np.int32], _Fault | None]:
        """The law date of each row, and what is wrong with it."""
        count = table.num_rows
        if "date" in self.mapped.constants:
            return np.full(count, self._day(self.mapped.constants["date"]), np.int32), None
        column = _column(table, self.mapped.columns["date"])
        if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
            return self._dates(column)
        indices, texts = _dictionary(column)
        read: list[int | str] = []
        for text in (*texts, None):
            if text not in self._days:
                self._days[text] = self._day_or_error(text)
            read.append(self._days[text])
        days = np.array([each if isinstance(each, int) else 0 for each in read], np.int32)
        said = [each if isinstance(each, str) else "" for each in read]
        fault = (np.where(indices < 0, len(texts), indices), said) if any(said) else None
        return days.take(indices, mode="wrap"), fault

    @staticmethod
    def _dates(column: pa.Array) -> tuple[NDArray[np.int32], _Fault | None]:
        first, last = day_number("1900-01-01"), day_number("2199-12-31")
        days = column.cast(pa.date32()).cast(pa.int32())
        missing = days.is_null().to_numpy(zero_copy_only=False) if days.null_count else None
        numbers = days.fill_null(0).to_numpy(zero_copy_only=False)
        wrong = ((numbers < first) | (numbers > last)).astype(np.uint8)
        if pa.types.is_timestamp(column.type):
            timed = pc.not_equal(column, pc.floor_temporal(column, unit="day")).fill_null(False)
            wrong[timed.to_numpy(zero_copy_only=False) & (wrong == 0)] = 3
        if missing is None and not wrong.any():
            return numbers, None
        kinds = wrong if missing is None else np.where(missing, 2, wrong).astype(np.uint8)
        said = ["", "the date is outside 1900 to 2199", "the row has no date", TIMED]
        return np.where(kinds > 0, 0, numbers).astype(np.int32), (kinds, said)

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


_Fault = tuple[Ints, list[str]]
"""A code for each row, and what is wrong with the rows of each code (empty: nothing)."""


def together(faults: list[_Fault], count: int) -> tuple[Ints | None, tuple[str, ...]]:
    """All that is wrong with each row, as a number: 0 where nothing is."""
    columns: list[Column] = []
    texts: list[list[str]] = []
    for codes, said in faults:
        distinct = ["", *dict.fromkeys(text for text in said if text)]
        local = np.array([distinct.index(text) for text in said], np.int32).take(codes, mode="clip")
        if local.any():
            columns.append(Column(local, len(distinct)))
            texts.append(distinct)
    if not columns:
        return None, ("",)
    packed = pack(columns, count)
    says = [
        "; ".join(t for c, each in zip(columns, texts, strict=True) if (t := each[int(c.codes[row])]))
        for row in packed.row
    ]
    fine = says.index("") if "" in says else -1
    order = [fine, *(i for i in range(len(says)) if i != fine)] if fine >= 0 else list(range(len(says)))
    place = np.empty(len(says), np.int32)
    place[order] = np.arange(len(says)) + (fine < 0)
    return place.take(packed.codes), ("", *(says[i] for i in order if i != fine))


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
    if isinstance(column.type, pa.BaseExtensionType):  # a uuid, say: as what it is kept
        column = column.storage
    if pa.types.is_nested(column.type):  # lists, mostly: as a cell would say them
        column = pa.array([as_text(value) for value in column.to_pylist()], pa.string())
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    values = column.dictionary
    if pa.types.is_boolean(values.type):
        texts: Sequence[str | None] = [None if v is None else "true" if v else "false" for v in values.to_pylist()]
    elif pa.types.is_date(values.type) or pa.types.is_timestamp(values.type) or pa.types.is_time(values.type):
        texts = [None if v is None else v.isoformat()[:10] for v in values.to_pylist()]
    else:
        texts = [None if v is None else str(v) for v in values.to_pylist()]
    indices = column.indices
    if column.null_count:
        indices = pc.fill_null(indices, -1)
    return indices.to_numpy(zero_copy_only=False), list(texts)


__all__ = ["BLANK", "EPOCH", "Dictionary", "Encoder", "Rows"]
