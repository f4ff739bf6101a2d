"""What a screened table says in all, and the commands."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_files import ORDERS, rows_of

from sekisho.base import TroubleError
from sekisho.batch.columns import map_columns
from sekisho.cli import guard
from sekisho.cli import screen as screen_command
from sekisho.cli import sql as sql_command
from sekisho.cli import summary as summary_command
from sekisho.cli.main import cli
from sekisho.cli.progress import Progress


def call(module, *args):
    """A command's exit status and output, as the shell sees them."""
    runner = CliRunner()
    found = {}

    def inside():
        name = module.__name__.rpartition(".")[2]
        found["result"] = cli.main([name, *map(str, args)], standalone_mode=False)
        return found["result"]

    with runner.isolation() as streams:
        status = guard.run(inside)
        out = streams[0].getvalue().decode()
    return status, out


@pytest.fixture
def decided(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS + "4,2024-05-01,Ukrane,patriot-pac3,\n", encoding="utf-8")
    status, out = call(screen_command, path, "-o", tmp_path / "out.csv", "--set", "exporter=Japan")
    assert status == guard.FOUND
    assert "4 rows: 2 prohibited" in out
    return tmp_path / "out.csv"


def test_counts_as_tables_json_a_workbook_and_a_chart(decided, tmp_path):
    status, out = call(summary_command, decided)
    assert status == 0 and "4 rows" in out and "jp-licensed-to-licensor" in out and "set aside" in out
    status, out = call(summary_command, decided, "--json", "-o", tmp_path / "s.xlsx", "--chart", tmp_path / "s.svg")
    counts = json.loads(out)
    assert counts["outcome"] == {"prohibited": 2, "may-be-permitted": 1, "set aside": 1}
    assert counts["year"]["2024"] == {"prohibited": 1, "set aside": 1}
    assert counts["recipient"]["United States"] == {"may-be-permitted": 1}
    assert counts["note"] == {"`Ukrane` is no state that we know (recipient); did you mean Ukraine (UKR)?": 1}
    assert (tmp_path / "s.xlsx").stat().st_size > 4000
    assert (tmp_path / "s.svg").read_text().startswith("<?xml")
    again = tmp_path / "again.svg"
    call(summary_command, decided, "--chart", again)
    assert again.read_bytes() == (tmp_path / "s.svg").read_bytes()


def test_a_full_disk_leaves_the_summary_that_was_there(decided, tmp_path):
    resource = pytest.importorskip("resource")
    call(summary_command, decided, "-o", tmp_path / "s.xlsx")
    before = (tmp_path / "s.xlsx").read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, hard))
    try:
        assert call(summary_command, decided, "-o", tmp_path / "s.xlsx")[0] == guard.TROUBLE
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "s.xlsx").read_bytes() == before
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_table_that_was_not_screened(tmp_path):
    (tmp_path / "a.csv").write_text("date,item\n2024-05-01,x\n")
    assert call(summary_command, tmp_path / "a.csv")[0] == guard.TROUBLE


