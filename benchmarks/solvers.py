"""The questions of `reason.py` put to z3 and clingo, in several formulations, so that the best one counts.

Every solver is built once for each law, as our diagrams are; only what depends on the case or on
the pair of laws is measured. The solvers are asked for less than we answer where they cannot answer
the same: findings count as made, one differing case stands for exact counts, and sets of changes
are told apart by what changes, not by what it changes to.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import z3

from sekisho.ir import (
    All,
    AnyOf,
    Const,
    Formula,
    Kind,
    Law,
    Library,
    Named,
    Not,
    Outcome,
    Property,
    Test,
    Var,
    variables,
)

MOST = 3
Values = Callable[[str], str | None]


class Model:
    """The laws of some days as formulas over one truth variable for each value of each fact."""

    def __init__(self, vars: Mapping[str, Var], solver: str = "") -> None:
        self.vars = vars
        self.solver = z3.SolverFor(solver) if solver else z3.Solver()
        self.atoms: dict[str, dict[str, z3.BoolRef]] = {}
        self._formulas: dict[int, tuple[Formula, z3.BoolRef]] = {}
        self._names = 0

    def atom(self, var: str, value: str) -> z3.BoolRef:
        """That a variable has a value; every variable has exactly one."""
        row = self.atoms.get(var)
        if row is None:
            domain = self.vars[var].domain
            if set(domain) == {"true", "false"}:
                yes = z3.Bool(var)
                row = {"true": yes, "false": z3.Not(yes)}
            else:
                row = {each: z3.Bool(f"{var}={each}") for each in domain}
                self.solver.add(z3.PbEq([(each, 1) for each in row.values()], 1))
            self.atoms[var] = row
        return row.get(value, z3.BoolVal(False))

    def here(self, var: str, value: str) -> z3.BoolRef:
        """That a variable has the value of a case; one that no rule names counts as the last."""
        self.atom(var, value)
        return self.atoms[var].get(value, list(self.atoms[var].values())[-1])

    def named(self, formula: z3.BoolRef) -> z3.BoolRef:
        """A name for a formula, so that it is one variable wherever it is used."""
        self._names += 1
        name = z3.Bool(f"n{self._names}")
        self.solver.add(name == formula)
        return name

    def formula(self, formula: Formula) -> z3.BoolRef:
        found = self._formulas.get(id(formula))
        if found is None:
            found = self._formulas[id(formula)] = (formula, self._built(formula))
        return found[1]

    def _built(self, formula: Formula) -> z3.BoolRef:
        match formula:
            case Const(value):
                return z3.BoolVal(value)
            case Test(var, values):
                return z3.Or([self.atom(var, value) for value in values])
            case Not(part):
                return z3.Not(self.formula(part))
            case Named(_, part):
                return self.formula(part)
            case All(parts):
                return z3.And([self.formula(part) for part in parts])
            case AnyOf(parts):
                return z3.Or([self.formula(part) for part in parts])

    def at_least(self, law: Law) -> dict[int, z3.BoolRef]:
        """For each outcome, that the law gives it or a stronger one."""
        memo: dict[str, z3.BoolRef] = {}

        def stands(rule) -> z3.BoolRef:
            if rule.name not in memo:
                over = [z3.Not(stands(each)) for each in law.exceptions[rule.name]]
                memo[rule.name] = self.named(z3.And(self.formula(rule.when), *over))
            return memo[rule.name]

        said: dict[int, list[z3.BoolRef]] = {outcome: [] for outcome in (2, 3, 4)}
        decides, speaks = {}, {}
        for part in law.instruments:
            speaks[part.instrument.name] = self.named(self.formula(part.scope))
            deciding = [stands(rule) for rule in part.rules if rule.effect.outcome]
            decides[part.instrument.name] = self.named(z3.And(speaks[part.instrument.name], z3.Or(deciding)))
        for part in law.instruments:
            name, default = part.instrument.name, int(part.instrument.default)
            silent = [z3.Not(decides[other]) for other in part.instrument.yields_to if other in decides]
            heard = self.named(z3.And(speaks[name], *silent))
            for least, found in said.items():
                rules = [stands(rule) for rule in part.rules if rule.effect.outcome and rule.effect.outcome >= least]
                if default >= least:
                    rules.append(z3.Not(decides[name]))
                found.append(z3.And(heard, z3.Or(rules)))
        return {outcome: self.named(z3.Or(each)) for outcome, each in said.items()}


class Taking:
    """What would it take, for one law and one choice of what may change."""

    def __init__(self, library: Library, law: Law, free: set[str], solver: str) -> None:
        self.model = Model(library.vars, solver)
        self.free = free
        self.solver = self.model.solver
        self.solver.add(z3.Not(self.model.at_least(law)[3]))
        for each in library.constraints:
            self.solver.add(z3.Not(self.model.formula(each.impossible)))
        self.names = list(self.model.atoms)
        # A variable that is true where the value differs from that of the case, which an assumption names.
        self.moved = {name: z3.Bool(f"moved {name}") for name in self.names if name in free}
        self.was: dict[tuple[str, str], z3.BoolRef] = {}
        for name, moved in self.moved.items():
            for value, atom in self.model.atoms[name].items():
                was = self.was[name, value] = z3.Bool(f"was {name} {value}")
                self.solver.add(z3.Implies(was, z3.Or(moved, atom)))
        self.most = [z3.Bool(f"most {k}") for k in range(MOST + 1)]
        for k, most in enumerate(self.most):
            self.solver.add(z3.Implies(most, z3.AtMost(*self.moved.values(), k)))

    def _case(self, values: Values) -> tuple[list[z3.BoolRef], list[tuple[str, z3.BoolRef]]]:
        fixed, changes = [], []
        for name in self.names:
            value = values(name)
            if value is not None:
                (changes.append((name, self.model.here(name, value))) if name in self.free
                 else fixed.append(self.model.here(name, value)))  # fmt: skip
        return fixed, changes

    def by_assumptions(self, values: Values) -> int | None:
        """The size of a smallest set; nothing is asserted, what was learned stays."""
        fixed, changes = self._case(values)
        were = [self.was[name, self._position(name, values)] for name, _ in changes]
        for k, most in enumerate(self.most):
            if self.solver.check(*fixed, *were, most) == z3.sat:
                self.solver.model()
                return k
        return None

    def _position(self, name: str, values: Values) -> str:
        row = self.model.atoms[name]
        value = values(name)
        return value if value in row else list(row)[-1]

    def by_counting(self, values: Values) -> int | None:
        """The size of a smallest set; the case is asserted, and taken back."""
        fixed, changes = self._case(values)
        self.solver.push()
        self.solver.add(fixed)
        moved = [z3.Not(each) for _, each in changes]
        try:
            for k in range(MOST + 1):
                self.solver.push()
                self.solver.add(z3.AtMost(*moved, k) if moved else z3.BoolVal(True))
                found = self.solver.check() == z3.sat
                self.solver.pop()
                if found:
                    return k
            return None
        finally:
            self.solver.pop()

    def by_cores(self, values: Values) -> int | None:
        """The size of a smallest set: which changes are needed is learned from refusals (implicit hitting sets)."""
        fixed, changes = self._case(values)
        names = {each.get_id(): name for name, each in changes}
        cores: list[frozenset[str]] = []
        while True:
            hit = next((s for k in range(MOST + 1) for s in _hitting(cores, k)), None)
            if hit is None:
                return None
            kept = [each for name, each in changes if name not in hit]
            if self.solver.check(*fixed, *kept) == z3.sat:
                self.solver.model()
                return len(hit)
            core = frozenset(names[e.get_id()] for e in self.solver.unsat_core() if e.get_id() in names)
            if not core:
                return None
            cores.append(core)

    def every(self, values: Values) -> int:
        """How many smallest sets of at most three changes there are, told apart by what changes."""
        fixed, changes = self._case(values)
        moved = [(name, self.moved[name]) for name, _ in changes]
        were = [self.was[name, self._position(name, values)] for name, _ in changes]
        found = 0
        self.solver.push()
        for most in self.most:
            while self.solver.check(*fixed, *were, most) == z3.sat:
                model = self.solver.model()
                chosen = [each for _, each in moved if z3.is_true(model.eval(each))]
                found += 1
                self.solver.add(z3.Not(z3.And(chosen)) if chosen else z3.BoolVal(False))
        self.solver.pop()
        return found


def _hitting(cores: Sequence[frozenset[str]], size: int) -> Iterator[frozenset[str]]:
    """Sets of a size that meet every core."""
    if size == 0:
        if not cores:
            yield frozenset()
        return
    if not cores:
        return
    for name in sorted(cores[0]):
        for rest in _hitting([core for core in cores[1:] if name not in core], size - 1):
            yield rest | {name}


class Optimizing:
    """The same by weighted satisfaction: a soft clause for every fact that may change."""

    def __init__(self, library: Library, law: Law, free: set[str]) -> None:
        self.taking = Taking(library, law, free, "")

    def smallest(self, values: Values) -> int | None:
        fixed, changes = self.taking._case(values)
        optimize = z3.Optimize()
        optimize.add(self.taking.solver.assertions())
        optimize.add(fixed)
        for _, each in changes:
            optimize.add_soft(each)
        if optimize.check() != z3.sat:
            return None
        model = optimize.model()
        return sum(not z3.is_true(model.eval(each, model_completion=True)) for _, each in changes)


class Versions:
    """Several laws in one solver, for questions about all cases; contested points are read as stated."""

    def __init__(self, library: Library, laws: Sequence[Law], solver: str = "") -> None:
        self.model = Model(library.vars, solver)
        self.levels = [self.model.at_least(law) for law in laws]
        for each in library.constraints:
            self.model.solver.add(z3.Not(self.model.formula(each.impossible)))
        for var in library.vars.values():
            if var.name in self.model.atoms and var.kind is Kind.READING:
                self.model.solver.add(self.model.atom(var.name, library.readings[var.term].default))

    def differ(self, one: int, other: int) -> bool:
        """Whether two of the laws differ, with one differing case."""
        solver, (a, b) = self.model.solver, (self.levels[one], self.levels[other])
        solver.push()
        solver.add(z3.Or([z3.Xor(a[level], b[level]) for level in (2, 3, 4)]))
        found = solver.check() == z3.sat
        if found:
            solver.model()
        solver.pop()
        return found

    def broken(self, claim: Property, version: int) -> bool:
        """Whether some case breaks a claim about outcomes."""
        model, level = self.model, self.levels[version]
        given = z3.Or([_gives(level, outcome) for outcome in claim.outcomes])
        condition = model.formula(claim.when)
        bad = {
            "never": z3.And(condition, given),
            "always": z3.And(condition, z3.Not(given)),
            "only": z3.And(given, z3.Not(condition)),
        }.get(claim.form, z3.Xor(given, condition))
        model.solver.push()
        model.solver.add(bad)
        found = model.solver.check() == z3.sat
        model.solver.pop()
        return found


def _gives(level: Mapping[int, z3.BoolRef], outcome: Outcome) -> z3.BoolRef:
    at_least = level.get(int(outcome), z3.BoolVal(True))
    stronger = level.get(int(outcome) + 1, z3.BoolVal(False))
    return z3.And(at_least, z3.Not(stronger))


CLINGO = {
    "all": {
        "options": ["--heuristic=Domain", "--enum-mode=domRec", "-n", "0"],
        "program": f":- #count {{ N : change(N) }} > {MOST}.\n#heuristic change(N) : is(N). [1,false]",
    },
    "smallest": {
        "options": ["--opt-mode=optN", "--project", "-n", "0"],
        "program": "#minimize { 1,N : change(N) }.\n#project change/1.",
    },
}
"""Sets of which no part suffices, by a heuristic that tries not to change; and sets of the smallest size."""


def clingo_take(
    tasks: Sequence[tuple[Library, Law, set[str], Sequence[Values]]],
) -> tuple[str, dict[str, list[float]], dict[str, list[int]]]:
    """clingo's version, what it takes for every case, in microseconds, and the smallest size it finds.

    It runs in an environment of its own.

    Nothing where it cannot be had.
    """
    given = {"modes": CLINGO, "laws": [_program(*task) for task in tasks]}
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "clingo"]
        if subprocess.run(install, capture_output=True).returncode:
            return "", {}, {}
        worker = str(Path(__file__).with_name("clingo_worker.py"))
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        done = subprocess.run(
            [python, worker], input=json.dumps(given), capture_output=True, text=True, env=environment
        )
    if done.returncode:
        print(f"  clingo failed: {done.stderr.strip().splitlines()[-1]}")
        return "", {}, {}
    said = json.loads(done.stdout)
    seconds = {mode: [1e6 * each for each in taken] for mode, taken in said["seconds"].items()}
    return said["version"], seconds, {mode: [least for least, _ in found] for mode, found in said["sizes"].items()}


def _program(library: Library, law: Law, free: set[str], cases: Sequence[Values]) -> dict[str, Any]:
    """A law as a logic program, and what its cases say."""
    vars, lines = library.vars, list[str]()
    memo: dict[int, tuple[str, Formula]] = {}

    def name_of(formula: Formula) -> str:
        if id(formula) in memo:
            return memo[id(formula)][0]
        name = f"n{len(memo)}"
        memo[id(formula)] = (name, formula)
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
    lines.extend(f":- {name_of(each.impossible)}." for each in library.constraints)
    formulas = [part.scope for part in law.instruments] + [rule.when for rule in law.rules]
    formulas += [each.impossible for each in library.constraints]
    names = tuple(dict.fromkeys(name for formula in formulas for name in variables(formula)))
    for name in names:
        domain = vars[name].domain
        lines.append("1 { " + "; ".join(f'v("{name}","{each}")' for each in domain) + " } 1.")
        if name in free:
            lines.extend(f'#external was("{name}","{each}").' for each in domain)
            lines.append(f'change("{name}") :- was("{name}",X), not v("{name}",X).\nis("{name}").')
    lines.append("#defined change/1.\n#defined by/2.\n#show change/1.")
    found = []
    for values in cases:
        case = []
        for name in names:
            value, domain = values(name), vars[name].domain
            if value is not None:
                at = value if value in domain else domain[-1]
                case.append(["was" if name in free else "v", [name, at]])
        found.append(case)
    return {"program": "\n".join(lines), "cases": found}
