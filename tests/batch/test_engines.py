"""One meaning: every engine gives the answers of `decide`."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening import decided, row_of, table_of

from sekisho.base import TroubleError
from sekisho.batch.answers import COLUMNS
from sekisho.batch.columns import map_columns
from sekisho.batch.engines import ENGINES, DuckDb, Polars, Spark, Sqlite, open_far, run_engine, run_far, screen_with
from sekisho.batch.read import open_inputs
from sekisho.batch.run import Table, run
from sekisho.batch.tables import Plan
from sekisho.testing import random_case

pytest.importorskip("sqlglot")


@pytest.fixture(scope="session")
def spark():
    """Spark in local mode; needs Java."""
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, and there is none on this machine")
    sql = pytest.importorskip("pyspark.sql", reason="Spark needs the package pyspark: pip install 'sekisho[spark]'")
    builder = sql.SparkSession.builder.master("local[2]").appName("sekisho-tests")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.autoBroadcastJoinThreshold": "100m",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def compare(engine, desk, rows) -> None:
    """Every row answered by the engine as `decide` answers it, in whatever order."""
    numbered = [{"id": str(i), **row} for i, row in enumerate(rows)]
    table = table_of(numbered)
    worker = Table(desk, map_columns(table.column_names, desk.library, constants=_constants(table)))
    engine.give("source", table)
    got = engine.query(screen_with(engine, worker, "source", tuple(table.column_names))).to_pylist()
    assert len(got) == len(rows)
    for answer in got:
        row = rows[int(answer["id"])]
        wanted = decided(desk, row)
        if wanted[0]:
            assert tuple(answer[name] for name in COLUMNS) == wanted, row
        else:
            assert answer["outcome"] == "" and answer["note"], row


def _constants(table):
    return {} if any(n.startswith("item") for n in table.column_names) else {"item.stock": "new"}


@pytest.mark.parametrize("make", [Sqlite, DuckDb, Polars], ids=lambda each: each.__name__.lower())
@settings(max_examples=12)
@given(seed=st.integers(0, 2**32 - 1), unknown=st.sampled_from([0.0, 0.2]))
def test_random_rulebooks_and_random_cases(make, random_desk, seed, unknown):
    desk, rng = random_desk(seed), Random(seed)
    compare(make(), desk, [row_of(random_case(rng, desk, unknown=unknown)) for _ in range(30)])


@pytest.mark.parametrize("make", [Sqlite, DuckDb, Polars], ids=lambda each: each.__name__.lower())
def test_every_case_of_the_repository(make, desk, our_cases):
    compare(make(), desk, [row_of(case) for case in our_cases if not case.proposals])


def _typed() -> pa.Table:
    """Columns of types that not every engine knows, read and unread."""
    n = 6
    return pa.table(
        {
            "id": list(range(n)),
            "date": pa.array([datetime(2024, 5, 1, tzinfo=UTC)] * 5 + [datetime(2024, 5, 1, 9, tzinfo=UTC)]),
            "exporter": ["JPN"] * n,
            "recipient": ["USA", "UKR", "PHL", "USA", "GBR", "ITA"],
            "item": ["patriot-pac3"] * n,
            "item.licensors": [["USA"], ["USA", "GBR"], [], None, [None], ["USA", None]],
            "item.arms": [True, False, None, True, True, True],
            "tags": [["a"], [], None, ["b", "c"], [None], ["d"]],
            "extra": [{"a": 1, "b": "x"}] * n,
            "value": pa.array([Decimal("1.20")] * n),
            "big": pa.array([2**63 + 1] * n, pa.uint64()),
            "span": pa.array([timedelta(1)] * n),
            "nothing": pa.nulls(n),
        }
    )


@pytest.mark.parametrize("engine", ["duckdb", "polars", "sqlite"])
@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_columns_of_every_type(desk, tmp_path, engine, suffix):
    path = tmp_path / f"in.{suffix}"
    if suffix == "parquet":
        pq.write_table(_typed(), path)
    else:
        with pa.ipc.new_file(str(path), _typed().schema) as writer:
            writer.write_table(_typed())
    answers = []
    for name in ("columns", engine):
        inputs = open_inputs([str(path)])
        mapped = map_columns(inputs.headings, desk.library)
        output = tmp_path / f"{name}.parquet"
        if name == "columns":
            run(inputs, output, Table(desk, mapped))
        else:
            run_engine(name, desk, inputs, output, mapped)
        rows = sorted(pq.read_table(output).to_pylist(), key=lambda row: int(row["id"]))
        answers.append([tuple(row[each] or "" for each in COLUMNS) for row in rows])
    assert answers[0] == answers[1]
    assert [each[0] != "" for each in answers[0]] == [True, False, True, True, True, False]


@pytest.mark.parametrize("make", [Sqlite, DuckDb, Polars], ids=lambda each: each.__name__.lower())
def test_headings_of_every_kind(make, desk):
    """Names that the query uses, too, and signs that mean something in SQL."""
    read = {"item": "kind", "consideration": "odd", "date": "lists", "recipient": 'to "whom"'}
    rows = {"kind": "patriot-pac3", "odd": "sale", "lists": "2024-05-01", 'to "whom"': "USA"}
    rows |= dict.fromkeys(("id", "stretch", "answer", "k", "t", "states", "or\nder", "o'brien", "select", "Note"), "x")
    table = pa.table({name: [value] for name, value in rows.items()})
    worker = Table(desk, map_columns(table.column_names, desk.library, given=read, constants={"exporter": "JPN"}))
    engine = make()
    engine.give("source", table)
    (got,) = engine.query(screen_with(engine, worker, "source", tuple(table.column_names))).to_pylist()
    assert got["outcome"] == "may-be-permitted" and got["note"] == "" and got["Note_before"] == "x"
    assert {name: got[name] for name in rows if name != "Note"} == {k: v for k, v in rows.items() if k != "Note"}


@pytest.mark.parametrize("damaged", [1, 2])
def test_rows_that_cannot_be_read_are_told_of(desk, tmp_path, damaged):
    rows = {
        "date": ["2024-05-01"] * 200,
        "exporter": ["JPN"] * 200,
        "recipient": ["USA"] * 200,
        "item": ["helmet"] * 200,
    }
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table({**rows, "n": list(range(200))}), path, row_group_size=100, use_dictionary=["date"])
    data = bytearray(path.read_bytes())
    for group in range(damaged):
        at = pq.read_metadata(path).row_group(group).column(4).data_page_offset
        data[at : at + 60] = b"\x99" * 60
    path.write_bytes(data)
    inputs = open_inputs([str(path)])
    report = run_engine("sqlite", desk, inputs, tmp_path / "out.csv", map_columns(inputs.headings, desk.library))
    assert report.rows == 200 - 100 * damaged and report.needs_a_person
    assert [where for where, _ in report.refused] == [f"{path}, rows 1 to 100", f"{path}, rows 101 to 200"][:damaged]


def test_a_day_that_is_not_understood_stands_alone(desk):
    """It has no place in time: not that of 1970, and it takes no other day out of the cells."""
    days = ["next spring", "1970-01-01", *(f"2024-05-{day:02}" for day in range(1, 29)), ""]
    rows = [{"date": day, "exporter": "JPN", "recipient": "USA", "item": "patriot-pac3"} for day in days]
    for order in (rows, rows[::-1]):
        engine = Sqlite()
        compare(engine, desk, order)
        assert engine.query('SELECT COUNT(*) AS n FROM "sekisho_cells"').to_pylist() == [{"n": 4}]


@pytest.mark.parametrize("heading", ["Item", "sekisho_item"])
def test_headings_that_sql_cannot_tell_apart(desk, heading):
    names = ("date", "exporter", "recipient", "item", heading)
    mapped = map_columns(names, desk.library, given={"item": "item"})
    with pytest.raises(TroubleError, match="SK422"):
        Plan(Table(desk, mapped), names)


def test_an_engine_on_a_full_disk_keeps_nothing_and_says_so(desk, tmp_path):
    resource = pytest.importorskip("resource")
    rows = {"date": ["2024-05-01"], "exporter": ["JPN"], "recipient": ["USA"], "item": ["helmet"], "n": ["x" * 200_000]}
    pq.write_table(pa.table(rows), tmp_path / "in.parquet")
    inputs = open_inputs([str(tmp_path / "in.parquet")])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(TroubleError) as caught:
            run_engine("polars", desk, inputs, tmp_path / "out.csv", map_columns(inputs.headings, desk.library))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    (trouble,) = caught.value.troubles
    assert (trouble.headline, trouble.why) == ("the disk is full", "nothing is written")
    assert "goes on" not in trouble.help
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


@pytest.mark.filterwarnings("ignore")
def test_spark(spark, random_desk, desk, our_cases, tmp_path):
    """One test, for a Spark takes long to start, and each worker would start one."""
    _spark_answers_as_decide_does(spark, random_desk, desk, our_cases)
    _spark_reads_and_writes_where_the_rows_lie(spark, desk, tmp_path)


def _spark_answers_as_decide_does(spark, random_desk, desk, our_cases):
    for seed in (1,):
        here, rng = random_desk(seed), Random(seed)
        compare(Spark(spark), here, [row_of(random_case(rng, here, unknown=0.2)) for _ in range(60)])
    compare(Spark(spark), desk, [row_of(case) for case in our_cases if not case.proposals])


def _spark_reads_and_writes_where_the_rows_lie(spark, desk, tmp_path):
    rows = {"date": ["2023-12-21", "2023-12-22"], "recipient": ["USA", "USA"], "item": ["patriot-pac3"] * 2}
    pq.write_table(pa.table(rows), tmp_path / "orders.parquet")
    engine, inputs = open_far([f"file://{tmp_path}/orders.parquet"])
    mapped = map_columns(inputs.headings, desk.library, constants={"exporter": "Japan"})
    output = f"file://{tmp_path}/decided"
    report = run_far(engine, desk, inputs, output, mapped)
    assert report.outcomes == {"prohibited": 1, "may-be-permitted": 1} and not report.needs_a_person
    assert pq.read_table(tmp_path / "decided").num_rows == 2
    with pytest.raises(TroubleError, match="already exists"):
        run_far(engine, desk, inputs, output, mapped)


def test_every_engine_is_known():
    assert set(ENGINES) == {"duckdb", "sqlite", "polars", "spark"}
