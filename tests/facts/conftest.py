"""A small, sound folder of facts that tests change, and the real one."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sekisho.base import Trouble
from sekisho.facts import COLUMNS, Registries, load

ROOT = Path(__file__).resolve().parents[2]

SOUND: dict[str, str] = {
    "sources.yaml": 'S1:\n  title: One\n  date: 2020-01-01\nS2: {title: "Two: the second"}\n',
    "names.yaml": (
        "states:\n  AAA: {name: Alphaland, variants: [Kingdom of Alpha, アルファ], article: the}\n"
        "  BBB: {name: Betaland}\n  CCC: {name: Gammaland, from: 1900-01-01, to: 1990-12-31}\n"
        "people:\n  ann: {name: Ann Other, state: AAA}\noutlets: {}\nbodies: {}\n"
    ),
    "items.yaml": (
        "thing:\n  name: Thing\n  variants: [Gadget]\n  makers: [Maker]\n  arms: true\n  weapon: unknown\n"
        "  form: finished\n  classes: []\n  purpose: [rescue]\n"
        "  production: indigenous\n  licensors: [AAA]\n"
        "  partners: []\n  programme: none\n  components_from: unknown\n"
        "  support: official\n  sources: [S1]\n"
    ),
    "programmes.yaml": (
        "joint:\n  name: Joint\n  partners:\n    - {state: AAA, from: 2020-01-01}\n"
        "  steps:\n    - {date: 2020-01-01, what: begun}\n  support: inferred\n"
    ),
    "positions.yaml": (
        "said:\n  who: ann\n  date: 2020-01-01\n  about: [BBB]\n  topic: things\n  summary: Says so.\n"
        "  support: reported\n  sources: [S2]\n"
    ),
    "registries.yaml": (
        "pacts:\n  title: Pacts\n  extra: [signed]\n  kinds:\n"
        "    pact:\n      about: two states\n      symmetric: true\n"
        '      says: "{a} and {b} have a pact"\n'
        '      denies: "{a} and {b} have no pact"\n'
        "      closed:\n        - {a: AAA, through: 2020-12-31, support: reported, sources: [S1]}\n"
        "        - {a: AAA, through: 2021-12-31, support: inferred}\n"
        '    claim:\n      about: two states\n      says: "{a} claims {b}"\n'
        '    ban:\n      about: one state\n      says: "a ban is on {a}"\n'
        "      closed: [{from: 2000-01-01, through: 2025-12-31, support: official, sources: [S1, S2]}]\n"
    ),
    "pacts.csv": (
        ",".join((*COLUMNS, "signed")) + "\n"
        "p1,pact,AAA,BBB,yes,2010-01-01,2015-12-31,2010-02-01,official,S1;S2,,a note,2009-12-01\n"
        'b1,ban,BBB,,yes,2005-01-01,,2005-01-01,reported,S1,2020-01-01,"one, two",\n'
        "b2,ban,ANY,,yes,2012-01-01,2012-12-31,2012-01-01,recalled,,,,\n"
        "b3,ban,CCC,,no,2012-06-01,2012-06-30,2012-01-01,recalled,,,,\n"
        "b4,ban,CCC,,unknown,2013-06-01,2013-06-30,2012-01-01,recalled,,,,\n"
    ),
}

VOCABULARY = {"form": {"finished", "component"}, "purpose": {"rescue"}, "programme": {"none", "joint"}}

Reading = Callable[[dict[str, str | bytes | None]], tuple[Registries, tuple[Trouble, ...]]]


@pytest.fixture
def read(tmp_path: Path) -> Reading:
    """Reads the sound folder with some files changed (bytes as they are; None: left out)."""

    def go(changes: dict[str, str | bytes | None]) -> tuple[Registries, tuple[Trouble, ...]]:
        for name, content in {**SOUND, **changes}.items():
            if isinstance(content, bytes):
                (tmp_path / name).write_bytes(content)
            elif content is not None:
                (tmp_path / name).write_text(content, encoding="utf-8")
        return load(tmp_path, vocabulary=VOCABULARY)

    return go


def vocabulary_of_the_law() -> dict[str, frozenset[str]]:
    """The words of the terms about items, as `law/terms.md` declares them."""
    text = (ROOT / "law" / "terms.md").read_text(encoding="utf-8")
    block = re.compile(r"```term ([\w-]+)\napplies to item\ntype choices? ([^\n]+)\n")
    return {name: frozenset(words.split(", ")) for name, words in block.findall(text)}


@pytest.fixture(scope="session")
def real() -> tuple[Registries, tuple[Trouble, ...]]:
    """The facts of this repository."""
    return load(ROOT / "facts", vocabulary=vocabulary_of_the_law())


@pytest.fixture(scope="session")
def facts(real: tuple[Registries, tuple[Trouble, ...]]) -> Registries:
    """The same, without the troubles."""
    return real[0]
