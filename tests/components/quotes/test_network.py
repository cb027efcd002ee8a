"""The tagger's forward pass against slow references, against torch, and on sentences of our own."""

from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from docs_by_hand import parsed
from hypothesis import given
from hypothesis import strategies as st
from spacy.lang.en import English
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.components.quotes.network import tagger as quote_tagger
from pipeline.components.quotes.network.features import (
    COLUMN_OFFSETS,
    COLUMNS,
    FLAGS,
    QuoteFeatures,
    quote_features,
)
from pipeline.components.quotes.network.links import (
    LABELS,
    PAIR_COLUMNS,
    PAIR_OFFSETS,
    Candidates,
    nearest,
    spans_of,
)
from pipeline.components.quotes.network.tagger import Packing, tag_quotes, windows

RECORDED = Path(__file__).parent / "quote_tagger_torch.npz"


def words(span_or_spans) -> str:
    return " … ".join(span.text for span in span_or_spans)


# --- the network --------------------------------------------------------------------------------------


def slow_lstm(x: np.ndarray, inputs: np.ndarray, recurrent: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """One direction over one window, word by word, with sigmoids written as sigmoids."""
    hidden = recurrent.shape[0]
    state, cell, out = np.zeros(hidden), np.zeros(hidden), []
    for row in x:
        sums = row @ inputs + state @ recurrent + bias
        i, f, o = np.split(1 / (1 + np.exp(-2 * sums[: 3 * hidden])), 3)
        cell = f * cell + i * np.tanh(sums[3 * hidden :])
        state = o * np.tanh(cell)
        out.append(state)
    return np.array(out)


@pytest.mark.parametrize("sizes", [[5], [3, 7, 1, 7], [1, 1]])
def test_lstm_over_packed_windows_is_the_lstm_of_each_window(sizes):
    rng = np.random.default_rng(1)
    weights = {
        "lstm1_input": rng.normal(size=(2, 4, 12)).astype(np.float32),
        "lstm1_recurrent": rng.normal(size=(2, 3, 12)).astype(np.float32),
        "lstm1_bias": rng.normal(size=(2, 12)).astype(np.float32),
    }
    x = rng.normal(size=(sum(sizes), 4)).astype(np.float32)
    starts = np.cumsum([0, *sizes[:-1]])
    packing = Packing(starts, np.array(sizes))
    out = np.empty((len(x), 6), dtype=np.float32)
    out[packing.order] = quote_tagger._lstm(x[packing.order], packing, weights, 1)
    for start, size in zip(starts, sizes, strict=True):
        window = x[start : start + size]
        parts = [weights[f"lstm1_{part}"] for part in ("input", "recurrent", "bias")]
        ahead = slow_lstm(window, *(part[0] for part in parts))
        behind = slow_lstm(window[::-1], *(part[1] for part in parts))
        expected = np.concatenate([ahead, behind[::-1]], axis=1)
        np.testing.assert_allclose(out[start : start + size], expected, rtol=1e-4, atol=1e-5)


def test_viterbi_finds_the_best_of_all_paths():
    rng = np.random.default_rng(2)
    count = len(LABELS)
    weights = {
        "crf_transitions": rng.normal(size=(count, count)).astype(np.float32),
        "crf_start": rng.normal(size=count).astype(np.float32),
        "crf_end": rng.normal(size=count).astype(np.float32),
    }
    sizes = [4, 2, 1]
    emissions = rng.normal(size=(7, count)).astype(np.float32)
    packing = Packing(np.array([0, 4, 6]), np.array(sizes))
    labels = np.empty(7, dtype=int)
    labels[packing.order] = quote_tagger._viterbi(emissions[packing.order], packing, weights)
    start = 0
    for size in sizes:
        rows = emissions[start : start + size]

        def total(path, rows=rows):
            return (
                sum(rows[k][label] for k, label in enumerate(path))
                + sum(weights["crf_transitions"][a][b] for a, b in pairwise(path))
                + weights["crf_start"][path[0]]
                + weights["crf_end"][path[-1]]
            )

        best = max(np.ndindex(*[count] * size), key=total)
        assert labels[start : start + size].tolist() == list(best)
        start += size


def test_forward_pass_agrees_with_the_one_recorded_from_torch():
    """The recording: a tiny network on random rows, `python -m training.quotes --record`."""
    with np.load(RECORDED) as stored:
        recorded = {name: stored[name] for name in stored.files}
    weights = {name.removeprefix("w:"): array for name, array in recorded.items() if name.startswith("w:")}
    n = len(recorded["rows"])
    features = replace(
        features_of(np.zeros(n, dtype=int), np.zeros(n, dtype=int)),
        columns=recorded["columns"],
        vector_rows=recorded["rows"],
        flags=recorded["flags"],
    )
    vectors = quote_tagger.project_vectors(recorded["vectors"], weights)
    states, emissions, _ = quote_tagger.encode(features, weights, vectors)
    np.testing.assert_allclose(states, recorded["states"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(emissions, recorded["emissions"], rtol=1e-4, atol=1e-5)
    ends = np.concatenate([states[recorded["first"]], states[recorded["last"]]], axis=1)
    scores = quote_tagger._link_scores(
        "content", ends, recorded["left"], recorded["right"], recorded["pairs"], weights
    )
    np.testing.assert_allclose(scores, recorded["scores"], rtol=1e-4, atol=1e-4)


# --- spans, windows, candidates -----------------------------------------------------------------------


@given(st.lists(st.integers(0, len(LABELS) - 1), max_size=40))
def test_spans_cover_exactly_the_labelled_words_and_do_not_touch_unless_begun_anew(labels):
    array = np.array(labels, dtype=np.int32)
    first, end, kinds = spans_of(array, np.zeros(len(labels), dtype=np.int32))
    covered = np.full(len(labels), -1)
    for a, b, kind in zip(first, end, kinds, strict=True):
        assert a < b
        assert (covered[a:b] == -1).all()
        covered[a:b] = kind
        assert all(label % 2 == 0 for label in labels[a + 1 : b])
    assert covered.tolist() == [(label + 1) // 2 - 1 for label in labels]


def test_no_span_reaches_over_the_end_of_a_document():
    labels, documents = np.array([2, 2, 2, 2]), np.array([0, 0, 1, 1])
    first, end, _ = spans_of(labels, documents)
    assert list(zip(first.tolist(), end.tolist(), strict=True)) == [(0, 2), (2, 4)]


def features_of(sentences: np.ndarray, paragraphs: np.ndarray) -> QuoteFeatures:
    """Features that know sentences and paragraphs only."""
    empty = {field.name: np.zeros(len(sentences), dtype=np.int32) for field in fields(QuoteFeatures)}
    return QuoteFeatures(**{**empty, "sentences": sentences, "paragraphs": paragraphs})


@given(st.lists(st.tuples(st.integers(1, 30), st.booleans(), st.booleans()), max_size=30), st.integers(5, 40))
def test_windows_tile_the_documents_and_hold_to_the_limit(made, limit):
    sizes = [size for size, _, _ in made]
    documents = np.repeat(np.cumsum([ends for _, _, ends in made], dtype=int), sizes)
    paragraphs = np.cumsum([breaks or ends for _, breaks, ends in made], dtype=int)
    features = features_of(np.repeat(np.arange(len(made)), sizes), np.repeat(paragraphs, sizes))
    features = replace(features, documents=documents)
    found = windows(features, limit)
    assert all(documents[a] == documents[b - 1] for a, b in found)
    assert [a for a, _ in found[1:]] == [b for _, b in found[:-1]]
    assert sum(b - a for a, b in found) == len(features)
    assert all(0 < b - a <= limit for a, b in found)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4), st.booleans(), st.booleans()), max_size=30))
