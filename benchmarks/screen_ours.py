"""Measures our own screening, one part in a process of its own: `screen_ours.py PART …` prints JSON.

Parts: `shared ROWS REPEATS THREADS` and `engine NAME ROWS REPEATS` on the rules that all engines share;
`book KIND ROWS DISTINCT REPEATS` on the whole Japan book, from encoded columns;
`file ROWS FOLDER REPEATS` from Parquet to Parquet.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import screen_data
from screen_peers import CHECKED, NAMES, coded, columns, timed
from stylised import CHOICES, FACTS, answered, cases, column, reference, rulebook

import sekisho
from sekisho.batch.columns import map_columns
from sekisho.batch.engines import ENGINES, screen_with
from sekisho.batch.pack import Column
from sekisho.batch.read import open_inputs
from sekisho.batch.rows import Rows
from sekisho.batch.run import Table, run
from sekisho.desk import Desk
from sekisho.store import read_all

CORES = os.cpu_count() or 1
STATES = {"exporter": "XTA", "recipient": "XTB"}


# The rules that all engines share


def shared_desk():
    """A desk over the shared rules."""
    with tempfile.TemporaryDirectory() as folder:
        law, facts = Path(folder, "law"), Path(folder, "facts")
        law.mkdir()
        facts.mkdir()
        (law / "rules.md").write_text(rulebook(), encoding="utf-8")
        for name, text in FACTS.items():
            (facts / name).write_text(text, encoding="utf-8")
        opened = read_all([law], facts)
    serious = [trouble.headline for trouble in opened.troubles if not trouble.warning]
    if serious:
        sys.exit("\n".join(serious))
    return Desk(opened)


def shared_table(data):
    """The columns as a table of text, in dictionaries."""
    found = {}
    for name, codes in data.items():
        texts = CHOICES.get(name, ("no", "yes"))
        if name == "law_date":
            found[column(name)] = pa.array(codes).cast(pa.date32())
        else:
            found[column(name)] = pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(texts))
    return pa.table(found)


def shared_worker(desk):
    return Table(desk, map_columns([column(name) for name in coded(cases(1, 0))], desk.library, constants=STATES))


def encoded(worker, data):
    """The columns as codes of the worker's own dictionaries, one byte each, days as they are."""
    cells, given, count = worker.encoder.cells, {}, len(data["law_date"])
    for name, codes in data.items():
        if name == "law_date":
            continue
        dictionary = worker.encoder.dictionaries[column(name)]
        own = [dictionary.code(text, cells) for text in CHOICES.get(name, ("no", "yes"))]
        assert own == list(range(1, len(own) + 1))
        given[column(name)] = Column(codes + np.uint8(1), len(own) + 1, 1)
    for name, state in STATES.items():
        code = worker.encoder.dictionaries[name].code(state, cells)
        given[name] = Column(np.full(count, code, np.uint8), code + 1, code)
    return Rows(count, given, data["law_date"])


def bases(screened):
    """Which rule answers each row."""
    basis, bars = screened.column("basis"), screened.column("bars")
    texts = [
        [NAMES.index(answered(one, other)) for other in bars.dictionary.to_pylist()]
        for one in basis.dictionary.to_pylist()
    ]
    return np.array(texts, np.uint8)[basis.indices.to_numpy(), bars.indices.to_numpy()]


def wrong_answers(worker, count=CHECKED):
    """In how many of so many random cases screening differs from the reference."""
    rows = cases(count, 7)
    found = worker.screener.screen(encoded(worker, coded(rows)))
    return sum(NAMES[code] != reference(row) for code, row in zip(bases(found).tolist(), rows, strict=True))


def shared(count, repeats, threads):
    worker = shared_worker(shared_desk())
    began = perf_counter()
    wrong = wrong_answers(worker)
    first = perf_counter() - began
    rows = encoded(worker, columns(count, 2024))
    found = worker.screener.screen(rows, threads=threads)
    return {
        "wrong": wrong,
        "rows": count,
        "counts": np.bincount(bases(found), minlength=len(NAMES)).tolist(),
        "seconds": timed(lambda: worker.screener.screen(rows, threads=threads), repeats),
        "asked": worker.screener.asked,
        "first": first,
    }


def engine(name, count, repeats):
    """Another engine decides the shared rules by our query; the result is one column of the basis."""
    desk = shared_desk()
    table = shared_table(columns(count, 2024))
    text = pa.schema([pa.field(f.name, pa.date32() if f.name == "date" else pa.string()) for f in table.schema])
    other = ENGINES[name]()
    other.give("source", table.cast(text))
    query = screen_with(other, shared_worker(desk), "source", tuple(table.column_names))
    counted = f"SELECT outcome, basis, bars, COUNT(*) AS n FROM ({query}) AS decided GROUP BY outcome, basis, bars"
    counts = np.zeros(len(NAMES), np.int64)
    for row in other.query(counted).to_pylist():
        counts[NAMES.index(answered(row["basis"], row["bars"]))] += row["n"]
    return {
        "rows": count,
        "counts": counts.tolist(),
        "seconds": timed(lambda: other.query(counted), repeats),
    }


