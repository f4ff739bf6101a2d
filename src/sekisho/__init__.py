"""Sekisho: the law on international arms transfers, executable.

Example:
    >>> import sekisho
    >>> desk = sekisho.open()
    >>> case = desk.case(exporter="Japan", recipient="Ukraine", item="patriot-pac3", date="2025-12-20")
    >>> decision = desk.decide(case)
    >>> decision.outcome.word
    'prohibited'
"""

from sekisho.base import Day, Support, Trouble, TroubleError
from sekisho.cases import Case, Finding, Item
from sekisho.decide import Decision
from sekisho.desk import Desk, Replayed, Stretch
from sekisho.desk import open_desk as open  # noqa: A004 - reads as `sekisho.open()`
from sekisho.ir import Outcome
from sekisho.version import ENGINE as __version__

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