def test_nearest_spans_are_the_nearest_of_all_in_their_document(made):
    ends = np.cumsum([gap + size for gap, size, _, _ in made], dtype=np.int32)
    firsts = ends - np.array([size for _, size, _, _ in made], dtype=np.int32)
    is_cue = np.array([cue for _, _, cue, _ in made], dtype=bool)
    home = np.cumsum([breaks for _, _, _, breaks in made], dtype=np.int32)
    spans, others = ((firsts[which], ends[which], home[which]) for which in (~is_cue, is_cue))
    found = nearest(spans, others, limit=3)
    for a, b, own, near in zip(firsts[~is_cue], ends[~is_cue], home[~is_cue], found, strict=True):
        gaps = {
            k: max(first - b, a - end)
            for k, (first, end, theirs) in enumerate(
                zip(firsts[is_cue], ends[is_cue], home[is_cue], strict=True)
            )
            if theirs == own
        }
        assert near[near >= 0].tolist() == sorted(gaps, key=gaps.__getitem__)[:3]


@pytest.fixture(scope="module")
def bare_doc():
    return parsed(
        "She/PRP/nsubj/1 said/VBD/ROOT/1 that/IN/mark/4 rain/NN/nsubj/4 fell/VBD/ccomp/1 ././punct/1"
    )


