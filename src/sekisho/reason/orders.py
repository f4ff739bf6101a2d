"""Orders of variables that have been found before: those that come with the law, and the user's own.

Any order gives the same answers; a good one gives them sooner. Looking for one takes seconds, so
one is kept beside the law (`law/JPN/order.txt`, a name on each line), and one that had to be looked
for is kept in the user's cache, under the hash of the rulebooks.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

KeptOrder = Callable[[str, Sequence[str] | None], Sequence[str] | None]
"""Gives the order kept under a key, or, called with an order, keeps it."""


def kept_order(law: Sequence[Path], cache: Path | None, digest: str) -> KeptOrder:
    """Where orders are looked for and kept.

    Args:
        law: Folders of rulebooks.
        cache: The folder of the cache; None where there is none.
        digest: The hash of the rulebooks.
    """

    def keep(key: str, found: Sequence[str] | None) -> Sequence[str] | None:
        own = None if cache is None else cache / f"order-{digest}-{key}.txt"
        if found is None:
            return (own and read_order(own)) or _shipped(law, key)
        if own is not None:
            write_order(own, found)
        return found

    return keep


def read_order(path: Path) -> tuple[str, ...] | None:
    """The order in a file; None where there is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#")) or None


def write_order(path: Path, order: Sequence[str]) -> None:
    """Keep an order; a folder that cannot be written is no trouble."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("".join(f"{each}\n" for each in order))
        Path(name).replace(path)
    except OSError:
        return


def _shipped(law: Sequence[Path], key: str) -> tuple[str, ...] | None:
    """The order that comes with the law; that of several states is theirs one after the other."""
    found: dict[str, None] = {}
    for state in key.split("-"):
        orders = [order for folder in law if (order := read_order(folder / state / "order.txt"))]
        if not orders:
            return None
        found.update(dict.fromkeys(orders[0]))
    return tuple(found)
