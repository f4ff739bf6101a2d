"""`sekisho chart`: tables in the terminal, pictures in files."""

from __future__ import annotations

import json

import pytest

from sekisho.cli import opened


@pytest.fixture
def real(run, desk, monkeypatch):
    """The command line over our own law."""
    monkeypatch.setattr(opened, "desk_for", lambda: desk)
    return run


@pytest.mark.parametrize(
    "arguments",
    [
        (
            "openness",
            "--state",
            "JPN",
            "--recipient",
            "UKR",
            "--recipient",
            "*",
            "--from",
            "2014-01-01",
            "--to",
            "2026-11-21",
        ),
        ("trace", "--exporter", "Japan", "--recipient", "USA", "--item", "patriot-pac3", "--to", "2026-11-21"),
        ("grid", "--state", "JPN", "--on", "2026-04-20", "--and", "2026-04-21"),
    ],
)
def test_tables_and_pictures(real, tmp_path, arguments):
    status, said = real("chart", *arguments)
    assert status == 0, said
    assert max(map(len, said.splitlines())) <= 80
    assert json.loads(real("chart", *arguments, "--json")[1])
    picture = tmp_path / "picture.svg"
    status, said = real("chart", *arguments, "-o", str(picture))
    assert (status, "saved to" in said) == (0, True)
    assert picture.read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (("grid", "--state", "FRA"), 1, "SK506"),
        (("grid", "--state", "Japn"), 1, "SK407"),
        (("grid", "--state", "JPN", "--on", "2026-02-30"), 1, "SK405"),
        (("grid", "--state", "JPN", "-o", "x.gif"), 1, "SK515"),
        (("grid", "--state", "JPN", "-o", "no/such/folder/x.svg"), 2, "no folder"),
        (("openness",), 2, "--state"),
        (("openness", "--state", "JPN", "--from", "2026-01-01", "--to", "2025-01-01"), 2, "after the last day"),
        (("pie",), 2, "pie"),
    ],
)
def test_bad_input(real, arguments, status, code):
    found, said = real("chart", *arguments)
    assert (found, code in said) == (status, True), said
    assert "Traceback" not in said


def test_recipients_that_are_none(real):
    status, said = real("chart", "openness", "--state", "JPN", "--recipient", "agrement-state")
    assert (status, "`agreement-state`" in said) == (1, True), said
    status, said = real("chart", "openness", "--state", "JPN", "--recipient", "Ukrane")
    assert (status, "did you mean Ukraine" in said) == (1, True), said
