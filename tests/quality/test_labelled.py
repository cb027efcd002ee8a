"""The labels of sentences hold no text and fit the sample; a sentence is scored by its claims."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from spacy.language import Language

from pipeline.components.claims.checkworthiness import N_FOLDS
from pipeline.errors import InputError
from pipeline.extract.annotate import annotate
from pipeline.extract.article import ArticleText
from pipeline.identity import checksum
from quality.figures import Share
from quality.labelled import Label, fold, own_articles, read_labels, score_sentences

ROOT = Path(__file__).parents[2]
GOLD = ROOT / "tests" / "gold"
TEXT = "Exports fell by 12 percent in May, the ministry said. What a year it was!"


def label(start: int, end: int, *, checkable: int, worth: int) -> Label:
    return Label("a", start, end, checksum(TEXT[start:end]), checkable, worth)


def test_labels_are_many_of_both_kinds_and_hold_no_text() -> None:
    lines = (GOLD / "checkworthy.jsonl").read_text(encoding="utf-8").splitlines()
    assert all(len(json.loads(line)) == 6 and len(line) < 250 for line in lines)
    labels = read_labels(GOLD)
    assert len(labels) >= 500
    assert len({(one.doc_id, one.start) for one in labels}) == len(labels)
    assert {one.checkable for one in labels} == {0, 1}
    assert all(count >= 50 for count in Counter(one.worth for one in labels).values())
    assert {one.worth for one in labels if not one.checkable} == {0}
    assert all(0 <= fold(one.doc_id) < N_FOLDS for one in labels)


def test_labels_of_the_sample_fit_its_texts() -> None:
    articles = own_articles(ROOT / "data" / "sample")
    own = [one for one in read_labels(GOLD) if one.doc_id in articles]
    assert len(own) >= 200
    for one in own:
        assert checksum(articles[one.doc_id].text[one.start : one.end]) == one.sha256


@pytest.mark.model
def test_a_sentence_has_the_score_of_its_best_claim(nlp: Language) -> None:
    article = ArticleText("a", "a", TEXT, published_at=datetime(2026, 3, 4, tzinfo=UTC))
    docs = {"a": annotate(nlp(TEXT), article)}
    end = TEXT.index(".") + 1
    fact, exclamation = label(0, end, checkable=1, worth=2), label(end + 1, len(TEXT), checkable=0, worth=0)
    figures = score_sentences([fact, exclamation], docs)
    assert figures["checkable, AUC"].value == figures["worth checking, AUC"].value == 100.0
    assert figures["worth checking first, AUC"].value == 100.0
    shares = [f for name, f in figures.items() if name.startswith("checkable: score")]
    assert sum(f.of for f in shares if isinstance(f, Share)) == 2
    assert "Exports" not in repr(figures)


@pytest.mark.model
def test_another_text_than_the_one_labelled_is_refused(nlp: Language) -> None:
    docs = {"a": annotate(nlp(TEXT.replace("12", "13")), ArticleText("a", "a", TEXT))}
    with pytest.raises(InputError, match="a is not the text"):
        score_sentences([label(0, 53, checkable=1, worth=1)], docs)
