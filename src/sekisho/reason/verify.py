"""Properties of the law, proved or refuted.

A property speaks of all cases on all days of an interval. The law changes on few days, and between
them it is one function, so the interval falls into a few stretches; on each of them the cases that
break the property are one more function, and the property holds where that is nowhere true. Where
it is not, any of its cases is a witness.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sekisho.base import Day, Interval
from sekisho.ir import Kind, Law, Outcome, Property, Reading
from sekisho.reason.compare import code_of, difference, pair_of
from sekisho.reason.diagram import FALSE, TRUE
from sekisho.reason.universe import Universe
from sekisho.reason.whole import Whole, outcome_at

LawOn = Callable[[str, Day], Law]
"""From a state and a day to its law."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A stretch of days on which a property fails.

    Attributes:
        days: The days.
        cases: How many cases of the plausible universe break it, over the words that play a part.
        of: How many cases that universe has.
        witness: One of them.
        outcome: What the law answers to it.
        before: For `opened` and `closed`, what it answered the day before.
    """

    days: Interval
    cases: int
    of: int
    witness: Mapping[str, str]
    outcome: Outcome
    before: Outcome | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a property holds.

    Attributes:
        property: The property.
        holds: Whether it was proved for every case on every day that it speaks of.
        versions: How many versions of the law that took.
        different: How many of them were different functions.
        vacuous: Whether no case at all satisfies its condition, so that it says nothing.
        broken: Where it fails.
    """

    property: Property
    holds: bool
    versions: int
    different: int
    vacuous: bool
    broken: tuple[Broken, ...]


class Asked:
    """What a property asks of any law.

    Attributes:
        universe: The contested points read as their defaults and the judgements left open, but for those it asks for.
        condition: Where its condition holds.
        possible: The cases that it speaks of: no constraint is broken, and each judgement it asks for has been made.
    """

    def __init__(self, whole: Whole, claim: Property, readings: Mapping[str, Reading]) -> None:
        """Ask in a diagram over the variables of the state's law."""
        self.whole, self.claim = whole, claim
        condition = whole.condition(claim.when)
        asked = whole.support(condition)
        self.universe = Universe(whole, readings, _named_readings(whole, asked, readings))
        self.universe.fixed = {
            level: at
            for level, at in self.universe.fixed.items()
            if level not in asked or whole.points[level].var.kind is Kind.FACT
        }
        self.condition = self.universe.part(condition)
        self.possible = self.universe.part(whole.diagram.both(whole.possible, _settled(whole, asked)))

    def breaking(self, node: int) -> int:
        """Where the answers of a law break what is claimed of outcomes; `node` is the law's part of the universe."""
        return self.whole.diagram.both(_broken(self.whole, self.claim, node, self.condition), self.possible)


def verify(
    whole: Whole, claim: Property, versions: Sequence[Law], law_on: LawOn, readings: Mapping[str, Reading]
) -> Verdict:
    """Prove or refute one property.

    Args:
        whole: A diagram over the variables of the state's law.
        claim: The property.
        versions: Every version of the law on the days that it speaks of.
        law_on: The law of a day, for the eve of a day that opened or closed something.
        readings: The contested points: read as their defaults, unless the condition asks for them.
    """
    asked = Asked(whole, claim, readings)
    condition, possible, universe = asked.condition, asked.possible, asked.universe
    if claim.form in ("opened", "closed"):
        return _about_a_day(whole, claim, condition, possible, universe, law_on)
    seen: dict[int, tuple[int, int]] = {}
    broken: list[Broken] = []
    for law in versions:
        node = universe.part(whole.function(law))
        if node not in seen:
            seen[node] = (asked.breaking(node), node)
        bad = seen[node][0]
        if bad == FALSE:
            continue
        days = _meet(law.days, claim.days)
        if broken and broken[-1].days.last is not None and seen.get(node) and _follows(broken[-1].days, days):
            last = broken[-1]
            if whole.evaluate(bad, universe.whole.fixed(dict(last.witness))) == TRUE:
                broken[-1] = Broken(
                    Interval(last.days.first, days.last), last.cases, last.of, last.witness, last.outcome, None
                )
                continue
        broken.append(_shown(whole, universe, bad, possible, node, days))
    vacuous = whole.diagram.both(condition, possible) == FALSE
    return Verdict(claim, not broken, len(versions), len(seen), vacuous, tuple(broken))


