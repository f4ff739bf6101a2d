"""Law that another package ships: the template, installed as such a package, decides its own cases."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sekisho.audit import audit, coverage
from sekisho.base import TroubleError
from sekisho.desk import Desk, open_desk
from sekisho.store import data_folder, law_folders

TEMPLATE = data_folder("law") / "_template"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package `sekisho_law_xta` on the path, with metadata that announce its entry point."""
    package = tmp_path / "site" / "sekisho_law_xta"
    shutil.copytree(TEMPLATE / "XTA", package / "law" / "XTA")
    (package / "__init__.py").write_text(
        'from pathlib import Path\n\nPATH = Path(__file__).parent / "law"\n', encoding="utf-8"
    )
    info = tmp_path / "site" / "sekisho_law_xta-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sekisho-law-xta\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[sekisho.law]\nxta = sekisho_law_xta:PATH\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "site")
    return package / "law"


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    """The registries, with the one line that the template asks for."""
    folder = tmp_path / "facts"
    shutil.copytree(data_folder("facts"), folder)
    names = (folder / "names.yaml").read_text(encoding="utf-8")
    line = next(line for line in (TEMPLATE / "names.yaml").read_text(encoding="utf-8").splitlines() if "XTA" in line)
    (folder / "names.yaml").write_text(names.replace("states:\n", f"states:\n{line}\n", 1), encoding="utf-8")
    return folder


@pytest.fixture
def desk(installed: Path, facts: Path) -> Desk:
    return open_desk(facts=facts, cache=False)


def test_the_law_of_an_installed_package_is_read_with_ours(installed: Path, desk: Desk) -> None:
    assert law_folders() == (data_folder("law"), installed)
    assert "XTA" in desk.jurisdictions
    assert {"JPN", "KOR"} <= set(desk.jurisdictions)


def test_the_template_is_sound_decides_its_cases_and_is_covered_by_them(desk: Desk) -> None:
    cases = desk.cases(TEMPLATE / "cases.yaml")
    for replayed in desk.replay(cases):
        assert replayed.agrees, (replayed.case.id, replayed.decision.outcome.word)
    found = {rule.rule: rule for rule in coverage(desk, cases).rules if rule.instrument == "xta-arms-export-act"}
    assert len(found) == 5
    assert [name for name, rule in found.items() if not rule.complete] == []

    files = {trouble.places[0].file for trouble in audit(desk).troubles}
    assert not [file for file in files if "XTA" in file]


def test_without_its_state_the_law_is_refused(installed: Path) -> None:
    with pytest.raises(TroubleError) as caught:
        open_desk(cache=False)
    assert {(t.code, t.headline) for t in caught.value.troubles} == {("SK203", "`XTA` is no jurisdiction")}


def test_nothing_of_the_template_is_law_by_accident() -> None:
    assert "XTA" not in open_desk(cache=False).library.jurisdictions
