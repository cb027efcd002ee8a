"""The project's own gold: articles of tests/gold, with entities, quotations and claims marked by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from spacy.tokens import Doc

from pipeline.components.entities import find_entities
from pipeline.extract.annotate import annotate
from pipeline.extract.article import ArticleText
from pipeline.parsing.tokenizer import stored_range
from quality.claims import score_claims
from quality.entities import score_entities
from quality.figures import Figures, Rates, Share
from quality.labelled import own_articles, read_labels, score_sentences
from quality.parses import Parser
from quality.quotes import score_quotes
from quality.records import claim_records, mention_records, quote_records
from quality.resolution import meanings, score_resolution
from quality.same_claims import PAIR_FILES, score_own_pairs

FILES = (
    "quotes.jsonl",
    "entities.jsonl",
    "claims.jsonl",
    "epithets.jsonl",
    "places.jsonl",
    "checkworthy.jsonl",
    *PAIR_FILES,
)
SECTIONS = ("quotes", "entities", "claims", "epithets", "places", "sentences", "same claims")

# The figures that have floors. The others stand on too few items to tell a loss from chance, or are taken on
# what was matched, and may fall because more is found.
HEADLINES = {
    "quotes": (
        "attributed",
        "content, overlap",
        "content, exact",
        "cue, exact",
        "speaker's entity, of all that have one",
    ),
    "entities": (
        "names, span",
        "names, span and class",
        "clusters, B3",
        "across articles, B3",
        "pronouns",
    ),
    "claims": (
        "right in all",
        "clause and claimer and polarity",
        "clause",
        "clause, exact",
    ),
    "epithets": ("right name", "no wrong name above score .5"),
    "places": ("links",),
    "sentences": (
        "checkable, AUC",
        "worth checking, AUC",
        "checkable: 100 less that error",
        "worth checking: 100 less that error",
    ),
    "same claims": ("same claim", "of those taken for it"),
}

_MARK = re.compile(r"\[\[(.+?)\|(.+?)\]\]")

type Record = dict[str, Any]


def read_lines(path: Path) -> list[Record]:
    """Read JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def score_own(gold: Path, parser: Parser, sections: Sequence[str] = SECTIONS) -> dict[str, Figures]:
    """Return the figures of each section.

    Args:
        gold: folder with the gold's JSON lines.
        parser: parses the texts.
        sections: names out of `SECTIONS`.
    """
    scorers: dict[str, Callable[[], Figures]] = {
        "epithets": lambda: score_epithets(read_lines(gold / "epithets.jsonl"), parser),
        "places": lambda: score_places(read_lines(gold / "places.jsonl"), parser),
        "sentences": lambda: score_own_sentences(gold, parser),
        "same claims": lambda: score_own_pairs(gold, parser),
    }
    if set(sections) & {"quotes", "entities", "claims"}:
        records = {name: read_lines(gold / f"{name}.jsonl") for name in ("quotes", "entities", "claims")}
        docs = annotated(records["entities"], parser)
        mentions = {doc_id: mention_records(doc, doc_id) for doc_id, doc in docs.items()}
        scorers |= {
            "quotes": lambda: score_quotes(
                records["quotes"], with_gold_speakers(records["entities"], docs, mentions)
            ),
            "entities": lambda: {
                **score_entities([only_names(record) for record in records["entities"]], mentions),
                **score_resolution(records["entities"], mentions),
            },
            "claims": lambda: score_claims(
                records["claims"], {doc_id: claim_records(doc) for doc_id, doc in docs.items()}
            ),
        }
    return {name: scorers[name]() for name in SECTIONS if name in sections}


def headlines(sections: Mapping[str, Figures]) -> dict[str, Figures]:
    """Return the figures that have floors."""
    return {section: {name: rows[name] for name in HEADLINES[section]} for section, rows in sections.items()}


def annotated(records: Sequence[Record], parser: Parser) -> dict[str, Doc]:
    """Return the articles of the gold with all layers, by doc_id."""
    docs = parser.docs("own", [record["text"] for record in records])
    return {
        record["doc_id"]: annotate(
            doc,
            ArticleText(
                article_id=record["doc_id"],
                record_ref=record["doc_id"],
                text=record["text"],
                title=record["title"],
                source=record["source"],
                published_at=datetime.fromisoformat(record["published_at"]),
            ),
        )
        for record, doc in zip(records, docs, strict=True)
    }


