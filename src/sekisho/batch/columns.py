"""The columns that a table of cases may have, and how the headings of real sheets are understood."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from sekisho.base import Place, Trouble, TroubleError, nearest
from sekisho.cases.fields import ITEM, RELATIONS, TOP
from sekisho.ir import Library

SHAPES = {
    **{
        name: shape
        for name, shape in TOP.items()
        if shape in ("text", "day", "choice", "state", "choices", "law", "item")
    },
    **{f"item.{name}": shape for name, shape in ITEM.items() if name not in ("key", "name")},
}
"""The columns that are read, each with the shape of its cells. `facts.TERM`, `judgements.TERM` and
`readings.NAME` are read as well."""

SYNONYMS = {
    "id": "row id, line, line no, line number, no, number, order no, order number, reference, ref, case, case id",
    "date": "law date, order date, transaction date, date of order, shipment date, ship date, shipping date, date of export, export date, "
    "declaration date, decision date, day, transfer date",
    "act": "action, activity, type of transfer, transfer type, transaction type",
    "exporter": "from, origin, country of origin, origin country, exporting country, exporting state, export country, "
    "exporter country, supplier country, shipper country, seller country",
    "recipient": "to, destination, destination country, country of destination, dest, recipient country, recipient state, "
    "importing country, importer, buyer country, consignee country, ship to, ship to country, country, receiving country",
    "supplier": "original supplier, first supplier, source state",
    "end_user": "end user, enduser, user, end user type, type of end user",
    "item": "goods, product, item name, item description, description, description of goods, equipment, system, article, "
    "weapon system, designation, weapon designation, item key",
    "consideration": "terms, terms of trade, payment, basis of supply, type of deal",
    "under": "arrangement, framework, under arrangement",
    "assurances": "assurance, undertakings, recipient assurances",
    "item.arms": "arms, is arms, controlled, on control list, military, military list",
    "item.weapon": "weapon, is weapon, lethal, lethality",
    "item.heavy_arms": "heavy arms, heavy weapon",
    "item.consumable_ammunition": "consumable ammunition, is ammunition",
    "item.form": "form, item form, form of item",
    "item.production": "production, made, origin of design",
    "item.stock": "stock, condition, new or used",
    "item.programme": "programme, program, joint programme",
    "item.purpose": "purpose, purposes, use, intended use",
    "item.classes": "classes, class, category, un register category",
    "item.licensors": "licensors, licensor, licensor state, license from, licence from",
    "item.partners": "partners, partner, partner states",
    "item.components_from": "components from, component origin, components",
    "law": "law, asked law",
}
"""Headings that mean a column; compared without case, points and spaces."""

RESULTS = (
    "outcome",
    "basis",
    "basis_cite",
    "bars",
    "bars_cite",
    "subject_to",
    "needs",
    "turns_on",
    "support",
    "unmodelled",
    "note",
)
"""The columns that screening adds."""

_ALIKE = 0.8
"""How alike a heading and a known one must be for a hint."""

REQUIRED = ("date", "exporter", "recipient")
"""What a table must say: as a column, or once for all rows."""


def names_kept(headings: Sequence[str]) -> list[str]:
    """What the columns of the input are called in the output: `outcome_before` where a result takes the name.

    Many programs take `Note` and `note` for one name.

    Example:
        >>> names_kept(["item", "outcome", "Note"])
        ['item', 'outcome_before', 'Note_before']
    """
    taken = {heading.lower() for heading in (*headings, *RESULTS)}
    found = []
    for heading in headings:
        name = heading
        while heading.lower() in RESULTS and name.lower() in taken:
            name += "_before"
        found.append(name)
    return found


def _plain(heading: str) -> str:
    """A heading on one line, as a person writes it."""
    return " ".join(heading.split())


def _listed(headings: Sequence[str]) -> str:
    return ", ".join(map(_plain, headings[:30])) + (", …" if len(headings) > 30 else "")


def squash(heading: str) -> str:
    """A heading as it is compared: `Ship-To Country ` is `shiptocountry`."""
    return re.sub(r"[^0-9a-z]+", "", heading.lower())


def _known() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in SHAPES:
        for spelling in (name, name.replace(".", "_"), *SYNONYMS.get(name, "").split(",")):
            found.setdefault(squash(spelling), name)
    del found[""]
    return found


KNOWN = _known()


@dataclass(frozen=True, slots=True)
class Mapped:
    """How the columns of a table are understood.

    Attributes:
        columns: For each column that is read, the heading under which it stands.
        constants: Columns that are the same for every row.
        kept: Headings that are carried along and not read.
        suggestions: For a heading that is kept, the column that it may have been meant for.
        how: For each column that is read, how its heading was understood.
    """

    columns: Mapping[str, str]
    constants: Mapping[str, str]
    kept: tuple[str, ...]
    suggestions: Mapping[str, str] = field(default_factory=dict)
    how: Mapping[str, str] = field(default_factory=dict)

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading of the table."""
        return (*self.columns.values(), *self.kept)

    def explain(self) -> list[str]:
        """One line a column: what is read as what, and why."""
        lines = [f"`{_plain(heading)}` is read as {name} ({self.how[name]})" for name, heading in self.columns.items()]
        lines += [f"{name} is `{value}` in every row" for name, value in self.constants.items()]
        for heading in self.kept:
            meant = self.suggestions.get(heading)
            lines.append(f"`{_plain(heading)}` is kept and not read" + (f"; was {meant} meant?" if meant else ""))
        return lines

    def to_dict(self) -> dict[str, object]:
        """As a mapping file writes it: headings by column, and constants as `{value: …}`."""
        return {**self.columns, **{name: {"value": value} for name, value in self.constants.items()}}


