"""Split a rulebook page into front matter, headings, prose and blocks.

Markdown is read by markdown-it; this module only remembers where things stand, so that every
trouble and every proof can name the heading above a line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from markdown_it import MarkdownIt

from sekisho.base import Place, Trouble, nearest
from sekisho.lang.letters import odd_character

BLOCKS = ("rule", "term", "scope", "reading", "unmodelled", "assume", "property", "constraint")
"""The info words of fences that the engine reads; every other fence is prose."""

_ANCHOR = re.compile(r"\s*\{#([a-z0-9-]+)\}\s*$")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_INFO = re.compile(r"(\S+)(?:\s+(.*))?$")
_WORD = re.compile(r"\w*")
_HIDDEN = re.compile(rf"^\s*(?:```+|~~~+)\s*({'|'.join(BLOCKS)})\s+\S", re.MULTILINE)
_LIKENESS = 0.75
"""Above this share of common letters, a word on a fence is taken for a slip in one of ours."""


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: `line` is the line of its first clause, counted from 1.

    `end` is the line of its closing fence, `nested` says that the fence stands inside a list or a
    quotation, and `raw` holds the lines with whatever stands before them in the file.
    """

    kind: str
    name: str
    lines: tuple[str, ...]
    line: int
    file: str
    heading: str
    anchor: str
    prose: str
    end: int = 0
    nested: bool = False
    raw: tuple[str, ...] = ()

    def place(self, line: int = 0, column: int = 0, width: int = 1, remark: str = "") -> Place:
        """The place of the block's line number `line` (0 is the fence itself)."""
        if not 0 < line <= len(self.lines):
            fence = f"```{self.kind} {self.name}".rstrip()
            return Place(self.file, self.line - 1 + line, column, width, self.heading, fence, remark)
        text = self.lines[line - 1]
        raw = self.raw[line - 1] if line <= len(self.raw) else text
        if column and raw.endswith(text):
            column += len(raw) - len(text)
        return Place(self.file, self.line - 1 + line, column, width, self.heading, raw, remark)


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


def page_lines(text: str) -> list[str]:
    """The lines of a file, as Markdown counts them, whatever ends them; a mark of byte order is dropped."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def split_page(text: str, file: str) -> tuple[Page, tuple[Trouble, ...]]:
    """Split the text of a rulebook file; `file` is the name that troubles show."""
    troubles: list[Trouble] = []
    lines = page_lines(text)
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
                    (Place(file, 1, 1, 3, text=lines[0]),),
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
            headings = [each for each in headings if each[0] < level] + [(level, _ANCHOR.sub("", title))]
            prose = []
        elif token.type == "inline" and tokens[index - 1].type == "paragraph_open":
            prose.append(token.content)
        elif token.type in ("fence", "code_block") and token.map is not None:
            heading = " › ".join(title for _, title in headings)
            fence = Place(file, token.map[0] + 1, 1, 1, heading, lines[token.map[0]])
            if token.type == "code_block":
                hidden = _HIDDEN.search(token.content)
                if hidden:
                    troubles.append(_hidden(fence, hidden[1]))
                continue
            match = _INFO.match(token.info.strip())
            if match is None or match[1] not in BLOCKS:
                if match is not None:
                    troubles.extend(_unlike(fence, token.info.strip(), match[1]))
                continue
            block = Block(
                match[1],
                (match[2] or "").strip(),
                tuple(page_lines(token.content)),
                token.map[0] + 2,
                file,
                heading,
                anchor,
                " ".join(" ".join(prose).split()),
                token.map[1],
                token.level > 0,
                tuple(lines[token.map[0] + 1 : token.map[1]]),
            )
            blocks.append(block)
            troubles.extend(_name(fence, block))
            closed = token.map[1] <= len(lines) and lines[token.map[1] - 1].strip(" >").startswith(token.markup)
            if not closed or token.map[1] - token.map[0] < 2:
                troubles.append(
                    Trouble(
                        "SK102",
                        f"the block `{block.kind} {block.name}` is never closed",
                        (fence,),
                        why="all that follows would be read as part of it",
                        help="end the block with a line of three backticks",
                    )
                )
    return Page(file, front, tuple(blocks), text), tuple(troubles)


def _name(fence: Place, block: Block) -> list[Trouble]:
    """The trouble of a fence whose name is missing or is no name."""
    if _NAME.fullmatch(block.name):
        return []
    column = fence.text.rfind(block.name) + 1 if block.name else len(fence.text.rstrip()) + 1
    place = replace(fence, column=column, width=max(1, len(block.name)))
    help_ = f"use lower-case words joined by hyphens, such as `{block.kind} five-purposes`"
    odd = odd_character(block.name)
    if not block.name:
        headline = f"this {block.kind} block has no name"
    elif odd is not None:
        headline = f"more than plain letters in the name: {odd.said}"
        place, help_ = replace(place, column=column + odd.at, width=1), odd.write
    else:
        headline = f"`{block.name[:60]}` is no name of a block"
    why = "other blocks, proofs and cases refer to it by its name"
    return [Trouble("SK111", headline, (place,), why=why, help=help_)]


def _unlike(fence: Place, info: str, word: str) -> list[Trouble]:
    """The trouble of a fence whose first word is nearly one of ours: its content would be lost."""
    start = _WORD.match(word)
    stem = start[0] if start else ""
    close = nearest(stem.lower(), BLOCKS, count=1, cutoff=_LIKENESS)
    if not close:
        return []
    name = info[len(stem) :].strip(" :={}\t")
    meant = f"{close[0]} {name}".strip()
    return [
        Trouble(
            "SK114",
            f"`{word[:40]}` is no kind of block, so this fence is read as prose",
            (replace(fence, column=fence.text.find(word) + 1, width=len(word)),),
            why="if a block is meant, it is lost",
            help=f"write `{meant[:80]}`, or choose another word",
            warning=not name,
        )
    ]


def _hidden(fence: Place, kind: str) -> Trouble:
    return Trouble(
        "SK114",
        f"a {kind} block is indented by four spaces or more, so it is read as prose",
        (fence,),
        why="if a block is meant, it is lost",
        help="begin its fence at the margin",
    )
