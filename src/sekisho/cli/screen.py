"""`sekisho screen`: decide every row of a table."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sekisho.cli.flags import Pair
from sekisho.cli.guard import FOUND, OPEN

if TYPE_CHECKING:
    from sekisho.batch.columns import Mapped
    from sekisho.batch.read import Inputs
    from sekisho.batch.run import Report
    from sekisho.desk import Desk

EPILOG = """\b
Examples:
  sekisho screen orders.xlsx -o decided.xlsx --set exporter=Japan
  sekisho screen orders.csv -o decided.csv --explain
  sekisho screen 'declarations/*.parquet' -o decided/ --on 2026-11-21
  sekisho screen orders.csv --write-map map.yaml

\b
Exit status: 0 done · 1 trouble in the input · 2 wrong usage ·
3 rows were set aside and need a person · 4 undetermined rows under --must-decide

The output is the table with eleven more columns, from `outcome` to `note`.
It is written whole or not at all; the same command goes on where an
interrupted one stopped.
"""


@click.command(epilog=EPILOG)
@click.argument("inputs", nargs=-1, required=True)
@click.option(
    "-o", "--output", type=Path, help="Where the result goes; its suffix says the format, a folder means Parquet."
)
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="COLUMN=HEADING|FILE",
    help="Which heading holds which column: one, or a mapping file. Repeatable.",
)
@click.option(
    "--set",
    "constants",
    multiple=True,
    type=Pair(),
    help="A column that is the same for every row: `exporter=Japan`. Repeatable.",
)
@click.option("--on", metavar="DAY", help="One law date for all rows, in place of a column.")
@click.option("--dates", type=click.Choice(["dmy", "mdy"]), help="How 03/04/2023 is meant.")
@click.option("--sheet", default="", help="The sheet of a workbook; the first where none is named.")
@click.option(
    "--with",
    "proposals",
    multiple=True,
    metavar="PROPOSAL",
    help="Assume that a proposal was adopted: NAME or NAME@DAY. Repeatable.",
)
@click.option(
    "--engine",
    type=click.Choice(["columns", "duckdb", "polars", "sqlite", "spark"]),
    default="columns",
    help="What does the work; the answers are the same.",
)
@click.option("--explain", is_flag=True, help="Say how each column is understood.")
@click.option(
    "--write-map", type=Path, metavar="FILE", help="Write how the columns are understood to a mapping file, and stop."
)
@click.option("--must-decide", is_flag=True, help="Exit with 4 if a row is undetermined.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.option("--law", "law_folder", multiple=True, type=Path, help="Folders of rulebooks, in place of our own.")
@click.option("--facts", type=Path, help="The folder of registries, in place of our own.")
def command(
    inputs: tuple[str, ...], output: Path | None, maps: tuple[str, ...], constants: tuple[tuple[str, str], ...],
    on: str | None, dates: str | None, sheet: str, proposals: tuple[str, ...], engine: str, explain: bool,
    write_map: Path | None, must_decide: bool, as_json: bool, law_folder: tuple[Path, ...], facts: Path | None,
) -> int:  # fmt: skip
    """Decide every row of a table: CSV, TSV, JSON lines, Parquet, Arrow, Excel."""
    need_packages()
    from sekisho.batch.columns import map_columns
    from sekisho.batch.read import open_inputs
    from sekisho.desk import open_desk

    desk = open_desk(list(law_folder) or None, facts=facts)
    if proposals:
        desk = desk.with_proposals(proposals)
    found = open_inputs(inputs, sheet=sheet)
    fixed = dict(constants) | ({"date": on} if on else {})
    mapped = map_columns(
        found.headings, desk.library, given=mapping_of(maps), constants=fixed, file=str(found.files[0])
    )
    if explain or write_map:
        for line in mapped.explain():
            click.echo(line, err=not write_map)
    if write_map:
        _write_map(write_map, mapped)
        return 0
    if output is None:
        raise click.UsageError("say where the result goes: -o OUTPUT")
    adopted = tuple(str(each) for name in proposals for each in desk.proposal(name))
    report = _run(desk, found, output, mapped, dates or "", engine, adopted)
    _tell(report, found, output, as_json)
    if report.aside:
        return FOUND
    return OPEN if must_decide and report.outcomes["undetermined"] else 0


def need_packages() -> None:
    """Say how to install what tables need, where it is missing."""
    try:
        import numpy
        import pyarrow

        del numpy, pyarrow
    except ImportError as error:
        raise click.ClickException(
            'this needs packages that are not installed: pip install "sekisho[screen]"'
        ) from error


def mapping_of(maps: tuple[str, ...]) -> Mapping[str, object]:
    """The mapping that `--map` gives: `COLUMN=HEADING`, or files."""
    found: dict[str, object] = {}
    for text in maps:
        name, sign, heading = text.partition("=")
        if sign:
            found[name.strip()] = heading.strip() or None
            continue
        from sekisho.base import TroubleError
        from sekisho.base.yaml12 import read_yaml

        path = Path(text)
        if not path.exists():
            raise click.UsageError(f"`{text}` is neither COLUMN=HEADING nor a mapping file")
        tree, troubles = read_yaml(path.read_text(encoding="utf-8"), text)
        if troubles:
            raise TroubleError(troubles)
        plain: Any = tree.plain() if tree is not None else {}
        if not isinstance(plain, dict):
            raise click.UsageError(f"`{text}` is no mapping of columns to headings")
        found.update(plain)
    return found


def _write_map(path: Path, mapped: Mapped) -> None:
    import yaml

    lines = ["# How the columns of a table are understood: COLUMN: HEADING, or COLUMN: {value: …} for all rows."]
    lines.append(yaml.safe_dump(mapped.to_dict(), allow_unicode=True, sort_keys=False).strip())
    lines += [f"# not read: {heading}" for heading in mapped.kept]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    click.echo(f"written to {path}")


def _run(
    desk: Desk, found: Inputs, output: Path, mapped: Mapped, dates: str, engine: str, adopted: tuple[str, ...]
) -> Report:
    from sekisho.batch.memory import Memory
    from sekisho.batch.run import Table, run
    from sekisho.store import cache_folder

    if engine != "columns":
        from sekisho.batch.engines import run_engine

        return run_engine(engine, desk, found, output, mapped, dates)
    folder = cache_folder()
    memory = Memory(folder, (desk.digest, desk.registries.digest(), *adopted)) if folder else None
    table = Table(desk, mapped, dates, memory)
    if not sys.stderr.isatty():
        return run(found, output, table)
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=found.rows, rate="")

        def progress(done: int, total: int | None) -> None:
            speed = bar.tasks[0].speed
            bar.update(task, completed=done, total=total, rate=f"{speed:,.0f} rows/s" if speed else "")

        return run(found, output, table, progress=progress)


def _tell(report: Report, found: Inputs, output: Path, as_json: bool) -> None:
    if as_json:
        import json

        data = {
            "rows": report.rows,
            "set_aside": report.aside,
            "outcomes": dict(report.outcomes.most_common()),
            "reasons": [{"where": where, "why": why} for where, why in report.reasons],
            "resumed_parts": report.resumed,
            "output": str(output),
        }
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return
    for remark in found.remarks:
        click.echo(remark, err=True)
    for where, why in report.reasons:
        click.echo(f"set aside: {where}: {why}", err=True)
    if report.aside > len(report.reasons):
        click.echo(f"… and {report.aside - len(report.reasons):,} more; the column `note` says why", err=True)
    if report.resumed:
        click.echo(f"went on after {report.resumed} parts of an earlier run", err=True)
    counts = ", ".join(f"{count:,} {word}" for word, count in report.outcomes.most_common())
    click.echo(f"{report.rows:,} rows: {counts or 'none'}; written to {output}")
