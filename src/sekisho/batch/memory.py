"""What screening has learnt, kept between runs: which key has which answer.

The file is named after the hash of all that an answer depends on (rulebooks, facts, proposals,
engine, the sources of this room), so it is never stale; it is written beside and renamed, and its
content carries its own hash. Losing it costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sekisho.base import digest

if TYPE_CHECKING:
    from sekisho.batch.screener import Screener

_LARGEST = 4_000_000
"""Cells that are kept; they take twelve bytes each."""

_KEPT = 4
_BESIDE = ("audit", "charts", "cli", "tell", "testing")
"""Rooms on which no answer depends."""


@dataclass(frozen=True)
class Memory:
    """The file of one state of the law.

    Args:
        folder: Where it is kept.
        depends: All that an answer depends on besides the rows; `Table` knows it of its desk.
    """

    folder: Path
    depends: tuple[str, ...]

    @cached_property
    def path(self) -> Path:
        """The file; the sources are looked at once, for they may be edited while they run."""
        own = hashlib.sha256()
        for source in sorted(Path(__file__).parents[1].rglob("*.py")):
            if source.parent.name not in _BESIDE:
                own.update(source.read_bytes())
        return self.folder / f"screened-{digest([*self.depends, own.hexdigest()])[:40]}.pickle"

    def load(self, screener: Screener) -> None:
        """Give a screener what earlier runs have learnt."""
        try:
            data = self.path.read_bytes()
        except OSError:
            return
        if hashlib.sha256(data[32:]).digest() != data[:32]:
            return
        try:
            screener.remember(pickle.loads(data[32:]))  # noqa: S301 - written by us into the user's own folder, and whole
        except Exception:  # noqa: BLE001 - whatever is wrong with it, all is asked again
            return

    def save(self, screener: Screener) -> None:
        """Keep what a screener has learnt; a folder that cannot be written is no trouble."""
        if not screener.learning:
            return
        learnt = screener.learnt()
        keys, rows = learnt.cells
        if len(keys) > _LARGEST:  # the answers are worth more than the cells: a cell costs no decision
            learnt = replace(learnt, cells=(keys[:_LARGEST], rows[:_LARGEST]))
        data = pickle.dumps(learnt, protocol=pickle.HIGHEST_PROTOCOL)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(hashlib.sha256(data).digest() + data)
                Path(name).replace(self.path)
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
            kept = sorted(self.folder.glob("screened-*.pickle"), key=lambda path: path.stat().st_mtime, reverse=True)
            for path in kept[_KEPT:]:
                path.unlink(missing_ok=True)
        except OSError:
            return
