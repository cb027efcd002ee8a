"""What a view's file says of its columns is what DuckDB gives."""

import duckdb
import pytest

from schemas import TABLES
from schemas.table import arrow_schema
from schemas.views import DECISIONS, NAMES, VIEWS, needed, views_sql


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    """All views over empty tables."""
    found = duckdb.connect()
    found.execute("set timezone = 'UTC'")
    for name, row_class in TABLES.items():
        found.register(name, arrow_schema(row_class).empty_table())
    for name, schema in DECISIONS.items():
        found.register(name, schema.empty_table())
    for view in VIEWS.values():
        found.execute(f"create temp view {view.name} as {view.select}")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_columns_are_declared_as_they_are(con: duckdb.DuckDBPyConnection, name: str) -> None:
    view = VIEWS[name]
    given = con.sql(f"from {name}").to_arrow_table().schema
    assert [(f.name, f.type) for f in given] == [(c.name, c.type) for c in view.columns]
    assert all(column.description for column in view.columns)
    assert view.description and view.key
    assert {term.split()[0] for term in (*view.key, *view.order)} <= set(view.schema.names)


def test_a_view_needs_those_below_it_and_their_tables() -> None:
    views, read = needed("said")
    assert [view.name for view in views] == ["article_entities", "said"]
    assert {"quotes", "articles", "entities", "entity_splits"} <= {*read}
    assert not {"claims", "mentions", "said"} & {*read}


def test_the_script_names_files_relative_to_its_folder_or_in_the_folder_that_is_given() -> None:
    assert "read_parquet('quotes/[0-9]*.parquet'" in views_sql()
    assert "read_parquet('/it''s/quotes/[0-9]*.parquet'" in views_sql("/it's/")
