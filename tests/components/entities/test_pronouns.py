"""Pronouns in quotation marks: whoever says what they stand in is "I" there."""

import pytest
from spacy.language import Language

from pipeline.components.entities import find_entities

pytestmark = pytest.mark.model


def pronouns_of(nlp: Language, text: str) -> dict[str, list[str]]:
    return {
        entity.name: [m.span.text for m in entity.mentions if m.kind == "pronoun"]
        for entity in find_entities(nlp(text))
        if entity.label == "PERSON"
    }


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        (
            "Sgt. Leo Hart led the search. “The boy told us he was cold and had walked home,” Hart said.",
            "Leo Hart",
        ),
        ("Ida Berg spoke first. “She told us to wait, and she left,” Berg said.", "Ida Berg"),
        (
            "“His brother called him and he was worried,” Capt. Gregory Case of the port police said.",
            "Gregory Case",
        ),
    ],
)
def test_who_speaks_behind_the_marks_is_nobody_within(nlp: Language, text: str, speaker: str) -> None:
    assert pronouns_of(nlp, text)[speaker] == []


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("Ana Colvey met Leo Hart. “He was late,” Colvey said.", "Leo Hart"),
        ("Pavel Orlik was late. “He always is,” Ana Colvey said.", "Pavel Orlik"),
        ("Leo Hart hired Ida Berg. “She is the best that we have,” Hart said.", "Ida Berg"),
    ],
)
def test_somebody_else_is(nlp: Language, text: str, person: str) -> None:
    assert pronouns_of(nlp, text)[person] != []
