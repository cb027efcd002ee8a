"""Views over the tables: what most questions ask, with outlets, names and human decisions joined once.

A view is a file, `schemas/views/<name>.sql`: a select, below comments that describe it and each column.
`views.sql` beside the published tables, the codebook and `load()` all come from these files. They are written
for DuckDB.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

import pyarrow as pa

from schemas import TABLES
from schemas.table import Column
from schemas.table import columns as columns_of

NAMES = (
    "article_entities",
    "said",
    "quote_names",
    "asserted",
    "claim_amounts",
    "claim_dates",
    "claim_places",
    "claim_hedges",
    "spread_members",
    "spread",
    "speakers",
)
"""All views; each reads only tables and views before it."""

READS = (
    "views/article_entities.sql",
    "views/said.sql",
    "views/quote_names.sql",
    "views/asserted.sql",
    "views/claim_amounts.sql",
    "views/claim_dates.sql",
    "views/claim_places.sql",
    "views/claim_hedges.sql",
    "views/spread_members.sql",
    "views/spread.sql",
    "views/speakers.sql",
)
"""The files of the views, for the version of the code."""

DECISIONS: dict[str, pa.Schema] = {
    "entity_merges": pa.schema([("entity_id", pa.string()), ("into_id", pa.string())]),
    "entity_splits": pa.schema(
        [("entity_id", pa.string()), ("article_id", pa.string()), ("own_id", pa.string())]
    ),
    "entity_renames": pa.schema([("entity_id", pa.string()), ("name", pa.string())]),
    "speaker_corrections": pa.schema([("quote_id", pa.string()), ("speaker_id", pa.string())]),
}
"""What views read beside the tables: human decisions, as they hold now."""

_TYPES = {
    "string": pa.string(),
    "integer": pa.int32(),
    "long": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "list<string>": pa.list_(pa.string()),
}
_COLUMN = re.compile(r"(\w+) ([\w<>.]+): (\S.*)")
_READ = re.compile(r"\b(?:from|join)\s+(\w+)")


@dataclass(frozen=True, slots=True)
class View:
    """A view: its select, and what its file says of it.

    Attributes:
        name: of the view.
        description: paragraphs of plain text.
        key: the columns that together identify a row.
        order: the terms by which its rows are sorted when they are loaded.
        spans_days: a row is made of several days, so that days cannot be read alone.
        columns: in their order.
        select: in the SQL of DuckDB.
        reads: the tables, views and decisions that it reads.
    """

    name: str
    description: str
    key: tuple[str, ...]
    order: tuple[str, ...]
    spans_days: bool
    columns: tuple[Column, ...]
    select: str
    reads: tuple[str, ...]

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of its rows, descriptions inside."""
        return pa.schema(
            [pa.field(c.name, c.type, metadata={"description": c.description}) for c in self.columns]
        )


def views_sql(folder: str = "") -> str:
    """Return a script for DuckDB that makes the tables and all views known, with their descriptions.

    Args:
        folder: where the tables lie; empty where the script is read in that folder.
    """
    return "\n".join(
        [_HEAD, *_tables(f"{folder.rstrip('/')}/" if folder else ""), *map(_create, VIEWS.values())]
    )


def needed(name: str) -> tuple[list[View], list[str]]:
    """Return the views that a view needs, itself last, and the tables and decisions that they read."""
    views = {name}
    for other in reversed(NAMES):
        if other in views:
            views.update(read for read in VIEWS[other].reads if read in VIEWS)
    wanted = [VIEWS[other] for other in NAMES if other in views]
    return wanted, sorted({read for view in wanted for read in view.reads} - {*NAMES})


_HEAD = """\
-- Views over the published tables, for DuckDB. Written by Newstables; what is changed here is lost.
--
-- In this folder: duckdb -cmd '.read views.sql'. From elsewhere, and in Python, say first where it is:
--     con.execute("set file_search_path = 'data/tables'")
--     con.execute(open("data/tables/views.sql").read())
-- Their columns are described in docs/tables.md, and in duckdb_columns().
set timezone = 'UTC';
"""


