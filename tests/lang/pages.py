"""Reading single pages against a small vocabulary, and the transcripts at their ends."""

from __future__ import annotations

from pathlib import Path

from sekisho.base import Trouble
from sekisho.ir import Library
from sekisho.lang import Source, read_files, read_library

HERE = Path(__file__).parent
STATES = ("JPN", "KOR", "UKR", "USA")
SOURCES = ("S1", "S2")
WORDS = (HERE / "words.md").read_text(encoding="utf-8")
MARK = "\n```transcript\n"


def read_page(path: Path) -> tuple[Library, tuple[Trouble, ...]]:
    """The page together with the small vocabulary."""
    sources, troubles = read_files([path])
    sources = tuple(Source(path.name, source.text.split(MARK)[0]) for source in sources)
    library, more = read_library([Source("words.md", WORDS), *sources], states=STATES, known_sources=SOURCES)
    troubles = tuple(_named(trouble, path) for trouble in troubles)
    return library, (*troubles, *(trouble for trouble in more if trouble.places[0].file == path.name))


def read_text(text: str) -> tuple[Library, tuple[Trouble, ...]]:
    """A page from its text."""
    pages = [Source("words.md", WORDS), Source("page.md", text)]
    library, troubles = read_library(pages, states=STATES, known_sources=SOURCES)
    return library, tuple(trouble for trouble in troubles if trouble.places[0].file == "page.md")


def _named(trouble: Trouble, path: Path) -> Trouble:
    from dataclasses import replace

    return replace(trouble, places=tuple(replace(place, file=path.name) for place in trouble.places))


def report(troubles: tuple[Trouble, ...]) -> str:
    """What `sekisho check` prints."""
    return "\n\n".join(trouble.show() for trouble in troubles) + "\n"


def expected(path: Path) -> str:
    """The transcript that belongs to a page: at its end, or beside it where the page cannot hold it."""
    beside = path.with_suffix(".txt")
    if beside.exists():
        return beside.read_text(encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    return text.partition(MARK)[2].removesuffix("```\n")


def accept(path: Path, said: str) -> None:
    """Write the transcript anew."""
    beside = path.with_suffix(".txt")
    if beside.exists():
        beside.write_text(said, encoding="utf-8")
        return
    text = path.read_text(encoding="utf-8").split(MARK)[0]
    path.write_text(f"{text}{MARK}{said}```\n", encoding="utf-8")
