"""The codebook of tables and views: `python -m schemas.codebook > docs/tables.md`."""

import sys

from schemas import DAY_TABLES, DERIVED_TABLES
from schemas.table import SCHEMA_VERSION, Column, Row, columns
from schemas.views import VIEWS, View


def codebook() -> str:
    """Return the codebook of all tables as Markdown."""
    parts = [
        "# Tables\n\n"
        "<!-- Generated from the classes and views in schemas/ by `make docs`; do not edit. -->\n\n"
        f"Schema version {SCHEMA_VERSION}. Columns may be added; those here keep names, types and meaning.\n"
        "Offsets are Unicode code points of `articles.text`, end exclusive. A day's tables lie in\n"
        "`tables/<table>/<YYYY-MM-DD>.parquet` and are joined on (day, article_id). The descriptions below\n"
        "also stand in the metadata of each Parquet file.\n"
    ]
    parts += ["## Tables of a day\n"] + [_table(t) for t in reversed(DAY_TABLES)]
    parts += [
        "## Derived tables\n\n"
        "Made of all days, after each published day; the same in whatever order the days came. Those with a\n"
        "column `day` lie in `tables/<table>/<YYYY-MM>.parquet`, the others in\n"
        "`tables/<table>/<table>.parquet`.\n"
    ]
    parts += [_table(t) for t in DERIVED_TABLES]
    parts += [
        "## Views\n\n"
        "The tables joined once for all: outlets, canonical names and human decisions are there already.\n"
        'The same rows come from `load("said")` and, in DuckDB, from `tables/views.sql`. The SQL of each\n'
        "lies in `schemas/views/`.\n"
    ]
    parts += [_view(view) for view in VIEWS.values()]
    return "\n".join(parts)


def _table(row_class: type[Row]) -> str:
    lines = [f"### {row_class.table_name}\n", _docstring(row_class), ""]
    lines.append(
        f"Key: {', '.join(row_class.key)}" + ("" if row_class.is_derived else ", within a day") + ".\n"
    )
    lines += ["| column | type | null | description |", "|---|---|---|---|"]
    lines += [_line(c) for c in columns(row_class)]
    return "\n".join(lines) + "\n"


def _view(view: View) -> str:
    lines = [f"### {view.name}\n", view.description, "", f"Key: {', '.join(view.key)}.\n"]
    lines += ["| column | type | description |", "|---|---|---|"]
    lines += [f"| {c.name} | {c.type} | {_description(c)} |" for c in view.columns]
    return "\n".join(lines) + "\n"


def _docstring(row_class: type[Row]) -> str:
    paragraphs = (row_class.__doc__ or "").strip().split("\n\n")
    return "\n\n".join(" ".join(p.split()) for p in paragraphs)


def _line(column: Column) -> str:
    null = "" if column.is_required else "yes"
    return f"| {column.name} | {column.type} | {null} | {_description(column)} |"


def _description(column: Column) -> str:
    values = f" One of: {', '.join(f'`{v}`' for v in column.values)}." if column.values else ""
    return f"{column.description.rstrip('.')}.{values}"


if __name__ == "__main__":
    sys.stdout.write(codebook())
