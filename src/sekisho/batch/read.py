"""Tables of any format as units of rows: the same units in every run, so that a run can be resumed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa

from sekisho.base import Place, Trouble, TroubleError
from sekisho.batch.columns import KNOWN, squash

UNIT = 1 << 20
"""Rows of a unit, as far as the format allows; it bounds the memory."""

_FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xlsb": "xlsx",
    ".xls": "xlsx",
    ".ods": "xlsx",
}
_READ_ONLY = (".xlsm", ".xlsb", ".xls", ".ods", ".txt")

Read = Callable[[], pa.Table]


@dataclass
class Unit:
    """Some rows of one file.

    Attributes:
        file: The file.
        first: How many rows of the file come before.
        read: Reads them.
        lines: For a sheet, the row of the sheet on which each stands.
        faults: Rows that cannot be decided as they stand, with the reason.
        lost: Rows that turned out to be unreadable, with the reason; known once it has been read.
    """

    file: str
    first: int
    read: Read
    lines: Sequence[int] = ()
    faults: Mapping[int, str] = field(default_factory=dict)
    lost: list[tuple[str, str]] = field(default_factory=list)

    def place(self, row: int) -> str:
        """Where a row stands, as a person would look for it."""
        return f"row {self.lines[row]} of the sheet" if self.lines else f"row {self.first + row + 1}"


@dataclass
class Opened:
    """One file that has been looked into.

    Attributes:
        headings: Its columns.
        rows: How many rows it has, where the format says so.
        units: Its rows.
        types: What the columns hold, where the format says so; text otherwise.
    """

    headings: tuple[str, ...]
    rows: int | None
    units: Callable[[], Iterator[Unit]]
    types: Mapping[str, pa.DataType] = field(default_factory=dict)


@dataclass
class Inputs:
    """Every file of one table.

    Attributes:
        headings: The columns, the same in every file.
        rows: How many rows there are, where the format says so.
        units: The rows, unit by unit, in order.
        refused: Files and lines that could not be read, with the reason.
        remarks: What is worth saying of how the files were read.
        seen: Rows that have been read so far, and `read` the bytes, where `rows` is not known.
        sheet: The sheet that was asked for; empty where none was named.
    """

    files: tuple[Path, ...]
    format: str
    headings: tuple[str, ...] = ()
    rows: int | None = None
    units: Callable[[], Iterator[Unit]] = lambda: iter(())
    refused: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    seen: int = 0
    read: int = 0
    sheet: str = ""

    def expected(self) -> int | None:
        """How many rows there are: as the format says, or as it looks from what has been read so far."""
        if self.rows is not None or not self.read:
            return self.rows
        return max(self.seen, round(self.seen * sum(path.stat().st_size for path in self.files) / self.read))


def format_of(path: str | Path) -> str:
    """The format that a file name says; `parquet` for a folder.

    Raises:
        TroubleError: None that we know.

    Example:
        >>> format_of("orders.tsv"), format_of("declarations/")
        ('csv', 'parquet')
    """
    suffix = Path(path).suffix.lower()
    if suffix in _FORMATS:
        return _FORMATS[suffix]
    if not suffix or str(path).endswith("/"):
        return "parquet"
    known = ", ".join(dict.fromkeys(_FORMATS))
    trouble = Trouble(
        "SK424", f"`{suffix}` is no format that we read or write", (Place(str(path)),), help=f"known: {known}"
    )
    raise TroubleError([trouble])


def output_format(path: Path, inputs: Inputs) -> str:
    """The format to write, if the output may be written there at all.

    Raises:
        TroubleError: We do not write that format, or the output would take the place of something
            that is no output of ours.
    """
    kind = format_of(path)
    place = (Place(str(path)),)
    if path.suffix.lower() in _READ_ONLY:
        known = ", ".join(suffix for suffix in _FORMATS if suffix not in _READ_ONLY)
        raise TroubleError(
            [Trouble("SK424", f"`{path.suffix}` is read but not written", place, help=f"written are: {known}")]
        )
    here = path.resolve()
    if any(here in (file.resolve(), *file.resolve().parents) for file in inputs.files):
        help_ = "give the result a name or folder of its own"
        raise TroubleError([Trouble("SK428", "the output would take the place of the input", place, help=help_)])
    if path.suffix and path.is_dir():
        raise TroubleError([Trouble("SK428", "there is a folder of that name", place, help="choose another name")])
    if not path.suffix and path.exists() and not _ours(path):
        trouble = Trouble(
            "SK428",
            "there is something of that name that is no result of ours, and it would be lost",
            place,
            help="name a folder that is not there yet, or a file with a suffix, such as decided.parquet",
        )
        raise TroubleError([trouble])
    if kind == "xlsx" and (inputs.rows or 0) > SHEET:
        raise TroubleError([too_long(path)])
    return kind


SHEET = 1_048_575
"""Rows that a sheet can hold below its headings."""


def too_long(path: Path) -> Trouble:
    """The trouble of more rows than a sheet can hold."""
    return Trouble(
        "SK429", f"a sheet holds no more than {SHEET:,} rows", (Place(str(path)),), help="write Parquet or CSV"
    )


def _ours(folder: Path) -> bool:
    """Whether a folder holds nothing but the parts of a result."""
    return folder.is_dir() and all(each.name.startswith(("part-", "_", ".")) for each in folder.iterdir())


def open_inputs(patterns: Sequence[str], *, sheet: str = "") -> Inputs:
    """Find and look into the files that paths, folders and globs name.

    Raises:
        TroubleError: No file is there, none can be read, or their columns differ.
    """
    files = _files(patterns)
    kinds = {format_of(path) for path in files}
    if len(kinds) > 1:
        said = f"the files are of several formats: {', '.join(sorted(kinds))}"
        raise TroubleError([Trouble("SK424", said, help="screen each by itself")])
    found = Inputs(tuple(files), kinds.pop(), sheet=sheet)
    opened: dict[Path, Opened] = {}
    for path in files:
        try:
            opened[path] = _open(path, sheet, found)
        except (pa.ArrowException, OSError, ValueError) as error:
            found.refused.append((str(path), reason(error)))
    if not opened:
        raise TroubleError(
            [Trouble("SK425", f"the file cannot be read: {why}", (Place(name),)) for name, why in found.refused]
        )
    _compare(opened)
    found.headings = next(iter(opened.values())).headings
    counts = [each.rows for each in opened.values()]
    found.rows = sum(n for n in counts if n is not None) if None not in counts else None
    texts = {
        name
        for name in found.headings
        if len({str(each.types[name]) for each in opened.values() if name in each.types}) > 1
    }

    def units() -> Iterator[Unit]:
        for each in opened.values():
            for unit in each.units():
                unit.read = _alike(unit.read, found.headings, texts)
                yield unit

    found.units = units
    return found


def _open(path: Path, sheet: str, found: Inputs) -> Opened:
    if found.format == "xlsx":
        from sekisho.batch.workbook import open_sheet

        return open_sheet(path, sheet, found.remarks)
    if found.format in ("csv", "jsonl"):
        from sekisho.batch import lines

        return (lines.open_csv if found.format == "csv" else lines.open_jsonl)(path, found)
    return (_open_parquet if found.format == "parquet" else _open_arrow)(path)


def _compare(opened: Mapping[Path, Opened]) -> None:
    (first, model), *others = opened.items()
    troubles: list[Trouble] = []
    for path, each in others:
        if set(each.headings) != set(model.headings):
            odd = ", ".join(f"`{name}`" for name in sorted(set(each.headings) ^ set(model.headings))[:5])
            place = (Place(str(path)),)
            help_ = "screen it by itself"
            troubles.append(Trouble("SK426", f"the columns differ from those of {first}: {odd}", place, help=help_))
    if troubles:
        raise TroubleError(troubles)


def _alike(read: Read, headings: tuple[str, ...], texts: set[str]) -> Read:
    """The same rows with the columns in the same order, and as text where the files hold different things."""

    def alike() -> pa.Table:
        table = read()
        if tuple(table.column_names) != headings:
            table = table.select(list(headings))
        for name in texts:
            at = headings.index(name)
            column = table.column(at)
            if pa.types.is_dictionary(column.type):
                column = column.cast(column.type.value_type)
            if pa.types.is_nested(column.type):
                from sekisho.batch.lines import as_text

                column = pa.chunked_array([pa.array([as_text(value) for value in column.to_pylist()], pa.string())])
            table = table.set_column(at, name, column.cast(pa.string()))
        for at, each in enumerate(table.schema):  # Parquet cannot hold a dictionary with a null in it
            if pa.types.is_dictionary(each.type) and any(c.dictionary.null_count for c in table.column(at).chunks):
                table = table.set_column(at, each.name, table.column(at).cast(each.type.value_type))
        return table

    return alike


def _files(patterns: Sequence[str]) -> list[Path]:
    files: list[Path] = []
    missing: list[str] = []
    for pattern in patterns:
        path = Path(pattern)
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in _FORMATS and not _hidden(p, path))
        elif path.exists():
            inside = [path]
        else:
            named = sorted(glob(pattern, recursive=True))  # noqa: PTH207 - a pattern may be absolute
            inside = [Path(p) for p in named if Path(p).suffix.lower() in _FORMATS]
        files.extend(inside)
        if not inside:
            missing.append(pattern)
    if missing:
        raise TroubleError(
            [
                Trouble("SK425", "no such file, or no table in it", (Place(name),), help="check the path")
                for name in missing
            ]
        )
    once: dict[Path, Path] = {}  # a file that is named twice, in whatever spelling, is one
    for file in files:
        once.setdefault(file.resolve(), file)
    return list(once.values())


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.relative_to(root).parts)


_CUT = ("Parquet magic bytes", "footer", "Not an Arrow file", "Expected to read", "Unexpected end of stream")


def reason(error: Exception) -> str:
    """Why a file cannot be read, in plain words."""
    said = " ".join(str(error).split())
    if any(sign in said for sign in _CUT) or "too small" in said.lower():
        return "it is cut short, or not in the format that its name says"
    if "straddling object" in said:
        return "a cell is larger than 32 MB, or a quotation mark is never closed"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return said[:200] or type(error).__name__


def header_row(rows: Sequence[Sequence[object]]) -> int:
    """Which of the first rows holds the headings: the one with most that we know, else the first that says anything."""
    best, most = -1, 1
    for number, row in enumerate(rows):
        words = {squash(str(cell)) for cell in row if cell is not None}
        known = sum(word in KNOWN or word.startswith(("facts", "judgements", "readings")) for word in words)
        if known > most:
            best, most = number, known
    if best >= 0:
        return best
    return next((n for n, row in enumerate(rows) if any(cell not in (None, "") for cell in row)), 0)


def distinct_headings(cells: Sequence[str | None]) -> tuple[str, ...]:
    """The headings of a table; a column without one is called by its number.

    Raises:
        ValueError: One stands twice.
    """
    names = tuple((cell or "").strip() or f"column {number}" for number, cell in enumerate(cells, 1))
    for name in names:
        if names.count(name) > 1:
            places = ", ".join(str(at) for at, each in enumerate(names, 1) if each == name)
            raise ValueError(f"the heading `{name}` stands twice, in columns {places}; give each column its own")
    return names


# Parquet, Arrow


def _open_parquet(path: Path) -> Opened:
    import pyarrow.parquet as pq

    meta = pq.read_metadata(path)
    schema = meta.schema.to_arrow_schema()
    parts = dict(part.split("=", 1) for part in path.parts[:-1] if part.count("=") == 1)
    names = distinct_headings((*schema.names, *(name for name in parts if name not in schema.names)))
    texts = [f.name for f in schema if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]

    def units() -> Iterator[Unit]:
        groups: list[int] = []
        first = count = 0
        for group in range(meta.num_row_groups):
            size = meta.row_group(group).num_rows
            if groups and count + size > UNIT:
                yield _grouped(path, first, groups, texts, parts)
                groups, first, count = [], first + count, 0
            if size > 4 * UNIT:
                yield from _large_group(path, group, first, texts, parts)
                first += size
                continue
            groups.append(group)
            count += size
        if groups:
            yield _grouped(path, first, groups, texts, parts)

    return Opened(names, meta.num_rows, units, {f.name: f.type for f in schema})


def _grouped(path: Path, first: int, groups: list[int], texts: list[str], parts: Mapping[str, str]) -> Unit:
    """Some groups of rows; where one is damaged, the others."""
    import pyarrow.parquet as pq

    lost: list[tuple[str, str]] = []

    def read() -> pa.Table:
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            try:
                return _with_parts(file.read_row_groups(groups, use_threads=True), parts)
            except (pa.ArrowException, OSError):
                lost.clear()
                tables = []
                start = first
                for group in groups:
                    size = file.metadata.row_group(group).num_rows
                    try:
                        tables.append(file.read_row_groups([group]))
                    except (pa.ArrowException, OSError) as error:
                        lost.append((f"{path}, rows {start + 1:,} to {start + size:,}", reason(error)))
                    start += size
                if not tables:
                    raise
                return _with_parts(pa.concat_tables(tables).unify_dictionaries(), parts)

    return Unit(str(path), first, read, lost=lost)


def _large_group(path: Path, group: int, first: int, texts: list[str], parts: Mapping[str, str]) -> Iterator[Unit]:
    """A group of more rows than should be held at once, piece by piece."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, read_dictionary=texts) as file:
        for batch in file.iter_batches(UNIT, row_groups=[group]):
            yield Unit(str(path), first, _given(_with_parts(pa.Table.from_batches([batch]), parts)))
            first += batch.num_rows


