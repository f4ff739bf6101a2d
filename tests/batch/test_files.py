"""Every format in and out: the same rows, the same answers; whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sekisho
from sekisho.base import TroubleError
from sekisho.batch import run as running
from sekisho.batch.alone import alone
from sekisho.batch.answers import COLUMNS
from sekisho.batch.columns import map_columns
from sekisho.batch.read import open_inputs
from sekisho.batch.run import Table, run
from sekisho.batch.sheet import write_book
from sekisho.batch.summary import summarise

ORDERS = """Order no,Order date,Destination,Goods,Consideration
1,2023-12-22,USA,Patriot PAC-3,sale
2,20 Dec 2025,Ukraine,patriot-pac3,grant
3,2024-05-01,Philippines,patriot-pac3,
"""


@pytest.fixture
def orders(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    return path


def screen(desk, patterns, output, **more):
    inputs = open_inputs([str(each) for each in patterns])
    mapped = map_columns(inputs.headings, desk.library, constants={"exporter": "Japan"}, **more)
    return run(inputs, output, Table(desk, mapped)), inputs


def rows_of(path):
    """What was written, as plain rows."""
    inputs = open_inputs([str(path)])
    table = pa.concat_tables([unit.read() for unit in inputs.units()])
    return [{name: "" if value is None else value for name, value in row.items()} for row in table.to_pylist()]


@pytest.fixture
def answers(desk, orders, tmp_path):
    screen(desk, [orders], tmp_path / "first.csv")
    return rows_of(tmp_path / "first.csv")


def test_every_row_is_answered_and_nothing_else_changes(answers):
    assert [row["outcome"] for row in answers] == ["may-be-permitted", "prohibited", "prohibited"]
    assert [row["Order date"] for row in answers] == ["2023-12-22", "20 Dec 2025", "2024-05-01"]
    assert list(answers[0])[-11:] == list(COLUMNS)


@pytest.mark.parametrize("name", ["out.csv", "out.tsv", "out.jsonl", "out.parquet", "out.arrow", "out.xlsx", "out"])
def test_every_format_holds_the_same(desk, orders, answers, tmp_path, name):
    screen(desk, [orders], tmp_path / name)
    assert [{**row, "Order no": str(row["Order no"])} for row in rows_of(tmp_path / name)] == answers
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("name", ["in.tsv", "in.jsonl", "in.parquet", "in.arrow", "in.xlsx"])
def test_every_format_is_read(desk, orders, answers, tmp_path, name):
    table = pa.table({f" {k} ": [row[k] for row in answers] for k in list(answers[0])[:-11]})  # as people type
    path = tmp_path / name
    if name.endswith("parquet"):
        pq.write_table(table, path)
    elif name.endswith("arrow"):
        with pa.ipc.new_file(str(path), table.schema) as writer:
            writer.write_table(table)
    elif name.endswith("jsonl"):
        path.write_text("\n".join(json.dumps(row) for row in table.to_pylist()), encoding="utf-8")
    elif name.endswith("tsv"):
        path.write_text(
            "\n".join("\t".join(row) for row in [table.column_names, *zip(*table.to_pydict().values(), strict=True)]),
            encoding="utf-8",
        )
    else:
        _workbook(
            path, [["List of orders"], [], table.column_names, *(list(row.values()) for row in table.to_pylist())]
        )
    screen(desk, [path], tmp_path / "out.csv")
    assert rows_of(tmp_path / "out.csv") == answers


def _workbook(path, rows):
    xlsxwriter = pytest.importorskip("xlsxwriter")
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for line, row in enumerate(rows):
        sheet.write_row(line, 0, row)
    book.close()


def test_a_partitioned_folder_and_a_glob(desk, answers, tmp_path):
    for year, row in (("2023", 0), ("2025", 1), ("2024", 2)):
        folder = tmp_path / "in" / f"region=R{year}"
        folder.mkdir(parents=True)
        pq.write_table(pa.table({k: [answers[row][k]] for k in list(answers[0])[:5]}), folder / "a.parquet")
    for pattern in (tmp_path / "in", tmp_path / "in" / "**" / "*.parquet"):
        screen(desk, [pattern], tmp_path / "out.csv")
        found = rows_of(tmp_path / "out.csv")
        assert sorted(row["outcome"] for row in found) == sorted(row["outcome"] for row in answers)
        assert {row["region"] for row in found} == {"R2023", "R2024", "R2025"}


def _tables(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        table = {"date": ["2024-05-01"], "recipient": ["USA"], "item": ["helmet"]}
        pq.write_table(pa.table(table), folder / name)


@pytest.mark.parametrize(
    ("patterns", "columns"),
    [
        (["lake=1"], {"day"}),
        (["lake=1/day=2/a.parquet"], set()),
        (["lake=1/day=2/a.parquet", "lake=1/day=3/a.parquet"], {"day"}),
        (["lake=1/day=2"], set()),
        (["lake=1/day=2", "lake=1/day=3"], {"day"}),
        (["lake=1/*/*.parquet"], {"day"}),
        (["lake=1/day=2/*.parquet"], set()),
        (["*/*/*.parquet"], {"lake", "day"}),
    ],
)
def test_only_folders_below_what_was_named_say_columns(tmp_path, monkeypatch, patterns, columns):
    _tables(tmp_path, "lake=1/day=2/a.parquet", "lake=1/day=3/a.parquet")
    monkeypatch.chdir(tmp_path)
    for prefix in ("", f"{tmp_path}/"):
        inputs = open_inputs([prefix + pattern for pattern in patterns])
        assert set(inputs.headings) - {"date", "recipient", "item"} == columns
        assert {name: None for unit in inputs.units() for name in unit.read().column_names}.keys() == set(
            inputs.headings
        )


@pytest.mark.parametrize("pattern", ["lake", "lake/*", "lake/*.parquet", "lake/**/*.parquet"])
def test_folders_that_are_called_as_files_are(tmp_path, pattern):
    """As Spark writes them."""
    _tables(tmp_path / "lake", "a.parquet/part-0.parquet", "b.parquet/part-0.parquet", "b.parquet/_tmp/c.parquet")
    inputs = open_inputs([str(tmp_path / pattern)])
    assert not inputs.refused and inputs.rows == (3 if "**" in pattern else 2)


def test_a_workbook_has_a_summary_and_the_rows_that_need_a_person(desk, tmp_path):
    calamine = pytest.importorskip("python_calamine")
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS + "4,2024-05-01,Ukrane,patriot-pac3,\n", encoding="utf-8")
    screen(desk, [path], tmp_path / "out.xlsx")
    book = calamine.load_workbook(str(tmp_path / "out.xlsx"))
    assert book.sheet_names == ["Decisions", "Summary", "Needs a person"]
    person = book.get_sheet_by_name("Needs a person").to_python()
    assert len(person) == 2 and person[1][0] == 4 and "did you mean Ukraine" in " ".join(map(str, person[1]))


def test_a_workbook_keeps_numbers_and_instants_that_it_has_no_cells_for(tmp_path):
    calamine = pytest.importorskip("python_calamine")
    columns = {
        "outcome": ["free"] * 3,
        "id": [2**60 + 1, -(10**15), 7],
        "x": [float("nan"), float("-inf"), 1.5],
        "at": [datetime(2024, 5, 1, 12, tzinfo=UTC)] * 3,
    }
    table = pa.table(columns)
    write_book(table, tmp_path / "a.xlsx", summarise(table))
    rows = calamine.load_workbook(str(tmp_path / "a.xlsx")).get_sheet_by_name("Decisions").to_python()
    assert [row[1] for row in rows[1:]] == [str(2**60 + 1), str(-(10**15)), 7]
    assert [row[2] for row in rows[1:]] == ["nan", "-inf", 1.5]
    assert rows[1][3] == "2024-05-01 12:00:00+00:00"


# Resuming


def _many(path, count):
    table = pa.table(
        {
            "id": list(range(count)),
            "date": ["2024-05-01"] * count,
            "recipient": ["USA", "UKR"] * (count // 2),
            "item": ["patriot-pac3"] * count,
        }
    )
    pq.write_table(table, path, row_group_size=100)


@pytest.fixture
def stop_after(monkeypatch):
    """Has runs stop once so many parts are written (None: never), in units of a hundred rows."""
    monkeypatch.setattr("sekisho.batch.parquet.UNIT", 100)
    write = running.write_part

    def stop(parts, error=KeyboardInterrupt):
        calls = count()

        def failing(*args):
            if next(calls) >= parts:
                raise error
            write(*args)

        monkeypatch.setattr(running, "write_part", write if parts is None else failing)

    return stop


@pytest.mark.parametrize("output", ["out.parquet", "out", "out.csv", "out.jsonl"])
def test_an_interrupted_run_goes_on_without_losing_or_repeating_a_row(desk, tmp_path, stop_after, output):
    _many(tmp_path / "in.parquet", 1000)
    stop_after(6)
    with pytest.raises(KeyboardInterrupt):
        screen(desk, [tmp_path / "in.parquet"], tmp_path / output)
    assert not (tmp_path / output).exists()
    stop_after(None)
    report, _ = screen(desk, [tmp_path / "in.parquet"], tmp_path / output)
    assert report.rows == 1000 and 0 < report.resumed < 10
    assert [int(row["id"]) for row in rows_of(tmp_path / output)] == list(range(1000))


def test_a_journal_goes_on_after_a_line_that_was_half_written(desk, tmp_path, stop_after):
    """Else the next line would go on in it, and what the next run has done be done again."""
    _many(tmp_path / "in.parquet", 2000)
    journal = tmp_path / ".out.csv.parts" / "journal.jsonl"
    noted = 0
    for torn in (b'{"part": 5, "outcomes": {"pro', '{"part": 9, "reasons": [["‘'.encode()[:-1], b""):
        stop_after(4)
        with pytest.raises(KeyboardInterrupt):
            screen(desk, [tmp_path / "in.parquet"], tmp_path / "out.csv")
        lines = journal.read_bytes().splitlines()
        assert len(lines) > noted and all(json.loads(line) for line in lines)
        noted = len(lines)
        with journal.open("ab") as file:
            file.write(torn)
    stop_after(None)
    report, _ = screen(desk, [tmp_path / "in.parquet"], tmp_path / "out.csv")
    assert (report.rows, report.resumed) == (2000, noted - 1)


@pytest.mark.parametrize("changed", ["nothing", "the input", "the law"])
def test_a_run_goes_on_only_where_nothing_has_changed(desk, tmp_path, stop_after, changed):
    """A proposal that is assumed is part of what the parts of an earlier run depend on, whoever calls."""
    _many(tmp_path / "in.parquet", 400)
    stop_after(3)
    with pytest.raises(KeyboardInterrupt):
        screen(desk, [tmp_path / "in.parquet"], tmp_path / "out.parquet")
    stop_after(None)
    if changed == "the input":
        _many(tmp_path / "in.parquet", 200)
    if changed == "the law":
        desk = desk.with_proposals([desk.library.proposals[0].name])
    report, _ = screen(desk, [tmp_path / "in.parquet"], tmp_path / "out.parquet")
    assert report.rows == (200 if changed == "the input" else 400)
    assert (report.resumed > 0) == (changed == "nothing")


def test_two_runs_never_write_one_output(desk, orders, tmp_path):
    with (
        alone(tmp_path / "out.csv"),
        pytest.raises(TroubleError, match="another run is writing this output"),
    ):
        screen(desk, [orders], tmp_path / "out.csv")
    assert screen(desk, [orders], tmp_path / "out.csv")[0].rows == 3


def test_a_full_disk_leaves_no_output_and_loses_nothing(desk, tmp_path, stop_after):
    _many(tmp_path / "in.parquet", 300)
    stop_after(1, OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(TroubleError, match="the disk is full"):
        screen(desk, [tmp_path / "in.parquet"], tmp_path / "out.parquet")
    assert not (tmp_path / "out.parquet").exists()
    stop_after(None)
    assert screen(desk, [tmp_path / "in.parquet"], tmp_path / "out.parquet")[0].rows == 300


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed there")
@pytest.mark.parametrize("third", [False, True])
def test_a_lock_that_was_let_go_of_while_we_took_it_is_none(tmp_path, monkeypatch, third):
    import fcntl

    lock = tmp_path / ".out.csv.lock"

    def slowly(*_):
        lock.unlink()
        if third:
            lock.touch()

    monkeypatch.setattr(fcntl, "flock", slowly)
    with pytest.raises(TroubleError, match="another run is writing this output"), alone(tmp_path / "out.csv"):
        pass


@pytest.mark.parametrize("name", ["out.parquet", "out.csv"])
def test_neither_what_was_learnt_nor_how_many_threads_there_are_shows_in_a_byte(desk, tmp_path, monkeypatch, name):
    monkeypatch.setattr("sekisho.batch.parquet.UNIT", 100)
    rng = Random(1)
    said = {
        "date": ["2013-05-01", "2024-05-01", "soon"],
        "recipient": ["USA", "UKR", "PRK", "Ukrane"],
        "item": ["patriot-pac3", "helmet"],
        "consideration": ["sale", "grant", ""],
    }
    table = pa.table({column: rng.choices(texts, k=600) for column, texts in said.items()})
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=100)
    inputs = open_inputs([str(tmp_path / "in.parquet")])
    mapped = map_columns(inputs.headings, desk.library, constants={"exporter": "Japan"})
    results, asked = [], []
    for threads, memory in ((3, None), (1, tmp_path / "memory"), (3, tmp_path / "memory")):
        monkeypatch.setattr(running, "_AHEAD", threads)
        asked.append(run(inputs, tmp_path / name, Table(desk, mapped, memory=memory)).asked)
        results.append((tmp_path / name).read_bytes())
    assert results[1:] == results[:1] * 2
    assert min(asked[:2]) > 5 and asked[2] == 0


SLOW = """
import sys, time
from sekisho.batch import parquet, run
from sekisho.cli.main import main
parquet.UNIT = 100
write = run.write_part
def slowly(*args):
    write(*args)
    time.sleep(0.2)
