"""What becomes of every provision of a law, for many cells at once.

The same steps as an argument (`decide/argument.py`) and as the simplification of a state
(`reason/states.py`), on columns of truth values: 0 fails, 1 is open, 2 holds. They serve to drop
from a key what can no longer matter; what an answer is, `decide` alone says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sekisho.base import Support
from sekisho.batch import residue as left
from sekisho.batch.residue import Coded, Ints, Residues, scatter
from sekisho.batch.residue import spread as named
from sekisho.ir import Effect, InForce, Kind, Law, Library, Outcome, Rule

Truths = NDArray[np.uint8]
Hashes = NDArray[np.uint64]
NO, OPEN, YES = np.uint8(0), np.uint8(1), np.uint8(2)
_BARRING = (Outcome.PROHIBITED, Outcome.PRESUMED_DENIED)


_ORDERED = 1
"""The bit of variables that show in an answer in the order in which the law asks for them."""

_MOST = 5
"""So many open judgements have at most thirty-two smallest sets of findings: never more than are kept."""


def masks(library: Library) -> dict[str, int]:
    """A mask for each variable: a bit of its own for a judgement, one for all that show in the law's order."""
    judgements = [name for name, var in library.vars.items() if var.kind is Kind.JUDGEMENT]
    own = {name: 2 << i for i, name in enumerate(judgements[:63])}
    return {name: own.get(name, _ORDERED) for name in library.vars}


class Condition:
    """What one condition leaves, by the code of a cell: its truth, how well that is sourced, and its residue."""

    def __init__(self, name: str, coded: Coded, residues: Residues) -> None:
        ids = coded.ids
        self._name, self._ids, self._residues = name, ids, residues
        self.codes = coded.codes
        self.truth: Truths = np.where(ids >= left.OPEN, OPEN, np.where(ids >= left.HOLDS, YES, NO))

    @cached_property
    def mark(self) -> Truths:
        """The mark of what is settled; the best where it is open."""
        return np.where(self._ids < left.OPEN, self._ids % 4 + 1, 4).astype(np.uint8)

    @cached_property
    def residue(self) -> Hashes:
        """A number for what remains, and for the name of the condition."""
        return scatter(self._residues.hashes(self._ids) ^ named(self._name))

    @cached_property
    def mask(self) -> Hashes:
        """The variables on which it still hangs."""
        return self._residues.masks(self._ids)

    @cached_property
    def settled(self) -> bool:
        """Whether it is open nowhere."""
        return OPEN not in self.truth


class Provision:
    """One condition in some cells; what is not asked for is not looked up."""

    def __init__(self, condition: Condition, here: slice) -> None:
        self._condition = condition
        self._codes: Ints = condition.codes[here]
        self.truth: Truths = condition.truth.take(self._codes, mode="clip")

    @cached_property
    def mark(self) -> Truths:
        """How well its truth is sourced."""
        return self._condition.mark.take(self._codes, mode="clip")

    @cached_property
    def residue(self) -> Hashes:
        """A number for its residue."""
        return self._condition.residue.take(self._codes, mode="clip")

    @cached_property
    def mask(self) -> Hashes | None:
        """The variables on which it still hangs; None where it is settled in every cell."""
        return None if self._condition.settled else self._condition.mask.take(self._codes, mode="clip")


