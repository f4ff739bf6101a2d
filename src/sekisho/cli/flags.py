"""A case from flags, from a file, or from a file with flags on top."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from sekisho.cases import Case
    from sekisho.desk import Desk

F = TypeVar("F", bound=Callable[..., Any])

_TRUTH = {"yes": True, "true": True, "no": False, "false": False, "unknown": "unknown"}
_LISTS = {
    "purpose": ("purpose", "item"),
    "item_class": ("classes", "item"),
    "licensor": ("licensors", "item"),
    "partner": ("partners", "item"),
    "components_from": ("components_from", "item"),
    "under": ("under", ""),
    "assurance": ("assurances", ""),
}
_TRUTHS = ("arms", "weapon", "heavy_arms", "consumable_ammunition")
_ITEM_WORDS = ("form", "production", "stock", "programme")
_TOP_WORDS = ("exporter", "recipient", "act", "end_user", "consideration", "supplier", "law")
_DAYS = {"on": "date", "facts_on": "facts_on", "known_on": "known_on"}


class Truth(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """`yes`, `no` or `unknown`."""

    name = "yes|no|unknown"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value as a case has it."""
        word = str(value).strip().lower()
        if word not in _TRUTH:
            self.fail(f"`{value}` is not one of yes, no, unknown", param, ctx)
        return _TRUTH[word]


