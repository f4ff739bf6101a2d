"""When rules are in force."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given

from sekisho.base import FIRST_DAY, LAST_DAY, Day, Interval
from sekisho.ir import INTERNATIONAL, Timeline
from sekisho.testing import libraries
from sekisho.testing.books import STATES

_EVE = timedelta(days=1)


def _replacements(library):
    """Every rule that another replaces or repeals, with its enders."""
    enders = {}
    for rule in library.rules:
        for target in (*rule.replaces, *rule.repeals):
            enders.setdefault(target, []).append(rule)
    return {rule.name: (rule, enders[rule.name]) for rule in library.rules if rule.name in enders}


def _no_gap_and_no_overlap(library):
    intervals = Timeline(library).intervals
    for name, (rule, enders) in _replacements(library).items():
        first = min(ender.stated.first for ender in enders)
        if rule.stated.last is not None and rule.stated.last < first:
            assert intervals[name].last == rule.stated.last
        else:
            assert intervals[name].last == first - _EVE
        assert intervals[name].first == rule.stated.first
        for ender in enders:
            assert first - _EVE not in intervals[ender.name]
    for rule in library.rules:
        if rule.name not in _replacements(library):
            assert intervals[rule.name] == rule.stated


@given(libraries())
def test_replacement_leaves_no_gap_and_no_overlap(library):
    _no_gap_and_no_overlap(library)


def test_replacement_leaves_no_gap_and_no_overlap_in_the_real_books(desk):
    assert _replacements(desk.library)
    _no_gap_and_no_overlap(desk.library)


def _never_comes_back(library, states):
    timeline = Timeline(library)
    for state in states:
        ended = set()
        before = set()
        for day in timeline.change_days(state):
            now = {rule.name for rule in timeline.law(state, day).rules}
            # An instrument out of force takes its rules along; what counts is the rule's own time.
            now |= {name for name in before if day in timeline.intervals[name]}
            ended |= before - now
            assert not ended & now
            before = now


@given(libraries())
def test_an_ended_rule_never_comes_back(library):
    _never_comes_back(library, (*STATES, INTERNATIONAL))


def test_an_ended_rule_never_comes_back_in_the_real_books(desk):
    _never_comes_back(desk.library, desk.library.jurisdictions)


@given(libraries())
def test_the_law_is_one_between_two_changes(library):
    timeline = Timeline(library)
    for state in (*STATES[:2], INTERNATIONAL):
        changes = (FIRST_DAY, *timeline.change_days(state), LAST_DAY)
        for first, following in pairwise(changes):
            if first >= following:
                continue
            law = timeline.law(state, first)
            assert timeline.law(state, following - _EVE) is law
            assert first in law.days
            assert following - _EVE in law.days
            for part in law.instruments:
                assert all(first in timeline.intervals[rule.name] for rule in part.rules)
                assert all(first in scope.stated for scope in part.scopes)


def test_an_interval_ends_on_its_last_day():
    held = Interval(Day(2014, 4, 1), Day(2022, 3, 7))
    assert Day(2014, 4, 1) in held
    assert Day(2022, 3, 7) in held
    assert Day(2022, 3, 8) not in held
    assert held.cut_before(Day(2020, 1, 1)).last == Day(2019, 12, 31)
    assert held.cut_before(Day(2023, 1, 1)) is held
    assert held.cut_before(Day(2014, 4, 1)).empty
