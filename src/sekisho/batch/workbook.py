"""Sheets of workbooks: what a sheet shows is read; what it only seems to say is set aside.

A cell that holds an error, a formula without its result, or a piece of a merged area looks empty to
a reader, and an empty cell means the plain case: such rows are named and not decided.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow as pa

from sekisho.base import TroubleError
from sekisho.batch.lines import as_text
from sekisho.batch.read import Opened, Unit, distinct_headings, header_row, missing_package

Cell = object
_CELL = re.compile(rb"<c\s([^>]*?)(/>|>(.*?)</c>)", re.DOTALL)
_AT = re.compile(rb'\br="([A-Z]+)(\d+)"')
_NO_RESULT = re.compile(rb"<f\b.*?(?:/>|</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*", re.DOTALL)
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def open_sheet(path: Path, sheet: str, remarks: list[str]) -> Opened:
    """Look into a sheet, the first where none is named.

    Raises:
        ValueError: It is no workbook, has no such sheet, or no headings.
        TroubleError: The package that reads workbooks is not installed.
    """
    try:
        import python_calamine as calamine
    except ImportError as error:
        raise TroubleError([missing_package("python-calamine", "excel", str(path))]) from error
    try:
        book = calamine.load_workbook(str(path))
        names = book.sheet_names
        if sheet and sheet not in names:
            raise ValueError(f"it has no sheet `{sheet}`; its sheets: {', '.join(names)}")
        found = book.get_sheet_by_name(sheet or names[0])
        rows = found.to_python(skip_empty_area=False)
        merged = found.merged_cell_ranges or []
    except calamine.CalamineError as error:
        with path.open("rb") as file:
            if path.suffix.lower() != ".xls" and file.read(4) == b"\xd0\xcf\x11\xe0":  # the container of older times
                raise ValueError("it is protected by a password, or an older workbook that is called .xls") from error
        raise ValueError(f"it is cut short, or no workbook ({' '.join(str(error).split())[:80]})") from error
    if not any(cell != "" for row in rows for cell in row):
        raise ValueError("the sheet is empty")
    if len(names) > 1 and not sheet:
        remarks.append(f"{path}: only the sheet `{names[0]}` is read; `--sheet` names another of {len(names)}")
    return _laid_out(path, rows, merged, _looks_empty(path, names.index(sheet or names[0])), remarks)


def _laid_out(
    path: Path,
    rows: Sequence[Sequence[Cell]],
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]],
    empty: dict[tuple[int, int], str],
    remarks: list[str],
) -> Opened:
    at = header_row(rows[:20])
    headings = distinct_headings(_without_empty_ends([_as_text(cell) for cell in rows[at]], rows[at + 1 :]))
    if at:
        remarks.append(f"{path}: {at} row{'s' if at > 1 else ''} above the headings skipped")
    wide = len(headings)
    kept = [
        line
        for line in range(at + 1, len(rows))
        if any(cell != "" for cell in rows[line][:wide]) or any(line == row for row, _ in empty)
    ]
    blank = len(rows) - at - 1 - len(kept)
    if blank:
        remarks.append(f"{path}: {blank} empty row{'s' if blank > 1 else ''} left out")
    faults: dict[int, str] = {}
    place = {line: number for number, line in enumerate(kept)}
    for (top, left), (bottom, right) in merged:
        for line in range(max(top, at + 1), bottom + 1):
            if line in place and left < wide and (line > top or right > left):
                last = headings[min(right, wide - 1)]
                where = f"`{headings[left]}`" if right == left else f"`{headings[left]}` to `{last}`"
                span = f"rows {top + 1} to {bottom + 1}" if bottom > top else f"row {top + 1}"
                faults[place[line]] = f"cells are merged over {where}, {span}; write the value into every cell"
    for (line, column), why in sorted(empty.items()):
        if line in place and column < wide:
            faults[place[line]] = "; ".join(filter(None, (faults.get(place[line]), f"`{headings[column]}` {why}")))
    body = [rows[line] for line in kept]
    table = pa.table({name: _column([row[number] for row in body]) for number, name in enumerate(headings)})

    def units() -> Iterator[Unit]:
        if body:
            yield Unit(str(path), 0, lambda: table, [line + 1 for line in kept], faults)

    return Opened(headings, len(body), units, {field.name: field.type for field in table.schema})


def _without_empty_ends(headings: list[str | None], body: Sequence[Sequence[Cell]]) -> list[str | None]:
    """The headings without columns at the right end that are empty throughout."""
    wide = len(headings)
    while wide > 1 and not headings[wide - 1] and all(row[wide - 1] == "" for row in body):
        wide -= 1
    return headings[:wide]


def _column(cells: Sequence[Cell]) -> pa.Array:
    """A column as numbers or days where it holds nothing else, and as text otherwise."""
    kinds = {type(cell) for cell in cells if cell != ""}
    values = [None if cell == "" else cell for cell in cells]
    if kinds and kinds <= {int, float}:
        whole = all(value is None or float(value).is_integer() for value in values)  # type: ignore[arg-type]
        if not whole:
            return pa.array(values, pa.float64())
        if all(value is None or abs(float(value)) < 1 << 53 for value in values):  # type: ignore[arg-type]
            return pa.array([None if value is None else int(value) for value in values], pa.int64())  # type: ignore[call-overload]
    if kinds and kinds <= {date, datetime} and all(_whole_day(value) for value in values):
        return pa.array([v.date() if isinstance(v, datetime) else v for v in values], pa.date32())
    return pa.array([_as_text(cell) for cell in cells], pa.string())


def _whole_day(value: object) -> bool:
    return not isinstance(value, datetime) or value.time() == datetime.min.time()


def _as_text(value: Cell) -> str | None:
    """A cell of a sheet as text; a day as ISO."""
    if isinstance(value, datetime):
        return value.date().isoformat() if _whole_day(value) else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    text = as_text(value)
    return text.strip() if text is not None else None


def _looks_empty(path: Path, sheet: int) -> dict[tuple[int, int], str]:
    """Cells of an .xlsx that hold an error, or a formula whose result was never stored, with what they hold."""
    try:
        with zipfile.ZipFile(path) as file:
            data = file.read(_sheet_part(file, sheet))
    except (OSError, KeyError, ValueError, IndexError, zipfile.BadZipFile, ET.ParseError):
        return {}  # another kind of workbook
    if b"<f" not in data and b't="e"' not in data:
        return {}
    found: dict[tuple[int, int], str] = {}
    for each in _CELL.finditer(data):
        attributes, content = each[1], each[3] or b""
        if b't="e"' in attributes:
            error = re.search(rb"<v>(.*?)</v>", content)
            why = f"holds the error {error[1].decode('utf-8', 'replace') if error else ''}".strip()
        elif b"<f" in content and b't="str"' not in attributes and _NO_RESULT.fullmatch(content):
            why = "holds a formula whose result was never stored; open the workbook in a spreadsheet and save it"
        else:
            continue
        if place := _AT.search(attributes):
            column = 0
            for letter in place[1]:
                column = column * 26 + letter - 64
            found[int(place[2]) - 1, column - 1] = why
    return found


def _sheet_part(file: zipfile.ZipFile, sheet: int) -> str:
    """Where the sheet lies in the archive."""
    book = ET.fromstring(file.read("xl/workbook.xml"))  # noqa: S314 - the reader above has accepted it
    listed = [each.get(_REL) for each in book.iter() if each.tag.endswith("}sheet")]
    links = ET.fromstring(file.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    target = next(str(each.get("Target")) for each in links if each.get("Id") == listed[sheet])
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
