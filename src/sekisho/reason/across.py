"""The difference of two laws that stand in two sets of books: a folder of one's own beside ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sekisho.base import Day, Trouble, TroubleError
from sekisho.cases import Case
from sekisho.ir import Law, Library
from sekisho.reason.answers import Compared, Flipped
from sekisho.reason.compare import compare_laws
from sekisho.reason.inquiry import Inquiry
from sekisho.reason.whole import Whole


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two laws, with the books that it stands in and the day on which it is asked."""

    inquiry: Inquiry
    law: Law
    day: Day


def across(
    one: Side,
    two: Side,
    *,
    fixed: Mapping[str, str] | None = None,
    facts_on: Day | None = None,
    cases: Iterable[Case] | None = None,
) -> tuple[Compared, Whole]:
    """Exactly which cases two laws of different books answer differently, over the words of both.

    Args:
        one: The first law.
        two: The second.
        fixed: Variables to which the question is restricted; a state that is fixed brings with it
            what the registries of the second books say of it.
        facts_on: The day of which the registries speak; that of the second law where none is given.
        cases: The documented cases; those of the second books where none are given.

    Returns:
        The difference, and the diagram in which it was found.

    Raises:
        TroubleError: The same word has different values in the two books, or an unknown word is fixed.
    """
    mine, other = one.inquiry.library, two.inquiry.library
    _same_words(mine, other)
    order = two.inquiry.whole(two.law.state).order if mine.vars.keys() == other.vars.keys() else None
    whole = Whole({**mine.vars, **other.vars}, (one.law, two.law), (*mine.constraints, *other.constraints), order)
    known = two.inquiry.facts_of(fixed or {}, two.law.state, facts_on or two.day)
    found = compare_laws(whole, one.law, two.law, {**mine.readings, **other.readings}, known)
    flipped = []
    states = (one.law.state, two.law.state)
    documented = two.inquiry.documented if cases is None else cases
    for case in documented if not found.equal_in_law else ():
        if case.exporter in states and not case.law:
            was, now = (
                side.inquiry.office.outcome(replace(case, date=side.day, facts_on=case.facts_day))
                for side in (one, two)
            )
            if was is not now:
                flipped.append(Flipped(case, was, now))
    return Compared(found, states, (one.day, two.day), tuple(flipped)), whole


def _same_words(mine: Library, other: Library) -> None:
    differ = [
        name for name in mine.vars.keys() & other.vars.keys() if mine.vars[name].domain != other.vars[name].domain
    ]
    if differ:
        said = ", ".join(f"`{name}`" for name in sorted(differ)[:5])
        raise TroubleError([
            Trouble(
                "SK512",
                "the two folders give the same word different values",
                why=f"cases can be counted only over words that both share: {said}",
                help="let both folders name the same values, states that a rule names among them",
            )
        ])  # fmt: skip
