"""The other commands, the help of all, and how the program starts and ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sekisho.cli.main import COMMANDS
from sekisho.cli.trace import columns

ROOT = Path(__file__).resolve().parents[2]
WEAPON = ("--exporter", "NZL", "--recipient", "JPN", "--arms", "yes", "--weapon", "yes", "--set", "at-war=yes")
CASES = """
- {id: right, date: 2021-01-01, exporter: NZL, recipient: AUS, item: {arms: true, weapon: true}, expect: may-be-permitted}
- {id: wrong, date: 2021-01-01, exporter: NZL, recipient: AUS, item: {arms: true, weapon: true}, expect: prohibited, because: allies are barred}
- {id: open, date: 2021-01-01, exporter: NZL, recipient: JPN, item: {arms: true}, expect: [prohibited, free]}
- {id: silent, date: 2021-01-01, exporter: NZL, recipient: JPN, item: {arms: true}}
"""


@pytest.fixture
def cases(tmp_path):
    path = tmp_path / "cases.yaml"
    path.write_text(CASES, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help(run, snapshot, command):
    status, said = run(*([command] if command else []), "--help")
    assert status == 0
    assert "Examples:" in said
    assert said == snapshot


def test_trace(run, snapshot, masked):
    status, said = run("trace", *WEAPON, "--from", "2005-01-01", "--to", "2022-01-01")
    assert status == 0
    assert masked(said) == snapshot


@pytest.mark.parametrize("width", ["32", "60", "160"])
def test_the_strip_fits(run, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", width)
    said = run("trace", *WEAPON, "--to", "2022-01-01")[1]
    assert max(map(len, said.splitlines())) <= max(int(width), 32)


def test_trace_json_and_days(run):
    data = json.loads(run("trace", *WEAPON, "--to", "2022-01-01", "--json")[1])
    assert [row["outcome"] for row in data["stretches"]] == ["free", "may-be-permitted", "prohibited"]
    assert data["stretches"][-1]["last"] == "2022-01-01"
    assert run("trace", *WEAPON, "--from", "2022-01-02", "--to", "2022-01-01")[0] == 2
    assert run("trace", *WEAPON, "--to", "tomorrow")[0] == 1


def test_columns_leave_room_for_all():
    from sekisho.base import Day

    firsts = [Day(2000, 1, day) for day in range(1, 11)]
    assert columns(firsts, Day(2020, 1, 1), 10) == list(range(10))


def test_replay(run, cases, snapshot, masked, tmp_path):
    status, said = run("replay", cases)
    assert status == 3
    assert said.splitlines()[-1] == "3 cases: 1 agree, 1 disagree, 1 undetermined"
    assert masked(said).replace(str(tmp_path), "") == snapshot


def test_replay_json(run, cases):
    status, said = run("replay", cases, "--json")
    data = json.loads(said)
    assert status == 3
    assert (data["cases"], data["agree"], data["disagree"], data["undetermined"]) == (3, 1, 1, 1)
    assert [(row["id"], row["expected"], row["decided"]) for row in data["disagreements"]] == [
        ("wrong", ["prohibited"], "may-be-permitted"),
        ("open", ["prohibited", "free"], "undetermined"),
    ]


def test_replay_of_unsound_files(run, tmp_path):
    (tmp_path / "bad.yaml").write_text("{date: 2021-01-01, recipiont: JPN}", encoding="utf-8")
    status, said = run("replay", str(tmp_path))
    assert status == 1
    assert "recipient" in said
    assert "0 cases: 0 agree, 0 disagree, 0 undetermined\n" in said
    assert run("replay", str(tmp_path / "nothing"))[0] == 1
    assert run("replay")[0] == 2


@pytest.mark.parametrize(
    "words",
    [
        ("nz-allies",),
        ("rule", "nz-rescue"),
        ("term", "at-war"),
        ("reading", "ally-test"),
        ("scope", "nz-arms"),
        ("unmodelled", "nz-spare-parts"),
        ("instrument", "nz-arms-order"),
        ("jurisdiction", "NZL"),
        ("provision", "nz-order-2010 3"),
        ("rules",),
    ],
)
def test_show(run, snapshot, words):
    status, said = run("show", *words)
    assert status == 0
    assert said == snapshot


@pytest.mark.parametrize(
    "kind",
    [
        "source",
        "item",
        "state",
        "person",
        "outlet",
        "body",
        "programme",
        "position",
        "registry",
        "claim",
        "term",
        "jurisdiction",
    ],
)
def test_every_thing_of_a_kind_can_be_shown(run, kind):
    rows = json.loads(run("show", kind, "--json")[1])
    for row in rows[:: max(1, len(rows) // 6)]:
        status, said = run("show", kind, row["name"])
        assert status == 0, said
        assert json.loads(run("show", kind, row["name"], "--json")[1])["kind"] == kind


def test_show_suggests(run):
    status, said = run("show", "nz-alies")
    assert (status, "nz-allies" in said) == (1, True)
    assert "state Ukraine" in run("show", "Ukrane")[1]
    assert run("show", "state", "south korea")[0] == 0


def test_ask_puts_only_what_matters_and_saves(run, tmp_path):
    path = tmp_path / "saved.yaml"
    answers = "Nev Zealand\nNew Zealand\nNew Zealand\nJapan\nother\nperhaps\nyes\nno\nrescue\nno"
    status, said = run("ask", "--on", "2021-01-01", "--save", str(path), input=answers + "\n" * 10)
    assert status == 0, said
    assert "did you mean New Zealand" in said
    assert "say yes, no or unknown" in said
    assert "contradicts itself" in said
    assert "MAY BE PERMITTED" in said
    again = json.loads(run("decide", str(path), "--json")[1])
    assert again["outcome"] == "may-be-permitted"
    assert [p.name for p in tmp_path.iterdir()] == ["saved.yaml"]


def test_ask_goes_back_and_stops(run):
    status, said = run("ask", "--on", "2021-01-01", input="New Zealand\nback\nFrance\nstop\n")
    assert status == 0
    assert said.count("Which state does it leave?") == 2
    assert run("ask", "--on", "2021-01-01", input="")[0] == 130


def test_check_and_fmt(run, tmp_path):
    page = tmp_path / "law" / "XTA" / "page.md"
    page.parent.mkdir(parents=True)
    page.write_text("---\ninstrument: x\n---\n\n```rule x-one\npermot export\n```\n", encoding="utf-8")
    status, said = run("check", str(tmp_path / "law"), "--json")
    data = json.loads(said)
    assert status == 3
    assert data["troubles"] > 1
    assert run("check", str(tmp_path / "nowhere"))[0] == 2
    before = page.read_bytes()
    assert run("fmt", str(page))[0] in (0, 1)
    assert page.read_bytes() == before or b"permot" in page.read_bytes()


def test_fmt_check(run, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "```term calm\nask Is it calm?\napplies to item\ntype truth\nfrom case\nchanged by nobody\n```\n",
        encoding="utf-8",
    )
    assert run("fmt", "--check", str(page)) == (3, f"{page}\n")
    assert run("fmt", str(page)) == (0, f"{page}\n")
    assert run("fmt", "--check", str(page)) == (0, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run, shell):
    status, said = run("completion", shell)
    assert status == 0
    assert "_SEKISHO_COMPLETE" in said


def test_unknown_command(run):
    assert run("deside") == (2, run("deside")[1])
    assert "did you mean `decide`" in run("deside")[1]


def test_our_own_mistake_is_said_shortly(run, monkeypatch, small):
    monkeypatch.setattr(type(small), "decide", lambda *_: 1 / 0)
    status, said = run("decide", *WEAPON)
    assert status == 70
    assert "our mistake" in said
    assert "Traceback" not in said


def test_interrupting_is_no_traceback(run, monkeypatch, small):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(type(small), "decide", stop)
    status, said = run("decide", *WEAPON)
    assert (status, said.strip()) == (130, "stopped")


def _python(code, *arguments, **more):
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=environment, check=False, **more
    )


def test_version_and_help_import_neither_the_engine_nor_a_terminal_library():
    code = (
        "import sys; from sekisho.cli import guard; from sekisho.cli.main import cli\n"
        "guard.run(lambda: cli.main(sys.argv[1:], standalone_mode=False))\n"
        "heavy = {'rich', 'lark', 'yaml', 'sekisho.desk', 'sekisho.ir', 'sekisho.decide', 'markdown_it'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    for flag in ("--version", "--help"):
        assert _python(code, flag).stdout.splitlines()[-1] == "[]"


def test_a_decision_imports_no_reader_of_rulebooks(tmp_path):
    """Where the compiled books are at hand, neither the grammar nor Markdown is loaded."""
    code = (
        "import sys; from sekisho.cli import guard; from sekisho.cli.main import cli\n"
        "words = 'decide --exporter Japan --recipient Ukraine --item patriot-pac3 --on 2025-12-20'.split()\n"
        "status = guard.run(lambda: cli.main(words, standalone_mode=False))\n"
        "heavy = {'rich', 'lark', 'yaml', 'ruamel', 'markdown_it', 'rapidfuzz', 'importlib.metadata'}\n"
        "print(status, sorted(heavy & set(sys.modules)))"
    )
    os.environ["SEKISHO_CACHE"] = str(tmp_path)
    try:
        assert _python(code).returncode == 0
        assert _python(code).stdout.splitlines()[-1] == "0 []"
    finally:
        del os.environ["SEKISHO_CACHE"]


def test_a_reader_that_goes_away_is_no_trouble():
    command = f"{sys.executable} -m sekisho.cli show sources | head -1"
    done = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1
