"""Checks over the whole library that need no evaluation: references, cycles, time, unused words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sekisho.base import Interval, Place, Trouble, nearest
from sekisho.ir import Effect, Library, Rule, Timeline
from sekisho.lang.syntax import Parsed


def check_structure(
    library: Library, blocks: Sequence[Parsed], used: Collection[str], lost: Sequence[Parsed] = ()
) -> list[Trouble]:
    """Every trouble of the library's structure; `lost` are blocks of pages that could not be read."""
    rules: dict[str, Rule] = {rule.name: rule for rule in library.rules}
    proposed = {rule.name: rule for proposal in library.proposals for rule in proposal.rules}
    known = {**rules, **proposed}
    troubles: list[Trouble] = []
    written = {each.block.name for each in (*blocks, *lost) if each.block.kind == "rule"}
    scopes = {each.block.name for each in (*blocks, *lost) if each.block.kind == "scope"}
    troubles += _references(blocks, known, written, scopes)
    troubles += _instruments(library)
    troubles += _cycles({name: rule.exception_to for name, rule in known.items()}, known, "exceptions")
    troubles += _cycles({i.name: i.yields_to for i in library.instruments}, None, "instruments that yield")
    troubles += _time(library, known)
    troubles += _unused(library, used)
    return troubles


def _references(
    blocks: Iterable[Parsed], rules: Mapping[str, Rule], written: set[str], scopes: set[str]
) -> list[Trouble]:
    troubles: list[Trouble] = []
    kinds = ("exception_to", "replaces", "repeals", "for_bases", "affects")
    for parsed in blocks:
        for clause in (c for c in parsed.clauses if c.kind in kinds):
            for name, place in clause.value:
                if name in written or (clause.kind == "affects" and name in scopes):
                    if (
                        clause.kind == "for_bases"
                        and parsed.first("require")
                        and name in rules
                        and rules[name].effect not in (Effect.PERMIT, Effect.EXEMPT)
                    ):
                        troubles.append(
                            Trouble(
                                "SK214",
                                f"`{name}` is no basis: it does not permit",
                                (place,),
                                help="name rules that permit",
                            )
                        )
                    continue
                close = nearest(name, written, count=1)
                troubles.append(
                    Trouble(
                        "SK206",
                        f"no rule is called `{name}`",
                        (place,),
                        why="it would defeat, end or touch nothing",
                        help=f"write `{close[0]}`" if close else "check the name, or remove it",
                    )
                )
    return troubles


def _instruments(library: Library) -> list[Trouble]:
    names = {instrument.name for instrument in library.instruments}
    troubles = []
    for instrument in library.instruments:
        for other in instrument.yields_to:
            if other not in names:
                close = nearest(other, names, count=1)
                troubles.append(
                    Trouble(
                        "SK206",
                        f"`{instrument.name}` yields to `{other}`, which does not exist",
                        (instrument.origin.place,),
                        help=f"write `{close[0]}`" if close else "name an instrument of this library",
                    )
                )
    for proposal in library.proposals:
        if proposal.amends not in names:
            close = nearest(proposal.amends, names, count=1)
            troubles.append(
                Trouble(
                    "SK206",
                    f"`{proposal.name}` amends `{proposal.amends}`, which does not exist",
                    (proposal.origin.place,),
                    help=f"write `{close[0]}`" if close else "name an instrument of this library",
                )
            )
    return troubles


