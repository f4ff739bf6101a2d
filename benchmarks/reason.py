"""What it takes to ask about all cases: smallest changes, differences with counts, properties, growth.

`python benchmarks/run.py reason` measures our own books; `--peers` puts z3 and clingo beside them in
the same run, each in the fastest of several formulations (`solvers.py`). The book is warm: the laws
are laid out, and other cases were asked before. The case, or the pair of versions, is new.

Longer than other files: every question is put to us and to each solver side by side.
"""

from __future__ import annotations

import gc
import random
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from time import perf_counter_ns
from typing import Any

import stylised
from measure import Figure, figure, machine, shown

import sekisho
from decide import cases_of, varied
from sekisho.base import Day, Interval, Place, Support, TroubleError, parse_day
from sekisho.ir import (
    All,
    Cite,
    Effect,
    Instrument,
    Kind,
    Law,
    Library,
    Not,
    Origin,
    Outcome,
    Rule,
    Scope,
    Test,
    Timeline,
    Var,
)
from sekisho.reason.compare import Comparer
from sekisho.reason.compile import compile_law
from sekisho.reason.order import complete, formulas_together, side_by_side
from sekisho.reason.shelf import Shelf
from sekisho.reason.take import Freedom, Puzzle, outcomes_of
from sekisho.reason.whole import Whole
from sekisho.store import data_folder

WANTED = (Outcome.FREE, Outcome.MAY_BE_PERMITTED)
TODAY = Day(2026, 11, 21)
DAYS = (Day(2023, 4, 19), Day(2024, 3, 27), Day(2026, 2, 20), TODAY)
REVISIONS = (Day(2022, 3, 8), Day(2023, 12, 22), Day(2026, 4, 21))
CLAIMS = ("never", "always", "only", "exactly")
SIZES = (100, 1000, 5000)
PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "benchmark-reason.svg"


@dataclass
class Row:
    """One question: what we take, what was to be reached, and what others take."""

    name: str
    ours: Figure
    mark: float = 0.0  # microseconds
    short: str = ""  # in the picture
    peers: list[tuple[str, Figure]] = field(default_factory=list)

    def lines(self) -> Iterable[str]:
        mark = shown(self.mark) if self.mark else ""
        yield (
            f"  {self.name:<66} {shown(self.ours.median):>9}   {shown(self.ours.low):>9} …{shown(self.ours.high):>9}"
            f"   {mark}"
        ).rstrip()
        for name, other in self.peers:
            ratio = f"{other.median / self.ours.median:.0f} times ours"
            yield f"    {name:<64} {shown(other.median):>9}   {shown(other.low):>9} …{shown(other.high):>9}   {ratio}"

    def cells(self) -> Iterable[str]:
        mark = shown(self.mark) if self.mark else ""
        others = "<br>".join(
            f"{name}: {shown(other.median)} ({other.median / self.ours.median:.0f} times)" for name, other in self.peers
        )
        spread = f"{shown(self.ours.low)} … {shown(self.ours.high)}"
        yield f"| {self.name} | {shown(self.ours.median)} | {spread} | {mark} | {others} |"


@dataclass
class Part:
    """Some rows under a heading."""

    heading: str
    rows: list[Row]

    def show(self) -> None:
        print(f"\n{self.heading}\n  {'':<66} {'median':>9}   {'5 % …':>9} {'95 %':>9}   to reach")
        for row in self.rows:
            print("\n".join(row.lines()))


@dataclass
class Grown:
    """A generated book: seconds for its order, its diagram, and the comparison with an amendment of it."""

    rules: int
    facts: int
    ordered: float
    built: float
    nodes: int
    compared: float
    differ: int
    z3: float | None = None


def once(
    call: Callable[[Any], object], arguments: Sequence[Any], before: Callable[[], object] = lambda: None
) -> Figure:
    """Every call once and by itself."""
    taken = []
    for argument in arguments:
        before()
        began = perf_counter_ns()
        call(argument)
        taken.append((perf_counter_ns() - began) / 1000)
    return figure(taken)


