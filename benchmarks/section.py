"""Figures in `docs/benchmarks.md`: every benchmark has a part of its own there, between two markers."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

What was measured, written here by the benchmarks themselves (`--write`); how, is said in [benchmarks/](../benchmarks/README.md).
"""


def write_section(name: str, text: str, page: Path = PAGE) -> None:
    """Put a text between the markers of a benchmark; what stands outside them is left alone."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    said = page.read_text(encoding="utf-8") if page.exists() else HEAD
    own = f"{begin}\n{text.strip()}\n{end}"
    before, found, rest = said.partition(begin)
    _, closed, after = rest.partition(end)
    if found and closed:
        said = before + own + after
    else:
        said = f"{said.rstrip()}\n\n{own}\n"
    page.write_text(said, encoding="utf-8")
