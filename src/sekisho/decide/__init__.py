"""The reference evaluator, the argument for an answer, and the answer itself."""

from sekisho.decide.argument import Arguer, Argument, InstrumentProof, Provers, RuleProof, Step, breaking, leaves
from sekisho.decide.decision import Alternative, Bar, Basis, Decision, Leg, Need, Receipt

__all__ = [
    "Alternative",
    "Arguer",
    "Argument",
    "Bar",
    "Basis",
    "Decision",
    "InstrumentProof",
    "Leg",
    "Need",
    "Provers",
    "Receipt",
    "RuleProof",
    "Step",
    "breaking",
    "leaves",
]
