"""The interview: which question to put next, and what an answer makes of the case.

Nothing here talks to anyone. Whatever the case does not state is open, the plain case included, so
that the interview asks everything that can still change the outcome, and nothing else. Which of the
questions comes first is settled by `sekisho.reason.questions`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from sekisho.base import nearest
from sekisho.cases import Case
from sekisho.cases.fields import ITEM, PLAIN, RELATIONS, TOP
from sekisho.decide.combine import stands
from sekisho.desk import Desk
from sekisho.ir import Law, Outcome, Rule, Term, variables
from sekisho.tell.entry import heading_of
from sekisho.tell.sentences import Speaker
from sekisho.tell.words import listed, outcome_words

_FIRST = ("exporter", "recipient", "item")
_OPENING = {
    "exporter": "Which state does it leave?",
    "recipient": "Which state receives it?",
    "item": "What is sent? (an item of the registry by any of its names, or `other` to describe it)",
}
_UNKNOWN = ("unknown", "?", "don't know", "do not know", "dont know")
_STAGES: tuple[tuple[str, ...], ...] = ((), tuple(PLAIN))
"""Which fields of the plain case are put in question: none at first, then all."""
_YES = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        term: The term (or field) that it settles.
        text: The question, with names filled in.
        kind: `truth`, `choice`, `choices`, `state`, `states` or `item`.
        choices: The words that answer a choice.
        why: Why it is asked, in one sentence.
        plain: What the plain case would say; empty where there is none.
        order: Why it is asked before the others.
    """

    term: str
    text: str
    kind: str
    choices: tuple[str, ...] = ()
    why: str = ""
    plain: str = ""
    order: str = ""


@dataclass(frozen=True)
class Interview:
    """How far an interview has come: what has been answered, and what was passed over as unknown.

    Example:
        >>> import sekisho
        >>> desk = sekisho.open()
        >>> talk = Interview({"date": "2025-12-20", "exporter": "Japan", "recipient": "Ukraine"})
        >>> next_question(desk, talk).term
        'item'
        >>> next_question(desk, answer(desk, talk, next_question(desk, talk), "Patriot")).term
        'end-user'
    """

    fields: Mapping[str, Any]
    unknown: frozenset[str] = field(default=frozenset())

    def case(self, desk: Desk) -> Case:
        """The case so far, as it will be saved: fields nobody needed are left to the plain case."""
        return desk.case(**_with_unknown(self.fields, self.unknown))

    def open_case(self, desk: Desk, opened: Collection[str] = tuple(PLAIN)) -> Case:
        """The case so far with those fields of the plain case open that have not been answered."""
        fields = {key: dict(value) if isinstance(value, Mapping) else value for key, value in self.fields.items()}
        item = fields.setdefault("item", {})
        if isinstance(item, str):
            item = fields["item"] = {"key": item}
        known = (
            desk.registries.items[desk.registries.find_item(item["key"]) or item["key"]].fields if "key" in item else {}
        )
        for name in opened:
            if name in ITEM:
                if name not in item and name not in known:
                    item[name] = "unknown"
            elif name not in fields:
                fields[name] = "unknown"
        if fields.get("act", "unknown") == "unknown":
            fields["act"] = "export"
        return desk.case(**fields)


def next_question(desk: Desk, talk: Interview) -> Question | None:
    """The next question whose answer can still change the outcome; None where there is none.

    What matters even in the plain case is asked first, since that is what most cases are; then the
    plain case itself is put in question. Among the questions of either step the one comes first
    after which the fewest are to be expected.

    Raises:
        TroubleError: What has been answered so far is not sound.
    """
    for name in _FIRST:
        if name not in talk.fields and name not in talk.unknown:
            kind = "item" if name == "item" else "state"
            return Question(name, _OPENING[name], kind, why="every rule is about it")
    for opened in _STAGES:
        case = talk.case(desk) if opened == () else talk.open_case(desk, opened)
        found = next(_questions(desk, case, talk), None)
        if found is not None:
            return found
    return None


def open_questions(desk: Desk, talk: Interview) -> tuple[Question, ...]:
    """Every question that can still change the outcome, as things stand, the best first."""
    return tuple(_questions(desk, talk.open_case(desk), talk))


def idle_terms(desk: Desk, talk: Interview) -> tuple[str, ...]:
    """The terms of the law of which no answer can change the outcome any more, in the order of their names."""
    return desk.interview(talk.open_case(desk)).idle


def _questions(desk: Desk, case: Case, talk: Interview) -> Iterator[Question]:
    """The questions on which a case turns, in the best order; of several laws, one after the other."""
    seen: set[str] = set()
    laws = [(law, situation, desk.interview(case, law=law.state)) for law, situation in desk.asked(case)]
    for law, situation, asked in laws:
        certain = max((min(other.outcomes) for each, _, other in laws if each is not law), default=Outcome.FREE)
        if len(laws) > 1 and max(asked.outcomes) <= certain:
            continue  # another law bars at least as much, whatever this one says
        speaker = Speaker(desk.library, desk.registries, situation)
        for subject in asked.matter:
            if subject in seen or subject in talk.unknown or subject not in desk.library.terms:
                continue
            seen.add(subject)
            text = speaker.question(subject) or f"{subject.replace('-', ' ')}?"
            kind, choices = _kind(desk.library.terms[subject])
            plain = PLAIN.get(subject.replace("-", "_"), "")
            order = asked.next.reason if asked.next is not None and asked.next.term == subject else ""
            rules = [rule for rule in _asking(law, subject) if stands(rule, law, situation.value) is None]
            yield Question(
                subject, text, kind, choices, _why(asked.outcomes, rules, speaker), plain, order
            )  # fmt: skip