def again(call: Callable[[], object], rounds: int) -> Figure:
    """The same call several times."""
    return once(lambda _: call(), range(rounds))


def run(*, peers: bool, quick: bool) -> str:
    desk = sekisho.open()
    gc.collect()
    gc.freeze()  # the books last; to look through them again and again for garbage would be measured with the rest
    said = f"{machine()}; the books of Japan on {TODAY}: {len(desk.law('JPN', TODAY).rules)} rules."
    print(f"Questions about all cases. {said}")
    parts = []
    for make in (compiling, taking, twelve, comparing, verifying):
        parts.append(make(desk, peers, quick))
        parts[-1].show()
    grown = growth(peers, quick)
    if not quick:
        picture(parts, grown)
    return page(said, parts, grown)


# Compile


def compiling(desk: sekisho.Desk, peers: bool, quick: bool) -> Part:  # noqa: ARG001 - the parts share one signature
    library, timeline = desk.library, desk.timeline()
    law = timeline.law("JPN", TODAY)
    versions = [timeline.law("JPN", day) for day in timeline.change_days("JPN")]
    order = desk.inquiry.whole("JPN").order
    rounds = 3 if quick else 9

    def whole(laws: Sequence[Law], shelf: Shelf | None) -> None:
        made = Whole(library.vars, [], library.constraints, order, shelf)
        for each in laws:
            made.function(each)

    with tempfile.TemporaryDirectory() as folder:

        def shelf() -> Shelf:
            return Shelf([data_folder("law")], Path(folder), desk.digest)

        whole(versions, shelf())
        every = f"all {len(versions)} versions of the law in one diagram"
        rows = [
            Row("the conditions of the rules alone", again(lambda: compile_law(law, library), rounds)),
            Row(
                "the whole law of a day as one function, kept",
                again(lambda: whole([law], shelf()), rounds),
                50e3,
                "compile the law of a day",
            ),
            Row("the same, laid out anew", again(lambda: whole([law], None), rounds)),
            Row(f"{every}, kept", again(lambda: whole(versions, shelf()), 3)),
            Row("the same, laid out anew", again(lambda: whole(versions, None), 3)),
        ]
    return Part("Compile the Japanese book", rows)


# What would it take?


def taking(desk: sekisho.Desk, peers: bool, quick: bool) -> Part:
    whole, timeline = desk.inquiry.whole("JPN"), desk.timeline()
    free = Freedom().levels(whole, desk.library)
    known = [case for path in sorted(data_folder("cases").rglob("*.yaml")) for case in cases_of(desk, path)]

    def asked(seed: int, count: int, *, known_all: bool = True) -> list[tuple[Law, int, Any]]:
        """New cases that the law bars, on four days; with facts unknown, or told as they are in most cases."""
        found = []
        for day in DAYS:
            law = timeline.law("JPN", day)
            node = whole.function(law)
            barred: list[Any] = []
            for case in varied(known, day, random.Random(f"{seed}/{day}"), 4 * count):
                values = desk.outlook(case, "JPN").values
                chosen = (full(values) if known_all else values).__getitem__
                if not case.readings and not outcomes_of(whole, node, chosen) & {*WANTED}:
                    barred.append(chosen)
            found.extend((law, node, values) for values in barred[:count])
        return found

    facts = [var for var in desk.library.vars.values() if var.kind is Kind.FACT]
    usual = {var.name: "false" if "false" in var.domain else var.domain[0] for var in facts}

    def full(values: Mapping[str, str | None]) -> dict[str, str | None]:
        return {**values, **{name: value for name, value in usual.items() if values[name] is None}}

    once(lambda row: take(whole, *row[1:], free), asked(1, 50))
    stories = []
    for day in DAYS:
        law = timeline.law("JPN", day)
        case = desk.case(exporter="JPN", recipient="UKR", item="patriot-pac3", date=day)
        stories.append((law, whole.function(law), full(desk.outlook(case, "JPN").values).__getitem__))
    new = [*stories, *asked(2, 10 if quick else 24)]
    found = [len(take(whole, *row[1:], free)) for row in new]
    rows = taken(whole, new, free, f"{sum(found) / len(found):.0f} on average", 1e3, "take, the book of Japan")
    whole.ways.clear()
    open_ = asked(3, 10 if quick else 24, known_all=False)
    rows.append(
        Row(
            "the first of these, where facts are unknown",
            once(lambda row: take(whole, *row[1:], free), open_),
            1e3,
            "take, facts unknown",
        )
    )
    if peers:
        names = {whole.points[level].name for level in free}
        groups = [(law, [values for each, _, values in new if each is law]) for law in dict.fromkeys(r[0] for r in new)]
        beside(rows, desk.library, groups, names, lambda law, values: take(whole, whole.function(law), values, free))
    case = desk.case(exporter="JPN", recipient="UKR", item="patriot-pac3", date=TODAY)
    desk.take(case)
    rows.append(
        Row("the whole answer: cards, proposals, another item, other recipients", again(lambda: desk.take(case), 3))
    )
    return Part("What would it take? The Japanese book", rows)


