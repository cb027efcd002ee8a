"""What a child process does with the articles of a chunk in the stage parse: Docs, kept as bins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spacy.tokens import Doc

from pipeline.children.guard import Failure
from pipeline.extract.article import ArticleText, lost, reject_of
from pipeline.nlp import load_nlp
from pipeline.parsing.batches import parse_texts
from pipeline.parsing.bins import docs_to_bins
from schemas import Reject

if TYPE_CHECKING:
    from pipeline.children.chunks import Fault
    from pipeline.settings import Settings

BIN_SIZE = 150
"""Articles in a chunk, and so in a bin."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """The bins of a chunk, each with the ids of its articles, and the articles that failed."""

    bins: list[tuple[bytes, list[str]]]
    rejects: list[Reject]


def start(settings: Settings) -> Callable[[Sequence[ArticleText]], Parsed]:
    """Load the model; return the function that parses a chunk."""
    nlp = load_nlp(settings.nlp_model)

    def run(articles: Sequence[ArticleText]) -> Parsed:
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
        return Parsed([(one, ids) for one in data], rejects)

    return run


def failed(article: ArticleText, fault: Fault) -> Parsed:
    """Return the result of an article that killed its child or overran its time: a reject."""
    return Parsed([], [lost(article, fault, stage="parse")])
