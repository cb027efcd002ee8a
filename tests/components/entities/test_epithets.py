"""Descriptions of persons, organisations and places, on the project's own cases (tests/gold/epithets.jsonl).

In `marked`, `[[the mayor|Ana Colvey]]` is a description and the canonical name of whom it means; `-` stands
for nobody named in the text.
"""

import json
import re
from pathlib import Path

import pytest
from spacy.language import Language

from pipeline.components.entities import find_entities

CASES = Path(__file__).parents[2] / "gold" / "epithets.jsonl"
MARK = re.compile(r"\[\[(.+?)\|(.+?)\]\]")


def read(marked: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Return the text without marks, and (start, end, name) of each description."""
    text, spans, at = "", [], 0
    for match in MARK.finditer(marked):
        text += marked[at : match.start()]
        spans.append((len(text), len(text) + len(match[1]), match[2]))
        text += match[1]
        at = match.end()
    return text + marked[at:], spans


@pytest.fixture(scope="module")
def results(nlp: Language) -> list[tuple[str, str, str, float]]:
    """(description, meant, found or "-", score) of every marked description."""
    found = []
    for line in CASES.read_text(encoding="utf-8").splitlines():
        text, spans = read(json.loads(line)["marked"])
        nominals = [
            (m.span.start_char, m.span.end_char, entity.name, m.score)
            for entity in find_entities(nlp(text))
            for m in entity.mentions
            if m.kind == "nominal"
        ]
        for start, end, meant in spans:
            hit = next(((n, s) for a, b, n, s in nominals if a <= start < b or start <= a < end), ("-", 0.0))
            found.append((text[start:end], meant, *hit))
    return found


@pytest.mark.model
def test_most_descriptions_are_resolved(results: list[tuple[str, str, str, float]]) -> None:
    meant = [row for row in results if row[1] != "-"]
    assert len(meant) >= 60
    wrong = [row for row in meant if row[1] != row[2]]
    assert 1 - len(wrong) / len(meant) >= 0.8, wrong


@pytest.mark.model
def test_no_wrong_merge_is_scored_above_one_half(results: list[tuple[str, str, str, float]]) -> None:
    assert [row for row in results if row[2] not in (row[1], "-") and row[3] > 0.5] == []
