"""The facts of this repository: sound, complete where they must be, and fast."""

from __future__ import annotations

import csv
import time

import pytest

from sekisho.base import Day, Support, Trouble
from sekisho.facts import Registries

from .conftest import ROOT

D = Day.fromisoformat


def test_no_trouble(real: tuple[Registries, tuple[Trouble, ...]]) -> None:
    assert [trouble.show() for trouble in real[1]] == []


@pytest.mark.parametrize(
    ("registry", "kind", "a", "b", "on", "value", "support"),
    [
        ("agreements", "equipment-transfer", "JPN", "FRA", "2016-11-30", False, "reported"),
        ("agreements", "equipment-transfer", "JPN", "FRA", "2016-12-01", True, "official"),
        ("agreements", "equipment-transfer", "IDN", "JPN", "2023-06-18", True, "recalled"),
        ("agreements", "equipment-transfer", "JPN", "UKR", "2026-02-20", False, "reported"),
        ("agreements", "equipment-transfer", "JPN", "UKR", "2026-04-23", False, "reported"),
        ("agreements", "equipment-transfer", "JPN", "UKR", "2026-11-21", False, "inferred"),
        ("agreements", "equipment-transfer", "JPN", "CAN", "2026-04-21", False, "inferred"),
        ("agreements", "equipment-transfer", "JPN", "CAN", "2026-06-01", None, "reported"),
        ("agreements", "equipment-transfer-signed", "JPN", "CAN", "2026-06-01", True, "reported"),
        ("agreements", "equipment-transfer", "JPN", "NZL", "2026-05-01", False, "inferred"),
        ("agreements", "equipment-transfer", "DEU", "FRA", "2020-01-01", None, None),
        ("agreements", "acsa", "JPN", "USA", "2020-01-01", True, "recalled"),
        ("agreements", "acsa", "JPN", "PHL", "2026-05-01", None, "reported"),
        ("agreements", "acsa", "JPN", "UKR", "2023-01-01", False, "reported"),
        ("embargoes", "territory-all", "PRK", None, "2020-01-01", True, "reported"),
        ("embargoes", "territory-heavy", "PRK", None, "2008-01-01", True, "reported"),
        ("embargoes", "source-all", "PRK", None, "2024-01-01", True, "reported"),
        ("embargoes", "territory-all", "SSD", None, "2026-07-01", True, "inferred"),
        ("embargoes", "territory-all", "RUS", None, "2023-01-01", False, "reported"),
        ("embargoes", "territory-all", "UKR", None, "2026-11-21", False, "inferred"),
        ("embargoes", "territory-all", "SOM", None, "2023-03-01", True, "official"),
        ("embargoes", "territory-all", "SOM", None, "2024-01-01", False, "official"),
        ("embargoes", "non-governmental", "SOM", None, "2024-01-01", True, "reported"),
        ("embargoes", "territory-all", "CAF", None, "2024-08-01", False, "official"),
        ("embargoes", "non-governmental", "CAF", None, "2025-01-01", True, "official"),
        ("embargoes", "territory-heavy", "IRN", None, "2021-01-01", False, "reported"),
        ("embargoes", "territory-heavy", "IRN", None, "2025-11-01", False, "reported"),
        ("embargoes", "territory-heavy-contested", "IRN", None, "2025-11-01", True, "reported"),
        ("embargoes", "council-approval", "IRN", None, "2018-01-01", True, "recalled"),
        ("embargoes", "listed", "NOR", None, "2024-01-01", True, "reported"),
        ("embargoes", "territory-all", "LBY", None, "2001-01-01", False, "reported"),
        ("embargoes", "territory-all", "BIH", None, "1994-01-01", True, "recalled"),
        ("embargoes", "territory-all", "HTI", None, "1993-09-15", False, "recalled"),
        ("embargoes", "territory-all", "RWA", None, "1996-01-01", False, "recalled"),
        ("conflicts", "tp1-party", "IRQ", None, "1991-01-17", True, "recalled"),
        ("conflicts", "tp1-party", "UKR", None, "2014-04-03", False, "reported"),
        ("conflicts", "tp1-party", "UKR", None, "2023-12-22", False, "inferred"),
        ("conflicts", "unlawful-attack", "UKR", None, "2022-03-08", True, "official"),
        ("conflicts", "unlawful-attack", "USA", None, "2022-03-08", False, "inferred"),
        ("conflicts", "involved", "IRN", None, "1986-02-01", True, "recalled"),
        ("conflicts", "involved", "USA", None, "1973-01-01", None, "recalled"),
        ("findings", "in-combat", "UKR", "JPN", "2023-12-22", True, "reported"),
        ("findings", "in-combat", "AUS", "JPN", "2023-12-22", None, None),
        ("states", "un-member", "JPN", None, "1956-12-17", False, "reported"),
        ("states", "un-member", "JPN", None, "1956-12-18", True, "official"),
        ("states", "un-member", "TWN", None, "2020-01-01", False, "reported"),
        ("states", "att-party", "JPN", None, "2014-12-24", True, "official"),
        ("states", "att-party", "KOR", None, "2017-02-25", False, "recalled"),
        ("states", "att-party", "USA", None, "2020-01-01", False, "reported"),
        ("states", "att-party", "IND", None, "2020-01-01", False, "recalled"),
        ("states", "att-party", "IND", None, "2014-12-01", False, "official"),
        ("states", "att-party", "GHA", None, "2020-01-01", None, None),
        ("states", "att-party", "CHE", None, "2015-04-30", True, "official"),
        ("states", "developing", "UKR", None, "2022-03-08", True, "recalled"),
        ("states", "communist-bloc", "YUG", None, "1967-04-21", None, "recalled"),
        ("states", "communist-bloc", "PHL", None, "1980-01-01", False, "recalled"),
        ("states", "international-body", "UNO", None, "2013-12-23", True, "recalled"),
        ("states", "international-body", "XNT", None, "2024-01-01", False, "inferred"),
        ("states", "international-body", "EUE", None, "2024-01-01", False, "inferred"),
        ("measures", "jp-etco-all-arms", "RUS", None, "2022-04-01", True, "recalled"),
        ("measures", "jp-etco-all-arms", "RUS", None, "2026-07-01", True, "official"),
        ("measures", "jp-total-ban", "PRK", None, "2026-11-21", True, "reported"),
        ("measures", "jp-iran", "IRN", None, "2025-10-01", True, "reported"),
    ],
)
def test_known_answers(
    facts: Registries,
    registry: str,
    kind: str,
    a: str,
    b: str | None,
    on: str,
    value: bool | None,
    support: str | None,
) -> None:
    finding = facts.look_up(registry, kind, a, b, on=D(on))
    assert finding.value is value, finding.says()
    assert (finding.support and finding.support.word) == support


