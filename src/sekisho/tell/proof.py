"""The whole proof as entries: instrument by instrument, rule by rule, down to dated, sourced facts."""

from __future__ import annotations

from sekisho.decide import InstrumentProof, Leg, RuleProof, Step
from sekisho.ir import All, AnyOf, Kind, Named, Not, Test
from sekisho.tell.entry import Entry, Section, cited, heading
from sekisho.tell.sentences import Speaker, one_set
from sekisho.tell.words import SYMBOL, capital, listed, outcome_words

_STATUS = {"stands": "✓", "defeated": "⊘", "fails": "✗", "open": "◇"}
_STATUS_WORDS = {"stands": "stands", "defeated": "is defeated", "fails": "does not apply", "open": "is open"}
_TRUTH = {True: "✓", False: "✗", None: "?"}


def proof_section(leg: Leg, speaker: Speaker) -> Section:
    """The whole argument: instrument by instrument, rule by rule, down to dated, sourced facts."""
    return Section("Proof", tuple(_instrument(proof, leg, speaker) for proof in leg.proof), "proof")


def _instrument(proof: InstrumentProof, leg: Leg, speaker: Speaker) -> Entry:
    instrument = proof.part.instrument
    if proof.scope.truth is False:
        said, mark = "silent: the case is outside its scope", "–"
    elif proof.yielded:
        said, mark = f"silent: it yields to {listed(instrument.yields_to)}", "–"
    elif proof.answer is None:
        said, mark = "not settled by what is known", "?"
    else:
        said = outcome_words(proof.answer) + (" (by its default)" if proof.by_default else "")
        mark = SYMBOL[proof.answer]
    below = [Entry("Scope", _TRUTH[proof.scope.truth], "", "", "", (_step(proof.scope, leg, speaker),))]
    if proof.scope.truth is not False:
        below.extend(_rule(each, leg, speaker) for each in proof.rules)
    return Entry(f"{instrument.title}: {said}", mark, "strong", "", "", tuple(below))


def _rule(proof: RuleProof, leg: Leg, speaker: Speaker) -> Entry:
    rule = proof.rule
    by = f" (by {listed(proof.by)})" if proof.by and proof.status in ("defeated", "open") else ""
    text = f"{rule.effect.value} · {heading(rule)} · {rule.name} {_STATUS_WORDS[proof.status]}{by}"
    tone = "dim" if proof.status in ("fails", "defeated") else ""
    return Entry(
        text,
        _STATUS[proof.status],
        tone,
        cited(rule.cites, speaker, rule.support),
        "",
        (_step(proof.step, leg, speaker),),
    )


def _step(step: Step, leg: Leg, speaker: Speaker) -> Entry:
    formula, mark = step.formula, _TRUTH[step.truth]
    if isinstance(formula, Test):
        ground = leg.ground(formula.var)
        var = leg.situation.library.vars[formula.var]
        open_ = var.kind is Kind.JUDGEMENT and ground.value is None
        said = speaker.condition(formula)
        marks = [ground.support.word] if ground.support is not None else []
        source = (
            f" [{', '.join((*marks, *ground.sources))}]"
            if ground.sources and not _cited_already(ground.says, ground.sources)
            else ""
        )
        return Entry(said, "◇" if open_ else mark, "", "", f"{capital(ground.says)}{source}")
    parts = tuple(_step(part, leg, speaker) for part in step.parts)
    if isinstance(formula, Named):
        return Entry(speaker.condition(formula), mark, "", "", "by its definition", parts)
    if isinstance(formula, Not) and isinstance(formula.part, Test):
        inner = parts[0]
        return inner._replace(text=speaker.condition(formula), mark=inner.mark if inner.mark == "◇" else mark)
    if isinstance(formula, Not):
        return Entry("none of", mark, "", "", "", parts)
    if isinstance(formula, AnyOf) and one_set(formula):
        notes = dict.fromkeys(part.note for part in parts)
        return Entry(speaker.condition(formula), mark, "", "", " ".join(f"{note.rstrip('.')}." for note in notes))
    if isinstance(formula, All | AnyOf):
        return Entry("all of" if isinstance(formula, All) else "any of", mark, "", "", "", parts)
    return Entry(speaker.condition(formula), mark)


def _cited_already(says: str, sources: tuple[str, ...]) -> bool:
    return all(source in says for source in sources)
