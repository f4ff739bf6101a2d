"""Drawing lines in the terminal: widths, wrapping, colour.

Starting fast matters more here than features, so the few things that are needed are done directly
(a terminal library takes longer to import than an answer takes to find). Colour comes on top of
words and signs and never alone; it is left out where there is no terminal, where `NO_COLOR` is set,
and on dumb terminals.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterator
from typing import TextIO

STYLES = {
    "strong": "1",
    "dim": "2",
    "bad": "31",
    "good": "32",
    "warn": "33",
    "open": "36",
    "cite": "34",
    "badge-bad": "1;97;41",
    "badge-denied": "1;97;45",
    "badge-good": "1;97;42",
    "badge-free": "1;97;44",
    "badge-open": "1;30;46",
    "bar-bad": "41;97",
    "bar-denied": "45;97",
    "bar-good": "42;30",
    "bar-free": "44;97",
    "bar-open": "46;30",
    "title": "1",
    "title-bad": "1;31",
    "title-good": "1;32",
    "title-warn": "1;33",
    "title-open": "1;36",
}

NBSP = "\u00a0"
"""A space at which no line is broken."""

_SPACE = re.compile(r"[ \t\r\n]+")
_WIDEST = 108
"""Lines longer than this are hard to read, however wide the terminal is."""


class Canvas:
    """Where lines are drawn: how wide, and with or without colour."""

    def __init__(self, width: int, *, colour: bool, terminal: bool = False) -> None:
        self.width = max(32, min(width, _WIDEST))
        self.full = max(32, width)
        self.colour = colour
        self.terminal = terminal

    @classmethod
    def of(cls, stream: TextIO | None = None) -> Canvas:
        """The canvas of a stream: a terminal's width and colour, or 80 plain columns."""
        stream = stream or sys.stdout
        terminal = _is_terminal(stream)
        plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        forced = bool(os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE"))
        columns = os.environ.get("COLUMNS", "")
        if columns.isdigit() and int(columns) > 0:
            width = int(columns)
        else:
            width = shutil.get_terminal_size((80, 24)).columns if terminal else 80
        return cls(width, colour=not plain and (terminal or forced), terminal=terminal)

    def style(self, text: str, tone: str) -> str:
        """The text in a tone."""
        code = STYLES.get(tone, "") if self.colour and text else ""
        return f"\x1b[{code}m{text}\x1b[0m" if code else text

    def wrap(self, text: str, *, first: int = 0, rest: int = 0, tone: str = "", width: int = 0) -> list[str]:
        """The text broken into lines; `first` columns are already taken, later lines are indented by `rest`."""
        limit = width or self.width
        lines: list[str] = []
        for number, line in enumerate(_broken(text, limit - first, limit - rest)):
            lines.append(("" if number == 0 else " " * rest) + self.style(line, tone))
        return lines or [""]


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def cells(text: str) -> int:
    """How many columns the text takes.

    Example:
        >>> cells("日本 ok")
        7
    """
    if text.isascii():
        return len(text)
    return sum(_cell(char) for char in text)


def _cell(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def pad(text: str, width: int) -> str:
    """The text with spaces up to a width."""
    return text + " " * max(0, width - cells(text))


def cut(text: str, width: int) -> str:
    """The text cut to a width, with an ellipsis where something is lost."""
    if cells(text) <= width:
        return text
    kept = ""
    for char in text:
        if cells(kept + char) > width - 1:
            break
        kept += char
    return kept + "…"


def _broken(text: str, first: int, rest: int) -> Iterator[str]:
    room, line = max(8, first), ""
    for word in _words(text, max(8, min(first, rest))):
        if not line:
            line = word
        elif cells(line) + 1 + cells(word) <= room:
            line += " " + word
        else:
            yield line
            line, room = word, max(8, rest)
    if line:
        yield line


def _words(text: str, room: int) -> Iterator[str]:
    for each in _SPACE.split(clean(text).strip()):
        word = each.replace(NBSP, " ")
        while cells(word) > room:
            kept = ""
            for char in word:
                if cells(kept + char) > room:
                    break
                kept += char
            yield kept
            word = word[len(kept) :]
        if word:
            yield word


def clean(text: str) -> str:
    r"""The text without control characters: names in case files must not steer the terminal.

    Example:
        >>> clean("a\x1b[31mb")
        'a[31mb'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(char for char in text if char in "\n\t " or unicodedata.category(char) not in ("Cc", "Cs"))
