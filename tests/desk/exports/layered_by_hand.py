"""An article made by hand: emoji before and inside of what is marked, line ends, overlaps, two parts."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from pipeline.desk.exports.layered import LayeredArticle

DAY = date(2026, 3, 2)
TEXT = (
    "🚢🛟 The ferry 😀 “must\nnot sail\ttoday”, said Mara Lindqvist.\n\n"
    "“It was warned 🌊”, she added, “twice”. The Ægir Board denied that “a letter” had come."
)


def span(text: str, nth: int = 0) -> dict[str, int]:
    """Where a piece of TEXT stands."""
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(text, start + 1)
    return {"start_char": start, "end_char": start + len(text)}


def _mention(name: str, entity: str, text: str, label: str, kind: str = "name") -> dict[str, Any]:
    return {"mention_id": name, "entity_id": entity, "label": label, "kind": kind} | span(text)


def _quote(name: str, kind: str, parts: list[str], source: str, cue: str, **more: Any) -> dict[str, Any]:
    row = {
        "quote_id": name,
        "kind": kind,
        "content": " ... ".join(parts),
        "content_spans": [span(part) for part in parts],
        "cue_spans": [span(cue)],
        "speaker": source,
        "speaker_spans": [span(source)],
        "speaker_entity_id": "e-mara",
        "speaker_name": "Mara Lindqvist",
        "is_speech": True,
        "score": 0.8,
    }
    return row | more


def _claim(name: str, text: str, kind: str, polarity: str, **more: Any) -> dict[str, Any]:
    row = {
        "claim_id": name,
        "claimer_kind": kind,
        "claimer": None,
        "claimer_name": None,
        "claimer_entity_id": None,
        "polarity": polarity,
        "modality": "asserted",
        "checkworthiness": 0.5,
    }
    return row | span(text) | more


def _entity(name: str, shown: str, label: str, **more: Any) -> dict[str, Any]:
    row = {"entity_id": name, "name": shown, "label": label, "n_mentions": 2, "salience": 0.5}
    return row | {"wikidata_id": None} | more


def layered(**changed: Any) -> LayeredArticle:
    """The article, with other values of its row where they are given."""
    board: dict[str, Any] = {
        "source": "The Ægir Board",
        "cue": "denied",
        "speaker_name": None,
        "speaker_entity_id": None,
    }
    article = {
        "day": DAY,
        "article_id": "a1",
        "url": "https://ledger.example/a1",
        "source": "The Ledger",
        "title": "Ferry",
        "published_at": datetime(2026, 3, 2, 8, 15, tzinfo=UTC),
        "language": "en",
        "text": TEXT,
    }
    return LayeredArticle(
        article=article | changed,
        entities=[
            _entity("e-mara", "Mara Lindqvist", "PERSON", wikidata_id="Q1"),
            _entity("e-board", "Ægir Board", "ORG"),
        ],
        mentions=[
            _mention("m1", "e-mara", "Mara Lindqvist", "PERSON"),
            _mention("m2", "e-mara", "she", "PERSON", "pronoun"),
            _mention("m3", "e-board", "Ægir Board", "ORG"),
        ],
        quotes=[
            _quote("q1", "mixed", ["The ferry 😀 “must\nnot sail\ttoday"], "Mara Lindqvist", "said"),
            _quote("q2", "direct", ["It was warned 🌊", "twice"], "she", "added"),
            _quote("q3", "indirect", ["“a letter” had come"], **board),
        ],
        claims=[
            _claim(
                "c1",
                "It was warned 🌊",
                "attributed",
                "affirmed",
                claimer="she",
                claimer_name="Mara Lindqvist",
            ),
            _claim("c2", "“a letter” had come", "attributed", "negated", claimer="The Ægir Board"),
            _claim("c3", "The Ægir Board denied that “a letter” had come", "outlet", "affirmed"),
        ],
    )


def articles(*given: LayeredArticle) -> Iterator[LayeredArticle]:
    """As `layered_articles` gives them."""
    return iter(given or (layered(),))
