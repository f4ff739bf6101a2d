"""Other engines that do the work of a run: DuckDB, SQLite, Spark, Polars; the answers are the same.

The engine finds what occurs, we say what the law cannot tell apart, the engine finds which cells
occur, we decide one row of each, and the engine joins the answers to the rows.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from sekisho.base import Place, Trouble, TroubleError
from sekisho.base.whole import cannot_write
from sekisho.batch import sql
from sekisho.batch.alone import alone
from sekisho.batch.columns import Mapped
from sekisho.batch.conventions import STRICT, Conventions
from sekisho.batch.lines import as_text
from sekisho.batch.read import Inputs, missing_package, output_format
from sekisho.batch.run import Decider, Reason, Report, Table
from sekisho.batch.tables import Plan
from sekisho.batch.write import join, plain, write_part

if TYPE_CHECKING:
    from sqlglot.expressions import Expr

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
    """What an engine supports, for the table in the docs.

    Attributes:
        where: Where it runs.
        reads: What it reads, and how.
        writes: What it writes, and how.
        memory: What bounds the memory.
        resumes: Whether an interrupted run goes on where it stopped.
        order: Whether rows come in the order of the input.
        extra: What must be installed.
    """

    where: str
    reads: str
    writes: str
    memory: str
    resumes: bool
    order: bool
    extra: str


_WHOLE = "the table is held at once"

MATRIX: Mapping[str, Support] = {
    "columns": Support("here", "every format, in blocks", "every format", "the block", True, True, "screen"),
    "duckdb": Support(
        "here, in SQL",
        "Parquet where it lies; other formats at once",
        "Parquet and CSV itself; other formats at once",
        "DuckDB, which spills to disk",
        False,
        False,
        "sql",
    ),
    "polars": Support("here, in SQL", "every format, at once", "every format, at once", _WHOLE, False, False, "sql"),
    "sqlite": Support("here, in SQL", "every format, at once", "every format, at once", _WHOLE, False, False, "sql"),
    "spark": Support(
        "an existing Spark, or its local mode",
        "Parquet where it lies, `s3a://…` and the like too; other formats at once",
        "Parquet folders itself, `s3a://…` and the like too; other formats at once",
        "Spark",
        False,
        False,
        "spark",
    ),
}
"""Which engine does what."""

RUN: Mapping[str, str] = {
    "duckdb": "yes",
    "sqlite": "yes",
    "spark": "yes, in local mode, where there is a Java",
    "postgres": "yes, where a server is named; last on PostgreSQL 15.18",
    "clickhouse": "yes, where chdb is installed; last on ClickHouse 26.9.2",
}
"""The dialects whose queries are run in tests, and when; Polars is run with that of PostgreSQL."""


def screen_with(engine: Engine, table: Table, source: str, headings: tuple[str, ...]) -> str:
    """Let an engine decide a table that it holds; returns the query that gives the result.

    Args:
        engine: Holds the table under the name `source`.
        table: The mapping of its columns, and the desk.
        source: Its name.
        headings: Its columns.
    """
    plan = Plan(table, headings)
    make_tables(engine, plan, source)
    return sql.write(sql.decide(plan.shape, source, PREFIX), engine.dialect)


def make_tables(engine: Engine, plan: Plan, source: str) -> dict[str, pa.Table]:
    """The small tables that the query joins, for what occurs in a table that the engine holds; it holds them, too."""

    def ask(query: Expr) -> pa.Table:
        return engine.query(sql.write(query, engine.dialect))

    found = {group: ask(sql.distinct(plan.shape, group, source)) for group in sql.GROUPS}
    made = plan.tables(found)
    for name, table in made.items():
        engine.give(PREFIX + name, table)
    made |= (answers := plan.answers(ask(sql.cells(plan.shape, source, PREFIX))))
    for name, table in answers.items():
        engine.give(PREFIX + name, table)
    return made


def give_inputs(engine: Engine, inputs: Inputs, read: Collection[str] = ()) -> None:
    """Let queries use the inputs under the name `source`; Parquet is read where it lies, if the engine can.

    Args:
        engine: The engine.
        inputs: The tables.
        read: The headings of the columns that are read; lists in them are given as text.
    """
    files = [str(path) for path in inputs.files if str(path) not in dict(inputs.refused)]
    if isinstance(engine, Spark) and inputs.format == "parquet":
        reader = engine.session.read
        base = _above_parts(inputs.files[0])
        reader = reader.option("basePath", base) if base else reader
        reader.parquet(*files).createOrReplaceTempView("source")
    elif isinstance(engine, DuckDb) and inputs.format == "parquet":
        engine.connection.execute(_view("source", "read_parquet", files))
    else:
        engine.give("source", _whole(inputs, read))


class DuckDb:
    """DuckDB, in memory; it reads and writes Parquet and CSV itself."""

    dialect = "duckdb"

    def __init__(self) -> None:
        try:
            import duckdb
        except ImportError as error:
            raise TroubleError([missing_package("duckdb", "sql")]) from error
        self.connection = duckdb.connect()
        self.connection.execute(
            f"SET temp_directory = '{_quoted(Path(gettempdir()))}'; SET TimeZone = 'UTC'"
        )  # else it spills where we stand, and the day of an instant depends on the machine

    def query(self, text: str) -> pa.Table:
        """The rows of a query."""
        table: pa.Table = self.connection.sql(text).to_arrow_table()
        return table

    def give(self, name: str, table: pa.Table) -> None:
        """Let queries use a table under a name."""
        self.connection.register(f"{name}_arrow", table)
        self.connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS FROM "{name}_arrow"')


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
        insert = f'INSERT INTO "{name}" VALUES ({marks})'  # noqa: S608 - the name is ours, the values are bound
        self.connection.executemany(insert, zip(*values, strict=True))


def _storable(column: pa.ChunkedArray) -> list[Any]:
    """The values of a column; as text where SQLite has no such type."""
    if pa.types.is_nested(column.type):
        return [as_text(each) for each in column.to_pylist()]
    return [_sqlite_value(each) for each in column.to_pylist()]


def _sqlite_value(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if value is None or isinstance(value, str | float | bytes) or (isinstance(value, int) and abs(value) < 1 << 63):
        return value
    return str(value)


class Polars:
    """Polars and its SQL."""

    dialect = "postgres"

    def __init__(self) -> None:
        try:
            import polars as pl
        except ImportError as error:
            raise TroubleError([missing_package("polars", "sql")]) from error
        self._polars = pl
        self.context = pl.SQLContext()

    def query(self, text: str) -> pa.Table:
        """The rows of a query."""
        table: pa.Table = self.context.execute(text, eager=True).to_arrow()
        return table

    def give(self, name: str, table: pa.Table) -> None:
        """Let queries use a table under a name."""
        frame = self._polars.from_arrow(table)
        assert isinstance(frame, self._polars.DataFrame)
        self.context.register(name, frame.lazy())


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
    session = SparkSession.builder.appName("sekisho").getOrCreate()
    session.sparkContext.setLogLevel("FATAL")  # of what goes wrong we say the gist, without its stack
    return session


ENGINES: Mapping[str, Callable[[], Engine]] = {"duckdb": DuckDb, "sqlite": Sqlite, "polars": Polars, "spark": Spark}


def run_engine(
    name: str, desk: Decider, inputs: Inputs, output: Path, mapped: Mapped, conventions: Conventions = STRICT
) -> Report:
    """A whole run by another engine: it reads, joins and writes; we decide one row of each cell.

    Raises:
        TroubleError: The engine is not installed, or stopped; or the output cannot be written.
    """
    kind = output_format(output, inputs)
    engine = ENGINES[name]()
    half = output.with_name(f".{output.name}.half")
    with alone(output):
        try:
            with _told(name, str(output)):
                return _run(engine, Table(desk, mapped, conventions), inputs, output, half, kind)
        finally:
            if half.is_dir():
                shutil.rmtree(half, ignore_errors=True)
            half.unlink(missing_ok=True)


def open_far(patterns: Sequence[str]) -> tuple[Spark, Inputs]:
    """Parquet tables that only Spark can reach, such as `s3://bucket/orders`; they are read where they lie.

    Raises:
        TroubleError: Spark is not installed, or cannot read them.
    """
    engine = Spark()
    with _told("spark", ", ".join(patterns)):
        frame = engine.session.read.parquet(*patterns)
        frame.createOrReplaceTempView("source")
        return engine, Inputs((), "parquet", tuple(frame.columns))


def run_far(
    engine: Spark, desk: Decider, inputs: Inputs, output: str, mapped: Mapped, conventions: Conventions = STRICT
) -> Report:
    """A whole run of tables that only Spark can reach; it writes where it is told, if nothing is there yet.

    Raises:
        TroubleError: Spark stopped, or there is something at the output.
    """
    table = Table(desk, mapped, conventions)
    with _told("spark", output):
        text = screen_with(engine, table, "source", inputs.headings)
        engine.session.sql(text).write.mode("error").parquet(output)
        engine.session.read.parquet(output).createOrReplaceTempView("result")
        return _report(engine, table, inputs)


@contextmanager
def _told(name: str, place: str) -> Iterator[None]:
    """What goes wrong in an engine, as a trouble."""
    try:
        yield
    except OSError as error:
        raise TroubleError([cannot_write(error, Path(place))]) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in _ROOMS:
            raise
        said = " ".join(str(error).split())[:200]
        if os.strerror(errno.ENOSPC) in str(error):
            raise TroubleError([cannot_write(OSError(errno.ENOSPC, said), Path(place))]) from error
        trouble = Trouble(
            "SK430",
            f"the engine {name} stopped: {said}",
            (Place(place),),
            help="`--engine columns` reads every format and needs no engine",
        )
        raise TroubleError([trouble]) from error


_ROOMS = ("duckdb", "_duckdb", "sqlite3", "polars", "pyspark", "py4j")
"""Where the errors of engines come from."""


def _run(engine: Engine, table: Table, inputs: Inputs, output: Path, half: Path, kind: str) -> Report:
    give_inputs(engine, inputs, table.mapped.columns.values())
    text = screen_with(engine, table, "source", inputs.headings)
    if isinstance(engine, Spark) and kind == "parquet" and not output.suffix:
        engine.session.sql(text).write.mode("overwrite").parquet(str(half))
        if output.exists():
            shutil.rmtree(output)
        half.replace(output)
        engine.session.read.parquet(str(output)).createOrReplaceTempView("result")
    elif isinstance(engine, DuckDb) and kind in ("parquet", "csv") and output.suffix != ".tsv" and output.suffix:
        how = "FORMAT parquet" if kind == "parquet" else "FORMAT csv, HEADER"
        engine.connection.execute(f"COPY ({text}) TO '{_quoted(half)}' ({how})")
        half.replace(output)
        reader = "read_parquet" if kind == "parquet" else "read_csv"
        engine.connection.execute(_view("result", reader, [str(output)]))
    else:
        found = engine.query(text)
        with TemporaryDirectory(prefix=f".{output.name}.", dir=output.parent) as folder:
            part = Path(folder) / f"part-000000{output.suffix}"
            write_part(found, part, kind)
            join([part], output, kind, table.summarise)
        engine.give("result", found.select(["outcome", "note"]))
    return _report(engine, table, inputs)


def _above_parts(path: Path) -> str:
    """The folder below which folders are called `region=EU`; empty where none is."""
    for at, part in enumerate(path.parts[:-1]):
        if part.count("=") == 1:
            return str(Path(*path.parts[:at]))
    return ""


def _whole(inputs: Inputs, read: Collection[str]) -> pa.Table:
    """All rows at once; those that cannot be read, or decided as they stand, are left out and named."""
    tables = []
    for unit in inputs.units():
        try:
            table = unit.read()
        except (pa.ArrowException, OSError) as error:
            inputs.refused += unit.unread(error)
            continue
        inputs.refused += unit.lost
        if unit.faults:
            inputs.refused += [(f"{unit.file}, {unit.place(row)}", why) for row, why in sorted(unit.faults.items())]
            table = table.take([row for row in range(table.num_rows) if row not in unit.faults])
        for at, each in enumerate(table.schema):  # not every engine can compare lists, or write them as text
            if each.name in read and pa.types.is_nested(each.type):
                texts = [as_text(value) for value in table.column(at).to_pylist()]
                table = table.set_column(at, each.name, pa.array(texts, pa.string()))
        tables.append(table)
    if not tables:
        return pa.table({name: pa.array([], pa.string()) for name in inputs.headings})
    return pa.concat_tables(tables).unify_dictionaries()


def _report(engine: Engine, table: Table, inputs: Inputs) -> Report:
    counts = engine.query("SELECT outcome, COUNT(*) AS n FROM result GROUP BY outcome").to_pydict()
    outcomes = Counter({(w or "set aside"): int(n) for w, n in zip(counts["outcome"], counts["n"], strict=True)})
    report = Report(sum(outcomes.values()), outcomes["set aside"], outcomes, refused=list(inputs.refused))
    report.asked = table.screener.asked
    if report.aside:
        text = "SELECT note, COUNT(*) AS n FROM result WHERE outcome = '' OR outcome IS NULL GROUP BY note"
        said = engine.query(text).to_pydict()
        found = sorted(zip(said["n"], said["note"], strict=True), key=lambda each: (-each[0], str(each[1])))
        report.reasons = {str(why): Reason(str(why), int(n)) for n, why in found}
    return report


def _view(name: str, function: str, files: list[str]) -> str:
    """The statement that lets DuckDB read files under a name."""
    listed = ", ".join(f"'{_quoted(Path(path))}'" for path in files)
    more = "union_by_name = true, hive_types_autocast = false" if function == "read_parquet" else "all_varchar = true"
    return f"CREATE VIEW {name} AS FROM {function}([{listed}], {more})"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
