"""Tables of any format as units of rows: the same units in every run, so that a run can be resumed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from glob import glob, has_magic
from os.path import commonpath
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from sekisho.base import Place, Trouble, TroubleError
from sekisho.batch.columns import KNOWN, squash

if TYPE_CHECKING:
    from sekisho.batch.parquet import Groups

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
_WRITTEN = tuple(suffix for suffix in _FORMATS if suffix not in _READ_ONLY)

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
        groups: For Parquet, the row groups that it consists of, if it consists of whole ones.
        among: Where there are several files, which it is: ` of FILE`.
    """

    file: str
    first: int
    read: Read
    lines: Sequence[int] = ()
    faults: Mapping[int, str] = field(default_factory=dict)
    lost: list[tuple[str, str]] = field(default_factory=list)
    groups: Groups | None = None
    among: str = ""

    def place(self, row: int) -> str:
        """Where a row stands, as a person would look for it."""
        return f"row {self.lines[row]} of the sheet" if self.lines else f"row {self.first + row + 1}"

    def unread(self, error: Exception) -> list[tuple[str, str]]:
        """What is not in the result where the rows cannot be read, with the reason."""
        return self.lost or [(f"{self.file}, from {self.place(0)}", reason(error))]


@dataclass
class Opened:
    """One file that has been looked into.

    Attributes:
        headings: Its columns.
        rows: How many rows it has, where the format says so.
        units: Its rows.
        types: What the columns hold, where the format says so; text otherwise.
        layout: For Parquet, what files have in common whose columns can be passed on into one file as they stand.
    """

    headings: tuple[str, ...]
    rows: int | None
    units: Callable[[], Iterator[Unit]]
    types: Mapping[str, pa.DataType] = field(default_factory=dict)
    layout: object = None


def _no_units() -> Generator[Unit, None, None]:
    yield from ()


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
        layout: That of every file, where it is the same.
        types: What the columns hold, where the format says so.
        folders: The folders that were named.
    """

    files: tuple[Path, ...]
    format: str
    headings: tuple[str, ...] = ()
    rows: int | None = None
    units: Callable[[], Generator[Unit, None, None]] = _no_units
    refused: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    seen: int = 0
    read: int = 0
    sheet: str = ""
    layout: object = None
    types: Mapping[str, pa.DataType] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()

    def expected(self) -> int | None:
        """How many rows there are: as the format says, or as it looks from what has been read so far."""
        if self.rows is not None or not self.read:
            return self.rows
        return max(self.seen, round(self.seen * sum(path.stat().st_size for path in self.files) / self.read))


def format_of(path: str | Path, *, written: bool = False) -> str:
    """The format that a file name says; `parquet` for a folder.

    Args:
        path: The name.
        written: Whether it is the name of an output.

    Raises:
        TroubleError: None that we know, or none that we write.

    Example:
        >>> format_of("orders.tsv"), format_of("declarations/")
        ('csv', 'parquet')
    """
    suffix = Path(path).suffix.lower()
    known = _WRITTEN if written else tuple(_FORMATS)
    if suffix in known:
        return _FORMATS[suffix]
    if not suffix or str(path).endswith("/"):
        return "parquet"
    place, help_ = (Place(str(path)),), f"{'written' if written else 'read'} are: {', '.join(known)}"
    trouble = Trouble("SK424", f"`{suffix}` is no format that we read or write", place, help=help_)
    if suffix in _FORMATS:
        trouble = Trouble("SK424", f"`{suffix}` is read but not written", place, help=help_)
    raise TroubleError([trouble])


def output_format(path: Path, inputs: Inputs) -> str:
    """The format to write, if the output may be written there at all.

    Raises:
        TroubleError: We do not write that format, or the output would take the place of something
            that is no output of ours.
    """
    kind = format_of(path, written=True)
    place = (Place(str(path)),)
    here = path.resolve()
    if any(here in (file.resolve(), *file.resolve().parents) for file in inputs.files):
        help_ = "give the result a name or folder of its own"
        raise TroubleError([Trouble("SK428", "the output would take the place of the input", place, help=help_)])
    for folder in inputs.folders:
        if folder in here.parents and not _hidden(here, folder):
            said = f"the output would lie among the files of {folder.name}, and be read with them the next time"
            raise TroubleError([Trouble("SK428", said, place, help="write it beside the folder")])
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
    files, root = _files(patterns), _root(patterns)
    kinds = {format_of(path) for path in files}
    if len(kinds) > 1:
        said = f"the files are of several formats: {', '.join(sorted(kinds))}"
        raise TroubleError([Trouble("SK424", said, help="screen each by itself")])
    found = Inputs(
        tuple(files), kinds.pop(), sheet=sheet, folders=tuple(Path(p).resolve() for p in patterns if Path(p).is_dir())
    )
    opened: dict[Path, Opened] = {}
    for path in files:
        try:
            opened[path] = _open(path, root, sheet, found)
        except (pa.ArrowException, OSError, ValueError) as error:
            found.refused.append((str(path), reason(error)))
    if not opened:
        raise TroubleError(
            [
                Trouble("SK425", f"the file cannot be read: {why}", (Place(name),), help=_mend(why))
                for name, why in found.refused
            ]
        )
    _compare(opened)
    found.headings = next(iter(opened.values())).headings
    counts = [each.rows for each in opened.values()]
    found.rows = sum(n for n in counts if n is not None) if None not in counts else None
    layouts = [each.layout for each in opened.values()]
    found.types = next(iter(opened.values())).types
    found.layout = layouts[0] if all(each == layouts[0] for each in layouts) else None
    texts = {
        name
        for name in found.headings
        if len({str(each.types[name]) for each in opened.values() if name in each.types}) > 1
    }

    def units() -> Generator[Unit, None, None]:
        for each in opened.values():
            for unit in each.units():
                unit.read = _alike(unit.read, found.headings, texts)
                unit.among = f" of {unit.file}" if len(files) > 1 else ""
                yield unit

    found.units = units
    return found


def _open(path: Path, root: Path, sheet: str, found: Inputs) -> Opened:
    if not path.stat().st_size:
        raise ValueError("it is empty")
    if found.format == "xlsx":
        from sekisho.batch.workbook import open_sheet

        return open_sheet(path, sheet, found.remarks)
    if found.format in ("csv", "jsonl"):
        from sekisho.batch import lines

        return (lines.open_csv if found.format == "csv" else lines.open_jsonl)(path, found)
    if found.format == "parquet":
        from sekisho.batch.parquet import open_parquet

        return open_parquet(path, _folder_values(path, root))
    from sekisho.batch.arrow import open_arrow

    return open_arrow(path, found)


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
    if "-" in patterns and not Path("-").exists():
        help_ = "write it to a file first; the name of the file says its format"
        raise TroubleError([Trouble("SK425", "a table is not read from the standard input", help=help_)])
    for pattern in patterns:
        path = Path(pattern)
        if path.is_dir():
            inside = _inside(path)
        elif path.exists():
            inside = [path]
        else:
            named = [Path(p) for p in sorted(glob(pattern, recursive=True))]  # noqa: PTH207 - a pattern may be absolute
            inside = [
                file for p in named if p.suffix.lower() in _FORMATS for file in (_inside(p) if p.is_dir() else [p])
            ]
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


def _inside(folder: Path) -> list[Path]:
    """The tables in a folder; Spark and its like call folders `orders.parquet`, too."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in _FORMATS and path.is_file())
    return sorted(path for path in found if not _hidden(path, folder))


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.relative_to(root).parts)


