"""What may be meant in several ways is read where somebody says how, and only there."""

from __future__ import annotations

import sys

import pyarrow as pa
import pytest
from test_files import rows_of
from test_summary import call

from sekisho.base import TroubleError
from sekisho.batch import conventions
from sekisho.batch import run as running
from sekisho.batch.cells import Cells, NotUnderstoodError, read_day
from sekisho.batch.columns import map_columns
from sekisho.batch.conventions import Conventions
from sekisho.batch.engines import ENGINES, screen_with
from sekisho.batch.read import open_inputs
from sekisho.batch.run import Table, run
from sekisho.cli import guard
from sekisho.cli import screen as screen_command
from sekisho.cli import sql as sql_command
from sekisho.cli import summary as summary_command

pycountry = pytest.importorskip("pycountry")

REGISTER = """No,date,exporter,recipient,item,item.licensors
1,2023,JP,US,patriot-pac3,US
2,1975,JP,UA,patriot-pac3,US; DE
3,2023.0,JP,SU,patriot-pac3,
4,2023,JP,NA,helmet,
5,2023-12-21,JPN,USA,patriot-pac3,USA
"""


@pytest.fixture(scope="module")
def iso(desk):
    return Cells(desk.library, desk.registries, Conventions(two_letters="iso"))


@pytest.fixture
def register(tmp_path):
    path = tmp_path / "register.csv"
    path.write_text(REGISTER, encoding="utf-8")
    return path


def test_every_code_of_two_letters_is_its_state(iso):
    for country in pycountry.countries:
        assert iso.read("recipient", country.alpha_2) == country.alpha_3
        assert iso.read("law", country.alpha_2) == country.alpha_3
    assert iso.read("item.licensors", "KR; DE, GBR") == ("KOR", "DEU", "GBR")
    assert iso.read("recipient", "UK") == "GBR"  # a registered name, and nobody's code


@pytest.mark.parametrize("text", ["SU", "YU", "XK", "ZZ", "AN"])
def test_codes_of_no_state_and_of_states_that_ended(iso, text):
    with pytest.raises(NotUnderstoodError, match=f"`{text}` is the code of no state in ISO 3166-1 alpha-2"):
        iso.read("recipient", text)


def test_small_letters_are_words_and_no_codes(iso):
    with pytest.raises(NotUnderstoodError, match="write it in capitals"):
        iso.read("item.licensors", "no")
    assert iso.read("recipient", "na") is None
    assert iso.read("recipient", "NA") == "NAM"


def test_a_state_that_the_register_does_not_have_is_not_understood(four_states):
    assert Conventions(two_letters="iso").find_state(four_states, "KR") is None


def test_without_the_choice_the_mend_names_it(desk):
    cells = Cells(desk.library, desk.registries)
    with pytest.raises(NotUnderstoodError, match="say `--two-letters iso`"):
        cells.read("recipient", "KR")
    with pytest.raises(NotUnderstoodError, match="say `--years first` or `--years last`"):
        cells.read("date", "1995")


def test_a_year_is_the_day_that_was_said():
    assert read_day("1995", Conventions(years="first")).isoformat() == "1995-01-01"
    assert read_day(" １９９５ ", Conventions(years="last")).isoformat() == "1995-12-31"
    assert read_day("1995.0", Conventions(years="last")).isoformat() == "1995-12-31"
    for text in ("1995-05", "May 1995", "1066", "95"):
        with pytest.raises(NotUnderstoodError):
            read_day(text, Conventions(years="last"))


def test_a_choice_that_there_is_not():
    with pytest.raises(ValueError, match="years is first or last, and not frist"):
        Conventions(years="frist")


def test_without_the_package_nothing_is_begun(monkeypatch):
    monkeypatch.setitem(sys.modules, "pycountry", None)
    conventions._alpha_2.cache_clear()
    with pytest.raises(TroubleError, match="SK427"):
        Conventions(two_letters="iso")


@pytest.mark.parametrize("engine", ["columns", "duckdb", "sqlite", "polars"])
def test_every_engine_means_the_same(register, tmp_path, engine):
    pytest.importorskip("sqlglot")
    output = tmp_path / "out.csv"
    said = ("--years", "last", "--two-letters", "iso", "--engine", engine)
    assert call(screen_command, register, "-o", output, *said)[0] == guard.FOUND
    rows = sorted(rows_of(output), key=lambda row: row["No"])
    assert [row["outcome"] for row in rows] == ["may-be-permitted", "prohibited", "", "undetermined", "prohibited"]
    assert rows[2]["note"].startswith("`SU` is the code of no state")


