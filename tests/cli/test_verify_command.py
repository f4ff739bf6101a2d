"""`sekisho verify`: proved, or refuted with a case that is decided."""

from __future__ import annotations

import io
import json
import shutil

import pytest

from sekisho.cli import opened, verify
from sekisho.store import data_folder


@pytest.fixture
def real(run, desk, monkeypatch):
    """The command line over our own law."""
    monkeypatch.setattr(opened, "desk_for", lambda: desk)
    return run


def test_every_property_holds(real, desk):
    status, said = real("verify")
    count = len(desk.library.properties)
    assert status == 0, said
    assert f"{count} properties: all {count} hold" in said
    assert "Besides, looked for unasked" in said
    assert "no contradictions" in said
    assert "No outcome is ever free for arms" in said
    assert max(map(len, said.splitlines())) <= 80


@pytest.mark.parametrize("terminal", [True, False])
def test_what_is_being_done_is_said_on_a_terminal_and_wiped(desk, monkeypatch, capsys, terminal):
    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: terminal, raising=False)
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setattr(opened, "desk_for", lambda: desk)
    options = {"jurisdiction": "KOR", "law": None, "as_json": True, "as_markdown": False}
    assert verify.command.callback((), **options) == 0
    assert json.loads(capsys.readouterr().out)["verdicts"]
    drawn = screen.getvalue().split("\r\x1b[K")
    assert drawn[0] == drawn[-1] == ""
    assert [each[-1] for each in drawn[1:-1]] == ["…"] * 2 * terminal


def test_what_is_looked_for_unasked_is_counted(real):
    data = json.loads(real("verify", "--json")[1])
    assert data["looked_for"]["rules"] > 200
    assert {each["warning"] for each in data["looked_for"]["found"]} <= {True}


def test_one_by_name_and_one_jurisdiction(real, desk):
    name = desk.library.properties[0].name
    data = json.loads(real("verify", name, "--json")[1])
    assert [each["property"] for each in data["verdicts"]] == [name]
    korean = json.loads(real("verify", "--jurisdiction", "South Korea", "--json")[1])
    assert {each["law"] for each in korean["verdicts"]} == {"KOR"}


def test_a_refuted_property_shows_a_decided_case(real, tmp_path):
    law = tmp_path / "law"
    shutil.copytree(data_folder("law"), law)
    page = law / "JPN" / "properties.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(text + wrong_like(text), encoding="utf-8")
    status, said = real("verify", "jp-wrong-on-purpose", "--law", str(law))
    assert status == 3, said
    assert "Refuted" in said
    assert "Japan → " in said
    data = json.loads(real("verify", "jp-wrong-on-purpose", "--law", str(law), "--json")[1])
    broken = data["verdicts"][0]["broken"][0]
    assert broken["outcome"] == broken["decided"] == "may-be-permitted"
    assert 0 < broken["cases"] <= broken["of"]


def wrong_like(text):
    """The first property of a page under another name, turned into its contrary."""
    block = text[text.index("```property jp-first-principle-conflict") :].split("```")[1]
    lines = block.replace("jp-first-principle-conflict", "jp-wrong-on-purpose").splitlines()
    lines = [line for line in lines if "party-to-conflict" not in line]
    return "\n## Wrong on purpose {#wrong}\n\n```" + "\n".join(lines) + "\n```\n"


def test_bad_input(real):
    status, said = real("verify", "nothing-of-the-kind")
    assert (status, "SK511" in said) == (1, True)
    status, said = real("verify", "--jurisdiction", "Ruritania")
    assert (status, "SK407" in said) == (1, True)


@pytest.mark.parametrize("command", [("verify", "--law"), ("check",)], ids=lambda command: command[0])
@pytest.mark.parametrize("stray", [False, True])
def test_a_folder_without_a_rulebook_proves_nothing(run, tmp_path, command, stray):
    if stray:
        (tmp_path / "notes.md").write_text("# Notes\n")
    status, said = run(*command, str(tmp_path))
    assert (status, "SK109  there is no rulebook in it" in said) == (1 if command[0] == "verify" else 3, True), said


def test_a_proof_bears_the_mark_of_the_weakest_rules_it_needs(real):
    names = ("jp-no-gift-of-weapons-from-stock", "jp-first-principle-treaties", "jp-no-arms-to-communist-bloc")
    data = {each["property"]: each for each in json.loads(real("verify", *names, "--json")[1])["verdicts"]}
    assert data[names[0]]["support"] == "reported"
    assert "jp-state-gift" in data[names[0]]["rests_on"]
    assert data[names[1]]["support"] == "recalled"
    assert "jp-treaty-mines" in data[names[1]]["rests_on"]
    assert (data[names[2]]["support"], data[names[2]]["rests_on"]) == ("official", [])
    said = " ".join(real("verify", names[0])[1].split())
    assert "peacekeeping apart reported" in said
    assert "≈ reported: jp-state-stock and jp-state-gift" in said
    assert "no mark says" in said


def test_what_a_day_closed_is_marked_like_the_weakest_rule_that_came_or_went(real):
    name = "jp-2024-closed-only-the-joint-fighter"
    verdict = json.loads(real("verify", name, "--json")[1])["verdicts"][0]
    assert (verdict["support"], verdict["rests_on"]) == ("inferred", ["jp-gcap-in-combat-five-purposes"])
    nothing = json.loads(real("verify", "jp-2015-opened-nothing", "--json")[1])["verdicts"][0]
    assert nothing["not_expressed"] == ["jp-amendment-of-2015"]


def test_a_refuted_property_has_no_mark(real, tmp_path):
    law = tmp_path / "law"
    shutil.copytree(data_folder("law"), law)
    page = law / "JPN" / "properties.md"
    page.write_text(page.read_text(encoding="utf-8") + wrong_like(page.read_text(encoding="utf-8")), encoding="utf-8")
    data = json.loads(real("verify", "jp-wrong-on-purpose", "--law", str(law), "--json")[1])
    assert data["verdicts"][0]["support"] is None
