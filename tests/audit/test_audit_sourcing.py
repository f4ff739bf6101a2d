"""A proof bears the mark of the weakest rules that it cannot do without, and of no others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from books import desk_of
from hypothesis import given
from hypothesis import strategies as st

from sekisho.audit import sourced, sourcing
from sekisho.base import Support
from sekisho.ir import Law
from sekisho.reason.diagram import FALSE, TRUE, Diagram
from sekisho.reason.verify import verify

PAGE = """---
instrument: jp-list
title: A closed list
jurisdiction: JPN
force: policy
default: prohibited
texts:
  jp-text:
    title: A text
    sources: []
---

# A closed list

## Reach

```scope jp-reach
cite jp-text 1 recalled
in force from 2000-01-01
when item is arms
```

## Permissions

```rule jp-finished
permit export
cite jp-text 2 {finished}
in force from 2000-01-01
when item.form is finished
```

## Bars

```rule jp-weapons
prohibit export
cite jp-text 3 {bar}
in force from 2000-01-01
when item is a weapon
```

```rule jp-weapons-again
prohibit export
cite jp-text 4 {again}
in force from 2000-01-01
when all of
  - item is a weapon
  - item.form is finished
```

## Claims

```property jp-no-weapon
law of JPN
never may-be-permitted, free
holds from 2000-01-01
when all of
  - item is a weapon
  - item is arms
  - item.form is finished
  - act is export
```

```property jp-parts-stay
law of JPN
always prohibited
holds from 2000-01-01
when all of
  - item is not a weapon
  - item is arms
  - item.form is component
  - act is export
```

```property jp-finished-may-go
law of JPN
never prohibited
holds from 2000-01-01
when all of
  - item is not a weapon
  - item is arms
  - item.form is finished
  - act is export
```
"""


def marks(**how: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """For each property, the mark of its proof and the rules that make it."""
    usual = {"finished": "recalled", "bar": "inferred", "again": "inferred"}
    desk = desk_of(PAGE.format(**{**usual, **how}))
    proved = desk.verify()
    assert all(verdict.holds for verdict in proved)
    return {name: (each.support.word, each.rules) for name, each in sourced(desk, proved).items()}


@pytest.mark.parametrize(
    ("bar", "again", "mark", "rules"),
    [
        ("inferred", "inferred", "inferred", ()),  # either would do, so neither is needed alone
        ("recalled", "inferred", "recalled", ("jp-reach", "jp-weapons")),  # a weaker rule that merely helps
        ("inferred", "recalled", "recalled", ("jp-reach", "jp-weapons-again")),
    ],
)
def test_a_weak_bar_counts_only_where_it_is_needed(bar, again, mark, rules):
    assert marks(bar=bar, again=again)["jp-no-weapon"] == (mark, rules)


def test_what_nothing_permits_rests_on_the_closed_list_alone():
    assert marks()["jp-parts-stay"] == ("recalled", ("jp-reach",))


@pytest.mark.parametrize("mark", ["inferred", "recalled"])
def test_what_is_let_through_rests_on_the_permission(mark):
    assert marks(finished=mark)["jp-finished-may-go"] == (mark, ("jp-finished",))


DAY = """
```rule jp-parts-too
permit export
cite jp-text 5 reported
in force from 2001-01-01
when item.form is component
```

```rule jp-parts-barred-again
prohibit export
cite jp-text 6 inferred
in force from 2001-01-01
when all of
  - item.form is component
  - item is a weapon
```

```property jp-parts-only
law of JPN
opened only on 2001-01-01
when item.form is component
```
"""


def test_what_a_day_opened_rests_on_what_came_and_lets_through():
    page = PAGE.format(finished="recalled", bar="inferred", again="inferred") + DAY
    desk = desk_of(page)
    (proved,) = desk.verify(["jp-parts-only"])
    rests = sourced(desk, [proved])["jp-parts-only"]
    assert (proved.holds, rests.support, rests.rules) == (True, Support.REPORTED, ("jp-parts-too",))


SIZES = [2, 3, 2]
ENDS = st.lists(st.sampled_from([FALSE, TRUE]), min_size=12, max_size=12)


def function(diagram: Diagram, ends: list[int], level: int = 0) -> int:
    """The truth function with these ends, the first variable slowest."""
    if level == len(SIZES):
        return ends[0]
    step = len(ends) // SIZES[level]
    parts = [ends[i : i + step] for i in range(0, len(ends), step)]
    return diagram.node(level, tuple(function(diagram, part, level + 1) for part in parts))


@given(ENDS, ENDS)
def test_a_condition_is_the_same_where_it_is_looked_at_and_asks_for_no_more(ends, looked):
    diagram = Diagram(SIZES)
    node, where = function(diagram, ends), function(diagram, looked)
    found = sourcing.within(diagram, node, where)
    assert diagram.both(found, where) == diagram.both(node, where)
    assert diagram.support(found) <= diagram.support(node)
    assert (found == FALSE) == (diagram.both(node, where) == FALSE)


def plainly_left_out(law: Law, least: Support, way: str, pulls) -> Law:
    """A law without weaker rules that pull one way; nothing else is dropped, and the whole of it is laid out."""
    parts = []
    for part in law.instruments:
        scopes = tuple(s for s in part.scopes if s.support >= least or way == "milder")
        rules = tuple(r for r in part.rules if r.support >= least or way not in pulls(r.name))
        parts += [replace(part, scopes=scopes, rules=rules)] if scopes else []
    return replace(law, instruments=tuple(parts))


@pytest.mark.parametrize("least", [Support.OFFICIAL, Support.RECALLED])
def test_what_is_laid_out_for_a_claim_alone_proves_and_fails_like_the_whole(desk, least):
    source, timeline, readings = sourcing._Sourcing(desk), desk.timeline(), desk.library.readings
    seen = set()
    for claim in desk.library.properties:
        if claim.form in ("opened", "closed"):
            continue
        law = timeline.law(claim.state, claim.days.last or timeline.change_days(claim.state)[-1])
        for way, form in (("stricter", claim.form), ("milder", claim.form), ("stricter", "only")):
            less = plainly_left_out(law, least, way, source.pulls)
            asked = replace(claim, form=form)
            holds = verify(desk.inquiry.whole(claim.state), asked, [less], timeline.law, readings).holds
            proof = sourcing._Proof(source.asked(asked), [law], source.pulls)
            assert proof.broken(proof.laws[0], least, way) is not holds, (claim.name, way, form)
            seen.add((form, holds))
    assert seen >= {("never", True), ("never", False), ("always", True), ("only", True), ("only", False)}