def test_years_that_are_numbers(desk):
    """As a spreadsheet and Parquet give them; 1 January and 31 December of 2023 lie under different law."""
    given = {"exporter": "JP", "recipient": "US", "item": "patriot-pac3"}
    for years, outcome in (("first", "prohibited"), ("last", "may-be-permitted")):
        for kind in (pa.int32(), pa.float64(), pa.string()):
            table = pa.table({"date": pa.array([2023, None], pa.int32()).cast(kind)})
            mapped = map_columns(table.column_names, desk.library, constants=given)
            worker = Table(desk, mapped, Conventions(years=years, two_letters="iso"))
            assert worker.with_answers(table, worker.screen(table)).column("outcome").to_pylist() == [outcome, ""]


@pytest.mark.parametrize("engine", ["duckdb", "sqlite", "polars"])
def test_years_that_are_numbers_in_other_engines(desk, engine):
    pytest.importorskip("sqlglot")
    given = {"exporter": "JP", "recipient": "US", "item": "patriot-pac3"}
    for kind in (pa.int32(), pa.float64()):
        table = pa.table({"date": pa.array([2023], kind)})
        worker = Table(
            desk,
            map_columns(table.column_names, desk.library, constants=given),
            Conventions(years="last", two_letters="iso"),
        )
        made = ENGINES[engine]()
        made.give("source", table)
        (row,) = made.query(screen_with(made, worker, "source", ("date",))).to_pylist()
        assert row["outcome"] == "may-be-permitted"


def test_another_convention_begins_afresh(desk, tmp_path, monkeypatch):
    monkeypatch.setattr("sekisho.batch.parquet.UNIT", 1)
    table = pa.table({"date": ["2023"] * 3, "recipient": ["USA"] * 3, "item": ["patriot-pac3"] * 3})
    pa.parquet.write_table(table, tmp_path / "in.parquet", row_group_size=1)
    inputs = open_inputs([str(tmp_path / "in.parquet")])
    mapped = map_columns(inputs.headings, desk.library, constants={"exporter": "JPN"})
    first, last = (Table(desk, mapped, Conventions(years=each)) for each in ("first", "last"))
    join = running.join

    def stopped(parts, *args):
        list(parts)
        raise KeyboardInterrupt

    for worker, outcome, resumed in ((last, "may-be-permitted", 0), (first, "prohibited", 3)):
        monkeypatch.setattr(running, "join", stopped)
        with pytest.raises(KeyboardInterrupt):
            run(inputs, tmp_path / "out.jsonl", first)
        monkeypatch.setattr(running, "join", join)
        assert run(inputs, tmp_path / "out.jsonl", worker).resumed == resumed
        assert [row["outcome"] for row in rows_of(tmp_path / "out.jsonl")] == [outcome] * 3


def test_what_is_said_shows(register, tmp_path):
    said = ("--years", "first", "--two-letters", "iso", "--dates", "mdy")
    status, out = call(screen_command, register, "--explain", *said)
    assert status == 0
    lines = [
        "03/04/2023 is read as 4 March 2023",
        "a year without a day is read as its 1 January",
        "two capital letters are read as the state of that code in ISO 3166-1 alpha-2, `NA` too",
    ]
    assert out.splitlines()[-3:] == lines
    pytest.importorskip("sqlglot")
    status, out = call(sql_command, register, "--dialect", "duckdb", *said)
    assert status == 0 and all(f"-- {line}\n" in out for line in lines)


def test_a_summary_calls_states_of_two_letters_by_name(register, tmp_path):
    call(screen_command, register, "-o", tmp_path / "out.csv", "--years", "last", "--two-letters", "iso")
    assert "United States" in call(summary_command, tmp_path / "out.csv", "--two-letters", "iso")[1]
    status, out = call(summary_command, tmp_path / "out.csv", "--two-letters", "iso", "--json")
    assert status == 0 and '"Namibia"' in out and '"NA"' not in out