def with_gold_speakers(
    entities: Sequence[Record], docs: Mapping[str, Doc], mentions: Mapping[str, Sequence[Record]]
) -> dict[str, list[Record]]:
    """Return the quotations found, with the gold entity that their speaker's entity stands for."""
    quotes = {}
    for record in entities:
        doc_id = record["doc_id"]
        meant = meanings(record["mentions"], mentions[doc_id])
        quotes[doc_id] = [
            quote | {"speaker_entity": meant.get(quote["speaker_entity"])}
            for quote in quote_records(docs[doc_id], doc_id)
        ]
    return quotes


def only_names(record: Record) -> Record:
    """Return a record of entities without nominals and pronouns."""
    return record | {"mentions": [mention for mention in record["mentions"] if mention["named"]]}


def score_epithets(cases: Sequence[Record], parser: Parser) -> Figures:
    """Return how many descriptions lead to the right name, and how often a wrong one is put forward.

    Args:
        cases: `marked` text, `[[the mayor|Ana Colvey]]` a description and whom it means, `-` nobody named.
        parser: parses the texts.
    """
    right = meant_somebody = wrong = total = 0
    for doc, spans in _unmarked("epithets", cases, parser):
        nominals = [(m, e.name) for e in find_entities(doc) for m in e.mentions if m.kind == "nominal"]
        for start, end, meant in spans:
            name, score = next(
                (
                    (name, mention.score)
                    for mention, name in nominals
                    if (at := stored_range(mention.span))[0] < end and start < at[1]
                ),
                ("-", 0.0),
            )
            total += 1
            meant_somebody += meant != "-"
            right += meant != "-" and name == meant
            wrong += name not in (meant, "-") and score > 0.5
    return {
        "right name": Share(right, meant_somebody),
        "no wrong name above score .5": Share(total - wrong, total),
    }


def score_places(cases: Sequence[Record], parser: Parser) -> Figures:
    """Return precision and recall of the links of places to GeoNames and Wikidata.

    Args:
        cases: `marked` text, `[[Porto|2735943]]` a place and its id.
        parser: parses the texts.
    """
    right = linked = to_link = 0
    for doc, spans in _unmarked("places", cases, parser):
        links = {
            stored_range(mention.span): entity.geonames_id or entity.wikidata_id
            for entity in find_entities(doc)
            for mention in entity.mentions
            if mention.kind == "name"
        }
        for start, end, meant in spans:
            link = links.get((start, end))
            linked += link is not None
            to_link += 1
            right += link == meant
    return {"links": Rates(right, to_link, right, linked)}


def score_own_sentences(gold: Path, parser: Parser) -> Figures:
    """Return how well the labelled sentences of the sample are ranked; the sample is `../../data/sample`."""
    articles = own_articles(gold.parents[1] / "data" / "sample")
    labels = [label for label in read_labels(gold) if label.doc_id in articles]
    ids = sorted({label.doc_id for label in labels})
    docs = parser.docs("sentences", [articles[doc_id].text for doc_id in ids])
    return score_sentences(
        labels, {doc_id: annotate(doc, articles[doc_id]) for doc_id, doc in zip(ids, docs, strict=True)}
    )


def _unmarked(
    name: str, cases: Sequence[Record], parser: Parser
) -> list[tuple[Doc, list[tuple[int, int, str]]]]:
    """Return each case's text without its marks, parsed, and (start, end, meaning) of what was marked."""
    texts, spans = [], []
    for case in cases:
        text, found, at = "", [], 0
        for match in _MARK.finditer(case["marked"]):
            text += case["marked"][at : match.start()]
            found.append((len(text), len(text) + len(match[1]), match[2]))
            text += match[1]
            at = match.end()
        texts.append(text + case["marked"][at:])
        spans.append(found)
    return list(zip(parser.docs(name, texts), spans, strict=True))
