"""Split a rulebook page into front matter, headings, prose and blocks.

Markdown is read by markdown-it; this module only remembers where things stand, so that every
trouble and every proof can name the heading above a line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt

from sekisho.base import Place, Trouble

BLOCKS = ("rule", "term", "scope", "reading", "unmodelled", "assume")
"""The info words of fences that the engine reads; every other fence is prose."""

_ANCHOR = re.compile(r"\s*\{#([a-z0-9-]+)\}\s*$")
_INFO = re.compile(r"([a-z]+)(?:\s+(.*))?$")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: `line` is the line of its first clause, counted from 1."""

    kind: str
    name: str
    lines: tuple[str, ...]
    line: int
    file: str
    heading: str
    anchor: str
    prose: str

    def place(self, line: int = 0, column: int = 0, width: int = 1, remark: str = "") -> Place:
        """The place of the block's line number `line` (0 is the fence itself)."""
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else f"```{self.kind} {self.name}"
        return Place(self.file, self.line - 1 + line, column, width, self.heading, text, remark)


@dataclass(frozen=True, slots=True)
class Page:
    """One rulebook file, split: `front` is the text of the front matter."""

    file: str
    front: str
    blocks: tuple[Block, ...]
    text: str


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark")


def split_page(text: str, file: str) -> tuple[Page, tuple[Trouble, ...]]:
    """Split the text of a rulebook file; `file` is the name that troubles show."""
    troubles: list[Trouble] = []
    lines = text.splitlines()
    front, body_start = "", 0
    if lines and lines[0].strip() == "---":
        for number, line in enumerate(lines[1:], start=1):
            if line.strip() == "---":
                front, body_start = "\n".join(lines[1:number]), number + 1
                break
        else:
            troubles.append(
                Trouble(
                    "SK101",
                    "the front matter has no end",
                    (Place(file, 1, text=lines[0]),),
                    why="without it nothing tells which instrument this is",
                    help="close it with a line `---`",
                )
            )
            return Page(file, "", (), text), tuple(troubles)
    blocks: list[Block] = []
    headings: list[tuple[int, str]] = []
    anchor = ""
    prose: list[str] = []
    tokens = _markdown().parse("\n" * body_start + "\n".join(lines[body_start:]))
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            title = tokens[index + 1].content
            found = _ANCHOR.search(title)
            anchor = found[1] if found else ""
            level = int(token.tag[1:])
            headings = [(l, t) for l, t in headings if l < level] + [(level, _ANCHOR.sub("", title))]
            prose = []
        elif token.type == "inline" and tokens[index - 1].type == "paragraph_open":
            prose.append(token.content)
        elif token.type == "fence" and token.map is not None:
            match = _INFO.match(token.info.strip())
            if match is None or match[1] not in BLOCKS:
                continue
            content = tuple(token.content.splitlines())
            block = Block(
                match[1],
                (match[2] or "").strip(),
                content,
                token.map[0] + 2,
                file,
                " › ".join(title for _, title in headings),
                anchor,
                " ".join(" ".join(prose).split()),
            )
            blocks.append(block)
            closed = token.map[1] <= len(lines) and lines[token.map[1] - 1].strip().startswith(token.markup)
            if not closed or token.map[1] - token.map[0] < 2:
                troubles.append(
                    Trouble(
                        "SK102",
                        f"the block `{block.kind} {block.name}` is never closed",
                        (block.place(),),
                        why="all that follows would be read as part of it",
                        help="end the block with a line of three backticks",
                    )
                )
    return Page(file, front, tuple(blocks), text), tuple(troubles)
