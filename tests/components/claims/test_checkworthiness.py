"""Both scores: what counts for them, and that stretches of a document are scored as if they stood alone."""

from typing import Any

import numpy as np
import pytest
import spacy
from docs_by_hand import parsed
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.components.claims.checkworthiness import (
    N_FOLDS,
    checkworthiness,
    classify,
    debate_threshold,
    logits,
    read_statements,
    recalibrated,
)
from pipeline.components.claims.ngrams import N_BUCKETS, ngram_families, ngram_weights, ngrams_of
from pipeline.components.claims.statement_features import mean_vectors, n_counts, statement_features

VOCAB = spacy.blank("en").vocab  # has what is asked of a word: its lower-case form, is it a number
FACT = "Exports/NNS/nsubj/1 fell/VBD/ROOT/1 by/IN/prep/1 12/CD/nummod/4 percent/NN/pobj/2 ././punct/1"
WISH = "We/PRP/nsubj/2 must/MD/aux/2 dream/VB/ROOT/2 together/RB/advmod/2 ././punct/2"


def test_a_figure_is_checkable_and_a_call_is_not() -> None:
    ((fact, fact_debate),), ((wish, wish_debate),) = (
        classify(parsed(text, vocab=VOCAB), [(0, len(text.split()))]) for text in (FACT, WISH)
    )
    assert fact > 0.7 > 0.5 > wish
    assert fact_debate > debate_threshold() > wish_debate


def test_each_stretch_is_scored_for_itself() -> None:
    fact, wish = parsed(FACT, vocab=VOCAB), parsed(WISH, vocab=VOCAB)
    both = Doc.from_docs([fact, wish])
    together = classify(both, [(0, len(fact)), (len(fact), len(both))])
    apart = [classify(doc, [(0, len(doc))])[0] for doc in (fact, wish)]
    assert np.allclose(together, apart, atol=1e-5)
    assert classify(both, []) == []


def test_documents_read_together_are_scored_as_each_alone() -> None:
    docs = [parsed(text, vocab=VOCAB) for text in (FACT, WISH, "No/DT/ROOT/0", WISH)]
    docs.insert(1, Doc(VOCAB))
    for order in (docs, docs[::-1]):
        for doc, statements in zip(order, read_statements(order), strict=True):
            assert (statements is None) == (len(doc) == 0)
            if statements is not None:
                ranges = [(0, len(doc)), (0, 1), (len(doc) - 1, len(doc))]
                assert classify(doc, ranges, statements=statements) == classify(doc, ranges)
                (alone,) = read_statements([doc])
                assert alone is not None
                assert statements.running.tolist() == alone.running.tolist()
                assert statements.features.grammar.tolist() == statement_features(doc).grammar.tolist()


def test_ngrams_of_a_stretch_are_those_that_end_in_it_and_begin_in_it() -> None:
    families = ngram_families(parsed(FACT, vocab=VOCAB))
    weights = np.random.default_rng(1).integers(1, 99, (N_BUCKETS, 2)).astype(np.float32)
    by_length = ngram_weights(families, weights).reshape(3, 2, -1)
    for start, end in [(0, 6), (1, 5), (2, 3), (3, 5)]:
        inside = sum(by_length[longer, :, start + longer : end].sum(axis=1) for longer in range(3))
        assert np.array_equal(inside, weights[ngrams_of(families, start, end)].sum(axis=0))


def test_what_is_counted() -> None:
    features = statement_features(parsed(WISH, vocab=VOCAB))
    start, end = np.array([0]), np.array([5])
    counts = features.counts(start, end)
    assert counts.shape == (1, n_counts())
    # Five tags, two small words, the subject's kind, its auxiliary, the root's tag; five shares of a fifth.
    assert np.count_nonzero(counts == 1) == 5 + 2 + 3
    assert np.isclose(counts, 0.2).sum() == 5
    assert counts[0, -1] == pytest.approx(np.log(6))


def test_rare_words_weigh_more_in_the_mean_vector() -> None:
    vocab = spacy.blank("en").vocab
    ones: Any = np.ones(4, dtype=np.float32)
    vocab.set_vector("fell", ones)
    vocab.set_vector("by", -ones)
    doc = parsed(FACT, vocab=vocab)
    table = np.vstack([vocab.vectors.data, np.zeros((1, 4))]).astype(np.float32)
    forms = statement_features(doc).forms
    start, end = np.array([0, 3]), np.array([6, 5])
    as_rare = mean_vectors(doc, forms, np.full(6, 9.0, dtype=np.float32), table, start, end)
    assert np.allclose(as_rare, 0)
    rarity = np.array([9, 9, 1, 9, 9, 1], dtype=np.float32)
    mean, none = mean_vectors(doc, forms, rarity, table, start, end)
    assert 0.8 < mean[0] < 1, mean
    assert not none.any(), "no word of the stretch has a vector"


@pytest.mark.model
def test_vectors_count_where_the_vocabulary_has_them(nlp: Language) -> None:
    with_vectors, without = parsed(FACT, vocab=nlp.vocab), parsed(FACT, vocab=VOCAB)
    (known,), (unknown,) = (logits(doc, [(0, 6)])[0] for doc in (with_vectors, without))
    assert known != unknown
    assert np.isfinite([known, unknown]).all()


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=12), st.data())
def test_no_text_raises(forms: list[str], data: st.DataObject) -> None:
    doc = Doc(VOCAB, words=forms)
    start = data.draw(st.integers(0, len(doc) - 1))
    end = data.draw(st.integers(start + 1, len(doc)))
    ((checkable, worth),) = classify(doc, [(start, end)])
    assert 0 <= checkable <= 1
    assert 0 <= worth <= 1


def test_topics_lift_what_is_on_them_and_keep_the_order_of_the_rest() -> None:
    low, high = {"checkable": 0.4}, {"checkable": 0.9, "impact": 1.0}
    assert checkworthiness(low, None) < checkworthiness(high, None)
    assert checkworthiness(low, 0.1) < checkworthiness(high, 0.1) < checkworthiness(low, 0.9)


@pytest.mark.parametrize("part", range(N_FOLDS))
def test_a_calibration_of_other_articles_keeps_the_order(part: int) -> None:
    scores = [0.0, 0.1, 0.4, 0.7, 0.95, 1.0]
    for name in ("checkable", "worth"):
        others = [recalibrated(name, score, "event", part) for score in scores]
        assert others == sorted(others)
        assert 0 <= others[0] < others[-1] <= 1
        assert np.allclose(others, scores, atol=0.15), "no fifth of the articles decides it"
    assert recalibrated("checkable", 0.5, "opinion", part) <= 0.5