def take(whole: Whole, node: int, values: Any, free: Collection[int]) -> tuple[Any, ...]:
    """Every minimal set of up to three changes."""
    return Puzzle(whole, node, values, free, WANTED).ways(3)


def smallest(whole: Whole, node: int, values: Any, free: Collection[int]) -> tuple[Any, ...]:
    """Every set of as few changes as will do."""
    return Puzzle(whole, node, values, free, WANTED).ways(3, smallest=True)


def taken(whole: Whole, new: Sequence[Any], free: Collection[int], count: str, mark: float, short: str) -> list[Row]:
    """Both questions, put to each case as if it had not been asked before."""
    rows = []
    for name, ask, own in (
        (f"all minimal sets of up to three changes, a new case ({count})", take, mark),
        ("those of the smallest size alone, a new case", smallest, 0.0),
    ):
        whole.ways.clear()
        rows.append(Row(name, once(lambda row, ask=ask: ask(whole, *row[1:], free), new), own, short))
    return rows


def beside(
    rows: Sequence[Row],
    library: Library,
    groups: Sequence[tuple[Law, Sequence[Any]]],
    free: set[str],
    ours: Callable[[Law, Any], tuple[Any, ...]],
) -> None:
    """The same cases put to z3, in the fastest formulation, and to clingo; all must find the same smallest sizes."""
    from solvers import MOST, Optimizing, Taking, clingo_take

    tried: dict[str, list[float]] = {}
    sizes: dict[str, list[int | None]] = {}
    for law, cases in groups:
        ways = {
            f"{way}{', finite domains' if solver else ''}": getattr(Taking(library, law, free, solver), f"by_{way}")
            for solver in ("", "QF_FD")
            for way in ("assumptions", "counting", "cores")
        }
        ways["optimize"] = Optimizing(library, law, free).smallest
        for name, ask in ways.items():
            ask(cases[0])
            for values in cases if name != "optimize" else cases[:4]:
                began = perf_counter_ns()
                sizes.setdefault(name, []).append(ask(values))
                tried.setdefault(name, []).append((perf_counter_ns() - began) / 1000)
    figures = {name: figure(taken) for name, taken in tried.items()}
    best = min(figures, key=lambda name: figures[name].median)
    own = tuple(len(sets[0]) if (sets := ours(law, values)) else None for law, cases in groups for values in cases)
    for name, found in sizes.items():
        assert name == "optimize" or tuple(found) == own, f"z3, by {name}, finds other smallest sizes"
    print(f"  z3, one smallest set, by formulation: {', '.join(f'{n} {shown(f.median)}' for n, f in figures.items())}")
    every: list[float] = []
    for law, cases in groups:
        ask = min(
            (Taking(library, law, free, solver) for solver in ("", "QF_FD")),
            key=lambda each: timed(each.every, cases[0]),
        )
        for values in cases:
            every.append(timed(ask.every, values))
    rows[0].peers.append(("z3, told apart by what changes", figure(every)))
    rows[1].peers.append((f"z3, one of them ({best})", figures[best]))
    version, figures, sizes_of = clingo_take([(library, law, free, cases) for law, cases in groups])
    for row, mode in zip(rows, ("all", "smallest"), strict=False):
        if mode in figures:
            row.peers.append((f"clingo {version}, told apart by what changes", figure(figures[mode])))
        told = tuple(size if 0 <= size <= MOST else None for size in sizes_of.get(mode, ()))
        assert told in ((), own), "clingo finds other smallest sizes"
    if not figures:
        print("  clingo could not be installed here")


