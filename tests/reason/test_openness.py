"""The share of cases that may be permitted."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from sekisho.base import Day, TroubleError


def test_shares_follow_the_law_and_cover_every_day(desk):
    rows = desk.openness("JPN", ["USA", "UKR"], first=Day(2013, 1, 1), last=Day(2026, 11, 21))
    for recipient in ("USA", "UKR"):
        for item in {row.item for row in rows}:
            mine = [row for row in rows if (row.recipient, row.item) == (recipient, item)]
            assert mine[0].days.first == Day(2013, 1, 1)
            assert mine[-1].days.last == Day(2026, 11, 21)
            for one, other in pairwise(mine):
                assert one.days.last.toordinal() + 1 == other.days.first.toordinal()
                assert (one.permitted, one.cases) != (other.permitted, other.cases)
            assert all(0 <= row.share <= 1 for row in mine)


def test_the_shares_tell_what_the_revisions_did(desk):
    rows = desk.openness("JPN", ["USA", "UKR"], first=Day(1970, 1, 1), last=Day(2026, 11, 21))

    def share(recipient, item, day):
        return next(r.share for r in rows if (r.recipient, r.item) == (recipient, item) and day in r.days)

    weapon, kit = "finished weapon", "equipment that is no weapon"
    assert share("UKR", weapon, Day(1980, 1, 1)) == Fraction(0)
    assert share("UKR", kit, Day(2022, 3, 8)) > share("UKR", kit, Day(2022, 3, 7))
    assert share("USA", weapon, Day(2023, 12, 22)) > share("USA", weapon, Day(2023, 12, 21))
    assert share("USA", weapon, Day(2026, 4, 21)) > share("UKR", weapon, Day(2026, 4, 21))


def test_a_class_is_the_mean_of_its_states_each_counting_once(desk):
    items = {"weapon": {"arms": "true", "weapon": "true", "form": "finished"}}
    first, last = Day(2026, 4, 10), Day(2026, 5, 10)
    rows = desk.openness("JPN", ["agreement-state"], first=first, last=last, items=items)
    for row in rows:
        day = row.days.first
        looked = {
            code: desk.registries.look_up("agreements", "equipment-transfer", code, "JPN", on=day).value
            for code in desk.registries.names.records["states"]
        }
        members = [code for code, value in looked.items() if value and code != "JPN"]
        own = desk.openness("JPN", members, first=day, last=day, items=items)
        assert row.states == len(members) == len(own) > 10
        assert row.share == sum(each.share for each in own) / len(own)
    assert rows[-1].share > rows[0].share
    assert rows[-1].days.last == last


def test_a_class_that_no_registry_knows_is_told(desk):
    with pytest.raises(TroubleError, match="agreement-state"):
        desk.openness("JPN", ["agrement-state"], first=Day(2026, 1, 1), last=Day(2026, 1, 2))
