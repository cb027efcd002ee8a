"""A page that is found by counting is the one that sorting the whole list would give."""

import random
from collections import Counter

import pytest

from pipeline.desk.explorer.bands import Band, band_of

COUNTS = [(0.9, 3), (0.7, 1), (0.5, 10)]


@pytest.mark.parametrize(
    "offset, n, band",
    [
        (0, 1, Band(0.9, 0.9, 0)),
        (0, 3, Band(0.9, 0.9, 0)),
        (0, 4, Band(0.7, 0.9, 0)),
        (2, 2, Band(0.7, 0.9, 2)),
        (3, 1, Band(0.7, 0.7, 0)),
        (3, 5, Band(0.5, 0.7, 0)),
        (6, 5, Band(0.5, 0.5, 2)),
        (13, 5, Band(0.5, 0.5, 9)),
        (14, 5, None),
        (99, 5, None),
    ],
)
def test_the_values_that_a_page_falls_into(offset: int, n: int, band: Band | None) -> None:
    assert band_of(COUNTS, offset=offset, n=n) == band


def test_an_empty_list_has_no_page() -> None:
    assert band_of([], offset=0, n=50) is None


@pytest.mark.parametrize("seed", range(5))
def test_pages_are_those_of_the_whole_list(seed: int) -> None:
    drawn = random.Random(seed)
    rows = [(drawn.choice((0.1, 0.2, 0.35, 0.9)), number) for number in range(drawn.randrange(1, 60))]
    whole = sorted(rows, key=lambda row: (-row[0], row[1]))
    counts = sorted(Counter(value for value, _ in rows).items(), reverse=True)
    n = drawn.randrange(1, 9)
    for offset in range(0, len(rows) + n, n):
        band = band_of(counts, offset=offset, n=n)
        page = [row for row in whole if band and band.least <= row[0] <= band.most]
        assert page[band.offset :][:n] == whole[offset:][:n] if band else not whole[offset:]