def _root(patterns: Sequence[str]) -> Path:
    """The folder that all that was named has in common; what folders below it are called is part of the table.

    Example:
        >>> _root(["in/year=2024/**/*.parquet"]).name, _root(["in/year=2023/a.parquet", "in/year=2024/a.parquet"]).name
        ('year=2024', 'in')
    """
    roots = []
    for pattern in patterns:
        path = Path(pattern).absolute()
        magic = [at for at, part in enumerate(path.parts) if has_magic(part)]
        if magic and not path.exists():
            path = Path(*path.parts[: magic[0]])
        roots.append(path.parent if path.is_file() else path)
    try:
        return Path(commonpath(roots))
    except ValueError:  # on several drives
        return roots[0]


def _folder_values(path: Path, root: Path) -> dict[str, str]:
    """The columns that the names of folders say, such as `region=EU`."""
    if not path.absolute().is_relative_to(root):
        return {}
    parts = path.absolute().relative_to(root).parts[:-1]
    return dict(part.split("=", 1) for part in parts if part.count("=") == 1)


_MEND = "open it in the program that made it and save it again, or get it anew"
_MENDED = ("; give ", "; save ", "; say ", "; its sheets: ")
"""What a reason goes on with where it says itself what is to be done."""


def _mend(why: str) -> str:
    return "" if any(sign in why for sign in _MENDED) else _MEND


_CUT = (
    "Parquet magic bytes",
    "footer",
    "Not an Arrow file",
    "Expected to read",
    "Expected to be able to read",
    "Unexpected end of stream",
)


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


def missing_package(name: str, extra: str, what: str = "") -> Trouble:
    """The trouble of an engine or format whose package is not installed."""
    return Trouble(
        "SK427",
        f"this needs the package `{name}`, which is not installed",
        (Place(what),) if what else (),
        help=f'install it: pip install "sekisho[{extra}]"',
    )
