"""Twelve stylised rules, written for other engines: the shape of an arms-transfer law, and a statement of none.

`reference` is the meaning; every engine must agree with it on random cases before it is measured.
"""

from __future__ import annotations

import json
import random
from datetime import date, datetime, timedelta
from typing import Any

D1, D2, D3, D4, D5 = "2016-03-22", "2022-03-08", "2023-12-22", "2024-03-26", "2026-04-21"
CHOICES = {
    "form": ("finished", "component", "technology", "software", "service"),
    "function": ("rescue", "transport", "warning", "surveillance", "minesweeping", "combat"),
    "production": ("indigenous", "licensed", "joint"),
    "consideration": ("sale", "grant", "loan", "barter", "codevelopment"),
}
TRUTHS = {
    "lethal": 0.4,
    "licensor_is_recipient": 0.3,
    "recipient_has_agreement": 0.5,
    "recipient_in_combat": 0.2,
    "recipient_invaded": 0.3,
    "un_embargo": 0.05,
    "treaty_violation": 0.05,
}
Case = dict[str, Any]


def cases(count: int, seed: int) -> list[Case]:
    """Random cases with realistic frequencies."""
    rnd = random.Random(seed)
    return [
        {name: rnd.choice(values) for name, values in CHOICES.items()}
        | {name: rnd.random() < chance for name, chance in TRUTHS.items()}
        | {"law_date": (date(2014, 4, 1) + timedelta(days=rnd.randrange(4700))).isoformat()}
        for _ in range(count)
    ]


def reference(c: Case) -> str:
    """Which rule answers."""
    d, lethal, form = c["law_date"], c["lethal"], c["form"]
    agreement, licensor, terms = c["recipient_has_agreement"], c["licensor_is_recipient"], c["consideration"]
    if c["treaty_violation"]:
        return "T1"
    if c["un_embargo"]:
        return "U1"
    if c["recipient_in_combat"]:
        if c["recipient_invaded"] and d >= D2 and not lethal and terms == "grant":
            return "C1"
        return "C2" if d >= D5 and agreement and lethal else "C3"
    if c["production"] == "joint":
        if form in ("component", "technology", "software") and (licensor or d >= D1):
            return "J1"
        if form == "finished" and agreement and d >= D4:
            return "J2"
    if c["production"] == "licensed":
        if not licensor:
            return "L3" if d >= D3 and form == "component" and not lethal and agreement else "L4"
        if form in ("component", "technology"):
            return "L1"
        if form == "finished" and d >= D3:
            return "L2C" if lethal else "L2"
    if form == "service" and agreement and d >= D1:
        return "M1"
    if d < D5 and not lethal and c["function"] != "combat":
        return "G0" if form == "finished" and terms in ("sale", "barter") and not agreement else "G1"
    if d >= D5 and not lethal:
        return "N1"
    return "N2" if d >= D5 and agreement else "Z"


# Each condition once, as (name of the rule, its tests); the first that holds answers. A test is a
# name with a truth value, a tuple of allowed choices, or a day: from it on, or with `<` before it.
PARTS = ("component", "technology", "software")
RULES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("T1", {"treaty_violation": True}),
    ("U1", {"un_embargo": True}),
    (
        "C1",
        {
            "recipient_in_combat": True,
            "recipient_invaded": True,
            "law_date": D2,
            "lethal": False,
            "consideration": ("grant",),
        },
    ),
    ("C2", {"recipient_in_combat": True, "law_date": D5, "recipient_has_agreement": True, "lethal": True}),
    ("C3", {"recipient_in_combat": True}),
    ("J1", {"production": ("joint",), "form": PARTS, "licensor_is_recipient": True}),
    ("J1", {"production": ("joint",), "form": PARTS, "law_date": D1}),
    ("J2", {"production": ("joint",), "form": ("finished",), "recipient_has_agreement": True, "law_date": D4}),
    ("L1", {"production": ("licensed",), "licensor_is_recipient": True, "form": ("component", "technology")}),
    (
        "L2C",
        {
            "production": ("licensed",),
            "licensor_is_recipient": True,
            "form": ("finished",),
            "law_date": D3,
            "lethal": True,
        },
    ),
    ("L2", {"production": ("licensed",), "licensor_is_recipient": True, "form": ("finished",), "law_date": D3}),
    (
        "L3",
        {
            "production": ("licensed",),
            "licensor_is_recipient": False,
            "law_date": D3,
            "form": ("component",),
            "lethal": False,
            "recipient_has_agreement": True,
        },
    ),
    ("L4", {"production": ("licensed",), "licensor_is_recipient": False}),
    ("M1", {"form": ("service",), "recipient_has_agreement": True, "law_date": D1}),
    (
        "G0",
        {
            "law_date": "<" + D5,
            "lethal": False,
            "function": CHOICES["function"][:5],
            "form": ("finished",),
            "consideration": ("sale", "barter"),
            "recipient_has_agreement": False,
        },
    ),
    ("G1", {"law_date": "<" + D5, "lethal": False, "function": CHOICES["function"][:5]}),
    ("N1", {"law_date": D5, "lethal": False}),
    ("N2", {"law_date": D5, "recipient_has_agreement": True}),
)


