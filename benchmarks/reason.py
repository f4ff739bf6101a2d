"""What it takes to ask about all cases: smallest changes, differences with counts, properties, shares.

`python benchmarks/run.py reason` measures our own books; `--peers` puts z3 and clingo beside them in
the same run. The peers answer easier questions where they cannot answer ours, and it is said which.
"""

from __future__ import annotations

import statistics
import sys
import time
from random import Random

import sekisho
from sekisho.base import Interval, Place, Support, TroubleError, parse_day
from sekisho.ir import (
    All,
    AnyOf,
    Cite,
    Const,
    Effect,
    Instrument,
    Kind,
    Library,
    Named,
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
from sekisho.reason.order import complete, formulas_together, side_by_side
from sekisho.reason.take import Freedom, Puzzle
from sekisho.reason.whole import Whole

WANTED = (Outcome.FREE, Outcome.MAY_BE_PERMITTED)
REVISIONS = (("2022-03-07", "2022-03-08"), ("2023-12-21", "2023-12-22"), ("2026-04-20", "2026-04-21"))
DAYS = ("2023-04-19", "2024-03-27", "2026-02-20", "2026-11-21")
SIFTED = 500
"""Books above this many rules are laid out in the first order alone: looking for a better one takes longer."""

RECIPIENTS = ("UKR", "USA", "PHL", "IND", "POL")


def median(call, rounds=15):
    """The median of single calls, in milliseconds."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000


def line(name, value, target="", peer=""):
    print(f"  {name:<66} {value:>10.3f} ms   {target:<18} {peer}")


def run(*, peers=False, quick=False):
    sys.setrecursionlimit(20_000)
    desk = sekisho.open()
    timeline = desk.timeline()
    began = time.perf_counter()
    whole = desk.inquiry.whole("JPN")
    law = timeline.law("JPN", parse_day("2026-11-21"))
    whole.function(law)
    print("The Japanese book")
    line(
        "the whole law of a day as one function, first of its kind",
        (time.perf_counter() - began) * 1000,
        "50 (rules alone)",
    )
    fresh = Whole(desk.library.vars, [], desk.library.constraints, whole.order)
    began = time.perf_counter()
    every = [timeline.law("JPN", day) for day in timeline.change_days("JPN")]
    for each in every:
        fresh.function(each)
    line(f"all {len(every)} versions in one diagram", (time.perf_counter() - began) * 1000)
    for each in every:
        whole.function(each)
    takes(desk, whole, timeline, peers)
    compares(desk, whole, timeline, peers)
    wholes(desk)
    growth(quick)


def takes(desk, whole, timeline, peers):
    free = Freedom().levels(whole, desk.library)
    asked = []
    for day in DAYS:
        for recipient in RECIPIENTS:
            case = desk.case(exporter="JPN", recipient=recipient, item="patriot-pac3", date=day)
            law = timeline.law("JPN", case.date)
            asked.append((whole.function(law), desk.outlook(case, "JPN").values.__getitem__, law))
    cold, warm, found = [], [], []
    for node, values, _ in asked:
        whole.ways.clear()
        began = time.perf_counter()
        puzzle = Puzzle(whole, node, values, free, WANTED)
        ways = puzzle.ways(3)
        cold.append((time.perf_counter() - began) * 1000)
        found.append(len(ways))
        warm.append(median(lambda n=node, v=values: Puzzle(whole, n, v, free, WANTED).ways(3), 9))
    print("\nWhat would it take (all minimal sets of up to three changes; median of 20 cases)")
    line(f"a case not asked before ({statistics.median(found):.0f} sets)", statistics.median(cold), "1 ms")
    line("asked again, or one that looks the same to the law", statistics.median(warm), "1 ms")
    case = desk.case(exporter="JPN", recipient="UKR", item="patriot-pac3", date=DAYS[-1])
    desk.take(case)
    line("with cards, proposals, another item, other recipients", median(lambda: desk.take(case), 5))
    if peers:
        node, values, law = asked[-len(RECIPIENTS)]
        best = statistics.median(cold)
        one, every = z3_take(desk, whole, law, values, free)
        line("z3: one smallest set (AtMost, incremental)", one, "", f"{one / best:.1f} times all of ours")
        line("z3: all sets, told apart by what changes only", every, "", f"{every / best:.0f} times ours")
        taken = clingo_take(desk, whole, law, values, free)
        line("clingo: all sets of the smallest size (grounded per case)", taken, "", f"{taken / best:.0f} times ours")


def compares(desk, whole, timeline, peers):
    print("\nCompare two versions")
    readings = desk.library.readings
    for before, after in REVISIONS:
        one, other = (timeline.law("JPN", parse_day(day)) for day in (before, after))
        whole.diagram.forget()

        def counted(one=one, other=other):
            return Comparer(whole, one, other, readings).totals()

        mine = median(counted, 9)
        line(f"{after}: exact counts, two universes", mine, "5 ms")

        def read(one=one, other=other):
            whole.diagram.forget()
            return Comparer(whole, one, other, readings).compare()

        line(f"{after}: with causes in words and witnesses", median(read, 3), "100 ms")
        if peers:
            taken = z3_compare(desk, one, other)
            line(f"{after}: z3, one differing case, no counts", taken, "", f"{taken / mine:.1f} times ours")


def wholes(desk):
    print("\nVerify and count")
    fresh = sekisho.open()
    began = time.perf_counter()
    verdicts = fresh.verify()
    line(
        f"all {len(verdicts)} properties over the whole timeline, first time",
        (time.perf_counter() - began) * 1000,
        "5000 ms",
    )
    line("again", median(desk.verify, 3))
    began = time.perf_counter()
    rows = desk.openness("JPN", ["USA", "UKR"], last=parse_day("2026-11-21"))
    line(f"openness, two recipients, five item classes ({len(rows)} rows)", (time.perf_counter() - began) * 1000)


# Growth


def book(rules, seed=1):
    """A book of so many rules over sixty facts: each rule asks for near facts, now and then for a far one."""
    rng = Random(f"{seed}")
    vars = {f"f{i:02}": Var(f"f{i:02}", Kind.FACT, f"f{i:02}") for i in range(60)}
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


def growth(quick):
    print("\nGenerated books: rules, building with the order found, nodes, an amendment of one rule compared")
    for rules in (100, 1000) if quick else (100, 1000, 5000):
        library = book(rules)
        law = Timeline(library).law("AAA", parse_day("2020-01-01"))
        began = time.perf_counter()
        order = complete(side_by_side(formulas_together([law])), library.vars) if rules > SIFTED else None
        whole = Whole(library.vars, [law], order=order)
        try:
            node = whole.function(law)
        except TroubleError as error:
            print(f"  {rules:>5} rules   {time.perf_counter() - began:8.2f} s   {error.troubles[0].headline}")
            continue
        built = time.perf_counter() - began
        changed = amended(library)
        other = Timeline(changed).law("AAA", parse_day("2020-01-01"))
        began = time.perf_counter()
        totals = Comparer(whole, law, other, {}).totals()
        taken = time.perf_counter() - began
        print(
            f"  {rules:>5} rules   {built:8.2f} s   {whole.diagram.size(node):>7} nodes   "
            f"{taken * 1000:9.1f} ms   {sum(t.counts.declared for t in totals):.3g} cases differ"
        )


def amended(library):
    """The same book with the condition of one rule turned round."""
    from dataclasses import replace

    first = library.instruments[0]
    rule = replace(first.rules[3], when=Not(first.rules[3].when))
    rules = (*first.rules[:3], rule, *first.rules[4:])
    return replace(library, instruments=(replace(first, rules=rules), *library.instruments[1:]))


# Peers


def z3_formula(z3, formula, atom):
    match formula:
        case Const(value):
            return z3.BoolVal(value)
        case Test(var, values):
            return z3.Or([atom(var, value) for value in values])
        case Not(part):
            return z3.Not(z3_formula(z3, part, atom))
        case Named(_, part):
            return z3_formula(z3, part, atom)
        case All(parts):
            return z3.And([z3_formula(z3, part, atom) for part in parts])
        case AnyOf(parts):
            return z3.Or([z3_formula(z3, part, atom) for part in parts])


def z3_levels(z3, law, atom):
    """For each outcome, whether some instrument says it; the same meaning as ours with all findings made."""
    memo = {}

    def stands(rule):
        if rule.name not in memo:
            over = [z3.Not(stands(each)) for each in law.exceptions[rule.name]]
            memo[rule.name] = z3.And(z3_formula(z3, rule.when, atom), *over)
        return memo[rule.name]

    said = {outcome: [] for outcome in (1, 2, 3, 4)}
    decides = {}
    for part in law.instruments:
        deciding = [stands(rule) for rule in part.rules if rule.effect.outcome]
        decides[part.instrument.name] = z3.And(z3_formula(z3, part.scope, atom), z3.Or(deciding))
    for part in law.instruments:
        over = [z3.Not(decides[o]) for o in part.instrument.yields_to if o in decides]
        speaks = z3.And(z3_formula(z3, part.scope, atom), *over)
        stronger = []
        for outcome in (4, 3, 2, 1):
            own = z3.Or([stands(rule) for rule in part.rules if rule.effect.outcome == outcome])
            said[outcome].append(z3.And(speaks, own, *[z3.Not(each) for each in stronger]))
            stronger.append(own)
        said[int(part.instrument.default)].append(z3.And(speaks, *[z3.Not(each) for each in stronger]))
    return {outcome: z3.Or(each) for outcome, each in said.items()}


def z3_atoms(z3, solver, vars, prefix=""):
    """A truth variable for each value of each variable, exactly one of them true."""
    made = {}

    def atom(var, value):
        if var not in made:
            domain = vars[var].domain
            made[var] = {each: z3.Bool(f"{prefix}{var}={each}") for each in domain}
            row = list(made[var].values())
            solver.add(z3.AtMost(*row, 1), z3.Or(row))
        return made[var].get(value, z3.BoolVal(False))

    return atom, made


def z3_take(desk, whole, law, values, free):
    import z3

    solver = z3.Solver()
    atom, made = z3_atoms(z3, solver, desk.library.vars)
    levels = z3_levels(z3, law, atom)
    solver.add(z3.Not(levels[4]), z3.Not(levels[3]))
    changes = []
    hard = []
    for name, row in made.items():
        value = values(name)
        if value is None:
            continue
        at = row.get(value, list(row.values())[-1])
        if whole.level[name] in free:
            changes.append(z3.Not(at))
        else:
            hard.append(at)
    solver.add(hard)

    def ask(every):
        found = 0
        solver.push()
        for most in range(4):
            solver.push()
            solver.add(z3.AtMost(*changes, most))
            while solver.check() == z3.sat:
                model = solver.model()
                changed = [each for each in changes if z3.is_true(model.eval(each, model_completion=True))]
                found += 1
                if not every:
                    break
                shut.append(z3.Not(z3.And(changed)) if changed else z3.BoolVal(False))
                solver.add(shut[-1])
            solver.pop()
            solver.add(shut)
            if found and not every:
                break
        solver.pop()
        shut.clear()
        return found

    shut = []
    ask(True)
    return median(lambda: ask(False), 7), median(lambda: ask(True), 3)


def z3_compare(desk, one, other):
    import z3

    def ask():
        solver = z3.Solver()
        atom, _ = z3_atoms(z3, solver, desk.library.vars)
        a, b = z3_levels(z3, one, atom), z3_levels(z3, other, atom)
        solver.add(z3.Or(a[4] != b[4], z3.And(z3.Not(a[4]), z3.Or(a[3] != b[3], z3.And(z3.Not(a[3]), a[2] != b[2])))))
        assert solver.check() == z3.sat
        solver.model()

    return median(ask, 3)


def clingo_take(desk, whole, law, values, free):
    import clingo

    lines, memo = [], {}

    def name_of(formula):
        key = id(formula)
        if key in memo:
            return memo[key][0]
        name = f"n{len(memo)}"
        memo[key] = (name, formula)
        match formula:
            case Const(value):
                lines.append(f"{name}." if value else f"{name} :- 1 = 0.")
            case Test(var, wanted):
                lines.extend(f'{name} :- v("{var}","{each}").' for each in wanted)
            case Not(part):
                lines.append(f"{name} :- not {name_of(part)}.")
            case Named(_, part):
                lines.append(f"{name} :- {name_of(part)}.")
            case All(parts):
                body = ", ".join(name_of(part) for part in parts)
                lines.append(f"{name} :- {body}." if body else f"{name}.")
            case AnyOf(parts):
                lines.extend(f"{name} :- {name_of(part)}." for part in parts)
        return name

    number = {rule.name: i for i, rule in enumerate(law.rules)}
    for rule in law.rules:
        if rule.effect.outcome or rule.exception_to:
            over = "".join(f", not st({number[e.name]})" for e in law.exceptions[rule.name])
            lines.append(f"st({number[rule.name]}) :- {name_of(rule.when)}{over}.")
    for i, part in enumerate(law.instruments):
        lines.append(f"speaks({i}) :- {name_of(part.scope)}.")
        for rule in part.rules:
            if rule.effect.outcome:
                lines.append(f"by({i},{int(rule.effect.outcome)}) :- speaks({i}), st({number[rule.name]}).")
                lines.append(f"decides({i}) :- by({i},{int(rule.effect.outcome)}).")
        silent = [j for j, p in enumerate(law.instruments) if p.instrument.name in part.instrument.yields_to]
        over = "".join(f", not decides({j})" for j in silent)
        lines.append(f"bar :- by({i},3..4){over}.")
        if part.instrument.default is Outcome.PROHIBITED:
            lines.append(f"bar :- speaks({i}), not decides({i}){over}.")
    lines.append(":- bar.")
    for name in law.variables:
        var, value = desk.library.vars[name], values(name)
        domain = "; ".join(f'v("{name}","{each}")' for each in var.domain)
        if value is not None and whole.level[name] not in free:
            lines.append(f'v("{name}","{value if value in var.domain else var.domain[-1]}").')
            continue
        lines.append(f"1 {{ {domain} }} 1.")
        if value is not None:
            at = value if value in var.domain else var.domain[-1]
            lines.append(f'change("{name}") :- not v("{name}","{at}").')
    lines.append("#minimize { 1,N : change(N) }.\n#project change/1.\n#defined change/1.")
    text = "\n".join(lines)

    def ask():
        control = clingo.Control(["--opt-mode=optN", "-n", "0", "--project"])
        control.add("base", [], text)
        control.ground([("base", [])])
        with control.solve(yield_=True) as handle:
            return sum(1 for model in handle if model.optimality_proven)

    ask()
    return median(ask, 3)
