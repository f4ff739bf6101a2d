"""Statuses and last resorts: whatever happens, a short message and the right status, no traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace

import click

DONE, TROUBLE, USAGE, FOUND, OPEN, OURS = 0, 1, 2, 3, 4, 70
"""Done; trouble in the input; wrong usage; a check found something; undetermined; our own mistake."""


def run(command: Callable[[], object]) -> int:
    """Runs a command and returns the exit status; every failure has become a message by then."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        result = command()
        sys.stdout.flush()
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.exceptions.Abort:
        click.echo("\nstopped", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except KeyboardInterrupt:
        click.echo("\nstopped", err=True)
        return 130
    except BrokenPipeError:
        _close_pipe()
        return DONE
    except Exception as error:  # noqa: BLE001 - the last resort; a person must never see a traceback
        return _failed(error)
    return result if isinstance(result, int) else DONE


def _failed(error: Exception) -> int:
    from sekisho.base import TroubleError

    if isinstance(error, TroubleError):
        show_troubles(error.troubles)
        return TROUBLE
    if os.environ.get("SEKISHO_DEBUG"):
        import traceback

        traceback.print_exception(error, file=sys.stderr)
        return OURS
    if isinstance(error, OSError) and error.strerror:
        where = f" `{error.filename}`" if error.filename else ""
        click.echo(f"the system refused{where}: {error.strerror.lower()}", err=True)
        return TROUBLE
    said = " ".join(str(error).split())[:200]
    click.echo(
        f"This is our mistake, not yours: {type(error).__name__}{': ' + said if said else ''}.\n"
        "Please report it with the command that you gave; "
        "`SEKISHO_DEBUG=1 sekisho …` shows where it happened.",
        err=True,
    )
    return OURS


def show_troubles(troubles: Iterable[object], *, err: bool = True) -> None:
    """Prints troubles, each followed by an empty line; those of flags have no place to show."""
    from sekisho.base import Trouble
    from sekisho.cli.paint import clean

    for trouble in troubles:
        assert isinstance(trouble, Trouble)
        shown = replace(trouble, places=tuple(place for place in trouble.places if place.file))
        click.echo("\n".join(clean(line) for line in shown.show().split("\n")) + "\n", err=err)


def _close_pipe() -> None:
    """The reader of our output has gone: let Python's own last flush go nowhere."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return
