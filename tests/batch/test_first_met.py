"""A table whose rows are new to the engine: few decisions, and the same sheet however it is made."""

from __future__ import annotations

import messy
import pyarrow as pa
import pytest
from screening import decided, table_of

from sekisho.batch import sheet
from sekisho.batch.columns import map_columns
from sekisho.batch.run import Table
from sekisho.batch.sheet import write_book
from sekisho.batch.summary import summarise


def test_versions_of_the_law_share_the_answers_that_they_agree_on(desk):
    """A ban of the Security Council outlives dozens of amendments of national law."""
    days = [day.isoformat() for day in desk.timeline().change_days("JPN") if day.year >= 2007]
    rows = [{"date": day, "exporter": "JPN", "recipient": "PRK", "item": "155mm shell"} for day in days]
    table = table_of(rows)
    worker = Table(desk, map_columns(table.column_names, desk.library))
    found = worker.screen(table)
    assert len(rows) > 30
    assert worker.screener.asked < len(rows) / 2
    for i, row in enumerate(rows):
        assert found.row(i) == decided(desk, row | {"item": "shell-155mm"}), row


@pytest.mark.parametrize("seed", [1, 2])
def test_a_messy_sheet_is_decided_with_few_decisions(desk, seed):
    heading, *rows = messy.orders(400, seed)[2:]
    rows = [[str(cell) for cell in row] for row in rows if row]
    columns = {str(name): [row[at] for row in rows] for at, name in enumerate(heading)}
    table = pa.table(columns)
    worker = Table(desk, map_columns(table.column_names, desk.library, constants={"exporter": "JPN"}))
    worker.screen(table)
    assert worker.screener.asked < len(rows) / 3


def test_a_workbook_says_the_same_however_it_is_written(tmp_path, monkeypatch):
    calamine = pytest.importorskip("python_calamine")
    table = pa.table(
        {"n": list(range(30)), "text": ["<&> ü 審査"] * 30, "outcome": ["prohibited", "", "undetermined"] * 10}
    )
    found = []
    for small in (sheet._SMALL, 0):
        monkeypatch.setattr(sheet, "_SMALL", small)
        write_book(table, tmp_path / "a.xlsx", summarise(table))
        book = calamine.load_workbook(str(tmp_path / "a.xlsx"))
        found.append({name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names})
    assert found[0] == found[1]
    assert len(found[0]["Decisions"]) == 31
