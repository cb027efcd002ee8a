"""Which entity a speaker is, with the entities that the real component finds in sentences of our own."""

import pytest
from spacy.language import Language
from spacy.tokens import Span

from pipeline.components.doc.columns import read_columns
from pipeline.components.entities import find_entities
from pipeline.components.layers import Entity, Mention, Quotation
from pipeline.components.quotes import find_quotes
from pipeline.components.quotes.parsed import Parse
from pipeline.components.quotes.speakers import Speakers

pytestmark = pytest.mark.model


def said(nlp: Language, text: str) -> list[tuple[str, list[str], str | None]]:
    """Speaker as printed, names of its entities, method: of each quotation with a speaker."""
    doc = nlp(text)
    entities = list(find_entities(doc))
    return [
        (q.speaker[0].text, [entities[e].name for e in q.speaker_entities], q.speaker_method)
        for q in find_quotes(doc, entities=entities)
        if q.speaker
    ]


def last(nlp: Language, text: str) -> tuple[str, list[str], str | None]:
    return said(nlp, text)[-1]


@pytest.mark.parametrize(
    ("text", "speaker", "names"),
    [
        ("Ann Miller said the bridge was safe.", "Ann Miller", ["Ann Miller"]),
        ("Ann Miller came late. Miller said the bridge was safe.", "Miller", ["Ann Miller"]),
        ("Ann Miller came late. She said the bridge was safe.", "She", ["Ann Miller"]),
        (
            "Ann Miller and Peter Novak said the bridge was safe.",
            "Ann Miller and Peter Novak",
            ["Ann Miller", "Peter Novak"],
        ),
        ("It was Ann Miller who said the bridge was safe.", "Ann Miller", ["Ann Miller"]),
        ("The World Bank said the bridge was safe.", "The World Bank", ["World Bank"]),
    ],
)
def test_names_and_pronouns(nlp: Language, text: str, speaker: str, names: list[str]) -> None:
    got = last(nlp, text)
    assert (got[0], [name.removeprefix("The ").removeprefix("the ") for name in got[1]]) == (speaker, names)


def test_they_are_those_who_spoke_together(nlp: Language) -> None:
    text = "Ann Miller and Peter Novak said the bridge was safe. They added that the road was not."
    assert last(nlp, text)[1] == ["Ann Miller", "Peter Novak"]


def test_it_is_the_body_that_spoke_last(nlp: Language) -> None:
    text = "“Our bridges are safe,” the World Bank said in Canada. “No road is closed,” it added."
    assert last(nlp, text)[1] == said(nlp, text)[0][1] != []


def test_first_persons_within_a_quotation_are_its_speaker(nlp: Language) -> None:
    found = said(nlp, "“I believe that the bridge is safe,” Ann Miller said.")
    assert ("I", ["Ann Miller"], "first_person") in found


def test_a_pronoun_is_not_the_person_whom_the_quotation_names(nlp: Language) -> None:
    text = "Ann Miller met Mary Stone. “Mary Stone was right,” she said."
    assert last(nlp, text)[1] != ["Mary Stone"]


def test_an_aide_is_not_the_person_aided(nlp: Language) -> None:
    assert last(nlp, "A spokesman for Ann Miller said the bridge was safe.")[1] == []


def test_a_description_answers_to_a_name(nlp: Language) -> None:
    text = "The Justice Department was asked twice. The department said the bridge was safe."
    assert last(nlp, text)[1] == said(nlp, text)[-1][1] != []


def test_a_misspelt_surname_is_the_one_person_it_nearly_names(nlp: Language) -> None:
    text = "Ann Waters came late with Peter Novak. “The bridge is safe,” Water said."
    assert last(nlp, text)[1:] == (["Ann Waters"], "misspelt")


def test_without_entities_there_is_none(nlp: Language) -> None:
    doc = nlp("Ann Miller said the bridge was safe.")
    (quotation,) = find_quotes(doc)
    assert quotation.speaker_entities == ()
    assert quotation.speaker_method is not None


def test_the_longer_mention_on_a_word_wins(nlp: Language) -> None:
    doc = nlp("The Bank of Canada said rates would rise.")

    def entity(name: str, start: int, end: int, label: str) -> Entity:
        mention = Mention(span=Span(doc, start, end, label=label), kind="name", method="ner", score=1.0)
        return Entity(name=name, label=label, mentions=(mention,))

    entities = [entity("Canada", 3, 4, "GPE"), entity("Bank of Canada", 1, 4, "ORG")]
    assert Speakers(Parse(read_columns(doc)), entities).resolve((0, 4)).entities == (1,)


