"""Every trouble of the facts is raised by a small broken file, with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from sekisho.facts import load
from sekisho.facts.reading import WHY

from .conftest import SOUND, Reading

P = SOUND["pacts.csv"]
HEAD = P.split("\n")[0]
ITEM = SOUND["items.yaml"]
KINDS = SOUND["registries.yaml"]


def csv(*lines: str) -> str:
    return "\n".join((HEAD, *lines)) + "\n"


ROW = "x,ban,BBB,,yes,2005-01-01,,2005-01-01,reported,S1,,,"

CASES: list[tuple[str, str, str | bytes | None, tuple[int, int], str]] = [
    ("SK301", "items.yaml", None, (0, 0), "add `items.yaml`"),
    ("SK301", "pacts.csv", None, (0, 0), "add `pacts.csv`"),
    ("SK302", "pacts.csv", P.encode() + b"\xff", (7, 1), "UTF-8"),
    ("SK303", "sources.yaml", "S1: {title: One\nS2: [", (2, 3), "mend"),
    ("SK303", "pacts.csv", P + '"', (7, 0), "quotes"),
    ("SK304", "pacts.csv", P.replace("recorded", "recordd"), (1, 27), "`recorded`"),
    ("SK304", "items.yaml", ITEM.replace("weapon:", "waepon:"), (6, 3), "`weapon`"),
    ("SK304", "names.yaml", SOUND["names.yaml"] + "persons: {}\n", (9, 1), "sections are"),
    ("SK304", "registries.yaml", KINDS.replace("denies", "denys"), (9, 7), "`denies`"),
    ("SK305", "pacts.csv", P.replace(",note,", ","), (1, 0), "`note`"),
    ("SK305", "pacts.csv", csv(ROW.replace("2005-01-01,,", ",,")), (2, 16), "fill it in"),
    ("SK305", "items.yaml", ITEM.replace("  arms: true\n", ""), (2, 3), "`arms:`"),
    ("SK306", "pacts.csv", csv(ROW.replace("2005-01-01,,", "2005-02-30,,")), (2, 16), "year-month-day"),
    ("SK306", "positions.yaml", SOUND["positions.yaml"].replace("2020-01-01", "today"), (3, 9), "year"),
    ("SK307", "pacts.csv", csv(ROW.replace("reported", "reportd")), (2, 39), "`reported`"),
    ("SK308", "pacts.csv", csv(ROW.replace("S1", "S9")), (2, 48), "`S"),
    ("SK308", "items.yaml", ITEM.replace("[S1]", "[S1, Sx]"), (16, 17), "`S"),
    ("SK309", "pacts.csv", csv(ROW.replace("S1", "")), (2, 48), "weaken"),
    ("SK309", "items.yaml", ITEM.replace("  sources: [S1]\n", ""), (2, 3), "weaken"),
    ("SK310", "pacts.csv", csv(ROW, ROW), (3, 1), "another id"),
    ("SK310", "sources.yaml", "S1: {title: a}\nS2: {title: a}\nS1: {title: b}\n", (3, 1), "mend"),
    ("SK311", "pacts.csv", csv(ROW.replace("01-01,,", "01-01,2004-12-31,")), (2, 27), "exchange"),
    ("SK311", "registries.yaml", KINDS.replace("from: 2000-", "from: 2026-"), (19, 44), "exchange"),
    ("SK311", "names.yaml", SOUND["names.yaml"].replace("1900-01-01", "1995-01-01"), (4, 48), "exchange"),
    (
        "SK312",
        "pacts.csv",
        csv(ROW, "y,ban,BBB,,no,2006-01-01,,2006-01-01,recalled,,,,"),
        (3, 0),
        "end the one",
    ),
    (
        "SK312",
        "pacts.csv",
        csv(
            "x,pact,AAA,BBB,yes,2006-01-01,,2006-01-01,recalled,,,,",
            "y,pact,BBB,AAA,unknown,2005-01-01,2006-01-01,2006-01-01,recalled,,,,",
        ),
        (3, 0),
        "end the one",
    ),
    ("SK313", "pacts.csv", csv(ROW.replace("BBB", "BBC")), (2, 7), "`BBB`"),
    ("SK313", "items.yaml", ITEM.replace("[AAA]", "[aaa]"), (11, 15), "`AAA`"),
    ("SK313", "names.yaml", SOUND["names.yaml"].replace("state: AAA", "state: XXX"), (6, 3), "names.yaml"),
    ("SK314", "pacts.csv", csv(ROW.replace("ban", "bann")), (2, 3), "`ban`"),
    ("SK315", "pacts.csv", csv(ROW.replace("yes", "true")), (2, 12), "yes, no"),
    ("SK316", "pacts.csv", csv(ROW.replace("BBB,", "BBB,AAA")), (2, 11), "leave `b` empty"),
    ("SK316", "pacts.csv", csv(ROW.replace("ban", "pact")), (2, 12), "fill in `b`"),
    ("SK316", "registries.yaml", KINDS.replace("about: one state", "about: a state"), (17, 7), "one state"),
    ("SK317", "items.yaml", ITEM.replace("finished", "finishd"), (7, 9), "`finished`"),
    ("SK317", "items.yaml", ITEM.replace("[rescue]", "[rescue, fun]"), (9, 21), "choose from rescue"),
    ("SK318", "pacts.csv", csv(ROW + ",more"), (2, 0), "quote the cells"),
    ("SK318", "pacts.csv", "", (0, 0), "begin with"),
    ("SK318", "pacts.csv", P.replace("id,kind", "kind,id"), (1, 0), "write"),
    ("SK319", "names.yaml", SOUND["names.yaml"].replace("Betaland", "ALPHALAND"), (3, 3), "one of the two"),
    ("SK320", "items.yaml", ITEM.replace("[Maker]", "Maker"), (4, 11), "list"),
    ("SK320", "items.yaml", ITEM.replace("arms: true", "arms: yes"), (5, 9), "`true`"),
    ("SK320", "items.yaml", ITEM.replace("arms: true", 'arms: "true"'), (5, 9), "`true`"),
    ("SK320", "sources.yaml", "- S1\n- S2\n", (1, 1), "KEY"),
    (
        "SK320",
        "programmes.yaml",
        "joint: {name: Joint, partners: AAA, support: inferred}\n",
        (1, 32),
        "write",
    ),
    ("SK321", "pacts.csv", csv(ROW.replace("S1,,", "S1,2004-01-01,")), (2, 51), "mend the day"),
    ("SK322", "bans.csv", P, (0, 0), "declare it"),
    ("SK323", "positions.yaml", SOUND["positions.yaml"].replace("who: ann", "who: anne"), (2, 8), "`ann`"),
]


def test_the_sound_folder_is_sound(read: Reading) -> None:
    assert read({})[1] == ()


@pytest.mark.parametrize(
    ("code", "file", "content", "spot", "help"), CASES, ids=[f"{c[0]}-{i}" for i, c in enumerate(CASES)]
)
def test_trouble(
    read: Reading, code: str, file: str, content: str | bytes | None, spot: tuple[int, int], help: str
) -> None:
    troubles = [t for t in read({file: content})[1] if t.code == code]
    assert troubles, "no such trouble"
    trouble = troubles[0]
    place = trouble.places[0]
    assert (place.file, place.line, place.column) == (file, *spot)
    assert help in trouble.help
    assert trouble.why
    assert trouble.show()


def test_every_code_is_tested() -> None:
    assert {case[0] for case in CASES} == set(WHY)


def test_all_troubles_are_reported_at_once(read: Reading) -> None:
    changes: dict[str, str | bytes | None] = {
        "pacts.csv": csv(ROW.replace("S1", "S9").replace("BBB", "QQQ"), ROW.replace("reported", "sure")),
        "items.yaml": ITEM.replace("finished", "done"),
    }
    assert {t.code for t in read(changes)[1]} >= {"SK307", "SK308", "SK313", "SK317"}


def test_troubles_are_sorted_by_place(read: Reading) -> None:
    troubles = read({"pacts.csv": csv(ROW.replace("yes", "si"), ROW.replace("x,", "y,").replace("S1", "S9"))})[1]
    assert [t.places[0].line for t in troubles] == [2, 3]


def test_a_row_in_trouble_is_left_out(read: Reading) -> None:
    registries, _ = read({"pacts.csv": csv(ROW, ROW.replace("x,", "y,").replace("yes", "si"))})
    assert [row.id for row in registries.rows("pacts")] == ["x"]


def test_an_empty_folder_gives_troubles_and_no_exception(tmp_path: Path) -> None:
    registries, troubles = load(tmp_path)
    assert {t.code for t in troubles} == {"SK301"}
    assert registries.kinds() == ()


def test_a_byte_order_mark_is_no_trouble(read: Reading) -> None:
    assert read({"pacts.csv": b"\xef\xbb\xbf" + P.encode()})[1] == ()


def test_the_norway_problem_does_not_arise(read: Reading) -> None:
    names = SOUND["names.yaml"].replace("BBB:", "NO:").replace("[BBB]", "[NO]")
    changes: dict[str, str | bytes | None] = {
        "names.yaml": names,
        "positions.yaml": SOUND["positions.yaml"].replace("BBB", "NO"),
        "pacts.csv": P.replace("BBB", "NO"),
    }
    registries, troubles = read(changes)
    assert troubles == ()
    assert registries.positions["said"].about == ("NO",)
