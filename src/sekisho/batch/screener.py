"""Many rows at once: the same decision that `decide` gives, at the speed of columns.

For every row a key is computed that says what each provision in force leaves open, fails or holds
for it (`residue.py`). Rows with equal keys have equal answers, so `decide` is asked once for each
distinct key, and everything else is columns of small codes. What a key cannot carry (a re-transfer
with its legs, a case that may contradict itself, an assumed registry fact) is decided row by
distinct row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sekisho.batch.answers import (
    BARS,
    BASIS,
    COLUMNS,
    FAMILIES,
    MARKS,
    NEEDS,
    OUTCOME,
    SUPPORT,
    Answer,
    Fields,
    Scribe,
)
from sekisho.batch.cells import Cells, day_of
from sekisho.batch.pack import Column, Packed, pack
from sekisho.batch.places import Places, provisions
from sekisho.batch.residue import HOLDS, OPEN, Axis, Coded, Conditions, Ints, Residues, Tree, leaves, scatter
from sekisho.batch.rows import Dictionary, Rows
from sekisho.batch.residue import spread as named
from sekisho.batch.standing import Hashes, Provision, Standing
from sekisho.batch.store64 import Store
from sekisho.batch.traits import Traits
from sekisho.cases import UNKNOWN, Case
from sekisho.decide import Decision
from sekisho.facts import Registries
from sekisho.ir import Formula, Library, Timeline

ITEMS, TERMS, RELATED, PLACED = range(4)
_STATES = ("exporter", "recipient", "supplier")
_DENSE_DAYS = 1 << 24
_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class _Group:
    """One axis in a chunk of rows: the profile of each row, and the profiles."""

    codes: Ints
    axis: Axis


@dataclass(frozen=True, slots=True)
class Screened:
    """The answers of some rows: a cell for each row, and for each cell the number of its value in each family."""

    codes: Ints
    table: Ints
    values: tuple[list[tuple[str, ...]], ...]

    def column(self, name: str) -> pa.DictionaryArray:
        """One result column."""
        family = next(i for i, names in enumerate(FAMILIES) if name in names)
        at = FAMILIES[family].index(name)
        texts: dict[str, int] = {}
        local = np.array([texts.setdefault(value[at], len(texts)) for value in self.values[family]], np.int32)
        indices = local.take(self.table[:, family]).take(self.codes, mode="clip")
        return pa.DictionaryArray.from_arrays(pa.array(indices), pa.array(list(texts)), safe=False)

    def row(self, row: int) -> tuple[str, ...]:
        """The result columns of one row, in the order in which they are written."""
        numbers = self.table[int(self.codes[row])]
        found = {
            name: text
            for family, names in enumerate(FAMILIES)
            for name, text in zip(names, self.values[family][int(numbers[family])], strict=True)
        }
        return tuple(found[name] for name in COLUMNS)


Flags = tuple[bool, ...]
"""Of an outcome: whether it may be permitted, may go at all, may be barred, and is certain."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """Which key has which answer: the values of each family, the flags of outcomes, values by key."""

    values: tuple[list[tuple[str, ...]], ...]
    flags: tuple[Flags, ...]
    keys: tuple[dict[int, int], ...]


@dataclass
class Screener:
    """Decides rows of codes, chunk by chunk. One object serves one thread at a time.

    Attributes:
        values: For each family of result columns, every distinct value so far.
        asked: How often `decide` was asked.
    """

    library: Library
    registries: Registries
    timeline: Timeline
    decide: Callable[[Case], Decision]
    dictionaries: dict[str, Dictionary]
    cells: Cells
    values: tuple[list[tuple[str, ...]], ...] = field(default_factory=lambda: tuple([] for _ in FAMILIES))
    asked: int = 0

    def __post_init__(self) -> None:
        self._scribe = Scribe(self.library, self.registries, self.decide)
        self._places = Places(self.library, self.registries, self.timeline)
        self._traits = Traits(self.library, self.dictionaries, self._scribe)
        self._residues = Residues()
        self._provisions: dict[int, list[tuple[str, Formula]]] = {}
        self._store = Store(len(FAMILIES))
        self._homes: dict[int, np.uint64] = {}
        self._numbers: tuple[dict[object, int], ...] = tuple({} for _ in FAMILIES)
        self._flags: list[Flags] = []
        self._known: tuple[dict[int, int], ...] = tuple({} for _ in FAMILIES)
        self._by_fields: dict[str, int] = {}
        self._extra: dict[tuple[int, ...], int] = {}

    def screen(self, rows: Rows) -> Screened:
        """The answer of each row."""
        if not rows.count:
            return Screened(np.zeros(0, np.int32), np.zeros((0, len(FAMILIES)), np.int32), self.values)
        items, terms = self._traits.items(rows), self._traits.terms(rows)
        groups, laws, same = self._groups(rows, items, terms)
        cells, keys = self._cells(groups, laws)
        single = self._traits.contradictory(rows, items) | self._traits.one_by_one(rows) | same
        special = self._answer(rows, single, self._traits.unnamed(rows, items))
        rep = cells.row
        if special:
            plain = np.ones(rows.count, bool)
            plain[list(special)] = False
            at = np.flatnonzero(plain)
            rep = np.full(cells.size, -1, np.int64)
            rep[cells.codes[at]] = at
        place = self._store.find(keys)
        fresh = np.flatnonzero((place < 0) & (rep >= 0))
        if len(fresh):
            law = laws.take(groups[PLACED].codes.take(rep[fresh]))
            fresh = fresh[np.argsort(law, kind="stable")]
            for start in range(0, len(fresh), _BLOCK):
                block = fresh[start : start + _BLOCK]
                self._store.add(keys[block], self._table(rows, groups, laws, rep[block]))
            place = self._store.find(keys)
        table = self._store.rows.take(place, axis=0, mode="clip")
        codes = cells.codes
        if special:
            codes = codes.copy()
            codes[list(special)] = np.array(list(special.values())) + cells.size
            table = np.concatenate([table, np.array(list(self._extra), np.int32)])
        return Screened(codes, table, self.values)

    # What is kept between runs

    def learnt(self) -> Learnt:
        """Which key has which answer."""
        return Learnt(self.values, tuple(self._flags), self._known)

    def remember(self, learnt: Learnt) -> None:
        """Take over what an earlier run has learnt; before the first row is screened."""
        for family, values in enumerate(learnt.values):
            self.values[family].extend(values)
            self._known[family].update(learnt.keys[family])
            for number, value in enumerate(values):
                flags = learnt.flags[number] if family == OUTCOME else ()
                self._numbers[family][(value, flags)] = number
        self._flags.extend(learnt.flags)

    # The groups of facts

    def _groups(self, rows: Rows, items: Packed, terms: Packed) -> tuple[list[_Group], NDArray[np.int64], NDArray[np.bool_]]:
        traits = self._traits
        found = [
            _Group(items.codes, traits.axis(traits.item_vars, rows, items)),
            _Group(terms.codes, traits.axis(traits.term_vars, rows, terms)),
            self._related(rows, items),
        ]
        placed, laws, same = self._placed(rows)
        return [*found, placed], laws, same

    def _states(self, rows: Rows, name: str) -> tuple[Ints, list[str]]:
        """A column of states: codes, and the state of each code; unknown where the table does not say."""
        if name not in rows.columns:
            return np.zeros(rows.count, np.int32), [UNKNOWN]
        meanings = self.dictionaries[name].meanings
        return rows.columns[name].codes, [UNKNOWN if meaning is None else str(meaning) for meaning in meanings]

    def _related(self, rows: Rows, items: Packed) -> _Group:
        lists, says, codes = self._traits.lists(rows, items.row)
        if all(not listed for meaning in says for listed, _ in meaning if listed is not None) and all(  # type: ignore[misc]
            listed is not None for meaning in says for listed, _ in meaning  # type: ignore[misc]
        ):
            known = [self._states(rows, name) for name in ("exporter", "recipient")]
            if all(UNKNOWN not in (states[int(c)] for c in np.unique(codes_)) for codes_, states in known):
                roles = {"this-state": (np.zeros(1, np.int32), ["-"]), "recipient": (np.zeros(1, np.int32), ["-"])}
                axis = self._traits.relation_axis(says, [code[:1] for code in codes], roles)
                return _Group(np.zeros(rows.count, np.int32), axis)
        (exporter, exporters), (recipient, recipients) = self._states(rows, "exporter"), self._states(rows, "recipient")
        columns = [
            Column(lists.codes.take(items.codes, mode="clip"), lists.size),
            Column(exporter, len(exporters)),
            Column(recipient, len(recipients)),
        ]
        packed = pack(columns, rows.count)
        at = packed.row
        here = [code.take(items.codes.take(at)) for code in codes]
        home = ["international" if state == UNKNOWN else state for state in exporters]
        roles = {"this-state": (exporter.take(at), home), "recipient": (recipient.take(at), recipients)}
        return _Group(packed.codes, self._traits.relation_axis(says, here, roles))

    def _placed(self, rows: Rows) -> tuple[_Group, NDArray[np.int64], NDArray[np.bool_]]:
        states = {name: self._states(rows, name) for name in _STATES}
        pairs = pack([Column(codes, len(names)) for codes, names in states.values()], rows.count)
        named = [tuple(names[int(codes[row])] for codes, names in states.values()) for row in pairs.row.tolist()]
        stretches = [self._places.stretches(*each) for each in named]
        first, last = int(rows.days.min()), int(rows.days.max())
        span = last - first + 1
        if len(named) * span <= max(_DENSE_DAYS, 4 * rows.count):
            every = np.arange(first, last + 1)
            table = np.stack([s.profiles[np.searchsorted(s.days, every, side="right") - 1] for s in stretches])
            at = pairs.codes.astype(np.int32) * np.int32(span) + (rows.days - np.int32(first))
            profiles = table.ravel().astype(np.int32).take(at, mode="clip")
        else:
            starts = np.concatenate([s.days + (i << 20) for i, s in enumerate(stretches)])
            numbers = np.concatenate([s.profiles for s in stretches])
            at = np.searchsorted(starts, rows.days + (pairs.codes.astype(np.int64) << 20), side="right") - 1
            profiles = numbers[at].astype(np.int32)
        packed = pack([Column(profiles, int(profiles.max()) + 1)], rows.count)
        present = profiles[packed.row].astype(np.int64)
        same = np.array([one == other != UNKNOWN for one, other, _ in named])
        clash = same.take(pairs.codes, mode="clip") if same.any() else np.zeros(rows.count, bool)
        return _Group(packed.codes, self._places.axis(present)), self._places.law_of(present), clash

    # Cells: rows that the provisions cannot tell apart

    def _cells(self, groups: list[_Group], laws: NDArray[np.int64]) -> tuple[Packed, Hashes]:
        self._conditions = Conditions(self._residues, tuple(group.axis for group in groups))
        formulas = self._in_force(laws)
        self._evaluated = {key: self._conditions.evaluate(formula) for key, formula in formulas.items()}
        seen = [np.zeros(group.axis.size, np.uint64) for group in groups]
        homes = np.zeros(len(self._places.laws), np.uint64)
        homes[list(self._homes)] = list(self._homes.values())
        seen[PLACED] += homes[laws]
        for name, key in self._names.items():
            if key not in self._evaluated:
                continue
            for slot, leaf in enumerate(leaves(self._evaluated[key])):
                weights = scatter(self._residues.hashes(leaf.ids, marked=True) ^ named(f"{name} {slot}"))
                seen[leaf.axis] += weights[0] if leaf.constant else weights.take(leaf.codes, mode="clip")
        classes: list[Packed] = []
        columns: list[Column] = []
        for group, numbers in zip(groups, seen, strict=True):
            _, row, codes = np.unique(numbers, return_index=True, return_inverse=True)
            classes.append(Packed(codes.astype(np.int32), len(row), row))
            columns.append(Column(classes[-1].codes.take(group.codes, mode="clip"), len(row)))
        cells = pack(columns, len(groups[0].codes))
        keys = np.zeros(cells.size, np.uint64)
        for i, (group, numbers) in enumerate(zip(groups, seen, strict=True)):
            keys += scatter(numbers + np.uint64(i)).take(group.codes.take(cells.row, mode="clip"))
        return cells, np.maximum(keys, np.uint64(1))

    def _in_force(self, laws: NDArray[np.int64]) -> dict[int, Formula]:
        found: dict[int, Formula] = {}
        self._names: dict[str, int] = {}
        for number in np.unique(laws).tolist():
            if number not in self._provisions:
                law = self._places.laws[number]
                self._provisions[number] = provisions(law)
                names = "\0".join(name for name, _ in self._provisions[number])
                self._homes[number] = named(f"{law.encoded} {names}")
            for name, formula in self._provisions[number]:
                found[id(formula)] = formula
                self._names[name if self._names.get(name, id(formula)) == id(formula) else f"{name} {id(formula)}"] = id(formula)
        return found

    # Answers

    def _table(self, rows: Rows, groups: list[_Group], laws: NDArray[np.int64], rep: Ints) -> Ints:
        """For some rows, sorted by their law, the number of the answer in each family."""
        at = {i: group.codes.take(rep, mode="clip") for i, group in enumerate(groups)}
        law = laws.take(at[PLACED])
        met: dict[int, Coded] = {}
        found: list[Ints] = []
        for number in np.unique(law).tolist():
            first, last = (int(np.searchsorted(law, number, side=side)) for side in ("left", "right"))
            here = slice(first, last)
            provisions_ = {
                name: self._provision(name, formula, at, met, here) for name, formula in self._provisions[number]
            }
            found.append(self._answers_under(number, provisions_, _Asked(self, rows, rep[here])))
        return np.concatenate(found)

    def _answers_under(self, number: int, provisions_: dict[str, Provision], asked: _Asked) -> Ints:
        standing = Standing(self._places.laws[number], provisions_, len(asked.rep))
        home = self._homes[number]
        settled = standing.outcome_key + home
        outcome = asked.resolve(OUTCOME, settled)
        may, permits, bars, certain = (np.array(column).take(outcome) for column in zip(*self._flags, strict=True))
        found = [outcome]
        found.append(asked.resolve(BASIS, standing.basis_key(permits, settled) + home))
        found.append(asked.resolve(BARS, standing.bars_key(bars, certain) + home))
        carried = scatter(found[BASIS] + (1 << 52))
        needs = np.where(may, standing.needs_key(may) + carried + home, named("no needs"))
        found.append(asked.resolve(NEEDS, needs))
        support = standing.support_key(permits & certain, bars & certain)
        support = support + carried + scatter(found[BARS] + (1 << 53)) + scatter(self._outcome_of(outcome) + (1 << 54))
        found.append(asked.resolve(SUPPORT, np.where(certain, support + home, named("no support"))))
        found.append(asked.resolve(MARKS, standing.marks_key() + home))
        return np.stack(found, axis=1)

    def _outcome_of(self, numbers: Ints) -> Ints:
        words = {word: i for i, word in enumerate(dict.fromkeys(value[0] for value in self.values[OUTCOME]))}
        return np.array([words[value[0]] for value in self.values[OUTCOME]]).take(numbers)

    def _provision(
        self, name: str, formula: Formula, at: dict[int, Ints], met: dict[int, Coded], here: slice
    ) -> Provision:
        coded = met.get(id(formula))
        if coded is None:
            part = self._evaluated[id(formula)]
            coded = self._conditions.meet(part, at) if isinstance(part, Tree) else part
            if coded.axis >= 0:
                coded = Coded(-1, coded.codes.take(at[coded.axis], mode="clip"), coded.ids)
            met[id(formula)] = coded
        truth = np.array([2 if HOLDS <= i < OPEN else 0 if i < HOLDS else 1 for i in coded.ids.tolist()], np.uint8)
        mark = np.array([i % 4 + 1 if i < OPEN else 4 for i in coded.ids.tolist()], np.uint8)
        residue = scatter(self._residues.hashes(coded.ids) ^ named(name))
        codes = coded.codes[here]
        return Provision(truth.take(codes, mode="clip"), mark.take(codes, mode="clip"), residue.take(codes, mode="clip"))

    def _answer(self, rows: Rows, single: NDArray[np.bool_], unnamed: NDArray[np.bool_]) -> dict[int, int]:
        """The rows that are answered one by one, or set aside: for each its position in `extra`."""
        found: dict[int, int] = {}
        aside = unnamed.copy()
        aside[list(rows.bad)] = True
        for row in np.flatnonzero(single & ~aside).tolist():
            given = self.fields(rows, row)
            key = repr(given)
            if key not in self._by_fields:
                self._by_fields[key] = self._extra_of(self._ask(given))
            found[row] = self._by_fields[key]
        for row in np.flatnonzero(aside).tolist():
            said = [rows.bad[row]] if row in rows.bad else []
            if unnamed[row]:
                text = self.dictionaries["item"].meanings[int(rows.columns["item"].codes[row])]
                assert isinstance(text, dict)
                said.append(self.cells.unknown_item(text["name"]))
            found[row] = self._extra_of(Answer(note="; ".join(said)))
        return found

    def _extra_of(self, answer: Answer) -> int:
        numbers = tuple(self.number(family, answer) for family in range(len(FAMILIES)))
        found = self._extra.get(numbers)
        if found is None:
            found = self._extra[numbers] = len(self._extra)
        return found

    def _ask(self, given: Fields) -> Answer:
        self.asked += 1
        return self._scribe.answer(given)

    def number(self, family: int, answer: Answer) -> int:
        """The number of the answer's columns in a family."""
        value = answer.family(family)
        flags = _flags(answer.outcomes) if family == OUTCOME else ()
        key = (value, flags)
        found = self._numbers[family].get(key)
        if found is None:
            found = self._numbers[family][key] = len(self.values[family])
            self.values[family].append(value)
            if family == OUTCOME:
                self._flags.append(flags)
        return found

    def fields(self, rows: Rows, row: int) -> Fields:
        """One row as a case file would write it."""
        given: Fields = {"date": day_of(int(rows.days[row])).isoformat()}
        for name, column in rows.columns.items():
            meaning = self.dictionaries[name].meanings[int(column.codes[row])]
            if meaning is not None:
                given[name] = meaning
        return given


