"""`sekisho take`: the hand of cards, the four stories, and bad input."""

from __future__ import annotations

import json

import pytest

from sekisho.cli import opened

TO_JAPAN = ("--exporter", "New Zealand", "--recipient", "Japan", "--on", "2021-01-01")
MEDICAL = ("--arms", "yes", "--weapon", "no", "--form", "finished", "--purpose", "medical", "--set", "at-war=no")
RAFT = ("--arms", "yes", "--weapon", "no", "--form", "finished", "--purpose", "rescue", "--set", "at-war=yes")
PATRIOT = ("--exporter", "JPN", "--recipient", "UKR", "--item", "patriot-pac3")
STORIES = {
    "2023-04-19": (
        ("jp-2022-invaded-weapons", "1(2)B(d) Five purposes", "state surplus instead of new", "closed list"),
        ("another state", "jp-weapons", "agreement with Ukraine"),
    ),
    "2024-03-27": (
        ("To the United States it may go as it stands", "2023-patriot-interceptors-usa", "component or service",
         "consent to its going on to Ukraine", "among the item's licensors"),
        ("2025-invaded-weapons", "agreement with Ukraine", "“Weapons”"),
    ),
    "2026-02-20": (
        ("To the United States it may go as it stands", "jp-2026-each-finished-product", "jp-2025-invaded-weapons"),
        ("agreement with Ukraine", "Limit on the destination"),
    ),
    "2026-11-21": (
        ("agreement on the transfer of defence equipment in force", "“special circumstances”",
         "Limit on the destination of weapons", "17 states", "jp-2026-agreement-with-ukraine",
         "from the United States, consent to its going on to Ukraine: may be permitted, only if"),
        ("closed list",),
    ),
}  # fmt: skip


@pytest.fixture
def real(run, desk, monkeypatch):
    """The command line over our own law."""
    monkeypatch.setattr(opened, "desk_for", lambda: desk)
    return run


@pytest.mark.parametrize("case", [MEDICAL, RAFT], ids=["medical", "raft"])
def test_the_hand(run, snapshot, case):
    status, said = run("take", *TO_JAPAN, *case)
    assert status == 0, said
    assert max(map(len, said.splitlines())) <= 80
    assert said == snapshot


def test_what_is_open_already_needs_nothing(run):
    status, said = run("take", *TO_JAPAN, *RAFT[:-1], "at-war=no")
    assert (status, "nothing need change" in said) == (0, True)


@pytest.mark.parametrize("day", STORIES)
def test_four_stories_of_patriots_for_ukraine(real, day):
    status, said = real("take", *PATRIOT, "--on", day)
    plain = " ".join(said.split())
    tells, hides = STORIES[day]
    assert status == 0
    assert [each for each in tells if each not in plain] == []
    assert [each for each in hides if each in plain] == []
    assert max(map(len, said.splitlines())) <= 80


def test_a_precedent_is_never_later_than_the_law_asked(real):
    data = json.loads(real("take", *PATRIOT, "--on", "2023-04-19", "--json")[1])
    days = [card["last"]["on"] for card in (*data["cards"], *data["another_item"]) if card["last"]]
    assert days
    assert max(days) <= "2023-04-19"


def test_json_has_every_card(real):
    data = json.loads(real("take", *PATRIOT, "--on", "2026-11-21", "--json")[1])
    assert data["outcome"] == "prohibited"
    assert data["smallest_sets"] == len(data["cards"])
    agreement = next(card for card in data["cards"] if [s["var"] for s in card["steps"]] == ["agreement-state"])
    assert agreement["who"] == ["governments"]
    assert agreement["comes_under"][0]["rule"] == "jp-weapons"
    assert {"finding": "special-circumstances", "is": True} in agreement["subject_to"][0]


def test_markdown(real):
    status, said = real("take", *PATRIOT, "--on", "2026-11-21", "--markdown")
    assert status == 0
    assert said.startswith("# Japan → Ukraine")
    assert "## Governments could" in said


def test_fixing_and_freeing(real):
    fixed = json.loads(real("take", *PATRIOT, "--on", "2026-11-21", "--fix", "governments", "--json")[1])
    steps = [step for card in fixed["cards"] for step in card["steps"] if step["from"] is not None]
    assert not any(step["who"] == "governments" for step in steps)
    freed = json.loads(real("take", *PATRIOT, "--on", "2026-11-21", "--free", "weapon", "--json")[1])
    assert [step["var"] for step in freed["cards"][0]["steps"]] == ["form"]
    assert any(step["var"] == "weapon" for card in freed["cards"] for step in card["steps"])


ONWARD = ("--act", "re-transfer", "--recipient", "Ukraine", "--supplier", "Japan", "--item", "patriot-pac3")


