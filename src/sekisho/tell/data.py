"""Answers as plain data, ready for JSON: the same words in the same order for the same answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Protocol

from sekisho.base import Day, digest
from sekisho.cases import Case, Ground
from sekisho.decide import Bar, Basis, Decision, InstrumentProof, Leg, Need, RuleProof, Step, breaking, leaves
from sekisho.ir import AnyOf, Cite, Const, Effect, Named, Not, Outcome, Rule, Test
from sekisho.tell.account import question_about, who_supplies
from sekisho.tell.change import changes_between
from sekisho.tell.record import record_data
from sekisho.tell.sentences import Speaker

Plain = dict[str, Any]


class StretchLike(Protocol):
    """A stretch of days with one answer."""

    @property
    def first(self) -> Day:
        """The first day."""

    @property
    def last(self) -> Day | None:
        """The last day, or None while it is open."""

    @property
    def decision(self) -> Decision:
        """The answer."""

    @property
    def changes(self) -> tuple[str, ...]:
        """The rules that began on the first day."""

    @property
    def revised(self) -> tuple[Day, ...]:
        """The later days on which the law was revised and the answer stayed."""


def decision_data(decision: Decision, *, proof: bool = True) -> Plain:
    """The decision as plain data.

    Args:
        decision: The decision.
        proof: Whether the whole proof goes in, rule by rule, with every ground; else only what
            carries the outcome.

    Returns:
        At least `outcome`, `on`, `basis`, `bars`, `subject_to`, `turns_on`, `support`, `unmodelled`,
        `readings`, `legs`, `proof`, `receipt`, and `decision`, the hash of the answer. Equal answers
        share their parts, so nothing in it may be changed.
    """
    case = decision.case
    first = decision.legs[0].situation
    speaker = Speaker(first.library, first.registries, first)
    receipt = decision.receipt.to_dict()
    told = [_leg(leg) for leg in decision.legs]
    legs = [{"law": leg.state, "role": leg.role, **data} for leg, (data, _) in zip(decision.legs, told, strict=True)]
    data: Plain = {
        "outcome": decision.outcome.word,
        "possible": _outcomes(decision.outcomes),
        "on": case.date.isoformat(),
        "facts_on": case.facts_day.isoformat(),
        "known_on": case.known_on.isoformat() if case.known_on else None,
        "case": case.to_dict(),
        "basis": _once(each for leg in legs for each in leg["basis"]) if _may_permit(decision) else [],
        "bars": _once(each for leg in legs for each in leg["bars"]),
        "subject_to": {
            "findings": [
                {"law": leg.state, "sets": data["subject_to"]["findings"]}
                for leg, data in zip(decision.legs, legs, strict=True)
                if data["subject_to"]["findings"]
            ],
            "needs": [
                {"law": leg.state, **need}
                for leg, data in zip(decision.legs, legs, strict=True)
                for need in data["subject_to"]["needs"]
            ],
        },
        "turns_on": _turns_on(decision, speaker),
        "support": decision.support.word if decision.support is not None else None,
        "unverified": _once_of(each for leg in legs for each in leg["unverified"]),
        "unmodelled": _once(each for leg in legs for each in leg["unmodelled"]),
        "readings": _once_of(each for leg in legs for each in leg["readings"]),
        "not_encoded": list(decision.not_encoded),
        "encoded": list(decision.encoded),
        **record_data(first.registries, case.date, case.facts_day),
        "legs": legs,
        "proof": [_proof(leg) for leg in decision.legs] if proof else [],
        "receipt": receipt,
    }
    answer = {key: data[key] for key in ("outcome", "possible", "turns_on", "support", "receipt")}
    data["decision"] = digest(
        [answer, *([leg.state, leg.role, said] for leg, (_, said) in zip(decision.legs, told, strict=True))]
    )
    return data


def trace_data(case: Case, stretches: Sequence[StretchLike]) -> Plain:
    """A trace as plain data: the case and its stretches, each with why it began."""
    rows = []
    before: Decision | None = None
    for each in stretches:
        decision = each.decision
        changes = changes_between(before, decision, first=each.first)
        rows.append(
            {
                "first": each.first.isoformat(),
                "last": each.last.isoformat() if each.last else None,
                "outcome": decision.outcome.word,
                "possible": _outcomes(decision.outcomes),
                "basis": [_basis(basis, leg) for leg in decision.legs for basis in leg.basis]
                if _may_permit(decision)
                else [],
                "bars": [_short_bar(bar, leg) for leg in decision.legs for bar in leg.bars],
                "why": [{"kind": c.kind, "name": c.name, "says": c.text, "cite": c.cite} for c in changes],
                "began": list(each.changes),
                "revised": [day.isoformat() for day in each.revised],
                "support": decision.support.word if decision.support is not None else None,
                "turns_on": list(decision.turns_on),
            }
        )
        before = decision
    days = [stretch.last or stretch.first for stretch in stretches[-1:]]
    late = record_data(before.legs[0].situation.registries, *days) if before is not None else {}
    return {"case": case.to_dict(), "stretches": rows, **late}


def cite_data(cite: Cite, title: str, sources: Sequence[str]) -> Plain:
    """A provision as plain data, with the title and the sources of its text."""
    return {
        "text": cite.text,
        "title": title,
        "at": cite.locator,
        "support": cite.support.word,
        "sources": list(cite.sources or sources),
    }


def _leg(leg: Leg) -> tuple[Plain, str]:
    """What one law says, with its hash: told once for all legs whose situations are the same."""
    memory = leg.situation.memory
    found: tuple[Plain, str] | None = memory.get(_TOLD)
    if found is None:
        data = _leg_data(leg)
        found = memory[_TOLD] = (data, digest(data))
    return found


_TOLD = ("data",)


def _leg_data(leg: Leg) -> Plain:
    return {
        "encoded": leg.law.encoded,
        "outcome": leg.outcome.word,
        "possible": _outcomes(leg.outcomes),
        "basis": [_basis(each, leg) for each in leg.basis],
        "bars": [_bar(each, leg) for each in leg.bars],
        "subject_to": {
            "findings": [[_finding(pair, leg) for pair in each] for each in leg.subject_to]
            if Outcome.MAY_BE_PERMITTED in leg.outcomes
            else [],
            "needs": [_need(each, leg) for each in leg.needs],
        },
        "turns_on": list(leg.turns_on),
        "support": leg.support.word if leg.support is not None else None,
        "unverified": [ground.says for ground in leg.unverified],
        "unmodelled": [
            {"name": each.name, "because": each.because, "cite": _cites(each.cites, leg)} for each in leg.unmodelled
        ],
        "readings": [
            {"reading": each.reading, "option": each.option, "says": each.says, "outcome": each.outcome.word}
            for each in leg.alternatives
        ],
    }


def _cites(cites: Iterable[Cite], leg: Leg) -> list[Plain]:
    texts = leg.situation.library.texts
    return [
        _cited(
            cite,
            texts[cite.text].title if cite.text in texts else cite.text,
            texts[cite.text].sources if cite.text in texts else (),
        )
        for cite in cites
    ]


@lru_cache(maxsize=8192)
def _cited(cite: Cite, title: str, sources: tuple[str, ...]) -> Plain:
    return cite_data(cite, title, sources)


def _basis(basis: Basis, leg: Leg) -> Plain:
    return {
        "rule": basis.name,
        "instrument": basis.instrument,
        "by_default": basis.rule is None,
        "cite": _cites(basis.cites, leg),
        "on_findings": basis.open,
        "support": basis.support.word,
    }


def _short_bar(bar: Bar, leg: Leg) -> Plain:
    return {
        "rule": bar.name,
        "instrument": bar.instrument,
        "by_default": bar.rule is None,
        "cite": _cites(bar.cites, leg),
        "support": bar.support.word,
    }


def _bar(bar: Bar, leg: Leg) -> Plain:
    data = _short_bar(bar, leg)
    if bar.rule is None:
        data["broken"] = [
            _broken(each, leg)
            for proof in leg.proof
            if proof.part.instrument.name == bar.instrument
            for each in proof.rules
            if each.rule.effect in (Effect.PERMIT, Effect.EXEMPT)
        ]
    return data


def _broken(proof: RuleProof, leg: Leg) -> Plain:
    """Which condition broke a basis: the variables at fault, or the exceptions that defeat it."""
    data: Plain = {"rule": proof.rule.name, "cite": _cites(proof.rule.cites, leg), "status": proof.status}
    if proof.status == "defeated":
        data["defeated_by"] = list(proof.by)
    else:
        data["broken_by"] = list(
            dict.fromkeys(leaf.formula.var for leaf in leaves(breaking(proof.step)) if isinstance(leaf.formula, Test))
        )
    return data


def _finding(pair: tuple[str, str], leg: Leg) -> Plain:
    term = leg.situation.library.terms.get(leg.situation.library.vars[pair[0]].term)
    return {
        "term": pair[0],
        "found": pair[1] == "true",
        "authority": term.authority if term else "",
        "question": leg.situation.question(pair[0]),
    }


def _need(need: Need, leg: Leg) -> Plain:
    return {
        "kind": need.requirement.kind,
        "name": need.requirement.name,
        "authority": need.requirement.authority,
        "met": need.met,
        "rule": need.rule,
        "cite": _cites(need.cites, leg),
    }


def _turns_on(decision: Decision, speaker: Speaker) -> list[Plain]:
    return [
        {
            "var": name,
            "term": speaker.library.vars[name].term,
            "question": question_about(name, decision, speaker),
            "who": who_supplies(name, speaker),
        }
        for name in decision.turns_on
    ]


def _proof(leg: Leg) -> Plain:
    grounds: dict[str, Plain] = {}
    instruments = [_instrument(each, leg, grounds) for each in leg.proof]
    return {"law": leg.state, "instruments": instruments, "grounds": grounds}


def _instrument(proof: InstrumentProof, leg: Leg, grounds: dict[str, Plain]) -> Plain:
    return {
        "instrument": proof.part.instrument.name,
        "title": proof.part.instrument.title,
        "answer": proof.answer.word if proof.answer is not None else None,
        "silent": proof.silent,
        "yielded": proof.yielded,
        "by_default": proof.by_default,
        "scope": _step(proof.scope, leg, grounds),
        "rules": [_rule(each, leg, grounds) for each in proof.rules],
    }


def _rule(proof: RuleProof, leg: Leg, grounds: dict[str, Plain]) -> Plain:
    rule: Rule = proof.rule
    return {
        "rule": rule.name,
        "effect": rule.effect.value,
        "status": proof.status,
        "by": list(proof.by),
        "cite": _cites(rule.cites, leg),
        "when": _step(proof.step, leg, grounds),
    }


def _step(step: Step, leg: Leg, grounds: dict[str, Plain]) -> Plain:
    """A condition with what is below it, and the grounds that it asks for."""
    data, names = _told(step)
    for name in names:
        if name not in grounds:
            grounds[name] = ground_data(leg.ground(name))
    return data


_MAX_STEPS = 50_000
_steps: dict[int, tuple[Step, Plain, tuple[str, ...]]] = {}
"""What steps look like as plain data, by identity: equal ones are one and the same, and few."""


def _told(step: Step) -> tuple[Plain, tuple[str, ...]]:
    """A step as plain data, and the variables below it in reading order."""
    kept = _steps.get(id(step))
    if kept is None:
        below = [_told(part) for part in step.parts]
        formula = step.formula
        names = (formula.var,) if isinstance(formula, Test) else tuple(dict.fromkeys(v for _, vs in below for v in vs))
        if len(_steps) >= _MAX_STEPS:
            _steps.clear()
        kept = _steps[id(step)] = (step, _step_data(step, [data for data, _ in below]), names)
    return kept[1], kept[2]


def _step_data(step: Step, parts: list[Plain]) -> Plain:
    formula = step.formula
    if isinstance(formula, Test):
        return {"holds": step.truth, "var": formula.var, "is": list(formula.values)}
    if isinstance(formula, Const):
        return {"holds": step.truth}
    if isinstance(formula, Named):
        return {"holds": step.truth, "term": formula.term, "by": parts[0]}
    if isinstance(formula, Not):
        return {"holds": step.truth, "not": parts[0]}
    return {"holds": step.truth, "any" if isinstance(formula, AnyOf) else "all": parts}


def ground_data(ground: Ground) -> Plain:
    """Where the value of a variable comes from, as plain data."""
    return {
        "value": ground.value,
        "kind": ground.kind,
        "says": ground.says,
        "sources": list(ground.sources),
        "support": ground.support.word if ground.support is not None else None,
        "unverified": ground.unverified,
    }


def _may_permit(decision: Decision) -> bool:
    return bool(decision.outcomes & {Outcome.MAY_BE_PERMITTED, Outcome.FREE})


def _outcomes(outcomes: Iterable[Outcome]) -> list[str]:
    return [each.word for each in sorted(outcomes)]


def _once(rows: Iterable[Plain]) -> list[Plain]:
    return list({row.get("rule") or row["name"]: row for row in rows}.values())


def _once_of(rows: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for row in rows:
        if row not in found:
            found.append(row)
    return found
