"""One run at a time writes an output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

from sekisho.base import Place, Trouble, TroubleError, whole


@contextmanager
def alone(output: Path) -> Iterator[None]:
    """While a run writes an output no other does: their parts would be mixed. Let go of when a run dies.

    Raises:
        TroubleError: Another run is writing it.
    """
    path = output.with_name(f".{output.name}.lock")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w")
    except OSError as error:
        raise TroubleError([cannot_write(error, output)]) from error
    with file:
        try:
            _lock(file, path)
        except (BlockingIOError, PermissionError, FileNotFoundError):
            help_ = "wait until it is done, or give this result another name"
            trouble = Trouble("SK428", "another run is writing this output", (Place(str(output)),), help=help_)
            raise TroubleError([trouble]) from None
        except OSError:  # a file system without locks
            pass
        try:
            yield
        finally:
            with suppress(OSError):  # Windows keeps a file that is open; an empty one stays
                path.unlink()


def _lock(file: IO[str], path: Path) -> None:
    """Lock a file that stands at a path, at once or not at all.

    Raises:
        BlockingIOError, PermissionError, FileNotFoundError: Another run has the lock, or a new one at its place.
        OSError: The file system has no locks.
    """
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(file.fileno()), path.stat()):
            raise FileNotFoundError  # the run that had it removed it since we opened it


def cannot_write(error: OSError, output: Path) -> Trouble:
    """The trouble of an output that cannot be written, where the next run goes on with what this one has done."""
    trouble = whole.cannot_write(error, output)
    why = "what is done so far is kept beside the output"
    return replace(trouble, why=why, help=f"{trouble.help}: it goes on where it stopped")
