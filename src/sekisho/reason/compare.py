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

from sekisho.ir import Cite, Effect, Kind, Law, Outcome, Reading, Rule
from sekisho.reason.compile import OUTCOMES
from sekisho.reason.cover import Condition, Region, cover, region, worded
from sekisho.reason.diagram import FALSE, TERMINALS, TRUE
from sekisho.reason.universe import Counts, Universe, plain
from sekisho.reason.whole import Whole, outcome_at

_BARS = (Outcome.PROHIBITED, Outcome.PRESUMED_DENIED)
_WEAKENS = (Effect.PERMIT, Effect.EXEMPT, Effect.LIFT)


@dataclass(frozen=True, slots=True)
class Cause:
    """A rule or an instrument that stands in one law and not in the other.

    Attributes:
        name: The rule; or the instrument, where it begins or ceases to speak.
        how: `begins`, `ends`, or `changes` where it is in force in both and stands elsewhere.
    """

    name: str
    how: str
    cites: tuple[Cite, ...]


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
        self.node = difference(whole, *self.functions)
        self.inside = inside(whole, self.node, self.universe.possible)
        self._most: dict[tuple[int, bool], int] = {}
        self._causes: dict[bool, list[tuple[Cause, int]]] = {}
        self._others_of: dict[tuple[int, Outcome], int] = {}

    def totals(self) -> tuple[Total, ...]:
        """How many cases go from which outcome to which: exact, and fast."""
        universe = self.universe
        declared = self.whole.count(self.node, universe.levels)
        plausible = self.whole.count(self.inside, universe.levels)
        size = universe.size()
        found = [
            Total(*pair_of(code), Counts(number, plausible.get(code, 0), *size))
            for code, number in declared.items()
            if code
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
            self.inside == 0, self.same, tuple(t for t in totals if t.counts.plausible), tuple(changes), fixed,
            universe.size(),
        )  # fmt: skip

    def _changes(self, total: Total) -> list[Change]:
        """The causes of one kind of difference, until every case of it has one."""
        whole, diagram = self.whole, self.whole.diagram
        code = code_of(total.before, total.after)
        here = diagram.relabel(f"is {code}", self.node, lambda at: TRUE if at == code else FALSE)
        opening = total.after < total.before
        if opening not in self._causes:
            self._causes[opening] = self._moved(opening)
        parts: list[tuple[Counts, int, Cause, int]] = []
        for cause, moved in self._causes[opening]:
            part = diagram.both(here, moved)
            if diagram.meets(part, self.universe.possible):
                counts, part = self._count(total, part)
                parts.append((counts, part, cause, moved))
        parts.sort(key=lambda each: -each[0].plausible)
        found: list[Change] = []
        left = diagram.both(here, self.universe.possible)
        for counts, part, cause, moved in parts:
            if diagram.meets(left, part):
                found.append(self._change(total, cause, part, counts, whole.support(moved)))
                left = diagram.both(left, diagram.negate(part))
        if left != FALSE:
            words = frozenset().union(*(whole.support(moved) for *_, moved in parts)) or whole.support(left)
            counts, left = self._count(total, left)
            found.append(self._change(total, None, left, counts, words))
        return found

    def _count(self, total: Total, part: int) -> tuple[Counts, int]:
        """How many cases a part has, and the part without those that cannot be."""
        plausible = self.whole.diagram.both(part, self.universe.possible)
        levels = self.universe.levels
        declared_, plausible_ = (self.whole.count(node, levels).get(TRUE, 0) for node in (part, plausible))
        return replace(total.counts, declared=declared_, plausible=plausible_), plausible

    def _change(self, total: Total, cause: Cause | None, part: int, counts: Counts, words: frozenset[int]) -> Change:
        whole, diagram, universe = self.whole, self.whole.diagram, self.universe
        necessary = whole.project(part, words)
        possible = whole.project(universe.possible, words)
        when = cover(whole, necessary, diagram.either(necessary, diagram.negate(possible)))
        usual = {level: at for level, at in plain(whole).items() if level not in words and level not in universe.fixed}
        narrow = whole.restrict(part, usual)
        care = whole.restrict(universe.possible, usual)
        plainly = region(whole, narrow, care) if diagram.meets(narrow, care) else None
        witness = universe.witness(narrow) if plainly else None
        if witness is None:
            witness = universe.witness(part) or {}
        else:
            needed = universe.with_words(*self.functions).levels
            witness = {**whole.named({level: at for level, at in usual.items() if level in needed}), **witness}
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

    def _moved(self, opening: bool) -> list[tuple[Cause, int]]:
        """Every rule and scope that stands elsewhere than before, with where; judgements at their most lenient."""
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
            gains = diagram.both(after, diagram.negate(before))
            loses = diagram.both(before, diagram.negate(after))
            weakens = rule is not None and rule.effect in _WEAKENS
            moved = gains if weakens == opening else loses
            if moved == FALSE:
                continue
            how = "changes" if name in old and name in new else "begins" if name in new else "ends"
            cause = Cause(name.removeprefix("scope "), how, rule.cites if rule else cites.get(name, ()))
            found.append((cause, moved))
        return found

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
            other = diagram.both(necessary, self._elsewhere(side, outcome))
            if other == FALSE:
                continue
            bars = outcome not in _BARS
            stands = self.whole.stands(law)
            for rule in law.rules:
                given = rule.effect.outcome
                if given is None or (given in _BARS) is not bars or not (bars or rule.instrument == home or not home):
                    continue
                if diagram.meets(other, self._may_stand(stands[rule.name], rule)):
                    names[side].append(rule.name)
        return tuple(names[0]), tuple(names[1])

    def _elsewhere(self, side: int, outcome: Outcome) -> int:
        """Where one of the laws gives another outcome, without the cases that cannot be."""
        found = self._others_of.get((side, outcome))
        if found is None:
            node = self.whole.where(self.functions[side], [each for each in OUTCOMES if each is not outcome])
            found = self._others_of[side, outcome] = self.whole.diagram.both(node, self.universe.possible)
        return found


