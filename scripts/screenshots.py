"""Draw the pictures of the README: real answers of the commands, as SVG.

Run from anywhere: `python scripts/screenshots.py`. With `--check` nothing is written, and the status
is 3 where a picture is out of date.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
WIDTH = 92
QUESTION = ["--exporter", "Japan", "--recipient", "Ukraine", "--item", "patriot-pac3"]
PICTURES = {
    "answer.svg": [
        ["trace", *QUESTION, "--to", "2026-11-21"],
        ["decide", *QUESTION, "--on", "2026-05-01"],
    ],
}
THEME = TerminalTheme(
    (24, 26, 31),
    (220, 223, 228),
    [
        (24, 26, 31),
        (198, 70, 76),
        (62, 142, 90),
        (200, 148, 58),
        (86, 130, 200),
        (150, 95, 170),
        (58, 150, 160),
        (200, 204, 210),
    ],
    [
        (110, 116, 126),
        (224, 96, 100),
        (90, 170, 118),
        (222, 176, 92),
        (112, 156, 222),
        (176, 124, 196),
        (92, 178, 188),
        (240, 242, 245),
    ],
)


def answer(arguments: list[str]) -> str:
    """What the command prints on a colour terminal."""
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(WIDTH), "PYTHONPATH": str(ROOT / "src")}
    environment.pop("NO_COLOR", None)
    done = subprocess.run(
        [sys.executable, "-m", "sekisho.cli", *arguments], capture_output=True, text=True, env=environment, check=True
    )
    return done.stdout.rstrip("\n")


def picture(commands: list[list[str]]) -> str:
    """The commands with what they print, as one SVG."""
    console = Console(record=True, width=WIDTH + 2, file=io.StringIO(), color_system="truecolor", force_terminal=True)
    for number, arguments in enumerate(commands):
        shown = " ".join(f'"{word}"' if " " in word else word for word in arguments)
        console.print(
            Text.assemble(("\n" if number else ""), ("$ ", "bold green"), (f"sekisho {shown}", "bold")), soft_wrap=True
        )
        console.print()
        console.print(Text.from_ansi(answer(arguments)))
    return console.export_svg(title="sekisho", theme=THEME, unique_id="sekisho")


def main() -> int:
    """Draw every picture; the exit status."""
    status = 0
    for name, commands in PICTURES.items():
        path, drawn = IMAGES / name, picture(commands)
        if "--check" in sys.argv[1:]:
            if not path.exists() or path.read_text(encoding="utf-8") != drawn:
                print(f"{path.relative_to(ROOT)} is out of date")
                status = 3
            continue
        IMAGES.mkdir(parents=True, exist_ok=True)
        path.write_text(drawn, encoding="utf-8")
        print(path.relative_to(ROOT))
    return status


if __name__ == "__main__":
    sys.exit(main())