def _flags(words: frozenset[str]) -> Flags:
    return (
        "may-be-permitted" in words,
        bool(words & {"may-be-permitted", "free"}),
        bool(words & {"prohibited", "presumed-denied"}),
        len(words) == 1,
    )


class _Asked:
    """Asks `decide` for what is not known yet, once for each distinct key of a family."""

    def __init__(self, screener: Screener, rows: Rows, rep: Ints) -> None:
        self.screener = screener
        self.rows = rows
        self.rep = rep
        self.answers: dict[int, Answer] = {}

    def resolve(self, family: int, keys: Hashes) -> Ints:
        """The number of the value for each key."""
        known = self.screener._known[family]  # noqa: SLF001 - one class in two parts
        for at, answer in self.answers.items():
            self._learn(known, int(keys[at]), family, answer)
        distinct, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        for key, at in zip(distinct.tolist(), first.tolist(), strict=True):
            if key not in known:
                self._learn(known, key, family, self._answer(at))
        return np.array([known[key] for key in distinct.tolist()], np.int64)[inverse]

    def _learn(self, known: dict[int, int], key: int, family: int, answer: Answer) -> None:
        number = self.screener.number(family, answer)
        if known.setdefault(key, number) != number:
            raise RuntimeError(f"two rows with one key have different answers: {answer.family(family)}")

    def _answer(self, at: int) -> Answer:
        found = self.answers.get(at)
        if found is None:
            row = int(self.rep[at])
            found = self.answers[at] = self.screener._ask(self.screener.fields(self.rows, row))  # noqa: SLF001
        return found


__all__ = ["Screened", "Screener"]
