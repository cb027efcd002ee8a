"""The stage that turns a shard's Docs into rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline import provenance
from pipeline.children.chunks import Children, Fault, map_chunks
from pipeline.errors import InputError
from pipeline.extract.article import Article, lost, read_articles
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.batch import Batch, staged_path
from schemas import EXTRACTED, TABLES
from schemas.table import arrow_schema

if TYPE_CHECKING:
    from pipeline.extract.annotate import Tables


def extract(store: Store, batch: Batch, settings: Settings, *, processes: int = 1) -> dict[str, Any]:
    """Extract a shard's staged Docs into staged rows, and return their counts.

    Args:
        store: where staged files lie.
        batch: the shard.
        settings: the model (for its vectors), the time an article may take, aliases and topics.
        processes: child processes at work on the shard.

    Raises:
        InputError: the shard was not parsed since it was ingested.
        ConfigError: the file of topics or of aliases cannot be used.
    """
    docs_path = staged_path("docs", batch)
    lineage = store.lineage(docs_path)
    if lineage is None or lineage["articles"] != store.digest(staged_path("articles", batch)):
        raise InputError(f"{batch.day}, shard {batch.shard}: run the stage parse first")
    articles = {article.article_id: article for article in read_articles(store, batch)}
    with Children(_start, settings, processes=processes) as children:
        chunks = _chunks(store, docs_path, articles)
        parts = list(map_chunks(chunks, children, failed=_failed, seconds_per_item=settings.timeout_s))
    origin = {
        "articles": lineage["articles"],
        "model": lineage["model"],
        "code": provenance.code_version(),
        "settings": provenance.row_settings(settings),
    }
    counts = {}
    for name in (*EXTRACTED, "rejects"):
        schema = arrow_schema(TABLES[name])
        table = pa.concat_tables([schema.empty_table(), *(part[name].cast(schema) for part in parts)])
        folder = "rejects-extract" if name == "rejects" else name
        store.write(staged_path(folder, batch), table, lineage=origin)
        counts[name] = len(table)
    return counts


type _Item = tuple[bytes, int, Article]
"""A document as its bin, its place there, and its article. A bin is pickled once for a whole chunk."""


def _chunks(store: Store, docs_path: str, articles: Mapping[str, Article]) -> Iterator[Sequence[_Item]]:
    for part in store.read_batches(docs_path):
        for row in part.to_pylist():
            yield [(row["docbin"], at, articles[id]) for at, id in enumerate(row["article_ids"])]


def _start(settings: Settings) -> Callable[[Sequence[_Item]], Tables]:
    """Set a child up: the vocabulary with its vectors is all that is needed of the model."""
    from pipeline.curation.aliases import lookup_of
    from pipeline.curation.topics import topics_of
    from pipeline.extract.annotate import extracted
    from pipeline.nlp import load_nlp
    from pipeline.parsing.bins import bins_to_batches

    vocab = load_nlp(settings.nlp_model, fast=False).vocab
    lookup = lookup_of(settings.alias_table)
    topics = topics_of(settings.topics_file)

    def run(items: Sequence[_Item]) -> Tables:
        batches = bins_to_batches([items[0][0]], vocab)
        pairs = ([(docs[at], article) for _, at, article in items] for docs in batches)
        return extracted(pairs, timeout_s=settings.timeout_s, lookup=lookup, topics=topics)

    return run


def _failed(item: _Item, fault: Fault) -> Tables:
    from pipeline.extract.annotate import to_tables
    from pipeline.extract.rows import Rows

    article = item[2]
    return to_tables(Rows(), [lost(article, fault, stage="extract")], {article.article_id: article.day})
