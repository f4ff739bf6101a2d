"""`sekisho sql`: print the query that decides a table."""

from __future__ import annotations

import csv
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from sekisho.cli.conventions import conventions
from sekisho.cli.flags import Pair

if TYPE_CHECKING:
    from sekisho.batch.read import Inputs
    from sekisho.batch.tables import Plan

EPILOG = """\b
Examples:
  sekisho sql orders.parquet --dialect duckdb --set exporter=Japan
  sekisho sql --columns ID,DATE,EXPORTER,RECIPIENT,ITEM --table lake.orders --dialect snowflake

\b
How to decide a table in a warehouse, here one with the columns id, date,
exporter, recipient and item:
  1. print the query of what occurs, run it there, and export what it gives
     to occurs.parquet (or .csv):
       sekisho sql --columns id,date,exporter,recipient,item \\
         --table lake.orders --dialect trino --step distinct
  2. make the eight small tables for it, and load them:
       sekisho sql occurs.parquet --dialect trino --tables tables/ -o decide.sql \\
         --columns id,date,exporter,recipient,item --table lake.orders
     (for postgres, clickhouse, duckdb and sqlite the statements that load
     them are in tables/load.sql)
  3. run decide.sql: every row of lake.orders with its result columns.
     A row that came later has no outcome, and its note says so.
"""


@click.command(epilog=EPILOG)
@click.argument("inputs", nargs=-1)
@click.option(
    "--dialect",
    required=True,
    type=click.Choice(["spark", "trino", "bigquery", "snowflake", "postgres", "clickhouse", "duckdb", "sqlite"]),
    help="Whose SQL.",
)
@click.option(
    "--columns", metavar="A,B,…", help="The headings of the table in the warehouse, in its letters, joined by commas."
)
@click.option(
    "--table",
    "name",
    default="",
    help='What the table is called in the query, `lake.orders` or `lake."Orders"`; as the file where none is given.',
)
@click.option("--prefix", default="sekisho_", show_default=True, help="Begins the names of the small tables.")
@click.option(
    "--step",
    type=click.Choice(["decide", "distinct"]),
    default="decide",
    show_default=True,
    help="The query that decides, or that of what occurs.",
)
@click.option(
    "--tables",
    "folder",
    type=Path,
    help="Write the small tables for what occurs in INPUTS to this folder: as Parquet, for postgres and sqlite as CSV.",
)
@click.option("-o", "--output", type=Path, help="Write the query to a file.")
@click.option(
    "--map", "maps", multiple=True, metavar="COLUMN=HEADING|FILE", help="Which heading holds which column. Repeatable."
)
@click.option(
    "--set", "constants", multiple=True, type=Pair(), help="A column that is the same for every row. Repeatable."
)
@click.option("--on", metavar="DAY", help="One law date for all rows.")
@conventions
@click.option(
    "--with", "proposals", multiple=True, metavar="PROPOSAL", help="Assume that a proposal was adopted. Repeatable."
)
def command(
    inputs: tuple[str, ...], dialect: str, columns: str | None, name: str, prefix: str, step: str, folder: Path | None,
    output: Path | None, maps: tuple[str, ...], constants: tuple[tuple[str, str], ...], on: str | None,
    proposals: tuple[str, ...], **meant: str | None,
) -> None:  # fmt: skip
    """Print the query that decides a table, and say which columns it expects."""
    from sekisho.cli.screen import mapping_of, need_packages

    need_packages()
    from sekisho.base.whole import write_whole
    from sekisho.batch import sql
    from sekisho.batch.columns import map_columns
    from sekisho.batch.conventions import Conventions
    from sekisho.batch.read import open_inputs
    from sekisho.batch.run import Table
    from sekisho.batch.tables import Plan
    from sekisho.cli.opened import desk_for

    if not inputs and not columns:
        raise click.UsageError("name the files of the table, or its headings with --columns")
    if folder is not None and not inputs:
        raise click.UsageError("--tables needs the files of what occurs; `--step distinct` prints how to get them")
    desk = desk_for()
    if proposals:
        desk = desk.with_proposals(proposals)
    found = open_inputs(inputs) if inputs else None
    headings = _split(columns) if columns else found.headings if found else ()
    fixed = dict(constants) | ({"date": on} if on else {})
    mapped = map_columns(headings, desk.library, given=mapping_of(maps)[0], constants=fixed)
    said = Conventions(**meant)
    worker = Table(desk, mapped, said)
    shape = Plan(worker, headings).shape
    source = name or (found.files[0].stem if found else "orders")
    if folder is not None and found is not None:
        missing = [heading for heading in mapped.columns.values() if heading not in found.headings]
        left = [heading for heading in missing if any(heading in group for group in shape.groups.values())]
        if left:
            raise click.UsageError(f"{found.files[0]} has no column {', '.join(f'`{each}`' for each in left)}")
        _write_tables(Plan(worker, found.headings), found, folder, prefix, dialect)
    tree = sql.every(shape, source) if step == "distinct" else sql.decide(shape, source, prefix)
    lines = [
        *_head(step, source, dialect, prefix, [*mapped.explain(), *said.explain()]),
        sql.write(tree, dialect) + ";",
    ]
    if output is None:
        click.echo("\n".join(lines))
    else:
        write_whole(output, ("\n".join(lines) + "\n").encode())
        click.echo(f"the query is written to {output}", err=True)