def read(count, repeats):
    """Merely reading the bytes of the shared columns, on all cores."""
    data = columns(count, 2024)
    parts = [[codes[i::1][half] for codes in data.values()] for i in (0,) for half in _halves(count)]
    with ThreadPoolExecutor(len(parts)) as pool:
        return {
            "rows": count,
            "seconds": timed(lambda: list(pool.map(lambda part: [each.max() for each in part], parts)), repeats),
        }


def _halves(count):
    share = -(-count // CORES)
    return [slice(start, start + share) for start in range(0, count, share)]


# The whole Japan book


def book(kind, count, distinct, repeats):
    """Rows drawn from so many distinct declarations, from encoded columns."""
    desk = sekisho.open()
    if kind == "worst":
        table = screen_data.worst(desk, distinct)
    else:
        table = screen_data.realistic(desk, distinct, unknown=0.1 if kind == "unknown" else 0.0)
    worker = Table(desk, map_columns(table.column_names, desk.library))
    began = perf_counter()
    worker.screen(table)
    first = perf_counter() - began
    rng = np.random.default_rng(5)
    rows = worker.encoder.encode(table)
    if count != distinct:
        rows = rows.some(rng.integers(0, distinct, count))
    found = worker.screener.screen(rows, threads=CORES)
    seconds = timed(lambda: worker.screener.screen(rows, threads=CORES), repeats)
    return {
        "rows": count,
        "distinct": distinct,
        "cells": len(worker.screener.learnt().cells[0]),
        "asked": worker.screener.asked,
        "first": first,
        "seconds": seconds,
        "wrong": _differs(desk, worker, table, found if count == distinct else worker.screen(table)),
    }


def _differs(desk, worker, table, found):
    """In how many of two hundred rows screening differs from `decide`."""
    from sekisho.batch.answers import answer_of

    rows = worker.encoder.encode(table)
    wrong = 0
    step = max(1, table.num_rows // 200)
    for row in range(0, table.num_rows, step):
        case = worker.screener._scribe.case(worker.screener.fields(rows, row))
        wrong += found.row(row) != answer_of(desk.decide(case)).values()
    return wrong


# From Parquet to Parquet


def file(count, folder, repeats):
    """A file decided into another; what was learnt is kept between the runs, as `sekisho screen` does."""
    desk = sekisho.open()
    source = screen_data.write_parquet(desk, folder / f"rows-{count}.parquet", count)
    target = folder / f"decided-{count}.parquet"
    found = []
    for _ in range(repeats):
        target.unlink(missing_ok=True)  # to replace a file waits for the disk; most outputs are new
        began, used = perf_counter(), _cpu()
        inputs = open_inputs([str(source)])
        report = run(inputs, target, Table(desk, map_columns(inputs.headings, desk.library), memory=folder / "memory"))
        assert (report.rows, report.aside) == (count, 0)
        found.append({"seconds": perf_counter() - began, "cpu": _cpu() - used, "asked": report.asked})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 10 if sys.platform != "darwin" else 1 << 20)
    done = pq.ParquetFile(target)
    assert done.metadata.num_rows == count
    sizes = [source.stat().st_size, target.stat().st_size]
    target.unlink()
    return {"rows": count, "runs": found, "peak": peak, "bytes": sizes, "columns": len(done.schema_arrow.names)}


def read_file(count, folder, repeats):
    """Merely reading the file, every column into memory, row group by row group."""

    def all_groups():
        opened = pq.ParquetFile(folder / f"rows-{count}.parquet", memory_map=True)
        for number in range(opened.metadata.num_row_groups):
            opened.read_row_group(number)

    return {"rows": count, "seconds": timed(all_groups, repeats)}


def _cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main():
    part, *rest = sys.argv[1:]
    made = {
        "shared": lambda: shared(*map(int, rest)),
        "engine": lambda: engine(rest[0], *map(int, rest[1:])),
        "read": lambda: read(*map(int, rest)),
        "book": lambda: book(rest[0], *map(int, rest[1:])),
        "file": lambda: file(int(rest[0]), Path(rest[1]), int(rest[2])),
        "read-file": lambda: read_file(int(rest[0]), Path(rest[1]), int(rest[2])),
    }[part]()
    print(json.dumps(made))


if __name__ == "__main__":
    main()
