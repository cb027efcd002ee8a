"""Which names of one article mean the same: kinds that split or joined entities of real web news."""

import pytest
from docs_by_hand import build

from pipeline.components.doc.columns import read_columns
from pipeline.components.doc.tokens import read_tokens
from pipeline.components.entities.clusters import cluster_names
from pipeline.components.entities.name import Name, text_of


def grouped(text: str, ents: dict[str, str]) -> list[tuple[str, list[str]]]:
    """The entities of a text whose names are given: the label and the spellings of each."""
    doc = build(text, ents)
    tokens = read_tokens(read_columns(doc))
    names = [Name(ent.start, ent.end, ent.label_, method="given", score=1.0) for ent in doc.ents]
    return [
        (cluster.label, sorted({text_of(tokens, name) for name in cluster.names}))
        for cluster in cluster_names(names, tokens)
    ]


def is_one(first: str, label: str, other: str, other_label: str) -> bool:
    return len(grouped(f"{first} came . later {other} left .", {first: label, other: other_label})) == 1


@pytest.mark.parametrize(
    ("full", "surname"),
    [("Owen T. Maddock Jr.", "Maddock"), ("Rufus Amberley Sr.", "Amberley"), ("Piet Korving III", "Korving")],
)
def test_a_surname_stands_for_a_name_with_its_generation(full: str, surname: str) -> None:
    assert is_one(full, "PERSON", surname, "PERSON")


@pytest.mark.parametrize(
    ("father", "son", "surname"),
    [
        ("Rufus Amberley", "Rufus Amberley Jr.", "Amberley"),
        ("Piet Korving", "Piet Korving III", "Korving"),
        ("Ida Maddock", "Owen Maddock Jr.", "Maddock"),
    ],
)
def test_a_surname_is_of_who_has_it_without_a_generation(father: str, son: str, surname: str) -> None:
    text = f"{father} came . {son} ran . {surname} left ."
    found = grouped(text, {father: "PERSON", son: "PERSON", surname: "PERSON"})
    assert sorted(map(len, (spellings for _, spellings in found))) == [1, 2]
    assert ("PERSON", sorted([father, surname])) in found


@pytest.mark.parametrize(
    ("full", "acronym"),
    [
        ("U.S. Harbours and Coasts Inspectorate", "HCI"),
        ("US Harbours and Coasts Inspectorate", "USHCI"),
        ("UK Fisheries Licensing Board", "FLB"),
        ("Korm Liberation Front", "KLF"),
    ],
)
def test_an_acronym_may_lack_the_country_or_have_it_whole(full: str, acronym: str) -> None:
    assert is_one(full, "ORG", acronym, "ORG")


@pytest.mark.parametrize(
    ("full", "acronym", "label"),
    [
        ("Jabhat Nasir al-Talvia", "JNT", "ORG"),
        ("Mirela Anders-Okoro", "MAO", "PERSON"),
        ("Oskar F. Tamm", "OFT", "PERSON"),
    ],
)
def test_an_acronym_may_be_of_what_looks_like_a_person(full: str, acronym: str, label: str) -> None:
    text = f"{full} came . {acronym} left . {acronym} won ." + (f" {acronym} ran ." if label == "ORG" else "")
    assert grouped(text, {full: "PERSON", acronym: "ORG"}) == [(label, sorted([full, acronym]))]


@pytest.mark.parametrize(
    ("short", "longer"),
    [
        ("Marrow", "Marrow Foundation"),
        ("Talvia Post", "Talvia Post Digital"),
        ("Tarnley Rovers", "Tarnley Rovers Supporters Trust"),
        ("U.S. House", "U.S. House Fisheries Committee"),
        ("Teach Korm", "Teach Korm Fellowship"),
    ],
)
def test_a_body_is_not_what_it_runs(short: str, longer: str) -> None:
    assert not is_one(longer, "ORG", short, "ORG")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Quellmar.com Inc.", "Quellmar"),
        ("Quellmar", "Quellmar.org"),
        ("AFC Tarnley", "Tarnley"),
        ("Hessle Wanderers FC", "Hessle Wanderers"),
        ("Talvian Centre for Human Rights", "Centre"),
        ("Korm Observatory for Minorities", "Observatory"),
        ("Northern Agency for Roads", "Agency"),
        ("Walter Quellmar Co.", "Quellmar"),
    ],
)
def test_a_body_by_a_part_of_its_name(one: str, other: str) -> None:
    assert is_one(one, "ORG", other, "ORG")


@pytest.mark.parametrize(
    ("team", "nickname"),
    [("Hessle Herons", "Herons"), ("Las Vegas Otters", "Otters"), ("Chicago Lamps", "Lamps")],
)
def test_a_team_by_its_nickname(team: str, nickname: str) -> None:
    assert is_one(team, "ORG", nickname, "ORG")


@pytest.mark.parametrize(
    ("storm", "name"),
    [("Hurricane Odile", "Odile"), ("Typhoon Mirasol", "Mirasol"), ("Tropical Storm Bertrand", "Bertrand")],
)
def test_a_storm_by_its_bare_name(storm: str, name: str) -> None:
    ents = {storm: "EVENT", name: "PERSON"}
    assert grouped(f"{storm} came . later {name} left .", ents) == [("EVENT", sorted([storm, name]))]


def test_a_person_of_the_name_of_a_storm_stays_one() -> None:
    ents = {"Hurricane Odile": "EVENT", "Odile Marchmont": "PERSON", "Odile": "PERSON"}
    found = grouped("Hurricane Odile came . Odile Marchmont ran . Odile left .", ents)
    assert ("PERSON", ["Odile", "Odile Marchmont"]) in found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kormland Province", "Kormland"),
        ("Upper Talv Region", "Upper Talv"),
        ("Dornshire Oblast", "Dornshire"),
    ],
)
def test_a_region_with_and_without_its_word(one: str, other: str) -> None:
    assert is_one(one, "GPE", other, "GPE")


@pytest.mark.parametrize(
    ("one", "other"), [("Marrow Keel MK-57", "MK-57"), ("QX-22 Petrel", "QX-22"), ("Dorn T-90M", "T-90M")]
)
def test_a_model_by_its_number(one: str, other: str) -> None:
    assert is_one(one, "PRODUCT", other, "PRODUCT")


@pytest.mark.parametrize("label", ["GPE", "ORG", "PERSON"])
@pytest.mark.parametrize(("full", "given"), [("Martha Dorn", "Martha"), ("Keith Amberley", "Keith")])
def test_a_given_name_stands_for_the_full_one_whatever_it_was_taken_for(
    full: str, given: str, label: str
) -> None:
    assert is_one(full, "PERSON", given, label)


@pytest.mark.parametrize(
    ("printed", "label", "name"),
    [
        ("TARNLEY", "GPE", "Tarnley"),
        ("EL ARBO", "GPE", "El Arbo"),
        ("MEI LIM", "PERSON", "Mei Lim"),
        ("KVHX", "GPE", "KVHX"),
        ("PORT AUTHORITY", "ORG", "Port Authority"),
        ("QUELLMAR", "ORG", "QUELLMAR"),
    ],
)
def test_a_name_in_capitals_is_shown_as_one_writes_it(printed: str, label: str, name: str) -> None:
    doc = build(f"{printed} came .", {printed: label})
    tokens = read_tokens(read_columns(doc))
    names = [Name(ent.start, ent.end, ent.label_, method="given", score=1.0) for ent in doc.ents]
    assert [cluster.name for cluster in cluster_names(names, tokens)] == [name]
