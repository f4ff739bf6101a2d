"""How well a proof is sourced: on the weakest rules that it cannot do without.

A property is proved of the books as they are. Its proof bears a mark if it holds as well in the
books without any rule of a weaker mark. Rules pull both ways, and a weak rule that merely helps
must not pass for one that is not needed; so those that make an answer stricter and those that make
it milder are left out by turns, and the property has to hold both times.

That does not do for what a day opened or closed: where rules are left out it may open or close
nothing any more, and whatever is said of it holds. There the mark is that of the weakest rule that
came or went on the day and pulls that way.

Many laws are laid out for that, each without other rules. So each is laid out only for the cases
of which the property speaks: most rules then apply nowhere, and most versions are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce

from sekisho.base import Day, Support
from sekisho.desk import Desk
from sekisho.ir import Effect, Formula, Law, Library, Outcome, Property, Rule, Scope, Unmodelled
from sekisho.reason.diagram import FALSE, TERMINALS, TRUE, Diagram
from sekisho.reason.verify import Asked, Verdict
from sekisho.reason.whole import Whole
from sekisho.tell.verify import Sourced

_STRICTER, _MILDER = "stricter", "milder"
_OTHER = {_STRICTER: _MILDER, _MILDER: _STRICTER}


def sourced(desk: Desk, verdicts: Iterable[Verdict]) -> dict[str, Sourced]:
    """For every property that was proved, on what its proof rests.

    Args:
        desk: The law and the facts.
        verdicts: What `Desk.verify` found.

    Example:
        >>> import sekisho
        >>> desk = sekisho.open()
        >>> proved = desk.verify(["jp-no-gift-of-weapons-from-stock"])
        >>> sourced(desk, proved)["jp-no-gift-of-weapons-from-stock"].support.word
        'reported'
    """
    source = _Sourcing(desk)
    return {each.property.name: source.of(each.property) for each in verdicts if each.holds}


class _Sourcing:
    """On what the proofs of a desk rest."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.library = desk.library
        self.timeline = desk.timeline()
        self._rules = {each.name: each for each in self.library.rules}
        self._defaults = {each.name: each.default for each in self.library.instruments}
        self._wholes: dict[str, _Seen] = {}
        self._pulling: dict[str, frozenset[str]] = {}

    def of(self, claim: Property) -> Sourced:
        """On what the proof of a property rests."""
        asked = self.asked(claim)
        if claim.form in ("opened", "closed"):
            laws = list(self._eve_and_day(claim))
            moved = list(self._moved(claim))
            mark = min((rule.support for rule in moved), default=Support.OFFICIAL)
            names = [rule.name for rule in moved if rule.support is mark]
        else:
            laws = self._versions(claim)
            mark, names = _Proof(asked, laws, self.pulls).needed()
        passages = tuple(each.name for each in _passages(asked, laws))
        return Sourced(mark, () if mark is Support.OFFICIAL else tuple(names), passages)

    def asked(self, claim: Property) -> Asked:
        """A property, with its state's diagram looking at nothing else until another property is asked.

        What is looked at says nothing of judgements that the property does not ask for: an answer that
        lets one open is laid out from both findings.
        """
        whole = self._whole(claim.state)
        whole.look(TRUE)
        asked = Asked(whole, claim, self.library.readings)
        about_these_alone = claim.form in ("never", "always")
        whole.look(whole.diagram.both(asked.condition, asked.possible) if about_these_alone else asked.possible)
        return asked

    def _versions(self, claim: Property) -> list[Law]:
        days = [claim.days.first, *(day for day in self.timeline.change_days(claim.state) if day in claim.days)]
        return list({id(law): law for law in (self.timeline.law(claim.state, day) for day in days)}.values())

    def _whole(self, state: str) -> _Seen:
        """A diagram of its own: what is laid out here is of no use to anybody else."""
        if state not in self._wholes:
            order = self.desk.inquiry.whole(state).order
            self._wholes[state] = _Seen(self.library, order)
        return self._wholes[state]

    def pulls(self, name: str) -> frozenset[str]:
        """Which way a rule pulls an answer: by its effect, and against whatever it defeats."""
        found = self._pulling.get(name)
        if found is None:
            rule = self._rules[name]
            listed = self._defaults[rule.instrument] is Outcome.PROHIBITED
            own: frozenset[str] = frozenset()
            if rule.effect in (Effect.PERMIT, Effect.EXEMPT, Effect.PROHIBIT, Effect.PRESUME_DENIAL):
                milder = rule.effect is Effect.EXEMPT or (rule.effect is Effect.PERMIT and listed)
                own = frozenset((_MILDER if milder else _STRICTER,))
            against = (self.pulls(each) for each in rule.exception_to if each in self._rules)
            found = self._pulling[name] = own.union(*({_OTHER[way] for way in each} for each in against))
        return found

    def _moved(self, claim: Property) -> Iterator[Rule]:
        """The rules that came or went on it and pull the way it speaks of."""
        eve, now = self._eve_and_day(claim)
        came, went = (_MILDER, _STRICTER) if claim.form == "opened" else (_STRICTER, _MILDER)
        for law, other, way in ((now, eve, came), (eve, now, went)):
            names = {rule.name for rule in other.rules}
            yield from (rule for rule in law.rules if rule.name not in names and way in self.pulls(rule.name))

    def _eve_and_day(self, claim: Property) -> tuple[Law, Law]:
        day = claim.days.first
        eve = Day.fromordinal(day.toordinal() - 1)
        return self.timeline.law(claim.state, eve), self.timeline.law(claim.state, day)