def _tables(folder: str) -> Iterator[str]:
    now = _text(f"{folder}_decisions_now.json")
    columns = ", ".join(f"{name}: '{type_}'" for name, type_ in _DECIDED.items())
    yield f"create or replace view decisions_now as from read_json({now}, columns = {{{columns}}});"
    for name, select in _DECISIONS_SQL.items():
        yield f"create or replace view {name} as {select} from decisions_now;"
    for name, row_class in TABLES.items():
        file = name if row_class.is_derived and not row_class.is_by_month else "[0-9]*"
        path = _text(f"{folder}{name}/{file}.parquet")
        options = "" if row_class.is_derived else ", union_by_name = true"
        rows = NOW.get(name, "from {rows}").format(rows=f"read_parquet({path}{options})")
        yield f"create or replace view {name} as {rows};"
    yield ""


NOW = {
    "entity_index": """\
select i.* replace (coalesce(n.name, i.name) as name, m.into_id as merged_into)
from {rows} i
left join entity_renames n on n.entity_id = i.entity_id
left join entity_merges m on m.entity_id = i.entity_id""",
    "claim_groups": "from {rows} where claim_id not in (select claim_id from claims_leaving)",
}
"""Derived tables in which decisions are obeyed as they are read."""

_DECIDED = {
    "merged": "map(varchar, varchar)",
    "split": "varchar[][]",
    "renamed": "map(varchar, varchar)",
    "speakers": "map(varchar, varchar)",
    "leaving": "varchar[]",
}
_DECISIONS_SQL = {
    "entity_merges": "select unnest(map_keys(merged)) as entity_id, unnest(map_values(merged)) as into_id",
    "entity_splits": "select unnest(split)[1] as entity_id, unnest(split)[2] as article_id,"
    " unnest(split)[3] as own_id",
    "entity_renames": "select unnest(map_keys(renamed)) as entity_id, unnest(map_values(renamed)) as name",
    "speaker_corrections": "select unnest(map_keys(speakers)) as quote_id,"
    " unnest(map_values(speakers)) as speaker_id",
    "claims_leaving": "select unnest(leaving) as claim_id",
}


def _create(view: View) -> str:
    about = " ".join(view.description.split())
    comments = [f"comment on view {view.name} is {_text(about)};"]
    comments += [f"comment on column {view.name}.{c.name} is {_text(c.description)};" for c in view.columns]
    return f"create or replace view {view.name} as\n{view.select};\n" + "\n".join(comments) + "\n"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _read(name: str) -> View:
    """Read a view's file: the comment before its select says what it is."""
    lines = files(__name__).joinpath(f"{name}.sql").read_text("utf-8").rstrip().splitlines()
    n_comments = next(number for number, line in enumerate(lines) if not line.startswith("--"))
    comment = re.sub(r"\n {2,}", " ", "\n".join(line[3:] for line in lines[:n_comments]))
    said: dict[str, tuple[str, ...]] = {"key": (), "order": ()}
    columns, paragraphs, spans_days = [], [], False
    for block in comment.split("\n\n"):
        if all(_COLUMN.fullmatch(line) for line in block.splitlines()):
            for line in block.splitlines():
                column, kind, description = _COLUMN.fullmatch(line).groups()  # type: ignore[union-attr]
                columns.append(_column(column, kind, description))
        elif "key: " in block:
            spans_days = block.startswith("spans days")
            for line in block.splitlines():
                word, _, terms = line.partition(": ")
                if word in said:
                    said[word] = tuple(terms.split(", "))
        else:
            paragraphs.append(" ".join(block.split()))
    select = "\n".join(lines[n_comments:])
    known = {*NAMES[: NAMES.index(name)], *TABLES, *DECISIONS}
    reads = tuple(sorted({found for found in _READ.findall(select) if found in known}))
    return View(
        name,
        "\n\n".join(paragraphs),
        **said,
        spans_days=spans_days,
        columns=tuple(columns),
        select=select,
        reads=reads,
    )


def _column(name: str, kind: str, description: str) -> Column:
    """Return a column of a type, or of the type and the closed list of values of a table's column."""
    if "." not in kind:
        return Column(name, _TYPES[kind], description, is_required=False)
    table, _, other = kind.partition(".")
    [like] = [column for column in columns_of(TABLES[table]) if column.name == other]
    return Column(name, like.type, description, is_required=False, values=like.values)


VIEWS: dict[str, View] = {}
for _name in NAMES:
    VIEWS[_name] = _read(_name)
