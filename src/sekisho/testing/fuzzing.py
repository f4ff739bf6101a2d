"""Fuzzing: whatever comes in, a located trouble or a result goes out; never an exception, never a hang.

Inputs are real rulebook pages, case files and registries, spoilt, and now and then bytes without
any sense. Each input is made from the seed and its number alone, so a failure can be had again.
"""

# ruff: noqa: SLF001 - the tables below name the fuzzer's own methods

from __future__ import annotations

import json
import re
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import FrameType

from sekisho.base import Trouble, TroubleError, canonical
from sekisho.cases import CaseReader
from sekisho.desk import Desk, open_desk
from sekisho.facts import load
from sekisho.lang import read_files, read_library, rulebook_files
from sekisho.store import data_folder
from sekisho.testing.mutate import spoil, spoil_bytes

_SECONDS = 5.0
_MAX_TRIES = 1500
_SHRINKING = 20.0  # seconds
_CODE = re.compile(r"SK\d{3}")
_WORD = re.compile(r"[\w.-]+")
_FENCE = re.compile(r"^```[a-z]+ .*?^```\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that was not answered as it should be.

    Attributes:
        number: Its number in the run.
        kind: What sort of file it is.
        said: What went wrong.
        data: The smallest input found that goes wrong in the same way.
    """

    number: int
    kind: str
    said: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """What a run found: how many inputs of each kind, how many of them were sound, and the failures."""

    inputs: int
    seconds: float
    kinds: dict[str, int]
    sound: dict[str, int]
    failures: tuple[Failure, ...]


class Fuzzer:
    """Makes inputs and feeds them to the readers."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        self.seed = seed
        self._folder = folder
        self._desk: Desk = open_desk()
        self._pages = [path.read_text(encoding="utf-8") for path in rulebook_files(data_folder("law"))]
        self._fronts = [page.split("\n---\n", 1)[0] + "\n---\n" for page in self._pages]
        fences = [_FENCE.findall(page) for page in self._pages]
        self._sheets = [(front, own) for front, own in zip(self._fronts, fences, strict=True) if own]
        terms = [fence for own in fences for fence in own if fence.startswith("```term ")]
        self._terms = {fence.split(maxsplit=2)[1]: fence for fence in terms}
        self._cases = list(_case_texts(data_folder("cases")))
        facts = data_folder("facts")
        self._csv = {path.stem: path.read_text(encoding="utf-8").split("\n") for path in sorted(facts.glob("*.csv"))}
        self._yaml = {path.stem: _records(path.read_text(encoding="utf-8")) for path in sorted(facts.glob("*.yaml"))}
        self._states = tuple(self._desk.registries.names.records["states"])
        self._sources = self._desk.registries.sources

    def forget(self) -> None:
        """Drop what the desk remembers of earlier cases, which grows with every new one."""
        self._desk = self._desk.with_proposals(())

    def input(self, number: int) -> tuple[str, bytes]:
        """The kind and the bytes of the input with that number."""
        rng = Random(f"{self.seed}/{number}")  # noqa: S311 - chance for tests, not for secrets
        kind = rng.choice(tuple(_MAKERS))
        return kind, _MAKERS[kind](self, rng)

    def feed(self, kind: str, data: bytes) -> tuple[str, bool]:
        """What goes wrong with the input (empty where nothing does), and whether it is sound."""
        try:
            with _time_limit(_SECONDS):
                troubles, text = _READERS[kind](self, data)
        except Exception as error:  # noqa: BLE001 - every exception is a finding
            trace = error.__traceback__
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            if isinstance(error, RecursionError):
                return "RecursionError: it nests too deeply", False
            at = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else ""
            return f"{type(error).__name__} at {at}: {str(error)[:200]}", False
        return troubled(troubles, text), all(each.warning for each in troubles)

    # Rulebooks

    def _block(self, rng: Random) -> bytes:
        """Blocks of one page, one of them spoilt, with the words that they use."""
        front, own = rng.choice(self._sheets)
        fences = rng.sample(own, min(len(own), rng.randint(1, 3)))
        words = set(_WORD.findall("".join(fences)))
        terms = [fence for name, fence in self._terms.items() if name in words and fence not in fences]
        fences[0] = spoil(rng, fences[0])
        return "\n".join([front, "# Heading {#anchor}\n", *fences, *terms]).encode("utf-8", "replace")

    def _page(self, rng: Random) -> bytes:
        lines = rng.choice(self._pages).split("\n")
        start = 0 if rng.random() < 0.4 else rng.randrange(len(lines))
        text = "\n".join(lines[start : start + rng.randint(1, 60)])
        if start and rng.random() < 0.7:
            text = rng.choice(self._fronts) + text
        return spoil(rng, text, changes=8).encode("utf-8", "replace")

    def _page_bytes(self, rng: Random) -> bytes:
        return spoil_bytes(rng, self._block(rng))

    def _read_page(self, data: bytes) -> tuple[Sequence[Trouble], str]:
        path = self._folder / "page.md"
        path.write_bytes(data)
        sources, troubles = read_files([path])
        _, found = read_library(sources, states=self._states, known_sources=self._sources)
        return (*troubles, *found), data.decode("utf-8-sig", "replace")

    # Cases

    def _case_yaml(self, rng: Random) -> bytes:
        return spoil(rng, rng.choice(self._cases)).encode("utf-8", "replace")

    def _case_json(self, rng: Random) -> bytes:
        text = json.dumps(_plain_case(self._desk, rng), indent=rng.choice((None, 1)), ensure_ascii=rng.random() < 0.5)
        return spoil(rng, text).encode("utf-8", "replace")

    def _case_toml(self, rng: Random) -> bytes:
        return spoil(rng, _toml(_plain_case(self._desk, rng))).encode("utf-8", "replace")

    def _case_values(self, rng: Random) -> bytes:
        """A well-formed file with a value that is none."""
        case = _plain_case(self._desk, rng)
        where = case["item"] if rng.random() < 0.4 and isinstance(case["item"], dict) else case
        where[rng.choice((*where, "nonsense"))] = rng.choice(_VALUES)
        return json.dumps(case).encode()

    def _case_bytes(self, rng: Random) -> bytes:
        return spoil_bytes(rng, rng.choice(self._cases).encode())

    def _read_case(self, suffix: str, data: bytes) -> tuple[Sequence[Trouble], str]:
        path = self._folder / f"case{suffix}"
        path.write_bytes(data)
        reader = CaseReader(self._desk.library, self._desk.registries)
        for case in reader.read_file(path)[:3]:
            try:
                decision = self._desk.decide(case)
            except TroubleError as error:
                reader.troubles.extend(error.troubles)
            else:
                canonical(decision.receipt.to_dict()).encode("utf-8")
                assert decision.outcomes
        return reader.troubles, data.decode("utf-8-sig", "replace")

    # Facts

    def _facts_csv(self, rng: Random) -> bytes:
        name = rng.choice(tuple(self._csv))
        head, *rows = self._csv[name]
        text = "\n".join([head, *rng.sample(rows, min(len(rows), rng.randint(1, 6)))])
        return f"{name}\n".encode() + spoil(rng, text).encode("utf-8", "replace")

    def _facts_yaml(self, rng: Random) -> bytes:
        name = rng.choice(tuple(self._yaml))
        records = self._yaml[name]
        text = "".join(rng.sample(records, min(len(records), rng.randint(1, 3))))[:6000]
        return f"{name}\n".encode() + spoil(rng, text).encode("utf-8", "replace")

    def _facts_bytes(self, rng: Random) -> bytes:
        name, _, rest = self._facts_yaml(rng).partition(b"\n")
        return name + b"\n" + spoil_bytes(rng, rest)

    def _read_facts(self, data: bytes, suffix: str) -> tuple[Sequence[Trouble], str]:
        """The input's first line names the file; every other file is empty."""
        name, _, content = data.partition(b"\n")
        stem = name.decode("ascii", "replace")
        if stem not in (self._csv if suffix == ".csv" else self._yaml):
            return (), ""
        folder = self._folder / "facts"
        folder.mkdir(exist_ok=True)
        for path in folder.iterdir():
            path.unlink()
        for each in self._yaml:
            (folder / f"{each}.yaml").write_text("{}\n", encoding="utf-8")
        named = set(_WORD.findall(content.decode("utf-8", "replace")))
        titles = "".join(f"{key}: {{title: A source}}\n" for key in sorted(named & self._sources.keys()))
        states = "".join(f"  {code}: {{name: {code} itself}}\n" for code in sorted(named & set(self._states)))
        (folder / "sources.yaml").write_text(titles or "{}\n", encoding="utf-8")
        (folder / "names.yaml").write_text(f"states:\n{states}" if states else "{}\n", encoding="utf-8")
        if suffix == ".csv":
            record = next(text for text in self._yaml["registries"] if text.startswith(f"{stem}:"))
            (folder / "registries.yaml").write_text(record, encoding="utf-8")
        (folder / f"{stem}{suffix}").write_bytes(content)
        _, troubles = load(folder)
        # Places may lie in the other files too, which are short.
        return troubles, content.decode("utf-8", "replace") + "\n" * 200


_Made = dict[str, Callable[[Fuzzer, Random], bytes]]
_Read = dict[str, Callable[[Fuzzer, bytes], tuple[Sequence[Trouble], str]]]

_MAKERS: _Made = {
    "rulebook block": Fuzzer._block,
    "rulebook page": Fuzzer._page,
    "rulebook bytes": Fuzzer._page_bytes,
    "case yaml": Fuzzer._case_yaml,
    "case json": Fuzzer._case_json,
    "case toml": Fuzzer._case_toml,
    "case values": Fuzzer._case_values,
    "case bytes": Fuzzer._case_bytes,
    "facts csv": Fuzzer._facts_csv,
    "facts yaml": Fuzzer._facts_yaml,
    "facts bytes": Fuzzer._facts_bytes,
}
_READERS: _Read = {
    "rulebook block": Fuzzer._read_page,
    "rulebook page": Fuzzer._read_page,
    "rulebook bytes": Fuzzer._read_page,
    "case yaml": lambda self, data: self._read_case(".yaml", data),
    "case json": lambda self, data: self._read_case(".json", data),
    "case toml": lambda self, data: self._read_case(".toml", data),
    "case values": lambda self, data: self._read_case(".json", data),
    "case bytes": lambda self, data: self._read_case(".yaml", data),
    "facts csv": lambda self, data: self._read_facts(data, ".csv"),
    "facts yaml": lambda self, data: self._read_facts(data, ".yaml"),
    "facts bytes": lambda self, data: self._read_facts(data, ".yaml"),
}

_VALUES: tuple[object, ...] = (
    None, True, False, 0, -1, 3.5, 1e300, "", " ", "unknown", "none", "x" * 500, "\ud800", "2024-02-30", [], [[]], [None],
    ["unknown"], [{}], {}, {"": ""}, {"found": True}, {"by": 1, "found": "yes"}, {"a": {"b": {"c": []}}}, ["AAA", "AAA"], "AAA",
    "international", "re-transfer", [1, 2], ["a", ["b"]], "\x00", "2024-01-01@", "@", "- a", "9" * 30, 10**30,
)  # fmt: skip


def fuzz(
    inputs: int = 1000,
    *,
    seed: int = 0,
    only: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Fuzzed:
    """Feed random inputs to every reader.

    Args:
        inputs: How many.
        seed: Chooses them; the same seed gives the same inputs.
        only: The number of the one input to feed again.
        progress: Called now and then with the number of inputs done and of failures found.
    """
    kinds: Counter[str] = Counter()
    sound: Counter[str] = Counter()
    failures: dict[str, Failure] = {}
    with tempfile.TemporaryDirectory() as folder:
        fuzzer = Fuzzer(Path(folder), seed)
        begun = time.perf_counter()
        numbers: Sequence[int] = range(inputs) if only is None else (only,)
        for done, number in enumerate(numbers, start=1):
            kind, data = fuzzer.input(number)
            said, is_sound = fuzzer.feed(kind, data)
            kinds[kind] += 1
            sound[kind] += is_sound
            family = said.partition(":")[0]
            if said and family not in failures and len(failures) < 20:
                failures[family] = Failure(number, kind, said, _smallest(fuzzer, kind, data, said))
            if done % 500 == 0:
                if done % 5000 == 0:
                    fuzzer.forget()
                if progress is not None:
                    progress(done, len(failures))
        seconds = time.perf_counter() - begun
    return Fuzzed(len(numbers), seconds, dict(sorted(kinds.items())), dict(sound), tuple(failures.values()))


def troubled(troubles: Sequence[Trouble], text: str) -> str:
    """What is wrong with the troubles themselves; empty where nothing is."""
    last = max(text.count("\n"), len(text.splitlines())) + 1
    for each in troubles:
        if not _CODE.fullmatch(each.code) or not each.headline.strip():
            return f"trouble without code or headline: {each!r}"
        if not each.places or not each.places[0].file:
            return f"trouble without a place: {each.code} {each.headline[:80]}"
        for place in each.places:
            if not 0 <= place.line <= last or place.column < 0:
                return f"trouble beyond the file: {each.code} at {place.line}:{place.column} of {last} lines"
        try:
            each.show().encode("utf-8")
            canonical(each.to_dict()).encode("utf-8")
        except UnicodeEncodeError as error:
            return f"trouble that cannot be printed: {each.code} {error}"
        if len(each.show()) > 20_000:
            return f"trouble too long to read: {each.code} {len(each.show())} characters"
    return ""


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Stop what takes too long, where the system can. Time spent at work counts: a busy machine is no hang."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(_signum: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"no answer within {seconds} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _smallest(fuzzer: Fuzzer, kind: str, data: bytes, said: str) -> bytes:
    """The smallest input found that goes wrong in the same way, by cutting pieces out."""
    family = said.partition(":")[0]
    size, tries, begun = max(1, len(data) // 2), 0, time.perf_counter()
    keep = data.index(b"\n") + 1 if kind.startswith("facts") and b"\n" in data else 0
    while size:
        at, cut = keep, False
        while at < len(data):
            tries += 1
            if tries > _MAX_TRIES or time.perf_counter() - begun > _SHRINKING or family.startswith("TimeoutError"):
                return data
            shorter = data[:at] + data[at + size :]
            if fuzzer.feed(kind, shorter)[0].partition(":")[0] == family:
                data, cut = shorter, True
            else:
                at += size
        size = size if cut and size == 1 else size // 2
    return data


def _case_texts(folder: Path) -> Iterator[str]:
    """Each case of the case files as a text of its own."""
    for path in sorted(folder.rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        parts = re.split(r"^- ", text, flags=re.MULTILINE)
        if len(parts) == 1:
            yield text
        for part in parts[1:]:
            yield re.sub(r"^  ", "", part, flags=re.MULTILINE)


def _records(text: str) -> list[str]:
    """The top-level records of a YAML file."""
    lines = [line for line in text.split("\n") if line and not line.startswith("#")]
    starts = [number for number, line in enumerate(lines) if not line.startswith(" ")]
    return ["\n".join(lines[a:b]) + "\n" for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)]


def _plain_case(desk: Desk, rng: Random) -> dict[str, object]:
    from sekisho.testing.chance import random_case

    return random_case(rng, desk).to_dict()


def _toml(data: dict[str, object]) -> str:
    """A case as TOML: what it has no form for is left out."""
    tables = {key: value for key, value in data.items() if isinstance(value, dict)}
    lines = [f"{key} = {json.dumps(value)}" for key, value in data.items() if key not in tables and value is not None]
    for key, table in tables.items():
        lines.append(f"[{key}]")
        lines += [f'"{k}" = {json.dumps(v)}' for k, v in table.items() if isinstance(v, str | bool | list)]
    return "\n".join(lines) + "\n"
