"""The stage that turns a shard's Docs into rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from pipeline import code_identity, provenance
from pipeline.children.chunks import Children, Forks, map_chunks
from pipeline.children.guard import time_shares
from pipeline.errors import InputError
from pipeline.extract import child
from pipeline.extract.article import ArticleText
from pipeline.extract.child import SECONDS
from pipeline.extract.staged_articles import read_articles
from pipeline.settings import Settings
from pipeline.stages.parse import parse_lineage
from pipeline.store import Store
from pipeline.store.batch import DOCS, Batch, rejects_of, staged_path
from pipeline.store.staged import mark_at_work, still_staged, told
from pipeline.store.timings import note_articles
from schemas import EXTRACTED, TABLES
from schemas.table import arrow_schema


def extract(store: Store, batch: Batch, settings: Settings, *, processes: int = 1) -> dict[str, Any]:
    """Extract a shard's staged Docs into staged rows, and return their counts.

    Args:
        store: where staged files lie.
        batch: the shard.
        settings: the model (for its vectors), the time an article may take, aliases and topics.
        processes: child processes at work on the shard.

    Raises:
        InputError: the shard was not parsed since it was ingested, or by other code, another model or under
            other settings than those of now: rows say but once what made them. Or it was ingested again
            meanwhile, or an article of it was taken down.
        DamagedError: its articles or its parse are damaged.
        ConfigError: the file of topics or of aliases cannot be used.
    """
    docs_path = staged_path(DOCS, batch)
    shard = f"{batch.day}, shard {batch.shard}"
    mark_at_work(store, batch.day)
    with told(shard, again="parse"):
        parsed = store.lineage(docs_path)
    with told(shard, again="ingest"):
        lineage = _checked(parsed, parse_lineage(store, batch, settings), batch)
        articles = {article.article_id: article for article in read_articles(store, batch)}
    forks: Forks = "after start" if settings.fork_children else "never"
    with (
        Children(child.start_on_bins, settings, processes=processes, forks=forks) as children,
        told(shard, again="parse"),
    ):
        chunks = _chunks(store, docs_path, articles)
        parts = list(
            map_chunks(
                chunks,
                children,
                failed=child.failed_on_bins,
                seconds_per_item=settings.timeout_s,
                counts_as=lambda item: time_shares(len(item[2].text)),
            )
        )
    seconds: dict[str, float] = {}
    for part in parts:
        if SECONDS in part:
            seconds.update(zip(*(column.to_pylist() for column in part[SECONDS].columns), strict=True))
    origin = {
        "articles": lineage["articles"],
        "model": lineage["model"],
        "code": code_identity.code_version(*provenance.ROWS),
        "settings": provenance.row_settings(settings),
    }
    counts = {}
    written = []
    for name in (*EXTRACTED, "rejects"):
        schema = arrow_schema(TABLES[name])
        table = pa.concat_tables([schema.empty_table(), *(part[name].cast(schema) for part in parts)])
        folder = rejects_of("extract") if name == "rejects" else name
        written.append(staged_path(folder, batch))
        store.write(written[-1], table, lineage=origin)
        counts[name] = len(table)
    still_staged(store, batch, lineage["articles"], written)
    note_articles(store, batch, seconds)
    return counts


def _checked(parsed: dict[str, Any] | None, wanted: dict[str, Any], batch: Batch) -> dict[str, Any]:
    """Return what the parse of a shard was made of, once it is what a parse would be made of now."""
    shard = f"{batch.day}, shard {batch.shard}"
    if parsed is None or parsed["articles"] != wanted["articles"]:
        raise InputError(f"{shard}: run the stage parse first")
    if parsed["settings"] != wanted["settings"]:
        other = provenance.differing(parsed["settings"], wanted["settings"]) or "not the same ones"
        raise InputError(f"{shard} was parsed under other settings ({other}): run the stage parse again")
    for what in ("model", "code"):
        if parsed[what] != wanted[what]:
            raise InputError(
                f"{shard} was parsed by another {what} ({parsed[what]}, now {wanted[what]}):"
                " run the stage parse again"
            )
    return parsed


def _chunks(
    store: Store, docs_path: str, articles: Mapping[str, ArticleText]
) -> Iterator[Sequence[child.BinItem]]:
    for part in store.read_batches(docs_path):
        for row in part.to_pylist():
            yield [(row["docbin"], at, articles[id]) for at, id in enumerate(row["article_ids"])]
