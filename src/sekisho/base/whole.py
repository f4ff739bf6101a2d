"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
from pathlib import Path

from sekisho.base.trouble import Place, Trouble, TroubleError


def write_whole(path: Path, data: bytes | memoryview) -> None:
    """Write a file beside its place and put it there in one step; what was there stays where that fails.

    Raises:
        TroubleError: The disk is full, or the place cannot be written.
    """
    try:
        if path.exists() and not path.is_file():  # a pipe, or a terminal: nothing can be put in its place
            path.write_bytes(data)
            return
        place = path.resolve()  # of a link, the file to which it leads
        half = place.with_name(f".{place.name}.half")
        try:
            half.write_bytes(data)
            half.replace(place)
        except OSError:
            half.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise TroubleError([cannot_write(error, path)]) from error


def cannot_write(error: OSError, path: Path) -> Trouble:
    """The trouble of an output that cannot be written."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return Trouble(
        "SK428",
        "the disk is full" if full else f"the output cannot be written: {(error.strerror or str(error)).lower()}",
        (Place(str(path)),),
        why="nothing is written",
        help=f"{'make room' if full else 'check the path and its permissions'}, and give the same command again",
    )
