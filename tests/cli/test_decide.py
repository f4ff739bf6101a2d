"""`sekisho decide`: what a person sees, and the statuses that a script reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

WEAPON = ("--arms", "yes", "--weapon", "yes", "--form", "finished", "--purpose", "none")
RAFT = ("--arms", "yes", "--weapon", "no", "--form", "finished", "--purpose", "rescue", "--set", "at-war=no")
TO_JAPAN = ("--exporter", "New Zealand", "--recipient", "Japan", "--on", "2021-01-01")
QUESTIONS = {
    "permitted": (*TO_JAPAN, *RAFT),
    "findings": (*TO_JAPAN, *WEAPON, "--set", "at-war=no", "--assurance", "prior-consent"),
    "closed-list": (*TO_JAPAN, *RAFT, "--purpose", "medical", "--set", "purpose=none"),
    "defeated": (*TO_JAPAN, *RAFT, "--set", "at-war=yes"),
    "reading": (*TO_JAPAN, *WEAPON, "--on", "2015-01-01"),
    "open-facts": (*TO_JAPAN, "--arms", "yes"),
    "not-encoded": ("--exporter", "FRA", "--recipient", "Japan", "--on", "2021-01-01", *WEAPON),
    "legs": (
        "--act",
        "re-transfer",
        "--exporter",
        "FRA",
        "--recipient",
        "JPN",
        "--supplier",
        "NZL",
        "--on",
        "2021-01-01",
        *WEAPON,
    ),
    "licensors": (
        *TO_JAPAN,
        *RAFT,
        "--production",
        "licensed",
        "--licensor",
        "Australia,USA",
        "--components-from",
        "unknown",
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_terminal(run, masked, snapshot, name):
    status, said = run("decide", *QUESTIONS[name])
    assert status == 0
    assert max(map(len, said.splitlines())) <= 80
    assert "\x1b" not in said
    assert masked(said) == snapshot


def test_full_proof(run, masked, snapshot):
    assert masked(run("decide", *QUESTIONS["defeated"], "--proof", "full")[1]) == snapshot


def test_narrow_and_wide(run, monkeypatch, masked, snapshot):
    for width in (40, 200):
        monkeypatch.setenv("COLUMNS", str(width))
        said = run("decide", *QUESTIONS["findings"])[1]
        assert max(map(len, said.splitlines())) <= min(width, 108)
        assert masked(said) == snapshot(name=str(width))


def test_colour_is_asked_for_and_never_alone(run, monkeypatch):
    import re

    plain = run("decide", *QUESTIONS["findings"])[1]
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = run("decide", *QUESTIONS["findings"])[1]
    assert "\x1b[" in coloured
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.strip() for line in bare.splitlines()][1:] == [line.strip() for line in plain.splitlines()][1:]
    monkeypatch.setenv("NO_COLOR", "1")
    assert run("decide", *QUESTIONS["findings"])[1] == plain


def test_json(run):
    status, said = run("decide", *QUESTIONS["findings"], "--json")
    data = json.loads(said)
    assert status == 0
    assert data["outcome"] == "may-be-permitted"
    assert data["proof"][0]["instruments"]
    assert data["subject_to"]["needs"][0]["met"] is True
    short = json.loads(run("decide", *QUESTIONS["findings"], "--json", "--proof", "short")[1])
    assert short["proof"] == []
    assert short["decision"] == data["decision"]


def test_markdown(run):
    status, said = run("decide", *QUESTIONS["closed-list"], "--markdown")
    assert status == 0
    assert "**Prohibited** on 1 January 2021" in said


def write(folder, text, name="case.yaml"):
    path = Path(folder) / name
    path.write_text(text, encoding="utf-8")
    return str(path)


TWO = """
- {id: one, date: 2021-01-01, exporter: NZL, recipient: JPN, item: {arms: true, weapon: false, purpose: [rescue]}, facts: {at-war: false}}
- {id: two, date: 2021-01-01, exporter: NZL, recipient: AUS, item: {arms: true, weapon: true}}
"""


def test_a_file_with_several_cases(run, tmp_path):
    path = write(tmp_path, TWO)
    status, said = run("decide", path)
    assert status == 0
    assert said.count("MAY BE PERMITTED") == 2
    assert "one (1 of 2)" in said
    assert len(json.loads(run("decide", path, "--json")[1])) == 2
    assert json.loads(run("decide", path, "--json", "--id", "two")[1])["case"]["id"] == "two"
    status, said = run("decide", path, "--id", "tvo")
    assert (status, "did you mean `two`" in said) == (2, True)


def test_flags_change_what_a_file_says(run, tmp_path):
    path = write(tmp_path, TWO)
    data = json.loads(run("decide", path, "--id", "one", "--set", "at-war=yes", "--weapon", "no", "--json")[1])
    assert data["outcome"] == "prohibited"
    assert data["case"]["item"]["purpose"] == ["rescue"]


def test_standard_input(run):
    status, said = run("decide", "-", input=TWO)
    assert status == 0
    assert "two (2 of 2)" in said


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("--exporter", "Nev Zealand", "--recipient", "Japn"), 1, "New Zealand"),
        (("--exporter", "NZL", "--item", "patriot-pac33"), 1, "patriot-pac3"),
        (("--exporter", "NZL", "--on", "2021-02-30"), 1, "there is no day"),
        (("--exporter", "NZL", "--on", "1066-10-14"), 1, "out of range"),
        (("--exporter", "NZL", "--form", "finnished"), 1, "write `finished`"),
        (("--exporter", "NZL", "--set", "at-wor=yes"), 1, "at-war"),
        (("--exporter", "NZL", "--finding", "frendly=true"), 1, "friendly"),
        (("--exporter", "NZL", "--reading", "ally-test=wid"), 1, "its options"),
        (("--exporter", "NZL", "--with", "nothing"), 1, "no proposal"),
        (("--exporter", "NZL", "--recipient", "NZL"), 1, "contradicts itself"),
        (("no-such-file.yaml",), 1, "cannot be read"),
        ((), 2, "name a case file"),
        (("--exporter", "NZL", "--set", "at-war"), 2, "NAME=VALUE"),
        (("--exporter", "NZL", "--weapon", "perhaps"), 2, "yes, no, unknown"),
        (("--exporter", "NZL", "--json", "--markdown"), 2, "choose one"),
        (("--exporter", "NZL", "--weapn", "yes"), 2, "--weapon"),
        ((*QUESTIONS["open-facts"], "--must-decide"), 4, "UNDETERMINED"),
        ((*QUESTIONS["open-facts"],), 0, "UNDETERMINED"),
    ],
)
def test_statuses(run, arguments, status, says):
    got, said = run("decide", *arguments)
    assert got == status, said
    assert says in said
    assert "Traceback" not in said


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "--exporter",
                    "--recipient",
                    "--item",
                    "--act",
                    "--on",
                    "--set",
                    "--finding",
                    "--purpose",
                    "--under",
                    "--weapon",
                    "--with",
                    "--law",
                    "--form",
                ]
            ),
            st.one_of(
                st.sampled_from(
                    [
                        "NZL",
                        "Japan",
                        "yes",
                        "no",
                        "unknown",
                        "2021-01-01",
                        "at-war=yes",
                        "friendly=no",
                        "rescue",
                        "none",
                        "export",
                        "a=b",
                        "international",
                        "arms=maybe",
                    ]
                ),
                st.text(max_size=12),
            ),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_flags_give_an_answer_or_a_trouble(small, flags):
    from click.testing import CliRunner

    from sekisho.cli import guard, opened
    from sekisho.cli.main import cli

    kept, opened.desk_for = opened.desk_for, lambda: small
    try:
        with CliRunner().isolation():
            arguments = ["decide", *(word for pair in flags for word in pair)]
            status = guard.run(lambda: cli.main(arguments, prog_name="sekisho", standalone_mode=False))
        assert status in (0, 1, 2)
    finally:
        opened.desk_for = kept
