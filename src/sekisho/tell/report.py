"""What is said of a question to the whole law: headline, sections, remarks; drawn by every surface alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sekisho.ir import Outcome
from sekisho.tell.entry import Entry, Section
from sekisho.tell.markdown import plain_text


class Report(NamedTuple):
    """An answer about many cases, or about what would change one.

    Attributes:
        headline: The answer in one sentence.
        outcome: The outcome that its badge shows; None where it has none.
        badge: The words of the badge; empty where there is none.
        question: What was asked, in one line.
        lead: What belongs right below it, a sentence each.
        sections: The rest, in reading order.
        notes: How it was found and what was assumed, a sentence each.
    """

    headline: str
    outcome: Outcome | None = None
    badge: str = ""
    question: str = ""
    lead: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    notes: tuple[str, ...] = ()


def report_markdown(report: Report) -> str:
    """The report as Markdown."""
    lines = [f"# {plain_text(report.question or report.headline)}", ""]
    badge = f"**{plain_text(report.badge)}** " if report.badge else ""
    if report.question or badge:
        lines += [f"{badge}{plain_text(report.headline)}", ""]
    for sentence in report.lead:
        lines += [plain_text(sentence), ""]
    for section in report.sections:
        lines += [f"## {plain_text(section.title)}", "", *_entries(section.entries, 0), ""]
    if report.notes:
        lines += ["## How this was found", "", *(f"- {plain_text(note)}" for note in report.notes), ""]
    return "\n".join(lines).rstrip() + "\n"


def _entries(entries: Iterable[Entry], depth: int) -> Iterator[str]:
    pad = "  " * depth
    for entry in entries:
        number = entry.mark.isdigit()
        lead = f"{entry.mark}." if number else "-" if entry.mark in ("·", "") else f"- {entry.mark}"
        cite = f" — {plain_text(entry.cite)}" if entry.cite else ""
        yield f"{pad}{lead} {plain_text(entry.text)}{cite}"
        if entry.note:
            yield f"{pad}{'   ' if number else '  '}{plain_text(entry.note)}"
        inner = _entries(entry.below, depth + 1)
        yield from (f" {line}" for line in inner) if number else inner
