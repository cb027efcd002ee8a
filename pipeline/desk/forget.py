"""Takedown: an article is taken out of every day and table, and stays out.

The list of takedowns only grows and is obeyed by every later ingest and publish, so no rerun, backfill or
rebuild brings an article back. It holds ids, which are hashes; no text and no URL.
"""

from __future__ import annotations

from datetime import date

import pyarrow.compute as pc

from pipeline.curation.takedowns import take_down
from pipeline.ingest.article_row import article_id_of_url
from pipeline.settings import load_settings
from pipeline.stages.derive import derive
from pipeline.store import Store
from pipeline.store.batch import INGEST_REJECTS, Batch, published_path, staged_folder
from pipeline.store.manifest import find_manifest, published_days
from pipeline.store.published import replace_day
from pipeline.store.staged import staged_days
from pipeline.store.takeout import without
from schemas import DAY_TABLES


def forget(store: Store, article: str, *, reason: str) -> list[date]:
    """Take an article down.

    Args:
        store: where staged and published files lie.
        article: its article_id or URL. One that was never seen is noted all the same, for the day it comes.
        reason: why; kept in the list of takedowns.

    Returns:
        The published days from which it was taken.
    """
    article_id = article_id_of_url(article) if "://" in article else article
    take_down(store, article_id, reason=reason)
    for day in staged_days(store):
        if _is_staged(store, day, article_id):
            # What is staged is a cache: a later run of the day makes it again, without the article.
            store.remove_folder(staged_folder(day))
    changed = []
    for day in published_days(store):
        if _take_out(store, day, article_id):
            changed.append(day)
    if changed:
        derive(store, Batch(changed[-1]), load_settings())
    return changed


def _is_staged(store: Store, day: date, article_id: str) -> bool:
    for table in ("articles", INGEST_REJECTS):
        folder = staged_folder(day, table)
        for name in store.names(folder):
            ids = store.read(f"{folder}/{name}", columns=["article_id"])["article_id"]
            if pc.any(pc.equal(ids, article_id)).as_py():
                return True
    return False


def _take_out(store: Store, day: date, article_id: str) -> bool:
    with store.lock(f"publish-{day}"):
        names = [row_class.table_name for row_class in DAY_TABLES]
        articles = store.read(published_path("articles", day), columns=["article_id"])
        rejects = store.read(published_path("rejects", day), columns=["article_id"])
        if not any(pc.any(pc.equal(t["article_id"], article_id)).as_py() for t in (articles, rejects)):
            return False
        tables = {name: store.read(published_path(name, day)) for name in names}
        manifest = find_manifest(store, day)
        if manifest is None:  # unpublished by hand since it was listed
            return False
        tables, n_forgotten = without(tables, {article_id})
        replace_day(
            store,
            day,
            tables,
            counts=manifest.counts.with_forgotten(n_forgotten),
            origin=manifest.origin,
            inputs=manifest.inputs,
        )
        return True
