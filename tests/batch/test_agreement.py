"""One meaning: whatever the number of rows, the answers are those of `decide`."""

from __future__ import annotations

from random import Random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening import decided, row_of, screened, table_of

from sekisho.testing import random_case


def compare(desk, rows) -> None:
    """Every row answered as `decide` answers it; a row that cannot be asked is set aside."""
    got = screened(desk, table_of(rows))
    for row, answer in zip(rows, got, strict=True):
        wanted = decided(desk, row)
        if wanted[0]:
            assert answer == wanted, row
        else:
            assert answer[0] == "" and answer[-1], row


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), unknown=st.sampled_from([0.0, 0.1, 0.5]))
def test_random_rulebooks_and_random_cases(random_desk, seed, unknown):
    desk, rng = random_desk(seed), Random(seed)
    compare(desk, [row_of(random_case(rng, desk, unknown=unknown)) for _ in range(40)])


@pytest.mark.parametrize("seed", range(3))
def test_random_cases_under_our_own_rulebooks(desk, seed):
    rng = Random(seed)
    compare(desk, [row_of(random_case(rng, desk, unknown=0.1)) for _ in range(100)])


def test_every_case_of_the_repository(desk, our_cases):
    rows = [row_of(case) for case in our_cases if not case.proposals]
    assert len(rows) > 500
    compare(desk, rows)


def test_an_empty_table_has_no_answers(desk):
    table = pa.table({name: pa.array([], pa.string()) for name in ("date", "exporter", "recipient", "item")})
    assert screened(desk, table) == []
