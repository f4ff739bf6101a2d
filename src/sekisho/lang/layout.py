"""Write a rulebook page in its one form: the order of clauses, indentation, commas, blank lines.

Only blocks are written anew, and only blocks that can be read; of the prose nothing changes but
blanks at the ends of lines. What a page means never changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sekisho.base import Trouble
from sekisho.lang.book import Block, page_lines, split_page
from sekisho.lang.parse import parse_block
from sekisho.lang.syntax import Clause, Condition, Leaf, Parsed

ORDER: dict[str, tuple[str, ...]] = {
    "rule": (
        "permit", "prohibit", "presume", "exempt", "require", "lift", "claim",
        "exception_to", "replaces", "repeals", "for_bases", "cite", "in_force", "when", "subject_to",
    ),
    "term": (
        "applies_to", "type_is", "stated_only", "from_supplier", "ask", "changed_by", "cite", "true_when", "false_when",
    ),
    "scope": ("cite", "in_force", "when"),
    "reading": ("option", "default_is", "ask"),
    "unmodelled": ("affects", "cite", "in_force", "because", "when"),
    "assume": ("assumption", "cite", "in_force", "when"),
    "property": (
        "law_of", "never", "always", "only", "exactly", "opened", "closed", "holds", "cite", "when",
    ),
    "constraint": ("impossible", "cite", "because"),
}  # fmt: skip
"""For each kind of block, the kinds of its clauses in the order in which they are written."""


def format_page(text: str, file: str) -> tuple[str, tuple[Trouble, ...]]:
    """The page in its one form, and the troubles of the blocks that were left as they are.

    Formatting twice gives the same as formatting once, and a formatted page means what the page
    meant before.

    Holds:
        test_formatting_is_idempotent_and_never_changes_meaning

    Example:
        >>> page = '''```rule calm
        ... when item is  not a weapon
        ... cite act s.1 official from A,B
        ... in force from 2020-01-01
        ... permit export,loan
        ... ```
        ... '''
        >>> print(format_page(page, "page.md")[0], end="")
        ```rule calm
        permit export, loan
        cite act s.1 official from A, B
        in force from 2020-01-01
        when item is not a weapon
        ```
    """
    page, found = split_page(text, file)
    troubles = [trouble for trouble in found if not trouble.warning]
    lines = [line.rstrip(" \t") for line in page_lines(text)]
    written: list[str] = []
    at = 0
    for block in page.blocks:
        new = _formatted(block, troubles)
        if new is None:
            continue
        start = block.line - 2
        written.extend(lines[at:start])
        while written and not written[-1]:
            written.pop()
        if written:
            written.append("")
        written.extend(new)
        at = block.end
    written.extend(lines[at:])
    while written and not written[-1]:
        written.pop()
    end = "\r\n" if "\r\n" in text.split("\n", 1)[0] + "\n" else "\n"
    return "".join(line + end for line in written), tuple(troubles)


def _formatted(block: Block, troubles: list[Trouble]) -> list[str] | None:
    """The lines of a block with its fences; None where it has to be left alone."""
    parsed, found = parse_block(block)
    if found:
        troubles.extend(found)
        return None
    closed = block.raw and len(block.raw) > len(block.lines)
    fence = block.raw[-1].strip() if closed else ""
    if block.nested or set(fence) not in ({"`"}, {"~"}):
        return None
    lines = block_lines(parsed)
    again, found = parse_block(Block(block.kind, block.name, tuple(lines), block.line, block.file, "", "", ""))
    if found or _meaning(again) != _meaning(parsed):  # pragma: no cover - a slip of ours must not cost a rule
        return None
    return [f"{fence}{block.kind} {block.name}".rstrip(), *lines, fence]


def block_lines(parsed: Parsed) -> list[str]:
    """The clauses of a block that could be read whole, in their order."""
    order = {kind: position for position, kind in enumerate(ORDER[parsed.block.kind])}
    clauses = sorted(parsed.clauses, key=lambda clause: order.get(clause.kind, len(order)))
    return [line for clause in clauses for line in _clause(clause)]


def _meaning(parsed: Parsed) -> object:
    """What a block says, places left out; clauses of one kind keep their order, kinds have none."""
    order = sorted({clause.kind for clause in parsed.clauses})
    return [(kind, [_clause(clause) for clause in parsed.all(kind)]) for kind in order]


def _clause(clause: Clause) -> list[str]:
    value = clause.value
    head = _HEADS.get(clause.kind)
    if head is not None:
        return [head(value)]
    if clause.kind in _CONDITIONS:
        word = _CONDITIONS[clause.kind]
        return _condition(value, f"{word} ", 0)
    if clause.kind == "subject_to":
        return ["subject to", *(f"  - {_requirement(each)}" for each in value)]
    name, cites, says = value  # an option of a reading
    lines = [f"option {name}", *(f"  {_cite(cite)}" for cite in cites)]
    return [*lines, f"  says {says}"] if says else lines


def _condition(condition: Condition, before: str, depth: int) -> list[str]:
    if isinstance(condition, Leaf):
        return [before + condition.text()]
    indent = "  " * (depth + 1)
    lines = [f"{before}{condition.quantifier} of"]
    for item in condition.items:
        lines.extend(_condition(item, f"{indent}- ", depth + 1))
    return lines


def _acts(word: str) -> Callable[[Any], str]:
    return lambda value: f"{word} {', '.join(value) if value else 'any transfer'}"


def _names(word: str) -> Callable[[Any], str]:
    return lambda value: f"{word} {', '.join(name for name, _ in value)}"


def _requirement(value: tuple[str, str, str]) -> str:
    kind, name, authority = value
    return f"{kind} {name}" + (f" by {authority}" if authority else "")


def _cite(value: tuple[str, str, str, tuple[str, ...]]) -> str:
    text, locator, mark, sources = value
    return f"cite {text} {locator} {mark}" + (f" from {', '.join(sources)}" if sources else "")


def _type(value: tuple[str, tuple[str, ...]]) -> str:
    kind, values = value
    return f"type {kind} {', '.join(values)}".rstrip()


def _supplier(value: tuple[str, str, tuple[str, ...]]) -> str:
    supplier, authority, registry = value
    name = ".".join(registry)
    if supplier == "judgement":
        return f"from judgement {authority}" + (f" registry {name}" if name else "")
    return f"from registry {name}" if supplier == "registry" else f"from {supplier}"


def _days(word: str) -> Callable[[Any], str]:
    return lambda value: f"{word} from {value[0]}" + (f" to {value[1]}" if len(value) > 1 and value[1] else "")


_CONDITIONS = {"when": "when", "true_when": "true when", "false_when": "false when", "impossible": "impossible when"}
_HEADS: dict[str, Callable[[Any], str]] = {
    "permit": _acts("permit"),
    "prohibit": _acts("prohibit"),
    "presume": _acts("presume-denial"),
    "exempt": _acts("exempt"),
    "require": lambda value: f"require {_requirement(value)}",
    "lift": lambda value: "lift",
    "claim": lambda value: "claim consent",
    "exception_to": _names("exception to"),
    "replaces": _names("replaces"),
    "repeals": _names("repeals"),
    "for_bases": _names("for"),
    "affects": _names("affects"),
    "cite": _cite,
    "in_force": _days("in force"),
    "holds": _days("holds"),
    "because": lambda value: f"because {value}",
    "ask": lambda value: f"ask {value}",
    "assumption": lambda value: value.text(),
    "applies_to": lambda value: f"applies to {' of '.join(value)}",
    "type_is": _type,
    "stated_only": lambda value: f"stated only {', '.join(name for name in value if name != 'only')}",
    "from_supplier": _supplier,
    "changed_by": lambda value: f"changed by {value[0]}",
    "default_is": lambda value: f"default {value[0]}",
    "never": _names("never"),
    "always": _names("always"),
    "only": _names("only"),
    "exactly": _names("exactly"),
    "opened": lambda value: f"opened {value[0]} on {value[1]}",
    "closed": lambda value: f"closed {value[0]} on {value[1]}",
    "law_of": lambda value: f"law of {value[0]}",
}
