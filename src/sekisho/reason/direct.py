"""A case put into the conditions of the law, before anything is laid out.

To lay out a whole law takes as long as a hundred answers, and states pay only where other cases go the
same way. So the first questions to a law are answered by what their facts leave of each condition:
most then hold or fail, and the few that are open are small. It means the same as the states.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sekisho.decide import Arguer
from sekisho.reason.compile import Compiled, formula_node
from sekisho.reason.diagram import FALSE, TRUE, Diagram
from sekisho.reason.settle import Settled, read_off, widened
from sekisho.reason.states import SILENT, answer_node, simplify


def settle_directly(outlined: Compiled, arguer: Arguer, values: Mapping[str, str | None]) -> Settled:
    """Outcome, what it turns on, and what the authorities may do; as `settle` says it.

    Args:
        outlined: The law; its conditions need not be laid out.
        arguer: Proves its rules, and keeps the proofs for the argument that is often asked for next.
        values: The value of every variable of the law.
    """
    compiled = replace(outlined, diagram=Diagram(outlined.diagram.sizes))
    diagram, vars, levels = compiled.diagram, compiled.vars, compiled.levels
    proofs = arguer.proofs(values)
    rules: list[int] = []
    for name, condition in zip(compiled.names, compiled.conditions, strict=True):
        truth = proofs[name].step.truth
        if truth is None:
            rules.append(formula_node(diagram, vars, levels, condition, values))
        else:
            rules.append(TRUE if truth else FALSE)
    scopes = [formula_node(diagram, vars, levels, extent, values) for extent in compiled.extents]
    floor = simplify(compiled, SILENT, scopes, rules)
    settled = read_off(compiled, answer_node(compiled, floor, scopes, rules))
    return settled if compiled.law.encoded else widened(settled)
