"""The query in every dialect: it parses, and stays as it is."""

from __future__ import annotations

import pytest

from sekisho.batch.columns import map_columns
from sekisho.batch.run import Table

sqlglot = pytest.importorskip("sqlglot")

from sekisho.batch import sql  # noqa: E402 - needs sqlglot
from sekisho.batch.tables import Plan  # noqa: E402

HEADINGS = ("Order no", "date", "exporter", "recipient", "item", "consideration", "weapon")


@pytest.fixture(scope="module")
def shape(desk):
    return Plan(Table(desk, map_columns(HEADINGS, desk.library)), HEADINGS).shape


@pytest.mark.parametrize("dialect", sql.DIALECTS)
def test_the_query_parses_and_keeps_its_shape(shape, dialect, snapshot):
    text = sql.write(sql.decide(shape, "orders"), dialect)
    assert sqlglot.parse_one(text, dialect=dialect).sql(dialect=dialect, pretty=True) == text
    assert text == snapshot
    occurs = sql.write(sql.every(shape, "orders"), dialect)
    assert sqlglot.parse_one(occurs, dialect=dialect).sql(dialect=dialect, pretty=True) == occurs
    assert sqlglot.parse_one(sql.write(sql.cells(shape, "orders"), dialect), dialect=dialect)
    for group in sql.GROUPS:
        assert sqlglot.parse_one(sql.write(sql.distinct(shape, group, "orders"), dialect), dialect=dialect)


def test_what_occurs_is_exported_as_the_text_with_which_it_is_compared(shape):
    """Else a date, a number, or a truth value that one engine spells otherwise than the next is not found again."""
    joined, occurs = (sql.write(make(shape, "orders"), "trino") for make in (sql.decide, sql.every))
    for heading in ("date", "weapon", "consideration"):
        text = f'COALESCE(CAST("t"."{heading}" AS VARCHAR), \'\')'
        assert f'{text} AS "{heading}"' in occurs and text in joined


def test_clickhouse_leaves_empty_what_a_join_does_not_find(shape):
    assert sql.write(sql.decide(shape, "orders"), "clickhouse").endswith("SETTINGS join_use_nulls = 1")


def test_every_column_that_leaves_a_join_is_named(shape):
    """ClickHouse calls it `t.date` where it is not, for another table of the join has a `date` as well."""
    for alias, heading in (("t", "date"), ("t", "Order no"), ("a", "basis")):
        assert f'"{alias}"."{heading}" AS "{heading}"' in sql.write(sql.decide(shape, "orders"), "clickhouse")


def test_every_alias_is_quoted_as_it_is_used(shape):
    text = sql.write(sql.decide(shape, "orders"), "snowflake")
    assert 'FROM orders AS "t"' in text and 'WITH "k" AS' in text and " AS items" not in text


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("orders", "FROM orders"),
        ("lake.orders", "FROM lake.orders"),
        ("a.lake.orders", "FROM a.lake.orders"),
        ("orders of 2024", 'FROM "orders of 2024"'),
        ('"Orders"', 'FROM "Orders" AS'),
        ('customs."Orders of 2024"', 'FROM customs."Orders of 2024"'),
        ("`customs`.orders", 'FROM "customs".orders'),
        ('x" AS y; DROP TABLE z; --', 'FROM "x"" AS y; DROP TABLE z; --"'),
    ],
)
def test_a_table_is_named_as_it_is_called(shape, name, written):
    assert written in sql.write(sql.decide(shape, name), "duckdb")
