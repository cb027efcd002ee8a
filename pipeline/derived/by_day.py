"""A derived table whose rows are each of one day: the days that changed take the place of what they were."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.curation.decisions import Decisions
from pipeline.derived.tables import OfDays
from pipeline.derived.work import Files, UnknownError, Work
from pipeline.store.batch import month_of
from pipeline.store.manifest import find_manifest
from schemas.table import arrow_schema


def bring_up_days(table: OfDays, work: Work, files: Files) -> None:
    """Bring a table up to date.

    Raises:
        DamagedError: a file of a published day is damaged, or gone.
    """
    changed = work.changed | _decided_anew(table, work, files)
    for month in work.months:
        file = f"{month}.parquet"
        own = [day for day in work.days if month_of(day) == month]
        kept: list[pa.Table] = []
        if not files.is_new and file in files.state.files:
            anew = [day for day in changed if month_of(day) == month]
            if not anew:
                continue
            try:
                rows = files.read(file)
            except UnknownError:
                anew = own
            else:
                kept = [rows.filter(pc.invert(pc.is_in(rows["day"], value_set=pa.array(anew, pa.date32()))))]
        else:
            anew = own
        made = [_rows(table, work, day) for day in sorted(anew) if day in work.days]
        files.put(file, _together(table, [*kept, *made]))


def _rows(table: OfDays, work: Work, day: date) -> pa.Table:
    if not table.reads:
        manifest = find_manifest(work.store, day)
        return table.rows(manifest) if manifest is not None else arrow_schema(table.row_class).empty_table()
    if not work.has_articles(day):
        return arrow_schema(table.row_class).empty_table()
    return table.rows(work.tables_of(day, table.reads), work.decisions)


def _together(table: OfDays, parts: Iterable[pa.Table]) -> pa.Table:
    schema = arrow_schema(table.row_class)
    rows = pa.concat_tables([schema.empty_table(), *(part.cast(schema) for part in parts)])
    return rows.sort_by([(column, "ascending") for column in table.row_class.key]).combine_chunks()


def _decided_anew(table: OfDays, work: Work, files: Files) -> set[date]:
    """Return the days with entities on which human decisions are others than before."""
    ids = _ids_of_changes(work.before.decisions, work.decisions)
    if not table.entity_columns or not ids or files.is_new:
        return set()
    found: set[date] = set()
    for file in files.state.files:
        try:
            rows = files.read(file)
        except UnknownError:
            continue  # all of it is made again
        for column in table.entity_columns:
            is_meant = pc.is_in(rows[column], value_set=pa.array(sorted(ids), pa.string()))
            found.update(pc.unique(rows.filter(is_meant)["day"]).to_pylist())
    return found


def _ids_of_changes(before: Decisions, now: Decisions) -> set[str]:
    merges = before.merged.items() ^ now.merged.items()
    splits = before.split.items() ^ now.split.items()
    ids = {one for pair in merges for one in pair}
    for (entity_id, _), own in splits:
        # Rows have what they were merged into, before the change or after it.
        ids |= {merged.get(id, id) for id in (entity_id, own) for merged in ({}, before.merged, now.merged)}
    return ids
