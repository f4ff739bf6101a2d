"""No answer of our rulebooks is firmer than its sources: the marks of some that once were."""

from __future__ import annotations

import pytest

MARKS = {
    # Refusals because no heading fits: as well sourced as the list of the day.
    "jp-review-vests-that-ukraine-buys": "inferred",
    "jp-review-vests-to-poland-2022": "reported",
    "jp-review-joint-fighter-the-day-before": "reported",
    # Of 2026 no official text was seen, and no report says that the older headings were kept.
    "cover-jp-peace-united-nations-since-2026": "reported",
    "cover-jp-joint-development-since-2026": "reported",
    "cover-jp-technology-usa-since-2026": "reported",
    "cover-jp-repair-us-forces-since-2026": "reported",
    "jp-review-joint-weapon-2026": "recalled",
    "jp-review-weapon-goes-back-2026": "inferred",
    "jp-review-party-to-a-conflict-2026": "inferred",
    "jp-review-cluster-munitions-2026": "reported",
    # No text seen says when Japan may consent to an onward transfer.
    "jp-review-consent-to-pass-a-weapon-on-2019": "inferred",
    # An approval that may be had is no bar in the words of the Order.
    "jp-review-helmets-to-russia-2026": "inferred",
    # A policy that was last seen some months before, and a practice that is known from a later year.
    "kor-review-consent-before-its-first-known-case": "inferred",
    "kor-review-helmets-after-the-policy-was-last-seen": "inferred",
}


@pytest.mark.parametrize("name", MARKS)
def test_an_answer_is_as_firm_as_its_sources(desk, our_cases, name) -> None:
    (case,) = [each for each in our_cases if each.id == name]
    support = desk.decide(case).support
    assert support is not None
    assert support.word == MARKS[name]
