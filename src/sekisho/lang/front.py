"""The front matter of a rulebook file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sekisho.base import Day, Place, Trouble, nearest, parse_day
from sekisho.ir import Text
from sekisho.lang.book import Page

_INSTRUMENT = ("instrument", "title", "jurisdiction", "force", "default", "yields to", "texts")
_PROPOSAL = ("proposal", "amends", "title", "proposed by", "proposed on", "status", "jurisdiction", "texts")
_PLAIN = ("title", "texts", "jurisdiction")
_FORCES = ("statute", "order", "policy", "treaty", "practice")
_DEFAULTS = ("prohibited", "may-be-permitted", "free")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Front:
    """What the front matter says; `kind` is `instrument`, `proposal` or `words`."""

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
    texts: dict[str, Text]
    place: Place


def read_front(page: Page) -> tuple[Front | None, tuple[Trouble, ...]]:
    """Read the front matter strictly: an unknown or missing key is a trouble."""
    troubles: list[Trouble] = []

    def place(key: str = "") -> Place:
        for number, line in enumerate(page.front.splitlines(), start=2):
            if key and re.match(rf"\s*['\"]?{re.escape(key)}['\"]?\s*:", line):
                return Place(page.file, number, 1, max(1, len(line.rstrip())), text=line)
        return Place(page.file, 1)

    def trouble(headline: str, key: str = "", why: str = "", help: str = "") -> None:
        troubles.append(Trouble("SK211", headline, (place(key),), why=why, help=help))

    data = _yaml(page, troubles)
    if data is None:
        return None, tuple(troubles)
    kind = "instrument" if "instrument" in data else "proposal" if "proposal" in data else "words"
    allowed = {"instrument": _INSTRUMENT, "proposal": _PROPOSAL, "words": _PLAIN}[kind]
    for key in data:
        if key not in allowed:
            close = nearest(str(key), allowed, count=1)
            trouble(
                f"unknown key `{key}` in the front matter",
                str(key),
                why="an unread key would be silently lost",
                help=f"write `{close[0]}`" if close else f"known keys: {', '.join(allowed)}",
            )
    needed = {
        "instrument": ("title", "jurisdiction", "force", "default"),
        "proposal": ("amends", "title", "proposed by", "proposed on", "status"),
        "words": (),
    }[kind]
    for key in needed:
        if data.get(key) in (None, ""):
            trouble(f"the front matter lacks `{key}`", help=f"add a line `{key}: …`")
    name = _word(data.get(kind, ""))
    if kind != "words" and not _NAME.fullmatch(name):
        trouble(f"`{name}` is no name of the form `jp-guidelines`", kind, help="use lower-case words joined by hyphens")
    if kind == "instrument":
        for key, known in (("force", _FORCES), ("default", _DEFAULTS)):
            if data.get(key) and _word(data[key]) not in known:
                trouble(f"`{data[key]}` is no {key}", key, help=f"one of: {', '.join(known)}")
    proposed_on: Day | None = None
    if kind == "proposal" and data.get("proposed on"):
        try:
            proposed_on = parse_day(_word(data["proposed on"]))
        except ValueError as error:
            trouble(str(error), "proposed on", help="write the day as 2022-11-18")
    yields = data.get("yields to") or []
    texts: dict[str, Text] = {}
    listed = data.get("texts") or {}
    if not isinstance(listed, dict):
        trouble("`texts` is not a mapping of keys to titles and sources", "texts")
        listed = {}
    for key, value in listed.items():
        if not isinstance(value, dict) or not isinstance(value.get("title"), str):
            trouble(f"the text `{key}` has no title", str(key), help="give `title:` and `sources: [...]`")
            continue
        sources = value.get("sources") or []
        if not isinstance(sources, list):
            trouble(f"the sources of `{key}` are not a list", str(key), help="write `sources: [KEY, KEY]`")
            sources = []
        texts[str(key)] = Text(str(key), value["title"], tuple(_word(source) for source in sources))
    front = Front(
        kind,
        name,
        _word(data.get("title", "")),
        _word(data.get("jurisdiction", "")),
        _word(data.get("force", "")),
        _word(data.get("default", "")),
        tuple(_word(each) for each in (yields if isinstance(yields, list) else [yields])),
        _word(data.get("amends", "")),
        _word(data.get("proposed by", "")),
        proposed_on,
        _word(data.get("status", "")),
        texts,
        place(),
    )
    return front, tuple(troubles)


def _word(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())


def _yaml(page: Page, troubles: list[Trouble]) -> dict[str, Any] | None:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    try:
        data = reader.load(page.front) if page.front.strip() else {}
    except (YAMLError, ValueError, RecursionError) as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        line = mark.line + 2 if mark else 1
        rows = page.text.splitlines()
        said = error.problem if isinstance(error, MarkedYAMLError) and error.problem else str(error).split("\n")[0]
        troubles.append(
            Trouble(
                "SK211",
                f"the front matter is no valid YAML: {said}",
                (
                    Place(
                        page.file,
                        line,
                        (mark.column + 1) if mark else 0,
                        text=rows[line - 1] if line <= len(rows) else "",
                    ),
                ),
                help="quote values that hold a colon, and indent with spaces",
            )
        )
        return None
    if not isinstance(data, dict):
        troubles.append(
            Trouble(
                "SK211", "the front matter is not a mapping", (Place(page.file, 1),), help="write lines `key: value`"
            )
        )
        return None
    return {str(key): value for key, value in data.items()}
