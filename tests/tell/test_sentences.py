"""Plain English from the nodes of the law."""

from __future__ import annotations

import pytest

from sekisho.ir import All, AnyOf, Not, Test
from sekisho.tell.sentences import Speaker
from sekisho.tell.words import article, clip, day_words, label, listed


@pytest.fixture
def speaker(small):
    return Speaker(small.library, small.registries)


def test_every_rule_is_a_sentence(small, speaker, snapshot):
    assert "\n".join(speaker.rule(rule) for rule in small.library.rules) == snapshot


def test_every_rule_of_our_law_is_a_sentence(desk):
    speaker = Speaker(desk.library, desk.registries)
    for rule in desk.library.rules:
        said = speaker.rule(rule)
        assert said[0].isupper()
        assert said.endswith("].")
        assert "{" not in said
        assert "  " not in said


def test_groups(speaker):
    rescue, transport, weapon = Test("purpose:rescue"), Test("purpose:transport"), Test("weapon")
    assert speaker.condition(AnyOf((rescue, transport))) == "the item's purpose includes rescue or transport"
    assert (
        speaker.condition(Not(AnyOf((rescue, transport)))) == "the item's purpose includes none of rescue and transport"
    )
    assert (
        speaker.condition(All((weapon, Not(rescue))))
        == "the item is a weapon and the item's purpose includes no rescue"
    )
    assert (
        speaker.condition(Not(All((weapon, rescue))))
        == "the item is not a weapon or the item's purpose includes no rescue"
    )


def test_names_are_filled_in(small):
    case = small.case(exporter="NZL", recipient="USA", item={"arms": True}, date="2021-01-01")
    speaker = Speaker(small.library, small.registries, small.decide(case).legs[0].situation)
    assert speaker.condition(Test("at-war")) == "the United States is at war"
    assert speaker.question("friendly") == "Is the transfer friendly to the United States?"


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("weapon", "a weapon"),
        ("agreement state", "an agreement state"),
        ("in combat", "in combat"),
        ("invaded", "invaded"),
        ("developing", "developing"),
        ("arms", "arms"),
        ("party to conflict", "a party to conflict"),
        ("weapon as such", "a weapon as such"),
        ("consumable ammunition", "consumable ammunition"),
        ("likely in conflict", "likely in conflict"),
    ],
)
def test_articles(phrase, said):
    assert article(phrase) == said


def test_words(small):
    assert label("un-indirect-supply") == "indirect supply"
    assert label("our-licence") == "our licence"
    assert listed([], "or") == ""
    assert clip(["a", "b", "c"], 2) == "a, b and 1 more"
    from sekisho.base import Day

    assert day_words(Day(2022, 3, 8)) == "8 March 2022"
