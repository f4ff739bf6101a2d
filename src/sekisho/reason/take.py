"""What would it take: every smallest set of changes after which the law gives the wished outcome.

The law is one function (`whole.py`). With all that must stay fixed it becomes a small diagram over
what may change, and the sets are read off from below: at each variable either the case keeps its
value, at no cost, or it takes another, which adds one change. A set counts only if no part of it
suffices, so every set found is minimal, and every minimal set up to the bound is found: that is a
proof, not a search that may have missed one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sekisho.base import Trouble, TroubleError, nearest
from sekisho.ir import Cite, Kind, Law, Library, Outcome, Rule, Var
from sekisho.reason.diagram import FALSE, TERMINALS, TRUE
from sekisho.reason.whole import OPEN, Whole, outcome_at

Values = Callable[[str], str | None]
Steps = frozenset[tuple[int, int]]
"""Changes by level and position."""

WEIGHTS: Mapping[str, int] = {
    "parties": 1,
    "authority": 2,
    "governments": 3,
    "deal": 4,
    "legislator": 4,
    "nobody": 6,
}
"""How heavy a change is, by who could make it: what the parties settle about the item is lightest.

`deal` is for what the transfer is at all (its terms, its end user, the activity it belongs to):
the parties settle that too, but another deal is no longer the case that was asked about.
"""

MOST = 3
"""How many changes a set has at most, unless the caller says otherwise."""

_MAX_SETS = 5_000
_MOST_NEAR = 12
_MAX_KEPT = 20_000
_USUALLY_FIXED = ("act",)
_GROUPS = ("parties", "authority", "governments", "legislator", "nobody")


@dataclass(frozen=True, slots=True)
class Step:
    """One change: a variable, the value it has in the case (None: unknown), and those it could take.

    `who` could make it: parties, authority, governments, legislator, nobody; a contested point that
    is read otherwise counts as the legislator's. `deal` says that it would be another transaction.
    `law` is the state of whose law alone it speaks, where several are asked at once.
    """

    var: str
    before: str | None
    after: tuple[str, ...]
    who: str
    deal: bool = False
    law: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One smallest set of changes.

    Attributes:
        steps: The changes.
        proposal: The proposal that is adopted with it, or empty.
        weight: The sum of the weights of its changes, a proposal counting as the legislator's.
    """

    steps: tuple[Step, ...]
    proposal: str
    weight: int

    @property
    def who(self) -> tuple[str, ...]:
        """Everybody who has to act, in the order of weight."""
        asked = {step.who for step in self.steps} | ({"legislator"} if self.proposal else set())
        return tuple(group for group in _GROUPS if group in asked)


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The least that would have to go from the law itself, the case staying as it is.

    Attributes:
        bars: Rules that bar the case and would all have to fall.
        nearest: Where a closed list bars it: the rules that come nearest, each with the conditions that fail.
        lists: The instruments whose closed list does not cover the case.
    """

    bars: tuple[Rule, ...]
    lists: tuple[str, ...]
    nearest: tuple[tuple[Rule, tuple[Step, ...]], ...]


@dataclass(frozen=True, slots=True)
class Freedom:
    """Which variables may change: by default all but what nobody can change, the states and the act.

    Attributes:
        fix: Variables, terms or groups (`governments`, `authority`…) that stay as they are.
        free: Variables, terms or groups that may change besides; `item` frees what the item is.
    """

    fix: tuple[str, ...] = ()
    free: tuple[str, ...] = ()

    def levels(self, whole: Whole, library: Library) -> frozenset[int]:
        """The levels of the variables that may change.

        Raises:
            TroubleError: A word that names nothing, or one that is both fixed and freed.
        """
        known = {*whole.vars, *(var.term for var in whole.vars.values()), *_GROUPS, "item", "readings"}
        troubles = []
        for word in (*self.fix, *self.free):
            if word not in known:
                close = nearest(word, known, count=2)
                help_ = f"did you mean {' or '.join(f'`{c}`' for c in close)}?" if close else "name a fact or a group"
                troubles.append(Trouble("SK502", f"nothing that could change is called `{word}`", help=help_))
        both = sorted(set(self.fix) & set(self.free))
        if both:
            said = ", ".join(f"`{word}`" for word in both)
            troubles.append(
                Trouble("SK507", f"{said} cannot both stay and change", help="take it out of one of the two")
            )
        if troubles:
            raise TroubleError(troubles)
        return frozenset(level for level, point in enumerate(whole.points) if self._free(point.var, library))

    def held(self, whole: Whole, library: Library) -> frozenset[int]:
        """The levels of what was named as fixed: where it is unknown it stays so, and nobody establishes it."""
        return frozenset(level for level, point in enumerate(whole.points) if self._held(point.var, library))

    def _held(self, var: Var, library: Library) -> bool:
        narrow, wide = self._words(var, library)
        return bool(narrow & set(self.fix) or (wide & set(self.fix) and not narrow & set(self.free)))

    def _words(self, var: Var, library: Library) -> tuple[set[str], set[str]]:
        """By which words a variable is meant: its own, and those of the groups that it belongs to."""
        term = library.terms.get(var.term)
        narrow, wide = {var.name, var.term}, {var.changed_by}
        if var.kind is Kind.READING:
            wide.add("readings")
        elif term is not None and term.subject == "item":
            wide.add("item")
        return narrow, wide

    def _free(self, var: Var, library: Library) -> bool:
        term = library.terms.get(var.term)
        narrow, wide = self._words(var, library)
        if narrow & set(self.fix):
            return False
        if narrow & set(self.free):
            return "=" not in var.name
        if wide & set(self.fix):
            return False
        if wide & set(self.free):
            return "=" not in var.name
        if "=" in var.name or var.term in _USUALLY_FIXED or (term is not None and term.type == "state"):
            return False
        return var.changed_by != "nobody"


class Puzzle:
    """One case before one law, with what may change."""

    def __init__(
        self,
        whole: Whole,
        node: int,
        values: Values,
        free: Collection[int],
        wanted: Sequence[Outcome],
        held: Collection[int] = (),
    ) -> None:
        """Reduce the law to what may change.

        Args:
            whole: Where the functions live.
            node: The law's function.
            values: What the case says of every variable.
            free: The levels that may change.
            wanted: The outcomes of which one is to be reached.
            held: The levels that stay unknown where they are, so that nobody establishes them.
        """
        self._begin(whole, whole.where(node, wanted), values, free, wanted, held)

    @classmethod
    def of_condition(
        cls, whole: Whole, node: int, values: Values, free: Collection[int], held: Collection[int] = ()
    ) -> Puzzle:
        """The same for a truth function: what would make it true."""
        puzzle = object.__new__(cls)
        puzzle._begin(whole, node, values, free, (), held)
        return puzzle

    def _begin(
        self,
        whole: Whole,
        good: int,
        values: Values,
        free: Collection[int],
        wanted: Sequence[Outcome],
        held: Collection[int],
    ) -> None:
        self.whole = whole
        self.held = frozenset(held)
        self.here: dict[int, int | None] = {}
        self.free = frozenset(free)
        self.wanted = tuple(wanted)
        self.good = good
        self.reduced = self._reduce(values)
        self._asked = sorted(whole.support(self.reduced))

    def _reduce(self, values: Values) -> int:
        """The law over what may change or is unknown; without the constraints where the case itself breaks one."""
        whole, free, here = self.whole, self.free, self.here
        sound = whole.sound(self.good)
        fixed: dict[int, int] = {}
        idle: dict[int, int] = {}
        often = whole.often(sound)
        for level, name, positions, last, open_, moves in whole.asked(self.good):
            value = values(name)
            position = open_ if value is None else positions.get(value, last)
            here[level] = position
            if position is not None:
                if level not in free:
                    fixed[level] = position
                elif often:
                    helps = moves[position]
                    if helps is None:
                        helps = moves[position] = whole.moves(sound, level, position)
                    if not helps:
                        idle[level] = position
        kept = {**fixed, **idle}
        found = whole.restrict(sound, kept)
        if found == FALSE and whole.restrict(whole.possible, fixed) == FALSE:
            found = whole.restrict(self.good, fixed)
        return found

    def ways(self, at_most: int, *, smallest: bool = False) -> tuple[Steps, ...]:
        """Every minimal set of at most so many changes, smallest first.

        Args:
            at_most: How many changes a set has at most.
            smallest: Whether only the sets are wanted that have as few changes as any.

        Raises:
            TroubleError: There are too many.
        """
        here = tuple((level, self.here[level]) for level in self._asked)
        key = (self.reduced, at_most, smallest, self.free, self.held, here)
        kept = self.whole.ways.get(key)
        if kept is None:
            if len(self.whole.ways) > _MAX_KEPT:
                self.whole.ways.clear()
            kept = self.whole.ways[key] = self._ways(at_most, smallest)
        return kept

    def _ways(self, at_most: int, smallest: bool) -> tuple[Steps, ...]:
        diagram, here, free, held = self.whole.diagram, self.here, self.free, self.held
        level_of, children_of = diagram.level, diagram.children
        points = self.whole.points
        within = diagram.within
        # A set of changes is a number with a bit for each value of each variable: part of another or not in one step.
        pairs = [(level, at) for level in self._asked for at in range(len(points[level].values))]
        bit = {pair: 1 << i for i, pair in enumerate(pairs)}
        memo: dict[tuple[int, int], tuple[int, ...]] = {}
        least: dict[int, int] = {}

        def unset(node: int) -> int:
            """Whatever the unknown fact turns out to be."""
            var = points[level_of[node]].var
            found = TRUE
            for value, child in zip(var.domain, children_of[node], strict=False):
                if value in var.possible:
                    found = diagram.both(found, child)
            return found

        def stay(node: int) -> int:
            at = here[level_of[node]]
            return unset(node) if at is None else children_of[node][at]

        def need(node: int) -> int:
            """The fewest changes from here."""
            if node < TERMINALS:
                return 0 if node == TRUE else 1_000
            found = least.get(node)
            if found is None:
                found = need(stay(node))
                if found:
                    at = here[level_of[node]]
                    if (at is None and level_of[node] not in held) or level_of[node] in free:
                        for i, child in enumerate(children_of[node]):
                            if i != at:
                                found = min(found, 1 + need(child))
                least[node] = found
            return found

        def walk(node: int, budget: int) -> tuple[int, ...]:
            if node == TRUE:
                return (0,)
            if node == FALSE or need(node) > budget:
                return ()
            key = (node, budget)
            found = memo.get(key)
            if found is not None:
                return found
            level = level_of[node]
            base = walk(stay(node), budget)
            kept = list(base)
            at = here[level]
            if budget and ((at is None and level not in held) or level in free) and base != (0,):
                own = children_of[node]
                for i, child in enumerate(own):
                    if child == FALSE or (at is not None and within(child, own[at])):
                        continue
                    step = bit[level, i]
                    for steps in walk(child, budget - 1):
                        for small in base:
                            if small & steps == small:
                                break
                        else:
                            kept.append(steps | step)
            if len(kept) > _MAX_SETS:
                raise TroubleError([
                    Trouble(
                        "SK508",
                        f"more than {_MAX_SETS:,} sets of changes would do",
                        why="too much may change at once for a list that anybody reads",
                        help="ask for fewer changes at once, or fix more facts",
                    )
                ])  # fmt: skip
            found = memo[key] = tuple(kept)
            return found

        most = min(at_most, need(self.reduced)) if smallest else at_most
        return tuple(sorted((_members(steps, pairs) for steps in walk(self.reduced, most)), key=len))

    def steps(self, found: Iterable[Steps]) -> tuple[tuple[Step, ...], ...]:
        """The sets in words, those joined that differ only in the value that one variable takes."""
        groups: dict[tuple[frozenset[tuple[int, int]], int], list[int]] = {}
        plain = list(found)
        joined: dict[Steps, tuple[int, tuple[int, ...]]] = {}
        for steps in plain:
            for level, position in steps:
                groups.setdefault((steps - {(level, position)}, level), []).append(position)
        taken: set[Steps] = set()
        result: list[tuple[Step, ...]] = []
        for (rest, level), positions in sorted(groups.items(), key=lambda group: -len(group[1])):
            members = [rest | {(level, position)} for position in positions]
            fresh = [position for position, member in zip(positions, members, strict=True) if member not in taken]
            if len(fresh) > 1:
                for position in fresh:
                    taken.add(rest | {(level, position)})
                joined[rest | {(level, fresh[0])}] = (level, tuple(sorted(fresh)))
        for steps in plain:
            if steps in joined:
                level, several = joined[steps]
                rows = [(each, (at,)) for each, at in steps if each != level] + [(level, several)]
            elif steps in taken:
                continue
            else:
                rows = [(each, (at,)) for each, at in steps]
            result.append(tuple(self._step(level, positions) for level, positions in sorted(rows)))
        return tuple(result)

    def _step(self, level: int, positions: Sequence[int]) -> Step:
        point = self.whole.points[level]
        at = self.here[level]
        before = None if at is None else point.values[at]
        return Step(point.name, before, tuple(point.values[i] for i in positions), point.var.changed_by)


def _members(steps: int, pairs: Sequence[tuple[int, int]]) -> Steps:
    """The pairs whose bits are set."""
    found = []
    while steps:
        lowest = steps & -steps
        found.append(pairs[lowest.bit_length() - 1])
        steps ^= lowest
    return frozenset(found)


def outcomes_of(whole: Whole, node: int, values: Values) -> frozenset[Outcome]:
    """Every outcome of a function for one case, over all that is unknown in it."""
    diagram, points = whole.diagram, whole.points
    seen, stack, found = {node}, [node], set[Outcome]()
    while stack:
        node = stack.pop()
        if node < TERMINALS:
            found.add(outcome_at(node))
            continue
        level = diagram.level[node]
        point, children = points[level], diagram.children[node]
        value = values(point.name)
        if value is None and point.values[-1] == OPEN:
            value = OPEN
        if value is None:
            kept = [child for each, child in zip(point.values, children, strict=True) if each in point.var.possible]
        else:
            kept = [children[whole.position[level].get(value, len(children) - 1)]]
        for child in kept:
            if child not in seen:
                seen.add(child)
                stack.append(child)
    return frozenset(found)


def weight_of(steps: Iterable[Step], *, proposal: bool = False, weights: Mapping[str, int] = WEIGHTS) -> int:
    """How heavy a set of changes is; establishing what is unknown counts as a finding of the authority."""
    own = sum(weights["authority" if step.before is None else "deal" if step.deal else step.who] for step in steps)
    return own + (weights["legislator"] if proposal else 0)


def ways_of(
    puzzle: Puzzle,
    library: Library,
    *,
    at_most: int = MOST,
    weights: Mapping[str, int] = WEIGHTS,
    proposal: str = "",
) -> tuple[Way, ...]:
    """Every minimal set of changes as a way, the lightest first."""
    subjects = {name: term.subject for name, term in library.terms.items()}
    found = []
    for plain in puzzle.steps(puzzle.ways(at_most)):
        steps = tuple(
            replace(step, deal=step.who == "parties" and subjects.get(puzzle.whole.vars[step.var].term) == "case")
            for step in plain
        )
        found.append(Way(steps, proposal, weight_of(steps, proposal=bool(proposal), weights=weights)))
    return tuple(sorted(found, key=lambda way: (way.weight, len(way.steps), [step.var for step in way.steps])))


def untouchable(whole: Whole, law: Law, puzzle: Puzzle) -> tuple[str, ...]:
    """The rules that bar the case whatever of the free facts changes, in the order of the books."""
    stands = whole.stands(law)
    fixed = {level: at for level, at in puzzle.here.items() if at is not None and level not in puzzle.free}
    found = []
    for rule in law.rules:
        outcome = rule.effect.outcome
        if outcome is not None and outcome not in puzzle.wanted and outcome > min(puzzle.wanted):
            node = whole.restrict(stands[rule.name], {**fixed, **_open(whole, stands[rule.name], puzzle)})
            if node == TRUE:
                found.append(rule.name)
    return tuple(found)


def _open(whole: Whole, node: int, puzzle: Puzzle) -> dict[int, int]:
    return {
        level: 2
        for level in whole.support(node)
        if level not in puzzle.here and whole.points[level].var.kind is Kind.JUDGEMENT
    }


def relaxation(whole: Whole, law: Law, values: Values, bars: Iterable[Rule], lists: Iterable[str]) -> Relaxation:
    """The least of the law that would have to go: bars that stand, and the nearest rules of closed lists.

    Args:
        whole: Where the functions live.
        law: The law that bars the case.
        values: What the case says.
        bars: The rules that stand in the way.
        lists: The instruments whose closed list does not cover the case.
    """
    names = tuple(lists)
    every = frozenset(range(len(whole.points)))
    near: list[tuple[int, Rule, tuple[Step, ...]]] = []
    for part in law.instruments:
        if part.instrument.name not in names:
            continue
        for rule in part.rules:
            if rule.effect.outcome not in (Outcome.MAY_BE_PERMITTED, Outcome.FREE):
                continue
            node = whole.project(
                whole.condition(rule.when),
                frozenset(range(len(whole.points))) - frozenset(whole.judgements),
            )
            puzzle = Puzzle.of_condition(whole, node, values, every)
            for size in range(4):
                ways = puzzle.steps(puzzle.ways(size))
                if ways:
                    near.extend((len(way), rule, way) for way in ways[:_MOST_NEAR])
                    break
    fewest = min((count for count, *_ in near), default=0)
    return Relaxation(tuple(bars), names, tuple((rule, way) for count, rule, way in near if count == fewest))


def cites_of(rules: Iterable[Rule]) -> tuple[Cite, ...]:
    """The citations of several rules, each once."""
    return tuple(dict.fromkeys(cite for rule in rules for cite in rule.cites))
