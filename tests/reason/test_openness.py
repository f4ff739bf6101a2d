"""The share of cases that may be permitted."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from sekisho.base import Day


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
