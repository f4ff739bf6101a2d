"""States: laid out where cases go, shared where the residue is the same."""

from __future__ import annotations

from random import Random

from hypothesis import given

from sekisho.reason import States, compile_law, outcome_of, settle
from sekisho.testing import LARGE, Comparison, random_trials, trials


def _ready(trial):
    states = States(compile_law(trial.law(), trial.library))
    return states, states.root()


def test_nothing_is_laid_out_before_it_is_asked():
    states, _ = _ready(random_trials(Random(5), LARGE)[0])
    assert len(states) == 1


@given(trials(LARGE))
def test_the_same_question_adds_no_state(trial):
    states, root = _ready(trial)
    first = settle(states, root, trial.values.get)
    size = len(states)
    assert settle(states, root, trial.values.get) == first
    assert len(states) == size


@given(trials(LARGE))
def test_what_was_asked_before_changes_no_answer(trial):
    """States are shared between questions; a fresh law says the same."""
    states, root = _ready(trial)
    for name, value in trial.values.items():
        if value is None:
            for word in trial.library.vars[name].domain:
                settle(states, root, {**trial.values, name: word}.get)
    assert settle(states, root, trial.values.get) == Comparison(trial.law(), trial.library).settle(trial.values)


@given(trials(LARGE))
def test_only_facts_of_the_law_are_asked_for(trial):
    states, root = _ready(trial)
    asked = set()

    def values(name):
        asked.add(name)
        return trial.values.get(name)

    outcome_of(states, root, values)
    assert asked <= set(trial.law().variables)
