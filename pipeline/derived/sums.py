"""A derived table that adds up all days: a night adds its own to what the table was.

Such a table sees the whole archive: whoever is named tonight may have been named on any day. Its rows are
sorted by entity, and a night goes through the file once, a group of rows after another, and puts those that
changed between the others. So it takes two requests and little memory however long the archive is; its time
grows with the number of entities alone.

A day that is published again is taken out first. Where an entity was seen first or last on a day that it is
no longer named on, the days are asked, from that end, until one names it. When a decision or the code
changes, the counts of all days are added up anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.derived.day_partials import Partials
from pipeline.derived.entity_counts import ARTICLES, COUNTS, added, with_heirs
from pipeline.derived.tables import Summed
from pipeline.derived.work import Files, UnknownError, Work
from pipeline.identity import checksum
from pipeline.store.batch import PARTIALS
from pipeline.store.row_groups import in_groups, n_rows, row_groups
from schemas.table import arrow_schema, with_values

_ROWS_AT_ONCE = 1 << 20
_UNTOLD = "untold.parquet"


def bring_up_sums(table: Summed, work: Work, files: Files, partials: Partials) -> None:
    """Bring a table up to date.

    Raises:
        UnknownError: what was kept of it is not what was noted.
        DamagedError: a file of a published day is damaged, or gone.
    """
    file, untold_path = f"{files.name}.parquet", f"{PARTIALS}/{files.name}/{_UNTOLD}"
    schema = arrow_schema(table.row_class)
    if files.is_new or file not in files.state.files:
        gone: list[pa.Table] = []
        partials.refresh(work.days)
        anew = [day for day in work.days if work.has_articles(day)]
        rows, untold = in_groups([], schema), in_groups([], COUNTS)
        lost: dict[str, set[date]] = {}
    else:
        if not work.changed:
            return
        rows, untold = _read(files, file, untold_path)
        before = [day for day in sorted(work.changed) if day in work.before.runs]
        gone = [old for day in before if (old := partials.before(day)) is not None]
        partials.refresh(work.changed)
        anew = [day for day in sorted(work.changed) if work.has_articles(day)]
        lost = _lost(gone, [partials.read(day) for day in anew])
    minus = [part.set_column(3, "n", pc.negate(part["n"])) for part in gone]
    for parts in _some_at_a_time(minus, (partials.read(day) for day in anew)):
        delta = with_heirs(added(parts), work.decisions)
        rows, untold = _with_counts(table, work, rows, untold, delta)
    if lost:
        rows = _with_days(rows, lost, work, partials, schema)
    files.put_bytes(file, rows, n_rows(rows))
    digest = checksum(untold)
    if files.is_new or files.state.kept.get(_UNTOLD) != digest:
        work.store.put(untold_path, untold)
        files.state.kept[_UNTOLD] = digest


def _read(files: Files, file: str, untold_path: str) -> tuple[bytes, bytes]:
    found = []
    for path, digest in (
        (files.path(file), files.state.files[file][1]),
        (untold_path, files.state.kept.get(_UNTOLD)),
    ):
        data = files.store.find(path)
        if data is None or checksum(data) != digest:
            raise UnknownError(f"{path} is not what was written")
        found.append(data)
    return found[0], found[1]


def _some_at_a_time(first: list[pa.Table], parts: Iterable[pa.Table]) -> Iterator[list[pa.Table]]:
    """Yield counts in lists that fit into memory; what is taken out goes with the first that is added."""
    waiting = list(first)
    for part in parts:
        waiting.append(part)
        if sum(map(len, waiting)) > _ROWS_AT_ONCE:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _with_counts(
    table: Summed, work: Work, rows: bytes, untold: bytes, delta: pa.Table
) -> tuple[bytes, bytes]:
    """Return the table, and what it does not tell, with some counts added."""
    ids = pc.unique(delta["entity_id"].combine_chunks()).sort()
    schema = arrow_schema(table.row_class)
    own, rest = _picked(rows, ids, schema), _picked(untold, ids, COUNTS)
    counts = added([table.counts(own, rest), delta])
    # An entity that nobody names any more has neither articles nor anything else.
    counts = counts.filter(pc.not_equal(counts["n"], 0))
    new, new_untold = table.finish(counts, work.decisions)
    return _spliced(rows, ids, new, schema), _spliced(untold, ids, new_untold, COUNTS)


def _picked(data: bytes, ids: pa.Array, schema: pa.Schema) -> pa.Table:
    """Return the rows of some entities."""
    found = [group.filter(pc.is_in(group["entity_id"], value_set=ids)) for group in row_groups(data)]
    return pa.concat_tables([schema.remove_metadata().empty_table(), *found]).combine_chunks()


def _spliced(data: bytes, ids: pa.Array, rows: pa.Table, schema: pa.Schema) -> bytes:
    """Return a file, sorted by entity, in which the rows of some entities are replaced."""
    return in_groups(_merged(data, ids, rows.cast(schema)), schema)


def _merged(data: bytes, ids: pa.Array, rows: pa.Table) -> Iterator[pa.Table]:
    rows = rows.replace_schema_metadata(None)
    for group in row_groups(data):
        last = group["entity_id"][-1]
        n = pc.sum(pc.less_equal(rows["entity_id"], last)).as_py() or 0
        kept = group.filter(pc.invert(pc.is_in(group["entity_id"], value_set=ids)))
        part = pa.concat_tables([kept, rows.slice(0, n)]).combine_chunks()
        # Stable: the rows of one entity keep their order, and stand on one side.
        yield part.take(pc.sort_indices(part["entity_id"]))
        rows = rows.slice(n)
    yield rows


# ---- first and last days ---------------------------------------------------------------------------


def _lost(gone: Iterable[pa.Table], anew: Iterable[pa.Table]) -> dict[str, set[date]]:
    """Return the entities that a day no longer names, with these days."""
    lost: dict[str, set[date]] = {}
    kept = {(row["entity_id"], row["first"]) for part in anew for row in _seen(part).to_pylist()}
    for row in (row for part in gone for row in _seen(part).to_pylist()):
        if (row["entity_id"], row["first"]) not in kept:
            lost.setdefault(row["entity_id"], set()).add(row["first"])
    return lost


def _seen(counts: pa.Table) -> pa.Table:
    return counts.filter(pc.equal(counts["field"], ARTICLES)).select(["entity_id", "first"])


def _with_days(
    data: bytes, lost: dict[str, set[date]], work: Work, partials: Partials, schema: pa.Schema
) -> bytes:
    """Return the table with the days of entities that may no longer be named on their first or last."""
    merged = work.decisions.merged
    heirs: dict[str, set[date]] = {}
    for entity_id, days in lost.items():
        for one in {entity_id, merged.get(entity_id, entity_id)}:
            heirs.setdefault(one, set()).update(days)
    own = _picked(data, pa.array(sorted(heirs), pa.string()), schema)
    if "first_seen" not in own.column_names:
        return data
    found = {}
    rows = own.to_pylist()
    in_order = [day for day in work.days if work.has_articles(day)]
    for column, order in (("first_seen", in_order), ("last_seen", in_order[::-1])):
        asked = {row["entity_id"] for row in rows if row[column] in heirs[row["entity_id"]]}
        for day in order:
            if not asked:
                break
            named = {*_seen(with_heirs(partials.read(day), work.decisions))["entity_id"].to_pylist()}
            found.update({(one, column): day for one in asked & named})
            asked -= named
    for column in ("first_seen", "last_seen"):
        values = [found.get((row["entity_id"], column), row[column]) for row in rows]
        own = with_values(own, column, values)
    return _spliced(data, own["entity_id"].combine_chunks(), own, schema)
