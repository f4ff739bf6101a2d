"""Every code has its line in docs/reference/errors.md, and every line its code.

`pytest tests/docs --snapshot-update` writes the page anew from `sekisho.base.codes`.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from sekisho.base.codes import CODES, ROOMS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "errors.md"
INTRO = """# Troubles

Whatever is wrong with a rulebook, a registry or a case is told at once, all of it, sorted by place.
Each trouble has a code, a headline, every place that is concerned, why it matters, and how to mend it; where one can be computed, a case that shows it.
A warning leaves the law usable; everything else has to be mended first.
`sekisho check` ends with status 3 where it found more than warnings; other commands end with 1 when their input is wrong.

This page is made from `src/sekisho/base/codes.py`; the examples are headlines as the tests have them.
"""


def codes_in_source() -> dict[str, list[str]]:
    """Every code that the source names, with the headlines given beside it."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        if path.name == "codes.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"SK\d{3}", node.value):
                found.setdefault(node.value, [])
            if isinstance(node, ast.Call):
                for one, other in zip(node.args, node.args[1:], strict=False):
                    if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value in CODES:
                        found.setdefault(one.value, []).extend(text for text in [_text(other)] if text)
    return found


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return ""


def told_by_pages() -> dict[str, str]:
    """For each code, the first headline in the transcripts of pages that are refused."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "tests").rglob("*.md")):
        text = path.read_bytes().decode("utf-8", "replace")
        for code, headline in re.findall(r"^(SK\d{3})  (.+)$", text.partition("\n```transcript\n")[2], re.MULTILINE):
            found.setdefault(code, headline)
    return found


def page() -> str:
    """The page as it should be."""
    source, told = codes_in_source(), told_by_pages()
    lines = [INTRO]
    for digit, room in ROOMS.items():
        lines += [f"## {room}", "", "| Code | What it tells | For example |", "| --- | --- | --- |"]
        for code, meaning in CODES.items():
            if code[2] == digit:
                example = told.get(code) or next(iter(source.get(code, [])), "")
                lines.append(f"| {code} | {meaning} | {example.replace('|', chr(92) + '|')} |")
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def test_the_page_of_troubles_is_up_to_date(pytestconfig: pytest.Config) -> None:
    if pytestconfig.option.update_snapshots:
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_code_is_documented_and_every_documented_code_exists() -> None:
    used = set(codes_in_source())
    assert used - CODES.keys() == set(), "describe them in src/sekisho/base/codes.py"
    assert CODES.keys() - used == set(), "no longer raised: take them out of src/sekisho/base/codes.py"


def test_every_code_of_the_language_is_raised_by_a_test() -> None:
    tests = "".join(
        path.read_bytes().decode("utf-8", "replace")
        for path in sorted((ROOT / "tests").rglob("*"))
        if path.suffix in (".py", ".md", ".txt")
    )
    untold = {code for code in CODES if code < "SK229" and code not in tests}
    assert untold <= {"SK107"}, "raise them in tests/lang/bad, or in a test"
