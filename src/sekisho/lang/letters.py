"""Characters that look like others, or like nothing: found in blocks, named, and their mend.

A block is read by a machine and by a lawyer, and both must see the same. A Cyrillic `а` in a name, a
space that does not break or a mark of invisible width would make two names that nobody can tell
apart, so blocks refuse them with their place.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_LATIN_OF = dict(
    zip(
        "аеорсухіјѕԁһӏАВЕКМНОРСТХУІЈЅαονρυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
        "aeopcyxijsdhlABEKMHOPCTXYIJSaovpuABEZHIKMNOPTYX",
        strict=True,
    )
)
_SIGNS = {
    "‐": "-",
    "‑": "-",
    "‒": "-",
    "–": "-",
    "—": "-",
    "−": "-",
    "•": "-",
    "·": ".",
    "‚": ",",
    "，": ",",
    "、": ",",
    "：": ":",
}  # fmt: skip
_INVISIBLE = ("Cf", "Cc", "Zl", "Zp", "Co", "Cn", "Cs")


@dataclass(frozen=True, slots=True)
class Odd:
    """A character that a block refuses: where it stands (from 0), what it is, and what to write."""

    at: int
    said: str
    write: str


def odd_character(text: str, *, words: bool = False) -> Odd | None:
    """The first character that must not stand in a clause, or None.

    Args:
        text: A line, or a part of one.
        words: The text is free (a question, a locator, a reason): letters of every script may
            stand there, but none that hides in a Latin word, and nothing that cannot be seen.

    Example:
        >>> odd_character("item is a wеapon").said
        'cyrillic small letter ie (U+0435)'
    """
    for at, char in enumerate(text):
        if " " <= char <= "~" or char == "\t":
            continue
        category = unicodedata.category(char)
        invisible = category in _INVISIBLE or category == "Zs"
        if words and not invisible and not (char in _LATIN_OF and _among_latin(text, at)):
            continue
        name = f"{unicodedata.name(char, 'a character without a name').lower()} (U+{ord(char):04X})"
        if category == "Zs":
            return Odd(at, name, "write an ordinary space")
        if invisible:
            return Odd(at, name, "take it out: it cannot be seen")
        if category in ("Pi", "Pf"):
            return Odd(at, name, "leave it out: names stand without quotation marks")
        plain = _LATIN_OF.get(char) or _SIGNS.get(char)
        return Odd(at, name, f"write `{plain}`" if plain else "names and keywords have only the letters a to z")
    return None


def _among_latin(text: str, at: int) -> bool:
    """Whether the character stands in a word with Latin letters."""
    word = next(m[0] for m in re.finditer(r"\w+|.", text, re.DOTALL) if m.start() <= at < m.end())
    return re.search(r"[A-Za-z]", word) is not None
