"""What `start.py` does: make the environment once, then run the main job or the tests in it.

Only the standard library is used here, for nothing else is there yet.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("SEKISHO_VENV") or ROOT / ".venv")

USAGE = """\
python3 start.py              may Patriot interceptors go from Japan to Ukraine, 1967 to today?
python3 start.py test         everything that must hold before a change is accepted
python3 start.py run ARGS     any other command: python3 start.py run decide cases/tour/patriot-to-ukraine.yaml"""

EVERYDAY = "[charts,excel,screen,sql]"
"""The extras that the documented commands need; `dev` holds them too."""
DEV = "[dev]"

TOUR = ("trace", "cases/tour/patriot-to-ukraine.yaml")

CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("format", ("-m", "ruff", "format", "--check", "--quiet", ".")),
    ("lint", ("-m", "ruff", "check", "--quiet", ".")),
    ("types", ("-m", "mypy")),
    ("doors between rooms", ("-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())")),
    ("rulebooks laid out", ("-m", "sekisho.cli", "fmt", "--check")),
    ("rulebooks and facts sound", ("-m", "sekisho.cli", "check")),
    ("every rule reached by a case", ("-m", "sekisho.cli", "check", "--coverage")),
    ("cases replayed", ("-m", "sekisho.cli", "replay", "cases")),
    ("tests", ("-m", "pytest", "-n", "2", "--dist", "worksteal", "tests")),
)
"""The whole test command, in order; the tests come last, so that their closing line does too."""


class SetupError(Exception):
    """Setting up failed; the message says what to do."""


def main(args: Sequence[str]) -> int:
    """Run one of the three jobs; returns the exit status."""
    job, *rest = args or ["tour"]
    if job not in ("tour", "test", "run"):
        asked = job in ("-h", "--help", "help")
        print(USAGE if asked else f"start.py knows no `{job}`\n\n{USAGE}", file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    try:
        python = environment(extras=DEV if job == "test" else EVERYDAY)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    if job == "test":
        return run_checks(python, rest)
    command = rest if job == "run" else TOUR
    return subprocess.run(
        [python, "-m", "sekisho.cli", *command], cwd=None if rest else ROOT, env=settings()
    ).returncode


def environment(extras: str) -> str:
    """The Python of an environment that has the checkout installed in it, made or mended where needed.

    Raises:
        SetupError: It could not be made.
    """
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if VENV.exists() and any(VENV.iterdir()) and not (VENV / "pyvenv.cfg").exists():
        raise SetupError(f"{VENV} is there and is no Python environment.\nMove it away, or name another: SEKISHO_VENV")
    if not works(python):
        print(f"Making a Python environment in {VENV.name}/ …", file=sys.stderr, flush=True)
        try:
            venv.create(VENV, with_pip=True, clear=VENV.exists())
        except (OSError, subprocess.CalledProcessError) as error:
            raise SetupError(
                f"No Python environment could be made in {VENV}: {error}\n"
                "Some systems ship Python in parts: install the one for environments (on Debian and Ubuntu, "
                "python3-venv), and run this again."
            ) from error
    stamp = VENV / "sekisho-installed.txt"
    wanted = digest()
    done = stamp.read_text(encoding="utf-8").split() if stamp.exists() else []
    if done[:1] == [wanted] and {extras, DEV} & {*done}:
        return str(python)
    print("Installing Sekisho and what it needs (the first time this takes a minute) …", file=sys.stderr, flush=True)
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    found = subprocess.run(
        [python, "-m", "pip", "install", *quiet, "--editable", f".{extras}"], cwd=ROOT, env=settings()
    )
    if found.returncode:
        raise SetupError(
            "\npip could not install what Sekisho needs; what it says stands above.\n"
            "Is there a network, and does pip reach its package index (behind a proxy, set HTTPS_PROXY)? "
            "Then run this again: it goes on where it stopped."
        )
    # An editable installation is not compiled, and some systems let Python keep nothing that it compiles.
    subprocess.run([python, "-m", "compileall", "-q", ROOT / "src"], cwd=ROOT, env=settings())
    stamp.write_text(f"{wanted} {extras}\n", encoding="utf-8")
    return str(python)


def works(python: Path) -> bool:
    """Whether an environment's Python runs, is new enough and has pip."""
    test = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([python, "-c", test], capture_output=True).returncode == 0
    except OSError:
        return False


def digest() -> str:
    """What the environment was made for: the project's declaration, and where it stands."""
    return hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + str(ROOT).encode()).hexdigest()[:16]


def settings() -> dict[str, str]:
    """The environment variables for what is run: UTF-8 on every system."""
    return {**os.environ, "PYTHONUTF8": "1"}


def run_checks(python: str, more: Sequence[str]) -> int:
    """Every check, one after another, whatever the others say; arguments go to pytest."""
    failed: list[str] = []
    for name, command in CHECKS:
        last = name == CHECKS[-1][0]
        if last:
            print(f"\n{name}", flush=True)
            if subprocess.run([python, *command, *more], cwd=ROOT, env=settings()).returncode:
                failed.append(name)
            continue
        began = time.perf_counter()
        found = subprocess.run(
            [python, *command],
            cwd=ROOT,
            env=settings(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        took = time.perf_counter() - began
        print(f"{'ok    ' if not found.returncode else 'FAILED'}  {name}  ({took:.1f} s)", flush=True)
        if found.returncode:
            failed.append(name)
            print(found.stdout.rstrip() + "\n", flush=True)
    if failed:
        print(f"\nfailed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0
