"""The result as a workbook: the decisions, a summary, and the rows that need a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa

from sekisho.base import TroubleError
from sekisho.base.whole import write_whole
from sekisho.batch.answers import COLUMNS
from sekisho.batch.read import SHEET, missing_package, too_long
from sekisho.batch.summary import Counts, Crossed, Summary, word
from sekisho.batch.write import legible, to_the_microsecond

COLOURS = {
    "free": ("#E3F1E5", "#1E5B2B"),
    "may-be-permitted": ("#E5EDF7", "#1D4477"),
    "presumed-denied": ("#FBEEDB", "#7A4A05"),
    "prohibited": ("#F8E1DF", "#7F1D1A"),
    "undetermined": ("#EEEAF5", "#4A3478"),
    "": ("#EDEDED", "#444444"),
}
"""Fill and ink of each outcome; both pass as text on its ground for people with weak sight."""

_WIDEST = 44
_SMALL = 100_000
"""Cells of a workbook that is made in memory: a hundred megabytes at most."""
_EXACT = 10**15
"""A sheet keeps fifteen digits of a number; a longer one, or one that is none, is written as text."""
_LEAD = ("outcome", "note", "turns_on", "unmodelled")


def write_book(table: pa.Table, path: Path, summary: Summary) -> None:
    """Write the result as a workbook.

    Raises:
        TroubleError: `xlsxwriter` is not installed, or there are more rows than a sheet can hold.
    """
    if table.num_rows > SHEET:
        raise TroubleError([too_long(path)])
    book = _Book(path, small=table.num_rows * table.num_columns <= _SMALL)
    table = to_the_microsecond(table)
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    every = range(table.num_rows)
    book.rows("Decisions", columns, every)
    book.summary(summary)
    book.rows("Needs a person", columns, [r for r in every if columns["outcome"][r] in ("", "undetermined")], lead=True)
    path.write_bytes(book.close())


def write_summary(summary: Summary, path: Path) -> None:
    """Write the counts of a summary as a workbook, with a chart of the outcomes.

    Raises:
        TroubleError: `xlsxwriter` is not installed, or the workbook cannot be written.
    """
    book = _Book(path, small=True)
    book.summary(summary)
    write_whole(path, book.close())


class _Book:
    """A workbook that is being written: a small one in memory, which is faster, else row by row."""

    def __init__(self, path: Path, *, small: bool) -> None:
        try:
            import xlsxwriter
        except ImportError as error:
            raise TroubleError([missing_package("xlsxwriter", "excel", str(path))]) from error
        options = {
            "in_memory" if small else "constant_memory": True,
            "strings_to_urls": False,
            "strings_to_formulas": False,
        }
        self._file = BytesIO()  # not the file itself: where the disk is full, it would be left half written
        self.book: Any = xlsxwriter.Workbook(self._file, options)
        self.head = self.book.add_format(
            {"bold": True, "bg_color": "#22303C", "font_color": "#FFFFFF", "text_wrap": True, "valign": "top"}
        )
        self.result = self.book.add_format(
            {"bold": True, "bg_color": "#3D5468", "font_color": "#FFFFFF", "text_wrap": True, "valign": "top"}
        )
        self.plain = self.book.add_format({"valign": "top"})
        self.day = self.book.add_format({"valign": "top", "num_format": "yyyy-mm-dd", "align": "left"})
        self.number = self.book.add_format({"num_format": "#,##0"})
        self.share = self.book.add_format({"num_format": "0.0 %"})
        self.quiet = self.book.add_format({"font_color": "#666666", "italic": True})
        self.paint = {
            name: self.book.add_format({"bg_color": fill, "font_color": ink, "valign": "top"})
            for name, (fill, ink) in COLOURS.items()
        }

    def close(self) -> memoryview:
        """The bytes of the file."""
        import xlsxwriter.exceptions

        try:
            self.book.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            cause = error.args[0] if error.args else None
            raise (cause if isinstance(cause, OSError) else OSError(str(error))) from error
        return self._file.getbuffer()

    def rows(self, name: str, columns: Mapping[str, Sequence[Any]], rows: Sequence[int], *, lead: bool = False) -> None:
        """A sheet of rows; with `lead` what a person must know stands before what the row says."""
        sheet = self.book.add_worksheet(name)
        names = list(columns)
        if lead:
            names = [*(n for n in _LEAD if n in names), *(n for n in names if n not in COLUMNS)]
        first = ["row"] if lead else []
        for at, each in enumerate([*first, *names]):
            sheet.set_column(at, at, _width(each, columns.get(each, ()), rows))
        sheet.set_row(0, 18)
        sheet.freeze_panes(1, 1 if lead else 0)
        for at, each in enumerate([*first, *names]):
            sheet.write_string(0, at, each, self.result if each in COLUMNS else self.head)
        where = len(first) + names.index("outcome")
        taken = [columns[each] for each in names]
        for line, row in enumerate(rows, 1):
            if lead:
                sheet.write_number(line, 0, row + 1, self.plain)
            for at, values in enumerate(taken, len(first)):
                value = values[row]
                if at == where:
                    sheet.write_string(line, at, word(value), self.paint[value])
                elif value is not None and value != "":
                    self._cell(sheet, line, at, value)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(first) + len(names) - 1)
            sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{len(rows) + 1}"})
        elif lead:
            sheet.write_string(1, 1, "no row needs a person", self.quiet)

    def _cell(self, sheet: Any, line: int, at: int, value: object) -> None:
        if isinstance(value, datetime):
            self._time(sheet, line, at, value)
        elif isinstance(value, date) and value.year >= 1900:
            sheet.write_datetime(line, at, value, self.day)
        elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _EXACT:
            sheet.write_number(line, at, value, self.plain)
        else:
            sheet.write_string(line, at, legible(value)[:32_000], self.plain)

    def _time(self, sheet: Any, line: int, at: int, value: datetime) -> None:
        if value.tzinfo is None and value.year >= 1900 and value.time() == datetime.min.time():
            sheet.write_datetime(line, at, value, self.day)
        else:  # a sheet knows no time zone, and a cell that shows a day alone would hide the rest
            sheet.write_string(line, at, value.isoformat(sep=" "), self.plain)

    def summary(self, summary: Summary) -> None:
        """The sheet of counts, with a chart of the outcomes."""
        sheet = self.book.add_worksheet("Summary")
        sheet.set_column(0, 0, 52)
        sheet.set_column(1, 6, 16)
        line = self._counts(sheet, 0, summary.by_outcome(), summary.rows)
        self._chart(sheet, summary.by_outcome())
        for crossed in summary.tables(25):
            line = self._crossed(sheet, line, crossed)
        for counts in summary.reasons(25):
            line = self._counts(sheet, line, counts, summary.rows)

    def _counts(self, sheet: Any, line: int, counts: Counts, rows: int) -> int:
        for at, text in enumerate((counts.title, "rows", "share")):
            sheet.write_string(line, at, text, self.head)
        for name, count in counts.rows:
            line += 1
            style = self.paint[name] if counts.title == "outcome" else None
            sheet.write_string(line, 0, word(name)[:32_000], style)
            sheet.write_number(line, 1, count, self.number)
            sheet.write_number(line, 2, count / max(rows, 1), self.share)
        return self._others(sheet, line, counts.others)

    def _crossed(self, sheet: Any, line: int, crossed: Crossed) -> int:
        for at, text in enumerate((crossed.title, "rows", *map(word, crossed.outcomes))):
            sheet.write_string(line, at, text, self.head)
        for name, counts in crossed.rows:
            line += 1
            sheet.write_string(line, 0, name[:32_000])
            for at, count in enumerate((sum(counts), *counts), 1):
                if count:
                    sheet.write_number(line, at, count, self.number)
        return self._others(sheet, line, crossed.others)

    def _others(self, sheet: Any, line: int, others: int) -> int:
        if others:
            line += 1
            sheet.write_string(line, 0, f"and {others:,} more", self.quiet)
        return line + 2

    def _chart(self, sheet: Any, counts: Counts) -> None:
        chart = self.book.add_chart({"type": "bar"})
        points = [{"fill": {"color": COLOURS.get(name, COLOURS[""])[1]}} for name, _ in counts.rows]
        last = len(counts.rows)
        places = {"categories": ["Summary", 1, 0, last, 0], "values": ["Summary", 1, 1, last, 1]}
        chart.add_series({**places, "points": points, "data_labels": {"value": True}, "gap": 40})
        chart.set_legend({"none": True})
        chart.set_title({"name": "Rows by outcome", "name_font": {"size": 12}})
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
        sheet.insert_chart("I1", chart)


def _width(name: str, values: Sequence[Any], rows: Sequence[int]) -> int:
    longest = max((len(str(values[row])) for row in list(rows[:200]) if values and values[row] is not None), default=0)
    return min(max(longest, len(name)) + 2, _WIDEST)
