"""Kinds of attribution in ordinary copy that were missed, or found where there is none."""

import pytest
from spacy.language import Language

from pipeline.components.entities import find_entities
from pipeline.components.quotes import find_quotes
from pipeline.components.quotes.regions import find_regions

pytestmark = pytest.mark.model


def found(nlp: Language, text: str) -> list[tuple[str, str]]:
    """Return speaker and content of the outermost quotations."""
    return [
        (q.speaker[0].text if q.speaker else "", " ".join(" ".join(s.text for s in q.content).split()))
        for q in find_quotes(nlp(text))
        if q.parent is None
    ]


@pytest.mark.parametrize(
    ("text", "speaker", "content"),
    [
        (
            "A baker from Tarnley has admitted that he set two haystacks on fire, the prosecutor's office "
            "for the northern coast announced Tuesday.",
            "the prosecutor's office for the northern coast",
            "A baker from Tarnley has admitted that he set two haystacks on fire",
        ),
        (
            "Neighbours carried out three ponies before the barn roof fell in, fire officer Neil Orrin told "
            "The Albion Courier by phone.",
            "fire officer Neil Orrin",
            "Neighbours carried out three ponies before the barn roof fell in",
        ),
        (
            "The ferry had been checked in May and was thought to be sound, harbour master Tom Vale told the "
            "inquiry on Friday.",
            "harbour master Tom Vale",
            "The ferry had been checked in May and was thought to be sound",
        ),
    ],
)
def test_who_says_it_at_the_end_of_the_sentence(nlp: Language, text: str, speaker: str, content: str) -> None:
    assert (speaker, content) in found(nlp, text)


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Officials advised islanders to boil their water.", "Officials"),
        ("He encouraged farmers to count their geese.", "He"),
        ("Vale appealed to Peter Novak of the Harbour Party to team up with him.", "Vale"),
        ("Ida Berg asked for compassion in a letter on Tuesday.", "Ida Berg"),
        (
            "Press officer Eric Vale wrote in a memo that Berg had left the house at ten.",
            "Press officer Eric Vale",
        ),
    ],
)
def test_urging_and_writing(nlp: Language, text: str, speaker: str) -> None:
    assert [who for who, _ in found(nlp, text)] == [speaker]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The council passed a resolution that called the pier a hazard.", "a resolution"),
        ("Tom Vale, who said the pier was safe, left in May.", "Tom Vale"),
        ("It was the harbour office that warned the pier would fall.", "the harbour office"),
        ("“It was a good year,” said Naomi Berg-Vale, a baker.", "Naomi Berg-Vale"),
        ("Study co-author Boris Lind says women prefer warmer rooms.", "Study co-author Boris Lind"),
    ],
)
def test_speakers_are_printed_whole(nlp: Language, text: str, speaker: str) -> None:
    assert speaker in [who for who, _ in found(nlp, text)]


@pytest.mark.parametrize(
    ("text", "speaker", "content"),
    [
        (
            "TRAM DRIVER: 'NOBODY TOLD US A THING'\n\nDepot staff were sent home on Friday.",
            "TRAM DRIVER",
            "NOBODY TOLD US A THING",
        ),
        (
            "HARBOUR WIDOW: “THEY LEFT HIM THERE”\n\nThe search was called off on Sunday.",
            "HARBOUR WIDOW",
            "THEY LEFT HIM THERE",
        ),
        (
            "Lottery pair: 'We thought it was a joke'\n\nTwo bakers have won a house.",
            "Lottery pair",
            "We thought it was a joke",
        ),
    ],
)
def test_headlines_with_a_speaker_before_the_colon(
    nlp: Language, text: str, speaker: str, content: str
) -> None:
    assert (speaker, content) in found(nlp, text)


@pytest.mark.parametrize(
    "text",
    [
        "MADRID: The government scrapped the prize for bullfighting on Friday.\n\nIt is a large sum.",
        "Bonus: A garbled speech and a pie, which nobody will forget.\n\nThe year is over.",
        "The six were held on these charges:\n\nAnn Roe: Possession of a boat, held in lieu of bond.\n\n"
        "Tom Vale: Two warrants, possession of nets.\n\nPeter Novak: Dealing in eels, possession of a trap.",
    ],
)
def test_headings_datelines_and_lists_before_a_colon_are_no_speakers(nlp: Language, text: str) -> None:
    assert found(nlp, text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "A supervisor with the ambulance service, Neil Norton, said boats were searching.",
            "Neil Norton",
        ),
        ("The keeper of the northern light, Ida Berg, who is 43, said the lamp was out.", "Ida Berg"),
        ("A spokesman for the fishing fleet, Peter Novak, said nets were lost.", "Peter Novak"),
    ],
)
def test_the_name_behind_a_title(nlp: Language, text: str, name: str) -> None:
    doc = nlp(text)
    entities = list(find_entities(doc))
    quotation = next(iter(find_quotes(doc, entities=entities)))
    assert [entities[number].name for number in quotation.speaker_entities] == [name]


def test_an_account_in_the_first_person_goes_on(nlp: Language) -> None:
    text = (
        "Alain Tita left home in May. He explained why he had joined the march:\n"
        "Two days after I came to the port, I was put in a camp for having no stamp.\n"
        "A week later they gave me a paper, and I took a bus to the north.\n"
        "We have waited here since June and sleep in tents.\n"
        "The rules have changed since the spring, and few stamps are given."
    )
    (content,) = [words for who, words in found(nlp, text) if who == "He" and "Two days" in words]
    assert content.endswith("sleep in tents")


@pytest.mark.parametrize(
    "text",
    [
        "“It was a trick,’’ said Moy.",
        "‘‘It was a trick,’’ said Moy.",
        "“It was a trick,” said Moy.",
    ],
)
def test_doubled_curly_marks(text: str) -> None:
    (region,) = find_regions(text)
    assert text[region.inner_start : region.inner_end] == "It was a trick,"
