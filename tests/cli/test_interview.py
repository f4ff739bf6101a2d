"""The interview as a pure function: from what is known to the next question, or to the end."""

from __future__ import annotations

import pytest

from sekisho.base import TroubleError
from sekisho.interview import Interview, answer, next_question, open_questions

START = {"date": "2021-01-01", "exporter": "NZL", "recipient": "JPN", "item": {}}
SAID = {"weapon": "yes", "at-war": "no", "arms": "yes", "purpose": "rescue, transport", "act": "export"}


def asked(desk, talk, said):
    """The questions put until none is left, and the interview at its end."""
    terms = []
    while (question := next_question(desk, talk)) is not None:
        terms.append(question.term)
        assert question.why
        assert question.text.endswith((")", "?"))
        talk = answer(desk, talk, question, said.get(question.term, ""))
        assert len(terms) < 30
    return terms, talk


def test_it_ends_with_an_answer_and_asks_nothing_twice(small):
    terms, talk = asked(small, Interview(START), SAID)
    assert len(terms) == len(set(terms))
    assert small.decide(talk.case(small)).outcome.word == "may-be-permitted"


def test_nothing_is_asked_that_cannot_change_the_outcome(small):
    talk = Interview({**START, "item": {"arms": False}})
    assert next_question(small, talk) is None
    assert open_questions(small, talk) == ()


def test_only_words_of_the_open_rules_are_asked_for(small):
    talk = Interview({**START, "item": {"arms": True, "form": "finished"}})
    for question in open_questions(small, talk):
        assert question.term in {"weapon", "purpose", "at-war", "end-user", "act"}


def test_unknown_is_accepted_everywhere(small):
    _, talk = asked(small, Interview(START), dict.fromkeys(("weapon", "at-war", "arms", "purpose"), "?"))
    assert talk.unknown >= {"arms"}
    assert small.decide(talk.case(small)).outcome.word == "undetermined"


def test_the_first_questions(small):
    talk = Interview({"date": "2021-01-01"})
    assert next_question(small, talk).term == "exporter"
    talk = answer(small, talk, next_question(small, talk), "new zealand")
    assert talk.fields["exporter"] == "NZL"
    talk = answer(small, talk, next_question(small, talk), "unknown")
    assert next_question(small, talk).term == "item"


@pytest.mark.parametrize(
    ("said", "hint"), [("Nev Zealand", "did you mean New Zealand"), ("qqqqq", "no state is called")]
)
def test_what_is_not_understood(small, said, hint):
    talk = Interview({"date": "2021-01-01"})
    with pytest.raises(ValueError, match=hint):
        answer(small, talk, next_question(small, talk), said)


def test_unsound_answers_so_far_are_troubles(small):
    with pytest.raises(TroubleError):
        next_question(small, Interview({**START, "recipient": "Nowhere"}))
