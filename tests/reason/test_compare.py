"""The exact difference of two laws: against counting, against a solver, and on the real books."""

from __future__ import annotations

import shutil
from itertools import product

import pytest
import z3
from test_agree_z3 import _answer
from test_whole import law_of

from sekisho.base import TroubleError
from sekisho.decide import combine
from sekisho.desk import open_desk
from sekisho.ir import Kind, Outcome
from sekisho.reason.compare import Comparer, code_of, compare_laws, pair_of
from sekisho.reason.whole import Whole
from sekisho.store import data_folder


def readings(library):
    return {f"reading:{name}": each.default for name, each in library.readings.items()}


def differing(library, one, other, levels, whole):
    """How many cases go from which outcome to which, by trying them all."""
    found = {}
    names = [whole.points[level].name for level in levels]
    for row in product(*(library.vars[name].domain for name in names)):
        values = {**dict.fromkeys(library.vars), **readings(library), **dict(zip(names, row, strict=True))}
        pair = tuple(combine.let(combine.explore(law, values.__getitem__, library.vars)) for law in (one, other))
        if pair[0] is not pair[1]:
            found[pair] = found.get(pair, 0) + 1
    return found


def test_counts_are_exact_and_every_difference_has_a_witness():
    different = 0
    for number in range(70):
        library, (one, other), _ = law_of(number)
        whole = Whole(library.vars, [one, other])
        comparer = Comparer(whole, one, other, library.readings)
        result = comparer.compare()
        expected = differing(library, one, other, comparer.universe.levels, whole)
        assert {(t.before, t.after): t.counts.declared for t in result.totals} == expected, number
        assert result.equal is (not expected)
        assert result.opens is any(b < a for a, b in expected)
        example = comparer.example()
        assert (example is None) is (not expected)
        if example is not None:
            full = comparer.universe.fixed | whole.fixed(example)
            ends = {whole.evaluate(whole.function(law), full) for law in (one, other)}
            assert len(ends) == 2, number
        different += bool(expected)
        for change in result.changes:
            assert 0 < change.counts.declared <= expected[change.before, change.after]
            filled = {**dict.fromkeys(library.vars), **readings(library), **change.witness}
            values = {name: None if value == "open" else value for name, value in filled.items()}
            values = {n: v if v is not None or library.vars[n].kind is Kind.JUDGEMENT else library.vars[n].domain[0]
                      for n, v in values.items()}  # fmt: skip
            assert combine.let(combine.explore(one, values.__getitem__, library.vars)) is change.before
            assert combine.let(combine.explore(other, values.__getitem__, library.vars)) is change.after
    assert different > 10


def test_a_solver_agrees_that_laws_are_equal_or_not():
    seen = set()
    for number in range(200, 230):
        library, (one, other), _ = law_of(number)
        whole = Whole(library.vars, [one, other])
        chosen = {name: z3.Int(name) for name in library.vars}
        solver = z3.Solver()
        for name, each in chosen.items():
            solver.add(each >= 0, each < len(library.vars[name].domain))
        for name, value in readings(library).items():
            solver.add(chosen[name] == library.vars[name].domain.index(value))

        def atom(var, value, chosen=chosen, library=library):
            return chosen[var] == library.vars[var].domain.index(value)

        solver.add(_answer(one, atom) != _answer(other, atom))
        settled = _with_findings(whole, one, other, library)
        assert settled is (solver.check() == z3.unsat), number
        seen.add(settled)
    assert seen == {True, False}


def _with_findings(whole, one, other, library):
    """Whether the laws are equal for every way in which all findings are made."""
    fixed = whole.fixed(readings(library))
    nodes = [whole.restrict(whole.function(law), fixed) for law in (one, other)]
    made = 1
    for level in whole.judgements:
        made = whole.diagram.both(made, whole.diagram.test(level, (0, 1)))
    moved = whole.diagram.apply("differ", lambda a, b: 0 if a == b else 1 if a < 16 and b < 16 else None, *nodes)
    return whole.diagram.both(moved, made) == 0


def test_pairs_and_their_codes():
    for code in range(16):
        assert code_of(*pair_of(code)) == code


def test_equal_laws_are_said_to_be_equal(desk):
    found = desk.compare("2022-06-01", "2022-07-01", law="JPN").difference
    assert found.equal
    assert found.equal_in_law
    assert found.totals == found.changes == ()


