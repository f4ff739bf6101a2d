"""Parsed blocks to the nodes of the intermediate representation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sekisho.base import FIRST_DAY, Day, Interval, Place, Support, Trouble, nearest, parse_day
from sekisho.ir import (
    TRUE,
    AnyOf,
    Assumption,
    Cite,
    Effect,
    Formula,
    Named,
    Origin,
    Reading,
    ReadingOption,
    Requirement,
    Rule,
    Scope,
    Term,
    Test,
    Text,
    Unmodelled,
    both,
)
from sekisho.lang.front import Front
from sekisho.lang.syntax import Clause, Parsed
from sekisho.lang.words import RELATED, SUBJECTS, Words

_EFFECTS = {
    "permit": Effect.PERMIT,
    "prohibit": Effect.PROHIBIT,
    "presume": Effect.PRESUME_DENIAL,
    "exempt": Effect.EXEMPT,
    "require": Effect.REQUIRE,
    "lift": Effect.LIFT,
    "claim": Effect.CLAIM_CONSENT,
}
_LACKS = {"in_force": "in force", "applies_to": "applies to", "assumption": "the fact that it assumes"}
_REQUIREMENTS = ("authorisation", "assurance", "procedure", "notice", "decision")
_CHANGERS = ("parties", "governments", "authority", "legislator", "nobody")


@dataclass(frozen=True, slots=True)
class Lowering:
    """Everything that lowering a block needs to know about the rest of the library."""

    words: Words
    texts: Mapping[str, Text]
    acts: tuple[str, ...]
    troubles: list[Trouble]

    def trouble(self, code: str, headline: str, place: Place, *, why: str = "", help: str = "") -> None:
        """Collect a trouble at a place."""
        self.troubles.append(Trouble(code, headline, (place,), why=why, help=help))


_ONCE = ("when", "true_when", "false_when", "subject_to", "ask", "changed_by", "default_is", "because", "in_force",
         "applies_to", "type_is", "from_supplier", "assumption")  # fmt: skip
"""The kinds of clause that a block may hold once; others may stand on several lines."""


def check_repeats(parsed: Parsed, troubles: list[Trouble]) -> None:
    """A clause that stands twice where it may stand once: one of the two would be lost."""
    for kind in _ONCE:
        first, *more = parsed.all(kind) or (None,)
        for clause in more:
            assert clause is not None
            assert first is not None
            troubles.append(
                Trouble(
                    "SK204",
                    f"`{parsed.block.name}` says `{kind.removesuffix('_is').replace('_', ' ')}` twice",
                    (clause.place, first.place),
                    why="one of the two would be lost",
                    help="keep one of the two, or join them in one list",
                )
            )


def origin_of(parsed: Parsed) -> Origin:
    """Where a block stands, for proofs and troubles."""
    block = parsed.block
    return Origin(block.place(), block.heading, block.anchor, block.prose)


def lower_term(parsed: Parsed, troubles: list[Trouble]) -> Term | None:
    """The declaration of a term; its `true when` and `false when` are lowered on use."""
    low = Lowering(Words({}, {}, {}, set()), {}, (), troubles)
    applies = _one(low, parsed, "applies_to", "applies to recipient")
    typed = _one(low, parsed, "type_is", "type truth")
    source = _one(low, parsed, "from_supplier", "from case")
    if not (applies and typed and source):
        return None
    subject, *relation = applies.value
    if subject not in SUBJECTS:
        close = nearest(subject, SUBJECTS, count=1)
        help_ = f"write `applies to {close[0]}`" if close else f"one of: {', '.join(SUBJECTS)}"
        low.trouble("SK202", f"no term can be said of `{subject}`", applies.place, help=help_)
    if relation and relation[0] not in RELATED:
        close = nearest(relation[0], RELATED, count=1)
        help_ = f"write `{close[0]}`" if close else f"one of: {', '.join(RELATED)}"
        low.trouble("SK202", f"`{relation[0]}` is no role that a term can relate to", applies.place, help=help_)
    kind, values = typed.value
    supplier, authority, registry = source.value
    changed = parsed.first("changed_by")
    changer = changed.value[0] if changed else "nobody"
    if changer not in _CHANGERS:
        assert changed is not None
        close = nearest(changer, _CHANGERS, count=1)
        help_ = f"write `{close[0]}`" if close else f"one of: {', '.join(_CHANGERS)}"
        low.trouble("SK203", f"`{changer}` is nobody who can change a fact", changed.place, help=help_)
    if supplier == "judgement" and kind != "truth":
        low.trouble(
            "SK202", "a judgement is found or not found: its type is truth", typed.place, help="write `type truth`"
        )
    asked = parsed.first("ask")
    if asked is None and supplier != "definition" and parsed.sound:
        low.trouble(
            "SK204",
            f"the term `{parsed.block.name}` has no question",
            parsed.block.place(),
            why="an interview could not ask for it",
            help="add a line `ask …?`",
        )
    for kind_ in ("true_when", "false_when"):
        clause = parsed.first(kind_)
        if clause is not None and kind != "truth":
            low.trouble(
                "SK214",
                "only a truth term can be defined by a condition",
                clause.place,
                why="a condition holds or fails; it does not choose among values",
                help="write `type truth`, or take the definition out",
            )
    if supplier == "definition" and parsed.first("true_when") is None and parsed.sound:
        low.trouble(
            "SK204",
            f"the term `{parsed.block.name}` comes from definition and has none",
            parsed.block.place(),
            why="it would never hold",
            help="add `true when …`, or name another supplier",
        )
    return Term(
        parsed.block.name,
        subject,
        relation[0] if relation else "",
        kind,
        values,
        supplier,
        (registry[0], registry[1]) if registry else None,
        authority,
        asked.value if asked else "",
        changer,
        tuple(_cite_of(*clause.value) for clause in parsed.all("cite")),
        None,
        None,
        origin_of(parsed),
        _stated_only(low, parsed, kind, values),
    )


def _stated_only(low: Lowering, parsed: Parsed, kind: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """The values that a case must state to have."""
    clause = parsed.first("stated_only")
    if clause is None:
        return ()
    named: tuple[str, ...] = clause.value
    if kind != "choice" or set(named) >= set(values):
        low.trouble(
            "SK214",
            "`stated only` leaves a choice no value that an unknown could stand for",
            clause.place,
            help="use it in a choice, for some of its values",
        )
    for value in named:
        if value not in values:
            low.trouble(
                "SK203",
                f"`{value}` is no value of `{parsed.block.name}`",
                clause.place,
                help=f"its values: {', '.join(values)}",
            )
    return tuple(value for value in values if value in named)


def lower_reading(low: Lowering, parsed: Parsed) -> Reading | None:
    """A contested point with its options."""
    options = []
    for clause in parsed.all("option"):
        name, cites, says = clause.value
        if not cites:
            low.trouble(
                "SK204",
                f"the option `{name}` has no source",
                clause.place,
                why="a reading nobody holds is no reading",
                help="add a `cite` line",
            )
        if not says:
            low.trouble(
                "SK204",
                f"the option `{name}` does not say what it means",
                clause.place,
                why="whoever chooses a reading must know what it says",
                help="add a line `says …` below it",
            )
        for cite in cites:
            _check_text(low, cite[0], clause.place)
        options.append(ReadingOption(name, tuple(_cite_of(*cite) for cite in cites), says))
    if not parsed.sound:
        return None
    names = [option.name for option in options]
    for clause in parsed.all("option")[1:]:
        if names.count(clause.value[0]) > 1:
            low.trouble(
                "SK205", f"the option `{clause.value[0]}` stands twice", clause.place, help="rename one of them"
            )
    if len(options) < 2:
        low.trouble(
            "SK204",
            f"the reading `{parsed.block.name}` needs at least two options",
            parsed.block.place(),
            why="with one option nothing is contested",
            help="add the other option, or write a plain rule",
        )
        return None
    default = parsed.first("default_is")
    if default is None or default.value[0] not in names:
        place = default.place if default else parsed.block.place()
        low.trouble(
            "SK204",
            f"the reading `{parsed.block.name}` has no default among its options",
            place,
            help=f"add `default {names[0]}`",
        )
        return None
    asked = parsed.first("ask")
    if asked is None:
        low.trouble(
            "SK204",
            f"the reading `{parsed.block.name}` has no question",
            parsed.block.place(),
            why="an interview could not ask for it",
            help="add a line `ask …?`",
        )
    return Reading(parsed.block.name, tuple(options), default.value[0], asked.value if asked else "", origin_of(parsed))


def lower_rule(low: Lowering, parsed: Parsed, front: Front) -> Rule | None:
    """One rule."""
    effects = [clause for clause in parsed.clauses if clause.kind in _EFFECTS]
    if not effects and not parsed.sound:
        return None
    if len(effects) != 1:
        headline = "has no effect line" if not effects else "has more than one effect line"
        place = effects[1].place if len(effects) > 1 else parsed.block.place()
        low.trouble(
            "SK204",
            f"the rule `{parsed.block.name}` {headline}",
            place,
            why="a rule does exactly one thing",
            help="begin it with one of: permit, prohibit, presume-denial, exempt, require, lift, claim consent",
        )
        return None
    clause = effects[0]
    effect = _EFFECTS[clause.kind]
    acts: tuple[str, ...] = clause.value if effect.outcome else ()
    for act in acts:
        if act not in low.acts:
            close = nearest(act, low.acts, count=1)
            low.trouble(
                "SK203",
                f"`{act}` is no act",
                clause.place,
                help=f"write `{close[0]}`" if close else f"one of: {', '.join(low.acts)}",
            )
    requirement = _requirement(low, clause.value, clause.place) if effect is Effect.REQUIRE else None
    cites = _cites(low, parsed)
    stated = _in_force(low, parsed, front)
    when = _when(low, parsed)
    if effect is not Effect.REQUIRE:
        for stray in parsed.all("for_bases"):
            low.trouble(
                "SK214", "`for` belongs to a `require` rule", stray.place, help="use `exception to`, or leave it out"
            )
    if effect not in (Effect.PERMIT, Effect.PRESUME_DENIAL):
        for stray in parsed.all("subject_to"):
            low.trouble("SK214", "`subject to` belongs to a `permit` rule", stray.place, help="write a `require` rule")
    if effect is Effect.LIFT and parsed.first("exception_to") is None and parsed.sound:
        low.trouble(
            "SK204",
            "`lift` needs `exception to`",
            clause.place,
            why="it decides nothing but defeats what it names",
            help="name the rules it lifts",
        )
    if not cites or stated is None:
        return None
    if acts:
        when = both(Test("act", tuple(act for act in low.acts if act in acts)), when)
    subject_to = parsed.first("subject_to")
    requirements = tuple(_requirement(low, value, subject_to.place) for value in subject_to.value) if subject_to else ()
    return Rule(
        parsed.block.name,
        front.name if front.kind == "instrument" else front.amends,
        effect,
        acts,
        requirement,
        _names(parsed, "exception_to"),
        _names(parsed, "replaces"),
        _names(parsed, "repeals"),
        _names(parsed, "for_bases"),
        cites,
        stated,
        when,
        requirements,
        front.name if front.kind == "proposal" else "",
        origin_of(parsed),
    )


def lower_scope(low: Lowering, parsed: Parsed, front: Front) -> Scope | None:
    """When the instrument speaks."""
    cites, stated, when = _cites(low, parsed), _in_force(low, parsed, front), _when(low, parsed)
    if not cites or stated is None:
        return None
    return Scope(parsed.block.name, cites, stated, when, origin_of(parsed))


def lower_unmodelled(low: Lowering, parsed: Parsed, front: Front) -> Unmodelled | None:
    """A passage that could not be expressed."""
    cites, stated, when = _cites(low, parsed), _in_force(low, parsed, front), _when(low, parsed)
    because = _one(low, parsed, "because", "because …")
    if not cites or stated is None or because is None:
        return None
    instrument = front.name if front.kind == "instrument" else front.amends
    return Unmodelled(
        parsed.block.name, instrument, _names(parsed, "affects"), cites, stated, because.value, when, origin_of(parsed)
    )


def lower_assumption(low: Lowering, parsed: Parsed, front: Front) -> Assumption | None:
    """A fact that a proposal would bring about."""
    stated_fact = _one(low, parsed, "assumption", "recipient is an agreement-state of this-state")
    cites, stated, when = _cites(low, parsed), _in_force(low, parsed, front), _when(low, parsed)
    if stated_fact is None or not cites or stated is None:
        return None
    leaf = stated_fact.value
    before = len(low.words.troubles)
    formula = low.words.lower(leaf)
    if len(low.words.troubles) > before:
        return None
    value = not leaf.negated
    inner: Formula = formula if value else formula.part  # type: ignore[union-attr]
    if isinstance(inner, Named):
        inner = inner.part
    if isinstance(inner, AnyOf):
        inner = inner.parts[-1]
    if not isinstance(inner, Test) or inner.values != ("true",):
        low.trouble(
            "SK214",
            "an `assume` block states one truth term",
            stated_fact.place,
            help="for instance `recipient is an agreement-state of this-state`",
        )
        return None
    return Assumption(parsed.block.name, front.name, inner.var, value, cites, stated, when, origin_of(parsed))


def _when(low: Lowering, parsed: Parsed) -> Formula:
    clause = parsed.first("when")
    return low.words.lower(clause.value) if clause else TRUE


def _cites(low: Lowering, parsed: Parsed) -> tuple[Cite, ...]:
    clauses = parsed.all("cite")
    if not clauses and parsed.sound:
        low.trouble(
            "SK204",
            f"`{parsed.block.name}` cites nothing",
            parsed.block.place(),
            why="a rule without its source is only an opinion",
            help="add a line `cite TEXT LOCATOR official|reported|recalled|inferred`",
        )
    for clause in clauses:
        _check_text(low, clause.value[0], clause.place)
    return tuple(_cite_of(*clause.value) for clause in clauses)


def _check_text(low: Lowering, key: str, place: Place) -> None:
    if key not in low.texts:
        close = nearest(key, low.texts, count=1)
        low.trouble(
            "SK209",
            f"no text is called `{key}`",
            place,
            why="a citation must lead to a text",
            help=f"write `{close[0]}`" if close else "declare it under `texts:` in the front matter",
        )


def _cite_of(text: str, locator: str, mark: str, sources: tuple[str, ...]) -> Cite:
    return Cite(text, locator, Support.of(mark), sources)


def _in_force(low: Lowering, parsed: Parsed, front: Front) -> Interval | None:
    clause = _one(low, parsed, "in_force", "in force from 2014-04-01")
    if clause is None:
        return None
    start, end = clause.value
    try:
        if start == "adoption":
            if front.proposed_on is None:
                low.trouble("SK210", "only a proposal is in force from adoption", clause.place, help="write the day")
                return None
            first: Day = front.proposed_on
        else:
            first = parse_day(start)
        last = parse_day(end) if end else None
    except ValueError as error:
        low.trouble("SK210", str(error), clause.place, help="write days as 2014-04-01")
        return None
    if last is not None and last < first:
        low.trouble(
            "SK210",
            f"the rule would end on {last}, before it begins on {first}",
            clause.place,
            help="exchange the two days",
        )
        return None
    return Interval(max(first, FIRST_DAY), last)


def _requirement(low: Lowering, value: tuple[str, str, str], place: Place) -> Requirement:
    if value[0] not in _REQUIREMENTS:
        close = nearest(value[0], _REQUIREMENTS, count=1)
        low.trouble(
            "SK203",
            f"`{value[0]}` is nothing that can be required",
            place,
            help=f"write `{close[0]}`" if close else f"one of: {', '.join(_REQUIREMENTS)}",
        )
    return Requirement(*value)


def _names(parsed: Parsed, kind: str) -> tuple[str, ...]:
    return tuple(name for clause in parsed.all(kind) for name, _ in clause.value)


def _one(low: Lowering, parsed: Parsed, kind: str, example: str) -> Clause | None:
    """The clause of a kind; a missing one is a trouble."""
    clauses = parsed.all(kind)
    if not clauses:
        if parsed.sound:
            low.trouble(
                "SK204",
                f"the {parsed.block.kind} `{parsed.block.name}` lacks `{example.split(maxsplit=1)[0] if kind != 'in_force' else 'in force'}`",
                parsed.block.place(),
                help=f"add a line such as `{example}`",
            )
        return None
    return clauses[0]
