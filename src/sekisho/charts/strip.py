"""The decision strip: one case under every version of the law."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sekisho.base import Day, Support
from sekisho.cases import Case
from sekisho.charts.paper import FILL, HATCH, INK, ON, QUIET, RULE, figure, folded, write_foot, write_head
from sekisho.desk import Stretch
from sekisho.ir import Outcome
from sekisho.tell.account import question_of
from sekisho.tell.change import changes_between
from sekisho.tell.sentences import Speaker
from sekisho.tell.words import SYMBOL, day_words, outcome_words, plural

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WIDTH = 11.0
_LET = (Outcome.MAY_BE_PERMITTED, Outcome.FREE)


@dataclass(frozen=True)
class Strip:
    """A case over time.

    Attributes:
        case: The case.
        question: What is asked, in one line.
        subject: What goes where, in a few words.
        bands: Stretches with one outcome: first day, last day, outcome, and why it began.
        parts: The same, where another reason begins a part of its own, each with the days on which the
            law was revised and this answer stayed as it was, and with its mark.
    """

    case: Case
    question: str
    subject: str
    bands: tuple[tuple[Day, Day, Outcome, str], ...]
    parts: tuple[tuple[Day, Day, Outcome, str, tuple[Day, ...], Support | None], ...]

    @property
    def finding(self) -> str:
        """What the strip shows, in a sentence."""
        return f"{self.subject}: {self._said()}"

    def _said(self) -> str:
        first, last, outcome, _ = self.bands[-1]
        said = outcome_words(outcome)
        if len(self.bands) == 1:
            return f"{said} on every day from {day_words(first)} to {day_words(last)}"
        since = f"{said} since {day_words(first)}"
        open_ = [band for band in self.bands if band[2] in _LET]
        return f"{since}, and never open before" if not open_ else since


def strip(case: Case, stretches: Sequence[Stretch], last: Day) -> Strip:
    """The strip of a traced case; neighbours with one outcome are one band."""
    situation = stretches[0].decision.legs[0].situation
    speaker = Speaker(situation.library, situation.registries, situation)
    bands: list[tuple[Day, Day, Outcome, str]] = []
    parts: list[tuple[Day, Day, Outcome, str, tuple[Day, ...], Support | None]] = []
    before = None
    for stretch in stretches:
        outcome = stretch.decision.outcome
        end = stretch.last or last
        changes = changes_between(before, stretch.decision, first=stretch.first)
        verb = {"began": "", "ended": "end of ", "fact": ""}
        why = "; ".join(
            f"{verb[each.kind]}{each.text.partition(': ')[0]}" + (f" [{each.cite}]" if each.cite else "")
            for each in changes[:1]
        )
        bars = stretch.decision.bars
        if bars and all(bar.rule is None for bar in bars) and changes and changes[0].kind != "fact":
            titles = {each.name: each.title for each in situation.library.instruments}
            why = f"No heading of the {titles[bars[0].instrument].removeprefix('The ')} covers it"
        mark = stretch.decision.support
        # The next version of the law may say the same again.
        if parts and why and parts[-1][2:4] == (outcome, why) and parts[-1][5] is mark:
            start, _, _, _, revised, _ = parts[-1]
            parts[-1] = (start, end, outcome, why, (*revised, stretch.first, *stretch.revised), mark)
        else:
            parts.append((stretch.first, end, outcome, why, stretch.revised, mark))
        if bands and bands[-1][2] is outcome:
            bands[-1] = (bands[-1][0], end, outcome, bands[-1][3])
        else:
            bands.append((stretch.first, end, outcome, why))
        before = stretch.decision
    item = situation.registries.items.get(case.item.key)
    what = item.name if item is not None else case.item.name or "this transfer"
    subject = f"{what} to {speaker.role('recipient')}"
    return Strip(case, question_of(stretches[-1].decision, speaker), subject, tuple(bands), tuple(parts))


def table(chart: Strip) -> Iterator[tuple[str, ...]]:
    """The bands as rows of text, each with the weakest mark of its parts."""
    yield ("from", "to", "outcome", "why")
    for first, last, outcome, why in chart.bands:
        marks = [part[5] for part in chart.parts if first <= part[0] <= last and part[5] is not None]
        said = f", {min(marks).word}" if marks else ""
        yield (first.isoformat(), last.isoformat(), f"{SYMBOL[outcome]} {outcome_words(outcome)}{said}", why)


def draw(chart: Strip) -> Figure:
    """The band, numbered, with the reason of each change listed below it; a tick for a revision that changed nothing."""
    rows = []
    was = None
    for start, _, outcome, why, revised, mark in chart.parts:
        still = "still " if outcome is was else ""
        sourced = f" ({mark.word})" if mark is not None else ""
        same = f" The same under {plural(len(revised), 'further revision')}." if revised else ""
        rows.append(
            folded(
                f"{day_words(start)}: {still}{outcome_words(outcome)}{sourced}. {why}{'.' if why else ''}{same}", 118
            )
        )
        was = outcome
    lines = sum(row.count("\n") + 1 for row in rows)
    height = 3.3 + 0.19 * lines + 0.09 * len(rows)
    page = figure(_WIDTH, height)
    first, last = chart.bands[0][0].toordinal(), chart.bands[-1][1].toordinal() + 1
    top = height - 1.37
    axes = page.add_axes((0.32 / _WIDTH, (top - 0.75) / height, (_WIDTH - 0.64) / _WIDTH, 0.62 / height))
    axes.set_xlim(first, last)
    axes.set_ylim(0, 1)
    span = last - first
    right = -1.0
    for number, (start, end, outcome, _, revised, _) in enumerate(chart.parts, 1):
        x, wide = start.toordinal(), end.toordinal() + 1 - start.toordinal()
        axes.bar(x, 1, wide, align="edge", color=FILL[outcome], hatch=HATCH[outcome], edgecolor=INK, linewidth=0.8)
        text = f"{SYMBOL[outcome]} {outcome_words(outcome)}"
        share = wide / span
        label = text if share > 0.013 * len(text) else SYMBOL[outcome] if share > 0.018 else ""
        axes.text(x + wide / 2, 0.5, label, ha="center", va="center", fontsize=9.5, color=ON[outcome], fontweight="bold",
                  bbox={"facecolor": FILL[outcome], "edgecolor": "none", "pad": 1.5} if HATCH[outcome] and label else None)  # fmt: skip
        for day in revised:
            axes.plot([day.toordinal()] * 2, [-0.13, -0.02], color=QUIET, linewidth=0.7, clip_on=False)
        at = max(x + span * 0.004, right + span * 0.016)
        axes.plot([x, at], [1.0, 1.16], color=INK, linewidth=0.7, clip_on=False)
        axes.text(at, 1.2, str(number), ha="center", va="bottom", fontsize=8.5, color=INK, fontweight="bold")
        right = at
    years = [
        year for year in range(chart.bands[0][0].year + 1, chart.bands[-1][1].year + 1) if year % _every(span) == 0
    ]
    axes.set_xticks(
        [Day(year, 1, 1).toordinal() for year in years], [str(year) for year in years], fontsize=8.5, color=QUIET
    )
    axes.set_yticks([])
    axes.tick_params(axis="x", color=RULE, pad=9, length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    y = top - 1.25
    for number, row in enumerate(rows, 1):
        page.text(0.32 / _WIDTH, y / height, f"{number}", fontsize=8.5, fontweight="bold", color=INK, va="top")
        page.text(0.62 / _WIDTH, y / height, row, fontsize=8.5, color=INK, va="top", linespacing=1.3)
        y -= 0.19 * (row.count("\n") + 1) + 0.09
    write_head(
        page,
        chart.finding,
        folded(
            f"{chart.question}, under every version of the law. The facts are those of each day; a tick below the band "
            "is a revision that left this answer as it was.",
            120,
        ),
    )
    write_foot(page, folded("May be permitted is no permission: authorisations and judgements remain. In brackets: how well each answer is "
                            "sourced, at its weakest. Sources: the rulebooks and dated "
                            f"registries of Sekisho, law and facts to {day_words(chart.bands[-1][1])}.", 150))  # fmt: skip
    return page


def _every(span: int) -> int:
    """How many years lie between two ticks."""
    years = span / 365.25
    return next((step for step in (1, 2, 5, 10, 20) if years / step <= 14), 20)
