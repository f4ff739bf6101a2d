"""`sekisho verify`: proved, or refuted with a case that is decided."""

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


def test_every_property_holds(real, desk):
    status, said = real("verify")
    count = len(desk.library.properties)
    assert status == 0, said
    assert f"{count} properties: all {count} hold" in said
    assert "Besides, looked for unasked" in said
    assert "no contradictions" in said
    assert "No outcome is ever free for arms" in said
    assert max(map(len, said.splitlines())) <= 80
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
