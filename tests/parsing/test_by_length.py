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


def shares(texts: list[str], processes: int) -> list[int]:
    batches = [*shared_out(texts, size=64, n_chars=len, processes=processes)]
    assert [text for batch in batches for text in batch] == texts
    return [sum(map(len, batch)) for batch in batches]


def test_one_process_gets_full_batches_to_the_end() -> None:
    assert shares(["x" * 65_000] * 6, 1) == [130_000] * 3
    assert shares(["x" * 60_000] * 5, 1) == [120_000, 120_000, 60_000]
    assert shares([], 1) == []


def test_towards_the_end_each_of_several_processes_gets_its_share_of_what_is_left() -> None:
    assert shares(["x" * 5_000] * 78, 2) == [130_000, 130_000, 65_000, 30_000, 20_000, 15_000]
    for n, processes in ((400, 2), (333, 3), (90, 4)):
        found = shares(["x" * 2_000] * n, processes)
        assert all(before >= after for before, after in pairwise(found[-2 * processes :]))
        assert found[-1] <= 24_000
    assert shares([], 3) == []


def test_a_share_is_no_smaller_than_pays_and_no_text_is_cut() -> None:
    assert shares(["x" * 1_000] * 30, 8) == [24_000, 6_000]
    assert shares(["x" * 300_000, "x" * 10, "x" * 20], 2) == [300_000, 30]