class Pair(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """`NAME=VALUE`."""

    name = "NAME=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The two sides."""
        if isinstance(value, tuple):
            return value
        name, sign, said = str(value).partition("=")
        if not sign or not name.strip() or not said.strip():
            self.fail(f"`{value}` is not of the form NAME=VALUE", param, ctx)
        return name.strip(), said.strip()


def _complete(kind: str) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Completion from the registries: names of states, items, proposals, readings."""

    def complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
        from sekisho.desk import open_desk

        desk = open_desk()
        names: Iterable[str]
        if kind == "state":
            names = (record.name for record in desk.registries.names.records["states"].values())
        elif kind == "item":
            names = desk.registries.items
        elif kind == "proposal":
            names = (proposal.name for proposal in desk.library.proposals)
        elif kind == "reading":
            names = (f"{r.name}={o.name}" for r in desk.library.readings.values() for o in r.options)
        else:
            found = desk.library.terms.get(kind)
            names = found.values if found else ()
        return sorted(name for name in names if name.lower().startswith(incomplete.lower()))

    return complete


_OPTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("--on", "DAY", {"help": "The law date: the law of this day. Today, if there is no case file."}),
    (
        "--exporter",
        "STATE",
        {"help": "Who sends it (in a re-transfer: who holds it).", "shell_complete": _complete("state")},
    ),
    ("--recipient", "STATE", {"help": "Who receives it.", "shell_complete": _complete("state")}),
    (
        "--item",
        "ITEM",
        {
            "help": "An item of the registry, by key or name; or a name for what the flags below describe.",
            "shell_complete": _complete("item"),
        },
    ),
    (
        "--act",
        "ACT",
        {
            "help": "export (default), re-transfer, transit, brokering, technology, service, return, loan.",
            "shell_complete": _complete("act"),
        },
    ),
    (
        "--end-user",
        "WHO",
        {
            "help": "government (default), armed-forces, international-organisation, company, person…",
            "shell_complete": _complete("end-user"),
        },
    ),
    ("--arms", "", {"type": Truth(), "help": "Is it on the control list as arms?"}),
    ("--weapon", "", {"type": Truth(), "help": "Does it by itself kill or destroy?"}),
    ("--heavy-arms", "", {"type": Truth(), "help": "Is it heavy arms in the sense of the UN Register?"}),
    ("--consumable-ammunition", "", {"type": Truth(), "help": "Is it ammunition that logistics agreements cover?"}),
    (
        "--form",
        "FORM",
        {
            "help": "finished, component, ammunition, technology, service, production-equipment.",
            "shell_complete": _complete("form"),
        },
    ),
    (
        "--purpose",
        "WORD",
        {
            "multiple": True,
            "help": "rescue, transport, vigilance, surveillance, minesweeping…; `none` for none of them. Repeatable.",
            "shell_complete": _complete("purpose"),
        },
    ),
    (
        "--class",
        "WORD",
        {"multiple": True, "help": "A class of arms, or `none`. Repeatable.", "shell_complete": _complete("classes")},
    ),
    (
        "--production",
        "HOW",
        {"help": "indigenous, licensed, joint, foreign.", "shell_complete": _complete("production")},
    ),
    (
        "--licensor",
        "STATE",
        {"multiple": True, "help": "Under whose licence it is made. Repeatable.", "shell_complete": _complete("state")},
    ),
    (
        "--partner",
        "STATE",
        {
            "multiple": True,
            "help": "Who develops or makes it jointly. Repeatable.",
            "shell_complete": _complete("state"),
        },
    ),
    (
        "--components-from",
        "STATE",
        {"multiple": True, "help": "Where components come from. Repeatable.", "shell_complete": _complete("state")},
    ),
    ("--programme", "NAME", {"help": "The joint programme it is from.", "shell_complete": _complete("programme")}),
    ("--stock", "STOCK", {"help": "new (default), state-surplus.", "shell_complete": _complete("stock")}),
    (
        "--consideration",
        "TERMS",
        {
            "help": "sale (default), grant, loan, sample, return, exchange.",
            "shell_complete": _complete("consideration"),
        },
    ),
    (
        "--supplier",
        "STATE",
        {"help": "For a re-transfer: who supplied it to its holder.", "shell_complete": _complete("state")},
    ),
    (
        "--under",
        "WORD",
        {
            "multiple": True,
            "help": "An arrangement or activity: acsa, relief, peacekeeping… Repeatable.",
            "shell_complete": _complete("under"),
        },
    ),
    (
        "--assurance",
        "WORD",
        {
            "multiple": True,
            "help": "An assurance that the recipient has given. Repeatable.",
            "shell_complete": _complete("assurances"),
        },
    ),
    ("--set", "", {"multiple": True, "type": Pair(), "help": "Assume any term: `--set invaded=yes`. Repeatable."}),
    (
        "--finding",
        "",
        {
            "multiple": True,
            "type": Pair(),
            "help": "Record a finding: `--finding special-circumstances=true`. Repeatable.",
        },
    ),
    (
        "--reading",
        "",
        {
            "multiple": True,
            "type": Pair(),
            "help": "Take a reading of a contested point: NAME=OPTION. Repeatable.",
            "shell_complete": _complete("reading"),
        },
    ),
    (
        "--with",
        "PROPOSAL",
        {
            "multiple": True,
            "help": "Assume that a proposal was adopted: NAME or NAME@DAY. Repeatable.",
            "shell_complete": _complete("proposal"),
        },
    ),
    (
        "--law",
        "STATE",
        {"help": "Ask one law alone (a state, or `international`).", "shell_complete": _complete("state")},
    ),
    ("--facts-on", "DAY", {"help": "The day whose facts count, if not the law date."}),
    ("--known-on", "DAY", {"help": "Use only what had been published by this day."}),
)
_NAMES = {"--class": "item_class", "--with": "with_", "--set": "set_"}


def case_flags(function: F) -> F:
    """The flags that describe a case."""
    for flag, metavar, settings in reversed(_OPTIONS):
        names = [flag, _NAMES[flag]] if flag in _NAMES else [flag]
        more = {"metavar": metavar} if metavar else {}
        function = click.option(*names, **more, **settings)(function)
    return function


def fields_of(flags: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a case that the flags state."""
    fields: dict[str, Any] = {}
    item: dict[str, Any] = {}
    for flag, field in _DAYS.items():
        if flags.get(flag):
            fields[field] = flags[flag]
    for name in _TOP_WORDS:
        if flags.get(name):
            fields[name] = flags[name]
    for name in (*_TRUTHS, *_ITEM_WORDS):
        if flags.get(name) is not None:
            item[name] = flags[name]
    for flag, (field, where) in _LISTS.items():
        if flags.get(flag):
            words = [word.strip() for each in flags[flag] for word in each.split(",") if word.strip()]
            (item if where else fields)[field] = _listed(words)
    if flags.get("item"):
        item["key"] = flags["item"]
    for name, value in flags.get("set_") or ():
        _assume(name, value, fields, item)
    if flags.get("finding"):
        fields["judgements"] = {name: _truth(value) for name, value in flags["finding"]}
    if flags.get("reading"):
        fields["readings"] = dict(flags["reading"])
    if flags.get("with_"):
        fields["with"] = list(flags["with_"])
    if item:
        fields["item"] = item
    return fields


def _listed(words: list[str]) -> list[str] | str:
    return "unknown" if words == ["unknown"] else [word for word in words if word != "none"]


def _truth(word: str) -> Any:
    return _TRUTH.get(word.lower(), word)


def _assume(name: str, value: str, fields: dict[str, Any], item: dict[str, Any]) -> None:
    """`--set` takes any term: one that is a field of the case goes where the field stands."""
    from sekisho.cases.fields import ITEM, TOP

    field = name.replace("-", "_")
    for shapes, where in ((ITEM, item), (TOP, fields)):
        if field in shapes and field != "item":
            many = shapes[field] in ("choices", "states")
            where[field] = _listed([word.strip() for word in value.split(",")]) if many else _truth(value)
            return
    fields.setdefault("facts", {})[name] = _truth(value)


def cases_of(desk: Desk, path: str | None, flags: Mapping[str, Any], *, ids: tuple[str, ...] = ()) -> tuple[Case, ...]:
    """The cases that the command is about.

    Raises:
        TroubleError: A file or a flag is not sound.
    """
    fields = fields_of(flags)
    _item_by_name(desk, fields)
    if path is None:
        if not fields:
            raise click.UsageError("name a case file, or describe the case by flags such as --exporter and --recipient")
        if "date" not in fields:
            fields["date"] = today(desk)
        return (desk.case(**fields),)
    found = _read(desk, path)
    if ids:
        known = [case.id for case in found]
        for each in ids:
            if each not in known:
                close = difflib_near(each, known)
                raise click.UsageError(f"{path} has no case `{each}`" + (f"; did you mean `{close}`?" if close else ""))
        found = tuple(case for case in found if case.id in ids)
    return tuple(desk.amend(case, **fields) if fields else case for case in found)


def _read(desk: Desk, path: str) -> tuple[Case, ...]:
    from sekisho.base import Place, Trouble, TroubleError

    if path == "-":
        found = desk.cases_in(sys.stdin.buffer.read(), "standard input")
    else:
        found = desk.cases(Path(path))
    if not found:
        raise TroubleError([Trouble("SK402", "the file holds no case", (Place(path),), help="see cases/README.md")])
    return found


def _item_by_name(desk: Desk, fields: dict[str, Any]) -> None:
    """`--item` names an item of the registry; where other flags describe it, it may be any name."""
    item = fields.get("item")
    if isinstance(item, dict) and "key" in item:
        name = item["key"]
        if len(item) == 1:
            fields["item"] = name
        elif desk.registries.find_item(name) is None:
            del item["key"]
            item["name"] = name


def difflib_near(word: str, known: list[str]) -> str:
    """The known name that looks most like the word, or nothing."""
    from sekisho.base import nearest

    return next(iter(nearest(word, known, count=1)), "")


def clock() -> date:
    """Today's date. Only the command line looks at the clock; every answer shows its date."""
    return date.today()


def today(desk: Desk) -> str:
    """Today, where no day is given; but no later day than that up to which the facts are recorded.

    Where the record ends before today, one remark beside the answer says so.
    """
    now, end = clock(), desk.registries.complete_to
    if end is None or now <= end:
        return now.isoformat()
    from sekisho.tell.words import day_words

    context = click.get_current_context(silent=True)
    told = context.meta.setdefault("sekisho.told", set()) if context is not None else set()
    if "today" not in told:
        told.add("today")
        click.echo(
            f"asked as of {day_words(end)}, up to which the facts are recorded; --on asks of another day", err=True
        )
    return end.isoformat()
