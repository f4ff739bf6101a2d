"""`sekisho chart`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sekisho.cli.flags import case_flags, cases_of, today
from sekisho.cli.guard import DONE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sekisho.base import Day
    from sekisho.cli.paint import Canvas
    from sekisho.desk import Desk

EPILOG = """\b
Examples:
  sekisho chart openness --state JPN
  sekisho chart openness --state JPN --recipient USA --recipient UKR -o openness.svg
  sekisho chart trace --exporter Japan --recipient Ukraine --item patriot-pac3 -o strip.png
  sekisho chart grid --state JPN --on 2026-11-21
  sekisho chart grid --state JPN --on 2026-04-20 --and 2026-04-21 -o flips.svg

Without -o the table is printed that the picture draws. Pictures need matplotlib:
pip install 'sekisho[charts]'.
"""

_OPENNESS = """\b
Examples:
  sekisho chart openness --state JPN
  sekisho chart openness --state KOR --recipient Ukraine --from 2000-01-01 -o openness.svg
  sekisho chart openness --state JPN --recipient all --recipient agreement-state --json
"""
_TRACE = """\b
Examples:
  sekisho chart trace --exporter Japan --recipient Ukraine --item patriot-pac3
  sekisho chart trace CASE.yaml --from 2014-01-01 -o strip.png
"""
_FIRST = "1967-01-01"
_GRID = """\b
Examples:
  sekisho chart grid --state JPN --on 2026-11-21
  sekisho chart grid --state JPN --on 2026-04-20 --and 2026-04-21 -o flips.svg
