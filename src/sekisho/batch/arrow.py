"""Tables in Arrow files and streams."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa

from sekisho.batch.read import UNIT, Inputs, Opened, Unit, distinct_headings, reason


def open_arrow(path: Path, found: Inputs) -> Opened:
    """Look into an Arrow file or stream; what stands before damage is decided.

    Raises:
        pyarrow.ArrowException: It is neither.
        ValueError: A column stands twice.
    """
    with pa.memory_map(str(path)) as source:
        try:
            schema = pa.ipc.open_file(source).schema
        except pa.ArrowInvalid:
            source.seek(0)
            schema = pa.ipc.open_stream(source).schema
            batches = _stream
        else:
            batches = _batches

    headings = distinct_headings(schema.names)

    def units() -> Iterator[Unit]:
        first = 0
        try:
            for batch in batches(path):
                batch.validate(full=True)  # else damage would be met when nobody knows any more where it stands
                for start in range(0, batch.num_rows, UNIT):
                    table = pa.Table.from_batches([batch.slice(start, UNIT)]).rename_columns(list(headings))
                    yield Unit(str(path), first, partial(pa.Table.slice, table))
                    first += table.num_rows
        except (pa.ArrowException, OSError) as error:
            found.refused.append((f"{path}, after row {first:,}", f"{reason(error)}; the rest is not decided"))

    return Opened(headings, None, units, dict(zip(headings, schema.types, strict=True)))


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number)


def _stream(path: Path) -> Iterator[pa.RecordBatch]:
    with pa.memory_map(str(path)) as source:
        yield from pa.ipc.open_stream(source)
