"""Random rulebooks over facts that know four states."""

from __future__ import annotations

from random import Random

import pytest

from sekisho.desk import Desk
from sekisho.facts import load
from sekisho.ir import library_digest
from sekisho.store import Opened
from sekisho.testing import LARGE, random_library

STATES = "states:\n" + "".join(f"  {code}:\n    name: State {code}\n" for code in ("AAA", "BBB", "CCC", "DDD"))


@pytest.fixture(scope="session")
def four_states(tmp_path_factory):
    """Registries that know four states and nothing else."""
    folder = tmp_path_factory.mktemp("facts")
    (folder / "names.yaml").write_text(STATES, encoding="utf-8")
    return load(folder)[0]


@pytest.fixture(scope="session")
def random_desk(four_states):
    """From a seed to a desk over a random rulebook and four states."""

    def make(seed: int) -> Desk:
        library = random_library(Random(seed), LARGE)
        return Desk(Opened(library, four_states, library_digest(library), ()))

    return make
