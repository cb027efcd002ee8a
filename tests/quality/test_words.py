"""Spans as sets of words, heads of noun phrases, and pairs of word sets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality.words import Words, overlap, pair_up


def span_of(text: str, part: str) -> list[int]:
    start = text.index(part)
    return [start, start + len(part)]


def test_marks_and_blanks_at_the_edges_do_not_matter() -> None:
    text = "“We won,” she said."
    words = Words(text)
    assert words.touched([span_of(text, "“We won,” ")]) == words.touched([span_of(text, "We won")]) == {0, 1}


def test_a_word_that_is_cut_into_is_touched_and_one_beside_it_is_not() -> None:
    words = Words("one two three")
    assert words.touched([(5, 6)]) == {1}
    assert words.touched([(4, 7)]) == {1}
    assert words.touched([(5, 5)]) == frozenset()
    assert words.touched([]) == frozenset()


@pytest.mark.parametrize(
    ("phrase", "head"),
    [
        ("Ana Colvey", "Colvey"),
        ("the mayor of Brightwater", "mayor"),
        ("Ana Colvey, the mayor", "Colvey"),
        ("Ana Colvey’s brother", "brother"),
        ("Colvey and Askew", "Colvey"),
        ("port chief - a sailor", "chief"),
        ("a man who asked", "man"),
        ("who", "who"),
        ("a 40-year-old", "old"),
    ],
)
def test_the_head_is_the_last_word_of_the_first_chunk(phrase: str, head: str) -> None:
    text = f"Yesterday {phrase}"
    words = Words(text)
    number = words.head([(10, len(text))])
    assert number is not None
    assert text[slice(*words.spans[number])] == head


def test_no_words_have_no_head() -> None:
    assert Words("one ...").head([(4, 7)]) is None
    assert Words("one").head([]) is None


def test_the_best_pairs_come_first_and_each_item_once() -> None:
    gold = [frozenset({1, 2, 3, 4}), frozenset({1, 2})]
    found = [frozenset({1, 2}), frozenset({2, 3, 4})]
    assert pair_up(gold, found) == [(1, 0), (0, 1)]
    assert pair_up(gold, found, least=1.0) == [(1, 0)]


SETS = st.lists(st.frozensets(st.integers(0, 9), max_size=5), max_size=6)


@given(gold=SETS, found=SETS, least=st.sampled_from([0.3, 0.5, 1.0]))
def test_pairs_are_one_to_one_and_overlap_enough(
    gold: list[frozenset[int]], found: list[frozenset[int]], least: float
) -> None:
    pairs = pair_up(gold, found, least=least)
    assert len({g for g, _ in pairs}) == len({f for _, f in pairs}) == len(pairs)
    assert all(overlap(gold[g], found[f]) >= least - 1e-9 for g, f in pairs)
    left = [(g, f) for g in range(len(gold)) for f in range(len(found))]
    free = [(g, f) for g, f in left if g not in dict(pairs) and f not in dict(pairs).values()]
    assert not any(overlap(gold[g], found[f]) >= least for g, f in free)
