"""Tables in lines of text: CSV in its dialects, and JSON lines. One bad line never costs the others."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sekisho.batch import read as reading
from sekisho.batch.cells import ODD
from sekisho.batch.columns import KNOWN, squash
from sekisho.batch.read import Inputs, Opened, Unit, distinct_headings, header_row, reason

if TYPE_CHECKING:
    from pyarrow.csv import CSVStreamingReader, InvalidRow

_BLOCK = 32 << 20
_HEAD = 1 << 16
_LOOKED_AT = 1000
_LINE_END = "\r\n|\r|\n"


@dataclass
class LineUnit(Unit):
    """Some rows of a text file; `begins` says on which line of the file each begins."""

    begins: Sequence[int] | NDArray[np.int64] = ()

    def place(self, row: int) -> str:
        """Where a row stands, as an editor counts."""
        return f"line {self.begins[row]}"


def open_csv(path: Path, found: Inputs) -> Opened:
    """Look into a CSV file: its delimiter, its headings.

    Raises:
        ValueError: It has no headings that can be read.
    """
    head = _head(path)
    delimiter = "\t" if path.suffix.lower() == ".tsv" else _delimiter(head)
    top = _rows(head, delimiter)
    at = header_row(top)
    headings = distinct_headings(top[at])
    if any(ODD in name for name in headings):
        raise ValueError("its headings are not UTF-8 text; save it with the encoding UTF-8")
    if at:
        found.remarks.append(f"{path}: {_count(at, 'row')} above the headings {'is' if at == 1 else 'are'} skipped")

    def units() -> Iterator[Unit]:
        from pyarrow import csv as text

        above = _lines_of(head, at + 1, delimiter)
        lines = _Lines(path, len(headings), above + 1)
        swallowed = _Swallowed(path, delimiter)
        first = empty = 0
        with path.open("rb") as file, ExitStack() as stack:
            clean = _Clean(file)
            try:
                reader = text.open_csv(
                    clean,
                    read_options=text.ReadOptions(
                        column_names=list(headings), skip_rows=above, block_size=_BLOCK, use_threads=False
                    ),
                    parse_options=text.ParseOptions(
                        delimiter=delimiter,
                        newlines_in_values=True,
                        ignore_empty_lines=False,  # they are left out below, where they can be counted
                        invalid_row_handler=lines.refuse,
                    ),
                    convert_options=text.ConvertOptions(
                        column_types=dict.fromkeys(headings, pa.string()), strings_can_be_null=False
                    ),
                )
            except pa.ArrowInvalid as error:
                if "Empty CSV file" not in str(error):
                    found.refused.append((str(path), reason(error)))
                return
            stack.callback(_drain, reader)
            stack.callback(clean.close)
            while True:
                try:
                    batch = reader.read_next_batch()
                except StopIteration:
                    break
                except pa.ArrowException as error:
                    where = f"{path}, after line {lines.next - 1}"
                    found.refused.append((where, f"{reason(error)}; the rest is not decided"))
                    break
                table = pa.Table.from_batches([batch])
                breaks = _breaks(table) if clean.quoted else {}
                places, refused = lines.of(table.num_rows, breaks)
                found.refused += refused
                faults = swallowed.faults(table, breaks)
                kept = _not_empty(table)
                if kept is not None:
                    empty += table.num_rows - len(kept)
                    table, places = table.take(kept), places[kept]
                    faults = {int(np.searchsorted(kept, row)): why for row, why in faults.items()}
                if not table.num_rows:
                    continue
                if clean.odd:
                    found.remarks += _odd_cells(table, path, places)
                found.seen += table.num_rows
                found.read = file.tell()
                yield LineUnit(str(path), first, partial(pa.Table.slice, table), faults=faults, begins=places)
                first += table.num_rows
        found.refused += lines.of(0, {})[1]
        if empty:
            found.remarks.append(f"{path}: {_count(empty, 'empty row')} left out")

    return Opened(headings, None, units)


def _head(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(_HEAD)
    if data.startswith(b"PK\x03\x04"):
        raise ValueError("by its content it is no text but a workbook or an archive; a workbook is called .xlsx")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data:
        raise ValueError("it is not UTF-8 text, for it holds zero bytes; save it with the encoding UTF-8")
    text = data.decode("utf-8-sig", "replace")
    if not text.strip():
        raise ValueError("it is empty")
    return text


def _rows(head: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(head, newline=None), delimiter=delimiter):
            rows.append(row)
            if len(rows) == 20:
                break
    except csv.Error as error:
        if not rows:
            raise ValueError(f"it is no CSV: {error}") from error
    return rows


def _delimiter(head: str) -> str:
    """What parts the cells: that under which most headings are known, else the most frequent."""
    lines = "\n".join(head.split("\n")[:20])

    def weight(sign: str) -> tuple[int, int]:
        rows = _rows(head, sign)
        known = len({squash(cell) for cell in rows[header_row(rows)]} & KNOWN.keys()) if rows else 0
        return known, lines.count(sign)

    return max(",;\t|", key=weight)


def _lines_of(head: str, rows: int, delimiter: str) -> int:
    """How many lines the first rows take; a heading may span lines."""
    reader = csv.reader(io.StringIO(head, newline=None), delimiter=delimiter)
    for _ in range(rows):
        next(reader)
    return reader.line_num


def _breaks(table: pa.Table) -> dict[str, pa.Array]:
    """For each column with cells of several lines how many line ends each cell holds."""
    return {
        name: pc.count_substring_regex(table.column(name), _LINE_END)
        for name in table.column_names
        if pc.any(pc.match_substring_regex(table.column(name), "[\r\n]")).as_py()
    }


def _not_empty(table: pa.Table) -> NDArray[np.intp] | None:
    """The rows that say anything; None if all do."""
    empty = None
    for column in table.columns:
        blank = pc.equal(column, "")
        empty = blank if empty is None else pc.and_(empty, blank)
        if not pc.any(empty).as_py():
            return None
    return np.flatnonzero(~empty.to_numpy()) if empty is not None else None


class _Lines:
    """On which line of its file each row begins; rows span lines, or have too many cells and are refused."""

    def __init__(self, path: Path, columns: int, first: int) -> None:
        self.next = first
        self._path = path
        self._columns = columns
        self._number = first  # as the reader counts: a row is one, however many lines it spans
        self._refused: deque[tuple[int, int, str]] = deque()

    def refuse(self, row: InvalidRow) -> str:
        """Note a row that does not fit; the reader is ahead of us, so its line is not yet known."""
        why = f"the row has {_count(row.actual_columns, 'cell')}, and the table {_count(self._columns, 'column')}"
        size = len(re.findall(_LINE_END, row.text.rstrip())) + 1
        if size > 1:
            why += f"; it runs over {size:,} lines: a quotation mark may never be closed"
        self._refused.append((row.number, size, why))
        return "skip"

    def of(self, count: int, breaks: Mapping[str, pa.Array]) -> tuple[NDArray[np.int64], list[tuple[str, str]]]:
        """The lines of the next rows, and what was refused before or among them."""
        sizes = np.ones(count, np.int64)
        for each in breaks.values():
            sizes += each.to_numpy()
        ends = np.concatenate(([0], np.cumsum(sizes)))
        more = np.zeros(count + 1, np.int64)
        refused: list[tuple[str, str]] = []
        line = self.next
        while self._refused and (at := self._refused[0][0] - self._number - len(refused)) <= count:
            _, size, why = self._refused.popleft()
            refused.append((f"{self._path}, line {line + ends[at]}", why))
            line += size
            more[at] += size
        lines = self.next + ends + np.cumsum(more)
        self.next = int(lines[-1])
        self._number += count + len(refused)
        return lines[:-1], refused


class _Clean(io.RawIOBase):
    """The bytes of a file, with what is no UTF-8 replaced by a mark.

    Once it is closed, there are no more of them.
    """

    def __init__(self, file: io.BufferedReader) -> None:
        super().__init__()
        self.odd = False
        self.quoted = False
        self._held = b""
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._lock = Lock()
        self._over = False

    def close(self) -> None:
        """Wait until nothing is being read, and read no more."""
        self._over = True
        with self._lock:
            super().close()

    @property
    def closed(self) -> bool:
        """Never, as far as the reader can see: it finds the end instead."""
        return False

    def readable(self) -> bool:
        """It can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, no more than asked for; none at the end."""
        with self._lock:
            return b"" if self._over else self._read(size)

    def _read(self, size: int) -> bytes:
        while not self._held:
            data = self._file.read(size)
            self.quoted = self.quoted or b'"' in data
            if data.isascii() and not self._decoder.getstate()[0]:
                return data
            text = self._decoder.decode(data, final=not data)
            self.odd = self.odd or ODD in text
            self._held = text.encode()
            if not data:
                break
        size = len(self._held) if size < 0 else size
        given, self._held = self._held[:size], self._held[size:]
        return given


def _drain(reader: CSVStreamingReader) -> None:
    """Let the thread that reads ahead come to its end, or it would need Python while that shuts down, and abort."""
    with suppress(StopIteration, pa.ArrowException):
        while True:
            reader.read_next_batch()


class _Swallowed:
    """Finds cells that hold rows: a quotation mark that is never closed takes in all up to the next one, or the end."""

    def __init__(self, path: Path, delimiter: str) -> None:
        self._path = path
        self._delimiter = delimiter
        self._broken: bool | None = None

    def faults(self, table: pa.Table, breaks: Mapping[str, pa.Array]) -> dict[int, str]:
        """The rows with such a cell, and what is wrong with them."""
        found: dict[int, str] = {}
        for name, counts in breaks.items():
            for row in pc.indices_nonzero(counts).to_pylist():
                lines = table.column(name)[row].as_py().splitlines()
                if self._holds_rows(lines, table.num_columns - 1) and self._is_broken():
                    why = "a quotation mark is never closed, or out of place; the lines in it are not decided"
                    found[row] = f"`{name}` runs over {len(lines):,} lines that look like rows of the table: {why}"
        return found

    def _holds_rows(self, lines: Sequence[str], most: int) -> bool:
        """Whether some line could be a row, or the first and the last are halves of two."""
        signs = [line.count(self._delimiter) for line in lines]
        return len(signs) > 1 and (most in signs[1:] or signs[0] + signs[-1] == most)

    def _is_broken(self) -> bool:
        """Whether the file breaks the rules of quoting somewhere; asked once, for it takes a while."""
        if self._broken is None:
            try:
                with self._path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
                    for _ in csv.reader(file, delimiter=self._delimiter, strict=True):
                        pass
            except csv.Error:
                self._broken = True
            else:
                self._broken = False
        return self._broken


def _odd_cells(table: pa.Table, path: Path, lines: NDArray[np.int64]) -> list[str]:
    """Where marks stand in place of bytes that are no UTF-8."""
    said = []
    for name in table.column_names:
        odd = [lines[at] for at, text in enumerate(table.column(name).to_pylist()) if ODD in text]
        if odd:
            are = "is" if len(odd) == 1 else "are"
            said.append(
                f"{path}: {_count(len(odd), 'cell')} under `{name}` {are} not UTF-8 text, the first in line {odd[0]}"
            )
    return said


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def open_jsonl(path: Path, found: Inputs) -> Opened:
    """Look into a file of JSON lines: the fields of its first lines are the columns.

    Raises:
        ValueError: None of them is an object.
    """
    names: dict[str, None] = {}
    with path.open("rb") as file:
        for number, line in enumerate(file):
            if number >= _LOOKED_AT:
                break
            value = _object(line)
            if isinstance(value, dict):
                names.update(dict.fromkeys(value))
    if not names:
        raise ValueError("no line of it is a JSON object in UTF-8")
    headings = dict(zip(names, distinct_headings(list(names)), strict=True))

    def units() -> Iterator[Unit]:
        rows: list[dict[str, object]] = []
        lines: list[int] = []
        first = 0
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                value = _object(line)
                if isinstance(value, str):
                    found.refused.append((f"{path}, line {number}", value))
                    continue
                odd = value.keys() - names.keys()
                if odd:
                    why = (
                        f"the field `{min(odd)}` is in none of the first {_LOOKED_AT:,} lines; write it into the first"
                    )
                    found.refused.append((f"{path}, line {number}", why))
                    continue
                rows.append(value)
                lines.append(number)
                if len(rows) >= reading.UNIT // 4:
                    found.seen, found.read = found.seen + len(rows), file.tell()
                    yield _unit(path, first, headings, rows, lines)
                    first, rows, lines = first + len(rows), [], []
        if rows:
            yield _unit(path, first, headings, rows, lines)

    return Opened(tuple(headings.values()), None, units)


class _TwiceError(Exception):
    """A field stands twice in an object, and nobody says which of the two counts."""


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(f"the field `{next(name for name in names if names.count(name) > 1)}` stands twice")
    return found


def _object(line: bytes) -> dict[str, object] | str:
    """The object of a line, or what is wrong with the line."""
    try:
        value = json.loads(line.decode("utf-8-sig"), object_pairs_hook=_once)
    except UnicodeDecodeError:
        return "the line is not UTF-8 text"
    except _TwiceError as error:
        return str(error)
    except (ValueError, RecursionError):
        return "the line is no JSON, or is cut short"
    return value if isinstance(value, dict) else "the line is no JSON object"


def _unit(
    path: Path, first: int, headings: Mapping[str, str], rows: Sequence[dict[str, object]], lines: Sequence[int]
) -> Unit:
    columns = {
        heading: pa.array([as_text(row.get(name)) for row in rows], pa.string()) for name, heading in headings.items()
    }
    table = pa.table(columns)
    return LineUnit(str(path), first, lambda: table, begins=lines)


def as_text(value: object) -> str | None:
    """A value as a cell would say it; None where it says nothing.

    Example:
        >>> as_text(True), as_text(["USA", "GBR"]), as_text([]), as_text(12.0), as_text("")
        ('true', 'USA; GBR', 'none', '12', None)
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return (
            "; ".join("?" if each is None else as_text(each) or "" for each in value) or "none"
        )  # of a null nothing is known
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
