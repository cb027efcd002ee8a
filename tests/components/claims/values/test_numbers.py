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
