"""Published articles, each with what was found in it: what the formats of other tools are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.load import load_arrow, load_batches
from pipeline.views import Where

type Found = dict[str, Any]
"""A row, by column."""

_READS = {
    "articles": ["day", "article_id", "url", "source", "title", "published_at", "language", "text"],
    "entities": ["article_id", "entity_id", "name", "label", "n_mentions", "salience", "wikidata_id"],
    "mentions": ["article_id", "mention_id", "entity_id", "start_char", "end_char", "label", "kind"],
    "quotes": [
        *("article_id", "quote_id", "kind", "content", "content_spans", "cue_spans", "speaker"),
        *("speaker_spans", "speaker_entity_id", "speaker_name", "is_speech", "score"),
    ],
    "claims": [
        *("article_id", "claim_id", "start_char", "end_char", "claimer_kind", "claimer", "claimer_name"),
        *("claimer_entity_id", "polarity", "modality", "checkworthiness"),
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LayeredArticle:
    """An article and the rows of its layers, in the order of their tables; human decisions are obeyed.

    Attributes:
        article: row of articles.
        entities: rows of entities; one for each id, also where a decision merged two of the article.
        mentions: rows of mentions.
        quotes: rows of quotes.
        claims: rows of claims.
    """

    article: Found
    entities: list[Found]
    mentions: list[Found]
    quotes: list[Found]
    claims: list[Found]

    @property
    def text(self) -> str:
        """The text that all offsets count in, in code points."""
        text: str = self.article["text"]
        return text

    @property
    def at(self) -> str:
        """Time of publication in ISO 8601, in UTC; the day where no time is known."""
        at = self.article["published_at"] or self.article["day"]
        return str(at.isoformat()).replace("+00:00", "Z")


def spans_of(found: list[Found]) -> list[tuple[int, int]]:
    """Return spans, such as `content_spans` of a quotation, as (start, end)."""
    return [(span["start_char"], span["end_char"]) for span in found]


def layered_articles(
    *,
    days: tuple[date, date] | None = None,
    where: Where | None = None,
    once: bool = False,
    data_dir: str | None = None,
) -> Iterator[LayeredArticle]:
    """Yield published articles by day and id; one day at a time is in memory.

    Args:
        days: first and last day, both included; None for all there are.
        where: a condition on the table articles; see `pipeline.load.load`.
        once: no reprints.
        data_dir: where the tables lie; the setting of that name where it is left out.

    Raises:
        ConfigError: nothing is published, or the condition cannot be answered.
        InputError: the files of a day are of different runs, or of another schema version.
        DamagedError: a file is not what was published; the message says what to do.
    """
    articles = load_batches(
        "articles", days=days, columns=_READS["articles"], where=where, once=once, data_dir=data_dir
    )
    rows = (article for batch in articles for article in batch.to_pylist())
    for day, of_day in groupby(rows, key=itemgetter("day")):
        layers = {
            name: _by_article(load_arrow(name, days=day, columns=columns, data_dir=data_dir))
            for name, columns in _READS.items()
            if name != "articles"
        }
        for article in of_day:
            found = {name: rows_of(article["article_id"]) for name, rows_of in layers.items()}
            found["entities"] = _one_for_each_id(found["entities"])
            yield LayeredArticle(article=article, **found)


def _by_article(rows: pa.Table) -> Callable[[str], list[Found]]:
    """Return a look-up of the rows of an article in a table of one day, whose rows are sorted by it."""
    rows = rows.combine_chunks()
    runs = pc.run_end_encode(rows["article_id"].combine_chunks()) if len(rows) else None
    ends = runs.run_ends.to_pylist() if runs is not None else []
    names = runs.values.to_pylist() if runs is not None else []
    places = {name: (start, end) for name, start, end in zip(names, [0, *ends], ends, strict=False)}

    def look_up(article_id: str) -> list[Found]:
        start, end = places.get(article_id, (0, 0))
        found: list[Found] = rows.slice(start, end - start).to_pylist()
        return found

    return look_up


def _one_for_each_id(entities: list[Found]) -> list[Found]:
    together: dict[str, Found] = {}
    for entity in entities:
        same = together.setdefault(entity["entity_id"], entity)
        if same is not entity:
            same["n_mentions"] += entity["n_mentions"]
            same["salience"] = max(same["salience"], entity["salience"])
            same["wikidata_id"] = same["wikidata_id"] or entity["wikidata_id"]
    return list(together.values())
