"""What a screened table says in all: by outcome, recipient, year, basis, bar, and what rows turn on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sekisho.batch.columns import KNOWN, squash

OUTCOMES = ("free", "may-be-permitted", "presumed-denied", "prohibited", "undetermined", "")
"""Every outcome in the order in which they are shown; the empty one is that of rows set aside."""

_LISTS = ("basis", "bars", "subject_to", "needs", "turns_on", "unmodelled")
_TITLES = {
    "bars": "barred by",
    "basis": "permitted by",
    "subject_to": "subject to the finding of",
    "turns_on": "turns on",
    "needs": "needs",
    "note": "said in the note",
    "unmodelled": "touched by a passage that is not modelled",
    "support": "support",
}
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|2[01]\d\d)")


def word(outcome: str) -> str:
    """An outcome as it is shown."""
    return outcome or "set aside"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows say each thing, most frequent first; what was left out for brevity is counted."""

    title: str
    rows: tuple[tuple[str, int], ...]
    others: int = 0


@dataclass(frozen=True, slots=True)
class Crossed:
    """Rows by a value and by outcome."""

    title: str
    outcomes: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    others: int = 0


@dataclass
class Summary:
    """Counts of rows. A row with two bases counts under both.

    Attributes:
        rows: All rows.
        outcomes: Rows by outcome.
        counts: For each result column the rows by what it says.
        crossed: For `recipient` and `year` the rows by value and outcome.
    """

    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    counts: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in _TITLES})
    crossed: dict[str, Counter[tuple[str, str]]] = field(
        default_factory=lambda: {"recipient": Counter(), "year": Counter()}
    )

    def by_outcome(self) -> Counts:
        """The rows by outcome."""
        return Counts("outcome", tuple((each, self.outcomes[each]) for each in OUTCOMES if self.outcomes[each]))

    def reasons(self, most: int = 12) -> list[Counts]:
        """What bars, permits, is open or is missing: each with its rows, most frequent first."""
        found = []
        for name, title in _TITLES.items():
            said = [(key, n) for key, n in self.counts[name].items() if key]
            ordered = sorted(said, key=lambda each: (-each[1], each[0]))
            if ordered:
                found.append(Counts(title, tuple(ordered[:most]), max(len(ordered) - most, 0)))
        return found

    def tables(self, most: int = 12) -> list[Crossed]:
        """The rows by year and by recipient, each by outcome."""
        found = []
        for name in ("year", "recipient"):
            pairs = self.crossed[name]
            totals: Counter[str] = Counter()
            for (key, _), n in pairs.items():
                totals[key] += n
            if not any(totals):
                continue
            words = tuple(each for each in OUTCOMES if any(pairs[key, each] for key in totals))
            keys = sorted(totals) if name == "year" else sorted(totals, key=lambda key: (-totals[key], key))
            shown = keys if name == "year" else keys[:most]
            rows = tuple((key, tuple(pairs[key, each] for each in words)) for key in shown)
            found.append(Crossed(name, words, rows, len(keys) - len(shown)))
        return found

    def headline(self) -> str:
        """What matters most, in a sentence.

        Example:
            >>> Summary(3, Counter({"prohibited": 2, "": 1})).headline()
            'Of 3 rows, 2 are barred; 1 needs a person.'
        """
        said = []
        for words, one, many in (
            (("free", "may-be-permitted"), "may go, on conditions", "may go, on conditions"),
            (("prohibited", "presumed-denied"), "is barred", "are barred"),
            (("undetermined", ""), "needs a person", "need a person"),
        ):
            n = sum(self.outcomes[each] for each in words)
            if n:
                said.append(f"{n:,} {one if n == 1 else many}")
        return f"Of {self.rows:,} row{'' if self.rows == 1 else 's'}, {'; '.join(said) or 'none is decided'}."

    def to_dict(self) -> dict[str, object]:
        """As plain data."""
        crossed = {
            name: {
                key: {word(each): pairs[key, each] for each in OUTCOMES if pairs[key, each]}
                for key in sorted({key for key, _ in pairs})
            }
            for name, pairs in self.crossed.items()
            if pairs
        }
        said = {name: {key: n for key, n in counts.most_common() if key} for name, counts in self.counts.items()}
        outcomes = {word(key): n for key, n in self.outcomes.most_common()}
        return {"rows": self.rows, "outcome": outcomes, **crossed, **{k: v for k, v in said.items() if v}}

    def add(
        self, table: pa.Table, *, columns: Mapping[str, str] | None = None, name_of: Callable[[str], str] = str
    ) -> None:
        """Count the rows of a table.

        Args:
            table: The rows, with their result columns.
            columns: Under which heading `recipient` and `date` stand, where the heading does not say it itself.
            name_of: What a recipient is called, so that its spellings count as one.
        """
        self.rows += table.num_rows
        outcome = _outcomes(table)
        for text, count in _counts(outcome):
            self.outcomes[text] += count
        for name in table.column_names:
            if name in self.counts:
                for text, count in _counts(table.column(name)):
                    for each in _split(name, text):
                        self.counts[name][each] += count
        for name, field_, read in (("recipient", "recipient", name_of), ("year", "date", year_of)):
            heading = (columns or {}).get(field_) or _column(table, field_)
            if heading is None or heading not in table.column_names:
                continue
            codes, texts = _codes(_as_text(table.column(heading)).fill_null(""))
            names = [read(text) for text in texts]
            outcomes, words = _codes(outcome)
            pairs, counts = np.unique(codes.astype(np.int64) * len(words) + outcomes, return_counts=True)
            for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
                self.crossed[name][names[pair // len(words)], words[pair % len(words)]] += count


def summarise(
    table: pa.Table, *, columns: Mapping[str, str] | None = None, name_of: Callable[[str], str] = str
) -> Summary:
    """The counts of a table that has been screened.

    Example:
        >>> summarise(pa.table({"outcome": ["free", "free", "prohibited"]})).by_outcome().rows
        (('free', 2), ('prohibited', 1))
    """
    summary = Summary()
    summary.add(table, columns=columns, name_of=name_of)
    return summary


def year_of(text: str) -> str:
    """The year that a date names, in whatever form; a stroke where it names none.

    Example:
        >>> year_of("22.12.2023"), year_of("20231222"), year_of("next spring")
        ('2023', '2023', '–')
    """
    found = _YEAR.search(text)
    return found[1] if found else "–"


def _column(table: pa.Table, name: str) -> str | None:
    if name in table.column_names:
        return name
    return next((heading for heading in table.column_names if KNOWN.get(squash(heading)) == name), None)


def _outcomes(table: pa.Table) -> pa.ChunkedArray:
    """The outcomes; a workbook says `set aside` where other formats are silent."""
    column = _as_text(table.column("outcome")).fill_null("").dictionary_encode()
    chunks = [
        pa.DictionaryArray.from_arrays(
            chunk.indices, pa.array(["" if each == word("") else each for each in chunk.dictionary.to_pylist()])
        )
        for chunk in column.chunks
    ]
    return pa.chunked_array(chunks, column.type).cast(pa.string())


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return column.cast(pa.string())


def _codes(column: pa.ChunkedArray) -> tuple[NDArray[np.int32], list[str]]:
    """The distinct texts of a column, and which of them each row has."""
    column = column.dictionary_encode().unify_dictionaries()
    if not column.num_chunks:
        return np.zeros(0, np.int32), []
    return np.concatenate([chunk.indices.to_numpy() for chunk in column.chunks]), column.chunk(0).dictionary.to_pylist()


def _counts(column: pa.ChunkedArray) -> Iterable[tuple[str, int]]:
    for each in _as_text(column).value_counts().to_pylist():
        value = each["values"]
        yield ("" if value is None else str(value)), each["counts"]


def _split(name: str, text: str) -> list[str]:
    if name == "subject_to":
        texts = [part.partition(": ")[2] or part for part in text.split("; ")]
        return list(dict.fromkeys(f for t in texts for way in t.split(" | ") for f in way.split(" + ") if f))
    return [part for part in text.split("; ") if part] if name in _LISTS else [text]
