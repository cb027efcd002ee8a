"""What the network may not do, whatever it is sure of."""

import pytest
from docs_by_hand import build
from spacy.tokens import Doc
from test_labeller import labelled_as, read

from pipeline.components.entities.labeller.guards import (
    has_words_of_names,
    is_acronym,
    is_body,
    kept_whole,
    names_of_places,
    place_of,
    with_its_article,
    with_one_label,
    with_shown_labels,
)
from pipeline.components.entities.labeller.network import Labelled
from pipeline.components.entities.name import Name


def network(start: int, end: int, label: str, score: float = 0.8) -> Name:
    return Name(start, end, label, method="network", score=score)


def found(doc: Doc, names: list[Name]) -> list[tuple[str, str]]:
    return [(doc[name.start : name.end].text, name.label) for name in names]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("The", False),
        ("Of The", False),
        ("Dame", False),
        ("The President", False),
        ("A", False),
        ("IN", True),
        ("The Marrow", True),
        ("Dame Ana", True),
    ],
)
def test_small_words_and_titles_alone_are_no_name(text: str, is_one: bool) -> None:
    doc = build(text)
    assert has_words_of_names(read(doc), network(0, len(doc), "ORG")) is is_one


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("seen by The Marrow Courier in May", (2, 3)),
        ("the Speaker Dame Ana Colvey called", (2, 3)),
        ("a letter For The Many readers", (2, 4)),
    ],
)
def test_the_network_cannot_make_a_name_of_them(
    monkeypatch: pytest.MonkeyPatch, text: str, span: tuple[int, int]
) -> None:
    doc = build(text)
    assert labelled_as(monkeypatch, doc, {span: "ORG"}) == []


@pytest.mark.parametrize(
    ("text", "span", "title"),
    [
        ("wrote “ The Price of Ships ” in May", (3, 6), "The Price of Ships"),
        ("read ' A Winter in Keel ' aloud", (3, 6), "A Winter in Keel"),
        ("her “ An Island Alone ” was sold", (3, 5), "An Island Alone"),
        ("wrote The Price of Ships in May", (2, 5), "Price of Ships"),
        ("“ the Price of Ships is high ”", (2, 5), "Price of Ships"),
    ],
)
def test_the_title_of_a_work_begins_with_its_article(text: str, span: tuple[int, int], title: str) -> None:
    doc = build(text)
    name = with_its_article(read(doc), network(*span, "WORK_OF_ART"))
    assert doc[name.start : name.end].text == title


@pytest.mark.parametrize(
    ("text", "label", "is_one"),
    [
        ("Colvey Grey Partners", "PERSON", True),
        ("Marrow Borough Council", "PERSON", True),
        ("Keel Ltd", "NORP", True),
        ("Darnt Committee", "PERSON", True),
        ("Ana Ltd", "PERSON", True),
        ("Ana Church", "PERSON", False),
        ("Partners", "PERSON", False),
        ("Marrow Forces", "EVENT", False),
        ("Keel News", "PRODUCT", False),
    ],
)
def test_what_ends_as_bodies_do_is_one(text: str, label: str, is_one: bool) -> None:
    doc = build(text)
    assert is_body(read(doc), network(0, len(doc), label)) is is_one


def test_bodies_are_organisations_whatever_the_network_says(monkeypatch: pytest.MonkeyPatch) -> None:
    doc = build("then Colvey Grey Partners left", {"Colvey Grey Partners": "ORG"})
    assert found(doc, labelled_as(monkeypatch, doc, {(1, 4): "PERSON"})) == [("Colvey Grey Partners", "ORG")]


@pytest.mark.parametrize(
    ("text", "at", "is_one"),
    [
        ("the RTK of Keel", 1, True),
        ("so XLD fell", 1, True),
        ("the BRTV website", 1, True),
        ("RTK WINS AGAIN", 0, False),
        ("so Rtk fell", 1, False),
    ],
)
def test_capitals_among_small_words_are_an_acronym(text: str, at: int, is_one: bool) -> None:
    assert is_acronym(read(build(text)), network(at, at + 1, "PERSON")) is is_one


