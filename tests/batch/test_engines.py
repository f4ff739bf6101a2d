"""One meaning: every engine gives the answers of `decide`."""

from __future__ import annotations

import shutil
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
from sekisho.batch.engines import ENGINES, DuckDb, Polars, Spark, Sqlite, open_far, run_far, screen_with
from sekisho.batch.run import Table
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
