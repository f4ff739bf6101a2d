"""How open the law is over time: the exact share of ordinary cases that may be permitted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sekisho.base import Day, Support
from sekisho.charts.classes import ALL, ITEMS, ORDINARY, case_fields, named_states, state_words, universe
from sekisho.charts.paper import INK, QUIET, RULE, figure, folded, write_foot, write_head
from sekisho.desk import Desk
from sekisho.reason.openness import Share
from sekisho.tell.words import LETTER, day_words, letter_key, listed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Style = tuple[str, float, Any]
_FIRST = Day(1967, 1, 1)
_LABEL = 22
_TELLING = 0.05
_LINE = (
    ("#9db7cf", 5.0, "-"),
    ("#d9a441", 2.8, "-"),
    ("#b4543f", 1.4, (0, (4, 1.6))),
    ("#2f5d3a", 1.6, (0, (1, 1.2))),
    ("#6b4c9a", 1.4, (0, (5, 1.4, 1, 1.4))),
)
_MEAN = ("#1a1a1a", 1.8, "-")
"""Colour, width and dash: the widest is drawn first, so lines that coincide lie visibly on each other."""
_RAIL = {
    Support.OFFICIAL: ("#ffffff", ""),
    Support.REPORTED: ("#d9d9d9", ""),
    Support.RECALLED: ("#d9d9d9", "....."),
    Support.INFERRED: ("#ffffff", "//////"),
}
"""Fill and hatch of each mark: the weaker, the busier."""


@dataclass(frozen=True)
class Openness:
    """Shares for every stretch of days, recipient and item class.

    Attributes:
        law: Whose law.
        first: The first day.
        last: The last day.
        recipients: Codes of states; `*` is any that no record names.
        names: What they are called.
        shares: The table.
        law_name: The state whose law it is, in words.
        classes: Which of the recipients are classes of states: their shares are means.
        marks: For single states, how well the plain case of each item class is sourced, from each day on which
            the law changes; None where that case has no answer.
    """

    law: str
    first: Day
    last: Day
    recipients: tuple[str, ...]
    names: dict[str, str]
    shares: tuple[Share, ...]
    law_name: str
    classes: frozenset[str] = frozenset()
    marks: Mapping[tuple[str, str], Mapping[Day, Support | None]] = field(default_factory=dict)

    def mark(self, recipient: str, item: str, first: Day, last: Day | None = None) -> Support | None:
        """How well the plain case is sourced on a day, or at its weakest from one day to another."""
        own = self.marks.get((recipient, item), {})
        start = max((day for day in own if day <= first), default=first)
        found = [mark for day, mark in own.items() if start <= day <= (last or first) and mark is not None]
        return min(found, default=None)

    def weakest(self, item: str) -> list[tuple[Day, Support | None]]:
        """The weakest mark of the recipients shown, from each day on which it changes."""
        found: list[tuple[Day, Support | None]] = []
        for day in sorted({day for (_, each), own in self.marks.items() if each == item for day in own}):
            marks = [self.mark(code, item, day) for code in self.recipients]
            mark = min((each for each in marks if each is not None), default=None)
            if not found or found[-1][1] is not mark:
                found.append((day, mark))
        return found

    def of(self, recipient: str, item: str) -> list[Share]:
        """The rows of one recipient and item class, in order."""
        return [row for row in self.shares if row.recipient == recipient and row.item == item]

    def on(self, day: Day) -> dict[tuple[str, str], float]:
        """Every share on a day."""
        return {(row.recipient, row.item): float(row.share) for row in self.shares if day in row.days}

    def days(self) -> list[Day]:
        """The days on which some share changes."""
        return sorted({row.days.first for row in self.shares})

    @property
    def finding(self) -> str:
        """What the chart shows, in a sentence: the day that opened most, and when everything was shut."""
        world = ALL in self.recipients
        means = []
        for day in self.days():
            found = [share for (code, _), share in self.on(day).items() if not world or code == ALL]
            means.append((day, sum(found) / max(1, len(found))))
        steps = [(now - before, day) for (_, before), (day, now) in pairwise(means)]
        most = max(steps, default=(0.0, self.first))
        shut = [day for day, _ in means if not any(self.on(day).values())]
        said = f"No day opened the law of {self.law_name} more than {day_words(most[1])}"
        if self._stir(world) < _TELLING:
            return self._one_step() or f"The law of {self.law_name} has hardly moved since {day_words(self.first)}"
        if most[0] <= 0:
            how = "has only narrowed" if steps and min(steps)[0] < 0 else "has stayed as open as it was"
            said = f"The law of {self.law_name} {how} since {day_words(self.first)}"
        if shut:
            end = next((day for day, mean in means if day > shut[0] and mean > 0), None)
            until = f" to {end.year}" if end else ""
            whom = "everybody" if world else "all of these"
            said += f";\nfrom {shut[0].year}{until} it was shut to {whom}"
        return said

    def _stir(self, world: bool) -> float:
        """By how much the shares moved on the day on which they moved most, up or down, on average."""
        rows = [{key: at for key, at in self.on(day).items() if not world or key[0] == ALL} for day in self.days()]
        moved = (
            sum(abs(now[key] - before[key]) for key in now if key in before) / max(1, len(now))
            for before, now in pairwise(rows)
        )
        return max(moved, default=0.0)

    def _one_step(self) -> str:
        """The greatest single step, where the law as a whole hardly moves; empty where there is none to tell."""
        steps = []
        for code in self.recipients:
            for item in ITEMS:
                for before, after in pairwise(self.of(code, item)):
                    steps.append((abs(float(after.share - before.share)), code, item, before.share, after))
        size, code, item, was, row = max(steps, key=lambda step: step[0], default=(0.0, "", "", 0, None))
        if row is None or size < 2 * _TELLING:
            return ""
        moved = f"{item} to {self.names[code]} from {_percent(float(was))} to {_percent(float(row.share))}"
        return f"The law of {self.law_name} hardly moved but once:\n{moved} on {day_words(row.days.first)}"


def openness(desk: Desk, law: str, *, recipients: Sequence[str] = (), first: Day = _FIRST, last: Day) -> Openness:
    """The table behind the chart.

    Args:
        desk: The books.
        law: Whose law.
        recipients: Codes of states, or terms for classes of states; the members of the United Nations, the
            states that the law's permissions name, and any other, where none are given.
        first: The first day.
        last: The last day.
    """
    world = (ALL,) if ALL in desk.library.terms else ()
    codes = tuple(recipients) or (*world, *named_states(desk, law))
    shares = desk.openness(law, codes, first=first, last=last, items=universe(desk))
    names = {code: state_words(desk, code) for code in codes}
    classes = frozenset(code for code in codes if code in desk.library.terms)
    whose = desk.registries.names.in_prose(law)
    marks = {
        (code, item): _marks(desk, law, code, what, first, last)
        for code in codes if code in desk.registries.names.records["states"] and code != law
        for item, what in ITEMS.items()
    }  # fmt: skip
    return Openness(law, first, last, codes, names, shares, whose, classes, marks)


def _marks(
    desk: Desk, law: str, recipient: str, item: Mapping[str, Any], first: Day, last: Day
) -> dict[Day, Support | None]:
    """How well the plain case is sourced, from each day on which a rulebook of the state itself changes."""
    case = desk.case(exporter=law, recipient=recipient, item=case_fields(item), date=first)
    timeline = desk.timeline()
    found: dict[Day, Support | None] = {}
    before = None
    for day in (first, *(each for each in timeline.change_days(law) if first < each <= last)):
        parts = [part for part in timeline.law(law, day).instruments if part.instrument.jurisdiction == law]
        names = [tuple(s.name for s in part.scopes) + tuple(rule.name for rule in part.rules) for part in parts]
        if names != before:
            found[day] = desk.decide(replace(case, date=day)).support
        before = names
    return found


def table(chart: Openness) -> Iterator[tuple[str, ...]]:
    """The table as rows of text: item class and recipient, then the share on each day on which any changes by a tenth."""
    days = _telling(chart)
    yield ("", "to", *(f"{day.day} {day_words(day).split()[1][:3]} {day.year}" for day in days))
    for item in ITEMS:
        for number, code in enumerate(chart.recipients):
            rows = [(next((row for row in chart.of(code, item) if day in row.days), None), day) for day in days]
            yield (item if number == 0 else "", chart.names[code], *(_told(chart, *each) for each in rows))


def _told(chart: Openness, row: Share | None, day: Day) -> str:
    """A share with the letter of its mark."""
    mark = chart.mark(row.recipient, row.item, day) if row is not None else None
    return f"{_percent(float(row.share) if row else 0.0)}{f' {LETTER[mark]}' if mark and LETTER[mark] else ''}"


def key(chart: Openness) -> str:
    """What the letters beside the shares mean; empty where there are none."""
    said = letter_key(_seen(chart))
    return f"how the plain case is sourced: {said}" if said else ""


def _seen(chart: Openness) -> set[Support]:
    return {mark for own in chart.marks.values() for mark in own.values() if mark is not None}


def _telling(chart: Openness) -> list[Day]:
    """The days on which some share moves by at least a tenth, the last eight."""
    kept: list[Day] = []
    before: dict[tuple[str, str], float] = {}
    for day in chart.days():
        now = chart.on(day)
        if not before or any(abs(now.get(key, 0) - before.get(key, 0)) >= 0.1 for key in now):
            kept.append(day)
            before = now
    return kept[-6:]


def _percent(share: float) -> str:
    if share == 0:
        return "0\u00a0%"
    return f"{100 * share:.0f}\u00a0%" if share >= 0.005 else "<1\u00a0%"


def data(chart: Openness) -> dict[str, Any]:
    """The table as plain data, with exact counts."""
    return {
        "law": chart.law,
        "finding": chart.finding.replace("\n", " "),
        "cases": ORDINARY,
        "shares": [
            {
                "from": row.days.first.isoformat(),
                "to": row.days.last.isoformat() if row.days.last else None,
                "recipient": row.recipient,
                "item": row.item,
                "permitted": row.permitted,
                "cases": row.cases,
                **({"mean_of": row.states} if row.recipient in chart.classes else {}),
                **(
                    {"support": mark.word}
                    if (mark := chart.mark(row.recipient, row.item, row.days.first, row.days.last)) is not None
                    else {}
                ),
            }
            for row in chart.shares
        ],
    }


def draw(chart: Openness) -> Figure:
    """One panel for each item class, one line for each recipient, named where it ends."""
    from matplotlib.ticker import FixedLocator, NullFormatter

    page = figure(11.0, 9.7)
    first, last = _year(chart.first), _year(chart.last)
    unit = (last - first) / 60  # labels stand apart by the width of the panel, however many years it spans
    head, foot, gap = 1.42, 1.25, 0.62
    height = (9.7 - head - foot - 2 * gap) / 3
    for number, item in enumerate(ITEMS):
        row, column = divmod(number, 2)
        left, bottom = 0.62 + column * 5.35, 9.7 - head - (row + 1) * height - row * gap
        axes = page.add_axes((left / 11, bottom / 9.7, 3.1 / 11, height / 9.7))
        axes.set_title(item.capitalize(), loc="left", fontsize=11, fontweight="bold", color=INK, pad=5)
        ends = []
        for i, (codes, rows) in enumerate(_alike(chart, item)):
            xs = [x for each in rows for x in (_year(each.days.first), _year(each.days.last or chart.last))]
            ys = [100 * float(each.share) for each in rows for _ in (0, 1)]
            colour, width, dash = _style(codes, i)
            axes.plot(
                xs, ys, color=colour, linewidth=width, linestyle=dash, solid_capstyle="butt", clip_on=False,
                zorder=20 if ALL in codes else 3 + i,
            )  # fmt: skip
            ends.append((ys[-1], listed(chart.names[code] for code in codes), _style(codes, i)))
        for y, (value, name, (colour, width, dash)) in _spread(ends, 9.5):
            axes.plot([last, last + 1.2 * unit], [value, y], color=RULE, linewidth=0.7, clip_on=False)
            axes.plot(
                [last + 1.4 * unit, last + 5.4 * unit],
                [y, y],
                color=colour,
                linewidth=width,
                linestyle=dash,
                clip_on=False,
            )
            text = f"{folded(name, _LABEL)}  {_percent(value / 100)}"
            axes.text(last + 6.2 * unit, y, text, fontsize=8, color=INK, va="center", linespacing=1.05)
        axes.set_xlim(first, last)
        _rail(axes, chart, item)
        axes.set_ylim(-9, 103)
        axes.yaxis.set_major_locator(FixedLocator([0, 50, 100]))
        axes.set_yticklabels(["0", "50", "100 %"], fontsize=8, color=QUIET)
        axes.xaxis.set_major_locator(FixedLocator(_ticks(first, last)))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.tick_params(axis="x", labelsize=8, labelcolor=QUIET, color=RULE)
        axes.tick_params(axis="y", color=RULE, length=0)
        axes.grid(axis="y", color=RULE, linewidth=0.6)
        axes.set_axisbelow(True)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
    _rail_key(page, chart)
    write_head(
        page, chart.finding,
        folded(f"Share of ordinary cases that the law of {chart.law_name} lets the authorities permit, {day_words(chart.first)} to "
               f"{day_words(chart.last)}. Each line is a recipient, named where it ends.", 128),
    )  # fmt: skip
    write_foot(
        page,
        folded(f"Counted: {ORDINARY}; each way of making it, under whose licence, with whom and from whose stock counts once, "
               "and a recipient as licensor or partner only if the register of items has it as one; a fact that is not known counts "
               "both ways. Exact shares of combinations, not of trade; judgements left open, contested points read as their "
               "defaults. What may be permitted still needs authorisation. "
               f"Sources: the rulebooks and dated registries of Sekisho, law and facts to {day_words(chart.last)}.", 158),
    )  # fmt: skip
    return page


def _rail(axes: Any, chart: Openness, item: str) -> None:
    """Below the shares, over the same years: how well they are sourced, at the weakest."""
    marks = chart.weakest(item)
    ends = [*(day for day, _ in marks[1:]), chart.last]
    for (day, mark), end in zip(marks, ends, strict=True):
        if mark is None:
            continue
        colour, hatch = _RAIL[mark]
        axes.barh(-6.5, _year(end) - _year(day), 4, left=_year(day), color=colour, hatch=hatch, edgecolor=QUIET,
                  linewidth=0.5, clip_on=False)  # fmt: skip


def _rail_key(page: Figure, chart: Openness) -> None:
    """What the rail under each panel says, where there is one."""
    marks = sorted(_seen(chart), reverse=True)
    if not marks:
        return
    from matplotlib.patches import Rectangle

    said = "Bar under each panel: how the plain case of the weakest recipient shown is sourced"
    x, y = 0.28 / 11, 0.92 / 9.7
    page.text(x, y, said, fontsize=8, color=INK, va="center")
    x += 5.0 / 11
    for mark in marks:
        colour, hatch = _RAIL[mark]
        page.add_artist(Rectangle((x, y - 0.055 / 9.7), 0.3 / 11, 0.11 / 9.7, facecolor=colour, hatch=hatch,
                                  edgecolor=QUIET, linewidth=0.5))  # fmt: skip
        page.text(x + 0.38 / 11, y, mark.word, fontsize=8, color=INK, va="center")
        x += 1.15 / 11


def _style(codes: Sequence[str], number: int) -> Style:
    return _MEAN if ALL in codes else _LINE[number % len(_LINE)]


def _ticks(first: float, last: float) -> list[int]:
    """Round years, at most seven."""
    step = next((each for each in (1, 2, 5, 10) if (last - first) / each <= 7), 20)
    return [year for year in range(int(first), int(last) + 1) if year % step == 0 and first < year < last]


def _year(day: Day) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / 366


def _alike(chart: Openness, item: str) -> list[tuple[tuple[str, ...], list[Share]]]:
    """Recipients with the same shares on every day are one line."""
    found: dict[tuple[tuple[Day, float], ...], list[str]] = {}
    for code in chart.recipients:
        steps: list[tuple[Day, float]] = []
        for row in chart.of(code, item):
            share = float(row.share)
            if not steps or steps[-1][1] != share:
                steps.append((row.days.first, share))
        found.setdefault(tuple(steps), []).append(code)
    return [(tuple(codes), chart.of(codes[0], item)) for codes in found.values()]


def _spread(ends: Sequence[tuple[float, str, Style]], apart: float) -> list[tuple[float, tuple[float, str, Style]]]:
    """Labels moved apart until none covers another."""
    order = sorted(ends, key=lambda each: each[0])
    ys: list[float] = []
    for value, name, _ in order:
        room = apart * (1 + folded(name, _LABEL).count("\n"))
        ys.append(max(value, ys[-1] + room) if ys else value)
    over = ys[-1] - 104 if ys else 0
    if over > 0:
        limit = 104.0
        for i in range(len(ys) - 1, -1, -1):
            ys[i] = min(ys[i], limit)
            limit = ys[i] - apart * (1 + folded(order[i][1], _LABEL).count("\n"))
    return list(zip(ys, order, strict=True))
