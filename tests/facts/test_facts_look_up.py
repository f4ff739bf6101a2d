"""What held on a day, as known on a day."""

from __future__ import annotations

import pickle
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.base import Day, Interval, Support
from sekisho.facts import ANY, Closed, Frozen, Kind, Names, Registries, Registry, Row, load
from sekisho.facts.view import lanes

from .conftest import SOUND, Reading

D = Day.fromisoformat


@pytest.fixture
def sound(read: Reading) -> Registries:
    return read({})[0]


@pytest.mark.parametrize(
    ("on", "value", "support"),
    [
        ("2009-12-31", False, Support.REPORTED),
        ("2010-01-01", True, Support.OFFICIAL),
        ("2015-12-31", True, Support.OFFICIAL),
        ("2016-01-01", False, Support.REPORTED),
        ("2021-06-01", False, Support.INFERRED),
        ("2022-01-01", None, None),
    ],
)
def test_row_then_closed_then_unknown(sound: Registries, on: str, value: bool | None, support: Support | None) -> None:
    for a, b in (("AAA", "BBB"), ("BBB", "AAA")):
        finding = sound.look_up("pacts", "pact", a, b, on=D(on))
        assert (finding.value, finding.support, finding.unverified) == (value, support, False)


def test_closed_for_a_named_state_says_nothing_of_others(sound: Registries) -> None:
    assert sound.look_up("pacts", "pact", "BBB", "CCC", on=D("2012-01-01")).value is None
    assert sound.look_up("pacts", "pact", "CCC", "AAA", on=D("2012-01-01")).value is False


def test_not_symmetric_and_not_closed(sound: Registries) -> None:
    assert sound.look_up("pacts", "claim", "AAA", "BBB", on=D("2012-01-01")).value is None


def test_as_known_on(sound: Registries) -> None:
    on = D("2010-01-15")
    assert sound.look_up("pacts", "pact", "AAA", "BBB", on=on, known_on=D("2010-01-31")).value is False
    assert sound.look_up("pacts", "pact", "AAA", "BBB", on=on, known_on=D("2010-02-01")).value is True


def test_absence_ahead_of_the_day_as_known_on_is_inferred(sound: Registries) -> None:
    finding = sound.look_up("pacts", "ban", "AAA", on=D("2024-01-01"), known_on=D("2020-01-01"))
    assert (finding.value, finding.support, finding.unverified) == (False, Support.INFERRED, True)
    assert "assuming" in finding.says()


def test_unverified_renewal(sound: Registries) -> None:
    before = sound.look_up("pacts", "ban", "BBB", on=D("2019-12-31"))
    after = sound.look_up("pacts", "ban", "BBB", on=D("2020-01-01"))
    assert (before.value, before.support, before.unverified) == (True, Support.REPORTED, False)
    assert (after.value, after.support, after.unverified) == (True, Support.INFERRED, True)
    assert "not verified from 2020-01-01" in after.says()


def test_any_state_and_its_exception(sound: Registries) -> None:
    on = D("2012-06-15")
    assert sound.look_up("pacts", "ban", "AAA", on=on).value is True
    assert sound.look_up("pacts", "ban", "CCC", on=on).value is False
    assert sound.look_up("pacts", "ban", "CCC", on=D("2012-07-01")).value is True
    assert sound.look_up("pacts", "ban", "AAA", on=D("2013-01-01")).value is False


def test_a_conflict_of_sources_is_unknown_in_spite_of_closed(sound: Registries) -> None:
    finding = sound.look_up("pacts", "ban", "CCC", on=D("2013-06-15"))
    assert finding.value is None
    assert finding.row is not None
    assert "the sources conflict" in finding.says()


def test_closed_begins(sound: Registries) -> None:
    assert sound.look_up("pacts", "ban", "AAA", on=D("1999-12-31")).value is None
    assert sound.look_up("pacts", "ban", "AAA", on=D("2000-01-01")).value is False


