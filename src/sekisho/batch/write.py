"""Parts of the output, and the output made of them."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from sekisho.batch.summary import Summary, summarise

if TYPE_CHECKING:
    from sekisho.batch.beside import Beside

_HEAD = "head.csv"


def write_part(table: pa.Table | Beside, path: Path, kind: str) -> None:
    """Write one part beside its place and rename it there; in CSV its headings stand beside it."""
    half = path.with_name(path.name + ".half")
    if not isinstance(table, pa.Table):
        from sekisho.batch.beside import write_beside

        write_beside(table, half)
    elif kind == "parquet":
        from sekisho.batch.parquet import write_parquet

        write_parquet(table, half)
    elif kind == "csv":
        _write_csv(table, half)
    elif kind == "jsonl":
        _write_jsonl(table, half)
    else:
        with pa.ipc.new_file(str(half), plain(table).schema) as writer:
            writer.write_table(plain(table))
    half.replace(path)


def _write_csv(table: pa.Table, path: Path) -> None:
    import pyarrow.csv as pc

    spelt = _flat(plain(table))
    pc.write_csv(spelt, path, pc.WriteOptions(include_header=False, quoting_style="needed"))
    head = path.parent / _HEAD
    if not head.exists():
        pc.write_csv(spelt.slice(0, 0), path.with_suffix(".head"), pc.WriteOptions(quoting_style="needed"))
        path.with_suffix(".head").replace(head)


def _flat(table: pa.Table) -> pa.Table:
    """The table with lists, bytes and the like as text, for a format that has only text."""
    for at, field in enumerate(table.schema):
        if pa.types.is_string_view(field.type):
            table = table.set_column(at, field.name, table.column(at).cast(pa.large_string()))
        elif pa.types.is_nested(field.type) or _is_bytes(field.type):
            texts = [None if value is None else legible(value) for value in table.column(at).to_pylist()]
            table = table.set_column(at, field.name, pa.array(texts, pa.large_string()))
    return table


def _is_bytes(kind: pa.DataType) -> bool:
    asked = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view, pa.types.is_fixed_size_binary)
    return any(each(kind) for each in asked)


def legible(value: object) -> str:
    r"""A value as a person may read it: lists as JSON, bytes as the text that they are, and else in hexadecimal.

    Example:
        >>> legible(b"HS 9301"), legible(b"\xff\x00"), legible(["USA"])
        ('HS 9301', '0xff00', '["USA"]')
    """
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=legible)
    if not isinstance(value, bytes):
        return str(value)
    try:
        return value.decode()
    except UnicodeDecodeError:
        return f"0x{value.hex()}"


def _write_jsonl(table: pa.Table, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for batch in plain(table).to_batches(max_chunksize=1 << 14):
            for row in to_the_microsecond(batch).to_pylist():
                file.write(_as_json(row) + "\n")


def _as_json(row: dict[str, object]) -> str:
    try:
        return json.dumps(row, ensure_ascii=False, default=legible, allow_nan=False)
    except ValueError:  # JSON has no infinity, and no number that is none
        return json.dumps(_finite(row), ensure_ascii=False, default=legible)


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def to_the_microsecond(rows: pa.Table | pa.RecordBatch) -> pa.Table | pa.RecordBatch:
    """The rows with times as Python has them, and as text where they are finer than that."""
    for at, field in enumerate(rows.schema):
        if (pa.types.is_timestamp(field.type) or pa.types.is_time64(field.type)) and field.type.unit == "ns":
            kind = pa.timestamp("us", field.type.tz) if pa.types.is_timestamp(field.type) else pa.time64("us")
            column = rows.column(at)
            try:
                column = column.cast(kind)
            except pa.ArrowInvalid:
                column = column.cast(pa.string())
            rows = rows.set_column(at, field.name, column)
    return rows


def plain(table: pa.Table) -> pa.Table:
    """The table with its dictionaries spelt out."""
    for at, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(at, field.name, table.column(at).cast(field.type.value_type))
    return table


def join(parts: Iterable[Path], output: Path, kind: str, summarised: Callable[[pa.Table], Summary] = summarise) -> None:
    """Make the output of its parts, beside its place, and put it there in one step.

    Args:
        parts: In order; they may still be made while the first are joined.
        output: Its place.
        kind: Its format.
        summarised: Counts the rows for the sheet of a workbook.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    half = output.with_name(f".{output.name}.half")
    if kind == "parquet" and not output.suffix:
        _as_folder(list(parts), output, half)
        return
    try:
        if kind == "parquet":
            from sekisho.batch.footers import join_parquet

            join_parquet(parts, half)
        elif kind in ("csv", "jsonl"):
            texts = _with_head(parts) if kind == "csv" else parts
            (_as_tabs if output.suffix.lower() == ".tsv" else _join_texts)(texts, half)
        elif kind == "arrow":
            _join_arrow(parts, half)
        else:
            from sekisho.batch.sheet import write_book

            table = _tables(parts)
            write_book(table, half, summarised(table))
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    half.replace(output)


def _as_folder(parts: Sequence[Path], output: Path, half: Path) -> None:
    """Make the output a folder of its parts, once all are there."""
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    for path in parts:
        path.replace(half / path.name)
    if output.exists():
        shutil.rmtree(output)
    half.replace(output)


def _with_head(parts: Iterable[Path]) -> Iterator[Path]:
    """The parts after their headings, which are written with the first."""
    for number, path in enumerate(parts):
        if not number:
            yield path.parent / _HEAD
        yield path


def _join_texts(parts: Iterable[Path], output: Path) -> None:
    """One text file with the parts in order."""
    with output.open("wb") as out:
        for path in parts:
            with path.open("rb") as file:
                shutil.copyfileobj(file, out, 8 << 20)


def _tables(parts: Iterable[Path]) -> pa.Table:
    tables = []
    for path in parts:
        with pa.OSFile(str(path)) as source:
            tables.append(pa.ipc.open_file(source).read_all())
    return pa.concat_tables(tables)


def _join_arrow(parts: Iterable[Path], output: Path) -> None:
    writer = None
    for path in parts:
        with pa.memory_map(str(path)) as source:
            reader = pa.ipc.open_file(source)
            writer = writer or pa.ipc.new_file(str(output), reader.schema)
            for number in range(reader.num_record_batches):
                writer.write_batch(reader.get_batch(number))
    if writer is not None:
        writer.close()


def _as_tabs(parts: Iterable[Path], output: Path) -> None:
    import csv

    with output.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter="\t", lineterminator="\n")
        for path in parts:
            with path.open(encoding="utf-8", newline="") as file:
                writer.writerows(csv.reader(file))
