"""Parts of the output, and the output made of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from sekisho.batch.parquet import join_parquet, write_parquet


def write_part(table: pa.Table, path: Path, kind: str, *, first: bool) -> None:
    """Write one part beside its place and rename it there.

    Args:
        first: Whether it is the first part; only that carries headings in a format of text.
    """
    half = path.with_name(path.name + ".half")
    if kind == "parquet":
        write_parquet(table, half)
    elif kind == "csv":
        _write_csv(table, half, headings=first)
    elif kind == "jsonl":
        _write_jsonl(table, half)
    else:
        with pa.ipc.new_file(str(half), plain(table).schema) as writer:
            writer.write_table(plain(table))
    os.replace(half, path)


def _write_csv(table: pa.Table, path: Path, *, headings: bool) -> None:
    import pyarrow.csv as pc

    options = pc.WriteOptions(include_header=headings, quoting_style="needed")
    pc.write_csv(plain(table), path, options)


def _write_jsonl(table: pa.Table, path: Path) -> None:
    import json

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


def join(parts: Sequence[Path], output: Path, kind: str) -> None:
    """Make the output of its parts, beside its place, and put it there in one step."""
    output.parent.mkdir(parents=True, exist_ok=True)
    half = output.with_name(f".{output.name}.half")
    if kind == "parquet" and not output.suffix:
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir()
        for path in parts:
            os.replace(path, half / path.name)
        if output.exists():
            shutil.rmtree(output)
        os.replace(half, output)
        return
    if kind == "parquet":
        if len(parts) == 1:
            os.replace(parts[0], half)
        else:
            join_parquet(parts, half)
    elif kind in ("csv", "jsonl"):
        if output.suffix.lower() == ".tsv":
            _as_tabs(parts, half)
        else:
            _join_texts(parts, half)
    elif kind == "arrow":
        _join_arrow(parts, half)
    else:
        from sekisho.batch.sheet import write_book

        write_book(_tables(parts), half)
    os.replace(half, output)


def _join_texts(parts: Sequence[Path], output: Path) -> None:
    """One text file with the parts in order, the first with its headings."""
    with output.open("wb") as out:
        for path in parts:
            with path.open("rb") as file:
                shutil.copyfileobj(file, out, 8 << 20)


def _tables(parts: Sequence[Path]) -> pa.Table:
    tables = []
    for path in parts:
        with pa.OSFile(str(path)) as source:
            tables.append(pa.ipc.open_file(source).read_all())
    return pa.concat_tables(tables)


def _join_arrow(parts: Sequence[Path], output: Path) -> None:
    writer = None
    for path in parts:
        with pa.memory_map(str(path)) as source:
            reader = pa.ipc.open_file(source)
            writer = writer or pa.ipc.new_file(str(output), reader.schema)
            for number in range(reader.num_record_batches):
                writer.write_batch(reader.get_batch(number))
    if writer is not None:
        writer.close()


def _as_tabs(parts: Sequence[Path], output: Path) -> None:
    import csv

    with output.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter="\t", lineterminator="\n")
        for path in parts:
            with path.open(encoding="utf-8", newline="") as file:
                writer.writerows(csv.reader(file))
