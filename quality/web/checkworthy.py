"""Are `checkable` and `checkworthiness` what they say, by the kind of paper? On labelled sentences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.extract.annotate import annotate
from quality.calibration import auc, reliability
from quality.figures import Figures, Value
from quality.labelled import ScoredSentence, own_articles, read_labels, scored_sentences, wikinews_articles
from quality.parses import Parser

_MANNERS = {
    "Meridian News Agency": "agency",
    "The Albion Courier": "broadsheet",
    "Daily Klaxon": "tabloid",
    "tarnleygazette.example": "local paper",
    "Eastern Lantern": "state media",
}
"""The manner of the sample's outlets (data/sample/README.md)."""

type LabelledSentence = tuple[str, ScoredSentence]
"""The kind of paper that a sentence stands in, and what was said of it."""


def labelled_sentences(corpora: Path, gold: Path, parser: Parser) -> list[LabelledSentence]:
    """Return the labelled sentences of the sample and of Wikinews with their scores.

    Args:
        corpora: folder that holds Wikinews.
        gold: folder of the own gold.
        parser: parses the texts.
    """
    scored: list[LabelledSentence] = []
    for name, articles in (
        ("sentences", own_articles(gold.parents[1] / "data" / "sample")),
        ("wikinews", wikinews_articles(corpora)),
    ):
        labels = [label for label in read_labels(gold) if label.doc_id in articles]
        ids = sorted({label.doc_id for label in labels})
        docs = parser.docs(name, [articles[doc_id].text for doc_id in ids])
        annotated = {doc_id: annotate(doc, articles[doc_id]) for doc_id, doc in zip(ids, docs, strict=True)}
        for one in scored_sentences(labels, annotated):
            source = articles[one.label.doc_id].source or ""
            scored.append((_MANNERS.get(source, source), one))
    return scored


def by_paper(scored: Sequence[LabelledSentence], column: str) -> dict[str, list[tuple[float, bool]]]:
    """Return scores and whether the label is given, by kind of paper; all of them under "all".

    Args:
        scored: sentences.
        column: "checkable" or "checkworthiness".
    """
    papers: dict[str, list[tuple[float, bool]]] = {"all": []}
    for paper, one in scored:
        item = (
            (one.checkable, one.label.checkable > 0)
            if column == "checkable"
            else (one.worth, one.label.worth > 0)
        )
        papers["all"].append(item)
        papers.setdefault(paper, []).append(item)
    return papers


def checkworthy_figures(scored: Sequence[LabelledSentence]) -> dict[str, Figures]:
    """Return a section of figures for each column and kind of paper."""
    figures: dict[str, Figures] = {}
    for column in ("checkable", "checkworthiness"):
        for paper, items in by_paper(scored, column).items():
            rows = reliability(items)
            figures[f"labelled sentences, {column}: {paper}"] = rows | {
                "ranked, AUC": Value(auc(items), len(items))
            }
    return figures
