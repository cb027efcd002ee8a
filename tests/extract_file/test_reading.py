"""The articles of one clean file: as they are given, in their order; what poisons one costs itself."""

import io
import json
from typing import Any

import pytest

from pipeline.extract_file.reading import FileArticles
from pipeline.settings import Settings

TEXT = "The <b>keeper</b> left.\\n\\nThe lamp  is dark &amp; cold, **he** said.\r\n"


def read(*lines: bytes, **settings: Any) -> tuple[list[Any], dict[str, str]]:
    reading = FileArticles("a.jsonl", io.BytesIO(b"\n".join(lines)), Settings(processes=1, **settings))
    articles = list(reading.articles())
    rejects = reading.refused().to_pylist()
    return articles, {row["record_ref"].partition("#")[2]: row["reason"] for row in rejects}


def line(**values: Any) -> bytes:
    return json.dumps({"text": TEXT} | values).encode()


def test_a_text_stays_as_it_is_given() -> None:
    (article,), rejects = read(line(id="a", published_at="2026-03-03T21:30:00-05:00"))
    assert article.text == TEXT and rejects == {}
    assert article.counted_from is not None and article.counted_from.day == 3


@pytest.mark.parametrize(
    ("poison", "reason"),
    [
        (b'{"text": ' + b"[" * 900 + b"]" * 900 + b"}", "unreadable"),
        (b'{"a": ' * 900 + b"1" + b"}" * 900, "unreadable"),
        (line(published_at="0201-01-06"), "bad_date"),
        (line(text=" "), "no_text"),
        (line(text="long " * 100), "too_large"),
        (b"\xff\xfe{", "bad_encoding"),
    ],
)
def test_a_poisoned_line_costs_itself(poison: bytes, reason: str) -> None:
    articles, rejects = read(line(id="a"), poison, line(id="c"), max_chars=300)
    assert [article.article_id for article in articles] == ["a", "c"]
    assert rejects == {"2": reason}


def test_half_a_surrogate_pair_moves_no_offset() -> None:
    (article,), rejects = read(b'{"id": "a", "text": "He left \\ud83d early.", "source": "The Pier \\udc00"}')
    assert (article.text, article.source) == ("He left \ufffd early.", "The Pier \ufffd") and rejects == {}


def test_an_id_that_came_before_is_told_even_where_the_first_was_refused() -> None:
    articles, rejects = read(line(id="a", date="0201-01-06"), line(id="a"), line(id="b"), line(id="b"))
    assert [article.article_id for article in articles] == ["b"]
    assert rejects == {"1": "bad_date", "2": "duplicate_id", "4": "duplicate_id"}
