"""A whole run: from tables to one table of decisions, whole or not at all, resumed where it stopped.

The units of the input are decided one after the other; each becomes a part in a folder beside the
output, and a line of its journal. When all parts are there they are joined and renamed. Whatever
interrupts a run, the next one goes on after the last whole part.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np
import pyarrow as pa

from sekisho.base import Place, Trouble, TroubleError, digest
from sekisho.batch.answers import COLUMNS, FAMILIES, OUTCOME
from sekisho.batch.cells import Cells
from sekisho.batch.columns import Mapped
from sekisho.batch.memory import Memory
from sekisho.batch.read import Inputs, Unit, format_of
from sekisho.batch.rows import Encoder
from sekisho.batch.screener import Screened, Screener
from sekisho.batch.write import join, write_part
from sekisho.cases import Case
from sekisho.decide import Decision
from sekisho.facts import Registries
from sekisho.ir import Library, Timeline

_SHOWN = 20
_AHEAD = 3


class Decider(Protocol):
    """What a run needs of the desk."""

    library: Library
    registries: Registries
    digest: str

    def timeline(self) -> Timeline:
        """When each rule is in force."""

    def decide(self, case: Case) -> Decision:
        """The answer to a case."""


@dataclass
class Report:
    """What a run has done.

    Attributes:
        rows: Rows written.
        aside: Rows that were set aside, and lines or files that could not be read.
        outcomes: Rows by outcome; `set aside` where there is none.
        reasons: Why rows were set aside, with the first places.
        resumed: Parts that an earlier run had made.
        asked: How often `decide` was asked.
    """

    rows: int = 0
    aside: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: list[tuple[str, str]] = field(default_factory=list)
    resumed: int = 0
    asked: int = 0

    def add(self, line: Mapping[str, object]) -> None:
        """Add a part by its line in the journal."""
        outcomes = Counter(line["outcomes"])  # type: ignore[call-overload]
        self.rows += sum(outcomes.values())
        self.aside += outcomes["set aside"]
        self.outcomes += outcomes
        room = _SHOWN - len(self.reasons)
        self.reasons += [(str(where), str(why)) for where, why in line["reasons"]][: max(room, 0)]  # type: ignore[attr-defined]


@dataclass
class Table:
    """Screens tables of one mapping; the object behind a run, and behind `screen_table`."""

    desk: Decider
    mapped: Mapped
    date_order: str = ""
    memory: Memory | None = None

    def __post_init__(self) -> None:
        cells = Cells(self.desk.library, self.desk.registries, self.date_order)
        self.encoder = Encoder(self.mapped, cells)
        self.screener = Screener(
            self.desk.library,
            self.desk.registries,
            self.desk.timeline(),
            self.desk.decide,
            self.encoder.dictionaries,
            cells,
        )
        self._lock = Lock()
        if self.memory is not None:
            self.memory.load(self.screener)

    def screen(self, table: pa.Table) -> Screened:
        """The answers to the rows of a table; safe to call from several threads."""
        with self._lock:
            rows = self.encoder.encode(table)
        return self.screener.screen(rows)

    def with_answers(self, table: pa.Table, screened: Screened) -> pa.Table:
        """The table with its result columns; a column of that name that was there before is renamed."""
        names = [f"{name}_before" if name in COLUMNS else name for name in table.column_names]
        table = table.rename_columns(names)
        for name in COLUMNS:
            table = table.append_column(name, screened.column(name))
        return table

    def close(self) -> None:
        """Keep what was learnt for the next run."""
        if self.memory is not None:
            self.memory.save(self.screener)


Progress = Callable[[int, int | None], None]
"""Called with the rows that are done and all rows, where they are known."""


def run(
    inputs: Inputs,
    output: Path,
    table: Table,
    *,
    progress: Progress | None = None,
    options: Mapping[str, object] | None = None,
) -> Report:
    """Decide every row of the inputs and write the output.

    Raises:
        TroubleError: The output cannot be written; what is done is kept for the next run.
    """
    kind = format_of(output)
    folder = output.parent / f".{output.name}.parts"
    journal = _Journal(folder, _fingerprint(inputs, output, table, options or {}))
    report = Report()
    try:
        done = journal.open()
        for line in done.values():
            report.add(line)
        report.resumed = len(done)
        parts = _work(inputs, kind, folder, table, journal, done, report, progress)
        join(parts, output, kind)
    except OSError as error:
        raise TroubleError([_cannot_write(error, output)]) from error
    report.asked = table.screener.asked
    for where, why in inputs.refused:
        report.aside += 1
        report.reasons.insert(0, (where, why))
    table.close()
    shutil.rmtree(folder, ignore_errors=True)
    return report


def _work(
    inputs: Inputs,
    kind: str,
    folder: Path,
    table: Table,
    journal: _Journal,
    done: Mapping[int, Mapping[str, object]],
    report: Report,
    progress: Progress | None,
) -> list[Path]:
    parts: list[Path] = []

    def finish(number: int, future: Future[dict[str, object]]) -> None:
        line = future.result()
        journal.add(number, line)
        report.add(line)
        if progress is not None:
            progress(report.rows, inputs.rows)

    waiting: list[tuple[int, Future[dict[str, object]]]] = []
    with ThreadPoolExecutor(max_workers=min(_AHEAD, (os.cpu_count() or 1) + 1)) as pool:
        try:
            for number, unit in enumerate(inputs.units()):
                part = folder / f"part-{number:06}{_suffix(kind)}"
                parts.append(part)
                if number in done:
                    continue
                waiting.append((number, pool.submit(_one, unit, part, kind, table, number)))
                if len(waiting) >= _AHEAD:
                    finish(*waiting.pop(0))
            while waiting:
                finish(*waiting.pop(0))
        except BaseException:
            for _, future in waiting:
                future.cancel()
            raise
    return parts


def _one(unit: Unit, part: Path, kind: str, table: Table, number: int) -> dict[str, object]:
    rows = unit.read()
    screened = table.screen(rows)
    write_part(table.with_answers(rows, screened), part, kind, first=number == 0)
    counts = np.bincount(screened.codes, minlength=len(screened.table))
    outcomes: Counter[str] = Counter()
    reasons: list[tuple[str, str]] = []
    said = screened.values[OUTCOME]
    at, why = FAMILIES[OUTCOME].index("outcome"), FAMILIES[OUTCOME].index("note")
    for cell, count in enumerate(counts.tolist()):
        if count:
            value = said[int(screened.table[cell, OUTCOME])]
            outcomes[value[at] or "set aside"] += count
    if outcomes["set aside"]:
        empty = np.array([not value[at] for value in said]).take(screened.table[:, OUTCOME])
        for row in np.flatnonzero(empty.take(screened.codes))[:_SHOWN].tolist():
            note = said[int(screened.table[int(screened.codes[row]), OUTCOME])][why]
            reasons.append((f"{unit.file}, row {unit.first + row + 1}", note))
    return {"outcomes": dict(outcomes), "reasons": reasons}


def _suffix(kind: str) -> str:
    return {"csv": ".csv", "jsonl": ".jsonl", "parquet": ".parquet", "arrow": ".arrow", "xlsx": ".arrow"}[kind]


@dataclass
class _Journal:
    """Which parts are whole, a line each; valid only for the very same run."""

    folder: Path
    fingerprint: str

    @property
    def _path(self) -> Path:
        return self.folder / "journal.jsonl"

    def open(self) -> dict[int, dict[str, object]]:
        """The parts that an earlier run made; a folder that another run left is cleared."""
        lines = list(self._lines())
        if not lines or lines[0].get("run") != self.fingerprint:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            self._write({"run": self.fingerprint})
            return {}
        return {int(str(line["part"])): line for line in lines[1:]}

    def _lines(self) -> Iterator[dict[str, object]]:
        try:
            text = self._path.read_text(encoding="utf-8")
        except OSError:
            return
        for line in text.splitlines():
            try:
                yield json.loads(line)
            except json.JSONDecodeError:  # the line that was being written when the run stopped
                return

    def add(self, number: int, line: Mapping[str, object]) -> None:
        """Note that a part is whole."""
        self._write({"part": number, **line})

    def _write(self, line: Mapping[str, object]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _fingerprint(inputs: Inputs, output: Path, table: Table, options: Mapping[str, object]) -> str:
    files = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in inputs.files]
    desk = table.desk
    return digest(
        [
            files,
            output.name,
            table.mapped.to_dict(),
            table.date_order,
            desk.digest,
            desk.registries.digest(),
            dict(options),
        ]
    )


def _cannot_write(error: OSError, output: Path) -> Trouble:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return Trouble(
        "SK428",
        "the disk is full" if full else f"the output cannot be written: {(error.strerror or str(error)).lower()}",
        (Place(str(output)),),
        why="nothing is lost: what is done is kept beside the output",
        help="make room and run the same command again; it goes on where it stopped"
        if full
        else "check the path and its permissions, and run the same command again",
    )
