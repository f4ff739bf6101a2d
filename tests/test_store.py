"""The cache of compiled books: never stale, never corrupted, never in the way."""

from __future__ import annotations

import multiprocessing
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sekisho
from sekisho import store

PAGE = """\
---
instrument: small-law
title: A small law
jurisdiction: AAA
force: statute
default: prohibited
texts:
  small-text: {title: A small text, sources: [s1]}
---

# A small law

```term recipient
applies to case
type state
from case
ask Who receives it?
changed by parties
```

```scope small-scope
cite small-text 1 official
in force from 2000-01-01
```
"""

RULE = """
```rule small-rule
exempt any transfer
cite small-text 2 official
in force from 2000-01-01
```
"""

_TERM = re.compile(r"```term.*?```\n", re.DOTALL)

FACTS = {
    "registries.yaml": "{}\n",
    "sources.yaml": "s1: {title: A source}\n",
    "names.yaml": "states:\n  AAA: {name: Alphaland}\n  BBB: {name: Betaland}\n",
    "items.yaml": "{}\n",
    "programmes.yaml": "{}\n",
    "positions.yaml": "{}\n",
}


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A folder with a small law and few facts, and a cache of its own."""
    (tmp_path / "law").mkdir()
    (tmp_path / "facts").mkdir()
    (tmp_path / "law" / "small.md").write_text(PAGE, encoding="utf-8")
    for name, text in FACTS.items():
        (tmp_path / "facts" / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("SEKISHO_CACHE", str(tmp_path / "cache"))
    return tmp_path


def opened(folder, **options):
    return sekisho.open(folder / "law", facts=folder / "facts", **options)


def outcome(folder, **options):
    desk = opened(folder, **options)
    return desk.decide(desk.case(date="2010-01-01", exporter="AAA", recipient="BBB")).outcome.word


def kept(folder):
    return sorted((folder / "cache").glob("*.pickle"))


def unread(monkeypatch):
    """From now on, reading the files is an error: only the cache may answer."""

    def fail(*args):
        raise AssertionError("the files were read")

    monkeypatch.setattr(store, "read_all", fail)


def test_a_second_opening_reads_nothing(small, monkeypatch):
    first = opened(small)
    unread(monkeypatch)
    second = opened(small)
    assert second.digest == first.digest
    assert second.library == first.library
    assert second.registries.digest() == first.registries.digest()


def test_without_cache_nothing_is_kept(small):
    opened(small, cache=False)
    assert not (small / "cache").exists()


def test_an_empty_setting_turns_the_cache_off(small, monkeypatch):
    monkeypatch.setenv("SEKISHO_CACHE", "")
    assert store.cache_folder() is None
    assert outcome(small) == "prohibited"


def test_a_changed_byte_of_a_rulebook_gives_a_new_answer(small):
    page = small / "law" / "small.md"
    assert outcome(small) == "prohibited"
    stat = page.stat()
    page.write_text(PAGE.replace("default: prohibited", "default: free      "), encoding="utf-8")
    # Even with the old times on the file, and the old size: bytes count, nothing else.
    os.utime(page, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert page.stat().st_size == stat.st_size
    assert outcome(small) == "free"
    page.write_text(PAGE, encoding="utf-8")
    assert outcome(small) == "prohibited"


@pytest.mark.parametrize("change", ["added", "renamed", "removed"])
def test_another_set_of_files_is_another_book(small, change):
    extra = small / "law" / "extra.md"
    extra.write_text(_TERM.sub("", PAGE).replace("small", "extra"), encoding="utf-8")
    before = opened(small).library
    if change == "added":
        (small / "law" / "more.md").write_text(_TERM.sub("", PAGE).replace("small", "more"), encoding="utf-8")
    elif change == "renamed":
        extra.rename(small / "law" / "other.md")
    else:
        extra.unlink()
    after = opened(small).library
    assert (len(after.instruments) == len(before.instruments)) == (change == "renamed")
    assert len(kept(small)) == 2


def test_a_changed_fact_gives_other_facts(small):
    before = opened(small).registries.digest()
    names = small / "facts" / "names.yaml"
    names.write_text(FACTS["names.yaml"].replace("Betaland", "Gammaland"), encoding="utf-8")
    after = opened(small).registries
    assert after.digest() != before
    assert after.find_state("gammaland") == "BBB"


def test_a_changed_engine_reads_again(small, monkeypatch):
    opened(small)
    monkeypatch.setattr(sys, "version", "3.99")
    opened(small)
    assert len(kept(small)) == 2


def test_what_changes_while_it_is_read_is_not_kept(small, monkeypatch):
    """Else the new content would lie under the hash of the old, and come out when the old comes back."""
    page, real = small / "law" / "small.md", store.read_all

    def slow(law, facts):
        page.write_text(PAGE + RULE, encoding="utf-8")
        return real(law, facts)

    monkeypatch.setattr(store, "read_all", slow)
    assert outcome(small) == "free"
    monkeypatch.setattr(store, "read_all", real)
    page.write_text(PAGE, encoding="utf-8")
    assert outcome(small) == "prohibited"


SPOIL = {
    "empty": lambda data: b"",
    "one byte": lambda data: data[:1],
    "half": lambda data: data[: len(data) // 2],
    "all but one byte": lambda data: data[:-1],
    "one byte more": lambda data: data + b"x",
    "one bit": lambda data: data[:100] + bytes([data[100] ^ 1]) + data[101:],
    "garbage": lambda data: bytes(range(256)) * 20,
    "text": lambda data: b"not a book",
}


@pytest.mark.parametrize("how", SPOIL)
def test_a_spoilt_file_is_read_again_and_mended(small, how):
    first = opened(small).digest
    (path,) = kept(small)
    whole = path.read_bytes()
    path.write_bytes(SPOIL[how](whole))
    assert opened(small).digest == first
    assert path.read_bytes() == whole
    assert outcome(small) == "prohibited"


def test_a_sound_file_that_is_no_book_is_read_again(small):
    import hashlib
    import pickle

    first = opened(small).digest
    (path,) = kept(small)
    for value in (None, {"library": 1}, Path("x")):
        data = pickle.dumps(value)
        path.write_bytes(hashlib.sha256(data).digest() + data)
        assert opened(small).digest == first


@pytest.mark.parametrize("what", ["file", "below a file", "folder in the way"])
def test_a_cache_that_cannot_be_written_is_no_trouble(small, monkeypatch, what):
    blocked = small / "blocked"
    if what == "folder in the way":
        opened(small)
        (path,) = kept(small)
        path.unlink()
        path.mkdir()
        (path / "x").write_text("x", encoding="utf-8")
    else:
        blocked.write_text("not a folder", encoding="utf-8")
        monkeypatch.setenv("SEKISHO_CACHE", str(blocked if what == "file" else blocked / "deeper"))
    assert outcome(small) == "prohibited"
    assert outcome(small) == "prohibited"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_without_permission_is_no_trouble(small):
    (small / "cache").mkdir(mode=0o500)
    assert outcome(small) == "prohibited"


def test_a_full_disk_is_no_trouble(small, monkeypatch):
    def full(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert outcome(small) == "prohibited"
    assert not kept(small)


def test_a_book_with_troubles_is_not_kept(small):
    page = small / "law" / "small.md"
    page.write_text(PAGE.replace("official", "offical"), encoding="utf-8")
    for _ in range(2):
        with pytest.raises(sekisho.TroubleError):
            opened(small)
    assert not kept(small)


def test_old_books_are_thrown_away(small):
    for number in range(10):
        (small / "law" / "small.md").write_text(f"{PAGE}\n{number}\n", encoding="utf-8")
        opened(small)
    assert len(kept(small)) <= 6


def _write(folder, start, rounds):
    """Open and decide again and again, each time after throwing the kept books away."""
    os.environ["SEKISHO_CACHE"] = str(folder / "cache")
    start.wait()
    for _ in range(rounds):
        assert outcome(folder) == "prohibited"
        for path in kept(folder):
            path.unlink(missing_ok=True)


def test_two_processes_that_write_at_once_do_no_harm(small):
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(3)
    both = [context.Process(target=_write, args=(small, start, 25)) for _ in range(2)]
    for each in both:
        each.start()
    start.wait()
    while any(each.is_alive() for each in both):
        assert outcome(small) == "prohibited"
    for each in both:
        each.join()
        assert each.exitcode == 0
    assert outcome(small) == "prohibited"


_KILLED = """
import os, signal, sys
from pathlib import Path
import sekisho, sekisho.store
where = sys.argv[2]

