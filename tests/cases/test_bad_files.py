"""Every file of `bad/` gives the trouble that `bad/expect.yaml` describes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sekisho.cases import CaseReader

BAD = Path(__file__).parent / "bad"
EXPECTED = yaml.safe_load((BAD / "expect.yaml").read_text(encoding="utf-8"))

CODES = {
    "bad-date": {"SK405"},
    "bad-value": {"SK406"},
    "contradiction": {"SK412"},
    "date-out-of-range": {"SK405"},
    "duplicate-id": {"SK403"},
    "duplicate-key": {"SK303", "SK401"},
    "empty-file": {"SK402"},
    "encoding": {"SK401"},
    "missing-field": {"SK404", "SK413"},
    "unknown-field": {"SK414"},
    "unknown-item": {"SK408"},
    "unknown-source": {"SK411"},
    "unknown-state": {"SK407"},
    "unknown-term": {"SK409"},
    "writing": {"SK301", "SK401"},
    "wrong-type": {"SK402", "SK407", "SK413"},
}


def test_every_bad_file_has_its_expectation():
    assert {path.name for path in BAD.iterdir()} - {"expect.yaml"} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_trouble_says_what_and_where(name, desk):
    expected = EXPECTED[name]
    reader = CaseReader(desk.library, desk.registries)
    reader.read_file(BAD / name, name)
    assert reader.troubles, "nothing was found"
    codes = CODES[expected["trouble"]]
    found = [each for each in reader.troubles if each.code in codes]
    assert found, [each.show() for each in reader.troubles]
    # Where only the case as a whole is concerned (line 0), its first line is as good.
    lines = {expected["line"] or 1, expected["line"], expected.get("or_line", expected["line"])}
    said = [each for each in found if {place.line for place in each.places} & lines]
    assert said, [each.show() for each in found]
    text = "\n".join(each.show() for each in said)
    assert [word for word in expected["names"] if word not in text] == []
    if expected["suggests"] is not None:
        assert expected["suggests"] in text
    assert all(place.file == name for each in reader.troubles for place in each.places)
