"""The index of entities: merged from days in any order, obedient to human decisions."""

from datetime import date
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from pipeline.curation.decisions import Decisions, read_decisions
from pipeline.derived.entity_index import merge, partial
from pipeline.errors import InputError
from schemas.contract import violations
from schemas.entity_index import EntityIndexRow

DAYS = [date(2026, 3, d) for d in (1, 2, 3)]


def day_tables(day: date, rows: list[tuple[str, str, str, list[str]]]) -> dict[str, pa.Table]:
    """Tables of a day from (article_id, entity_id, name, printed forms)."""
    entities = pa.table(
        {
            "entity_id": [r[1] for r in rows],
            "article_id": [r[0] for r in rows],
            "name": [r[2] for r in rows],
            "label": ["PERSON"] * len(rows),
            "wikidata_id": pa.array([None] * len(rows), pa.string()),
            "geonames_id": pa.array([None] * len(rows), pa.string()),
            "day": pa.array([day] * len(rows), pa.date32()),
        },
    )
    forms = [(r[1], r[0], text) for r in rows for text in r[3]]
    mentions = pa.table(
        {
            "entity_id": [f[0] for f in forms],
            "article_id": [f[1] for f in forms],
            "text": [f[2] for f in forms],
            "kind": ["pronoun" if f[2] == "she" else "name" for f in forms],
            "day": pa.array([day] * len(forms), pa.date32()),
        }
    )
    return {"entities": entities, "mentions": mentions}


TABLES = [
    day_tables(DAYS[0], [("a1", "p1", "Ana Colvey", ["Ana Colvey", "Colvey", "she"])]),
    day_tables(
        DAYS[1],
        [("a2", "p1", "Ana Maria Colvey", ["Ana Maria\nColvey"]), ("a2", "p2", "A. Colvey", ["A. Colvey"])],
    ),
    day_tables(DAYS[2], [("a3", "p1", "Ana Colvey", ["Colvey", "Colvey"])]),
]
PARTIALS = [partial(tables) for tables in TABLES]


def rows(table: pa.Table) -> dict[str, dict[str, Any]]:
    return {row["entity_id"]: row for row in table.to_pylist()}


def test_names_aliases_and_days_are_counted() -> None:
    table = merge(PARTIALS)
    assert violations(table, EntityIndexRow) == []
    row = rows(table)["p1"]
    assert row["name"] == "Ana Colvey"
    assert (row["first_seen"], row["last_seen"], row["n_articles"]) == (DAYS[0], DAYS[2], 3)
    assert row["aliases"] == [
        {"text": "Colvey", "n": 3},
        {"text": "Ana Colvey", "n": 1},
        {"text": "Ana Maria Colvey", "n": 1},
    ]
    assert row["merged_into"] is None


def test_no_days_give_an_empty_table() -> None:
    assert len(merge([])) == 0
    assert violations(merge([]), EntityIndexRow) == []


def test_the_order_of_days_does_not_matter() -> None:
    shuffled = PARTIALS[:]
    Random(7).shuffle(shuffled)
    assert merge(shuffled).equals(merge(PARTIALS))
    assert merge(PARTIALS[::-1]).equals(merge(PARTIALS))


def test_a_merge_redirects_and_the_target_inherits() -> None:
    decisions = read_decisions(['{"action":"merge","entity_id":"p2","into":"p1","reason":"same"}'])
    found = rows(merge(PARTIALS, decisions))
    assert found["p2"]["merged_into"] == "p1"
    assert found["p2"]["n_articles"] == 1
    assert found["p1"]["n_articles"] == 4
    assert {"text": "A. Colvey", "n": 1} in found["p1"]["aliases"]


def test_merges_are_followed_to_the_end_and_a_circle_obeys_the_last_word() -> None:
    chain = read_decisions(
        [
            '{"action":"merge","entity_id":"a","into":"b","reason":"r"}',
            '{"action":"merge","entity_id":"b","into":"c","reason":"r"}',
        ]
    )
    assert chain.merged == {"a": "c", "b": "c"}
    back = read_decisions(
        [
            '{"action":"merge","entity_id":"a","into":"b","reason":"r"}',
            '{"action":"merge","entity_id":"b","into":"a","reason":"r"}',
        ]
    )
    assert back.merged == {"b": "a"}


def test_a_split_takes_a_merge_back() -> None:
    decisions = read_decisions(
        [
            '{"action":"merge","entity_id":"p2","into":"p1","reason":"same"}',
            "",
            '{"action":"split","entity_id":"p2","reason":"not the same"}',
        ]
    )
    assert merge(PARTIALS, decisions).equals(merge(PARTIALS))


def test_a_split_by_article_gives_an_id_of_its_own() -> None:
    decisions = read_decisions(
        ['{"action":"split","entity_id":"p1","article_ids":["a3"],"reason":"the cyclist"}']
    )
    found = rows(merge([partial(tables, decisions) for tables in TABLES], decisions))
    own = decisions.split["p1", "a3"]
    assert found[own]["n_articles"] == 1
    assert found[own]["aliases"] == [{"text": "Colvey", "n": 2}]
    assert found["p1"]["n_articles"] == 2


def test_a_rename_wins_over_the_most_frequent_name() -> None:
    decisions = read_decisions(
        ['{"action":"rename","entity_id":"p1","name":"Ana M. Colvey","reason":"as she spells it"}']
    )
    assert rows(merge(PARTIALS, decisions))["p1"]["name"] == "Ana M. Colvey"


def test_a_merge_into_an_entity_never_seen_makes_its_row() -> None:
    decisions = Decisions(merged={"p2": "new"})
    found = rows(merge(PARTIALS, decisions))
    assert found["p2"]["merged_into"] == "new"
    assert found["new"]["name"] == "A. Colvey"


@pytest.mark.parametrize(
    "line",
    [
        "merge a b",
        '{"action":"delete","entity_id":"a","reason":"r"}',
        '{"action":"merge","entity_id":"a","reason":"r"}',
        '{"action":"merge","entity_id":"a","into":"a","reason":"r"}',
        '{"action":"merge","entity_id":"a","into":"b"}',
        '{"action":"split","entity_id":"a","article_ids":"x","reason":"r"}',
        "[]",
    ],
)
def test_what_is_no_decision_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(InputError, match="line 2"):
        read_decisions(["", line])
