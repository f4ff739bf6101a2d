"""Large tables take a shorter way; it leads to the same answers."""

from __future__ import annotations

import errno
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate, pairwise
from pathlib import Path
from random import Random
from threading import Barrier

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening import decided, row_of, table_of

from sekisho.batch import screener, shortcut
from sekisho.batch.answers import COLUMNS
from sekisho.batch.columns import map_columns
from sekisho.batch.pack import Column, pack
from sekisho.batch.run import Table
from sekisho.batch.store64 import Store
from sekisho.testing import random_case

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

import screen_data

WAYS = {
    "by codes": (1 << 26, 1 << 26, 32, 22),
    "by kinds": (0, 1 << 28, 32, 22),
    "recent": (0, 0, 0, 22),
    "crowded": (0, 0, 0, 3),
}
"""The largest tables by codes and by kinds under which each way of looking up is taken, and the bits of recent cells."""


def take_way(patch, way):
    for name, size in zip(("_WHOLE", "_DENSE", "_CELLS_A_ROW", "_RECENT"), WAYS[way], strict=True):
        patch.setattr(shortcut, name, size)


def way_taken(worker):
    tables = worker.screener._shortcut._tables
    if isinstance(tables.answers, shortcut._Recent):
        return "recent" if len(tables.answers._held) > 8 else "crowded"
    return "by codes" if tables.whole else "by kinds"


STATES = ("date", "exporter", "recipient", "act", "consideration")
ITEM = ("item.arms", "item.weapon", "item.form", "item.purpose", "item.licensors")


@pytest.fixture(autouse=True)
def in_small_blocks(monkeypatch):
    """As if a thousand rows were many: several blocks, a thread for each of some."""
    monkeypatch.setattr(screener, "_SHORT", 1)
    monkeypatch.setattr(shortcut, "_BLOCK", 300)


@pytest.fixture(scope="module")
def realistic(desk):
    """Thousands of rows, forty of them distinct, with a tenth of the cells unknown."""
    rng = np.random.default_rng(3)
    table = screen_data.realistic(desk, 40, unknown=0.1).drop_columns(["id"])
    return table.take(rng.integers(0, table.num_rows, 4000))


def worker_for(desk, table, **more):
    constants = {} if any(n.startswith("item") for n in table.column_names) else {"item.stock": "new"}
    return Table(desk, map_columns(table.column_names, desk.library, constants=constants), **more)


def taken(worker, rows, threads=1):
    """The share of rows that the short way answers by itself."""
    found = worker.screener._shortcut.find(rows, worker.screener._store, threads)
    return 0.0 if found is None else float((found >= 0).mean())


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), way=st.sampled_from(sorted(WAYS)), threads=st.integers(1, 3))
def test_every_way_of_looking_up_answers_as_decide_does(random_desk, seed, way, threads):
    desk, rng = random_desk(seed), Random(seed)
    cases = [row_of(random_case(rng, desk, unknown=0.2)) for _ in range(25)]
    facts = sorted({name for row in cases for name in row if name.startswith(("facts.", "judgements."))})
    wanted = {*STATES, *rng.sample(ITEM, 2), *rng.sample(facts, min(2, len(facts)))}
    cases = [{name: text for name, text in row.items() if name in wanted} for row in cases]
    numbers = [rng.randrange(len(cases)) for _ in range(1000)]
    table = table_of([cases[number] for number in numbers])
    with pytest.MonkeyPatch.context() as patch:
        take_way(patch, way)
        worker = worker_for(desk, table)
        rows = worker.encoder.encode(table)
        worker.screener.screen(rows)
        asked = worker.screener.asked
        for _ in range(2):  # what the table of answers does not know yet, and what it has learnt
            found = worker.screener.screen(rows, threads=threads)
    assert way_taken(worker) == way
    assert worker.screener.asked == asked
    answers = {number: found.row(i) for i, number in enumerate(numbers)}
    for number, row in enumerate(cases):
        if number not in answers:
            continue
        wanted = decided(desk, row)
        assert answers[number] == wanted if wanted[0] else answers[number][0] == "" and answers[number][-1], row
    alone = worker.screener._screen(rows)
    assert (alone == found.codes).all()


