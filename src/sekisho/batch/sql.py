"""The query that decides a table, as a tree that sqlglot writes in any dialect.

Per row the query joins its columns to small tables: which item, which terms, which states, which
stretch of days; what the law cannot tell apart has one number there. Together they name a cell, and
the cell has the answer. Every join is on equality, so every engine can hash it. The small tables are
made by `tables.py` for what occurs in the data, so a query never meets a value that they do not hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sekisho.base import Trouble, TroubleError
from sekisho.batch.columns import RESULTS, Mapped, names_kept
from sekisho.batch.read import missing_package

try:
    from sqlglot import exp
except ImportError as error:  # pragma: no cover - tried in an environment without it
    raise TroubleError([missing_package("sqlglot", "sql")]) from error

DIALECTS = ("spark", "trino", "bigquery", "snowflake", "postgres", "clickhouse", "duckdb", "sqlite")
"""The dialects that are written; `engines.RUN` says which of them are also run."""

GROUPS = ("items", "terms", "states", "days")
"""The small tables that are joined to the columns of the table itself."""

NOT_THERE = "not known to the tables; make them anew"
"""The note of a row with values that the small tables were not made for."""

OWN = "sekisho_"
"""Begins the names of our own columns beside those of the table."""

_CELL = tuple(OWN + name for name in ("item", "relation", "term", "place", "single"))
_SAMPLE = OWN + "sample"
_PART = r"[A-Za-z_]\w*|\"[^\"]+\"|`[^`]+`"
_NAME = re.compile(rf"({_PART})(\.({_PART})){{0,2}}")


@dataclass(frozen=True, slots=True)
class Shape:
    """Which headings of the table belong to which group, and all of them in order."""

    headings: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, mapped: Mapped, headings: Sequence[str], item: Sequence[str], terms: Sequence[str]) -> Shape:
        """The shape of a mapped table; `item` and `terms` name the columns on which those groups hang.

        Raises:
            TroubleError: SQL could not tell two of the headings apart, or one from a name of ours.
        """
        met: dict[str, str] = {}
        for heading in headings:
            clash = met.setdefault(heading.lower(), heading)
            if clash != heading or heading.lower().startswith(OWN):
                said = f"`{clash}` and `{heading}` are" if clash != heading else f"`{heading}` is"
                said += " one name in SQL" if clash != heading else " a name that the query needs for itself"
                help_ = "call the column otherwise, or let `--engine columns` do the work"
                raise TroubleError([Trouble("SK422", said, help=help_)])
        found = {
            "items": tuple(mapped.columns[name] for name in item if name in mapped.columns),
            "terms": tuple(mapped.columns[name] for name in terms if name in mapped.columns),
            "states": tuple(mapped.columns[n] for n in ("exporter", "recipient", "supplier") if n in mapped.columns),
            "days": tuple(mapped.columns[n] for n in ("date",) if n in mapped.columns),
        }
        return cls(tuple(headings), found)


def write(tree: exp.Expr, dialect: str, *, pretty: bool = True) -> str:
    """The query as text."""
    if dialect == "clickhouse" and tree.find(exp.Join):  # else what a left join misses is 0 there, and finds answer 0
        tree = tree.copy()
        tree.set("settings", [exp.column("join_use_nulls").eq(1)])
    return tree.sql(dialect=dialect, pretty=pretty)


def distinct(shape: Shape, group: str, table: str) -> exp.Select:
    """What occurs of one group: every distinct combination of its columns, as text."""
    return _distinct(shape.groups[group], table)


def _distinct(headings: Sequence[str], table: str) -> exp.Select:
    columns = [exp.alias_(_text(heading, "t"), heading, quoted=True) for heading in headings]
    one = exp.alias_(exp.Literal.number(1), "one")
    return exp.select(*(columns or [one])).distinct().from_(table_named(table, "t"))


def every(shape: Shape, table: str) -> exp.Select:
    """Every distinct combination of the columns that are read, as the text with which it will be compared."""
    return _distinct(
        [heading for heading in shape.headings if any(heading in each for each in shape.groups.values())], table
    )


def cells(shape: Shape, table: str, prefix: str = "sekisho_") -> exp.Select:
    """Which cells occur, each with a row that stands for it: its item, terms, states and day."""
    names = [exp.column(name, quoted=True) for name in _CELL]
    sample = exp.func("MIN", exp.column(_SAMPLE, quoted=True))
    return (
        exp.select(*names, exp.alias_(sample, _SAMPLE, quoted=True))
        .from_(_joined(shape, table, prefix, sample=True).subquery(exp.to_identifier("k", quoted=True)))
        .group_by(*names)
    )


def decide(shape: Shape, table: str, prefix: str = "sekisho_") -> exp.Select:
    """The whole query: every row with its result columns."""
    joined = _joined(shape, table, prefix, sample=False)
    kept = [
        exp.alias_(exp.column(heading, table="k", quoted=True), name, quoted=True)
        for heading, name in zip(shape.headings, names_kept(shape.headings), strict=True)
    ]
    results = [_named(name, "a") for name in RESULTS]
    for name, missing in (("outcome", ""), ("note", NOT_THERE)):  # a left join of what the tables do not hold
        said = exp.func("COALESCE", exp.column(name, table="a", quoted=True), exp.Literal.string(missing))
        results[RESULTS.index(name)] = exp.alias_(said, name, quoted=True)
    on = [exp.column(name, table="c", quoted=True).eq(exp.column(name, table="k", quoted=True)) for name in _CELL]
    return (
        exp.select(*kept, *results)
        .with_(exp.to_identifier("k", quoted=True), as_=joined)
        .from_(table_named("k"))
        .join(table_named(f"{prefix}cells", "c"), on=exp.and_(*on), join_type="left")
        .join(
            table_named(f"{prefix}answers", "a"),
            on=exp.column("answer", table="a", quoted=True).eq(exp.column("answer", table="c", quoted=True)),
            join_type="left",
        )
    )


def _joined(shape: Shape, table: str, prefix: str, *, sample: bool) -> exp.Select:
    """Every row with the numbers that name its cell."""
    query = exp.select(*(_named(heading, "t") for heading in shape.headings)).from_(table_named(table, "t"))
    for group in GROUPS:
        on = [_same(h, group) for h in shape.groups[group]]
        if on:
            query = query.join(table_named(prefix + group, group), on=exp.and_(*on), join_type="left")
        else:  # a table of one row
            query = query.join(table_named(prefix + group, group), join_type="cross")
    states, days = _number("id", "states"), _number("stretch", "days")
    query = query.join(
        table_named(f"{prefix}places", "places"),
        on=exp.and_(
            _number("states", "places").eq(states),
            _number("stretch", "places").eq(days),
        ),
        join_type="left",
    ).join(
        table_named(f"{prefix}related", "related"),
        on=exp.and_(
            _number("lists", "related").eq(_number("lists", "items")),
            _number("states", "related").eq(states.copy()),
        ),
        join_type="left",
    )
    odd = [_number("odd", group).eq(1) for group in GROUPS]
    alone = exp.or_(*odd)
    for name, kind, own in zip(
        _CELL, ("items", "related", "terms", "places"), ("items", "states", "terms", "days"), strict=False
    ):
        case = exp.case().when(alone.copy(), _number("id", own))
        query = query.select(exp.alias_(case.else_(_number("kind", kind)), name, quoted=True))
    flag = exp.case().when(alone.copy(), exp.Literal.number(1)).else_(exp.Literal.number(0))
    query = query.select(exp.alias_(flag, _CELL[-1], quoted=True))
    if sample:
        query = query.select(exp.alias_(_sample(), _SAMPLE, quoted=True))
    return query


def _sample() -> exp.Expr:
    """One text that names an item, terms, states and a day that occur together."""
    parts: list[exp.Expr] = []
    for group in GROUPS:
        if parts:
            parts.append(exp.Literal.string("-"))
        parts.append(exp.cast(_number("id", group), "TEXT"))
    found = parts[0]
    for part in parts[1:]:
        found = exp.DPipe(this=found, expression=part)
    return found


def _number(name: str, table: str) -> exp.Expr:
    """One of the numbers that a small table holds, maybe beside columns of the table itself."""
    return exp.column(OWN + name, table=table, quoted=True)


def _named(name: str, table: str) -> exp.Expr:
    """A column under its own name; ClickHouse else calls it `t.date` if another table of the join has a `date`."""
    return exp.alias_(exp.column(name, table=table, quoted=True), name, quoted=True)


def _same(heading: str, group: str) -> exp.Expr:
    return _text(heading, "t").eq(exp.column(heading, table=group, quoted=True))


def _text(heading: str, table: str) -> exp.Expr:
    """A column as text, empty where it says nothing."""
    column = exp.cast(exp.column(heading, table=table, quoted=True), "TEXT")
    return exp.func("COALESCE", column, exp.Literal.string(""))


def quoted(name: str, dialect: str) -> str:
    """A name as a dialect writes it, kept to the letter."""
    return exp.to_identifier(name, quoted=True).sql(dialect=dialect)


def table_named(name: str, alias: str = "") -> exp.Table:
    """A table by its name, with schema and catalogue where it has points; an odd name is quoted.

    A part in quotation marks keeps its case, and may be a word of SQL: `lake."Orders"`, `"order"`.
    """
    parts = [(name, True)]
    if _NAME.fullmatch(name) and name != "k":
        parts = [(part.strip('"`'), part[0] in '"`') for part in re.findall(_PART, name)]
    this, *above = [exp.to_identifier(part, quoted=kept) for part, kept in reversed(parts)]
    table = exp.Table(this=this, **dict(zip(("db", "catalog"), above, strict=False)))
    if alias:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
    return table
