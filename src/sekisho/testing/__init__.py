"""Random rulebooks and cases for tests, and two long runs: agreement and fuzzing.

The functions `random_…` need only a `random.Random`; the strategies need Hypothesis. As commands:

    python -m sekisho.testing agree --cases 1000000
    python -m sekisho.testing fuzz --inputs 100000

Example:
    >>> from sekisho.testing import agree
    >>> agree(50, seed=1).mismatches
    ()
"""

from sekisho.testing.agreement import Agreement, Comparison, Mismatch, Trial, agree, random_trials, shrink, smallest
from sekisho.testing.books import (
    LARGE,
    SMALL,
    Shape,
    random_day,
    random_formula,
    random_library,
    random_values,
    show_formula,
    show_library,
    shuffled,
)
from sekisho.testing.chance import desk_over, random_case, random_desk
from sekisho.testing.fuzzing import Failure, Fuzzed, fuzz
from sekisho.testing.strategies import cases, chances, days, formulas, libraries, shapes, trials

__all__ = [
    "LARGE",
    "SMALL",
    "Agreement",
    "Comparison",
    "Failure",
    "Fuzzed",
    "Mismatch",
    "Shape",
    "Trial",
    "agree",
    "cases",
    "chances",
    "days",
    "desk_over",
    "formulas",
    "fuzz",
    "libraries",
    "random_case",
    "random_day",
    "random_desk",
    "random_formula",
    "random_library",
    "random_trials",
    "random_values",
    "shapes",
    "show_formula",
    "show_library",
    "shrink",
    "shuffled",
    "smallest",
    "trials",
]
