"""What a child process does with the articles of a chunk: all that is found in them becomes rows.

A Doc never leaves the process that made it. For the stage `extract` Docs come out of the bins that the parse
left; for the command `extract` they are parsed here, in one go. Models and Arrow are imported where a child
starts, so that the parent can ask for its children before it has imported anything of weight itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from pipeline.children.light import import_spacy

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from pipeline.children.chunks import Fault
    from pipeline.children.guard import Failure
    from pipeline.extract.annotate import Tables
    from pipeline.extract.article import ArticleText
    from pipeline.settings import Settings

type BinItem = tuple[bytes, int, ArticleText]
"""A document as its bin, its place there, and its article. A bin is pickled once for a whole chunk."""

SECONDS = "seconds"
"""In what the stage gets of a chunk, beside its tables: how long each article took."""

type FileResult = tuple[list[str], Tables]
"""The ids of the articles of a chunk, and their rows."""

type _Batches = Iterable[Sequence[tuple[Doc | Failure, ArticleText]]]


def start_on_bins(settings: Settings) -> Callable[[Sequence[BinItem]], Tables]:
    """Set a child up for the stage: the vocabulary with its vectors is all it needs of the model."""
    import pyarrow as pa

    import_spacy()
    from pipeline.nlp import load_nlp
    from pipeline.parsing.bins import bins_to_batches

    vocab = load_nlp(settings.nlp_model, fast=False).vocab
    rows_of = _row_maker(settings)

    def run(items: Sequence[BinItem]) -> Tables:
        batches = bins_to_batches([items[0][0]], vocab)
        seconds: dict[str, float] = {}
        tables = rows_of(([(docs[at], article) for _, at, article in items] for docs in batches), seconds)
        return {**tables, SECONDS: pa.table({"article_id": [*seconds], "seconds": [*seconds.values()]})}

    return run


def start_on_texts(settings: Settings) -> Callable[[Sequence[ArticleText]], FileResult]:
    """Set a child up for the command: it parses, too."""
    import_spacy()
    from pipeline.nlp import load_nlp
    from pipeline.parsing.batches import parse_batches

    nlp = load_nlp(settings.nlp_model)
    rows_of = _row_maker(settings)

    def run(articles: Sequence[ArticleText]) -> FileResult:
        batches = parse_batches(
            nlp,
            ((a.text, a) for a in articles if a.language in settings.languages),
            batch_size=settings.batch_size,
            timeout_s=settings.timeout_s,
            max_chars=settings.max_chars,
        )
        return [a.article_id for a in articles], rows_of(batches)

    return run


def _row_maker(settings: Settings) -> Callable[..., Tables]:
    """Load what the user provides; return the function that makes rows of batches of documents.

    It also takes a dict, and puts the seconds into it that each article took.
    """
    from pipeline.extract.annotate import extracted

    lookup = topics = None
    if settings.alias_table:
        from pipeline.curation.aliases import lookup_of

        lookup = lookup_of(settings.alias_table)
    if settings.topics_file:
        from pipeline.curation.topics import topics_of

        topics = topics_of(settings.topics_file)

    def rows_of(batches: _Batches, seconds: dict[str, float] | None = None) -> Tables:
        return extracted(batches, timeout_s=settings.timeout_s, lookup=lookup, topics=topics, seconds=seconds)

    return rows_of


def failed_on_bins(item: BinItem, fault: Fault) -> Tables:
    """Return the rows of an article that killed its child or overran its time: a reject."""
    return failed_on_texts(item[2], fault)[1]


def failed_on_texts(article: ArticleText, fault: Fault) -> FileResult:
    """Return the result of an article that killed its child or overran its time: a reject."""
    from pipeline.extract.annotate import to_tables
    from pipeline.extract.article import lost
    from pipeline.extract.rows import Rows

    refused = lost(article, fault, stage="extract")
    return [article.article_id], to_tables(Rows(), [refused], {article.article_id: article.day})
