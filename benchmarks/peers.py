"""Other engines, measured in the same run, in a scratch environment that is thrown away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from measure import Figure, shown

PEERS = {
    "cedarpy": "Cedar (cedarpy)",
    "zen-engine": "ZEN (zen-engine)",
    "opa-eval": "Rego in Rust (regorus, by opa-eval)",
}


def beside(outcome: Figure, proof: Figure, *, quick: bool) -> None:
    """Print what other engines take for twelve stylised rules, and the ratio to our whole book."""
    print("\nOther engines: twelve stylised rules over twelve facts, one decision from a Python mapping")
    print(
        f"Sekisho, seen, over the whole Japan book: outcome {shown(outcome.median)}, full proof {shown(proof.median)}"
    )
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
        print(f"  {'':<38} {'median':>10} {'ratio':>7}   {'explained':>10} {'ratio':>7}   explanation")
        for package, name in PEERS.items():
            installed = subprocess.run(
                [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package], capture_output=True
            )
            if installed.returncode:
                print(f"  {name:<38} could not be installed here")
                continue
            worker = str(Path(__file__).with_name("peers_worker.py"))
            found = subprocess.run(
                [python, worker, package, "500" if quick else "3000"],
                capture_output=True,
                text=True,
                env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
            )
            if found.returncode:
                print(f"  {name:<38} failed: {found.stderr.strip().splitlines()[-1]}")
                continue
            said = json.loads(found.stdout)
            plain, explained = Figure(**said["plain"]), Figure(**said["explained"])
            wrong = f"; {said['wrong']} of 2000 answers differ from the reference" if said["wrong"] else ""
            why = f"{shown(explained.median):>10} {explained.median / proof.median:>6.0f}x   {said['how']}"
            if not said["how"]:
                why = f"{'—':>10} {'':>7}   none"
            print(f"  {name:<38} {shown(plain.median):>10} {plain.median / outcome.median:>6.0f}x   {why}{wrong}")
    sys.stdout.flush()
