"""Cases of which hardly anything is known are answered, and soon."""

from __future__ import annotations

import pytest

from sekisho.desk import Desk
from sekisho.ir import Outcome


@pytest.mark.parametrize("fields", [{}, {"recipient": "UKR", "under": "unknown"}, {"item": {}, "act": "unknown"}])
@pytest.mark.parametrize("exporter", ["JPN", "KOR"])
def test_a_case_with_hardly_a_fact_has_its_exact_outcomes(desk, exporter, fields):
    """Once, states were laid out for every way to complete such a case: half a minute, or without end."""
    fresh = Desk(desk._opened)
    decision = fresh.decide(fresh.case(date="2025-09-28", exporter=exporter, **fields))
    assert decision.outcome is Outcome.UNDETERMINED
    assert len(decision.outcomes) > 1
    assert decision.turns_on
    (leg,) = decision.legs
    # What was laid out for it is thrown away.
    assert len(fresh.ready(leg.law).states) < 50
