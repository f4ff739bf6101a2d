"""The desk: the same question has the same answer, to the byte, whoever is asked and whatever was asked before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest

from sekisho.base import canonical
from sekisho.desk import Desk
from sekisho.ir import Outcome
from sekisho.tell.data import decision_data
from sekisho.testing import Shape, random_case, random_desk


def _bytes(decision):
    receipt = canonical(decision.receipt.to_dict())
    return (receipt + decision.outcome.word + canonical(decision_data(decision))).encode()


@pytest.mark.parametrize("share", range(4))
def test_a_receipt_decided_again_gives_the_same_bytes(desk, our_cases, share):
    fresh = Desk(desk._opened)
    for case in our_cases[share::16]:
        once = _bytes(desk.decide(case))
        assert _bytes(desk.decide(case)) == once, case.id
        assert _bytes(fresh.decide(case)) == once, case.id


@pytest.mark.parametrize("share", range(4))
def test_a_warm_desk_says_what_a_fresh_one_says(desk, share):
    """What a desk remembers of earlier cases never shows in an answer."""
    rng = Random(f"warm {share}")
    cases = [random_case(rng, desk, unknown=0.03, plain=0.7) for _ in range(30)]
    near = [_varied(rng, case) for case in cases]
    warm = Desk(desk._opened)
    for case in (*cases, *near):
        warm.decide(case)
    for case in rng.sample((*cases, *near), 12):
        fresh = Desk(desk._opened).decide(case)
        assert _bytes(warm.decide(case)) == _bytes(fresh), case
        assert warm.outcome(case) is fresh.outcome


def _varied(rng, case):
    """Almost the same case: one thing is otherwise."""
    ways = (
        lambda: replace(case, date=case.date + timedelta(days=rng.choice((-400, -1, 1, 400)))),
        lambda: replace(case, recipient=case.exporter, exporter=case.recipient),
        lambda: replace(case, item=replace(case.item, weapon=not case.item.weapon)),
        lambda: replace(case, facts={}),
        lambda: replace(case, judgements={}),
        lambda: replace(case, act="re-transfer", supplier="USA"),
        lambda: replace(case, assurances=("prior-consent",)),
        lambda: replace(case, known_on=case.date),
        lambda: replace(case, stated=frozenset()),
    )
    found = rng.choice(ways)()
    return found if found.exporter != "unknown" else case


@pytest.mark.parametrize("seed", range(40))
def test_the_outcome_alone_is_the_outcome(seed):
    rng = Random(seed)
    desk = random_desk(rng, Shape(facts=4))
    for _ in range(10):
        case = random_case(rng, desk)
        decision = desk.decide(case)
        assert desk.outcome(case) is decision.outcome
        assert decision.outcome is Outcome.UNDETERMINED or decision.outcomes == {decision.outcome}
        if len(decision.legs) > 1:
            assert max(decision.outcomes) <= max(max(leg.outcomes) for leg in decision.legs)
            assert min(decision.outcomes) >= max(min(leg.outcomes) for leg in decision.legs)


def test_the_hash_of_a_case_is_all_that_deciding_depends_on(desk, our_cases):
    """Notes and expectations are not part of it; every date, fact and finding is."""
    case = our_cases[0]
    assert replace(case, because="other", expect=("free",), id="other").digest == case.digest
    assert replace(case, date=case.date + timedelta(days=1)).digest != case.digest
    assert replace(case, known_on=case.date).digest != case.digest


@pytest.mark.parametrize("share", range(3))
def test_a_trace_says_on_every_day_what_the_case_says_on_that_day(desk, our_cases, share):
    rng = Random(share)
    chosen = [case for case in our_cases if case.facts_on is None]
    for case in rng.sample(chosen, 4):
        stretches = desk.trace(case)
        for one, other in pairwise(stretches):
            assert one.last + timedelta(days=1) == other.first
        for stretch in rng.sample(stretches, min(3, len(stretches))):
            length = (stretch.last - stretch.first).days
            for day in (stretch.first, stretch.last, stretch.first + timedelta(days=rng.randint(0, length))):
                assert desk.decide(replace(case, date=day)).outcomes == stretch.decision.outcomes


def test_a_re_transfer_without_a_supplier_may_still_need_a_consent(desk):
    case = desk.case(
        date="2024-05-01",
        act="re-transfer",
        exporter="JPN",
        recipient="PHL",
        item={"arms": True, "weapon": False, "form": "component", "purpose": [], "production": "licensed"},
    )
    decision = desk.decide(case)
    assert decision.outcome.word == "undetermined"
    assert "supplier" in decision.turns_on


def test_an_unknown_act_may_be_a_re_transfer(desk):
    """Its outcomes are those of every act, the consents of a re-transfer among them."""
    fields = {"date": "2026-02-20", "exporter": "KOR", "recipient": "UKR", "item": "patriot-pac3", "supplier": "JPN"}
    case = desk.case(**fields, act="unknown")
    decision = desk.decide(case)
    every = [desk.decide(replace(case, act=act)) for act in desk.library.vars["act"].domain]
    assert decision.outcomes == frozenset().union(*(each.outcomes for each in every))
    assert "act" in decision.turns_on
    assert desk.outcome(case) is decision.outcome


def test_every_item_of_the_registry_can_be_asked_about(desk):
    """None contradicts itself."""
    for key in desk.registries.items:
        assert desk.case(date="2024-05-01", exporter="JPN", recipient="PHL", item=key).item.key == key
