"""Whom a description that speaks means, where neither a role nor a word of a name tells."""

import pytest
from spacy.language import Language
from test_speakers import last, said

pytestmark = pytest.mark.model


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "Dana Whitlow won the seat last week. The Democrat said the bridge would be rebuilt.",
            "Dana Whitlow",
        ),
        ("Pavel Orlik scored twice on Sunday. The Frenchman said he was tired.", "Pavel Orlik"),
        (
            "Tova Lind won the race in Oslo, ahead of Mia Berg. The Norwegian said she slept badly.",
            "Tova Lind",
        ),
        ("Dana Whitlow spoke late. “We will rebuild it,” the Republican added.", "Dana Whitlow"),
    ],
)
def test_one_of_a_people_is_the_person_just_named(nlp: Language, text: str, name: str) -> None:
    assert last(nlp, text)[1:] == ([name], "description")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Tova Lind won the race in Oslo. The Norwegian skier said she had slept badly.", "Tova Lind"),
        ("Rhys Alder praised the plan on Friday. The Conservative MP said it would cost less.", "Rhys Alder"),
        ("Ida Holm flew home on Monday. The Danish minister said talks would go on.", "Ida Holm"),
    ],
)
def test_a_people_before_a_noun_of_persons_tells_nobody_apart(nlp: Language, text: str, name: str) -> None:
    assert last(nlp, text)[1] == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Democrats said the bridge would be rebuilt.",
        "The French said nothing would change.",
        "Dana Whitlow met Rhys Alder. Republicans said the road was closed.",
    ],
)
def test_a_people_that_speaks_is_itself(nlp: Language, text: str) -> None:
    assert last(nlp, text)[2] == "name"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Volkswagen showed a new car in Lyon. The German automaker said it would go on sale.", "Volkswagen"),
        ("Airbus cut its plans. The European manufacturer said orders had fallen.", "Airbus"),
        ("Toyota opened a plant in Ohio. The Japanese carmaker said it would hire.", "Toyota"),
    ],
)
def test_a_people_before_a_company_tells_none_apart(nlp: Language, text: str, name: str) -> None:
    assert last(nlp, text)[1] == [name]


def test_a_group_of_a_people_is_no_body_named_before(nlp: Language) -> None:
    text = "The Foreign Ministry spoke of trade. The Muslim group has accused the city of neglect."
    assert all("Foreign Ministry" not in names for speaker, names, _ in said(nlp, text) if "group" in speaker)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "A senior supervisor with the Harwick Ambulance Service, Neil Noble, said two people were hurt.",
            "Neil Noble",
        ),
        (
            "North Harwick member for parliament, Warren Dunst, who represents it, said the road was closed.",
            "Warren Dunst",
        ),
        ("The head of the port authority, Ana Colvey, said the ferry would sail.", "Ana Colvey"),
    ],
)
def test_the_name_stands_behind_the_role(nlp: Language, text: str, name: str) -> None:
    assert last(nlp, text)[1] == [name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("“It is a strange thing,” said ecologist and study co-author Petra Lind.", "Petra Lind"),
        ("The shells were older than the reef, said study co-author Anezina Solomon.", "Anezina Solomon"),
        ("“We were lucky,” said company co-founder Pavel Orlik.", "Pavel Orlik"),
    ],
)
def test_a_role_with_a_hyphen_has_its_name(nlp: Language, text: str, name: str) -> None:
    assert last(nlp, text)[1] == [name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "North Carolina’s governor has said he will sign the law. Gov. Pat Melrose also met lawmakers.",
            "Pat Melrose",
        ),
        (
            "Sweden's prime minister said talks would go on. Ulf Brandt, the prime minister, flew on.",
            "Ulf Brandt",
        ),
        ("Malmo's mayor said the bridge was safe. Tess Arn, mayor of Malmo, crossed it on foot.", "Tess Arn"),
    ],
)
def test_whose_office_it_is_may_be_named_later(nlp: Language, text: str, name: str) -> None:
    assert said(nlp, text)[0][1] == [name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ida Holm said the study took two years. The biologist said it was fun.", "Ida Holm"),
        ("“The cost was low,” Fahmi Latif said. “The firms paid,” the economist said.", "Fahmi Latif"),
        ("“I ran,” Mia Berg said. “It was dark,” the striker said.", "Mia Berg"),
    ],
)
def test_a_bare_role_goes_on_with_who_has_just_spoken(nlp: Language, text: str, name: str) -> None:
    assert said(nlp, text)[-1][1] == [name]


@pytest.mark.parametrize(
    "text",
    [
        "A judge came in. Ana Colvey said the bridge was safe. The judge said it was not.",
        "Ana Colvey said the bridge was safe. The suspect said he had slept.",
        "Ana Colvey, a lawyer, said the bridge was safe. The engineer said it was not.",
    ],
)
def test_a_role_of_somebody_else_does_not(nlp: Language, text: str) -> None:
    assert "Ana Colvey" not in said(nlp, text)[-1][1]
