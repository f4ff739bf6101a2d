"""How well a statement is sourced."""

from __future__ import annotations

from enum import IntEnum


class Support(IntEnum):
    """The mark that every rule and fact carries; a higher number is better support.

    Example:
        >>> min(Support.OFFICIAL, Support.RECALLED).word
        'recalled'
    """

    INFERRED = 1
    """Our own deduction."""
    RECALLED = 2
    """Known to the researcher; no source seen."""
    REPORTED = 3
    """Press, party, law firm, scholar."""
    OFFICIAL = 4
    """The official text, or a faithful copy, was seen."""

    @property
    def word(self) -> str:
        """The mark as it is written: `official`, `reported`, `recalled`, `inferred`."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Support:
        """The mark that a word names.

        Raises:
            ValueError: No such mark; the message lists the four.
        """
        try:
            return cls[word.upper()]
        except KeyError:
            marks = ", ".join(mark.word for mark in reversed(cls))
            raise ValueError(f"`{word}` is not a support mark: {marks}") from None