def _cycles(edges: Mapping[str, tuple[str, ...]], rules: Mapping[str, Rule] | None, what: str) -> list[Trouble]:
    """One trouble for each cycle, found by an iterative depth-first walk."""
    state: dict[str, int] = {}
    troubles: list[Trouble] = []
    for root in edges:
        if root in state:
            continue
        path: list[str] = []
        stack: list[tuple[str, bool]] = [(root, False)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                path.pop()
                state[name] = 2
                continue
            if state.get(name) == 2:
                continue
            if state.get(name) == 1:
                continue
            state[name] = 1
            path.append(name)
            stack.append((name, True))
            for target in edges.get(name, ()):
                if state.get(target) == 1 and target in path:
                    ring = [*path[path.index(target) :], target]
                    places = tuple(rules[each].origin.place for each in ring[:-1]) if rules else (Place("law"),)
                    troubles.append(
                        Trouble(
                            "SK208",
                            f"{what} run in a circle: {' → '.join(ring)}",
                            places,
                            why="which of them is defeated would depend on where one begins",
                            help="take one of the references away",
                        )
                    )
                elif target in edges and target not in state:
                    stack.append((target, False))
    return troubles


def _time(library: Library, known: Mapping[str, Rule]) -> list[Trouble]:
    troubles: list[Trouble] = []
    intervals = Timeline(library).intervals
    for rule in known.values():
        for target in (*rule.replaces, *rule.repeals):
            other = known.get(target)
            if other is None or rule.proposal:
                continue
            if rule.stated.first <= other.stated.first:
                troubles.append(
                    Trouble(
                        "SK210",
                        f"`{rule.name}` would end `{target}` before it begins",
                        (rule.origin.place, other.origin.place),
                        why=f"{target} is in force {other.stated.show()}",
                        help="correct one of the two days, or remove the reference",
                    )
                )
            elif other.stated.last is not None and other.stated.last < rule.stated.first:
                gap = rule.stated.first - other.stated.last
                if gap.days > 1 and target in rule.replaces:
                    troubles.append(
                        Trouble(
                            "SK212",
                            f"between `{target}` and `{rule.name}` lie {gap.days - 1} days without either",
                            (rule.origin.place, other.origin.place),
                            why=f"{target} ends on {other.stated.last}, {rule.name} begins on {rule.stated.first}",
                            help="correct the end or the beginning, or write that nothing stood between",
                        )
                    )
        enders = [r for r in known.values() if rule.name in (*r.replaces, *r.repeals) and not r.proposal]
        later = sorted(enders, key=lambda r: r.stated.first)
        for second in later[1:]:
            if second.stated.first != later[0].stated.first:
                troubles.append(
                    Trouble(
                        "SK212",
                        f"`{second.name}` ends `{rule.name}`, which `{later[0].name}` has already ended",
                        (second.origin.place, later[0].origin.place),
                        help=f"name what stands on {second.stated.first} instead, or remove the reference",
                    )
                )
        if rule.name in intervals:
            for target in rule.exception_to:
                if target in intervals and not _meet(intervals[rule.name], intervals[target]):
                    troubles.append(
                        Trouble(
                            "SK213",
                            f"the exception `{rule.name}` and `{target}` are never in force together",
                            (rule.origin.place, known[target].origin.place),
                            why="the exception can defeat nothing",
                            help="name the rule that stands while the exception is in force",
                            warning=True,
                        )
                    )
    return troubles


def _meet(one: Interval, other: Interval) -> bool:
    first = max(one.first, other.first)
    return first in one and first in other


def _unused(library: Library, used: Collection[str]) -> list[Trouble]:
    """Terms and readings that no condition uses; the words of the case itself always count."""
    troubles = []
    for term in library.terms.values():
        if term.name not in used and term.supplier != "case":
            troubles.append(
                Trouble(
                    "SK216",
                    f"no condition uses the term `{term.name}`",
                    (term.origin.place,),
                    why="a word without use may be a slip in another place",
                    help="use it, or remove the block",
                    warning=True,
                )
            )
    for reading in library.readings.values():
        if reading.name not in used:
            troubles.append(
                Trouble(
                    "SK216",
                    f"no condition asks for the reading `{reading.name}`",
                    (reading.origin.place,),
                    why="it can change no answer",
                    help="use it in a condition, or remove the block",
                    warning=True,
                )
            )
    return troubles
