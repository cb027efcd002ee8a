"""What the extractors make of articles: the rows of the tables, as records of the gold's form.

Rows and not layers are compared, because rows are what people load: a speaker whose entity has no row, or a
subject whose text is cut, is wrong here as it is for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.components.entities.labeller.network import stand_in
from pipeline.extract.annotate import found_rows
from pipeline.extract.rows import Rows
from pipeline.settings import Settings
from quality.parses import Parser
from quality.web.gold import WebArticle
from quality.web.left_out import NetworkOf

type Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of an article, in the order of the tables; of quotations the outermost only."""

    mentions: Sequence[Record]
    quotes: Sequence[Record]
    claims: Sequence[Record]


def find(
    name: str,
    articles: Sequence[WebArticle],
    parser: Parser,
    settings: Settings,
    *,
    network_of: NetworkOf | None = None,
) -> list[Found]:
    """Run the extractors over articles, as the command `extract` does.

    Args:
        name: of the set, for the cache of parses.
        articles: with their texts; one in a language that is not extracted has no rows.
        parser: parses the texts.
        settings: say which languages are extracted.
        network_of: gives the network that looks over the names of an outlet's articles; the shipped one where
            None.
    """
    docs = parser.docs(name, [one.article.text for one in articles])
    found = []
    for one, doc in zip(articles, docs, strict=True):
        with stand_in(network_of(one.outlet) if network_of else None):
            is_read = one.article.language in settings.languages
            found.append(as_records(found_rows(doc, one.article) if is_read else Rows()))
    return found


def as_records(rows: Rows) -> Found:
    """Return rows as records whose spans are offsets."""
    return Found(
        mentions=[
            {
                "start": row.start_char,
                "end": row.end_char,
                "type": row.label,
                "entity_id": row.entity_id,
                "kind": row.kind,
                "score": row.score,
            }
            for row in rows.mentions
        ],
        quotes=[
            {
                "content": _offsets(row.content_spans),
                "cue": _offsets(row.cue_spans),
                "speaker": _offsets(row.speaker_spans),
                "speaker_entity": row.speaker_entity_id,
                "type": row.kind,
                "is_speech": row.is_speech,
                "score": row.score,
            }
            for row in rows.quotes
            if row.parent_quote_id is None
        ],
        claims=[
            {
                "start": row.start_char,
                "end": row.end_char,
                "claimer_kind": row.claimer_kind,
                "claimer": _offsets(row.claimer_spans),
                "claimer_entity": row.claimer_entity_id,
                "polarity": row.polarity,
                "hedged": bool(row.hedges),
                "subject": row.subject,
                "subject_entity": row.subject_entity_id,
                "predicate": row.predicate,
                "checkable": row.checkable,
            }
            for row in rows.claims
        ],
    )


def _offsets(spans: Sequence[Any]) -> list[tuple[int, int]]:
    return [(span.start_char, span.end_char) for span in spans]
