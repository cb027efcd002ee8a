"""The labeller of names: its features, its forward pass, and what becomes of names."""

from itertools import product

import numpy as np
import pytest
from docs_by_hand import build
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.components.doc.columns import read_columns
from pipeline.components.doc.tokens import Tokens, read_tokens
from pipeline.components.entities.labeller import features as features_module
from pipeline.components.entities.labeller import labelled, read_labels, relabelled
from pipeline.components.entities.labeller.features import LabelFeatures, label_features
from pipeline.components.entities.labeller.inputs import COLUMN_OFFSETS, KINDS, N_FLAGS, N_LABELS, WINDOW
from pipeline.components.entities.labeller.network import (
    Labelled,
    best_labels,
    label_scores,
    names_of,
    shipped_network,
)
from pipeline.components.entities.name import Name
from pipeline.components.entities.names import find_by_rules


def read(doc: Doc) -> Tokens:
    return read_tokens(read_columns(doc))


def with_vectors(doc: Doc) -> Doc:
    """The Doc with a vector of zeros for one word, as wide as the network wants them."""
    width = len(shipped_network().weights["vectors"])
    doc.vocab.reset_vectors(width=width)
    doc.vocab.vectors.resize((1, width))
    return doc


def may_follow(before: int, label: int) -> bool:
    return label == 0 or label % 2 == 1 or before in (label, label - 1)


@pytest.mark.parametrize("seed", range(5))
def test_the_best_labels_are_the_best_of_all_that_go_on_only_where_they_have_begun(seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(3, N_LABELS)).astype(np.float32)
    found = best_labels(np.arange(3, dtype=np.int32), scores).tolist()

    def total(path: tuple[int, ...]) -> float:
        return float(sum(scores[k][label] for k, label in enumerate(path)))

    allowed = (
        path
        for path in product(range(N_LABELS), repeat=3)
        if all(may_follow(a, b) for a, b in zip((0, *path), path, strict=False))
    )
    assert found == [*max(allowed, key=total)]


def test_a_name_does_not_go_on_over_a_gap() -> None:
    scores = np.zeros((2, N_LABELS), dtype=np.float32)
    scores[0, 1], scores[1, 2], scores[1, 3] = 5, 5, 4
    assert best_labels(np.array([0, 1], dtype=np.int32), scores).tolist() == [1, 2]
    assert best_labels(np.array([0, 2], dtype=np.int32), scores).tolist() == [1, 3]


def test_labels_are_read_as_names() -> None:
    candidates = np.array([2, 3, 5, 6], dtype=np.int32)
    scores = np.log(np.full((4, N_LABELS), 0.5, dtype=np.float32))
    labels = np.array([1, 2, 3, 5], dtype=np.int32)
    assert [*names_of(candidates, labels, scores)] == [
        Labelled(2, 4, KINDS[0], 0.5),
        Labelled(5, 6, KINDS[1], 0.5),
        Labelled(6, 7, KINDS[2], 0.5),
    ]


def test_scores_are_those_of_each_window_by_itself() -> None:
    rng = np.random.default_rng(0)
    width, hidden = 4, 5
    shapes = {
        "table": (int(COLUMN_OFFSETS[-1]), width),
        "flags": (N_FLAGS, width),
        "vectors": (7, width),
        "hidden": ((2 * WINDOW + 1) * width, hidden),
        "hidden_bias": (hidden,),
        "labels": (hidden, N_LABELS),
        "labels_bias": (N_LABELS,),
    }
    weights = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    doc = build("Ana Colvey of Marrow met Leo Darnt in Kenya .", {"Ana Colvey": "PERSON"})
    features = label_features([(doc, read(doc), [])])
    vectors = np.zeros((1, width), dtype=np.float32)
    found = label_scores(features, weights, vectors)
    for row, at in zip(found, features.candidates.tolist(), strict=True):
        window = np.zeros((2 * WINDOW + 1, width))
        for k, token in enumerate(range(at - WINDOW, at + WINDOW + 1)):
            if 0 <= token < len(doc):
                window[k] = weights["table"][features.columns[token]].sum(axis=0)
                window[k] += features.flags[token] @ weights["flags"]
        state = np.maximum(window.ravel() @ weights["hidden"] + weights["hidden_bias"], 0)
        scores = state @ weights["labels"] + weights["labels_bias"]
        expected = scores - np.log(np.exp(scores - scores.max()).sum()) - scores.max()
        np.testing.assert_allclose(row, expected, rtol=1e-3, atol=1e-4)


