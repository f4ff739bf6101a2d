"""What is wrong with a table is named, counted and set aside; the rest is decided.

Longer than other files: every way in which a table was found to be wrong stands here, by kind.
"""

from __future__ import annotations

import time
from random import Random

import messy
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_files import ORDERS, rows_of, screen

from sekisho.base import TroubleError
from sekisho.batch import lines
from sekisho.batch.cells import Cells, NotUnderstoodError, read_day
from sekisho.batch.columns import SHAPES, map_columns, said_over, understand
from sekisho.batch.conventions import Conventions
from sekisho.batch.read import Inputs, open_inputs, output_format
from sekisho.batch.run import Table
from sekisho.cli.screen import _places


def decide(desk, tmp_path, text, name="orders.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    report, inputs = screen(desk, [path], tmp_path / "out.csv")
    return report, rows_of(tmp_path / "out.csv"), inputs


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("4,2024-05-01,Ukrane,patriot-pac3,", "did you mean Ukraine (UKR)?"),
        ("4,03/04/2024,Ukraine,patriot-pac3,", "can be read in two ways"),
        ("4,soon,Ukraine,patriot-pac3,", "is no date that we understand"),
        ("4,,Ukraine,patriot-pac3,", "the row has no date"),
        ("4,2024-02-30,Ukraine,patriot-pac3,", "there is no day"),
        ("4,2024-05-01,Ukraine,a fish,", "is no item that we know"),
        ("4,2024-05-01,Ukraine,patriot-pac3,barter", "is no value of consideration"),
        ("4,2024-05-01,Japan,patriot-pac3,", "exporter and recipient are the same state"),
        ("Order no,Order date,Destination,Goods,Consideration", "is no date"),
    ],
)
def test_a_row_that_is_not_understood_is_set_aside_with_its_reason(desk, tmp_path, row, said):
    report, rows, _ = decide(desk, tmp_path, ORDERS + row + "\n")
    assert (report.rows, report.aside) == (4, 1)
    assert rows[3]["outcome"] == "" and said in rows[3]["note"]
    assert [each["outcome"] for each in rows[:3]] == ["may-be-permitted", "prohibited", "prohibited"]


def test_a_file_cut_short_in_the_middle_of_a_row(desk, tmp_path):
    report, rows, _ = decide(desk, tmp_path, ORDERS + "4,2024-05-01,Phil")
    assert (len(rows), report.aside) == (3, 0) and report.needs_a_person
    assert report.refused == [(f"{tmp_path}/orders.csv, line 5", "the row has 3 cells, and the table 5 columns")]


def test_two_rows_of_headings(desk, tmp_path):
    report, rows, inputs = decide(desk, tmp_path, "Orders of the year,,,,\n" + ORDERS)
    assert (report.rows, report.aside) == (3, 0) and "1 row above the headings is skipped" in inputs.remarks[0]
    assert rows[0]["outcome"] == "may-be-permitted"


