"""What it would take where several laws are asked at once: a re-transfer, and the consents that it owes.

Each law sees the same case, save for what is about itself: whether *it* has an agreement with the
recipient, whether the item is under *its* licence. So the truth functions of the laws are laid side
by side in one small diagram, in which such a variable stands once for each law and every other one
once for all. A smallest set of changes of that diagram is one that satisfies all laws together, and
no part of it does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sekisho.cases.fields import RELATIONS
from sekisho.ir import Effect, Law, Library, Outcome
from sekisho.reason import take as taking
from sekisho.reason.diagram import FALSE, TERMINALS
from sekisho.reason.take import Puzzle, Step, Values, Way
from sekisho.reason.whole import OPEN, Whole

_OF = "@"
"""Between a variable and the state of whose law it speaks; no name of the books has it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One law that is asked.

    Attributes:
        state: Whose law.
        law: The law, with a proposal where one is tried.
        whole: The diagram in which the law lives.
        values: What the case says, as that law sees it.
        owed: Whether the law is asked only where its consent is owed; the holder's own law always is.
    """

    state: str
    law: Law
    whole: Whole
    values: Values
    owed: bool


def own_words(library: Library) -> frozenset[str]:
    """The variables that each law sees for itself: whatever relates somebody to the state whose law is asked."""
    found = set()
    for name, var in library.vars.items():
        term = library.terms.get(var.term)
        relation = RELATIONS.get(var.term)
        if (
            name.endswith("=this-state")
            or (term is not None and "this-state" in (term.subject, term.relation))
            or (relation is not None and relation.role == "this-state")
        ):
            found.add(name)
    return frozenset(found)


def claimed(whole: Whole, law: Law) -> int:
    """Where a state's consent to an onward transfer is owed."""
    claims = [rule for rule in law.rules if rule.effect is Effect.CLAIM_CONSENT]
    stands = whole.standing(law, claims)
    node = FALSE
    for rule in claims:
        node = whole.diagram.either(node, stands[rule.name])
    return node


def together(
    laws: Sequence[Asked],
    library: Library,
    free: Collection[str],
    held: Collection[str],
    wanted: Sequence[Outcome],
    *,
    one_suffices: bool = False,
) -> Puzzle:
    """Several laws as one puzzle; the steps of its ways are named by `named`.

    Args:
        laws: The laws.
        library: The words.
        free: The variables that may change.
        held: The variables that stay unknown where they are.
        wanted: The outcomes of which one is to be reached.
        one_suffices: Whether it is enough that one of the laws gives such an outcome: so a bar is reached.
    """
    parts = [_remaining(each, free, wanted) for each in laws]
    asked = {
        each.whole.points[level].name
        for each, node in zip(laws, parts, strict=True)
        for level in each.whole.support(node)
    }
    order: dict[str, tuple[str, Asked]] = {}
    local = own_words(library)
    for name in laws[0].whole.order:
        if name in asked:
            apart = name in local or len({each.values(name) for each in laws}) > 1
            for each in laws if apart else laws[:1]:
                order[f"{name}{_OF}{each.state}" if apart else name] = (name, each)
    vars = {new: replace(each.whole.vars[name], name=new) for new, (name, each) in order.items()}
    joint = Whole(vars, (), (), tuple(order))
    nodes = [_copied(each, joint, node) for each, node in zip(laws, parts, strict=True)]
    node = nodes[0]
    for other in nodes[1:]:
        node = joint.diagram.either(node, other) if one_suffices else joint.diagram.both(node, other)
    values = {new: each.values(name) for new, (name, each) in order.items()}
    levels = {joint.level[new]: name for new, (name, _) in order.items()}
    return Puzzle.of_condition(
        joint,
        node,
        values.get,
        {level for level, name in levels.items() if name in free},
        {level for level, name in levels.items() if name in held},
    )


def _remaining(asked: Asked, free: Collection[str], wanted: Sequence[Outcome]) -> int:
    """Where one law gives one of the outcomes, or is not asked as no consent is owed; what is settled filled in."""
    whole = asked.whole
    node = whole.where(whole.function(asked.law), wanted)
    if asked.owed:
        node = whole.diagram.either(node, whole.diagram.negate(claimed(whole, asked.law)))
    fixed: dict[int, int] = {}
    for level in whole.support(whole.sound(node)) | whole.support(node):
        point = whole.points[level]
        value = asked.values(point.name)
        if value is None and point.values[-1] == OPEN:
            value = OPEN
        if value is not None and point.name not in free:
            fixed[level] = whole.position[level].get(value, len(point.values) - 1)
    found = whole.restrict(whole.sound(node), fixed)
    if found == FALSE and whole.restrict(whole.possible, fixed) == FALSE:
        found = whole.restrict(node, fixed)
    return found


def _copied(asked: Asked, joint: Whole, node: int) -> int:
    """A function of one law in the joint diagram, whose order of variables may be another."""
    whole, diagram = asked.whole, joint.diagram
    level, children = whole.diagram.level, whole.diagram.children
    memo: dict[int, int] = {}

    def walk(node: int) -> int:
        if node < TERMINALS:
            return node
        found = memo.get(node)
        if found is None:
            name = whole.order[level[node]]
            at = joint.level.get(f"{name}{_OF}{asked.state}", joint.level.get(name, -1))
            parts = [walk(child) for child in children[node]]
            found = parts[-1]
            for i, part in enumerate(parts[:-1]):
                found = diagram.choose(diagram.test(at, (i,)), part, found)
            memo[node] = found
        return found

    return walk(node)


def ways_of(
    puzzle: Puzzle, library: Library, *, at_most: int, weights: Mapping[str, int], proposal: str = ""
) -> tuple[Way, ...]:
    """Every minimal set of changes as a way; a step that one law alone sees says which."""
    found = taking.ways_of(puzzle, library, at_most=at_most, weights=weights, proposal=proposal)
    return tuple(replace(way, steps=tuple(named(step) for step in way.steps)) for way in found)


def named(step: Step) -> Step:
    """The step under the name that the books have, and the state of whose law it speaks."""
    name, _, state = step.var.partition(_OF)
    return replace(step, var=name, law=state) if state else step