def test_a_second_state_is_not_looked_at_for_a_kind_about_one(sound: Registries) -> None:
    assert sound.look_up("pacts", "ban", "BBB", "AAA", on=D("2010-01-01")).value is True


def test_errors(sound: Registries) -> None:
    with pytest.raises(KeyError):
        sound.look_up("pacts", "treaty", "AAA", on=D("2010-01-01"))
    with pytest.raises(ValueError, match="two states"):
        sound.look_up("pacts", "pact", "AAA", on=D("2010-01-01"))
    with pytest.raises(KeyError):
        sound.change_days("pacts", "treaty", "AAA")
    with pytest.raises(KeyError):
        sound.rows("treaties")
    assert sound.kind("pacts", "treaty") is None


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (
            ("pact", "AAA", "BBB", "2012-01-01"),
            "On 2012-01-01 the Alphaland and Betaland have a pact: from 2010-01-01 to 2015-12-31; official, S1, S2.",
        ),
        (
            ("pact", "AAA", "CCC", "2012-01-01"),
            "On 2012-01-01 the Alphaland and Gammaland have no pact: no row, and the registry is complete to"
            " 2020-12-31; reported, S1.",
        ),
        (
            ("ban", "AAA", None, "2011-01-01"),
            "On 2011-01-01 it is not so that a ban is on the Alphaland: no row, and the registry is complete"
            " to 2025-12-31; official, S1, S2.",
        ),
        (
            ("claim", "AAA", "BBB", "2012-01-01"),
            "It is not known whether on 2012-01-01 the Alphaland claims Betaland.",
        ),
    ],
)
def test_says(sound: Registries, question: tuple[str, str, str | None, str], sentence: str) -> None:
    kind, a, b, on = question
    assert sound.look_up("pacts", kind, a, b, on=D(on)).says() == sentence


def test_change_days(sound: Registries) -> None:
    assert sound.change_days("pacts", "pact", "BBB", "AAA") == tuple(
        map(D, ("2010-01-01", "2016-01-01", "2021-01-01", "2022-01-01"))
    )
    assert D("2010-02-01") in sound.change_days("pacts", "pact", "AAA", "BBB", with_recorded=True)
    assert sound.change_days("pacts", "claim", "AAA", "BBB") == ()


def test_nothing_can_be_changed_and_everything_can_be_pickled(sound: Registries) -> None:
    with pytest.raises(AttributeError):
        sound.content = ""  # type: ignore[misc]
    with pytest.raises(TypeError):
        sound.sources["S3"] = sound.sources["S1"]  # type: ignore[index]
    again = pickle.loads(pickle.dumps(sound))
    assert again.digest() == sound.digest()
    assert again.look_up("pacts", "ban", "AAA", on=D("2012-06-15")).value is True


def test_the_digest_is_of_the_content(read: Reading) -> None:
    first = read({})[0].digest()
    head, *rows = SOUND["pacts.csv"].splitlines()
    shuffled = "\n".join((head, *reversed(rows))) + "\n"
    commented = "# a remark\n" + SOUND["sources.yaml"]
    assert read({"pacts.csv": shuffled, "sources.yaml": commented})[0].digest() == first
    assert read({"pacts.csv": SOUND["pacts.csv"].replace("a note", "another")})[0].digest() != first


# Against a naive scan.

STATES = ("A", "B", "C")
days = st.integers(0, 40).map(lambda n: Day(2000, 1, 1) + timedelta(days=n))
maybe_days = st.none() | days