def test_seventeen_agreements_in_force_on_the_day_of_the_reform(facts: Registries) -> None:
    partners = {
        row.b
        for row in facts.rows("agreements", "equipment-transfer")
        if row.b and facts.look_up("agreements", "equipment-transfer", "JPN", row.b, on=D("2026-04-21")).value
    }
    assert len(partners) == 17


def test_fifteen_agreements_at_the_reform_of_2024(facts: Registries) -> None:
    rows = facts.rows("agreements", "equipment-transfer")
    assert len({r.b for r in rows if r.value and D("2024-03-26") in r.held}) == 15


def test_every_embargo_of_the_table_is_there(facts: Registries) -> None:
    assert len({(row.extra, row.held.first) for row in facts.rows("embargoes")}) >= 49


def test_every_member_of_the_united_nations(facts: Registries) -> None:
    on = D("2024-01-01")
    codes = facts.names.records["states"]
    assert sum(facts.look_up("states", "un-member", code, on=on).value is True for code in codes) == 193


def test_no_answer_is_better_supported_than_its_sources(facts: Registries) -> None:
    for registry in facts.tables.values():
        for row in registry.rows:
            assert row.sources or row.support <= Support.RECALLED


def test_no_open_row_is_recorded_long_before_it_begins(facts: Registries) -> None:
    for registry in facts.tables.values():
        for row in registry.rows:
            assert (row.held.first - row.recorded).days <= 366, row.id


def test_enough_items_and_positions(facts: Registries) -> None:
    assert len(facts.items) >= 65
    assert len(facts.positions) >= 30
    for key in ("patriot-pac3", "pac2-gyro", "mogami", "upgraded-mogami", "abukuma", "tnt", "gcap-fighter"):
        assert key in facts.items
    assert facts.items["patriot-pac3"].to_case()["licensors"] == ["USA"]


def test_seed_sources(facts: Registries) -> None:
    assert all(f"seed-00{number}" in facts.sources for number in range(5))


def test_iso_states_are_registered(facts: Registries) -> None:
    pycountry = pytest.importorskip("pycountry")
    codes = {country.alpha_3 for country in pycountry.countries}
    assert codes <= set(facts.names.records["states"])


def test_files_are_utf8_with_unix_lines() -> None:
    for path in (ROOT / "facts").iterdir():
        text = path.read_bytes()
        assert b"\r" not in text
        assert text.endswith(b"\n")
        if path.suffix == ".csv":
            assert len({len(cells) for cells in csv.reader(text.decode().splitlines())}) == 1


def test_a_look_up_is_quick(facts: Registries) -> None:
    on = D("2024-01-01")
    count = 20_000
    best = 1.0
    for _ in range(3):
        start = time.perf_counter()
        for _ in range(count):
            facts.look_up("embargoes", "territory-all", "UKR", None, on=on)
        best = min(best, (time.perf_counter() - start) / count)
    assert best < 10e-6
