"""`sekisho compare`: exact counts, conditions in words, and bad input."""

from __future__ import annotations

import json
import shutil

import pytest

from sekisho.cli import opened
from sekisho.store import data_folder


@pytest.fixture
def real(run, desk, monkeypatch):
    """The command line over our own law."""
    monkeypatch.setattr(opened, "desk_for", lambda: desk)
    return run


def test_the_revision_of_2022(real):
    status, said = real("compare", "2022-03-07", "2022-03-08", "--state", "JPN")
    plain = " ".join(said.split())
    assert status == 0
    assert plain.startswith("The second law opens:")
    assert "the recipient is Ukraine, the end user is government or armed forces, the item is not a weapon" in plain
    assert "2022-vests-and-helmets-ukraine" in plain
    assert max(map(len, said.splitlines())) <= 80


def test_the_essence_is_on_the_first_screen(real):
    arguments = ("compare", "2026-04-20", "2026-04-21", "--state", "JPN")
    status, said = real(*arguments)
    lines = said.splitlines()
    screen = " ".join(" ".join(lines[:25]).split())
    assert status == 0
    assert len(lines) < 60
    assert screen.startswith("The second law opens and closes:")
    assert "Closes: may be permitted → prohibited" in screen
    assert "Opens: prohibited → may be permitted" in screen
    assert "⊢ where it holds" in said
    full = real(*arguments, "--full")[1]
    assert [each for each in "⊢#∖▸" if f"{each} " not in full] == []
    assert len(full.splitlines()) > 2 * len(lines)


def test_json_has_exact_counts(real):
    arguments = (
        "compare",
        "2026-04-20",
        "2026-04-21",
        "--state",
        "Japan",
        "--for",
        "recipient=Australia,item=patriot-pac3,act=export",
    )
    data = json.loads(real(*arguments, "--json")[1])
    assert not data["equal"]
    assert data["fixed"]["recipient"] == "AUS"
    assert [(each["before"], each["after"]) for each in data["totals"]] == [("prohibited", "may-be-permitted")]
    assert 0 < data["totals"][0]["plausible"] <= data["totals"][0]["declared"] < data["universe"]["declared"]
    assert data["changes"][0]["cause"]["name"] == "jp-weapons"


def test_an_item_brings_whether_the_recipient_licenses_it(real):
    """Ukraine licenses no Patriot: a door for licensors is no door for it."""
    arguments = ("compare", "2026-04-20", "2026-04-21", "--state", "Japan", "--for")
    data = json.loads(real(*arguments, "recipient=Ukraine,item=patriot-pac3,under:sdf-activity=no", "--json")[1])
    assert data["equal"]


def test_only_documented_cases_that_are_meant_are_shown(real):
    arguments = ("compare", "2026-04-20", "2026-04-21", "--state", "JPN", "--for", "recipient=UKR")
    data = json.loads(real(*arguments, "--json")[1])
    assert not [each for each in data["documented"] if "usa" in each["case"]]


def test_equal_laws_are_said_to_be_equal(real):
    status, said = real("compare", "2026-04-22", "2026-05-21", "--state", "JPN")
    assert status == 0
    assert said.startswith("No difference")
    assert "proved" in said


def test_a_proposal_and_another_state(real):
    proposal = real(
        "compare", "2026-11-21", "2026-11-21+jp-2026-agreement-with-ukraine", "--state", "JPN", "--markdown"
    )
    assert proposal[0] == 0
    assert "with jp-2026-agreement-with-ukraine" in proposal[1]
    assert "“Weapons” (jp-weapons)" in proposal[1]
    state = real("compare", "JPN", "South Korea", "--on", "2026-11-21", "--for", "recipient=UKR,weapon=yes,arms=yes")
    assert state[0] == 0
    assert "law of South Korea" in " ".join(state[1].split())


def test_folders(real, tmp_path):
    shutil.copytree(data_folder("law"), tmp_path / "other")
    page = tmp_path / "other" / "JPN" / "guidelines.md"
    page.write_text(
        page.read_text(encoding="utf-8").replace("  - item.stock is state-surplus\n```", "```", 1), encoding="utf-8"
    )
    same = real("compare", str(data_folder("law")), str(data_folder("law")), "--state", "JPN", "--on", "2022-06-01")
    assert same[0] == 0
    assert same[1].startswith("No difference")
    other = real(
        "compare", str(data_folder("law")), str(tmp_path / "other"), "--state", "JPN", "--on", "2022-06-01", "--json"
    )
    data = json.loads(other[1])
    assert [each["cause"]["name"] for each in data["changes"]] == ["jp-ukraine-grant"]
    assert data["changes"][0]["cause"]["how"] == "changes"


