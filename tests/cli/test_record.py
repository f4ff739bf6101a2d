"""Where the record ends: the day that is taken where none is given, and what is said of later days."""

from __future__ import annotations

import json
from datetime import date

import pytest

from sekisho.base import Day
from sekisho.cli import flags, opened

PATRIOT = ("--exporter", "JPN", "--recipient", "UKR", "--item", "patriot-pac3")
FINISHED = ("--form", "finished", "--set", "at-war=yes")
LATE = "Nothing after 21 November 2026 is recorded"
AS_OF = "asked as of 21 November 2026, up to which the facts are recorded; --on asks of another day"


@pytest.fixture
def real(run, desk, monkeypatch):
    """The command line over our own law."""
    monkeypatch.setattr(opened, "desk_for", lambda: desk)
    return run


@pytest.fixture
def years_later(monkeypatch):
    """Today is long after the record."""
    monkeypatch.setattr(flags, "clock", lambda: date(2040, 1, 1))


def words(said):
    return " ".join(said.split())


def test_the_record_ends_where_the_first_of_its_lists_does(desk):
    assert desk.registries.complete_to == Day(2026, 11, 21)


@pytest.mark.parametrize(
    "command",
    [
        ("decide", *PATRIOT),
        ("take", *PATRIOT),
        ("trace", *PATRIOT),
        ("compare", "JPN", "KOR", "--for", "recipient=UKR,item=patriot-pac3"),
        ("chart", "trace", *PATRIOT),
    ],
    ids=lambda command: " ".join(command[:2]),
)
@pytest.mark.usefixtures("years_later")
def test_without_a_day_it_is_asked_as_of_the_last_recorded_one(real, command):
    status, said = real(*command)
    assert status == 0, said
    assert words(said).count(AS_OF) == 1
    assert LATE not in words(said)


def test_as_long_as_the_record_goes_on_nothing_is_said(real):
    assert "asked as of" not in real("decide", *PATRIOT)[1]


@pytest.mark.usefixtures("years_later")
def test_a_day_that_is_given_is_taken(real):
    status, said = real("decide", *PATRIOT, "--on", "2040-01-01")
    assert (status, AS_OF in words(said), LATE in words(said)) == (0, False, True)


@pytest.mark.parametrize("command", ["decide", "take"])
def test_what_is_asked_of_a_later_day_is_told_with_a_remark(run, snapshot, masked, command):
    case = ("--exporter", "New Zealand", "--recipient", "Japan", "--arms", "yes", "--weapon", "no", *FINISHED)
    status, said = run(command, *case, "--on", "2030-01-01")
    assert status == 0, said
    assert masked(said) == snapshot
    assert LATE in words(run(command, *case, "--on", "2030-01-01", "--markdown")[1])
    data = json.loads(run(command, *case, "--on", "2030-01-01", "--json")[1])
    assert (data["recorded_to"], data["beyond_record"].startswith(LATE)) == ("2026-11-21", True)
    assert json.loads(run(command, *case, "--on", "2026-11-21", "--json")[1])["beyond_record"] is None


def test_facts_of_a_later_day_are_told_with_it_too(real):
    assert LATE in words(real("decide", *PATRIOT, "--on", "2026-11-21", "--facts-on", "2027-01-01")[1])


def test_a_trace_into_the_future(real):
    assert LATE in words(real("trace", *PATRIOT, "--to", "2030-01-01")[1])
    data = json.loads(real("trace", *PATRIOT, "--to", "2030-01-01", "--json")[1])
    assert data["beyond_record"].startswith(LATE)
    assert LATE not in words(real("trace", *PATRIOT, "--to", "2026-11-21")[1])


@pytest.mark.parametrize("days", [("2026-11-21", "2040-01-01"), ("2022-03-07", "2040-03-07")])
def test_nothing_is_proved_of_days_after_the_record(real, days):
    status, said = real("compare", *days, "--state", "JPN", "--for", "recipient=UKR,item=patriot-pac3")
    assert (status, LATE in words(said), "proved, not sampled" in words(said)) == (0, True, False)
    data = json.loads(real("compare", *days, "--state", "JPN", "--for", "recipient=UKR", "--json")[1])
    assert data["beyond_record"].startswith(LATE)


def test_a_picture_of_a_later_day(real):
    status, said = real("chart", "grid", "--state", "JPN", "--on", "2026-04-21", "--and", "2030-01-01", "--json")
    assert (status, LATE in words(said)) == (0, True)


@pytest.mark.parametrize(
    ("command", "said_so"),
    [
        (("compare", "2022-13-07", "2022-03-08", "--state", "JPN"), "there is no month 13"),
        (("chart", "grid", "--state", "JPN", "--on", "2026-04-31"), "this month has no day 31: its last is 2026-04-30"),
        (("trace", *PATRIOT, "--to", "soon"), "write days as YYYY-MM-DD, such as 2026-05-01"),
    ],
    ids=["month", "day", "form"],
)
def test_a_day_that_does_not_exist_is_mended(real, command, said_so):
    status, said = real(*command)
    assert (status, said_so in words(said)) == (1, True), said


@pytest.mark.parametrize("picture", ["openness", "grid"])
def test_a_picture_asks_whose_law(real, picture):
    status, said = real("chart", picture)
    assert (status, "say whose law with --state: JPN, KOR" in said) == (2, True), said


def test_territories_are_no_states(real):
    said = words(real("chart", "grid", "--state", "JPN", "--on", "2026-04-20", "--and", "2026-04-21")[1])
    assert "states and territories on 20 April 2026, to" in said


def test_a_table_is_not_written_into_a_folder_that_is_not_there(run, desk, tmp_path, monkeypatch):
    monkeypatch.setattr(opened, "desk_for", lambda *_: desk)
    table = tmp_path / "orders.csv"
    table.write_text("recipient,item\nUkraine,patriot-pac3\n")
    arguments = ("screen", str(table), "--set", "exporter=Japan", "--on", "2026-11-21", "-o")
    status, said = run(*arguments, str(tmp_path / "nowhere" / "out.csv"))
    assert (status, "there is no folder" in said, (tmp_path / "nowhere").exists()) == (2, True, False)


def test_replaying_nothing_counts_nothing(real):
    status, said = real("replay", "nosuch")
    assert (status, "0 cases" in said, "no such file or folder" in said) == (1, False, True)


def test_a_name_that_nothing_bears_has_a_code_and_only_near_suggestions(real):
    status, said = real("show", "nosuch")
    assert (status, "SK516  nothing is called `nosuch`" in said) == (1, True), said
    status, said = real("show", "Japn")
    assert status == 1
    assert "did you mean `state Japan`?" in said


def test_a_contested_answer_says_so_beside_the_outcome(real, tmp_path):
    """Whether vests could go to Ukraine on the eve of the heading was unclear, so the first lines say that."""
    case = tmp_path / "vests.yaml"
    case.write_text(
        "{date: 2022-03-07, exporter: JPN, recipient: UKR, consideration: grant, item: {name: vests, arms: true, "
        "weapon: false, form: finished, purpose: [protection], production: indigenous, stock: state-surplus}}\n"
    )
    said = real("decide", str(case))[1]
    head = " ".join(said.partition("Barred by")[0].split())
    assert "PROHIBITED" in head
    assert "≷ The law is contested here: read otherwise, the answer is may be permitted" in head
    assert "--reading" in said
