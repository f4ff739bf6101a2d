"""A whole run: from tables to one table of decisions, whole or not at all, resumed where it stopped.

The units of the input are decided one after the other; each becomes a part in a folder beside the
output, and a line of its journal. When all parts are there they are joined and renamed. Whatever
interrupts a run, the next one goes on after the last whole part.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from sekisho.base import Trouble, TroubleError, digest
from sekisho.batch.alone import alone, cannot_write
from sekisho.batch.answers import COLUMNS, FAMILIES, OUTCOME
from sekisho.batch.cells import Cells, NotUnderstoodError
from sekisho.batch.columns import Mapped, names_kept
from sekisho.batch.conventions import STRICT, Conventions
from sekisho.batch.memory import Memory
from sekisho.batch.read import Inputs, Unit, output_format, reason
from sekisho.batch.rows import Encoder, Rows
from sekisho.batch.screener import Screened, Screener
from sekisho.batch.summary import Summary, summarise
from sekisho.batch.write import join, write_part
from sekisho.cases import Case
from sekisho.decide import Decision
from sekisho.facts import Registries
from sekisho.ir import Library, Timeline
from sekisho.version import ENGINE

_REASONS = 500
_PLACES = 5
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
class Reason:
    """Why rows were set aside: how many, and where the first of them stand."""

    why: str
    rows: int = 0
    places: list[str] = field(default_factory=list)


@dataclass
class Report:
    """What a run has done.

    Attributes:
        rows: Rows written.
        aside: Rows that were set aside.
        outcomes: Rows by outcome; `set aside` where there is none.
        reasons: Why rows were set aside.
        refused: Lines and files that could not be read and are not in the output, with the reason.
        resumed: Parts that an earlier run had made.
        asked: How often `decide` was asked.
    """

    rows: int = 0
    aside: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, Reason] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)
    resumed: int = 0
    asked: int = 0

    @property
    def needs_a_person(self) -> bool:
        """Whether something was set aside or could not be read."""
        return bool(self.aside or self.refused)

    def add(self, line: _Line) -> None:
        """Add a part by its line in the journal."""
        outcomes = Counter(line.outcomes)
        self.rows += sum(outcomes.values())
        self.aside += outcomes["set aside"]
        self.outcomes += outcomes
        self.refused += [(where, why) for where, why in line.refused]
        for why, rows, places in line.reasons:
            if why not in self.reasons and len(self.reasons) >= _REASONS:
                continue
            known = self.reasons.setdefault(why, Reason(why))
            known.rows += rows
            known.places += places[: _PLACES - len(known.places)]


@dataclass(frozen=True)
class _Line:
    """What the journal says of a part: its counts, or that it could not be read."""

    outcomes: dict[str, int] = field(default_factory=dict)
    reasons: list[tuple[str, int, list[str]]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Table:
    """Screens tables of one mapping.

    Args:
        desk: Decides.
        mapped: How the columns are understood.
        conventions: How a cell is meant that may be meant in several ways.
        memory: The folder where what is learnt is kept for later tables under the same law; None to forget it.

    Raises:
        TroubleError: What is said for every row is not understood.
    """

    desk: Decider
    mapped: Mapped
    conventions: Conventions = STRICT
    memory: Path | None = None

    def __post_init__(self) -> None:
        cells = Cells(self.desk.library, self.desk.registries, self.conventions)
        _check_constants(self.mapped, cells)
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
        self._memory = None if self.memory is None else Memory(self.memory, tuple(_law(self.desk)))
        if self._memory is not None:
            self._memory.load(self.screener)

    def screen(self, table: pa.Table, faults: Mapping[int, str] | None = None) -> Screened:
        """The answers to the rows of a table; safe to call from several threads.

        Args:
            table: The rows.
            faults: Rows that are set aside whatever they say, with the reason.
        """
        with self._lock:
            rows = self.encoder.encode(table)
        return self.screener.screen(_with_faults(rows, faults) if faults else rows)

    def answers(self, screened: Screened) -> dict[str, pa.DictionaryArray]:
        """The result columns."""
        return {name: screened.column(name) for name in COLUMNS}

    def with_answers(self, table: pa.Table, screened: Screened) -> pa.Table:
        """The table with its result columns; a column of that name that was there before is renamed."""
        table = table.rename_columns(names_kept(table.column_names))
        for name, column in self.answers(screened).items():
            table = table.append_column(name, column)
        return table

    def summarise(self, table: pa.Table) -> Summary:
        """The counts of rows with their answers; spellings of a state count as one."""
        kept = dict(zip(self.mapped.headings, names_kept(self.mapped.headings), strict=True))
        columns = {name: kept[heading] for name, heading in self.mapped.columns.items()}
        return summarise(table, columns=columns, name_of=state_names(self.desk.registries, self.conventions))

    def close(self) -> None:
        """Keep what was learnt for the next run."""
        if self._memory is not None:
            self._memory.save(self.screener)


def _check_constants(mapped: Mapped, cells: Cells) -> None:
    """What is said for every row is understood, or nothing is begun."""
    troubles: list[Trouble] = []
    for name, value in mapped.constants.items():
        try:
            cells.read(name, value)
        except NotUnderstoodError as error:
            troubles.append(
                Trouble("SK431", f"`{name}={value}` is said for every row and not understood", why=str(error))
            )
    if troubles:
        raise TroubleError(troubles)


def state_names(registries: Registries, conventions: Conventions = STRICT) -> Callable[[str], str]:
    """From any spelling of a state to its name; what is no state stays as it is."""

    def name_of(text: str) -> str:
        code = conventions.find_state(registries, text)
        return registries.names.of(code) if code is not None else text or "–"

    return name_of


Progress = Callable[[int, int | None], None]
"""Called with the rows that are done and all rows, where they are known."""


def run(
    inputs: Inputs,
    output: Path,
    table: Table,
    *,
    progress: Progress | None = None,
) -> Report:
    """Decide every row of the inputs and write the output.

    Raises:
        TroubleError: The output cannot be written; what is done is kept for the next run.
    """
    kind = output_format(output, inputs)
    with alone(output):
        return _run(inputs, output, table, kind, progress)


def _run(inputs: Inputs, output: Path, table: Table, kind: str, progress: Progress | None) -> Report:
    folder = output.parent / f".{output.name}.parts"
    journal = _Journal(folder, _fingerprint(inputs, output, table))
    report = Report()
    try:
        done = {n: line for n, line in journal.open().items() if _is_whole(_part(folder, n, kind), line)}
        for line in done.values():
            report.add(line)
        report.resumed = len(done)
        if progress is not None:
            progress(report.rows, inputs.expected())
        with closing(_work(inputs, kind, folder, table, journal, done, report, progress)) as parts:
            join(parts, output, kind, table.summarise)
    except OSError as error:
        raise TroubleError([cannot_write(error, output)]) from error
    report.asked = table.screener.asked
    report.refused = [*inputs.refused, *report.refused]
    table.close()
    shutil.rmtree(folder, ignore_errors=True)
    return report


def _work(
    inputs: Inputs,
    kind: str,
    folder: Path,
    table: Table,
    journal: _Journal,
    done: Mapping[int, _Line],
    report: Report,
    progress: Progress | None,
) -> Generator[Path, None, None]:
    """Decide what is not done yet; the parts in order, each as soon as it is whole."""
    passed_on = kind == "parquet" and inputs.layout is not None and names_kept(inputs.headings) == [*inputs.headings]
    waiting: list[tuple[int, Future[_Line] | None]] = []
    made = 0

    def finish() -> Iterator[Path]:
        nonlocal made
        number, future = waiting.pop(0)
        if future is not None:
            line = future.result()
            journal.add(number, line)
            report.add(line)
            if progress is not None:
                progress(report.rows, inputs.expected())
        part = _part(folder, number, kind)
        if part.exists():
            made += 1
            yield part

    units = inputs.units()
    with ThreadPoolExecutor(max_workers=min(_AHEAD, (os.cpu_count() or 1) + 1)) as pool:
        try:
            for number, unit in enumerate(units):
                part = _part(folder, number, kind)
                waiting.append(
                    (number, None if number in done else pool.submit(_one, unit, part, kind, table, passed_on))
                )
                if len(waiting) >= _AHEAD:
                    yield from finish()
            while waiting:
                yield from finish()
        except BaseException:
            for _, future in waiting:
                if future is not None:
                    future.cancel()
            units.close()  # what reads ahead must come to its end before Python does
            raise
    if not made:
        part = _part(folder, 0, kind)
        nothing = pa.table({name: pa.array([], inputs.types.get(name, pa.string())) for name in inputs.headings})
        write_part(table.with_answers(nothing, table.screen(nothing)), part, kind)
        yield part


def _part(folder: Path, number: int, kind: str) -> Path:
    return folder / f"part-{number:06}{_SUFFIX[kind]}"


def _is_whole(part: Path, line: _Line) -> bool:
    """Whether a part that the journal knows is still there, or never had any rows."""
    return part.exists() or not line.outcomes


def _one(unit: Unit, part: Path, kind: str, table: Table, passed_on: bool) -> _Line:
    """Decide a unit and write its part.

    Args:
        unit: The unit.
        part: Where its part is written.
        kind: The format.
        table: Decides.
        passed_on: Whether the columns of the input are passed on as they stand.
    """
    groups = unit.groups if passed_on else None
    try:
        rows = unit.read()
    except (pa.ArrowException, OSError) as error:
        return _Line(refused=unit.unread(error))
    screened = table.screen(rows, unit.faults)
    if groups is None:
        write_part(table.with_answers(rows, screened), part, kind)
    else:
        from sekisho.batch.beside import Beside, ChangedError

        folders = {name: rows.column(name).combine_chunks() for name in groups.source.folders}
        beside = Beside(groups.source.path, groups.source.state, groups.numbers, folders, table.answers(screened))
        try:
            write_part(beside, part, kind)
        except ChangedError as error:
            return _Line(refused=[(f"{unit.file}, from {unit.place(0)}", reason(error))])
    counts = np.bincount(screened.codes, minlength=len(screened.table))
    outcomes: Counter[str] = Counter()
    why: dict[int, str] = {}
    said = screened.values[OUTCOME]
    at, note = FAMILIES[OUTCOME].index("outcome"), FAMILIES[OUTCOME].index("note")
    for cell in np.flatnonzero(counts).tolist():
        value = said[int(screened.table[cell, OUTCOME])]
        outcomes[value[at] or "set aside"] += int(counts[cell])
        if not value[at]:
            why[cell] = value[note]
    return _Line(dict(outcomes), _reasons(unit, screened, why), unit.lost)


def _reasons(unit: Unit, screened: Screened, why: Mapping[int, str]) -> list[tuple[str, int, list[str]]]:
    """Each reason for which rows were set aside, with how many, and where the first stand."""
    if not why:
        return []
    rows: dict[str, list[int]] = {}
    counts: Counter[str] = Counter()
    aside = np.zeros(len(screened.table), bool)
    aside[list(why)] = True
    for row in np.flatnonzero(aside.take(screened.codes)).tolist():
        said = why[int(screened.codes[row])]
        counts[said] += 1
        if counts[said] <= _PLACES:
            rows.setdefault(said, []).append(row)
    return [(said, n, [unit.place(row) + unit.among for row in rows[said]]) for said, n in counts.most_common(_REASONS)]


def _with_faults(rows: Rows, faults: Mapping[int, str]) -> Rows:
    """The rows with further faults."""
    codes = np.zeros(rows.count, np.int32) if rows.faults is None else rows.faults.astype(np.int32)
    says = list(rows.says)
    for row, why in faults.items():
        said = "; ".join(filter(None, (says[codes[row]], why)))
        if said not in says:
            says.append(said)
        codes[row] = says.index(said)
    return replace(rows, faults=codes, says=tuple(says))


_SUFFIX = {"csv": ".csv", "jsonl": ".jsonl", "parquet": ".parquet", "arrow": ".arrow", "xlsx": ".arrow"}


@dataclass
class _Journal:
    """Which parts are whole, a line each; valid only for the very same run."""

    folder: Path
    fingerprint: str

    @property
    def _path(self) -> Path:
        return self.folder / "journal.jsonl"

    def open(self) -> dict[int, _Line]:
        """The parts that an earlier run made; a folder that another run left is cleared."""
        lines = self._whole_lines()
        if not lines or lines[0].get("run") != self.fingerprint:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            self._write({"run": self.fingerprint})
            return {}
        return {line["part"]: _Line(line["outcomes"], line["reasons"], line["refused"]) for line in lines[1:]}

    def _whole_lines(self) -> list[dict[str, Any]]:
        """What stands in the file; a line that a killed run left half written is cut off, lest the next go on in it."""
        lines: list[dict[str, Any]] = []
        size = 0
        try:
            with self._path.open("r+b") as file:
                for line in file:
                    try:
                        lines.append(json.loads(line if line.endswith(b"\n") else b""))
                    except ValueError:
                        break
                    size += len(line)
                file.truncate(size)
        except OSError:
            return []
        return lines

    def add(self, number: int, line: _Line) -> None:
        """Note that a part is whole."""
        self._write({"part": number, **asdict(line)})

    def _write(self, line: Mapping[str, object]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _fingerprint(inputs: Inputs, output: Path, table: Table) -> str:
    files = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in inputs.files]
    return digest(
        [
            files,
            inputs.sheet,
            output.name,
            table.mapped.to_dict(),
            asdict(table.conventions),
            _law(table.desk),
            ENGINE,
        ]
    )


def _law(desk: Decider) -> list[str]:
    """All that an answer depends on besides the row: rulebooks, facts, the proposals that are taken as adopted."""
    adopted = [f"{name}@{day}" for name, day in sorted(desk.timeline().adopted.items())]
    return [desk.digest, desk.registries.digest(), *adopted]