def test_features_stay_inside_their_columns(bare_doc):
    features = quote_features([bare_doc])
    assert features.columns.shape == (6, len(COLUMNS))
    assert features.flags.shape == (6, len(FLAGS))
    assert (features.columns >= COLUMN_OFFSETS[:-1]).all()
    assert (features.columns < COLUMN_OFFSETS[1:]).all()
    assert features.heads.tolist() == [1, 1, 4, 4, 1, 1]


def test_features_of_many_documents_are_those_of_each(nlp):
    texts = [TEXT, "", "\n", "“No,” he said.\n\n“Never", "‘a", "b’ c.” She left.", "The end"]
    docs = list(nlp.pipe(texts))
    together = quote_features(docs)
    assert set(together.documents.tolist()) == {0, 3, 4, 5, 6}
    for number, doc in enumerate(docs):
        alone = quote_features([doc])
        own = together.documents == number
        base = int(np.argmax(own))
        for name in ("tokens", "columns", "flags", "vector_rows", "tags", "deps", "entities", "marks"):
            assert (getattr(together, name)[own] == getattr(alone, name)).all(), (number, name)
        assert (together.heads[own] - base == alone.heads).all()
        for name in ("rule_cues", "rule_sources"):
            theirs = getattr(together, name)[own]
            assert (np.where(theirs < 0, theirs, theirs - base) == getattr(alone, name)).all()
        for name in ("sentences", "paragraphs"):
            assert (np.diff(getattr(together, name)[own]) == np.diff(getattr(alone, name))).all()


def test_proper_nouns_and_numbers_have_neither_form_nor_vector():
    vocab = English().vocab  # a bare Vocab makes no lower-case forms

    def make(word, tag):
        return quote_features([parsed(f"{word}/{tag}/nsubj/1 fell/VBD/ROOT/1", vocab=vocab)])

    lexical = [list(COLUMNS).index(name) for name in ("word_a", "word_b", "suffix")]
    assert (make("Rain", "NNP").columns[0, lexical] == make("Snow", "NNP").columns[0, lexical]).all()
    assert (make("Rain", "NN").columns[0, lexical] != make("Snow", "NN").columns[0, lexical]).any()


def test_candidates_know_how_the_parse_joins_them(bare_doc):
    features = quote_features([bare_doc])
    labels = np.array([5, 3, 1, 2, 2, 0], dtype=np.int32)
    pairs = Candidates(features, *spans_of(labels, features.documents))
    path = list(PAIR_COLUMNS).index("path")
    assert pairs.content_right.tolist() == [1, -1]
    assert pairs.content_columns[0, path] - PAIR_OFFSETS[path] == 1  # the content's head hangs on the cue
    assert pairs.cue_columns[0, path] - PAIR_OFFSETS[path] == 6  # the source hangs on the cue