def test_a_mapping_is_written_and_read_again(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    made = tmp_path / "map.yaml"
    assert call(screen_command, path, "--set", "exporter=Japan", "--write-map", made)[0] == 0
    assert "recipient: Destination" in made.read_text() and "value: Japan" in made.read_text()
    status, _ = call(screen_command, path, "-o", tmp_path / "out.csv", "--map", made)
    assert status == 0 and rows_of(tmp_path / "out.csv")[0]["outcome"] == "may-be-permitted"
    status, out = call(summary_command, tmp_path / "out.csv", "--map", made)
    assert status == 0 and "United States" in out


def test_what_is_wrong_with_a_mapping_is_said_with_its_line(tmp_path):
    path, made = tmp_path / "orders.csv", tmp_path / "map.yaml"
    path.write_text(ORDERS, encoding="utf-8")
    made.write_text("date: Order date\nrecipient: Nowhere\nfoo: Goods\nexporter: {valeu: Japan}\nitem: [Goods]\n")
    with pytest.raises(TroubleError) as caught:
        cli.main(["screen", str(path), "-o", str(tmp_path / "out.csv"), "--map", str(made)], standalone_mode=False)
    where = {(each.places[0].file, each.places[0].line) for each in caught.value.troubles if each.code == "SK421"}
    assert where == {(str(made), line) for line in (2, 3, 4, 5)}
    assert not (tmp_path / "out.csv").exists()


def test_what_is_said_on_the_command_line_goes_before_the_mapping(desk):
    mapped = map_columns(
        ["Day", "recipient", "item"],
        desk.library,
        given={"date": "Day"},
        constants={"date": "2024-05-01", "exporter": "JPN"},
    )
    assert "date" not in mapped.columns and mapped.kept == ("Day",) and not mapped.suggestions


def test_a_heading_of_two_lines_is_written_on_one(desk):
    mapped = map_columns(
        ["Law\nday", "recipient", "item"], desk.library, given={"date": "Law day"}, constants={"exporter": "JPN"}
    )
    assert (
        mapped.columns["date"] == "Law\nday"
        and mapped.explain()[0] == "`Law day` is read as date (as the mapping says)"
    )


def test_a_sheet_is_only_named_in_a_workbook(tmp_path):
    (tmp_path / "a.csv").write_text(ORDERS)
    assert call(screen_command, tmp_path / "a.csv", "-o", tmp_path / "o.csv", "--sheet", "One")[0] == guard.USAGE


def test_a_screened_table_is_screened_again(decided, tmp_path):
    call(screen_command, decided, "-o", tmp_path / "again.csv", "--set", "exporter=Japan")
    row = rows_of(tmp_path / "again.csv")[0]
    assert row["outcome"] == row["outcome_before"] == "may-be-permitted"


@pytest.mark.parametrize("engine", ["duckdb", "sqlite", "polars"])
def test_engines_from_the_command_line(decided, tmp_path, engine):
    pytest.importorskip("sqlglot")
    output = tmp_path / f"{engine}.csv"
    args = (tmp_path / "orders.csv", "-o", output, "--set", "exporter=Japan", "--engine", engine)
    assert call(screen_command, *args)[0] == guard.FOUND
    assert sorted(map(str, rows_of(output))) == sorted(map(str, rows_of(decided)))


def test_the_query_and_its_tables(decided, tmp_path):
    pytest.importorskip("sqlglot")
    folder = tmp_path / "tables"
    args = (tmp_path / "orders.csv", "--set", "exporter=Japan", "--dialect", "trino", "--tables", folder)
    status, out = call(sql_command, *args)
    assert status == 0 and "-- `Destination` is read as recipient" in out and "LEFT JOIN sekisho_cells" in out
    assert len(list(Path(folder).glob("sekisho_*.parquet"))) == 8


def test_the_printed_query_decides_a_table_in_a_warehouse(decided, tmp_path):
    """The three steps of the help: what occurs is exported, tables are made for it, the query runs where the rows lie."""
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("sqlglot")
    house = duckdb.connect()
    house.execute(f"CREATE TABLE orders AS SELECT * FROM read_csv('{tmp_path / 'orders.csv'}', all_varchar = true)")
    common = ("--columns", "Order no,Order date,Destination,Goods,Consideration", "--set", "exporter=Japan")
    common = (*common, "--dialect", "duckdb", "--table", "orders")
    status, query = call(sql_command, *common, "--step", "distinct")
    assert status == 0
    occurs = tmp_path / "occurs.parquet"
    house.execute(f"COPY ({query.strip().rstrip(';')}) TO '{occurs}'")
    tables, made = tmp_path / "tables", tmp_path / "decide.sql"
    assert call(sql_command, occurs, *common, "--tables", tables, "-o", made)[0] == 0
    for path in tables.glob("*.parquet"):
        house.execute(f"CREATE TABLE {path.stem} AS SELECT * FROM '{path}'")
    house.execute("INSERT INTO orders VALUES ('5', '2024-05-01', 'Atlantis', 'patriot-pac3', '')")
    found = {row["Order no"]: row for row in house.sql(made.read_text()).to_arrow_table().to_pylist()}
    for row in rows_of(decided):
        assert {name: found[row["Order no"]][name] or "" for name in row} == row
    assert found["5"]["outcome"] == "" and "make them anew" in found["5"]["note"]


def test_what_is_missing_for_a_query_is_named(tmp_path):
    assert call(sql_command, "--dialect", "trino")[0] == guard.USAGE
    assert call(sql_command, "--dialect", "trino", "--columns", "date,item")[0] == guard.TROUBLE
    columns = ("--columns", "date,exporter,recipient,item")
    assert call(sql_command, "--dialect", "trino", *columns, "--tables", tmp_path)[0] == guard.USAGE


def test_progress_says_rows_rate_and_time_left():
    seconds = iter([0.0, 2.0, 4.0])
    stream = io.StringIO()
    with Progress(stream, lambda: next(seconds)) as progress:
        progress(1000, 10_000)  # an earlier run had made these
        progress(3000, 10_000)
    lines = stream.getvalue().split("\r\x1b[K")
    assert lines[1] == "reading …" and lines[2].endswith("1,000 of 10,000 rows") and lines[-1] == ""
    assert lines[3].endswith("3,000 of 10,000 rows  500 rows/s  14 s left")


def test_a_summary_is_never_written_as_something_else(decided, tmp_path):
    assert call(summary_command, decided, "-o", tmp_path / "s.csv")[0] == guard.USAGE
    assert call(summary_command, decided, "--chart", tmp_path / "s.doc")[0] == guard.TROUBLE
    assert call(summary_command, decided, "--map", "recipient=Nowhere")[0] == guard.USAGE
