"""Formatting is idempotent, never changes meaning, and leaves prose and broken blocks alone."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import HERE, read_text

from sekisho.facts import load
from sekisho.ir import Library, library_digest
from sekisho.lang import Source, format_page, read_files, read_library, rulebook_files, split_page
from sekisho.store import data_folder

LAW = data_folder("law")
FRONT = (HERE / "bad" / "sk216-unused.md").read_text(encoding="utf-8").split("## Section 2")[0]


def disturbed(text: str, choose: random.Random) -> str:
    """The page with the clauses of its blocks in another order, and other blanks."""
    page, _ = split_page(text, "page.md")
    lines = text.splitlines()
    for block in reversed(page.blocks):
        clauses: list[list[str]] = []
        for line in block.lines:
            if line.startswith(" "):
                clauses[-1].append(line)
            elif line:
                clauses.append([line])
        heads = [clause[0].split()[0] for clause in clauses]
        order = sorted(range(len(clauses)), key=lambda _: choose.random())
        # Clauses of one kind keep their order: the order of citations is part of the meaning.
        by_head = {head: iter([c for c, h in zip(clauses, heads, strict=True) if h == head]) for head in heads}
        shuffled = [next(by_head[heads[i]]) for i in order]
        width = choose.choice([1, 2, 4])
        new = []
        for clause in shuffled:
            for line in clause:
                free = line.lstrip().startswith(("ask ", "because ", "says "))
                depth = (len(line) - len(line.lstrip())) // 2
                said = line.lstrip()
                if not free:
                    said = said.replace(", ", choose.choice([",", ", ", " ,  "])).replace(
                        " is ", choose.choice([" is ", "  is   "])
                    )
                new.append(" " * (width * depth) + said + choose.choice(["", " ", "\t"]))
            if choose.random() < 0.2:
                new.append(choose.choice(["", "  "]))
        lines[block.line - 1 : block.end - 1] = new
    return "\n".join(lines) + choose.choice(["", "\n", "\n\n"])


@pytest.fixture(scope="module")
def law() -> tuple[tuple[Source, ...], list[str], str]:
    """The real rulebooks, the codes of states, and the hash of their meaning."""
    sources, _ = read_files([LAW])
    states = list(load(data_folder("facts"))[0].names.records["states"])
    return sources, states, library_digest(read_library(sources, states=states)[0])


def test_our_own_law_is_formatted() -> None:
    for path in [*rulebook_files(LAW), *(LAW / "_template").rglob("XTA/*.md"), *(HERE / "good").glob("*.md")]:
        text = path.read_bytes().decode("utf-8")
        assert format_page(text, path.name) == (text, ()), path


def test_formatting_never_changes_meaning_of_the_law(law: tuple[tuple[Source, ...], list[str], str]) -> None:
    sources, states, digest = law
    for seed in (1, 2):
        choose = random.Random(seed)
        changed = [Source(source.file, disturbed(source.text, choose)) for source in sources]
        library, troubles = read_library(changed, states=states)
        assert not [trouble for trouble in troubles if not trouble.warning], troubles[0].show()
        assert library_digest(library) == digest
        formatted = [Source(source.file, format_page(source.text, source.file)[0]) for source in changed]
        assert [source.text for source in formatted] == [source.text for source in sources]


STATEMENTS = st.sampled_from(
    [
        "item is a weapon", "item is not weapon", "recipient is the friend of this-state", "recipient is not USA",
        "exporter is one of JPN,KOR", "item.form is finished", "item.purpose is not one of rescue , transport",
        "council judges calm", "minister does not judge urgent", "supplier is this-state", "act is return",
        "case.act is one of loan, return", "reading width is wide", "reading width is not narrow",
    ]
)  # fmt: skip
READING = (
    "```reading width\noption wide\n  says wide\n  cite act s.9 official\noption narrow\n  cite act s.9 official from S1,S2\n"
    "  says narrow\nask Which?\ndefault wide\n```\n"
)


@st.composite
def conditions(draw: st.DrawFn, depth: int = 0) -> list[str]:
    """A condition as lines; the first has no indentation."""
    if depth == 3 or draw(st.booleans()):
        return [draw(STATEMENTS)]
    step = draw(st.integers(1, 4)) if depth == 0 else 2
    lines = [draw(st.sampled_from(["all of", "any of", "none of"]))]
    for part in draw(st.lists(conditions(depth + 1), min_size=1, max_size=3)):
        lines.append(" " * step + "- " + part[0])
        lines.extend(" " * step + line for line in part[1:])
    return lines


@st.composite
def rules(draw: st.DrawFn) -> list[str]:
    """The clauses of a rule in any order, each a few lines."""
    effect = draw(st.sampled_from(["permit any  transfer", "permit export ,loan", "prohibit export", "presume-denial loan",
                                   "exempt technology", "require notice told by minister", "claim consent"]))  # fmt: skip
    clauses = [
        effect,
        *draw(
            st.lists(
                st.sampled_from(["cite act s.2 official", "cite act  s.3 reported from S2 , S1"]),
                min_size=1,
                max_size=3,
            )
        ),
    ]
    clauses.append(draw(st.sampled_from(["in force from 2001-01-01", "in force from 2001-01-01   to 2010-12-31"])))
    if draw(st.booleans()):
        first, *more = draw(conditions())
        clauses.append("\n".join([f"when {first}", *more]))
    if effect.startswith(("permit", "presume")) and draw(st.booleans()):
        clauses.append("subject to\n   - authorisation licence by minister\n   - assurance  end-use")
    if draw(st.booleans()):
        clauses.append("exception to everything-else")
    return draw(st.permutations(clauses))


def meaning(text: str) -> str:
    """The hash of what a page means; it has to be sound."""
    library, troubles = read_text(text)
    assert isinstance(library, Library)
    assert not [trouble for trouble in troubles if not trouble.warning], troubles[0].show()
    return library_digest(library)


@settings(max_examples=60)
@given(st.lists(rules(), min_size=1, max_size=2), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", " ", "\t "]))
def test_formatting_is_idempotent_and_never_changes_meaning(blocks: list[list[str]], end: str, blanks: str) -> None:
    other = "```rule everything-else\nprohibit any transfer\ncite act s.1 official\nin force from 2000-01-01\n```\n"
    text = FRONT + READING + other
    text += "".join(f"Words.{blanks}\n```rule r-{i}\n{chr(10).join(block)}\n```\n" for i, block in enumerate(blocks))
    text = text.replace("\n", end)
    once, troubles = format_page(text, "page.md")
    assert troubles == ()
    assert meaning(once) == meaning(text)
    assert format_page(once, "page.md") == (once, ())


@pytest.mark.parametrize("path", sorted((HERE / "bad").glob("*.md")), ids=lambda path: path.stem)
def test_what_cannot_be_read_is_left_alone(path) -> None:
    if path.stem == "sk108-utf-16":
        return
    text = path.read_bytes().decode("latin-1" if path.stem == "sk108-latin-1" else "utf-8")
    once, troubles = format_page(text, path.name)
    assert format_page(once, path.name) == (once, troubles)
    if troubles and all(trouble.code == "SK104" for trouble in troubles):
        assert once == text


def test_prose_is_left_alone() -> None:
    prose = "# A heading  \n\n\n* a list\n    * nested\t\n\n```yaml\na:   1\n```\n\n    code\n\n> a quotation\n\n\n"
    once, troubles = format_page(prose, "page.md")
    assert troubles == ()
    assert once == "\n".join(line.rstrip() for line in prose.splitlines()).rstrip() + "\n"
