"""What all tests share: the desk over our own rulebooks, its cases, and the profile of Hypothesis."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import sekisho
from sekisho.testing import desk_over

ROOT = Path(__file__).resolve().parents[1]

settings.register_profile("ci", deadline=None, max_examples=100, derandomize=True)
settings.register_profile("dev", deadline=None, max_examples=100)
settings.register_profile(
    "nightly", deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session", autouse=True)
def _today():
    """The clock stands still, so that the tests say the same on every later day."""
    from sekisho.cli import flags

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flags, "clock", lambda: date(2026, 11, 21))
        yield


@pytest.fixture(scope="session")
def desk():
    """The desk over the rulebooks and facts of this repository, read afresh."""
    return sekisho.open(cache=False)


@pytest.fixture(scope="session")
def our_cases(desk):
    """Every case of this repository, by the order of the files."""
    from sekisho.cases import case_files

    paths, _ = case_files([ROOT / "cases"])
    return tuple(case for path in paths for case in desk.cases(path))


@pytest.fixture(scope="session")
def over():
    """From a rulebook built from nodes to a desk over it."""
    return desk_over
