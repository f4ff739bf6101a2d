"""A short run of the fuzzer; the long one is `python -m sekisho.testing fuzz --inputs 100000`."""

from __future__ import annotations

import pytest

from sekisho.base import Place, Trouble
from sekisho.testing import fuzz
from sekisho.testing.fuzzing import troubled


@pytest.mark.parametrize("seed", range(2))
def test_whatever_comes_in_a_trouble_or_a_result_goes_out(seed):
    found = fuzz(400, seed=seed)
    assert not found.failures, "\n".join(f"{f.number} {f.kind}: {f.said}\n{f.data!r}" for f in found.failures)
    assert len(found.kinds) >= 11
    assert sum(found.sound.values()) > 10


def test_the_same_seed_gives_the_same_inputs():
    one, other = fuzz(30, seed=5), fuzz(30, seed=5)
    assert (one.kinds, one.sound) == (other.kinds, other.sound)


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (Trouble("SK1", "wrong"), "code"),
        (Trouble("SK101", "wrong"), "without a place"),
        (Trouble("SK101", "wrong", (Place("a.md", 99),)), "beyond the file"),
        (Trouble("SK101", "\ud800", (Place("a.md", 1),)), "printed"),
        (Trouble("SK101", "wrong", (Place("a.md", 1),)), ""),
    ],
)
def test_the_fuzzer_knows_a_bad_trouble(trouble, said):
    found = troubled([trouble], "one\ntwo\n")
    assert said in found
    assert bool(found) == bool(said)
