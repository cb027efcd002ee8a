"""A derived table of groups: day after day, some join what stands in the days before, within a window.

Who joined whom is kept by month (`Members`). When days change, they are joined anew, and so are the days
after them as long as anything in the window before comes out otherwise than it did. Then the groups in which
anything changed get their rows anew, in whatever months they have members; all other rows stay.

So what a day's rows are follows from the days alone, in whatever order these came. A night reads the days in
the window and the months since its groups began.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.curation.decisions import Decisions
from pipeline.derived.day_partials import Links, Partials
from pipeline.derived.members import Members, is_among, keys_of
from pipeline.derived.scene import Scene
from pipeline.derived.tables import Grouped
from pipeline.derived.work import Files, Work
from pipeline.store.batch import month_of
from schemas.table import arrow_schema

type Groups = set[tuple[date, str]]


def bring_up_groups(
    table: Grouped,
    work: Work,
    files: Files,
    partials: Partials,
    beside: tuple[Members, frozenset[date]] | None,
) -> tuple[Members, frozenset[date]]:
    """Bring a table up to date; return its members, and the days on which any are others than before.

    Args:
        table: what is to be made.
        work: what is to be done.
        files: of the table.
        partials: of its days.
        beside: what this returned for the table that is read beside it.

    Raises:
        UnknownError: what was kept of it is not what was noted.
        DamagedError: a file of a published day is damaged, or gone.
    """
    members = Members(files.name, table.members, files)
    changed = {*work.days} if files.is_new else {*work.changed}
    partials.refresh(sorted(changed))
    if beside is not None and not files.is_new:
        changed |= beside[1]
    window = work.window_days[table.window_setting] if table.window_setting else table.window_days
    touched, others = _join(table, work, partials, members, changed, window, beside and beside[0])
    members.write()
    # After a crash it is not known which rows were written, nor of which groups the members were.
    is_all = files.is_new or work.is_resumed
    if is_all:
        touched = {*_groups_of(members.of_month(month) for month in members.known())}
    months = {month_of(day) for day in others} | {month_of(day) for day, _ in touched}
    _put_rows(table, work, files, members, touched, months, is_all=is_all)
    members.keep_only(work.months)
    return members, frozenset(others)


def together(
    table: Grouped,
    given: Mapping[date, pa.Table],
    *,
    window_days: int,
    decisions: Decisions | None = None,
    beside: Members | None = None,
) -> pa.Table:
    """Return the rows of a table of some days, all in memory.

    Args:
        table: what is to be made.
        given: by the days: their partials, or where the table has links, these.
        window_days: so many days back is compared.
        decisions: human ones.
        beside: the members of the table that is read beside it.
    """
    members = Members(table.name, table.members)
    for day in sorted(given):
        before = tuple(one for one in sorted(given) if 0 < (day - one).days <= window_days)
        scene = Scene(day, given[day], before, given.__getitem__, members, beside, decisions or Decisions())
        members.replace(day, table.join(scene))
    return table.rows(pa.concat_tables([table.members.empty_table(), *members.months.values()]))


def _join(
    table: Grouped,
    work: Work,
    partials: Partials,
    members: Members,
    changed: set[date],
    window: int,
    beside: Members | None,
) -> tuple[Groups, set[date]]:
    """Join the days that changed, and those after them; return the groups, and the days, that differ."""
    partial_of = lru_cache(maxsize=window + 2)(partials.read)
    links = Links(table, partials, partial_of) if table.links else None
    days = [day for day in work.days if work.has_articles(day)]
    touched: Groups = set()
    others: set[date] = set()
    until = date.min
    for day in sorted({*days} | changed):
        if day in changed:
            until = max(until, day + timedelta(window))
        elif day > until:
            continue
        old, new = members.of_day(day), table.members.empty_table()
        if work.has_articles(day):
            first = day - timedelta(window)
            before = tuple(one for one in days if first <= one < day)
            given = links.read(day) if links else partial_of(day)
            scene = Scene(day, given, before, partial_of, members, beside, work.decisions)
            new = table.join(scene).combine_chunks()
        elif links:
            links.remove(day)
        if not new.equals(old):
            members.replace(day, new)
            touched.update(_groups_of([old, new]))
            others.add(day)
            until = max(until, day + timedelta(window))
    return touched, others


def _groups_of(tables: Iterable[pa.Table]) -> Iterator[tuple[date, str]]:
    for rows in tables:
        pairs = rows.group_by(["first_day", "first_id"]).aggregate([])
        yield from zip(pairs["first_day"].to_pylist(), pairs["first_id"].to_pylist(), strict=True)


def _put_rows(
    table: Grouped,
    work: Work,
    files: Files,
    members: Members,
    touched: Groups,
    months: set[str],
    *,
    is_all: bool,
) -> None:
    """Write the rows of some groups in the place of those that they had, which may be in other months."""
    schema = arrow_schema(table.row_class)
    new: dict[str, list[pa.Table]] = {month: [] for month in months}
    by_month: dict[str, Groups] = {}
    for group in touched:
        by_month.setdefault(month_of(group[0]), set()).add(group)
    for of_month in sorted(by_month):  # not all at once: after a change of code it is all there are
        rows = table.rows(members.of_groups(by_month[of_month]))
        of_rows = pc.strftime(rows["day"], format="%Y-%m")
        for month in pc.unique(of_rows).to_pylist():
            new.setdefault(month, []).append(rows.filter(pc.equal(of_rows, month)))
    keys = keys_of(touched)
    for month in work.months:
        file = f"{month}.parquet"
        kept = schema.remove_metadata().empty_table()
        if not is_all and file in files.state.files:
            if month not in new:
                continue
            kept = files.read(file)
            kept = kept.filter(pc.invert(is_among(kept, table.group_columns, keys)))
        parts = [part.cast(schema).replace_schema_metadata(None) for part in (kept, *new.get(month, ()))]
        rows = pa.concat_tables(parts).sort_by([("day", "ascending"), (table.row_class.key[0], "ascending")])
        files.put(file, rows.cast(schema).combine_chunks())