def _split(columns: str) -> tuple[str, ...]:
    """The headings, as a line of CSV: one that holds a comma stands in quotation marks."""
    return tuple(each.strip() for each in next(csv.reader([columns], skipinitialspace=True)))


def _head(step: str, source: str, dialect: str, prefix: str, explained: list[str]) -> list[str]:
    """What the query does and expects, as comments."""
    said = [
        f"Decides every row of {source}, in the SQL of {dialect}."
        if step == "decide"
        else f"Every combination that occurs in {source}: export it, and give it to `sekisho sql … --tables FOLDER`."
    ]
    if step == "decide":
        said.append(f"It joins the tables {prefix}…, which `sekisho sql … --tables FOLDER` makes for what occurs.")
    return [f"-- {' '.join(line.split())}" for line in (*said, *explained)]


def _write_tables(plan: Plan, found: Inputs, folder: Path, prefix: str, dialect: str) -> None:
    """The small tables for what occurs, found by DuckDB; all or none, for they belong together."""
    from sekisho.base import TroubleError
    from sekisho.base.whole import cannot_write
    from sekisho.batch.engines import DuckDb, give_inputs, make_tables
    from sekisho.batch.loading import LOAD, file_of, statements, write_table

    engine = DuckDb()
    give_inputs(engine, found)
    if found.format == "csv":  # a row that says nothing is an empty line there, which counts for none
        blank = [""] * len(found.headings)
        marks = ", ".join("?" for _ in blank)
        engine.connection.execute(f"INSERT INTO source VALUES ({marks})", blank)  # noqa: S608 - marks alone
    made = {prefix + name: table for name, table in make_tables(engine, plan, "source").items()}
    load = statements(made, dialect)
    files = {file_of(name, dialect): table for name, table in made.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".", dir=folder) as half:
            for name, table in files.items():
                write_table(table, Path(half) / name)
            if load is not None:
                (Path(half) / LOAD).write_text(load, encoding="utf-8")
            for path in sorted(Path(half).iterdir()):
                path.replace(folder / path.name)
    except OSError as error:
        raise TroubleError([cannot_write(error, folder)]) from error
    for remark in found.remarks:
        click.echo(remark, err=True)
    for where, why in found.refused:
        click.echo(f"{where}: {why}; left out", err=True)
    rows = sum(table.num_rows for table in made.values())
    click.echo(f"{len(made)} tables with {rows:,} rows are written to {folder}", err=True)
    if load is not None:
        click.echo(f"{folder / LOAD} makes them in {dialect}; run it in that folder", err=True)
