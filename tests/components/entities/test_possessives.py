"""Its and their: resolved where the clause leaves no doubt, and only there."""

import pytest
from docs_by_hand import build

from pipeline.components.entities import find_entities

# token: (head, dependency); each other token hangs from the verb of its sentence as "dep".
Arcs = dict[int, tuple[int, str]]


def owners(text: str, ents: list[tuple[int, int, str]], root: int, arcs: Arcs) -> dict[str, str]:
    """Each possessive that was resolved -> the entity."""
    tags = dict.fromkeys(("said", "approved", "felt", "was", "lost"), "VBD") | {"owners": "NNS"}
    doc = build(text, ents, tags=tags, root=root, arcs=arcs)
    return {
        mention.span.text: entity.name
        for entity in find_entities(doc)
        for mention in entity.mentions
        if mention.kind == "pronoun"
    }


@pytest.mark.parametrize("word", ["its", "their"])
@pytest.mark.parametrize("label", ["ORG", "GPE"])
def test_the_subject_of_the_clause_owns(word: str, label: str) -> None:
    arcs = {0: (1, "nsubj"), 2: (3, "poss"), 3: (4, "nsubj"), 4: (1, "ccomp")}
    text = f"Quellmar said {word} sales fell"
    assert owners(text, [(0, 1, label)], 1, arcs) == {word: "Quellmar"}


def test_a_person_is_not_meant() -> None:
    arcs = {0: (1, "nsubj"), 2: (3, "poss"), 3: (1, "dobj")}
    assert owners("Quellmar lost its way", [(0, 1, "PERSON")], 1, arcs) == {}


def test_the_relative_pronoun_stands_for_the_name_before_it() -> None:
    text = "we met Quellmar which lost its way"
    arcs = {0: (1, "nsubj"), 2: (1, "dobj"), 3: (4, "nsubj"), 4: (2, "relcl"), 5: (6, "poss"), 6: (4, "dobj")}
    assert owners(text, [(2, 3, "ORG")], 1, arcs) == {"its": "Quellmar"}


def test_two_names_joined_are_not_one() -> None:
    text = "Quellmar and Keel lost their way"
    arcs = {0: (3, "nsubj"), 1: (0, "cc"), 2: (0, "conj"), 4: (5, "poss"), 5: (3, "dobj")}
    assert owners(text, [(0, 1, "ORG"), (2, 3, "ORG")], 3, arcs) == {}


def test_another_organisation_in_between_is_a_rival() -> None:
    arcs = {0: (1, "nsubj"), 2: (1, "dobj"), 4: (5, "poss"), 5: (1, "pobj")}
    assert owners("Quellmar lost Keel and its owners", [(0, 1, "ORG"), (2, 3, "ORG")], 1, arcs) == {}
    assert owners("Quellmar lost Keel and its owners", [(0, 1, "ORG"), (2, 3, "PERSON")], 1, arcs) == {
        "its": "Quellmar"
    }


def test_a_company_in_between_is_a_rival() -> None:
    arcs = {0: (1, "nsubj"), 3: (1, "dobj"), 4: (5, "poss"), 5: (1, "pobj")}
    assert owners("Quellmar lost the company its way", [(0, 1, "ORG")], 1, arcs) == {}


@pytest.mark.parametrize(
    ("subject", "word", "is_clear"),
    [("Keel", "its", False), ("group", "its", False), ("they", "their", False), ("officials", "its", True)],
)
def test_the_subject_around_may_be_meant(subject: str, word: str, is_clear: bool) -> None:
    text = f"{subject} said Quellmar approved {word} plan"
    arcs = {0: (1, "nsubj"), 2: (3, "nsubj"), 3: (1, "ccomp"), 4: (5, "poss"), 5: (3, "dobj")}
    ents = [(0, 1, "ORG")] if subject == "Keel" else []
    assert owners(text, [*ents, (2, 3, "ORG")], 1, arcs) == ({word: "Quellmar"} if is_clear else {})


def test_what_the_subject_is_said_to_be_is_not_its_own() -> None:
    arcs = {0: (1, "nsubj"), 2: (3, "poss"), 3: (1, "attr")}
    assert owners("Quellmar was their baby", [(0, 1, "ORG")], 1, arcs) == {}


def test_it_and_they_are_left_alone() -> None:
    arcs = {0: (1, "nsubj"), 2: (3, "nsubj"), 3: (1, "ccomp")}
    assert owners("Quellmar said it lost", [(0, 1, "ORG")], 1, arcs) == {}
    assert owners("Quellmar said they lost", [(0, 1, "ORG")], 1, arcs) == {}
