"""Single words and short phrases: outcomes, days, names of terms and authorities, articles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sekisho.base import Day, Support
from sekisho.ir import Outcome

SYMBOL = {
    Outcome.PROHIBITED: "✕",
    Outcome.PRESUMED_DENIED: "▽",
    Outcome.MAY_BE_PERMITTED: "◐",
    Outcome.FREE: "○",
    Outcome.UNDETERMINED: "?",
}
"""The sign of each outcome; always shown together with its words, so that colour is never alone."""

MEANING = {
    Outcome.PROHIBITED: "No finding that an authority could make would change this.",
    Outcome.PRESUMED_DENIED: "A licence could be applied for, but declared policy is to refuse it.",
    Outcome.MAY_BE_PERMITTED: "The law leaves it to the authorities; this is no permission yet.",
    Outcome.FREE: "The encoded law asks for no authorisation.",
    Outcome.UNDETERMINED: "Facts are missing on which the answer turns.",
}

REMARK = {
    Support.RECALLED: "a statement on the way to this answer was recalled, and no source of it was seen: check it first",
    Support.INFERRED: "a step on the way to this answer is our own deduction, not a text: check it first",
    Support.REPORTED: "it rests on press, parties or scholars, not on the official text",
    Support.OFFICIAL: "the official texts were seen",
}
"""What a support mark means for the reader of an answer."""

LETTER = {Support.OFFICIAL: "", Support.REPORTED: "r", Support.RECALLED: "m", Support.INFERRED: "i"}
"""The letter of a mark where there is room for no more, as in a table; `letter_key` spells it out."""

_PREPOSITIONS = frozenset(
    [
        "in",
        "on",
        "at",
        "by",
        "to",
        "of",
        "for",
        "from",
        "with",
        "under",
        "within",
        "without",
        "outside",
        "inside",
        "after",
        "before",
        "against",
        "between",
        "as",
        "bound",
    ]
)
_PLAIN_WORDS = _PREPOSITIONS | frozenset(
    [
        "our",
        "no",
        "non",
        "not",
        "end",
        "own",
        "un-used",
        "air",
        "sea",
        "man",
        "pre",
        "the",
        "an",
        "a",
        "as",
        "is",
        "per",
        "via",
    ]
)
_UNCOUNTED = frozenset(
    ["ammunition", "equipment", "technology", "materiel", "work", "use", "origin", "impact", "circumstances"]
)
_ADJECTIVE_ENDS = ("ed", "ing", "able", "ible", "related", "capable", "sufficient", "appropriate", "small", "likely")
_VOWELS = frozenset("aeiou")


def outcome_words(outcome: Outcome) -> str:
    """The outcome as people say it: `may be permitted`."""
    return "presumed denied" if outcome is Outcome.PRESUMED_DENIED else outcome.word.replace("-", " ")


def letter_key(marks: Iterable[Support]) -> str:
    """What the letters of marks mean.

    Example:
        >>> letter_key([Support.INFERRED, Support.REPORTED])
        'r reported, i inferred, no letter: official'
    """
    seen = sorted({mark for mark in marks if LETTER[mark]}, reverse=True)
    said = (f"{LETTER[mark]} {mark.word}{' (from memory)' if mark is Support.RECALLED else ''}" for mark in seen)
    return ", ".join((*said, "no letter: official")) if seen else ""


def day_words(day: Day) -> str:
    """A day in words.

    Example:
        >>> day_words(Day(2014, 4, 1))
        '1 April 2014'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def label(name: str) -> str:
    """The name of a term, rule or requirement in words, without the prefix of its jurisdiction.

    Example:
        >>> label("agreement-state"), label("un-indirect-supply")
        ('agreement state', 'indirect supply')
    """
    parts = name.split("-")
    if len(parts) > 1 and len(parts[0]) <= 3 and parts[0] not in _PLAIN_WORDS:
        parts = parts[1:]
    return words_of("-".join(parts))


def words_of(name: str) -> str:
    """A name in words, nothing left out; what cannot be spoken is taken for initials.

    Example:
        >>> words_of("nsc-secretaries")
        'NSC secretaries'
    """
    return " ".join(part.upper() if _initials(part) else part for part in name.split("-"))


def _initials(part: str) -> bool:
    return 1 < len(part) <= 5 and part.isalpha() and not _VOWELS & set(part) and "y" not in part


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def article(phrase: str) -> str:
    """The phrase with its indefinite article, where it is a noun that takes one.

    Example:
        >>> article("weapon"), article("agreement state"), article("in combat"), article("heavy arms")
        ('a weapon', 'an agreement state', 'in combat', 'heavy arms')
    """
    words = phrase.split()
    first, last = words[0], words[-1]
    if first in _PREPOSITIONS or last in _UNCOUNTED:
        return phrase
    if len(words) > 1 and first.endswith(("ed", "ly")):
        return phrase
    head = next((words[i - 1] for i in range(1, len(words)) if words[i] in _PREPOSITIONS), last)
    if head.endswith(_ADJECTIVE_ENDS) or (head.endswith("s") and not head.endswith("ss")):
        return phrase
    return f"{'an' if first[0].lower() in _VOWELS else 'a'} {phrase}"


def listed(parts: Iterable[str], word: str = "and") -> str:
    """The parts as a list in a sentence.

    Example:
        >>> listed(["rescue", "transport", "vigilance"], "or")
        'rescue, transport or vigilance'
    """
    every = list(parts)
    return f"{', '.join(every[:-1])} {word} {every[-1]}" if len(every) > 1 else "".join(every)


def plural(count: int, word: str, words: str = "") -> str:
    """`1 case`, `2 cases`."""
    return f"{count} {word if count == 1 else words or word + 's'}"


def shortened(text: str, most: int) -> str:
    """The text on one line, cut between two words where it is longer than that.

    Example:
        >>> shortened("rations and generators", 16), shortened("rations and generators", 22)
        ('rations and…', 'rations and generators')
    """
    said = " ".join(text.split())
    if len(said) <= most:
        return said
    kept = said[:most].rpartition(" ")[0] or said[: most - 1]
    return f"{kept.rstrip(' ,;:.–—(')}…"


_REPORTED = {"stated-impermissible": "said not to be allowed", "never-asked": "never asked"}


def reported_words(word: object) -> str:
    """What a case of the record is reported to have come to, in words; empty where it says nothing.

    Example:
        >>> reported_words("considered"), reported_words("stated-impermissible"), reported_words(None)
        ('considered', 'said not to be allowed', '')
    """
    text = str(word or "")
    return _REPORTED.get(text, text.replace("-", " "))


def clip(parts: Sequence[str], count: int) -> str:
    """The first parts as a list, and how many more there are."""
    shown = list(parts[:count])
    if len(parts) > count:
        shown.append(f"{len(parts) - count} more")
    return listed(shown)
