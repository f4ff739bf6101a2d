"""Blocks about the law rather than of it: constraints between facts, and properties to be proved."""

from __future__ import annotations

from sekisho.base import FIRST_DAY, Interval, Support, Trouble, nearest, parse_day
from sekisho.ir import INTERNATIONAL, TRUE, Cite, Constraint, Outcome, Property
from sekisho.lang.lower import Lowering, origin_of
from sekisho.lang.syntax import Parsed

_ABOUT_OUTCOMES = ("never", "always", "only", "exactly")
_ABOUT_A_DAY = ("opened", "closed")
_WORDS = tuple(outcome.word for outcome in Outcome if outcome is not Outcome.UNDETERMINED)


def lower_constraint(low: Lowering, parsed: Parsed) -> Constraint | None:
    """Facts that cannot hold together."""
    impossible = parsed.first("impossible")
    if impossible is None:
        if parsed.sound:
            _lacks(low, parsed, "what is impossible", "impossible when all of")
        return None
    because = parsed.first("because")
    return Constraint(
        parsed.block.name,
        _cites(low, parsed),
        because.value if because else "",
        low.words.lower(impossible.value),
        origin_of(parsed),
    )


def lower_property(low: Lowering, parsed: Parsed) -> Property | None:
    """A claim about the law."""
    claims = [clause for clause in parsed.clauses if clause.kind in (*_ABOUT_OUTCOMES, *_ABOUT_A_DAY)]
    if len(claims) != 1:
        if parsed.sound:
            _lacks(low, parsed, "exactly one claim", "never may-be-permitted, free")
        return None
    (claim,) = claims
    before = len(low.troubles)
    outcomes: tuple[Outcome, ...] = ()
    days: Interval | None = None
    nothing = False
    if claim.kind in _ABOUT_OUTCOMES:
        for word, place in claim.value:
            if word not in _WORDS:
                close = nearest(word, _WORDS, count=1)
                help_ = f"write `{close[0]}`" if close else f"one of: {', '.join(_WORDS)}"
                low.trouble("SK203", f"`{word}` is no outcome", place, help=help_)
        outcomes = tuple(Outcome.of(word) for word, _ in claim.value if word in _WORDS)
        days = _days(low, parsed)
    else:
        word, day = claim.value
        nothing = word == "nothing"
        days = _interval(low, parsed, day, day)
        if nothing and parsed.first("when"):
            low.trouble(
                "SK214", f"`{claim.kind} nothing` leaves nothing for a condition to say", claim.place,
                help=f"write `{claim.kind} only on {day}`, or take the condition away",
            )  # fmt: skip
        if parsed.first("holds"):
            low.trouble("SK214", "this claim is about one day, and `holds` about several", claim.place)
    whose = parsed.first("law_of")
    state = whose.value[0] if whose else ""
    if whose is None:
        _lacks(low, parsed, "whose law it is about", "law of JPN")
    elif state != INTERNATIONAL and state not in low.words.states:
        close = nearest(state, low.words.states, count=1)
        help_ = f"write `{close[0]}`" if close else "use an ISO 3166 alpha-3 code, or `international`"
        low.trouble("SK203", f"`{state}` is the code of no state", whose.place, help=help_)
    when = parsed.first("when")
    formula = low.words.lower(when.value) if when else TRUE
    cites = _cites(low, parsed)
    if days is None or len(low.troubles) > before:
        return None
    return Property(parsed.block.name, claim.kind, outcomes, nothing, state, days, formula, cites, origin_of(parsed))


def _days(low: Lowering, parsed: Parsed) -> Interval | None:
    holds = parsed.first("holds")
    if holds is None:
        return Interval(FIRST_DAY)
    return _interval(low, parsed, holds.value[0], holds.value[1] if len(holds.value) > 1 else None)


def _interval(low: Lowering, parsed: Parsed, first: str, last: str | None) -> Interval | None:
    try:
        interval = Interval(parse_day(first), parse_day(last) if last else None)
    except ValueError as error:
        low.trouble("SK210", str(error), parsed.block.place(), help="write days as 2014-04-01")
        return None
    if interval.empty:
        low.trouble("SK210", f"it would end on {last}, before {first}", parsed.block.place(), help="exchange the days")
        return None
    return interval


def _lacks(low: Lowering, parsed: Parsed, what: str, example: str) -> None:
    low.troubles.append(
        Trouble(
            "SK204",
            f"the {parsed.block.kind} `{parsed.block.name}` does not say {what}",
            (parsed.block.place(),),
            help=f"add a line such as `{example}`",
        )
    )


def _cites(low: Lowering, parsed: Parsed) -> tuple[Cite, ...]:
    """The citations, where there are any: a claim of ours may rest on no text."""
    clauses = parsed.all("cite")
    for clause in clauses:
        key = clause.value[0]
        if key not in low.texts:
            close = nearest(key, low.texts, count=1)
            help_ = f"write `{close[0]}`" if close else "declare it under `texts:` in the front matter"
            low.trouble("SK209", f"no text is called `{key}`", clause.place, help=help_)
    return tuple(Cite(text, at, Support.of(mark), sources) for text, at, mark, sources in (c.value for c in clauses))
