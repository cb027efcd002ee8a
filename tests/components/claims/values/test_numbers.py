"""Amounts: their values, units and comparators."""

import pytest

from pipeline.components.claims.values.number_words import read_number_words
from pipeline.components.claims.values.numbers import find_amounts
from pipeline.lexicons import lexicon


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
        # Suffixes in capitals, and the scales of India.
        ("pays $3.5M", [(3.5e6, "USD", None)]),
        ("$1.2B of", [(1.2e9, "USD", None)]),
        ("about 50K people", [(5e4, None, "about")]),
        ("$4 Billion", [(4e9, "USD", None)]),
        ("Rs 2,50,000", [(2.5e5, "INR", None)]),
        ("₹75 crore", [(7.5e8, "INR", None)]),
        ("3.2 lakh people", [(3.2e5, None, None)]),
        ("₹1.5 lakh crore", [(1.5e12, "INR", None)]),
        # Halves, shares, other ways to group digits, below zero.
        ("three and a half million people", [(3.5e6, None, None)]),
        ("two and a half years", [(2.5, None, None)]),
        ("3½ inches", [(3.5, None, None)]),
        ("one in five adults", [(20, "%", None)]),
        ("nine out of ten doctors", [(90, "%", None)]),
        ("more than one in four children", [(25, "%", "more than")]),
        ("two thirds of the seats", [(66.67, "%", None)]),
        ("the first half of the year", []),
        ("some 12 500 people", [(12500, None, "about")]),
        ("5,4 percent", [(5.4, "%", None)]),
        ("€2,5 billion", [(2.5e9, "EUR", None)]),
        ("minus 12 degrees", [(-12, None, None)]),
        ("fell to -5C", [(-5, "°C", None)]),
        ("lost -$5m", [(-5e6, "USD", None)]),
        # Each its own currency.
        ("$45m and £1.5bn", [(4.5e7, "USD", None), (1.5e9, "GBP", None)]),
        ("€3m and $4m", [(3e6, "EUR", None), (4e6, "USD", None)]),
        ("SEK 20m", [(2e7, "SEK", None)]),
        # What letters behind digits mean is told by what follows; an amount that may be wrong is none.
        ("the 100m final", [(100, "metres", None)]),
        ("200m from the shore", [(200, "metres", None)]),
        ("20m users", [(2e7, None, None)]),
        ("some 3m were displaced", []),
        ("a 10k run", []),
        ("5G phones", []),
        ("5km away", [(5, "km", None)]),
        # Scores are no amounts, votes are two.
        ("won 3-1", []),
        ("lost 2-3", []),
        ("7-5 6-3", []),
        ("voted 52-48 to leave", [(52, "votes", None), (48, "votes", None)]),
        ("a vote of 217 to 213", [(217, "votes", None), (213, "votes", None)]),
        ("the 21st meeting", []),
        ("at 10:30", []),
    ],
)
def test_amounts(text: str, expected: list[tuple[float, str | None, str | None]]) -> None:
    assert [(a.value, a.unit, a.comparator) for a in find_amounts(text)] == expected


def test_number_words() -> None:
    numbers = lexicon().made(read_number_words)
    assert numbers.value("two hundred and five") == 205
    assert numbers.value("half a dozen") == 6
    assert numbers.value("several dozen") is None


def test_a_plural_scale_behind_a_half_has_a_value() -> None:
    assert [a.value for a in find_amounts("half a dozens")] == [6]
