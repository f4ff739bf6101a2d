"""Sekisho: the law on international arms transfers, executable.

Example:
    >>> import sekisho
    >>> desk = sekisho.open()
    >>> case = desk.case(exporter="Japan", recipient="Ukraine", item="patriot-pac3", date="2025-12-20")
    >>> decision = desk.decide(case)
    >>> decision.outcome.word
    'prohibited'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sekisho.version import ENGINE as __version__  # noqa: N811 - the name that Python expects

if TYPE_CHECKING:
    from sekisho.base import Day, Support, Trouble, TroubleError
    from sekisho.cases import Case, Finding, Item
    from sekisho.decide import Decision
    from sekisho.desk import Desk, Replayed, Stretch
    from sekisho.desk import open_desk as open  # noqa: A004 - reads as `sekisho.open()`
    from sekisho.ir import Outcome

__all__ = [
    "Case",
    "Day",
    "Decision",
    "Desk",
    "Finding",
    "Item",
    "Outcome",
    "Replayed",
    "Stretch",
    "Support",
    "Trouble",
    "TroubleError",
    "__version__",
    "open",
]

_ROOMS = {
    "base": ("Day", "Support", "Trouble", "TroubleError"),
    "cases": ("Case", "Finding", "Item"),
    "decide": ("Decision",),
    "desk": ("Desk", "Replayed", "Stretch"),
    "ir": ("Outcome",),
}
_HOME = {name: (room, name) for room, names in _ROOMS.items() for name in names} | {"open": ("desk", "open_desk")}


def __getattr__(name: str) -> Any:
    """The public names are found when they are first used, so that the command line starts fast."""
    if name not in _HOME:
        raise AttributeError(f"module `sekisho` has no attribute `{name}`")
    room, inner = _HOME[name]
    found = globals()[name] = getattr(import_module(f"sekisho.{room}"), inner)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