@pytest.mark.parametrize("way", sorted(WAYS))
def test_our_own_books_the_short_way_and_the_long_way(desk, realistic, monkeypatch, way):
    take_way(monkeypatch, way)
    worker = worker_for(desk, realistic)
    rows = worker.encoder.encode(realistic)
    long = worker.screener.screen(rows)
    assert worker.screener._shortcut._tables is None  # nothing was known, so nothing could be looked up
    short = worker.screener.screen(rows, threads=2)
    assert taken(worker, rows) > 0.9
    for name in COLUMNS:
        assert short.column(name).to_pylist() == long.column(name).to_pylist()
    texts = {name: realistic.column(name).to_pylist() for name in realistic.column_names}
    for i in range(0, 4000, 250):
        row = {name: text[i].isoformat() if name == "date" else text[i] for name, text in texts.items() if text[i]}
        assert short.row(i) == decided(desk, row), row


def test_days_that_no_table_covers_yet(random_desk):
    desk = random_desk(4)
    table = table_of(
        [
            {"date": day, "exporter": "AAA", "recipient": "BBB", "item.arms": "yes"}
            for day in ("2001-05-01", "2010-01-01", "1950-01-01", "2100-12-31")
        ]
    )
    worker = worker_for(desk, table)
    first = [worker.screen(table.slice(0, 2)).row(i) for i in range(2)]
    assert [worker.screen(table.slice(0, 2)).row(i) for i in range(2)] == first
    covered = worker.screener._shortcut._tables
    found = worker.screen(table)
    assert worker.screener._shortcut._tables.span > covered.span
    for i in range(4):
        row = {name: table.column(name)[i].as_py() for name in table.column_names}
        assert found.row(i) == decided(desk, row)


def test_threads_that_begin_together_lay_out_the_tables_once(desk, realistic, monkeypatch):
    learnt = worker_for(desk, realistic)
    learnt.screener.screen(learnt.encoder.encode(realistic))
    worker = worker_for(desk, realistic)
    worker.screener.remember(learnt.screener.learnt())  # as the first threads of a run find it: no law was met yet
    rows = worker.encoder.encode(realistic)
    together, made = Barrier(3), []
    make = shortcut.Shortcut._make
    monkeypatch.setattr(shortcut.Shortcut, "_make", lambda self, *args: made.append(make(self, *args)) or made[-1])

    def begin(_):
        together.wait(timeout=60)
        return worker.screener.screen(rows).codes.tolist()

    with ThreadPoolExecutor(3) as pool:
        first, *others = pool.map(begin, range(3))
    assert len(made) == 1
    assert all(each == first for each in others)


@pytest.mark.parametrize("answers", [shortcut._Table(1000, 9), shortcut._Recent()])
def test_answers_as_they_are_learnt(answers):
    def found(cells):
        numbers = np.empty(len(cells), np.int32)
        answers.find(cells, numbers)
        return numbers.tolist()

    cells = np.arange(600)
    assert found(cells[:2]) == [-1, -1]
    answers.learn(cells[:5], np.array([7, -1, 7, 0, 9], np.int32))
    assert found(cells[:6]) == [7, -1, 7, 0, 9, -1]
    answers.learn(cells, np.arange(600, dtype=np.int32) * 3)  # more than a byte can count
    assert found(cells) == list(range(0, 1800, 3)) and found(np.array([999])) == [-1]


