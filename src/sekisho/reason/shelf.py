"""What is kept of whole laws between runs: the order of variables, and the functions themselves.

Any order gives the same answers; a good one gives them sooner. Looking for one takes seconds, so
one is kept beside the law (`law/JPN/order.txt`, a name on each line), and one that had to be looked
for is kept in the user's cache, under the hash of the rulebooks.

The function of a law is kept in the cache as well, under the hash of all that it is made from: the
conditions of the rules in force, the variables in their order, and this engine's own sources. A
file carries its own hash; anything wrong with it means that the function is laid out again.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from array import array
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from sekisho.ir import All, AnyOf, Const, Formula, Named, Not, Test

_KEEP = 300
"""How many functions are kept: some forty kilobytes each."""


class Shelf:
    """Where orders and functions are looked for and kept."""

    def __init__(self, law: Sequence[Path], cache: Path | None, digest: str) -> None:
        """Begin.

        Args:
            law: Folders of rulebooks.
            cache: The folder of the cache; None where there is none.
            digest: The hash of the rulebooks.
        """
        self._law = tuple(law)
        self._cache = cache
        self._digest = digest

    def order(self, key: str) -> tuple[str, ...] | None:
        """The order for a state, or for several joined by `-`; None where none was found before."""
        own = None if self._cache is None else read_order(self._cache / f"order-{self._digest}-{key}.txt")
        return own or self._shipped(key)

    def keep_order(self, key: str, order: Sequence[str]) -> None:
        """Keep an order."""
        if self._cache is not None:
            text = "".join(f"{each}\n" for each in order)
            _write(self._cache / f"order-{self._digest}-{key}.txt", text.encode())

    def function(self, name: str) -> Sequence[int] | None:
        """The function that was kept under a text which says all that it depends on; None where none is whole."""
        path = self._path(name)
        if path is None:
            return None
        try:
            data = path.read_bytes()
        except OSError:
            return None
        rows = array("i")
        if hashlib.sha256(data[32:]).digest() != data[:32] or (len(data) - 32) % rows.itemsize:
            return None
        rows.frombytes(data[32:])
        return rows

    def keep_function(self, name: str, rows: Sequence[int]) -> None:
        """Keep a function; the oldest of many go."""
        path = self._path(name)
        if path is None:
            return
        data = array("i", rows).tobytes()
        _write(path, hashlib.sha256(data).digest() + data)
        try:
            kept = [each.path for each in os.scandir(path.parent) if each.name.startswith("law-")]
            if len(kept) > _KEEP:
                for old in sorted(kept, key=os.path.getmtime)[: len(kept) - _KEEP]:
                    Path(old).unlink(missing_ok=True)
        except OSError:
            return

    def _path(self, name: str) -> Path | None:
        if self._cache is None:
            return None
        named = hashlib.sha256(f"{self._own}\n{name}".encode()).hexdigest()[:40]
        return self._cache / f"law-{named}.bin"

    @cached_property
    def _own(self) -> str:
        """The hash of whatever a function depends on besides the law: how it is laid out and written."""
        hasher = hashlib.sha256(f"{sys.byteorder} {array('i').itemsize}".encode())
        here = Path(__file__).parent
        for path in sorted((*here.glob("*.py"), *(here.parent / "ir").glob("*.py"))):
            hasher.update(path.read_bytes())
        return hasher.hexdigest()

    def _shipped(self, key: str) -> tuple[str, ...] | None:
        """The order that comes with the law; that of several states is theirs one after the other."""
        found: dict[str, None] = {}
        for state in key.split("-"):
            orders = [order for folder in self._law if (order := read_order(folder / state / "order.txt"))]
            if not orders:
                return None
            found.update(dict.fromkeys(orders[0]))
        return tuple(found)


def written(formula: Formula) -> str:
    """A condition as text, such that conditions of different meaning are different texts."""
    match formula:
        case Const(value):
            return "T" if value else "F"
        case Test(var, values):
            return f"{var}={'|'.join(values)}"
        case Not(part):
            return f"!({written(part)})"
        case Named(_, part):
            return written(part)
        case All(parts):
            return f"&({','.join(map(written, parts))})"
        case AnyOf(parts):
            return f"/({','.join(map(written, parts))})"


def read_order(path: Path) -> tuple[str, ...] | None:
    """The order in a file; None where there is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#")) or None


def _write(path: Path, data: bytes) -> None:
    """Write beside and rename; a folder that cannot be written is no trouble."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except OSError:
        return
