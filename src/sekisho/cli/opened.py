"""Opening the desk for a command."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sekisho.desk import Desk


def desk_for() -> Desk:
    """The desk over the rulebooks and facts that are installed.

    What has been read stays, so the collector of garbage, which rested meanwhile, never looks at it.
    """
    from sekisho.desk import open_desk

    try:
        return open_desk()
    finally:
        gc.freeze()
        gc.enable()
