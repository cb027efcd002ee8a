"""Views and filters over rows that are already known to be whole: answered by DuckDB, in this process.

The views themselves are in `schemas/views/`. DuckDB is handed Arrow tables and datasets, and can open
nothing else.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from pipeline.errors import ConfigError
from schemas.views import VIEWS, needed

type Where = str | Mapping[str, Any]
"""Which rows are wanted: SQL, or what columns must be equal to (several values: to one of them)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is wanted of a view.

    Attributes:
        columns: in this order; None for all.
        where: rows; None for all.
        days: first and last day of the rows; None for all, or where there are only rows of these.
        latest: of an article published on several days, the last day's rows.
        once: no rows of reprints.
    """

    columns: Sequence[str] | None = None
    where: Where | None = None
    days: tuple[date, date] | None = None
    latest: bool = False
    once: bool = False


def view_rows(name: str, relations: Mapping[str, Any], wanted: Wanted) -> pa.Table:
    """Return rows of a view.

    Args:
        name: of the view.
        relations: Arrow tables or datasets, by the names that `needed` gives.
        wanted: which rows and columns.

    Raises:
        ConfigError: no such column, or a condition that cannot be understood.
    """
    view = VIEWS[name]
    columns = list(wanted.columns or view.schema.names)
    check_columns(name, view.schema.names, columns)
    conditions, values = _conditions(name, view.schema, wanted.where)
    rows = name
    if wanted.days is not None:
        _need(name, "day", "days")
        first, last = (f"date '{day}'" for day in wanted.days)
        rows = f"(from {name} where day between {first} and {last})"
    if wanted.latest:
        _need(name, "article_id", "latest")
        rows = f"(from {rows} qualify day = max(day) over (partition by article_id))"
    if wanted.once:
        _need(name, "is_reprint", "once")
        conditions.append("not is_reprint")
    condition = f" where {' and '.join(conditions)}" if conditions else ""
    selected = ", ".join(map(_quoted, columns))
    sql = f"select {selected} from {rows}{condition} order by {', '.join(view.order)}"
    with _connection(relations) as con:
        for each in needed(name)[0]:
            con.execute(f"create temp view {each.name} as {each.select}")
        found = _run(con, sql, values, name if wanted.where else None)
    return found.cast(pa.schema([view.schema.field(column) for column in columns]))


def filtered(name: str, rows: pa.Table, where: Where) -> pa.Table:
    """Return the rows of a table that fulfil a condition, in their order.

    Raises:
        ConfigError: no such column, or a condition that cannot be understood.
    """
    conditions, values = _conditions(name, rows.schema, where)
    if not conditions:
        return rows
    numbered = rows.append_column("_row", pa.array(range(len(rows)), pa.int64()))
    with _connection({name: numbered}) as con:
        sql = f"select _row from {name} where {' and '.join(conditions)} order by _row"
        return rows.take(_run(con, sql, values, name)["_row"])


def nearest(text: str, candidates: Sequence[str] | pa.Array | pa.ChunkedArray, *, n: int = 3) -> list[str]:
    """Return the candidates most like a text: those that contain it first, then by Jaro-Winkler."""
    if not isinstance(candidates, pa.Array | pa.ChunkedArray):
        candidates = pa.array(list(candidates), pa.string())
    with _connection({"given": pa.table({"candidate": candidates})}) as con:
        found = con.execute(
            "select candidate from given where candidate is not null group by candidate"
            " order by contains(lower(candidate), lower($1)) desc,"
            " jaro_winkler_similarity(lower(candidate), lower($1)) desc, candidate limit $2",
            [text, n],
        ).fetchall()
    return [candidate for (candidate,) in found]


def alike_rows(index: pa.Table, name: str, *, columns: Sequence[str], n: int) -> pa.Table:
    """Return the entities of an index that a name may mean, the likeliest first; see `pipeline.find.find`.

    Args:
        index: rows of `entity_index`.
        name: all or part of a name.
        columns: of the index; `printed`, the form that was found, comes after them.
        n: at most so many.
    """
    sql = f"""
        with forms as (
            select entity_id, name as form, 1 as kind from entity_index
            union all
            select entity_id, a.alias.text, 3
            from (select entity_id, unnest(aliases) as alias from entity_index) a
        ), plain as (
            select *, strip_accents(lower(form)) as text, strip_accents(lower($name)) as wanted from forms
        ), ranked as (
            select entity_id, form, jaro_winkler_similarity(text, wanted) as likeness,
                list_max([jaro_winkler_similarity(word, wanted) for word in string_split(text, ' ')])
                    as of_a_word,
                case when text = wanted then 0 when contains(text, wanted) then kind else 4 end as rank
            from plain
        ), best as (
            select entity_id, min(rank) as rank, max(greatest(likeness, of_a_word)) as likeness,
                first(form order by rank, likeness desc, form) as printed
            from ranked where rank < 4 or greatest(likeness, of_a_word) >= 0.85 group by entity_id
        )
        select {", ".join(map(_quoted, columns))}, printed
        from best join entity_index using (entity_id)
        order by rank, case when rank = 4 then likeness end desc, n_articles desc, entity_id limit $n"""
    with _connection({"entity_index": index}) as con:
        return con.sql(sql, params={"name": name, "n": n}).to_arrow_table()


def check_columns(name: str, there: Sequence[str], wanted: Sequence[str]) -> None:
    """Raise a ConfigError for a column that is not there; it names the nearest."""
    for column in wanted:
        if column not in there:
            like = " or ".join(nearest(column, there, n=2))
            raise ConfigError(f"{name} has no column {column!r}, but {like}; see docs/tables.md")


def _conditions(name: str, schema: pa.Schema, where: Where | None) -> tuple[list[str], list[Any]]:
    """Return SQL conditions, and the values that they leave open."""
    if where is None:
        return [], []
    if isinstance(where, str):
        return [f"(\n{where}\n)"], []  # a comment at its end must not reach further
    check_columns(name, schema.names, list(where))
    conditions, values = [], []
    for column, value in where.items():
        many = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
        kind = schema.field(column).type
        alternatives = []
        for one in many:
            if one is None:
                alternatives.append(f"{_quoted(column)} is null")
                continue
            values.append(one)
            if pa.types.is_list(kind):
                alternatives.append(f"list_contains({_quoted(column)}, ${len(values)})")
            else:
                alternatives.append(f"{_quoted(column)} = ${len(values)}")
        conditions.append(f"({' or '.join(alternatives) or 'false'})")
    return conditions, values


def _need(name: str, column: str, option: str) -> None:
    if column not in VIEWS[name].schema.names:
        raise ConfigError(f"{name} has no column {column}, which `{option}` needs; see docs/tables.md")


def _connection(relations: Mapping[str, Any]) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(
        config={
            "python_enable_replacements": False,
            "enable_external_access": False,
            # What does not fit into memory; by itself it would be `.tmp` where the caller happens to be.
            "temp_directory": tempfile.gettempdir(),
        }
    )
    con.execute("set timezone = 'UTC'")
    for relation, rows in relations.items():
        con.register(relation, rows)
    con.execute("set lock_configuration = true")
    return con


def _run(con: duckdb.DuckDBPyConnection, sql: str, values: Sequence[Any], asked: str | None) -> pa.Table:
    """Return what is selected; what is wrong with it is the user's where they gave a condition on `asked`."""
    try:
        return con.sql(sql, params=list(values)).to_arrow_table()
    except duckdb.Error as error:
        if asked is None:
            raise
        said = " ".join(str(error).split())
        raise ConfigError(f"{asked}: the condition cannot be answered ({said[:400]})") from None


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
