"""The fast reader and the full one give the same tree."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.facts.tree import Items, Node, Text, TreeError, _NotPlainError, _Plain, read_any, read_tree

from .conftest import ROOT


def bare(node: Node) -> object:
    """Without places."""
    if isinstance(node, Text):
        return None if node.null else node.value
    if isinstance(node, Items):
        return [bare(item) for item in node.items]
    return {key.value: bare(value) for key, value in node.pairs}


def spots(node: Node) -> list[tuple[str, int, int]]:
    if isinstance(node, Text):
        return [] if node.null else [(node.value, node.line, node.column)]
    if isinstance(node, Items):
        return [spot for item in node.items for spot in spots(item)]
    return [spot for key, value in node.pairs for spot in (*spots(key), *spots(value))]


@pytest.mark.parametrize("path", sorted((ROOT / "facts").glob("*.yaml")), ids=lambda p: p.name)
def test_real_files(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    plain, full = _Plain(text).read(), read_any(text)
    assert bare(plain) == bare(full)
    assert spots(plain) == spots(full)


TEXTS = [
    "a: 1\nb:\n  c: [x, 'y z', \"q\"]\n  d: {e: f, g: [h]}\n",
    "a:\n  - b\n  - c: d\n    e: f\n  -\n    g: h\n",
    "a:\n- b\n- c\n",
    "a: # remark\n  b: c # remark\n",
    "a: >\n  folded\n  text\nb: |\n  kept\n",
    "a: plain\n  goes on\n",
    "a: [x,\n  y]\n",
    'a: "esc\\"aped"\n',
    "a: 'it''s'\n",
    "---\na: b\n",
    "a: no\nb: 2020-01-01\nNO: on\nc: ~\nd: null\ne:\n",
    "",
    "# nothing\n",
    "- - a\n  - b\n- c\n",
    "a: -1\nb: x:y\nc: http://x.y/z?q=1&r=2#s\n",
    "a: {b: c:d, e: -1}\n",
    "? a\n: b\n",
    "a: {}\nb: []\nc: { x: y }\nd: [ z ]\n",
    "a: [x, y,]\nb: {x: y,}\n",
    "a: x # y\nb: 'x # y'\n",
    "'k e y': v\n\"k2\": v\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_same_tree(text: str) -> None:
    full = read_any(text)
    assert bare(read_tree(text)) == bare(full)
    try:
        plain = _Plain(text).read()
    except _NotPlainError:
        return
    assert bare(plain) == bare(full)


@pytest.mark.parametrize(
    ("text", "line", "column", "twice"),
    [
        ("a: 1\na: 2\n", 2, 1, True),
        ("a: {b: 1, b: 2}\n", 1, 11, True),
        ("a: |\n  x\na: 2\n", 3, 1, True),
        ("a: [b\n", 2, 1, False),
        ("a: *b\n", 1, 4, False),
    ],
)
def test_errors(text: str, line: int, column: int, twice: bool) -> None:
    with pytest.raises(TreeError) as caught:
        read_tree(text)
    assert (caught.value.line, caught.value.column, caught.value.twice) == (line, column, twice)


LETTERS = st.text(alphabet="ab :#-,[]{}'\"\n ?&*!|>%@`~é1", max_size=40)


@settings(max_examples=300, deadline=None)
@given(LETTERS)
def test_what_the_fast_reader_takes_the_full_one_reads_alike(text: str) -> None:
    try:
        plain = _Plain(text).read()
    except (_NotPlainError, TreeError):
        return
    assert bare(plain) == bare(read_any(text))
