"""Measures one other engine on many rows: `screen_peers.py NAME ROWS REPEATS` prints JSON.

Runs in an environment of the engine's own. Every engine answers the same rules (`stylised.py`) on
the same rows, in the form that it likes best; making that form is not measured. It is first held
against the reference.
"""

from __future__ import annotations

import gc
import json
import sys
import tempfile
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import numpy as np
from stylised import CHOICES, RULES, TRUTHS, cases, cedar, reference, rego, table

NAMES = [*dict.fromkeys(name for name, _ in RULES), "Z"]
CHECKED = 10_000
FIRST_DAY = (date(2014, 4, 1) - date(1970, 1, 1)).days
LAW_DAYS = ("2014-04-01", *sorted({str(tests["law_date"]).lstrip("<") for _, tests in RULES if "law_date" in tests}))


def columns(count, seed):
    """Rows as columns: a byte for each choice and truth, days since 1970; 15 bytes a row."""
    rng = np.random.default_rng(seed)
    found = {name: rng.integers(0, len(values), count, dtype=np.uint8) for name, values in CHOICES.items()}
    for name, chance in TRUTHS.items():
        found[name] = (rng.random(count, dtype=np.float32) < chance).astype(np.uint8)
    found["law_date"] = (FIRST_DAY + rng.integers(0, 4700, count)).astype(np.int32)
    return found


def coded(rows):
    """Cases as columns."""
    found = {name: np.array([values.index(row[name]) for row in rows], np.uint8) for name, values in CHOICES.items()}
    found |= {name: np.array([row[name] for row in rows], np.uint8) for name in TRUTHS}
    days = [(date.fromisoformat(row["law_date"]) - date(1970, 1, 1)).days for row in rows]
    return found | {"law_date": np.array(days, np.int32)}


def mappings(data):
    """Columns as a list of cases."""
    texts = {name: [values[code] for code in data[name].tolist()] for name, values in CHOICES.items()}
    texts |= {name: [bool(code) for code in data[name].tolist()] for name in TRUTHS}
    texts["law_date"] = [(date(1970, 1, 1) + timedelta(days=day)).isoformat() for day in data["law_date"].tolist()]
    return [dict(zip(texts, each, strict=True)) for each in zip(*texts.values(), strict=True)]


class Polars:
    """Expressions over typed columns, written by hand."""

    package = "polars"

    def __init__(self):
        import polars as pl

        self.pl = pl
        found = None
        for number, (_, tests) in enumerate(RULES):
            condition = pl.lit(value=True)
            for place, test in enumerate(tests.items()):
                condition = self._test(*test) if place == 0 else condition & self._test(*test)
            code = pl.lit(NAMES.index(RULES[number][0]), pl.UInt8)
            found = (pl if found is None else found).when(condition).then(code)
        self.expression = found.otherwise(pl.lit(len(NAMES) - 1, pl.UInt8)).alias("basis")

    def _test(self, name, wanted):
        column = self.pl.col(name)
        if name == "law_date":
            day = date.fromisoformat(wanted.lstrip("<"))
            return column < day if wanted[0] == "<" else column >= day
        if isinstance(wanted, tuple):
            left = [value for value in CHOICES[name] if value not in wanted]
            if len(left) == 1:
                return column != left[0]
            return column == wanted[0] if len(wanted) == 1 else column.is_in(list(wanted))
        return column if wanted else ~column

    def frame(self, data):
        pl, found = self.pl, {}
        for name, codes in data.items():
            if name in CHOICES:
                texts = pl.Series(list(CHOICES[name]), dtype=pl.Enum(list(CHOICES[name])))
                found[name] = texts.gather(codes)
            elif name == "law_date":
                found[name] = pl.Series(codes).cast(pl.Date)
            else:
                found[name] = pl.Series(codes.astype(bool))
        return pl.DataFrame(found)

    prepare = frame

    def answer(self, frame):
        return frame.select(self.expression)["basis"].to_numpy()


