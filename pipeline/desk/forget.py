"""Takedown: an article is taken out of every day and table, and stays out.

Whatever runs at the time, also on another machine: first the takedown is written down, then the article is
looked for. Whoever writes rows looks at the takedowns after writing (`stages/ingest.py`, `publish.py`), so
that one of the two finds it. Takedowns are obeyed by every later ingest and publish: no rerun, backfill or
rebuild brings an article back.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from pipeline.curation.takedowns import Takedown, Takedowns, find_takedown, is_article_id, take_down
from pipeline.desk.explorer.search_index import forget_old_runs
from pipeline.desk.run_report import refresh_reports
from pipeline.errors import ConfigError, DamagedError, InputError
from pipeline.ingest.article_row import article_id_of_url
from pipeline.ingest.urls import page_id
from pipeline.settings import load_settings
from pipeline.stages.derive import derive
from pipeline.stages.taken_down import COLUMNS, pages_of, taken_down_ids
from pipeline.store import Store
from pipeline.store.batch import (
    INGEST_REJECTS,
    Batch,
    day_of_name,
    published_path,
    shard_of_name,
    staged_folder,
    table_folder,
)
from pipeline.store.manifest import Manifest, find_manifest, run_again
from pipeline.store.published import read_published, replace_day, run_of_file
from pipeline.store.staged import remove_day, staged_days
from pipeline.store.takeout import without, without_rows
from schemas import DAY_TABLES

_NAMES = [row_class.table_name for row_class in DAY_TABLES]

_STAGED = {"articles": list(COLUMNS), INGEST_REJECTS: ["article_id"]}
_PUBLISHED = {"articles": list(COLUMNS), "rejects": ["article_id"]}
"""Tables in which an article is looked for, and the columns that tell it."""


@dataclass(slots=True)
class Forgotten:
    """What a takedown found.

    Attributes:
        article_ids: of the articles that were taken down, and stood in the store now or before.
        published: the days from which they were taken.
        staged: the days on their way that were removed; the next run makes them again.
    """

    article_ids: set[str] = field(default_factory=set)
    published: list[date] = field(default_factory=list)
    staged: list[date] = field(default_factory=list)


def forget(store: Store, article: str, *, reason: str) -> Forgotten:
    """Take an article down.

    Args:
        store: where staged and published files lie.
        article: its article_id, or a URL of its page in any spelling (http, `www.`, case, slash at the end).
        reason: why; kept with the takedown.

    Raises:
        ConfigError: it is neither a URL nor an article_id.
        InputError: the URL names no single page; or there is no such article, now or before: the takedown is
            kept for the day it comes.
        DamagedError: a file could not be looked into; all others were.
    """
    wanted = _wanted(article, reason)
    before = find_takedown(store, wanted.article_id)
    take_down(store, wanted)
    found, damaged = Forgotten(), list[DamagedError]()
    known: set[Takedown] = {wanted}
    while True:
        takedowns = Takedowns(
            frozenset(one.article_id for one in known), frozenset(p for one in known for p in one.pages)
        )
        met = _look(store, takedowns, reason, damaged)
        for one in met:
            take_down(store, one)  # before it goes: a second try after a kill must know of it
        if met <= known:
            break
        known |= met  # another spelling of its address may lead to more of it
    found.article_ids = {one.article_id for one in met}
    if met:
        take_down(store, wanted.model_copy(update={"was_found": True}))
    found.staged = [day for day in staged_days(store) if _is_staged(store, day, takedowns)]
    for day in found.staged:
        remove_day(store, day)
    days = _days_with_files(store)
    found.published = [day for day in days if _take_out(store, day, takedowns, damaged)]
    refresh_reports(store)
    store.sweep()
    forget_old_runs(store)
    if before is not None and before.was_found:
        found.article_ids.add(before.article_id)
    if found.article_ids and days:
        derive(store, Batch(days[-1]), load_settings())
    if damaged:
        said = "; ".join(dict.fromkeys(map(str, damaged)))
        raise DamagedError(f"{article} is taken down, but not all files could be looked into: {said}")
    if not found.article_ids:
        raise InputError(
            f"{article} is not in {store.root}, neither published nor on its way: nothing was taken out."
            f" It is left out when it comes (takedown {wanted.article_id})"
        )
    return found


def _wanted(article: str, reason: str) -> Takedown:
    article = article.strip()
    if "://" in article:
        page = page_id(article)
        ids = article_id_of_url(article)
        return Takedown(article_id=ids, pages=(page,) if page else (), reason=reason)
    if not is_article_id(article.lower()):
        raise ConfigError(
            f"{article!r} is neither the URL of an article (https://...) nor an article_id"
            " (16 letters and digits, as in the column article_id)"
        )
    return Takedown(article_id=article.lower(), reason=reason)


# ---- looking ---------------------------------------------------------------------------------------


def _look(store: Store, takedowns: Takedowns, reason: str, damaged: list[DamagedError]) -> set[Takedown]:
    """Return a takedown for each article in the store that is covered, with all pages that it stands on."""
    pages: dict[str, set[str]] = {}
    for table in _all_articles(store, damaged):
        gone = taken_down_ids(table, takedowns)
        for article_id, *urls in zip(*(table[name].to_pylist() for name in table.column_names), strict=True):
            if article_id in gone:
                own = pages.setdefault(article_id, set())
                own.update(pages_of(*urls) if urls else ())
    return {
        Takedown(article_id=id, pages=tuple(sorted(own)), reason=reason, was_found=True)
        for id, own in pages.items()
    }


def _all_articles(store: Store, damaged: list[DamagedError]) -> Iterator[pa.Table]:
    """Yield what tells articles apart, of all that is staged or published, and the ids of rejects."""
    for day in staged_days(store):
        for table, columns in _STAGED.items():
            for path in _staged_files(store, day, table):
                rows = _read_staged(store, path, columns)
                if rows is not None:
                    yield rows
    for day in _days_with_files(store):
        for table, columns in _PUBLISHED.items():
            rows = _read_published(store, table, day, columns, damaged)
            if rows is not None:
                yield rows


def _staged_files(store: Store, day: date, table: str) -> list[str]:
    folder = staged_folder(day, table)
    return [f"{folder}/{name}" for name in store.names(folder) if shard_of_name(name) is not None]


def _read_staged(store: Store, path: str, columns: list[str]) -> pa.Table | None:
    """Return rows on their way; None where they are damaged: then `_is_staged` lets the day go."""
    try:
        return store.read(path, columns=columns)
    except (FileNotFoundError, DamagedError):
        return None


def _read_published(
    store: Store, table: str, day: date, columns: list[str] | None, damaged: list[DamagedError]
) -> pa.Table | None:
    """Return rows of a published file, whether its day has a manifest or not; None where there is none."""
    try:
        return store.read(published_path(table, day), columns=columns)
    except FileNotFoundError:
        return None
    except DamagedError as error:
        damaged.append(DamagedError(f"{error}: {run_again(day)}", path=error.path))
        return None


def _days_with_files(store: Store) -> list[date]:
    """Return the days of which any table has a file, also where publishing was cut short."""
    names = (name for table in _NAMES for name in store.names(table_folder(table)))
    return sorted({day for name in names if (day := day_of_name(name, ".parquet")) is not None})


# ---- taking out ------------------------------------------------------------------------------------


def _is_staged(store: Store, day: date, takedowns: Takedowns) -> bool:
    """Tell whether an article is on its way; what cannot be read may hold it, and can be made again."""
    for table, columns in _STAGED.items():
        for path in _staged_files(store, day, table):
            rows = _read_staged(store, path, columns)
            if rows is None or _holds(rows, takedowns):
                return True
    return False


def _holds(rows: pa.Table, takedowns: Takedowns) -> bool:
    gone = taken_down_ids(rows, takedowns)
    return any(article_id in gone for article_id in rows["article_id"].to_pylist())


def _take_out(store: Store, day: date, takedowns: Takedowns, damaged: list[DamagedError]) -> bool:
    with store.lock(f"publish-{day}"):
        looked = {
            table: _read_published(store, table, day, columns, damaged)
            for table, columns in _PUBLISHED.items()
        }
        articles = looked["articles"]
        if articles is None:  # damaged, or never written
            return _cut_out(store, day, takedowns.ids, damaged)
        if not any(rows is not None and _holds(rows, takedowns) for rows in looked.values()):
            return False
        gone = taken_down_ids(articles, takedowns)
        manifest = _whole(store, day)
        if manifest is None:
            return _cut_out(store, day, gone, damaged)
        tables = {name: read_published(store, manifest, name) for name in _NAMES if name in manifest.tables}
        tables, n_forgotten = without(tables, gone)
        replace_day(
            store,
            day,
            tables,
            counts=manifest.counts.with_forgotten(n_forgotten),
            origin=manifest.origin,
            inputs=manifest.inputs,
            schema_version=manifest.schema_version,
        )
        return True


def _whole(store: Store, day: date) -> Manifest | None:
    """Return the manifest of a day whose files are those that it names; None of any other."""
    try:
        manifest = find_manifest(store, day)
        if manifest is None:
            return None
        for name in _NAMES:
            if name in manifest.tables:
                read_published(store, manifest, name, columns=["article_id"])
            elif run_of_file(store, published_path(name, day)) is not None:
                return None
    except DamagedError:
        return None
    return manifest


def _cut_out(store: Store, day: date, gone: Set[str], damaged: list[DamagedError]) -> bool:
    """Take articles out of the files of a day that is not whole, and leave it as it is otherwise."""
    is_changed = False
    for name in _NAMES:
        rows = _read_published(store, name, day, None, damaged)
        if rows is None:
            continue
        left = without_rows(rows, gone)
        if len(left) < len(rows):
            path = published_path(name, day)
            store.write(path, left, lineage=store.lineage(path))
            is_changed = True
    return is_changed
