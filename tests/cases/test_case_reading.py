"""Case files to cases: defaults, round trips, contradictions, all troubles at once."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest
import yaml

from sekisho.base import Day, canonical
from sekisho.cases import UNKNOWN, Case, CaseReader, Item, locate
from sekisho.tell.data import decision_data
from sekisho.testing import random_case

SOUND = """\
date: 2024-03-10
exporter: JPN
recipient: USA
item: {name: seeker, arms: true, weapon: false, form: component, purpose: [rescue], production: licensed}
"""


def read(desk, text, suffix=".yaml"):
    reader = CaseReader(desk.library, desk.registries)
    return reader.read_text(text, "case", suffix), reader.troubles


def test_what_a_case_leaves_out_is_the_plain_case(desk):
    (case,), troubles = read(desk, "date: 2024-03-10\n")
    assert not troubles
    assert (case.act, case.end_user, case.consideration) == ("export", "government", "sale")
    assert (case.exporter, case.recipient, case.supplier) == (UNKNOWN, UNKNOWN, UNKNOWN)
    assert (case.item.stock, case.item.programme) == ("new", "none")
    for listed in ("classes", "licensors", "partners", "components_from"):
        assert getattr(case.item, listed) == ()
    assert (case.under, case.assurances) == ((), ())


def test_some_fields_have_no_default(desk):
    (case,), _ = read(desk, "date: 2024-03-10\nitem: {}\n")
    assert (case.item.arms, case.item.weapon, case.item.purpose) == (None, None, None)
    assert (case.item.form, case.item.production) == (UNKNOWN, UNKNOWN)


def test_unknown_is_not_the_default(desk):
    (case,), troubles = read(desk, "date: 2024-03-10\nact: unknown\nunder: unknown\nitem: {licensors: unknown}\n")
    assert not troubles
    assert (case.act, case.under, case.item.licensors) == (UNKNOWN, None, None)


def test_an_empty_list_is_known(desk):
    (case,), _ = read(desk, "date: 2024-03-10\nitem: {purpose: []}\n")
    assert case.item.purpose == ()


def test_no_is_a_word(desk):
    """Files are YAML 1.2: `NO` and `on` are words, and no truth values."""
    _, troubles = read(desk, "date: 2024-03-10\nexporter: NO\nitem: {arms: on}\n")
    assert ["`NO`" in troubles[0].headline, "`on`" in troubles[1].headline] == [True, True]


def test_a_flag_says_the_same_as_a_file(desk):
    (case,), _ = read(desk, SOUND)
    item = {"arms": True, "weapon": False, "form": "component", "purpose": ["rescue"], "production": "licensed"}
    assert desk.case(date="2024-03-10", exporter="Japan", recipient="United States", item=item).digest == case.digest


@pytest.mark.parametrize("suffix", [".json", ".toml"])
def test_the_same_case_in_another_format_is_the_same_case(desk, suffix):
    (case,), _ = read(desk, SOUND)
    data = yaml.safe_load(SOUND.replace("2024-03-10", "'2024-03-10'"))
    if suffix == ".json":
        text = json.dumps(data)
    else:
        item = data.pop("item")
        lines = [f"{key} = {json.dumps(value)}" for key, value in data.items()] + ["[item]"]
        text = "\n".join(lines + [f"{key} = {json.dumps(value)}" for key, value in item.items()])
    (other,), troubles = read(desk, text, suffix)
    assert not troubles
    assert other.digest == case.digest


def test_every_case_of_ours_comes_back_from_its_plain_data(desk, our_cases):
    for case in our_cases:
        again = desk.case(**{("with_" if key == "with" else key): value for key, value in case.to_dict().items()})
        assert again.digest == case.digest, case.id
        assert again.to_dict() == case.to_dict(), case.id


@pytest.mark.parametrize("seed", range(5))
def test_random_cases_come_back_from_their_plain_data(desk, seed):
    rng = Random(seed)
    back = 0
    for _ in range(60):
        case = random_case(rng, desk, unknown=0.2)
        reader = CaseReader(desk.library, desk.registries)
        again = reader.case(locate(case.to_dict()))
        if again is None:
            # Chance contradicts itself now and then, and that alone is refused.
            assert {each.code for each in reader.troubles} == {"SK412"}, reader.troubles
            continue
        back += 1
        assert again.digest == case.digest
        assert canonical(again.to_dict()) == canonical(case.to_dict())
    assert back > 10


def test_all_troubles_come_at_once(desk):
    text = """\
