"""Duplicates across days: the same table in whatever order the days came."""

import random
from datetime import date

import pyarrow as pa

from pipeline.derived.duplicates import merge, partial
from pipeline.identity import checksum

BASE = " ".join(f"word{n}" for n in range(120))
NEAR = BASE.replace("word60", "other")
FAR = " ".join(f"thing{n}" for n in range(120))


def day(number: int, *articles: tuple[str, str]) -> pa.Table:
    return partial(
        {
            "articles": pa.table(
                {
                    "article_id": [article_id for article_id, _ in articles],
                    "day": [date(2026, 3, number)] * len(articles),
                    "text_sha256": [checksum(text) for _, text in articles],
                    "wire_source": pa.array([None] * len(articles), pa.string()),
                    "text": [text for _, text in articles],
                }
            )
        }
    )


DAYS = [
    day(1, ("b", BASE), ("c", FAR)),
    day(2, ("d", NEAR), ("e", "too short for shingles")),
    day(3, ("a", BASE), ("f", "too short for shingles"), ("g", "another short one")),
]


def test_same_and_near_texts_are_grouped_around_the_first() -> None:
    rows = {row["article_id"]: row for row in merge(DAYS).to_pylist()}
    assert set(rows) == {"a", "b", "d", "e", "f"}
    assert rows["b"]["duplicate_of"] is None and rows["b"]["similarity"] == 1.0
    assert rows["a"]["duplicate_of"] == rows["d"]["duplicate_of"] == rows["a"]["cluster_id"] == "b"
    assert rows["a"]["similarity"] == 1.0 and 0.8 <= rows["d"]["similarity"] < 1.0
    assert rows["f"]["duplicate_of"] == "e"


def test_any_order_of_days_gives_the_same_table() -> None:
    expected = merge(DAYS)
    for seed in range(5):
        days = list(DAYS)
        random.Random(seed).shuffle(days)
        assert merge(days).equals(expected)


def test_no_days_and_empty_days() -> None:
    assert len(merge([])) == 0
    assert len(merge([day(1)])) == 0
