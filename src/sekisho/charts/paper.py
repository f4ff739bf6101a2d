"""Paper and ink: one style for all pictures, readable in print and without colour, the same bytes every time."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sekisho.base import Trouble, TroubleError
from sekisho.base.whole import write_whole
from sekisho.ir import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, QUIET, RULE = "#1a1a1a", "#5a5a5a", "#c9c9c9"
FILL = {
    Outcome.PROHIBITED: "#a63d2f",
    Outcome.PRESUMED_DENIED: "#d99a4e",
    Outcome.MAY_BE_PERMITTED: "#cfe3d4",
    Outcome.FREE: "#ffffff",
    Outcome.UNDETERMINED: "#e4e4e4",
}
HATCH = {
    Outcome.PROHIBITED: "",
    Outcome.PRESUMED_DENIED: "///",
    Outcome.MAY_BE_PERMITTED: "",
    Outcome.FREE: "",
    Outcome.UNDETERMINED: "...",
}
ON = {
    Outcome.PROHIBITED: "#ffffff",
    Outcome.PRESUMED_DENIED: INK,
    Outcome.MAY_BE_PERMITTED: INK,
    Outcome.FREE: INK,
    Outcome.UNDETERMINED: INK,
}
"""Fill, hatch and ink of each outcome: dark to light in the order of their strength, so a copier keeps them apart."""

SUFFIXES = (".svg", ".png", ".pdf")


def figure(width: float, height: float) -> Figure:
    """An empty page, in inches.

    Raises:
        TroubleError: The plotting library is not installed.
    """
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as error:
        raise TroubleError([
            Trouble("SK514", "pictures need matplotlib, which is not installed", help="pip install 'sekisho[charts]'")
        ]) from error  # fmt: skip
    mpl.rcParams.update(
        {
            "svg.hashsalt": "sekisho",
            "svg.fonttype": "path",
            "font.family": "DejaVu Sans",
            "hatch.linewidth": 0.7,
            "axes.edgecolor": RULE,
            "text.parse_math": False,
        }
    )
    return Figure(figsize=(width, height), facecolor="white")


def write_head(page: Figure, title: str, below: str) -> None:
    """The finding as the title, and what was asked below it, both set from the left."""
    height = page.get_figheight()
    title = title if "\n" in title else folded(title, 84)
    page.text(
        0.28 / page.get_figwidth(), 1 - 0.22 / height, title, fontsize=14.5, fontweight="bold", color=INK, va="top"
    )
    y = 1 - (0.22 + 0.27 * (title.count("\n") + 1)) / height
    page.text(0.28 / page.get_figwidth(), y, below, fontsize=9.5, color=QUIET, va="top", linespacing=1.35)


def write_foot(page: Figure, text: str) -> None:
    """Sources and dates."""
    page.text(
        0.28 / page.get_figwidth(),
        0.14 / page.get_figheight(),
        text,
        fontsize=7.5,
        color=QUIET,
        va="bottom",
        linespacing=1.35,
    )


def folded(text: str, width: int) -> str:
    """The text on lines of so many characters."""
    import textwrap

    return "\n".join(textwrap.wrap(text, width))


def check(path: Path) -> None:
    """Whether a picture can be saved to a file of that name.

    Raises:
        TroubleError: The ending is none that can be drawn.
    """
    if path.suffix.lower() not in SUFFIXES:
        help_ = f"end it with {', '.join(SUFFIXES)}"
        raise TroubleError([Trouble("SK515", f"`{path.name}` is no file that a picture can be saved to", help=help_)])


def save(page: Figure, path: Path) -> None:
    """The page as a file; the same page is the same file, byte for byte.

    Raises:
        TroubleError: The ending is none that can be drawn, or the file cannot be written.
    """
    check(path)
    kind = path.suffix.lower()
    metadata: dict[str, Any] = {{".svg": "Date", ".png": "Software", ".pdf": "CreationDate"}[kind]: None}
    drawn = BytesIO()
    page.savefig(drawn, format=kind[1:], dpi=200, metadata=metadata)
    write_whole(path, drawn.getbuffer())
