"""Every leaf of a proof cites law or a dated, sourced fact."""

from __future__ import annotations

import pytest

from sekisho.base import Support
from sekisho.ir import All, AnyOf, Not

KINDS = {"case", "plain", "item", "registry", "finding", "assumed", "reading", "open", "unknown"}


def test_every_leaf_cites(desk, our_cases):
    sources = desk.registries.sources
    seen = set()
    for case in our_cases[::2]:
        for leg in desk.decide(case).legs:
            for name in leg.law.variables:
                ground = leg.ground(name)
                seen.add(ground.kind)
                assert ground.kind in KINDS
                assert ground.says.strip(), (case.id, name)
                assert "{" not in ground.says, ground.says
                assert ground.value == leg.situation.value(name)
                assert (ground.value is None) == (ground.kind in ("open", "unknown")), (case.id, ground)
                assert all(source in sources for source in ground.sources), ground
                if ground.kind in ("item", "registry"):
                    assert ground.support is not None, ground
                    assert ground.sources or ground.support <= Support.RECALLED, ground
    assert seen >= KINDS - {"assumed"}


def test_every_rule_cites(desk):
    library, sources = desk.library, desk.registries.sources
    proposals = [rule for proposal in library.proposals for rule in proposal.rules]
    scopes = [scope for instrument in library.instruments for scope in instrument.scopes]
    passages = [passage for instrument in library.instruments for passage in instrument.unmodelled]
    for node in (*library.rules, *proposals, *scopes, *passages):
        assert node.cites, node.name
        for cite in node.cites:
            text = library.texts[cite.text]
            behind = (*cite.sources, *text.sources)
            assert all(source in sources for source in behind), node.name
            assert behind or cite.support <= Support.RECALLED, (node.name, cite)
    for reading in library.readings.values():
        assert all(option.cites and option.says for option in reading.options), reading.name


def _sound(step):
    """The truth of a step follows from the truths below it."""
    truths = [part.truth for part in step.parts]
    match step.formula:
        case Not():
            assert step.truth == (None if truths[0] is None else not truths[0])
        case All():
            assert step.truth == (False if False in truths else None if None in truths else True)
        case AnyOf():
            assert step.truth == (True if True in truths else None if None in truths else False)
    for part in step.parts:
        _sound(part)


@pytest.mark.parametrize("share", range(3))
def test_every_step_follows_from_those_below_it(desk, our_cases, share):
    for case in our_cases[share::9]:
        for leg in desk.decide(case).legs:
            for proof in leg.proof:
                _sound(proof.scope)
                for each in proof.rules:
                    _sound(each.step)


def test_what_is_decided_rests_on_something(desk, our_cases):
    """A permission names its basis, a bar what bars, and both say how well they are sourced."""
    for case in our_cases:
        decision = desk.decide(case)
        if decision.outcome.word == "may-be-permitted":
            # Without a basis the transfer would be free, but for what may yet be found.
            assert decision.basis or any(leg.subject_to not in ((), ((),)) for leg in decision.legs), case.id
            assert decision.support is not None, case.id
        if decision.outcome.word in ("prohibited", "presumed-denied"):
            assert decision.bars, case.id
            assert decision.support is not None, case.id
        if decision.outcome.word == "undetermined":
            assert decision.turns_on or decision.not_encoded, case.id
