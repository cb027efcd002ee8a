"""Articles as spaCy Docs in one DocBin (.spacy), to train on or to look at; the text is the stored one.

Format: https://spacy.io/api/docbin and https://spacy.io/api/data-formats#binary-training.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from itertools import pairwise
from typing import BinaryIO

import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span
from spacy.util import filter_spans

from pipeline.desk.exports.layered import LayeredArticle

_ATTRIBUTES = ("ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "ENT_ID")


def write_docbin(articles: Iterator[LayeredArticle], to: BinaryIO) -> int:
    """Write a DocBin; returns the number of Docs. All of them are in memory, some 10 kB each.

    Each has `ents` (names), and in `spans`: `mentions`, pronouns and descriptions too, `quotes`, `claims`. A
    span's `id_` is the id of its row, in `ents` that of the entity; its `kb_id_` is the entity of a mention,
    speaker or claimer, in `ents` the Wikidata item. `user_data` has day, article_id, outlet, url and title.

    Args:
        articles: what it holds.
        to: where the bytes go; it is left open.
    """
    nlp = spacy.blank("en")
    docs = DocBin(attrs=_ATTRIBUTES, store_user_data=True)
    n = 0
    for found in articles:
        docs.add(layered_doc(found, nlp))
        n += 1
    to.write(docs.to_bytes())
    return n


def layered_doc(found: LayeredArticle, nlp: Language) -> Doc:
    """Return an article as a Doc whose tokens end where anything that was found begins or ends."""
    spans = {
        "mentions": [
            (m["start_char"], m["end_char"], m["label"], m["mention_id"], m["entity_id"])
            for m in found.mentions
        ],
        "quotes": [
            (s["start_char"], s["end_char"], q["kind"], q["quote_id"], q["speaker_entity_id"])
            for q in found.quotes
            for s in q["content_spans"]
        ],
        "claims": [
            (c["start_char"], c["end_char"], c["claimer_kind"], c["claim_id"], c["claimer_entity_id"])
            for c in found.claims
        ],
    }
    cuts = {at for group in spans.values() for start, end, *_ in group for at in (start, end)}
    doc = _cut(nlp.make_doc(found.text), cuts)
    for name, group in spans.items():
        doc.spans[name] = [_span(doc, *one) for one in group]
    linked = {entity["entity_id"]: entity["wikidata_id"] or "" for entity in found.entities}
    names = [
        _span(doc, m["start_char"], m["end_char"], m["label"], m["entity_id"], linked.get(m["entity_id"], ""))
        for m in found.mentions
        if m["kind"] == "name"
    ]
    doc.ents = filter_spans(names)
    article = found.article
    doc.user_data |= {
        "day": str(article["day"]),
        "article_id": article["article_id"],
        "outlet": article["source"],
        "url": article["url"],
        "title": article["title"],
    }
    return doc


def _cut(doc: Doc, cuts: Set[int]) -> Doc:
    """Return a Doc of the same text, with tokens that are cut where asked for."""
    words: list[str] = []
    spaces: list[bool] = []
    for token in doc:
        inner = sorted(at - token.idx for at in cuts if token.idx < at < token.idx + len(token))
        bounds = [0, *inner, len(token)]
        words += [token.text[start:end] for start, end in pairwise(bounds)]
        spaces += [False] * len(inner) + [bool(token.whitespace_)]
    return Doc(doc.vocab, words=words, spaces=spaces)


def _span(doc: Doc, start: int, end: int, label: str, name: str, kb_id: str | None) -> Span:
    found = doc.char_span(start, end, label=label, kb_id=kb_id or "", span_id=name)
    assert found is not None, "tokens were cut there"
    return found
