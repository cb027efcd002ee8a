"""The stage that parses a shard's articles: the only one that runs neural models of spaCy's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

import pyarrow as pa
from spacy.tokens import Doc

from pipeline import provenance
from pipeline.children.chunks import Children, Fault, map_chunks
from pipeline.children.guard import Failure
from pipeline.errors import InputError
from pipeline.extract.article import Article, lost, read_articles, reject_of
from pipeline.nlp import find_model_id, load_nlp
from pipeline.parsing.batches import parse_texts
from pipeline.parsing.bins import docs_to_bins
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.batch import Batch, staged_path
from schemas import Reject
from schemas.table import to_arrow

_BIN_SIZE = 150

# What a parse depends on: another version of one of these parses again.
_PARSE_CODE = (
    "pipeline/nlp.py",
    "pipeline/parsing/fastparse.py",
    "pipeline/parsing/batches.py",
    "pipeline/parsing/bins.py",
    "pipeline/stages/parse.py",
    "pipeline/children/guard.py",
)

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
        InputError: the shard was not ingested.
        ConfigError: there is no such model.
    """
    articles_path, docs_path = staged_path("articles", batch), staged_path("docs", batch)
    if not store.exists(articles_path):
        raise InputError(f"{batch.day}, shard {batch.shard}: nothing is staged; run the stage ingest first")
    name, version = find_model_id(settings.nlp_model)
    lineage = {
        "articles": store.digest(articles_path),
        "code": provenance.code_version(_PARSE_CODE),
        "model": f"{name} {version}",
        "settings": provenance.parse_settings(settings),
    }
    rejects_path = staged_path("rejects-parse", batch)
    if store.lineage(docs_path) == store.lineage(rejects_path) == lineage:
        docs = store.read(docs_path, columns=["article_ids"])
        n_docs = sum(len(ids) for ids in docs["article_ids"].to_pylist())
        return {"docs": n_docs, "rejects": len(store.read(rejects_path)), "was_parsed": True}
    wanted = (a for a in read_articles(store, batch) if a.language in settings.languages)
    bins: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    with Children(_start, settings, processes=processes) as children:
        for part in map_chunks(
            batched(wanted, _BIN_SIZE), children, failed=_failed, seconds_per_item=2 * settings.timeout_s
        ):
            bins += [{"docbin": data, "article_ids": ids} for data, ids in part.bins]
            rejects += part.rejects
    # The rejects first: docs with this lineage mean that both are there.
    store.write(rejects_path, to_arrow(rejects, Reject, day=batch.day), lineage=lineage)
    store.write(docs_path, pa.Table.from_pylist(bins, _DOCS), lineage=lineage, row_group_size=1)
    return {"docs": sum(len(b["article_ids"]) for b in bins), "rejects": len(rejects), "was_parsed": False}


@dataclass(frozen=True, slots=True)
class _Parsed:
    """The bins of a chunk, each with the ids of its articles, and the articles that failed."""

    bins: list[tuple[bytes, list[str]]]
    rejects: list[Reject]


def _start(settings: Settings) -> Callable[[Sequence[Article]], _Parsed]:
    nlp = load_nlp(settings.nlp_model)

    def run(articles: Sequence[Article]) -> _Parsed:
        ids: list[str] = []
        rejects: list[Reject] = []

        def docs() -> Iterator[Doc]:
            for doc, article in parse_texts(
                nlp,
                ((article.text, article) for article in articles),
                batch_size=settings.batch_size,
                timeout_s=settings.timeout_s,
                max_chars=settings.max_chars,
            ):
                if isinstance(doc, Failure):
                    rejects.append(reject_of(article, reason=doc.reason, detail=doc.detail, stage="parse"))
                else:
                    ids.append(article.article_id)
                    yield doc

        data = list(docs_to_bins(docs(), size=len(articles)))
        return _Parsed([(one, ids) for one in data], rejects)

    return run


def _failed(article: Article, fault: Fault) -> _Parsed:
    return _Parsed([], [lost(article, fault, stage="parse")])
