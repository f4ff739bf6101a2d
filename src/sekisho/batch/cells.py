"""What a cell of a sheet says: understood, or not understood with a suggestion; never guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from sekisho.base import Day, nearest, parse_day
from sekisho.batch.columns import SHAPES
from sekisho.batch.conventions import STRICT, Conventions
from sekisho.cases import UNKNOWN
from sekisho.cases.fields import ITEM, OPEN, term_of
from sekisho.facts import Registries
from sekisho.ir import INTERNATIONAL, Library

Meaning = str | bool | tuple[str, ...] | dict[str, str]
"""A cell as a case file would write it."""

BLANK = ("", "-", "–", "—", "n/a", "na", "null")
"""Cells that say nothing: the plain case holds, as where a case file leaves the field out."""

NO_WORDS = frozenset(("tbd", "tbc", "tba", "nil", "no", "yes", "pending", "n.k", "nk", "various", "other", "misc"))
"""What people write in a list where they have nothing to say: no value, and not `none` either."""

ODD = "\ufffd"
"""Stands where the bytes of a file are no UTF-8; a cell that holds it is not understood."""

_UNKNOWN = ("unknown", "?", "not known", "unk")
_MONTHS = {
    spelling: number
    for number, name in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
         "december"),
        1,
    )
    for spelling in (name, name[:3])
} | {"sept": 9}  # fmt: skip
_YMD = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?(?: ?(?:Z|UTC|[+-]\d\d(?::?\d\d)?))?)?"
)
_TIMED = re.compile(r"\d{4}([-/.])\d{1,2}\1\d{1,2}[T ]\d{1,2}:\d\d.*")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_XXY = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_WORDS = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ \-./]+([A-Za-z]+)\.?,?[ \-./]+(\d{4})")
_US_WORDS = re.compile(r"([A-Za-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_ERA = re.compile(r"(令和|平成|昭和)\s*(元|\d{1,2})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
"""The year before the first of each era."""
_YEAR = re.compile(r"([12]\d{3})(?:\.0)?")
_NO_DAY = re.compile(r"[12]\d{3}[-/.](?:0?[1-9]|1[0-2])|[A-Za-z]{3,9}\.? [12]\d{3}")
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.0)?")
TIMED = "the date has a time of day, and elsewhere that may be another day; write the day alone"
"""What is wrong with a date that is more than a day."""

_EAST = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")


class NotUnderstoodError(ValueError):
    """The cell says something that we do not understand; the message says what would be."""


def read_day(text: str, conventions: Conventions = STRICT) -> Day:
    """The day that a cell names.

    Args:
        text: ISO, `22.12.2023`, `22 December 2023`, `Dec 22, 2023`, `20231222`, `2023年12月22日`, `令和5年12月22日`.
        conventions: How `03/04/2023` and `1995` are meant; without them such a cell is not understood.

    Raises:
        NotUnderstoodError: In no form that we know, ambiguous, or no such day.

    Example:
        >>> read_day("22 Dec 2023")
        datetime.date(2023, 12, 22)
    """
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    if found := _YMD.fullmatch(text):
        return _day(found[1], found[3], found[4])
    if found := _COMPACT.fullmatch(text) or _EAST.fullmatch(text):
        return _day(*found.groups())
    if found := _ERA.fullmatch(text):
        return _day(str(_ERAS[found[1]] + int(found[2].replace("元", "1"))), found[3], found[4])
    if found := _WORDS.fullmatch(text):
        return _day(found[3], _month(found[2]), found[1])
    if found := _US_WORDS.fullmatch(text):
        return _day(found[3], _month(found[1]), found[2])
    if found := _XXY.fullmatch(text):
        return _two_ways(found[1], found[3], found[4], text, "dmy" if found[2] == "." else conventions.dates)
    if found := _YEAR.fullmatch(text):
        return _day_of_year(found[1], conventions.years)
    if _TIMED.fullmatch(text):
        raise NotUnderstoodError(TIMED)
    if _SERIAL.fullmatch(text):
        raise NotUnderstoodError(f"`{text}` may be a spreadsheet's number for a day; show its column as dates there")
    if _NO_DAY.fullmatch(text):
        raise NotUnderstoodError(f"`{text}` names no day; write the day whose law counts, as in 2023-12-22")
    raise NotUnderstoodError(f"`{text[:40]}` is no date that we understand; write it as 2023-12-22")


def _day_of_year(year: str, which: str | None) -> Day:
    """A year without a day, if somebody has said which day of it is meant."""
    if which is None:
        help_ = f"say `--years first` or `--years last`, or write the day whose law counts, as in {year}-12-22"
        raise NotUnderstoodError(f"`{year}` names no day; {help_}")
    return _day(year, 1, "1") if which == "first" else _day(year, 12, "31")


def _two_ways(one: str, two: str, year: str, text: str, order: str | None) -> Day:
    """A day written as two numbers and a year, if only one reading is possible."""
    if order == "dmy" or int(one) > 12:
        return _day(year, two, one)
    if order == "mdy" or int(two) > 12 or int(one) == int(two):
        return _day(year, one, two)
    help_ = f"say `--dates dmy` or `--dates mdy`, or write {year}-{int(two):02}-{int(one):02} if that is meant"
    raise NotUnderstoodError(f"`{text}` can be read in two ways; {help_}")


def _day(year: str, month: str | int, day: str) -> Day:
    try:
        return parse_day(f"{year}-{int(month):02}-{int(day):02}")
    except ValueError as error:
        raise NotUnderstoodError(str(error)) from error


def _month(word: str) -> int:
    try:
        return _MONTHS[word.lower()]
    except KeyError:
        raise NotUnderstoodError(f"`{word}` is no month") from None


@dataclass
class Cells:
    """Reads cells against the vocabulary of a library and the names of the registries."""

    library: Library
    registries: Registries
    conventions: Conventions = STRICT
    _memo: dict[tuple[str, str], Meaning | NotUnderstoodError | None] = field(default_factory=dict)
    _unknown_items: dict[str, str] = field(default_factory=dict)

    def read(self, column: str, text: str) -> Meaning | None:
        """What the cell says; None where it says nothing.

        Raises:
            NotUnderstoodError: Not understood; the message names the nearest that would be.
        """
        key = (column, text)
        if key not in self._memo:
            try:
                self._memo[key] = self._read(column, " ".join(text.split()))
            except NotUnderstoodError as error:
                self._memo[key] = error
        found = self._memo[key]
        if isinstance(found, NotUnderstoodError):
            raise found
        return found

    def _read(self, column: str, text: str) -> Meaning | None:
        if text == "NA" and SHAPES.get(column) in ("state", "states", "law"):
            if self._find_state(text) is None:
                said = f"`NA` may be Namibia (NAM), or that nothing is said ({column})"
                raise NotUnderstoodError(f"{said}; write NAM, or leave the cell blank")
        elif text.lower() in BLANK:
            return None
        if ODD in text:
            said = f"`{text[:40]}` holds bytes that are not UTF-8 text; save the file with the encoding UTF-8"
            raise NotUnderstoodError(said)
        part, _, rest = column.partition(".")
        if part == "readings":
            return self._word(text, tuple(o.name for o in self.library.readings[rest].options), column)
        shape = "truth" if part in ("facts", "judgements") else SHAPES[column]
        if shape in ("states", "choices") and text[:1] + text[-1:] in ("[]", "{}"):
            text = _as_list(text)
        if text.lower() in _UNKNOWN and shape not in ("day", "text", "item", "law"):
            if part == "judgements":
                raise NotUnderstoodError(f"`{text}` is no finding; leave an open judgement blank")
            return UNKNOWN
        if "?" in text and len(text) > 1 and shape in ("state", "states", "law", "item"):
            raise NotUnderstoodError(
                f"`{text[:40]}` holds a question mark ({column}); write what is certain, or `unknown`"
            )
        if shape == "text":
            return text
        if shape == "day":
            return read_day(text, self.conventions).isoformat()
        if shape == "item":
            key = self.registries.find_item(text)
            return key if key is not None else {"name": text}  # of one that is not registered, the bare name
        read: Callable[[str, str], Meaning] = getattr(self, f"_{shape}")
        return read(column, text)

    def _truth(self, column: str, text: str) -> bool:
        word = text.lower()
        if word in ("true", "yes", "y", "1", "1.0", "x"):
            return True
        if word in ("false", "no", "n", "0", "0.0"):
            return False
        raise NotUnderstoodError(f"`{text[:40]}` is neither yes nor no nor unknown (`{column}`)")

    def _choice(self, column: str, text: str) -> str:
        return self._word(text, self._values(column), column)

    def _choices(self, column: str, text: str) -> tuple[str, ...]:
        values = self._values(column)
        return tuple(dict.fromkeys(self._word(each, values, column) for each in _known_whole(column, text)))

    def _values(self, column: str) -> tuple[str, ...]:
        term = self.library.terms.get(term_of(column.removeprefix("item.")))
        return term.values if term else ()

    def _word(self, text: str, known: tuple[str, ...], column: str) -> str:
        word = re.sub(r"[\s_]+", "-", text.lower())
        if word in known:
            return word
        close = nearest(word, known, count=1)
        if word.strip(".") in NO_WORDS:
            raise NotUnderstoodError(f"`{text[:40]}` says nothing of {column}; write `unknown`, `none`, or what it is")
        if column.removeprefix("item.") in OPEN and not close:
            return word
        help_ = f"did you mean `{close[0]}`?" if close else f"its values: {', '.join(known)}, unknown"
        raise NotUnderstoodError(f"`{text[:40]}` is no value of {column}; {help_}")

    def _find_state(self, text: str) -> str | None:
        return self.conventions.find_state(self.registries, text)

    def _state(self, column: str, text: str) -> str:
        code = self._find_state(text)
        if code is not None:
            return code
        if len(text) == 2 and text.isascii() and text.isalpha():
            if self.conventions.two_letters:
                said = f"`{text}` is the code of no state in ISO 3166-1 alpha-2 ({column})"
                help_ = "write it in capitals" if self._find_state(text.upper()) else "write three letters"
            else:
                said = f"`{text}` ({column}): two letters mean one state in one list of codes and another in the next"
                help_ = "say `--two-letters iso` if they are those of ISO 3166, or write three"
            raise NotUnderstoodError(f"{said}; {help_}, or an English name")
        names = [f"{self.registries.names.of(c)} ({c})" for c in self.registries.suggest_state(text)[:2]]
        help_ = f"did you mean {' or '.join(names)}?" if names else "use an ISO 3166 code or an English name"
        raise NotUnderstoodError(f"`{text[:40]}` is no state that we know ({column}); {help_}")

    def _states(self, column: str, text: str) -> tuple[str, ...]:
        parts = _known_whole(column, text)
        if self._find_state(text):  # a name with a comma, such as `Korea, Republic of`
            parts = [text]
        return tuple(dict.fromkeys(self._state(column, each) for each in parts))

    def _law(self, column: str, text: str) -> str:
        return INTERNATIONAL if text.lower() == INTERNATIONAL else self._state(column, text)

    def unknown_item(self, text: str) -> str:
        """Why an item cannot be decided upon: nobody says what it is."""
        said = self._unknown_items.get(text)
        if said is None:  # looking for what was meant takes milliseconds, and many rows may say the same
            said = self._unknown_items[text] = self._unknown_item(text)
        return said

    def _unknown_item(self, text: str) -> str:
        close = self.registries.suggest_item(text)[:2]
        help_ = f"did you mean {' or '.join(f'`{c}`' for c in close)}? or " if close else ""
        return f"`{text[:40]}` is no item that we know; {help_}describe it in columns: {', '.join(ITEM_NEEDED)}"


ITEM_NEEDED = tuple(name for name in ITEM if name in ("arms", "weapon", "form", "purpose", "production"))


def _listed(text: str) -> list[str]:
    if text.lower() in ("none", "[]"):
        return []
    return [part for each in re.split(r"[;,|+]", text.strip("[]{}")) if (part := each.strip(" '\""))]


def _as_list(text: str) -> str:
    """A list as JSON and SQL engines write it, PostgreSQL in braces, as a sheet would say it; of a null nothing is known."""
    return "; ".join("?" if each.lower() == "null" else each for each in _listed(text)) or "none"


def _known_whole(column: str, text: str) -> list[str]:
    """The entries of a list; a list is known as a whole or not at all, as in a case file."""
    found = _listed(text)
    if any(each.lower() in _UNKNOWN for each in found):
        said = f"`{text[:40]}` is a list in which one entry is unknown ({column}); write `unknown` or what is known"
        raise NotUnderstoodError(said)
    return found


EPOCH = Day(1970, 1, 1)


def day_number(iso: str) -> int:
    """Days since 1 January 1970."""
    return (Day.fromisoformat(iso) - EPOCH).days


def day_of(number: int) -> Day:
    """The day of a number."""
    return EPOCH + timedelta(days=number)
