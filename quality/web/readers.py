"""How far two readers agree: the second reading of some articles, scored as an extractor would be.

No extractor can be expected to do better than that.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from quality.outside import read_corpus
from quality.web.count_quotes import scored
from quality.web.figures import Scored, score_article
from quality.web.found import Found
from quality.web.gold import LAYERS, Record, WebArticle, as_ids


def score_second_reading(gold: Path, articles: Sequence[WebArticle]) -> list[Scored]:
    """Compare the readings of the folder `second` with the first ones.

    Args:
        gold: folder of the web gold.
        articles: of the first reading.
    """
    layers = {
        name: {
            record["doc_id"]: [as_ids(item) for item in record[key]]
            for record in read_corpus(gold / "second" / f"{name}.jsonl")
        }
        for name, key in LAYERS.items()
    }
    return [
        score_article(
            one,
            _as_found(one.article.text, *(layers[name][one.article.article_id] for name in LAYERS)),
        )
        for one in articles
        if one.article.article_id in layers["quotes"]
    ]


def _as_found(
    text: str, mentions: Sequence[Record], quotes: Sequence[Record], claims: Sequence[Record]
) -> Found:
    return Found(
        mentions=[mention | {"score": 1.0} for mention in mentions],
        quotes=[
            {**quote, "speaker_entity": next(iter(quote["speaker_entities"]), None), "score": 1.0}
            for quote in scored(quotes)
        ],
        claims=[
            claim
            | {
                "claimer_entity": next(iter(claim["claimer_entities"]), None),
                "hedged": bool(claim["hedges"]),
                "subject": text[slice(*claim["subject"])] if claim["subject"] else None,
                "predicate": text[slice(*claim["predicate"])] if claim["predicate"] else None,
                "checkable": 1.0,
            }
            for claim in claims
            if not claim.get("optional")
        ],
    )
