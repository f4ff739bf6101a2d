"""Cases as rows of a table, and the answers that `decide` gives to them."""

from __future__ import annotations

import pyarrow as pa

from sekisho.base import TroubleError
from sekisho.batch.answers import Answer, Scribe, answer_of
from sekisho.batch.columns import map_columns
from sekisho.batch.run import Table
from sekisho.cases.fields import ITEM, TOP


def row_of(case) -> dict[str, str]:
    """A case as a row of a table: what it states, and nothing else."""
    row = {"date": case.date.isoformat(), "exporter": case.exporter, "recipient": case.recipient}
    for name in TOP:
        value = getattr(case, name, None)
        if name in case.stated and name in ("act", "end_user", "consideration", "supplier", "assurances", "under"):
            row[name] = text_of(value)
        elif name in ("facts_on", "known_on") and value is not None:
            row[name] = value.isoformat()
    if case.law:
        row["law"] = case.law
    if case.item.key or case.item.name:
        row["item"] = case.item.key or case.item.name
    row |= {
        f"item.{name}": text_of(getattr(case.item, name))
        for name in ITEM
        if name in case.item.stated and name not in ("key", "name")
    }
    row |= {f"facts.{name}": text_of(value) for name, value in case.facts.items()}
    row |= {f"judgements.{name}": text_of(each.found) for name, each in case.judgements.items()}
    return row | {f"readings.{name}": value for name, value in case.readings.items()}


def text_of(value) -> str:
    """A value as a cell."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ("; ".join(value) or "none") if isinstance(value, tuple) else value


def table_of(rows: list[dict[str, str]]) -> pa.Table:
    """Rows as a table of text, blank where a row says nothing."""
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: pa.array([row.get(name, "") for row in rows]) for name in names})


def screened(desk, table: pa.Table) -> list[tuple[str, ...]]:
    """The result columns that screening gives for every row."""
    constants = {} if any(n.startswith("item") for n in table.column_names) else {"item.stock": "new"}
    worker = Table(desk, map_columns(table.column_names, desk.library, constants=constants))
    found = worker.screen(table)
    return [found.row(i) for i in range(table.num_rows)]


def decided(desk, row: dict[str, str]) -> tuple[str, ...]:
    """The same columns from `decide`, through the reader of cases; empty where the case is refused."""
    scribe = Scribe(desk.library, desk.registries, desk.decide)
    try:
        given = {name: _plain(desk, name, text) for name, text in row.items() if text != ""}
        return answer_of(desk.decide(scribe.case(given))).values()
    except TroubleError:
        return Answer().values()


def _plain(desk, name: str, text: str) -> object:
    if text == "none" and name != "item.programme":
        return []
    if ";" in text:
        return text.split("; ")
    if name.startswith("judgements."):
        return text == "yes"
    if name == "item":
        return {"key": text} if desk.registries.find_item(text) else {"name": text}
    return text