class DuckDb:
    """One CASE over typed columns, written by hand; the result as NumPy."""

    package = "duckdb"

    def __init__(self):
        import duckdb

        self.connection = duckdb.connect()
        for name, values in CHOICES.items():
            listed = ", ".join(f"'{value}'" for value in values)
            self.connection.execute(f"CREATE TYPE {name}_t AS ENUM ({listed})")
        whens = "\n".join(
            f"WHEN {' AND '.join(self._test(*test) for test in tests.items())} THEN {NAMES.index(name)}"
            for name, tests in RULES
        )
        self.sql = f"SELECT (CASE {whens} ELSE {len(NAMES) - 1} END)::UTINYINT AS basis FROM cases"

    def _test(self, name, wanted):
        if name == "law_date":
            return f"law_date {'<' if wanted[0] == '<' else '>='} DATE '{wanted.lstrip('<')}'"
        if isinstance(wanted, tuple):
            left = [value for value in CHOICES[name] if value not in wanted]
            if len(left) == 1:
                return f"{name} <> '{left[0]}'"
            return f"{name} IN ({', '.join(repr(value) for value in wanted)})"
        return name if wanted else f"NOT {name}"

    def prepare(self, data):
        import pyarrow as pa

        arrays = {}
        for name, codes in data.items():
            if name in CHOICES:
                arrays[name] = pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(CHOICES[name]))
            else:
                arrays[name] = pa.array(codes).cast(pa.date32()) if name == "law_date" else pa.array(codes.astype(bool))
        self.connection.register("source", pa.table(arrays))
        listed = ", ".join(f"{name}::VARCHAR::{name}_t AS {name}" if name in CHOICES else name for name in data)
        self.connection.execute(f"CREATE OR REPLACE TABLE cases AS SELECT {listed} FROM source")
        self.connection.unregister("source")

    def answer(self, _):
        return self.connection.execute(self.sql).fetchnumpy()["basis"]


class _Simulated:
    """A variable for each rule, with dated formulas; one simulation for each version of the law.

    These engines date a whole calculation, not a row, so the caller divides the rows by version.
    """

    def __init__(self, entity, enum, variable, period, system, builder):
        self.period, self.builder = period, builder
        self.enums = {name: enum(name.title(), {value: value for value in values}) for name, values in CHOICES.items()}

        def made(name, **parts):
            return type(name, (variable,), {"entity": entity, "definition_period": period, "label": name, **parts})

        variables = [made(name, value_type=bool) for name in TRUTHS]
        for name, values in self.enums.items():
            first = next(iter(values))
            variables.append(made(name, value_type=enum, possible_values=values, default_value=first))
        for number, (_, tests) in enumerate(RULES):
            variables.append(made(f"rule_{number}", value_type=bool, **self._formulas(tests)))

        def basis(case, day):
            conditions = [case(f"rule_{number}", day) for number in range(len(RULES))]
            return np.select(conditions, [NAMES.index(name) for name, _ in RULES], len(NAMES) - 1)

        variables.append(made("basis", value_type=int, formula=basis))
        self.system = system([entity])
        for each in variables:
            self.system.add_variable(each)

    def _formulas(self, tests):
        def holds(case, day):
            found = None
            for name, wanted in tests.items():
                if name == "law_date":
                    continue
                value = case(name, day)
                if isinstance(wanted, tuple):
                    left = [each for each in CHOICES[name] if each not in wanted]
                    if len(left) == 1:
                        one = value != self.enums[name][left[0]]
                    else:
                        one = sum(
                            (value == self.enums[name][each] for each in wanted[1:]),
                            value == self.enums[name][wanted[0]],
                        )
                else:
                    one = value if wanted else ~value
                found = one if found is None else found * one
            return case.empty_array().astype(bool) | True if found is None else found

        def fails(case, _):
            return case.empty_array().astype(bool)

        day = str(tests.get("law_date", ""))
        if not day:
            return {"formula": holds}
        dated = "formula_" + day.lstrip("<").replace("-", "_")
        return {"formula": holds, dated: fails} if day[0] == "<" else {dated: holds}

    def prepare(self, data):
        return data

    def answer(self, data):
        days = [(date.fromisoformat(day) - date(1970, 1, 1)).days for day in LAW_DAYS]
        versions = np.searchsorted(np.array(days, np.int32), data["law_date"], side="right") - 1
        found = np.empty(len(versions), np.uint8)
        for number, day in enumerate(LAW_DAYS):
            at = np.flatnonzero(versions == number)
            if not len(at):
                continue
            simulation = self.builder().build_default_simulation(self.system, count=len(at))
            for name, codes in data.items():
                if name != "law_date":
                    some = codes[at]
                    simulation.set_input(
                        name, day, self.enums[name].encode(some) if name in CHOICES else some.astype(bool)
                    )
            found[at] = simulation.calculate("basis", day)
        return found


