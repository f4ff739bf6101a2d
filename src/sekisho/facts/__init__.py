"""Registries of dated, sourced facts: what held on a day, as known on a day."""

from sekisho.facts.load import load
from sekisho.facts.names import Names, fold
from sekisho.facts.tables import (
    ANY,
    COLUMNS,
    Closed,
    Frozen,
    ItemRecord,
    Kind,
    NameRecord,
    Partner,
    Position,
    Programme,
    Registry,
    Row,
    Source,
)
from sekisho.facts.view import Finding, Registries

__all__ = [
    "ANY",
    "COLUMNS",
    "Closed",
    "Finding",
    "Frozen",
    "ItemRecord",
    "Kind",
    "NameRecord",
    "Names",
    "Partner",
    "Position",
    "Programme",
    "Registries",
    "Registry",
    "Row",
    "Source",
    "fold",
    "load",
]