def test_what_looks_like_a_name_and_small_gaps_are_candidates() -> None:
    doc = build("they met Ana of Marrow and left for a town in Kenya .")
    features = label_features([(doc, read(doc), [])])
    assert [doc[int(i)].text for i in features.candidates] == ["Ana", "of", "Marrow", "Kenya"]


def test_other_occurrences_of_a_word_tell() -> None:
    doc = build("Dorn left . Dorn ran . the dorn .", {})
    names = [Name(0, 1, "PERSON", method="ner", score=0.8)]
    with_name, without = (label_features([(doc, read(doc), some)]) for some in (names, []))
    assert with_name.columns[3].tolist() != without.columns[3].tolist()
    assert with_name.flags[3].tolist() == without.flags[3].tolist()


def test_numbers_of_words_are_the_same_before_and_after_they_were_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    docs = [build(text) for text in ("Ana met Leo .", "Leo left Marrow in May .", "ANA met McRae in '42 .")]
    before = [label_features([(doc, read(doc), [])]) for doc in docs]
    monkeypatch.setattr(features_module, "_MOST", 3)
    for doc, known in zip(docs + docs, before + before, strict=True):
        again = label_features([(doc, read(doc), [])])
        assert again.columns.tolist() == known.columns.tolist()
        assert again.flags.tolist() == known.flags.tolist()


TOGETHER: tuple[tuple[str, dict[str, str]], ...] = (
    ("He met Ana Colvey", {"Ana Colvey": "PERSON"}),
    ("of Marrow .", {"Marrow": "GPE"}),
    ("\n", {}),
    ("“ The Dorn Tide ” won the cup , the match , the league and the goal .", {"Dorn": "ORG"}),
    ("Dorn left . the dorn ran \n \n Leo Darnt", {"Leo Darnt": "PERSON"}),
    ('cup final goal match league team coach striker "', {}),
    ("Kenya", {"Kenya": "GPE"}),
)


def test_documents_read_together_have_the_features_that_each_has_alone() -> None:
    # One vocabulary: a document's words stand as candidates, marks or lines at the edge of another's.
    vocab = build("a").vocab
    docs = [Doc(vocab).from_bytes(build(*parts).to_bytes()) for parts in TOGETHER]
    for order in (docs, docs[::-1], docs[::2] + docs[1::2]):
        read_docs = [(doc, read(doc), find_by_rules(doc, read(doc))) for doc in order]
        together = label_features(read_docs)
        bounds = together.bounds.tolist()
        found = []
        for start, end, one in zip(bounds, bounds[1:], read_docs, strict=False):
            alone = label_features([one])
            for name in ("columns", "flags", "vector_rows", "rules"):
                assert getattr(together, name)[start:end].tolist() == getattr(alone, name).tolist(), (
                    one,
                    name,
                )
            found += [start + at for at in alone.candidates.tolist()]
        assert together.candidates.tolist() == found
        assert (
            min(np.diff(together.places)[np.diff(np.searchsorted(bounds, found, side="right")) > 0]) > WINDOW
        )


def test_documents_read_together_have_the_names_that_each_has_alone() -> None:
    vocab = with_vectors(build("a")).vocab
    docs = [Doc(vocab).from_bytes(build(*parts).to_bytes()) for parts in TOGETHER] + [Doc(vocab)]
    read_docs = [(doc, read(doc), find_by_rules(doc, read(doc))) for doc in docs]
    together = read_labels(read_docs)
    assert together[-1] is None
    assert any(reading.found for reading in together if reading)
    for one, reading in zip(read_docs[:-1], together[:-1], strict=True):
        (alone,) = read_labels([one])
        assert reading is not None and alone is not None
        assert reading.candidates.tolist() == alone.candidates.tolist()
        np.testing.assert_allclose(reading.scores, alone.scores, atol=1e-4)
        assert [name[:3] for name in reading.found] == [name[:3] for name in alone.found]
        names, names_alone = (relabelled(*one[1:], known) for known in (reading, alone))
        assert [(name.start, name.end, name.label, name.method) for name in names] == [
            (name.start, name.end, name.label, name.method) for name in names_alone
        ]


