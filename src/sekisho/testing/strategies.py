"""The same random rulebooks and cases for Hypothesis.

What is drawn is the bounds and a seed, so a failing example shrinks to a small rulebook; a failing
trial is made smaller still by `sekisho.testing.smallest`.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from sekisho.base import Day
from sekisho.cases import Case
from sekisho.desk import Desk
from sekisho.ir import Formula, Library, Var
from sekisho.testing.agreement import Trial, random_trials
from sekisho.testing.books import LARGE, SMALL, Shape, random_day, random_formula, random_library
from sekisho.testing.chance import random_case

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def _hypothesis() -> Any:
    try:
        from hypothesis import strategies
    except ImportError as error:
        raise ImportError(
            "the strategies of sekisho.testing need Hypothesis, which is not installed: "
            "run `pip install hypothesis`; the functions `random_…` need nothing"
        ) from error
    return strategies


def chances() -> SearchStrategy[Random]:
    """Sources of chance, each by its seed."""
    st = _hypothesis()
    found: SearchStrategy[Random] = st.integers(0, 2**32 - 1).map(Random)
    return found


def shapes(most: Shape = LARGE) -> SearchStrategy[Shape]:
    """Bounds of rulebooks, up to the given ones; smaller ones are simpler."""
    st = _hypothesis()
    found: SearchStrategy[Shape] = st.builds(
        Shape,
        facts=st.integers(1, most.facts),
        judgements=st.integers(0, most.judgements),
        readings=st.integers(0, most.readings),
        instruments=st.integers(1, most.instruments),
        rules=st.integers(1, most.rules),
        depth=st.integers(0, most.depth),
    )
    return found


def libraries(most: Shape = LARGE) -> SearchStrategy[Library]:
    """Sound rulebooks, built from nodes."""
    found: SearchStrategy[Library] = _hypothesis().builds(random_library, chances(), shapes(most))
    return found


def formulas(vars: tuple[Var, ...], depth: int = 3) -> SearchStrategy[Formula]:
    """Conditions over the variables."""

    def make(rng: Random, depth: int) -> Formula:
        return random_formula(rng, vars, depth)

    found: SearchStrategy[Formula] = _hypothesis().builds(make, chances(), _hypothesis().integers(0, depth))
    return found


def trials(most: Shape = SMALL) -> SearchStrategy[Trial]:
    """A rulebook, whose law, a day and what is known."""
    st = _hypothesis()

    def make(rng: Random, shape: Shape, pick: int) -> Trial:
        return random_trials(rng, shape)[pick]

    found: SearchStrategy[Trial] = st.builds(make, chances(), shapes(most), st.integers(0, 4))
    return found


def cases(desk: Desk, *, unknown: float = 0.1, plain: float = 0.5) -> SearchStrategy[Case]:
    """Cases in the vocabulary of a desk, dated around the days on which its law changes."""

    def make(rng: Random) -> Case:
        return random_case(rng, desk, unknown=unknown, plain=plain)

    found: SearchStrategy[Case] = _hypothesis().builds(make, chances())
    return found


def days(library: Library, state: str) -> SearchStrategy[Day]:
    """Days around those on which the law of the state changes."""

    def make(rng: Random) -> Day:
        return random_day(rng, library, state)

    found: SearchStrategy[Day] = _hypothesis().builds(make, chances())
    return found
