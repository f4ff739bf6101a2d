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
from functools import cached_property

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
from sekisho.batch.axes import Axes, Groups
from sekisho.batch.cells import Cells, day_of
from sekisho.batch.pack import Column, narrow, pack
from sekisho.batch.places import Places
from sekisho.batch.residue import Conditions, Ints, Residues, scatter, spread
from sekisho.batch.rows import Dictionary, Rows
from sekisho.batch.shortcut import Shortcut
from sekisho.batch.standing import Condition, Hashes, Provision, Standing, masks
from sekisho.batch.store64 import Store
from sekisho.batch.traits import UNNAMED, Traits
from sekisho.cases import Case
from sekisho.decide import Decision
from sekisho.facts import Registries
from sekisho.ir import Library, Timeline

_BLOCK = 1 << 18
_MAX_ALONE = 100_000
_SHORT = 10_000


@dataclass(frozen=True)
class Screened:
    """The answers of some rows.

    Attributes:
        codes: For each row the number of its combination of values.
        table: For each combination the number of its value in each family.
        values: For each family its values.
    """

    codes: Ints
    table: Ints
    values: tuple[list[tuple[str, ...]], ...]

    def column(self, name: str) -> pa.DictionaryArray:
        """One result column; its dictionary holds the texts that occur, sorted."""
        family = next(i for i, names in enumerate(FAMILIES) if name in names)
        at = FAMILIES[family].index(name)
        here = self.table[self.present, family]
        values = self.values[family]
        numbers = np.flatnonzero(np.bincount(here))
        said = [values[number][at] for number in numbers.tolist()]
        texts = sorted(set(said))
        place = {text: i for i, text in enumerate(texts)}
        places = np.zeros(int(numbers[-1]) + 1 if len(numbers) else 0, narrow(len(texts)))
        places[numbers] = [place[text] for text in said]
        local = np.zeros(len(self.table), narrow(len(texts)))
        local[self.present] = places.take(here)
        indices = local.take(self._at, mode="clip")
        return pa.DictionaryArray.from_arrays(pa.array(indices), pa.array(texts, pa.string()), safe=False)

    @cached_property
    def _at(self) -> NDArray[np.intp]:
        """The codes as NumPy looks things up, so that it need not convert them for each column."""
        return self.codes.astype(np.intp)

    @cached_property
    def present(self) -> Ints:
        """The combinations that occur."""
        return np.flatnonzero(np.bincount(self.codes, minlength=len(self.table)))

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
    """Which key has which answer: the values of each family, the flags of outcomes, values by key, cells."""

    values: tuple[list[tuple[str, ...]], ...]
    flags: tuple[Flags, ...]
    keys: tuple[dict[int, int], ...]
    combined: list[tuple[int, ...]]
    cells: tuple[Hashes, Ints]


