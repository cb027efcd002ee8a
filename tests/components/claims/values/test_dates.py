"""Times as intervals of days."""

from datetime import date

import pytest

from pipeline.components.claims.values.dates import find_dates

PUBLISHED = date(2026, 3, 4)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("It opened on 12 March 2020.", date(2020, 3, 12), date(2020, 3, 12)),
        ("It opened on March 12, 2020.", date(2020, 3, 12), date(2020, 3, 12)),
        ("It closed late last year.", date(2025, 9, 1), date(2025, 12, 31)),
        ("It closed in May.", date(2025, 5, 1), date(2025, 5, 31)),
        ("It closed on Monday.", date(2026, 3, 2), date(2026, 3, 2)),
        ("It closed on Wednesday.", date(2026, 3, 4), date(2026, 3, 4)),
        ("It closed last Wednesday.", date(2026, 2, 25), date(2026, 2, 25)),
        ("It will open next Friday.", date(2026, 3, 6), date(2026, 3, 6)),
        ("It shut two years ago.", date(2024, 1, 1), date(2024, 12, 31)),
        ("It shut three days ago.", date(2026, 3, 1), date(2026, 3, 1)),
        ("It shut yesterday.", date(2026, 3, 3), date(2026, 3, 3)),
        ("It shut in the 1990s.", date(1990, 1, 1), date(1999, 12, 31)),
        ("It shut in 2013.", date(2013, 1, 1), date(2013, 12, 31)),
        ("It ran in 2015-16.", date(2015, 1, 1), date(2016, 12, 31)),
        ("It shut in mid-2018.", date(2018, 5, 1), date(2018, 8, 31)),
        ("It shut in early April.", date(2025, 4, 1), date(2025, 4, 10)),
        ("It grew in the first quarter of 2020.", date(2020, 1, 1), date(2020, 3, 31)),
        ("It grew last month.", date(2026, 2, 1), date(2026, 2, 28)),
        ("It shut on 30 February 2020.", None, None),
    ],
)
def test_times(text: str, first: date | None, last: date | None) -> None:
    found = [(a, b) for _, _, a, b in find_dates(text, PUBLISHED)]
    assert found == ([(first, last)] if first else [])


def test_without_a_day_of_publication_only_absolute_times_have_days() -> None:
    found = [(text, first) for text, first in _printed("On Monday, not in 2013.", None)]
    assert found == [("Monday", None), ("2013", date(2013, 1, 1))]


def _printed(text: str, published: date | None) -> list[tuple[str, date | None]]:
    return [(text[a:b], first) for a, b, first, _ in find_dates(text, published)]


@pytest.mark.parametrize("text", ["1,900 people", "1900 people", "$2000", "2000 km"])
def test_not_every_four_digits_are_a_year(text: str) -> None:
    assert list(find_dates(text, PUBLISHED)) == []
