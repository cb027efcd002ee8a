"""Pronouns that quotations settle."""

import pytest
from spacy.language import Language

from pipeline.components.doc.columns import read_columns
from pipeline.components.entities import find_entities
from pipeline.components.layers import write_layer
from pipeline.components.quotes import QuoteFinder, find_quotes, with_speakers

pytestmark = pytest.mark.model


def pronouns(nlp: Language, text: str) -> dict[str, list[str]]:
    """Return the pronouns of each entity, in text order."""
    doc = nlp(text)
    entities = list(find_entities(doc))
    settled = with_speakers(read_columns(doc), entities, list(find_quotes(doc, entities=entities)))
    return {
        entity.name: [mention.span.text for mention in entity.mentions if mention.kind == "pronoun"]
        for entity in settled
    }


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("“I left my keys at home,” Ida Berg said.", "Ida Berg", ["I", "my"]),
        ("Tom Vale said: “They gave me nothing, and I asked for nothing.”", "Tom Vale", ["me", "I"]),
        ("“I was late,” said Ida Berg. “I blame myself.”", "Ida Berg", ["I", "I", "myself"]),
        ("Ida Berg said the town “owes me my pension”.", "Ida Berg", ["me", "my"]),
    ],
)
def test_first_persons_in_marks_are_the_speaker(
    nlp: Language, text: str, name: str, expected: list[str]
) -> None:
    assert pronouns(nlp, text)[name] == expected


@pytest.mark.parametrize(
    "text",
    [
        "I met Ida Berg at the pier. Ida Berg said that it was safe.",
        "“We are all tired,” Ida Berg said. “Our boats are old.”",
        "The US sent a ship, and Ida Berg said that it was late.",
        "“I was late,” a welder said. Ida Berg was not there.",
    ],
)
def test_other_first_persons_are_nobodys(nlp: Language, text: str) -> None:
    assert pronouns(nlp, text)["Ida Berg"] == []


def test_a_pronoun_that_speaks_is_a_mention_of_its_speaker_alone(nlp: Language) -> None:
    text = "“The pier is lost,” Tom Vale said. “Peter Novak knew it.” He added that it would rain."
    found = pronouns(nlp, text)
    assert found["Tom Vale"] == ["He"]
    assert found["Peter Novak"] == []


def test_the_component_writes_them_into_the_layer_of_entities(nlp: Language) -> None:

    doc = nlp("“I left my keys at home,” Ida Berg said.")
    write_layer(doc, "entities", find_entities(doc))
    doc = QuoteFinder("small")(doc)
    assert [m.span.text for m in doc._.entities[0].mentions if m.method == "first_person"] == ["I", "my"]
