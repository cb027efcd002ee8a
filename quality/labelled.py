"""Sentences of news with labels: which are checkable, and which are worth checking.

The labels stand in `checkworthy.jsonl` of the own gold, by article, offsets and checksum; the texts are those
of the sample and of Wikinews. A sentence is scored by the highest score of its claims, 0 where it has none.
The scores were calibrated on the same labels, so each article is scored by the calibration that was fitted
without it and without a fifth of the others.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from spacy.tokens import Doc

from pipeline.components.claims.checkworthiness import N_FOLDS, recalibrated
from pipeline.components.layers import Claim
from pipeline.errors import InputError
from pipeline.extract.article import ArticleText
from pipeline.extract.staged_articles import read_articles
from pipeline.identity import checksum
from pipeline.parsing.tokenizer import stored_range, stored_text
from pipeline.settings import load_settings
from pipeline.stages.ingest import ingest
from pipeline.store import Store
from pipeline.store.batch import Batch
from pipeline.store.plan import shards
from quality.calibration import auc, reliability
from quality.figures import Figures, Value
from quality.outside import read_corpus


@dataclass(frozen=True, slots=True)
class Label:
    """A sentence, and what its reader thought of it.

    Attributes:
        doc_id: of its article.
        start, end: character offsets, half-open, in the stored text.
        sha256: checksum of its text.
        checkable: it states a verifiable fact.
        worth: 0 nobody would check it, 1 worth a look, 2 worth checking first.
    """

    doc_id: str
    start: int
    end: int
    sha256: str
    checkable: int
    worth: int


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A labelled sentence, and the scores that it gets."""

    label: Label
    checkable: float
    worth: float


def read_labels(gold: Path) -> list[Label]:
    """Read `checkworthy.jsonl`."""
    lines = (gold / "checkworthy.jsonl").read_text(encoding="utf-8").splitlines()
    return [Label(**json.loads(line)) for line in lines]


def own_articles(sample: Path) -> dict[str, ArticleText]:
    """Return the English articles of the sample as ingest stores them, by their ids."""
    articles: dict[str, ArticleText] = {}
    with tempfile.TemporaryDirectory() as folder:
        store, settings = Store(folder), load_settings(drop_dir=sample)
        for day in sorted(date.fromisoformat(path.name) for path in sample.iterdir() if path.is_dir()):
            ingest(store, Batch(day), settings)
            for shard in shards(store, day):
                articles |= {a.article_id: a for a in read_articles(store, Batch(day, shard))}
    return {key: article for key, article in articles.items() if article.language == "en"}


def wikinews_articles(corpora: Path) -> dict[str, ArticleText]:
    """Return the articles of `corpora/wikinews.jsonl.gz`, by their ids."""
    return {
        record["id"]: ArticleText(
            article_id=record["id"],
            record_ref=record["id"],
            text=record["text"],
            title=record["title"],
            published_at=datetime.fromisoformat(record["published_at"]).replace(tzinfo=UTC),
            source=record["source"],
        )
        for record in read_corpus(corpora / "corpora" / "wikinews.jsonl.gz")
    }


def fold(doc_id: str) -> int:
    """Return the part of the articles that one belongs to, 0 up to N_FOLDS: by its id alone."""
    return int(checksum(doc_id)[:8], 16) % N_FOLDS


def claims_of(label: Label, doc: Doc) -> list[Claim]:
    """Return the claims of a labelled sentence.

    Raises:
        InputError: the text is not the one that was labelled.
    """
    if checksum(stored_text(doc)[label.start : label.end]) != label.sha256:
        raise InputError(f"{label.doc_id} is not the text whose sentence at {label.start} was labelled")
    places = ((claim, stored_range(claim.span)) for claim in doc._.claims)
    return [claim for claim, (start, end) in places if start < label.end and label.start < end]


def scored_sentences(labels: Sequence[Label], docs: Mapping[str, Doc]) -> list[ScoredSentence]:
    """Return labelled sentences with their highest scores, by calibrations that were fitted without them.

    Args:
        labels: of sentences.
        docs: their articles with all layers, by id.
    """
    scored = []
    for label in labels:
        claims, held_out = claims_of(label, docs[label.doc_id]), fold(label.doc_id)
        checkable = (recalibrated("checkable", c.checkable, c.claim_type, held_out) for c in claims)
        worth = (recalibrated("worth", c.checkworthiness, c.claim_type, held_out) for c in claims)
        scored.append(ScoredSentence(label, max(checkable, default=0.0), max(worth, default=0.0)))
    return scored


def score_sentences(labels: Sequence[Label], docs: Mapping[str, Doc]) -> Figures:
    """Return how well both scores rank the sentences, and whether they are what they say.

    Args:
        labels: of sentences.
        docs: their articles with all layers, by id.
    """
    scored = scored_sentences(labels, docs)
    checkable = [(one.checkable, one.label.checkable > 0) for one in scored]
    worth = [(one.worth, one.label.worth > 0) for one in scored]
    first = [(one.worth, one.label.worth > 1) for one in scored]
    figures: Figures = {
        "checkable, AUC": Value(auc(checkable), len(labels)),
        "worth checking, AUC": Value(auc(worth), len(labels)),
        "worth checking first, AUC": Value(auc(first), len(labels)),
    }
    for name, outcomes in (("checkable", checkable), ("worth checking", worth)):
        rows = reliability(outcomes)
        figures |= {f"{name}: {row}": figure for row, figure in rows.items()}
        figures[f"{name}: 100 less that error"] = Value(
            100 - rows["expected calibration error"].value, len(labels)
        )
    return figures
