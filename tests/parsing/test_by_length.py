"""Texts are cut into batches by their number and by their lengths."""

from pipeline.parsing.by_length import batches_of


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
