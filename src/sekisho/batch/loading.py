"""The small tables as files, and the statements that load them where a query is to join them.

The statements are written for the engines on which they were run in tests; how a warehouse in the
cloud gets at files depends on its buckets and rights, which we do not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from sekisho.batch.sql import quoted, table_named

LOAD = "load.sql"
"""The file of the statements, beside those of the tables."""


@dataclass(frozen=True, slots=True)
class Loader:
    """How an engine loads a file.

    Attributes:
        suffix: Which files it reads.
        text: Its type of text.
        number: Its type of whole numbers.
        load: Its statements, with `{table}` and `{file}`. PostgreSQL is told to count the rows, for it
            sorts where it could hash as long as it takes the tables for larger than they are.
        end: What ends the statement that creates a table.
    """

    suffix: str
    text: str
    number: str
    load: str
    end: str = ";"


LOADERS: Mapping[str, Loader] = {
    "postgres": Loader(
        "csv", "TEXT", "BIGINT", "\\copy {table} FROM '{file}' WITH (FORMAT csv, HEADER)\nANALYZE {table};"
    ),
    "clickhouse": Loader(
        "parquet",
        "String",
        "Int64",
        "INSERT INTO {table} FROM INFILE '{file}' FORMAT Parquet;",
        " ENGINE = MergeTree ORDER BY tuple();",
    ),
    "duckdb": Loader("parquet", "TEXT", "BIGINT", "COPY {table} FROM '{file}' (FORMAT parquet);"),
    "sqlite": Loader("csv", "TEXT", "INTEGER", '.import --csv --skip 1 "{file}" {table}'),
}
"""By dialect; of the others each has its own way to load Parquet."""


def file_of(name: str, dialect: str) -> str:
    """What the file of a table is called; a schema before its name does not count."""
    suffix = LOADERS[dialect].suffix if dialect in LOADERS else "parquet"
    return f"{name.rpartition('.')[2]}.{suffix}"


def write_table(table: pa.Table, path: Path) -> None:
    """A small table as a file; in CSV texts are quoted, so that an empty one is not taken for none."""
    if path.suffix == ".csv":
        from pyarrow import csv

        csv.write_csv(table, path, csv.WriteOptions(quoting_style="needed"))
    else:
        import pyarrow.parquet as pq

        pq.write_table(table, path, store_schema=False)


def statements(made: Mapping[str, pa.Table], dialect: str) -> str | None:
    r"""The statements that make the tables anew and fill them, to be run in the folder of their files.

    Returns:
        None where we do not know how.

    Example:
        >>> print(statements({"s_days": pa.table({"date": ["2024-05-01"], "s_id": [0]})}, "postgres"))
        DROP TABLE IF EXISTS s_days;
        CREATE TABLE s_days ("date" TEXT, "s_id" BIGINT);
        \copy s_days FROM 's_days.csv' WITH (FORMAT csv, HEADER)
        ANALYZE s_days;
        <BLANKLINE>
    """
    if dialect not in LOADERS:
        return None
    loader = LOADERS[dialect]
    lines = []
    for name, table in made.items():
        called = table_named(name).sql(dialect=dialect)
        columns = ", ".join(
            f"{quoted(each.name, dialect)} {loader.text if pa.types.is_string(each.type) else loader.number}"
            for each in table.schema
        )
        lines.append(f"DROP TABLE IF EXISTS {called};")
        lines.append(f"CREATE TABLE {called} ({columns}){loader.end}")
        lines.append(loader.load.format(table=called, file=file_of(name, dialect)))
    return "\n".join(lines) + "\n"
