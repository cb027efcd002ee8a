"""What is left to mend of names: each rule on Docs built by hand, with names as a network may leave them."""

import pytest
from docs_by_hand import build

from pipeline.components.doc.columns import read_columns
from pipeline.components.doc.tokens import read_tokens
from pipeline.components.entities.mended import mended
from pipeline.components.entities.name import Name


def after(text: str, *names: tuple[int, int, str]) -> list[tuple[str, str]]:
    """The names of a text, mended: words and label."""
    doc = build(text)
    tokens = read_tokens(read_columns(doc))
    found = [Name(start, end, label, method="network", score=0.8) for start, end, label in names]
    return [(doc[name.start : name.end].text, name.label) for name in mended(found, tokens)]


@pytest.mark.parametrize(
    ("text", "names", "whole"),
    [
        (
            "Ana Colvey , Leo Dorn and Ida Berg won",
            [(0, 2, "PERSON"), (3, 5, "ORG"), (6, 8, "PERSON")],
            "Leo Dorn",
        ),
        (
            "Leo Dorn , Ana Colvey and Ida Berg won",
            [(0, 2, "ORG"), (3, 5, "PERSON"), (6, 8, "PERSON")],
            "Leo Dorn",
        ),
        (
            "Ana Colvey , Ida Berg and Leo Dorn won",
            [(0, 2, "PERSON"), (3, 5, "PERSON"), (6, 8, "GPE")],
            "Leo Dorn",
        ),
    ],
)
def test_a_full_name_among_persons_is_a_person(
    text: str, names: list[tuple[int, int, str]], whole: str
) -> None:
    assert (whole, "PERSON") in after(text, *names)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ana Colvey , Marrow Bank and Ida Berg won", [(0, 2, "PERSON"), (3, 5, "ORG"), (6, 8, "PERSON")]),
        ("Ana Colvey , Hong Kong and Ida Berg won", [(0, 2, "PERSON"), (3, 5, "GPE"), (6, 8, "PERSON")]),
        ("Ana Colvey of Marrow Keel left", [(0, 2, "PERSON"), (3, 5, "ORG")]),
        ("Ana Colvey and Marrow Keel left", [(0, 2, "PERSON"), (3, 5, "ORG")]),
    ],
)
def test_others_stay_what_they_are(text: str, names: list[tuple[int, int, str]]) -> None:
    assert [label for _, label in after(text, *names)] == [label for _, _, label in names]


@pytest.mark.parametrize(
    ("text", "name", "mended_to"),
    [
        ("Compatriot Rory Maddox won", (0, 3, "PERSON"), ("Rory Maddox", "PERSON")),
        ("Goalkeeper Rory Maddox won", (0, 3, "PERSON"), ("Rory Maddox", "PERSON")),
        ("Ex-minister Rory Maddox won", (0, 3, "PERSON"), ("Rory Maddox", "PERSON")),
        ("Baker Maddox won", (0, 2, "PERSON"), ("Baker Maddox", "PERSON")),
        ("The Harrow Expressway is shut", (1, 3, "PERSON"), ("Harrow Expressway", "FAC")),
        ("Harrow Bridge is shut", (0, 2, "PERSON"), ("Harrow Bridge", "PERSON")),
        ("The Second Amendment holds", (1, 3, "WORK_OF_ART"), ("Second Amendment", "LAW")),
        ("The Sister Act is a film", (1, 3, "WORK_OF_ART"), ("Sister Act", "WORK_OF_ART")),
        ("A Pension System pays", (1, 3, "LAW"), ("Pension System", "ORG")),
        ("Auntie Georgia wept", (0, 2, "GPE"), ("Georgia", "PERSON")),
        ("the union ACTRA - IATSE agreed to it", (2, 5, "PERSON"), ("ACTRA - IATSE", "ORG")),
        ("talks with UNITE - HERE failed", (2, 5, "PERSON"), ("UNITE - HERE", "ORG")),
        ("BERG - VALE QUITS AS MAYOR", (0, 3, "PERSON"), ("BERG - VALE", "PERSON")),
        ("along Lincoln Avenue at noon", (1, 3, "GPE"), ("Lincoln Avenue", "FAC")),
        ("Marrow Inc. All Rights Reserved", (0, 5, "ORG"), ("Marrow Inc.", "ORG")),
    ],
)
def test_names_are_cut_and_relabelled(
    text: str, name: tuple[int, int, str], mended_to: tuple[str, str]
) -> None:
    assert after(text, name) == [mended_to]


@pytest.mark.parametrize(
    ("text", "name", "parts"),
    [
        (
            "by Ida Berg & Leo Dorn in May",
            (1, 6, "PERSON"),
            [("Ida Berg", "PERSON"), ("Leo Dorn", "PERSON")],
        ),
        ("( Leo Dorn / Getty Images )", (1, 6, "ORG"), [("Leo Dorn", "PERSON"), ("Getty Images", "ORG")]),
        ("( AP Photo / Leo Dorn )", (1, 6, "PERSON"), [("AP Photo", "ORG"), ("Leo Dorn", "PERSON")]),
        ("by Berg & Dorn in May", (1, 4, "ORG"), [("Berg & Dorn", "ORG")]),
        ("the PSA / CPSU Arden said", (1, 5, "ORG"), [("PSA / CPSU Arden", "ORG")]),
    ],
)
def test_two_names_in_one_are_parted(
    text: str, name: tuple[int, int, str], parts: list[tuple[str, str]]
) -> None:
    assert after(text, name) == parts


def test_a_given_name_in_front_belongs_to_the_person() -> None:
    assert after("Then Peter Novak left", (2, 3, "PERSON")) == [("Peter Novak", "PERSON")]
    assert after("Peter Novak left", (0, 1, "PERSON"), (1, 2, "PERSON")) == [("Peter Novak", "PERSON")]
    assert after("Then Peter left Novak", (3, 4, "PERSON")) == [("Novak", "PERSON")]


@pytest.mark.parametrize("text", ["in Marrow , Ohio on", "near Marrow , Texas on", "from Marrow , Mo. on"])
def test_what_stands_in_a_state_is_a_place(text: str) -> None:
    assert after(text, (1, 2, "PERSON")) == [("Marrow", "GPE")]


def test_what_no_state_follows_stays_a_person() -> None:
    assert after("of Marrow , Ohio on", (1, 2, "PERSON")) == [("Marrow", "GPE")]
    assert after("of Marrow , who left", (1, 2, "PERSON")) == [("Marrow", "PERSON")]
    assert after("told Marrow , Ohio on", (1, 2, "PERSON")) == [("Marrow", "PERSON")]


@pytest.mark.parametrize("role", ["striker", "Midfielder", "professor", "lawmaker"])
def test_a_full_name_behind_a_trade_is_a_person(role: str) -> None:
    assert after(f"The {role} Dele Okafor left", (2, 4, "ORG")) == [("Dele Okafor", "PERSON")]
    assert after("The owner Marrow Keel left", (2, 4, "ORG")) == [("Marrow Keel", "ORG")]
