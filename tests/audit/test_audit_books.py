"""Each book with a fault is told of exactly that; a sound one is told of nothing.

`pytest tests/audit --snapshot-update` writes the transcripts anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from books import HERE, MARK, desk_of, report

from sekisho.audit import audit

BOOKS = sorted((HERE / "books").glob("*.md"))


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_a_book_is_told_what_is_wrong_with_it(path: Path, pytestconfig: pytest.Config) -> None:
    text, _, expected = path.read_text(encoding="utf-8").partition(MARK)
    troubles = audit(desk_of(text)).troubles
    said = report(troubles)
    if pytestconfig.option.update_snapshots:
        path.write_text(f"{text}{MARK}{said}```\n" if troubles else text, encoding="utf-8")
        return
    assert said == (expected.removesuffix("```\n") or "\n")
    codes = {trouble.code for trouble in troubles}
    assert codes == ({path.stem[:5].upper()} if path.stem.startswith("sk") else set())
    for trouble in troubles:
        assert trouble.help
        assert trouble.why
        assert trouble.warning is (trouble.code != "SK221")


def test_a_contradiction_has_a_witness() -> None:
    text = (HERE / "books" / "sk225-contradiction.md").read_text(encoding="utf-8").partition(MARK)[0]
    (trouble,) = audit(desk_of(text)).troubles
    assert trouble.witness.startswith("on 2000-01-01 under the law of JPN: ")
    assert "the item is a weapon" in trouble.witness
