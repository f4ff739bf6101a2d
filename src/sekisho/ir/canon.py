"""Canonical data of every node, and content hashes: meaning only, no places and no prose."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from enum import Enum
from functools import cache
from typing import Any

from sekisho.base import digest
from sekisho.ir.nodes import Library, Origin


def to_data(node: Any) -> Any:
    """The node as plain lists and dictionaries, ready for canonical JSON.

    Places, headings and prose are left out: two rulebooks that differ only in them mean the same.
    """
    if node is None or isinstance(node, bool | str):
        return node
    if isinstance(node, Enum):
        return node.name
    if isinstance(node, int):
        return node
    if isinstance(node, date):
        return node.isoformat()
    if isinstance(node, tuple | list):
        return [to_data(part) for part in node]
    if isinstance(node, dict):
        return {str(key): to_data(value) for key, value in node.items()}
    data: dict[str, Any] = {"node": type(node).__name__}
    for name in _names(type(node)):  # type: ignore[arg-type]  # mypy takes a class for unhashable
        value = getattr(node, name)
        if not isinstance(value, Origin):
            data[name] = to_data(value)
    return data


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


def library_digest(library: Library) -> str:
    """The hash of all that the rulebooks mean; the order of files and blocks does not count."""
    data = to_data(library)
    for claims in ("constraints", "properties"):
        del data[claims]  # they are about the law, and change no answer
    for instrument in data["instruments"]:
        for part in ("rules", "scopes", "unmodelled"):
            instrument[part].sort(key=lambda node: node["name"])
    for proposal in data["proposals"]:
        for part in ("rules", "assumptions", "unmodelled"):
            proposal[part].sort(key=lambda node: node["name"])
    data["instruments"].sort(key=lambda node: node["name"])
    data["proposals"].sort(key=lambda node: node["name"])
    return digest(data)
