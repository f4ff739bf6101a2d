"""A proof bears the mark of the weakest rules that it cannot do without, and of no others."""

from __future__ import annotations

import pytest
from books import desk_of

from sekisho.audit import sourced

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
