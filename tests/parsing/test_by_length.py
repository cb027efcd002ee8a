"""Texts are cut into batches by their number and by their lengths."""

from itertools import pairwise

from pipeline.parsing.by_length import batches_of, shared_out


def lengths(texts: list[str], size: int) -> list[int]:
    return [len(batch) for batch in batches_of(texts, size=size, n_chars=len)]


def test_nothing_is_lost_and_the_order_stays() -> None:
    texts = [str(number) * (number % 7 * 9_000 + 1) for number in range(100)]
    assert [text for batch in batches_of(texts, size=8, n_chars=len) for text in batch] == texts
    assert lengths([], 8) == []


def test_short_texts_make_batches_of_the_size_that_was_asked_for() -> None:
    assert lengths(["x" * 500] * 20, 8) == [8, 8, 4]
    assert lengths(["x" * 500] * 2, 1) == [1, 1]


def test_long_texts_make_small_batches() -> None:
    assert lengths(["x" * 60_000] * 5, 64) == [2, 2, 1]
    assert lengths(["x" * 4_000] * 70, 64) == [32, 32, 6]
    assert lengths(["x" * 500_000, "x", "x"], 64) == [1, 2]


def shares(texts: list[str]) -> list[int]:
    batches = [*shared_out(texts, size=64, n_chars=len)]
    assert [text for batch in batches for text in batch] == texts
    return [sum(map(len, batch)) for batch in batches]


def test_towards_the_end_each_share_is_half_of_what_is_left() -> None:
    assert shares(["x" * 5_000] * 78) == [130_000, 130_000, 65_000, 30_000, 30_000, 5_000]
    assert shares(["x" * 1_000] * 200) == [64_000, 64_000, 36_000, 32_000, 4_000]
    for n in (60, 222, 400):
        found = shares(["x" * 2_000] * n)
        assert all(before >= after for before, after in pairwise(found[-5:]))
        assert found[-1] <= 32_000


def test_a_share_is_no_smaller_than_pays_and_no_text_is_cut() -> None:
    assert shares(["x" * 1_000] * 40) == [32_000, 8_000]
    assert shares(["x" * 300_000, "x" * 10, "x" * 20]) == [300_000, 30]
    assert shares(["x" * 20] * 3) == [60]
    assert shares([]) == []
