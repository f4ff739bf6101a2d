"""Measuring one call at a time, and saying it."""

from __future__ import annotations

import platform
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from os import cpu_count
from time import perf_counter_ns
from typing import Any


@dataclass(frozen=True)
class Figure:
    """What single calls took, in microseconds: the median, and the middle nine tenths."""

    median: float
    low: float
    high: float

    def row(self, name: str, target: str = "") -> str:
        """One line of a table."""
        return f"  {name:<58} {shown(self.median):>9}   {shown(self.low):>9} …{shown(self.high):>9}   {target}".rstrip()


HEADING = f"  {'':<58} {'median':>9}   {'5 % …':>9} {'95 %':>9}   to reach"


def each(call: Callable[[Any], object], arguments: Iterable[Any], *, rounds: int = 1) -> Figure:
    """Every call timed by itself; what the clock takes is subtracted."""
    clock = _clock()
    taken: list[int] = []
    arguments = list(arguments)
    for _ in range(rounds):
        for argument in arguments:
            began = perf_counter_ns()
            call(argument)
            taken.append(perf_counter_ns() - began)
    return figure([max(0, each - clock) / 1000 for each in taken])


def figure(microseconds: Sequence[float]) -> Figure:
    """The median and the middle nine tenths."""
    cuts = statistics.quantiles(microseconds, n=20) if len(microseconds) > 1 else [microseconds[0]] * 19
    return Figure(statistics.median(microseconds), cuts[0], cuts[-1])


def _clock() -> int:
    taken = []
    for _ in range(2000):
        began = perf_counter_ns()
        taken.append(perf_counter_ns() - began)
    return int(statistics.median(taken))


def shown(microseconds: float) -> str:
    """`4.1 µs`, `31 ms`, `0.28 s`."""
    if microseconds >= 1e5:
        return f"{microseconds / 1e6:.2f} s"
    if microseconds >= 1e3:
        return f"{microseconds / 1e3:.1f} ms"
    return f"{microseconds:.1f} µs"


def machine() -> str:
    """On what it was measured."""
    return f"{platform.python_implementation()} {sys.version.split()[0]}, {cpu_count()} cores, {platform.system()} {platform.machine()}"
