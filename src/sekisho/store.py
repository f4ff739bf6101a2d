"""Finding the rulebooks and facts, and keeping them compiled between runs.

The cache is a file named after the hash of everything that it was made from: the bytes of every
rulebook and registry, the engine's own sources, and the version of Python. It is therefore never
stale. It is written beside and renamed, and its content carries its own hash, so neither a second
process nor a kill can leave half of one behind that would be used.
"""

from __future__ import annotations

import gc
import hashlib
import io
import os
import pickle
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sekisho.base import Place, Trouble, TroubleError
from sekisho.facts import Registries
from sekisho.ir import Library

ENTRY_POINTS = "sekisho.law"
"""The group of entry points under which packages of their own ship law."""

_KEEP = 6
_LEFT_BEHIND = 3600.0  # seconds


@dataclass(frozen=True, slots=True)
class Opened:
    """Rulebooks and facts, read and checked: `digest` is the hash of the rulebooks' meaning."""

    library: Library
    registries: Registries
    digest: str
    troubles: tuple[Trouble, ...]


def data_folder(name: str) -> Path:
    """The folder of law, facts or cases that comes with the package.

    In a checkout it stands at the root of the repository; in an installed package inside it.
    """
    inside = Path(__file__).parent / "_data" / name
    return inside if inside.is_dir() else Path(__file__).parents[2] / name


def law_folders() -> tuple[Path, ...]:
    """Our own rulebooks, and those that other packages ship."""
    found = [data_folder("law")]
    if not _may_ship_law():
        return tuple(found)
    from importlib.metadata import entry_points

    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        loaded = point.load()
        path = loaded() if callable(loaded) else getattr(loaded, "PATH", loaded)
        found.append(Path(str(path)))
    return tuple(found)


def _may_ship_law() -> bool:
    """Whether any installed package may ship law.

    Asking the packages properly takes longer than answering a case. So their lists of entry points
    are searched for the name of the group first; where a place cannot be searched (an archive), they
    are asked.
    """
    for place in dict.fromkeys(sys.path):
        try:
            with os.scandir(place or ".") as entries:
                names = [entry.name for entry in entries if entry.name.endswith((".dist-info", ".egg-info", ".egg"))]
        except FileNotFoundError:
            continue
        except OSError:
            return True
        for name in names:
            if name.endswith(".egg"):
                return True
            try:
                if ENTRY_POINTS.encode() in Path(place or ".", name, "entry_points.txt").read_bytes():
                    return True
            except OSError:
                continue
    return False


def open_all(law: Sequence[Path], facts: Path, *, cache: bool = True) -> Opened:
    """Read rulebooks and facts, or take them from the cache.

    Raises:
        TroubleError: Something is wrong with them; every trouble is in it.
    """
    key = _key([*law, facts])
    folder = cache_folder() if cache else None
    if folder is not None:
        kept = _load(folder / f"{key}.pickle")
        if kept is not None:
            return kept
    opened = read_all(law, facts)
    serious = [trouble for trouble in opened.troubles if not trouble.warning]
    if serious:
        raise TroubleError(serious)
    # A file that was changed while it was read must not be kept under the hash of what it was.
    if folder is not None and _key([*law, facts]) == key:
        _save(folder, key, opened)
    return opened


def read_all(law: Sequence[Path], facts: Path) -> Opened:
    """Read rulebooks and facts from their files, with every trouble found."""
    from sekisho.facts import load
    from sekisho.ir import library_digest
    from sekisho.lang import read_files, read_library

    registries, troubles = load(facts)
    sources, more = read_files(law)
    library, found = read_library(
        sources, states=tuple(registries.names.records["states"]), known_sources=registries.sources
    )
    every = (*troubles, *more, *found, *_unknown_kinds(library, registries))
    return Opened(library, registries, library_digest(library), every)


def no_rulebook(library: Library, law: Iterable[Path]) -> list[Trouble]:
    """The trouble of folders that hold no rulebook, such as a misspelt or an empty one."""
    if library.instruments or library.terms or library.texts or library.proposals:
        return []
    help_ = "a rulebook is a Markdown file that begins with its front matter; see docs/reference/language.md"
    return [Trouble("SK109", "there is no rulebook in it", tuple(Place(str(each)) for each in law), help=help_)]