class Standing:
    """What became of the provisions of one law in some cells.

    The keys say of the law only what an answer depends on, so versions of the law that differ elsewhere
    share their answers. One thing depends on the whole of a law: the order in which it asks for its
    variables, in which open facts are named and the first way to settle them is found.

    Args:
        law: The law.
        provisions: For each name (`scope X`, a rule's name, `unmodelled X`) what became of it.
        count: The number of cells.
        home: A number for the names of all provisions of the law.
    """

    def __init__(self, law: Law, provisions: Mapping[str, Provision], count: int, home: np.uint64) -> None:
        self.law = law
        self.count = count
        self._provisions = provisions
        self._home = home
        self._zero = np.zeros(count, np.uint64)
        self.stands: dict[str, Truths] = {}
        for rule in law.rules:
            self._stand(rule)
        # Most rules apply to none of the cells, and can be passed over.
        self._live = {rule.name for rule in law.rules if self.stands[rule.name].any()}
        self._rules = [[rule for rule in part.rules if rule.name in self._live] for part in law.instruments]
        self.scopes = [self._scope(part) for part in law.instruments]
        self.decided = [
            np.minimum(scope, self._any(r for r in rules if r.effect.outcome))
            for rules, scope in zip(self._rules, self.scopes, strict=True)
        ]
        order = {part.instrument.name: i for i, part in enumerate(law.instruments)}
        self.yields = [[order[o] for o in part.instrument.yields_to if o in order] for part in law.instruments]
        self.beaten = [self._max([self.decided[o] for o in others]) for others in self.yields]
        self.heard = [(scope > NO) & (beaten < YES) for scope, beaten in zip(self.scopes, self.beaten, strict=True)]

    def _stand(self, rule: Rule) -> Truths:
        found = self.stands.get(rule.name)
        if found is None:
            found = self._provisions[rule.name].truth
            by = self.law.exceptions[rule.name]
            if by:
                found = np.minimum(found, YES - self._max([self._stand(each) for each in by]))
            self.stands[rule.name] = found
        return found

    def _max(self, columns: Sequence[Truths]) -> Truths:
        found = np.zeros(self.count, np.uint8)
        for column in columns:
            found = np.maximum(found, column)
        return found

    def _any(self, rules: Iterable[Rule]) -> Truths:
        return self._max([self.stands[rule.name] for rule in rules])

    def _scope(self, part: InForce) -> Truths:
        return self._max([self._provisions[f"scope {scope.name}"].truth for scope in part.scopes])

    def _if(self, where: NDArray[np.bool_], number: np.uint64 | Hashes) -> Hashes:
        if not where.any():
            return self._zero
        return np.where(where, number, np.uint64(0))

    # What the outcome, its findings and its open facts depend on

    @cached_property
    def bounds(self) -> tuple[list[Truths], list[Truths]]:
        """The weakest and the strongest answer that each instrument can still give; 0 is silence."""
        lows, highs = [], []
        for i, part in enumerate(self.law.instruments):
            low, high = np.full(self.count, 99, np.uint8), np.zeros(self.count, np.uint8)
            still = np.ones(self.count, bool)
            for outcome, rules in levels(self._rules[i]):
                stand = self._any(rules)
                hit = still & (stand > NO)
                high = np.where(hit & (high == 0), np.uint8(outcome), high)
                low = np.where(hit, np.uint8(outcome), low)
                still &= stand < YES
            default = np.uint8(part.instrument.default)
            high = np.where(still, np.maximum(high, default), high)
            low = np.where(still, np.minimum(low, default), low)
            low = np.where((self.scopes[i] == YES) & (self.beaten[i] == NO), low, NO)
            highs.append(np.where(self.heard[i], high, NO))
            lows.append(np.where(self.heard[i], low, NO))
        return lows, highs

    @cached_property
    def floor(self) -> Truths:
        """The strongest answer that is certain."""
        return self._max(self.bounds[0])

    @cached_property
    def outcome_key(self) -> Hashes:
        """What the outcome, the findings and the open facts depend on."""
        _, highs = self.bounds
        open_ = self.floor < Outcome.PROHIBITED
        matters = [(high > self.floor) & open_ for high in highs]
        listened = [np.zeros(self.count, bool) for _ in highs]
        for i, others in enumerate(self.yields):
            for other in others:
                listened[other] |= matters[i] & (self.decided[other] == OPEN)
        needed: dict[str, NDArray[np.bool_]] = {}
        key = scatter(self.floor.astype(np.uint64) * 2 + np.uint64(self.law.encoded) + np.uint64(7 << 50))
        open_on = self._zero
        for i, part in enumerate(self.law.instruments):
            kept = matters[i] | listened[i]
            if not kept.any():
                continue
            for scope in part.scopes:
                provision = self._provisions[f"scope {scope.name}"]
                key = key + self._if(kept, provision.residue)
                if provision.mask is not None:
                    open_on = open_on | self._if(kept, provision.mask)
            still = matters[i] & ~listened[i]
            for outcome, rules in levels(self._rules[i]):
                certain = self._any(rules) == YES
                key = key + self._if(still & certain, named(f"certain {part.instrument.name} {outcome.word}"))
                for rule in rules:
                    stand = self.stands[rule.name]
                    needed[rule.name] = (listened[i] & (stand > NO)) | (still & ~certain & (stand == OPEN))
                still = still & ~certain
        self._close(needed)
        for name, where in needed.items():
            if not where.any():
                continue
            provision, certain = self._provisions[name], self.stands[name] == YES
            key = key + self._if(where & certain, named(f"yes {name}"))
            key = key + self._if(where & ~certain, provision.residue)
            if provision.mask is not None:
                open_on = open_on | self._if(where & ~certain, provision.mask)
        ordered = (open_on & np.uint64(_ORDERED)).astype(bool) | (np.bitwise_count(open_on) > _MOST)
        return key + self._if(ordered, self._home)

    def _close(self, needed: dict[str, NDArray[np.bool_]]) -> None:
        """Add the exceptions that can still defeat what is needed."""
        stack = list(needed)
        while stack:
            name = stack.pop()
            where = needed[name] & (self.stands[name] == OPEN)
            if not where.any():
                continue
            for exception in self.law.exceptions[name]:
                more = where & (self.stands[exception.name] > NO)
                held = needed.get(exception.name)
                if held is None or (more & ~held).any():
                    needed[exception.name] = more if held is None else held | more
                    stack.append(exception.name)

    # What permits, what bars, what is needed, what could not be expressed

    def basis_key(self, may: NDArray[np.bool_], settled: Hashes) -> Hashes:
        """What the basis depends on, where the outcome leaves room for one.

        Args:
            may: Where the transfer may be permitted or is free.
            settled: The key of the outcome: an open permission counts if the findings allow it.
        """
        key, any_open = self._zero, np.zeros(self.count, bool)
        closing: dict[str, NDArray[np.bool_]] = {}
        for i, part in enumerate(self.law.instruments):
            here = may & self.heard[i]
            for rule in self._rules[i]:
                if rule.effect in (Effect.PERMIT, Effect.EXEMPT):
                    stand = self.stands[rule.name]
                    key = key + self._if(here & (stand == YES), named(f"basis {rule.name}"))
                    open_ = here & (stand == OPEN)
                    any_open |= open_
                    closing[rule.name] = open_
            if part.instrument.default is Outcome.MAY_BE_PERMITTED:
                key = key + self._default_key(i, part, here)
        roots = {name: where.copy() for name, where in closing.items()}
        self._close(closing)
        for name, where in roots.items():
            key = key + self._if(where, named(f"open basis {name}"))
        for name, where in closing.items():
            if where.any():
                key = key + self._if(where, self._provisions[name].residue)
        return key + self._if(any_open, settled)

    def _default_key(self, i: int, part: InForce, here: NDArray[np.bool_]) -> Hashes:
        where = here & self.by_default(i)
        if not where.any():
            return self._zero
        key = self._if(where, named(f"default {part.instrument.name}"))
        for scope in part.scopes:
            truth = self._provisions[f"scope {scope.name}"].truth
            key = key + self._if(where & (truth > NO), named(f"in {scope.name}"))
        return key

    def by_default(self, i: int) -> NDArray[np.bool_]:
        """Where the default of an instrument answers."""
        ruled = self._any(r for r in self._rules[i] if r.effect.outcome)
        found: NDArray[np.bool_] = (self.scopes[i] == YES) & (ruled == NO) & (self.beaten[i] == NO)
        return found

    def bars_key(self, barred: NDArray[np.bool_], certain: NDArray[np.bool_]) -> Hashes:
        """What the bars depend on, where the outcome leaves room for one (`certain`: and no other)."""
        key, found = self._zero, np.zeros(self.count, bool)
        for i, part in enumerate(self.law.instruments):
            here = barred & self.heard[i]
            for rule in self._rules[i]:
                if rule.effect.outcome in _BARRING:
                    stands = here & (self.stands[rule.name] == YES)
                    found |= stands
                    key = key + self._if(stands, named(f"bar {rule.name}"))
            if part.instrument.default is Outcome.PROHIBITED:
                found |= here & self.by_default(i)
                key = key + self._default_key(i, part, here)
        alone = certain & barred & ~found
        if alone.any():
            for i, part in enumerate(self.law.instruments):
                here = alone & self.heard[i]
                for rule in self._rules[i]:
                    if rule.effect.outcome in _BARRING:
                        key = key + self._if(here & (self.stands[rule.name] == OPEN), named(f"open bar {rule.name}"))
                if part.instrument.default is Outcome.PROHIBITED:
                    key = key + self._if(here, self._open_default(i, part))
        return key

    def _open_default(self, i: int, part: InForce) -> Hashes:
        key = scatter(
            self._any(r for r in self._rules[i] if r.effect.outcome).astype(np.uint64) + named(part.instrument.name)
        )
        key = key + scatter(self.beaten[i].astype(np.uint64) + named(f"beaten {part.instrument.name}"))
        for outcome, rules in levels(self._rules[i]):
            stand = self._any(rules)
            name = named(f"level {part.instrument.name} {outcome.word}")
            key = key + self._if(stand > NO, scatter(stand.astype(np.uint64) + name))
        for scope in part.scopes:
            truth = self._provisions[f"scope {scope.name}"].truth
            key = key + scatter(truth.astype(np.uint64) + named(f"open {scope.name}"))
        return key

    def needs_key(self, may: NDArray[np.bool_]) -> Hashes:
        """Which requirements stand or may stand, where the transfer may be permitted."""
        key = self._zero
        for i in range(len(self.law.instruments)):
            for rule in self._rules[i]:
                if rule.requirement is not None:
                    where = may & self.heard[i] & (self.stands[rule.name] > NO)
                    key = key + self._if(where, named(f"need {rule.name}"))
        return key

    def marks_key(self) -> Hashes:
        """Which passages that could not be expressed may touch the cell."""
        key = self._zero
        for i, part in enumerate(self.law.instruments):
            for passage in part.unmodelled:
                truth = self._provisions[f"unmodelled {passage.name}"].truth
                if truth.any():
                    key = key + self._if((self.scopes[i] > NO) & (truth > NO), named(f"mark {passage.name}"))
        return key

    def support_key(self, permitted: NDArray[np.bool_], barred: NDArray[np.bool_]) -> Hashes:
        """How well what carries the outcome is sourced.

        Args:
            permitted: Where the outcome is that it may be permitted, or free.
            barred: Where the outcome is a prohibition or a presumed denial.
        """
        key, best, denied = self._zero, np.zeros(self.count, np.uint8), np.zeros(self.count, np.uint8)
        for i, part in enumerate(self.law.instruments):
            here = permitted & self.heard[i]
            scope_mark = self._scope_mark(part)
            key = key + self._marked(permitted, scope_mark, f"mark of {part.instrument.name}")
            for rule in self._rules[i]:
                if rule.effect.outcome is None:
                    continue
                mark = np.minimum(self._provisions[rule.name].mark, np.uint8(rule.support))
                if rule.effect in (Effect.PERMIT, Effect.EXEMPT):
                    key = key + self._marked(here & (self.stands[rule.name] > NO), mark, f"mark of {rule.name}")
                else:
                    stands = barred & self.heard[i] & (self.stands[rule.name] == YES)
                    if rule.effect.outcome is Outcome.PROHIBITED:
                        best = np.maximum(best, np.where(stands, mark, NO))
                    else:
                        denied = np.maximum(denied, np.where(stands, mark, NO))
            if part.instrument.default is Outcome.PROHIBITED:
                where = barred & self.heard[i] & self.by_default(i)
                if not where.any():
                    continue
                weakest = scope_mark
                for rule in part.rules:
                    if rule.effect is Effect.PERMIT:
                        weakest = np.minimum(weakest, self._provisions[rule.name].mark)
                for scope in part.scopes:
                    inside = where & (self._provisions[f"scope {scope.name}"].truth > NO)
                    best = np.maximum(best, np.where(inside, np.minimum(weakest, np.uint8(scope.support)), NO))
        key = key + scatter(best.astype(np.uint64) + np.uint64(3 << 51))
        return key + scatter(denied.astype(np.uint64) + np.uint64(5 << 51))

    def _scope_mark(self, part: InForce) -> Truths:
        """The mark of the whole scope, folded as in a proof of `any of`."""
        each = [self._provisions[f"scope {scope.name}"] for scope in part.scopes]
        truth = self._max([one.truth for one in each])
        worst, best = np.full(self.count, Support.OFFICIAL, np.uint8), np.zeros(self.count, np.uint8)
        for one in each:
            worst = np.where(one.truth == NO, np.minimum(worst, one.mark), worst)
            best = np.where(one.truth == YES, np.maximum(best, one.mark), best)
        return np.where(truth == NO, worst, np.where(truth == YES, best, np.uint8(Support.OFFICIAL)))

    def _marked(self, where: NDArray[np.bool_], mark: Truths, name: str) -> Hashes:
        if not where.any():
            return self._zero
        return np.where(where, scatter(np.arange(8, dtype=np.uint64) + named(name)).take(mark), np.uint64(0))


def levels(rules: Iterable[Rule]) -> list[tuple[Outcome, list[Rule]]]:
    """Of some rules those that decide, by outcome, the strongest first."""
    found: dict[Outcome, list[Rule]] = {}
    for rule in rules:
        if rule.effect.outcome:
            found.setdefault(rule.effect.outcome, []).append(rule)
    return [(outcome, found[outcome]) for outcome in sorted(found, reverse=True)]
