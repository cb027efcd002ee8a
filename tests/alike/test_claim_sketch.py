"""What a claim is compared by."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.alike.claim_columns import Side
from pipeline.alike.claim_likeness import FEATURES, features, fold_weights
from pipeline.alike.claim_sketch import NUMBER, OBJECT, SUBJECT, content_words, hashed, sketch_of


def claim(text: str, **more: object) -> dict[str, object]:
    row: dict[str, object] = {
        "claim_id": "c",
        "day": None,
        "article_id": "a",
        "text": text,
        "subject": "",
        "subject_entity_id": None,
        "predicate": "",
        "predicate_lemma": "",
        "object": None,
        "polarity": "affirmed",
        "modality": "asserted",
        "claim_type": "event",
        "quantities": [],
        "dates": [],
        "entity_ids": [],
    }
    return row | more


ARTICLE = {"source": "Arden Post", "wire_source": None}


def test_negation_is_no_content() -> None:
    assert content_words("It didn't close") == content_words("It closed")


def test_words_of_a_family_count_as_one() -> None:
    assert content_words("the bridge was shut") == content_words("bridges closed")


def test_figures_are_words_and_dates_are_not() -> None:
    assert content_words("on March 24, 2026 a 47-year-old won 1,200 votes at 5-1/4 pct") == [
        "win",
        "#1200",
        "vote",
        "#5-1/4",
        "percent",
    ]


def test_roles_amounts_and_the_name_behind_a_pronoun() -> None:
    found = sketch_of(
        claim(
            "She hired twelve guards",
            subject="She",
            subject_entity_id="e1",
            object="twelve guards",
            quantities=[{"text": "twelve guards", "value": 12.0, "unit": "guards"}],
        ),
        ARTICLE,
        {"e1": "Ada Novak"},
        frozenset(),
    )
    assert found is not None
    assert found.roles[hashed("novak")] == SUBJECT
    assert found.roles[hashed("#12")] == OBJECT | NUMBER
    assert found.subject == hashed("e1")


def test_too_little_content_is_no_sketch() -> None:
    assert sketch_of(claim("he did"), ARTICLE, {}, frozenset()) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_can_be_compared_in_either_order(a: str, b: str) -> None:
    sketches = [
        sketch_of(claim(text, subject=text[:9], object=text[9:]), ARTICLE, {}, frozenset()) for text in (a, b)
    ]
    if None not in sketches:
        side, first, second = Side.of_sketches(sketches), np.array([0]), np.array([1])  # type: ignore[arg-type]
        one, other = features(side, side, first, second), features(side, side, second, first)
        assert one.shape == (1, len(FEATURES))
        assert np.allclose(one, other, rtol=0, atol=1e-9)


def test_features_are_those_of_the_pair_alone() -> None:
    texts = (
        "Twelve guards left Arden on Monday",
        "Arden lost 12 guards",
        "The mayor denied that",
        "Fog rose late",
    )
    made = [sketch_of(claim(t, subject=t[:9], object=t[9:]), ARTICLE, {}, frozenset({1, 2})) for t in texts]
    sketches = [sketch for sketch in made if sketch is not None]
    side = Side.of_sketches(sketches)
    a, b = (rows.ravel() for rows in np.mgrid[0 : len(sketches), 0 : len(sketches)])
    together = features(side, side, a, b)
    for pair, (i, j) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        one, other = Side.of_sketches([sketches[i]]), Side.of_sketches([sketches[j]])
        alone = features(one, other, np.array([0]), np.array([0]))
        assert np.allclose(together[pair], alone[0], rtol=0, atol=1e-12)
    same = together[a == b]
    assert np.allclose(same[:, FEATURES.index("jaccard")], 1.0)
    assert (same[:, FEATURES.index("numbers_differ")] == 0).all()


def test_weights_fit_the_features() -> None:
    assert all(len(weights) == len(FEATURES) + 1 for weights in fold_weights())
