"""A small law that stays as it is, so that what is told of it can be compared word by word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sekisho
from sekisho.store import data_folder

HERE = Path(__file__).parent


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
