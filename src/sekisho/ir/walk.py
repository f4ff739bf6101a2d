"""Walking, rewriting and simplifying formulas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from sekisho.ir.nodes import TRUE, All, AnyOf, Const, Formula, Named, Not, Test

FALSE = Const(False)


def tests(formula: Formula) -> Iterator[Test]:
    """Every test in the formula, in reading order, repeats included."""
    match formula:
        case Test():
            yield formula
        case Not(part) | Named(_, part):
            yield from tests(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from tests(part)
        case Const():
            return


def variables(formula: Formula) -> tuple[str, ...]:
    """The names of the variables that the formula mentions, each once, in reading order."""
    return tuple(dict.fromkeys(test.var for test in tests(formula)))


class Mentions:
    """How often conditions mention each variable, counted once for each: most last through many versions of a law."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Formula, Counter[str]]] = {}  # kept beside it, so its id stays its own

    def of(self, formula: Formula) -> Mapping[str, int]:
        """Each variable that the formula mentions, in reading order, with how often."""
        found = self._known.get(id(formula))
        if found is None:
            found = self._known[id(formula)] = formula, Counter(test.var for test in tests(formula))
        return found[1]


def rewrite(formula: Formula, change: Callable[[Test], Formula]) -> Formula:
    """The same formula with every test replaced by what `change` makes of it."""
    match formula:
        case Test():
            return change(formula)
        case Not(part):
            return Not(rewrite(part, change))
        case Named(term, part):
            return Named(term, rewrite(part, change))
        case All(parts):
            return All(tuple(rewrite(part, change) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(rewrite(part, change) for part in parts))
        case Const():
            return formula


def both(*parts: Formula) -> Formula:
    """All of the parts, constants folded and nested conjunctions flattened."""
    flat: list[Formula] = []
    for part in parts:
        if part == FALSE:
            return FALSE
        if part == TRUE:
            continue
        flat.extend(part.parts if isinstance(part, All) else (part,))
    return TRUE if not flat else flat[0] if len(flat) == 1 else All(tuple(flat))


def either(*parts: Formula) -> Formula:
    """Any of the parts, constants folded and nested disjunctions flattened."""
    flat: list[Formula] = []
    for part in parts:
        if part == TRUE:
            return TRUE
        if part == FALSE:
            continue
        flat.extend(part.parts if isinstance(part, AnyOf) else (part,))
    return FALSE if not flat else flat[0] if len(flat) == 1 else AnyOf(tuple(flat))
