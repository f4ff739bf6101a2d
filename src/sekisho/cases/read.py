"""Case files to cases: strict, every trouble at once, with its place and its mend.

Longer than other files because each shape of field has its reader here, and they share their place
in the file and their list of troubles.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sekisho.base import Day, Place, Trouble, mend_day, nearest, parse_day, sort_troubles
from sekisho.base.yaml12 import Located, read_yaml
from sekisho.cases.fields import ITEM, NOTES, OPEN, STATE_FIELDS, TOP, term_of
from sekisho.cases.model import UNKNOWN, Case, Finding, Item
from sekisho.facts import Registries
from sekisho.ir import INTERNATIONAL, Library, Outcome

_MAX_BYTES = 50_000_000
_MAX_LISTED = 40
"""A longer list of known names would hide the trouble: the help then says where they stand."""


@dataclass
class CaseReader:
    """Reads cases against the vocabulary of a library and the names of the registries."""

    library: Library
    registries: Registries
    troubles: list[Trouble] = field(default_factory=list)
    _file: str = ""
    _lines: list[str] = field(default_factory=list)
    _under: str = ""

    def read_file(self, path: Path, shown: str = "") -> list[Case]:
        """The cases of a YAML, JSON or TOML file; troubles are collected in `troubles`."""
        self._file = shown or str(path)
        self._lines = []
        try:
            if path.stat().st_size > _MAX_BYTES:
                raise ValueError(f"it is larger than {_MAX_BYTES // 1_000_000} MB")  # noqa: TRY301 - told like any other failure to read
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            self._trouble("SK401", "the file is not UTF-8 text", help="save it with the encoding UTF-8")
            return []
        except (OSError, ValueError) as error:
            said = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
            self._trouble("SK401", f"the file cannot be read: {said}", help="check the path and its permissions")
            return []
        return self.read_text(text, self._file, path.suffix.lower())

    def read_text(self, text: str, file: str, suffix: str = ".yaml") -> list[Case]:
        """The cases in a text of the given format (`.yaml`, `.json`, `.toml`)."""
        self._file, self._lines = file, text.splitlines()
        tree = self._tree(text, suffix)
        if tree is None:
            return []
        if isinstance(tree.value, dict) and "claims" in tree.value:
            return []
        if isinstance(tree.value, dict) and set(tree.value) == {"cases"}:
            tree = tree.value["cases"]
        nodes = tree.value if isinstance(tree.value, list) else [tree]
        cases: list[Case] = []
        seen: dict[str, int] = {}
        for node in nodes:
            case = self.case(node)
            if case is None:
                continue
            if case.id and case.id in seen:
                self._trouble(
                    "SK403",
                    f"the case `{case.id}` stands twice in this file",
                    node,
                    help=f"the first is at line {seen[case.id]}: give one of them another id",
                )
            seen.setdefault(case.id, node.line)
            cases.append(case)
        return cases

    def _tree(self, text: str, suffix: str) -> Located | None:
        if suffix == ".toml":
            try:
                return locate(tomllib.loads(text))
            except (ValueError, RecursionError) as error:
                found = re.search(r"at line (\d+), column (\d+)", str(error))
                line = int(found[1]) if found else 1
                said = str(error).split(" (at")[0]
                value = (
                    re.match(r"\s*([\w-]+)\s*=\s*([^\s\"'#]+)", self._lines[line - 1])
                    if self._lines[line - 1 :]
                    else None
                )
                help_ = f'put text in quotes: `{value[1]} = "{value[2]}"`' if value else "correct the line"
                self._trouble("SK401", f"no valid TOML: {said}", line=line, help=help_)
                return None
        if suffix == ".json":
            try:
                json.loads(text)
            except json.JSONDecodeError as error:
                said, line = error.msg, error.lineno
            except RecursionError:
                said, line = "it nests too deeply", 1
            except ValueError:
                said, line = "a number in it has too many digits", 1
            else:
                said, line = "", 0
            if said:
                self._trouble("SK401", f"no valid JSON: {said}", line=line)
                return None
        tree, troubles = read_yaml(text, self._file)
        self.troubles.extend(troubles)
        if tree is None and not troubles:
            self._trouble(
                "SK402",
                "the file is empty: it holds no case",
                help="write at least `date`, `exporter`, `recipient` and `item`; see cases/README.md",
            )
        return tree

    def case(self, node: Located) -> Case | None:
        """The case that a mapping describes; None where it has troubles."""
        before = len(self.troubles)
        if not isinstance(node.value, dict):
            self._trouble(
                "SK402",
                "a case is a mapping of fields to values",
                node,
                help="write `date: 2023-12-22`, one field a line; several cases are a list of such mappings",
            )
            return None
        for key in node.value:
            if key not in TOP and key not in NOTES:
                self._unknown_field(node, key, (*TOP, *NOTES), "a case")
        values = _stated(node.value)
        got: dict[str, Any] = {}
        for key, shape in TOP.items():
            if key in values:
                read: Callable[[str, Located], Any] = getattr(self, f"_{shape}")
                got[key] = read(key, values[key])
        if "date" not in values:
            self._trouble(
                "SK404",
                "the case has no date",
                node,
                why="which law applies depends on it",
                help="add `date: 2023-12-22`",
            )
        item = got.pop("item", None) or Item()
        stated = frozenset(key for key in values if key in TOP)
        if len(self.troubles) > before:
            return None
        case = Case(
            date=got["date"],
            item=item,
            stated=stated,
            expect=got.pop("expect", ()),
            proposals=got.pop("with", ()),
            extra=MappingProxyType({key: values[key].plain() for key in NOTES if key in values}),
            file=self._file,
            line=node.line,
            **{
                key: value
                for key, value in got.items()
                if (key != "date" and value is not None) or key in ("assurances", "under")
            },
        )
        self._contradictions(case, node)
        return case if len(self.troubles) == before else None

    def amend(self, case: Case, node: Located) -> Case | None:
        """The case with the fields of a mapping laid over it; None where there are troubles."""
        before = len(self.troubles)
        values = node.value if isinstance(node.value, dict) else {}
        dated = {"date": Located(case.date.isoformat(), 0, 0)} | values
        patch = self.case(Located(dated, node.line, node.column, node.keys))
        if patch is None:
            return None
        changed: dict[str, Any] = {
            key: getattr(patch, key)
            for key in values
            if key in TOP and key not in ("item", "with", "facts", "judgements", "readings")
        }
        for key in ("facts", "judgements", "readings"):
            if key in values:
                changed[key] = MappingProxyType({**getattr(case, key), **getattr(patch, key)})
        if "with" in values:
            changed["proposals"] = tuple(dict.fromkeys((*case.proposals, *patch.proposals)))
        if "item" in values:
            inner = values["item"].value
            if isinstance(inner, dict) and "key" not in inner:
                got = {name: getattr(patch.item, name) for name in inner if name in ITEM}
                changed["item"] = _replace(case.item, got, frozenset(got))
            else:
                changed["item"] = patch.item
        found = replace(case, **changed, stated=case.stated | {key for key in values if key in TOP})
        self._contradictions(found, node)
        return found if len(self.troubles) == before else None

    # Shapes: one method each, named after the shape.

    def _text(self, key: str, node: Located) -> str | None:
        if isinstance(node.value, dict | list):
            self._wrong(node, key, "a line of text")
            return None
        return "" if node.value is None else str(node.value)

    def _day(self, key: str, node: Located) -> Day | None:
        if node.value is None and key != "date":
            return None
        if not isinstance(node.value, str):
            self._wrong(node, key, "a date of the form 2023-12-22")
            return None
        try:
            return parse_day(node.value)
        except ValueError as error:
            self._trouble("SK405", f"`{key}`: {error}", node, help=mend_day(node.value))
            return None

    def _choice(self, key: str, node: Located) -> str | None:
        term = self.library.terms.get(term_of(key))
        if not isinstance(node.value, str):
            self._wrong(node, key, "one word")
            return None
        if node.value == UNKNOWN:
            return UNKNOWN
        return self._word(key, node, term.values if term else ())

    def _word(self, key: str, node: Located, known: tuple[str, ...]) -> str | None:
        """A word of the vocabulary; in an open field also any other, unless it looks like a slip."""
        word = str(node.value).strip()
        if word in known:
            return word
        near = word.lower().replace("_", "-").replace(" ", "-")
        close = (near,) if near in known else nearest(near, known, count=1)
        if key in OPEN and not close and word:
            return word
        self._trouble(
            "SK406",
            f"`{word[:60]}` is no value of `{self._under}{key}`",
            node,
            help=(f"write `{close[0]}`; " if close else "") + f"its values: {', '.join(known)}, unknown",
        )
        return None

    def _choices(self, key: str, node: Located) -> tuple[str, ...] | None:
        if node.value == UNKNOWN or node.value is None:
            return None
        term = self.library.terms.get(term_of(key))
        nodes = node.value if isinstance(node.value, list) else [node]
        words: list[str] = []
        for each in nodes:
            if not isinstance(each.value, str):
                self._wrong(each, key, "a list of words")
                continue
            if self._unknown_entry(key, each):
                continue
            word = self._word(key, each, term.values if term else ())
            if word is not None:
                words.append(word)
        return tuple(dict.fromkeys(words))

    def _state(self, key: str, node: Located) -> str | None:
        if not isinstance(node.value, str) or not node.value.strip():
            self._wrong(node, key, "the code or name of a state")
            return None
        if node.value == UNKNOWN:
            return UNKNOWN
        return self.state(node.value, key, node)

    def state(self, text: str, key: str, node: Located) -> str | None:
        """The code of a state named in plain words; a trouble with suggestions where there is none."""
        code = self.registries.find_state(text)
        if code is None:
            close = self.registries.suggest_state(text)
            names = [f"{self.registries.names.of(c)} ({c})" for c in close]
            self._trouble(
                "SK407",
                f"`{text[:60]}` is no state that we know (`{self._under}{key}`)",
                node,
                help=f"did you mean {' or '.join(names)}?"
                if names
                else "use an ISO 3166 alpha-3 code or an English name",
            )
        return code

    def _states(self, key: str, node: Located) -> tuple[str, ...] | None:
        if node.value == UNKNOWN or node.value is None:
            return None
        nodes = node.value if isinstance(node.value, list) else [node]
        codes = [self._state(key, each) for each in nodes if not self._unknown_entry(key, each)]
        return tuple(dict.fromkeys(code for code in codes if code is not None))

    def _unknown_entry(self, key: str, node: Located) -> bool:
        """Whether an entry of a list is unknown, which is a trouble."""
        if node.value != UNKNOWN:
            return False
        self._trouble(
            "SK412",
            f"`{self._under}{key}` is a list in which one entry is unknown",
            node,
            why="a list is known as a whole, or the field is unknown",
            help=f"write `{key}: unknown`, or only what is known",
        )
        return True

    def _truth(self, key: str, node: Located) -> bool | None:
        if node.value == UNKNOWN or node.value is None:
            return None
        if isinstance(node.value, bool):
            return node.value
        if isinstance(node.value, str) and node.value.lower() in ("yes", "no"):
            return node.value.lower() == "yes"
        self._wrong(node, key, "true, false or unknown")
        return None

    def _key(self, key: str, node: Located) -> str | None:
        return self._text(key, node)

    def _item(self, key: str, node: Located) -> Item | None:
        if isinstance(node.value, str):
            return self.item(node.value, node)
        if not isinstance(node.value, dict):
            self._wrong(node, key, "an item of the registry, or a mapping of its fields")
            return None
        for name in node.value:
            if name not in ITEM:
                self._unknown_field(node, name, tuple(ITEM), "an item")
        values = _stated(node.value)
        base = Item()
        if "key" in values:
            base = self.item(str(values["key"].value), values["key"]) or base
        got: dict[str, Any] = {}
        for name, shape in ITEM.items():
            if name in values and name != "key":
                read: Callable[[str, Located], Any] = getattr(self, f"_{shape}")
                self._under = "item."
                got[name] = read(name, values[name])
                self._under = ""
        for name in ("form", "production", "stock", "programme", "name"):
            if name in got and got[name] is None:
                got.pop(name)
        return _replace(base, got, frozenset(got))

    def item(self, text: str, node: Located) -> Item | None:
        """The item of the registry with that key or name."""
        key = self.registries.find_item(text)
        if key is None:
            close = self.registries.suggest_item(text)
            self._trouble(
                "SK408",
                f"`{text[:60]}` is no item that we know",
                node,
                help=(f"did you mean {' or '.join(f'`{c}`' for c in close)}? or " if close else "")
                + "describe it by its fields: arms, weapon, form, purpose, production",
            )
            return None
        record = self.registries.items[key]
        got = {name: value for name, value in record.fields.items() if name in ITEM}
        for name in ("form", "production", "stock", "programme"):
            if name in got and got[name] is None:
                got[name] = UNKNOWN
        return _replace(Item(name=record.name, key=key), got, frozenset(), frozenset(got))

    def _facts(self, key: str, node: Located) -> Mapping[str, bool | str | None]:
        found: dict[str, bool | str | None] = {}
        if node.value is None:
            return MappingProxyType(found)
        if not isinstance(node.value, dict):
            self._wrong(node, key, "a mapping of terms to values")
            return MappingProxyType(found)
        for name, each in node.value.items():
            term = self.library.terms.get(name)
            if term is None:
                truths = tuple(each.name for each in self.library.terms.values() if each.type == "truth")
                self._unknown_field(node, name, truths, "the vocabulary", code="SK409")
            elif name.replace("-", "_") in TOP or (term.subject == "item" and name.replace("-", "_") in ITEM):
                self._trouble(
                    "SK409", f"`{name}` is a field of its own", each, help=f"write it as a field, not under `{key}`"
                )
            elif term.type == "truth":
                found[name] = self._truth(name, each)
            else:
                self._trouble("SK409", f"`{name}` cannot be assumed", each, help="only truth terms can")
        return MappingProxyType(found)

    def _judgements(self, key: str, node: Located) -> Mapping[str, Finding]:
        found: dict[str, Finding] = {}
        if node.value is None:
            return MappingProxyType(found)
        if not isinstance(node.value, dict):
            self._wrong(node, key, "a mapping of judgement terms to findings")
            return MappingProxyType(found)
        judged = tuple(name for name, term in self.library.terms.items() if term.supplier == "judgement")
        for name, each in node.value.items():
            if name not in judged:
                self._unknown_field(node, name, judged, "the list of judgements", code="SK409")
                continue
            if isinstance(each.value, bool):
                found[name] = Finding(each.value)
                continue
            if not isinstance(each.value, dict) or "found" not in each.value:
                self._wrong(each, name, "`{by: AUTHORITY, date: DAY, found: true}`")
                continue
            for inner in each.value:
                if inner not in ("by", "date", "found"):
                    self._unknown_field(each, inner, ("by", "date", "found"), "a finding")
            truth = self._truth(name, each.value["found"])
            day = self._day("date", each.value["date"]) if each.value.get("date") and each.value["date"].value else None
            by = self._text("by", each.value["by"]) if "by" in each.value else ""
            if truth is None:
                self._wrong(each, name, "a finding that is true or false; leave an open judgement out")
                continue
            found[name] = Finding(truth, by or "", day)
        return MappingProxyType(found)

    def _law(self, key: str, node: Located) -> str | None:
        if node.value == INTERNATIONAL:
            return INTERNATIONAL
        return self._state(key, node)

    def _names(self, key: str, node: Located) -> tuple[str, ...]:
        known = tuple(proposal.name for proposal in self.library.proposals)
        nodes = node.value if isinstance(node.value, list) else [node]
        names: list[str] = []
        for each in nodes:
            name = str(each.value)
            if name.partition("@")[0] not in known:
                close = nearest(name, known, count=1)
                self._trouble(
                    "SK410",
                    f"no proposal is called `{name[:60]}`",
                    each,
                    help=f"write `{close[0]}`" if close else f"known: {', '.join(known)}",
                )
                continue
            stated = name.partition("@")[2]
            try:
                if "@" in name:
                    parse_day(stated)
            except ValueError as error:
                self._trouble("SK405", f"`{key}`: {error}", each, help="write NAME@2026-05-01, or NAME alone")
                continue
            names.append(name)
        return tuple(names)

    def _readings(self, key: str, node: Located) -> Mapping[str, str]:
        found: dict[str, str] = {}
        if not isinstance(node.value, dict):
            self._wrong(node, key, "a mapping of readings to options")
            return MappingProxyType(found)
        for name, each in node.value.items():
            reading = self.library.readings.get(name)
            if reading is None:
                self._unknown_field(node, name, tuple(self.library.readings), "the list of readings", code="SK410")
                continue
            options = tuple(option.name for option in reading.options)
            if each.value not in options:
                self._trouble(
                    "SK410", f"`{each.value}` is no option of `{name}`", each, help=f"its options: {', '.join(options)}"
                )
                continue
            found[name] = str(each.value)
        return MappingProxyType(found)

    def _outcomes(self, key: str, node: Located) -> tuple[str, ...]:
        nodes = node.value if isinstance(node.value, list) else [node]
        words = tuple(outcome.word for outcome in Outcome)
        found = []
        for each in nodes:
            if isinstance(each.value, str) and each.value in words:
                found.append(each.value)
            else:
                close = nearest(str(each.value), words, count=1)
                self._trouble(
                    "SK406",
                    f"`{each.value}` is no outcome",
                    each,
                    help=f"write `{close[0]}`" if close else f"one of: {', '.join(words)}",
                )
        return tuple(found)

    def _sources(self, key: str, node: Located) -> tuple[Any, ...]:
        if not isinstance(node.value, list):
            self._wrong(node, key, "a list of source keys, or of {url, publisher, date}")
            return ()
        for each in node.value:
            if isinstance(each.value, str):
                if each.value not in self.registries.sources:
                    close = nearest(each.value, self.registries.sources, count=1)
                    self._trouble(
                        "SK411",
                        f"no source is called `{each.value[:60]}`",
                        each,
                        help=f"write `{close[0]}`"
                        if close
                        else "add it to facts/sources.yaml, or give url, publisher and date",
                    )
            elif isinstance(each.value, dict):
                for name in each.value:
                    if name not in ("url", "publisher", "date", "title", "note"):
                        self._unknown_field(each, name, ("url", "publisher", "date", "title", "note"), "a source")
            else:
                self._wrong(each, key, "a source key or a mapping with url, publisher and date")
        return tuple(each.plain() for each in node.value)

    def _contradictions(self, case: Case, node: Located) -> None:
        item = case.item
        clashes: list[tuple[str, tuple[str, ...], str]] = []
        if item.weapon and item.arms is False:
            clashes.append(("a weapon that is not arms", ("item.weapon", "item.arms"), "correct one of the two"))
        if item.heavy_arms and item.weapon is False:
            clashes.append(
                ("heavy arms that are no weapon", ("item.heavy_arms", "item.weapon"), "correct one of the two")
            )
        if item.consumable_ammunition and item.form in ("component", "technology", "service"):
            named = ("item.consumable_ammunition", "item.form")
            clashes.append((f"ammunition in the form of a {item.form}", named, "correct one of the two"))
        if item.production == "indigenous" and item.licensors:
            named = ("item.licensors", "item.production")
            clashes.append(
                ("an indigenous item with a licensor", named, "set `production: licensed`, or remove `licensors`")
            )
        if case.act == "technology" and item.form in ("finished", "component", "ammunition"):
            said = f"a transfer of technology whose item is {item.form}"
            clashes.append((said, ("item.form", "act"), "set `form: technology`, or `act: export`"))
        if case.act == "return" and case.consideration not in ("return", UNKNOWN) and "consideration" in case.stated:
            said = f"a return that is a {case.consideration}"
            clashes.append((said, ("consideration", "act"), "set `consideration: return`, or `act: export`"))
        if case.exporter == case.recipient != UNKNOWN:
            said = "exporter and recipient are the same state"
            clashes.append((said, ("recipient", "exporter"), "name the state that receives it"))
        for name, finding in case.judgements.items():
            if finding.date is not None and finding.date > case.date:
                said = f"a finding of {finding.date} cannot count on {case.date}"
                clashes.append(
                    (said, (f"judgements.{name}.date", "date"), "correct one of the two days, or leave the finding out")
                )
        for said, spots, mend in clashes:
            named_ = " and ".join(f"`{each}`" for each in spots)
            self._trouble(
                "SK412",
                f"the case contradicts itself: {said} ({named_})",
                _spot(node, spots[0]),
                why="no law can be asked about it",
                help=mend,
            )

    def _wrong(self, node: Located, key: str, wanted: str) -> None:
        said = f"`{self._under}{key}` should be {wanted}"
        if isinstance(node.value, bool | int | float | str):
            said += f", not `{str(node.value)[:60]}`"
        self._trouble("SK413", said, node, help=f"write `{key}: …` with {wanted}")

    def _unknown_field(self, node: Located, key: str, known: tuple[str, ...], of: str, *, code: str = "SK414") -> None:
        line, column = (node.keys or {}).get(key, (node.line, node.column))
        close = nearest(key, known, count=1)
        self._trouble(
            code,
            f"{of} has no `{key[:60]}`",
            Located(None, line, column),
            why="what is not read would be silently lost",
            help=(
                f"it belongs under `item`: write `item.{key}`, that is `{key}: …` below `item:`"
                if of == "a case" and key in ITEM
                else f"write `{close[0]}`"
                if close
                else f"known: {', '.join(known)}"
                if len(known) <= _MAX_LISTED
                else "`sekisho show terms` lists the words of the rulebooks"
            ),
        )

    def _trouble(
        self, code: str, headline: str, node: Located | None = None, *, line: int = 0, why: str = "", help: str = ""
    ) -> None:
        line, column = (node.line, node.column) if node is not None else (line, 0)
        text = self._lines[line - 1][:200] if 0 < line <= len(self._lines) else ""
        self.troubles.append(
            Trouble(code, headline, (Place(self._file, line, column if text else 0, text=text),), why=why, help=help)
        )


def _stated(values: dict[str, Located]) -> dict[str, Located]:
    """The fields that are not left empty: `programme: null` says no more than leaving the line out."""
    return {key: each for key, each in values.items() if each.value is not None}


def _spot(node: Located, field: str) -> Located:
    """Where a field stands in a case; the case itself where the file does not state it."""
    found = node
    for name in field.split("."):
        inner = found.value.get(name) if isinstance(found.value, dict) else None
        if inner is None:
            return found
        line, column = (found.keys or {}).get(name, (inner.line, inner.column))
        found = Located(inner.value, line, column, inner.keys)
    return found


def _replace(base: Item, got: dict[str, Any], stated: frozenset[str], registry: frozenset[str] | None = None) -> Item:
    return replace(
        base,
        **got,
        stated=base.stated | stated,
        from_registry=(base.from_registry if registry is None else registry) - stated,
    )


def locate(value: Any) -> Located:
    """Plain data as a located tree without places, for flags, TOML and the Python API."""
    if isinstance(value, Mapping):
        return Located({str(key): locate(each) for key, each in value.items()}, 0, 0, {})
    if isinstance(value, list | tuple | set | frozenset):
        return Located([locate(each) for each in value], 0, 0)
    if isinstance(value, bool | int | float) or value is None:
        return Located(value, 0, 0)
    return Located(str(value), 0, 0)


def case_files(paths: list[Path]) -> tuple[list[Path], list[Trouble]]:
    """The case files that the paths name: files as they are, folders searched for YAML, JSON, TOML."""
    found: list[Path] = []
    troubles: list[Trouble] = []
    for path in paths:
        if path.is_dir():
            found.extend(
                sorted(
                    each
                    for each in path.rglob("*")
                    if each.suffix.lower() in (".yaml", ".yml", ".json", ".toml")
                    and not any(part.startswith(("_", ".")) for part in each.relative_to(path).parts)
                )
            )
        elif path.exists():
            found.append(path)
        else:
            troubles.append(Trouble("SK401", "no such file or folder", (Place(str(path)),), help="check the path"))
    return found, troubles


__all__ = ["STATE_FIELDS", "CaseReader", "case_files", "locate", "sort_troubles"]