"""


@click.group(epilog=EPILOG)
def command() -> None:
    """Draw it: how open the law is, a case over time, recipients by item.

    Every picture says its finding in its title, and can be printed and read without colour.
    """


def _surface(function: Callable[..., Any]) -> Callable[..., Any]:
    out = click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Save as .svg, .png or .pdf.",
    )
    return out(click.option("--json", "as_json", is_flag=True, help="Plain data instead of a table.")(function))


def _span(last: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    first = click.option("--from", "from_", default=_FIRST, metavar="DAY", help=f"The first day ({_FIRST}).")
    to = click.option("--to", "to", metavar="DAY", help=f"The last day ({last}).")
    return lambda function: first(to(function))


@command.command("openness", epilog=_OPENNESS)
@click.option("--state", metavar="STATE", help="Whose law. Needed.")
@click.option(
    "--recipient", "recipients", multiple=True, metavar="STATE",
    help="To whom: a state, `all` for the mean of all UN members, or a term such as agreement-state for the mean of "
    "those states. Repeatable. All, those that the law's permissions name, and any other, if none.",
)  # fmt: skip
@_span("today")
@_surface
def openness_command(
    state: str | None,
    recipients: tuple[str, ...],
    from_: str,
    to: str | None,
    output: Path | None,
    as_json: bool,
) -> int:
    """How open is the law? The share of ordinary cases that may be permitted, day by day."""
    from sekisho.charts import openness
    from sekisho.cli.opened import desk_for

    desk = desk_for()
    first, last = _days(desk, from_, to)
    law = _encoded(desk, state)
    codes = [_recipient(desk, each) for each in recipients]
    chart = openness.openness(desk, law, recipients=codes, first=first, last=last)
    return _show(
        chart.finding,
        openness.table(chart),
        lambda: openness.data(chart),
        lambda: openness.draw(chart),
        output,
        as_json,
        openness.key(chart),
    )


@command.command("trace", epilog=_TRACE)
@click.argument("case", required=False, metavar="[CASE]", type=click.Path(allow_dash=True))
@case_flags
@click.option("--id", "ids", multiple=True, metavar="ID", help="Of a file with several cases, this one.")
@_span("today, or --on")
@_surface
def trace_command(
    case: str | None,
    ids: tuple[str, ...],
    from_: str,
    to: str | None,
    output: Path | None,
    as_json: bool,
    **flags: Any,
) -> int:
    """When could it go? The decision strip of a case."""
    from sekisho.charts import strip
    from sekisho.cli.opened import desk_for
    from sekisho.tell.data import trace_data

    desk = desk_for()
    first, last = _days(desk, from_, to or flags.get("on"))
    cases = cases_of(desk, case, flags, ids=ids)
    if len(cases) != 1:
        raise click.UsageError(f"a strip is of one case, and these are {len(cases)}; name one with --id")
    stretches = desk.trace(cases[0], last=last, first=first, facts_follow="facts_on" not in cases[0].stated)
    chart = strip.strip(cases[0], stretches, last)
    return _show(
        chart.finding,
        strip.table(chart),
        lambda: trace_data(cases[0], stretches),
        lambda: strip.draw(chart),
        output,
        as_json,
    )


@command.command("grid", epilog=_GRID)
@click.option("--state", metavar="STATE", help="Whose law. Needed.")
@click.option("--on", "on", metavar="DAY", help="The day (today).")
@click.option("--and", "other", metavar="DAY", help="A second day: only what changes between the two is shown.")
@_surface
def grid_command(state: str | None, on: str | None, other: str | None, output: Path | None, as_json: bool) -> int:
    """Who may receive what? Recipients by item classes on a day, or what changes between two."""
    from sekisho.charts import grid
    from sekisho.cli.compare import day_of
    from sekisho.cli.opened import desk_for

    desk = desk_for()
    days = tuple(day_of(each) for each in (on or today(desk), other) if each)
    _late(desk, *days)
    chart = grid.grid(desk, _encoded(desk, state), days)
    key = f"beside a sign, how the answer is sourced, at its weakest: {said}" if (said := grid.key(chart)) else ""
    return _show(
        chart.finding, grid.table(chart), lambda: grid.data(chart), lambda: grid.draw(chart), output, as_json, key
    )


def _recipient(desk: Any, text: str) -> str:
    """A state, any other (`*`), all of them, or the term of a class of states."""
    from sekisho.base import nearest
    from sekisho.charts.classes import ALL
    from sekisho.cli.compare import state_of

    if text == "*" or text in desk.library.terms:
        return text
    if text == "all":
        return ALL
    classes = [each.name for each in desk.library.terms.values() if each.registry and each.type == "truth"]
    likely = desk.registries.find_state(text) is None and "-" in text and nearest(text, classes)
    return text if likely else state_of(desk, text)


def _encoded(desk: Any, text: str | None) -> str:
    """The state whose law is asked; only the law of a state can be drawn."""
    if not text:
        raise click.UsageError(f"say whose law with --state: {', '.join(desk.jurisdictions)}")
    from sekisho.base import Trouble, TroubleError
    from sekisho.cli.compare import state_of

    code = state_of(desk, text)
    if code not in desk.jurisdictions:
        known = ", ".join(desk.jurisdictions)
        raise TroubleError([Trouble("SK506", f"the law of `{code}` is not encoded", help=f"encoded are: {known}")])
    return code


def _late(desk: Desk, *days: Day) -> None:
    """A remark where a day is asked about after the record; the picture itself stays as it is."""
    from sekisho.tell.record import beyond_record

    late = beyond_record(desk.registries, *days)
    if late:
        click.echo(late, err=True)


def _days(desk: Desk, from_: str, to: str | None) -> tuple[Day, Day]:
    """The first and the last day of a picture over time."""
    from sekisho.cli.compare import day_of

    first, last = day_of(from_), day_of(to or today(desk))
    if first > last:
        raise click.UsageError(f"the first day {first} is after the last day {last}; name a later day with --to")
    _late(desk, last)
    return first, last


def _show(
    finding: str,
    rows: Iterable[tuple[str, ...]],
    data: Callable[[], Any],
    draw: Callable[[], Figure],
    output: Path | None,
    as_json: bool,
    key: str = "",
) -> int:
    """The picture where one is to be saved, else the table or the data."""
    if output is not None:
        from sekisho.charts.paper import check, save

        check(output)
        if not output.parent.is_dir():
            raise click.UsageError(f"there is no folder `{output.parent}`")
        save(draw(), output)
        click.echo(f"{finding.replace(chr(10), ' ')}\nsaved to {output}", err=True)
    if as_json:
        click.echo(json.dumps(data(), ensure_ascii=False, indent=2))
    elif output is None:
        from sekisho.cli.paint import Canvas

        canvas = Canvas.of()
        click.echo("\n".join(line.rstrip() for line in _lines(finding, list(rows), key, canvas)), color=canvas.colour)
    return DONE


def _lines(finding: str, rows: list[tuple[str, ...]], key: str, canvas: Canvas) -> Iterator[str]:
    """A table that fits: columns as wide as their words, the heads folded."""
    from sekisho.cli.paint import cells, pad
    from sekisho.tell.words import SYMBOL, outcome_words

    yield from canvas.wrap(finding.replace("\n", " "), rest=2, tone="strong")
    yield ""
    head, *body = rows
    words = [max((cells(word) for word in text.split()), default=0) for text in head]
    last = len(head) - 1
    wide = [max([words[i], *(cells(row[i]) for row in body)]) for i in range(len(head))]
    room = canvas.width - sum(wide[1:]) - 2 * last if last else canvas.width
    wide[0] = max(12, min(wide[0], room))
    if len(head) == 4:  # the reason at the end is folded
        wide[last] = max(16, canvas.width - sum(wide[:last]) - 2 * last)
    for number, row in enumerate(rows):
        folded = [
            canvas.wrap(text, width=wide[i]) if i in (0, last) or number == 0 else [text] for i, text in enumerate(row)
        ]
        for k in range(max(map(len, folded))):
            parts = [pad(each[k] if k < len(each) else "", wide[i]) for i, each in enumerate(folded)]
            line = "  ".join(parts).rstrip()
            yield canvas.style(line, "dim") if number == 0 else line
    seen = [
        f"{SYMBOL[each]} {outcome_words(each)}"
        for each in SYMBOL
        if any(SYMBOL[each] in text for row in body for text in row[1:])
    ]
    if (seen and len(head) > 4) or key:
        yield ""
    if seen and len(head) > 4:
        yield from canvas.wrap("   ".join(seen), tone="dim")
    if key:
        yield from canvas.wrap(key, rest=2, tone="dim")
