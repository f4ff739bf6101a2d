"""Reading our Markdown pages: their fenced blocks, links and headings.

Three kinds of block are executed, page by page, in order, in one scratch folder that holds copies of
`law`, `facts` and `cases`:

- `console`: lines after `$` are commands, what follows is what they print. A line that holds only `…`
  stands for any lines, and `…` within a line for any text. `[exit status N]` may close it.
- `python`: executed as it stands, or as a doctest where it has prompts.
- any block whose info string names a file (`yaml deal.yaml`): written to the scratch folder.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PAGES = tuple(
    sorted(
        path
        for path in (
            *ROOT.glob("*.md"),
            *(ROOT / "docs").rglob("*.md"),
            *(ROOT / "law").glob("*.md"),
            *(ROOT / "law" / "_template").glob("*.md"),
            *(ROOT / "facts").glob("*.md"),
            *(ROOT / "cases").glob("*.md"),
            *(ROOT / "benchmarks").glob("*.md"),
        )
    )
)

_FENCE = re.compile(
    r"^(?P<fence>`{3,}|~{3,})(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL
)
_LINK = re.compile(r"(?<!\!)\[[^\]\n]*\]\(([^)\s]+)\)|!\[[^\]\n]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.*?)(?: *\{#([\w-]+)\})? *$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: the words of its info string, its text, its line."""

    words: tuple[str, ...]
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(tuple(m["info"].split()), m["body"], text.count("\n", 0, m.start()) + 1) for m in _FENCE.finditer(text)
    ]


def prose(page: Path) -> str:
    """A page without its fenced blocks and code spans."""
    return re.sub(r"`[^`\n]*`", "", _FENCE.sub("", page.read_text(encoding="utf-8")))


def links(page: Path) -> list[str]:
    """Where a page's links and pictures lead."""
    return [one or two for one, two in _LINK.findall(prose(page))]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them, and those that they state."""
    found = set()
    for title, stated in _HEADING.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)
        found.add(re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-"))
        if stated:
            found.add(stated)
    return found


def commands(block: Block) -> list[tuple[str, str, int]]:
    """The commands of a console block, each with what it prints and its exit status."""
    found: list[tuple[str, list[str]]] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found and found[-1][0].endswith("\\") and line.startswith("> "):
            found[-1] = (found[-1][0][:-1] + line[2:], [])
        else:
            found[-1][1].append(line)
    result = []
    for command, lines in found:
        status = 0
        while lines and not lines[-1].strip():
            lines.pop()
        if lines and (stated := re.fullmatch(r"\[exit status (\d+)\]", lines[-1])):
            status = int(stated[1])
            lines.pop()
        result.append((command, "\n".join(lines), status))
    return result


def matches(expected: str, printed: str) -> bool:
    """Whether what was printed is what a page says, `…` standing for anything."""
    pattern = ""
    lines = expected.rstrip().split("\n")
    for line in lines:
        if line.strip() == "…":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += (
                ".*?".join(re.escape(part.rstrip() if last else part) for part, last in _parts(line)) + r"[ \t]*\n"
            )
    return re.fullmatch(pattern, printed.rstrip() + "\n") is not None


def _parts(line: str) -> list[tuple[str, bool]]:
    parts = line.split("…")
    return [(part, number == len(parts) - 1) for number, part in enumerate(parts)]
