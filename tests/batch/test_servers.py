"""`sekisho sql` from the first step to the last, on databases as they are.

DuckDB and SQLite are here. ClickHouse runs in this process, if the package chdb is installed. PostgreSQL is any server, named by
`SEKISHO_TEST_POSTGRES`, such as `host=localhost user=postgres`; a schema of it is made and dropped.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from datetime import date
from decimal import Decimal
from random import Random

import messy
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from screening import row_of

from sekisho.batch.columns import RESULTS, map_columns, names_kept
from sekisho.batch.run import Table
from sekisho.testing import random_case

pytest.importorskip("sqlglot")
pytest.importorskip("duckdb", reason="the small tables are made by DuckDB: pip install 'sekisho[sql]'")

SCHEMA = "sekisho_tests"
LONG = "Terms of the consideration for which the goods are handed over, in full"
"""PostgreSQL cuts it after 63 bytes."""


class Duck:
    """DuckDB, which loads Parquet."""

    dialect = "duckdb"
    text = "TEXT"

    def __init__(self, folder):
        import duckdb

        self.connection = duckdb.connect()
        self.connection.execute(f"SET file_search_path = '{folder / 'tables'}'")

    def make(self, name, table, types):
        self.connection.register("given", table)
        self.connection.execute(f"CREATE TABLE {name} AS FROM given")
        return table.column_names

    def export(self, query, path):
        self.connection.sql(query).write_csv(str(path))

    def load(self, folder):
        self.connection.execute((folder / "load.sql").read_text())

    def ask(self, query):
        return self.connection.sql(query).to_arrow_table().to_pylist()

    def close(self):
        self.connection.close()


class Sqlite:
    """SQLite, whose shell loads CSV."""

    dialect = "sqlite"
    text = "TEXT"

    def __init__(self, folder):
        if shutil.which("sqlite3") is None:
            pytest.skip("the program sqlite3 is not installed")
        self.file = folder / "data.db"
        self.connection = sqlite3.connect(self.file)

    def make(self, name, table, types):
        columns = ", ".join(f'"{each}" {kind}' for each, kind in zip(table.column_names, types, strict=True))
        self.connection.execute(f"CREATE TABLE {name} ({columns})")
        marks = ", ".join("?" * len(types))
        self.connection.executemany(
            f"INSERT INTO {name} VALUES ({marks})", [tuple(r.values()) for r in table.to_pylist()]
        )
        self.connection.commit()
        return table.column_names

    def export(self, query, path):
        command = ["sqlite3", "-csv", "-header", str(self.file)]
        path.write_bytes(subprocess.run(command, input=query.encode(), capture_output=True, check=True).stdout)

    def load(self, folder):
        with (folder / "load.sql").open("rb") as script:
            done = subprocess.run(
                ["sqlite3", str(self.file)], stdin=script, cwd=folder, capture_output=True, check=True
            )
        assert (done.stdout, done.stderr) == (b"", b"")

    def ask(self, query):
        cursor = self.connection.execute(query)
        names = [each[0] for each in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def close(self):
        self.connection.close()


class ClickHouse:
    """ClickHouse in this process."""

    dialect = "clickhouse"
    types = ("UInt32", "Nullable(Date)", "FixedString(5)", "LowCardinality(Nullable(String))", "Nullable(String)",
             "Enum8('export' = 1, 'service' = 2)", "LowCardinality(String)", "Nullable(Bool)", "Array(String)",
             "Decimal(12, 2)", "UInt8", "Nullable(String)")  # fmt: skip
    text = "Nullable(String)"

    def __init__(self, folder):
        session = pytest.importorskip("chdb.session", reason="ClickHouse needs the package chdb: pip install chdb")
        self.session = session.Session(str(folder / "data"))
        self.folder = folder
        self.session.query(f"CREATE DATABASE {SCHEMA}")

    def make(self, name, table, types):
        columns = ", ".join(f'"{each}" {kind}' for each, kind in zip(table.column_names, types, strict=True))
        pq.write_table(table, self.folder / "given.parquet")
        self.session.query(f"CREATE TABLE {name} ({columns}) ENGINE = MergeTree ORDER BY tuple()")
        self.session.query(f"INSERT INTO {name} SELECT * FROM file('{self.folder / 'given.parquet'}')")
        return table.column_names

    def export(self, query, path):
        path.write_bytes(self.session.query(query, "CSVWithNames").bytes())

    def load(self, folder):
        for statement in (folder / "load.sql").read_text().replace("INFILE '", f"INFILE '{folder}/").split(";\n"):
            if statement.strip():
                self.session.query(statement)

    def ask(self, query):
        path = self.folder / "found.parquet"
        path.write_bytes(self.session.query(query, "Parquet").bytes())
        return pq.read_table(path).to_pylist()

    def close(self):
        self.session.close()


class Postgres:
    """A PostgreSQL that stands somewhere."""

    dialect = "postgres"
    types = ("INTEGER", "DATE", "CHAR(5)", "VARCHAR(40)", "TEXT", "act", "TEXT", "BOOLEAN", "TEXT[]",
             "DECIMAL(12, 2)", "SMALLINT", "TEXT")  # fmt: skip
    text = "TEXT"

    def __init__(self, folder):
        where = os.environ.get("SEKISHO_TEST_POSTGRES")
        if not where:
            pytest.skip("no PostgreSQL is named by SEKISHO_TEST_POSTGRES, such as `host=localhost user=postgres`")
        psycopg = pytest.importorskip("psycopg", reason="PostgreSQL needs the package psycopg: pip install psycopg")
        self.connection = psycopg.connect(where, autocommit=True)
        self._run(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}; SET search_path TO {SCHEMA}")
        self._run("CREATE TYPE act AS ENUM ('export', 'service')")

    def _run(self, query):
        return self.connection.execute(query.encode())

    def make(self, name, table, types):
        columns = ", ".join(f'"{each}" {kind}' for each, kind in zip(table.column_names, types, strict=True))
        self._run(f"CREATE TABLE {name} ({columns})")
        marks = ", ".join(["%s"] * len(types))
        with self.connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {name} VALUES ({marks})", [tuple(row.values()) for row in table.to_pylist()]
            )
            cursor.execute(f"SELECT * FROM {name} LIMIT 0")
            return [each.name for each in cursor.description]

    def export(self, query, path):
        with self.connection.cursor() as cursor, path.open("wb") as file:
            query = query[: query.rindex(";")]
            with cursor.copy(f"COPY ({query}) TO STDOUT WITH (FORMAT csv, HEADER)".encode()) as rows:
                file.writelines(rows)

    def load(self, folder):
        for line in (folder / "load.sql").read_text().splitlines():
            if found := re.fullmatch(r"\\copy (\S+) FROM '(\S+)' (.+)", line):  # psql's own way to say COPY
                with self.connection.cursor() as cursor, cursor.copy(f"COPY {found[1]} FROM STDIN {found[3]}") as copy:
                    copy.write((folder / found[2]).read_bytes())
            else:
                self._run(line)

    def ask(self, query):
        cursor = self._run(query)
        names = [each.name for each in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def close(self):
        self._run(f"DROP SCHEMA {SCHEMA} CASCADE")
        self.connection.close()


@pytest.fixture
def server(request, tmp_path):
    found = request.param(tmp_path)
    yield found
    found.close()


def on(*kinds):
    """The databases on which a test is run."""
    return pytest.mark.parametrize("server", kinds, ids=lambda each: each.__name__.lower(), indirect=True)


@pytest.fixture
def call(desk, monkeypatch):
    """`sekisho sql` over our law; gives what it prints."""
    from click.testing import CliRunner

    from sekisho.cli import opened
    from sekisho.cli.sql import command

    monkeypatch.setattr(opened, "desk_for", lambda: desk)

    def run(*arguments):
        done = CliRunner().invoke(command, [str(each) for each in arguments], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def _agree(server, call, desk, folder, name, table, types, given=(), constants=()):
    """Every row of a table in a warehouse has the answers that `screen` gives to it here."""
    headings = server.make(name, table, types)
    quoted = ",".join('"' + each.replace('"', '""') + '"' for each in headings)
    cut = {column: next(each for each in headings if heading.startswith(each)) for column, heading in given}
    options = ["--columns", quoted, "--dialect", server.dialect, "--table", name, "--prefix", "small_"]
    options += [each for pair in cut.items() for each in ("--map", "=".join(pair))]
    options += [each for pair in constants for each in ("--set", "=".join(pair))]
    server.export(call(*options, "--step", "distinct"), folder / "occurs.csv")
    call(folder / "occurs.csv", *options, "--tables", folder / "tables", "-o", folder / "decide.sql")
    server.load(folder / "tables")
    got = server.ask((folder / "decide.sql").read_text())
    worker = Table(desk, map_columns(table.column_names, desk.library, given=dict(given), constants=dict(constants)))
    screened = worker.screen(table)
    wanted = {row: screened.row(number) for number, row in enumerate(table.column(0).to_pylist())}
    assert list(got[0]) == [*names_kept(headings), *RESULTS]
    assert len(got) == len(wanted) == table.num_rows
    assert "" in {row["outcome"] for row in got} and len({row["outcome"] for row in got}) > 1
    for row in got:
        assert tuple(row[each] for each in RESULTS) == wanted[row[headings[0]]], row


@on(ClickHouse, Postgres)
def test_columns_of_its_own_types(server, call, desk, tmp_path):
    """Days, truth values, enumerations, lists, padded and missing texts; headings and names as people choose them."""
    rng = Random(5)
    rows = [
        (
            number,
            rng.choice([date(2014 + number % 13, 1 + number % 12, 1 + number % 28), None]),
            "JPN",
            rng.choice(["USA", "United States", "PHL ", "UKR", "RUS", "Ukrane", "unknown", "Côte d’Ivoire", "", None]),
            rng.choice(["patriot-pac3", "f-35", "helmet", "hydraulic press", "", None]),
            rng.choice(["export", "service"]),
            rng.choice(["sale", "grant", "unknown", "barter", ""]),
            rng.choice([True, False, None]),
            rng.choice([[], ["USA"], ["USA", "GBR"], ["viet nam", "KOR"]]),
            Decimal(number) / 100,
            number % 7,
            rng.choice(["late", None]),
        )
        for number in range(300)
    ]
    names = ("Id", "date", "EXPORTER", "Ship-to country", "item", "act", LONG, "item.arms", "licensors", "Value, JPY",
             "k", "outcome")  # fmt: skip
    kinds = (pa.int64(), pa.date32(), *[pa.string()] * 5, pa.bool_(), pa.list_(pa.string()), pa.decimal128(12, 2),
             pa.int32(), pa.string())  # fmt: skip
    table = pa.table([pa.array(each, kind) for each, kind in zip(zip(*rows, strict=True), kinds, strict=True)], names)
    _agree(server, call, desk, tmp_path, f'{SCHEMA}."Orders"', table, server.types, [("consideration", LONG)])


@on(ClickHouse, Postgres)
def test_cases_and_a_sheet_as_people_type_it(server, call, desk, our_cases, tmp_path):
    rng = Random(9)
    cases = [
        *[each for each in our_cases if not each.proposals][::5],
        *(random_case(rng, desk, unknown=0.2) for _ in range(20)),
    ]
    rows = [row_of(case) for case in cases]
    _, _, heads, *sheet = messy.orders(60)
    for line in sheet:
        row = {name: str(each) for name, each in zip(heads, line, strict=False)}
        places = {"date": "Order date", "recipient": "Destination", "item": "Goods", "end_user": "End user"}
        rows.append({"exporter": "JPN"} | {name: row.get(heading, "") for name, heading in places.items()})
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {"id": [str(number) for number in range(len(rows))]}
    columns |= {name: [row.get(name, rng.choice(["", None])) for row in rows] for name in names}
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    _agree(server, call, desk, tmp_path, "k", table, [server.text] * table.num_columns)


@on(Duck, Sqlite, ClickHouse, Postgres)
def test_rows_that_say_nothing_and_rows_that_come_later(server, call, desk, tmp_path):
    """One column is read: its blank cells are empty lines of the export."""
    table = pa.table({"id": ["1", "2", "3", "4"], "item": ["patriot-pac3", "", None, "Patroit"]})
    constants = [("date", "2024-05-01"), ("exporter", "JPN"), ("recipient", "USA")]
    _agree(server, call, desk, tmp_path, "orders", table, [server.text] * 2, constants=constants)
    server.make("more", pa.table({"id": ["5"], "item": ["f-35"]}), [server.text] * 2)
    query = (tmp_path / "decide.sql").read_text().replace("FROM orders", "FROM more")
    (row,) = server.ask(query)
    assert (row["outcome"], row["note"]) == ("", "not known to the tables; make them anew")
    assert row["basis"] is None