def test_a_quotation_without_a_parse_has_no_entities(nlp: Language) -> None:
    doc = nlp.make_doc("“The bridge is safe,” Ann Miller said.")
    assert all(not q.speaker_entities for q in find_quotes(doc))


def test_every_quotation_names_its_method(nlp: Language) -> None:
    doc = nlp(
        "Ann Miller said the bridge was safe. The report says so too. According to officials, it is old."
    )
    found: list[Quotation] = list(find_quotes(doc, entities=list(find_entities(doc))))
    assert found
    assert all((q.speaker_method is None) == (not q.speaker) for q in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Inspectors from Nordbank came. The US said on Monday that talks would go on.", ["United States"]),
        ("US said it would send three ships to the strait.", ["United States"]),
        ("Norway was asked twice. The US says the ships are on their way.", ["United States"]),
    ],
)
def test_the_us_is_no_first_person(nlp: Language, text: str, expected: list[str]) -> None:
    assert last(nlp, text)[1:] != ([], "first_person")
    assert last(nlp, text)[1] in (expected, ["US"], ["The US"], ["the United States"])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A statement by Nordbank said the loan had been repaid.", "Nordbank"),
        ("According to a report by Amnesty International, the camp is full.", "Amnesty International"),
        ("Nordbank's report says that prices will fall.", "Nordbank"),
        ("An investigation by the World Bank found that the money was lost.", "World Bank"),
    ],
)
def test_a_document_speaks_for_the_body_that_it_is_by(nlp: Language, text: str, name: str) -> None:
    assert last(nlp, text)[1] == [name]


@pytest.mark.parametrize(
    "text",
    [
        "“The pier is lost,” Tom Vale said. “Ida Berg knew it and kept quiet.” He added that it would rain.",
        "Tom Vale said that Peter Novak had known. “Peter Novak was told in May,” he went on.",
        "“It will rain,” said Tom Vale. He added: “The pier will not hold.”",
    ],
)
def test_he_added_is_who_spoke_last(nlp: Language, text: str) -> None:
    assert last(nlp, text)[1] == ["Tom Vale"]


@pytest.mark.parametrize(
    "text",
    [
        "Tamsin Roe said the yard would stay. “Nobody told us,” said Colm Byrne. She added that it was safe.",
        "“Nobody told us,” said James Byrne, a welder. She added that the yard was safe.",
        "Henrik Holm opened the pier. “It is safe,” she said.",
    ],
)
def test_she_is_no_man(nlp: Language, text: str) -> None:
    assert last(nlp, text)[1] in (["Tamsin Roe"], [])


@pytest.mark.parametrize(
    "text",
    [
        "Nordbank lost money. The northern fishing group said it would sue.",
        "The Foreign Ministry was asked. The health ministry said it had no money.",
        "Peter Novak came late. The retired army doctor said the bridge was safe.",
    ],
)
def test_a_head_noun_alone_names_nobody(nlp: Language, text: str) -> None:
    assert last(nlp, text)[1] == []


@pytest.mark.parametrize(
    "text",
    [
        "The loggers came from Norland. They said that the road was closed.",
        "Two fishermen left Madrid in May. They claimed that the boat was sound.",
        "The talks took place in Canada. They say that a deal is near.",
    ],
)
def test_they_are_no_place_named_before(nlp: Language, text: str) -> None:
    assert last(nlp, text)[1] == []


@pytest.mark.parametrize(
    ("first", "body"),
    [
        ("“We regret it,” company president Otto Lindqvist said.", "The company"),
        ("“Nobody was hurt,” council leader Ann Miller said.", "The council"),
        ("“The doors were shut,” hospital director Peter Novak said.", "The hospital"),
    ],
)
def test_a_body_is_not_the_person_with_its_noun_in_the_role(nlp: Language, first: str, body: str) -> None:
    speaker, names, _ = last(nlp, f"{first} It rained all day. {body} said the roof had leaked for years.")
    assert (speaker, names) == (body, [])


@pytest.mark.parametrize(
    "sentence",
    [
        "The vaccine is safe, WHO says.",
        "WHO said the fever had reached three ports.",
        "“We are late,” said the WHO.",
    ],
)
def test_the_who_is_a_body(nlp: Language, sentence: str) -> None:
    text = f"The World Health Organization (WHO) met in Geneva. {sentence}"
    assert last(nlp, text)[1] == ["World Health Organization"]
