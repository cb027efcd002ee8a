"""Names that look like two, or like a piece: brands with an apostrophe, names with "and", particles."""

import pytest
from docs_by_hand import build

from pipeline.components.entities import find_entities


def found(text: str, ents: dict[str, str], **tags: str) -> dict[str, list[str]]:
    """Canonical name and label -> the names in the text."""
    doc = build(text, ents, tags=tags)
    return {
        f"{entity.name}/{entity.label}": [m.span.text for m in entity.mentions if m.kind == "name"]
        for entity in find_entities(doc)
    }


def is_local(text: str, ents: dict[str, str]) -> dict[str, bool]:
    return {entity.name: entity.is_local for entity in find_entities(build(text, ents))}


@pytest.mark.parametrize(
    ("text", "ents", "brand"),
    [
        ("McDonald 's said so .", {"McDonald": "PERSON"}, "McDonald's"),
        ("then Wendy ’s closed shops .", {"Wendy": "PERSON"}, "Wendy’s"),
        ("shares of Kohl 's rose .", {"Kohl": "PERSON"}, "Kohl's"),
        ("a Papa John 's opened .", {"Papa John": "PERSON"}, "Papa John's"),
    ],
)
def test_the_s_of_a_brand_belongs_to_it(text: str, ents: dict[str, str], brand: str) -> None:
    (name,) = found(text, ents)
    assert name == f"{brand}/ORG"


@pytest.mark.parametrize(
    ("text", "ents"),
    [
        ("Ronald McDonald 's plan failed .", {"Ronald McDonald": "PERSON"}),
        ("Mr Kellogg 's plan failed .", {"Kellogg": "PERSON"}),
        ("it was Harry Lowe 's plan .", {"Harry Lowe": "PERSON"}),
    ],
)
def test_the_s_of_a_person_does_not(text: str, ents: dict[str, str]) -> None:
    (names,) = found(text, ents).values()
    assert not any(name.endswith("'s") for name in names)


def test_a_brand_is_not_the_senator_of_its_name() -> None:
    text = "Senator Ronald McDonald came . McDonald 's said so ."
    assert found(text, {"Ronald McDonald": "PERSON", "McDonald": "PERSON"}) == {
        "Ronald McDonald/PERSON": ["Ronald McDonald"],
        "McDonald's/ORG": ["McDonald 's"],
    }


@pytest.mark.parametrize(
    ("text", "ents", "whole"),
    [
        ("Marks and Spencer hired .", {"Marks": "ORG", "Spencer": "PERSON"}, "Marks and Spencer/ORG"),
        ("then Procter & Gamble hired .", {"Procter": "PERSON", "Gamble": "PERSON"}, "Procter & Gamble/ORG"),
        ("in Trinidad and Tobago .", {"Trinidad": "GPE", "Tobago": "GPE"}, "Trinidad and Tobago/GPE"),
        (
            "a town in Bosnia and Herzegovina .",
            {"Bosnia": "GPE", "Herzegovina": "GPE"},
            "Bosnia and Herzegovina/GPE",
        ),
    ],
)
def test_a_listed_name_with_and_is_one(text: str, ents: dict[str, str], whole: str) -> None:
    assert [*found(text, ents)] == [whole]


def test_other_names_with_and_are_two() -> None:
    text = "Ana Colvey and Leo Darnt met in Malta and Cyprus ."
    ents = {"Ana Colvey": "PERSON", "Leo Darnt": "PERSON", "Malta": "GPE", "Cyprus": "GPE"}
    assert len(found(text, ents)) == 4


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("Robin van den Berg", "Van den Berg"),
        ("Ursula von der Aue", "von der Aue"),
        ("Ines de la Rosa", "De la Rosa"),
    ],
)
def test_a_surname_with_particles_is_its_person(full: str, short: str) -> None:
    text = f"{full} sowed rye . Then it rained , and {short} left ."
    (names,) = found(text, {full: "PERSON", short: "PERSON"}, Then="RB").values()
    assert names == [full, short]


@pytest.mark.parametrize("surname", ["Van den Berg", "De la Rosa", "von der Aue", "Colvey"])
def test_a_lone_surname_is_local(surname: str) -> None:
    assert is_local(f"it rained , and {surname} left .", {surname: "PERSON"}) == {surname: True}


@pytest.mark.parametrize("name", ["Ben Wallow", "Robin van den Berg", "Xi Jinping"])
def test_a_full_name_is_not_local(name: str) -> None:
    assert is_local(f"it rained , and {name} left .", {name: "PERSON"}) == {name: False}


@pytest.mark.parametrize("full", ["Xi Dapeng", "Nguyen Van Tho", "Moon Ji-ho"])
def test_a_surname_in_front_is_found_again(full: str) -> None:
    surname = full.split(maxsplit=1)[0]
    (names,) = found(f"{full} came . it rained . later {surname} spoke .", {full: "PERSON"}).values()
    assert names == [full, surname]