@st.composite
def tables(draw: st.DrawFn) -> Registry:
    two = draw(st.booleans())
    symmetric = two and draw(st.booleans())
    entries = st.builds(
        lambda through, first, a, support: Closed(through, support, first, a),
        days,
        maybe_days,
        st.none() | st.sampled_from(STATES),
        st.sampled_from(Support),
    )
    closed = tuple(draw(st.lists(entries, max_size=3)))
    kind = Kind("r", "k", two, symmetric, "says {a}{b}", "", closed)
    places = st.sampled_from((*STATES, ANY))
    rows: list[Row] = []
    for number in range(draw(st.integers(0, 6))):
        first, last = draw(days), draw(maybe_days)
        if last is not None and last < first:
            first, last = last, first
        value = draw(st.sampled_from([True, False, None]))
        a, b = draw(places), draw(places) if two else None
        same = [r for r in rows if (r.a, r.b) == (a, b) or (symmetric and (r.b, r.a) == (a, b))]
        if any(r.value is not value for r in same):
            value = same[0].value
        rows.append(
            Row(
                f"r{number}",
                "r",
                "k",
                a,
                b,
                value,
                Interval(first, last),
                draw(days),
                draw(st.sampled_from(Support)),
                (),
                draw(maybe_days),
            )
        )
    return Registry("r", "R", (), Frozen({"k": kind}), tuple(rows))


def naive(
    table: Registry, a: str, b: str | None, on: Day, known_on: Day | None
) -> tuple[bool | None, Support | None, bool]:
    kind = table.kinds["k"]
    orders = [(a, b), (b, a)] if kind.symmetric else [(a, b)]

    def rank(row: Row) -> int:
        best = 99
        for x, y in orders:
            wild = (row.a != x, row.b != y if row.b is not None else False)
            if row.a in (x, ANY) and (row.b is None or row.b in (y, ANY)):
                best = min(best, sum(wild) * 2)
        return best

    held = [
        row
        for row in table.rows
        if on in row.held and (known_on is None or row.recorded <= known_on) and rank(row) < 99
    ]
    if held:
        least = min(rank(row) for row in held)
        best = [row for row in held if rank(row) == least]
        values = {row.value for row in best}
        late = all(row.unverified_from is not None and row.unverified_from <= on for row in best)
        sure = [r.support for r in best if r.unverified_from is None or on < r.unverified_from]
        if len(values) == 1:
            return values.pop(), (Support.INFERRED if late else max(sure)), late
        return (None, None, False)
    for entry in kind.closed:
        named = entry.a is None or entry.a == a or (kind.symmetric and entry.a == b)
        if named and on <= entry.through and (entry.first is None or entry.first <= on):
            late = known_on is not None and known_on < on
            return False, (Support.INFERRED if late else entry.support), late
    return None, None, False


def view(table: Registry) -> Registries:
    names = Names(Frozen({"states": Frozen()}), Frozen())
    tables_ = Frozen({"r": table})
    return Registries(tables_, Frozen(), names, Frozen(), Frozen(), Frozen(), "", lanes(tables_, names))


@settings(max_examples=300, deadline=None)
@given(tables(), st.sampled_from(STATES), st.sampled_from(STATES), days, maybe_days)
def test_look_up_is_the_naive_scan(table: Registry, a: str, b: str, on: Day, known_on: Day | None) -> None:
    kind = table.kinds["k"]
    second = b if kind.two else None
    wild = [row for row in table.rows if ANY in (row.a, row.b)]
    if kind.two and len({row.value for row in wild}) > 1:
        return  # (A, ANY) against (ANY, B): either may count
    finding = view(table).look_up("r", "k", a, second, on=on, known_on=known_on)
    value, support, late = naive(table, a, second, on, known_on)
    assert finding.value is value
    if not wild:
        assert (finding.support, finding.unverified) == (support, late)
    assert finding.says()


@settings(max_examples=100, deadline=None)
@given(tables(), st.sampled_from(STATES), st.sampled_from(STATES))
def test_between_change_days_nothing_changes(table: Registry, a: str, b: str) -> None:
    registries = view(table)
    second = b if table.kinds["k"].two else None
    changes = set(registries.change_days("r", "k", a, second))
    before = None
    for number in range(60):
        on = Day(1999, 12, 25) + timedelta(days=number)
        finding = registries.look_up("r", "k", a, second, on=on)
        now = (finding.value, finding.support, finding.unverified, finding.row, finding.closed)
        assert before is None or now == before or on in changes
        before = now


def test_loading_nothing_from_elsewhere(tmp_path: Path) -> None:
    assert load(tmp_path)[0].digest() == load(tmp_path)[0].digest()
