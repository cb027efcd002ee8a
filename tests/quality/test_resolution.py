"""Its and their against gold: what counts, and what a wrong or missing answer does."""

from typing import Any

from quality.figures import Rates
from quality.resolution import possessives, score_possessives

TEXT = "Its fate is open. Quellmar said its plan had failed. Keel lost their way."


def mention(part: str, entity: str, kind: str, *, after: int = 0) -> dict[str, Any]:
    start = TEXT.index(part, after)
    return {
        "start": start,
        "end": start + len(part),
        "entity_id": entity,
        "kind": kind,
        "named": kind == "name",
    }


GOLD: dict[str, Any] = {
    "doc_id": "a",
    "text": TEXT,
    "mentions": [
        mention("Its", "quellmar", "pronoun"),  # before its name: not counted
        mention("Quellmar", "quellmar", "name"),
        mention("its", "quellmar", "pronoun"),
        mention("Keel", "keel", "name"),
        mention("their", "keel", "pronoun"),
    ],
}


def test_only_what_was_named_before_counts() -> None:
    assert [TEXT[m["start"] : m["end"]] for m in possessives(GOLD)] == ["its", "their"]


def test_right_wrong_and_left_alone() -> None:
    names = [m for m in GOLD["mentions"] if m["named"]]
    right = [*names, mention("its", "quellmar", "pronoun")]
    assert score_possessives([GOLD], {"a": right}) == Rates(1, 2, 1, 1)
    wrong = [*names, mention("its", "keel", "pronoun"), mention("their", "keel", "pronoun")]
    assert score_possessives([GOLD], {"a": wrong}) == Rates(1, 2, 1, 2)


def test_what_lies_outside_the_annotated_part_does_not_count() -> None:
    part = GOLD | {"eval_spans": [(0, TEXT.index("Keel"))]}
    found = [*part["mentions"][1:4], mention("their", "quellmar", "pronoun")]
    assert score_possessives([part], {"a": found}) == Rates(1, 1, 1, 1)
