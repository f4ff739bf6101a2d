"""The result as a workbook: the decisions, a summary, and the rows that need a person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from sekisho.base import Place, Trouble, TroubleError
from sekisho.batch.answers import COLUMNS
from sekisho.batch.read import missing_package
from sekisho.batch.summary import Summary, summarise

COLOURS = {
    "free": ("#E3F1E5", "#1E5B2B"),
    "may-be-permitted": ("#E5EDF7", "#1D4477"),
    "presumed-denied": ("#FBEEDB", "#7A4A05"),
    "prohibited": ("#F8E1DF", "#7F1D1A"),
    "undetermined": ("#EEEAF5", "#4A3478"),
    "": ("#EDEDED", "#444444"),
}
"""Fill and ink of each outcome; both pass as text on its ground for people with weak sight."""

_MOST = 1_048_575
_WIDEST = 44


def write_book(table: pa.Table, path: Path) -> None:
    """Write the result as a workbook.

    Raises:
        TroubleError: `xlsxwriter` is not installed, or there are more rows than a sheet can hold.
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise TroubleError([missing_package("xlsxwriter", "excel", str(path))]) from error
    if table.num_rows > _MOST:
        help_ = "write Parquet or CSV"
        raise TroubleError(
            [Trouble("SK429", f"a sheet holds no more than {_MOST:,} rows", (Place(str(path)),), help=help_)]
        )
    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    )
    head = book.add_format(
        {"bold": True, "bg_color": "#22303C", "font_color": "#FFFFFF", "text_wrap": True, "valign": "top"}
    )
    plain = book.add_format({"valign": "top"})
    paint = {
        word: book.add_format({"bg_color": fill, "font_color": ink, "valign": "top"})
        for word, (fill, ink) in COLOURS.items()
    }
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    outcomes = columns["outcome"]
    every = range(table.num_rows)
    _sheet(book, "Decisions", columns, every, outcomes, head, plain, paint)
    _summary(book, summarise(table), head)
    person = [row for row in every if outcomes[row] in ("", "undetermined")]
    _sheet(book, "Needs a person", columns, person, outcomes, head, plain, paint, numbered=True)
    book.close()


def _sheet(
    book: Any, name: str, columns: dict[str, list[object]], rows: Sequence[int], outcomes: list[str], head: object,
    plain: object, paint: dict[str, object], *, numbered: bool = False,
) -> None:  # fmt: skip
    sheet = book.add_worksheet(name)
    names = list(columns)
    if numbered:
        results = [n for n in names if n in ("outcome", "note", "turns_on", "unmodelled")]
        names = [*results, *(n for n in names if n not in COLUMNS)]
    lead = ["row"] if numbered else []
    widths = [_width(each, columns.get(each, []), rows) for each in [*lead, *names]]
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, [*lead, *(each.replace("_", " ") if each in COLUMNS else each for each in names)], head)
    where = len(lead) + names.index("outcome")
    for line, row in enumerate(rows, 1):
        if numbered:
            sheet.write_number(line, 0, row + 1, plain)
        for at, each in enumerate(names, len(lead)):
            value = columns[each][row]
            if value not in (None, "") or at == where:
                _write(sheet, line, at, value, paint[outcomes[row]] if at == where else plain)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(lead) + len(names) - 1)


def _write(sheet: Any, line: int, at: int, value: object, style: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        sheet.write_string(line, at, "" if value is None else str(value)[:32_000], style)
    else:
        sheet.write_number(line, at, value, style)


def _width(name: str, values: Sequence[object], rows: Sequence[int]) -> int:
    longest = max((len(str(values[row] or "")) for row in list(rows)[:200] if values), default=0)
    return min(max(longest, len(name)) + 2, _WIDEST)


def write_summary(summary: Summary, path: Path) -> None:
    """Write the counts of a summary as a workbook, with a chart of the outcomes.

    Raises:
        TroubleError: `xlsxwriter` is not installed.
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise TroubleError([missing_package("xlsxwriter", "excel", str(path))]) from error
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    head = book.add_format({"bold": True, "bg_color": "#22303C", "font_color": "#FFFFFF"})
    _summary(book, summary, head)
    book.close()


def _summary(book: Any, summary: Summary, head: object) -> None:
    sheet = book.add_worksheet("Summary")
    sheet.set_column(0, 0, 60)
    sheet.set_column(1, 1, 12)
    sheet.set_column(2, 2, 10)
    share = book.add_format({"num_format": "0.0 %"})
    line = 0
    for title, counts in summary.tables():
        sheet.write_row(line, 0, [title, "rows", "share"], head)
        first = line + 1
        for name, count in counts:
            line += 1
            sheet.write_string(line, 0, name or "set aside")
            sheet.write_number(line, 1, count)
            sheet.write_number(line, 2, count / max(summary.rows, 1), share)
        if title == "outcome":
            chart = book.add_chart({"type": "bar"})
            points = [{"fill": {"color": COLOURS.get(name, COLOURS[""])[1]}} for name, _ in counts]
            places = {"categories": ["Summary", first, 0, line, 0], "values": ["Summary", first, 1, line, 1]}
            chart.add_series({**places, "points": points})
            chart.set_legend({"none": True})
            chart.set_title({"name": "Rows by outcome"})
            sheet.insert_chart("E1", chart)
        line += 2
