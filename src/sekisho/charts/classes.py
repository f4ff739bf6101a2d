"""What charts speak of: item classes, the ordinary sale, and which states to show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sekisho.cases.fields import PLAIN
from sekisho.desk import Desk
from sekisho.ir import Effect
from sekisho.ir.walk import tests
from sekisho.tell.words import words_of

ITEMS: Mapping[str, Mapping[str, Any]] = {
    "finished weapon": {"weapon": True, "form": "finished", "purpose": []},
    "ammunition": {"weapon": True, "form": "ammunition", "purpose": []},
    "weapon part": {"weapon": True, "form": "component", "purpose": []},
    "military technology": {"weapon": False, "form": "technology", "purpose": []},
    "surveillance equipment": {"weapon": False, "form": "finished", "purpose": ["surveillance"]},
    "protective gear": {"weapon": False, "form": "finished", "purpose": ["protection"]},
}
"""The item classes: one plain example of each, all of them arms in the sense of the control list."""

ORDINARY = (
    "an ordinary sale to a government: no special activity, no joint programme, none of the listed weapon classes"
)
"""What the cases of a chart have in common."""

ALL = "un-member"
"""The class of states that stands for the world: all members of the United Nations, each counting once."""

_SETTLED = ("classes", "under", "assurances", "purpose")
_OPEN = ("stock", "licensors", "partners", "components_from")


def universe(desk: Desk) -> dict[str, dict[str, str]]:
    """For each item class, what is fixed while the share of cases is counted.

    Open remain who made it, under whose licence, with whom, and from whose stock it comes.
    """
    found: dict[str, dict[str, str]] = {}
    for name, item in ITEMS.items():
        fixed: dict[str, str] = {"arms": "true"}
        for var in desk.library.vars.values():
            if var.term in _SETTLED and ":" in var.name:
                fixed[var.name] = "true" if var.name == f"purpose:{''.join(item['purpose'])}" else "false"
            elif "=" not in var.name and (field := var.term.replace("-", "_")) in PLAIN and field not in _OPEN:
                value = PLAIN[field]
                if value in var.domain:
                    fixed[var.name] = value
        fixed["weapon"] = "true" if item["weapon"] else "false"
        fixed["form"] = item["form"]
        fixed["act"] = "export"
        for var in desk.library.vars.values():  # an export: the state whose law is asked sends, and nobody supplied it
            if var.name.endswith("=this-state"):
                fixed[var.name] = "true" if var.name == "exporter=this-state" else "false"
        found[name] = {key: value for key, value in fixed.items() if key in desk.library.vars}
    return found


def named_states(desk: Desk, law: str) -> tuple[str, ...]:
    """The states that a permission in a state's own books names, in the order of the books, and `*`."""
    homes = {each.name: each.jurisdiction for each in desk.library.instruments}
    found: dict[str, None] = {}
    for rule in desk.library.rules:
        if homes.get(rule.instrument) == law and rule.effect is Effect.PERMIT:
            for test in tests(rule.when):
                if test.var == "recipient" and "*" not in test.values:
                    found.update(dict.fromkeys(test.values))
    return (*found, "*")


def state_words(desk: Desk, code: str) -> str:
    """A state by name; `*` is one that no rule or registry names; a term is the states of which it holds."""
    if code == ALL:
        return "mean of UN members"
    if code in desk.library.terms:
        return f"mean of {words_of(code)}s"
    return "any other state" if code == "*" else desk.registries.names.of(code)


def case_fields(item: Mapping[str, Any]) -> dict[str, Any]:
    """The item of a plain case of a class."""
    fields = {"arms": True, "production": "indigenous", "classes": [], "heavy_arms": False, **item}
    if item["form"] == "ammunition":
        fields["consumable_ammunition"] = True
    return fields
