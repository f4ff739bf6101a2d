"""`sekisho summary`: what a screened table says in all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sekisho.cli.conventions import two_letters

if TYPE_CHECKING:
    from sekisho.batch.summary import Counts, Crossed, Summary
    from sekisho.cli.paint import Canvas

EPILOG = """\b
Examples:
  sekisho summary decided.parquet
  sekisho summary decided.xlsx -o summary.xlsx
  sekisho summary decided.csv --chart outcomes.svg
  sekisho summary 'decided/*.parquet' --most 30 --json

Pictures need matplotlib: pip install 'sekisho[charts]'.
"""

_MARKS = {"free": "○", "may-be-permitted": "◐", "presumed-denied": "▽", "prohibited": "✕", "undetermined": "?"}
_TONES = {"free": "good", "may-be-permitted": "good", "presumed-denied": "warn", "prohibited": "bad"}
_SHORT = {"may-be-permitted": "may be", "presumed-denied": "presumed denied", "": "set aside"}
_FULL = "█"
_EIGHTHS = " ▏▎▍▌▋▊▉"


@click.command(epilog=EPILOG)
@click.argument("inputs", nargs=-1, required=True)
@click.option("-o", "--output", type=Path, metavar="FILE.xlsx", help="Write the counts to a workbook, with a chart.")
@click.option("--chart", type=Path, metavar="FILE", help="Draw the counts: FILE.svg, FILE.png or FILE.pdf.")
@click.option("--most", default=12, show_default=True, type=click.IntRange(1), help="Rows of each table at most.")
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="COLUMN=HEADING",
    help="Which heading holds `recipient` or `date`, where it was mapped when the table was screened. Repeatable.",
)
@two_letters
@click.option("--sheet", default="", help="The sheet of a workbook; the first where none is named.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(
    inputs: tuple[str, ...],
    output: Path | None,
    chart: Path | None,
    most: int,
    maps: tuple[str, ...],
    sheet: str,
    as_json: bool,
    two_letters: str | None,
) -> None:
    """Count a screened table: by outcome, year, recipient, basis and bar, and what most rows turn on."""
    from sekisho.cli.screen import mapping_of, need_packages

    need_packages()
    from sekisho.base import Place, Trouble, TroubleError
    from sekisho.batch.conventions import Conventions
    from sekisho.batch.read import open_inputs
    from sekisho.batch.run import state_names
    from sekisho.batch.summary import Summary
    from sekisho.cli.opened import desk_for

    if output is not None and output.suffix.lower() != ".xlsx":
        raise click.UsageError(f"a summary is written as a workbook: -o {output.with_suffix('.xlsx')}")
    if chart is not None:
        from sekisho.charts.paper import check

        check(chart)
    found = open_inputs(inputs, sheet=sheet)
    if "outcome" not in found.headings:
        raise TroubleError(
            [
                Trouble(
                    "SK423",
                    "the table has no column `outcome`",
                    (Place(str(found.files[0])),),
                    why="only a table that was screened can be summed up",
                    help="screen it first: `sekisho screen INPUT -o OUTPUT`",
                )
            ]
        )
    columns = {
        name: heading
        for name, heading in mapping_of(maps)[0].items()
        if name in ("recipient", "date") and isinstance(heading, str)
    }
    for name, heading in columns.items():
        if heading not in found.headings:
            raise click.UsageError(f"the table has no column `{heading}` for {name}")
    name_of = state_names(desk_for().registries, Conventions(two_letters=two_letters))
    summary = Summary()
    for unit in found.units():
        summary.add(unit.read(), columns=columns, name_of=name_of)
    if output is not None:
        from sekisho.batch.sheet import write_summary

        write_summary(summary, output)
    if chart is not None:
        from sekisho.charts.paper import save
        from sekisho.charts.screened import screened

        save(screened(summary), chart)
    if as_json:
        import json

        click.echo(json.dumps(summary.to_dict(), ensure_ascii=False, indent=2))
    else:
        from sekisho.cli.paint import Canvas

        for line in _lines(summary, most, Canvas.of()):
            click.echo(line)
    for where, why in found.refused:
        click.echo(f"left out: {where}: {why}", err=True)


def _lines(summary: Summary, most: int, canvas: Canvas) -> Iterator[str]:
    from sekisho.batch.summary import word

    yield from canvas.wrap(summary.headline(), tone="strong")
    yield ""
    names = {each: f"{_MARKS.get(each, '·')} {word(each)}" for each, _ in summary.by_outcome().rows}
    yield from _counted(summary.by_outcome(), summary.rows, canvas, names)
    for crossed in summary.tables(most):
        yield ""
        yield from _crossed(crossed, canvas)
    for counts in summary.reasons(most):
        yield ""
        yield from _counted(counts, summary.rows, canvas, {})


def _counted(counts: Counts, rows: int, canvas: Canvas, names: dict[str, str]) -> Iterator[str]:
    """A table of counts with bars."""
    from sekisho.cli.paint import cells, cut, pad

    bar = 0 if counts.title == "said in the note" else max(10, canvas.width // 5)
    room = canvas.width - bar - 20
    wide = min(room, max(cells(names.get(name, name)) for name, _ in counts.rows))
    wide = max(wide, len(counts.title))
    most = max(count for _, count in counts.rows)
    yield canvas.style(f"{pad(_capital(counts.title), wide)}  {'rows':>9}  {'share':>6}", "dim")
    for name, count in counts.rows:
        shown = canvas.style(pad(cut(names.get(name, name), wide), wide), _TONES.get(name, "") if names else "")
        drawn = canvas.style(_bar(count / most, bar), _TONES.get(name, "dim") if names else "dim") if bar else ""
        yield f"{shown}  {count:>9,}  {count / max(rows, 1):>6.1%}  {drawn}".rstrip()
    if counts.others:
        yield canvas.style(f"… and {counts.others:,} more; --most {len(counts.rows) + counts.others} shows them", "dim")


def _bar(share: float, wide: int) -> str:
    eighths = max(1, round(share * wide * 8))
    return _FULL * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _crossed(crossed: Crossed, canvas: Canvas) -> Iterator[str]:
    """A table of values by outcome."""
    from sekisho.cli.paint import cells, cut, pad

    heads = [_SHORT.get(each, each) for each in crossed.outcomes]
    wides = [max(len(head), 7) for head in heads]
    room = canvas.width - sum(wide + 2 for wide in wides) - 11
    wide = min(max(room, 12), max(len(crossed.title), *(cells(name) for name, _ in crossed.rows)))
    yield canvas.style(
        f"{pad(_capital(crossed.title), wide)}  {'rows':>9}"
        + "".join(f"  {head:>{each}}" for head, each in zip(heads, wides, strict=True)),
        "dim",
    )
    for name, counts in crossed.rows:
        shown = "".join(
            "  " + canvas.style(f"{count or '·':>{each}{',' if count else ''}}", _TONES.get(outcome, ""))
            for count, each, outcome in zip(counts, wides, crossed.outcomes, strict=True)
        )
        yield f"{pad(cut(name, wide), wide)}  {sum(counts):>9,}{shown}"
    if crossed.others:
        yield canvas.style(f"… and {crossed.others:,} more", "dim")


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
