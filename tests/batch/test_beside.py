"""A Parquet file is passed on as it stands, with its answers beside it, and any reader can read the result."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sekisho.base import TroubleError
from sekisho.batch.answers import COLUMNS
from sekisho.batch.columns import map_columns
from sekisho.batch.read import open_inputs
from sekisho.batch.run import Table, run


def orders(count):
    """Orders with columns of every shape, several of which no law asks."""
    states = ["UKR", "USA", "RUS", None, "Ruritania"]
    return pa.table(
        {
            "id": pa.array(range(count), pa.int64()),
            "date": pa.array([dt.date(2015, 1, 1) + dt.timedelta(days=37 * i % 4000) for i in range(count)]),
            "recipient": pa.array([states[i % 5] for i in range(count)]).dictionary_encode(),
            "item": [["patriot-pac3", "helmet"][i % 2] for i in range(count)],
            "price": pa.array([Decimal(i).scaleb(-2) for i in range(count)], pa.decimal128(12, 2)),
            "sent": pa.array(
                [None if i % 3 else dt.datetime(2020, 1, 1, 12, tzinfo=dt.UTC) for i in range(count)],
                pa.timestamp("us", "UTC"),
            ),
            "tags": pa.array([None if i % 7 == 0 else ["a", None, "b"][: i % 4] for i in range(count)]),
            "weight": pa.array([{"kg": i / 3, "gross": i % 2 == 0} for i in range(count)]),
            "seal": pa.array([b"\x00\xff"] * count, pa.binary()),
        },
    ).cast(_required())


def _required():
    fields = {"id": pa.int64(), "date": pa.date32(), "recipient": pa.dictionary(pa.int32(), pa.string())}
    others = {
        "item": pa.string(), "price": pa.decimal128(12, 2), "sent": pa.timestamp("us", "UTC"), "tags": pa.list_(pa.string()),
        "weight": pa.struct({"kg": pa.float64(), "gross": pa.bool_()}), "seal": pa.binary(),
    }  # fmt: skip
    return pa.schema([pa.field(n, t, nullable=n not in ("id", "item")) for n, t in {**fields, **others}.items()])


def screened(desk, sources, target):
    """What a run writes, and the answers to the same rows, asked without a file."""
    inputs = open_inputs([str(path) for path in sources])
    mapped = map_columns(inputs.headings, desk.library, constants={"exporter": "Japan"})
    run(inputs, target, Table(desk, mapped))
    table = pa.concat_tables([pq.read_table(path) for path in sources])
    return table, Table(desk, mapped).with_answers(table, Table(desk, mapped).screen(table)).select(COLUMNS)


def same(found, given, answers, *, types=True):
    if types:
        assert found.select(given.column_names).schema.equals(given.schema)
    assert found.select(given.column_names).to_pylist() == given.to_pylist()
    assert found.select(COLUMNS).to_pylist() == answers.to_pylist()


WRITERS = {
    "plain": {"use_dictionary": False, "compression": "none"},
    "zstd": {"compression": "zstd", "data_page_version": "2.0"},
    "small pages": {"data_page_size": 64, "write_page_index": True, "write_page_checksum": True},
    "mixed": {"compression": {"id": "gzip", "item": "snappy", "price": "none"}, "use_dictionary": ["item"]},
    "deltas": {"use_dictionary": False, "column_encoding": {"id": "DELTA_BINARY_PACKED", "item": "DELTA_BYTE_ARRAY"}},
    "sorted": {"sorting_columns": [pq.SortingColumn(0)]},
    "version 1": {"version": "1.0", "store_schema": False},
}


@pytest.mark.parametrize("how", sorted(WRITERS))
def test_every_reader_reads_what_was_passed_on(desk, tmp_path, how):
    duckdb = pytest.importorskip("duckdb")
    polars = pytest.importorskip("polars")
    pq.write_table(orders(250), tmp_path / "in.parquet", row_group_size=100, **WRITERS[how])
    table, answers = screened(desk, [tmp_path / "in.parquet"], tmp_path / "out.parquet")
    out = pq.ParquetFile(tmp_path / "out.parquet", page_checksum_verification=True)
    same(out.read(), table, answers)
    assert out.schema.names[: len(table.column_names)] == pq.ParquetFile(tmp_path / "in.parquet").schema.names[:9]
    assert [out.metadata.row_group(i).num_rows for i in range(out.num_row_groups)] == [100, 100, 50]
    same(polars.read_parquet(tmp_path / "out.parquet").to_arrow(), table, answers, types=False)
    for group in range(out.num_row_groups):
        told = out.metadata.row_group(group)
        assert told.sorting_columns == pq.read_metadata(tmp_path / "in.parquet").row_group(group).sorting_columns
        assert not any(told.column(i).has_offset_index or told.column(i).has_column_index for i in range(9))
    with duckdb.connect() as connection:
        names = ", ".join(("id", "recipient", "tags", *COLUMNS))
        rows = connection.execute(f"SELECT {names} FROM '{tmp_path / 'out.parquet'}'").fetchall()
    wanted = [[*table.select(["id", "recipient", "tags"]).to_pydict().values()], [*answers.to_pydict().values()]]
    assert rows == [*zip(*wanted[0], *wanted[1], strict=True)]


def test_the_bytes_of_the_input_are_those_of_the_output(desk, tmp_path):
    pq.write_table(orders(250), tmp_path / "in.parquet", row_group_size=100)
    screened(desk, [tmp_path / "in.parquet"], tmp_path / "out.parquet")
    whole = [(tmp_path / name).read_bytes() for name in ("in.parquet", "out.parquet")]
    metas = [pq.read_metadata(tmp_path / name) for name in ("in.parquet", "out.parquet")]
    for group in range(3):
        for column in range(metas[0].num_columns):
            chunks = [meta.row_group(group).column(column) for meta in metas]
            pages = []
            for chunk, data in zip(chunks, whole, strict=True):
                start = min(filter(None, (chunk.dictionary_page_offset, chunk.data_page_offset)))
                pages.append(data[start : start + chunk.total_compressed_size])
            assert pages[0] == pages[1] and chunks[0].statistics == chunks[1].statistics


def test_several_files_some_without_rows(desk, tmp_path):
    sources = [tmp_path / f"{name}.parquet" for name in "abc"]
    for path, count in zip(sources, (120, 0, 70), strict=True):
        with pq.ParquetWriter(path, _required()) as writer:
            for part in (orders(count), orders(0), orders(count)):
                writer.write_table(part, row_group_size=50)
    for target in (tmp_path / "out.parquet", tmp_path / "out"):
        table, answers = screened(desk, sources, target)
        same(pq.read_table(target), table, answers)


def test_columns_that_folders_name(desk, tmp_path):
    for folder, count in (("region=EU/year=2024", 30), ("region=EU/year=__HIVE_DEFAULT_PARTITION__", 20)):
        (tmp_path / "in" / folder).mkdir(parents=True)
        pq.write_table(orders(count), tmp_path / "in" / folder / "part.parquet", row_group_size=13)
    inputs = open_inputs([str(tmp_path / "in")])
    assert inputs.layout is not None
    mapped = map_columns(inputs.headings, desk.library, constants={"exporter": "Japan"})
    run(inputs, tmp_path / "out.parquet", Table(desk, mapped))
    found = pq.read_table(tmp_path / "out.parquet")
    assert found.column_names == [*orders(0).column_names, "region", "year", *COLUMNS]
    assert found.column("region").to_pylist() == ["EU"] * 50
    assert found.column("year").to_pylist() == ["2024"] * 30 + [None] * 20
    assert found.column("id").to_pylist() == [*range(30), *range(20)]
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        counted = f"SELECT region, year, COUNT(outcome) FROM '{tmp_path / 'out.parquet'}' GROUP BY ALL ORDER BY year"
        assert connection.execute(counted).fetchall() == [("EU", "2024", 30), ("EU", None, 20)]


def _nested(parent_null, child_null, name="b"):
    child = pa.struct([pa.field("x", pa.int32(), nullable=False)])
    kind = pa.struct([pa.field(name, child, nullable=child_null)])
    fields = [pa.field(n, pa.string()) for n in ("date", "recipient", "item")]
    row = {"date": "2024-05-01", "recipient": "USA", "item": "helmet"}
    value = None if parent_null else {name: None}
    schema = pa.schema([*fields, pa.field("s", kind, nullable=parent_null)])
    return pa.Table.from_pylist([{**row, "s": value}], schema=schema)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (orders(20), orders(20).set_column(0, "id", pa.array(range(20), pa.int32()))),
        (_nested(True, False), _nested(False, True)),
        (_nested(False, True), _nested(False, True, "c")),
    ],
    ids=["in type", "in what may be null", "in a name inside"],
)
def test_files_that_differ_are_not_passed_on_into_one(tmp_path, one, other):
    pq.write_table(one, tmp_path / "a.parquet")
    for name in "bc":
        pq.write_table(other, tmp_path / f"{name}.parquet")
    paths = {name: str(tmp_path / f"{name}.parquet") for name in "abc"}
    assert open_inputs([paths["a"], paths["b"]]).layout is None
    assert open_inputs([paths["b"], paths["c"]]).layout is not None


def test_files_of_several_makers_are_written_anew(desk, tmp_path):
    polars = pytest.importorskip("polars")
    table = orders(20).select(["id", "date", "item"])
    pq.write_table(table, tmp_path / "a.parquet", store_schema=False)
    polars.from_arrow(table).write_parquet(tmp_path / "b.parquet")
    inputs = open_inputs([str(tmp_path / name) for name in ("a.parquet", "b.parquet")])
    assert inputs.layout is None
    mapped = map_columns(inputs.headings, desk.library, constants={"exporter": "Japan", "recipient": "USA"})
    run(inputs, tmp_path / "out.parquet", Table(desk, mapped))
    assert pq.read_table(tmp_path / "out.parquet").column("id").to_pylist() == [*range(20), *range(20)]


def test_what_arrow_and_others_noted(desk, tmp_path):
    table = orders(20).set_column(1, "date", orders(20).column("date").cast(pa.timestamp("us")))
    table = table.append_column("took", pa.array(range(20), pa.duration("s")))
    table = table.append_column("paid", pa.array(range(20), pa.timestamp("us", "Europe/Paris")))
    noted = {"geo": "kept", "pandas": "lists the columns", "org.apache.spark.sql.parquet.row.metadata": "as well"}
    pq.write_table(table.replace_schema_metadata(noted), tmp_path / "in.parquet")
    table, answers = screened(desk, [tmp_path / "in.parquet"], tmp_path / "out.parquet")
    found = pq.read_table(tmp_path / "out.parquet")
    same(found, table, answers)
    assert set(pq.read_metadata(tmp_path / "out.parquet").metadata) == {b"ARROW:schema", b"geo"}


def damaged(path, column, group=1):
    """Turn a bit in the pages of a column."""
    chunk = pq.read_metadata(path).row_group(group).column(column)
    data = bytearray(path.read_bytes())
    data[chunk.data_page_offset + chunk.total_compressed_size // 2] ^= 1
    path.write_bytes(bytes(data))


def refused(desk, path, target):
    inputs = open_inputs([str(path)])
    report = run(inputs, target, Table(desk, map_columns(inputs.headings, desk.library, constants={"exporter": "JPN"})))
    return report, pq.ParquetFile(target, page_checksum_verification=True).read().column("id").to_pylist()


@pytest.mark.parametrize("column", [0, 4])
def test_a_bit_that_a_checksum_misses_costs_its_rows(desk, tmp_path, column):
    pq.write_table(orders(300), tmp_path / "in.parquet", row_group_size=100, write_page_checksum=True)
    damaged(tmp_path / "in.parquet", column)
    report, left = refused(desk, tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert left == [*range(100), *range(200, 300)]
    assert [where.rsplit(", ")[-1] for where, _ in report.refused] == ["rows 101 to 200"]


def test_a_text_that_is_no_text_costs_its_rows(desk, tmp_path):
    pq.write_table(orders(300), tmp_path / "in.parquet", row_group_size=100, compression="none")
    data = (tmp_path / "in.parquet").read_bytes()
    at = data.index(b"helmet", pq.read_metadata(tmp_path / "in.parquet").row_group(1).column(3).dictionary_page_offset)
    (tmp_path / "in.parquet").write_bytes(data[:at] + b"\xff" + data[at + 1 :])
    report, left = refused(desk, tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert left == [*range(100), *range(200, 300)] and len(report.refused) == 1


def test_a_large_group_that_is_damaged_costs_what_cannot_be_read(desk, tmp_path, monkeypatch):
    monkeypatch.setattr("sekisho.batch.parquet.UNIT", 20)
    pq.write_table(orders(300), tmp_path / "in.parquet", row_group_size=100, write_page_checksum=True)
    damaged(tmp_path / "in.parquet", 0)
    report, left = refused(desk, tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert left == [*range(100), *range(200, 300)] and report.refused[0][0].endswith("rows 101 to 200")


@pytest.mark.parametrize("when", ["before it is read", "before it is passed on"])
def test_a_file_that_changes_during_the_run_costs_its_rows(desk, tmp_path, monkeypatch, when):
    pq.write_table(orders(300), tmp_path / "in.parquet")
    inputs = open_inputs([str(tmp_path / "in.parquet")])
    screen = Table.screen

    def meanwhile(self, *args):
        pq.write_table(orders(200), tmp_path / "in.parquet")
        return screen(self, *args)

    if when == "before it is read":
        pq.write_table(orders(200), tmp_path / "in.parquet")
    else:
        monkeypatch.setattr(Table, "screen", meanwhile)
    table = Table(desk, map_columns(inputs.headings, desk.library, constants={"exporter": "Japan"}))
    report = run(inputs, tmp_path / "out.parquet", table)
    assert report.rows == 0 and "changed while it was read" in report.refused[0][1]
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 0


def test_headings_with_spaces_around(desk, tmp_path):
    pq.write_table(orders(20).rename_columns([f"{name} " for name in orders(0).column_names]), tmp_path / "in.parquet")
    report, ids = refused(desk, tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert ids == list(range(20)) and not report.refused
    assert pq.read_table(tmp_path / "out.parquet").column_names[:3] == ["id", "date", "recipient"]


def test_a_file_without_row_groups_keeps_its_types(desk, tmp_path):
    pq.ParquetWriter(tmp_path / "in.parquet", _required()).close()
    screened(desk, [tmp_path / "in.parquet"], tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").schema.field("price").type == pa.decimal128(12, 2)


@pytest.mark.parametrize("number", range(12))
def test_a_footer_that_is_damaged_is_told_of(desk, tmp_path, number):
    pq.write_table(orders(30), tmp_path / "in.parquet", row_group_size=10)
    data = bytearray((tmp_path / "in.parquet").read_bytes())
    length = int.from_bytes(data[-8:-4], "little")
    data[len(data) - 8 - length + (number * length // 12)] ^= 0x15
    (tmp_path / "in.parquet").write_bytes(bytes(data))
    try:
        inputs = open_inputs([str(tmp_path / "in.parquet")])
        mapped = map_columns(inputs.headings, desk.library, constants={"exporter": "Japan"})
        report = run(inputs, tmp_path / "out.parquet", Table(desk, mapped))
    except TroubleError:
        return
    found = pq.read_table(tmp_path / "out.parquet")
    assert found.num_rows == report.rows and (report.rows == 30 or report.refused)


def test_more_kinds_of_answer_than_a_byte_can_count(desk, tmp_path, monkeypatch):
    from sekisho.batch.screener import Screened

    monkeypatch.setattr(
        Screened,
        "column",
        lambda self, name: pa.array([f"{name} {i % 300} é" for i in range(len(self.codes))]).dictionary_encode(),
    )
    pq.write_table(orders(2001), tmp_path / "in.parquet")
    table, answers = screened(desk, [tmp_path / "in.parquet"], tmp_path / "out.parquet")
    same(pq.read_table(tmp_path / "out.parquet"), table, answers)
    assert answers.column("basis")[2000].as_py() == "basis 200 é"
