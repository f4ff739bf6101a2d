"""What a case and the registries say of every variable of the law."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sekisho.base import Day, Support
from sekisho.cases.fields import ITEM, PLAIN, RELATIONS, STATE_FIELDS, TOP
from sekisho.cases.model import UNKNOWN, Case
from sekisho.facts import Registries
from sekisho.ir import Kind, Library, Term, Var

Resolver = Callable[[Case, str], str | None]
"""From a case and the state that is asked to the value of one variable, None where it is unknown."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the value of a variable comes from; the leaf of every proof.

    Attributes:
        var: The variable.
        value: Its value, or None where it is open or unknown.
        kind: `case` (stated), `plain` (the plain case), `item` (the items registry), `registry`,
            `finding` (recorded, or in the case), `assumed` (under `facts` in the case), `reading`,
            `open` (a judgement nobody has made), `unknown`.
        says: One sentence, with the date where there is one.
        sources: Source keys.
        support: How well it is sourced; None where the case itself states it.
        unverified: Whether it rests on something not verified since.
    """

    var: str
    value: str | None
    kind: str
    says: str
    sources: tuple[str, ...] = ()
    support: Support | None = None
    unverified: bool = False


class Situation:
    """One case as the law of one state sees it. Values are looked up when they are asked for."""

    __slots__ = ("_memory", "_remember", "_resolvers", "_values", "case", "library", "readings", "registries", "state")

    def __init__(
        self,
        case: Case,
        state: str,
        library: Library,
        registries: Registries,
        resolvers: Mapping[str, Resolver],
        readings: Mapping[str, str] | None = None,
        values: dict[str, str | None] | None = None,
        remember: Callable[[], dict[Any, Any]] = dict,
    ) -> None:
        self.case = case
        self.state = state
        self.library = library
        self.registries = registries
        self.readings = readings or {}
        self._resolvers = resolvers
        self._values: dict[str, str | None] = {} if values is None else values
        self._remember = remember
        self._memory: dict[Any, Any] | None = None

    def value(self, var: str) -> str | None:
        """The value of a variable; None where it is unknown or not yet judged."""
        values = self._values
        if var in values:
            return values[var]
        if var in self.readings:
            value: str | None = self.readings[var]
        else:
            value = self._resolvers[var](self.case, self.state)
        values[var] = value
        return value

    def role(self, role: str) -> str | None:
        """The code of the state in a role, or None where it is unknown."""
        return _role(self.case, role, self.state)

    def name(self, role: str) -> str:
        """The name of the state in a role, for sentences."""
        code = self.role(role)
        return self.registries.names.of(code) if code else f"the {role}"

    def ground(self, var: str) -> Ground:
        """Where the value of the variable comes from."""
        memory = self.memory
        found: Ground | None = memory.get(var)
        if found is None:
            found = memory[var] = _ground(self, var)
        return found

    @property
    def memory(self) -> dict[Any, Any]:
        """What has been found out about this situation, shared with those that are the same."""
        memory = self._memory
        if memory is None:
            memory = self._memory = self._remember()
        return memory

    def question(self, term: str) -> str:
        """The question that an interview puts for a term, with names filled in."""
        found = self.library.terms.get(term)
        text = found.ask if found else ""
        for role in ("exporter", "recipient", "supplier", "this-state"):
            if "{" + role + "}" in text:
                text = text.replace("{" + role + "}", self.name(role))
        return text


def resolvers(library: Library, registries: Registries) -> dict[str, Resolver]:
    """For every variable of the library, how its value is found."""
    return {var.name: _resolver(var, library, registries) for var in library.vars.values()}


def _resolver(var: Var, library: Library, registries: Registries) -> Resolver:
    name = var.name
    if var.kind is Kind.READING:
        default = library.readings[var.term].default if var.term in library.readings else None
        return lambda case, state: case.readings.get(var.term, default)
    if "=" in name:
        one, _, other = name.partition("=")
        return lambda case, state: _same(_role(case, one, state), _role(case, other, state))
    term = library.terms[var.term]
    if term.type == "state":
        return lambda case, state: _known(getattr(case, term.name))
    field = term.name.replace("-", "_")
    if term.type == "choice":
        if term.subject == "item" and field in ITEM:
            return lambda case, state: _known(getattr(case.item, field))
        if field in TOP:
            return lambda case, state: _known(getattr(case, field))
        return lambda case, state: None
    if term.type == "choices":
        value = name.partition(":")[2]
        if term.subject == "item" and field in ITEM:
            return lambda case, state: _member(getattr(case.item, field), value)
        if field in TOP:
            return lambda case, state: _member(getattr(case, field), value)
        return lambda case, state: None
    return _truth(term, field, registries)


def _truth(term: Term, field: str, registries: Registries) -> Resolver:
    name = term.name
    if name in RELATIONS:
        relation = RELATIONS[name]

        def related(case: Case, state: str) -> str | None:
            if name in case.facts:
                return _word(case.facts[name])
            listed, code = getattr(case.item, relation.field), _role(case, relation.role, state)
            return None if listed is None or code is None else ("true" if code in listed else "false")

        return related
    if term.subject == "item" and field in ITEM:
        return lambda case, state: _word(getattr(case.item, field))
    if term.supplier == "judgement" and term.registry is None:

        def judged(case: Case, state: str) -> str | None:
            if name in case.judgements:
                return "true" if case.judgements[name].found else "false"
            return _word(case.facts[name]) if name in case.facts else None

        return judged
    if term.registry is not None:
        registry, kind = term.registry
        role, relation_role = term.subject, term.relation
        look_up = registries.look_up
        is_judgement = term.supplier == "judgement"
        if registries.kind(registry, kind) is None:
            return lambda case, state: _word(case.facts[name]) if name in case.facts else None

        def looked_up(case: Case, state: str) -> str | None:
            if name in case.judgements:
                return "true" if case.judgements[name].found else "false"
            if name in case.facts:
                return _word(case.facts[name])
            a = _role(case, role, state)
            b = _role(case, relation_role, state) if relation_role else state
            if a is None or b is None:
                return None
            found = look_up(registry, kind, a, b, on=case.facts_on or case.date, known_on=case.known_on)
            if is_judgement and found.row is None:
                return None
            return _word(found.value)

        return looked_up
    return lambda case, state: _word(case.facts[name]) if name in case.facts else None


def _known(value: str) -> str | None:
    return None if value == UNKNOWN else value


def _word(value: bool | str | None) -> str | None:
    return None if value is None else "true" if value is True else "false" if value is False else value


def _member(listed: tuple[str, ...] | None, value: str) -> str | None:
    return None if listed is None else "true" if value in listed else "false"


def _same(one: str | None, other: str | None) -> str | None:
    return None if one is None or other is None else "true" if one == other else "false"


def _role(case: Case, role: str, state: str) -> str | None:
    if role == "this-state":
        return state
    value: str = getattr(case, role) if role in STATE_FIELDS else UNKNOWN
    return None if value == UNKNOWN else value


# Grounds: the same once more, in words. Only what is shown pays for it.


def _ground(situation: Situation, name: str) -> Ground:
    value = situation.value(name)
    case, library = situation.case, situation.library
    var = library.vars[name]
    if var.kind is Kind.READING:
        reading = library.readings[var.term]
        option = next(o for o in reading.options if o.name == value)
        chosen = "chosen" if value != reading.default else "the default"
        cites = option.cites
        sources = tuple(dict.fromkeys(s for c in cites for s in (c.sources or library.texts[c.text].sources)))
        return Ground(
            name,
            value,
            "reading",
            f"reading {var.term}: {value} ({chosen}): {option.says}",
            sources,
            min(c.support for c in cites),
        )
    if "=" in name:
        one, _, other = name.partition("=")
        return Ground(
            name,
            value,
            "case" if value else "unknown",
            f"{one} is {situation.name(one)}, {other} is {situation.name(other)}",
        )
    term = library.terms[var.term]
    if term.name in case.judgements:
        finding = case.judgements[term.name]
        who = finding.by or term.authority
        when = f" on {finding.date}" if finding.date else ""
        return Ground(
            name, value, "finding", f"{_phrase(situation, term, value)}: found by {who}{when}, as the case records"
        )
    if term.name in case.facts:
        said = (
            f"{_phrase(situation, term, value)}: assumed in the case"
            if value
            else f"left open in the case: {situation.question(term.name)}"
        )
        return Ground(name, value, "assumed" if value else "unknown", said)
    if term.registry is not None:
        return _registry_ground(situation, name, term, value)
    if value is None:
        if var.kind is Kind.JUDGEMENT:
            return Ground(name, None, "open", f"open: for {term.authority} to judge. {situation.question(term.name)}")
        return Ground(name, None, "unknown", f"not stated. {situation.question(term.name)}")
    field = term.name.replace("-", "_")
    relation = RELATIONS.get(term.name)
    if relation is not None:
        field = relation.field
    if field in ITEM:
        item = case.item
        if field in item.stated:
            return Ground(name, value, "case", f"{_phrase(situation, term, value, name)}: stated in the case")
        if field in item.from_registry and item.key in situation.registries.items:
            record = situation.registries.items[item.key]
            return Ground(
                name,
                value,
                "item",
                f"{_phrase(situation, term, value, name)}: items registry, `{item.key}`",
                record.sources,
                record.support,
            )
    elif field in case.stated:
        return Ground(name, value, "case", f"{_phrase(situation, term, value, name)}: stated in the case")
    if field in PLAIN:
        return Ground(name, value, "plain", f"{_phrase(situation, term, value, name)}: the case says nothing else")
    return Ground(name, value, "case", f"{_phrase(situation, term, value, name)}: stated in the case")


def _registry_ground(situation: Situation, name: str, term: Term, value: str | None) -> Ground:
    case = situation.case
    assert term.registry is not None
    registry, kind = term.registry
    a = situation.role(term.subject)
    b = situation.role(term.relation) if term.relation else situation.state
    judged = term.supplier == "judgement"
    if a is None or b is None or situation.registries.kind(registry, kind) is None:
        said = f"not known. {situation.question(term.name)}"
        return Ground(name, value, "open" if judged else "unknown", said)
    found = situation.registries.look_up(registry, kind, a, b, on=case.facts_day, known_on=case.known_on)
    if judged and found.row is None:
        return Ground(name, None, "open", f"open: for {term.authority} to judge. {situation.question(term.name)}")
    if found.value is None:
        sources = found.row.sources if found.row else ()
        return Ground(name, None, "unknown", f"{found.says()} {situation.question(term.name)}", sources)
    kind_ = "finding" if judged else "registry"
    return Ground(name, value, kind_, found.says(), found.sources, found.support, found.unverified)


def _phrase(situation: Situation, term: Term, value: str | None, name: str = "") -> str:
    """A short clause: `the item is a weapon`, `consideration: sale`."""
    label = term.name.replace("-", " ")
    if ":" in name:
        part = name.partition(":")[2]
        return f"{label} includes {part}" if value == "true" else f"{label} does not include {part}"
    if term.type != "truth":
        return f"{label}: {situation.registries.names.of(value) if term.type == 'state' and value else value}"
    subject = "the item" if term.subject == "item" else "" if term.subject == "case" else situation.name(term.subject)
    if term.name in RELATIONS:
        return f"{situation.name(RELATIONS[term.name].role)} is {'' if value == 'true' else 'not '}a {label}".replace(
            " a our ", " our "
        )
    no = "" if value == "true" else "not "
    return f"{subject} is {no}{label}" if subject else f"{no}{label}"


def facts_change_days(situation: Situation, variables: tuple[str, ...]) -> tuple[Day, ...]:
    """The days on which a registry's answer to one of the variables may change, sorted."""
    days: set[Day] = set()
    for name in variables:
        var = situation.library.vars[name]
        term = situation.library.terms.get(var.term)
        if term is None or term.registry is None or term.name in situation.case.facts:
            continue
        a = situation.role(term.subject)
        b = situation.role(term.relation) if term.relation else situation.state
        if a is not None and b is not None and situation.registries.kind(*term.registry) is not None:
            days.update(situation.registries.change_days(*term.registry, a, b))
    return tuple(sorted(days))
