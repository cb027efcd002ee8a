"""Derived tables as analysts meet them: the names that entities go by, and the human decisions on them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.curation.decisions import Decisions
from pipeline.curation.decisions_now import DecisionsNow, read_decisions_now
from pipeline.errors import ConfigError, DamagedError
from pipeline.store import Store
from pipeline.store.batch import DECISIONS
from pipeline.store.derived_files import read_derived
from schemas import TABLES
from schemas.table import arrow_schema, with_values
from schemas.views import DECISIONS as DECISIONS_OF_VIEWS

NAMES = {
    "name": "entity_id",
    "speaker_name": "speaker_entity_id",
    "claimer_name": "claimer_entity_id",
}
"""Columns that hold an entity's name, and beside it its id."""

_IDS = ("entity_id", "speaker_entity_id", "claimer_entity_id", "subject_entity_id")
_ID_LISTS = ("speaker_entity_ids", "entity_ids")


def derived_rows(
    store: Store,
    table: str,
    *,
    days: tuple[date, date] | None = None,
    columns: list[str] | None = None,
) -> pa.Table:
    """Return the rows of a derived table; of one that is kept by month, those of some days.

    Names and merges of `entity_index`, and which claims are in groups, are those of the decisions of now.
    """
    rows = _as_derived(store, table, days, columns)
    if table == "entity_index":
        rows = _index_now(rows, _now(store).decisions)
    elif table == "claim_groups" and (leaving := _now(store).leaving):
        rows = rows.filter(pc.invert(pc.is_in(rows["claim_id"], value_set=pa.array(sorted(leaving)))))
    return rows


def _as_derived(
    store: Store, table: str, days: tuple[date, date] | None, columns: list[str] | None
) -> pa.Table:
    """Return the rows of a derived table as its files have them."""
    row_class = TABLES[table]
    schema = arrow_schema(row_class).remove_metadata()
    with _derive_again():
        try:
            files = [*read_derived(store, row_class, days=days, columns=columns)]
        except FileNotFoundError:  # a month that went meanwhile
            files = []
    if not files and not store.exists(DECISIONS):
        raise ConfigError(f"nothing is derived in {store.root}: run `python -m pipeline run` first")
    empty = schema.empty_table() if columns is None else schema.empty_table().select(columns)
    rows = pa.concat_tables([empty, *files])
    if days is not None and row_class.is_by_month:
        first, last = (pa.scalar(day, pa.date32()) for day in days)
        rows = rows.filter(pc.and_(pc.greater_equal(rows["day"], first), pc.less_equal(rows["day"], last)))
    return rows


@contextlib.contextmanager
def _derive_again() -> Iterator[None]:
    """Say what to do where what derive made is damaged."""
    try:
        yield
    except DamagedError as error:
        remedy = (
            "make it again (python -m pipeline verify --mend, then"
            " python -m pipeline run DAY --stage derive, for any day)"
        )
        raise DamagedError(f"{error}: {remedy}", path=error.path) from None


@dataclass(frozen=True, slots=True)
class Index:
    """What entities are called, and the decisions on them.

    Attributes:
        decisions: human ones, as they hold now.
        names: entity_id and name: of the index, and of what was split off and named since.
    """

    decisions: Decisions
    names: pa.Table

    @property
    def speakers(self) -> Mapping[str, str | None]:
        """Who speaks where people corrected it, by quote_id."""
        return self.decisions.speakers

    @classmethod
    def read(cls, store: Store) -> Index | None:
        """Return what was derived; None before anything was."""
        if not store.exists(DECISIONS):
            return None
        names = _as_derived(store, "entity_index", None, ["entity_id", "name"])
        decisions = _now(store).decisions
        names = _index_now(names, decisions)
        since = sorted({*decisions.renamed} - {*names["entity_id"].to_pylist()})
        added = {"entity_id": since, "name": [decisions.renamed[entity_id] for entity_id in since]}
        return cls(decisions, pa.concat_tables([names, pa.table(added, names.schema)]))

    def followed(self, rows: pa.Table) -> pa.Table:
        """Follow decisions on entities, and call each entity by its name in the index."""
        decisions = self.decisions
        if decisions.merged or decisions.split:
            articles = rows["article_id"].to_pylist()

            def decided(entity_id: str | None, article_id: str) -> str | None:
                if entity_id is None:
                    return None
                own = decisions.split.get((entity_id, article_id), entity_id)
                return decisions.merged.get(own, own)

            for column in {*_IDS} & {*rows.column_names}:
                pairs = zip(rows[column].to_pylist(), articles, strict=True)
                rows = with_values(rows, column, [decided(*pair) for pair in pairs])
            for column in {*_ID_LISTS} & {*rows.column_names}:
                lists = zip(rows[column].to_pylist(), articles, strict=True)
                rows = with_values(
                    rows, column, [list(dict.fromkeys(decided(i, a) for i in ids)) for ids, a in lists]
                )
        ids = self.names["entity_id"].combine_chunks()
        for column, id_column in NAMES.items():
            if column in rows.column_names and id_column in rows.column_names:
                at = pc.index_in(rows[id_column], value_set=ids)
                names = pc.coalesce(
                    self.names["name"].combine_chunks().take(at.combine_chunks()),
                    rows[column].combine_chunks(),
                )
                rows = rows.set_column(rows.column_names.index(column), rows.schema.field(column), names)
        return rows


def _index_now(rows: pa.Table, decisions: Decisions) -> pa.Table:
    """Return rows of `entity_index` under the names and merges of now."""
    ids = rows["entity_id"]
    for column, decided, before in (
        ("name", decisions.renamed, rows["name"]),
        ("merged_into", decisions.merged, pa.nulls(len(rows), pa.string())),
    ):
        if column in rows.column_names:
            at = pc.index_in(ids, value_set=pa.array([*decided], pa.string()))
            values = pc.coalesce(pa.array([*decided.values()], pa.string()).take(at.combine_chunks()), before)
            number = rows.column_names.index(column)
            rows = rows.set_column(number, rows.schema.field(number), values)
    return rows


def _now(store: Store) -> DecisionsNow:
    with _derive_again():
        return read_decisions_now(store)


def decision_rows(store: Store) -> dict[str, pa.Table]:
    """Return human decisions, as they hold now, as the tables that views read."""
    return as_tables(_now(store).decisions)


def as_tables(decisions: Decisions) -> dict[str, pa.Table]:
    """Return decisions as the tables that views read, by name."""
    rows: dict[str, Any] = {
        "entity_merges": decisions.merged.items(),
        "entity_splits": ((*pair, own) for pair, own in decisions.split.items()),
        "entity_renames": decisions.renamed.items(),
        "speaker_corrections": decisions.speakers.items(),
    }
    return {
        name: pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows[name]], schema)
        for name, schema in DECISIONS_OF_VIEWS.items()
    }
