"""From changes and witnesses back to cases, so that every answer about all cases can be decided again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sekisho.base import Day
from sekisho.cases import UNKNOWN, Case, Finding, Item
from sekisho.cases.fields import ITEM, RELATIONS, STATE_FIELDS, TOP
from sekisho.ir import Kind, Library


def with_values(case: Case, values: Mapping[str, str], library: Library) -> Case:
    """The case with some variables given other values; the rest stays as it is.

    A relation between two roles (`supplier=this-state`) cannot be given a value: name the states.
    """
    item: dict[str, Any] = {}
    top: dict[str, Any] = {}
    facts = dict(case.facts)
    judgements = dict(case.judgements)
    readings = dict(case.readings)
    lists: dict[tuple[str, bool], dict[str, bool]] = {}
    for name, value in values.items():
        var = library.vars[name]
        if var.kind is Kind.READING:
            readings[var.term] = value
            continue
        if "=" in name:
            continue
        term = library.terms[var.term]
        field = term.name.replace("-", "_")
        if var.kind is Kind.JUDGEMENT:
            if value in ("true", "false"):
                judgements[term.name] = Finding(value == "true", term.authority)
            else:
                judgements.pop(term.name, None)
                facts[term.name] = None
        elif term.name in RELATIONS:
            facts[term.name] = value == "true"
        elif term.type == "choices":
            lists.setdefault((field, term.subject == "item"), {})[name.partition(":")[2]] = value == "true"
        elif term.subject == "item" and field in ITEM:
            item[field] = value == "true" if term.type == "truth" else value
        elif term.type == "truth":
            facts[term.name] = value == "true"
        elif field in TOP:
            top[field] = value
        else:
            facts[term.name] = value
    for (field, of_item), members in lists.items():
        held = getattr(case.item if of_item else case, field) or ()
        kept = [each for each in held if members.get(each, True)]
        listed = tuple(dict.fromkeys((*kept, *(each for each, holds in members.items() if holds))))
        (item if of_item else top)[field] = listed
    changed = replace(
        case,
        item=replace(case.item, **item, stated=case.item.stated | frozenset(item)) if item else case.item,
        facts=MappingProxyType(facts),
        judgements=MappingProxyType(judgements),
        readings=MappingProxyType(readings),
        stated=case.stated | frozenset(top),
        **top,
    )
    changed.__dict__.pop("digest", None)
    return changed


def case_of(values: Mapping[str, str], day: Day, state: str, library: Library, states: Iterable[str]) -> Case:
    """A case with these values under the law of a state: the witness of a claim, ready to be decided.

    Args:
        values: Variables and values; a state given as `*` is one that no rule names.
        day: The law date.
        state: Whose law is asked.
        library: The words.
        states: The codes of the states that may be used.
    """
    named = {name: library.vars[name].domain for name in STATE_FIELDS if name in library.vars}
    codes = [code for code in states if code != state]
    roles: dict[str, str] = {"exporter": state}
    for name in STATE_FIELDS:
        if name == "exporter" and values.get(name, "*") == "*":
            continue
        value = values.get(name, "*")
        roles[name] = value if value != "*" else next((c for c in codes if c not in named.get(name, ())), UNKNOWN)
    for name, value in values.items():
        one, _, other = name.partition("=")
        if other and value == "true":
            roles[one] = state if other == "this-state" else roles.get(other, UNKNOWN)
    case = Case(day, roles["exporter"], roles["recipient"], Item(), supplier=roles["supplier"], law=state)
    return with_values(case, {k: v for k, v in values.items() if k not in STATE_FIELDS}, library)
