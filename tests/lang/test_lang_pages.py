"""Pages that are refused say why, where and how to mend it; pages that are sound are not refused.

Each page in `bad/` ends with a fence `transcript` that holds the whole report (a page that cannot
hold one has it beside it). `pytest tests/lang --snapshot-update` writes the reports anew; the
difference is then reviewed like code.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pages import HERE, accept, expected, read_page, report

BAD = sorted((HERE / "bad").glob("*.md"))
GOOD = sorted((HERE / "good").glob("*.md"))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_page_is_reported(path: Path, pytestconfig: pytest.Config) -> None:
    _, troubles = read_page(path)
    said = report(troubles)
    if pytestconfig.option.update_snapshots:
        accept(path, said)
    assert said == expected(path)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_troubles_have_a_place_a_mend_and_an_order(path: Path) -> None:
    _, troubles = read_page(path)
    assert troubles
    for trouble in troubles:
        assert re.fullmatch(r"SK[12]\d\d", trouble.code)
        assert trouble.places
        assert trouble.help, trouble.show()
        assert not trouble.headline.endswith(".")
        assert len(trouble.headline) <= 110, trouble.headline
        for place in trouble.places:
            if place.column:
                assert place.column + place.width - 1 <= len(place.text) + 1, trouble.show()
    if path.name.startswith("sk"):
        assert {trouble.code for trouble in troubles} >= {path.name[:5].upper()}
    places = [(t.places[0].line, t.places[0].column) for t in troubles if t.code != "SK108"]
    assert places == sorted(places)


def test_a_hundred_errors_are_all_reported() -> None:
    _, troubles = read_page(HERE / "bad" / "a-hundred-errors.md")
    assert len(troubles) == 100
    assert len({trouble.places[0].line for trouble in troubles}) == 100


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_page_has_no_trouble(path: Path) -> None:
    _, troubles = read_page(path)
    assert [trouble for trouble in troubles if trouble.code != "SK216"] == []
