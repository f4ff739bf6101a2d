"""Finding states, persons, outlets, bodies and items by any registered spelling."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sekisho.base import nearest
from sekisho.facts.tables import Frozen, ItemRecord, NameRecord

SORTS = ("states", "people", "outlets", "bodies")
"""The sections of `names.yaml`."""

_PREFIX = 3
_DROP = str.maketrans("", "", ".'’‘ʼ`·")


def fold(text: str) -> str:
    """The form in which names are compared: without case, accents, points and hyphens.

    Example:
        >>> fold("The Republic of Côte d’Ivoire")
        'republic of cote divoire'
        >>> fold("Yoon Suk-yeol") == fold("yoon suk yeol")
        True
    """
    if text.isascii():
        plain = text.lower()
    else:
        spread = unicodedata.normalize("NFKD", text.casefold())
        plain = "".join(char for char in spread if not unicodedata.combining(char))
    words = "".join(c if c.isalnum() else " " for c in plain.translate(_DROP)).split()
    if len(words) > 1 and words[0] == "the":
        del words[0]
    return " ".join(words)


@dataclass(frozen=True, slots=True)
class Names:
    """Every registered name. Records by section and key, and an index from folded spelling to key."""

    records: Frozen[Frozen[NameRecord]]
    index: Frozen[Frozen[str]]

    def find(self, sort: str, text: str) -> str | None:
        """The key of the record of that section (`states`, `people`, `items`, …), or None.

        A key is found as it is written or in any case; a name in any case, with or without accents.
        """
        section = self.index.get(sort)
        return None if section is None else section.get(fold(text))

    def suggest(self, sort: str, text: str, *, count: int = 3) -> tuple[str, ...]:
        """The keys whose spellings look most like the text, best first; none if none is near."""
        section = self.index.get(sort, Frozen())
        word = fold(text)
        try:
            from rapidfuzz import fuzz, process
            from rapidfuzz.distance import DamerauLevenshtein
        except ImportError:
            hits = list(nearest(word, section, count=count * 2))
        else:
            # First what goes on like the word, and what a slip of the fingers turns into it; only where there is
            # nothing of the kind, what contains or resembles it.
            slips = process.extract(
                word,
                list(section),
                scorer=DamerauLevenshtein.distance,
                limit=count * 4,
                score_cutoff=(len(word) + 2) // 4,
            )
            rank: dict[str, tuple[float, ...]] = {hit[0]: (1, hit[1], -fuzz.ratio(word, hit[0])) for hit in slips}
            if len(word) >= _PREFIX:
                rank |= {name: (0, len(name), 0.0) for name in section if name.startswith(word)}
            if not rank:
                for hit in process.extract(word, list(section), scorer=fuzz.WRatio, limit=count * 4, score_cutoff=75):
                    if len(hit[0]) > 3 or len(word) <= 3:
                        rank[hit[0]] = (2, -hit[1], abs(len(hit[0]) - len(word)))
            hits = sorted(rank, key=lambda hit: (rank[hit], hit))
        return tuple(dict.fromkeys(section[hit] for hit in hits))[:count]

    def find_state(self, text: str) -> str | None:
        """The code of the state with that code or name, or None.

        Example: with the facts of this repository, `find_state("south korea")` is `"KOR"`.
        """
        return self.find("states", text)

    def suggest_state(self, text: str) -> tuple[str, ...]:
        """Codes of states whose names look like the text, best first."""
        return self.suggest("states", text)

    def find_item(self, text: str) -> str | None:
        """The key of the item with that key or name, or None."""
        return self.find("items", text)

    def suggest_item(self, text: str) -> tuple[str, ...]:
        """Keys of items whose names look like the text, best first."""
        return self.suggest("items", text)

    def of(self, key: str) -> str:
        """The name of a state as it is shown; the key itself where none is registered."""
        record = self.records["states"].get(key)
        return key if record is None else record.name

    def in_prose(self, key: str) -> str:
        """The same as it stands inside a sentence, with its article where it has one."""
        record = self.records["states"].get(key)
        if record is None:
            return key
        return f"{record.article} {record.name}" if record.article else record.name


def spellings(record: NameRecord | ItemRecord) -> tuple[str, ...]:
    """Every spelling of a record: its key, its name, its variants."""
    return (record.key, record.name, *record.variants)


def index(
    records: Mapping[str, NameRecord] | Mapping[str, ItemRecord],
) -> tuple[Frozen[str], list[tuple[str, str, str]]]:
    """From folded spelling to key, and every clash as (spelling, first key, second key)."""
    found: dict[str, str] = {}
    clashes: list[tuple[str, str, str]] = []
    every: Iterable[NameRecord | ItemRecord] = records.values()
    for record in every:
        for spelling in spellings(record):
            word = fold(spelling)
            if not word:
                continue
            other = found.setdefault(word, record.key)
            if other != record.key:
                clashes.append((spelling, other, record.key))
    return Frozen(found), clashes
