"""How open the law is: the exact share of cases that may be permitted, day by day.

The share is over the plausible universe of one kind of item for one recipient: what the registries
say of the recipient on the day is fixed, and every other word of the law, in whatever version, has
each of its values once. The denominator is therefore the same for every day, and a share moves
only where the law or a registry does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
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
    """One row: on these days, so many of the cases of a recipient and an item class may be permitted.

    Of several states together `permitted` and `cases` are their mean share in lowest terms, and
    `states` is how many of them there are on these days.
    """

    days: Interval
    recipient: str
    item: str
    permitted: int
    cases: int
    states: int = 1

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
    firsts = [law.days.first for law in versions]
    rows: list[Share] = []
    counted: dict[object, tuple[int, int]] = {}
    seen: dict[tuple[int, int, str], tuple[int, int]] = {}
    counting = words | whole.support(whole.possible)
    said: dict[int, tuple[Mapping[str, str], dict[int, int]]] = {}
    fixed_by = {item: whole.fixed(what) for item, what in items.items()}

    def levels(facts: Mapping[str, str]) -> dict[int, int]:
        if id(facts) not in said:
            said[id(facts)] = facts, whole.fixed(facts)
        return said[id(facts)][1]

    for recipient, starts in days.items():
        for item, what in items.items():
            mine: list[Share] = []
            for i, day in enumerate(starts):
                end = Day.fromordinal(starts[i + 1].toordinal() - 1) if i + 1 < len(starts) else last
                law = versions[bisect_right(firsts, day) - 1]
                facts = facts_on(recipient, day)
                node = whole.function(law)
                mark = (node, id(facts), item)
                if mark not in seen:
                    key = _alike(whole, node, {**levels(facts), **fixed_by[item]}, counting)
                    if key not in counted:
                        counted[key] = _count(whole, node, readings, {**facts, **what}, words)
                    seen[mark] = counted[key]
                permitted, cases = seen[mark]
                if mine and (mine[-1].permitted, mine[-1].cases) == (permitted, cases):
                    mine[-1] = Share(Interval(mine[-1].days.first, end), recipient, item, permitted, cases)
                else:
                    mine.append(Share(Interval(day, end), recipient, item, permitted, cases))
            rows.extend(mine)
    return tuple(rows)


def _alike(whole: Whole, node: int, at: Mapping[int, int], counting: frozenset[int]) -> object:
    """What tells two counts apart: the values that the law or a constraint asks for, and which words are fixed.

    Most states are alike in all that a law asks for, so one count serves for all of them.
    """
    asked = whole.support(node) | whole.support(whole.possible)
    return node, frozenset((level, at[level]) for level in asked & at.keys()), counting.difference(at)


def _count(
    whole: Whole, node: int, readings: Mapping[str, Reading], fixed: Mapping[str, str], words: frozenset[int]
) -> tuple[int, int]:
    universe = Universe(whole, readings, fixed, words)
    let = whole.diagram.both(whole.where(universe.part(node), LET), universe.possible)
    return whole.count(let, universe.levels).get(TRUE, 0), universe.size()[1]


def together(rows: Mapping[str, Sequence[Share]], members: Callable[[str, Day], bool], name: str) -> tuple[Share, ...]:
    """The mean share of several recipients, each counting once, on every stretch of days.

    Args:
        rows: For each recipient, its rows for one item class, in order.
        members: Whether a recipient belongs to the class on a day.
        name: What the class is called.
    """
    days = sorted({row.days.first for own in rows.values() for row in own})
    if not days:
        return ()
    longest = max((own[-1].days for own in rows.values() if own), key=lambda span: span.last or Day.max)
    item, last = next(own[0].item for own in rows.values() if own), longest.last
    found: list[Share] = []
    starts = {code: [row.days.first for row in own] for code, own in rows.items()}
    for i, day in enumerate(days):
        end = Day.fromordinal(days[i + 1].toordinal() - 1) if i + 1 < len(days) else last
        own = [rows[code][bisect_right(starts[code], day) - 1] for code in rows if members(code, day)]
        alike = Counter((row.permitted, row.cases) for row in own)
        mean = sum((count * Fraction(*pair) for pair, count in alike.items() if pair[1]), Fraction(0)) / max(
            1, len(own)
        )
        row = Share(Interval(day, end), name, item, mean.numerator, mean.denominator if own else 0, len(own))
        if found and (found[-1].share, found[-1].states) == (row.share, row.states):
            row = replace(row, days=Interval(found.pop().days.first, end))
        found.append(row)
    return tuple(found)