def timed(call: Callable[[Any], object], argument: Any) -> float:
    """What one call takes, in microseconds."""
    began = perf_counter_ns()
    call(argument)
    return (perf_counter_ns() - began) / 1000


def twelve(desk: sekisho.Desk, peers: bool, quick: bool) -> Part:  # noqa: ARG001
    """The twelve stylised rules of the other benchmarks, where every fact may change."""
    with tempfile.TemporaryDirectory() as folder:
        law_folder, facts = Path(folder) / "law", Path(folder) / "facts"
        law_folder.mkdir()
        facts.mkdir()
        (law_folder / "xta.md").write_text(stylised.rulebook(), encoding="utf-8")
        for name, text in stylised.FACTS.items():
            (facts / name).write_text(text, encoding="utf-8")
        library = sekisho.open(law_folder, facts=facts, cache=False).library
    law = Timeline(library).law("XTA", TODAY)
    whole = Whole(library.vars, [law])
    node = whole.function(law)
    free = range(len(whole.points))
    rng = random.Random(1)

    def cases(count: int) -> list[Any]:
        found: list[Any] = []
        while len(found) < count:
            values = {name: rng.choice(library.vars[name].domain) for name in library.vars}
            if whole.evaluate(node, whole.fixed(values)) not in (2 + Outcome.FREE, 2 + Outcome.MAY_BE_PERMITTED):
                found.append(values.__getitem__)
        return found

    once(lambda values: take(whole, node, values, free), cases(40))
    new = [(law, node, values) for values in cases(40 if quick else 120)]
    found = [len(take(whole, *row[1:], free)) for row in new]
    rows = taken(whole, new, free, f"{sum(found) / len(found):.0f} on average", 200, "take, twelve rules")
    if peers:
        beside(
            rows,
            library,
            [(law, [values for *_, values in new])],
            set(library.vars),
            lambda _, values: take(whole, node, values, free),
        )
    return Part("What would it take? Twelve stylised rules", rows)


# What changed?


def comparing(desk: sekisho.Desk, peers: bool, quick: bool) -> Part:
    whole, timeline, readings = desk.inquiry.whole("JPN"), desk.timeline(), desk.library.readings
    laws = [timeline.law("JPN", day) for day in timeline.change_days("JPN")]
    for law in laws:
        whole.stands(law)
        Comparer(whole, law, law, readings)
    pairs = list(pairwise(laws))
    if quick:
        pairs = pairs[::4]

    def example(pair: tuple[Law, Law]) -> None:
        Comparer(whole, *pair, readings).example()

    def counts(pair: tuple[Law, Law]) -> None:
        Comparer(whole, *pair, readings).totals()

    def words(pair: tuple[Law, Law]) -> None:
        Comparer(whole, *pair, readings).compare()

    chosen = [
        (timeline.law("JPN", Day.fromordinal(day.toordinal() - 1)), timeline.law("JPN", day)) for day in REVISIONS
    ]
    forget = whole.diagram.forget
    rows = [
        Row(f"whether they differ, with such a case: {len(pairs)} pairs of neighbours", once(example, pairs, forget)),
        Row(
            f"exact counts, two universes: {len(pairs)} pairs",
            once(counts, pairs, forget),
            5e3,
            "compare, counts: all neighbours",
        ),
        *(
            Row(f"exact counts, two universes: {day}", once(counts, [pair] * 9, forget), 5e3, f"compare, counts: {day}")
            for day, pair in zip(REVISIONS, chosen, strict=True)
        ),
        Row(
            f"with readable conditions and witnesses: {len(pairs)} pairs",
            once(words, pairs, forget),
            100e3,
            "compare, in words: all neighbours",
        ),
        *(
            Row(
                f"with readable conditions and witnesses: {day}",
                once(words, [pair] * 5, forget),
                100e3,
                f"compare, in words: {day}",
            )
            for day, pair in zip(REVISIONS, chosen, strict=True)
        ),
    ]
    if peers:
        from solvers import Versions

        asked = []
        for solver, name in (("", "z3"), ("QF_FD", "z3, finite domains")):
            versions = Versions(desk.library, laws, solver)
            at = {id(law): i for i, law in enumerate(laws)}

            def ask(pair: tuple[Law, Law], versions: Any = versions, at: dict[int, int] = at) -> None:
                versions.differ(at[id(pair[0])], at[id(pair[1])])

            ask(pairs[0])
            asked.append((name, once(ask, pairs)))
        rows[0].peers = [min(asked, key=lambda each: each[1].median)]
    return Part("Compare two versions of the Japanese law", rows)


