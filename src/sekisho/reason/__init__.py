"""The law of a day as a decision diagram, and what can be read off it."""

from sekisho.reason.compile import Compiled, compile_law
from sekisho.reason.settle import Settled, outcome_of, settle
from sekisho.reason.states import Leaf, State, States

__all__ = ["Compiled", "Leaf", "Settled", "State", "States", "compile_law", "outcome_of", "settle"]
