"""The fields of a case: which there are, of which shape, and which term each one answers."""

from __future__ import annotations

from dataclasses import dataclass

TOP = {
    "id": "text",
    "date": "day",
    "facts_on": "day",
    "known_on": "day",
    "act": "choice",
    "exporter": "state",
    "recipient": "state",
    "end_user": "choice",
    "item": "item",
    "consideration": "choice",
    "supplier": "state",
    "assurances": "choices",
    "under": "choices",
    "facts": "facts",
    "judgements": "judgements",
    "law": "law",
    "with": "names",
    "readings": "readings",
    "expect": "outcomes",
    "because": "text",
    "sources": "sources",
}
"""The fields of a case that deciding or replaying reads, each with its shape."""

NOTES = ("title", "basis_reported", "reported_outcome", "confidence", "note", "claim", "differs", "report")
"""The fields of a case that are kept for people."""

ITEM = {
    "key": "key",
    "name": "text",
    "arms": "truth",
    "weapon": "truth",
    "heavy_arms": "truth",
    "consumable_ammunition": "truth",
    "form": "choice",
    "production": "choice",
    "stock": "choice",
    "programme": "choice",
    "purpose": "choices",
    "classes": "choices",
    "licensors": "states",
    "partners": "states",
    "components_from": "states",
}
"""The fields of an item, each with its shape."""

OPEN = ("purpose", "classes", "under", "assurances", "programme")
"""Fields whose vocabulary is open: a control-list entry or another programme is kept, and no rule asks for it."""

STATE_FIELDS = ("exporter", "recipient", "supplier")


@dataclass(frozen=True, slots=True)
class Relation:
    """A truth term that a list of states in the item answers: is the role's state in the list?"""

    field: str
    role: str


RELATIONS = {
    "licensor": Relation("licensors", "recipient"),
    "holder-licensor": Relation("licensors", "exporter"),
    "partner": Relation("partners", "recipient"),
    "component-origin": Relation("components_from", "recipient"),
    "our-licence": Relation("licensors", "this-state"),
    "our-partnership": Relation("partners", "this-state"),
    "our-component": Relation("components_from", "this-state"),
}
"""Truth terms about the item that its lists of states answer."""


def term_of(field: str) -> str:
    """The term that a field answers: `end_user` answers `end-user`."""
    return field.replace("_", "-")


PLAIN = {
    "act": "export",
    "end_user": "government",
    "consideration": "sale",
    "stock": "new",
    "programme": "none",
    "classes": "none",
    "licensors": "none",
    "partners": "none",
    "components_from": "none",
    "assurances": "none",
    "under": "none",
}
"""What the plain case is: what holds where a case says nothing of the field."""
