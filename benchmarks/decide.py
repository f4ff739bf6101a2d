"""One decision at a time over the whole Japan book: outcome, decision, proof, JSON, unknown facts, cold start."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from measure import HEADING, Figure, each, figure, machine

import sekisho
from sekisho.base import Day
from sekisho.cases import Case, Item
from sekisho.desk import Desk
from sekisho.reason import outcome_of
from sekisho.store import data_folder
from sekisho.tell.data import decision_data

DAYS = (Day(2012, 6, 1), Day(2023, 12, 25), Day(2026, 5, 1))
RECIPIENTS = (
    "USA GBR AUS PHL IND IDN VNM THA MYS UKR POL DEU FRA ITA SWE NOR KOR ARE SAU ISR IRN PRK RUS CHN "
    "SOM SDN YEM LBY TWN MNG BGD LKA BRA CHL CAN NZL SGP JOR EGY KEN"
).split()


def run(*, peers: bool, quick: bool) -> None:
    desk = sekisho.open()
    known = [case for path in sorted(data_folder("cases").rglob("*.yaml")) for case in cases_of(desk, path)]
    count, rounds = (400, 3) if quick else (2000, 5)
    rules = {day: len(desk.law("JPN", day).rules) for day in DAYS}
    print(f"One decision at a time. {machine()}.")
    print(f"{len(known)} cases of cases/, and {count} random variations of them on each of three days.")
    for day in DAYS:
        print(f"\nJapan and the international layer on {day}: {rules[day]} rules\n{HEADING}")
        single(day, known, random.Random(day.year), count, rounds)
    print(f"\nOpening\n{HEADING}")
    opening(rounds=3 if quick else 7)
    if peers:
        from peers import beside

        cases = varied(known, DAYS[-1], random.Random(1), count)
        beside(warm(desk.outcome, cases), warm(proved(desk), cases), quick=quick)


def cases_of(desk: Desk, path: Path) -> list[Case]:
    """The cases of a file; none where it holds something else."""
    try:
        return list(desk.cases(path))
    except sekisho.TroubleError:
        return []


def single(day: Day, known: list[Case], rnd: random.Random, count: int, rounds: int) -> None:
    """Every figure for the law of one day."""
    told = [
        replace(case, date=day, exporter="JPN", facts_on=None, law="") for case in known if case.act != "re-transfer"
    ]
    told = [case for case in told if case.recipient != "JPN"]
    fresh, more = varied(known, day, rnd, count), varied(known, day, rnd, count)

    cold = sekisho.open()
    cold.outcome(told[0])
    print(each(cold.outcome, told).row("outcome, case of cases/, engine hardly used"))
    desk = sekisho.open()
    each(desk.outcome, varied(known, day, rnd, count))
    print(each(desk.outcome, fresh).row("outcome, variation, new"))
    each(desk.outcome, told)
    print(each(desk.outcome, told, rounds=rounds).row("outcome, case of cases/, seen", "5 µs"))
    print(each(desk.outcome, fresh, rounds=rounds).row("outcome, variation, seen", "5 µs"))
    ready = desk.ready(desk.law("JPN", day))
    rows = [desk.outlook(case, "JPN").values.__getitem__ for case in more]
    walk: Callable[[Any], object] = lambda row: outcome_of(ready.states, ready.root, row)  # noqa: E731
    print(each(walk, rows).row("outcome, from encoded values, diagram walked, new"))
    print(each(walk, rows, rounds=rounds).row("outcome, from encoded values, diagram walked, seen"))
    print(each(desk.decide, more).row("decision, proof unopened, new"))
    print(each(desk.decide, more, rounds=rounds).row("decision, proof unopened, seen", "8 µs"))
    new = varied(known, day, rnd, count)
    print(each(proved(desk), new).row("decision with full proof, new"))
    print(each(proved(desk), new, rounds=rounds).row("decision with full proof, seen", "60 µs"))
    print(each(grounded(desk), new).row("… and the ground of every fact and judgement, new"))
    print(each(grounded(desk), new, rounds=rounds).row("… and the ground of every fact and judgement, seen", "60 µs"))
    print(each(carried(desk), new, rounds=rounds).row("… and basis, bars, support, requirements, seen"))
    print(each(said(desk), new[: count // 4]).row("JSON with citations, new"))
    print(each(said(desk), new[: count // 4], rounds=rounds).row("JSON with citations, seen", "100 µs"))
    open_ = [unknown(case) for case in fresh]
    print(each(desk.outcome, open_).row("exact unknowns: weapon, form, production unknown, new"))
    print(
        each(desk.outcome, open_, rounds=rounds).row("exact unknowns: weapon, form, production unknown, seen", "10 µs")
    )


def varied(known: list[Case], day: Day, rnd: random.Random, count: int) -> list[Case]:
    """Cases that nobody wrote: an item, a recipient and circumstances of different cases, thrown together."""
    plain = [case for case in known if case.act != "re-transfer" and not case.facts and not case.proposals]
    found = []
    for _ in range(count):
        one, two, three = rnd.choice(plain), rnd.choice(plain), rnd.choice(plain)
        item = one.item
        if rnd.random() < 0.5:
            item = replace(item, purpose=two.item.purpose, stock=two.item.stock, classes=three.item.classes)
        if rnd.random() < 0.3:
            item = replace(
                item, production=two.item.production, licensors=two.item.licensors, partners=two.item.partners
            )
        found.append(
            Case(
                day,
                "JPN",
                rnd.choice(RECIPIENTS),
                item,
                act=two.act,
                end_user=three.end_user,
                consideration=two.consideration,
                under=three.under,
                assurances=two.assurances,
                judgements=three.judgements if rnd.random() < 0.2 else {},
                stated=two.stated,
            )
        )
    return found


def unknown(case: Case) -> Case:
    """The case with three facts left open."""
    item: Item = replace(case.item, weapon=None, form="unknown", production="unknown")
    return replace(case, item=item)


def proved(desk: Desk) -> Callable[[Case], object]:
    return lambda case: [leg.proof for leg in desk.decide(case).legs]


def grounded(desk: Desk) -> Callable[[Case], object]:
    def ask(case: Case) -> object:
        decision = desk.decide(case)
        return [(leg.proof, [leg.ground(name) for name in leg.law.variables]) for leg in decision.legs]

    return ask


def carried(desk: Desk) -> Callable[[Case], object]:
    def ask(case: Case) -> object:
        decision = desk.decide(case)
        return (*((leg.proof, leg.needs) for leg in decision.legs), decision.basis, decision.bars, decision.support)

    return ask


def said(desk: Desk) -> Callable[[Case], object]:
    return lambda case: json.dumps(decision_data(desk.decide(case), proof=False))


def warm(call: Callable[[Case], object], cases: list[Case]) -> Figure:
    each(call, cases)
    return each(call, cases, rounds=3)


def opening(*, rounds: int) -> None:
    """Opening the library and running the command, each in a process of its own."""
    case = str(data_folder("cases") / "tour" / "patriot-to-ukraine.yaml")
    with tempfile.TemporaryDirectory() as cache:
        opened = "import time; a=time.perf_counter(); import sekisho; sekisho.open(); print(time.perf_counter()-a)"
        command = ["-m", "sekisho.cli", "decide", case]
        bare = [timed(["-c", "pass"], cache) for _ in range(rounds)]
        timed(command, cache)  # the bytecode of a fresh checkout is not what is measured
        cold = []
        for _ in range(max(2, rounds // 2)):
            for file in Path(cache).glob("*.pickle"):
                file.unlink()
            cold.append(timed(command, cache))
        library = [float(output(["-c", opened], cache)) * 1e6 for _ in range(rounds)]
        kept = [timed(command, cache) for _ in range(rounds)]
    print(figure(bare).row("the bare interpreter"))
    print(figure(library).row("import and open the library, books compiled before"))
    print(figure(kept).row("`sekisho decide`, books compiled before", "0.35 s"))
    print(figure(cold).row("`sekisho decide`, books compiled anew"))


def timed(arguments: list[str], cache: str) -> float:
    """How long a process takes, in microseconds."""
    from time import perf_counter

    began = perf_counter()
    output(arguments, cache)
    return (perf_counter() - began) * 1e6


def output(arguments: list[str], cache: str) -> str:
    """What a process prints; it keeps compiled books and bytecode in a folder of its own."""
    environment = {
        **os.environ,
        "SEKISHO_CACHE": cache,
        "PYTHONPYCACHEPREFIX": str(Path(cache) / "bytecode"),
        "PYTHONUTF8": "1",
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    found = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, encoding="utf-8", env=environment
    )
    if found.returncode not in (0, 4):
        sys.exit(found.stdout + found.stderr)
    return found.stdout
