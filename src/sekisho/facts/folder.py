"""The whole folder of facts: each file by its reader, then the hash and the index of all of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from sekisho.base import Day, Interval, Place, Support, Trouble, digest, sort_troubles
from sekisho.facts import records
from sekisho.facts.reading import Clerk, File, did_you_mean
from sekisho.facts.registry import read_registry, read_rows
from sekisho.facts.tables import Frozen, Registry, Row
from sekisho.facts.tree import Fields
from sekisho.facts.view import Registries, complete_to, lanes

_EMPTY = Fields((), 1, 1)


def read_folder(
    folder: Path, *, vocabulary: Mapping[str, Collection[str]] | None = None
) -> tuple[Registries, tuple[Trouble, ...]]:
    """What `sekisho.facts.load` promises."""
    clerk = Clerk()
    files = {name: clerk.open(folder, f"{name}.yaml") for name in _FILES}
    trees = {name: clerk.tree(file) or _EMPTY for name, file in files.items()}
    every = {name: file or File(f"{name}.yaml") for name, file in files.items()}

    sources = records.read_sources(clerk, every["sources"], trees["sources"])
    clerk.sources = frozenset(sources)
    name_records = records.read_names(clerk, every["names"], trees["names"])
    items = records.read_items(clerk, every["items"], trees["items"], vocabulary or {})
    names = records.index_names(clerk, name_records, items)
    programmes = records.read_programmes(clerk, every["programmes"], trees["programmes"])
    positions = records.read_positions(clerk, every["positions"], trees["positions"], name_records)
    tables = Frozen(_tables(clerk, folder, every["registries"], trees["registries"]))
    content = digest([_plain(part) for part in (tables, sources, name_records, items, programmes, positions)])
    index, end = lanes(tables, names), complete_to(tables)
    view = Registries(tables, sources, names, items, programmes, positions, content, index, end)
    return view, sort_troubles(clerk.troubles)


_FILES = ("registries", "sources", "names", "items", "programmes", "positions")


def _tables(clerk: Clerk, folder: Path, file: File, tree: Fields) -> dict[str, Registry]:
    found: dict[str, Registry] = {}
    for key, node in tree.pairs:
        name = key.value
        kinds, extra, title = read_registry(clerk, file, name, node)
        table = clerk.open(folder, f"{name}.csv")
        rows = read_rows(clerk, table, name, kinds, extra) if table is not None else ()
        found[name] = Registry(name, title, extra, kinds, rows)
    if tree is not _EMPTY:
        for path in sorted(folder.glob("*.csv")):
            if path.stem not in found:
                help = did_you_mean(path.stem, found) or "declare it in registries.yaml, or remove it"
                clerk.trouble("SK322", "no registry of this name is declared", [Place(path.name)], help)
    return found


def _plain(value: object) -> object:
    """A record as plain values for the hash: without places, rows in the order of their ids."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Row):
        return _plain_row(value)
    if isinstance(value, Support):
        return value.word
    if isinstance(value, Day):
        return value.isoformat()
    if isinstance(value, Interval):
        return [str(value.first), str(value.last)]
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Registry):
        rows = sorted(value.rows, key=lambda row: row.id)
        return [value.title, _plain(value.kinds), value.extra, [_plain_row(row) for row in rows]]
    parts: dict[str, object] = {}
    for name in type(value).__slots__:  # type: ignore[attr-defined]
        part = getattr(value, name)
        if not isinstance(part, Place):
            parts[name] = _plain(part)
    return parts


def _plain_row(row: Row) -> list[object]:
    return [
        row.id, row.kind, row.a, row.b, row.value, str(row.held.first), str(row.held.last), str(row.recorded),
        row.support.word, row.sources, str(row.unverified_from), row.note, row.extra,
    ]  # fmt: skip