# --- the tagger on text -------------------------------------------------------------------------------

TEXT = """Harbour wall to be rebuilt.

“We will rebuild the harbour wall before winter,” Mayor Ilse Brandt said on Tuesday. “It is a promise.”

According to the engineers, the storm moved forty tonnes of stone. The council denied that it had ignored
their warnings."""


@pytest.fixture(scope="module")
def tagged(nlp):
    doc = nlp(TEXT)
    return tag_quotes([doc])[0]


def test_finds_content_cue_and_source_of_direct_and_indirect_speech(tagged):
    found = {words(quote.cue).lower(): quote for quote in tagged}
    assert words(found["said"].source) == "Mayor Ilse Brandt"
    assert words(found["said"].content).startswith("“We will rebuild the harbour wall before winter")
    assert "the engineers" in words(found["according to"].source)
    assert "moved forty tonnes" in words(found["according to"].content)
    assert words(found["denied"].source) == "The council"


def test_joins_what_the_cue_interrupts(tagged):
    said = next(quote for quote in tagged if words(quote.cue) == "said")
    assert "It is a promise" in words(said.content)


def test_scores_are_probabilities_and_contents_are_in_text_order(tagged):
    assert all(0 <= quote.score <= 1 for quote in tagged)
    begins = [quote.content[0].start for quote in tagged]
    assert begins == sorted(begins)


def test_documents_in_one_batch_are_tagged_as_they_are_alone(nlp):
    def printed(quotes):
        return [(words(quote.content), words(quote.cue), words(quote.source)) for quote in quotes]

    texts = [TEXT, "“No,” he said.", "", "The river rose. Officials warned of floods downstream.", "\n\n"]
    docs = list(nlp.pipe(texts))
    together = [printed(quotes) for quotes in tag_quotes(docs)]
    assert together == [printed(tag_quotes([doc])[0]) for doc in docs]
    assert together[2] == together[4] == []


def test_more_documents_than_fit_into_a_batch_keep_their_quotations(nlp, monkeypatch):
    docs = list(nlp.pipe([TEXT, "", "Officials warned of floods.", TEXT, "“No,” he said."]))
    together = [[words(q.content) for q in quotes] for quotes in tag_quotes(docs)]
    monkeypatch.setattr(quote_tagger, "BATCH_WORDS", 70)  # tokens: the first three, the last two
    assert [[words(q.content) for q in quotes] for quotes in tag_quotes(docs)] == together
    assert together[0] == together[3] != together[2]


def test_vectors_of_another_width_count_as_none():
    weights = quote_tagger.load_weights()
    assert not quote_tagger.project_vectors(np.ones((3, 5)), weights).any()
    assert quote_tagger.project_vectors(np.ones((3, 300)), weights)[:-1].any()


def test_a_text_longer_than_a_batch_is_tagged_in_pieces(nlp, monkeypatch):
    doc = nlp("\n\n".join([TEXT] * 12))
    whole = tag_quotes([doc])[0]
    monkeypatch.setattr(quote_tagger, "BATCH_WORDS", 300)
    assert [words(q.content) for q in tag_quotes([doc])[0]] == [words(q.content) for q in whole]


def test_no_documents_and_unparsed_documents_give_what_they_can():
    assert tag_quotes([]) == []
    doc = Doc(Vocab(), words=["“", "Rain", "”"])
    assert isinstance(tag_quotes([doc])[0], list)


@given(st.text(alphabet="ab .,“”\"'‘’\n«»`:—", max_size=80))
def test_no_run_of_marks_raises(nlp: Language, text):
    doc = nlp.make_doc(text)
    assert isinstance(tag_quotes([doc])[0], list)
