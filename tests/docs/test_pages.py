"""Every example in the README and the documentation is executed, and every link leads somewhere."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from documents import PAGES, ROOT, Block, anchors, blocks, commands, links, matches

import sekisho

EXECUTED = [page for page in PAGES if any(b.words[:1] in (("console",), ("python",)) for b in blocks(page))]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.fixture(scope="session")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cache")


def scratch(folder: Path) -> Path:
    for name in ("law", "facts", "cases"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


@pytest.mark.parametrize("page", EXECUTED, ids=name_of)
def test_every_example_does_what_it_says(page: Path, tmp_path: Path, cache: Path, monkeypatch) -> None:
    folder = scratch(tmp_path)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SEKISHO_CACHE", str(cache))
    names: dict[str, object] = {"__name__": "page", "__file__": str(folder / "page.py")}
    wrong = []
    for block in blocks(page):
        place = f"{name_of(page)}:{block.line}"
        if block.words[:1] == ("console",):
            wrong += [f"{place}\n{each}" for each in run_console(block, folder)]
        elif block.words == ("python",):
            wrong += [f"{place}\n{each}" for each in run_python(block, names, place)]
        elif len(block.words) == 2 and re.fullmatch(r"[\w./-]+\.\w+", block.words[1]):
            target = folder / block.words[1]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
    assert not wrong, "\n\n".join(wrong)


_SEKISHO = (
    "import datetime, sekisho.cli.flags as flags; flags.clock = lambda: datetime.date(2026, 11, 21)\n"
    "from sekisho.cli.main import main; main()"
)
"""The program on a day that stands still: pages are to be right on every later day."""


def run_console(block: Block, folder: Path) -> list[str]:
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "80", "PYTHONUTF8": "1", "TERM": "dumb"}
    environment["PYTHONPATH"] = str(Path(sekisho.__file__).parents[1])
    environment.pop("FORCE_COLOR", None)
    wrong = []
    for command, expected, status in commands(block):
        words = shlex.split(command)
        if words[:2] == ["cp", "-r"]:
            shutil.copytree(folder / words[2], folder / words[3])
            continue
        assert words[0] == "sekisho", f"a page may run `sekisho` and `cp -r`, not `{command}`"
        found = subprocess.run(
            [sys.executable, "-c", _SEKISHO, *words[1:]],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        if found.returncode != status or not matches(expected, found.stdout):
            wrong.append(f"$ {command}\nexit status {found.returncode}, expected {status}; printed:\n{found.stdout}")
    return wrong


def run_python(block: Block, names: dict[str, object], place: str) -> list[str]:
    if ">>>" not in block.text:
        exec(compile(block.text, place, "exec"), names)
        return []
    test = doctest.DocTestParser().get_doctest(block.text, names, place, place, block.line)
    said: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(
        test, out=said.append, clear_globs=False
    )
    names.update(test.globs)
    return ["".join(said)] if said else []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = []
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            dead.append(link)
    assert not dead


def test_what_a_page_says_is_compared_closely() -> None:
    assert matches("a\n…\nd", "a\nb\nc\nd\n")
    assert matches("a … c", "a b c\n")
    assert matches("a\n…", "a\n")
    assert not matches("a\nb", "a\nb\nc\n")
    assert not matches("a", "b\n")