def test_of_two_cells_in_one_place_the_last_is_remembered(monkeypatch):
    monkeypatch.setattr(shortcut, "_RECENT", 1)
    answers = shortcut._Recent()
    cells = np.arange(100)
    for number in range(100):
        answers.learn(cells[number : number + 1], np.array([number], np.int32))
    found = np.empty(100, np.int32)
    answers.find(cells, found)
    assert sorted(set(found.tolist())) == [-1, *sorted(n for n in found.tolist() if n >= 0)]
    assert (found >= 0).sum() <= 2 and found[99] == 99
    assert all(number in (-1, cell) for cell, number in enumerate(found.tolist()))


def test_several_threads_at_once_give_the_same(desk, realistic):
    worker = worker_for(desk, realistic)
    parts = [realistic.slice(i * 500, 500) for i in range(8)]
    with ThreadPoolExecutor(len(parts)) as pool:
        found = list(pool.map(lambda part: worker.screen(part).column("basis").to_pylist(), parts))
    alone = worker_for(desk, realistic)
    assert found == [alone.screen(part).column("basis").to_pylist() for part in parts]
    assert len({text for part in found for text in part}) > 3


@settings(max_examples=10)
@given(
    seed=st.integers(0, 2**32 - 1),
    unknown=st.sampled_from([0.0, 0.2]),
    sizes=st.lists(st.integers(1, 150), max_size=4),
    warm=st.sampled_from(["cold", "half", "whole"]),
    threads=st.sampled_from([1, 3]),
)
def test_answers_hang_on_nothing_but_the_row(random_desk, seed, unknown, sizes, warm, threads):
    """Not on the order of rows, where units end, what was learnt before, or who else asks meanwhile."""
    desk, rng = random_desk(seed), Random(seed)
    cases = [row_of(random_case(rng, desk, unknown=unknown)) for _ in range(30)]
    table = table_of([rng.choice(cases) for _ in range(300)])
    wanted = worker_for(desk, table).screen(table)
    order = rng.sample(range(300), 300)
    worker = worker_for(desk, table)
    if warm != "cold":
        earlier = worker_for(desk, table)
        earlier.screen(table.take(order).slice(0, 150 if warm == "half" else 300))
        worker.screener.remember(pickle.loads(pickle.dumps(earlier.screener.learnt())))
    ends = [0, *sorted({end for end in accumulate(sizes) if end < 300}), 300]
    units = [order[first:last] for first, last in pairwise(ends)]
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(lambda unit: worker.screen(table.take(unit)), units))
    for name in COLUMNS:
        whole = wanted.column(name)
        for unit, each in zip(units, found, strict=True):
            column, texts = each.column(name), whole.take(unit).to_pylist()
            assert column.to_pylist() == texts
            assert column.dictionary.to_pylist() == sorted(set(texts))


class _Interrupted:
    """A lock after which another thread gets its turn."""

    def __init__(self, lock, others):
        self._lock, self._others = lock, others

    def __enter__(self):
        self._lock.acquire()

    def __exit__(self, *_):
        self._lock.release()
        if self._others:
            self._others.pop()()


def test_a_thread_that_meets_a_new_law_does_not_take_the_classes_from_under_another(random_desk):
    desk = random_desk(3)
    rows = [row_of(random_case(Random(i), desk, unknown=0.2)) for i in range(20)]
    table = table_of(rows)
    wanted = worker_for(desk, table).screen(table)
    worker = worker_for(desk, table)
    axes = worker.screener.axes
    axes.lock = _Interrupted(axes.lock, [axes._forget])  # what that thread does first
    found = worker.screen(table)
    assert axes.generation == 3
    assert [found.row(i) for i in range(20)] == [wanted.row(i) for i in range(20)]


def test_a_table_of_answers_that_a_slower_thread_put_there_does_no_harm(random_desk, monkeypatch):
    desk = random_desk(3)
    table = table_of([row_of(random_case(Random(i), desk, unknown=0.2)) for i in range(20)])
    wanted = worker_for(desk, table).screen(table)
    worker = worker_for(desk, table)

    def behind(self, name, value):
        object.__setattr__(self, name, value[:1] if name == "_table" else value)

    monkeypatch.setattr(screener.Screener, "__setattr__", behind)
    found = worker.screen(table)
    assert [found.row(i) for i in range(20)] == [wanted.row(i) for i in range(20)]