class _Seen(Whole):
    """Laws as a property sees them: where it does not look, they may answer anything."""

    def __init__(self, library: Library, order: Sequence[str]) -> None:
        super().__init__(library.vars, (), library.constraints, order)
        self.look(TRUE)

    def look(self, where: int) -> None:
        """Look nowhere but where a truth function is true."""
        self._where = where
        self._there: dict[int, int] = {}

    def condition(self, formula: Formula) -> int:
        """Where a condition holds, as far as that is looked at; nowhere if it holds at none of these places."""
        node = super().condition(formula)
        found = self._there.get(node)
        if found is None:
            found = self._there[node] = within(self.diagram, node, self._where)
        return found


class _Proof:
    """The proof of one property, tried on the laws with rules left out."""

    def __init__(self, asked: Asked, laws: Iterable[Law], pulls: Callable[[str], frozenset[str]]) -> None:
        self.asked = asked
        self.laws = list({tuple(_things(each)): each for each in map(self._met, laws)}.values())
        self.pulls = pulls
        self._fails: dict[tuple[str, ...], bool] = {}

    def needed(self) -> tuple[Support, list[str]]:
        """The mark down to which rules are needed, and those of this mark of which each is."""
        failed: tuple[Law, str] | None = None
        for mark in (Support.OFFICIAL, Support.REPORTED, Support.RECALLED, Support.INFERRED):
            tried = ((law, way) for way in _ways(self.asked.claim) for law in self.laws)
            bad = next(((law, way) for law, way in tried if self.broken(law, mark, way)), None)
            if bad is None:
                return mark, list(self._singly(*failed, mark)) if failed else []
            failed = bad
        raise AssertionError(f"`{self.asked.claim.name}` was proved of all rules, and fails with all of them")

    def _singly(self, law: Law, way: str, mark: Support) -> Iterator[str]:
        """The rules and scopes of a mark without any one of which the proof fails, in a version that needs some."""
        left = _things(self._without(law, Support(mark + 1), way))
        for name, thing in _things(self._without(law, mark, way)).items():
            if thing.support is mark and name not in left and self.broken(law, mark, way, name):
                yield name

    def broken(self, law: Law, least: Support, way: str, but: str = "") -> bool:
        """Whether the property fails where weaker rules that pull one way, and one more thing, are left out."""
        less = self._without(law, least, way, but)
        names = tuple(_things(less))
        if names not in self._fails:
            node = self.asked.universe.part(self.asked.whole.function(less))
            self._fails[names] = self.asked.breaking(node) != FALSE
        return self._fails[names]

    def _without(self, law: Law, least: Support, way: str, but: str = "") -> Law:
        return _only(
            law,
            lambda scope: scope.name != but and (scope.support >= least or way == _MILDER),
            lambda rule: rule.name != but and (rule.support >= least or way not in self.pulls(rule.name)),
        )

    def _met(self, law: Law) -> Law:
        """A law without what decides nothing of which the property speaks."""
        applies = self.asked.whole.condition
        return _only(
            law,
            lambda scope: applies(scope.when) != FALSE,
            lambda rule: bool(rule.effect.outcome or rule.exception_to) and applies(rule.when) != FALSE,
        )


