"""Pronouns beside persons without a name, through the real model, on sentences of our own."""

import pytest
from spacy.language import Language

from pipeline.components.entities import find_entities

pytestmark = pytest.mark.model


def pronouns(nlp: Language, text: str) -> list[tuple[str, str]]:
    """Return the pronouns that stand for a person, with the person's name."""
    return [
        (mention.span.text, entity.name)
        for entity in find_entities(nlp(text))
        for mention in entity.mentions
        if mention.kind == "pronoun"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Peter Novak opened the pier in May. A man in his late fifties was seen at the gate.",
        "Peter Novak beat an opponent who had hurt his knee.",
        "Ida Berg runs the museum. A nurse has lost her purse in the cellar.",
        "Tom Vale is the mayor. A gunman shot at the hall before he fled. The gunman left his car there.",
    ],
)
def test_a_pronoun_of_an_unnamed_person_is_nobodys(nlp: Language, text: str) -> None:
    assert pronouns(nlp, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ida Berg met a welder. Berg said she would pay.", [("she", "Ida Berg")]),
        ("Peter Novak is a teacher. He lives in Hamble.", [("He", "Peter Novak")]),
        ("The mayor, Tom Vale, was late. The mayor had lost his keys.", [("his", "Tom Vale")]),
        ("Ida Berg worked as a nurse for years. She retired in May.", [("She", "Ida Berg")]),
    ],
)
def test_nouns_that_describe_somebody_named_are_no_rivals(
    nlp: Language, text: str, expected: list[tuple[str, str]]
) -> None:
    assert pronouns(nlp, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Peter Novak was angry. Tom Vale and his deputy came late.", [("his", "Tom Vale")]),
        ("Karl Holm waited outside. When Tom Vale arrived, he opened the door.", [("he", "Tom Vale")]),
        ("Tom Vale runs the port. Karl Holm asked to speak to him.", [("him", "Tom Vale")]),
        (
            "Ida Berg sued the port.\n\nLeo Darnt/for the Daily Tide Tom Vale closed his office.",
            [("his", "Tom Vale")],
        ),
    ],
)
def test_the_words_beside_a_pronoun_show_whom_it_means(
    nlp: Language, text: str, expected: list[tuple[str, str]]
) -> None:
    assert [one for one in pronouns(nlp, text) if one[0] in ("his", "he", "him")] == expected