def _settled(whole: Whole, asked: frozenset[int]) -> int:
    """Where every judgement that a condition asks for has been made, one way or the other."""
    node = TRUE
    for level in sorted(asked):
        if whole.points[level].var.kind is Kind.JUDGEMENT:
            node = whole.diagram.both(node, whole.diagram.test(level, (0, 1)))
    return node


def _named_readings(whole: Whole, asked: frozenset[int], readings: Mapping[str, Reading]) -> dict[str, str]:
    """The readings that the condition does not ask for, as their defaults."""
    return {
        point.name: readings[point.var.term].default
        for level, point in enumerate(whole.points)
        if point.var.kind is Kind.READING and level not in asked
    }


def _broken(whole: Whole, claim: Property, node: int, condition: int) -> int:
    """Where a claim about outcomes fails, constraints left out."""
    diagram = whole.diagram
    given = whole.where(node, claim.outcomes)
    if claim.form == "never":
        return diagram.both(condition, given)
    missing = diagram.both(condition, diagram.negate(given))
    elsewhere = diagram.both(given, diagram.negate(condition))
    if claim.form == "always":
        return missing
    return elsewhere if claim.form == "only" else diagram.either(missing, elsewhere)


def _about_a_day(
    whole: Whole, claim: Property, condition: int, possible: int, universe: Universe, law_on: LawOn
) -> Verdict:
    day = claim.days.first
    eve = Day.fromordinal(day.toordinal() - 1)
    before, after = (universe.part(whole.function(law_on(claim.state, each))) for each in (eve, day))
    moved = difference(whole, before, after)
    opening = claim.form == "opened"
    codes = {code_of(a, b) for a in _OUTCOMES for b in _OUTCOMES if (b < a if opening else b > a)}
    node = whole.diagram.relabel(f"moved {claim.form}", moved, lambda at: TRUE if at in codes else FALSE)
    outside = node if claim.nothing else whole.diagram.both(node, whole.diagram.negate(condition))
    bad = whole.diagram.both(outside, possible)
    vacuous = whole.diagram.both(node, possible) == FALSE and not claim.nothing
    broken: tuple[Broken, ...] = ()
    if bad != FALSE:
        shown = _shown(whole, universe, bad, possible, after, claim.days)
        code = whole.evaluate(moved, whole.fixed(dict(shown.witness)))
        was, now = pair_of(code)
        broken = (Broken(shown.days, shown.cases, shown.of, shown.witness, now, was),)
    return Verdict(claim, not broken, 2, 1 if before == after else 2, vacuous, broken)


_OUTCOMES = tuple(outcome for outcome in Outcome if outcome is not Outcome.UNDETERMINED)


def _shown(whole: Whole, universe: Universe, bad: int, possible: int, node: int, days: Interval) -> Broken:
    levels = sorted(whole.support(bad) | whole.support(possible))
    cases = whole.count(bad, levels).get(TRUE, 0)
    of = whole.count(possible, levels).get(TRUE, 0)
    from sekisho.reason.universe import plain

    usual = plain(whole)
    chosen = whole.witness(bad, usual) or {}
    full = {**usual, **universe.fixed, **chosen}
    needed = whole.support(node) | whole.support(bad) | set(universe.fixed)
    witness = whole.named({level: at for level, at in full.items() if level in needed})
    return Broken(days, cases, of, witness, outcome_at(whole.evaluate(node, full)), None)


def _meet(one: Interval, other: Interval) -> Interval:
    first = max(one.first, other.first)
    ends = [each for each in (one.last, other.last) if each is not None]
    return Interval(first, min(ends) if ends else None)


def _follows(one: Interval, other: Interval) -> bool:
    return one.last is not None and one.last.toordinal() + 1 == other.first.toordinal()
