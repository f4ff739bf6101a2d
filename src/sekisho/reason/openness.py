"""How open the law is: the exact share of cases that may be permitted, day by day.

The share is over the plausible universe of one kind of item for one recipient: what the registries
say of the recipient on the day is fixed, and every other word of the law, in whatever version, has
each of its values once. The denominator is therefore the same for every day, and a share moves
only where the law or a registry does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sekisho.base import Day, Interval
from sekisho.ir import Law, Outcome, Reading
from sekisho.reason.diagram import TRUE
from sekisho.reason.universe import Universe
from sekisho.reason.whole import Whole

LET = (Outcome.MAY_BE_PERMITTED, Outcome.FREE)
"""The outcomes that let a transfer through."""

ITEMS: Mapping[str, Mapping[str, str]] = {
    "finished weapon": {"arms": "true", "weapon": "true", "form": "finished"},
    "ammunition": {"arms": "true", "weapon": "true", "form": "ammunition"},
    "part of a weapon": {"arms": "true", "weapon": "true", "form": "component"},
    "technology": {"arms": "true", "form": "technology"},
    "equipment that is no weapon": {"arms": "true", "weapon": "false", "form": "finished"},
}
"""The item classes that are counted unless the caller names others."""


@dataclass(frozen=True, slots=True)
class Share:
    """One row: on these days, so many of the cases of a recipient and an item class may be permitted."""

    days: Interval
    recipient: str
    item: str
    permitted: int
    cases: int

    @property
    def share(self) -> Fraction:
        """The part that may be permitted."""
        return Fraction(self.permitted, self.cases) if self.cases else Fraction(0)


FactsOn = Callable[[str, Day], Mapping[str, str]]
"""From a recipient and a day to what is fixed about it."""


def openness(
    whole: Whole,
    versions: Sequence[Law],
    readings: Mapping[str, Reading],
    facts_on: FactsOn,
    days: Mapping[str, Sequence[Day]],
    last: Day,
    items: Mapping[str, Mapping[str, str]] = ITEMS,
) -> tuple[Share, ...]:
    """The table of shares, in the order of recipients, items and days; equal neighbours are joined.

    Args:
        whole: A diagram over the variables of the law.
        versions: The versions of the law, in order.
        readings: The contested points.
        facts_on: What is fixed about a recipient on a day.
        days: For each recipient, the days on which the law or a fact about it changes, in order.
        last: The last day.
        items: The item classes, with what is fixed in each.
    """
    words = frozenset().union(*(whole.support(whole.function(law)) for law in versions))
    rows: list[Share] = []
    counted: dict[tuple[int, tuple[tuple[str, str], ...]], tuple[int, int]] = {}
    for recipient, starts in days.items():
        for item, what in items.items():
            mine: list[Share] = []
            for i, day in enumerate(starts):
                end = Day.fromordinal(starts[i + 1].toordinal() - 1) if i + 1 < len(starts) else last
                law = _on(versions, day)
                fixed = {**facts_on(recipient, day), **what}
                node = whole.function(law)
                key = (node, tuple(sorted(fixed.items())))
                if key not in counted:
                    counted[key] = _count(whole, node, readings, fixed, words)
                permitted, cases = counted[key]
                if mine and (mine[-1].permitted, mine[-1].cases) == (permitted, cases):
                    mine[-1] = Share(Interval(mine[-1].days.first, end), recipient, item, permitted, cases)
                else:
                    mine.append(Share(Interval(day, end), recipient, item, permitted, cases))
            rows.extend(mine)
    return tuple(rows)


def _count(
    whole: Whole, node: int, readings: Mapping[str, Reading], fixed: Mapping[str, str], words: frozenset[int]
) -> tuple[int, int]:
    universe = Universe(whole, readings, fixed, words)
    let = whole.diagram.both(whole.where(universe.part(node), LET), universe.possible)
    return whole.count(let, universe.levels).get(TRUE, 0), universe.size()[1]


def _on(versions: Sequence[Law], day: Day) -> Law:
    return next(law for law in reversed(versions) if law.days.first <= day)
