"""Charts: what they draw, that the same chart is the same file, and that nothing runs off the page."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from sekisho.base import Day, Support, TroubleError
from sekisho.charts import grid, openness, paper, strip
from sekisho.charts.classes import ITEMS, case_fields, named_states
from sekisho.ir import Outcome

LAST = Day(2026, 11, 21)


@pytest.fixture(scope="module")
def shares(desk):
    return openness.openness(desk, "JPN", recipients=["USA", "UKR", "*"], first=Day(2014, 1, 1), last=LAST)


@pytest.fixture(scope="module")
def traced(desk):
    case = desk.case(exporter="JPN", recipient="USA", item="patriot-pac3", date=LAST)
    return strip.strip(case, desk.trace(case, last=LAST), LAST)


@pytest.fixture(scope="module")
def flips(desk):
    return grid.grid(desk, "JPN", (Day(2026, 4, 20), Day(2026, 4, 21)))


def inside(page):
    """Whether every text stays on the page."""
    page.canvas.draw()
    box = page.bbox
    every = [*page.texts, *(text for axes in page.axes for text in axes.texts)]
    return [
        text.get_text()
        for text in every
        if (place := text.get_window_extent()).x0 < box.x0 - 1
        or place.x1 > box.x1 + 1
        or place.y0 < -1
        or place.y1 > box.y1 + 1
    ]


def test_shares_follow_the_law(shares):
    before, after = shares.on(Day(2026, 4, 20)), shares.on(Day(2026, 4, 21))
    assert after["USA", "finished weapon"] == 1
    assert after["UKR", "finished weapon"] == 0
    assert before["UKR", "finished weapon"] == 0  # no item of the register is under a licence of its own
    assert 0 < before["USA", "finished weapon"] < 1
    assert set(after) == {(code, item) for code in ("USA", "UKR", "*") for item in ITEMS}


def test_the_share_of_one_class_is_the_count_of_its_cases(desk, shares):
    from sekisho.charts.classes import universe

    rows = [row for row in shares.shares if row.item == "protective gear" and row.recipient == "UKR"]
    again = desk.openness(
        "JPN", ["UKR"], first=Day(2014, 1, 1), last=LAST, items={"x": universe(desk)["protective gear"]}
    )
    assert [(r.days, r.permitted, r.cases) for r in rows] == [(r.days, r.permitted, r.cases) for r in again]


def test_an_export_is_from_the_state_whose_law_it_is(desk):
    others = sorted(desk.registries.names.records["states"])[:24]
    korea = openness.openness(desk, "KOR", recipients=["UKR", *others], first=Day(2022, 1, 1), last=Day(2023, 1, 1))
    assert korea.on(Day(2022, 3, 6))["UKR", "finished weapon"] == 1
    assert korea.on(Day(2022, 3, 7))["UKR", "finished weapon"] == 0  # presumed denied, whoever supplied it
    assert korea.finding.endswith("from 100\u00a0% to 0\u00a0% on 7 March 2022")


def test_shares_say_how_the_plain_case_is_sourced(desk):
    """South Korea before its first statute on record: our inference, and marked as one."""
    korea = openness.openness(desk, "KOR", recipients=["UKR"], first=Day(2000, 1, 1), last=Day(2023, 1, 1))
    assert korea.mark("UKR", "weapon part", Day(2005, 12, 31)) is Support.INFERRED
    assert korea.mark("UKR", "weapon part", Day(2006, 1, 2)) > Support.INFERRED
    assert korea.weakest("weapon part")[0] == (Day(2000, 1, 1), Support.INFERRED)
    head, *rows = openness.table(korea)
    assert rows[0][head.index("1 Jan 2000")].endswith("% i")
    assert "i inferred" in openness.key(korea)
    assert openness.data(korea)["shares"][0]["support"] == "inferred"
    assert "inferred" in [text.get_text() for text in openness.draw(korea).texts]
    case = desk.case(exporter="KOR", recipient="UKR", item={**case_fields(ITEMS["weapon part"])}, date=Day(2023, 1, 1))
    assert korea.mark("UKR", "weapon part", Day(2023, 1, 1)) is desk.decide(case).support


def test_cells_and_stretches_say_how_they_are_sourced(desk, flips, traced):
    marks = grid.data(flips)["support"]["USA"]
    case = desk.case(exporter="JPN", recipient="USA", item=case_fields(ITEMS["finished weapon"]), date=Day(2026, 4, 21))
    assert marks[1][0] == desk.decide(case).support.word
    assert any("→◐r" in cell for row in grid.table(flips) for cell in row)
    assert grid.key(flips).startswith("r reported")
    assert {row[2].partition(", ")[2] for row in strip.table(traced)} >= {"reported", ""}
    assert any("(reported)" in text.get_text() for text in strip.draw(traced).texts)


def test_the_mean_of_a_class_is_drawn_and_told(desk):
    chart = openness.openness(desk, "JPN", recipients=["agreement-state", "UKR"], first=Day(2026, 4, 1), last=LAST)
    assert chart.names["agreement-state"] == "mean of agreement states"
    assert inside(openness.draw(chart)) == []
    row = next(row for row in openness.data(chart)["shares"] if row["recipient"] == "agreement-state")
    assert row["mean_of"] == 17


def test_the_states_shown_are_those_that_permissions_name(desk):
    assert named_states(desk, "JPN")[-1] == "*"
    assert "UKR" in named_states(desk, "JPN")


def test_a_strip_joins_days_with_one_outcome(traced):
    outcomes = [band[2] for band in traced.bands]
    assert all(one is not other for one, other in pairwise(outcomes))
    assert traced.bands[-1][0] == Day(2023, 12, 22)
    assert outcomes[-1] is Outcome.MAY_BE_PERMITTED
    assert traced.finding.endswith("may be permitted since 22 December 2023")


def test_a_strip_tells_every_reason_and_the_revisions_that_changed_nothing(desk):
    case = desk.case(exporter="JPN", recipient="UKR", item="patriot-pac3", date=LAST)
    chart = strip.strip(case, desk.trace(case, first=Day(2014, 4, 1), last=LAST), LAST)
    assert [band[2] for band in chart.bands] == [Outcome.PROHIBITED]
    assert [part[0] for part in chart.parts] == [Day(2014, 4, 1), Day(2026, 4, 21)]
    assert chart.parts[0][3].startswith("No heading of the Implementation Guidelines")
    assert Day(2023, 12, 22) in chart.parts[0][4]
    assert inside(strip.draw(chart)) == []


def test_a_grid_decides_every_cell(desk, flips):
    assert len(flips.cells) > 190
    case = desk.case(exporter="JPN", recipient="PHL", item={"arms": True, "weapon": True, "form": "finished", "purpose": [],
                     "production": "indigenous", "heavy_arms": False, "classes": []}, date="2026-04-21")  # fmt: skip
    rows = flips.cells["PHL"]
    assert rows[1][0] is desk.decide(case).outcome is Outcome.MAY_BE_PERMITTED
    assert rows[0][0] is desk.decide(replace(case, date=Day(2026, 4, 20))).outcome is Outcome.PROHIBITED
    assert flips.flipped == sum(a is not b for one, two in flips.cells.values() for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("kind", [".svg", ".png"])
def test_the_same_chart_is_the_same_file(shares, traced, flips, tmp_path, kind):
    for room, chart in ((openness, shares), (strip, traced), (grid, flips)):
        files = [tmp_path / f"{room.__name__}-{i}{kind}" for i in (0, 1)]
        for path in files:
            paper.save(room.draw(chart), path)
        assert inside(room.draw(chart)) == []
        assert files[0].read_bytes() == files[1].read_bytes()
        if kind == ".svg":
            assert b"<dc:date>" not in files[0].read_bytes()


def test_nothing_differs(desk):
    same = grid.grid(desk, "JPN", (Day(2026, 5, 1), Day(2026, 5, 2)))
    assert same.finding.startswith("Nothing changes")
    assert inside(grid.draw(same)) == []


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(TroubleError, match="SK515"):
        paper.check(tmp_path / "picture.gif")


def test_without_the_plotting_library(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(TroubleError, match="SK514"):
        paper.figure(1, 1)


def test_data_is_plain(shares, flips):
    assert json.loads(json.dumps(openness.data(shares)))["law"] == "JPN"
    assert json.loads(json.dumps(grid.data(flips)))["on"] == ["2026-04-20", "2026-04-21"]
