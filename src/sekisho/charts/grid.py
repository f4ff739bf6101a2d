"""The flip grid: recipients by item classes on a day, or what changes between two days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sekisho.base import Day, Support
from sekisho.charts.classes import ITEMS, case_fields
from sekisho.charts.paper import FILL, HATCH, INK, ON, QUIET, RULE, figure, folded, write_foot, write_head
from sekisho.desk import Desk
from sekisho.ir import Outcome
from sekisho.tell.words import LETTER, SYMBOL, day_words, letter_key, listed, outcome_words, plural

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LET = (Outcome.MAY_BE_PERMITTED, Outcome.FREE)
_NAMED = 20
Row = tuple[Outcome, ...]
Marks = tuple[Support | None, ...]
_CASE = "sold new to the government, of the exporter's own make"


@dataclass(frozen=True)
class Grid:
    """Outcomes of the plain case for every state and item class, on one day or two.

    Attributes:
        law: Whose law.
        law_name: The same in words.
        days: One day, or two.
        names: Every recipient by name.
        cells: For each recipient, its row on each of the days.
        marks: How well each of these answers is sourced; of two days only for recipients whose row changes.
    """

    law: str
    law_name: str
    days: tuple[Day, ...]
    names: Mapping[str, str]
    cells: Mapping[str, tuple[Row, ...]]
    marks: Mapping[str, tuple[Marks, ...]]

    @property
    def groups(self) -> list[tuple[tuple[Row, ...], list[str]]]:
        """Recipients with the same rows together, the smallest groups last; of two days only those that change."""
        found: dict[tuple[Row, ...], list[str]] = {}
        for code, rows in self.cells.items():
            if len(rows) == 1 or rows[0] != rows[1]:
                found.setdefault(rows, []).append(code)
        return sorted(found.items(), key=lambda group: (-len(group[1]), group[1]))

    def weakest(self, codes: Iterable[str], which: int, at: int) -> Support | None:
        """The weakest mark of the answers of some recipients for one item class on one of the days."""
        marks = (self.marks[code][which][at] for code in codes)
        return min((mark for mark in marks if mark is not None), default=None)

    def open_to(self, item: str, which: int = -1) -> int:
        """How many recipients may receive an item of a class."""
        at = list(ITEMS).index(item)
        return sum(rows[which][at] in _LET for rows in self.cells.values())

    @property
    def flipped(self) -> int:
        """How many cells change between the two days."""
        return sum(a is not b for rows in self.cells.values() for a, b in zip(rows[0], rows[-1], strict=True))

    @property
    def finding(self) -> str:
        """What the grid shows, in a sentence."""
        first = next(iter(ITEMS))
        every = len(self.cells)
        if len(self.days) == 1:
            count = self.open_to(first)
            many = f"{count} of {every} states and territories" if count else f"none of {every} states and territories"
            return f"A {first} from {self.law_name} may be permitted to {many}"
        if not self.flipped:
            return f"Nothing changes for any of {every} states and territories"
        moves = [(abs(self.open_to(item) - self.open_to(item, 0)), item) for item in ITEMS]
        item = max(moves, key=lambda each: each[0])[1]
        before, after = self.open_to(item, 0), self.open_to(item)
        days = [day_words(day) for day in self.days]
        return f"{item.capitalize()}: open to {before} of {every} states and territories on {days[0]}, to {after} on {days[1]}"


def grid(desk: Desk, law: str, days: tuple[Day, ...]) -> Grid:
    """The outcomes of the plain case of every item class, for every state of the registry.

    Args:
        desk: The books.
        law: Whose law.
        days: One day, or two.
    """
    states = [record for code, record in desk.registries.names.records["states"].items() if code != law]
    cells: dict[str, tuple[Row, ...]] = {}
    marks: dict[str, tuple[Marks, ...]] = {}
    names: dict[str, str] = {}
    template = {item: desk.case(exporter=law, item=case_fields(what), date=days[0]) for item, what in ITEMS.items()}
    from dataclasses import replace

    for record in states:
        asked = [[replace(case, recipient=record.key, date=day) for case in template.values()] for day in days]
        rows = tuple(tuple(desk.outcome(case) for case in row) for row in asked)
        cells[record.key], names[record.key] = rows, record.name
        if len(rows) == 1 or rows[0] != rows[1]:
            marks[record.key] = tuple(tuple(desk.decide(case).support for case in row) for row in asked)
    return Grid(law, desk.registries.names.in_prose(law), days, names, cells, marks)


def table(chart: Grid) -> Iterator[tuple[str, ...]]:
    """The grid as rows of text."""
    yield ("recipients", *ITEMS)
    for rows, codes in chart.groups:
        yield (_group(chart, codes, 3), *_signs(chart, rows, codes))


def _signs(chart: Grid, rows: tuple[Row, ...], codes: Sequence[str]) -> Iterator[str]:
    """The sign of each cell with the letter of its mark; a point for a cell that does not change."""
    for at, cells in enumerate(zip(*rows, strict=True)):
        signs = [f"{SYMBOL[each]}{_letter(chart, codes, which, at)}" for which, each in enumerate(cells)]
        yield "·" if len(cells) > 1 and len(set(cells)) == 1 else "→".join(signs)


def _letter(chart: Grid, codes: Sequence[str], which: int, at: int) -> str:
    mark = chart.weakest(codes, which, at)
    return LETTER[mark] if mark is not None else ""


def key(chart: Grid) -> str:
    """What the letters beside the signs mean; empty where there are none."""
    return letter_key(mark for days in chart.marks.values() for row in days for mark in row if mark is not None)


def _group(chart: Grid, codes: list[str], most: int) -> str:
    names = sorted(chart.names[code] for code in codes)
    if len(names) <= most + 1:
        return listed(names)
    largest = max(len(group) for _, group in chart.groups) == len(names) and len(chart.groups) > 1
    if most >= _NAMED:
        return f"{len(names)} {'other ' if largest else ''}states and territories"
    return f"{len(names)} {'others' if largest else 'states'}: {', '.join(names[:most])}…"


def data(chart: Grid) -> dict[str, Any]:
    """The grid as plain data."""
    return {
        "law": chart.law,
        "on": [day.isoformat() for day in chart.days],
        "finding": chart.finding,
        "cases": _CASE,
        "items": list(ITEMS),
        "cells": {code: [[each.word for each in row] for row in rows] for code, rows in chart.cells.items()},
        "support": {
            code: [[None if each is None else each.word for each in row] for row in rows]
            for code, rows in chart.marks.items()
        },
    }


def draw(chart: Grid) -> Figure:
    """One row for each group of states with the same answers, one column for each item class."""
    groups = chart.groups
    labels = [folded(_group(chart, codes, _NAMED), 46) for _, codes in groups]
    tall = [max(0.46, 0.17 * (label.count("\n") + 1) + 0.16) for label in labels]
    two = len(chart.days) == 2
    width, left, cell = 11.0, 4.1, 1.11
    height = 2.4 + sum(tall) + 0.75
    page = figure(width, height)
    axes = page.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.axis("off")
    top = height - 2.2
    for column, item in enumerate(ITEMS):
        axes.text(left + (column + 0.5) * cell, top + 0.1, folded(item.capitalize(), 12), ha="center", va="bottom", fontsize=9,
                  fontweight="bold", color=INK, linespacing=1.15)  # fmt: skip
    y = top
    for (rows, codes), label, high in zip(groups, labels, tall, strict=True):
        y -= high
        axes.text(left - 0.15, y + high / 2, label, ha="right", va="center", fontsize=8.5, color=INK, linespacing=1.25)
        axes.plot([0.3, left + len(ITEMS) * cell], [y, y], color=RULE, linewidth=0.5)
        for column, cells in enumerate(zip(*rows, strict=True)):
            letters = [_letter(chart, codes, which, column) for which in range(len(cells))]
            _cell(axes, left + column * cell, y, cell, high, cells, letters, two=two)
    if not groups:
        axes.text(0.3, y - 0.3, "no cell differs", fontsize=10, color=QUIET)
    _key(axes, height - 1.55, {each for rows, _ in groups for row in rows for each in row})
    when = (
        f"on {day_words(chart.days[0])}"
        if not two
        else f"{day_words(chart.days[0])} (left) and {day_words(chart.days[1])} (right); only what changes is drawn"
    )
    write_head(
        page,
        chart.finding,
        folded(f"What the law of {chart.law_name} lets its authorities do, {when}. Each item is {_CASE}.", 128),
    )
    counts = "; ".join(f"{item} {chart.open_to(item)}" for item in ITEMS)
    sourced = f"Letters: the weakest source of the row's answers ({key(chart)}). " if key(chart) else ""
    moved = f"{plural(chart.flipped, 'cell')} of {len(chart.cells) * len(ITEMS):,} change. " if two else ""
    write_foot(page, folded(f"{moved}Open to so many of {len(chart.cells)} states and territories{'' if not two else ' on the second day'}: {counts}. May be permitted is no "
                            f"permission: authorisations and judgements remain. {sourced}Sources: the rulebooks and dated registries of Sekisho.", 158))  # fmt: skip
    return page


def _cell(
    axes: Any, x: float, y: float, wide: float, high: float, cells: Row, letters: Sequence[str], *, two: bool
) -> None:
    from matplotlib.patches import Rectangle

    pad = 0.035
    if two and cells[0] is cells[1]:
        axes.text(x + wide / 2, y + high / 2, "·", ha="center", va="center", fontsize=10, color=QUIET)
        return
    part = (wide - 2 * pad) / len(cells)
    for i, outcome in enumerate(cells):
        axes.add_patch(
            Rectangle((x + pad + i * part, y + pad), part, high - 2 * pad, facecolor=FILL[outcome], hatch=HATCH[outcome],
                      edgecolor=INK, linewidth=0.6)
        )  # fmt: skip
        box = {"facecolor": FILL[outcome], "edgecolor": "none", "pad": 1.2} if HATCH[outcome] else None
        axes.text(
            x + pad + (i + 0.5) * part, y + high / 2, SYMBOL[outcome], ha="center", va="center", fontsize=11,
            color=ON[outcome], bbox=box,
        )  # fmt: skip
        axes.text(
            x + pad + (i + 1) * part - 0.06, y + pad + 0.04, letters[i], ha="right", va="bottom", fontsize=7.5,
            color=ON[outcome],
            bbox={"facecolor": FILL[outcome], "edgecolor": "none", "pad": 0.6} if HATCH[outcome] else None,
        )  # fmt: skip


def _key(axes: Any, y: float, seen: set[Outcome]) -> None:
    """The signs, spelt out once right above the grid."""
    from matplotlib.patches import Rectangle

    x = 0.3
    for outcome in sorted(seen, reverse=True):
        axes.add_patch(
            Rectangle((x, y), 0.3, 0.22, facecolor=FILL[outcome], hatch=HATCH[outcome], edgecolor=INK, linewidth=0.6)
        )
        box = {"facecolor": FILL[outcome], "edgecolor": "none", "pad": 0.6} if HATCH[outcome] else None
        axes.text(
            x + 0.15, y + 0.11, SYMBOL[outcome], ha="center", va="center", fontsize=9, color=ON[outcome], bbox=box
        )
        axes.text(x + 0.38, y + 0.11, outcome_words(outcome), ha="left", va="center", fontsize=9, color=INK)
        x += 0.6 + 0.085 * len(outcome_words(outcome))
