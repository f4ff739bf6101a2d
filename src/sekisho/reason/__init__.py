"""The law of a day as a decision diagram, and what can be read off it."""

from sekisho.reason.compile import Compiled, compile_law, laid_out, outline
from sekisho.reason.direct import settle_directly
from sekisho.reason.settle import Settled, outcome_of, settle
from sekisho.reason.states import Leaf, State, States

__all__ = [
    "Compiled",
    "Leaf",
    "Settled",
    "State",
    "States",
    "compile_law",
    "laid_out",
    "outcome_of",
    "outline",
    "settle",
    "settle_directly",
]