run.write_part = slowly
sys.argv = ["sekisho", "screen", "in.parquet", "-o", "out.parquet", "--set", "exporter=Japan"]
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")
@pytest.mark.parametrize(("signal_", "status"), [("SIGKILL", -9), ("SIGINT", 130)])
def test_a_process_that_is_stopped_goes_on_when_it_is_started_again(tmp_path, signal_, status):
    _many(tmp_path / "in.parquet", 2000)
    place = {**os.environ, "PYTHONPATH": str(Path(sekisho.__file__).parents[1])}
    with subprocess.Popen([sys.executable, "-c", SLOW], cwd=tmp_path, env=place, stderr=subprocess.PIPE) as process:
        for _ in range(600):
            if len(list(tmp_path.glob(".out.parquet.parts/part-*.parquet"))) > 5 or process.poll() is not None:
                break
            time.sleep(0.05)
        process.send_signal(getattr(signal, signal_))
        said = process.communicate()[1].decode()
    assert process.returncode == status and "Traceback" not in said
    assert not (tmp_path / "out.parquet").exists()
    quick = SLOW.replace("0.2", "0")
    ended = subprocess.run([sys.executable, "-c", quick], cwd=tmp_path, env=place, capture_output=True, text=True)
    assert ended.returncode == 0 and "went on after" in ended.stderr, ended.stderr
    assert pq.read_table(tmp_path / "out.parquet").column("id").to_pylist() == list(range(2000))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.parquet", "out.parquet"]


