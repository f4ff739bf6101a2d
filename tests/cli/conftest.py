"""A small law that stays as it is, so that what is told of it can be compared word by word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sekisho
from sekisho.store import data_folder

HERE = Path(__file__).parents[1] / "tell"


@pytest.fixture(scope="session")
def small():
    """The desk over the small law and our facts."""
    return sekisho.open([data_folder("law") / "terms.md", HERE / "book"], cache=False)


@pytest.fixture
def masked():
    """Text with hashes and versions masked: they change with every fact and release."""

    def mask(text):
        text = re.sub(r"\b[0-9a-f]{16}\b", "0123456789abcdef", text)
        return re.sub(r"(engine.{1,6})\d+\.\d+\.\d+", r"\g<1>0.0.0", text)

    return mask


@pytest.fixture
def run(monkeypatch, small):
    """The command line over the small law: gives the exit status and what was printed."""
    from click.testing import CliRunner

    from sekisho.cli import guard, opened
    from sekisho.cli.main import cli

    monkeypatch.setattr(opened, "desk_for", lambda: small)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def call(*arguments, input=None):
        held = {}

        def inside():
            held["status"] = guard.run(lambda: cli.main([*arguments], prog_name="sekisho", standalone_mode=False))

        runner = CliRunner()
        with runner.isolation(input=input) as streams:
            inside()
            output = streams[0].getvalue().decode() + streams[1].getvalue().decode()
        return held["status"], output

    return call
