"""The syntax tree of a block: clauses in the order in which they stand, each with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sekisho.base import Place
from sekisho.lang.book import Block


@dataclass(frozen=True, slots=True)
class Leaf:
    """One statement of a condition, names not yet resolved.

    `form` is `is`, `judges` or `reads`. For `judges`, `subject` is the authority and `values` the
    term; for `reads`, `subject` is the reading and `values` the option.
    """

    form: str
    subject: str
    part: str
    negated: bool
    one_of: bool
    article: str
    values: tuple[str, ...]
    relation: str
    place: Place

    def text(self) -> str:
        """The statement as the formatter writes it."""
        if self.form == "judges":
            verb = "does not judge" if self.negated else "judges"
            return f"{self.subject} {verb} {self.values[0]}"
        no = "not " if self.negated else ""
        if self.form == "reads":
            return f"reading {self.subject} is {no}{self.values[0]}"
        subject = f"{self.subject}.{self.part}" if self.part else self.subject
        if self.one_of:
            return f"{subject} is {no}one of {', '.join(self.values)}"
        article = f"{self.article} " if self.article else ""
        relation = f" of {self.relation}" if self.relation else ""
        return f"{subject} is {no}{article}{self.values[0]}{relation}"


@dataclass(frozen=True, slots=True)
class Group:
    """`all of`, `any of` or `none of` a list."""

    quantifier: str
    items: tuple[Condition, ...]
    place: Place


Condition = Leaf | Group


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: its kind (the name of its grammar rule), what it holds, and where it stands."""

    kind: str
    value: Any
    place: Place


@dataclass(frozen=True, slots=True)
class Parsed:
    """A block with its clauses; `sound` is False where a clause could not be read."""

    block: Block
    clauses: tuple[Clause, ...]
    sound: bool

    def all(self, kind: str) -> tuple[Clause, ...]:
        """The clauses of a kind."""
        return tuple(clause for clause in self.clauses if clause.kind == kind)

    def first(self, kind: str) -> Clause | None:
        """The first clause of a kind, or None."""
        return next((clause for clause in self.clauses if clause.kind == kind), None)
