"""Parts of the output, and the output made of them."""

from __future__ import annotations

import json
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
    """The table with lists and the like as text, for a format that has only text."""
    for at, field in enumerate(table.schema):
        if pa.types.is_nested(field.type):
            texts = [
                None if value is None else json.dumps(value, default=str) for value in table.column(at).to_pylist()
            ]
            table = table.set_column(at, field.name, pa.array(texts, pa.string()))
    return table


def _write_jsonl(table: pa.Table, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for batch in plain(table).to_batches(max_chunksize=1 << 14):
            for row in batch.to_pylist():
                file.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")


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