def map_columns(
    headings: Sequence[str],
    library: Library,
    *,
    given: Mapping[str, object] | None = None,
    constants: Mapping[str, str] | None = None,
    file: str = "",
) -> Mapped:
    """Understand the headings of a table: as the mapping says, by exact name, or by known synonym.

    Raises:
        TroubleError: Two headings mean the same column, a column that is needed is missing, or the
            mapping names a column or heading that does not exist.
    """
    mapped, troubles = understand(headings, library, given=given, constants=constants, file=file)
    if troubles:
        raise TroubleError(troubles)
    return mapped


def understand(
    headings: Sequence[str],
    library: Library,
    *,
    given: Mapping[str, object] | None = None,
    constants: Mapping[str, str] | None = None,
    file: str = "",
    written: Mapping[str, Place] | None = None,
) -> tuple[Mapped, list[Trouble]]:
    """What can be understood of the headings of a table, and what is wrong with the rest.

    Args:
        headings: The headings.
        library: The rulebooks, whose terms may be columns.
        given: For columns the heading, or `{"value": …}` where every row is to say the same, or None to ignore it.
        constants: What every row is to say; it goes before the mapping.
        file: The table.
        written: Where the mapping says what it says.
    """
    troubles: list[Trouble] = []
    place = (Place(file),)
    columns: dict[str, str] = {}
    how: dict[str, str] = {}
    fixed = dict(constants or {})
    troubles += [_no_column(name, library, place) for name in fixed if not is_column(name, library)]
    for name, heading in (given or {}).items():
        here = ((written or {}).get(name, Place(file)),)
        if not is_column(name, library):
            troubles.append(_no_column(name, library, here))
        elif name in (constants or {}) or heading is None:
            continue
        elif isinstance(heading, Mapping) and heading.get("value") is not None and len(heading) == 1:
            fixed[name] = str(heading["value"])
        elif isinstance(heading, Mapping | list):
            help_ = f"write `{name}: HEADING`, or `{name}: {{value: …}}` where every row is to say the same"
            troubles.append(
                Trouble("SK421", f"the mapping gives {name} neither a heading nor a value", here, help=help_)
            )
        else:
            plain = {_plain(each): each for each in headings}  # nobody can write a line break on a command line
            meant = heading if heading in headings else plain.get(_plain(str(heading)), str(heading))
            columns[name], how[name] = str(meant), "as the mapping says"
            if columns[name] not in headings:
                close = nearest(str(heading), headings, count=1)
                help_ = f"write `{_plain(close[0])}`" if close else f"the headings are: {_listed(headings)}"
                troubles.append(Trouble("SK421", f"the table has no column `{heading}`", here, help=help_))
    taken = set(columns.values())
    ignored = {name for name, heading in (given or {}).items() if heading is None}
    for heading in headings:
        if heading in taken:
            continue
        found = _read_as(heading, library)
        if found is None or found[0] in fixed or found[0] in ignored or found[0] in (given or {}):
            continue
        name, why = found
        if name in columns:
            first = columns[name]
            if (how[name] == "its name") != (why == "its name"):  # the exact name goes before a synonym
                if why == "its name":
                    columns[name], how[name] = heading, why
                continue
            troubles.append(
                Trouble(
                    "SK422",
                    f"`{_plain(first)}` and `{_plain(heading)}` both mean {name}",
                    place,
                    help=f"say which one counts: `--map '{name}={_plain(first)}'`",
                )
            )
            continue
        columns[name], how[name] = heading, why
    for name in REQUIRED:
        if name not in columns and name not in fixed:
            troubles.append(
                Trouble(
                    "SK423",
                    f"no column says the {name}",
                    place,
                    why="every row needs one" if name == "date" else "the law that is asked depends on it",
                    help=f"name the column, `--map {name}=HEADING`, or say it for all rows, `--set {name}=…`; "
                    f"the headings are: {_listed(headings)}",
                )
            )
    if not any(name == "item" or name.startswith("item.") for name in (*columns, *fixed)):
        troubles.append(
            Trouble(
                "SK423",
                "no column says what is sent",
                place,
                help="name the column, `--map item=HEADING`, or describe it: arms, weapon, form, purpose, production; "
                f"the headings are: {_listed(headings)}",
            )
        )
    kept = tuple(heading for heading in headings if heading not in columns.values())
    settled = {*columns, *fixed, *ignored}
    suggestions = {h: KNOWN[close[0]] for h in kept if (close := _near(h)) and KNOWN[close[0]] not in settled}
    return Mapped(columns, fixed, kept, suggestions, how), troubles


