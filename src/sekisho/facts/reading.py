"""What every strict reader here needs: texts from files, fields from trees, troubles with their places."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sekisho.base import Day, Interval, Place, Support, Trouble, nearest, parse_day
from sekisho.facts.tables import ANY
from sekisho.facts.tree import Fields, Items, Node, Text, TreeError, read_tree

WHY: Mapping[str, str] = {
    "SK301": "Without the file, every answer that rests on it would be missing.",
    "SK302": "Facts are UTF-8, so that every reader sees the same names.",
    "SK303": "A file that cannot be read as a whole is not read in part.",
    "SK304": "A misspelt name would otherwise be dropped in silence.",
    "SK305": "A record without it cannot be used.",
    "SK306": "Every statement holds from one day to another.",
    "SK307": "Every answer shows how well it is sourced.",
    "SK308": "Who reads the answer must be able to follow its source.",
    "SK309": "What is official or reported has a document behind it.",
    "SK310": "A name stands for one thing.",
    "SK311": "The statement would hold on no day.",
    "SK312": "On these days the registry would answer yes and no at once.",
    "SK313": "A misspelt state would never match a case.",
    "SK314": "A row of an undeclared kind would never be asked for.",
    "SK315": "A statement says yes, no or unknown.",
    "SK316": "A statement is about one state or about two, as its kind declares.",
    "SK317": "A rule could never match a word that the vocabulary does not have.",
    "SK318": "The cells would be read under the wrong names.",
    "SK319": "A name must lead to one thing, or the answer would be about another.",
    "SK320": "The value could be read in two ways.",
    "SK321": "Renewals matter only while the statement holds.",
    "SK322": "A file that no registry declares is never read.",
    "SK323": "Who said it must be known by name.",
}
"""Why each trouble of the facts matters."""


Spot = Callable[[], Place]
"""A place that is worked out only where there is trouble."""


@dataclass(slots=True)
class File:
    """One file that is being read: its name as shown, its text and its lines."""

    name: str
    text: str = ""
    _lines: list[str] | None = None

    def line(self, number: int) -> str:
        """The text of a line, counted from 1; empty where there is none."""
        if self._lines is None:
            self._lines = self.text.split("\n")
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    def place(self, line: int = 0, column: int = 0, width: int = 1, remark: str = "") -> Place:
        """A spot in this file, with its text."""
        text = self.line(line)
        return Place(self.name, line, column, max(1, min(width, len(text))), "", text, remark)


@dataclass(slots=True)
class Clerk:
    """Collects troubles and knows what names may be used."""

    sources: Collection[str] = ()
    states: Collection[str] = ()
    troubles: list[Trouble] = field(default_factory=list)

    def trouble(self, code: str, headline: str, places: Iterable[Place], help: str = "") -> None:
        """Notes one trouble."""
        self.troubles.append(Trouble(code, headline, tuple(places), WHY[code], "", help))

    def open(self, folder: Path, name: str) -> File | None:
        """A file with its text, or None after a trouble."""
        path = folder / name
        try:
            raw = path.read_bytes()
        except OSError as error:
            self.trouble("SK301", f"cannot read the file: {error.strerror}", [Place(name)], f"add `{name}`")
            return None
        try:
            return File(name, raw.decode("utf-8").removeprefix("\ufeff"))
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
            self.trouble("SK302", "not UTF-8", [Place(name, line, column)], "save the file as UTF-8")
            return None

    def tree(self, file: File | None) -> Fields | None:
        """The mapping that a YAML file holds, or None after a trouble."""
        if file is None:
            return None
        try:
            node = read_tree(file.text)
        except TreeError as error:
            code = "SK310" if error.twice else "SK303"
            self.trouble(code, str(error), [file.place(error.line, error.column)], "mend the line")
            return None
        if isinstance(node, Fields):
            return node
        if isinstance(node, Text) and node.null:
            return Fields((), 1, 1)
        self.trouble("SK320", "the file is not a mapping", [file.place(node.line, node.column)], "write `KEY: …`")
        return None

    def record(self, file: File, key: str, node: Node, known: Collection[str], needed: Iterable[str]) -> Form:
        """The fields of one record; unknown and missing ones are troubles."""
        fields: dict[str, Node] = {}
        if isinstance(node, Fields):
            for name, value in node.pairs:
                if name.value in known:
                    fields[name.value] = value
                    continue
                help = did_you_mean(name.value, known) or "remove it"
                place = file.place(name.line, name.column, len(name.value))
                self.trouble("SK304", f"unknown field `{name.value}`", [place], help)
        elif not (isinstance(node, Text) and node.null):
            self.trouble("SK320", f"`{key}` is not a mapping", [file.place(node.line, node.column)], "write its fields")
            return Form(self, file, key, {}, node)
        for name_ in needed:
            if name_ not in fields:
                place = file.place(node.line, node.column)
                self.trouble("SK305", f"`{key}` lacks `{name_}`", [place], f"add `{name_}:`")
        return Form(self, file, key, fields, node)

    def day(self, text: str, spot: Spot) -> Day | None:
        """The day of an ISO date, or None after a trouble."""
        try:
            return parse_day(text)
        except ValueError as error:
            self.trouble("SK306", str(error), [spot()], "write the day as year-month-day")
            return None

    def mark(self, text: str, spot: Spot) -> Support | None:
        """The support mark, or None after a trouble."""
        try:
            return Support.of(text)
        except ValueError as error:
            words = [mark.word for mark in Support]
            self.trouble("SK307", str(error), [spot()], did_you_mean(text, words) or "choose one of the four")
            return None

    def cited(self, keys: Iterable[tuple[str, Spot]], support: Support | None, whole: Spot) -> tuple[str, ...]:
        """Source keys that exist; none at all is a trouble unless recalled or inferred."""
        found: list[str] = []
        empty = True
        for key, spot in keys:
            empty = False
            if key in self.sources:
                found.append(key)
                continue
            help = did_you_mean(key, self.sources) or f"add `{key}` to sources.yaml"
            self.trouble("SK308", f"unknown source `{key}`", [spot()], help)
        if empty and support is not None and support >= Support.REPORTED:
            self.trouble("SK309", f"{support.word} without a source", [whole()], "name the source, or weaken the mark")
        return tuple(found)

    def state(self, text: str, spot: Spot, *, any_state: bool = False) -> bool:
        """Whether the code is registered; if not, a trouble."""
        if text in self.states or (any_state and text == ANY):
            return True
        help = did_you_mean(text, self.states) or "add it to names.yaml"
        self.trouble("SK313", f"unknown state `{text}`", [spot()], help)
        return False


@dataclass(slots=True)
class Form:
    """The fields of one record, read one by one; each reading notes its own trouble."""

    clerk: Clerk
    file: File
    key: str
    fields: Mapping[str, Node]
    node: Node

    def at(self, node: Node | None = None) -> Place:
        """Where the record (or one of its nodes) stands."""
        spot = node or self.node
        width = len(spot.value) if isinstance(spot, Text) else 1
        return self.file.place(spot.line, spot.column, width)

    def spot(self, name: str) -> Spot:
        """Where a field stands that is there."""
        return partial(self.at, self.fields[name])

    def _wrong(self, name: str, node: Node, wanted: str) -> None:
        self.clerk.trouble("SK320", f"`{name}` of `{self.key}` is not {wanted}", [self.at(node)], f"write {wanted}")

    def text(self, name: str) -> str:
        """One text; empty where it is left out."""
        node = self.fields.get(name)
        if node is None:
            return ""
        if not isinstance(node, Text):
            self._wrong(name, node, "one text")
            return ""
        return "" if node.null else node.value

    def texts(self, name: str) -> tuple[Text, ...]:
        """A list of texts."""
        node = self.fields.get(name)
        if node is None or (isinstance(node, Text) and node.null):
            return ()
        if not isinstance(node, Items):
            self._wrong(name, node, "a list in brackets")
            return ()
        good: list[Text] = []
        for item in node.items:
            if isinstance(item, Text) and not item.null:
                good.append(item)
            else:
                self._wrong(name, item, "a list of texts")
        return tuple(good)

    def words(self, name: str) -> tuple[str, ...]:
        """The same as plain strings."""
        return tuple(text.value for text in self.texts(name))

    def flag(self, name: str, *, default: bool) -> bool:
        """`true` or `false`."""
        node = self.fields.get(name)
        if node is None:
            return default
        if isinstance(node, Text) and node.plain and node.value in ("true", "false"):
            return node.value == "true"
        self._wrong(name, node, "`true` or `false`")
        return default

    def day(self, name: str) -> Day | None:
        """A day, or None where it is left out (or after a trouble)."""
        text = self.text(name)
        return self.clerk.day(text, self.spot(name)) if text else None

    def held(self) -> Interval | None:
        """The days `from` … `to`, or None where no `from` is given."""
        first, last = self.day("from"), self.day("to")
        if first is not None and last is not None and last < first:
            self.clerk.trouble("SK311", f"`to` of `{self.key}` is before `from`", [self.at(self.fields["to"])], SWAP)
            return None
        return None if first is None else Interval(first, last)

    def mark(self) -> Support | None:
        """The support mark."""
        text = self.text("support")
        return self.clerk.mark(text, self.spot("support")) if text else None

    def cited(self, support: Support | None) -> tuple[str, ...]:
        """The source keys."""
        keys = ((text.value, partial(self.at, text)) for text in self.texts("sources"))
        return self.clerk.cited(keys, support, self.at)

    def states(self, name: str) -> tuple[str, ...]:
        """A list of state codes."""
        return tuple(text.value for text in self.texts(name) if self.clerk.state(text.value, partial(self.at, text)))


SWAP = "exchange the two days, or mend one"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean …?`, or nothing where no known name is near."""
    near = nearest(word, known)
    if not near:
        upper = word.upper()
        near = (upper,) if upper in set(known) else ()
    return f"did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else ""
