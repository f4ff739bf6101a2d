"""Opening the desk for a command."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sekisho.desk import Desk


def desk_for() -> Desk:
    """The desk over the rulebooks and facts that are installed.

    The collector of garbage rests meanwhile: what is read stays, and looking it over costs time.
    """
    from sekisho.desk import open_desk

    gc.disable()
    desk = open_desk()
    gc.freeze()
    gc.enable()
    return desk
