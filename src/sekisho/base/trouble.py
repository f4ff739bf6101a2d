"""What is wrong, where, why it matters, and how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A spot in a file: line and column count from 1; 0 means the whole file.

    `heading` is the path of headings above the spot; `text` the line itself; `remark` what is to
    be said about this spot.
    """

    file: str
    line: int = 0
    column: int = 0
    width: int = 1
    heading: str = ""
    text: str = ""
    remark: str = ""

    def show(self) -> str:
        """`law/JPN/guidelines.md:142`."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Trouble:
    """One diagnostic.

    Attributes:
        code: `SK` and three digits: 1xx writing, 2xx meaning, 3xx facts, 4xx cases, 5xx reasoning.
        headline: What is wrong; lower case, no full stop.
        places: Every spot concerned, the first being the main one.
        why: Why it matters, in one sentence.
        witness: A concrete case that shows it, where one can be computed.
        help: The mend, in the imperative; may hold text to paste.
        warning: True where the input is usable all the same.
    """

    code: str
    headline: str
    places: tuple[Place, ...] = field(default=())
    why: str = ""
    witness: str = ""
    help: str = ""
    warning: bool = False

    def to_dict(self) -> dict[str, object]:
        """The same fields, as plain values for JSON."""
        return {
            "code": self.code,
            "headline": self.headline,
            "places": [
                {"file": p.file, "line": p.line, "column": p.column, "heading": p.heading, "remark": p.remark}
                for p in self.places
            ],
            "why": self.why,
            "witness": self.witness,
            "help": self.help,
            "warning": self.warning,
        }

    def show(self) -> str:
        """As plain text, the way the terminal prints it."""
        lines = [f"{self.code}  {_short(self.headline)}"]
        for whole in self.places:
            place = _narrow(whole)
            where = place.show()
            lines.append(f"\n  {where}" + (f"   {place.heading}" if place.heading else ""))
            if place.text:
                number = str(place.line)
                lines.append(f"  {number} │ {place.text}")
                if place.column:
                    lines.append(
                        f"  {' ' * len(number)} │ {' ' * (place.column - 1)}{'^' * max(1, place.width)}"
                        + (f" {place.remark}" if place.remark else "")
                    )
                elif place.remark:
                    lines.append(f"  {' ' * len(number)} │ {place.remark}")
            elif place.remark:
                lines.append(f"    {place.remark}")
        if self.why:
            lines.append(f"\n  {self.why}")
        if self.witness:
            lines.append(f"  witness: {self.witness}")
        if self.help:
            first, *rest = self.help.split("\n")
            lines.append(f"  help: {first}")
            lines.extend(f"        {line}" for line in rest)
        return "\n".join(lines)


_WIDE = 240
"""So many characters of a line are shown; a file without line breaks must not fill the screen."""


def _short(text: str) -> str:
    return text if len(text) <= 2 * _WIDE else text[: 2 * _WIDE - 1] + "…"


def _narrow(place: Place) -> Place:
    """The same place with what stands around it in a line that is too long to show."""
    if len(place.text) <= _WIDE:
        return place
    start = max(0, min(place.column - _WIDE // 2, len(place.text) - _WIDE))
    text = ("…" if start else "") + place.text[start : start + _WIDE] + "…"
    column = place.column and place.column - start + bool(start)
    return replace(place, text=text, column=column, width=min(place.width, _WIDE // 2))


class TroubleError(Exception):
    """Raised where an answer needs sound input and there is none; carries every trouble found."""

    def __init__(self, troubles: Iterable[Trouble]) -> None:
        self.troubles = sort_troubles(troubles)
        super().__init__("\n\n".join(trouble.show() for trouble in self.troubles))


def sort_troubles(troubles: Iterable[Trouble]) -> tuple[Trouble, ...]:
    """By place, then by code."""
    return tuple(sorted(troubles, key=lambda t: (t.places[:1], t.code, t.headline)))


def nearest(word: str, known: Iterable[str], *, count: int = 3, cutoff: float = 0.6) -> tuple[str, ...]:
    """The known names that look most like `word`, best first; `cutoff` is the least likeness, 0 to 1.

    Example:
        >>> nearest("recipent", ["recipient", "exporter"])
        ('recipient',)
    """
    return tuple(difflib.get_close_matches(word, sorted(set(known)), n=count, cutoff=cutoff))