class OpenFisca(_Simulated):
    package = "OpenFisca-Core"

    def __init__(self):
        from openfisca_core.entities import Entity
        from openfisca_core.indexed_enums import Enum
        from openfisca_core.periods import DateUnit
        from openfisca_core.simulation_builder import SimulationBuilder
        from openfisca_core.taxbenefitsystems import TaxBenefitSystem
        from openfisca_core.variables import Variable

        super().__init__(Entity("case", "cases", "A transfer", ""), Enum, Variable, DateUnit.DAY, TaxBenefitSystem, SimulationBuilder)  # fmt: skip


class PolicyEngine(_Simulated):
    package = "policyengine-core"

    def __init__(self):
        from policyengine_core import periods
        from policyengine_core.entities import Entity
        from policyengine_core.enums import Enum
        from policyengine_core.simulations import SimulationBuilder
        from policyengine_core.taxbenefitsystems import TaxBenefitSystem
        from policyengine_core.variables import Variable

        super().__init__(Entity("case", "cases", "A transfer", ""), Enum, Variable, periods.DAY, TaxBenefitSystem, SimulationBuilder)  # fmt: skip


class _OneByOne:
    """An engine that decides one case at a time, from a mapping."""

    def prepare(self, data):
        return mappings(data)

    def answer(self, rows):
        return np.array([NAMES.index(self.one(row)) for row in rows], np.uint8)


class Zen(_OneByOne):
    package = "zen-engine"

    def __init__(self):
        import zen

        self.decision = zen.ZenEngine().create_decision(json.dumps(table()))

    def one(self, case):
        return self.decision.evaluate(case)["result"]["basis"]


class Cedar(_OneByOne):
    package = "cedarpy"

    def __init__(self):
        import cedarpy

        self.engine = cedarpy
        self.policies, self.entities = cedarpy.PolicySet.from_str(cedar()), cedarpy.Entities.from_json_str("[]")

    def one(self, case):
        day = {"__extn": {"fn": "datetime", "arg": case["law_date"]}}
        request = {"principal": 'S::"a"', "action": 'A::"t"', "resource": 'I::"x"', "context": case | {"law_date": day}}
        reasons = self.engine.is_authorized(request, self.policies, self.entities).diagnostics.reasons
        return RULES[min(int(reason.removeprefix("policy")) for reason in reasons)][0] if reasons else "Z"


class Regorus(_OneByOne):
    package = "opa-eval"

    def __init__(self):
        from opa_eval import OpaEval

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rules.rego"
            path.write_text(rego(), encoding="utf-8")
            self.engine = OpaEval(str(path), None, "data.stylised.basis")

    def one(self, case):
        return self.engine.evaluate_parsed(json.dumps(case))


ENGINES = {
    "polars": Polars,
    "duckdb": DuckDb,
    "policyengine": PolicyEngine,
    "openfisca": OpenFisca,
    "zen": Zen,
    "cedar": Cedar,
    "regorus": Regorus,
}


def wrong_answers(engine, count=CHECKED):
    """In how many of so many random cases an engine differs from the reference."""
    rows = cases(count, 7)
    answers = engine.answer(engine.prepare(coded(rows)))
    return sum(NAMES[int(code)] != reference(row) for code, row in zip(answers, rows, strict=True))


def timed(call, repeats):
    """Seconds that a call takes, several times; once before without a clock."""
    call()
    gc.collect()
    found = []
    for _ in range(repeats):
        began = perf_counter()
        call()
        found.append(perf_counter() - began)
    return found


def main():
    name, count, repeats = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    engine = ENGINES[name]()
    wrong = wrong_answers(engine, min(CHECKED, max(count, 500)))
    data = engine.prepare(columns(count, 2024))
    answers = engine.answer(data)
    said = {
        "wrong": wrong,
        "rows": count,
        "seconds": timed(lambda: engine.answer(data), repeats),
        "version": version(engine.package),
        "counts": np.bincount(answers, minlength=len(NAMES)).tolist(),
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main()