def test_one_bad_file_among_several(desk, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"date": "2024-05-01", "recipient": "USA", "item": "patriot-pac3"}\n{"date": ')
    (tmp_path / "b.jsonl").write_bytes(b"\xff\xfe\x00")
    report, _ = screen(desk, [tmp_path / "*.jsonl"], tmp_path / "out.csv")
    assert (report.rows, report.aside) == (1, 0)
    assert [why for _, why in report.refused] == [
        "no line of it is a JSON object in UTF-8",
        "the line is no JSON, or is cut short",
    ]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.parquet", b"PAR1 and no more", "cut short"),
        ("a.xlsx", b"PK\x03\x04 and no more", "cut short"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "protected by a password"),
        ("a.csv", b"PK\x03\x04 and so on", "a workbook is called .xlsx"),
        ("a.csv", b"", "it is empty"),
        ("a.csv", "date,Stra\xdfe\n2024,M\xfcnchen\n".encode("latin-1"), "headings are not UTF-8"),
        ("a.csv", "date,item\n".encode("utf-16"), "not UTF-8"),
        ("a.csv", b"date,date\n1,2\n", "the heading `date` stands twice, in columns 1, 2"),
        ("a.pdf", b"%PDF", "no format"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path, name, data, said):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(TroubleError, match=said):
        open_inputs([str(tmp_path / name)])


def test_a_missing_column_is_named_with_its_mend(desk):
    with pytest.raises(TroubleError) as caught:
        map_columns(["Order date", "Goods"], desk.library)
    said = str(caught.value)
    assert "no column says the exporter" in said and "--set exporter=" in said and "--map recipient=" in said


def test_two_columns_that_mean_the_same(desk):
    with pytest.raises(TroubleError, match="both mean recipient"):
        map_columns(["date", "Destination", "Ship to", "item"], desk.library, constants={"exporter": "JPN"})


def test_a_heading_that_nearly_means_something_is_pointed_out(desk):
    mapped = map_columns(["date", "exporter", "recipient", "item", "considration"], desk.library)
    assert mapped.suggestions == {"considration": "consideration"}
    assert "was consideration meant?" in mapped.explain()[-1]


@pytest.mark.parametrize(
    "text",
    ["2023-12-22", "22.12.2023", "22/12/2023", "12/22/2023", "22 Dec 2023", "22nd December 2023", "Dec 22, 2023",
     "20231222", "2023/12/22", "22-Dec-2023", "2023年12月22日", "2023-12-22T00:00:00", "令和5年12月22日",
     "平成35年12月22日", "２０２３年１２月２２日"],
)  # fmt: skip
def test_days_in_the_forms_of_real_sheets(text):
    assert read_day(text).isoformat() == "2023-12-22"


@pytest.mark.parametrize("text", ["03/04/2023", "2023", "22 Dez 2023", "2023-13-01", "Dec 2023", "45282"])
def test_days_that_are_never_guessed(text):
    with pytest.raises(NotUnderstoodError):
        read_day(text)
    assert read_day("03/04/2023", Conventions(dates="dmy")).month == 4
    assert read_day("03/04/2023", Conventions(dates="mdy")).month == 3


def test_cells_say_what_a_case_file_would_say(desk):
    cells = Cells(desk.library, desk.registries)
    assert cells.read("item.weapon", "Yes") is True
    assert cells.read("item.weapon", " ") is None
    assert cells.read("item.weapon", "unknown") == "unknown"
    assert cells.read("recipient", "south korea") == "KOR"
    assert cells.read("item.purpose", "Rescue; air_defence") == ("rescue", "air-defence")
    assert cells.read("item.licensors", "USA; United Kingdom") == ("USA", "GBR")
    assert cells.read("item.purpose", "none") == ()
    with pytest.raises(NotUnderstoodError, match="did you mean `finished`"):
        cells.read("item.form", "finnished")


# What only seems to say nothing


def test_cells_of_a_workbook_that_only_look_empty(desk, tmp_path):
    """Merged areas, formulas without a result, errors: a reader sees blanks, and a blank means the plain case."""
    xlsxwriter = pytest.importorskip("xlsxwriter")
    book = xlsxwriter.Workbook(str(tmp_path / "orders.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Order no", "Order date", "Destination", "Goods", "Consideration"])
    for line in range(1, 7):
        sheet.write_row(line, 0, [line, "2024-05-01", "USA", "patriot-pac3", "sale"])
    sheet.write_formula(2, 4, '=LOWER("GRANT")', None, "grant")
    sheet.write_formula(3, 4, "=A1", None, "")
    sheet.write_formula(4, 4, "=1/0", None, "#DIV/0!")
    sheet.merge_range(5, 2, 6, 2, "USA")
    book.close()
    report, _ = screen(desk, [tmp_path / "orders.xlsx"], tmp_path / "out.csv")
    rows = rows_of(tmp_path / "out.csv")
    assert [row["outcome"] != "" for row in rows] == [True, True, False, False, True, False]
    assert rows[1]["Consideration"] == "grant"
    assert "result was never stored" in rows[2]["note"] and "holds the error #DIV/0!" in rows[3]["note"]
    assert rows[5]["note"] == "cells are merged over `Destination`, rows 6 to 7; write the value into every cell"
    assert report.aside == 3 and report.reasons[rows[5]["note"]].places == ["row 7 of the sheet"]


def test_numbers_and_days_of_a_workbook_stay_what_they_are(desk, tmp_path):
    calamine = pytest.importorskip("python_calamine")
    messy.write(tmp_path / "orders.xlsx", 40)
    screen(desk, [tmp_path / "orders.xlsx"], tmp_path / "out.xlsx")
    rows = calamine.load_workbook(str(tmp_path / "out.xlsx")).get_sheet_by_name("Decisions").to_python()
    at = rows[0].index("Qty")
    assert all(isinstance(row[at], float) for row in rows[1:]) and len(rows) == 41


def test_a_spreadsheet_as_a_desk_gets_it(desk, tmp_path):
    """Four hundred rows in every spelling: all are decided but those with a slip, and each slip is named."""
    pytest.importorskip("xlsxwriter")
    messy.write(tmp_path / "orders.xlsx")
    report, inputs = screen(desk, [tmp_path / "orders.xlsx"], tmp_path / "out.xlsx")
    assert report.rows == 400 and report.aside == sum(each.rows for each in report.reasons.values()) == 28
    said = " ".join(report.reasons)
    for slip in ("`Ukrane`", "`Patroit PAC-3`", "`next spring`", "`03/04/2024`", "`perhaps`", "`barter`", "no date"):
        assert slip in said
    assert report.outcomes["undetermined"] < 20
    assert inputs.remarks == [
        f"{tmp_path}/orders.xlsx: 2 rows above the headings skipped",
        f"{tmp_path}/orders.xlsx: 2 empty rows left out",
    ]


def test_bytes_that_are_no_text_cost_only_their_row(desk, tmp_path):
    text = ORDERS.encode() + "4,2024-05-01,Côte d'Ivoire,patriot-pac3,\n5,2024-05-01,USA,patriot-pac3,\n".encode(
        "latin-1"
    )
    _, rows, inputs = decide(desk, tmp_path, text)
    assert [row["outcome"] == "" for row in rows] == [False, False, False, True, False]
    assert "not UTF-8" in rows[3]["note"] and "under `Destination` is not UTF-8" in inputs.remarks[0]


def test_a_quotation_mark_that_is_never_closed(desk, tmp_path):
    report, rows, _ = decide(
        desk, tmp_path, ORDERS + '4,2024-05-01,"USA,patriot-pac3,\n5,2024-05-01,USA,patriot-pac3,\n'
    )
    assert len(rows) == 3 and "over 2 lines: a quotation mark may never be closed" in report.refused[0][1]


def test_a_huge_cell(desk, tmp_path):
    _, rows, _ = decide(desk, tmp_path, ORDERS + f"4,2024-05-01,USA,{'x' * 2_000_000},\n5,2024-05-01,USA,helmet,\n")
    assert [row["outcome"] == "" for row in rows] == [False, False, False, True, False]
    assert len(rows[3]["note"]) < 300


@pytest.mark.parametrize("text", [ORDERS.replace(",", ";"), ORDERS.replace("\n", "\r\n"), ORDERS.replace("\n", "\r"),
                                  "\ufeff" + ORDERS, "\n\n" + ORDERS, ORDERS.replace(",", "|")])  # fmt: skip
def test_csv_as_other_programs_write_it(desk, tmp_path, text):
    report, rows, _ = decide(desk, tmp_path, text)
    assert [row["outcome"] for row in rows] == ["may-be-permitted", "prohibited", "prohibited"]
    assert not report.needs_a_person


def test_a_table_without_rows(desk, tmp_path):
    for name in ("out.csv", "out.parquet", "out.jsonl", "out.arrow", "out.xlsx"):
        (tmp_path / "none.csv").write_text(ORDERS.split("\n")[0] + "\n")
        report, _ = screen(desk, [tmp_path / "none.csv"], tmp_path / name)
        assert report.rows == 0 and (tmp_path / name).exists()
    assert (tmp_path / "out.csv").read_text().startswith('"Order no"')


def test_damage_in_the_middle_of_a_parquet_file_costs_its_rows(desk, tmp_path):
    count = 400
    table = pa.table({"date": ["2024-05-01"] * count, "recipient": ["USA"] * count, "item": ["helmet"] * count,
                      "n": list(range(count))})  # fmt: skip
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=100, use_dictionary=["date"])
    data = bytearray((tmp_path / "in.parquet").read_bytes())
    at = pq.read_metadata(tmp_path / "in.parquet").row_group(1).column(3).data_page_offset
    data[at : at + 60] = b"\x99" * 60
    (tmp_path / "in.parquet").write_bytes(bytes(data))
    report, _ = screen(desk, [tmp_path / "in.parquet"], tmp_path / "out.parquet")
    assert report.rows == 300 and report.refused[0][0].endswith("rows 101 to 200")
    assert pq.read_table(tmp_path / "out.parquet").column("n").to_pylist() == [*range(100), *range(200, 400)]