def stop(*args, **options):
    os.kill(os.getpid(), signal.SIGKILL)

if where == "before the name":
    os.replace = stop
elif where == "in the middle":
    class Half:
        def __init__(self, file): self.file = file
        def __enter__(self): return self
        def __exit__(self, *args): return None
        def write(self, data):
            self.file.write(data[: len(data) // 2])
            self.file.flush()
            stop()
    real = os.fdopen
    os.fdopen = lambda *args, **options: Half(real(*args, **options))
sekisho.open(Path(sys.argv[1]) / "law", facts=Path(sys.argv[1]) / "facts")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize("where", ["in the middle", "before the name"])
def test_a_kill_leaves_nothing_that_would_be_used(small, where):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", _KILLED, str(small), where], env=environment, check=False)
    assert done.returncode < 0
    assert not kept(small)
    assert outcome(small) == "prohibited"
    assert len(kept(small)) == 1


def test_what_a_kill_left_behind_is_swept_away_in_time(small):
    (small / "cache").mkdir()
    left, fresh = small / "cache" / "old.part", small / "cache" / "new.part"
    left.write_bytes(b"half")
    fresh.write_bytes(b"half")
    os.utime(left, (time.time() - 7200,) * 2)
    opened(small)
    assert not left.exists()
    assert fresh.exists(), "another process may be writing it"
