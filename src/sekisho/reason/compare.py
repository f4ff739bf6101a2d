"""What one law answers otherwise than another: exactly which cases, how many, and through which rules.

Two laws are two functions of the same facts. Where the functions are one and the same node, the
laws are equal and that is proved. Where they differ, every differing case belongs to at least one
*change*: a rule (or a scope) that stands in one of the laws and not in the other. A change is said
by the rule and by the facts that this rule itself asks for; what else in the two laws keeps a case
out of the difference is named rule by rule, and the counts are of exactly the cases that differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce

from sekisho.ir import Cite, Effect, Kind, Law, Outcome, Reading, Rule
from sekisho.reason.compile import OUTCOMES
from sekisho.reason.count import differing, overlap
from sekisho.reason.cover import Condition, Region, cover, region, worded
from sekisho.reason.diagram import FALSE, TERMINALS, TRUE
from sekisho.reason.universe import Counts, Universe
from sekisho.reason.whole import Whole, outcome_at, terminal

_BARS = (Outcome.PROHIBITED, Outcome.PRESUMED_DENIED)
_WEAKENS = (Effect.PERMIT, Effect.EXEMPT, Effect.LIFT)


@dataclass(frozen=True, slots=True)
class Cause:
    """A rule or an instrument that stands in one law and not in the other.

    Attributes:
        name: The rule; or the instrument, where it begins or ceases to speak.
        how: `begins`, `ends`, or `changes` where it is in force in both and stands elsewhere.
        cites: Its provisions; of one that stands elsewhere those of the exceptions, too, that make it so.
        through: Where it stands elsewhere: the exceptions to it that begin or end.
    """

    name: str
    how: str
    cites: tuple[Cite, ...]
    through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """Cases that differ, through one cause.

    Attributes:
        before: The outcome under the first law.
        after: The outcome under the second.
        cause: What brings it about; None for what no single rule explains.
        when: What all of these cases have in common, in the words of the cause; alternatives.
        plainly: Exactly which cases differ where everything else is plain; None where none does.
        counts: How many cases this is; changes with several causes count in each.
        witness: One of the cases.
        already: The rules for which other cases had this outcome before.
        still: The rules for which other cases do not get it after.
    """

    before: Outcome
    after: Outcome
    cause: Cause | None
    when: tuple[Condition, ...]
    plainly: Region | None
    counts: Counts
    witness: Mapping[str, str]
    already: tuple[str, ...]
    still: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """All cases that go from one outcome to another."""

    before: Outcome
    after: Outcome
    counts: Counts


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference of two laws.

    Attributes:
        equal: Whether no case differs, which is then proved.
        equal_in_law: Whether they are equal even without what was fixed and without the constraints.
        totals: How many cases go from which outcome to which.
        changes: Why, the most general first.
        fixed: What was fixed.
    """

    equal: bool
    equal_in_law: bool
    totals: tuple[Total, ...]
    changes: tuple[Change, ...]
    fixed: Mapping[str, str]
    universe: tuple[int, int]

    @property
    def opens(self) -> bool:
        """Whether some outcome gets weaker."""
        return any(total.after < total.before for total in self.totals)

    @property
    def closes(self) -> bool:
        """Whether some outcome gets stronger."""
        return any(total.after > total.before for total in self.totals)


