"""Tables of any format as units of rows: the same units in every run, so that a run can be resumed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path

import pyarrow as pa

from sekisho.base import Place, Trouble, TroubleError
from sekisho.batch.columns import KNOWN, squash

UNIT = 1 << 20
"""Rows of a unit, as far as the format allows; it bounds the memory."""

_BLOCK = 32 << 20
_FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".ods": "xlsx",
}

Read = Callable[[], pa.Table]


@dataclass
class Unit:
    """Some rows of one file: where they begin, and how to read them."""

    file: str
    first: int
    read: Read


@dataclass
class Inputs:
    """Every file of one table.

    Attributes:
        headings: The columns, the same in every file.
        rows: How many rows there are, where the format says so.
        units: The rows, unit by unit, in order.
        refused: Files and lines that could not be read, with the reason.
        remarks: What is worth saying of how the files were read.
    """

    files: tuple[Path, ...]
    format: str
    headings: tuple[str, ...]
    rows: int | None
    units: Callable[[], Iterator[Unit]]
    refused: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def format_of(path: str | Path) -> str:
    """The format that a file name says; `parquet` for a folder.

    Raises:
        TroubleError: None that we know.
    """
    suffix = Path(path).suffix.lower()
    if suffix in _FORMATS:
        return _FORMATS[suffix]
    if not suffix or str(path).endswith("/"):
        return "parquet"
    known = ", ".join(dict.fromkeys(_FORMATS))
    raise TroubleError(
        [
            Trouble(
                "SK424", f"`{suffix}` is no format that we read or write", (Place(str(path)),), help=f"known: {known}"
            )
        ]
    )


def open_inputs(patterns: Sequence[str], *, sheet: str = "") -> Inputs:
    """Find and look into the files that paths, folders and globs name.

    Raises:
        TroubleError: No file is there, none can be read, or their columns differ.
    """
    files = _files(patterns)
    kinds = {format_of(path) for path in files}
    if len(kinds) > 1:
        raise TroubleError(
            [
                Trouble(
                    "SK424",
                    f"the files are of several formats: {', '.join(sorted(kinds))}",
                    help="screen each by itself",
                )
            ]
        )
    kind = kinds.pop()
    openers = {"csv": _open_csv, "jsonl": _open_jsonl, "parquet": _open_parquet, "arrow": _open_arrow}
    found = Inputs(tuple(files), kind, (), 0, lambda: iter(()))
    opened: list[tuple[tuple[str, ...], int | None, Callable[[], Iterator[Unit]]]] = []
    for path in files:
        try:
            opened.append(_open_xlsx(path, sheet, found) if kind == "xlsx" else openers[kind](path, found))
        except (pa.ArrowException, OSError, ValueError, UnicodeDecodeError) as error:
            found.refused.append((str(path), _reason(error)))
    if not opened:
        raise TroubleError(
            [Trouble("SK425", f"the file cannot be read: {why}", (Place(name),)) for name, why in found.refused]
        )
    found.headings = opened[0][0]
    for (headings, _, _), path in zip(opened, [p for p in files if str(p) not in dict(found.refused)], strict=True):
        if set(headings) != set(found.headings):
            odd = sorted(set(headings) ^ set(found.headings))
            raise TroubleError(
                [
                    Trouble(
                        "SK426",
                        f"the columns differ from those of {files[0]}: {', '.join(odd[:5])}",
                        (Place(str(path)),),
                        help="screen it by itself",
                    )
                ]
            )
    counts = [rows for _, rows, _ in opened]
    found.rows = sum(n for n in counts if n is not None) if None not in counts else None

    def units() -> Iterator[Unit]:
        for _, _, each in opened:
            yield from each()

    found.units = units
    return found


def _files(patterns: Sequence[str]) -> list[Path]:
    files: list[Path] = []
    missing: list[str] = []
    for pattern in patterns:
        path = Path(pattern)
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in _FORMATS and not _hidden(p, path))
            files.extend(inside)
            found = bool(inside)
        elif path.exists():
            files.append(path)
            found = True
        else:
            inside = [Path(p) for p in sorted(glob(pattern, recursive=True)) if Path(p).suffix.lower() in _FORMATS]
            files.extend(inside)
            found = bool(inside)
        if not found:
            missing.append(pattern)
    if missing:
        raise TroubleError(
            [
                Trouble("SK425", "no such file, or no table in it", (Place(name),), help="check the path")
                for name in missing
            ]
        )
    return list(dict.fromkeys(files))


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.relative_to(root).parts)


def _reason(error: Exception) -> str:
    said = " ".join(str(error).split())
    if isinstance(error, UnicodeDecodeError) or "invalid UTF8" in said:
        return "it is not UTF-8 text; save it with the encoding UTF-8"
    if "Parquet magic bytes" in said or "footer" in said or "too small" in said.lower():
        return "it is cut short, or no Parquet file"
    return said[:200] or type(error).__name__


# Parquet, Arrow


def _open_parquet(path: Path, found: Inputs) -> tuple[tuple[str, ...], int, Callable[[], Iterator[Unit]]]:
    import pyarrow.parquet as pq

    meta = pq.read_metadata(path)
    schema = meta.schema.to_arrow_schema()
    parts = dict(part.split("=", 1) for part in path.parts[:-1] if part.count("=") == 1)
    names = tuple(schema.names) + tuple(name for name in parts if name not in schema.names)
    texts = [f.name for f in schema if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]

    def units() -> Iterator[Unit]:
        groups: list[int] = []
        first = count = 0
        for group in range(meta.num_row_groups):
            size = meta.row_group(group).num_rows
            if groups and count + size > UNIT:
                yield Unit(str(path), first, _read_groups(path, groups, texts, parts))
                groups, first, count = [], first + count, 0
            groups.append(group)
            count += size
        if groups:
            yield Unit(str(path), first, _read_groups(path, groups, texts, parts))

    return names, meta.num_rows, units


def _read_groups(path: Path, groups: list[int], texts: list[str], parts: dict[str, str]) -> Read:
    import pyarrow.parquet as pq

    def read() -> pa.Table:
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            table = file.read_row_groups(groups, use_threads=True)
        for name, value in parts.items():
            if name not in table.column_names:
                column = pa.DictionaryArray.from_arrays(pa.array([0] * table.num_rows, pa.int32()), pa.array([value]))
                table = table.append_column(name, column)
        return table

    return read


def _open_arrow(path: Path, found: Inputs) -> tuple[tuple[str, ...], int | None, Callable[[], Iterator[Unit]]]:
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        names, batches = tuple(reader.schema.names), reader.num_record_batches

    def batch(number: int) -> Read:
        def read() -> pa.Table:
            with pa.memory_map(str(path)) as source:
                return pa.Table.from_batches([pa.ipc.open_file(source).get_batch(number)])

        return read

    def units() -> Iterator[Unit]:
        first = 0
        for number in range(batches):
            table = batch(number)()
            yield Unit(str(path), first, lambda table=table: table)
            first += table.num_rows

    return names, None, units


# Text


def _open_csv(path: Path, found: Inputs) -> tuple[tuple[str, ...], None, Callable[[], Iterator[Unit]]]:
    import pyarrow.csv as pc

    with path.open(encoding="utf-8-sig", newline="") as file:
        head = file.read(1 << 16)
    if not head.strip():
        raise ValueError("it is empty")
    delimiter = "\t" if path.suffix.lower() == ".tsv" else max(",;\t|", key=head.split("\n", 1)[0].count)
    top = list(csv.reader(io.StringIO(head), delimiter=delimiter))[:20]
    at = header_row(top)
    headings = tuple(name.strip() for name in top[at])
    if at:
        found.remarks.append(f"{path}: {at} row(s) above the headings are skipped")
    if len(set(headings)) < len(headings):
        twice = next(name for name in headings if headings.count(name) > 1)
        raise ValueError(f"the column `{twice}` stands twice")
    width = len(headings)

    def units() -> Iterator[Unit]:
        def odd(row: pc.InvalidRow) -> str:
            where = f"{path}, line {row.number}" if row.number else str(path)
            why = f"the row has {row.actual_columns} cells, and the table {width} columns"
            found.refused.append((where, why))
            return "skip"

        reader = pc.open_csv(
            path,
            read_options=pc.ReadOptions(
                column_names=list(headings),
                skip_rows=_line_of(head, at, delimiter) + 1,
                block_size=_BLOCK,
                use_threads=False,
            ),
            parse_options=pc.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=odd),
            convert_options=pc.ConvertOptions(
                column_types=dict.fromkeys(headings, pa.string()), strings_can_be_null=False
            ),
        )
        first = 0
        for batch in reader:
            table = pa.Table.from_batches([batch])
            yield Unit(str(path), first, lambda table=table: table)
            first += table.num_rows

    return headings, None, units


def _line_of(head: str, row: int, delimiter: str) -> int:
    """The line on which a row begins; rows may span lines."""
    reader = csv.reader(io.StringIO(head), delimiter=delimiter)
    for _ in range(row):
        next(reader)
    return reader.line_num


def header_row(rows: Sequence[Sequence[object]]) -> int:
    """Which of the first rows holds the headings: the first with two that we know, else the first."""
    for number, row in enumerate(rows):
        words = [squash(str(cell)) for cell in row if cell is not None]
        if sum(word in KNOWN or word.startswith(("facts", "judgements", "readings")) for word in words) >= 2:
            return number
    return 0


def _open_jsonl(path: Path, found: Inputs) -> tuple[tuple[str, ...], None, Callable[[], Iterator[Unit]]]:
    import json

    names: dict[str, None] = {}
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file):
            if number >= 1000:
                break
            try:
                value = json.loads(line) if line.strip() else {}
            except json.JSONDecodeError:
                continue
            if isinstance(value, dict):
                names.update(dict.fromkeys(value))
    if not names:
        raise ValueError("no line of it is a JSON object")
    headings = tuple(names)

    def units() -> Iterator[Unit]:
        rows: list[dict[str, object]] = []
        first = 0
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    value = json.loads(line)
                    if not isinstance(value, dict):
                        raise TypeError
                except (ValueError, TypeError):
                    found.refused.append((f"{path}, line {number}", "the line is no JSON object, or is cut short"))
                    continue
                rows.append(value)
                if len(rows) >= UNIT // 4:
                    yield Unit(str(path), first, lambda table=_texts(headings, rows): table)
                    first, rows = first + len(rows), []
        if rows:
            yield Unit(str(path), first, lambda table=_texts(headings, rows): table)

    return headings, None, units


def _texts(headings: Sequence[str], rows: Sequence[dict[str, object]]) -> pa.Table:
    return pa.table({name: pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in headings})


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "; ".join(str(each) for each in value) or "none"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


# Sheets


def _open_xlsx(path: Path, sheet: str, found: Inputs) -> tuple[tuple[str, ...], int, Callable[[], Iterator[Unit]]]:
    try:
        import python_calamine as calamine
    except ImportError as error:
        raise TroubleError([missing_package("python-calamine", "excel", str(path))]) from error
    try:
        book = calamine.load_workbook(str(path))
        names = book.sheet_names
        if sheet and sheet not in names:
            raise ValueError(f"it has no sheet `{sheet}`; its sheets: {', '.join(names)}")
        rows = book.get_sheet_by_name(sheet or names[0]).to_python(skip_empty_area=False)
    except calamine.CalamineError as error:
        raise ValueError(f"it is cut short, or no workbook ({' '.join(str(error).split())[:80]})") from error
    at = header_row(rows[:20])
    if not rows:
        raise ValueError("the sheet is empty")
    if at:
        found.remarks.append(f"{path}: {at} row(s) above the headings are skipped")
    headings = [_cell(cell) or f"column {number}" for number, cell in enumerate(rows[at], 1)]
    body = [row for row in rows[at + 1 :] if any(cell not in ("", None) for cell in row)]
    blank = len(rows) - at - 1 - len(body)
    if blank:
        found.remarks.append(f"{path}: {blank} empty row(s) are left out")
    table = pa.table({name: pa.array([_cell(row[i]) for row in body], pa.string()) for i, name in enumerate(headings)})
    return tuple(headings), len(body), lambda: iter((Unit(str(path), 0, lambda: table),))


def _cell(value: object) -> str | None:
    """A cell of a sheet as text; a day as ISO."""
    from datetime import date, datetime

    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    text = _text(value)
    return text.strip() if text is not None else None


def missing_package(name: str, extra: str, what: str = "") -> Trouble:
    """The trouble of an engine or format whose package is not installed."""
    return Trouble(
        "SK427",
        f"this needs the package `{name}`, which is not installed",
        (Place(what),) if what else (),
        help=f'install it: pip install "sekisho[{extra}]"',
    )
