"""What a screened table says in all: by outcome, recipient, basis, bar, year, and what rows turn on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from sekisho.batch.columns import KNOWN, squash

_LISTS = ("basis", "bars", "subject_to", "needs", "turns_on", "unmodelled")
_TITLES = {
    "outcome": "outcome",
    "recipient": "recipient",
    "year": "year",
    "basis": "basis",
    "bars": "bar",
    "subject_to": "subject to the finding of",
    "needs": "needs",
    "turns_on": "turns on",
    "unmodelled": "touched by a passage that is not modelled",
    "support": "support",
    "note": "note",
}


@dataclass
class Summary:
    """Counts of rows. A row with two bases counts under both.

    Attributes:
        rows: All rows.
        counts: For each heading, the rows by value.
        years: The rows by year and outcome.
    """

    rows: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in _TITLES})
    years: Counter[tuple[str, str]] = field(default_factory=Counter)

    def tables(self, most: int = 12) -> list[tuple[str, list[tuple[str, int]]]]:
        """Each heading with its values, most frequent first; years in order."""
        found: list[tuple[str, list[tuple[str, int]]]] = []
        for name, title in _TITLES.items():
            counts = self.counts[name]
            if name == "year":
                rows = sorted(counts.items())
            else:
                rows = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:most]
            if rows and (name in ("outcome", "support") or any(key for key, _ in rows)):
                found.append((title, [(key, count) for key, count in rows if key or name == "outcome"]))
        return found

    def to_dict(self) -> dict[str, object]:
        """As plain data."""
        return {
            "rows": self.rows,
            **{name: dict(counts.most_common()) for name, counts in self.counts.items() if counts},
        }

    def add(self, table: pa.Table) -> None:
        """Count the rows of a table."""
        self.rows += table.num_rows
        for name in table.column_names:
            if name in _LISTS:
                for text, count in _counts(table.column(name)):
                    self.counts[name].update(dict.fromkeys(_split(name, text), 0))
                    for each in _split(name, text):
                        self.counts[name][each] += count
            elif name in ("outcome", "support", "note"):
                for text, count in _counts(table.column(name)):
                    self.counts[name][text] += count
        recipient = _column(table, "recipient")
        if recipient is not None:
            for text, count in _counts(table.column(recipient)):
                self.counts["recipient"][text] += count
        date = _column(table, "date")
        if date is not None:
            years = _as_text(table.column(date))
            pairs = pa.table({"date": years, "outcome": _as_text(table.column("outcome"))})
            for each in pairs.group_by(["date", "outcome"]).aggregate([([], "count_all")]).to_pylist():
                year = _year(each["date"] or "")
                self.counts["year"][year] += each["count_all"]
                self.years[year, each["outcome"] or ""] += each["count_all"]


def summarise(table: pa.Table) -> Summary:
    """The counts of a table that has been screened.

    Example:
        >>> summarise(pa.table({"outcome": ["free", "free", "prohibited"]})).tables()[0]
        ('outcome', [('free', 2), ('prohibited', 1)])
    """
    summary = Summary()
    summary.add(table)
    return summary


def _column(table: pa.Table, name: str) -> str | None:
    if name in table.column_names:
        return name
    return next((heading for heading in table.column_names if KNOWN.get(squash(heading)) == name), None)


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return column.cast(pa.string())


def _counts(column: pa.ChunkedArray) -> Iterable[tuple[str, int]]:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    for each in pc.value_counts(column).to_pylist():
        value = each["values"]
        yield ("" if value is None else str(value)), each["counts"]


def _split(name: str, text: str) -> list[str]:
    if name == "subject_to":
        texts = [part.partition(": ")[2] or part for part in text.split("; ")]
        return list(dict.fromkeys(f for t in texts for way in t.split(" | ") for f in way.split(" + ") if f))
    return [part for part in text.split("; ") if part]


def _year(text: str) -> str:
    import re

    found = re.search(r"\b(1[89]\d\d|2[01]\d\d)", text)
    return found[1] if found else ""