def test_do_and_so_are_no_surnames() -> None:
    text = "Ana Do came . Do stay . So Lee Woo So said ."
    names = found(text, {"Ana Do": "PERSON", "Lee Woo So": "PERSON"}, Do="VB", So="RB")
    assert names["Ana Do/PERSON"] == ["Ana Do"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ben Hallet", "Benjamin Hallet"),
        ("Abdurehim Hal", "Abdurrehim Hal"),
        ("Oleh Darnsky", "Oleh Darnskyy"),
    ],
)
def test_two_spellings_of_a_name_are_one_person(one: str, other: str) -> None:
    assert len(found(f"{one} came . later {other} left .", {one: "PERSON", other: "PERSON"})) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Paul Hallet", "Paula Hallet"), ("Dan Hallet", "Dora Hallet"), ("Carl Hallet", "Carla Hallet")],
)
def test_a_brother_and_a_sister_are_two(one: str, other: str) -> None:
    assert len(found(f"{one} came . later {other} left .", {one: "PERSON", other: "PERSON"})) == 2


def test_a_paper_with_a_large_article_is_not_another_paper() -> None:
    ents = {"Times": "ORG", "Financial Times": "ORG", "Post": "ORG", "Evening Post": "ORG"}
    assert len(found("The Times knew . the Financial Times did not .", ents)) == 2
    assert len(found("the Evening Post knew . later the Post erred .", ents)) == 1


@pytest.mark.parametrize(
    ("single", "plural"), [("Uighur", "Uighurs"), ("Quellian", "Quellians"), ("Sami", "Samis")]
)
def test_a_people_in_the_plural_is_the_people(single: str, plural: str) -> None:
    assert len(found(f"the {single} left . the {plural} stayed .", {single: "NORP", plural: "NORP"})) == 1


@pytest.mark.parametrize(
    ("road", "label"), [("Interstate 95", "ORG"), ("Route 66", "PRODUCT"), ("Highway 7", "ORG")]
)
def test_a_road_is_no_body(road: str, label: str) -> None:
    assert [*found(f"they closed {road} .", {road: label})] == [f"{road}/FAC"]


@pytest.mark.parametrize(
    ("text", "stance", "left"),
    [
        ("an anti - Dornan crowd .", "anti - Dornan", "Dornan/PERSON"),
        ("a pro - NATO crowd .", "pro - NATO", "NATO/ORG"),
        ("a pro - German crowd .", "pro - German", "German/NORP"),
        ("an anti - Kenya crowd .", "anti - Kenya", "Kenya/GPE"),
    ],
)
def test_a_stance_is_no_people(text: str, stance: str, left: str) -> None:
    assert [*found(text, {stance: "NORP"})] == [left]


@pytest.mark.parametrize(
    ("text", "ents", "people"),
    [
        ("a Native American judge spoke .", {"Native": "NORP", "American": "NORP"}, "Native American"),
        ("two Pacific Islanders spoke .", {"Pacific": "LOC", "Islanders": "NORP"}, "Pacific Islanders"),
        (
            "a Western Australian farm closed .",
            {"Western": "NORP", "Australian": "NORP"},
            "Western Australian",
        ),
    ],
)
def test_a_people_of_two_words_is_one(text: str, ents: dict[str, str], people: str) -> None:
    assert found(text, ents) == {f"{people}/NORP": [people]}


@pytest.mark.parametrize(
    ("run", "first", "second"),
    [
        ("Mike Lowe Ana Colvey", "Mike Lowe", "Ana Colvey"),
        ("Ana Colvey Mike Lowe", "Ana Colvey", "Mike Lowe"),
        ("Mike Lowe Petra Maria Lind", "Mike Lowe", "Petra Maria Lind"),
    ],
)
def test_names_that_ran_together_are_two(run: str, first: str, second: str) -> None:
    text = f"{first} left . {second} came . {run}"
    got = found(text, {first: "PERSON", second: "PERSON", run: "PERSON"})
    assert got == {f"{first}/PERSON": [first, first], f"{second}/PERSON": [second, second]}


def test_a_byline_that_begins_again_is_cut() -> None:
    text = "Ida Berg Ida writes . Ida Berg left ."
    assert found(text, {"Ida Berg Ida": "PERSON", "Ida Berg": "PERSON"}) == {
        "Ida Berg/PERSON": ["Ida Berg", "Ida", "Ida Berg"]
    }


def test_a_second_given_name_is_no_second_person() -> None:
    text = "Ana Colvey left . Ana Colvey Lowe came ."
    names = [
        m
        for mentions in found(text, {"Ana Colvey": "PERSON", "Ana Colvey Lowe": "PERSON"}).values()
        for m in mentions
    ]
    assert "Ana Colvey Lowe" in names