@pytest.mark.parametrize("damage", ["cut short", "no text"])
def test_damage_in_the_middle_of_an_arrow_file_costs_the_rest(desk, tmp_path, damage):
    row = {"date": "2024-05-01", "recipient": "USA", "item": "helmet"}
    table = pa.Table.from_pylist([row | {"note": "a remark"}] * 300)
    path = tmp_path / "in.arrow"
    with pa.ipc.new_stream(str(path), table.schema) as writer:
        writer.write_table(table, max_chunksize=100)
    data = path.read_bytes()
    if damage == "cut short":
        data = data[: len(data) * 5 // 6]
    else:
        at = data.rindex(b"remark")
        data = data[:at] + b"\xff" + data[at + 1 :]
    path.write_bytes(data)
    report, _ = screen(desk, [path], tmp_path / "out.arrow")
    ((where, why),) = report.refused
    assert report.rows == 200 and where == f"{path}, after row 200" and why.endswith("; the rest is not decided")
    assert len(rows_of(tmp_path / "out.arrow")) == 200


def test_a_field_that_comes_late_in_json_lines(desk, tmp_path):
    row = '{"date": "2024-05-01", "recipient": "USA", "item": "helmet"}\n'
    path = tmp_path / "a.jsonl"
    path.write_text(row * 1000 + row.replace("}", ', "supplier": "USA"}') + row, encoding="utf-8")
    report, _ = screen(desk, [path], tmp_path / "out.parquet")
    assert report.rows == 1001 and "the field `supplier` is in none of the first" in report.refused[0][1]


def test_files_with_the_same_columns_in_another_order_and_type(desk, tmp_path):
    one = {"n": [1], "date": ["2024-05-01"], "recipient": ["USA"], "item": ["helmet"]}
    pq.write_table(pa.table(one), tmp_path / "a.parquet")
    pq.write_table(pa.table({**dict(reversed(one.items())), "n": ["two"]}), tmp_path / "b.parquet")
    for name in ("out.csv", "out2.parquet", "out.xlsx"):
        screen(desk, [tmp_path / "a.parquet", tmp_path / "b.parquet"], tmp_path / name)
        rows = rows_of(tmp_path / name)
        assert [row["n"] for row in rows] == ["1", "two"] and rows[0]["outcome"] == rows[1]["outcome"] != ""


@pytest.mark.parametrize("constant", [{"date": "soon"}, {"date": "03/04/2024"}, {"recipient": "Ukrane"}])
def test_what_is_said_for_every_row_is_understood_or_nothing_begins(desk, tmp_path, constant):
    (tmp_path / "a.csv").write_text("item\nhelmet\n")
    given = {"date": "2024-05-01", "exporter": "Japan", "recipient": "USA"} | constant
    with pytest.raises(TroubleError, match="said for every row and not understood"):
        Table(desk, map_columns(["item"], desk.library, constants=given))


def test_a_sheet_that_would_be_too_long_is_refused_before_anything_is_done(tmp_path):
    inputs = Inputs((tmp_path / "a.parquet",), "parquet", ("item",), 2_000_000)
    with pytest.raises(TroubleError, match="no more than 1,048,575 rows"):
        output_format(tmp_path / "out.xlsx", inputs)


# What would be lost


@pytest.mark.parametrize("output", ["orders.csv", "."])
def test_the_input_is_never_overwritten(desk, tmp_path, output):
    (tmp_path / "orders.csv").write_text(ORDERS)
    with pytest.raises(TroubleError, match="place of the input"):
        screen(desk, [tmp_path / "orders.csv"], tmp_path / output)


@pytest.mark.parametrize("output", ["in/out.csv", "in/year=2024/out.csv", "in/decided"])
def test_no_result_is_written_where_it_would_be_read_with_the_input(desk, tmp_path, output):
    (tmp_path / "in" / "year=2024").mkdir(parents=True)
    (tmp_path / "in" / "orders.csv").write_text(ORDERS)
    with pytest.raises(TroubleError, match="would lie among the files of in"):
        screen(desk, [tmp_path / "in"], tmp_path / output)
    assert screen(desk, [tmp_path / "in"], tmp_path / "in" / "_decided" / "out.csv")[0].rows == 3  # is never read
    assert screen(desk, [tmp_path / "in" / "orders.csv"], tmp_path / output)[0].rows == 3


def test_a_folder_with_other_things_in_it_is_never_replaced(desk, tmp_path):
    (tmp_path / "orders.csv").write_text(ORDERS)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letters.txt").write_text("dear")
    with pytest.raises(TroubleError, match="would be lost"):
        screen(desk, [tmp_path / "orders.csv"], tmp_path / "mine")
    assert (tmp_path / "mine" / "letters.txt").read_text() == "dear"
    for _ in range(2):  # a result of ours may be made anew
        screen(desk, [tmp_path / "orders.csv"], tmp_path / "decided")
    assert len(rows_of(tmp_path / "decided")) == 3
    with pytest.raises(TroubleError, match="read but not written"):
        screen(desk, [tmp_path / "orders.csv"], tmp_path / "out.xls")


@pytest.mark.parametrize("name", ["out.xls", "out.ods", "out.txt", "out.pdf"])
def test_an_output_that_is_not_written_names_what_is(tmp_path, name):
    with pytest.raises(TroubleError) as caught:
        output_format(tmp_path / name, Inputs((), "csv"))
    (trouble,) = caught.value.troubles
    assert trouble.help.startswith("written are: .csv, ") and ".xlsx" in trouble.help
    assert not any(f"{suffix}," in trouble.help + "," for suffix in (".xls", ".ods", ".txt", ".xlsm", ".xlsb"))


def test_a_disk_that_really_fills(desk, tmp_path):
    resource = pytest.importorskip("resource")
    (tmp_path / "orders.csv").write_text(ORDERS + "4,2024-05-01,USA,helmet,\n" * 3000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(TroubleError, match="the disk is full"):
            screen(desk, [tmp_path / "orders.csv"], tmp_path / "out.csv")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not (tmp_path / "out.csv").exists()
    assert screen(desk, [tmp_path / "orders.csv"], tmp_path / "out.csv")[0].rows == 3003


# Anything at all


@settings(max_examples=60)
@given(data=st.binary(max_size=300) | st.text(',;"\n\r\t |aé\ufeff0', max_size=200).map(str.encode),
       name=st.sampled_from(["a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.arrow", "a.xlsx"]),
       lead=st.sampled_from([b"", b"date,exporter,recipient,item\n", b'{"date": "2024-05-01", "item": "helmet"}\n']))  # fmt: skip
def test_whatever_the_bytes_a_reader_ends_with_rows_or_reasons(scratch, data, name, lead):
    path = scratch / name
    path.write_bytes(lead + data)
    try:
        inputs = open_inputs([str(path)])
    except TroubleError:
        return
    rows = sum(unit.read().num_rows for unit in inputs.units())
    assert rows >= 0 and all(why for _, why in inputs.refused)


@settings(max_examples=100)
@given(text=st.text(max_size=30) | st.dates().map(str) | st.integers().map(str), column=st.sampled_from(sorted(SHAPES)))
def test_whatever_a_cell_says_it_is_understood_or_refused(cells, text, column):
    try:
        meaning = cells.read(column, text)
    except NotUnderstoodError as error:
        meaning = str(error)
    assert meaning is None or isinstance(meaning, str | bool | tuple | dict)


@pytest.fixture(scope="module")
def cells(desk):
    return Cells(desk.library, desk.registries)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("bytes")


# Found by a reviewer: what once was lost, repeated or guessed


@pytest.mark.parametrize("text", ["tbd", "No", "n.k.", "rescue; pending", "rescue; unknown"])
def test_a_word_that_says_nothing_is_no_purpose(desk, text):
    with pytest.raises(NotUnderstoodError):
        Cells(desk.library, desk.registries).read("item.purpose", text)


@pytest.mark.parametrize("text", ["USA?", "USA (?)", "NA"])
def test_a_state_in_doubt_is_not_understood(desk, text):
    with pytest.raises(NotUnderstoodError):
        Cells(desk.library, desk.registries).read("recipient", text)


@pytest.mark.parametrize("strays", [(3,), (3, 5)])
def test_a_stray_quotation_mark_loses_no_row_in_silence(desk, tmp_path, strays):
    lines = [f"{i},2025-01-01,JPN,USA,patriot-pac3,{chr(34) if i in strays else ''}m" for i in range(1, 9)]
    report, rows, _ = decide(desk, tmp_path, "\n".join(["id,date,exporter,recipient,item,memo", *lines]) + "\n")
    decided = {row["id"] for row in rows if row["outcome"]}
    assert report.needs_a_person
    assert decided >= {str(i) for i in range(1, strays[0])}
    named = " ".join([*report.reasons, *(why for _, why in report.refused)])
    assert "quotation mark" in named or '"' in named or "cells" in named


def test_a_file_that_is_named_twice_is_read_once(desk, tmp_path, monkeypatch):
    pq.write_table(pa.table({"recipient": ["USA"], "item": ["patriot-pac3"]}), tmp_path / "in.parquet")
    monkeypatch.chdir(tmp_path)
    assert open_inputs(["in.parquet", str(tmp_path / "in.parquet")]).expected() == 1


# Where it stands


def test_a_place_is_the_line_that_an_editor_shows(desk, tmp_path):
    """Headings and cells of several lines, blank lines, rows of nothing but commas, rows that are refused."""
    text = (
        'Orders for review,,,\n"Order\ndate",Destination,Goods,"Remarks,\r\nif any"\n\n'
        '2024-05-01,USA,helmet,"one\ntwo\n\nfour"\n,,,\nsoon,USA,helmet,\n2024-05-01,USA\n'
        '2024-05-01,USA,helmet,"a\r\nb"\n\n2024-05-01,Ukrane,helmet,\n2024-05-01,USA,helmet,,,\nsoon,USA,helmet,\n'
    )
    report, rows, inputs = decide(desk, tmp_path, text)
    shown = text.replace("\r\n", "\n").split("\n")
    assert [row["outcome"] != "" for row in rows] == [True, False, True, False, False]
    assert [shown[int(each.rsplit(" ", 1)[1]) - 1] for each, _ in report.refused] == [
        "2024-05-01,USA",
        "2024-05-01,USA,helmet,,,",
    ]
    places = {why: [int(place.removeprefix("line ")) for place in each.places] for why, each in report.reasons.items()}
    assert [shown[at - 1] for at in places["`soon` is no date that we understand; write it as 2023-12-22"]] == [
        "soon,USA,helmet,"
    ] * 2
    assert [shown[at - 1] for why, (at, *_) in places.items() if "Ukrane" in why] == ["2024-05-01,Ukrane,helmet,"]
    assert inputs.remarks[1:] == [f"{tmp_path}/orders.csv: 3 empty rows left out"]


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1), block=st.sampled_from([600, 1 << 20]))
def test_every_row_knows_its_line_whatever_stands_above_it(scratch, seed, block):
    rng = Random(seed)
    end = rng.choice(["\n", "\r\n"])
    text = f"date,recipient,item,remarks{end}"
    wanted: list[tuple[int, str]] = []
    refused: list[int] = []
    for number in range(rng.randrange(60)):
        line = text.count("\n") + 1
        kind = rng.choice(["plain", "plain", "plain", "long", "blank", "commas", "short"])
        if kind == "short":
            refused.append(line)
            text += f'{number},"a{end}b"{end}'
        elif kind in ("blank", "commas"):
            text += end if kind == "blank" else f",,,{end}"
        else:
            wanted.append((line, str(number)))
            text += f'{number},"x{end * rng.randrange(3)}y",helmet,"{end if kind == "long" else ""}"{end}'
    path = scratch / "lines.csv"
    path.write_bytes(text.encode())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sekisho.batch.lines._BLOCK", block)
        inputs = open_inputs([str(path)])
        found = [
            (int(unit.place(row).removeprefix("line ")), value)
            for unit in inputs.units()
            for row, value in enumerate(unit.read().column("date").to_pylist())
        ]
    assert found == wanted
    assert [where for where, _ in inputs.refused] == [f"{path}, line {line}" for line in refused]


