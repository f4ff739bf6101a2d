"""Entries and sections: what every telling is made of, before any surface draws it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sekisho.base import Support
from sekisho.decide import Bar, Basis, Decision, Leg
from sekisho.ir import Cite, Rule
from sekisho.tell.sentences import Speaker
from sekisho.tell.words import capital, label


class Entry(NamedTuple):
    """One thing that is said: a sign, a sentence, the provision, a remark, and what hangs below it."""

    text: str
    mark: str = "·"
    tone: str = ""
    cite: str = ""
    note: str = ""
    below: tuple[Entry, ...] = ()


class Section(NamedTuple):
    """Entries under a heading."""

    title: str
    entries: tuple[Entry, ...]
    tone: str = ""


def heading(rule: Rule) -> str:
    """The heading above a rule, as the page has it."""
    return heading_of(rule.origin.heading, rule.name)


def heading_of(path: str, name: str) -> str:
    """The last heading above a block; the block's name in words where there is none."""
    return path.rpartition(" › ")[2] or capital(label(name))


def cited(cites: Iterable[Cite], speaker: Speaker, support: Support | None = None) -> str:
    """Provisions with the titles of their texts, each once, and the mark of the whole."""
    seen = "; ".join(dict.fromkeys(speaker.cite_full(cite) for cite in cites))
    return f"{seen} · {support.word}" if support is not None else seen


def carriers(answer: Decision | Leg) -> tuple[Bar | Basis, ...]:
    """What carries an answer: its bars, then its bases."""
    found: list[Bar | Basis] = []
    found.extend(answer.bars)
    found.extend(answer.basis)
    return tuple(found)