def difference(whole: Whole, one: int, other: int) -> int:
    """Where two functions differ: a terminal for each pair of outcomes, and 0 where they agree."""
    diagram = whole.diagram
    level, children, make = diagram.level, diagram.children, diagram.node
    memo: dict[tuple[int, int], int] = {}

    def walk(a: int, b: int) -> int:
        if a == b:
            return 0
        found = memo.get((a, b))
        if found is None:
            la, lb = level[a], level[b]
            if a < TERMINALS and b < TERMINALS:
                found = code_of(outcome_at(a), outcome_at(b))
            elif la == lb:
                found = make(la, tuple([walk(x, y) for x, y in zip(children[a], children[b], strict=True)]))
            elif la < lb:
                found = make(la, tuple([walk(x, b) for x in children[a]]))
            else:
                found = make(lb, tuple([walk(a, y) for y in children[b]]))
            memo[a, b] = found
        return found

    return walk(one, other)


def inside(whole: Whole, node: int, possible: int) -> int:
    """A difference without the cases that cannot be."""
    diagram = whole.diagram
    level, children, make = diagram.level, diagram.children, diagram.node
    memo: dict[tuple[int, int], int] = {}

    def walk(a: int, b: int) -> int:
        if b == TRUE or a == 0:
            return a
        if b == FALSE:
            return 0
        found = memo.get((a, b))
        if found is None:
            la, lb = level[a], level[b]
            if la == lb:
                found = make(la, tuple([walk(x, y) for x, y in zip(children[a], children[b], strict=True)]))
            elif la < lb:
                found = make(la, tuple([walk(x, b) for x in children[a]]))
            else:
                found = make(lb, tuple([walk(a, y) for y in children[b]]))
            memo[a, b] = found
        return found

    return walk(node, possible)


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
