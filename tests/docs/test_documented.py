"""What can be met is documented: every command, every exit status, every decision that shaped the house."""

from __future__ import annotations

import re

from documents import ROOT


def test_every_command_is_documented() -> None:
    from sekisho.cli.main import cli

    page = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    names = cli.list_commands(None)  # type: ignore[arg-type]
    assert [name for name in names if f"## `sekisho {name}`" not in page] == []


def test_every_exit_status_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    assert all(f"| {status} |" in page for status in range(5))


def test_every_decision_record_is_listed_and_says_where_it_stands() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    for path in sorted(folder.glob("0*.md")):
        text = path.read_text(encoding="utf-8")
        assert f"({path.name})" in index, path.name
        assert re.search(r"^Status: ", text, re.MULTILINE), path.name


def test_every_page_of_the_documentation_is_reached_from_its_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = [path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")]
    missing = [
        page
        for page in pages
        if f"({page})" not in index and not page.startswith("decisions/0") and page != "README.md"
    ]
    assert missing == []
