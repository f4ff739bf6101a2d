"""Tables in lines of text: CSV in its dialects, and JSON lines. One bad line never costs the others."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from sekisho.batch import read as reading
from sekisho.batch.cells import ODD
from sekisho.batch.columns import KNOWN, squash
from sekisho.batch.read import Inputs, Opened, Unit, distinct_headings, header_row, reason

_BLOCK = 32 << 20
_HEAD = 1 << 16
_LOOKED_AT = 1000


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
        import pyarrow.csv as pc

        skipped = _line_of(head, at, delimiter)

        def odd(row: pc.InvalidRow) -> str:
            where = f"{path}, line {row.number + skipped}" if row.number else str(path)
            why = f"the row has {_count(row.actual_columns, 'cell')}, and the table {_count(len(headings), 'column')}"
            over = row.text.rstrip().count("\n") + 1
            if over > 1:
                why += f"; it runs over {over:,} lines: a quotation mark may never be closed"
            found.refused.append((where, why))
            return "skip"

        first = 0
        swallowed = _Swallowed(path, delimiter)
        with path.open("rb") as file:
            clean = _Clean(file)
            try:
                reader = pc.open_csv(
                    clean,
                    read_options=pc.ReadOptions(
                        column_names=list(headings), skip_rows=skipped + 1, block_size=_BLOCK, use_threads=False
                    ),
                    parse_options=pc.ParseOptions(
                        delimiter=delimiter, newlines_in_values=True, invalid_row_handler=odd
                    ),
                    convert_options=pc.ConvertOptions(
                        column_types=dict.fromkeys(headings, pa.string()), strings_can_be_null=False
                    ),
                )
            except pa.ArrowInvalid as error:
                if "Empty CSV file" not in str(error):
                    found.refused.append((str(path), reason(error)))
                return
            while True:
                try:
                    batch = reader.read_next_batch()
                except StopIteration:
                    return
                except pa.ArrowException as error:
                    found.refused.append((f"{path}, after row {first}", f"{reason(error)}; the rest is not decided"))
                    return
                if batch.num_rows:
                    table = pa.Table.from_batches([batch])
                    if clean.odd:
                        found.remarks += _odd_cells(table, path, first)
                    found.seen += table.num_rows
                    found.read = file.tell()
                    faults = swallowed.faults(table) if clean.quoted else {}
                    yield Unit(str(path), first, lambda table=table: table, faults=faults)  # type: ignore[misc]
                    first += table.num_rows

    return Opened(headings, None, units)


def _head(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(_HEAD)
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


def _line_of(head: str, row: int, delimiter: str) -> int:
    """How many lines stand above a row; rows may span lines."""
    reader = csv.reader(io.StringIO(head, newline=None), delimiter=delimiter)
    for _ in range(row):
        next(reader)
    return reader.line_num


class _Clean(io.RawIOBase):
    """The bytes of a file, with what is no UTF-8 replaced by a mark."""

    def __init__(self, file: io.BufferedReader) -> None:
        super().__init__()
        self.odd = False
        self.quoted = False
        self._held = b""
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def readable(self) -> bool:
        """It can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, no more than asked for; none at the end."""
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


class _Swallowed:
    """Finds cells that hold rows: a quotation mark that is never closed takes in all up to the next one, or the end."""

    def __init__(self, path: Path, delimiter: str) -> None:
        self._path = path
        self._delimiter = delimiter
        self._broken: bool | None = None

    def faults(self, table: pa.Table) -> dict[int, str]:
        """The rows with such a cell, and what is wrong with them."""
        import pyarrow.compute as pc

        found: dict[int, str] = {}
        for name in table.column_names:
            long = pc.match_substring_regex(table.column(name), "[\r\n]")
            for row in pc.indices_nonzero(long).to_pylist():
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


def _odd_cells(table: pa.Table, path: Path, first: int) -> list[str]:
    """Where marks stand in place of bytes that are no UTF-8."""
    said = []
    for name in table.column_names:
        odd = [first + at + 1 for at, text in enumerate(table.column(name).to_pylist()) if ODD in text]
        if odd:
            are = "is" if len(odd) == 1 else "are"
            said.append(
                f"{path}: {_count(len(odd), 'cell')} under `{name}` {are} not UTF-8 text, the first in row {odd[0]:,}"
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
    headings = distinct_headings(list(names))

    def units() -> Iterator[Unit]:
        rows: list[dict[str, object]] = []
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
                if len(rows) >= reading.UNIT // 4:
                    found.seen, found.read = found.seen + len(rows), file.tell()
                    yield _unit(path, first, headings, rows)
                    first, rows = first + len(rows), []
        if rows:
            yield _unit(path, first, headings, rows)

    return Opened(headings, None, units)


def _object(line: bytes) -> dict[str, object] | str:
    """The object of a line, or what is wrong with the line."""
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return "the line is not UTF-8 text"
    except (ValueError, RecursionError):
        return "the line is no JSON, or is cut short"
    return value if isinstance(value, dict) else "the line is no JSON object"


def _unit(path: Path, first: int, headings: Sequence[str], rows: Sequence[dict[str, object]]) -> Unit:
    table = pa.table({name: pa.array([as_text(row.get(name)) for row in rows], pa.string()) for name in headings})
    return Unit(str(path), first, lambda: table)


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
        return "; ".join("?" if each is None else str(each) for each in value) or "none"  # of a null nothing is known
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
