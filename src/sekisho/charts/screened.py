"""A screened table as a picture: the outcomes by year, and what most often decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sekisho.batch.summary import OUTCOMES, Counts, Crossed, Summary, word
from sekisho.charts.paper import FILL, HATCH, INK, QUIET, RULE, figure, folded, write_foot, write_head
from sekisho.ir import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WIDE = 10.0
_LINE = 0.25
_PANEL = 0.6
_OUTCOME = {each.word: each for each in Outcome}
_ASIDE = ("#8a8a8a", "xxx")
_LONGEST = 46
_SHOWN = ("barred by", "permitted by", "turns on")


def screened(summary: Summary, most: int = 8) -> Figure:
    """The picture of a summary.

    Args:
        summary: The counts.
        most: How many lines a panel has at most, years aside.

    Raises:
        TroubleError: The plotting library is not installed.
    """
    panels: list[Counts | Crossed] = [
        *summary.tables(most),
        *(each for each in summary.reasons(most) if each.title in _SHOWN),
    ]
    heights = [_PANEL + _LINE * len(panel.rows) for panel in panels]
    words = [each for each in OUTCOMES if summary.outcomes[each]]
    top = 1.25
    height = top + sum(heights) + 0.35
    page = figure(_WIDE, height)
    write_head(
        page, summary.headline(), "Rows of a screened table; bars of rows by outcome, and what decides most rows"
    )
    _key(page, words, 1 - 0.92 / height)
    used = top
    for panel, tall in zip(panels, heights, strict=True):
        bottom = height - used - tall + 0.2
        axes = page.add_axes((3.3 / _WIDE, bottom / height, 5.9 / _WIDE, _LINE * len(panel.rows) / height))
        if isinstance(panel, Crossed):
            _stacked(axes, panel)
        else:
            _bars(axes, panel)
        label = f"by {panel.title}" if isinstance(panel, Crossed) else panel.title
        page.text(
            0.28 / _WIDE,
            (bottom + _LINE * len(panel.rows) + 0.12) / height,
            label[0].upper() + label[1:] + (f" (and {panel.others:,} more)" if panel.others else ""),
            fontsize=10.5,
            fontweight="bold",
            color=INK,
            va="bottom",
        )
        used += tall
    write_foot(page, "A row with two bases counts under both.")
    return page


def _key(page: Figure, words: list[str], y: float) -> None:
    from matplotlib.patches import Rectangle

    x = 0.28 / _WIDE
    for each in words:
        fill, hatch = _paint(each)
        box = Rectangle(
            (x, y), 0.018, 0.14 / page.get_figheight(), transform=page.transFigure, facecolor=fill, edgecolor=INK,
            hatch=hatch, linewidth=0.6,
        )  # fmt: skip
        page.add_artist(box)
        page.text(x + 0.024, y, word(each), fontsize=9, color=INK, va="bottom")
        x += 0.05 + 0.0086 * len(word(each))


def _paint(outcome: str) -> tuple[str, str]:
    known = _OUTCOME.get(outcome)
    return _ASIDE if known is None else (FILL[known], HATCH[known])


def _stacked(axes: Any, panel: Crossed) -> None:
    for line, (_, counts) in enumerate(panel.rows):
        start = 0
        for outcome, count in zip(panel.outcomes, counts, strict=True):
            fill, hatch = _paint(outcome)
            axes.barh(line, count, left=start, height=0.74, color=fill, hatch=hatch, edgecolor=INK, linewidth=0.5)
            start += count
        axes.annotate(f"{start:,}", (start, line), (4, 0), textcoords="offset points", va="center", fontsize=8.5)
    _finish(axes, [name for name, _ in panel.rows])


def _bars(axes: Any, panel: Counts) -> None:
    for line, (_, count) in enumerate(panel.rows):
        axes.barh(line, count, height=0.62, color="#4b5b6b", linewidth=0)
        axes.annotate(f"{count:,}", (count, line), (4, 0), textcoords="offset points", va="center", fontsize=8.5)
    _finish(axes, [name for name, _ in panel.rows])


def _finish(axes: Any, names: list[str]) -> None:
    axes.set_yticks(range(len(names)), [_short(name) for name in names], fontsize=8.5, color=INK)
    axes.set_ylim(len(names) - 0.45, -0.55)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.08)
    axes.set_xlim(left=0)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.spines["left"].set_color(RULE)
    axes.set_facecolor("none")
    axes.yaxis.label.set_color(QUIET)


def _short(name: str) -> str:
    first = folded(name, _LONGEST).split("\n")[0]
    return first if first == name else first[: _LONGEST - 1] + "…"
