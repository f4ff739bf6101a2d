"""What every file of the house keeps to, and that a package built from it works away from it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from documents import ROOT

TEXT = {".py", ".md", ".yaml", ".yml", ".csv", ".toml", ".lark", ".cff", ".sh", ".cfg", ".txt", ".json", ".svg"}
SKIPPED = {".git", ".venv", "LICENSES", "build", "dist", "__pycache__", "__snapshots__"}
HOSTS = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|deb\.debian|crates\.io|proxy\.golang", re.IGNORECASE)
PLACES = re.compile(r"(?<![\w.])/(?:work|home|root|Users|tmp|opt)/[\w.-]|[A-Z]:\\\\?Users")


def files() -> list[Path]:
    found = []
    for folder, names, inside in os.walk(ROOT):
        names[:] = [name for name in names if name not in SKIPPED and not (name.startswith(".") and name != ".ci")]
        found += [Path(folder) / name for name in inside if Path(name).suffix in TEXT or Path(folder).name == ".ci"]
    return [path for path in found if "tests/cases/bad" not in path.as_posix() and path != Path(__file__).resolve()]


def test_no_file_names_a_machine_or_a_package_host() -> None:
    found = []
    for path in files():
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {m[0]}" for m in (*HOSTS.finditer(text), *PLACES.finditer(text))]
    assert found == []


def test_the_engine_names_no_neighbouring_folder() -> None:
    code = [path for path in files() if path.suffix == ".py"]
    assert [path.name for path in code if "../" + "shared" in path.read_text(encoding="utf-8")] == []


def test_files_of_code_stay_small() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / "src").rglob("*.py")}
    assert {path.name: size for path, size in sizes.items() if size > 700} == {}


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The package installed away from the checkout: source archive, wheel from it, wheel into a folder."""
    work = tmp_path_factory.mktemp("package")
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(work)]
    run([*build, "-t", "sdist"], ROOT)
    (archive,) = work.glob("*.tar.gz")
    with tarfile.open(archive) as file:
        file.extractall(work / "source", filter="data")
    (source,) = (work / "source").iterdir()
    run([*build, "-t", "wheel"], source)
    (wheel,) = work.glob("*.whl")
    target = work / "site"
    run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", target, wheel], work)
    return target


def run(command: list[object], folder: Path, **environment: str) -> str:
    found = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**os.environ, "PYTHONUTF8": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def test_a_package_carries_the_law_and_decides_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    place = {"PYTHONPATH": str(installed), "SEKISHO_CACHE": str(tmp_path / "cache"), "NO_COLOR": "1"}
    where = run([sys.executable, "-c", "import sekisho.desk as d; print(d.__file__)"], tmp_path, **place)
    assert Path(where.strip()).is_relative_to(installed)
    command = [sys.executable, "-m", "sekisho.cli", "decide", "--exporter", "Japan", "--recipient", "Ukraine"]
    said = run([*command, "--item", "patriot-pac3", "--on", "2025-12-20"], tmp_path, **place)
    assert "PROHIBITED" in said


def test_a_package_carries_both_licences(installed: Path) -> None:
    (folder,) = installed.glob("sekisho-*.dist-info")
    kept = {path.name for path in (folder / "licenses").rglob("*") if path.is_file()}
    assert kept >= {"LICENSE", "CC-BY-4.0.txt"}
    assert (folder / "METADATA").read_text(encoding="utf-8").count("License-Expression: Apache-2.0 AND CC-BY-4.0") == 1
