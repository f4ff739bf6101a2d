"""Screening many rows: our engines, other engines, other tools with the rules by hand, and mere reading.

`python benchmarks/run.py screen` writes the tables and the picture of `docs/benchmarks.md`. Other
engines are installed into environments of their own (`--peers-in`, else `.venv-peers`); one that
cannot be is named as missing. `--quick` takes small sizes and writes nothing, `--huge` adds a file
of a hundred million rows.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from measure import machine
from section import PAGE, write_section

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "benchmark-screen.svg"
HERE = Path(__file__).resolve().parent

HOMES = {
    "tables": ("numpy", "pyarrow", "polars", "duckdb"),
    "rules": ("numpy", "zen-engine", "cedarpy", "opa-eval"),
    "openfisca": ("openfisca-core",),
    "policyengine": ("policyengine-core",),
}
"""The environments of the other engines, and what is installed in each."""

PEERS = {
    "polars": ("Polars, rules by hand", "tables", 10_000_000),
    "duckdb": ("DuckDB, rules by hand", "tables", 10_000_000),
    "policyengine": ("PolicyEngine-core", "policyengine", 1_000_000),
    "openfisca": ("OpenFisca-core", "openfisca", 1_000_000),
    "regorus": ("Rego (regorus)", "rules", 20_000),
    "zen": ("GoRules zen-engine", "rules", 4_000),
    "cedar": ("Cedar (cedarpy)", "rules", 4_000),
}
"""The other engines: name, environment, rows."""

KINDS = {
    "realistic": "realistic declarations",
    "unknown": "… a tenth of the facts unknown",
    "worst": "every row unlike every other",
}


@dataclass
class Rate:
    """How many rows a second: the median of several runs, and the slowest and fastest."""

    name: str
    rows: int
    seconds: list[float]
    version: str = ""
    counts: list[int] = field(default_factory=list)

    @property
    def median(self) -> float:
        return self.rows / statistics.median(self.seconds)

    @property
    def spread(self) -> str:
        return f"{shown(self.rows / max(self.seconds))} … {shown(self.rows / min(self.seconds))}"


def shown(number: float) -> str:
    """`156 M`, `8.1 M`, `20 k`, `310`."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= size:
            return f"{number / size:.0f} {unit}" if number >= 10 * size else f"{number / size:.1f} {unit}"
    return f"{number:.0f}"


def run(*, peers: bool, quick: bool, peers_in: str = "", huge: bool = False) -> str:
    """Everything, in one run; other engines are compared unless it is to be quick."""
    began = perf_counter()
    with tempfile.TemporaryDirectory(prefix="sekisho-screen-") as folder:
        found = {
            "machine": described(),
            "shared": shared(quick, Path(peers_in) if peers_in else ROOT / ".venv-peers", peers or not quick),
            "book": books(quick),
            "files": files(Path(folder), quick, huge),
            "sheet": sheet(Path(folder), 1 if quick else 5),
        }
    text = "\n".join((ABOUT, told(found), "", READ))
    print(text)
    if not quick:
        drawn(found, PICTURE)
        write_section("screen", text)
        said(f"written: {PAGE.relative_to(ROOT)} and {PICTURE.relative_to(ROOT)}")
    said(f"it took {perf_counter() - began:.0f} s")
    return text


def asked(python: str, script: object, *arguments: object) -> dict:
    """What a part of the benchmark finds in a process of its own."""
    paths = [str(ROOT / "src")] if python == sys.executable else []
    done = subprocess.run(
        [python, str(HERE / str(script)), *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=HERE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["it said nothing"])[-1])
    return json.loads(done.stdout.strip().splitlines()[-1])


