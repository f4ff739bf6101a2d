"""The engines that the benchmark compares answer alike; what they take is not looked at here."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

import screen
import screen_ours
import screen_peers
import section
from stylised import RULES, cases, reference


@pytest.fixture(scope="module")
def counts():
    """How often each rule answers among two thousand rows, by the reference."""
    rows = screen_peers.mappings(screen_peers.columns(2000, 2024))
    said = [reference(row) for row in rows]
    return [said.count(name) for name in screen_peers.NAMES]


def test_the_cases_reach_every_rule():
    said = {reference(case) for case in cases(screen_peers.CHECKED, 7)}
    assert said == {name for name, _ in RULES} | {"Z"}


def test_our_columns_answer_as_the_reference_does(counts):
    found = screen_ours.shared(2000, 1, 2)
    assert found["wrong"] == 0
    assert found["counts"] == counts
    assert found["asked"] < 200


@pytest.mark.parametrize("name", ["duckdb", "polars", "sqlite"])
def test_our_queries_answer_as_the_reference_does(name, counts):
    pytest.importorskip("sqlglot")
    assert screen_ours.engine(name, 2000, 1)["counts"] == counts


@pytest.mark.parametrize("name", ["duckdb", "polars"])
def test_the_rules_by_hand_answer_as_the_reference_does(name):
    assert screen_peers.wrong_answers(screen_peers.ENGINES[name](), 2000) == 0


@pytest.mark.parametrize("kind", ["realistic", "unknown", "worst"])
def test_our_own_book_is_held_against_decide(kind):
    found = screen_ours.book(kind, 60, 60, 1)
    assert found["wrong"] == 0
    assert found["asked"] > 5


def test_a_file_is_decided_and_the_second_time_nothing_is_asked(tmp_path):
    found = screen_ours.file(300, tmp_path, 2)
    first, second = found["runs"]
    assert first["asked"] > 10
    assert second["asked"] == 0


def test_who_differs_is_not_measured():
    rates = [screen.Rate("one", 10, [1.0], counts=[4, 6]), screen.Rate("other", 10, [2.0], counts=[5, 5])]
    with pytest.raises(SystemExit, match="one and other have different answers"):
        screen.agreed(rates)


def test_a_peer_that_cannot_be_installed_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(screen.HOMES, "rules", ("no-such-package-of-ours",))
    monkeypatch.setattr(screen.venv, "create", lambda folder, with_pip: folder.mkdir(parents=True))
    monkeypatch.setattr(
        screen.subprocess, "run", lambda *_, **__: screen.subprocess.CompletedProcess([], 1, "", "no such package\n")
    )
    assert screen.installed(tmp_path, "rules") == ("", "no such package")


def test_figures_as_tables_and_a_picture(tmp_path):
    rates = [screen.Rate("Sekisho, columns, 2 threads", 100, [1e-6, 2e-6, 4e-6]), screen.Rate("other", 50, [1.0])]
    made = {"rows": 1000, "runs": [{"seconds": 2.0}, {"seconds": 1.0}], "read": [0.1], "peak": 500, "bytes": [9, 17]}
    book = {"rows": 10, "distinct": 5, "cells": 4, "asked": 3, "first": 0.5, "seconds": [1.0]}
    found = {
        "machine": "a machine",
        "shared": {"rates": rates, "missing": ["another (it is gone)"]},
        "book": {"worst": book},
        "files": [made],
        "sheet": {"nothing": [1.5, 1.0, 2.0]},
    }
    text = screen.told(found)
    assert "| other | 50 | 50 |" in text
    assert "| **Sekisho, columns, 2 threads** | 100 | **50 M** | 25 M … 100 M | — |" in text
    assert "Missing in this run: another (it is gone)." in text
    assert "| nothing | 1.50 | 1.00 … 2.00 |" in text
    screen.drawn(found, tmp_path / "picture.svg")
    assert "Decisions a second" in (tmp_path / "picture.svg").read_text(encoding="utf-8") or (
        (tmp_path / "picture.svg").stat().st_size > 10_000
    )
    page = tmp_path / "page.md"
    section.write_section("screen", text, page)
    section.write_section("screen", "## Again", page)
    assert "## Again" in page.read_text(encoding="utf-8")
    assert "a machine" not in page.read_text(encoding="utf-8")


def test_rows_are_the_same_in_every_run():
    one, other = screen_peers.columns(500, 1), screen_peers.columns(500, 1)
    assert all(np.array_equal(one[name], other[name]) for name in one)
