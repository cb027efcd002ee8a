"""Amounts and times."""

from datetime import date

import pytest

from pipeline.components.claims.values.dates import find_dates
from pipeline.components.claims.values.number_words import read_number_words
from pipeline.components.claims.values.numbers import find_amounts
from pipeline.lexicons import lexicon

PUBLISHED = date(2026, 3, 4)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("some 1,200 guards", [(1200, None, "about")]),
        ("more than $3.5bn", [(3.5e9, "USD", "more than")]),
        ("between ten and twenty per cent", [(10, "%", "at least"), (20, "%", "at most")]),
        ("3-4 million voters", [(3e6, None, "at least"), (4e6, None, "at most")]),
        ("twenty-three people", [(23, None, None)]),
        ("half a million euros", [(5e5, None, None)]),
        ("a dozen eggs", [(12, None, None)]),
        ("fell 0.4 percentage points", [(0.4, "percentage points", None)]),
        ("nearly 300 homes", [(300, None, "nearly")]),
        ("40 or so boats", [(40, None, "about")]),
        ("two men and three women", [(2, None, None), (3, None, None)]),
        ("at least £12m", [(12e6, "GBP", "at least")]),
        ("the 21st meeting", []),
        ("at 10:30", []),
    ],
)
def test_amounts(text: str, expected: list[tuple[float, str | None, str | None]]) -> None:
    assert [(a.value, a.unit, a.comparator) for a in find_amounts(text)] == expected


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


def test_number_words() -> None:
    numbers = lexicon().made(read_number_words)
    assert numbers.value("two hundred and five") == 205
    assert numbers.value("half a dozen") == 6
    assert numbers.value("several dozen") is None
