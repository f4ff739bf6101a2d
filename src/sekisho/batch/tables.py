"""The small tables that a query joins: what occurs, and which of it the law cannot tell apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sekisho.batch.answers import COLUMNS
from sekisho.batch.axes import Axes
from sekisho.batch.pack import Column
from sekisho.batch.residue import Ints
from sekisho.batch.rows import Rows, together
from sekisho.batch.run import Table
from sekisho.batch.sql import GROUPS, OWN, Shape
from sekisho.batch.traits import CLASHES, UNNAMED

Flags = NDArray[np.bool_]


@dataclass
class Plan:
    """Makes the tables for one mapping of columns."""

    table: Table
    headings: tuple[str, ...]

    def __post_init__(self) -> None:
        traits = self.table.screener.traits
        terms = (*traits.term_columns, *(name for name in traits.aside if name not in traits.term_columns))
        self._names = {
            "items": traits.item_columns,
            "terms": terms,
            "states": tuple(n for n in ("exporter", "recipient", "supplier") if n in self.table.encoder.dictionaries),
            "days": (),
        }
        self.shape = Shape.of(self.table.mapped, self.headings, traits.item_columns, terms)
        self._columns: dict[str, Mapping[str, Column]] = {}
        self._faults: dict[str, tuple[Ints | None, tuple[str, ...]]] = {}
        self._count: dict[str, int] = {}
        self._days = np.zeros(0, np.int32)

    @property
    def _axes(self) -> Axes:
        return self.table.screener.axes

    def tables(self, found: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
        """Every table but the cells, from the distinct combinations of each group."""
        encoder = self.table.encoder
        for group in GROUPS:
            part = found[group]
            self._count[group] = part.num_rows
            self._columns[group], (codes, says) = encoder.some(part, self._names[group])
            self._faults[group] = codes, tuple(says)
        days, fault = encoder.days(found["days"])
        self._days = days
        self._faults["days"] = (None, ("",)) if fault is None else together([fault], found["days"].num_rows)
        made = self._places()
        made["items"] = self._items(found["items"])
        made["related"] = self._related()
        made["terms"] = self._terms(found["terms"])
        made["states"] = self._keyed("states", found["states"], odd=self._same)
        made["days"] = self._keyed("days", found["days"], stretch=self._stretch)
        return made

    def _given(self, group: str) -> dict[str, Ints]:
        return {name: column.codes.astype(np.int64) for name, column in self._columns[group].items()}

    def _keyed(self, group: str, found: pa.Table, odd: Ints | Flags | None = None, **more: Ints) -> pa.Table:
        count = self._count[group]
        faults = self._faults[group][0]
        flags = np.zeros(count, np.int64) if odd is None else odd.astype(np.int64)
        if faults is not None:
            flags = np.maximum(flags, (faults > 0).astype(np.int64))
        columns = {name: found.column(name) for name in self.shape.groups[group]}
        numbers = {"id": np.arange(count), "odd": flags, **more}
        return pa.table(columns | {OWN + name: pa.array(np.asarray(each, np.int64)) for name, each in numbers.items()})

    def _places(self) -> dict[str, pa.Table]:
        """For every combination of states and stretch of days, which place it is."""
        axes, count = self._axes, self._count["states"]
        starts, places, self._same = axes.place_stretches(self._given("states"), count)
        self._stretch = np.searchsorted(starts, self._days, side="right") - 1
        used = np.unique(self._stretch)
        _, kinds = np.unique(places, return_inverse=True)
        table = kinds.reshape(count, len(starts))[:, used]
        return {
            "places": pa.table(
                {
                    f"{OWN}states": pa.array(np.repeat(np.arange(count), len(used))),
                    f"{OWN}stretch": pa.array(np.tile(used, count)),
                    f"{OWN}kind": pa.array(table.ravel().astype(np.int64)),
                }
            )
        }

    def _items(self, found: pa.Table) -> pa.Table:
        given = self._given("items")
        rows = self._axes.item_rows(given, self._count["items"])
        odd = (rows[:, 2] & np.uint64(CLASHES | UNNAMED)) > 0
        _, kinds = np.unique(rows[:, 0], return_inverse=True)
        _, self._example, lists = np.unique(rows[:, 1], return_index=True, return_inverse=True)
        return self._keyed("items", found, odd, kind=kinds, lists=lists)

    def _related(self) -> pa.Table:
        count, pairs = len(self._example), self._count["states"]
        item, pair = np.repeat(self._example, pairs), np.tile(np.arange(pairs), count)
        classes = self._axes.all_related(self._given("items"), self._given("states"), item, pair)
        _, kinds = np.unique(classes, return_inverse=True)
        return pa.table(
            {
                f"{OWN}lists": pa.array(np.repeat(np.arange(count), pairs)),
                f"{OWN}states": pa.array(pair),
                f"{OWN}kind": pa.array(kinds.astype(np.int64)),
            }
        )

    def _terms(self, found: pa.Table) -> pa.Table:
        given, count = self._given("terms"), self._count["terms"]
        traits = self.table.screener.traits
        classes = self._axes.term_rows(given, count)[:, 0]
        _, kinds = np.unique(classes, return_inverse=True)
        odd = traits.odd_terms(given, count)
        for name in traits.aside:
            if name in given:
                odd = odd | (given[name] != 0)
        return self._keyed("terms", found, odd, kind=kinds)

    # Cells and answers

    def answers(self, found: pa.Table) -> dict[str, pa.Table]:
        """The answer of each cell, decided by the row that stands for it."""
        samples = [tuple(int(each) for each in text.split("-")) for text in found.column("sekisho_sample").to_pylist()]
        at = {group: np.array([sample[i] for sample in samples], np.int64) for i, group in enumerate(GROUPS)}
        columns = {name: column.some(at[group]) for group in GROUPS for name, column in self._columns[group].items()}
        faults, says = self._all_faults(at)
        rows = Rows(len(samples), columns, self._days.take(at["days"]) if samples else self._days[:0], faults, says)
        screened = self.table.screener.screen(rows)
        texts = [screened.row(row) for row in range(rows.count)]
        numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        cells = found.drop_columns(["sekisho_sample"]).append_column(
            "answer", pa.array([numbers[t] for t in texts], pa.int64())
        )
        answers: dict[str, pa.Array] = {"answer": pa.array(list(range(len(numbers))), pa.int64())}
        for place, name in enumerate(COLUMNS):
            answers[name] = pa.array([text[place] for text in numbers], pa.string())
        return {"cells": cells, "answers": pa.table(answers)}

    def _all_faults(self, at: Mapping[str, Ints]) -> tuple[Ints | None, tuple[str, ...]]:
        texts: list[str] = [""] * len(at["days"])
        for group in GROUPS:
            faults, says = self._faults[group]
            if faults is not None:
                here = [says[int(code)] for code in faults.take(at[group])]
                texts = ["; ".join(filter(None, pair)) for pair in zip(texts, here, strict=True)]
        if not any(texts):
            return None, ("",)
        said = ("", *dict.fromkeys(text for text in texts if text))
        return np.array([said.index(text) for text in texts], np.int32), said
