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

from sekisho.base import TroubleError
from sekisho.batch.columns import RESULTS, Mapped, names_kept
from sekisho.batch.read import missing_package

try:
    from sqlglot import exp
except ImportError as error:  # pragma: no cover - tried in an environment without it
    raise TroubleError([missing_package("sqlglot", "sql")]) from error

DIALECTS = ("spark", "trino", "bigquery", "snowflake", "postgres", "clickhouse", "duckdb", "sqlite")
"""The dialects that are written; duckdb, sqlite and spark are also run in tests."""

GROUPS = ("items", "terms", "states", "days")
"""The small tables that are joined to the columns of the table itself."""

NOT_THERE = "not known to the tables; make them anew"
"""The note of a row with values that the small tables were not made for."""

_CELL = ("sekisho_item", "sekisho_relation", "sekisho_term", "sekisho_place", "sekisho_single")
_SAMPLE = "sekisho_sample"
_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*){0,2}")


@dataclass(frozen=True, slots=True)
class Shape:
    """Which headings of the table belong to which group, and all of them in order."""

    headings: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, mapped: Mapped, headings: Sequence[str], item: Sequence[str], terms: Sequence[str]) -> Shape:
        """The shape of a mapped table; `item` and `terms` name the columns on which those groups hang."""
        found = {
            "items": tuple(mapped.columns[name] for name in item if name in mapped.columns),
            "terms": tuple(mapped.columns[name] for name in terms if name in mapped.columns),
            "states": tuple(mapped.columns[n] for n in ("exporter", "recipient", "supplier") if n in mapped.columns),
            "days": tuple(mapped.columns[n] for n in ("date",) if n in mapped.columns),
        }
        return cls(tuple(headings), found)


def write(tree: exp.Expr, dialect: str, *, pretty: bool = True) -> str:
    """The query as text."""
    return tree.sql(dialect=dialect, pretty=pretty)


def distinct(shape: Shape, group: str, table: str) -> exp.Select:
    """What occurs of one group: every distinct combination of its columns, as text."""
    columns = [exp.alias_(_text(heading), heading, quoted=True) for heading in shape.groups[group]]
    return exp.select(*(columns or [exp.alias_(exp.Literal.number(1), "one")])).distinct().from_(_table(table))


def every(shape: Shape, table: str) -> exp.Select:
    """Every distinct combination of the columns that are read, under their own names."""
    read = {heading for group in GROUPS for heading in shape.groups[group]}
    columns: list[exp.Expr] = [exp.column(heading, quoted=True) for heading in shape.headings if heading in read]
    return exp.select(*(columns or [exp.alias_(exp.Literal.number(1), "one")])).distinct().from_(_table(table))


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
    results: list[exp.Expr] = [exp.column(name, table="a", quoted=True) for name in RESULTS]
    for name, missing in (("outcome", ""), ("note", NOT_THERE)):  # a left join of what the tables do not hold
        said = exp.func("COALESCE", exp.column(name, table="a", quoted=True), exp.Literal.string(missing))
        results[RESULTS.index(name)] = exp.alias_(said, name, quoted=True)
    on = [exp.column(name, table="c", quoted=True).eq(exp.column(name, table="k", quoted=True)) for name in _CELL]
    return (
        exp.select(*kept, *results)
        .with_(exp.to_identifier("k", quoted=True), as_=joined)
        .from_(_table("k"))
        .join(_table(f"{prefix}cells", "c"), on=exp.and_(*on), join_type="left")
        .join(
            _table(f"{prefix}answers", "a"),
            on=exp.column("answer", table="a", quoted=True).eq(exp.column("answer", table="c", quoted=True)),
            join_type="left",
        )
    )


def _joined(shape: Shape, table: str, prefix: str, *, sample: bool) -> exp.Select:
    """Every row with the numbers that name its cell."""
    query = exp.select(*(exp.column(h, table="t", quoted=True) for h in shape.headings)).from_(_table(table, "t"))
    for group in GROUPS:
        on = [_same(h, group) for h in shape.groups[group]] or [exp.true()]
        query = query.join(_table(prefix + group, group), on=exp.and_(*on), join_type="left")
    states, days = exp.column("id", table="states", quoted=True), exp.column("stretch", table="days", quoted=True)
    query = query.join(
        _table(f"{prefix}places", "places"),
        on=exp.and_(
            exp.column("states", table="places", quoted=True).eq(states),
            exp.column("stretch", table="places", quoted=True).eq(days),
        ),
        join_type="left",
    ).join(
        _table(f"{prefix}related", "related"),
        on=exp.and_(
            exp.column("lists", table="related", quoted=True).eq(exp.column("lists", table="items", quoted=True)),
            exp.column("states", table="related", quoted=True).eq(states.copy()),
        ),
        join_type="left",
    )
    odd = [exp.column("odd", table=group, quoted=True).eq(1) for group in GROUPS]
    alone = exp.or_(*odd)
    for name, kind, own in zip(
        _CELL, ("items", "related", "terms", "places"), ("items", "states", "terms", "days"), strict=False
    ):
        case = exp.case().when(alone.copy(), exp.column("id", table=own, quoted=True))
        query = query.select(exp.alias_(case.else_(exp.column("kind", table=kind, quoted=True)), name, quoted=True))
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
        parts.append(exp.cast(exp.column("id", table=group, quoted=True), "TEXT"))
    found = parts[0]
    for part in parts[1:]:
        found = exp.DPipe(this=found, expression=part)
    return found


def _same(heading: str, group: str) -> exp.Expr:
    return _text(heading, "t").eq(exp.column(heading, table=group, quoted=True))


def _text(heading: str, table: str | None = None) -> exp.Expr:
    """A column as text, empty where it says nothing."""
    column = exp.cast(exp.column(heading, table=table, quoted=True), "TEXT")
    return exp.func("COALESCE", column, exp.Literal.string(""))


def _table(name: str, alias: str = "") -> exp.Table:
    """A table by its name, with schema and catalogue where it has points; an odd name is quoted."""
    parts = name.split(".") if _NAME.fullmatch(name) else [name]
    odd = len(parts) == 1 and (name == "k" or not _NAME.fullmatch(name))
    this, *above = [exp.to_identifier(part, quoted=odd) for part in reversed(parts)]
    table = exp.Table(this=this, **dict(zip(("db", "catalog"), above, strict=False)))
    if alias:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
    return table
