"""Whatever a command writes is there whole, or as it was before."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager

import pytest

from sekisho.base import TroubleError
from sekisho.base.whole import write_whole
from sekisho.cli import opened

resource = pytest.importorskip("resource")

COLUMNS = ("--columns", "date,exporter,recipient,item", "--dialect", "duckdb")
ROW = "date,exporter,recipient,item\n2024-05-01,JPN,USA,helmet\n"


@contextmanager
def full(size):
    """No file can grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("chart", "grid", "--state", "JPN", "--on", "2026-11-21", "-o"), "grid.svg"),
        (("chart", "grid", "--state", "JPN", "--on", "2026-11-21", "-o"), "grid.png"),
        (("summary", "decided.csv", "--chart"), "counts.pdf"),
        (("summary", "decided.csv", "-o"), "counts.xlsx"),
        (("sql", *COLUMNS, "-o"), "decide.sql"),
        (("screen", "orders.csv", "--write-map"), "map.yaml"),
        (("sql", "orders.csv", *COLUMNS, "--tables"), "tables"),
    ],
)
def test_a_full_disk_leaves_what_was_there(run, desk, tmp_path, monkeypatch, command, name):
    pytest.importorskip("sqlglot")
    monkeypatch.setattr(opened, "desk_for", lambda *_: desk)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text(ROW)
    (tmp_path / "decided.csv").write_text(ROW.replace("item\n", "item,outcome\n").replace("helmet", "helmet,free"))
    before = {path.name for path in tmp_path.iterdir()}
    with full(100):
        status, said = run(*command, name)
    assert (status, "SK428  the disk is full\n" in said) == (1, True)
    assert "make room" in said
    assert "goes on" not in said
    assert {path.name for path in tmp_path.iterdir() if not path.is_dir()} == before
    assert not list(tmp_path.glob("tables/*"))
    assert run(*command, name)[0] == 0
    found = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with full(100):
        assert run(*command, name)[0] == 1
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == found


def test_a_link_is_followed_and_a_pipe_is_written_into(tmp_path):
    (tmp_path / "there").write_text("before")
    (tmp_path / "link").symlink_to(tmp_path / "there")
    write_whole(tmp_path / "link", b"after")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there").read_bytes() == b"after"
    reader, writer = os.pipe()
    write_whole(tmp_path.__class__(f"/dev/fd/{writer}"), b"through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    os.close(writer)


def test_a_place_that_cannot_be_written(tmp_path):
    for place, said in ((tmp_path / "none" / "a.sql", errno.ENOENT), (tmp_path, errno.EISDIR)):
        with pytest.raises(TroubleError) as caught:
            write_whole(place, b"x")
        (trouble,) = caught.value.troubles
        assert os.strerror(said).lower() in trouble.headline
        assert trouble.places[0].file == str(place)
