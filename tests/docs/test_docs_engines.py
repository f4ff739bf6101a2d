"""docs/reference/engines.md says what the code says.

`pytest tests/docs --snapshot-update` writes the page anew from `sekisho.batch.engines`.
"""

from __future__ import annotations

import pytest
from documents import ROOT

pytest.importorskip("sqlglot")
from sekisho.batch import engines, read, sql

PAGE = ROOT / "docs" / "reference" / "engines.md"
INTRO = """# Engines of screening

`sekisho screen --engine NAME` lets an engine do the work, `sekisho sql --dialect NAME` prints the query for one that stands elsewhere.
The answers are the same: no engine is given the law, it only finds what occurs and joins answers to rows ([record 16](../decisions/0016-engines-of-screening.md)).
This page is made from `src/sekisho/batch/engines.py`.

## Engines

| `--engine` | Runs | Reads | Writes | What bounds the memory | Resumes | Keeps the order of rows | Needs |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""
FORMATS = """
## Formats

| Format | Suffixes | Written |
| --- | --- | --- |
"""
NAMES = {
    "csv": "text with separators",
    "jsonl": "JSON lines",
    "parquet": "Parquet",
    "arrow": "Arrow",
    "xlsx": "workbooks",
}
DIALECTS = """
A folder is read as the tables in it, and a folder `region=EU` below what was named as a column; a name without a suffix is written as a folder of Parquet.
Workbooks need the extra `excel`.

## Dialects

The query is built as a tree, rendered by sqlglot, and parsed again in a test; its text is kept, so that a change of it is seen.

| `--dialect` | Run in tests, against `decide` |
| --- | --- |
"""
AFTER = """
Polars is run as well, with the text for PostgreSQL.
On ClickHouse and PostgreSQL `tests/batch/test_servers.py` goes through the whole of `sekisho sql`: what occurs, its export, the small tables, their loading, the query that decides; on tables with columns of their own types.
`pip install chdb` brings ClickHouse, `SEKISHO_TEST_POSTGRES="host=localhost user=postgres"` names a server (with `pip install psycopg`); otherwise these tests are skipped, and say so.
Whoever runs a dialect that was only parsed should compare a sample with `sekisho screen` first.
"""


def page() -> str:
    """The page as it should be."""
    lines = [INTRO]
    for name, each in engines.MATRIX.items():
        yes = ["yes" if flag else "no" for flag in (each.resumes, each.order)]
        cells = [f"`{name}`", each.where, each.reads, each.writes, each.memory, *yes, f"`sekisho[{each.extra}]`"]
        lines.append(f"| {' | '.join(cells)} |\n")
    lines.append(FORMATS)
    for kind in dict.fromkeys(read._FORMATS.values()):
        known = [suffix for suffix, of in read._FORMATS.items() if of == kind]
        written = [suffix for suffix in known if suffix not in read._READ_ONLY]
        ticked = [", ".join(f"`{suffix}`" for suffix in some) for some in (known, written)]
        lines.append(f"| {NAMES[kind]} | {' | '.join(ticked)} |\n")
    lines.append(DIALECTS)
    lines += [f"| `{name}` | {engines.RUN.get(name, 'no: parsed only')} |\n" for name in sql.DIALECTS]
    return "".join([*lines, AFTER])


def test_the_page_of_engines_is_up_to_date(pytestconfig: pytest.Config) -> None:
    if pytestconfig.option.update_snapshots:
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_engine_stands_in_the_table_and_can_be_asked_for() -> None:
    from sekisho.cli.screen import command

    (option,) = [each for each in command.params if each.name == "engine"]
    assert set(engines.MATRIX) == {"columns", *engines.ENGINES} == set(option.type.choices)
    assert set(engines.RUN) <= set(sql.DIALECTS)
