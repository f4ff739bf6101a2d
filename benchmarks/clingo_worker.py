"""Smallest changes by clingo, run in an environment of its own: programs and cases come as JSON, figures go back.

A program is grounded once for each law. Of a case only what it says is handed over: facts that stay
as they are by assumption, facts that may change as external atoms. All answers are enumerated.
"""

from __future__ import annotations

import json
import sys
import time

import clingo


def main() -> None:
    given = json.load(sys.stdin)
    taken = {mode: [] for mode in given["modes"]}
    sizes = {mode: [] for mode in given["modes"]}
    for mode, how in given["modes"].items():
        for law in given["laws"]:
            control = clingo.Control([*how["options"], "--warn=none"])
            control.add("base", [], law["program"] + "\n" + how["program"])
            control.ground([("base", [])])
            for count, case in enumerate([law["cases"][0], *law["cases"]]):
                symbols = [(name, clingo.Function(name, [clingo.String(each) for each in said])) for name, said in case]
                began = time.perf_counter()
                fixed = [(symbol, True) for name, symbol in symbols if name == "v"]
                free = [symbol for name, symbol in symbols if name == "was"]
                for symbol in free:
                    control.assign_external(symbol, True)
                with control.solve(yield_=True, assumptions=fixed) as handle:
                    found = [len(model.symbols(shown=True)) for model in handle if good(model, mode)]
                for symbol in free:
                    control.assign_external(symbol, False)
                if count:  # the first case is asked twice, once to warm up
                    taken[mode].append(time.perf_counter() - began)
                    sizes[mode].append([min(found, default=-1), len(found)])
    json.dump({"seconds": taken, "sizes": sizes, "version": clingo.__version__}, sys.stdout)


def good(model: clingo.Model, mode: str) -> bool:
    return mode == "all" or model.optimality_proven


if __name__ == "__main__":
    main()
