"""What the registries say of the states in a row, by stretches of days: looked up once for each pair."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sekisho.base import FIRST_DAY, Support
from sekisho.batch.cells import day_number, day_of
from sekisho.batch.residue import Axis
from sekisho.cases import UNKNOWN
from sekisho.cases.fields import RELATIONS
from sekisho.facts import Registries
from sekisho.ir import INTERNATIONAL, Formula, Kind, Law, Library, Term, Timeline, Var

Value = tuple[str | None, int]
"""A value (None: unknown or not judged) and how well it is sourced."""

History = tuple[tuple[int, int], ...]
"""The days from which something has a code, since 1970, with the code; the first is the first of all."""

_STATED = int(Support.OFFICIAL)
_FIRST = day_number(FIRST_DAY.isoformat())


@dataclass(frozen=True, slots=True)
class Stretches:
    """For one pair of states: the first day of each stretch (since 1970), and its profile."""

    days: NDArray[np.int64]
    profiles: NDArray[np.int64]


class Places:
    """The facts that hang on states and days. Profiles are numbered over the life of the object.

    A profile says which law is asked and what every variable about the states is. `laws` lists the
    laws; two laws with the same provisions are one.
    """

    def __init__(self, library: Library, registries: Registries, timeline: Timeline) -> None:
        self.registries = registries
        self.timeline = timeline
        self.vars = tuple(var for var in library.vars.values() if _about_states(var, library, registries))
        self._library = library
        self._terms = {var.name: library.terms[var.term] for var in self.vars if var.term in library.terms}
        self._spans: dict[Hashable, History] = {}
        self._pairs: dict[tuple[str, str, str], Stretches] = {}
        self._alike: dict[Hashable, Stretches] = {}
        self._histories: dict[str, History] = {}
        self._numbers: dict[tuple[int, ...], int] = {}
        self._values: list[dict[Value, int]] = [{} for _ in self.vars]
        self._rows = np.zeros((0, len(self.vars) + 1), np.int64)
        self._laws: dict[Hashable, int] = {}
        self._law_numbers: dict[int, int] = {}
        self.laws: list[Law] = []

    def stretches(self, exporter: str, recipient: str, supplier: str) -> Stretches:
        """The stretches of days for the states, each with its profile."""
        key = (exporter, recipient, supplier)
        found = self._pairs.get(key)
        if found is None:
            found = self._pairs[key] = self._lay_out(*key)
        return found

    def _lay_out(self, exporter: str, recipient: str, supplier: str) -> Stretches:
        state = INTERNATIONAL if exporter == UNKNOWN else exporter
        roles = {"this-state": state, "exporter": exporter, "recipient": recipient, "supplier": supplier}
        columns = tuple(self._history(at, var, roles) for at, var in enumerate(self.vars))
        found = self._alike.get((state, columns))  # of most states the registries say the same
        if found is None:
            found = self._alike[state, columns] = self._stretched((self._law_history(state), *columns))
        return found

    def _stretched(self, columns: Sequence[History]) -> Stretches:
        """The stretches on which none of some columns changes, and what all of them say there."""
        days = sorted({day for column in columns for day, _ in column})
        matrix = np.empty((len(days), len(columns)), np.int64)
        for at, column in enumerate(columns):
            starts, codes = np.array([day for day, _ in column]), np.array([code for _, code in column])
            matrix[:, at] = codes[np.searchsorted(starts, days, side="right") - 1]
        numbers = [self._numbers.setdefault(tuple(row), len(self._numbers)) for row in matrix.tolist()]
        return Stretches(np.array(days), np.array(numbers))

    def _law_history(self, state: str) -> History:
        """Which law a state has, from which days."""
        found = self._histories.get(state)
        if found is None:
            days = {day_number(day.isoformat()) for day in (FIRST_DAY, *self.timeline.change_days(state))}
            found = self._histories[state] = tuple((day, self._law(state, day)) for day in sorted(days))
        return found

    def _code(self, at: int, value: Value) -> int:
        known = self._values[at]
        return known.setdefault(value, len(known))

    def _law(self, state: str, day: int) -> int:
        law = self.timeline.law(state, day_of(day))
        found = self._law_numbers.get(id(law))
        if found is None:
            key = (law.encoded, *((name, id(formula)) for name, formula in provisions(law)))
            found = self._laws.get(key)
            if found is None:
                found = self._laws[key] = len(self.laws)
                self.laws.append(law)
            self._law_numbers[id(law)] = found  # the timeline keeps every law, so its id stays its own
        return found

    def _history(self, at: int, var: Var, roles: Mapping[str, str]) -> History:
        """From which days a variable has which code."""
        if "=" in var.name:
            one, _, other = var.name.partition("=")
            a, b = roles[one], roles[other]
            known = UNKNOWN not in (a, b)
            return self._always(at, (("true" if a == b else "false") if known else None, _STATED))
        term = self._terms[var.name]
        if term.type == "state":
            code = roles[term.name]
            return self._always(at, (None if code == UNKNOWN else code if code in var.domain else "*", _STATED))
        a, b = roles[term.subject], roles[term.relation] if term.relation else roles["this-state"]
        if UNKNOWN in (a, b):
            return self._always(at, (None, _STATED))
        return self._span(at, term, a, b)

    def _always(self, at: int, value: Value) -> History:
        return ((_FIRST, self._code(at, value)),)

    def _span(self, at: int, term: Term, a: str, b: str) -> History:
        assert term.registry is not None
        registry, kind = term.registry
        lane = self.registries.lanes[term.registry]
        other = b if lane.kind.two else None
        rows = any(key in lane.rows for key in lane.keys(a, other))
        key = (at, a, b) if rows else (at, lane.closed_for(a, other))
        found = self._spans.get(key)
        if found is None:
            judged = term.supplier == "judgement"
            history: list[tuple[int, int]] = []
            for day in dict.fromkeys((FIRST_DAY, *self.registries.change_days(registry, kind, a, b))):
                answer = self.registries.look_up(registry, kind, a, b, on=day)
                value = None if answer.value is None or (judged and answer.row is None) else answer.value
                word = None if value is None else "true" if value else "false"
                support = int(answer.support or _STATED) if word else _STATED
                history.append((day_number(day.isoformat()), self._code(at, (word, support))))
            found = self._spans[key] = tuple(history)
        return found

    def axis(self, profiles: NDArray[np.int64]) -> Axis:
        """The profiles with these numbers, as an axis."""
        rows = self._matrix()[profiles]
        says = {var.name: tuple(self._values[at]) for at, var in enumerate(self.vars)}
        return Axis(len(profiles), {var.name: rows[:, at] for at, var in enumerate(self.vars, 1)}, says)

    def law_of(self, profiles: NDArray[np.int64]) -> NDArray[np.int64]:
        """The law of each of these profiles, as a position in `laws`."""
        laws: NDArray[np.int64] = self._matrix()[profiles, 0]
        return laws

    def __len__(self) -> int:
        """How many profiles there are."""
        return len(self._numbers)

    def _matrix(self) -> NDArray[np.int64]:
        if len(self._rows) < len(self._numbers):
            self._rows = np.array(list(self._numbers), np.int64).reshape(len(self._numbers), len(self.vars) + 1)
        return self._rows


def _about_states(var: Var, library: Library, registries: Registries) -> bool:
    """Whether states and days settle the variable."""
    if var.kind is Kind.READING:
        return False
    if "=" in var.name:
        return True
    term = library.terms[var.term]
    if term.type == "state":
        return True
    if term.registry is None or term.name in RELATIONS:
        return False
    return registries.kind(*term.registry) is not None


def provisions(law: Law) -> list[tuple[str, Formula]]:
    """Every formula on which an answer under the law depends, with its name."""
    found: list[tuple[str, Formula]] = []
    for part in law.instruments:
        found += [(f"scope {scope.name}", scope.when) for scope in part.scopes]
        found += [(rule.name, rule.when) for rule in part.rules]
        found += [(f"unmodelled {passage.name}", passage.when) for passage in part.unmodelled]
    return found
