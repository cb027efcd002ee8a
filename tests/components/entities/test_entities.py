"""Entities: names, clusters and pronouns, on Docs built by hand."""

import pytest
from docs_by_hand import build
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from pipeline.components.entities import canonical_key, find_entities, make_entities
from pipeline.components.layers import Entity


def by_name(doc: Doc) -> dict[str, Entity]:
    return {entity.name: entity for entity in find_entities(doc)}


def texts(entity: Entity) -> list[str]:
    return [mention.span.text for mention in entity.mentions]


def test_full_name_surname_and_pronoun_are_one_person() -> None:
    doc = build(
        "Mr. Tomas Berrin spoke . Later Berrin said he would go .",
        {"Tomas Berrin": "PERSON", "Berrin": "ORG"},
        tags={"he": "PRP"},
    )
    found = by_name(doc)
    assert list(found) == ["Tomas Berrin"]
    assert texts(found["Tomas Berrin"]) == ["Tomas Berrin", "Berrin", "he"]
    assert [m.kind for m in found["Tomas Berrin"].mentions] == ["name", "name", "pronoun"]


def test_a_pronoun_of_the_other_gender_is_not_joined() -> None:
    doc = build(
        "Mrs. Ana Colvey met Mr. Leo Darnt . He left .", {"Ana Colvey": "PERSON", "Leo Darnt": "PERSON"}
    )
    found = by_name(doc)
    assert texts(found["Leo Darnt"]) == ["Leo Darnt", "He"]
    assert texts(found["Ana Colvey"]) == ["Ana Colvey"]


def test_names_of_a_country_are_one_and_its_people_another() -> None:
    doc = build(
        "The U.S. and the United States , America said . Americans agreed .",
        {"U.S.": "GPE", "The U.S.": "GPE", "United States": "GPE", "America": "GPE", "Americans": "NORP"},
    )
    found = by_name(doc)
    assert texts(found["United States"]) == ["U.S.", "United States", "America"]
    assert found["United States"].wikidata_id == "Q30"
    assert found["United States"].country_code == "US"
    assert found["Americans"].label == "NORP"


def test_acronym_in_brackets() -> None:
    doc = build(
        "The Harbour Safety Council ( HSC ) met . HSC members left . IOM did not .",
        {"Harbour Safety Council": "ORG", "HSC": "ORG", "IOM": "ORG"},
    )
    found = by_name(doc)
    assert texts(found["Harbour Safety Council"]) == ["Harbour Safety Council", "HSC", "HSC"]
    assert "IOM" in found


def test_two_people_of_one_surname_stay_two() -> None:
    doc = build(
        "Ana Colvey and Leo Colvey came . Mrs. Colvey spoke .",
        {"Ana Colvey": "PERSON", "Leo Colvey": "PERSON", "Colvey": "PERSON"},
    )
    found = by_name(doc)
    assert {"Ana Colvey", "Leo Colvey"} <= set(found)


def test_a_lone_surname_is_local_and_a_full_name_is_not() -> None:
    found = by_name(build("Berrin met Ana Colvey .", {"Berrin": "PERSON", "Ana Colvey": "PERSON"}))
    assert found["Berrin"].is_local
    assert not found["Ana Colvey"].is_local


def test_office_and_person_in_one_span_are_split() -> None:
    name = "Harbour Office Permanent Secretary Sir Philip Dunmoor"
    found = by_name(build(f"{name} resigned .", {name: "PERSON"}))
    assert found["Philip Dunmoor"].label == "PERSON"
    assert found["Harbour Office"].label == "ORG"


def test_a_name_ends_at_a_line_break() -> None:
    doc = build("Ana Colvey \n\n Brussels fell", [(0, 4, "PERSON")])
    assert [e.name for e in find_entities(doc)] == ["Ana Colvey", "Brussels"]


@pytest.mark.parametrize(
    ("one", "other", "label"),
    [
        ("Angela Merkel", "ANGELA MERKEL", "PERSON"),
        ("John F. Kennedy", "John Kennedy", "PERSON"),
        ("Bill Clinton", "William Clinton", "PERSON"),
        ("Ban Ki-moon", "Ban Ki Moon", "PERSON"),
        ("Mohammad Khatami", "Mohammed Khatami", "PERSON"),
        ("IMF", "International Monetary Fund", "ORG"),
        ("Acme Tools Inc.", "Acme Tools", "ORG"),
        ("U.S.", "the United States", "GPE"),
        ("São Paulo", "Sao Paulo", "GPE"),
        ("American", "Americans", "NORP"),
    ],
)
def test_same_key(one: str, other: str, label: str) -> None:
    assert canonical_key(one, label) == canonical_key(other, label)


@pytest.mark.parametrize(
    ("one", "other", "label"),
    [
        ("George W. Bush", "George H. W. Bush", "PERSON"),
        ("Jack Brown", "John Brown", "PERSON"),
        ("Martin Luther King", "Martin Luther King Jr", "PERSON"),
        ("Congo", "Republic of Congo", "GPE"),
        ("Acme Tools", "Acme Toys", "ORG"),
    ],
)
def test_different_keys(one: str, other: str, label: str) -> None:
    assert canonical_key(one, label) != canonical_key(other, label)


def test_the_type_is_part_of_the_key() -> None:
    assert canonical_key("Paris", "PERSON") != canonical_key("Paris", "GPE")


@given(st.text(max_size=40), st.sampled_from(["PERSON", "ORG", "GPE", "NORP", "EVENT", "no such label"]))
def test_any_name_has_a_key_and_the_key_is_stable(name: str, label: str) -> None:
    assert canonical_key(name, label) == canonical_key(name, label)


@given(st.lists(st.text(min_size=1, max_size=8).filter(str.strip), max_size=30), st.data())
def test_no_text_raises(words: list[str], data: st.DataObject) -> None:
    doc = Doc(Vocab(), words=words)
    if words:
        start = data.draw(st.integers(0, len(words) - 1))
        end = data.draw(st.integers(start + 1, len(words)))
        label = data.draw(st.sampled_from(["PERSON", "ORG", "GPE", "NORP"]))
        doc.set_ents([Span(doc, start, end, label=label)])
    for entity in find_entities(doc):
        assert entity.mentions
        assert 0 <= entity.salience <= 1
        starts = [m.span.start for m in entity.mentions]
        assert starts == sorted(starts)


def test_the_component_survives_the_bytes_of_a_doc() -> None:
    doc = build("Ana Colvey left .", {"Ana Colvey": "PERSON"})
    doc = make_entities(Language(), "entities")(doc)
    back = Doc(doc.vocab).from_bytes(doc.to_bytes())
    assert [(e.name, texts(e)) for e in back._.entities] == [("Ana Colvey", ["Ana Colvey"])]


@pytest.mark.parametrize(
    ("one", "other"), [("Disney", "Disney+"), ("Marrow TV", "Marrow TV+"), ("Keel", "Keel+")]
)
def test_a_plus_makes_another_name(one: str, other: str) -> None:
    assert canonical_key(one, "ORG") != canonical_key(other, "ORG")


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("Dorn County Sheriff's Dept.", "Dorn County Sheriff's Department"),
        ("Marrow Univ.", "Marrow University"),
        ("Natl. Assn. of Bakers", "National Association of Bakers"),
    ],
)
def test_short_words_of_bodies_are_spelt_out_in_keys(short: str, full: str) -> None:
    assert canonical_key(short, "ORG") == canonical_key(full, "ORG")
