"""The stage that parses a shard's articles: the only one that runs neural models of spaCy's."""

from __future__ import annotations

from itertools import batched
from typing import Any

import pyarrow as pa

from pipeline import code_identity, provenance
from pipeline.children.chunks import Children, Forks, map_chunks
from pipeline.children.guard import time_shares
from pipeline.errors import InputError
from pipeline.extract import parse_child as child
from pipeline.extract.staged_articles import read_articles
from pipeline.nlp import find_model_id
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.batch import DOCS, Batch, rejects_of, staged_path
from pipeline.store.fresh import Lineage, Target, keep_or_make
from pipeline.store.staged import mark_at_work, still_staged, told
from schemas import Reject
from schemas.table import to_arrow

_DOCS = pa.schema([("docbin", pa.binary()), ("article_ids", pa.list_(pa.string()))])


def parse(store: Store, batch: Batch, settings: Settings, *, processes: int = 1) -> dict[str, Any]:
    """Parse a shard's articles and stage their Docs, a bin a row; return the counts.

    What was parsed before by the same code and model, from the same articles, is left as it is.

    Args:
        store: where staged files lie.
        batch: the shard.
        settings: the model, the languages that are parsed, and the limits of an article.
        processes: child processes at work on the shard.

    Raises:
        InputError: the shard was not ingested; or it was ingested again meanwhile, or an article of it was
            taken down.
        DamagedError: its articles are damaged.
        ConfigError: there is no such model.
    """
    mark_at_work(store, batch.day)

    def make(_: Lineage | None) -> tuple[pa.Table, pa.Table]:
        wanted = (a for a in read_articles(store, batch) if a.language in settings.languages)
        bins: list[dict[str, Any]] = []
        rejects: list[Reject] = []
        forks: Forks = "after start" if settings.fork_children else "never"
        with Children(child.start, settings, processes=processes, forks=forks) as children:
            for part in map_chunks(
                batched(wanted, child.BIN_SIZE),
                children,
                failed=child.failed,
                seconds_per_item=2 * settings.timeout_s,
                counts_as=lambda article: time_shares(len(article.text)),
            ):
                bins += [{"docbin": data, "article_ids": ids} for data, ids in part.bins]
                rejects += part.rejects
        return to_arrow(rejects, Reject, day=batch.day), pa.Table.from_pylist(bins, _DOCS)

    docs = Target(staged_path(DOCS, batch), row_group_size=1)
    targets = (Target(staged_path(rejects_of("parse"), batch)), docs)
    with told(f"{batch.day}, shard {batch.shard}", again="ingest"):
        lineage = parse_lineage(store, batch, settings)
        outcome = keep_or_make(store, targets, lineage, make, is_read_through=True)
    still_staged(store, batch, lineage["articles"], [target.path for target in targets])
    ids = store.read(docs.path, columns=["article_ids"])["article_ids"].to_pylist()
    return {
        "docs": sum(map(len, ids)),
        "rejects": outcome.rows[0],
        "was_parsed": not outcome.is_new,
    }


def parse_lineage(store: Store, batch: Batch, settings: Settings) -> dict[str, Any]:
    """Return what a parse of a shard is made of, as things stand now.

    Raises:
        InputError: the shard was not ingested.
        ConfigError: there is no such model.
    """
    articles_path = staged_path("articles", batch)
    if not store.exists(articles_path):
        raise InputError(f"{batch.day}, shard {batch.shard}: nothing is staged; run the stage ingest first")
    name, version = find_model_id(settings.nlp_model)
    return {
        "articles": store.digest(articles_path),
        "code": code_identity.code_version(*provenance.PARSE),
        "model": f"{name} {version}",
        "settings": provenance.parse_settings(settings),
    }
