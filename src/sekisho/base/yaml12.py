"""YAML read as version 1.2, with the place of every value.

PyYAML's C parser builds the tree; scalars are then resolved by the core schema of YAML 1.2, so that
`NO` is Norway's code and `on` a word, and neither becomes a truth value. Duplicate keys, aliases
that would blow up and documents that nest without end are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sekisho.base.trouble import Place, Trouble

Scalar = str | int | float | bool | None

_MAX_NODES = 2_000_000
_MAX_DEPTH = 60
_MEND = "indent with spaces, and put values that hold `: ` or begin with a sign in quotes"
_YAML = "tag:yaml.org,2002:"
_TAGS = tuple(f"{_YAML}{name}" for name in ("str", "seq", "map"))
_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "True", "TRUE"}
_FALSE = {"false", "False", "FALSE"}
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Located:
    """A value with the place where it stands: a scalar, a list, or a mapping by key.

    `keys` holds, for a mapping, the line and column of each key.
    """

    value: Scalar | list[Located] | dict[str, Located]
    line: int
    column: int
    keys: dict[str, tuple[int, int]] | None = None

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: each.plain() for key, each in self.value.items()}
        if isinstance(self.value, list):
            return [each.plain() for each in self.value]
        return self.value


def read_yaml(text: str, file: str) -> tuple[Located | None, tuple[Trouble, ...]]:
    """The document in `text`, or the trouble that kept it from being read.

    Returns:
        The located tree, or None for an empty or unreadable document; and the troubles found.
    """
    import yaml

    loader_class = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    lines = text.splitlines()

    def place(line: int, column: int) -> Place:
        return Place(file, line, column, 1, text=lines[line - 1][:200] if 0 < line <= len(lines) else "")

    def broken(said: str, line: int, column: int, help_: str = _MEND) -> tuple[None, tuple[Trouble, ...]]:
        return None, (Trouble("SK301", f"no valid YAML: {said}", (place(line, column),), help=help_),)

    try:
        loader = loader_class(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(str(error.problem or error.context or "it cannot be read").split())
        if "another document" in said:
            help_ = "keep one document in a file: write several entries as a list"
            return broken("a second document begins", mark.line + 1, 1, help_) if mark else broken(said, 1, 0)
        help_ = _MEND
        if "flow" in str(error.context):
            help_ = "close the list with `]`, or the mapping with `}`"
        elif "quoted scalar" in str(error.context):
            help_ = "close the quote"
        return broken(said, mark.line + 1 if mark else 1, mark.column + 1 if mark else 0, help_)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return broken(str(error).split("\n")[0] or "it cannot be read", 1, 0)
    if node is None:
        return None, ()
    troubles: list[Trouble] = []
    count = 0

    def build(node: Any, depth: int) -> Located:
        nonlocal count
        count += 1
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        if count > _MAX_NODES or depth > _MAX_DEPTH:
            if not troubles or troubles[-1].code != "SK302":
                troubles.append(
                    Trouble(
                        "SK302",
                        "the document is too large or nests too deeply",
                        (place(line, column),),
                        help="split it into several files",
                    )
                )
            return Located(None, line, column)
        if not str(node.tag).startswith(_TAGS):
            said = f"the tag `{str(node.tag).replace(_YAML, '!!')[:60]}` is not taken"
            why = "tags turn text into other things, and here it stays what it is"
            troubles.append(Trouble("SK301", said, (place(line, column),), why=why, help="remove the tag"))
            return Located(None, line, column)
        if isinstance(node, yaml.ScalarNode):
            return Located(_scalar(node.value, quoted=bool(node.style)), line, column)
        if isinstance(node, yaml.SequenceNode):
            return Located([build(each, depth + 1) for each in node.value], line, column)
        found: dict[str, Located] = {}
        keys: dict[str, tuple[int, int]] = {}
        for key_node, value_node in node.value:
            key_line, key_column = key_node.start_mark.line + 1, key_node.start_mark.column + 1
            if not isinstance(key_node, yaml.ScalarNode):
                troubles.append(
                    Trouble(
                        "SK303", "a key is no plain word", (place(key_line, key_column),), help="write `key: value`"
                    )
                )
                continue
            key = str(key_node.value)
            if key in found:
                troubles.append(
                    Trouble(
                        "SK303",
                        f"the key `{key}` stands twice",
                        (place(key_line, key_column), place(*keys[key])),
                        why="one of the two values would be lost",
                        help="keep one of the two lines",
                    )
                )
                continue
            found[key] = build(value_node, depth + 1)
            keys[key] = (key_line, key_column)
        return Located(found, line, column, keys)

    try:
        tree = build(node, 0)
    except RecursionError:
        return broken("it nests too deeply", 1, 0)
    return tree, tuple(troubles)


def _scalar(text: str, *, quoted: bool) -> Scalar:
    if quoted:
        return text
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