@pytest.mark.parametrize("word", ["RTK", "XLD", "BRTV"])
def test_an_acronym_of_the_rules_is_no_person(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    doc = build(f"then the {word} website said", {word: "ORG"})
    assert found(doc, labelled_as(monkeypatch, doc, {(2, 3): "PERSON"})) == [(word, "ORG")]


@pytest.mark.parametrize(
    ("pieces", "names"),
    [
        ([(0, 1, "PERSON", 0.9), (1, 3, "PERSON", 0.9)], [(0, 3, "PERSON")]),
        ([(0, 1, "WORK_OF_ART", 0.9), (1, 3, "PERSON", 0.9)], [(0, 3, "ORG")]),
        ([(0, 1, "ORG", 0.9), (2, 3, "PERSON", 0.3)], [(0, 3, "ORG")]),
        ([(0, 1, "ORG", 0.9), (2, 3, "PERSON", 0.9)], [(0, 1, "ORG"), (2, 3, "PERSON")]),
        ([(0, 3, "PERSON", 0.2)], [(0, 3, "PERSON")]),
        ([(4, 5, "PERSON", 0.2)], [(4, 5, "PERSON")]),
    ],
)
def test_a_doubtful_cut_leaves_a_name_whole(
    pieces: list[tuple[int, int, str, float]], names: list[tuple[int, int, str]]
) -> None:
    rules = [Name(0, 3, "ORG", method="ner", score=0.8)]
    tokens = read(build("Dorn Marrow Keel saw Ana"))
    out = kept_whole(tokens, [Labelled(*piece) for piece in pieces], rules)
    assert [(piece.start, piece.end, piece.label) for piece in out] == names


@pytest.mark.parametrize(
    ("text", "label", "piece", "kept"),
    [
        ("the Tarnley Marathon raised", "EVENT", (1, 2, "EVENT"), "Tarnley Marathon"),
        ("on Brindle First Video now", "ORG", (1, 3, "ORG"), "Brindle First Video"),
        ("saw Ana Colvey leave", "PERSON", (1, 2, "PERSON"), "Ana Colvey"),
        ("read The Marrow Almanac aloud", "WORK_OF_ART", (1, 3, "WORK_OF_ART"), "The Marrow Almanac"),
        ("in Tarnley State office", "GPE", (1, 2, "GPE"), "Tarnley"),
        ("from Brindle Images Picture", "PERSON", (1, 3, "ORG"), "Brindle Images"),
        ("the Mayor Colvey said", "PERSON", (2, 3, "PERSON"), "Colvey"),
        ("a Brindle spokesman said", "ORG", (1, 2, "ORG"), "Brindle"),
    ],
)
def test_the_end_of_a_name_is_not_cut_off_but_behind_a_place(
    text: str, label: str, piece: tuple[int, int, str], kept: str
) -> None:
    doc = build(text)
    rules = [Name(1, 3 if len(doc) < 5 else 4, label, method="ner", score=0.8)]
    (out,) = kept_whole(read(doc), [Labelled(*piece, 0.8)], rules)
    assert doc[out.start : out.end].text == kept


@pytest.mark.parametrize(
    ("text", "names", "labels"),
    [
        (
            "Keel rose . Keel fell . Keel slept .",
            [(0, "ORG", 0.8), (3, "PERSON", 0.9), (6, "ORG", 0.8)],
            ["ORG", "ORG", "ORG"],
        ),
        ("Keel won . she left in Keel .", [(0, "ORG", 0.9), (6, "GPE", 0.5)], ["ORG", "GPE"]),
        ("Marrow left . in Marrow .", [(0, "PERSON", 0.9), (4, "GPE", 0.5)], ["PERSON", "GPE"]),
        (
            "Dorn sold . Dorn broke . Dorn !",
            [(0, "PRODUCT", 0.9), (3, "PRODUCT", 0.4), (6, "WORK_OF_ART", 0.6)],
            ["PRODUCT"] * 3,
        ),
    ],
)
def test_a_spelling_has_one_label_unless_its_surroundings_show_another(
    text: str, names: list[tuple[int, str, float]], labels: list[str]
) -> None:
    tokens = read(build(text))
    given = [network(at, at + 1, label, score) for at, label, score in names]
    assert [name.label for name in with_one_label(tokens, given)] == labels


def test_a_title_shows_a_person() -> None:
    tokens = read(build("Mr Keel left . Keel sold . Keel fell ."))
    person = Name(1, 2, "PERSON", method="ner", score=0.8, title=("mr",))
    given = [person, network(4, 5, "ORG", 0.9), network(7, 8, "ORG", 0.9)]
    assert [name.label for name in with_one_label(tokens, given)] == ["PERSON", "ORG", "ORG"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a Liverpool trader left", "GPE"),
        ("old Liverpool left", "GPE"),
        ("a Grimsby trader left", "GPE"),
        ("the Grimsby trader left", "GPE"),
        ("old Grimsby left", None),
        ("a Piraeus trader left", "GPE"),
        ("a Marrowby trader left Marrowby . it rained in Marrowby", "GPE"),
        ("a Colvey trader left", None),
        ("a Liverpool trader met Leo Liverpool", None),
        ("a Florence trader left", None),
    ],
)
def test_a_city_is_no_person_unless_somebody_is_called_so(text: str, place: str | None) -> None:
    doc = build(text)
    names = [network(i, i + 1, "PERSON") for i, token in enumerate(doc) if token.text == doc[1].text]
    if "Leo" in text:
        names.append(network(4, 6, "PERSON"))
    tokens = read(doc)
    assert place_of(tokens, names[0], names, names_of_places(tokens, names)) == place