date: 2024-02-30
exporter: Japn
recipient: USA
act: exprot
colour: red
item: {form: komponent, wepon: true, licensors: [GRB]}
judgements: {nothing: true}
"""
    found, troubles = read(desk, text)
    assert not found
    assert [each.places[0].line for each in sorted(troubles, key=lambda each: each.places)] == [1, 2, 4, 5, 6, 6, 6, 7]
    assert all(each.help for each in troubles)


def test_a_sound_case_is_read_beside_a_bad_one(desk):
    found, troubles = read(desk, "- date: 2024-03-10\n  id: one\n- date: never\n  id: two\n")
    assert [case.id for case in found] == ["one"]
    assert [each.places[0].line for each in troubles] == [3]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ("item: {weapon: true, arms: false}", "item.arms"),
        ("item: {heavy_arms: true, weapon: false}", "item.heavy_arms"),
        ("item: {consumable_ammunition: true, form: technology}", "item.form"),
        ("item: {production: indigenous, licensors: [USA]}", "item.licensors"),
        ("act: technology\nitem: {form: finished}", "item.form"),
        ("act: return\nconsideration: grant", "consideration"),
        ("exporter: KOR\nrecipient: KOR", "recipient"),
        ("item: {purpose: [rescue, unknown]}", "item.purpose"),
        ("item: {licensors: [USA, unknown]}", "item.licensors"),
        ("judgements: {special-circumstances: {found: true, date: 2025-01-01}}", "special-circumstances"),
    ],
)
def test_a_case_that_contradicts_itself_is_refused(desk, fields, named):
    found, troubles = read(desk, f"date: 2024-03-10\n{fields}\n")
    assert not found
    (trouble,) = troubles
    assert trouble.code == "SK412"
    assert named in trouble.headline
    assert trouble.places[0].line > 1


def test_a_case_cannot_be_changed(desk):
    (case,), _ = read(desk, SOUND)
    with pytest.raises(AttributeError):
        case.date = None
    with pytest.raises(TypeError):
        case.facts["x"] = True


def test_replace_makes_another_case(desk):
    (case,), _ = read(desk, SOUND)
    assert replace(case, recipient="FRA").digest != case.digest


def test_what_is_stated_is_part_of_the_hash(desk):
    """A stated fact and the plain case are told apart in a proof, so the receipt tells them apart too."""
    plain = desk.case(date="2024-03-10", exporter="JPN", recipient="USA", item="patriot-pac3")
    said = desk.amend(plain, consideration="sale", item={"weapon": True})
    assert plain.to_dict() == {
        "date": "2024-03-10",
        "exporter": "JPN",
        "recipient": "USA",
        "item": {"name": plain.item.name, "key": "patriot-pac3"},
    }
    assert said.to_dict()["consideration"] == "sale"
    assert said.to_dict()["item"]["weapon"] is True
    assert said.digest != plain.digest


def test_what_is_unlike_the_plain_case_was_stated():
    case = Case(Day(2024, 3, 10), "JPN", "USA", Item(stock="state-surplus"), consideration="grant")
    assert case.stated == {"consideration"}
    assert case.item.stated == {"stock"}
    assert case.to_dict()["consideration"] == "grant"


def test_the_plain_data_of_a_decision_decides_to_the_same_bytes(desk, our_cases):
    for case in our_cases[::29]:
        said = decision_data(desk.decide(case))
        again = desk.case(**{("with_" if key == "with" else key): value for key, value in said["case"].items()})
        assert canonical(decision_data(desk.decide(again))) == canonical(said), case.id


@pytest.mark.parametrize("day", ["2026-02-30", "", "soon"])
def test_the_day_of_a_proposal_is_read_with_the_case(desk, day):
    """Else one case would stop a replay of hundreds, and nothing would say where."""
    name = desk.library.proposals[0].name
    _, troubles = read(desk, f"date: 2026-06-01\nexporter: JPN\nwith: ['{name}@{day}']\n")
    assert [(each.code, each.places[0].line) for each in troubles] == [("SK405", 3)]


def test_help_lists_no_more_names_than_one_reads(desk):
    _, troubles = read(desk, "date: 2026-06-01\nfacts: {zzzz: true}\njudgements: {zzzz: true}\n")
    assert [each.code for each in troubles] == ["SK409", "SK409"]
    assert all(len(each.help) < 200 for each in troubles)
