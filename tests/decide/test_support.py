"""How well an answer is sourced: what carries it counts, and nothing else."""

from __future__ import annotations

import pytest

import sekisho
from sekisho.store import data_folder
from sekisho.tell.account import account_of

HEAD = """\
---
instrument: book
title: The book
jurisdiction: NZL
force: statute
default: {default}
texts:
  act:
    title: The act
    sources: []
  memory:
    title: What is remembered
    sources: []
---

# The book

```scope everything
cite memory 1 recalled
in force from 2000-01-01
when item is arms
```

```term trusted
applies to recipient
type truth
from judgement ministry
ask Is {{recipient}} trusted?
changed by authority
cite memory 3 recalled
```

"""


def rule(name, effect, mark, when):
    return f"```rule {name}\n{effect}\ncite memory 2 {mark}\nin force from 2000-01-01\nwhen {when}\n```\n\n"


@pytest.fixture
def decide(tmp_path):
    def of(*rules, default="free", **fields):
        page = tmp_path / "book.md"
        page.write_text(HEAD.format(default=default) + "".join(rules), encoding="utf-8")
        desk = sekisho.open([data_folder("law") / "terms.md", tmp_path], cache=False)
        item = {"arms": True, "weapon": True, "form": "finished"}
        return desk.decide(desk.case(date="2020-01-01", exporter="NZL", recipient="USA", item=item, **fields))

    return of


WEAPON = "item is a weapon"
FOUND = "recipient is trusted"
NOT_FOUND = "recipient is not trusted"


def test_a_presumed_denial_is_no_support_of_a_prohibition(decide):
    barred = rule("barred", "prohibit any transfer", "inferred", WEAPON)
    denied = rule("denied", "presume-denial any transfer", "recalled", WEAPON)
    decision = decide(barred, denied)
    assert (decision.outcome.word, decision.support.word) == ("prohibited", "inferred")
    assert {bar.name for bar in decision.bars} == {"barred", "denied"}


def test_an_exemption_is_no_support_of_a_permission(decide):
    permitted = rule("permitted", "permit any transfer", "inferred", WEAPON)
    exempt = rule("exempt", "exempt any transfer", "recalled", WEAPON)
    decision = decide(permitted, exempt)
    assert (decision.outcome.word, decision.support.word) == ("may-be-permitted", "inferred")


def test_the_best_of_several_bars_counts(decide):
    decision = decide(
        rule("one", "prohibit any transfer", "inferred", WEAPON),
        rule("other", "prohibit any transfer", "recalled", WEAPON),
    )
    assert decision.support.word == "recalled"


def test_bars_that_are_certain_only_together_are_as_weak_as_the_weakest(decide):
    """Whatever is found, one of the two bars; so the answer rests on both."""
    basis = rule("basis", "permit any transfer", "recalled", FOUND)
    decision = decide(
        rule("one", "prohibit any transfer", "inferred", FOUND),
        rule("other", "prohibit any transfer", "recalled", NOT_FOUND),
        basis,
        default="prohibited",
    )
    assert (decision.outcome.word, decision.support.word) == ("prohibited", "inferred")
    assert {bar.name for bar in decision.bars} >= {"one", "other"}
    said = [entry.note for section in account_of(decision).sections for entry in section.entries]
    assert "defeated by " not in said
