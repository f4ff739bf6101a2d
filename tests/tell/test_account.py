"""What is told of a decision: outcome first, and nothing that matters left out."""

from __future__ import annotations

import json

import pytest

from sekisho.base import canonical
from sekisho.desk import Desk
from sekisho.tell.account import account_of
from sekisho.tell.data import decision_data, trace_data
from sekisho.tell.markdown import memo

WEAPON = {"arms": True, "weapon": True, "form": "finished", "purpose": [], "production": "indigenous"}
RAFT = {"arms": True, "weapon": False, "form": "finished", "purpose": ["rescue"], "production": "indigenous"}
CASES = {
    "barred-by-a-closed-list": {"recipient": "JPN", "item": {**RAFT, "purpose": []}, "date": "2015-03-01"},
    "subject-to-findings": {"recipient": "JPN", "item": WEAPON, "date": "2021-01-01", "facts": {"at-war": False}},
    "defeated": {"recipient": "JPN", "item": RAFT, "date": "2021-01-01", "facts": {"at-war": True}},
    "turns-on-facts": {"recipient": "JPN", "item": {"arms": True, "form": "component"}, "date": "2021-01-01"},
    "turns-on-a-reading": {"recipient": "AUS", "item": WEAPON, "date": "2015-03-01"},
    "not-encoded": {"exporter": "FRA", "recipient": "JPN", "item": WEAPON, "date": "2021-01-01"},
    "two-legs": {
        "exporter": "FRA",
        "act": "re-transfer",
        "recipient": "JPN",
        "supplier": "NZL",
        "item": WEAPON,
        "date": "2021-01-01",
    },
}


def decided(desk, name):
    return desk.decide(desk.case(**{"exporter": "NZL", **CASES[name]}))


@pytest.mark.parametrize("name", CASES)
def test_memo(small, masked, snapshot, name):
    assert masked(memo(decided(small, name), full=name == "defeated")) == snapshot


@pytest.mark.parametrize("name", CASES)
def test_json_holds_what_is_promised_and_has_the_same_bytes(small, name):
    decision = decided(small, name)
    data = decision_data(decision)
    for key in ("outcome", "on", "basis", "bars", "subject_to", "turns_on", "support", "proof", "receipt", "decision"):
        assert key in data
    assert canonical(data) == canonical(decision_data(decided(small, name)))
    assert json.loads(json.dumps(data)) == data


def test_json_snapshot(small, masked, snapshot):
    data = decision_data(decided(small, "subject-to-findings"))
    assert masked(json.dumps(data, indent=1)) == snapshot


def test_every_ground_of_the_json_proof_says_something(small):
    for name in CASES:
        for law in decision_data(decided(small, name))["proof"]:
            assert all(ground["says"] for ground in law["grounds"].values())


def test_the_first_condition_that_breaks_each_basis_is_named(small):
    account = account_of(decided(small, "barred-by-a-closed-list"))
    said = next(section for section in account.sections if section.title.startswith("No basis"))
    assert {entry.cite: entry.note for entry in said.entries} == {
        "nz-rescue": "the item's purpose includes none of rescue and transport",
        "nz-allies": "the item is not a weapon",
        "nz-onward": "the act is not onward transfer",
    }


def test_what_defeats_a_rule_is_named(small):
    account = account_of(decided(small, "defeated"))
    said = next(section for section in account.sections if "defeated" in section.title)
    assert "defeated by" in said.entries[0].note


def test_recalled_and_inferred_are_said_beside_the_outcome(small):
    account = account_of(decided(small, "turns-on-a-reading"))
    assert account.support == "recalled"
    assert account.remarks[0].text.startswith("Recalled: ")


def test_trace_data(small, masked, snapshot):
    case = small.case(exporter="NZL", recipient="JPN", item=WEAPON, date="2022-01-01", facts={"at-war": True})
    data = trace_data(case, small.trace(case))
    assert masked(json.dumps(data, indent=1)) == snapshot


def test_parts_kept_for_equal_answers_are_told_afresh_where_they_differ(small):
    """Two cases that look the same to the law share what is told of them; receipts stay their own."""
    case = small.case(exporter="NZL", **CASES["subject-to-findings"])
    other = small.amend(case, id="another", because="of notes")
    later = small.amend(case, facts_on="2020-06-01")
    one, two, three = (decision_data(small.decide(each)) for each in (case, other, later))
    assert one["legs"] == two["legs"]
    assert one["decision"] == two["decision"]
    assert one["decision"] != three["decision"]
    fresh = Desk(small._opened)
    assert [decision_data(fresh.decide(each)) for each in (later, other, case)] == [three, two, one]