def test_without_vectors_of_its_width_the_network_changes_nothing() -> None:
    doc = build("Ana Colvey left Kenya .", {"Ana Colvey": "ORG"})
    tokens = read(doc)
    names = find_by_rules(doc, tokens)
    (reading,) = read_labels([(doc, tokens, names)])
    assert reading is None
    assert relabelled(tokens, names, reading) == names


def labelled_as(
    monkeypatch: pytest.MonkeyPatch,
    doc: Doc,
    spans: dict[tuple[int, int], str],
    *,
    score: float = 0.9,
    rules: tuple[int, str, float] | None = None,
) -> list[Name]:
    """What becomes of the rules' names where the network is sure of other ones.

    `rules` is a token, a label, and by how much the network prefers its own to this.
    """

    def sure(features: LabelFeatures, weights: object, vectors: object) -> np.ndarray:
        scores = np.full((len(features.candidates), N_LABELS), -9, dtype=np.float32)
        for row, at in enumerate(features.candidates.tolist()):
            inside = [(start, label) for (start, end), label in spans.items() if start <= at < end]
            kind = 2 * KINDS.index(inside[0][1]) + 1 if inside else 0
            scores[row, kind + (at != inside[0][0]) if inside else 0] = np.log(score)
            if rules is not None and rules[0] == at:
                scores[row, 2 * KINDS.index(rules[1]) + 1] = np.log(score) - rules[2]
        return scores

    monkeypatch.setattr(labelled, "label_scores", sure)
    tokens = read(with_vectors(doc))
    names = find_by_rules(doc, tokens)
    (reading,) = read_labels([(doc, tokens, names)])
    return relabelled(tokens, names, reading)


def test_a_name_on_which_both_agree_stays_and_others_are_of_the_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    doc = build("Mr Leo Colvey met Marrow and Keel .", {"Leo Colvey": "PERSON", "Marrow": "GPE"})
    spans = {(1, 3): "PERSON", (4, 5): "ORG", (6, 7): "ORG"}
    names = [(n.start, n.end, n.label, n.method, n.title) for n in labelled_as(monkeypatch, doc, spans)]
    assert names == [
        (1, 3, "PERSON", "ner", ("mr",)),
        (4, 5, "ORG", "network", ()),
        (6, 7, "ORG", "network", ()),
    ]


def test_what_the_network_does_not_find_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    doc = build("Subscribe to Marrow Daily .", {"Subscribe": "PERSON", "Marrow Daily": "ORG"})
    (name,) = labelled_as(monkeypatch, doc, {(2, 4): "ORG"})
    assert (name.start, name.end) == (2, 4)


def test_titles_of_the_network_stand_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    doc = build("then Dr Ana Colvey left .", {})
    (name,) = labelled_as(monkeypatch, doc, {(1, 4): "PERSON"})
    assert (name.start, name.end, name.title) == (2, 4, ("dr",))


@pytest.mark.parametrize("network", [{}, {(0, 2): "ORG"}, {(0, 1): "PERSON"}])
def test_networks_in_a_bar_of_buttons_are_settled(
    monkeypatch: pytest.MonkeyPatch, network: dict[tuple[int, int], str]
) -> None:
    doc = build("Facebook Tweet Reddit Pinterest Email", {})
    names = labelled_as(monkeypatch, doc, network)
    assert [doc[n.start : n.end].text for n in names] == ["Facebook", "Reddit", "Pinterest"]


@given(
    st.lists(
        st.sampled_from(["Ana", "of", "U.S.", "\n\n", "“", "'", "É", "3", "#", "a" * 40, "𝒳"]), max_size=12
    )
)
def test_no_text_raises(words: list[str]) -> None:
    doc = with_vectors(Doc(Vocab(), words=words))
    tokens = read(doc)
    names = find_by_rules(doc, tokens)
    (reading,) = read_labels([(doc, tokens, names)])
    for name in relabelled(tokens, names, reading):
        assert 0 <= name.start < name.end <= len(doc)