def _kind(term: Term) -> tuple[str, tuple[str, ...]]:
    if term.name in RELATIONS:
        return "truth", ()
    return term.type, term.values if term.type in ("choice", "choices") else ()


def _why(outcomes: Collection[Outcome], rules: Sequence[Rule], speaker: Speaker) -> str:
    """Which outcomes are still possible, and a rule that asks for the fact."""
    possible = listed((outcome_words(each) for each in sorted(outcomes, reverse=True)), "or")
    if not rules:
        return f"still possible: {possible}"
    first = rules[0]
    cite = speaker.cite(first.cites[0])
    more = f" and {len(rules) - 1} more" if len(rules) > 1 else ""
    return f"still possible: {possible}; asked by “{heading_of(first.origin.heading, first.name)}” [{cite}]{more}"


def _asking(law: Law, subject: str) -> Iterator[Rule]:
    """The rules that decide something and ask for a term."""
    for rule in law.rules:
        if rule.effect.outcome is not None:
            names = variables(rule.when)
            if any(name.partition(":")[0] == subject or name.startswith(f"{subject}=") for name in names):
                yield rule


def answer(desk: Desk, talk: Interview, question: Question, said: str) -> Interview:
    """The interview after an answer in plain words; an empty answer takes the plain case, or is unknown.

    Raises:
        ValueError: The answer is not understood; the message says what would be.
    """
    words = said.strip()
    if not words and question.plain:
        words = question.plain
    if not words or words.lower() in _UNKNOWN:
        return replace(talk, unknown=talk.unknown | {question.term}, fields=_marked(talk.fields, question.term))
    return replace(talk, fields=_stated(talk.fields, question.term, _understood(desk, question, words)))


def _understood(desk: Desk, question: Question, words: str) -> Any:
    if question.kind == "state":
        return _state(desk, words)
    if question.kind == "item":
        if words.lower() in ("other", "none"):
            return {}
        key = desk.registries.find_item(words)
        if key is None:
            close = desk.registries.suggest_item(words)
            names = " or ".join(f"`{desk.registries.items[each].name}`" for each in close)
            raise ValueError(
                f"no item is called `{words}`"
                + (f": did you mean {names}?" if close else "; say `other` to describe it")
            )
        return key
    if question.kind == "truth":
        if words.lower() not in _YES:
            raise ValueError("say yes, no or unknown")
        return _YES[words.lower()]
    found = [_word(each, question.choices) for each in words.split(",") if each.strip()]
    if question.kind == "choice":
        if len(found) != 1 or found[0] is None:
            raise ValueError(f"choose one of {', '.join(question.choices)}")
        return found[0]
    return [each for each in found if each is not None]


def _state(desk: Desk, words: str) -> str:
    code = desk.registries.find_state(words)
    if code is None:
        close = [desk.registries.names.of(each) for each in desk.registries.suggest_state(words)]
        raise ValueError(f"no state is called `{words}`" + (f": did you mean {listed(close, 'or')}?" if close else ""))
    return code


def _word(text: str, choices: tuple[str, ...]) -> str | None:
    """The choice that a word or its number stands for; None for `none`."""
    word = text.strip().lower().replace(" ", "-").replace("_", "-")
    if word in choices:
        return word
    if word.isdigit() and 1 <= int(word) <= len(choices):
        return choices[int(word) - 1]
    if word == "none":
        return None
    starting = [choice for choice in choices if choice.startswith(word)]
    if len(starting) == 1:
        return starting[0]
    close = nearest(word, choices, count=1)
    raise ValueError(
        f"`{text.strip()}` is none of the answers"
        + (f": did you mean {close[0]}?" if close else f": {', '.join(choices)}")
    )


def _stated(fields: Mapping[str, Any], term: str, value: Any) -> Mapping[str, Any]:
    """The fields with one more stated, in the place where a case file has it."""
    name = term.replace("-", "_")
    changed = dict(fields)
    if name in ITEM or (name == "item"):
        if name == "item":
            changed["item"] = value
        else:
            item = changed.get("item", {})
            changed["item"] = ({"key": item} if isinstance(item, str) else dict(item)) | {name: value}
    elif name in TOP:
        changed[name] = value
    else:
        changed["facts"] = dict(changed.get("facts", {})) | {term: value}
    return MappingProxyType(changed)


def _marked(fields: Mapping[str, Any], term: str) -> Mapping[str, Any]:
    return fields if term == "item" else _stated(fields, term, "unknown")


def _with_unknown(fields: Mapping[str, Any], unknown: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != "item" or value or "item" not in unknown}
