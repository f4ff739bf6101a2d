"""`sekisho ask --all`: why a question comes first, and which no longer matter."""

from __future__ import annotations

import pytest

from sekisho.cli import opened


@pytest.fixture
def real(run, desk, monkeypatch):
    """The command line over our own law."""
    monkeypatch.setattr(opened, "desk_for", lambda: desk)
    return run


def test_lapsed_questions_are_shown_on_request(real):
    arguments = ("ask", "--exporter", "Japan", "--recipient", "Ukraine", "--on", "2026-11-21")
    status, said = real(*arguments, "--all", input="other\nyes\nstop\n")
    plain = " ".join(said.split())
    assert status == 0
    assert "first because" in plain
    assert "⊘ no longer matters:" in plain
    assert "Traceback" not in said
    assert "⊘" not in real(*arguments, input="other\nyes\nstop\n")[1].partition("undetermined")[0]


def test_the_first_question_comes_within_a_second(desk):
    import time

    from sekisho.interview import Interview, next_question

    talk = Interview(
        {"date": "2025-12-20", "exporter": "JPN", "recipient": "UKR", "item": {"arms": True, "weapon": True}}
    )
    next_question(desk, talk)
    start = time.perf_counter()
    assert next_question(desk, talk) is not None
    assert time.perf_counter() - start < 1