ODD_KINDS = {
    "bytes": (pa.array([b"\xff\x00", b"HS 9301", None]), "0xff00", "HS 9301"),
    "three bytes": (pa.array([b"\xff\x00a", b"abc", None], pa.binary(3)), "0xff0061", "abc"),
    "viewed": (pa.array(["a", "b", None], pa.string_view()), "a", "b"),
    "numbers": (pa.array([float("nan"), float("-inf"), 1.5]), "nan", "-inf"),
    "with a zone": (pa.array([0, 1, None], pa.timestamp("s", "Asia/Tokyo")), "1970-01-01 09:00:00", None),
    "very fine": (pa.array([1, 2, None], pa.timestamp("ns")), "1970-01-01 00:00:00.000000001", None),
    "hours": (pa.array([1, 2, None], pa.time64("ns")), "00:00:00.000000001", None),
    "long numbers": (pa.array([2**62 + 1, 2, None]), str(2**62 + 1), "2"),
    "lists": (pa.array([["門"], [], None]), '["門"]', None),
}


@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl", "xlsx"])
@pytest.mark.parametrize("kind", ODD_KINDS)
def test_what_a_text_or_a_sheet_has_no_kind_for_is_written_so_that_it_can_be_read(desk, tmp_path, kind, suffix):
    column, first, second = ODD_KINDS[kind]
    head = {"date": ["2025-12-20"] * 3, "recipient": ["USA"] * 3, "item": ["patriot-pac3"] * 3}
    pq.write_table(pa.table({**head, "kept": column}), tmp_path / "odd.parquet")
    report, _ = screen(desk, [tmp_path / "odd.parquet"], tmp_path / f"out.{suffix}")
    rows = rows_of(tmp_path / f"out.{suffix}")
    assert (report.rows, report.aside) == (3, 0)
    if kind == "lists" and suffix == "jsonl":
        first = "門"  # as JSON has it
    assert str(rows[0]["kept"]).startswith(first)
    assert second is None or str(rows[1]["kept"]) == second


def test_a_time_of_day_is_still_to_be_seen_in_a_sheet(desk, tmp_path):
    head = {"date": ["2025-12-20"], "recipient": ["USA"], "item": ["patriot-pac3"]}
    when = pa.array([1_700_000_000], pa.timestamp("s"))
    pq.write_table(pa.table({**head, "kept": when}), tmp_path / "odd.parquet")
    screen(desk, [tmp_path / "odd.parquet"], tmp_path / "out.xlsx")
    assert rows_of(tmp_path / "out.xlsx")[0]["kept"] == "2023-11-14 22:13:20"


def test_json_lines_are_json_for_everybody(desk, tmp_path):
    head = {"date": ["2025-12-20"], "recipient": ["USA"], "item": ["patriot-pac3"]}
    pq.write_table(pa.table({**head, "kept": [float("nan")]}), tmp_path / "odd.parquet")
    screen(desk, [tmp_path / "odd.parquet"], tmp_path / "out.jsonl")

    def refuse(word):
        raise AssertionError(word)

    assert json.loads((tmp_path / "out.jsonl").read_text(), parse_constant=refuse)["kept"] == "nan"
