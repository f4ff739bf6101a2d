"""The account of a decision on the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from sekisho.cli.paint import Canvas, cells, clean
from sekisho.ir import Outcome
from sekisho.tell.account import Account
from sekisho.tell.entry import Entry, Section

BADGE = {
    Outcome.PROHIBITED: "bad",
    Outcome.PRESUMED_DENIED: "denied",
    Outcome.MAY_BE_PERMITTED: "good",
    Outcome.FREE: "free",
    Outcome.UNDETERMINED: "open",
}
_TITLES = {"bad": "title-bad", "good": "title-good", "warn": "title-warn", "open": "title-open", "need": "title-good"}


def answer_lines(account: Account, canvas: Canvas) -> Iterator[str]:
    """The answer, line by line: outcome in words, then date, then paragraph; then the rest."""
    badge = canvas.style(f" {account.words.upper()} ", f"badge-{BADGE[account.outcome]}")
    lead = badge if canvas.colour else account.words.upper()
    when = canvas.wrap(account.when, first=cells(account.words) + 4, rest=2)
    yield f"{lead}  {when[0]}"
    yield from when[1:]
    if account.under:
        yield from _tail("  ", account.under, account.support, canvas)
    asked = canvas.wrap(account.question, first=2, rest=2, tone="strong")
    yield f"  {asked[0]}"
    yield from asked[1:]
    if account.remarks:
        yield ""
    for remark in account.remarks:
        yield from entry_lines(remark, canvas, 2)
    for section in account.sections:
        yield from section_lines(section, canvas)
    for leg in account.legs:
        yield ""
        head = f"── {clean(leg.title)}: "
        yield f"{canvas.style(head, 'strong')}{canvas.style(leg.words.lower(), BADGE[leg.outcome])} {canvas.style('─' * max(2, canvas.width - cells(head) - cells(leg.words) - 1), 'dim')}"
        for remark in leg.remarks:
            yield from entry_lines(remark, canvas, 2)
        for section in leg.sections:
            yield from section_lines(section, canvas)
    if account.receipt:
        yield ""
        yield from (canvas.style(line, "dim") for line in canvas.wrap(f"receipt  {account.receipt}", rest=9))


def _tail(indent: str, text: str, support: str, canvas: Canvas) -> Iterator[str]:
    """The paragraph with its support mark in the same breath."""
    words = f"{text} · {support}" if support else text
    lines = canvas.wrap(words, first=len(indent), rest=len(indent), tone="cite")
    yield f"{indent}{lines[0]}"
    yield from lines[1:]


def section_lines(section: Section, canvas: Canvas) -> Iterator[str]:
    """A heading and its entries."""
    yield ""
    yield from canvas.wrap(section.title, tone=_TITLES.get(section.tone, "title"))
    for entry in section.entries:
        yield from entry_lines(entry, canvas, 2)


def entry_lines(entry: Entry, canvas: Canvas, indent: int) -> Iterator[str]:
    """One entry: its sign, its sentence, the provision behind it, the remark below it, and what hangs below."""
    mark = canvas.style(entry.mark, entry.tone if entry.tone not in ("", "strong") else "dim")
    start = indent + cells(entry.mark) + 1
    tone = entry.tone if entry.tone in ("dim", "strong") else ""
    lines = canvas.wrap(entry.text, first=start, rest=start, tone=tone)
    lead = f"{' ' * indent}{mark} "
    if entry.cite:
        last = _seen(lines[-1]) + (start if len(lines) == 1 else 0)
        if last + 2 + cells(entry.cite) <= canvas.width:
            lines[-1] += "  " + canvas.style(clean(entry.cite), "cite")
        else:
            lines += [
                " " * start + line.lstrip() for line in canvas.wrap(entry.cite, first=start, rest=start, tone="cite")
            ]
    yield lead + lines[0]
    yield from lines[1:]
    if entry.note:
        noted = canvas.wrap(entry.note, first=start, rest=start, tone="dim")
        yield " " * start + noted[0]
        yield from noted[1:]
    for below in entry.below:
        yield from entry_lines(below, canvas, start)


def _seen(line: str) -> int:
    """How many columns a painted line takes."""
    kept, inside = [], False
    for char in line:
        if char == "\x1b":
            inside = True
        elif inside:
            inside = char != "m"
        else:
            kept.append(char)
    return cells("".join(kept))
