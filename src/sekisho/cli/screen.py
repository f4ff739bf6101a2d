"""`sekisho screen`: decide every row of a table."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sekisho.cli.conventions import conventions
from sekisho.cli.flags import Pair
from sekisho.cli.guard import FOUND, OPEN

if TYPE_CHECKING:
    from sekisho.base import Place
    from sekisho.batch.columns import Mapped
    from sekisho.batch.conventions import Conventions
    from sekisho.batch.read import Inputs
    from sekisho.batch.run import Reason, Report
    from sekisho.cli.paint import Canvas
    from sekisho.desk import Desk

_MOST = 12

EPILOG = """\b
Examples:
  sekisho screen orders.xlsx -o decided.xlsx --set exporter=Japan
  sekisho screen 'declarations/*.parquet' -o decided/ --on 2026-11-21
  sekisho screen orders.csv --explain
  sekisho screen orders.csv --write-map map.yaml
  sekisho screen register.csv -o decided.csv --years last --two-letters iso
  sekisho screen orders.csv -o decided.csv --map map.yaml --map item=Goods
  sekisho screen s3a://lake/orders -o s3a://lake/decided --engine spark

\b
Exit status: 0 done · 1 trouble in the input · 2 wrong usage ·
3 rows were set aside or could not be read, and need a person ·
4 undetermined rows under --must-decide · 130 stopped