def test_the_revision_of_2022_opened_one_heading(desk):
    compared = desk.compare("2022-03-07", "2022-03-08", law="JPN")
    (change,) = compared.difference.changes
    assert (change.cause.name, change.cause.how) == ("jp-ukraine-grant", "begins")
    assert (change.before, change.after) == (Outcome.PROHIBITED, Outcome.MAY_BE_PERMITTED)
    said = {literal.show() for literal in change.when[0]}
    assert {"recipient is UKR", "not weapon", "invaded", "stock is state-surplus"} <= said
    assert not compared.difference.closes
    assert any(each.case.recipient == "UKR" for each in compared.flipped)


def test_a_witness_is_decided_as_it_is_said(desk):
    compared = desk.compare("2023-12-21", "2023-12-22", law="JPN")
    inquiry = desk.inquiry
    for change in compared.difference.changes:
        for day, outcome in (("2023-12-21", change.before), ("2023-12-22", change.after)):
            from sekisho.base import parse_day

            case = inquiry.witness(change.witness, parse_day(day), "JPN")
            assert desk.decide(case).outcome is outcome, (change.cause, day)


def test_restricting_to_a_recipient_brings_what_is_known_of_it(desk):
    compared = desk.compare("2026-04-20", "2026-04-21", law="JPN", for_={"recipient": "UKR", "weapon": "true"})
    fixed = compared.difference.fixed
    assert fixed["recipient"] == "UKR"
    assert fixed["agreement-state"] == "false"
    assert fixed["in-combat"] == "true"
    free = desk.compare("2026-04-20", "2026-04-21", law="JPN")
    assert sum(t.counts.plausible for t in compared.difference.totals) < sum(
        t.counts.plausible for t in free.difference.totals
    )


def test_a_proposal_and_two_states_can_be_compared(desk):
    opened = desk.compare(
        "2026-11-21", "2026-11-21", law="JPN", with_=["jp-2026-weapons-for-ukraine"], for_={"recipient": "UKR"}
    ).difference
    assert opened.opens
    assert not opened.closes
    states = desk.compare("2026-11-21", "2026-11-21", law="JPN", other="KOR", for_={
        "recipient": "UKR", "weapon": "true", "arms": "true", "form": "finished", "act": "export"}).difference  # fmt: skip
    assert not states.equal


def test_troubles_of_the_question(desk):
    with pytest.raises(TroubleError, match="recipent"):
        desk.compare("2022-03-07", "2022-03-08", law="JPN", for_={"recipent": "UKR"})
    with pytest.raises(TroubleError, match="no case can be so"):
        desk.compare("2022-03-07", "2022-03-08", law="JPN", for_={"weapon": "true", "arms": "false"})
    with pytest.raises(TroubleError, match="not encoded"):
        desk.compare("2022-03-07", "2022-03-08", law="BRA")


def test_laws_can_be_compared_without_a_desk():
    library, (one, _), _ = law_of(1)
    whole = Whole(library.vars, [one])
    assert compare_laws(whole, one, one, library.readings).equal_in_law


def test_two_sets_of_books_from_python(desk, tmp_path):
    folder = tmp_path / "law"
    shutil.copytree(data_folder("law"), folder)
    mine = open_desk(folder, cache=False)
    same = desk.compare("2026-11-21", "2026-11-21", law="JPN", books=mine).difference
    assert same.equal
    assert same.equal_in_law
    page = folder / "JPN" / "guidelines.md"
    text = page.read_text(encoding="utf-8")
    block = text[text.index("```rule jp-weapons-need-agreement") :].split("```")[1]
    page.write_text(text.replace(block, f"{block}  - recipient is not UKR\n"), encoding="utf-8")
    bolder = open_desk(folder, cache=False)
    found = desk.compare("2026-11-21", "2026-11-21", law="JPN", books=bolder, for_={"recipient": "UKR"})
    assert found.difference.opens
    assert not found.difference.closes
    assert "jp-weapons-need-agreement" in {change.cause.name for change in found.difference.changes}
    with pytest.raises(TroubleError, match="not encoded"):
        desk.compare("2026-11-21", "2026-11-21", law="FRA", books=mine)
