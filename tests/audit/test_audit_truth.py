"""What the audit says of random small books is what trying every case says."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from books import registries
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.audit import audit
from sekisho.decide.combine import holds, stands
from sekisho.desk import Desk
from sekisho.ir import Outcome, variables
from sekisho.lang import Source, read_library
from sekisho.store import Opened

WORDS = (Path(__file__).parents[1] / "lang" / "words.md").read_text(encoding="utf-8")
FRONT = "---\ninstrument: book\ntitle: The book\njurisdiction: JPN\nforce: statute\ndefault: {default}\ntexts:\n  act: {{title: The act}}\n---\n\n"
EFFECTS = [
    "permit export",
    "permit any transfer",
    "prohibit loan",
    "prohibit any transfer",
    "exempt export, loan",
    "presume-denial export",
    "lift",
]
STATEMENTS = [
    "item is a weapon",
    "item is not a weapon",
    "recipient is USA",
    "recipient is not USA",
    "act is loan",
    "item.form is finished",
    "item.form is component",
]

rule = st.tuples(
    st.sampled_from(EFFECTS),
    st.lists(st.sampled_from(STATEMENTS), max_size=3),
    st.sets(st.integers(0, 4), max_size=2),
)


def page(rules, default: str) -> str:
    text = (
        FRONT.format(default=default)
        + "```scope all\ncite act s.1 inferred\nin force from 2000-01-01\nwhen item is a weapon\n```\n"
    )
    for number, (effect, statements, targets) in enumerate(rules):
        names = [f"r-{target}" for target in sorted(targets) if target < number]
        lines = [
            "prohibit export" if effect == "lift" and not names else effect,
            *([f"exception to {', '.join(names)}"] if names else []),
            "cite act s.2 inferred",
            "in force from 2000-01-01",
        ]
        if statements:
            lines += ["when all of", *(f"  - {statement}" for statement in statements)]
        text += f"\n```rule r-{number}\n" + "\n".join(lines) + "\n```\n"
    return text


@settings(max_examples=60)
@given(st.lists(rule, min_size=1, max_size=5), st.sampled_from(["prohibited", "may-be-permitted", "free"]))
def test_the_audit_agrees_with_trying_every_case(rules, default: str) -> None:
    library, _ = read_library(
        [Source("words.md", WORDS), Source("page.md", page(rules, default))], states=["JPN", "USA"]
    )
    desk = Desk(Opened(library, registries(), "", ()))
    said = {(t.code, t.headline.split("`")[1]) for t in audit(desk).troubles}
    law = desk.law("JPN", "2000-01-01")
    (part,) = law.instruments
    names = sorted({name for f in (part.scope, *(r.when for r in law.rules)) for name in variables(f)})
    applies, standing, decides, defeats, clashes, default_answers = set(), set(), set(), set(), set(), False
    for row in product(*(library.vars[name].domain for name in names)):
        values = dict(zip(names, row, strict=True)).get
        if not holds(part.scope, values):
            continue
        here = {r.name for r in law.rules if holds(r.when, values)}
        up = {r.name: r for r in law.rules if stands(r, law, values)}
        strongest = max((r.effect.outcome for r in up.values() if r.effect.outcome), default=Outcome.FREE)
        applies |= here
        standing |= set(up)
        decides |= {name for name, r in up.items() if r.effect.outcome in (None, strongest)}
        defeats |= {(name, target) for name, r in up.items() for target in r.exception_to if target in here}
        if strongest >= Outcome.PRESUMED_DENIED:
            clashes |= {name for name, r in up.items() if r.effect.outcome is Outcome.FREE}
        default_answers |= not any(r.effect.outcome for r in up.values())
    every = {r.name: r for r in law.rules}
    assert {name for code, name in said if code == "SK221"} == every.keys() - applies
    assert {name for code, name in said if code == "SK222"} == applies - standing
    assert {name for code, name in said if code == "SK223"} == standing - decides
    assert {name for code, name in said if code == "SK225"} == clashes
    idle = {
        name
        for name, r in every.items()
        if name in standing
        for t in r.exception_to
        if t in standing and (name, t) not in defeats
    }
    assert {name for code, name in said if code == "SK224"} == idle
    assert (("SK227", "book") in said) is (default == "prohibited" and not default_answers)