def cedar() -> str:
    """As Cedar policies, all of them permits; the first determining one answers."""

    def test(name: str, wanted: Any) -> str:
        if name == "law_date":
            day = f'context.law_date >= datetime("{wanted.lstrip("<")}")'
            return f"!({day})" if wanted[0] == "<" else day
        if isinstance(wanted, tuple):
            return f"{json.dumps(list(wanted))}.contains(context.{name})"
        return f"context.{name}" if wanted else f"!context.{name}"

    return "\n".join(
        "permit(principal, action, resource) when { " + " && ".join(test(*each) for each in tests.items()) + " };"
        for _, tests in RULES
    )


def rego() -> str:
    """As a Rego rule with `else`."""

    def test(name: str, wanted: Any) -> str:
        if name == "law_date":
            return f'input.law_date {"<" if wanted[0] == "<" else ">="} "{wanted.lstrip("<")}"'
        if isinstance(wanted, tuple):
            return f"input.{name} in {{{', '.join(map(json.dumps, wanted))}}}"
        return f"input.{name}" if wanted else f"not input.{name}"

    lines = ["package stylised", "import rego.v1", ""]
    for number, (name, tests) in enumerate(RULES):
        body = "; ".join(test(*each) for each in tests.items())
        lines.append(f'{"basis" if number == 0 else "else"} := "{name}" if {{ {body} }}')
    return "\n".join([*lines, 'else := "Z"', ""])


def table() -> dict[str, Any]:
    """As a decision table of ZEN: the first row that fits answers."""
    names = [*TRUTHS, *CHOICES, "law_date"]

    def cell(name: str, tests: dict[str, Any]) -> str:
        wanted = tests.get(name)
        if wanted is None:
            return ""
        if name == "law_date":
            seconds = int(datetime.fromisoformat(wanted.lstrip("<") + "T00:00:00+00:00").timestamp())
            return f"{'<' if wanted[0] == '<' else '>='} {seconds}"
        return ",".join(map(json.dumps, wanted)) if isinstance(wanted, tuple) else json.dumps(wanted)

    rows = [
        {"_id": f"r{i}", "o": json.dumps(name)} | {f"i{j}": cell(each, tests) for j, each in enumerate(names)}
        for i, (name, tests) in enumerate((*RULES, ("Z", {})))
    ]
    inputs = [
        {"id": f"i{j}", "name": name, "field": "date(law_date)" if name == "law_date" else name}
        for j, name in enumerate(names)
    ]
    content = {
        "hitPolicy": "first",
        "inputs": inputs,
        "outputs": [{"id": "o", "name": "basis", "field": "basis"}],
        "rules": rows,
    }
    place = {"x": 0, "y": 0}
    return {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "request", "position": place},
            {"id": "t", "type": "decisionTableNode", "name": "rules", "position": place, "content": content},
            {"id": "out", "type": "outputNode", "name": "response", "position": place},
        ],
        "edges": [
            {"id": "e1", "sourceId": "in", "targetId": "t", "type": "edge"},
            {"id": "e2", "sourceId": "t", "targetId": "out", "type": "edge"},
        ],
    }


