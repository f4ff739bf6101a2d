"""`sekisho trace`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from sekisho.cli.flags import case_flags, cases_of, today
from sekisho.cli.guard import DONE

if TYPE_CHECKING:
    from sekisho.base import Day
    from sekisho.cli.paint import Canvas
    from sekisho.desk import Stretch
    from sekisho.ir import Outcome

EPILOG = """\b
Examples:
  sekisho trace --exporter Japan --recipient Ukraine --item patriot-pac3
  sekisho trace cases/tour/engines-to-indonesia.yaml --from 2014-01-01
  sekisho trace CASE.yaml --to 2027-01-01 --with jp-2026-agreement-with-ukraine
  sekisho trace CASE.yaml --json

The strip shows one answer a stretch, in colour and by sign; the list below it says
when each began and why. Facts are those of each day, unless --facts-on is given.
"""


_MOST_REVISIONS = 10
"""More revisions that leave the answer as it was are counted, not listed."""


@click.command(epilog=EPILOG)
@click.argument("case", required=False, metavar="[CASE]", type=click.Path(allow_dash=True))
@case_flags
@click.option("--id", "ids", multiple=True, metavar="ID", help="Of a file with several cases, this one. Repeatable.")
@click.option("--from", "from_", metavar="DAY", help="The first day (1967-01-01).")
@click.option("--to", "to", metavar="DAY", help="The last day (today, or --on).")
@click.option("--json", "as_json", is_flag=True, help="Plain data instead of text.")
def command(
    case: str | None, ids: tuple[str, ...], from_: str | None, to: str | None, as_json: bool, **flags: Any
) -> int:
    """When could it go? The same case under every version of the law, as a strip over time."""
    from sekisho.cli.compare import day_of
    from sekisho.cli.opened import desk_for

    desk = desk_for()
    last = day_of(to or flags.get("on") or today(desk))
    first = day_of(from_) if from_ else None
    if first is not None and first > last:
        raise click.UsageError(f"the first day {first} is after the last day {last}; name a later day with --to")
    cases = cases_of(desk, case, flags, ids=ids)
    traced = []
    for each in cases:
        more = {"first": first} if first is not None else {}
        stretches = desk.trace(each, last=last, facts_follow="facts_on" not in each.stated, **more)
        traced.append((each, stretches))
    if as_json:
        from sekisho.tell.data import trace_data

        data = [trace_data(each, stretches) for each, stretches in traced]
        click.echo(json.dumps(data[0] if len(data) == 1 else data, ensure_ascii=False, indent=2))
        return DONE
    from sekisho.cli.paint import Canvas

    canvas = Canvas.of()
    for number, (_, stretches) in enumerate(traced):
        text = "\n".join(line.rstrip() for line in trace_lines(stretches, canvas))
        click.echo(("\n" if number else "") + text, color=canvas.colour)
    return DONE


def trace_lines(stretches: Sequence[Stretch], canvas: Canvas) -> Iterator[str]:
    """The strip and the list of its stretches."""
    from sekisho.cli.answer import BADGE
    from sekisho.cli.paint import NBSP, cells, pad
    from sekisho.tell.account import question_of
    from sekisho.tell.change import changes_between
    from sekisho.tell.record import beyond_record
    from sekisho.tell.sentences import Speaker
    from sekisho.tell.words import SYMBOL, day_words, outcome_words

    if not stretches:
        yield "There is no day in this span."
        return
    final = stretches[-1].decision
    situation = final.legs[0].situation
    speaker = Speaker(situation.library, situation.registries, situation)
    yield from canvas.wrap(question_of(final, speaker), tone="strong")
    first, last = stretches[0].first, stretches[-1].last or stretches[-1].first
    yield from canvas.wrap(f"the law of every day from {day_words(first)} to {day_words(last)}", tone="dim")
    yield ""
    yield from strip_lines(stretches, canvas)
    yield ""
    seen = sorted({each.decision.outcome for each in stretches})
    keys = [f"{SYMBOL[o]}{NBSP}{outcome_words(o).replace(' ', NBSP)}{NBSP}" for o in seen]
    yield from canvas.wrap("  ".join(keys), tone="dim")
    before = None
    for number, each in enumerate(stretches, 1):
        decision = each.decision
        outcome = decision.outcome
        lead = f"{number:>3}  "
        words = f"{SYMBOL[outcome]} {outcome_words(outcome)}"
        until = (
            "" if each is stretches[-1] and last == each.last else f" to {day_words(each.last)}" if each.last else ""
        )
        turned = before is None or before.outcome is not outcome
        yield ""
        days = f"from {day_words(each.first)}{until}"
        support = f" · {decision.support.word}" if decision.support is not None else ""
        head = f"{canvas.style(lead, 'dim')}{canvas.style(pad(words, 20), BADGE[outcome] if turned else 'dim')}"
        if len(lead) + 22 + cells(days + support) <= canvas.width:
            yield f"{head}  {canvas.style(days, 'strong' if turned else '')}{canvas.style(support, 'dim')}"
        else:
            yield head
            yield from (
                " " * 5 * (number_ == 0) + line
                for number_, line in enumerate(
                    canvas.wrap(days + support, first=5, rest=5, tone="strong" if turned else "")
                )
            )
        changes = changes_between(before, decision, first=each.first)
        for change in changes:
            sign = {"began": "+", "ended": "−", "fact": "≈"}[change.kind]
            if before is None:
                sign = "·"
            start = " " * 5
            cite = f" [{change.cite}]" if change.cite else ""
            lines = canvas.wrap(f"{change.text}{cite}", first=7, rest=7)
            yield f"{start}{canvas.style(sign, 'open')} {lines[0]}"
            yield from lines[1:]
        if before is not None and not turned and not changes:
            yield " " * 5 + canvas.style("the same answer on other findings", "dim")
        if each.revised:
            days = ", ".join(day_words(day) for day in each.revised)
            if len(each.revised) > _MOST_REVISIONS:
                span = f"{day_words(each.revised[0])} and {day_words(each.revised[-1])}"
                days = f"{len(each.revised)} days between {span}"
            lines = canvas.wrap(f"the same answer under the revisions of {days}", first=7, rest=7, tone="dim")
            yield f"{' ' * 5}{canvas.style('=', 'dim')} {lines[0]}"
            yield from lines[1:]
        before = decision
    late = beyond_record(situation.registries, last)
    if late:
        yield ""
        yield from canvas.wrap(f"! {late}", rest=2, tone="warn")


def strip_lines(stretches: Sequence[Stretch], canvas: Canvas) -> Iterator[str]:
    """Years, strip, and the numbers of the stretches: every stretch gets a column at least."""
    from sekisho.cli.answer import BADGE
    from sekisho.ir import Outcome
    from sekisho.tell.words import SYMBOL

    fill = {
        Outcome.PROHIBITED: "█",
        Outcome.PRESUMED_DENIED: "▓",
        Outcome.MAY_BE_PERMITTED: "▒",
        Outcome.FREE: "░",
        Outcome.UNDETERMINED: "·",
    }
    width = max(canvas.width - 2, len(stretches))
    starts = columns([each.first for each in stretches], stretches[-1].last or stretches[-1].first, width)
    edges = [*starts, width]
    yield canvas.style(
        _labels([(start, str(each.first.year)) for start, each in zip(starts, stretches, strict=True)], width), "dim"
    )
    revised = [day for each in stretches for day in each.revised]
    yield canvas.style(_ticks(starts, width, columns_of(revised, stretches, width)), "dim")
    pieces = []
    for i, each in enumerate(stretches):
        outcome: Outcome = each.decision.outcome
        size = edges[i + 1] - edges[i]
        blank = " " if canvas.colour else fill[outcome]
        sign = f" {SYMBOL[outcome]} " if size >= 5 else SYMBOL[outcome]
        left = (size - len(sign)) // 2
        edge = "▏" if canvas.colour and i and left > 0 else blank * min(1, left)
        bar = edge + blank * (left - len(edge)) + sign + blank * (size - left - len(sign))
        pieces.append(canvas.style(bar[:size], f"bar-{BADGE[outcome]}"))
    yield "".join(pieces)
    yield canvas.style(_labels([(start, str(number)) for number, start in enumerate(starts, 1)], width), "dim")


def columns(firsts: Sequence[Day], last: Day, width: int) -> list[int]:
    """The column at which each stretch starts: to scale, but at least one column each.

    Example:
        >>> from sekisho.base import Day
        >>> columns([Day(2000, 1, 1), Day(2010, 1, 1), Day(2010, 1, 2)], Day(2019, 12, 31), 10)
        [0, 5, 6]
    """
    days = [day.toordinal() for day in firsts]
    span = max(1, last.toordinal() + 1 - days[0])
    count = len(days)
    found = [round((day - days[0]) * width / span) for day in days]
    for i in range(1, count):
        found[i] = max(found[i], found[i - 1] + 1)
    for i in range(count - 1, -1, -1):
        found[i] = min(found[i], width - (count - i))
    return [max(0, each) for each in found]


def _labels(labels: Sequence[tuple[int, str]], width: int) -> str:
    """Labels at their columns; one that would touch its neighbour is left out."""
    line = ""
    last = ""
    for column, text in labels:
        if text == last or (line and len(line) + 1 > column) or column + len(text) > width:
            continue
        line = line.ljust(column) + text
        last = text
    return line


def columns_of(days: Sequence[Day], stretches: Sequence[Stretch], width: int) -> list[int]:
    """The columns of single days, to scale."""
    first, last = stretches[0].first.toordinal(), (stretches[-1].last or stretches[-1].first).toordinal()
    span = max(1, last + 1 - first)
    return [min(width - 1, (day.toordinal() - first) * width // span) for day in days]


def _ticks(starts: Sequence[int], width: int, revised: Sequence[int]) -> str:
    """A tick where the answer or its reason changes, a point where a revision leaves both."""
    return "".join("╷" if i in starts else "·" if i in revised else " " for i in range(width))
