"""What it would take, as plain data: every card, with each step in words."""

from __future__ import annotations

from typing import Any

from sekisho.ir import Rule
from sekisho.reason.answers import Card, Taken
from sekisho.reason.inquiry import Inquiry
from sekisho.tell.entry import heading
from sekisho.tell.record import record_data
from sekisho.tell.sentences import Speaker
from sekisho.tell.take import Hand, Told


def take_data(taken: Taken, inquiry: Inquiry) -> dict[str, Any]:
    """The answer as plain data: every card, with each step in words."""
    hand = Hand(taken, inquiry)
    speaker = hand.speaker

    def card_data(card: Card) -> dict[str, Any]:
        told = Told(card)
        return {
            "who": list(card.way.who),
            "group": told.group,
            "says": hand.change(told),
            "steps": [
                {
                    "var": s.var,
                    "from": s.before,
                    "to": list(s.after),
                    "who": s.who,
                    "another_deal": s.deal,
                    **({"law": s.law} if s.law else {}),
                }
                for s in card.way.steps
            ],
            "proposal": card.way.proposal or None,
            "weight": card.way.weight,
            "comes_under": [_rule_data(rule, speaker) for rule in card.gained],
            "no_longer_barred_by": [_rule_data(rule, speaker) for rule in card.fallen],
            "subject_to": [[{"finding": n, "is": v == "true"} for n, v in each] for each in card.subject_to],
            "support": mark.word if (mark := hand.support(card)) is not None else None,
            "not_certain": [{"name": each.name, "because": each.because} for each in card.unsure],
            "last": {
                "case": card.precedent.case.id,
                "on": card.precedent.case.date.isoformat(),
                "rule": card.precedent.rule,
                "reported_outcome": card.precedent.case.extra.get("reported_outcome"),
            }
            if card.precedent
            else None,
        }

    relaxed = taken.relaxation
    return {
        "on": taken.case.date.isoformat(),
        **record_data(inquiry.office.registries, taken.case.date, taken.case.facts_day),
        "case": taken.case.to_dict(),
        "law": taken.state,
        "laws": list(taken.states),
        "not_encoded": list(taken.others),
        "outcome": taken.outcome.word,
        "wanted": [each.word for each in taken.wanted],
        "at_most": taken.at_most,
        "smallest_sets": len(taken.cards) + taken.more,
        "cards": [card_data(card) for card in taken.cards],
        "proposals": [card_data(card) for card in taken.proposals],
        "another_item": [card_data(card) for card in taken.another_item],
        "another_recipient": list(taken.elsewhere),
        "relaxation": {
            "bars": [_rule_data(rule, speaker) for rule in relaxed.bars],
            "closed_lists": list(relaxed.lists),
            "nearest": [
                {**_rule_data(rule, speaker), "without": [{"var": s.var, "needed": list(s.after)} for s in steps]}
                for rule, steps in relaxed.nearest
            ],
        },
        "barred_whatever_changes": list(taken.stuck),
        "helpless": taken.helpless,
    }


def _rule_data(rule: Rule, speaker: Speaker) -> dict[str, Any]:
    return {
        "rule": rule.name,
        "heading": heading(rule),
        "cite": [speaker.cite(cite) for cite in rule.cites],
        "support": rule.support.word,
    }
