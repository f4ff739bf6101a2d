"""Cases of which hardly anything is known are answered, and soon."""

from __future__ import annotations

import pytest

import sekisho
from sekisho.desk import Desk
from sekisho.ir import Outcome
from sekisho.reason import settle


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
    # The states say the same, and what was laid out for it is thrown away.
    ready = fresh.ready(leg.law)
    settled = settle(ready.states, ready.root, fresh.outlook(decision.case, leg.state).values.__getitem__)
    assert (settled.outcomes, settled.turns_on) == (leg.outcomes, leg.turns_on)
    assert len(ready.states) < 50


def test_a_law_that_is_laid_out_says_what_it_said_before(desk, our_cases, monkeypatch):
    """The first questions to a law are answered without laying it out; later ones must not be told from them."""
    said = []
    for seldom in (400, 0):
        monkeypatch.setattr(sekisho.desk, "_SELDOM", seldom)
        fresh = Desk(desk._opened)
        legs = [(case.id, leg) for case in our_cases[:400] for leg in fresh.decide(case).legs]
        said.append([(name, leg.state, leg.outcomes, leg.turns_on, leg.subject_to) for name, leg in legs])
        assert any(vars(ready).get("states") for ready in fresh._ready.values()) == (seldom == 0)
    assert said[0] == said[1]
