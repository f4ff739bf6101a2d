"""A report on the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from sekisho.cli.answer import BADGE, section_lines
from sekisho.cli.paint import Canvas, cells
from sekisho.tell.report import Report


def report_lines(report: Report, canvas: Canvas) -> Iterator[str]:
    """The report, line by line: the answer first, then what was asked, then the rest."""
    if report.badge:
        tone = f"badge-{BADGE[report.outcome]}" if report.outcome is not None else "strong"
        badge = canvas.style(f" {report.badge.upper()} ", tone) if canvas.colour else report.badge.upper()
        first = canvas.wrap(report.headline, first=cells(report.badge) + 4, rest=2)
        yield f"{badge}  {first[0]}"
        yield from first[1:]
    else:
        yield from canvas.wrap(report.headline, rest=2, tone="strong")
    if report.question:
        asked = canvas.wrap(report.question, first=2, rest=2, tone="strong")
        yield f"  {asked[0]}"
        yield from asked[1:]
    for sentence in report.lead:
        lines = canvas.wrap(sentence, first=2, rest=2)
        yield f"  {lines[0]}"
        yield from lines[1:]
    for section in report.sections:
        yield from section_lines(section, canvas)
    if report.notes:
        yield ""
    for sentence in report.notes:
        yield from canvas.wrap(sentence, rest=2, tone="dim")