def _only(law: Law, scopes: Callable[[Scope], bool], rules: Callable[[Rule], bool]) -> Law:
    """A law with some of its scopes and rules; an instrument without a scope never speaks."""
    parts = (
        replace(part, scopes=tuple(filter(scopes, part.scopes)), rules=tuple(filter(rules, part.rules)), unmodelled=())
        for part in law.instruments
    )
    return replace(law, instruments=tuple(part for part in parts if part.scopes))


def _passages(asked: Asked, laws: Sequence[Law]) -> Iterator[Unmodelled]:
    """The passages that could not be expressed and may touch what a claim speaks of; of a day, those that came or went."""
    found = [{each.name: each for part in law.instruments for each in part.unmodelled} for law in laws]
    for name, passage in {name: each for version in found for name, each in version.items()}.items():
        if asked.claim.form in ("opened", "closed") and all(name in version for version in found):
            continue
        if asked.whole.condition(passage.when) != FALSE:
            yield passage


def _ways(claim: Property) -> tuple[str, ...]:
    """Which rules a claim could rest on: those that bar, where it rules milder outcomes out, or those that let through."""
    known = [each for each in Outcome if each is not Outcome.UNDETERMINED]
    allowed = [each for each in known if (each in claim.outcomes) is (claim.form == "always")]
    ruled_out = [each for each in known if each not in allowed]
    if claim.form in ("never", "always") and allowed and ruled_out:
        if max(ruled_out) < min(allowed):
            return (_STRICTER,)
        if min(ruled_out) > max(allowed):
            return (_MILDER,)
    return (_STRICTER, _MILDER)


def _things(law: Law) -> dict[str, Rule | Scope]:
    """The scopes and rules of a law by name."""
    found: dict[str, Rule | Scope] = {}
    for part in law.instruments:
        found |= {each.name: each for each in part.scopes}
        found |= {each.name: each for each in part.rules}
    return found


def within(diagram: Diagram, node: int, where: int) -> int:
    """A truth function that agrees with another wherever a third is true, and asks for less.

    It is false everywhere if it is false wherever the third is true.

    Example:
        >>> diagram = Diagram([2, 2])
        >>> a, b = diagram.test(0, [1]), diagram.test(1, [1])
        >>> within(diagram, diagram.both(a, b), a) == b
        True
    """
    level, children = diagram.level, diagram.children
    memo: dict[tuple[int, int], int] = {}

    def walk(node: int, where: int) -> int:
        if where == FALSE:
            return FALSE
        if node < TERMINALS or where == TRUE:
            return node
        found = memo.get((node, where))
        if found is None:
            if level[where] < level[node]:  # the function does not ask for that, and need not begin to
                found = walk(node, reduce(diagram.either, children[where]))
            else:
                own = children[node]
                wheres = children[where] if level[where] == level[node] else (where,) * len(own)
                parts = [walk(*each) if each[1] != FALSE else None for each in zip(own, wheres, strict=True)]
                any_ = next(part for part in parts if part is not None)
                found = diagram.node(level[node], tuple(any_ if part is None else part for part in parts))
            memo[node, where] = found
        return found

    return walk(node, where)
