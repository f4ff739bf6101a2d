"""Rows to screen, with a fixed seed: realistic ones, and the worst that can be met.

Realistic: a few things sent often, many seldom, to most states of the world, on any day of twelve
years. Worst: every column drawn evenly and independently, so that nearly every row differs from
every other in something that the law asks for.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sekisho import TroubleError

FIRST, LAST = date(2014, 4, 1), date(2026, 10, 31)
EPOCH = date(1970, 1, 1)
CHUNK = 1_000_000


def _zipf(rng, values, count, power=1.1):
    weights = 1 / np.arange(1, len(values) + 1) ** power
    return _column(values, rng.choice(len(values), count, p=weights / weights.sum()))


def _column(values, codes):
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(list(values)))


def _days(rng, count):
    low, high = (FIRST - EPOCH).days, (LAST - EPOCH).days
    return pa.array(rng.integers(low, high, count).astype(np.int32), pa.date32())


def realistic(desk, count, seed=1, unknown=0.0):
    """Export declarations of one state. `unknown`: the share of cells that say so."""
    rng = np.random.default_rng([seed, count])
    states = [code for code in desk.registries.names.records["states"] if code != "JPN"]
    np.random.default_rng(7).shuffle(states)
    items = sound_items(desk)
    terms = desk.library.terms
    table = {
        "id": pa.array(np.arange(count)),
        "date": _days(rng, count),
        "exporter": _column(["JPN"], np.zeros(count)),
        "recipient": _zipf(rng, states, count),
        "item": _zipf(rng, items, count, 0.8),
        "act": _zipf(rng, ["export", "service", "transit", "brokering"], count, 2.5),
        "consideration": _zipf(rng, terms["consideration"].values, count, 1.5),
        "end_user": _zipf(rng, terms["end-user"].values, count, 1.5),
        "under": _zipf(rng, ["", *terms["under"].values], count, 2.5),
    }
    if unknown:
        for name in ("recipient", "item", "consideration", "end_user", "under"):
            table[name] = _some_unknown(rng, table[name], unknown, "" if name == "item" else "unknown")
    return pa.table(table)


@cache
def sound_items(desk):
    """The registered items that do not contradict themselves."""
    found = []
    for key in desk.registries.items:
        try:
            desk.case(date="2020-01-01", exporter="JPN", recipient="USA", item=key)
        except TroubleError:
            continue
        found.append(key)
    return tuple(found)


def _some_unknown(rng, column, share, word):
    values = [*column.dictionary.to_pylist(), word]
    codes = np.where(rng.random(len(column)) < share, len(values) - 1, column.indices.to_numpy())
    return _column(values, codes)


def worst(desk, count, seed=2):
    """Every column even and independent, the item described by its fields."""
    rng = np.random.default_rng([seed, count])
    states = [code for code in desk.registries.names.records["states"] if code != "JPN"]
    terms = desk.library.terms

    def even(values):
        return _column(list(values), rng.integers(0, len(values), count))

    lists = {name: [";".join(pair) for pair in _pairs(terms[name].values)] for name in ("purpose", "classes")}
    return pa.table(
        {
            "id": pa.array(np.arange(count)),
            "date": _days(rng, count),
            "exporter": even(["JPN", "KOR"]),
            "recipient": even(states),
            "act": even(["export", "service", "transit", "brokering", "loan"]),
            "consideration": even(terms["consideration"].values),
            "end_user": even(terms["end-user"].values),
            "under": even(["", *terms["under"].values]),
            "item.arms": even(["yes"]),
            "item.weapon": even(["yes", "no"]),
            "item.form": even([v for v in terms["form"].values if v != "technology"]),
            "item.production": even([v for v in terms["production"].values if v != "indigenous"]),
            "item.stock": even(terms["stock"].values),
            "item.purpose": even(["none", *terms["purpose"].values, *lists["purpose"]]),
            "item.classes": even(["none", *terms["classes"].values, *lists["classes"]]),
            "item.licensors": even(["none", "USA", "USA;GBR", *states[:20]]),
        }
    )


def _pairs(values):
    return [(a, b) for i, a in enumerate(values) for b in values[i + 1 :]]


def write_parquet(desk, path: Path, count: int, make=realistic) -> Path:
    """A file of so many rows, written in pieces; kept if it is there."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    writer = None
    for start in range(0, count, CHUNK):
        table = make(desk, min(CHUNK, count - start), seed=start + 1)
        table = table.set_column(0, "id", pa.array(np.arange(start, start + table.num_rows)))
        plain = table.cast(
            pa.schema(
                [
                    pa.field(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type)
                    for f in table.schema
                ]
            )
        )
        writer = writer or pq.ParquetWriter(
            half, plain.schema, use_dictionary=[f.name for f in plain.schema if f.name != "id"]
        )
        writer.write_table(plain, row_group_size=CHUNK)
    writer.close()
    half.rename(path)
    return path
