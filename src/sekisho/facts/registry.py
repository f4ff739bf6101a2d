"""Reading `registries.yaml` and one CSV file for each registry that it declares."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from functools import partial

from sekisho.base import Day, Interval, Place
from sekisho.facts.reading import SWAP, Clerk, File, Form, did_you_mean
from sekisho.facts.tables import COLUMNS, Closed, Frozen, Kind, Row
from sekisho.facts.tree import Fields, Items, Node

_VALUES = {"yes": True, "no": False, "unknown": None}
_REGISTRY = ("title", "extra", "kinds", "note")
_KIND = ("about", "symmetric", "says", "denies", "closed", "note")
_CLOSED = ("a", "from", "through", "support", "sources", "note")
_ABOUT = {"one state": False, "two states": True}


def read_registry(clerk: Clerk, file: File, name: str, node: Node) -> tuple[Frozen[Kind], tuple[str, ...], str]:
    """What `registries.yaml` says of one registry: its kinds, its further columns, its title."""
    form = clerk.record(file, name, node, _REGISTRY, ("title", "kinds"))
    kinds: dict[str, Kind] = {}
    inner = form.fields.get("kinds")
    if isinstance(inner, Fields):
        for key, value in inner.pairs:
            kind = _read_kind(clerk, file, name, key.value, value)
            if kind is not None:
                kinds[key.value] = kind
    elif inner is not None:
        clerk.trouble("SK320", f"`kinds` of `{name}` is not a mapping", [form.at(inner)], "write one kind a line")
    return Frozen(kinds), form.words("extra"), form.text("title")


def _read_kind(clerk: Clerk, file: File, registry: str, name: str, node: Node) -> Kind | None:
    form = clerk.record(file, name, node, _KIND, ("about", "says"))
    about = form.text("about")
    if about not in _ABOUT:
        if "about" in form.fields:
            clerk.trouble("SK316", f"`{name}` is about `{about}`", [form.at()], "write `one state` or `two states`")
        return None
    closed: list[Closed] = []
    entries = form.fields.get("closed")
    if isinstance(entries, Items):
        for entry in entries.items:
            part = _read_closed(clerk, clerk.record(file, f"closed of {name}", entry, _CLOSED, ("through", "support")))
            if part is not None:
                closed.append(part)
    elif entries is not None:
        clerk.trouble("SK320", f"`closed` of `{name}` is not a list", [form.at(entries)], "write `- {through: …}`")
    two = _ABOUT[about]
    symmetric = form.flag("symmetric", default=False)
    if symmetric and not two:
        clerk.trouble("SK316", f"`{name}` is symmetric, but about one state", [form.at()], "remove `symmetric`")
    return Kind(
        registry, name, two, symmetric and two, form.text("says"), form.text("denies"), tuple(closed),
        form.text("note"), form.at(),
    )  # fmt: skip


def _read_closed(clerk: Clerk, form: Form) -> Closed | None:
    through, first, support, a = form.day("through"), form.day("from"), form.mark(), form.text("a")
    sources = form.cited(support)
    if a and not clerk.state(a, form.spot("a")):
        return None
    if through is None or support is None:
        return None
    if first is not None and through < first:
        clerk.trouble("SK311", "`through` is before `from`", [form.at(form.fields["through"])], SWAP)
        return None
    return Closed(through, support, first, a or None, sources, form.text("note"))


def read_rows(clerk: Clerk, file: File, name: str, kinds: Frozen[Kind], extra: tuple[str, ...]) -> tuple[Row, ...]:
    """The rows of one CSV file; rows in trouble are left out, and contradictions reported."""
    wanted = (*COLUMNS, *extra)
    reader = csv.reader(io.StringIO(file.text, newline=""), strict=True)
    rows: list[Row] = []
    lines: dict[str, Place] = {}
    header = True
    try:
        for cells in reader:
            line = reader.line_num
            if header:
                header = False
                if not _header(clerk, file, cells, wanted):
                    return ()
                continue
            if not cells:
                continue
            if len(cells) != len(wanted):
                headline = f"{len(cells)} cells where the header has {len(wanted)}"
                clerk.trouble("SK318", headline, [file.place(line)], "quote the cells that hold a comma")
                continue
            row = _Line(clerk, file, line, cells, wanted).row(name, kinds)
            if row is None:
                continue
            if row.id in lines:
                places = [file.place(line, 1, len(row.id)), lines[row.id]]
                clerk.trouble("SK310", f"the id `{row.id}` stands twice", places, "give this row another id")
                continue
            lines[row.id] = row.place
            rows.append(row)
    except csv.Error as error:
        clerk.trouble("SK303", str(error), [file.place(reader.line_num)], "mend the quotes")
    if header:
        clerk.trouble("SK318", "the file has no header", [file.place()], f"begin with `{','.join(wanted)}`")
    _contradictions(clerk, rows, kinds)
    return tuple(rows)


def _header(clerk: Clerk, file: File, cells: list[str], wanted: tuple[str, ...]) -> bool:
    good = True
    for index, cell in enumerate(cells):
        if cell not in wanted:
            place = file.place(1, _column(file.line(1), index), len(cell))
            help = did_you_mean(cell, wanted) or "declare it as `extra` in registries.yaml, or remove it"
            clerk.trouble("SK304", f"unknown column `{cell}`", [place], help)
            good = False
    for column in wanted:
        if column not in cells:
            clerk.trouble("SK305", f"the column `{column}` is missing", [file.place(1)], f"add `{column}`")
            good = False
    if good and tuple(cells) != wanted:
        help = f"write `{','.join(wanted)}`"
        clerk.trouble("SK318", "the columns are out of order, or one stands twice", [file.place(1)], help)
        good = False
    return good


def _column(line: str, index: int) -> int:
    """Where the cell with that index begins, counted from 1."""
    quoted, seen = False, 0
    for at, char in enumerate(line):
        if seen == index:
            return at + 1
        if char == '"':
            quoted = not quoted
        elif char == "," and not quoted:
            seen += 1
    return len(line) + 1


class _Line:
    """One line of a CSV file on its way to a row."""

    def __init__(self, clerk: Clerk, file: File, line: int, cells: list[str], columns: tuple[str, ...]) -> None:
        self.clerk, self.file, self.line, self.cells, self.columns = clerk, file, line, cells, columns

    def at(self, index: int) -> Place:
        text = self.file.line(self.line)
        return self.file.place(self.line, _column(text, index), len(self.cells[index]))

    def day(self, index: int) -> Day | None:
        text = self.cells[index]
        return self.clerk.day(text, partial(self.at, index)) if text else None

    def row(self, registry: str, kinds: Frozen[Kind]) -> Row | None:
        clerk, cells = self.clerk, self.cells
        before = len(clerk.troubles)
        id_, kind_name, a, b, value_word, first_word, _, recorded_word, mark_word, source_words, _, note = cells[:12]
        for index in (0, 1, 2, 4, 5, 7, 8):
            if not cells[index]:
                clerk.trouble("SK305", f"`{self.columns[index]}` is empty", [self.at(index)], "fill it in")
        kind = kinds.get(kind_name)
        if kind is None and kind_name:
            help = did_you_mean(kind_name, kinds) or "declare it in registries.yaml"
            clerk.trouble("SK314", f"`{registry}` has no kind `{kind_name}`", [self.at(1)], help)
        if a:
            clerk.state(a, partial(self.at, 2), any_state=True)
        if b:
            clerk.state(b, partial(self.at, 3), any_state=True)
        if kind is not None and kind.two != bool(b):
            wanted = "two states" if kind.two else "one state"
            help = "fill in `b`" if kind.two else "leave `b` empty"
            clerk.trouble("SK316", f"`{kind_name}` is about {wanted}", [self.at(3)], help)
        if value_word and value_word not in _VALUES:
            clerk.trouble("SK315", f"`{value_word}` is not a value", [self.at(4)], "write yes, no or unknown")
        first = self.day(5) if first_word else None
        last, unverified = self.day(6), self.day(10)
        recorded = self.day(7) if recorded_word else None
        if first and last and last < first:
            clerk.trouble("SK311", "`to` is before `from`", [self.at(6)], SWAP)
        if unverified and ((first and unverified <= first) or (last and unverified > last)):
            clerk.trouble("SK321", "`unverified_from` lies outside the row's days", [self.at(10)], "mend the day")
        support = clerk.mark(mark_word, partial(self.at, 8)) if mark_word else None
        at_sources = partial(self.at, 9)
        keys = [key.strip() for key in source_words.split(";")] if source_words else []
        sources = clerk.cited(((key, at_sources) for key in keys), support, at_sources)
        if len(clerk.troubles) > before or first is None or recorded is None or support is None:
            return None
        extra = tuple(zip(self.columns[12:], cells[12:], strict=True))
        return Row(
            id_, registry, kind_name, a, b or None, _VALUES[value_word], Interval(first, last), recorded,
            support, sources, unverified, note, extra, Place(self.file.name, self.line),
        )  # fmt: skip


def _contradictions(clerk: Clerk, rows: list[Row], kinds: Frozen[Kind]) -> None:
    groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        a, b = row.a, row.b or ""
        if kinds[row.kind].symmetric and b < a:
            a, b = b, a
        groups[(row.kind, a, b)].append(row)
    for group in groups.values():
        for index, row in enumerate(group):
            for other in group[index + 1 :]:
                if row.value is not other.value and _overlap(row.held, other.held):
                    headline = f"`{row.id}` and `{other.id}` contradict each other"
                    clerk.trouble("SK312", headline, [other.place, row.place], "end the one before the other begins")


def _overlap(one: Interval, other: Interval) -> bool:
    return (other.last is None or one.first <= other.last) and (one.last is None or other.first <= one.last)
