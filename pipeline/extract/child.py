"""What a child process does with the articles of a chunk: parse and extract in one go.

A Doc never leaves the process that made it. Models and Arrow are imported where a child starts, so that the
parent can ask for its children before it has imported anything of weight itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.children.chunks import Fault
    from pipeline.extract.annotate import Tables
    from pipeline.extract.article import Article
    from pipeline.settings import Settings

type Result = tuple[list[str], Tables]
"""The ids of the articles of a chunk, and their rows."""


def start(settings: Settings) -> Callable[[Sequence[Article]], Result]:
    """Load what a child needs; return the function that makes rows of a chunk."""
    from pipeline.curation.aliases import lookup_of
    from pipeline.curation.topics import topics_of
    from pipeline.extract.annotate import extracted
    from pipeline.nlp import load_nlp
    from pipeline.parsing.batches import parse_batches

    nlp = load_nlp(settings.nlp_model)
    lookup = lookup_of(settings.alias_table)
    topics = topics_of(settings.topics_file)

    def run(articles: Sequence[Article]) -> Result:
        batches = parse_batches(
            nlp,
            ((a.text, a) for a in articles if a.language in settings.languages),
            batch_size=settings.batch_size,
            timeout_s=settings.timeout_s,
            max_chars=settings.max_chars,
        )
        return [a.article_id for a in articles], extracted(
            batches, timeout_s=settings.timeout_s, lookup=lookup, topics=topics
        )

    return run


def failed(article: Article, fault: Fault) -> Result:
    """Return the result of an article that killed its child or overran its time: a reject."""
    from pipeline.extract.annotate import to_tables
    from pipeline.extract.article import lost
    from pipeline.extract.rows import Rows

    refused = lost(article, fault, stage="extract")
    return [article.article_id], to_tables(Rows(), [refused], {article.article_id: article.day})
