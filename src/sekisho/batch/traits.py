"""What the row itself says: the item, the terms, and the states that its lists name."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sekisho.base import Support
from sekisho.batch.answers import Scribe
from sekisho.batch.cells import ITEM_NEEDED
from sekisho.batch.residue import Axis, Ints
from sekisho.batch.rows import BLANK, Dictionary
from sekisho.cases import UNKNOWN, Case, resolvers
from sekisho.cases.fields import ITEM, RELATIONS, TOP
from sekisho.ir import INTERNATIONAL, Kind, Library, Term, Var

Given = Mapping[str, Ints]
"""Profiles: for each column of the table the code in every profile."""

_STATED = int(Support.OFFICIAL)
_LISTS = tuple(dict.fromkeys(relation.field for relation in RELATIONS.values()))
_ANY_DAY = "2000-01-01"

CLASHES, BODILESS, UNNAMED = 1, 2, 4
"""Of an item: it may contradict itself; it is no technology; it is neither registered nor described."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """A value that one of several columns gives: the first that is not blank."""

    columns: tuple[str, ...]
    read: Callable[[Case], Hashable]
    marks: Mapping[Hashable, int] = field(default_factory=dict)


class Traits:
    """Which column settles which variable, and what its codes mean for it.

    Attributes:
        item_vars, term_vars: How each variable about the item, or about the terms, is read.
        relations: The variables that a list of states answers, each with its term.
        item_columns, term_columns: The columns of the table on which they hang.
        aside: Columns that, where they say something, make a row one to be asked by itself.
    """

    def __init__(self, library: Library, dictionaries: Mapping[str, Dictionary], scribe: Scribe) -> None:
        self.dictionaries = dictionaries
        self._scribe = scribe
        self._resolvers = resolvers(library, scribe.registries)
        self._cases: dict[tuple[str, int], Case] = {}
        self.item_vars: dict[str, Overlay] = {}
        self.term_vars: dict[str, Overlay] = {}
        self.relations: dict[str, str] = {}
        self.aside = [name for name in ("law", "facts_on", "known_on") if name in dictionaries]
        for var in library.vars.values():
            self._place(var, library.terms.get(var.term))
        self.item_columns = tuple(n for n in dictionaries if n == "item" or n.startswith("item."))
        self.term_columns = tuple(n for n in dictionaries if any(n in o.columns for o in self.term_vars.values()))

    def _place(self, var: Var, term: Term | None) -> None:
        name, resolver = var.name, self._resolvers[var.name]

        def read(case: Case) -> Hashable:
            return resolver(case, INTERNATIONAL)

        if var.kind is Kind.READING:
            options = self._scribe.library.readings[var.term].options
            marks: dict[Hashable, int] = {
                option.name: min(int(cite.support) for cite in option.cites) for option in options
            }
            self.term_vars[name] = Overlay((f"readings.{var.term}",), read, marks)
            return
        if "=" in name or term is None or term.type == "state":
            return
        stated = (f"judgements.{term.name}", f"facts.{term.name}")
        own = term.name.replace("-", "_")
        if term.name in RELATIONS:
            self.relations[name] = term.name
            self.aside += [each for each in stated if each in self.dictionaries]
        elif term.subject == "item" and own in ITEM:
            self.item_vars[name] = Overlay((f"item.{own}", "item"), read)
        elif term.registry is not None and self._scribe.registries.kind(*term.registry) is not None:
            self.aside += [each for each in stated if each in self.dictionaries]
        elif term.type in ("choice", "choices"):
            self.term_vars[name] = Overlay((own,) if own in TOP else (), read)
        else:
            self.term_vars[name] = Overlay(stated, read)

    def axis(self, overlays: Mapping[str, Overlay], given: Given, size: int) -> Axis:
        """Profiles with a code for each variable."""
        codes: dict[str, Ints] = {}
        says: dict[str, tuple[tuple[str | None, int], ...]] = {}
        for name, overlay in overlays.items():
            codes[name], found = self.overlay(overlay, given, size)
            says[name] = tuple(found)  # type: ignore[arg-type]
        return Axis(size, codes, says)

    def overlay(self, overlay: Overlay, given: Given, size: int) -> tuple[Ints, list[tuple[Hashable, int]]]:
        """The value of an overlay in some profiles: a code for each, and what the codes mean, with its mark."""
        plain = overlay.read(self._case("", 0))
        numbers: dict[tuple[Hashable, int], int] = {(plain, overlay.marks.get(plain, _STATED)): 0}
        codes: Ints = np.zeros(size, np.int32)
        for column in reversed([name for name in overlay.columns if name in given]):
            table = [-1]
            for code in range(1, len(self.dictionaries[column].meanings)):
                case = self._case(column, code)
                value = overlay.read(case)
                mark = overlay.marks.get(value) or self._mark(column, case, overlay)
                table.append(numbers.setdefault((value, mark), len(numbers)))
            here = np.array(table, np.int32).take(given[column], mode="clip")
            codes = np.where(here < 0, codes, here)
        return codes, list(numbers)

    def _mark(self, column: str, case: Case, overlay: Overlay) -> int:
        if column != "item":
            return _STATED
        item, name = case.item, overlay.columns[0].removeprefix("item.")
        if name in item.from_registry and item.key in self._scribe.registries.items:
            return int(self._scribe.registries.items[item.key].support)
        return _STATED

    def _case(self, column: str, code: int) -> Case:
        """A case that states what a code of a column means, and nothing else."""
        key = (column, code)
        found = self._cases.get(key)
        if found is None:
            dictionary = self.dictionaries.get(column)
            given: dict[str, object] = {"date": _ANY_DAY}
            if dictionary is not None and code not in dictionary.errors:
                given[column] = dictionary.meanings[code]
            found = self._cases[key] = self._scribe.case(given, whole=False)
        return found

    # States that lists name

    def lists(self, given: Given, size: int) -> tuple[list[Ints], list[list[tuple[Hashable, int]]]]:
        """The lists of states in some profiles: three columns of codes, and what each one's codes mean."""
        found = [self.overlay(_attribute(name), given, size) for name in _LISTS]
        return [codes for codes, _ in found], [says for _, says in found]

    def relation_axis(
        self,
        says: Sequence[Sequence[tuple[Hashable, int]]],
        codes: Sequence[Ints],
        roles: Mapping[str, tuple[Ints, list[str]]],
    ) -> Axis:
        """Whether the state of a role is in a list, for every profile.

        Args:
            says: For each list, what its codes mean: the states (None: unknown) and the mark.
            codes: For each list, the code of each profile.
            roles: For each role, the code of its state in each profile, and what the codes mean.
        """
        found: dict[str, Ints] = {}
        meaning: dict[str, tuple[tuple[str | None, int], ...]] = {}
        for name, term in self.relations.items():
            relation = RELATIONS[term]
            at = _LISTS.index(relation.field)
            role_codes, states = roles[relation.role]
            numbers: dict[tuple[str | None, int], int] = {}
            table = [
                numbers.setdefault((_member(listed, state), mark), len(numbers))
                for listed, mark in says[at]
                for state in states
            ]
            place = codes[at].astype(np.int32) * len(states) + role_codes
            found[name] = np.array(table, np.int32).take(place, mode="clip")
            meaning[name] = tuple(numbers)
        return Axis(len(codes[0]), found, meaning)

    # What must be asked row by row

    def flags(self, given: Given, size: int) -> NDArray[np.uint64]:
        """Of each item whether it may clash, is no technology, is unnamed: a sum of flags."""

        def where(name: str, wanted: Callable[[Hashable], bool]) -> NDArray[np.bool_]:
            codes, says = self.overlay(_attribute(name), given, size)
            return np.array([wanted(value) for value, _ in says]).take(codes)

        clash = where("weapon", lambda v: v is True) & where("arms", lambda v: v is False)
        clash |= where("heavy_arms", lambda v: v is True) & where("weapon", lambda v: v is False)
        ammunition = where("consumable_ammunition", lambda v: v is True)
        clash |= ammunition & where("form", lambda v: v not in ("finished", "ammunition", UNKNOWN))
        clash |= where("production", lambda v: v == "indigenous") & where("licensors", bool)
        bodily = where("form", lambda v: v not in ("technology", "service", UNKNOWN))
        bare = np.zeros(size, bool)
        if "item" in given:
            bare = np.array([isinstance(m, dict) for m in self.dictionaries["item"].meanings]).take(given["item"])
            for name in ITEM_NEEDED:
                if f"item.{name}" in given:
                    bare &= given[f"item.{name}"] == BLANK
        found: NDArray[np.uint64] = (clash * CLASHES + bodily * BODILESS + bare * UNNAMED).astype(np.uint64)
        return found

    def odd_terms(self, given: Given, size: int) -> NDArray[np.bool_]:
        """The terms under which a row is, or may be, one to be asked by itself."""
        acts = self.dictionaries["act"].meanings if "act" in given else []
        odd = np.array([act in ("re-transfer", "technology", "return", UNKNOWN) for act in acts])
        return odd.take(given["act"], mode="clip") if odd.any() else np.zeros(size, bool)

    def assumes(self) -> bool:
        """Whether some row may assume what registries would else settle, or ask one law alone."""
        return any(len(self.dictionaries[name].meanings) > 1 for name in self.aside)

    def single(self, given: Given, flags: Ints) -> NDArray[np.bool_] | None:
        """The rows with more than one leg, that may contradict themselves, or with an assumed registry fact.

        Args:
            given: The codes of the rows.
            flags: The flags of each row's item.
        """
        found: NDArray[np.bool_] | None = None
        acts = self.dictionaries["act"].meanings if "act" in given else []
        if flags.any():
            found = (flags & CLASHES).astype(bool)
            if "technology" in acts:
                found |= (given["act"] == acts.index("technology")) & (flags & BODILESS).astype(bool)
        for act in ("re-transfer", UNKNOWN):  # an unknown act may be a re-transfer
            if act in acts:
                found = _or(found, given["act"] == acts.index(act))
        if "return" in acts and "consideration" in given:
            said = self.dictionaries["consideration"].meanings
            odd = np.array([value not in (None, "return", UNKNOWN) for value in said])
            found = _or(found, (given["act"] == acts.index("return")) & odd.take(given["consideration"], mode="clip"))
        for name in self.aside:
            if len(self.dictionaries[name].meanings) > 1:
                found = _or(found, given[name] != BLANK)
        return found


def _attribute(name: str) -> Overlay:
    """A field of the item, read as it stands."""
    return Overlay((f"item.{name}", "item"), lambda case: getattr(case.item, name))


def _or(one: NDArray[np.bool_] | None, other: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return other if one is None else one | other


def _member(listed: Hashable, state: str) -> str | None:
    if listed is None or state == UNKNOWN:
        return None
    assert isinstance(listed, tuple)
    return "true" if state in listed else "false"
