"""The language reference is a rulebook: every block and every statement in it is read, and means something."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sekisho.audit import audit
from sekisho.base import Trouble
from sekisho.desk import Desk
from sekisho.facts import load
from sekisho.ir import Library, library_digest
from sekisho.lang import Source, format_page, read_library
from sekisho.lang.book import BLOCKS
from sekisho.lang.layout import ORDER
from sekisho.store import Opened, data_folder

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "language.md"
TEXT = PAGE.read_text(encoding="utf-8")
ACT = (
    "---\ninstrument: xta-export-act\ntitle: Act\njurisdiction: XTA\nforce: statute\ndefault: free\n"
    "texts:\n  xta-act: {title: Act}\n---\n\n```scope xta-act-reach\ncite xta-act s.1 inferred\nin force from 2000-01-01\n```\n"
)
BLOCK = re.compile(rf"^```(?:{'|'.join(BLOCKS)}) [\w-]+\n.*?^```\n", re.MULTILINE | re.DOTALL)


def pages() -> list[str]:
    """The page as rulebook files: each front matter with the blocks that follow it."""
    found = []
    for part in re.split(r"^```yaml\n(?=---\n)", TEXT, flags=re.MULTILINE)[1:]:
        front, rest = part.split("```\n", 1)
        found.append(front + "\n" + "\n".join(BLOCK.findall(rest)))
    return found


def read(*more: str) -> tuple[Library, tuple[Trouble, ...]]:
    law, facts = data_folder("law"), load(data_folder("facts"))[0]
    texts = [(law / name).read_text(encoding="utf-8") for name in ("terms.md", "consent-terms.md")]
    sources = [Source(f"page-{i}.md", text) for i, text in enumerate([*texts, ACT, *pages(), *more])]
    states = (*facts.names.records["states"], "XTA")
    return read_library(sources, states=states, known_sources=facts.sources)


def test_the_reference_is_a_sound_rulebook() -> None:
    library, troubles = read()
    assert [trouble.show() for trouble in troubles if not trouble.warning] == []
    assert len(library.instruments) == 2
    assert len(library.proposals) == 1
    assert {block for block in BLOCKS if f"```{block} " in TEXT} == set(BLOCKS)


def test_the_reference_is_laid_out_as_it_says() -> None:
    for page in pages():
        formatted, troubles = format_page(page, "page.md")
        assert troubles == ()
        assert formatted == page.rstrip() + "\n"


def test_the_law_of_the_reference_hangs_together() -> None:
    library, _ = read()
    facts = load(data_folder("facts"))[0]
    report = audit(Desk(Opened(library, facts, library_digest(library), ())))
    assert [trouble.show() for trouble in report.troubles] == []


STATEMENTS = re.findall(r"^\| `([^`]+)` \|", TEXT.split("| Statement | Use |")[1].split("\n\n")[0], re.MULTILINE)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_every_statement_of_the_table_is_understood(statement: str) -> None:
    rule = f"```rule xta-tried\npermit export\ncite xta-act s.9 inferred\nin force from 2014-04-01\nwhen {statement}\n```\n"
    _, troubles = read(
        ACT.replace("xta-export-act", "xta-other-act").replace("xta-act-reach", "xta-other-reach") + rule
    )
    assert [trouble.show() for trouble in troubles if not trouble.warning] == []


def test_every_kind_of_clause_is_shown() -> None:
    shown = " ".join(re.findall(r"^```[a-z]+ [\w-]+\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)) + TEXT
    words = {
        "presume": "presume-denial", "claim": "claim consent", "exception_to": "exception to", "for_bases": "for",
        "in_force": "in force from", "subject_to": "subject to", "applies_to": "applies to", "type_is": "type truth",
        "stated_only": "stated only", "from_supplier": "from judgement", "changed_by": "changed by",
        "true_when": "true when", "false_when": "false when", "default_is": "default", "assumption": "recipient is",
        "law_of": "law of", "holds": "holds from", "impossible": "impossible when",
    }  # fmt: skip
    for kinds in ORDER.values():
        for kind in kinds:
            assert words.get(kind, kind) in shown, kind
