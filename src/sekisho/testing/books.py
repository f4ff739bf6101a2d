"""Random rulebooks, built straight from nodes: small, and as nasty as the language allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import TypeVar

from sekisho.base import Day, Interval, Place, Support
from sekisho.ir import (
    FALSE,
    INTERNATIONAL,
    TRUE,
    All,
    AnyOf,
    Cite,
    Effect,
    Formula,
    Instrument,
    Kind,
    Library,
    Named,
    Not,
    Origin,
    Outcome,
    Reading,
    ReadingOption,
    Requirement,
    Rule,
    Scope,
    Term,
    Test,
    Text,
    Timeline,
    Unmodelled,
    Var,
)

_T = TypeVar("_T")

STATES = ("AAA", "BBB", "CCC")
"""The invented states of random rulebooks: the first has law of its own, the others have not."""

DAYS = (Day(2000, 1, 1), Day(2005, 6, 30), Day(2010, 1, 1), Day(2016, 2, 29))
"""The days on which rules of random rulebooks begin."""

_TRUTHS = ("fact-a", "fact-b", "fact-c", "fact-d")
_JUDGEMENTS = ("judgement-a", "judgement-b", "judgement-c")
_READINGS = {"reading-a": ("narrow", "wide"), "reading-b": ("first", "second", "third")}
_FORMS = ("finished", "component", "technology")
_PURPOSES = ("rescue", "transport")
_ACTS = ("export", "re-transfer", "loan")
_DEFAULTS = (Outcome.PROHIBITED, Outcome.MAY_BE_PERMITTED, Outcome.FREE)
_EFFECTS = (
    (Effect.PERMIT, 32),
    (Effect.PROHIBIT, 20),
    (Effect.PRESUME_DENIAL, 10),
    (Effect.EXEMPT, 12),
    (Effect.LIFT, 13),
    (Effect.REQUIRE, 6),
    (Effect.CLAIM_CONSENT, 4),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """The bounds of a random rulebook.

    Attributes:
        facts: At most so many facts that its conditions may ask for.
        judgements: At most so many judgements.
        readings: At most so many contested points.
        instruments: At most so many instruments.
        rules: At most so many rules in each of them.
        depth: How deeply conditions nest.
    """

    facts: int = 4
    judgements: int = 3
    readings: int = 1
    instruments: int = 3
    rules: int = 6
    depth: int = 2


SMALL = Shape()
"""Small enough for the specification, which tries every combination."""

LARGE = Shape(facts=6, readings=2, instruments=4, rules=9, depth=3)
"""For properties that need no comparison with the specification."""


def random_library(rng: Random, shape: Shape = SMALL) -> Library:
    """A sound rulebook: exceptions and yielding without circles, every name known.

    Example:
        >>> from random import Random
        >>> random_library(Random(1)) == random_library(Random(1))
        True
    """
    terms, readings = _vocabulary()
    every = _variables(terms, readings)
    vars = _some(rng, every, shape)
    names: list[str] = []
    firsts: dict[str, Day] = {}
    ended: set[str] = set()
    instruments: list[Instrument] = []
    for number in range(rng.randint(1, shape.instruments)):
        name = f"law-{number}"
        rules = []
        for _ in range(rng.randint(min(2, shape.rules), shape.rules)):
            rule = _rule(rng, f"rule-{len(names)}", name, vars, names, firsts, ended, shape.depth)
            names.append(rule.name)
            firsts[rule.name] = rule.stated.first
            rules.append(rule)
        scopes = [
            Scope(
                f"scope-{number}-{each}",
                _cites(rng),
                _stated(rng, early=True),
                TRUE if rng.random() < 0.5 else random_formula(rng, vars, 1),
                _origin(),
            )
            for each in range(1 if rng.random() < 0.8 else 2)
        ]
        passages = [
            Unmodelled(
                f"passage-{number}",
                name,
                (),
                _cites(rng),
                _stated(rng, early=True),
                "it cannot be said",
                random_formula(rng, vars, 1),
                _origin(),
            )
        ] * (rng.random() < 0.2)
        rng.shuffle(rules)
        instruments.append(
            Instrument(
                name,
                f"Law {number}",
                STATES[0] if rng.random() < 0.6 else INTERNATIONAL,
                "statute",
                rng.choice(_DEFAULTS),
                tuple(each.name for each in instruments if rng.random() < 0.35),
                tuple(scopes),
                tuple(rules),
                tuple(passages),
                _origin(),
            )
        )
    rng.shuffle(instruments)
    texts = {"text": Text("text", "A text", ("source",))}
    return Library(tuple(instruments), (), terms, readings, texts, {var.name: var for var in every})


def random_formula(rng: Random, vars: Sequence[Var], depth: int) -> Formula:
    """A condition over some of the variables; now and then a constant or an empty list."""
    dice = rng.random()
    if depth <= 0 or dice < 0.3:
        if dice > 0.98:
            return rng.choice((TRUE, FALSE))
        return _test(rng, rng.choice(vars))
    if dice < 0.45:
        return Not(random_formula(rng, vars, depth - 1))
    if dice < 0.52:
        return Named("fact-a", random_formula(rng, vars, depth - 1))
    size = 0 if dice > 0.99 else rng.randint(1, 3)
    parts = tuple(random_formula(rng, vars, depth - 1) for _ in range(size))
    return All(parts) if dice < 0.8 else AnyOf(parts)


def random_day(rng: Random, library: Library, state: str) -> Day:
    """A day near one on which the law of the state changes: the day itself, its eve, or soon after."""
    days = Timeline(library).change_days(state)
    if not days:
        return rng.choice(DAYS)
    if rng.random() < 0.7:
        days = days[len(days) // 2 :]
    return rng.choice(days) + timedelta(days=rng.choice((-1, 0, 0, 1, 40)))


def random_values(
    rng: Random, library: Library, names: Sequence[str], *, unknown: float = 0.35, open_: float = 0.6
) -> dict[str, str | None]:
    """A value for each variable: some facts unknown, some judgements open, every reading taken.

    Args:
        rng: Where chance comes from.
        library: Declares the variables.
        names: The variables that get a value.
        unknown: How probable it is that a fact is unknown.
        open_: How probable it is that a judgement is open.
    """
    found: dict[str, str | None] = {}
    for name in names:
        var = library.vars[name]
        share = {Kind.FACT: unknown, Kind.JUDGEMENT: open_, Kind.READING: 0.0}[var.kind]
        value: str | None = None if rng.random() < share else rng.choice(var.domain)
        # A state that no rule names: `*` in the domain stands for it, and never stands in a case.
        found[name] = "ZZZ" if value == "*" else value
    return found


def shuffled(rng: Random, library: Library) -> Library:
    """The same rulebook with instruments, scopes, rules and passages in another order."""

    def mixed(things: Sequence[_T]) -> tuple[_T, ...]:
        return tuple(rng.sample(list(things), len(things)))

    instruments = [
        replace(each, scopes=mixed(each.scopes), rules=mixed(each.rules), unmodelled=mixed(each.unmodelled))
        for each in library.instruments
    ]
    return replace(library, instruments=mixed(instruments))


def show_formula(formula: Formula) -> str:
    """A condition on one line, for reports."""
    match formula:
        case Test(var, values):
            return var if values == ("true",) else f"{var} is {' or '.join(values)}"
        case Not(part):
            return f"not ({show_formula(part)})"
        case Named(term, part):
            return f"{term}: ({show_formula(part)})"
        case All(parts):
            return " and ".join(f"({show_formula(part)})" for part in parts) or "all of nothing"
        case AnyOf(parts):
            return " or ".join(f"({show_formula(part)})" for part in parts) or "any of nothing"
        case _:
            return "always" if formula == TRUE else "never"


def show_library(library: Library) -> str:
    """A rulebook as a few lines, for reports."""
    lines: list[str] = []
    for each in library.instruments:
        yields = f", yields to {', '.join(each.yields_to)}" if each.yields_to else ""
        lines.append(f"{each.name} ({each.jurisdiction}), default {each.default.word}{yields}")
        lines.extend(f"  scope {s.name} {s.stated.show()}: {show_formula(s.when)}" for s in each.scopes)
        for rule in each.rules:
            links = (("exception to", rule.exception_to), ("replaces", rule.replaces), ("repeals", rule.repeals))
            said = "".join(f", {word} {', '.join(names)}" for word, names in links if names)
            lines.append(f"  {rule.name} {rule.effect.value}{said}, {rule.stated.show()}: {show_formula(rule.when)}")
    return "\n".join(lines)


def _rule(
    rng: Random,
    name: str,
    instrument: str,
    vars: Sequence[Var],
    earlier: Sequence[str],
    firsts: dict[str, Day],
    ended: set[str],
    depth: int,
) -> Rule:
    effect = rng.choices([e for e, _ in _EFFECTS], [weight for _, weight in _EFFECTS])[0]
    if effect is Effect.LIFT and not earlier:
        effect = Effect.PERMIT
    excepted: tuple[str, ...] = ()
    if earlier and (effect is Effect.LIFT or rng.random() < 0.3):
        near = earlier[-4:]
        excepted = tuple(sorted(rng.sample(near, min(len(near), rng.choice((1, 1, 1, 2))))))
    stated = _stated(rng)
    over = [each for each in earlier if firsts[each] < stated.first and each not in ended]
    ends = tuple(rng.sample(over, 1)) if over and rng.random() < 0.3 else ()
    ended.update(ends)
    replaces = rng.random() < 0.5
    requirement = Requirement("authorisation", f"licence-{name}", "ministry")
    return Rule(
        name,
        instrument,
        effect,
        (),
        requirement if effect is Effect.REQUIRE else None,
        excepted,
        ends if replaces else (),
        () if replaces else ends,
        (),
        _cites(rng),
        stated,
        TRUE if rng.random() < 0.04 else random_formula(rng, vars, depth),
        (requirement,) if effect is Effect.PERMIT and rng.random() < 0.2 else (),
        "",
        _origin(),
    )


def _test(rng: Random, var: Var) -> Test:
    values = [value for value in var.domain if value != "*"]
    if var.domain == ("false", "true"):
        return Test(var.name) if rng.random() < 0.9 else Test(var.name, ("false",))
    return Test(var.name, tuple(sorted(rng.sample(values, rng.randint(1, max(1, len(values) - 1))))))


def _stated(rng: Random, *, early: bool = False) -> Interval:
    first = DAYS[0] if rng.random() < (0.9 if early else 0.5) else rng.choice(DAYS)
    later = [day for day in DAYS if day > first]
    if later and rng.random() < 0.1:
        return Interval(first, rng.choice(later) - timedelta(days=1))
    return Interval(first)


def _cites(rng: Random) -> tuple[Cite, ...]:
    return (Cite("text", str(rng.randint(1, 9)), rng.choice(list(Support))),)


def _origin() -> Origin:
    return Origin(Place("random.md"))


def _some(rng: Random, every: Sequence[Var], shape: Shape) -> list[Var]:
    """The variables that the conditions of one rulebook ask for."""
    found: list[Var] = []
    for kind, most in ((Kind.FACT, shape.facts), (Kind.JUDGEMENT, shape.judgements), (Kind.READING, shape.readings)):
        of_kind = [var for var in every if var.kind is kind]
        bound = min(most, len(of_kind))
        least = 0 if kind is Kind.READING else min(bound, 1)
        found += rng.sample(of_kind, rng.randint(least, bound))
    return found


def _vocabulary() -> tuple[dict[str, Term], dict[str, Reading]]:
    terms = [_term(name, "recipient", "truth", (), "case") for name in _TRUTHS]
    terms += [_term(name, "recipient", "truth", (), "judgement") for name in _JUDGEMENTS]
    terms += [
        _term("act", "case", "choice", _ACTS, "case"),
        _term("form", "item", "choice", _FORMS, "case"),
        _term("purpose", "item", "choices", _PURPOSES, "case"),
        _term("recipient", "case", "state", (), "case"),
    ]
    readings = [
        Reading(
            name,
            tuple(
                ReadingOption(option, (Cite("text", "1", Support.REPORTED),), f"It is {option}.") for option in options
            ),
            options[0],
            f"Which {name}?",
            _origin(),
        )
        for name, options in _READINGS.items()
    ]
    return {term.name: term for term in terms}, {reading.name: reading for reading in readings}


def _term(name: str, subject: str, type: str, values: tuple[str, ...], supplier: str) -> Term:
    authority = "ministry" if supplier == "judgement" else ""
    ask = f"Is it so that {name}?"
    return Term(name, subject, "", type, values, supplier, None, authority, ask, "parties", (), None, None, _origin())


def _variables(terms: dict[str, Term], readings: dict[str, Reading]) -> list[Var]:
    make: dict[str, Callable[[Term, Kind], list[Var]]] = {
        "truth": lambda term, kind: [Var(term.name, kind, term.name)],
        "choice": lambda term, kind: [Var(term.name, kind, term.name, term.values)],
        "choices": lambda term, kind: [Var(f"{term.name}:{value}", kind, term.name) for value in term.values],
        "state": lambda term, kind: [Var(term.name, kind, term.name, (*STATES[1:], "*"))],
    }
    found: list[Var] = []
    for term in terms.values():
        kind = Kind.JUDGEMENT if term.supplier == "judgement" else Kind.FACT
        found += make[term.type](term, kind)
    for reading in readings.values():
        options = tuple(option.name for option in reading.options)
        found.append(Var(f"reading:{reading.name}", Kind.READING, reading.name, options, "legislator"))
    return found