def said(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


# The rules that all engines share


def shared(quick: bool, home: Path, peers: bool) -> dict:
    """Every engine on the shared rules, in turns, so that a busy minute of the machine touches all of them alike."""
    here, size, less = sys.executable, 200_000 if quick else 10_000_000, 10 if quick else 1
    cores, rounds, repeats = os.cpu_count() or 1, 1 if quick else 3, 3 if quick else 5
    jobs: list[tuple[str, str, tuple[object, ...]]] = [
        ("reading the same bytes", here, ("screen_ours.py", "read", size, repeats)),
        (f"Sekisho, columns, {cores} threads", here, ("screen_ours.py", "shared", size, repeats, cores)),
        ("Sekisho, columns, 1 thread", here, ("screen_ours.py", "shared", size, repeats, 1)),
    ]
    for name, rows in (("duckdb", 1_000_000), ("polars", 1_000_000), ("sqlite", 100_000)):
        jobs.append((f"Sekisho, --engine {name}", here, ("screen_ours.py", "engine", name, rows // less, 2)))
    missing: dict[str, str] = {}
    for name, (title, where, rows) in PEERS.items() if peers else ():
        python, why = installed(home, where)
        if python:
            jobs.append((title, python, ("screen_peers.py", name, rows // less, repeats)))
        else:
            missing[title] = why
    rates: dict[str, Rate] = {}
    for number in range(rounds):
        for title, python, arguments in jobs:
            if title in missing:
                continue
            try:
                found = asked(python, *arguments)
            except RuntimeError as error:
                missing[title] = str(error)
                rates.pop(title, None)
                continue
            if found.get("wrong"):
                sys.exit(f"{title} differs from the reference in {found['wrong']} cases: nothing is measured")
            rate = rates.setdefault(title, Rate(title, found["rows"], [], found.get("version", "")))
            rate.counts = found.get("counts", [])
            rate.seconds += found["seconds"]
            if number == rounds - 1:
                said(f"{title}: {shown(rate.median)} a second")
        agreed(list(rates.values()))
    for title, why in missing.items():
        said(f"{title}: missing, {why}")
    return {"rates": list(rates.values()), "missing": [f"{title} ({why})" for title, why in missing.items()]}


def agreed(rates: list[Rate]) -> None:
    """Engines that were given the same rows have found each answer equally often."""
    by_rows: dict[int, tuple[str, list[int]]] = {}
    for rate in rates:
        if rate.counts:
            first, counts = by_rows.setdefault(rate.rows, (rate.name, rate.counts))
            if counts != rate.counts:
                sys.exit(f"{first} and {rate.name} have different answers: nothing is measured")


def installed(home: Path, name: str) -> tuple[str, str]:
    """The Python of an environment, made where it is not there; else why it cannot be."""
    folder = home / name
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = folder / "ready"
    if not ready.exists():
        said(f"installing {', '.join(HOMES[name])}")
        venv.create(folder, with_pip=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *HOMES[name]]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            return "", (done.stderr.strip().splitlines() or ["pip failed"])[-1]
        ready.write_text("installed\n", encoding="utf-8")
    return str(python), ""


# The whole Japan book, and files


def books(quick: bool) -> dict[str, dict]:
    """The whole Japan book with a law date for every row."""
    sizes = {"realistic": (4_000_000, 500_000), "unknown": (4_000_000, 10_000), "worst": (4_000, 4_000)}
    found = {}
    small = {"realistic": (200_000, 300), "unknown": (200_000, 300), "worst": (200, 200)}
    for kind, (rows, distinct) in (small if quick else sizes).items():
        found[kind] = asked(sys.executable, "screen_ours.py", "book", kind, rows, distinct, 3 if quick else 7)
        if found[kind]["wrong"]:
            sys.exit(f"{KINDS[kind]}: {found[kind]['wrong']} of 200 rows differ from `decide`: nothing is measured")
        said(f"{KINDS[kind]}: {shown(rows / statistics.median(found[kind]['seconds']))} a second")
    return found


def files(folder: Path, quick: bool, huge: bool) -> list[dict]:
    """From Parquet to Parquet with all columns, in growing sizes, each in a process of its own."""
    found = []
    for rows in (2_000,) if quick else (100_000, 1_000_000, 10_000_000, *((100_000_000,) if huge else ())):
        made = asked(sys.executable, "screen_ours.py", "file", rows, folder, 3 if rows > 10_000_000 else 6)
        made["read"] = asked(sys.executable, "screen_ours.py", "read-file", rows, folder, 3)["seconds"]
        (folder / f"rows-{rows}.parquet").unlink()
        found.append(made)
        rate = rows / statistics.median(_known(made))
        said(f"{rows:,} rows from Parquet to Parquet: {shown(rate)} a second, {made['peak']:.0f} MB")
    return found


def _known(made: dict) -> list[float]:
    """The runs in which nothing new had to be found out."""
    return [each["seconds"] for each in made["runs"][1:]]


# A messy spreadsheet

KEPT = {
    "nothing, as after installing": "*",
    "the law as it was compiled, no answer": "screened-*",
    "what an earlier run with such rows learnt": "",
}
"""What the cache holds before the command begins, and what is deleted from it for that."""


def sheet(folder: Path, repeats: int) -> dict[str, list[float]]:
    """The whole command on a messy spreadsheet of 400 rows, a spreadsheet out, in a process of its own each time."""
    messy = ROOT / "tests" / "batch" / "messy.py"
    subprocess.run([sys.executable, str(messy), str(folder / "orders.xlsx")], check=True)
    command = [sys.executable, "-m", "sekisho.cli", "screen", "orders.xlsx", "-o", "decided.xlsx"]
    cache = folder / "cache"
    place = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "SEKISHO_CACHE": str(cache)}
    place.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed command is compiled
    place["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
    found: dict[str, list[float]] = {state: [] for state in KEPT}
    for number in range(repeats + 1):
        for state, forgotten in KEPT.items():
            for path in cache.glob(forgotten) if forgotten else ():
                path.unlink()
            began = perf_counter()
            done = subprocess.run(
                [*command, "--set", "exporter=Japan"], cwd=folder, env=place, capture_output=True, text=True
            )
            if number:  # at first what is installed is compiled
                found[state].append(perf_counter() - began)
            if not done.stdout.startswith("400 rows"):
                raise RuntimeError(done.stderr or done.stdout)
    for state, seconds in found.items():
        said(f"messy spreadsheet, kept: {state}: {statistics.median(seconds):.2f} s")
    return found


# Telling


def described() -> str:
    """The machine."""
    name = memory = ""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
        kilobytes = int(Path("/proc/meminfo").read_text(encoding="utf-8").split()[1])
        memory = f"{kilobytes / (1 << 20):.0f} GiB of memory"
    except OSError:
        pass
    return ", ".join(part for part in (name, memory, machine()) if part)


def told(found: dict) -> str:
    """The figures as Markdown."""
    rates: list[Rate] = found["shared"]["rates"]
    ours = next(rate for rate in rates if rate.name.startswith("Sekisho, columns"))
    lines = [
        f"Machine: {found['machine']}.",
        "",
        "### Twelve stylised rules that every engine can hold",
        "",
        "Outcome and basis of every row, from columns or mappings in the form that each engine likes best.",
        "Before anything is timed, every engine is held against a reference on 10,000 random cases (ZEN and Cedar on 4,000), and engines with the same rows must have found each answer equally often; all agreed.",
        "Engines take turns in three rounds of five runs each, every time in a process of their own.",
        "",
        "| Engine | Rows | Decisions a second, median | slowest … fastest | Sekisho is faster by |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for rate in sorted(rates, key=lambda each: -each.median):
        factor = ours.median / rate.median
        ratio = "—" if rate is ours else f"{factor:,.1f} times" if factor < 100 else f"{factor:,.0f} times"
        version = f" {rate.version}" if rate.version else ""
        bold = "**" if rate is ours else ""
        lines.append(
            f"| {bold}{rate.name}{version}{bold} | {rate.rows:,} | {bold}{shown(rate.median)}{bold} | {rate.spread} | {ratio} |"
        )
    if found["shared"]["missing"]:
        lines += ["", f"Missing in this run: {'; '.join(found['shared']['missing'])}."]
    lines += [
        "",
        "### The whole Japan book, a law date for every row",
        "",
        "From encoded columns; two hundred rows of each kind are first held against `decide`.",
        "*First met* is the time in which the distinct rows are decided by an engine that has seen none of them: it learns which rows the law cannot tell apart, and asks `decide` once for each kind of answer.",
        "Rows are then drawn from those declarations.",
        "",
        "| Rows | Drawn from | Cells of the law | `decide` asked | First met | Afterwards, a second | slowest … fastest |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for kind, made in found["book"].items():
        rate = Rate(kind, made["rows"], made["seconds"])
        lines.append(
            f"| {made['rows']:,} {KINDS[kind].removeprefix('… ')} | {made['distinct']:,} | {made['cells']:,} | {made['asked']:,} "
            f"| {made['first']:.1f} s | {shown(rate.median)} | {rate.spread} |"
        )
    lines += [
        "",
        "### From Parquet to Parquet, all result columns",
        "",
        "Realistic declarations of nine columns; eleven columns are added.",
        "*First* is the run that learns; *known* is every later run, for what was learnt is kept on disk.",
        "*Reading* is the time merely to read the same file with pyarrow.",
        "",
        "| Rows | First | Known, median | Rows a second, known | Reading | Peak memory | Bytes a row, in and out |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for made in found["files"]:
        known = statistics.median(_known(made))
        sizes = " and ".join(f"{size / made['rows']:.1f}" for size in made["bytes"])
        lines.append(
            f"| {made['rows']:,} | {made['runs'][0]['seconds']:.1f} s | {known:.2f} s | {shown(made['rows'] / known)} "
            f"| {statistics.median(made['read']):.2f} s | {made['peak']:,.0f} MB | {sizes} |"
        )
    lines += [
        "",
        "### A messy spreadsheet of 400 rows",
        "",
        "The whole command, from its start to the result as a formatted workbook: names in every spelling, days in nine forms over twelve years, slips of the fingers.",
        "",
        "| Kept from before | Seconds, median | fastest … slowest |",
        "| --- | ---: | ---: |",
        *(
            f"| {state} | {statistics.median(seconds):.2f} | {min(seconds):.2f} … {max(seconds):.2f} |"
            for state, seconds in found["sheet"].items()
        ),
    ]
    return "\n".join(lines)


ABOUT = f"""## Screening many rows

`python benchmarks/run.py screen` measured this and wrote it here.

![Decisions a second by engine, and growth from Parquet to Parquet](images/{PICTURE.name})
"""

READ = """### How to read these figures

- The shared rules are small on purpose: every engine must be able to hold them. They have the shape of an arms-transfer law and state none.
- OpenFisca and PolicyEngine date a whole calculation and not a row; the benchmark divides the rows by version of the law for them, which a caller would have to do.
- Cedar, ZEN and regorus decide one case at a time, here from Python; they are built for that, and are faster from their own languages.
- Speed comes from asking `decide` once for each kind of answer and looking the rest up; [the decision record](decisions/0017-one-decision-a-key.md) says how. A table in which every row is new to the law in some way is therefore as slow as `decide` itself: that is the time *first met* of the row *every row unlike every other*.
- Rows that a key cannot carry (a re-transfer, an unknown act, an assumed registry fact, a possible contradiction) are asked one distinct row at a time; the realistic declarations hold none.
"""


def drawn(found: dict, path: Path) -> None:
    """The picture: engines on the left; time and memory by rows on the right."""
    import matplotlib as mpl

    mpl.use("agg" if path.suffix == ".png" else "svg")
    import matplotlib.pyplot as plt

    mpl.rcParams.update({"svg.hashsalt": "sekisho", "font.size": 9, "font.family": "DejaVu Sans"})
    rates = sorted(found["shared"]["rates"], key=lambda each: each.median)
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6), width_ratios=(1.5, 1), layout="constrained")
    colours = [
        "#1f5f8b" if r.name.startswith("Sekisho") else "#c9ced6" if r.name.startswith("reading") else "#8a94a3"
        for r in rates
    ]
    left.barh([rate.name for rate in rates], [rate.median for rate in rates], color=colours, height=0.7)
    for place, rate in enumerate(rates):
        left.plot([rate.rows / max(rate.seconds), rate.rows / min(rate.seconds)], [place, place], color="#20242b", lw=1)
        left.annotate(
            shown(rate.median), (rate.rows / min(rate.seconds), place), (5, 0), textcoords="offset points", va="center"
        )
    left.set_xscale("log")
    left.set_xlim(right=max(rate.rows / min(rate.seconds) for rate in rates) * 6)
    left.set_title("Decisions a second, twelve shared rules", loc="left", fontweight="bold")
    left.tick_params(axis="y", length=0)
    rows = [made["rows"] for made in found["files"]]
    known = [statistics.median(_known(made)) for made in found["files"]]
    right.plot(rows, known, "o-", color="#1f5f8b", label="decided and written")
    right.plot(
        rows, [statistics.median(made["read"]) for made in found["files"]], "o-", color="#8a94a3", label="merely read"
    )
    for made, seconds in zip(found["files"], known, strict=True):
        right.annotate(
            f"{made['peak'] / 1000:.1f} GB", (made["rows"], seconds), (2, 8), textcoords="offset points", ha="right"
        )
    right.set_xscale("log")
    right.set_yscale("log")
    right.margins(0.15)
    right.set_xlabel("rows")
    right.set_ylabel("seconds")
    right.legend(frameon=False, loc="lower right")
    right.set_title("Parquet to Parquet, peak memory", loc="left", fontweight="bold")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="x", color="#e6e9ee", lw=0.6)
        axes.set_axisbelow(True)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
