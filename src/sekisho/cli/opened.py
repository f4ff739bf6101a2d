"""Opening the desk for a command."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sekisho.desk import Desk


def desk_for(law: Sequence[Path] = (), facts: Path | None = None) -> Desk:
    """The desk over rulebooks and facts: those that are installed where none are named.

    What has been read stays, so the collector of garbage, which rested meanwhile, never looks at it.
    """
    from sekisho.desk import open_desk

    rested = not gc.isenabled()
    try:
        return open_desk(list(law) or None, facts=facts)
    finally:
        if rested:
            gc.freeze()
            gc.enable()
