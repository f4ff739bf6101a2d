"""Small books beside the common vocabulary, opened as desks; and the transcripts at their ends."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sekisho.base import Trouble
from sekisho.desk import Desk
from sekisho.facts import Registries, load
from sekisho.ir import library_digest
from sekisho.lang import Source, read_library
from sekisho.store import Opened, data_folder

HERE = Path(__file__).parent
MARK = "\n```transcript\n"


@cache
def registries() -> Registries:
    """The facts of this repository."""
    return load(data_folder("facts"))[0]


def desk_of(text: str) -> Desk:
    """A desk whose whole law is the page, with the common words."""
    law = data_folder("law")
    words = [Source(name, (law / name).read_text(encoding="utf-8")) for name in ("terms.md", "consent-terms.md")]
    library, troubles = read_library([*words, Source("page.md", text)], states=registries().names.records["states"])
    serious = [t for t in troubles if t.places[0].file == "page.md" and not t.warning]
    assert not serious, serious[0].show()
    return Desk(Opened(library, registries(), library_digest(library), ()))


def report(troubles: tuple[Trouble, ...]) -> str:
    """What `sekisho check` prints."""
    return "\n\n".join(trouble.show() for trouble in troubles) + "\n"
