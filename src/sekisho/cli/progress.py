"""A line that says how far a long run is: rows, rate, time left."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

from sekisho.cli.paint import Canvas, cut

_BAR = 20


class Progress:
    """Draws one line again and again, and wipes it at the end.

    Args:
        stream: A terminal.
        clock: Seconds that only grow.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._canvas = Canvas.of(stream)
        self._clock = clock
        self._start = clock()
        self._before: int | None = None

    def __enter__(self) -> Self:
        """Say that it has begun."""
        self._draw("reading …")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wipe the line."""
        self._stream.write("\r\x1b[K")
        self._stream.flush()

    def __call__(self, done: int, total: int | None) -> None:
        """So many rows are done, of so many; what an earlier run did does not count for the rate."""
        if self._before is None:
            self._before = done
        self._draw(line(done, total, done - self._before, self._clock() - self._start))

    def _draw(self, text: str) -> None:
        self._stream.write(f"\r\x1b[K{cut(text, self._canvas.full - 1)}")
        self._stream.flush()


def line(done: int, total: int | None, new: int, seconds: float) -> str:
    """How far a run is, in one line.

    Example:
        >>> line(2_000_000, 8_000_000, 2_000_000, 4.0)
        '█████░░░░░░░░░░░░░░░  2,000,000 of 8,000,000 rows  500,000 rows/s  12 s left'
    """
    share = min(done / total, 1.0) if total else 0.0
    full = round(share * _BAR)
    parts = ["█" * full + "░" * (_BAR - full), f"{done:,} of {total:,} rows" if total else f"{done:,} rows"]
    if new and seconds > 0:
        rate = new / seconds
        parts.append(f"{rate:,.0f} rows/s")
        if total and total > done:
            parts.append(f"{_span((total - done) / rate)} left")
    return "  ".join(parts)


def _span(seconds: float) -> str:
    """A span of time, roughly.

    Example:
        >>> _span(12.3), _span(200), _span(9000)
        ('12 s', '3 min', '2 h 30 min')
    """
    whole = round(seconds)
    if whole < 90:
        return f"{max(whole, 1)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