@dataclass
class Screener:
    """Decides rows of codes, chunk by chunk. Several threads may ask at once.

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
        self.traits = Traits(self.library, self.dictionaries, self._scribe)
        self._residues = Residues(masks(self.library))
        self.axes = Axes(self.traits, self._places, self.dictionaries, self._residues)
        self._store = Store(1)
        self._combined: dict[tuple[int, ...], int] = {}
        self._table = np.zeros((0, len(FAMILIES)), np.int32)
        self._new_cells = 0
        self._shortcut = Shortcut(self.axes, self.traits)
        self._numbers: tuple[dict[object, int], ...] = tuple({} for _ in FAMILIES)
        self._flags: list[Flags] = []
        self._known: tuple[dict[int, int], ...] = tuple({} for _ in FAMILIES)
        self._by_fields: dict[str, tuple[int, ...]] = {}

    def screen(self, rows: Rows, *, threads: int = 1) -> Screened:
        """The answer of each row.

        Args:
            rows: The rows, as codes.
            threads: How many threads share the work that needs no Python.
        """
        if not rows.count:
            return Screened(np.zeros(0, np.int32), np.zeros((0, len(FAMILIES)), np.int32), self.values)
        short = rows.count >= _SHORT and len(self._store) > 0
        codes = self._shortcut.find(rows, self._store, threads) if short else None
        if codes is None:
            return self._screened(self._screen(rows))
        if rows.faults is not None:
            codes[rows.faults > 0] = -1
        if int(codes.min()) < 0:
            left = np.flatnonzero(codes < 0)
            codes[left] = self._screen(rows.some(left))
        return self._screened(codes)

    def _screened(self, codes: Ints) -> Screened:
        table = self._table  # another thread may put a shorter one there, made before our answers were known
        if len(table) < len(self._combined):
            table = self._table = np.array(list(self._combined), np.int32).reshape(-1, len(FAMILIES))
        return Screened(codes, table, self.values)

    def _screen(self, rows: Rows) -> Ints:
        """The long way: what is new is found out. For each row the number of its combination of values."""
        groups = self.axes.groups(rows)
        special = self._special(groups)
        keys = groups.hashes
        places = self._store.find(keys)
        fresh = places < 0
        if special is not None:
            fresh &= ~special
        if fresh.any():
            with self.axes.lock:
                at = np.flatnonzero(fresh)
                at = at[self._store.find(keys[at]) < 0]
                distinct, first = np.unique(keys[at], return_index=True)
                if len(distinct):
                    self._lay_out(groups, distinct, at[first])
            places = self._store.find(keys)
        codes = self._store.rows[:, 0].take(places, mode="clip") if len(self._store) else np.zeros(rows.count, np.int32)
        if special is not None:
            at = np.flatnonzero(special)
            with self.axes.lock:
                codes[at] = self._one_by_one(groups, at)
        return codes

    # What is kept between runs

    @property
    def learning(self) -> bool:
        """Whether anything new has been found out."""
        return self._new_cells > 0

    def learnt(self) -> Learnt:
        """Which key has which answer."""
        return Learnt(self.values, tuple(self._flags), self._known, list(self._combined), self._store.content())

    def remember(self, learnt: Learnt) -> None:
        """Take over what an earlier run has learnt; before the first row is screened."""
        for family, values in enumerate(learnt.values):
            self.values[family].extend(values)
            self._known[family].update(learnt.keys[family])
            for number, value in enumerate(values):
                flags = learnt.flags[number] if family == OUTCOME else ()
                self._numbers[family][(value, flags)] = number
        self._flags.extend(learnt.flags)
        self._combined.update({values: number for number, values in enumerate(learnt.combined)})
        self._store.add(*learnt.cells)

    # Cells: rows that the provisions cannot tell apart

    def _lay_out(self, groups: Groups, keys: Hashes, rep: Ints) -> None:
        """Find the answers of cells that have not been met before, each by a row that stands for it."""
        law = self.axes.law_of(groups, rep)
        order = np.argsort(law, kind="stable")
        for start in range(0, len(order), _BLOCK):
            block = order[start : start + _BLOCK]
            axes, at = self.axes.axes(groups, rep[block])
            conditions = Conditions(self._residues, axes)
            met: dict[tuple[str, int], Condition] = {}
            found: list[Ints] = []
            for number in np.unique(law[block]).tolist():
                here = slice(*(int(np.searchsorted(law[block], number, side=side)) for side in ("left", "right")))
                each: dict[str, Provision] = {}
                for name, formula in self.axes.provisions[number]:
                    condition = met.get((name, id(formula)))
                    if condition is None:
                        coded = conditions.in_cells(conditions.evaluate(formula), at)
                        condition = met[name, id(formula)] = Condition(name, coded, self._residues)
                    each[name] = Provision(condition, here)
                found.append(self._answers_under(number, each, _Asked(self, groups.rows, rep[block][here])))
            numbers = [self._combine(tuple(each)) for each in np.concatenate(found).tolist()]
            self._store.add(keys[block], np.array(numbers, np.int32)[:, None])
            self._new_cells += len(block)

    # Answers

    def _answers_under(self, number: int, provisions_: dict[str, Provision], asked: _Asked) -> Ints:
        standing = Standing(self._places.laws[number], provisions_, len(asked.rep), self.axes.homes[number])
        settled = standing.outcome_key
        outcome = asked.resolve(OUTCOME, settled)
        may, permits, bars, certain = (np.array(column).take(outcome) for column in zip(*self._flags, strict=True))
        found = [outcome]
        found.append(asked.resolve(BASIS, standing.basis_key(permits, settled)))
        found.append(asked.resolve(BARS, standing.bars_key(bars, certain)))
        carried = scatter(found[BASIS] + (1 << 52))
        needs = np.where(may, standing.needs_key(may) + carried, spread("no needs"))
        found.append(asked.resolve(NEEDS, needs))
        support = standing.support_key(permits & certain, bars & certain)
        support = support + carried + scatter(found[BARS] + (1 << 53)) + scatter(self._outcome_of(outcome) + (1 << 54))
        found.append(asked.resolve(SUPPORT, np.where(certain, support, spread("no support"))))
        found.append(asked.resolve(MARKS, standing.marks_key()))
        return np.stack(found, axis=1)

    def _outcome_of(self, numbers: Ints) -> Ints:
        words = {word: i for i, word in enumerate(dict.fromkeys(value[0] for value in self.values[OUTCOME]))}
        return np.array([words[value[0]] for value in self.values[OUTCOME]]).take(numbers)

    # Rows that are set aside, or answered one by one

    def _special(self, groups: Groups) -> NDArray[np.bool_] | None:
        rows = groups.rows
        given = {name: column.codes for name, column in rows.columns.items()}
        found = groups.same
        for mask in (
            self.traits.single(given, groups.flags),
            (groups.flags & UNNAMED).astype(bool) if groups.flags.any() else None,
            None if rows.faults is None else rows.faults > 0,
        ):
            found = mask if found is None else found if mask is None else found | mask
        return found if found is not None and found.any() else None

    def _combine(self, values: tuple[int, ...]) -> int:
        """The number of a combination of values, one of each family."""
        return self._combined.setdefault(values, len(self._combined))

    def _one_by_one(self, groups: Groups, at: Ints) -> Ints:
        """The answers of some rows, each distinct one asked by itself."""
        rows = groups.rows
        columns = [column.some(at) for column in rows.columns.values()]
        days = rows.days.take(at).astype(np.int64)
        columns.append(Column(days - days.min(), int(days.max() - days.min()) + 1))
        faults = np.zeros(len(at), np.int32) if rows.faults is None else rows.faults.take(at)
        packed = pack([*columns, Column(faults, len(rows.says))], len(at))
        table = []
        for i in packed.row.tolist():
            row = int(at[i])
            said = [rows.says[int(faults[i])]] if faults[i] else []
            if len(groups.flags) > 1 and groups.flags[row] & UNNAMED:
                text = self.dictionaries["item"].meanings[int(rows.columns["item"].codes[row])]
                assert isinstance(text, dict)
                said.append(self.cells.unknown_item(text["name"]))
            table.append(self._numbered(Answer(note="; ".join(said))) if said else self._alone(self.fields(rows, row)))
        return np.array([self._combine(each) for each in table], np.int32).take(packed.codes)

    def _alone(self, given: Fields) -> tuple[int, ...]:
        key = repr(given)
        found = self._by_fields.get(key)
        if found is None:
            if len(self._by_fields) > _MAX_ALONE:
                self._by_fields.clear()
            found = self._by_fields[key] = self._numbered(self._ask(given))
        return found

    def _numbered(self, answer: Answer) -> tuple[int, ...]:
        return tuple(self.number(family, answer) for family in range(len(FAMILIES)))

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
