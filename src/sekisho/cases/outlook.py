"""The values of every variable at once, shared by all cases that look the same to the law.

Looking a variable up costs half a microsecond, and a law asks for dozens. But values come in three
groups: what the item settles, what the other fields settle, and what the registries say of these
states in a stretch of days on which none of their answers changes. (The rest is open unless the
case itself assumes or records something.) Each group is looked up once and
kept; a case is then a matter of finding its groups. What an engine finds out for one outlook is kept
with it, so equal questions are answered once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from sekisho.base import Day
from sekisho.cases.fields import ITEM, RELATIONS, STATE_FIELDS, TOP
from sekisho.cases.model import UNKNOWN, Case
from sekisho.cases.situation import Resolver
from sekisho.facts import Registries
from sekisho.ir import Kind, Library

_MAX_KEPT = 4096
"""How many outlooks are kept; each weighs about ten kilobytes."""

_MAX_MEMORIES = 256
"""How many memories one outlook keeps."""

_ITEM = attrgetter(*(name for name in ITEM if name not in ("key", "name")))
_FIELDS = attrgetter("act", "end_user", "consideration", "assurances", "under")


class Group:
    """The values of some variables; equal only to itself, so that it can be part of a key."""

    __slots__ = ("values",)

    def __init__(self, values: dict[str, str | None]) -> None:
        self.values = values


class Outlook:
    """What one state's law sees of a case.

    Attributes:
        values: The value of every variable of the library, None where it is unknown or open.
        kept: What has been found out about it, for engines to fill, by whatever they found it for.
    """

    __slots__ = ("kept", "values")

    def __init__(self, values: dict[str, str | None]) -> None:
        self.values = values
        self.kept: dict[Any, Any] = {}

    def memory(self, asker: object, case: Case) -> dict[Any, Any]:
        """Room for what is found out for an asker about cases that look the same down to their grounds."""
        item = case.item
        key = (
            asker,
            case.facts_on or case.date,
            case.stated,
            item.stated,
            item.from_registry,
            item.key,
            frozenset(case.judgements.items()) if case.judgements else None,
        )
        found: dict[Any, Any] | None = self.kept.get(key)
        if found is None:
            if len(self.kept) >= _MAX_MEMORIES:
                self.kept.clear()
            found = self.kept[key] = {}
        return found


class Outlooks:
    """Finds the outlook of a case.

    Holds:
        test_an_outlook_has_the_values_of_the_resolvers
    """

    def __init__(self, library: Library, registries: Registries, resolvers: Mapping[str, Resolver]) -> None:
        self._registries = registries
        self._item: dict[str, Resolver] = {}
        self._fields: dict[str, Resolver] = {}
        self._parties: dict[str, Resolver] = {}
        self._relations: dict[str, Resolver] = {}
        self._open: dict[str, Resolver] = {}
        self._said: dict[str, list[tuple[str, Resolver]]] = {}
        self._asked: set[tuple[str, str, str, str]] = set()
        for name, var in library.vars.items():
            resolver = resolvers[name]
            term = library.terms.get(var.term)
            field = var.term.replace("-", "_")
            self._said.setdefault(var.term, []).append((name, resolver))
            if var.kind is Kind.READING:
                self._open[name] = resolver
            elif term is not None and term.name in RELATIONS:
                self._relations[name] = resolver
            elif term is None or term.type == "state":
                self._parties[name] = resolver
            elif term.subject == "item" and field in ITEM:
                self._item[name] = resolver
            elif term.type != "truth" and field in TOP:
                self._fields[name] = resolver
            elif term.registry is not None and registries.kind(*term.registry) is not None:
                self._parties[name] = resolver
                self._asked.add((*term.registry, term.subject, term.relation))
            else:
                self._open[name] = resolver
        self._plain: Group | None = None
        self._items_kept: dict[object, Group] = {}
        self._fields_kept: dict[object, Group] = {}
        self._parties_kept: dict[object, tuple[tuple[Day, ...], list[Group | None]]] = {}
        self._kept: dict[object, Outlook] = {}

    def of(self, case: Case, state: str) -> Outlook:
        """The outlook of a case for the law of a state."""
        says = None
        if case.facts or case.judgements or case.readings:
            says = (
                frozenset(case.facts.items()),
                frozenset((name, finding.found) for name, finding in case.judgements.items()),
                frozenset(case.readings.items()),
            )
        who = (state, case.exporter, case.recipient, case.supplier, case.known_on)
        stretches = self._parties_kept.get(who)
        if stretches is None:
            stretches = self._parties_kept[who] = self._stretches(case, state)
        days, groups = stretches
        position = bisect_right(days, case.facts_on or case.date)
        parties = groups[position]
        if parties is None:
            parties = groups[position] = _look_up(self._parties, _bare(case), state)
        key = (parties, _ITEM(case.item), _FIELDS(case), says)
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= _MAX_KEPT:
                self._forget()
            found = self._kept[key] = self._make(case, state, parties, key[1], key[2])
        return found

    def _make(self, case: Case, state: str, parties: Group, item_key: object, fields_key: object) -> Outlook:
        item, fields = self._items_kept.get(item_key), self._fields_kept.get(fields_key)
        if item is None:
            item = self._items_kept[item_key] = _look_up(self._item, _bare(case), state)
        if fields is None:
            fields = self._fields_kept[fields_key] = _look_up(self._fields, _bare(case), state)
        if self._plain is None:
            self._plain = _look_up(self._open, _bare(case), state)
        values = {**self._plain.values, **parties.values, **item.values, **fields.values}
        for name, resolver in self._relations.items():
            values[name] = resolver(case, state)
        for term in (*case.facts, *case.judgements, *case.readings):
            for name, resolver in self._said.get(term, ()):
                values[name] = resolver(case, state)
        return Outlook(values)

    def _stretches(self, case: Case, state: str) -> tuple[tuple[Day, ...], list[Group | None]]:
        """The days on which an answer about these states may change, with room for the answers between them."""
        if len(self._parties_kept) >= _MAX_KEPT:
            self._parties_kept.clear()
        roles = {"this-state": state, "": state, **{role: getattr(case, role) for role in STATE_FIELDS}}
        days: set[Day] = set()
        for registry, kind, one, other in self._asked:
            a, b = roles.get(one, UNKNOWN), roles.get(other, UNKNOWN)
            if UNKNOWN not in (a, b):
                days.update(self._registries.change_days(registry, kind, a, b))
        return tuple(sorted(days)), [None] * (len(days) + 1)

    def _forget(self) -> None:
        for kept in (self._kept, self._items_kept, self._fields_kept):
            kept.clear()


def _look_up(resolvers: Mapping[str, Resolver], case: Case, state: str) -> Group:
    return Group({name: resolver(case, state) for name, resolver in resolvers.items()})


def _bare(case: Case) -> Case:
    """The case without what it assumes or records, which is no part of a group."""
    if not (case.facts or case.judgements or case.readings):
        return case
    return Case(
        case.date,
        case.exporter,
        case.recipient,
        case.item,
        act=case.act,
        end_user=case.end_user,
        consideration=case.consideration,
        supplier=case.supplier,
        assurances=case.assurances,
        under=case.under,
        facts_on=case.facts_on,
        known_on=case.known_on,
    )
