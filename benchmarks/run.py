"""Run a benchmark: `python benchmarks/run.py decide`, with `--peers` for other engines beside it.

With `--write` the figures go into `docs/benchmarks.md` as well: what the benchmark returns as
Markdown, or else what it prints.
"""

from __future__ import annotations

import argparse
import io
import sys
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

KNOWN = ("decide", "order", "reason", "screen")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("benchmark", choices=KNOWN)
    parser.add_argument("--peers", action="store_true", help="measure other engines in the same run")
    parser.add_argument("--quick", action="store_true", help="fewer cases and rounds")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/benchmarks.md")
    parser.add_argument("--peers-in", default="", metavar="FOLDER", help="screen: where other engines are installed")
    parser.add_argument("--huge", action="store_true", help="screen: a file of a hundred million rows as well")
    given = parser.parse_args()
    more = {"peers_in": given.peers_in, "huge": given.huge} if given.benchmark == "screen" else {}
    printed = Both()
    with redirect_stdout(printed):
        told = import_module(given.benchmark).run(peers=given.peers, quick=given.quick, **more)
    if given.write:
        from section import write_section

        title = f"## {given.benchmark.capitalize()}"
        write_section(given.benchmark, told or f"{title}\n\n```text\n{printed.getvalue().strip()}\n```")


class Both(io.StringIO):
    """What is printed, shown and kept."""

    def write(self, text: str) -> int:
        sys.__stdout__.write(text)
        sys.__stdout__.flush()
        return super().write(text)


if __name__ == "__main__":
    main()
