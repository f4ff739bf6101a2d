"""Where the record ends: what is asked of a later day is answered with a plain remark."""

from __future__ import annotations

from sekisho.base import Day
from sekisho.facts import Registries
from sekisho.tell.words import day_words


def beyond_record(registries: Registries, *days: Day) -> str:
    """The remark that belongs beside an answer about a day after the record; empty where none is."""
    end = registries.complete_to
    if end is None or all(day <= end for day in days):
        return ""
    return (
        f"Nothing after {day_words(end)} is recorded: law and facts of later days are not known here, and the law of "
        "that day is taken to stand."
    )


def record_data(registries: Registries, *days: Day) -> dict[str, str | None]:
    """The same as plain data: the day on which the record ends, and the remark or None."""
    end = registries.complete_to
    return {"recorded_to": end.isoformat() if end else None, "beyond_record": beyond_record(registries, *days) or None}