def _given(table: pa.Table) -> Read:
    return lambda: table


_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""What a folder is called whose rows say nothing in that column."""


def _with_parts(table: pa.Table, parts: Mapping[str, str]) -> pa.Table:
    """The rows with the columns that the names of their folders say."""
    for name, value in parts.items():
        if name not in table.column_names:
            codes = pa.array([None if value == _NO_VALUE else 0] * table.num_rows, pa.int32())
            column = pa.DictionaryArray.from_arrays(codes, pa.array([unquote(value)]))
            table = table.append_column(name, column)
    return table


def _open_arrow(path: Path) -> Opened:
    with pa.memory_map(str(path)) as source:
        try:
            schema = pa.ipc.open_file(source).schema
        except pa.ArrowInvalid:
            source.seek(0)
            schema = pa.ipc.open_stream(source).schema
            batches = _stream
        else:
            batches = _batches

    def units() -> Iterator[Unit]:
        first = 0
        for batch in batches(path):
            for start in range(0, batch.num_rows, UNIT):
                table = pa.Table.from_batches([batch.slice(start, UNIT)])
                yield Unit(str(path), first, _given(table))
                first += table.num_rows

    return Opened(distinct_headings(schema.names), None, units, {f.name: f.type for f in schema})


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number)


def _stream(path: Path) -> Iterator[pa.RecordBatch]:
    with pa.memory_map(str(path)) as source:
        yield from pa.ipc.open_stream(source)


def missing_package(name: str, extra: str, what: str = "") -> Trouble:
    """The trouble of an engine or format whose package is not installed."""
    return Trouble(
        "SK427",
        f"this needs the package `{name}`, which is not installed",
        (Place(what),) if what else (),
        help=f'install it: pip install "sekisho[{extra}]"',
    )
