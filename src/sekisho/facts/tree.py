"""YAML 1.2 as a tree of texts with their places.

Nothing is guessed: `no`, `on` and `2023-12-22` stay texts, and who reads the tree says what they
mean. Files in the plain style of `facts/` (mappings and lists by indent, `[…]` and `{…}` on one line,
no anchors, no folded text) are read by `_Plain`, some thirty times faster than the full reader;
anything else goes to ruamel.yaml. Both give the same tree.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar. `plain` tells an unquoted one: only that can mean null or a truth value."""

    value: str
    line: int
    column: int
    plain: bool = True

    @property
    def null(self) -> bool:
        """Whether it stands for nothing."""
        return self.plain and self.value in ("", "~", "null")


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping, in the order of the file; no key stands twice."""

    pairs: tuple[tuple[Text, Node], ...]
    line: int
    column: int


Node = Text | Items | Fields


class TreeError(ValueError):
    """The text is not YAML, or a key stands twice. `line` and `column` count from 1."""

    def __init__(self, message: str, line: int, column: int, *, twice: bool = False) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.twice = twice


def read_tree(text: str) -> Node:
    """The tree of one YAML document.

    Raises:
        TreeError: Not YAML, nested too deeply, more than one document, an anchor or a tag, or a key that stands twice.
    """
    try:
        try:
            return _Plain(text).read()
        except _NotPlainError:
            return read_any(text)
    except RecursionError:
        raise TreeError("it nests too deeply", 1, 1) from None


class _NotPlainError(Exception):
    """The text uses more of YAML than the plain style."""


_KEY = re.compile(r"""(?:"([^"\\]*)"|'([^']*)'|([^\s:#,\[\]{}&*!|>'"%@`?\-][^:#]*)):(?:[ ]+|$)""")
_QUOTED = re.compile(r'"([^"\\]*)"|\'([^\']*)\'')
_FLOW_PLAIN = re.compile(r"[^\s,\[\]{}&*!|>'\"%@`#?:\-][^,\[\]{}]*|-?[0-9][^,\[\]{}]*")
_FLOW_KEY = re.compile(r"""(?:"([^"\\]*)"|'([^']*)'|([^\s,\[\]{}&*!|>'"%@`#?:\-][^,\[\]{}:]*)):[ ]+""")
_BAD_START = "-?:,[]{}#&*!|>'\"%@`"


