"""The front matter of a rulebook file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sekisho.base import Day, Place, Trouble, nearest, parse_day
from sekisho.base.yaml12 import Located, read_yaml
from sekisho.ir import Text
from sekisho.lang.book import Page, page_lines
from sekisho.lang.letters import odd_character

_INSTRUMENT = ("instrument", "title", "jurisdiction", "force", "default", "yields to", "texts")
_PROPOSAL = ("proposal", "amends", "title", "proposed by", "proposed on", "status", "jurisdiction", "texts")
_PLAIN = ("title", "texts", "jurisdiction")
_FORCES = ("statute", "order", "policy", "treaty", "practice")
_DEFAULTS = ("prohibited", "may-be-permitted", "free")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Front:
    """What the front matter says; `kind` is `instrument`, `proposal` or `words`.

    `texts` holds each text with the place of its key.
    """

    kind: str
    name: str
    title: str
    jurisdiction: str
    force: str
    default: str
    yields_to: tuple[str, ...]
    amends: str
    proposed_by: str
    proposed_on: Day | None
    status: str
    texts: dict[str, tuple[Text, Place]]
    place: Place
    jurisdiction_place: Place


def read_front(page: Page) -> tuple[Front | None, tuple[Trouble, ...]]:
    """Read the front matter strictly: an unknown or missing key is a trouble."""
    troubles: list[Trouble] = []
    # A line in front keeps the lines of the tree those of the page, whose first line is `---`.
    tree, found = read_yaml("\n" + page.front, page.file) if page.front.strip() else (None, ())
    for each in found:
        headline = each.headline.replace("no valid YAML", "the front matter is no valid YAML")
        troubles.append(replace(each, code="SK211", headline=headline))
    if found:
        return None, tuple(troubles)
    if tree is not None and not isinstance(tree.value, dict):
        troubles.append(
            Trouble(
                "SK211", "the front matter is not a mapping", (Place(page.file, 2),), help="write lines `key: value`"
            )
        )
        return None, tuple(troubles)
    data: dict[str, Located] = tree.value if tree is not None and isinstance(tree.value, dict) else {}
    keys = (tree.keys if tree else None) or {}
    lines = page_lines(page.text)

    def place(key: str = "", within: Located | None = None) -> Place:
        at = (within.keys if within is not None else keys) or {}
        if key not in at:
            return Place(page.file, 1)
        line, column = at[key]
        return Place(page.file, line, column, len(key), text=lines[line - 1] if line <= len(lines) else "")

    def trouble(headline: str, spot: Place, why: str = "", help: str = "") -> None:
        troubles.append(Trouble("SK211", headline, (spot,), why=why, help=help))

    def word(key: str) -> str:
        """The text of a key; a list or mapping in its place is a trouble."""
        value = data[key].value if key in data else None
        if isinstance(value, list | dict):
            trouble(f"`{key}` is not one value", place(key), help=f"write `{key}: …` on one line")
            return ""
        return _word(value)

    kind = "instrument" if "instrument" in data else "proposal" if "proposal" in data else "words"
    allowed = {"instrument": _INSTRUMENT, "proposal": _PROPOSAL, "words": _PLAIN}[kind]
    for key in data:
        if key not in allowed:
            close = nearest(key, allowed, count=1)
            trouble(
                f"unknown key `{key}` in the front matter",
                place(key),
                why="an unread key would be silently lost",
                help=f"write `{close[0]}`" if close else f"known keys: {', '.join(allowed)}",
            )
    said = {key: word(key) for key in allowed if key not in ("texts", "yields to")}
    needed = {
        "instrument": ("title", "jurisdiction", "force", "default"),
        "proposal": ("amends", "title", "proposed by", "proposed on", "status"),
        "words": (),
    }[kind]
    for key in needed:
        if not said[key] and not (key in data and isinstance(data[key].value, list | dict)):
            trouble(f"the front matter lacks `{key}`", place(key), help=f"add a line `{key}: …`")
    name = said.get(kind, "")
    if kind != "words" and not _NAME.fullmatch(name):
        odd = odd_character(name)
        help_ = odd.write if odd else "use lower-case words joined by hyphens"
        trouble(f"`{name}` is no name of the form `jp-guidelines`", place(kind), help=help_)
    if kind == "instrument":
        for key, known in (("force", _FORCES), ("default", _DEFAULTS)):
            if said[key] and said[key] not in known:
                close = nearest(said[key], known, count=1)
                help_ = f"write `{close[0]}`" if close else f"one of: {', '.join(known)}"
                trouble(f"`{said[key]}` is no {key}", place(key), help=help_)
    proposed_on: Day | None = None
    if kind == "proposal" and said["proposed on"]:
        try:
            proposed_on = parse_day(said["proposed on"])
        except ValueError as error:
            trouble(str(error), place("proposed on"), help="write the day as 2022-11-18")
    if kind == "proposal" and said["status"] and not re.match(r"(pending|dropped)$|adopted as \S", said["status"]):
        trouble(f"`{said['status']}` is no status", place("status"), help="one of: pending, adopted as …, dropped")
    front = Front(
        kind,
        name,
        said["title"],
        said.get("jurisdiction", ""),
        said.get("force", ""),
        said.get("default", ""),
        _words(data.get("yields to")),
        said.get("amends", ""),
        said.get("proposed by", ""),
        proposed_on,
        said.get("status", ""),
        _texts(data, place, trouble),
        place(),
        place("jurisdiction"),
    )
    return front, tuple(troubles)


def _texts(
    data: Mapping[str, Located], place: Callable[..., Place], trouble: Callable[..., None]
) -> dict[str, tuple[Text, Place]]:
    listed = data.get("texts")
    if listed is None or listed.value is None:
        return {}
    if not isinstance(listed.value, dict):
        trouble("`texts` is not a mapping of keys to titles and sources", place("texts"))
        return {}
    texts: dict[str, tuple[Text, Place]] = {}
    for key, value in listed.value.items():
        spot = place(key, listed)
        fields = value.value if isinstance(value.value, dict) else {}
        title = fields["title"].value if "title" in fields else None
        if not isinstance(title, str | int) or isinstance(title, bool):
            trouble(f"the text `{key}` has no title", spot, help="give `title:` and `sources: [...]`")
            continue
        for each in fields:
            if each not in ("title", "sources"):
                trouble(f"unknown key `{each}` of the text `{key}`", place(each, value), help="known: title, sources")
        sources = fields.get("sources")
        if sources is not None and sources.value is not None and not isinstance(sources.value, list):
            trouble(f"the sources of `{key}` are not a list", spot, help="write `sources: [KEY, KEY]`")
            sources = None
        texts[key] = Text(key, _word(title), _words(sources)), spot
    return texts


def _words(value: Located | None) -> tuple[str, ...]:
    """The texts of a list; a single value counts as a list of one."""
    if value is None or value.value is None:
        return ()
    each = value.value if isinstance(value.value, list) else [value]
    return tuple(_word(part.plain()) for part in each)


def _word(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())
