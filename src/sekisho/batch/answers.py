"""A decision as the columns of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sekisho.base import TroubleError
from sekisho.base.yaml12 import Located
from sekisho.batch.columns import RESULTS
from sekisho.cases import Case, CaseReader, locate
from sekisho.decide import Decision, Leg
from sekisho.facts import Registries
from sekisho.ir import Cite, Library

FAMILIES: tuple[tuple[str, ...], ...] = (
    ("outcome", "subject_to", "turns_on", "note"),
    ("basis", "basis_cite"),
    ("bars", "bars_cite"),
    ("needs",),
    ("support",),
    ("unmodelled",),
)
"""The result columns, in groups that depend on the same things of a case."""

OUTCOME, BASIS, BARS, NEEDS, SUPPORT, MARKS = range(6)

COLUMNS = tuple(name for name in RESULTS if any(name in family for family in FAMILIES))
"""The result columns in the order in which they are written."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The result columns of one row; every field is text, empty where there is nothing to say.

    Attributes:
        outcome: As `decide` writes it; empty where the row was set aside.
        basis: The rules that permit, joined by `; `.
        basis_cite: Their provisions.
        bars: The rules (or closed lists) that stand in the way.
        bars_cite: Their provisions.
        subject_to: The smallest sets of findings: `a + not b | c`.
        needs: Authorisations, assurances, notices and decisions of a permission.
        turns_on: The unknown facts that can still change the outcome.
        support: The weakest mark on the path.
        unmodelled: Passages that could not be expressed and may touch the row.
        note: Why a row was set aside, or that a law is not encoded.
        outcomes: Every outcome that is possible, as a set of words; no column of its own.
    """

    outcome: str = ""
    basis: str = ""
    basis_cite: str = ""
    bars: str = ""
    bars_cite: str = ""
    subject_to: str = ""
    needs: str = ""
    turns_on: str = ""
    support: str = ""
    unmodelled: str = ""
    note: str = ""
    outcomes: frozenset[str] = frozenset()

    def family(self, number: int) -> tuple[str, ...]:
        """The columns of one family."""
        return tuple(getattr(self, name) for name in FAMILIES[number])

    def values(self) -> tuple[str, ...]:
        """The columns in the order in which they are written."""
        return tuple(getattr(self, name) for name in COLUMNS)


def answer_of(decision: Decision) -> Answer:
    """The columns of a decision."""
    needs = dict.fromkeys(need.requirement.name for leg in decision.legs for need in leg.needs)
    return Answer(
        decision.outcome.word,
        _names(decision.basis),
        _cites(cite for each in decision.basis for cite in each.cites),
        _names(decision.bars),
        _cites(cite for each in decision.bars for cite in each.cites),
        "; ".join(filter(None, (_subject_to(leg, decision) for leg in decision.legs))),
        "; ".join(needs),
        "; ".join(decision.turns_on),
        decision.support.word if decision.support is not None else "",
        _names(decision.unmodelled),
        _not_encoded(decision),
        frozenset(outcome.word for outcome in decision.outcomes),
    )


def _not_encoded(decision: Decision) -> str:
    if not decision.not_encoded:
        return ""
    if len(decision.legs) == 1:
        return "the national law that is asked is not encoded; only the international layer answers"
    return f"not encoded, so only the international layer answers: {', '.join(decision.not_encoded)}"


def _subject_to(leg: Leg, decision: Decision) -> str:
    said = " | ".join(
        " + ".join(name if value == "true" else f"not {name}" for name, value in each) for each in leg.subject_to
    )
    return f"{leg.state}: {said}" if said and len(decision.legs) > 1 else said


def _names(things: Iterable[object]) -> str:
    return "; ".join(dict.fromkeys(str(getattr(thing, "name")) for thing in things))  # noqa: B009


def _cites(cites: Iterable[Cite]) -> str:
    return "; ".join(dict.fromkeys(f"{cite.text} {cite.locator}" for cite in cites))


Fields = dict[str, object]
"""A case as a case file writes it, with `item.…`, `facts.…`, `judgements.…`, `readings.…` flat."""


class _PartReader(CaseReader):
    """Reads some fields of a case, to learn what they mean by themselves."""

    def _contradictions(self, case: Case, node: Located) -> None:
        """The rest of the case is not known here."""


class Scribe:
    """Turns flat fields into cases, and cases into answers."""

    def __init__(self, library: Library, registries: Registries, decide: Callable[[Case], Decision]) -> None:
        self.library = library
        self.registries = registries
        self.decide = decide

    def case(self, given: Fields, *, whole: bool = True) -> Case:
        """The case with these fields.

        Args:
            given: The fields.
            whole: Whether they are the whole case; a part of one cannot contradict itself.

        Raises:
            TroubleError: The case contradicts itself.
        """
        tree: dict[str, object] = {}
        for name, value in given.items():
            part, _, rest = name.partition(".")
            if name == "item":
                item = tree.setdefault("item", {})
                assert isinstance(item, dict)
                item.update(value if isinstance(value, dict) else {"key": value})
            elif rest:
                inner = tree.setdefault(part, {})
                assert isinstance(inner, dict)
                inner[rest] = value
            else:
                tree[name] = value
        reader = (CaseReader if whole else _PartReader)(self.library, self.registries)
        case = reader.case(locate(tree))
        if case is None or reader.troubles:
            raise TroubleError(reader.troubles)
        return case

    def answer(self, given: Fields) -> Answer:
        """The answer to a row; one that is set aside where the case contradicts itself."""
        try:
            case = self.case(given)
        except TroubleError as error:
            return Answer(note="; ".join(trouble.headline for trouble in error.troubles))
        return answer_of(self.decide(case))
