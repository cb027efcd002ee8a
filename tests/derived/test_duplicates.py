"""Duplicates across days: the same table in whatever order the days came."""

from datetime import date

import pyarrow as pa

from pipeline.derived.duplicates import partial
from pipeline.derived.groups import together
from pipeline.derived.tables import DERIVED, Grouped
from pipeline.identity import checksum
from schemas import Article, Duplicate
from schemas.contract import violations
from schemas.table import arrow_schema

BASE = " ".join(f"word{n}" for n in range(120))
NEAR = BASE.replace("word60", "other")
FAR = " ".join(f"thing{n}" for n in range(120))


def day(number: int, *articles: tuple[str, str]) -> pa.Table:
    columns = {
        "article_id": [article_id for article_id, _ in articles],
        "day": [date(2026, 3, number)] * len(articles),
        "source": ["Herald"] * len(articles),
        "text_sha256": [checksum(text) for _, text in articles],
        "wire_source": [None] * len(articles),
        "text": [text for _, text in articles],
    }
    schema = arrow_schema(Article)
    return partial({"articles": pa.table({n: pa.array(v, schema.field(n).type) for n, v in columns.items()})})


[TABLE] = (table for table in DERIVED if isinstance(table, Grouped) and table.row_class is Duplicate)


def merge(partials: list[pa.Table], *, window_days: int = 30) -> pa.Table:
    given = {partial["day"][0].as_py(): partial for partial in partials if len(partial)}
    table = together(TABLE, given, window_days=window_days)
    assert violations(table, Duplicate) == []
    return table


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


def test_the_first_of_a_cluster_is_within_the_window_of_all_others() -> None:
    days = [day(n, (f"a{n}", BASE)) for n in (1, 3, 5, 8)]
    firsts = {
        row["article_id"]: (row["cluster_id"], row["first_seen"].day)
        for row in merge(days, window_days=3).to_pylist()
    }
    # a5 is too far from a1, whom a3 joined: it begins a cluster of its own.
    assert firsts == {"a1": ("a1", 1), "a3": ("a1", 1), "a5": ("a5", 5), "a8": ("a5", 5)}
    assert {row["cluster_id"] for row in merge(days, window_days=7).to_pylist()} == {"a1"}
    assert len(merge(days, window_days=1)) == 0


def test_an_article_joins_the_earliest_it_is_like() -> None:
    days = [day(1, ("z", NEAR)), day(2, ("y", BASE)), day(3, ("b", BASE), ("c", BASE))]
    found = {row["article_id"]: row["duplicate_of"] for row in merge(days).to_pylist()}
    assert found == {"z": None, "y": "z", "b": "z", "c": "z"}


def test_versions_of_an_article_are_told_apart_by_their_days() -> None:
    days = [day(1, ("a", BASE)), day(2, ("a", FAR)), day(3, ("a", BASE), ("b", FAR))]
    rows = [(row["article_id"], row["day"].day, row["first_seen"].day) for row in merge(days).to_pylist()]
    assert rows == [("a", 1, 1), ("a", 2, 2), ("a", 3, 1), ("b", 3, 2)]


def test_no_days_and_empty_days() -> None:
    assert len(merge([])) == 0
    assert len(day(1)) == 0
