"""An address says what is looked at; what cannot be is told, and the way back gives the same address."""

from datetime import date
from urllib.parse import parse_qsl

import pytest

from pipeline.desk.explorer.filters import RequestError, default_window, read_filters

DAYS = (date(2026, 2, 1), date(2026, 3, 2))


def test_thirty_days_where_none_are_named() -> None:
    assert default_window(date(2026, 3, 2), date(2025, 1, 1)) == (date(2026, 2, 1), date(2026, 3, 2))
    assert default_window(date(2026, 3, 2), date(2026, 3, 1)) == (date(2026, 3, 1), date(2026, 3, 2))


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"from": "2026-02-03", "to": "2026-02-04"},
        {"q": 'ferry "and crew" 🌉', "outlet": "A & B <c>", "kind": "direct", "once": "1", "page": "3"},
    ],
)
def test_there_and_back(query: dict[str, str]) -> None:
    filters = read_filters(query, DAYS)
    again = read_filters(dict(parse_qsl(filters.query(page=filters.page))), (date.min, date.max))
    assert again == filters
    assert dict(parse_qsl(filters.query(page=filters.page))).items() >= query.items()


@pytest.mark.parametrize(
    "query, message",
    [
        ({"from": "yesterday"}, "'yesterday' is no day"),
        ({"to": "20260304"}, "no day"),
        ({"from": "2026-03-04"}, "comes after"),
        ({"kind": "loud"}, "no kind 'loud'"),
        ({"page": "0"}, "no page '0'"),
        ({"page": "-1"}, "no page"),
        ({"page": "²"}, "no page"),
        ({"page": "9" * 5000}, "no page"),
    ],
)
def test_what_cannot_be_is_told(query: dict[str, str], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        read_filters(query, DAYS)