def test_a_place_in_json_lines_is_its_line(desk, tmp_path):
    row = '{"date": "2024-05-01", "recipient": "USA", "item": "helmet"}\n'
    report, _, _ = decide(desk, tmp_path, row + "\n\nno\n" + row.replace("USA", "Ukrane"), "orders.jsonl")
    assert [each.places for each in report.reasons.values()] == [["line 5"]]
    assert report.refused[0][0].endswith("line 4")


def test_a_place_among_several_files_names_its_file(desk, tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(ORDERS + "4,soon,USA,helmet,\n")
    report, _ = screen(desk, [tmp_path / "?.csv"], tmp_path / "out.jsonl")
    assert [each.places for each in report.reasons.values()] == [
        [f"line 5 of {tmp_path}/a.csv", f"line 5 of {tmp_path}/b.csv"]
    ]
    assert _places(["row 3 of a", "row 5 of a", "row 2 of b"]) == "rows 3, 5 of a; row 2 of b"
    assert _places(["line 3", "line 4"]) == "lines 3, 4"


# What a cell names only in part


@pytest.mark.parametrize("text", ["1974", "1974-05", "May 1974"])
def test_a_year_is_no_day(text):
    with pytest.raises(NotUnderstoodError, match="names no day"):
        read_day(text)


@pytest.mark.parametrize(
    "text", ["2024-05-01 00:00:00+00", "2024-05-01T00:00:00.000+09:00", "2024-05-01 00:00:00.000 UTC"]
)
def test_midnight_is_a_day_and_any_other_hour_is_not(text):
    assert read_day(text).isoformat() == "2024-05-01"
    with pytest.raises(NotUnderstoodError, match="time of day"):
        read_day(text.replace("00:00", "09:30", 1))


def test_two_letters_are_no_state_and_nothing_is_suggested(desk):
    with pytest.raises(NotUnderstoodError, match="two letters mean one state in one list") as caught:
        Cells(desk.library, desk.registries).read("recipient", "CH")
    assert "did you mean" not in str(caught.value)


def test_lists_as_other_programs_write_them(desk):
    cells = Cells(desk.library, desk.registries)
    for text in ("[USA, GBR]", "['USA', 'GBR']", '["USA","GBR"]', "{USA,GBR}", '{"United States",GBR}'):
        assert cells.read("item.licensors", text) == ("USA", "GBR")
    assert cells.read("item.licensors", "[]") == ()
    assert cells.read("item.licensors", "{}") == ()
    assert cells.read("item.licensors", "[NULL]") == cells.read("item.licensors", "{NULL}") == "unknown"
    with pytest.raises(NotUnderstoodError):
        cells.read("item.purpose", "[rescue, null]")


def test_explaining_says_what_is_understood_before_what_is_missing(desk):
    mapped, troubles = understand(["Order date", "Goods", "Year"], desk.library)
    assert mapped.explain()[0] == "`Order date` is read as date (a known synonym)"
    assert [each.headline for each in troubles] == ["no column says the exporter", "no column says the recipient"]


def test_a_reader_that_is_closed_early_reads_no_more(tmp_path, monkeypatch):
    """A thread that still read ahead while Python shuts down would abort the process."""
    path = tmp_path / "long.csv"
    path.write_text("date,recipient,item\n" + "2024-05-01,USA,helmet\n" * 20_000)
    monkeypatch.setattr("sekisho.batch.lines._BLOCK", 1000)
    read, given = lines._Clean._read, []
    monkeypatch.setattr(lines._Clean, "_read", lambda self, size: given.append(size) or read(self, size))
    units = open_inputs([str(path)]).units()
    next(units)
    units.close()
    before = len(given)
    time.sleep(0.05)
    assert len(given) == before < 400


def test_what_an_unknown_item_may_have_been_is_looked_for_once(desk, monkeypatch):
    cells = Cells(desk.library, desk.registries)
    asked = []
    monkeypatch.setattr(type(desk.registries), "suggest_item", lambda _, text: asked.append(text) or ())
    said = {cells.unknown_item("a fish") for _ in range(3)}
    assert asked == ["a fish"] and said == {cells.unknown_item("a fish")}


def test_a_field_that_stands_twice_in_a_line_of_json_is_not_chosen_from(desk, tmp_path):
    line = '{"date": "2025-12-20", "recipient": "USA", "item": "patriot-pac3"%s}\n'
    text = line % "" + line % ', "item": "tc-90"'
    report, rows, _ = decide(desk, tmp_path, text, "orders.jsonl")
    assert len(rows) == 1
    assert report.refused == [(f"{tmp_path / 'orders.jsonl'}, line 2", "the field `item` stands twice")]


def test_every_cell_of_a_row_that_only_looks_empty_is_named(desk, tmp_path):
    xlsxwriter = pytest.importorskip("xlsxwriter")
    book = xlsxwriter.Workbook(str(tmp_path / "orders.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Order no", "Order date", "Destination", "Goods"])
    sheet.write_row(1, 0, [1, "", "USA", ""])
    sheet.write_formula(1, 1, "=TODAY()", None, "")
    sheet.write_formula(1, 3, "=1/0", None, "#DIV/0!")
    book.close()
    screen(desk, [tmp_path / "orders.xlsx"], tmp_path / "out.csv")
    (row,) = rows_of(tmp_path / "out.csv")
    assert "`Order date` holds a formula" in row["note"] and "`Goods` holds the error #DIV/0!" in row["note"]


@pytest.mark.parametrize("name", ["none.xlsx", "none.parquet", "none.jsonl", "none.csv", "none.arrow"])
def test_an_empty_file_is_said_to_be_empty(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(TroubleError) as caught:
        open_inputs([str(tmp_path / name)])
    assert caught.value.troubles[0].headline == "the file cannot be read: it is empty"


def test_a_reason_that_says_its_mend_is_not_followed_by_another(tmp_path):
    (tmp_path / "twice.csv").write_text("date,item,item\n2024-05-01,a,b\n")
    with pytest.raises(TroubleError) as caught:
        open_inputs([str(tmp_path / "twice.csv")])
    (trouble,) = caught.value.troubles
    assert trouble.headline.endswith("give each column its own") and not trouble.help


def test_the_standard_input_is_no_table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TroubleError) as caught:
        open_inputs(["-"])
    assert "standard input" in caught.value.troubles[0].headline


def test_a_column_that_gives_way_to_what_is_said_for_every_row_is_named(desk):
    headings = ["date", "Country of origin", "recipient", "item", "remarks"]
    constants = {"exporter": "Japan", "act": "export"}
    mapped = map_columns(headings, desk.library, constants=constants)
    said = said_over(mapped, constants, desk.library)
    assert said == ["`Country of origin` is not read: exporter is `Japan` in every row"]