@pytest.mark.parametrize(
    ("text", "at", "score", "is_kept"),
    [
        ("Worried traders left Keel", 0, 0.9, False),
        ("it rained . Worried traders left", 3, 0.9, False),
        ("the Worried left", 1, 0.9, True),
        ("the Marrow left", 1, 0.4, False),
        ("Marrow left", 0, 0.9, True),
    ],
)
def test_what_the_network_alone_sees_it_must_be_sure_of(
    monkeypatch: pytest.MonkeyPatch, text: str, at: int, score: float, is_kept: bool
) -> None:
    doc = build(text, tags={"Worried": "JJ"})
    assert bool(labelled_as(monkeypatch, doc, {(at, at + 1): "ORG"}, score=score)) is is_kept


@pytest.mark.parametrize(("lead", "label"), [(0.5, "ORG"), (1.5, "ORG"), (2.5, "PERSON")])
def test_a_word_without_a_vector_is_relabelled_by_a_wide_margin_only(
    monkeypatch: pytest.MonkeyPatch, lead: float, label: str
) -> None:
    doc = build("then Marrowby left", {"Marrowby": "ORG"})
    names = labelled_as(monkeypatch, doc, {(1, 2): "PERSON"}, rules=(1, "ORG", lead))
    assert found(doc, names) == [("Marrowby", label)]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("Siobhán O’Driscoll-Vance , 41 , chairs it .", (0, 2)),
        ("then Orla Brightwater , 7 , fell .", (1, 3)),
        ("with Ike Marrow Trust , 62 , of Malmo .", (1, 4)),
    ],
)
def test_who_has_an_age_is_a_person(text: str, span: tuple[int, int]) -> None:
    doc = build(text)
    (name,) = with_shown_labels(read(doc), [network(*span, "ORG")])
    assert name.label == "PERSON"


@pytest.mark.parametrize(
    ("text", "at", "label"),
    [
        ("Tarnley , a mill town of 4,000 , has none .", 0, "ORG"),
        ("Ossenby , a small village , flooded .", 0, "PERSON"),
        ("then Brackenwell , a city on the coast , voted .", 1, "PRODUCT"),
        ("the village of Ossenby flooded .", 3, "PERSON"),
        ("then police in Harrowgate said so .", 3, "ORG"),
        ("the mayor of Tarnley , Greta Hollin , told reporters .", 3, "PERSON"),
        ("shells hit the outskirts of Vessel .", 5, "PRODUCT"),
        ("residents of Orrin left .", 2, "PERSON"),
    ],
)
def test_what_is_called_a_town_is_one_wherever_it_stands(text: str, at: int, label: str) -> None:
    doc = build(f"{text} {text.split(' ')[at]} .", tags={"small": "JJ", "of": "IN", "on": "IN", ",": ","})
    again = len(doc) - 2
    names = with_shown_labels(read(doc), [network(at, at + 1, label), network(again, again + 1, label)])
    assert [name.label for name in names] == ["GPE", "GPE"]


@pytest.mark.parametrize(
    ("text", "at", "label"),
    [
        ("Colvey , a town councillor , spoke .", 0, "PERSON"),
        ("the city of Congress .", 3, "ORG"),
        ("faith in Colvey grew .", 2, "PERSON"),
        ("a daughter of Colvey spoke .", 3, "PERSON"),
        ("Marrow , a company , hired .", 0, "ORG"),
    ],
)
def test_what_is_not_keeps_its_label(text: str, at: int, label: str) -> None:
    doc = build(text)
    (name,) = with_shown_labels(read(doc), [network(at, at + 1, label)])
    assert name.label == label
