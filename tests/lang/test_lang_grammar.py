"""The grammar is unambiguous, and no input makes the reader fail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import HERE, read_text

from sekisho.base import Trouble
from sekisho.lang import Source, format_page, read_files, read_library
from sekisho.lang.book import BLOCKS
from sekisho.lang.layout import ORDER
from sekisho.lang.letters import odd_character
from sekisho.lang.parse import FIRST_WORDS, STARTS, grammar_text, parser
from sekisho.store import data_folder, read_all

FRONT = (HERE / "bad" / "sk216-unused.md").read_text(encoding="utf-8").split("## Section 2")[0]


def test_the_grammar_is_unambiguous() -> None:
    pytest.importorskip("interegular")
    assert parser(strict=True).terminals


def test_every_kind_of_block_has_a_grammar_first_words_and_an_order() -> None:
    assert set(BLOCKS) == set(STARTS) == set(FIRST_WORDS) == set(ORDER)


def test_every_clause_of_the_grammar_has_its_place_in_the_order() -> None:
    text = re.sub(r"//[^\n]*", "", grammar_text())
    for kind in BLOCKS:
        found = re.search(rf"^{kind}_clause:(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
        assert found
        assert set(re.findall(r"[a-z][a-z_]*", found[1])) == set(ORDER[kind]), kind


def test_a_text_declared_twice_differently_is_refused() -> None:
    other = "---\ntexts:\n  act: {title: Another act}\n---\n"
    sources = [Source("one.md", FRONT), Source("two.md", other)]
    _, troubles = read_library(sources, states=["JPN"], known_sources=["S1"])
    (trouble,) = [trouble for trouble in troubles if trouble.code == "SK205"]
    assert [place.show() for place in trouble.places] == ["two.md:3", "one.md:8"]


def test_a_file_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    sources, troubles = read_files([tmp_path / "missing.md"])
    assert not sources
    assert [trouble.code for trouble in troubles] == ["SK109"]
    large = tmp_path / "large.md"
    large.write_bytes(b"x" * 5_000_001)
    assert "larger than 5 MB" in read_files([large])[1][0].headline


def test_an_endless_clause_is_refused() -> None:
    _, troubles = read_text(f"{FRONT}```rule long\npermit export\ncite act {'x' * 20_001} official\n```\n")
    assert "SK105" in {trouble.code for trouble in troubles}


PIECES = st.sampled_from(
    [
        *sorted({word for words in FIRST_WORDS.values() for word in words}),
        *BLOCKS,
        "```", "~~~", "```rule a", "```term b", "```reading c", "---", "\n", "\n", "\n", "  ", "- ", "\t", ",", ".", "is",
        "of", "all of", "any of", "not", "one of", "USA", "item", "recipient", "weapon", "a", "the", "official", "from",
        "2020-01-01", "act", "s.1", "# Heading", "> ", "option one", "says", "judges", "reading", "instrument: x",
        "texts:", "{", "}", "[", ":", "&a", "*a", "\x00", "\ufeff", "\u2028", "\x0b", "é", "а", "\ud800",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=60).map(" ".join) | st.text(max_size=200))
def test_any_page_gives_a_library_or_located_troubles(text: str) -> None:
    for page in (text, FRONT + text, f"{FRONT}```rule a\n{text}\n```\n", f"---\n{text}\n---\n"):
        library, troubles = read_text(page)
        assert library is not None
        assert all(isinstance(trouble, Trouble) and trouble.places for trouble in troubles)
        once, _ = format_page(page, "page.md")
        assert format_page(once, "page.md")[0] == once


@given(st.text(min_size=1, max_size=40))
def test_free_words_may_be_in_any_script(text: str) -> None:
    odd = odd_character(text, words=True)
    assert odd is None or 0 <= odd.at < len(text)
    if text.isascii() and text.isprintable():
        assert odd is None


@pytest.mark.parametrize("text", ["Артикул 5", "第48条第1項", "art.6(3)", "s. 4 – 6", "l’article"])
def test_locators_and_questions_in_other_scripts_are_fine(text: str) -> None:
    assert odd_character(text, words=True) is None


def test_a_term_that_asks_a_registry_for_what_it_lacks_is_refused(tmp_path: Path) -> None:
    term = "```term odd\napplies to recipient\ntype truth\nfrom registry agreements.agreemnt\nask Is it?\n```\n"
    (tmp_path / "words.md").write_text(term, encoding="utf-8")
    troubles = [t for t in read_all([tmp_path], data_folder("facts")).troubles if t.code == "SK217"]
    assert [trouble.headline for trouble in troubles] == ["no registry answers `agreements.agreemnt`"]
    assert "agreements." in troubles[0].help
