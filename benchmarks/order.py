"""Look for an order of variables under which the diagrams are small, and write it beside the law.

`python benchmarks/run.py order` after the law has grown; it takes a minute or two.
"""

from __future__ import annotations

import time

import sekisho
from sekisho.ir import Kind
from sekisho.reason.order import Sifter, formulas_together
from sekisho.reason.shelf import read_order
from sekisho.reason.whole import Whole
from sekisho.store import data_folder

HEAD = "# The order of variables under which the diagrams of this law are small. Any order gives the same answers.\n"


def run(*, peers=False, quick=False):  # noqa: ARG001 - the benchmarks share one signature
    desk = sekisho.open()
    library, timeline = desk.library, desk.timeline()
    for state in library.jurisdictions:
        laws = [timeline.law(state, day) for day in timeline.change_days(state)]
        if len(laws) < 10 and state != "international":
            continue
        began = time.perf_counter()
        path = data_folder("law") / state / "order.txt"
        whole = Whole(library.vars, laws, library.constraints, read_order(path))
        before, roots = sizes(whole, laws, library)
        order = Sifter(whole.diagram, roots, whole.order).sift(1 if quick else 3)
        after, _ = sizes(Whole(library.vars, laws, library.constraints, order), laws, library)
        used = {name for names in formulas_together(laws) for name in names}
        if after <= before:
            path.write_text(HEAD + "".join(f"{name}\n" for name in order if name in used), encoding="utf-8")
        print(f"  {state:<14} {before:>7} nodes, then {after:>7}   {time.perf_counter() - began:6.1f} s")


def sizes(whole, laws, library):
    """The nodes of a few versions: whole, with what is usually fixed filled in, and without what no case can be."""
    kept = [laws[len(laws) - 1 - i * len(laws) // 6] for i in range(min(6, len(laws)))]
    functions = [whole.function(law) for law in kept]
    usual = {
        level: whole.position[level][library.readings[point.var.term].default]
        for level, point in enumerate(whole.points)
        if point.var.kind is Kind.READING
    }
    parts = [whole.restrict(node, {**whole.open_levels(node), **usual}) for node in functions]
    inside = [whole.masked(node, whole.possible) for node in parts]
    roots = [*functions[:2], *parts, *inside]
    return sum(whole.diagram.size(root) for root in roots), roots
