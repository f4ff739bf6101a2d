"""Whether the law keeps what is claimed of it, in words: proved, or refuted with a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sekisho.base import Interval, Support, Trouble
from sekisho.cases.fields import STATE_FIELDS
from sekisho.decide import Decision
from sekisho.ir import INTERNATIONAL, Kind, Property, Test
from sekisho.reason.inquiry import Inquiry
from sekisho.reason.verify import Broken, Verdict
from sekisho.tell.account import question_of
from sekisho.tell.compare import number
from sekisho.tell.entry import Entry, Section, carriers, heading_of
from sekisho.tell.report import Report
from sekisho.tell.sentences import Speaker
from sekisho.tell.words import SYMBOL, capital, clip, day_words, listed, outcome_words, plural

_KINDS = {
    "SK225": ("contradiction", "contradictions"),
    "SK226": ("gap", "gaps"),
    "SK221": ("rule that never applies", "rules that never apply"),
    "SK222": ("rule that is always defeated", "rules that are always defeated"),
    "SK223": ("rule that never decides", "rules that never decide"),
    "SK224": ("exception that never defeats", "exceptions that never defeat"),
    "SK227": ("default that never answers", "defaults that never answer"),
    "SK228": ("requirement that attaches to nothing", "requirements that attach to nothing"),
}
"""What is looked for in every version of the law without being asked, by the code of its trouble."""

_FEW = 4
_MARKED = (
    "The mark of a proof is that of the weakest rules it needs: it holds as well without every weaker rule that bars, "
    "and without every weaker one that lets through. What a day opened or closed is marked like the weakest rule that "
    "came or went and did so. That the books leave nothing out, no mark says."
)


class Looked(NamedTuple):
    """What was found without being asked.

    Attributes:
        troubles: Contradictions, gaps, rules without effect.
        rules: How many rules were looked at.
        versions: In how many versions of the law.
    """

    troubles: tuple[Trouble, ...]
    rules: int
    versions: int

    @property
    def serious(self) -> tuple[Trouble, ...]:
        """Those that are no mere warnings."""
        return tuple(trouble for trouble in self.troubles if not trouble.warning)


class Sourced(NamedTuple):
    """On what a proof rests.

    Attributes:
        support: The mark of the weakest rules that it cannot do without.
        rules: Those of that mark of which each is needed; empty where only several together are, or where it is `official`.
        passages: Passages that could not be expressed and may touch what is claimed.
    """

    support: Support
    rules: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()


class Tested:
    """Verdicts in words.

    Args:
        verdicts: The verdicts.
        inquiry: Who reached them.
        sourced: On what the proofs rest, by the name of the property.
        looked: What was found without being asked; None where it was not looked for.
    """

    def __init__(
        self,
        verdicts: Sequence[Verdict],
        inquiry: Inquiry,
        sourced: Mapping[str, Sourced],
        looked: Looked | None = None,
    ) -> None:
        """Make ready to speak."""
        self.verdicts = tuple(verdicts)
        self.sourced = sourced
        self.inquiry = inquiry
        self.looked = looked
        self.speaker = Speaker(inquiry.library, inquiry.office.registries)

    @property
    def refuted(self) -> tuple[Verdict, ...]:
        """The properties that fail."""
        return tuple(verdict for verdict in self.verdicts if not verdict.holds)

    def report(self) -> Report:
        """All that is said: what fails first."""
        count, bad = len(self.verdicts), len(self.refuted)
        if not count:
            return Report("There is no property to verify.")
        said = "it holds" if count == 1 else f"all {count} hold"
        failed = f"{bad} of {count} {'fails' if bad == 1 else 'fail'}" if count > 1 else "it fails"
        headline = f"{plural(count, 'property', 'properties')}: {said if not bad else failed}."
        sections = []
        if bad:
            sections.append(Section("Refuted", tuple(self._entry(each) for each in self.refuted), "bad"))
        for state in dict.fromkeys(each.property.state for each in self.verdicts):
            held = [each for each in self.verdicts if each.holds and each.property.state == state]
            if held:
                whose = (
                    "The international layer" if state == INTERNATIONAL else f"The law of {self.speaker.state(state)}"
                )
                sections.append(Section(f"{whose}: holds", tuple(self._entry(each) for each in held), "good"))
        if self.looked is not None:
            sections.append(self._looked(self.looked))
        notes = (
            "Proved for every case that no constraint of the rulebooks rules out, on every day on which a rule changes; "
            "between these days nothing does.",
            *((_MARKED,) if any(each.holds for each in self.verdicts) else ()),
        )
        return Report(headline, sections=tuple(sections), notes=notes)

    @staticmethod
    def _looked(looked: Looked) -> Section:
        """What was looked for unasked: how many of each kind, then each with its place and a witness."""
        codes = [trouble.code for trouble in looked.troubles]
        counts = [(codes.count(code), *words) for code, words in _KINDS.items()]
        none = [many for count, _, many in counts if not count]
        some = [plural(count, one, many) for count, one, many in counts if count]
        where = f"{plural(looked.rules, 'rule')} looked at, in {plural(looked.versions, 'version')} of the law"
        entries = [Entry(f"no {listed(none, 'or')}", "✓", "good", "", where)] if none else []
        entries += [Entry(f"found: {listed(some)}", "!", "warn", "", "" if none else where)] if some else []
        for trouble in looked.troubles:
            place = trouble.places[0] if trouble.places else None
            at = f"{place.file}:{place.line}" if place is not None else ""
            below = [
                Entry(text, mark, "dim") for text, mark in ((trouble.why, "·"), (trouble.witness, "▸")) if text
            ]  # fmt: skip
            tone = "warn" if trouble.warning else "bad"
            entries.append(Entry(f"{trouble.code} {trouble.headline}", "!", tone, "", at, tuple(below)))
        return Section("Besides, looked for unasked", tuple(entries))

    def _entry(self, verdict: Verdict) -> Entry:
        claim = verdict.property
        name = heading_of(claim.origin.heading, claim.name)
        below = (
            Entry(self._how(verdict), "#", "dim"),
            *self._rests(claim),
            *(each for broken in verdict.broken for each in self._broken(verdict, broken)),
        )
        mark, tone = ("✓", "good") if verdict.holds else ("✕", "bad")
        rests = self.sourced.get(claim.name)
        return Entry(name, mark, tone, rests.support.word if rests else "", capital(self.claim(claim)), below)

    def _rests(self, claim: Property) -> Iterator[Entry]:
        """What makes a proof weaker than its certainty: weakly sourced rules, passages that are not expressed."""
        rests = self.sourced.get(claim.name)
        if rests is None:
            return
        if rests.support is not Support.OFFICIAL:
            which = clip(rests.rules, _FEW) or "several rules, of which no single one is needed"
            yield Entry(f"{rests.support.word}: {which}", "≈", "dim")
        if rests.passages:
            said = listed(rests.passages) if len(rests.passages) <= _FEW else ""
            touch = plural(len(rests.passages), "passage that is not expressed", "passages that are not expressed")
            yield Entry(f"{touch} may touch it{f': {said}' if said else ''}", "▒", "warn")

    def _how(self, verdict: Verdict) -> str:
        claim = verdict.property
        if claim.form in ("opened", "closed"):
            days = f"the eve and the day {day_words(claim.days.first)} compared"
        else:
            versions = plural(verdict.versions, "version")
            days = f"{span(claim.days)}: {versions} of the law, {plural(verdict.different, 'different function')}"
        empty = "; no case satisfies its condition, so it says nothing" if verdict.vacuous else ""
        return f"{claim.name} · {days}{empty}"

    def claim(self, claim: Property) -> str:
        """The claim as a clause."""
        words = listed((outcome_words(each) for each in claim.outcomes), "or")
        anything = claim.when.__class__.__name__ == "Const" or not getattr(claim.when, "parts", (1,))
        condition = "" if anything else self.speaker.condition(claim.when)
        if claim.form in ("opened", "closed"):
            return f"{claim.form} nothing" if claim.nothing else f"{claim.form} only where {condition or 'anything'}"
        if claim.form in ("only", "exactly"):
            return f"{words} {'only' if claim.form == 'only' else 'exactly'} where {condition or 'anything'}"
        return f"{claim.form} {words}{f' where {condition}' if condition else ''}"

    def _broken(self, verdict: Verdict, broken: Broken) -> Iterator[Entry]:
        now = outcome_words(broken.outcome)
        moved = f"{outcome_words(broken.before)} → {now}" if broken.before is not None else now
        yield Entry(
            f"{span(broken.days)}: {number(broken.cases)} of {number(broken.of)} cases break it; one of them is {moved}",
            SYMBOL[broken.outcome], "bad",
        )  # fmt: skip
        decision = self.decision(verdict, broken)
        yield Entry(f"where {self.witness(broken)}", "▸")
        if decision is None:
            return
        asked = question_of(
            decision, Speaker(self.speaker.library, self.speaker.registries, decision.legs[0].situation)
        )
        yield Entry(f"{asked} on {day_words(decision.case.date)}: {outcome_words(decision.outcome)}", "=", "dim")
        for each in carriers(decision)[:2]:
            cites = "; ".join(dict.fromkeys(self.speaker.cite(cite) for cite in each.cites))
            yield Entry(f"through {each.name}", "→", "dim", cites)

    def decision(self, verdict: Verdict, broken: Broken) -> Decision:
        """The decision of the witness, by the evaluator that everything is checked against."""
        case = self.inquiry.witness(broken.witness, broken.days.first, verdict.property.state)
        return self.inquiry.office.decide(case)

    def witness(self, broken: Broken) -> str:
        """A witness by the facts that hold in it."""
        library = self.inquiry.library
        said = []
        for name, value in broken.witness.items():
            var = library.vars[name]
            if var.kind is Kind.READING or value in ("false", "*", "open", "none") or "=" in name:
                continue
            if name in STATE_FIELDS or value == "true" or var.domain[0] != value:
                said.append(self.speaker.condition(Test(name, (value,))))
        return listed(said) or "everything is plain"


def span(days: Interval) -> str:
    """Days in words: from one to another, or without an end."""
    if days.last is None:
        return f"from {day_words(days.first)}"
    if days.first == days.last:
        return f"on {day_words(days.first)}"
    return f"{day_words(days.first)} to {day_words(days.last)}"


# Plain data


def verify_data(told: Tested) -> dict[str, Any]:
    """The verdicts as plain data."""

    def broken_data(verdict: Verdict, broken: Broken) -> dict[str, Any]:
        decision = told.decision(verdict, broken)
        return {
            "from": broken.days.first.isoformat(),
            "to": broken.days.last.isoformat() if broken.days.last else None,
            "cases": broken.cases,
            "of": broken.of,
            "outcome": broken.outcome.word,
            "before": broken.before.word if broken.before is not None else None,
            "witness": dict(broken.witness),
            "case": decision.case.to_dict(),
            "decided": decision.outcome.word,
        }

    looked = told.looked
    besides = (
        {}
        if looked is None
        else {
            "looked_for": {
                "rules": looked.rules,
                "versions": looked.versions,
                "found": [trouble.to_dict() for trouble in looked.troubles],
            }
        }
    )
    return {
        **besides,
        "properties": len(told.verdicts),
        "refuted": len(told.refuted),
        "verdicts": [
            {
                "property": verdict.property.name,
                "law": verdict.property.state,
                "form": verdict.property.form,
                "claim": capital(told.claim(verdict.property)),
                "from": verdict.property.days.first.isoformat(),
                "to": verdict.property.days.last.isoformat() if verdict.property.days.last else None,
                "holds": verdict.holds,
                "vacuous": verdict.vacuous,
                "versions": verdict.versions,
                "different": verdict.different,
                **_sourced_data(told.sourced.get(verdict.property.name)),
                "broken": [broken_data(verdict, each) for each in verdict.broken],
            }
            for verdict in told.verdicts
        ],
    }


def _sourced_data(rests: Sourced | None) -> dict[str, Any]:
    if rests is None:
        return {"support": None}
    return {"support": rests.support.word, "rests_on": list(rests.rules), "not_expressed": list(rests.passages)}
