"""The hash of a library: the same for the same meaning in any order, another for another meaning."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import assume, given

from sekisho.base import Place
from sekisho.ir import Not, Origin, library_digest
from sekisho.lang import Source, read_files, read_library
from sekisho.store import data_folder
from sekisho.testing import chances, libraries, shuffled

_FENCE = re.compile(r"^```(?:rule|term|scope|reading|unmodelled|assume)\b.*?^```$", re.MULTILINE | re.DOTALL)


@given(libraries(), chances())
def test_order_of_rules_never_matters_for_the_hash(library, rng):
    assert library_digest(shuffled(rng, library)) == library_digest(library)


@given(libraries(), chances())
def test_another_condition_is_another_hash(library, rng):
    instrument = rng.choice(library.instruments)
    rule = rng.choice(instrument.rules)
    changed = replace(rule, when=Not(rule.when))
    rules = tuple(changed if each is rule else each for each in instrument.rules)
    instruments = tuple(replace(each, rules=rules) if each is instrument else each for each in library.instruments)
    assert library_digest(replace(library, instruments=instruments)) != library_digest(library)


@given(libraries(), chances())
def test_places_and_prose_are_no_meaning(library, rng):
    assume(library.instruments)
    elsewhere = Origin(Place("elsewhere.md", 7), "Heading", "anchor", "Prose")
    instruments = tuple(
        replace(each, origin=elsewhere, rules=tuple(replace(rule, origin=elsewhere) for rule in each.rules))
        for each in library.instruments
    )
    assert library_digest(replace(library, instruments=instruments)) == library_digest(library)


@pytest.fixture(scope="module")
def sources():
    found, troubles = read_files([data_folder("law")])
    assert not troubles
    return found


def _moved(rng, source):
    """The same page with its blocks exchanged among the places where blocks stand."""
    blocks = _FENCE.findall(source.text)
    rng.shuffle(blocks)
    following = iter(blocks)
    return Source(source.file, _FENCE.sub(lambda _: next(following), source.text))


@pytest.mark.parametrize("seed", range(3))
def test_order_of_files_and_blocks_never_matters(sources, seed, desk):
    rng = Random(seed)
    mixed = [_moved(rng, source) for source in rng.sample(sources, len(sources))]
    library, troubles = read_library(mixed, states=tuple(desk.registries.names.records["states"]))
    assert not [each.show() for each in troubles if not each.warning]
    assert library_digest(library) == desk.digest


def test_the_hash_is_the_same_for_a_folder_of_another_name(sources, desk):
    moved = [Source(f"other/{Path(source.file).name}", source.text) for source in sources]
    library, _ = read_library(moved, states=tuple(desk.registries.names.records["states"]))
    assert library_digest(library) == desk.digest
