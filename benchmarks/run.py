"""Run a benchmark: `python benchmarks/run.py decide`, with `--peers` for other engines beside it."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

KNOWN = ("decide", "order", "reason")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("benchmark", choices=KNOWN)
    parser.add_argument("--peers", action="store_true", help="measure other engines in the same run")
    parser.add_argument("--quick", action="store_true", help="fewer cases and rounds")
    given = parser.parse_args()
    import_module(given.benchmark).run(peers=given.peers, quick=given.quick)


if __name__ == "__main__":
    main()
