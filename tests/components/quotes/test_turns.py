"""Quotations by their layout: transcripts, interviews, signed lines."""

import pytest
from spacy.language import Language

from pipeline.components.entities import find_entities
from pipeline.components.quotes import find_quotes

pytestmark = pytest.mark.model


def said(nlp: Language, text: str) -> list[tuple[str, str]]:
    """Return speaker and content of the outermost direct quotations."""
    doc = nlp(text)
    found = find_quotes(doc, entities=list(find_entities(doc)))
    return [
        (q.speaker[0].text if q.speaker else "", " ".join(span.text for span in q.content).replace("\n", " "))
        for q in found
        if q.parent is None and q.kind == "direct"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "IDA BERG, HOST: Hello. The pier is shut.\n\nTOM VALE, REPORTER: Divers found three cracks.",
            [("IDA BERG", "Hello. The pier is shut"), ("TOM VALE", "Divers found three cracks")],
        ),
        (
            "BERG: When will it open?\n\nVALE: In May, if the money comes.\n\nBERG: Thank you.",
            [("BERG", "When will it open"), ("VALE", "In May, if the money comes"), ("BERG", "Thank you")],
        ),
        (
            "JUDGE OKORO: Be seated.\n\nMS. LIND: My client was at home all night.",
            [("JUDGE OKORO", "Be seated"), ("MS. LIND", "My client was at home all night")],
        ),
    ],
)
def test_turns_of_transcripts(nlp: Language, text: str, expected: list[tuple[str, str]]) -> None:
    assert said(nlp, text) == expected


@pytest.mark.parametrize(
    ("lead", "speaker"),
    [
        ("Marta Lindqvist has run the mill since 2010.", "Marta Lindqvist"),
        ("We met Peter Novak at the port. Novak has sailed for years.", "Peter Novak"),
        ("Anna Berg met Tom Vale at noon.", ""),
    ],
)
def test_answers_belong_to_the_one_who_is_introduced(nlp: Language, lead: str, speaker: str) -> None:
    text = f"{lead}\n\nQ: Why now?\n\nA: Nobody else would. We had no choice.\n\nQ: And then?\n\nA: We wait."
    assert said(nlp, text) == [("A", "Nobody else would. We had no choice"), ("A", "We wait")]
    doc = nlp(text)
    entities = list(find_entities(doc))
    for quotation in find_quotes(doc, entities=entities):
        assert [entities[number].name for number in quotation.speaker_entities] == [speaker] * bool(speaker)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Fans were quick.\n\nWhat a night for the whole town. — Ida Berg (@idaberg) May 3, 2024",
            ("Ida Berg", "What a night for the whole town"),
        ),
        (
            "Two readers wrote.\n\nThe record glows from the first bar to the last.\n\n– Tom Vale, critic",
            ("Tom Vale", "The record glows from the first bar to the last"),
        ),
    ],
)
def test_signed_lines(nlp: Language, text: str, expected: tuple[str, str]) -> None:
    assert expected in said(nlp, text)


@pytest.mark.parametrize(
    ("lines", "signature", "speaker"),
    [
        (["The ferry is late again.", "Nobody at the port picks up."], "— Ida Berg (@idaberg)", "Ida Berg"),
        (
            ["Two hours in the cold.", "Then no boat.", "Never again!"],
            "- Tom Vale (@tvale) 4 Jan",
            "Tom Vale",
        ),
        (["I paid for a seat.", "I got a wet bench."], "– Ana Colvey (@acolvey) June 9, 2021", "Ana Colvey"),
    ],
)
def test_a_post_of_several_lines_begins_behind_a_colon(
    nlp: Language, lines: list[str], signature: str, speaker: str
) -> None:
    text = "\n".join(["Passengers were angry on Friday:", *lines, signature, "The port did not answer."])
    (found,) = [content for name, content in said(nlp, text) if name == speaker]
    assert found.split()[:3] == lines[0].split()[:3]
    assert found.split()[-1].rstrip(".!") == lines[-1].split()[-1].rstrip(".!")


@pytest.mark.parametrize(
    "text",
    [
        "NOTE: The pier is shut until May.\n\nThe town will pay for it.",
        "Three things to know: the pier is shut.\n\nThe town will pay.",
    ],
)
def test_one_label_is_no_transcript(nlp: Language, text: str) -> None:
    assert said(nlp, text) == []


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Mayor warns: ‘The pier is lost’\n\nThe town sold it on Friday, papers show.", "The pier is lost"),
        ("Chief says: “We had no warning”\n\nStaff left the site on Monday.", "We had no warning"),
        ("Doctor warns: 'Boil the water'\n\nSchools stay shut until Friday.", "Boil the water"),
    ],
)
def test_a_headline_ends_with_its_line(nlp: Language, text: str, content: str) -> None:
    assert [found for _, found in said(nlp, text)] == [content]


def test_double_marks_inside_single_ones(nlp: Language) -> None:
    text = "‘The surveyor told me, “Your roof will hold,” and then it fell in,’ said baker Elin Pugh."
    assert said(nlp, text) == [
        ("baker Elin Pugh", "The surveyor told me, “Your roof will hold,” and then it fell in")
    ]


def test_paragraphs_that_are_opened_anew_are_direct(nlp: Language) -> None:
    text = (
        "“The old pumps held,” Minister Ida Berg said on Monday.\n\n"
        "“Until now we have used less than last year.\n\n“Everyone can save water.”"
    )
    assert said(nlp, text)[-1] == (
        "Minister Ida Berg",
        "Until now we have used less than last year. Everyone can save water.",
    )
