"""Mentions, quotations and claims as W3C Web Annotations, one JSON-LD object a line.

Model: https://www.w3.org/TR/annotation-model/. A TextPositionSelector counts Unicode code points, not code
units, as `articles.text` does; the position 0 is before the first one, and the end is exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.desk.exports.layered import Found, LayeredArticle, spans_of

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
_AROUND = 32  # characters of prefix and suffix

type _Spans = list[tuple[int, int]]


def web_annotations(articles: Iterator[LayeredArticle]) -> Iterator[dict[str, Any]]:
    """Yield the annotations of each article: its mentions, quotations, claims.

    Positions are those in `articles.text`; on the page, `exact` with its prefix and suffix finds the place. A
    quotation that its cue interrupts has several targets.
    """
    for found in articles:
        names = {entity["entity_id"]: entity for entity in found.entities}
        for mention in found.mentions:
            body = _mentioned(mention, names.get(mention["entity_id"]))
            yield _annotation(found, mention["mention_id"], "identifying", body, spans_of([mention]))
        for quote in found.quotes:
            spans = spans_of(quote["content_spans"])
            yield _annotation(found, quote["quote_id"], "describing", _said(quote), spans)
        for claim in found.claims:
            yield _annotation(found, claim["claim_id"], "assessing", _claimed(claim), spans_of([claim]))


def _annotation(
    found: LayeredArticle, name: str, motivation: str, body: list[dict[str, str]], spans: _Spans
) -> dict[str, Any]:
    article = found.article
    source = article["url"] or f"urn:newstables:article:{article['article_id']}"
    targets = [{"source": source, "selector": _selectors(found.text, *span)} for span in spans]
    return {
        "@context": CONTEXT,
        "id": f"urn:newstables:{article['day']}:{name}",
        "type": "Annotation",
        "motivation": motivation,
        "body": body,
        "target": targets[0] if len(targets) == 1 else targets,
    }


def _selectors(text: str, start: int, end: int) -> list[dict[str, Any]]:
    return [
        {"type": "TextPositionSelector", "start": start, "end": end},
        {
            "type": "TextQuoteSelector",
            "exact": text[start:end],
            "prefix": text[max(0, start - _AROUND) : start],
            "suffix": text[end : end + _AROUND],
        },
    ]


def _mentioned(mention: Found, entity: Found | None) -> list[dict[str, str]]:
    body = [_tag(mention["label"]), _tag(mention["kind"])]
    if entity:
        body.append(_text("identifying", entity["name"]))
        if entity["wikidata_id"]:
            body.append({"id": f"http://www.wikidata.org/entity/{entity['wikidata_id']}"})
    return body


def _said(quote: Found) -> list[dict[str, str]]:
    said_by = quote["speaker_name"] or quote["speaker"]
    return [_tag("quotation"), _tag(quote["kind"]), *([_text("describing", said_by)] if said_by else [])]


def _claimed(claim: Found) -> list[dict[str, str]]:
    said_by = claim["claimer_name"] or claim["claimer"]
    tags = [_tag(tag) for tag in ("claim", claim["claimer_kind"], claim["polarity"], claim["modality"])]
    return [*tags, *([_text("describing", said_by)] if said_by else [])]


def _tag(value: str) -> dict[str, str]:
    return _text("tagging", value)


def _text(purpose: str, value: str) -> dict[str, str]:
    return {"type": "TextualBody", "purpose": purpose, "value": value}