The output is the table with eleven more columns, from `outcome` to `note`.
It is written whole or not at all; the same command goes on where an
interrupted one stopped.
"""


@click.command(epilog=EPILOG)
@click.argument("inputs", nargs=-1, required=True)
@click.option(
    "-o", "--output", "target", help="Where the result goes; its suffix says the format, a folder means Parquet."
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
@conventions
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
    inputs: tuple[str, ...], target: str | None, maps: tuple[str, ...], constants: tuple[tuple[str, str], ...],
    on: str | None, sheet: str, proposals: tuple[str, ...], engine: str, explain: bool,
    write_map: Path | None, must_decide: bool, as_json: bool, law_folder: tuple[Path, ...], facts: Path | None,
    **meant: str | None,
) -> int:  # fmt: skip
    """Decide every row of a table: CSV, TSV, JSON lines, Parquet, Arrow, Excel."""
    need_packages()
    from sekisho.base import TroubleError
    from sekisho.batch.columns import said_over, understand
    from sekisho.batch.conventions import Conventions
    from sekisho.batch.read import open_inputs
    from sekisho.cli.opened import desk_for

    said = Conventions(**meant)
    desk = desk_for(law_folder, facts)
    gc.set_threshold(400_000, 50, 100)  # rows are columns, and leave little behind
    if proposals:
        desk = desk.with_proposals(proposals)
    spark, found = None, None
    if engine == "spark" and any("://" in each for each in inputs):
        from sekisho.batch.engines import open_far

        spark, found = open_far(inputs)
    found = found or open_inputs(inputs, sheet=sheet)
    if sheet and found.format != "xlsx":
        raise click.UsageError(f"`--sheet` names a sheet of a workbook, and {inputs[0]} is none")
    fixed = dict(constants) | ({"date": on} if on else {})
    given, written = mapping_of(maps)
    mapped, troubles = understand(
        found.headings, desk.library, given=given, constants=fixed, file=inputs[0], written=written
    )
    if explain or write_map:
        for line in (*mapped.explain(), *said.explain()):
            click.echo(line, err=target is not None and write_map is None)
    if troubles:
        raise TroubleError(troubles)
    if write_map:
        _write_map(write_map, mapped)
        return 0
    found.remarks += said_over(mapped, fixed, desk.library)
    if target is None:
        if explain:
            return 0
        raise click.UsageError("say where the result goes: -o OUTPUT")
    if target == "-":
        raise click.UsageError("the result is not written to the standard output; name a file, whose suffix says what")
    if spark is None and not Path(target).absolute().parent.is_dir():
        raise click.UsageError(f"there is no folder `{Path(target).parent}`; make it, or write the result elsewhere")
    try:
        if spark is not None:
            from sekisho.batch.engines import run_far

            report = run_far(spark, desk, found, target, mapped, said)
        else:
            report = _run(desk, found, Path(target), mapped, said, engine)
    except KeyboardInterrupt:
        kept = "what is decided is kept: the same command goes on where this one stopped"
        click.echo(f"\nstopped; {kept if engine == 'columns' else 'nothing is written'}", err=True)
        return 130
    _tell(report, found, target, as_json)
    if report.needs_a_person:
        return FOUND
    return OPEN if must_decide and report.outcomes["undetermined"] else 0


def need_packages() -> None:
    """Say how to install what tables need, where it is missing."""
    from importlib.util import find_spec

    if not (find_spec("numpy") and find_spec("pyarrow")):
        raise click.ClickException('this needs packages that are not installed: pip install "sekisho[screen]"')


def mapping_of(maps: tuple[str, ...]) -> tuple[Mapping[str, object], Mapping[str, Place]]:
    """The mapping that `--map` gives, `COLUMN=HEADING` or files; and where files say it."""
    found: dict[str, object] = {}
    places: dict[str, Place] = {}
    for text in maps:
        name, sign, heading = text.partition("=")
        if sign:
            found[name.strip()] = heading.strip() or None
            places.pop(name.strip(), None)
            continue
        from sekisho.base import Place, TroubleError
        from sekisho.base.yaml12 import read_yaml

        path = Path(text)
        if not path.exists():
            raise click.UsageError(f"`{text}` is neither COLUMN=HEADING nor a mapping file")
        try:
            written = path.read_text(encoding="utf-8-sig")
        except (UnicodeDecodeError, IsADirectoryError) as error:
            raise click.UsageError(f"`{text}` is no mapping file: it is not UTF-8 text") from error
        tree, troubles = read_yaml(written, text)
        if troubles:
            raise TroubleError(troubles)
        plain: Any = tree.plain() if tree is not None else {}
        if not isinstance(plain, dict):
            raise click.UsageError(f"`{text}` is no mapping of columns to headings")
        found.update(plain)
        lines = written.splitlines()
        keys = (tree.keys if tree is not None else None) or {}
        places |= {name: Place(text, line, column, text=lines[line - 1]) for name, (line, column) in keys.items()}
    return found, places


def _write_map(path: Path, mapped: Mapped) -> None:
    import yaml

    from sekisho.base.whole import write_whole

    lines = ["# How the columns of a table are understood: COLUMN: HEADING, or COLUMN: {value: …} for all rows."]
    lines.append(yaml.safe_dump(mapped.to_dict(), allow_unicode=True, sort_keys=False).strip())
    lines += [f"# not read: {' '.join(heading.split())}" for heading in mapped.kept]
    write_whole(path, ("\n".join(lines) + "\n").encode())
    click.echo(f"written to {path}")


def _run(desk: Desk, found: Inputs, output: Path, mapped: Mapped, said: Conventions, engine: str) -> Report:
    from sekisho.batch.run import Table, run
    from sekisho.store import cache_folder

    if engine != "columns":
        from sekisho.batch.engines import run_engine

        return run_engine(engine, desk, found, output, mapped, said)
    table = Table(desk, mapped, said, memory=cache_folder())
    if not sys.stderr.isatty():
        return run(found, output, table)
    from sekisho.cli.progress import Progress

    with Progress(sys.stderr) as progress:
        return run(found, output, table, progress=progress)


def _tell(report: Report, found: Inputs, output: str, as_json: bool) -> None:
    if as_json:
        import json

        data = {
            "rows": report.rows,
            "set_aside": report.aside,
            "outcomes": dict(report.outcomes.most_common()),
            "reasons": [{"why": r.why, "rows": r.rows, "where": r.places} for r in _ordered(report)],
            "refused": [{"where": where, "why": why} for where, why in report.refused],
            "remarks": found.remarks,
            "resumed_parts": report.resumed,
            "output": output,
        }
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return
    from sekisho.cli.paint import Canvas, clean

    canvas = Canvas.of(sys.stderr)
    for remark in found.remarks:
        click.echo("\n".join(canvas.wrap(clean(remark), rest=2, tone="dim")), err=True)
    if report.resumed:
        parts = f"{report.resumed} part{'' if report.resumed == 1 else 's'}"
        click.echo(f"went on after {parts} of an earlier run", err=True)
    for line in _reasons(report, output, canvas):
        click.echo(line, err=True)
    counts = ", ".join(f"{count:,} {word}" for word, count in report.outcomes.most_common())
    click.echo(f"{report.rows:,} row{'' if report.rows == 1 else 's'}: {counts or 'none'}; written to {output}")


def _ordered(report: Report) -> list[Reason]:
    return sorted(report.reasons.values(), key=lambda each: (-each.rows, each.why))


def _reasons(report: Report, output: str, canvas: Canvas) -> Iterator[str]:
    """What was set aside, and why."""
    from sekisho.cli.paint import clean

    if report.refused:
        yield canvas.style("Could not be read, and is not in the result", "title-bad")
        for where, why in report.refused[:_MOST]:
            yield from _indented(f"{clean(where)}: {clean(why)}", "  ", canvas)
        if len(report.refused) > _MOST:
            yield f"  … and {len(report.refused) - _MOST:,} more"
    if report.aside:
        rows = f"{report.aside:,} row{'' if report.aside == 1 else 's'}"
        yield canvas.style(f"Set aside for a person: {rows}", "title-warn")
        reasons = _ordered(report)
        for each in reasons[:_MOST]:
            yield from _indented(clean(each.why), f"{each.rows:>5,}  ", canvas)
            if each.places:
                more = ", …" if each.rows > len(each.places) else ""
                yield from _indented(f"{_places(each.places)}{more}", " " * 7, canvas, "dim")
        if len(reasons) > _MOST:
            left = len(reasons) - _MOST
            yield f"       … and {left:,} more reason{'' if left == 1 else 's'}"
        sheet = " and the sheet `Needs a person`" if output.lower().endswith(".xlsx") else ""
        yield f"The column `note`{sheet} say{'' if sheet else 's'} so in every row."


def _indented(text: str, lead: str, canvas: Canvas, tone: str = "") -> Iterator[str]:
    lines = canvas.wrap(text, first=len(lead), rest=len(lead), tone=tone)
    yield lead + lines[0]
    yield from lines[1:]


def _places(places: list[str]) -> str:
    """`row 3 of a.csv`, `row 5 of a.csv`, `row 2 of b.csv`: rows 3, 5 of a.csv; row 2 of b.csv."""
    numbers: dict[tuple[str, str], list[str]] = {}
    for place in places:
        what, number, *where = place.split(" ", 2)
        numbers.setdefault((what, " ".join(where)), []).append(number)
    said = [
        f"{what}{'s' if len(found) > 1 else ''} {', '.join(found)} {where}".strip()
        for (what, where), found in numbers.items()
    ]
    return "; ".join(said)
