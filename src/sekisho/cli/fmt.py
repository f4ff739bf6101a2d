"""`sekisho fmt`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from sekisho.cli.guard import DONE, FOUND, TROUBLE, show_troubles

EPILOG = """\b
Examples:
  sekisho fmt law/JPN/guidelines.md
  sekisho fmt law
  sekisho fmt --check law

Laying out never changes what a rulebook means. Exit status 3 where --check finds a file
that is not laid out; 1 where a file cannot be read (nothing of it is changed then).
"""


@click.command(epilog=EPILOG)
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[FILES]…")
@click.option("--check", is_flag=True, help="Change nothing; print the names of files that are not laid out.")
def command(paths: tuple[Path, ...], check: bool) -> int:
    """Lay out rulebooks in the one standard way: order of clauses, spaces, lists.

    Without FILES, the rulebooks of the package.
    """
    from sekisho.base import Place, Trouble
    from sekisho.lang.layout import format_page
    from sekisho.store import data_folder

    changed: list[Path] = []
    found = False
    for path in _pages(paths or (data_folder("law"),)):
        try:
            before = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            show_troubles(
                [
                    Trouble(
                        "SK108",
                        "the file is not UTF-8 text",
                        (Place(str(path)),),
                        help="save it with the encoding UTF-8",
                    )
                ]
            )
            found = True
            continue
        after, troubles = format_page(before, str(path))
        if any(not trouble.warning for trouble in troubles):
            show_troubles(troubles)
            found = True
            continue
        if after != before:
            changed.append(path)
            if not check:
                write_whole(path, after)
    for path in changed:
        click.echo(str(path))
    if found:
        return TROUBLE
    return FOUND if check and changed else DONE


def _pages(paths: tuple[Path, ...]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found.extend(sorted(p for p in path.rglob("*.md") if p.name != "README.md") if path.is_dir() else [path])
    return list(dict.fromkeys(found))


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all: beside it first, then renamed over it.

    Raises:
        OSError: It cannot be written; the old file is untouched.
    """
    handle, name = tempfile.mkstemp(dir=path.parent or ".", prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
