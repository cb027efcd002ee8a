"""The table entity_pronouns: what was printed, and nothing that a name was taken for."""

import random

import pyarrow as pa
import pytest

from pipeline.curation.decisions import Decisions
from pipeline.derived.entity_pronouns import merge, partial
from schemas import EntityPronouns
from schemas.contract import violations

type Mention = tuple[str, str, str]
"""Article, entity, pronoun."""


def day(
    *mentions: Mention,
    kind: str = "pronoun",
    method: str = "pronoun",
    label: str = "PERSON",
    score: float = 0.9,
    decisions: Decisions | None = None,
) -> pa.Table:
    n = len(mentions)
    table = pa.table(
        {
            "article_id": pa.array([a for a, _, _ in mentions], pa.string()),
            "entity_id": pa.array([e for _, e, _ in mentions], pa.string()),
            "text": pa.array([text for _, _, text in mentions], pa.string()),
            "label": pa.array([label] * n, pa.string()),
            "kind": pa.array([kind] * n, pa.string()),
            "method": pa.array([method] * n, pa.string()),
            "score": pa.array([score] * n, pa.float64()),
        }
    )
    return partial({"mentions": table}, decisions)


def told(*days: pa.Table, decisions: Decisions | None = None) -> dict[str, tuple[str | None, int, int]]:
    table = merge(days, decisions)
    assert violations(table, EntityPronouns) == []
    return {row["entity_id"]: (row["pronoun"], row["n_he"], row["n_she"]) for row in table.to_pylist()}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["He", "him", "his"], ("he", 3, 0)),
        (["she", "Her", "hers", "herself"], ("she", 0, 4)),
        (["she", "he"], (None, 1, 1)),
        (["she"] * 9 + ["him"], ("she", 1, 9)),
        (["she"] * 8 + ["him"], (None, 1, 8)),
    ],
)
def test_what_nine_in_ten_say_is_the_pronoun(words: list[str], expected: tuple[str | None, int, int]) -> None:
    assert told(day(*(("a", "p", word) for word in words))) == {"p": expected}


def test_other_words_tell_nothing() -> None:
    assert told(day(("a", "p", "they"), ("a", "p", "who"), ("a", "p", "Ana"))) == {}
    assert told(day(("a", "p", "Her"), kind="name")) == {}
    assert told(day(("a", "p", "her"), label="GPE")) == {}


def test_what_a_given_name_decided_and_what_is_unsure_is_left_out() -> None:
    assert told(day(("a", "p", "she"), method="pronoun_given_name")) == {}
    assert told(day(("a", "p", "she"), score=0.5)) == {}
    assert told(day(("a", "p", "his"), method="possessive")) == {"p": ("he", 1, 0)}


def test_decisions_are_obeyed() -> None:
    decisions = Decisions(merged={"q": "p"}, split={("p", "b"): "own"})
    days = [
        day(("a", "p", "he"), ("b", "p", "she"), decisions=decisions),
        day(("c", "q", "him"), decisions=decisions),
    ]
    expected = {"own": ("she", 0, 1), "p": ("he", 2, 0), "q": ("he", 1, 0)}
    assert told(*days, decisions=decisions) == expected


def test_any_order_of_days_gives_the_same_table() -> None:
    days = [day(("a", f"p{n % 3}", "he" if n % 2 else "she")) for n in range(7)]
    expected = merge(days)
    for seed in range(3):
        random.Random(seed).shuffle(days)
        assert merge(days).equals(expected)


def test_no_days_and_days_without_pronouns() -> None:
    assert told() == told(day()) == {}
