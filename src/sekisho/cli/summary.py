"""`sekisho summary`: what a screened table says in all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sekisho.batch.summary import Summary

EPILOG = """\b
Examples:
  sekisho summary decided.parquet
  sekisho summary decided.csv -o summary.xlsx --chart outcomes.svg
"""


@click.command(epilog=EPILOG)
@click.argument("inputs", nargs=-1, required=True)
@click.option("-o", "--output", type=Path, help="Write the tables to a workbook, with a chart.")
@click.option("--chart", type=Path, metavar="FILE.svg", help="Write the outcomes by year as a chart.")
@click.option("--most", default=12, show_default=True, help="Rows of each table.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(inputs: tuple[str, ...], output: Path | None, chart: Path | None, most: int, as_json: bool) -> None:
    """Count a screened table: by outcome, recipient, basis, bar and year, and what most rows turn on."""
    from sekisho.cli.screen import need_packages

    need_packages()
    from sekisho.base import Place, Trouble, TroubleError
    from sekisho.batch.read import open_inputs
    from sekisho.batch.summary import Summary

    found = open_inputs(inputs)
    if "outcome" not in found.headings:
        help_ = "screen it first: `sekisho screen INPUT -o OUTPUT`"
        raise TroubleError(
            [Trouble("SK423", "the table has no column `outcome`", (Place(str(found.files[0])),), help=help_)]
        )
    summary = Summary()
    for unit in found.units():
        summary.add(unit.read())
    if output is not None:
        from sekisho.batch.sheet import write_summary

        write_summary(summary, output)
    if chart is not None:
        from sekisho.batch.chart import draw

        chart.write_text(draw(summary), encoding="utf-8")
    if as_json:
        import json

        click.echo(json.dumps(summary.to_dict(), ensure_ascii=False, indent=2))
    else:
        _print(summary, most)


def _print(summary: Summary, most: int) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(f"{summary.rows:,} rows")
    for title, rows in summary.tables(most):
        table = Table(title, "rows", "share", box=None, pad_edge=False, title_justify="left")
        table.columns[1].justify = table.columns[2].justify = "right"
        table.columns[0].min_width = 44
        for name, count in rows:
            table.add_row(name or "set aside", f"{count:,}", f"{count / max(summary.rows, 1):.1%}")
        console.print()
        console.print(table)
