"""All derived tables are brought up to date: only what days, code, settings or decisions ask for is made."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import date

from pipeline import code_identity
from pipeline.curation.decisions import Decisions, decisions_json
from pipeline.derived.by_day import bring_up_days
from pipeline.derived.day_partials import Partials
from pipeline.derived.groups import bring_up_groups
from pipeline.derived.members import Members
from pipeline.derived.sums import bring_up_sums
from pipeline.derived.tables import DERIVED, Derived, Grouped, OfDays, Summed
from pipeline.derived.work import Files, State, TableState, UnknownError, Work
from pipeline.identity import checksum
from pipeline.store import Store
from pipeline.store.days import PublishedDay

_OF_ENTITIES = ("merged", "renamed", "split")

log = logging.getLogger(__name__)

type _Beside = dict[str, tuple[Members, frozenset[date]]]


def bring_all_up(
    store: Store, days: Mapping[date, PublishedDay], decisions: Decisions, *, window_days: Mapping[str, int]
) -> dict[str, int]:
    """Bring the derived tables up to date; the caller holds the lock.

    Args:
        store: where published files lie.
        days: all that are published, in order.
        decisions: human ones that hold.
        window_days: by the name of the setting.

    Returns:
        The number of rows of each table, and in `days_taken_in` how many days had changed.

    Raises:
        DamagedError: a file of a published day is damaged, or gone.
    """
    before = State.read(store)
    runs = {day: one.run_id for day, one in days.items()}
    others = {day for day, _ in before.runs.items() ^ runs.items()}
    changed = frozenset(others | before.unfinished)
    work = Work(store, days, decisions, window_days, before, changed, is_resumed=before.is_at_work)
    behind = {table.name: _is_behind(table, work) for table in DERIVED}
    if changed or before.decisions != decisions or any(behind.values()):
        work.read_ahead()
        before.is_at_work, before.unfinished = True, changed
        before.write(store)
        beside: _Beside = {}
        for table in DERIVED:
            _bring_up(table, work, beside, is_new=behind[table.name])
        empty = frozenset(day for day, one in days.items() if one.is_empty)
        State(runs, empty, decisions=decisions, tables=before.tables).write(store)
    n_rows = {table.name: before.tables[table.name].n_rows for table in DERIVED}
    return {"days_taken_in": len(changed), **n_rows}


def _is_behind(table: Derived, work: Work) -> bool:
    """Tell whether a table must be made from the beginning: of other code or settings, or a file is gone."""
    state = work.before.tables.setdefault(table.name, TableState())
    files = Files(work.store, table.name, state, is_new=False)
    is_there = files.sweep(is_by_month=table.row_class.is_by_month)
    made_with = _made_with(table, work)
    is_behind = not is_there or state.made_with != made_with
    # What adds up, and what is of one day only, would not notice what was half done.
    is_behind = is_behind or (work.is_resumed and not isinstance(table, Grouped))
    if is_behind:
        state.made_with = ""
    return is_behind


def _made_with(table: Derived, work: Work) -> str:
    window = None
    if isinstance(table, Summed):
        obeyed: object = {k: v for k, v in decisions_json(work.decisions).items() if k in _OF_ENTITIES}
    else:
        obeyed = table.obeys(work.decisions)
    if isinstance(table, Grouped):
        window = work.window_days.get(table.window_setting)
    return checksum(json.dumps([code_identity.code_version(table.module), obeyed, window]))


def _bring_up(table: Derived, work: Work, beside: _Beside, *, is_new: bool) -> None:
    """Bring one table up to date; from the beginning where what was kept of it is not what was noted."""
    state = work.before.tables[table.name]
    try:
        _made(table, work, Files(work.store, table.name, state, is_new), beside)
    except UnknownError as error:
        log.warning("%s is made from the beginning: %s", table.name, error)
        _made(table, work, Files(work.store, table.name, state, is_new=True), beside)
    state.made_with = _made_with(table, work)


def _made(table: Derived, work: Work, files: Files, beside: _Beside) -> None:
    if isinstance(table, OfDays):
        bring_up_days(table, work, files)
    else:
        partials = Partials(table, work)
        if files.is_new:
            partials.keep_only_published()
        if isinstance(table, Summed):
            bring_up_sums(table, work, files, partials)
        else:
            other = beside.get(table.beside) if table.beside else None
            beside[files.name] = bring_up_groups(table, work, files, partials, other)
    own = {f"{month}.parquet" for month in work.months}
    files.keep_only(own if table.row_class.is_by_month else {f"{files.name}.parquet"})