# What always holds?


def verifying(desk: sekisho.Desk, peers: bool, quick: bool) -> Part:
    rounds = 1 if quick else 3
    verdicts = desk.verify()

    def first() -> None:
        fresh = sekisho.open()
        fresh.inquiry._shelf = Shelf([data_folder("law")], None, fresh.digest)  # orders, but no diagrams
        fresh.verify()

    rows = [
        Row(
            f"all {len(verdicts)} properties over the whole timeline, everything laid out anew",
            again(first, rounds),
            5e6,
            f"verify {len(verdicts)} properties",
        ),
        Row("again", again(desk.verify, 3)),
    ]
    claims = [v.property for v in verdicts if v.property.state == "JPN" and v.property.form in CLAIMS]
    names = [claim.name for claim in claims]
    rows.append(
        Row(
            f"the {len(claims)} about outcomes of Japanese law, laws laid out before",
            again(lambda: verified(desk, names), 3),
        )
    )
    if peers:
        from solvers import Versions

        timeline = desk.timeline()
        laws = [timeline.law("JPN", day) for day in timeline.change_days("JPN")]
        versions = Versions(desk.library, laws)

        def ask() -> None:
            for claim in claims:
                for i, law in enumerate(laws):
                    if overlapping(law.days, claim.days):
                        versions.broken(claim, i)

        rows[-1].peers.append(("z3, whether any case breaks them, no counts", again(ask, 1)))
    rows.append(
        Row("shares of the case space: two recipients, five item classes, since 1967",
            again(lambda: desk.openness("JPN", ["USA", "UKR"], last=TODAY), 3))
    )  # fmt: skip
    return Part("Verify and count", rows)


def verified(desk: sekisho.Desk, names: Sequence[str]) -> None:
    """The properties once more, with nothing remembered of the last time but the laws themselves."""
    whole = desk.inquiry.whole("JPN")
    whole.diagram.forget()
    whole.parts.clear()
    desk.verify(names)


def overlapping(one: Interval, other: Interval) -> bool:
    return (one.last is None or other.first <= one.last) and (other.last is None or one.first <= other.last)


# Growth