class Comparer:
    """Two laws in one diagram."""

    def __init__(
        self,
        whole: Whole,
        before: Law,
        after: Law,
        readings: Mapping[str, Reading],
        fixed: Mapping[str, str] | None = None,
    ) -> None:
        self.whole = whole
        self.laws = (before, after)
        functions = whole.function(before), whole.function(after)
        self.universe = Universe(whole, readings, fixed).with_words(*functions)
        self.same = functions[0] == functions[1]
        self.functions = (self.universe.part(functions[0]), self.universe.part(functions[1]))
        self._inside = (self.universe.inside(functions[0]), self.universe.inside(functions[1]))
        self._most: dict[tuple[int, bool], int] = {}
        self._causes: dict[tuple[bool, bool], list[tuple[Cause, int]]] = {}

    def example(self) -> Mapping[str, str] | None:
        """Some plausible case that the two laws answer differently, found without counting; None where there is none."""
        a, b = self._inside
        if a == b:
            return None
        diagram = self.whole.diagram
        chosen: dict[int, int] = {}
        while a >= TERMINALS or b >= TERMINALS:
            level = min(diagram.level[a], diagram.level[b])
            size = diagram.sizes[level]
            own = diagram.children[a] if diagram.level[a] == level else (a,) * size
            others = diagram.children[b] if diagram.level[b] == level else (b,) * size
            chosen[level] = next(i for i in range(size) if own[i] != others[i])
            a, b = own[chosen[level]], others[chosen[level]]
        return self.whole.named({**self.universe.chosen, **chosen})

    def totals(self) -> tuple[Total, ...]:
        """How many cases go from which outcome to which: exact, and fast."""
        size = self.universe.size()
        declared, plausible = differing(self.whole.diagram, *self.functions, self.universe.possible, size[0])
        found = [
            Total(outcome_at(one), outcome_at(other), Counts(number, plausible.get((one, other), 0), *size))
            for (one, other), number in declared.items()
        ]
        return tuple(sorted(found, key=lambda total: (-total.counts.plausible, -total.counts.declared)))

    def compare(self) -> Comparison:
        """The whole difference, with its causes in words."""
        universe = self.universe
        totals = self.totals()
        changes: list[Change] = []
        for total in totals:
            if total.counts.plausible:
                changes.extend(self._changes(total))
        changes.sort(key=lambda change: -change.counts.plausible)
        fixed = self.whole.named(universe.chosen)
        return Comparison(
            self._inside[0] == self._inside[1], self.same, tuple(t for t in totals if t.counts.plausible), tuple(changes), fixed,
            universe.size(),
        )  # fmt: skip

    def _changes(self, total: Total) -> list[Change]:
        """The causes of one kind of difference, until every case of it has one."""
        whole, diagram = self.whole, self.whole.diagram
        code = code_of(total.before, total.after)
        here, left = (
            diagram.relabel(f"is {code}", node, lambda at: TRUE if at == code else FALSE) for node in self._differences
        )
        opening = total.after < total.before
        asks = {total.before, total.after} == {Outcome.FREE, Outcome.MAY_BE_PERMITTED}
        if (opening, asks) not in self._causes:
            self._causes[opening, asks] = self._moved(opening, asks)
        parts: list[tuple[Counts, int, Cause, int]] = []
        for cause, moved in self._causes[opening, asks]:
            part = diagram.both(left, moved)
            if part != FALSE:
                declared = overlap(diagram, here, moved, total.counts.of_declared)
                parts.append((self._count(total, part, declared), part, cause, moved))
        parts.sort(key=lambda each: (self._vague(each[2]), each[2].how == "ends", -each[0].plausible))
        found: list[Change] = []
        for counts, part, cause, moved in parts:
            if diagram.meets(left, moved):
                found.append(self._change(total, cause, part, counts, whole.support(moved)))
                left = diagram.minus(left, moved)
        if left != FALSE:
            words = frozenset().union(*(whole.support(moved) for *_, moved in parts)) or whole.support(left)
            rest = whole.count(reduce(diagram.minus, (moved for *_, moved in parts), here), self.universe.levels)
            found.append(self._change(total, None, left, self._count(total, left, rest.get(TRUE, 0)), words))
        return found

    def _vague(self, cause: Cause) -> bool:
        """Whether a cause is an instrument that begins or ends while its rules, within one law, say more."""
        one, other = self.laws
        return one.state == other.state and not any(rule.name == cause.name for law in self.laws for rule in law.rules)

    @cached_property
    def _differences(self) -> tuple[int, int]:
        """Where the laws differ: over all cases, and over those that can be."""
        return difference(self.whole, *self.functions), difference(self.whole, *self._inside)

    @cached_property
    def _needed(self) -> frozenset[int]:
        """The levels of the facts that play a part once all else is fixed."""
        return frozenset(self.universe.with_words(*self.functions).levels)

    def _count(self, total: Total, part: int, declared: int) -> Counts:
        """How many cases a plausible part has, and the part of all cases that it belongs to."""
        plausible = self.whole.count(part, self.universe.levels).get(TRUE, 0)
        return replace(total.counts, declared=declared, plausible=plausible)

    def _change(self, total: Total, cause: Cause | None, part: int, counts: Counts, words: frozenset[int]) -> Change:
        whole, diagram, universe = self.whole, self.whole.diagram, self.universe
        necessary = whole.project(part, words)
        possible = whole.project(universe.possible, words)
        when = cover(whole, necessary, diagram.either(necessary, diagram.negate(possible)))
        usual = {
            level: at for level, at in universe.usual.items() if level not in words and level not in universe.fixed
        }
        narrow = whole.restrict(part, usual)
        care = whole.restrict(universe.possible, usual)
        plainly = region(whole, narrow, care) if diagram.meets(narrow, care) else None
        witness = universe.witness(narrow) if plainly else None
        if witness is None:
            witness = universe.witness(part) or {}
        else:
            witness = {**whole.named({level: at for level, at in usual.items() if level in self._needed}), **witness}
        already, still = self._others(total, cause, necessary)
        return Change(
            total.before,
            total.after,
            cause,
            worded(whole, when),
            plainly,
            counts,
            witness,
            already,
            still,
        )

    def _moved(self, opening: bool, asks: bool) -> list[tuple[Cause, int]]:
        """Every rule and scope that stands elsewhere than before, with where; judgements at their most lenient.

        A permission weakens the answer, save where it asks (`asks`) for what was free before, or is no longer asked.
        """
        whole, diagram = self.whole, self.whole.diagram
        old, new = (whole.stands(law) for law in self.laws)
        rules: dict[str, Rule] = {}
        for law in self.laws:
            rules.update((rule.name, rule) for rule in law.rules)
        cites = {
            f"scope {part.instrument.name}": tuple(cite for scope in part.scopes for cite in scope.cites)
            for law in self.laws
            for part in law.instruments
        }
        found: list[tuple[Cause, int]] = []
        for name in dict.fromkeys((*old, *new)):
            if old.get(name) == new.get(name):
                continue
            rule = rules.get(name)
            if rule is not None and rule.effect is Effect.LIFT:
                continue  # what it lifts shows the change
            before, after = (self._may_stand(each.get(name, FALSE), rule) for each in (old, new))
            weakens = rule is not None and rule.effect in _WEAKENS and not (asks and rule.effect is Effect.PERMIT)
            moved = diagram.minus(after, before) if weakens == opening else diagram.minus(before, after)
            if moved == FALSE:
                continue
            how = "changes" if name in old and name in new else "begins" if name in new else "ends"
            found.append((self._cause(name.removeprefix("scope "), how, rule, cites.get(name, ())), moved))
        return found

    def _cause(self, name: str, how: str, rule: Rule | None, cites: tuple[Cite, ...]) -> Cause:
        if rule is None or how != "changes":
            return Cause(name, how, rule.cites if rule is not None else cites)
        one, other = ({each.name: each for each in law.exceptions.get(name, ())} for law in self.laws)
        through = [each for key, each in {**one, **other}.items() if (key in one) is not (key in other)]
        every = (*rule.cites, *(cite for each in through for cite in each.cites))
        return Cause(name, how, tuple(dict.fromkeys(every)), tuple(each.name for each in through))

    def _may_stand(self, node: int, rule: Rule | None) -> int:
        """Where a permission could stand, or a bar must, whatever is found."""
        every = rule is not None and rule.effect.outcome in _BARS
        found = self._most.get((node, every))
        if found is None:
            part = self.whole.restrict(node, {k: v for k, v in self.universe.fixed.items() if not self._open(k)})
            keep = {level for level in self.whole.diagram.support(part) if not self._open(level)}
            found = self._most[node, every] = self.whole.project(part, keep, every=every)
        return found

    def _open(self, level: int) -> bool:
        return self.whole.points[level].var.kind is Kind.JUDGEMENT and level not in self.universe.chosen

    def _others(self, total: Total, cause: Cause | None, necessary: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The rules that keep cases with the same words out of the difference, in the order of the books.

        Bars may stand in any instrument; permissions count where they stand in that of the cause.
        """
        diagram = self.whole.diagram
        homes = {rule.name: rule.instrument for law in self.laws for rule in law.rules}
        home = homes.get(cause.name, "") if cause else ""
        names: tuple[list[str], list[str]] = ([], [])
        for side, outcome in enumerate((total.before, total.after)):
            law = self.laws[side]
            others = frozenset(terminal(each) for each in OUTCOMES if each is not outcome)
            bars = outcome not in _BARS
            stands = self.whole.stands(law)
            for rule in law.rules:
                given = rule.effect.outcome
                if given is None or (given in _BARS) is not bars or not (bars or rule.instrument == home or not home):
                    continue
                node = diagram.both(necessary, self._may_stand(stands[rule.name], rule))
                if node != FALSE and diagram.reaches(self._inside[side], others, node):
                    names[side].append(rule.name)
        return tuple(names[0]), tuple(names[1])


def difference(whole: Whole, one: int, other: int) -> int:
    """Where two functions differ: a terminal for each pair of outcomes, and 0 where they agree."""
    return whole.diagram.apply("differ", _differ, one, other)


def _differ(a: int, b: int) -> int | None:
    if a == b:
        return 0
    return code_of(outcome_at(a), outcome_at(b)) if a < TERMINALS and b < TERMINALS else None


def code_of(before: Outcome, after: Outcome) -> int:
    """The terminal of a pair of outcomes."""
    return (before - 1) * 4 + (after - 1)


def pair_of(code: int) -> tuple[Outcome, Outcome]:
    """The pair of outcomes of a terminal."""
    return Outcome(code // 4 + 1), Outcome(code % 4 + 1)


def compare_laws(
    whole: Whole,
    before: Law,
    after: Law,
    readings: Mapping[str, Reading],
    fixed: Mapping[str, str] | None = None,
) -> Comparison:
    """Exactly which cases two laws answer differently, how many, and why.

    Args:
        whole: A diagram over the variables of both.
        before: The first law.
        after: The second.
        readings: The contested points; each is read as its default unless it is fixed.
        fixed: Variables with the value to which the question is restricted.

    Raises:
        TroubleError: An unknown word, choices that no case can have, or a difference of too many words.
    """
    return Comparer(whole, before, after, readings, fixed).compare()


__all__: Sequence[str] = ("Cause", "Change", "Comparer", "Comparison", "Total", "compare_laws")
