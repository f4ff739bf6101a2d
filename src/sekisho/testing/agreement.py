"""Does the fast reasoning mean what the specification says? On random laws and random valuations.

`decide/combine.py` is slow and obviously right; `reason` and `decide/argument.py` are fast. Here
both answer the same questions: the outcomes, the facts they turn on, the findings they are subject
to, what every instrument says and what becomes of every rule. A mismatch is made as small as it
can be before it is shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from random import Random
from typing import TypeVar

from sekisho.base import Day, Interval
from sekisho.decide import Arguer, Argument, combine
from sekisho.ir import (
    INTERNATIONAL,
    TRUE,
    All,
    AnyOf,
    Formula,
    Instrument,
    Kind,
    Law,
    Library,
    Named,
    Not,
    Outcome,
    Rule,
    Timeline,
    variables,
)
from sekisho.reason import Settled, States, laid_out, outcome_of, outline, settle, settle_directly
from sekisho.reason.settle import read_off, widened
from sekisho.testing.books import (
    SMALL,
    STATES,
    Shape,
    random_day,
    random_library,
    random_values,
    show_library,
)

_T = TypeVar("_T")

Valuation = Mapping[str, str | None]

_MAX_ROWS = 12
_MAX_TRIES = 4000
_VALUATIONS = 5


@dataclass(frozen=True, slots=True)
class Trial:
    """One question put to both sides: a rulebook, whose law, on which day, and what is known."""

    library: Library
    state: str
    day: Day
    values: Valuation

    def law(self) -> Law:
        """The law that is asked."""
        return Timeline(self.library).law(self.state, self.day)

    def show(self) -> str:
        """As text, for a report."""
        known = "\n".join(f"  {name} = {value or 'unknown'}" for name, value in sorted(self.values.items()))
        return f"{show_library(self.library)}\nthe law of {self.state} on {self.day}, where\n{known or '  nothing is asked'}"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A trial in which the two sides differ: which one, how, and the smallest that still differs."""

    number: int
    said: str
    smallest: Trial


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a run found."""

    cases: int
    seconds: float
    mismatches: tuple[Mismatch, ...]


def agree(
    cases: int = 10_000,
    *,
    seed: int = 0,
    shape: Shape = SMALL,
    progress: Callable[[int, int], None] | None = None,
) -> Agreement:
    """Compare both sides on so many random cases.

    Args:
        cases: How many.
        seed: Chooses them; the same seed gives the same cases.
        shape: The bounds of the rulebooks.
        progress: Called now and then with the number of cases done and of mismatches found.

    Example:
        >>> agree(20).mismatches
        ()
    """
    begun = time.perf_counter()
    found: list[Mismatch] = []
    for number, (trial, said) in enumerate(_compared(cases, seed, shape), start=1):
        if said and len(found) < 5:
            found.append(Mismatch(number, said, smallest(trial, said)))
        if progress is not None and number % 500 == 0:
            progress(number, len(found))
    return Agreement(cases, time.perf_counter() - begun, tuple(found))


def _compared(cases: int, seed: int, shape: Shape) -> Iterator[tuple[Trial, str]]:
    done = book = 0
    while done < cases:
        trials = random_trials(Random(f"{seed}/{book}"), shape)  # noqa: S311 - chance for tests, not for secrets
        book += 1
        law = trials[0].law()
        compare = Comparison(law, trials[0].library)
        for trial in trials[: cases - done]:
            done += 1
            yield trial, compare.differs(trial.values)


def random_trials(rng: Random, shape: Shape = SMALL) -> tuple[Trial, ...]:
    """A random law, and several random valuations of its variables."""
    library = random_library(rng, shape)
    state = rng.choices((STATES[0], STATES[1], INTERNATIONAL), (10, 1, 1))[0]
    day = random_day(rng, library, state)
    names = Timeline(library).law(state, day).variables
    shares = ((0.0, 0.7), (0.3, 0.7), (0.3, 0.4), (0.6, 0.8), (0.15, 1.0))
    rows = [random_values(rng, library, names, unknown=u, open_=o) for u, o in shares[:_VALUATIONS]]
    return tuple(Trial(library, state, day, row) for row in rows)


class Comparison:
    """One law, ready to be asked of both sides."""

    def __init__(self, law: Law, library: Library) -> None:
        self.law = law
        self.library = library
        self._outline = outline(law, library)
        self._states = States(laid_out(self._outline))
        self._root = self._states.root()
        self._arguer = Arguer(law)

    def settle(self, known: Valuation) -> Settled:
        """What the fast reasoning says."""
        return settle(self._states, self._root, known.get)

    def argue(self, known: Valuation) -> Argument:
        """What becomes of every rule."""
        return self._arguer.argue(known.get)

    def differs(self, known: Valuation) -> str:
        """How the two sides differ under the valuation; empty where they agree."""
        return self._reasoning(known) or self._findings(known) or self._argument(known)

    def _reasoning(self, known: Valuation) -> str:
        law, vars, values = self.law, self.library.vars, known.get
        settled = settle(self._states, self._root, values)
        outcomes = combine.outcomes(law, values, vars)
        if settled.outcomes != outcomes:
            return f"outcomes: {_words(settled.outcomes)} for {_words(outcomes)}"
        alone = outcome_of(self._states, self._root, values)
        if alone is not settled.outcome:
            return f"the outcome alone: {alone.word} for {settled.outcome.word}"
        rest = read_off(*self._states.rest(self._root, values))
        for way, found in (
            ("put in directly", settle_directly(self._outline, self._arguer, {n: values(n) for n in law.variables})),
            ("put together first", rest if law.encoded else widened(rest)),
        ):
            if found != settled:
                return f"{way}: {found} for {settled}"
        turning = combine.turns_on(law, values, vars)
        if frozenset(settled.turns_on) != turning:
            return f"turns on: {sorted(settled.turns_on)} for {sorted(turning)}"
        return ""

    def _findings(self, known: Valuation) -> str:
        """The leaves, against the specification for each way in which the unknown facts can turn out."""
        law, vars = self.law, self.library.vars
        unknown = _asked(law, self.library, known)
        domains = [vars[name].possible for name in unknown]
        count = 1
        for domain in domains:
            count *= len(domain)
        if count > _MAX_ROWS:
            return ""
        expected = set()
        for row in product(*domains):
            values = {**known, **dict(zip(unknown, row, strict=True))}.get
            reached = combine.explore(law, values, vars)
            expected.add((combine.let(reached), frozenset(reached), combine.subject_to(law, values, vars)))
        found = {
            (leaf.outcome, leaf.reachable, leaf.subject_to)
            for leaf in settle(self._states, self._root, known.get).leaves
        }
        if found != expected:
            return f"leaves: {_leaves(found - expected)} for {_leaves(expected - found)}"
        return ""

    def _argument(self, known: Valuation) -> str:
        law, values = self.law, known.get
        said = {part.instrument.name: combine.speaks(part, law, values) for part in law.instruments}
        for proof in self._arguer.argue(values):
            name = proof.part.instrument.name
            outcome, _ = said[name]
            over = [said[other][1] for other in proof.part.instrument.yields_to if other in said]
            silent = outcome == combine.SILENT or True in over
            expected = None if silent or None in over else outcome
            if proof.answer != expected or proof.silent != silent:
                return f"{name}: says {proof.answer}, silent {proof.silent}, for {expected}, {silent}"
            for each in proof.rules:
                stood = combine.stands(each.rule, law, values)
                fails = combine.holds(each.rule.when, values) is False
                status = "fails" if fails else {True: "stands", None: "open", False: "defeated"}[stood]
                if each.status != status:
                    return f"{each.rule.name}: {each.status} for {status}"
                if each.status == "defeated" and not each.by:
                    return f"{each.rule.name}: defeated by nothing"
                for other in each.by:
                    if other not in {e.name for e in law.exceptions[each.rule.name]}:
                        return f"{each.rule.name}: defeated by {other}, which is no exception to it"
        return ""


def _asked(law: Law, library: Library, known: Valuation) -> list[str]:
    """The unknown facts for which some deciding condition asks."""
    formulas = [part.scope for part in law.instruments] + [rule.when for rule in law.rules]
    names = dict.fromkeys(name for formula in formulas for name in variables(formula))
    return [name for name in names if known.get(name) is None and library.vars[name].kind is Kind.FACT]


def _words(outcomes: frozenset[Outcome]) -> str:
    return ", ".join(outcome.word for outcome in sorted(outcomes))


def _leaves(leaves: set[tuple[Outcome, frozenset[Outcome], tuple[combine.Findings, ...]]]) -> str:
    return "; ".join(f"{o.word} of {_words(reached)} subject to {sets}" for o, reached, sets in leaves) or "nothing"


# Making a mismatch small


def smallest(trial: Trial, said: str) -> Trial:
    """The smallest trial found that differs in the same way."""
    kind = said.partition(":")[0]

    def still(other: Trial) -> bool:
        try:
            return Comparison(other.law(), other.library).differs(other.values).partition(":")[0] == kind
        except (KeyError, IndexError):
            return False

    return shrink(trial, still)


def shrink(trial: Trial, fails: Callable[[Trial], bool]) -> Trial:
    """The smallest trial that still fails, by taking one thing away at a time."""
    tries = 0
    again = True
    while again:
        again = False
        for other in _smaller(trial):
            tries += 1
            if tries > _MAX_TRIES:
                return trial
            if fails(other):
                trial, again = other, True
                break
    return trial


def _smaller(trial: Trial) -> Iterator[Trial]:
    """Every trial that is one step smaller, the biggest steps first."""
    library = trial.library
    for each in library.instruments:
        rest = tuple(other for other in library.instruments if other is not each)
        if rest:
            yield replace(trial, library=_sound(replace(library, instruments=rest)))
    for each in library.instruments:
        for smaller in _smaller_instruments(each):
            others = tuple(smaller if other is each else other for other in library.instruments)
            yield replace(trial, library=_sound(replace(library, instruments=others)))
    for name, value in trial.values.items():
        if value is None:
            for word in library.vars[name].domain:
                yield replace(trial, values={**trial.values, name: word})
    mentioned = set(trial.law().variables)
    if set(trial.values) - mentioned:
        yield replace(trial, values={name: value for name, value in trial.values.items() if name in mentioned})


def _smaller_instruments(each: Instrument) -> Iterator[Instrument]:
    for rule in each.rules:
        yield replace(each, rules=tuple(other for other in each.rules if other is not rule))
    if each.yields_to:
        yield replace(each, yields_to=())
    if each.unmodelled:
        yield replace(each, unmodelled=())
    for scope in each.scopes:
        if len(each.scopes) > 1:
            yield replace(each, scopes=tuple(other for other in each.scopes if other is not scope))
        for when in smaller_formulas(scope.when):
            yield replace(each, scopes=_with(each.scopes, scope, replace(scope, when=when)))
    for rule in each.rules:
        for smaller in _smaller_rules(rule):
            yield replace(each, rules=_with(each.rules, rule, smaller))


def _smaller_rules(rule: Rule) -> Iterator[Rule]:
    if rule.exception_to:
        yield replace(rule, exception_to=rule.exception_to[1:])
    if rule.replaces or rule.repeals:
        yield replace(rule, replaces=(), repeals=())
    if rule.stated.last is not None:
        yield replace(rule, stated=Interval(rule.stated.first))
    for when in smaller_formulas(rule.when):
        yield replace(rule, when=when)


def smaller_formulas(formula: Formula) -> Iterator[Formula]:
    """Every condition that is one step smaller."""
    if formula != TRUE:
        yield TRUE
    match formula:
        case Not(part) | Named(_, part):
            yield part
            for each in smaller_formulas(part):
                yield Not(each) if isinstance(formula, Not) else each
        case All(parts) | AnyOf(parts):
            yield from parts
            for index, part in enumerate(parts):
                yield type(formula)((*parts[:index], *parts[index + 1 :]))
                for each in smaller_formulas(part):
                    yield type(formula)((*parts[:index], each, *parts[index + 1 :]))


def _with(things: Sequence[_T], old: _T, new: _T) -> tuple[_T, ...]:
    return tuple(new if thing is old else thing for thing in things)


def _sound(library: Library) -> Library:
    """The same without references to what is gone."""
    rules = {rule.name for rule in library.rules}
    names = {instrument.name for instrument in library.instruments}

    def known(wanted: tuple[str, ...], there: set[str]) -> tuple[str, ...]:
        return tuple(name for name in wanted if name in there)

    instruments = tuple(
        replace(
            each,
            yields_to=known(each.yields_to, names),
            rules=tuple(
                replace(
                    rule,
                    exception_to=known(rule.exception_to, rules),
                    replaces=known(rule.replaces, rules),
                    repeals=known(rule.repeals, rules),
                )
                for rule in each.rules
            ),
        )
        for each in library.instruments
    )
    return replace(library, instruments=instruments)
