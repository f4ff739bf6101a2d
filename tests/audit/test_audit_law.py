"""The law of this repository hangs together, and its cases try every rule both ways."""

from __future__ import annotations

from sekisho.audit import audit, coverage
from sekisho.cases import Case
from sekisho.desk import Desk

KNOWN = {("SK226", "jp-unified-view-1976")}
"""Warnings that stand because the law is so, or because nobody has seen how it goes on."""


def test_our_law_hangs_together(desk: Desk) -> None:
    report = audit(desk)
    assert {(trouble.code, trouble.headline.split("`")[1]) for trouble in report.troubles} <= KNOWN
    assert not [trouble for trouble in report.troubles if not trouble.warning]
    assert report.rules >= len(desk.library.rules)
    assert report.coverage is None


def test_every_rule_is_seen_applying_and_not_applying(desk: Desk, our_cases: tuple[Case, ...]) -> None:
    found = coverage(desk, our_cases)
    assert [rule.rule for rule in found.never_applying] == [], "add cases in which they apply"
    assert [rule.rule for rule in found.never_failing] == [], "add cases in which they do not"
    assert found.complete
    assert all(done == every for done, every in found.by_instrument().values())


def test_coverage_counts_what_was_seen(desk: Desk) -> None:
    case = desk.case(
        exporter="JPN", recipient="USA", date="2024-01-15", consideration="sale",
        item={"name": "missile", "arms": True, "weapon": True, "form": "finished", "purpose": [], "production": "licensed", "licensors": ["USA"]},
    )  # fmt: skip
    rules = {rule.rule: rule for rule in coverage(desk, [case]).rules}
    assert (rules["jp-five-purposes"].applying, rules["jp-five-purposes"].failing) == (0, 1)
    assert (rules["jp-licensed-to-licensor"].applying, rules["jp-licensed-to-licensor"].failing) == (0, 0)
    assert rules["jp-1967-communist-bloc"].failing == 0
    assert coverage(desk, []).cases == 0
