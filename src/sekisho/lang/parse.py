"""Blocks to syntax trees, with our own messages.

Every clause is parsed by itself, so one slip does not hide the next: all troubles of a block come
out at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Tree, lexer
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError
from lark.indenter import DedentError, Indenter

from sekisho.base import Place, Trouble, nearest
from sekisho.lang.book import Block
from sekisho.lang.letters import odd_character
from sekisho.lang.syntax import Clause, Condition, Group, Leaf, Parsed

STARTS = ("rule", "term", "scope", "reading", "unmodelled", "assume", "property", "constraint")

FIRST_WORDS = {
    "rule": (
        "permit",
        "prohibit",
        "presume-denial",
        "exempt",
        "require",
        "lift",
        "claim",
        "exception",
        "replaces",
        "repeals",
        "for",
        "cite",
        "in",
        "when",
        "subject",
    ),
    "term": ("applies", "type", "stated", "from", "ask", "changed", "cite", "true", "false"),
    "scope": ("cite", "in", "when"),
    "reading": ("option", "default", "ask"),
    "unmodelled": ("affects", "cite", "in", "because", "when"),
    "assume": ("cite", "in", "when"),
    "property": ("never", "always", "only", "exactly", "opened", "closed", "law", "cite", "holds", "when"),
    "constraint": ("impossible", "cite", "because"),
}

_WHOLE = {
    "exception": "exception to",
    "claim": "claim consent",
    "in": "in force from",
    "subject": "subject to",
    "applies": "applies to",
    "changed": "changed by",
    "true": "true when",
    "false": "false when",
    "law": "law of",
    "impossible": "impossible when",
}
"""How a clause goes on after its first word, for messages."""

_CONNECTIVE = re.compile(r"(?<=\s)(and|or|unless|except)(?=\s)")
_FREE = re.compile(r"\s*(?:ask|because|says|cite)\s")
"""The clauses whose rest is free text; everywhere else only plain characters may stand."""
_PLAIN = re.compile(r"[ -~\t\n]*")

_BLANKS = " \t"
_MAX_DEPTH = 12
_MAX_CLAUSE = 20_000


class _Lists(Indenter):
    """Indentation of bulleted lists, as tokens."""

    NL_type = "_NL"
    OPEN_PAREN_types: list[str] = []  # noqa: RUF012 - the base class declares an instance attribute
    CLOSE_PAREN_types: list[str] = []  # noqa: RUF012
    INDENT_type = "_INDENT"
    DEDENT_type = "_DEDENT"
    tab_len = 4


def grammar_text() -> str:
    """The text of the grammar file."""
    return files("sekisho.lang").joinpath("clause.lark").read_text(encoding="utf-8")


@cache
def parser(*, strict: bool = False) -> Lark:
    """The clause parser; strict mode refuses any ambiguity of the grammar and is used in a test."""
    # Where `interegular` is installed, lark compares all tokens of every grammar that it reads, its own
    # included: half a second. That is for the test.
    compares = lexer.has_interegular
    lexer.has_interegular = compares and strict
    try:
        return Lark(
            grammar_text(),
            parser="lalr",
            strict=strict,
            postlex=_Lists(),
            start=[f"{kind}_clause" for kind in STARTS],
            maybe_placeholders=False,
        )
    finally:
        lexer.has_interegular = compares


@lru_cache(maxsize=4096)
def _tree(kind: str, text: str) -> Tree[Any]:
    """The syntax of a clause; nearly half of all clauses say what another has said."""
    return parser().parse(text, start=f"{kind}_clause")


def parse_block(block: Block) -> tuple[Parsed, tuple[Trouble, ...]]:
    """Read every clause of a block; what cannot be read becomes a trouble with its place."""
    troubles: list[Trouble] = []
    clauses: list[Clause] = []
    for line, text in _clauses(block, troubles):
        clause = _parse_clause(block, line, text, troubles)
        if clause is not None:
            clauses.append(clause)
    return Parsed(block, tuple(clauses), not troubles), tuple(troubles)


def _clauses(block: Block, troubles: list[Trouble]) -> Iterator[tuple[int, str]]:
    """Each clause as (line within the block, text); the lines of the text are those of the block."""
    start, held = 0, list[str]()
    first = next((line for line in block.lines if line.strip(_BLANKS)), "")
    if first[:1] in (" ", "\t"):
        troubles.append(
            Trouble(
                "SK106",
                "the first clause is indented",
                (block.place(block.lines.index(first) + 1, 1, len(first) - len(first.lstrip(_BLANKS))),),
                why="an indented line belongs to the clause above it",
                help="begin each clause at the margin",
            )
        )
        return
    for number, written in enumerate(block.lines, start=1):
        line = written.rstrip(_BLANKS)
        if not line:
            if held:
                held.append("")
            continue
        indent = line[: len(line) - len(line.lstrip(_BLANKS))]
        if "\t" in indent:
            troubles.append(
                Trouble(
                    "SK103",
                    "a tab in the indentation",
                    (block.place(number, 1, len(indent)),),
                    why="its width depends on the editor, and here indentation carries meaning",
                    help="indent with two spaces",
                )
            )
            line = indent.replace("\t", "  ") + line[len(indent) :]
        if line[0] == " ":
            held.append(line)
            continue
        if held:
            yield start, "\n".join(held).rstrip("\n") + "\n"
        start, held = number, [line]
    if held:
        yield start, "\n".join(held).rstrip("\n") + "\n"


def _odd(block: Block, line: int, text: str, troubles: list[Trouble]) -> bool:
    """Whether a character stands in the clause that looks like another, or like nothing."""
    if _PLAIN.fullmatch(text):
        return False
    found = False
    for offset, row in enumerate(text.split("\n")):
        head = _FREE.match(row)
        cut = head.end() if head else len(row)
        odd = odd_character(row[:cut]) or odd_character(row[cut:], words=True)
        if odd is None:
            continue
        at = odd.at + (cut if odd_character(row[:cut]) is None else 0)
        found = True
        troubles.append(
            Trouble(
                "SK113",
                f"more than plain text in the clause: {odd.said}",
                (block.place(line + offset, at + 1),),
                why="a reader cannot tell it from another character, or cannot see it at all",
                help=odd.write,
            )
        )
    return found


def _parse_clause(block: Block, line: int, text: str, troubles: list[Trouble]) -> Clause | None:
    if _odd(block, line, text, troubles):
        return None
    first = text.split(maxsplit=1)[0]
    if block.kind != "assume" and first not in FIRST_WORDS[block.kind]:
        close = nearest(first, FIRST_WORDS[block.kind], count=1)
        troubles.append(
            Trouble(
                "SK104",
                f"no clause of a {block.kind} block begins with `{first[:40]}`",
                (block.place(line, 1, len(first)),),
                why="each line of a block is one clause, told by its first word",
                help=(
                    f"write `{close[0]}`"
                    if close
                    else f"begin with one of: {', '.join(_WHOLE.get(w, w) for w in FIRST_WORDS[block.kind])}"
                ),
            )
        )
        return None
    if first not in ("ask", "because", "option", "cite"):
        found = _inline_connective(block, line, text)
        if found:
            troubles.append(found)
            return None
    if len(text) > _MAX_CLAUSE or _depth(text) > _MAX_DEPTH:
        troubles.append(
            Trouble(
                "SK105",
                "the clause is too long or too deeply nested",
                (block.place(line),),
                why=f"lists nest at most {_MAX_DEPTH} deep, and a clause has at most {_MAX_CLAUSE} characters",
                help="split the rule, or name a part of the condition in a `term` block",
            )
        )
        return None
    try:
        return _read(_tree(block.kind, text), block, line)
    except DedentError:
        offset, indent = _crooked(text)
        troubles.append(
            Trouble(
                "SK106",
                "the bullets do not line up",
                (block.place(line + offset, 1, indent),),
                why="the indentation of a bullet says to which list it belongs",
                help="indent each level by two spaces more than the line above it",
            )
        )
    except UnexpectedInput as error:
        troubles.append(_unexpected(block, line, text, error))
    except VisitError as error:  # pragma: no cover - a slip of ours, still never a traceback
        troubles.append(Trouble("SK107", f"the clause cannot be read: {error.orig_exc}", (block.place(line),)))
    return None


def _crooked(text: str) -> tuple[int, int]:
    """The row (from 0) whose indentation fits no list above it, and that indentation."""
    open_ = [0]
    for offset, row in enumerate(text.splitlines()):
        indent = len(row) - len(row.lstrip())
        while row and open_[-1] > indent:
            open_.pop()
            if open_[-1] < indent:
                return offset, indent
        if row and indent > open_[-1]:
            open_.append(indent)
    return 0, 1


def _depth(text: str) -> int:
    return max(len(line) - len(line.lstrip()) for line in text.splitlines()) // 2


def _inline_connective(block: Block, line: int, text: str) -> Trouble | None:
    for offset, row in enumerate(text.splitlines()):
        found = _CONNECTIVE.search(row)
        if not found or (" is " not in row and " judge" not in row):
            continue
        word = found[1]
        if word in ("unless", "except"):
            mend = "write the exception as a rule of its own, with `exception to` this one"
        else:
            mend = _listed(re.sub(r"^(\s*-\s+|(true |false |impossible )?when\s+)", "", row).strip())
        return Trouble(
            "SK112",
            "conditions are joined on one line",
            (block.place(line + offset, found.start() + 1, len(word)),),
            why="readers of law group these differently, so a block has no inline `and`, `or`, `unless` or `except`",
            help=mend,
        )
    return None


def _listed(joined: str) -> str:
    """Statements joined by `and` and `or` as a list, `and` taken to bind more loosely."""
    groups = [[part.strip() for part in re.split(r"\sor\s", group)] for group in re.split(r"\sand\s", joined)]
    if len(groups) == 1:
        return "list them\nany of\n" + "\n".join(f"  - {part}" for part in groups[0])
    lines = ["list them" if all(len(group) == 1 for group in groups) else "list them, as one or the other is meant"]
    lines.append("all of")
    for group in groups:
        if len(group) == 1:
            lines.append(f"  - {group[0]}")
        else:
            lines += ["  - any of", *(f"    - {part}" for part in group)]
    return "\n".join(lines)


_TOKEN_WORDS = {
    "NAME": "a name",
    "STATE": "a state's code",
    "DATE": "a date",
    "WORD": "a word",
    "TEXT": "text",
    "_NL": "the end of the line",
    "$END": "the end of the clause",
    "_INDENT": "an indented list",
    "_DEDENT": "the end of the list",
    "MINUS": "`-`",
    "COMMA": "`,`",
    "DOT": "`.`",
    "STATE_TYPE": "`state`",
}


def _unexpected(block: Block, line: int, text: str, error: UnexpectedInput) -> Trouble:
    rows = text.rstrip("\n").split("\n")
    row = max(1, getattr(error, "line", 1) or 1)
    column = max(1, getattr(error, "column", 1) or 1)
    if row > len(rows):
        row, column = len(rows), len(rows[-1]) + 1
    expected: set[str] = set()
    if isinstance(error, UnexpectedToken):
        expected = set(error.accepts or error.expected)
    elif isinstance(error, UnexpectedCharacters):
        expected = set(error.allowed or ())
    words = sorted({_TOKEN_WORDS.get(name, f"`{name.lower().replace('_', '-')}`") for name in expected})
    while column > 1 and re.match(r"[\w-]", rows[row - 1][column - 2 :]) and len(rows[row - 1]) >= column:
        column -= 1
    word = re.match(r"\S+", rows[row - 1][column - 1 :])
    seen = word[0] if word else ""
    headline = f"`{seen[:40]}` is not expected here" if seen else "the clause ends too early"
    return Trouble(
        "SK110",
        headline,
        (block.place(line + row - 1, column, max(1, len(seen))),),
        why="the clause cannot be read past this point",
        help=_hint(seen, expected, rows[row:]) or f"what can stand here: {', '.join(words[:12])}",
    )


def _hint(seen: str, expected: set[str], below: list[str]) -> str:
    """A mend for the slips that are made most often; empty where none of them is seen."""
    if not seen and "ALL" in expected and below and below[0].lstrip().startswith("-"):
        return "say how the list counts: `all of`, `any of` or `none of`"
    if "DATE" in expected and re.match(r"\d", seen):
        return "write days as 2014-04-01"
    if re.fullmatch(r"[a-z0-9-]*_[a-z0-9_-]*,?", seen):
        return f"words of a name are joined by hyphens: `{seen.rstrip(',').replace('_', '-')}`"
    if "NAME" in expected and re.match(r"[A-Z]", seen):
        return "names are in lower case, and states are written by their codes of three capitals, such as JPN"
    return ""


def _read(tree: Tree[Any], block: Block, line: int) -> Clause:
    """The clause that a parse tree holds."""

    def place(token: Token | None, remark: str = "") -> Place:
        if token is None:
            return block.place(line)
        row = line + (token.line or 1) - 1
        return block.place(row, token.column or 0, len(token), remark)

    def leaf(node: Tree[Any]) -> Leaf:
        tokens: list[Token] = list(node.scan_values(lambda t: isinstance(t, Token)))
        first, last = tokens[0], tokens[-1]
        spot = place(first)
        if last.line == first.line and last.end_column is not None and first.column is not None:
            spot = replace(spot, width=last.end_column - first.column)
        plain = [str(t) for t in node.children if isinstance(t, Token) and t.type == "NAME"]
        negated = any(isinstance(t, Token) and t.type == "NOT" for t in node.children)
        if node.data in ("judges", "judges_not"):
            return Leaf("judges", plain[0], "", node.data == "judges_not", False, "", (plain[1],), "", spot)
        if node.data == "reads":
            return Leaf("reads", plain[0], "", negated, False, "", (plain[1],), "", spot)
        subject = next(_subtrees(node, "subject"))
        names = [str(t) for t in subject.children]
        article = next((str(t.children[0]) for t in _subtrees(node, "article")), "")
        values = tuple(str(t.children[0]) for t in _subtrees(node, "value"))
        return Leaf(
            "is",
            names[0],
            names[1] if len(names) > 1 else "",
            negated,
            node.data == "is_one_of",
            article,
            values,
            plain[0] if plain else "",
            spot,
        )

    def condition(node: Tree[Any]) -> Condition:
        if node.data in ("condition", "item"):
            return condition(next(c for c in node.children if isinstance(c, Tree)))
        if node.data == "group":
            items = tuple(condition(child) for child in _subtrees(node, "item"))
            quantifier = next(_subtrees(node, "quantifier")).children[0]
            assert isinstance(quantifier, Token)
            return Group(str(quantifier), items, place(quantifier))
        return leaf(node)

    def citation(node: Tree[Any]) -> tuple[str, str, str, tuple[str, ...]]:
        plain = [str(t) for t in node.children if isinstance(t, Token)]
        mark = str(next(_subtrees(node, "mark")).children[0])
        return plain[0], plain[1], mark, tuple(plain[2:])

    def requirement(node: Tree[Any]) -> tuple[str, str, str]:
        plain = [str(t) for t in node.children]
        return plain[0], plain[1], plain[2] if len(plain) > 2 else ""

    node = tree.children[0]
    assert isinstance(node, Tree)
    kind = str(node.data)
    tokens = _tokens(node)
    value: Any
    match kind:
        case "permit" | "prohibit" | "presume" | "exempt":
            acts = next(_subtrees(node, "acts"))
            names = tuple(str(t) for t in acts.children)
            value = () if names == ("any",) else names
        case "require":
            value = requirement(next(_subtrees(node, "requirement")))
        case "subject_to":
            value = tuple(requirement(next(_subtrees(item, "requirement"))) for item in _subtrees(node, "subject_item"))
        case "exception_to" | "replaces" | "repeals" | "for_bases" | "affects":
            value = tuple((str(t), place(t)) for t in _tokens(next(_subtrees(node, "names"))))
        case "cite":
            value = citation(node)
        case "in_force":
            dates = [str(t) for t in tokens if t.type == "DATE"]
            start = "adoption" if any(t.type == "ADOPTION" for t in tokens) else dates.pop(0)
            value = (start, dates[0] if dates else None)
        case "never" | "always" | "only" | "exactly":
            value = tuple((str(t), place(t)) for t in _tokens(next(_subtrees(node, "outcomes"))))
        case "when" | "true_when" | "false_when" | "impossible":
            value = condition(next(_subtrees(node, "condition")))
        case "assumption":
            value = condition(next(c for c in node.children if isinstance(c, Tree)))
        case "type_is":
            value = (str(tokens[0]), tuple(str(t) for t in tokens[1:]))
        case "from_supplier":
            registry = next(_subtrees(node, "registry"), None)
            pair = tuple(str(t) for t in registry.children) if registry is not None else ()
            authority = next((str(t) for t in tokens if t.type == "NAME"), "")
            value = (str(tokens[0]), authority, pair)
        case "option":
            cites = tuple(citation(c) for c in _subtrees(node, "cite"))
            says = " ".join(str(next(iter(c.children))).strip() for c in _subtrees(node, "says"))
            value = (str(tokens[0]), cites, says)
        case "ask" | "because":
            value = str(tokens[0]).strip()
        case _:
            value = tuple(str(t) for t in tokens)
    return Clause(kind, value, block.place(line))


def _subtrees(node: Tree[Any], name: str) -> Iterator[Tree[Any]]:
    """The direct children that are trees of that name."""
    return (child for child in node.children if isinstance(child, Tree) and child.data == name)


def _tokens(node: Tree[Any]) -> list[Token]:
    """The direct children that are tokens."""
    return [child for child in node.children if isinstance(child, Token)]