def _unknown_kinds(library: Library, registries: Registries) -> list[Trouble]:
    """Terms that ask a registry for what it does not have."""
    from sekisho.base import nearest

    found = []
    for term in library.terms.values():
        if term.registry is not None and registries.kind(*term.registry) is None:
            name = ".".join(term.registry)
            close = nearest(name, registries.kinds(), count=1)
            found.append(
                Trouble(
                    "SK217",
                    f"no registry answers `{name}`",
                    (term.origin.place,),
                    why=f"`{term.name}` would never be known",
                    help=f"write `{close[0]}`" if close else "declare the kind in facts/registries.yaml",
                )
            )
    return found


def cache_folder() -> Path | None:
    """Where compiled books are kept: `SEKISHO_CACHE`, or the user's cache folder; None where there is none.

    An empty `SEKISHO_CACHE` turns the cache off.
    """
    named = os.environ.get("SEKISHO_CACHE")
    if named is not None:
        return Path(named) if named else None
    try:
        if sys.platform == "win32":
            base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        elif sys.platform == "darwin":
            base = Path.home() / "Library" / "Caches"
        else:
            base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return None
    return base / "sekisho"


def _key(roots: Iterable[Path]) -> str:
    """The hash of the bytes of every file that a compiled book is made from."""
    hasher = hashlib.sha256(sys.version.encode())
    own = Path(__file__).parent
    for room in ("base", "ir", "lang", "facts"):
        for path in sorted((own / room).glob("*.*")):
            hasher.update(path.read_bytes() if path.suffix in (".py", ".lark") else b"")
    hasher.update(Path(__file__).read_bytes())
    for root in roots:
        paths = sorted(path for path in root.rglob("*") if path.is_file()) if root.is_dir() else [root]
        for path in paths:
            try:
                data = path.read_bytes()
            except OSError:
                data = b""
            shown = path.relative_to(root.parent).as_posix() if root.is_dir() else path.name
            hasher.update(f"{shown}\0{len(data)}\0".encode())
            hasher.update(data)
    return hasher.hexdigest()[:40]


def _load(path: Path) -> Opened | None:
    """The book kept in a file; None where there is none or it is not whole."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(data[32:]).digest() != data[:32]:
        return None
    try:
        with _no_collection():
            found = pickle.loads(data[32:])  # noqa: S301 - written by us into the user's own folder, and whole
    except Exception:  # noqa: BLE001 - whatever is wrong with it, the book is read again
        return None
    return found if isinstance(found, Opened) else None


class _Pickler(pickle.Pickler):
    """Writes our nodes as calls of their classes: read back twice as fast as by their states."""

    def reducer_override(self, value: Any) -> Any:
        """How one value is written."""
        kind = type(value)
        names = _own_slots(kind)  # type: ignore[arg-type]  # mypy takes a class for unhashable
        return NotImplemented if names is None else (kind, tuple([getattr(value, name) for name in names]))


@cache
def _own_slots(kind: type[Any]) -> tuple[str, ...] | None:
    """The fields of a node's class; None for any other class."""
    if is_dataclass(kind) and "__slots__" in vars(kind):
        return tuple(each.name for each in fields(kind))
    return None


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the collector of garbage still while many lasting values are made."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _save(folder: Path, key: str, opened: Opened) -> None:
    """Keep a book; a cache that cannot be written is no trouble."""
    import tempfile

    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        buffer = io.BytesIO()
        _Pickler(buffer, protocol=pickle.HIGHEST_PROTOCOL).dump(opened)
        data = buffer.getvalue()
        handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(data).digest() + data)
        now = Path(name).stat().st_mtime
        Path(name).replace(folder / f"{key}.pickle")
        kept = sorted(folder.glob("*.pickle"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[_KEEP:]:
            path.unlink(missing_ok=True)
        # What a killed process left behind; one that is still being written is younger.
        for path in folder.glob("*.part"):
            if now - path.stat().st_mtime > _LEFT_BEHIND:
                path.unlink(missing_ok=True)
    except OSError:
        return