class _Plain:
    """Reads the plain style, line by line."""

    def __init__(self, text: str) -> None:
        if "\t" in text or "\r" in text or "\ufeff" in text:
            raise _NotPlainError
        self.lines: list[tuple[int, int, str]] = []
        for number, raw in enumerate(text.split("\n"), 1):
            body = raw.strip(" ")
            if not body or body[0] == "#":
                continue
            if body in ("---", "...") or body[0] == "%":
                raise _NotPlainError
            self.lines.append((number, len(raw) - len(raw.lstrip(" ")), body))
        self.at = 0

    def read(self) -> Node:
        if not self.lines:
            return Text("", 1, 1)
        node = self.block(self.lines[0][1])
        if self.at < len(self.lines):
            raise _NotPlainError
        return node

    def block(self, indent: int) -> Node:
        number, _, body = self.lines[self.at]
        if body == "-" or body.startswith("- "):
            return self.list_block(indent, number)
        return self.map_block(indent, number)

    def list_block(self, indent: int, start: int) -> Items:
        items: list[Node] = []
        while self.at < len(self.lines):
            number, depth, body = self.lines[self.at]
            if depth != indent or not (body == "-" or body.startswith("- ")):
                if depth >= indent:
                    raise _NotPlainError
                break
            rest = body[1:].lstrip(" ")
            column = depth + 1 + len(body) - len(rest)
            if not rest:
                self.at += 1
                items.append(self.nested(indent, number, column))
            elif (rest.startswith("- ") or rest == "-") or (rest[0] not in "[{" and _KEY.match(rest)):
                self.lines[self.at] = (number, column - 1, rest)
                items.append(self.block(column - 1))
            else:
                self.at += 1
                items.append(self.value(rest, number, column))
        return Items(tuple(items), start, indent + 1)

    def map_block(self, indent: int, start: int) -> Fields:
        pairs: list[tuple[Text, Node]] = []
        seen: set[str] = set()
        while self.at < len(self.lines):
            number, depth, body = self.lines[self.at]
            if depth < indent:
                break
            match = _KEY.match(body)
            if depth > indent or match is None:
                raise _NotPlainError
            double, single, plain = match.groups()
            name = plain.rstrip(" ") if plain is not None else double if double is not None else single
            key = Text(name, number, depth + 1, plain is not None)
            if name in seen:
                raise TreeError(f"`{name}` stands twice", number, depth + 1, twice=True)
            seen.add(name)
            rest = body[match.end() :]
            self.at += 1
            column = depth + 1 + match.end()
            node = self.value(rest, number, column) if rest else self.nested(indent, number, column, in_map=True)
            pairs.append((key, node))
        return Fields(tuple(pairs), start, indent + 1)

    def nested(self, indent: int, number: int, column: int, *, in_map: bool = False) -> Node:
        if self.at < len(self.lines):
            _, depth, body = self.lines[self.at]
            if depth > indent or (in_map and depth == indent and (body == "-" or body.startswith("- "))):
                if depth == indent:
                    raise _NotPlainError
                return self.block(depth)
        return Text("", number, column)

    def value(self, rest: str, number: int, column: int) -> Node:
        first = rest[0]
        if first in "[{":
            node, end = self.flow(rest, 0, number, column)
            if end != len(rest):
                raise _NotPlainError
            return node
        if first in "\"'":
            match = _QUOTED.fullmatch(rest)
            if match is None:
                raise _NotPlainError
            return Text(match[1] if match[1] is not None else match[2], number, column, False)
        if first in _BAD_START and not (first == "-" and len(rest) > 1 and rest[1] not in " -"):
            raise _NotPlainError
        if ": " in rest or " #" in rest or rest.endswith(":"):
            raise _NotPlainError
        return Text(rest, number, column)

    def flow(self, text: str, at: int, number: int, column: int) -> tuple[Node, int]:
        start = at
        opener = text[at]
        at = self.skip(text, at + 1)
        if opener == "[":
            items: list[Node] = []
            while text[at] != "]":
                node, at = self.flow_value(text, at, number, column)
                items.append(node)
                at = self.comma(text, at, "]")
            return Items(tuple(items), number, column + start), at + 1
        pairs: list[tuple[Text, Node]] = []
        seen: set[str] = set()
        while text[at] != "}":
            match = _FLOW_KEY.match(text, at)
            if match is None:
                raise _NotPlainError
            double, single, plain = match.groups()
            name = plain.rstrip(" ") if plain is not None else double if double is not None else single
            if name in seen:
                raise TreeError(f"`{name}` stands twice", number, column + at, twice=True)
            seen.add(name)
            key = Text(name, number, column + at, plain is not None)
            node, at = self.flow_value(text, match.end(), number, column)
            pairs.append((key, node))
            at = self.comma(text, at, "}")
        return Fields(tuple(pairs), number, column + start), at + 1

    def flow_value(self, text: str, at: int, number: int, column: int) -> tuple[Node, int]:
        if at >= len(text):
            raise _NotPlainError
        if text[at] in "[{":
            return self.flow(text, at, number, column)
        quoted = _QUOTED.match(text, at)
        if quoted is not None:
            value = quoted[1] if quoted[1] is not None else quoted[2]
            return Text(value, number, column + at, False), quoted.end()
        match = _FLOW_PLAIN.match(text, at)
        if match is None:
            raise _NotPlainError
        value = match[0].rstrip(" ")
        if ": " in value or " #" in value or value.endswith(":"):
            raise _NotPlainError
        return Text(value, number, column + at), match.end()

    def comma(self, text: str, at: int, closer: str) -> int:
        at = self.skip(text, at)
        if text[at] == ",":
            return self.skip(text, at + 1)
        if text[at] != closer:
            raise _NotPlainError
        return at

    @staticmethod
    def skip(text: str, at: int) -> int:
        while at < len(text) and text[at] == " ":
            at += 1
        if at >= len(text):
            raise _NotPlainError
        return at


_MAX_DEPTH = 200
"""So many brackets may be open at once; the full reader slows down with every one more."""


def read_any(text: str) -> Node:
    """The tree of one YAML document, read by ruamel.yaml: the whole of YAML 1.2, and slow.

    Raises:
        TreeError: As `read_tree`.
    """
    depth = 0
    for number, line in enumerate(text.split("\n"), 1):
        for column, sign in enumerate(line, 1):
            depth += (sign in "[{") - (sign in "]}")
            if depth > _MAX_DEPTH:
                raise TreeError("it nests too deeply", number, column)
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

    def convert(node: object) -> Node:
        assert isinstance(node, (ScalarNode, SequenceNode, MappingNode))
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        if isinstance(node, ScalarNode):
            return Text(node.value, line, column, node.style in (None, ""))
        if isinstance(node, SequenceNode):
            return Items(tuple(convert(item) for item in node.value), line, column)
        pairs: list[tuple[Text, Node]] = []
        seen: set[str] = set()
        for key_node, value_node in node.value:
            key = convert(key_node)
            if not isinstance(key, Text):
                raise TreeError("a key must be a word", key.line, key.column)
            if key.value in seen:
                raise TreeError(f"`{key.value}` stands twice", key.line, key.column, twice=True)
            seen.add(key.value)
            pairs.append((key, convert(value_node)))
        return Fields(tuple(pairs), line, column)

    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    try:
        root = reader.compose(io.StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise TreeError(error.problem or "not YAML", *at) from error
    except YAMLError as error:
        raise TreeError(str(error).split("\n")[0], 1, 1) from error
    return Text("", 1, 1) if root is None else convert(root)
