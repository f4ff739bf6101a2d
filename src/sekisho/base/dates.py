"""Days and stretches of days. Nothing here reads the clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

Day = date
"""A calendar day, without a time and without a zone."""

FIRST_DAY = Day(1900, 1, 1)
"""The first day that a rulebook, a fact or a case may name."""

LAST_DAY = Day(2199, 12, 31)
"""The last day that a rulebook, a fact or a case may name."""

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def parse_day(text: str) -> Day:
    """The day that an ISO date (`2023-12-22`) names.

    Raises:
        ValueError: Not an ISO date, no such day, or outside 1900 to 2199; the message says which.

    Example:
        >>> parse_day("2023-12-22")
        datetime.date(2023, 12, 22)
    """
    if not _ISO.fullmatch(text):
        raise ValueError(f"`{text}` is not a date of the form 2023-12-22")
    try:
        day = Day.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"there is no day `{text}`") from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"`{text}` is out of range: days run from {FIRST_DAY} to {LAST_DAY}")
    return day


def mend_day(text: str) -> str:
    """How to mend a text that `parse_day` does not take: what is wrong with its month or day, or the form.

    Example:
        >>> mend_day("2022-13-07"), mend_day("2026-04-31")
        ('there is no month 13: months run from 01 to 12', 'this month has no day 31: its last is 2026-04-30')
        >>> mend_day("7 March 2022"), mend_day("yesterday")
        ('write the day as 2022-03-07', 'write days as YYYY-MM-DD, such as 2026-05-01')
    """
    if not _ISO.fullmatch(text):
        meant = _meant(text)
        return f"write the day as {meant}" if meant else "write days as YYYY-MM-DD, such as 2026-05-01"
    year, month, day = (int(part) for part in text.split("-"))
    if not 1 <= month <= 12:
        return f"there is no month {text[5:7]}: months run from 01 to 12"
    if FIRST_DAY.year <= year <= LAST_DAY.year:
        last = Day(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        if not 1 <= day <= last.day:
            return f"this month has no day {text[8:]}: its last is {last}"
    return f"name a day from {FIRST_DAY} to {LAST_DAY}"


_FORMS = ("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%B %d %Y", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d")
"""Ways to write a day of which each can mean one day only; 3/7/2022 is none of them."""


def _meant(text: str) -> str:
    """The day that a text in another form means, as it is to be written; empty where that is not plain."""
    for form in _FORMS:
        try:
            return parse_day(datetime.strptime(text.strip(), form).date().isoformat()).isoformat()
        except ValueError:
            continue
    return ""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The days from `first` to `last`, both included; `last` is None while no end is known."""

    first: Day
    last: Day | None = None

    def __contains__(self, day: Day) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def cut_before(self, day: Day) -> Interval:
        """The same interval, ended at the latest on the eve of `day`."""
        eve = day - timedelta(days=1)
        if self.last is not None and self.last <= eve:
            return self
        return Interval(self.first, eve)

    @property
    def empty(self) -> bool:
        """Whether no day lies in it."""
        return self.last is not None and self.last < self.first

    def show(self) -> str:
        """In words: `from 2014-04-01 to 2022-03-07`."""
        return f"from {self.first}" + (f" to {self.last}" if self.last else "")
