"""What an inquiry answers, as immutable values, and what it needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sekisho.base import Day, Support
from sekisho.cases import Case, Outlook
from sekisho.decide import Decision
from sekisho.facts import Registries
from sekisho.ir import Library, Outcome, Rule, Timeline, Unmodelled
from sekisho.reason import take as taking
from sekisho.reason.compare import Comparison


class Office(Protocol):
    """What an inquiry needs of whoever keeps the books."""

    library: Library
    registries: Registries

    def timeline(self, case: Case | None = None) -> Timeline:
        """When each rule is in force."""

    def decide(self, case: Case) -> Decision:
        """The answer to a case."""

    def outcome(self, case: Case) -> Outcome:
        """The outcome alone."""

    def outlook(self, case: Case, state: str) -> Outlook:
        """The value of every variable."""


@dataclass(frozen=True, slots=True)
class Precedent:
    """A documented case that went through on a rule."""

    case: Case
    rule: str


@dataclass(frozen=True, slots=True)
class Card:
    """One way to the wished outcome, with what it rests on.

    Attributes:
        way: The changes, and the proposal where one is part of it.
        gained: The rules that then permit (or would, on findings) and did not before.
        fallen: The rules that barred it and then do not.
        lists: The closed lists that did not cover it and then do.
        subject_to: The smallest sets of findings that remain to be made.
        support: The weakest mark of the rules gained and fallen; None where there are none.
        precedent: The last documented case that went through on one of the rules gained.
        case: The case with the first of the values that each change allows.
        unsure: Passages that could not be expressed and may touch what this card rests on.
    """

    way: taking.Way
    gained: tuple[Rule, ...]
    fallen: tuple[Rule, ...]
    lists: tuple[str, ...]
    subject_to: tuple[tuple[tuple[str, str], ...], ...]
    support: Support | None
    precedent: Precedent | None
    case: Case
    unsure: tuple[Unmodelled, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """What it would take.

    Attributes:
        case: The case as it stands.
        state: Whose law was asked; of several, the one that bars most.
        states: All whose law was asked: every set of changes satisfies all of them together.
        others: Further laws that are asked in the case and were left out, because they are not encoded.
        outcome: What the laws asked answer now, the strongest of them.
        wanted: The outcomes of which one was to be reached.
        at_most: How many changes a set had at most; within that bound the list is complete.
        cards: Every smallest set of changes to the case, the lightest first.
        proposals: With each known proposal, every smallest set of further changes.
        another_item: The same where something else is sent: sets that change what the item is.
        elsewhere: States that could receive it as the case stands.
        relaxation: What of the law itself would have to go.
        stuck: The rules that bar it whatever of the free facts changes; empty where something helps.
        more: How many further cards there are than are shown.
    """

    case: Case
    state: str
    states: tuple[str, ...]
    others: tuple[str, ...]
    outcome: Outcome
    wanted: tuple[Outcome, ...]
    at_most: int
    cards: tuple[Card, ...]
    proposals: tuple[Card, ...]
    another_item: tuple[Card, ...]
    elsewhere: tuple[str, ...]
    relaxation: taking.Relaxation
    stuck: tuple[str, ...]
    more: int

    @property
    def helpless(self) -> bool:
        """Whether no change within the bound reaches the outcome, proposals and other items included."""
        return not (self.cards or self.proposals or self.another_item or self.elsewhere)


@dataclass(frozen=True, slots=True)
class Flipped:
    """A documented case that two laws answer differently, its facts being the same."""

    case: Case
    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True)
class Compared:
    """The difference of two laws, with the documented cases that it flips."""

    difference: Comparison
    states: tuple[str, str]
    days: tuple[Day, Day]
    flipped: tuple[Flipped, ...]
