"""Other engines that do the work of a run: DuckDB, SQLite, Spark, Polars; the answers are the same.

The engine finds what occurs, we say what the law cannot tell apart, the engine finds which cells
occur, we decide one row of each, and the engine joins the answers to the rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from sekisho.base import TroubleError
from sekisho.batch import sql
from sekisho.batch.columns import Mapped
from sekisho.batch.read import Inputs, format_of, missing_package
from sekisho.batch.run import Decider, Report, Table
from sekisho.batch.tables import Plan
from sekisho.batch.write import plain

PREFIX = "sekisho_"


class Engine(Protocol):
    """What an engine must be able to do."""

    dialect: str

    def query(self, text: str) -> pa.Table:
        """The rows of a query."""

    def give(self, name: str, table: pa.Table) -> None:
        """Let queries use a table under a name."""


@dataclass(frozen=True, slots=True)
class Support:
    """What an engine supports, for the table in the docs."""

    name: str
    reads: str
    writes: str
    runs: str
    extra: str


MATRIX = (
    Support(
        "columns", "CSV, TSV, JSON lines, Parquet, Arrow, Excel", "the same", "here, in blocks, resumable", "screen"
    ),
    Support("duckdb", "Parquet, CSV", "Parquet, CSV", "here, in SQL", "sql"),
    Support("sqlite", "every format that columns reads", "every format that columns writes", "here, in SQL", "sql"),
    Support("polars", "every format that columns reads", "every format that columns writes", "here, in SQL", "sql"),
    Support("spark", "Parquet where it lies", "Parquet where it lies", "an existing Spark, or local mode", "spark"),
    *(
        Support(name, "a table of yours", "the query's result", "your warehouse; we print the query", "sql")
        for name in ("trino", "bigquery", "snowflake", "postgres", "clickhouse")
    ),
)
"""Which engine does what."""


def screen_with(engine: Engine, table: Table, source: str, headings: tuple[str, ...]) -> str:
    """Let an engine decide a table that it holds; returns the query that gives the result.

    Args:
        engine: Holds the table under the name `source`.
        table: The mapping of its columns, and the desk.
        source: Its name.
        headings: Its columns.
    """
    plan = Plan(table, headings)
    shape = plan.shape
    found = {group: engine.query(sql.write(sql.distinct(shape, group, source), engine.dialect)) for group in sql.GROUPS}
    for name, made in plan.tables(found).items():
        engine.give(PREFIX + name, made)
    cells = engine.query(sql.write(sql.cells(shape, source, PREFIX), engine.dialect))
    for name, made in plan.answers(cells).items():
        engine.give(PREFIX + name, made)
    return sql.write(sql.decide(shape, source, PREFIX), engine.dialect)


class DuckDb:
    """DuckDB, in memory; it reads and writes Parquet and CSV itself."""

    dialect = "duckdb"

    def __init__(self) -> None:
        try:
            import duckdb
        except ImportError as error:
            raise TroubleError([missing_package("duckdb", "sql")]) from error
        self.connection = duckdb.connect()

    def query(self, text: str) -> pa.Table:
        """The rows of a query."""
        table: pa.Table = self.connection.sql(text).to_arrow_table()
        return table

    def give(self, name: str, table: pa.Table) -> None:
        """Let queries use a table under a name."""
        self.connection.register(f"{name}_arrow", table)
        self.connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM "{name}_arrow"')


class Sqlite:
    """SQLite, in memory."""

    dialect = "sqlite"

    def __init__(self) -> None:
        import sqlite3

        self.connection = sqlite3.connect(":memory:")

    def query(self, text: str) -> pa.Table:
        """The rows of a query."""
        cursor = self.connection.execute(text)
        names = [each[0] for each in cursor.description]
        columns = list(zip(*cursor.fetchall(), strict=True)) or [() for _ in names]
        return pa.table({name: pa.array(list(values)) for name, values in zip(names, columns, strict=True)})

    def give(self, name: str, table: pa.Table) -> None:
        """Let queries use a table under a name."""
        headings = ", ".join(f'"{column.replace(chr(34), chr(34) * 2)}"' for column in table.column_names)
        self.connection.execute(f'DROP TABLE IF EXISTS "{name}"')
        self.connection.execute(f'CREATE TABLE "{name}" ({headings})')
        values = [_storable(column) for column in table.columns]
        marks = ", ".join("?" for _ in values)
        self.connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', zip(*values, strict=True))


def _storable(column: pa.ChunkedArray) -> list[Any]:
    return [each.isoformat() if hasattr(each, "isoformat") else each for each in column.to_pylist()]


class Polars:
    """Polars and its SQL."""

    dialect = "postgres"

    def __init__(self) -> None:
        try:
            import polars
        except ImportError as error:
            raise TroubleError([missing_package("polars", "sql")]) from error
        self._polars = polars
        self.context = polars.SQLContext()

    def query(self, text: str) -> pa.Table:
        """The rows of a query."""
        table: pa.Table = self.context.execute(text, eager=True).to_arrow()
        return table

    def give(self, name: str, table: pa.Table) -> None:
        """Let queries use a table under a name."""
        self.context.register(name, self._polars.from_arrow(table).lazy())


class Spark:
    """An existing Spark, or one in local mode."""

    dialect = "spark"

    def __init__(self, session: Any = None) -> None:
        self.session = session or _local_spark()

    def query(self, text: str) -> pa.Table:
        """The rows of a query."""
        table: pa.Table = self.session.sql(text).toArrow()
        return table

    def give(self, name: str, table: pa.Table) -> None:
        """Let queries use a table under a name."""
        self.session.createDataFrame(plain(table)).createOrReplaceTempView(name)


def _local_spark() -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise TroubleError([missing_package("pyspark", "spark")]) from error
    return SparkSession.builder.appName("sekisho").getOrCreate()


ENGINES: Mapping[str, Callable[[], Engine]] = {"duckdb": DuckDb, "sqlite": Sqlite, "polars": Polars, "spark": Spark}


def run_engine(name: str, desk: Decider, inputs: Inputs, output: Path, mapped: Mapped, dates: str = "") -> Report:
    """A whole run by another engine: it reads, joins and writes; we decide one row of each cell."""
    engine = ENGINES[name]()
    table = Table(desk, mapped, dates)
    files = [str(path) for path in inputs.files]
    kind = format_of(output)
    if isinstance(engine, Spark) and inputs.format == "parquet":
        engine.session.read.parquet(*files).createOrReplaceTempView("source")
    elif isinstance(engine, DuckDb) and inputs.format == "parquet":
        engine.connection.execute("CREATE VIEW source AS SELECT * FROM " + _reader("read_parquet", files))
    else:
        engine.give("source", pa.concat_tables([unit.read() for unit in inputs.units()]).unify_dictionaries())
    text = screen_with(engine, table, "source", inputs.headings)
    if isinstance(engine, Spark) and kind == "parquet":
        engine.session.sql(text).write.mode("overwrite").parquet(str(output))
        engine.session.read.parquet(str(output)).createOrReplaceTempView("result")
    elif isinstance(engine, DuckDb) and kind in ("parquet", "csv") and output.suffix:
        half = output.with_name(f".{output.name}.half")
        how = "FORMAT parquet" if kind == "parquet" else "FORMAT csv, HEADER"
        engine.connection.execute(f"COPY ({text}) TO '{_quoted(half)}' ({how})")
        half.replace(output)
        reader = "read_parquet" if kind == "parquet" else "read_csv"
        engine.connection.execute("CREATE VIEW result AS SELECT * FROM " + _reader(reader, [str(output)]))
    else:
        from sekisho.batch.write import join, write_part

        found = engine.query(text)
        part = output.with_name(f".{output.name}.part")
        write_part(found, part, kind, first=True)
        join([part], output, kind)
        part.unlink(missing_ok=True)
        engine.give("result", found.select(["outcome"]))
    return _report(engine, table, inputs)


def _report(engine: Engine, table: Table, inputs: Inputs) -> Report:
    counts = engine.query("SELECT outcome, COUNT(*) AS n FROM result GROUP BY outcome").to_pydict()
    outcomes = Counter({(w or "set aside"): int(n) for w, n in zip(counts["outcome"], counts["n"], strict=True)})
    aside = outcomes["set aside"] + len(inputs.refused)
    return Report(sum(outcomes.values()), aside, outcomes, list(inputs.refused), 0, table.screener.asked)


def _reader(function: str, files: list[str]) -> str:
    listed = ", ".join(f"'{_quoted(Path(path))}'" for path in files)
    return f"{function}([{listed}])"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