def _near(heading: str) -> tuple[str, ...]:
    word = squash(heading)
    close = nearest(word, KNOWN, count=1) if len(word) > 3 else ()
    return close if close and SequenceMatcher(None, word, close[0]).ratio() > _ALIKE else ()


def _read_as(heading: str, library: Library) -> tuple[str, str] | None:
    plain = heading.strip()
    if plain in SHAPES or is_column(plain, library):
        return plain, "its name"
    name = KNOWN.get(squash(heading))
    if name is None:
        return None
    return name, "its name" if squash(name) == squash(heading) else "a known synonym"


def said_over(mapped: Mapped, constants: Mapping[str, str], library: Library) -> list[str]:
    """Headings that would be read, did the constants not say the same column for every row.

    Args:
        mapped: How the headings are understood.
        constants: What has been said for every row.
        library: The rulebooks.
    """
    over = [(heading, found[0]) for heading in mapped.kept if (found := _read_as(heading, library))]
    return [
        f"`{_plain(heading)}` is not read: {name} is `{constants[name]}` in every row"
        for heading, name in over
        if name in constants
    ]


def is_column(name: str, library: Library) -> bool:
    """Whether a column of that name can be read: a field of a case, or a term, judgement or reading."""
    part, _, rest = name.partition(".")
    if part == "readings":
        return rest in library.readings
    if part == "judgements":
        return rest in library.terms and library.terms[rest].supplier == "judgement"
    if part == "facts":
        return rest in library.terms and library.terms[rest].type == "truth" and not _own_field(rest, library)
    return name in SHAPES


def _own_field(term: str, library: Library) -> bool:
    name = term.replace("-", "_")
    return name in TOP or (library.terms[term].subject == "item" and name in ITEM and term not in RELATIONS)


def _no_column(name: str, library: Library, place: tuple[Place, ...]) -> Trouble:
    known: Iterable[str] = (*SHAPES, *(f"facts.{term}" for term in library.terms))
    close = nearest(name, known, count=1)
    help_ = f"write `{close[0]}`" if close else f"columns that are read: {', '.join(SHAPES)}"
    return Trouble("SK421", f"no column is called `{name}`", place, help=help_)
