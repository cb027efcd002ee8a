"""The tables speaker_days and entity_days: they say what the views over all rows say."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pyarrow as pa

from pipeline.curation.decisions import Decisions
from pipeline.derived.counts_by_day import rows_of_entities, rows_of_speakers
from schemas import EntityDay, SpeakerDay
from schemas.contract import violations


def strings(values: Iterable[str | None]) -> pa.Array:
    return pa.array(list(values), pa.string())


def day_tables(number: int, rows: list[tuple[str, str, str | None, bool]]) -> dict[str, pa.Table]:
    """Tables of a day from (article, outlet, speaker, is_speech); each speaker is an entity, too."""
    day = date(2026, number // 28 + 1, number % 28 + 1)
    articles = sorted({(row[0], row[1]) for row in rows})
    named = sorted({(row[0], row[2]) for row in rows if row[2]})
    return {
        "articles": pa.table(
            {"article_id": strings(a for a, _ in articles), "source": strings(s for _, s in articles)}
        ),
        "quotes": pa.table(
            {
                "article_id": strings(row[0] for row in rows),
                "quote_id": strings(f"{number}-{at}" for at in range(len(rows))),
                "day": pa.array([day] * len(rows), pa.date32()),
                "speaker_entity_id": strings(row[2] for row in rows),
                "is_speech": pa.array([row[3] for row in rows], pa.bool_()),
            }
        ),
        "entities": pa.table(
            {
                "article_id": strings(a for a, _ in named),
                "day": pa.array([day] * len(named), pa.date32()),
                "entity_id": strings(e for _, e in named),
                "n_mentions": pa.array([3] * len(named), pa.int32()),
            }
        ),
    }


DAYS = [
    day_tables(
        0,
        [
            ("a", "Herald", "p1", True),
            ("a", "Herald", "p1", False),
            ("a", "Herald", "p2", True),
            ("b", "Herald", "p1", True),
            ("c", "Courier", None, True),
        ],
    ),
    day_tables(1, [("a", "Herald", "p2", True), ("d", "Courier", "p1", True)]),
    day_tables(30, [("e", "Ledger", "p3", False)]),
]


def speakers(decisions: Decisions | None = None) -> list[tuple[Any, ...]]:
    table = pa.concat_tables([rows_of_speakers(day, decisions) for day in DAYS])
    assert violations(table, SpeakerDay) == []
    return [(str(row["day"]), *list(row.values())[1:]) for row in table.to_pylist()]


def test_quotations_are_counted_by_day_outlet_and_speaker() -> None:
    assert speakers() == [
        ("2026-01-01", "Herald", "p1", 3, 2, 2),
        ("2026-01-01", "Herald", "p2", 1, 1, 1),
        ("2026-01-02", "Courier", "p1", 1, 1, 1),
        ("2026-01-02", "Herald", "p2", 1, 1, 1),
        ("2026-02-03", "Ledger", "p3", 1, 0, 1),
    ]


def test_an_article_that_quotes_two_who_are_one_by_decision_is_one_article() -> None:
    assert speakers(Decisions(merged={"p2": "p1"}))[0] == ("2026-01-01", "Herald", "p1", 4, 3, 2)


def test_a_corrected_speaker_is_counted_and_the_one_that_was_found_is_not() -> None:
    corrected: dict[str, str | None] = {"0-0": "p2", "0-3": None, "0-4": "p9"}
    found = speakers(Decisions(speakers=corrected, split={("p9", "c"): "own"}, merged={"own": "p8"}))
    assert found[:3] == [
        ("2026-01-01", "Courier", "p8", 1, 1, 1),
        ("2026-01-01", "Herald", "p1", 1, 0, 1),
        ("2026-01-01", "Herald", "p2", 2, 2, 1),
    ]


def test_a_split_by_article_is_counted_apart_and_may_be_merged_again() -> None:
    split = {("p1", "b"): "own"}
    assert ("2026-01-01", "Herald", "own", 1, 1, 1) in speakers(Decisions(split=split))
    merged = speakers(Decisions(split=split, merged={"own": "p2"}))
    assert ("2026-01-01", "Herald", "p2", 2, 2, 2) in merged


def test_mentions_are_counted_by_day_outlet_and_entity() -> None:
    decisions = Decisions(merged={"p2": "p1"})
    table = pa.concat_tables([rows_of_entities(day, decisions) for day in DAYS])
    assert violations(table, EntityDay) == []
    [first, *_] = table.to_pylist()
    assert first == {
        "day": date(2026, 1, 1),
        "outlet": "Herald",
        "entity_id": "p1",
        "n_articles": 2,
        "n_mentions": 9,
    }


def test_days_without_quotations() -> None:
    nothing = day_tables(3, [("a", "Herald", None, True)])
    assert len(rows_of_speakers(nothing)) == len(rows_of_entities(nothing)) == 0