# The same rules as a rulebook of a state that does not exist, for our own engine.

PERMITS = ("C1", "C2", "J1", "J2", "L1", "L2C", "L2", "L3", "M1", "G1", "N1", "N2")
CABINET = ("C2", "J2", "L2C", "N2")
FIRST = "2014-04-01"
FIELDS = {"form": "item.form", "function": "item.purpose", "production": "item.production"}
"""Under which columns a table gives what is said of the item; the truths are `facts.…`."""

_HEAD = f"""---
instrument: xta-order
title: Twelve stylised rules
jurisdiction: XTA
force: policy
default: prohibited
texts:
  xta-order:
    title: The order
    sources: []
---

```scope xta-all
cite xta-order 0 official
in force from {FIRST}
```
"""
FACTS = {
    **dict.fromkeys(("registries.yaml", "sources.yaml", "items.yaml", "programmes.yaml", "positions.yaml"), "{}\n"),
    "names.yaml": "states:\n  XTA:\n    name: Exampland\n  XTB:\n    name: Otherland\n",
}
"""The registries that the rulebook needs: two states, and nothing else."""


def column(name: str) -> str:
    """The column of a table that gives a fact."""
    if name in TRUTHS:
        return f"facts.xta-{name.replace('_', '-')}"
    return FIELDS.get(name, "date" if name == "law_date" else name)


def rulebook() -> str:
    """As a rulebook: each rule is an exception to all later ones, so that the first that holds answers."""
    blocks = [_HEAD]
    for name, values in CHOICES.items():
        term = column(name).removeprefix("item.")
        subject, kind = (
            ("case" if term == name == "consideration" else "item"),
            "choices" if term == "purpose" else "choice",
        )
        said = f"applies to {subject}\ntype {kind} {', '.join(values)}\nfrom case\nask Which {term}?"
        blocks.append(f"```term {term}\n{said}\n```\n")
    for name in TRUTHS:
        term = column(name).removeprefix("facts.")
        said = f"applies to {_subject(name)}\ntype truth\nfrom case\nask Is it so: {name}?"
        blocks.append(f"```term {term}\n{said}\n```\n")
    for place, (name, tests) in enumerate(RULES):
        effect = "permit" if name in PERMITS else "prohibit"
        later = ", ".join(rule(each) for each in range(place + 1, len(RULES)))
        lines = [f"{effect} any transfer", *([f"exception to {later}"] if later else [])]
        lines += [f"cite xta-order {place + 1} official", _force(str(tests.get("law_date", FIRST)))]
        lines += ["when all of", *(f"  - {_statement(*each)}" for each in tests.items() if each[0] != "law_date")]
        if len(lines) > 4 + bool(later):
            blocks.append(f"```rule {rule(place)}\n" + "\n".join(lines) + "\n```\n")
    cabinet = ", ".join(rule(place) for place, (name, _) in enumerate(RULES) if name in CABINET)
    lines = [f"require decision xta-cabinet\nfor {cabinet}", "cite xta-order 99 official", _force(FIRST)]
    return "\n".join([*blocks, "```rule xta-cabinet-decides\n" + "\n".join(lines) + "\n```\n"])


def rule(place: int) -> str:
    """The name of a rule in the rulebook; it ends in what the rule answers."""
    return f"xta-{place:02}-{RULES[place][0].lower()}"


def answered(basis: str, bars: str) -> str:
    """Which rule answers, from the result columns of the rulebook."""
    name = (basis or bars).rpartition("-")[2].upper()
    return name if name in dict(RULES) else "Z"


def _force(day: str) -> str:
    if day[0] == "<":
        last = date.fromisoformat(day[1:]) - timedelta(days=1)
        return f"in force from {FIRST} to {last.isoformat()}"
    return f"in force from {day}"


def _statement(name: str, wanted: Any) -> str:
    if isinstance(wanted, tuple):
        said = column(name)
        return f"{said} is {wanted[0]}" if len(wanted) == 1 else f"{said} is one of {', '.join(wanted)}"
    return f"{_subject(name)} is {'' if wanted else 'not '}{column(name).removeprefix('facts.')}"


def _subject(name: str) -> str:
    return "item" if name == "lethal" else "recipient"