def test_what_was_learnt_is_kept_and_changes_nothing(desk, realistic, tmp_path):
    part = realistic.slice(0, 300)
    first = worker_for(desk, part, memory=tmp_path)
    wanted = [first.screen(part).row(i) for i in range(part.num_rows)]
    assert first.screener.asked > 10
    first.close()
    again = worker_for(desk, part, memory=tmp_path)
    found = again.screen(part)
    assert again.screener.asked == 0
    assert [found.row(i) for i in range(part.num_rows)] == wanted
    other = desk.with_proposals([desk.library.proposals[0].name])  # another law has learnt nothing yet
    assert worker_for(other, part, memory=tmp_path).screener.learnt().combined == []
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-3])
    assert worker_for(desk, part, memory=tmp_path).screener.learnt().combined == []


def test_what_cannot_be_kept_leaves_nothing_behind(random_desk, tmp_path, monkeypatch):
    desk = random_desk(1)
    table = table_of([row_of(random_case(Random(i), desk)) for i in range(9)])
    worker = worker_for(desk, table, memory=tmp_path)
    worker.screen(table)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    worker.close()
    assert worker.screener.learning and list(tmp_path.iterdir()) == []


def test_of_too_much_the_answers_are_kept(random_desk, tmp_path, monkeypatch):
    monkeypatch.setattr("sekisho.batch.memory._LARGEST", 3)
    desk, rng = random_desk(1), Random(1)
    table = table_of([row_of(random_case(rng, desk, unknown=0.2)) for _ in range(60)])
    first = worker_for(desk, table, memory=tmp_path)
    wanted = first.screen(table).column("basis").to_pylist()
    cells = len(first.screener.learnt().cells[0])
    first.close()
    again = worker_for(desk, table, memory=tmp_path)
    assert len(again.screener.learnt().cells[0]) == 3 < cells
    assert again.screen(table).column("basis").to_pylist() == wanted
    assert again.screener.asked < first.screener.asked


def test_a_store_finds_what_was_added_and_nothing_else():
    rng = np.random.default_rng(0)
    keys = np.unique(rng.integers(1, 2**63, 50_000).astype(np.uint64))
    store = Store(1)
    for start in range(0, len(keys), 7000):
        part = keys[start : start + 7000]
        store.add(part, np.arange(start, start + len(part))[:, None])
    places = store.find(keys)
    assert (store.rows[places, 0] == np.arange(len(keys))).all()
    assert (store.find(np.setdiff1d(rng.integers(1, 2**63, 1000).astype(np.uint64), keys)) == -1).all()


@settings(max_examples=50)
@given(
    sizes=st.lists(st.tuples(st.integers(0, 3), st.sampled_from([1, 2, 5, 40, 300])), max_size=7),
    rows=st.integers(0, 50),
    seed=st.integers(0, 2**32 - 1),
)
def test_folded_and_packed_columns_tell_apart_what_differs(sizes, rows, seed):
    rng = np.random.default_rng(seed)
    columns = []
    for low, wide in sizes:
        kind = np.uint8 if low + wide <= 256 else np.uint16
        columns.append(Column(rng.integers(low, low + wide, rows).astype(kind), low + wide, low))
    stated = [tuple(int(column.codes[row]) for column in columns) for row in range(rows)]
    if np.prod([wide for _, wide in sizes] or [1]) < 1 << 32:
        expected = []
        for each in stated:
            number = 0
            for (low, wide), code in zip(sizes, each, strict=True):
                number = number * wide + code - low
            expected.append(number)
        assert shortcut._Radix(columns).fold(slice(0, rows)).tolist() == expected
    packed = pack(columns, rows)
    assert [stated[int(row)] for row in packed.row.take(packed.codes)] == stated
    assert packed.size == len(set(stated))
