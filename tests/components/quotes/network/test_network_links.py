"""Spans, and which of them may belong together."""

import numpy as np
from docs_by_hand import parsed
from hypothesis import given
from hypothesis import strategies as st

from pipeline.components.quotes.network.features import quote_features
from pipeline.components.quotes.network.links import (
    LABELS,
    PAIR_COLUMNS,
    PAIR_OFFSETS,
    Pairs,
    nearest,
    spans_of,
)


@given(st.lists(st.integers(0, len(LABELS) - 1), max_size=40))
def test_spans_cover_exactly_the_labelled_words_and_do_not_touch_unless_begun_anew(labels: list[int]) -> None:
    array = np.array(labels, dtype=np.int32)
    first, end, kinds = spans_of(array, np.zeros(len(labels), dtype=np.int32))
    covered = np.full(len(labels), -1)
    for a, b, kind in zip(first, end, kinds, strict=True):
        assert a < b
        assert (covered[a:b] == -1).all()
        covered[a:b] = kind
        assert all(label % 2 == 0 for label in labels[a + 1 : b])
    assert covered.tolist() == [(label + 1) // 2 - 1 for label in labels]


def test_no_span_reaches_over_the_end_of_a_document() -> None:
    labels, documents = np.array([2, 2, 2, 2]), np.array([0, 0, 1, 1])
    first, end, _ = spans_of(labels, documents)
    assert list(zip(first.tolist(), end.tolist(), strict=True)) == [(0, 2), (2, 4)]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4), st.booleans(), st.booleans()), max_size=30))
def test_nearest_spans_are_the_nearest_of_all_in_their_document(
    made: list[tuple[int, int, bool, bool]],
) -> None:
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


def test_pairs_know_how_the_parse_joins_them() -> None:
    doc = parsed(
        "She/PRP/nsubj/1 said/VBD/ROOT/1 that/IN/mark/4 rain/NN/nsubj/4 fell/VBD/ccomp/1 ././punct/1"
    )
    features = quote_features([doc])
    labels = np.array([5, 3, 1, 2, 2, 0], dtype=np.int32)
    pairs = Pairs(features, *spans_of(labels, features.documents))
    path = list(PAIR_COLUMNS).index("path")
    assert pairs.content_right.tolist() == [1, -1]
    assert pairs.content_columns[0, path] - PAIR_OFFSETS[path] == 1  # the content's head hangs on the cue
    assert pairs.cue_columns[0, path] - PAIR_OFFSETS[path] == 6  # the source hangs on the cue
