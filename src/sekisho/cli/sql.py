"""`sekisho sql`: print the query that decides a table."""

from __future__ import annotations

from pathlib import Path

import click

from sekisho.cli.flags import Pair

EPILOG = """\b
Examples:
  sekisho sql orders.parquet --dialect duckdb --set exporter=Japan
  sekisho sql --columns date,exporter,recipient,item --dialect snowflake
  sekisho sql distinct.parquet --dialect bigquery --tables tables/

\b
How to decide a table in a warehouse:
  1. export every distinct combination of its columns (`--step distinct` prints how);
  2. `sekisho sql EXPORT --tables FOLDER` writes the eight small tables that the query joins;
  3. load them, and run the query that `sekisho sql EXPORT --dialect …` prints.
"""


@click.command(epilog=EPILOG)
@click.argument("inputs", nargs=-1)
@click.option(
    "--dialect",
    required=True,
    type=click.Choice(["spark", "trino", "bigquery", "snowflake", "postgres", "clickhouse", "duckdb", "sqlite"]),
    help="Whose SQL.",
)
@click.option("--columns", help="The headings of the table, joined by commas, where it is not at hand.")
@click.option(
    "--table", "name", default="", help="The name of the table in the query; that of the file where none is given."
)
@click.option("--prefix", default="sekisho_", show_default=True, help="Begins the names of the small tables.")
@click.option(
    "--step",
    type=click.Choice(["decide", "cells", "distinct"]),
    default="decide",
    show_default=True,
    help="Which query.",
)
@click.option(
    "--tables", "folder", type=Path, help="Write the small tables for what occurs in INPUTS to this folder, as Parquet."
)
@click.option(
    "--map", "maps", multiple=True, metavar="COLUMN=HEADING|FILE", help="Which heading holds which column. Repeatable."
)
@click.option(
    "--set", "constants", multiple=True, type=Pair(), help="A column that is the same for every row. Repeatable."
)
@click.option("--on", metavar="DAY", help="One law date for all rows.")
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), help="How 03/04/2023 is meant.")
@click.option(
    "--with", "proposals", multiple=True, metavar="PROPOSAL", help="Assume that a proposal was adopted. Repeatable."
)
def command(
    inputs: tuple[str, ...], dialect: str, columns: str | None, name: str, prefix: str, step: str, folder: Path | None,
    maps: tuple[str, ...], constants: tuple[tuple[str, str], ...], on: str | None, dates: str | None,
    proposals: tuple[str, ...],
) -> None:  # fmt: skip
    """Print the query that decides a table, and say which columns it expects."""
    from sekisho.cli.screen import mapping_of, need_packages

    need_packages()
    from sekisho.batch import sql
    from sekisho.batch.columns import map_columns
    from sekisho.batch.read import open_inputs
    from sekisho.batch.run import Table
    from sekisho.batch.tables import Plan
    from sekisho.desk import open_desk

    if bool(inputs) == bool(columns):
        raise click.UsageError("name the files of the table, or its headings with --columns")
    desk = open_desk()
    if proposals:
        desk = desk.with_proposals(proposals)
    found = open_inputs(inputs) if inputs else None
    headings = found.headings if found else tuple(each.strip() for each in (columns or "").split(","))
    fixed = dict(constants) | ({"date": on} if on else {})
    mapped = map_columns(headings, desk.library, given=mapping_of(maps), constants=fixed)
    plan = Plan(Table(desk, mapped, dates or ""), headings)
    source = name or (found.files[0].stem if found else "orders")
    if folder is not None:
        if found is None:
            raise click.UsageError("--tables needs the files of the table")
        _write_tables(plan, found.units(), folder, prefix)
        click.echo(f"eight tables are written to {folder}", err=True)
    for line in mapped.explain():
        click.echo(f"-- {line}")
    if step == "distinct":
        for group in sql.GROUPS:
            click.echo(f"-- {group}\n{sql.write(sql.distinct(plan.shape, group, source), dialect)};")
        return
    tree = sql.decide(plan.shape, source, prefix) if step == "decide" else sql.cells(plan.shape, source, prefix)
    click.echo(sql.write(tree, dialect) + ";")


def _write_tables(plan: object, units: object, folder: Path, prefix: str) -> None:
    """The small tables for what occurs, found by DuckDB."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from sekisho.batch import sql
    from sekisho.batch.engines import DuckDb
    from sekisho.batch.tables import Plan

    assert isinstance(plan, Plan)
    engine = DuckDb()
    engine.give("source", pa.concat_tables([unit.read() for unit in units]).unify_dictionaries())  # type: ignore[attr-defined]
    folder.mkdir(parents=True, exist_ok=True)
    occurs = {g: engine.query(sql.write(sql.distinct(plan.shape, g, "source"), "duckdb")) for g in sql.GROUPS}
    made = plan.tables(occurs)
    for name, table in made.items():
        engine.give(prefix + name, table)
    made |= plan.answers(engine.query(sql.write(sql.cells(plan.shape, "source", prefix), "duckdb")))
    for name, table in made.items():
        pq.write_table(table, folder / f"{prefix}{name}.parquet", store_schema=False)