def test_folders_whose_words_differ_are_not_compared(real, tmp_path):
    shutil.copytree(data_folder("law"), tmp_path / "other")
    page = tmp_path / "other" / "JPN" / "guidelines.md"
    text = page.read_text(encoding="utf-8").replace("  - recipient is UKR\n", "  - recipient is FJI\n", 1)
    page.write_text(text, encoding="utf-8")
    status, said = real("compare", "JPN", str(tmp_path / "other"), "--state", "JPN", "--on", "2022-06-01")
    assert (status, "SK512" in said) == (1, True), said


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (("yesterday", "2026-01-01"), 1, "SK513"),
        (("2026-02-30", "2026-03-01", "--state", "JPN"), 1, "SK405"),
        (("2026-01-01", "2026-03-01"), 2, "--state"),
        (("JPN", "FRA"), 1, "SK506"),
        (("JPN", "KOR", "--for", "a=b"), 1, "SK502"),
        (("JPN", "KOR", "--for", "act=theft"), 1, "SK503"),
        (("JPN", "KOR", "--for", "weapon=yes,arms=no"), 1, "SK505"),
        (("JPN", "KOR", "--for", "recipient=Ukrane"), 1, "SK407"),
        (("JPN", "KOR", "--for", "item=patriot-pac33"), 1, "SK408"),
        (("JPN", "KOR", "--for", "weapon"), 2, "NAME=VALUE"),
        (("2026-01-01", "2026-01-02+nothing", "--state", "JPN"), 1, "SK410"),
        (("JPN", "KOR", "--json", "--markdown"), 2, "choose one"),
    ],
)
def test_bad_input(real, arguments, status, code):
    found, said = real("compare", *arguments)
    assert (found, code in said) == (status, True), said
    assert "Traceback" not in said


def test_choices_that_exclude_each_other_are_named_alone(real):
    status, said = real(
        "compare", "2026-04-20", "2026-04-21", "--state", "JPN", "--for", "recipient=UKR,arms=no,weapon=yes"
    )
    assert status == 1
    assert "no case can be so: arms=false, weapon=true" in said


def test_a_policy_that_begins_is_told_by_its_rule(real):
    status, said = real("compare", "2022-03-06", "2022-03-07", "--state", "KOR")
    plain = " ".join(said.split())
    assert status == 0
    assert "Closes: may be permitted → presumed denied" in plain
    # The sources put the beginning between the 7th and the 15th, so what holds from the 7th on is inferred.
    assert (
        "“No lethal item directly to Ukraine” (kr-no-lethal-items-signalled) begins policy 2022, signal · inferred"
        in plain
    )
    assert "the recipient is Ukraine, the item is a weapon" in plain
    assert "anything at all" not in plain


def test_a_permission_that_asks_for_what_was_free_is_its_cause(real):
    data = json.loads(real("compare", "2022-03-14", "2022-03-15", "--state", "KOR", "--json")[1])
    assert [(each["before"], each["after"], each["cause"]["name"]) for each in data["changes"]] == [
        ("free", "may-be-permitted", "kr-non-lethal-items")
    ]


def test_a_rule_that_stands_elsewhere_says_through_what_and_how_well_sourced(real):
    data = json.loads(real("compare", "2023-12-21", "2023-12-22", "--state", "JPN", "--json")[1])
    cause = next(each["cause"] for each in data["changes"] if each["cause"]["name"] == "jp-five-purposes")
    assert (cause["how"], cause["support"]) == ("changes", "inferred")
    said = " ".join(real("compare", "2023-12-21", "2023-12-22", "--state", "JPN", "--full")[1].split())
    assert "through jp-five-purposes-unarmed and jp-five-purposes-armed" in said
    assert "finds that Iran is a security partner" in said  # a case that flips says on which findings


def test_cases_of_the_record_say_what_was_reported_of_them(real):
    said = " ".join(real("compare", "2022-03-07", "2026-11-21", "--state", "JPN")[1].split())
    assert "Cases of the record that flip, their facts unchanged" in said
    data = json.loads(real("compare", "2022-03-07", "2026-11-21", "--state", "JPN", "--json")[1])
    came = {each["case"]: each["reported_outcome"] for each in data["documented"]}
    assert set(came.values()) > {"approved"}


def test_an_end_is_told_with_what_ended_it_and_the_weaker_mark(real):
    arguments = ("compare", "2026-04-20", "2026-04-21", "--state", "JPN", "--json")
    causes = [each["cause"] for each in json.loads(real(*arguments)[1])["changes"]]
    ended = next(each for each in causes if each and each["name"] == "jp-five-purposes")
    assert (ended["how"], ended["support"]) == ("ends", "reported")
    assert ended["cite"] == ["guidelines 2014, 1(2)B(d)", "guidelines 2026, non-weapons"]