def test_several_laws_at_once(real, tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(
        "id: onward\ndate: 2026-11-21\nact: re-transfer\nexporter: KOR\nrecipient: THA\nsupplier: JPN\n"
        "item: patriot-pac3\njudgements:\n  special-circumstances: {by: nsc, date: 2026-05-01, found: false}\n"
        "  in-combat: {by: jp-government, date: 2026-05-01, found: true}\n"
    )
    status, said = real("take", str(path))
    plain = " ".join(said.split())
    assert status == 0, said
    assert "The laws of South Korea and Japan are asked" in plain
    assert "The law of the United States is asked as well and is not encoded" in plain
    assert "The National Security Council of Japan finds “special circumstances”" in plain
    assert max(map(len, said.splitlines())) <= 80
    data = json.loads(real("take", str(path), "--json")[1])
    assert (data["laws"], data["not_encoded"]) == (["KOR", "JPN"], ["USA"])
    assert any(step.get("law") == "JPN" for card in data["cards"] for step in card["steps"])


def test_the_supplier_is_heard_where_the_holders_law_is_not_encoded(real):
    status, said = real("take", *ONWARD, "--exporter", "United States", "--on", "2026-11-21")
    plain = " ".join(said.split())
    assert (status, "nothing need change in the law of Japan" in plain) == (0, True), said
    assert "finds “special circumstances”" in plain  # it may be permitted, and only on findings
    assert "is not encoded" in plain


def test_with_a_proposal_adopted(real):
    status, said = real("take", *PATRIOT, "--on", "2026-11-21", "--with", "jp-2026-agreement-with-ukraine")
    assert (status, "MAY BE PERMITTED" in said) == (0, True)


def test_nothing_can_help(real):
    status, said = real("take", *PATRIOT, "--on", "2026-11-21", "--to", "free")
    assert status == 0
    assert "Nothing can help" in said
    assert "Barred whatever else changes" in said


@pytest.mark.parametrize(
    ("flags", "status", "code"),
    [
        (("--to", "allowed"), 2, "outcomes:"),
        (("--to", "may be permited"), 2, "may-be-permitted"),
        (("--fix", "weapn"), 1, "SK502"),
        (("--fix", "weapon", "--free", "weapon"), 1, "SK507"),
        (("--exporter", "FRA"), 1, "SK506"),
        (("--max", "0"), 2, "--max"),
        (("--json", "--markdown"), 2, "choose one"),
    ],
)
def test_bad_input(real, flags, status, code):
    found, said = real("take", *PATRIOT, "--on", "2026-11-21", *flags)
    assert (found, code in said) == (status, True), said
    assert "Traceback" not in said


def test_a_proposal_whose_day_no_source_knows_is_dated_by_its_month(real):
    said = " ".join(real("take", *PATRIOT, "--on", "2024-03-27")[1].split())
    assert "as reported by Kyodo, July 2023;" in said
    assert "18 November 2022; not adopted in this form" in said


def test_what_may_go_elsewhere_is_subject_to_findings_of_its_own(real):
    many = " ".join(real("take", *PATRIOT, "--on", "2026-11-21")[1].split())
    assert "Each is subject to findings, authorisations and consents of its own: `sekisho decide`" in many
    one = " ".join(real("take", *PATRIOT, "--on", "2024-03-27")[1].split())
    there = one.partition("To the United States it may go as it stands")[2].partition("consent to its going on")[0]
    assert "Subject to findings, authorisations and consents of its own: `sekisho decide`" in there
    assert "◇ only if the Government of Japan finds “positive meaning security”" in there


def test_what_bars_is_told_with_its_mark(real):
    assert "[guidelines 2026, weapons · reported]" in " ".join(real("take", *PATRIOT, "--on", "2026-11-21")[1].split())
    assert "does not cover it (reported)" in " ".join(real("take", *PATRIOT, "--on", "2024-03-27")[1].split())


def test_a_precedent_says_what_was_reported_and_ends_between_words(real):
    said = " ".join(real("take", *PATRIOT, "--on", "2024-03-27")[1].split())
    assert "should Japan be… (approved) [2015-australia-submarine-components]" in said
    data = json.loads(real("take", *PATRIOT, "--on", "2024-03-27", "--json")[1])
    lasts = [card["last"] for card in (*data["cards"], *data["another_item"]) if card["last"]]
    assert {last["reported_outcome"] for last in lasts} <= {"approved", "delivered"}


def test_what_would_have_to_go_says_what_then_remains(real):
    law = "Or the least that would have to go from the law itself"
    then = " ".join(real("take", *PATRIOT, "--on", "2024-03-27")[1].split()).partition(law)[2]
    assert "◇ only if the Government of Japan finds “positive meaning security”" in then
    now = " ".join(real("take", *PATRIOT, "--on", "2026-11-21")[1].split())
    assert law not in now  # the permission asks for the agreement, too, so to strike out the bar is no way
    idle = now.partition("What would not do")[2]
    assert "To strike out “Limit on the destination of weapons” is not enough: it would still be prohibited" in idle


def test_consent_names_what_shuts_the_way_and_not_bars_that_would_need_findings(real):
    said = " ".join(real("take", *PATRIOT, "--on", "2026-11-21")[1].split())
    assert "consent to its going on to Ukraine: prohibited: no entry of the Implementation Guidelines" in said
    assert "1-1 Treaties" not in said


def test_an_agreement_would_not_put_a_state_on_the_closed_list_of_2022(real):
    said = " ".join(real("take", *PATRIOT, "--on", "2023-03-01")[1].split())
    card = said.partition("Weapons for twelve states on a white list")[2].partition("§")[0]
    assert "▒ not certain: a white list of twelve states was proposed" in card
