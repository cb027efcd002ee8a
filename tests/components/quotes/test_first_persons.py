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


@pytest.mark.parametrize(
    "text",
    [
        "“He should have asked,” Tom Vale said.",
        "Tom Vale said of the driver: “I think his brakes failed, and he panicked.”",
        "''He plays well,'' Tom Vale said. ''We need him.''",
        "“I trust him,” said Tom Vale. “His word is good.”",
    ],
)
def test_he_in_marks_is_not_who_speaks(nlp: Language, text: str) -> None:
    assert set(pronouns(nlp, text)["Tom Vale"]) <= {"I"}


@pytest.mark.parametrize(
    "text",
    [
        "Tom Vale runs the port. An officer said that the gate was open. He added that nobody was hurt.",
        "Ida Berg owns the yard. “It is safe,” a nurse said. She added that the pier was closed.",
        "Tom Vale came late. A witness told reporters that the mast fell. “It was loud,” he said.",
    ],
)
def test_who_adds_behind_an_unnamed_speaker_has_no_name(nlp: Language, text: str) -> None:
    assert not any(found for found in pronouns(nlp, text).values())


def test_the_component_writes_them_into_the_layer_of_entities(nlp: Language) -> None:

    doc = nlp("“I left my keys at home,” Ida Berg said.")
    write_layer(doc, "entities", find_entities(doc))
    doc = QuoteFinder("small")(doc)
    assert [m.span.text for m in doc._.entities[0].mentions if m.method == "first_person"] == ["I", "my"]