def book(rules: int, facts: int = 60, seed: int = 1) -> Library:
    """A book of so many rules over so many facts, in instruments of 25; each instrument asks for eight near facts."""
    rng = random.Random(f"{seed}")
    vars = {f"f{i:03}": Var(f"f{i:03}", Kind.FACT, f"f{i:03}") for i in range(facts)}
    names = list(vars)
    origin = Origin(Place("generated.md"))
    cites = (Cite("text", "1", Support.OFFICIAL),)
    days = Interval(parse_day("2000-01-01"))
    instruments = []
    per = 25
    for number in range(max(1, rules // per)):
        at = rng.randrange(len(names) - 8)
        own = []
        for i in range(per):
            name = f"r{number}-{i}"
            chosen = rng.sample(names[at : at + 8], 4)
            when = All(tuple(Test(each) if rng.random() < 0.6 else Not(Test(each)) for each in chosen))
            lifts = (own[-1].name,) if own and rng.random() < 0.25 else ()
            effect = Effect.LIFT if lifts else rng.choice((Effect.PERMIT, Effect.PROHIBIT, Effect.EXEMPT))
            own.append(Rule(name, f"i{number}", effect, (), None, lifts, (), (), (), cites, days, when, (), "", origin))
        scope = Scope(f"s{number}", cites, days, Test(rng.choice(names[at : at + 8])), origin)
        instruments.append(
            Instrument(f"i{number}", "", "AAA", "statute", Outcome.FREE, (), (scope,), tuple(own), (), origin)
        )
    return Library(tuple(instruments), (), {}, {}, {}, vars)


def growth(peers: bool, quick: bool) -> list[Grown]:
    print("\nGenerated books: finding an order, laying out, and comparing with an amendment of one rule")
    found = []
    for facts in (lambda _: 60, lambda rules: 60 + rules // 2):
        for rules in SIZES[:2] if quick else SIZES:
            try:
                found.append(grow(rules, facts(rules), peers))
            except TroubleError as error:
                print(f"  {rules:>5} rules over {facts(rules):>3} facts   {error.troubles[0].headline}")
                continue
            each = found[-1]
            beside = f"   z3, one differing case {each.z3:7.2f} s" if each.z3 is not None else ""
            print(
                f"  {each.rules:>5} rules over {each.facts:>3} facts   order {each.ordered:6.2f} s   "
                f"{each.built:6.2f} s, {each.nodes:>6} nodes   compared in {each.compared * 1000:8.1f} ms{beside}"
            )
    return found


def grow(rules: int, facts: int, peers: bool) -> Grown:
    library = book(rules, facts)
    law = Timeline(library).law("AAA", parse_day("2020-01-01"))
    began = perf_counter_ns()
    order = complete(side_by_side(formulas_together([law])), library.vars)
    ordered = perf_counter_ns()
    whole = Whole(library.vars, [law], order=order)
    node = whole.function(law)
    built = perf_counter_ns()
    other = Timeline(amended(library)).law("AAA", parse_day("2020-01-01"))
    began_again = perf_counter_ns()
    totals = Comparer(whole, law, other, {}).totals()
    compared = perf_counter_ns()
    found = Grown(
        rules, facts, (ordered - began) / 1e9, (built - ordered) / 1e9, whole.diagram.size(node),
        (compared - began_again) / 1e9, sum(total.counts.declared for total in totals),
    )  # fmt: skip
    if peers:
        from solvers import Versions

        versions = Versions(library, [law, other])
        found.z3 = timed(lambda _: versions.differ(0, 1), None) / 1e6
    return found


def amended(library: Library) -> Library:
    """The same book with the condition of one rule turned round."""
    first = library.instruments[0]
    rule = replace(first.rules[3], when=Not(first.rules[3].when))
    rules = (*first.rules[:3], rule, *first.rules[4:])
    return replace(library, instruments=(replace(first, rules=rules), *library.instruments[1:]))


# Telling


def page(said: str, parts: Sequence[Part], grown: Sequence[Grown]) -> str:
    """The figures as Markdown."""
    lines = [
        "## Questions about all cases",
        "",
        said,
        "The book is warm and the question new: the laws are laid out, other cases were asked before, and of the pair that is "
        "compared nothing is remembered.",
        "z3 and clingo are given the same head start and the fastest of several formulations; they find the same smallest "
        "sizes, but tell sets apart by what changes only, and do not count.",
        "",
        "![What each question takes, and how it grows](images/benchmark-reason.svg)",
    ]
    for part in parts:
        lines += ["", f"### {part.heading}", ""]
        lines += [
            "| | median | 5 % … 95 % | to reach | others, and how many times ours |",
            "| --- | --: | --: | --: | --- |",
        ]
        lines += [cell for row in part.rows for cell in row.cells()]
    lines += [
        "",
        "### Growth",
        "",
        "Generated books; comparing is with the same book, one rule of which is turned round.",
    ]
    lines += [
        "",
        "| rules | facts | order found in | laid out in | nodes | compared, with counts | z3, one differing case |",
    ]
    lines += ["| --: | --: | --: | --: | --: | --: | --: |"]
    for each in grown:
        z3 = shown(each.z3 * 1e6) if each.z3 is not None else ""
        lines.append(
            f"| {each.rules:,} | {each.facts} | {shown(each.ordered * 1e6)} | {shown(each.built * 1e6)} | {each.nodes:,} | "
            f"{shown(each.compared * 1e6)} | {z3} |"
        )
    return "\n".join(lines)


def picture(parts: Sequence[Part], grown: Sequence[Grown]) -> None:
    """Each question with its mark and its rivals, and how cost grows."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    mpl.rcParams["svg.hashsalt"] = "sekisho"
    rows = [row for part in parts for row in part.rows if row.mark]
    chart, (left, right) = plt.subplots(1, 2, figsize=(12, 0.42 * len(rows) + 1.8), width_ratios=(3, 2))
    for y, row in enumerate(reversed(rows)):
        left.plot(
            [row.ours.low / 1e3, row.ours.high / 1e3], [y, y], color="0.6", lw=3, solid_capstyle="round", zorder=1
        )
        left.plot(row.ours.median / 1e3, y, "o", color="black", ms=7, zorder=3)
        left.plot(row.mark / 1e3, y, "|", color="black", ms=16, mew=1.6)
        for name, other in row.peers:
            left.plot(other.median / 1e3, y, "s" if name.startswith("z3") else "^", mfc="white", mec="black", ms=6)
    left.set_yticks(range(len(rows)), [row.short for row in reversed(rows)], fontsize=8)
    left.set_xscale("log")
    times = {1e-2: "0.01 ms", 0.1: "0.1 ms", 1: "1 ms", 10: "10 ms", 100: "0.1 s", 1e3: "1 s", 1e4: "10 s"}
    left.set_xticks(list(times), list(times.values()), fontsize=8)
    left.tick_params(axis="x", which="minor", length=0)
    left.set_xlabel("● ours, median and middle nine tenths   | to reach   □ z3   △ clingo", fontsize=9)
    reached = sum(row.ours.median <= row.mark for row in rows)
    left.set_title(f"{reached} of {len(rows)} medians reach their mark", loc="left", fontsize=11)
    for facts, style in ((True, "-"), (False, "--")):
        some = [each for each in grown if (each.facts == 60) is facts]
        if not some:
            continue
        label = "60 facts" if facts else "facts grow too"
        for what, mark in (("built", "o"), ("compared", "D")):
            xs, ys = [each.rules for each in some], [getattr(each, what) for each in some]
            right.plot(xs, ys, style, marker=mark, color="black", ms=5, lw=1)
            name = {"built": "laid out", "compared": "compared"}[what]
            right.annotate(f"{name}, {label}", (xs[-1], ys[-1]), xytext=(6, 0), textcoords="offset points", fontsize=8,
                           va="center")  # fmt: skip
    right.set(xscale="log", yscale="log", xlim=(80, 90_000))
    right.set_xticks(SIZES, [f"{size:,}" for size in SIZES], fontsize=8)
    right.tick_params(axis="x", which="minor", length=0)
    right.set_yticks([0.001, 0.01, 0.1, 1, 10], ["1 ms", "10 ms", "0.1 s", "1 s", "10 s"], fontsize=8)
    right.set_xlabel("rules of a generated book", fontsize=9)
    right.set_title(
        f"{max(SIZES):,} rules are laid out in {shown(1e6 * max(e.built for e in grown))}", loc="left", fontsize=11
    )
    for each in (left, right):
        each.grid(axis="x", color="0.9")
        each.spines[["top", "right"]].set_visible(False)
        each.set_axisbelow(True)
    chart.tight_layout()
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    chart.savefig(PICTURE, metadata={"Date": None})
    plt.close(chart)
