"""Quotations through the real model, on sentences of our own."""

import pytest
import spacy
from confection import ConfigValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.components.doc.columns import read_columns
from pipeline.components.layers import Quotation, write_layer
from pipeline.components.quotes import QuoteFinder, QuoteModel, find_quotes, read_doc, tag_readings

pytestmark = pytest.mark.model


def text_of(quotation: Quotation) -> str:
    return " … ".join(span.text for span in quotation.content)


def speaker_of(quotation: Quotation) -> str | None:
    return quotation.speaker[0].text if quotation.speaker else None


def quotes(nlp: Language, text: str) -> list[Quotation]:
    return list(find_quotes(nlp(text)))


def outer(nlp: Language, text: str) -> list[tuple[str, str, str | None]]:
    return [(q.kind, text_of(q), speaker_of(q)) for q in quotes(nlp, text) if q.parent is None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“The bridge is safe,” Ann Miller said.", ("direct", "The bridge is safe", "Ann Miller")),
        ("“The bridge is safe,” said Ann Miller.", ("direct", "The bridge is safe", "Ann Miller")),
        ("Ann Miller said: “The bridge is safe.”", ("direct", "The bridge is safe.", "Ann Miller")),
        ("Ann Miller said that the bridge was safe.", ("indirect", "the bridge was safe", "Ann Miller")),
        (
            "According to Ann Miller, the bridge is safe.",
            ("indirect", "the bridge is safe", "Ann Miller"),
        ),
        (
            "Ann Miller called the bridge “a disgrace” on Monday.",
            ("mixed", "the bridge “a disgrace”", "Ann Miller"),
        ),
        ("The minister promised to repair the bridge.", ("indirect", "to repair the bridge", "The minister")),
    ],
)
def test_finds_content_kind_and_speaker(nlp: Language, text: str, expected: tuple[str, str, str]) -> None:
    assert expected in outer(nlp, text)


def test_an_interrupted_quotation_is_one_with_two_spans(nlp: Language) -> None:
    found = quotes(nlp, "“The bridge is safe,” Ann Miller said, “and it will stand for years.”")
    assert [text_of(q) for q in found] == ["The bridge is safe … and it will stand for years."]


def test_a_quotation_goes_on_through_its_paragraphs(nlp: Language) -> None:
    texts = (
        "“The bridge is safe,” Ann Miller said. “It will stand.\n\n“Nobody needs a new one.”",
        "Ann Miller said: “The bridge is safe and it will stand.\n\nNobody needs a new one for years.”",
    )
    for text in texts:
        (found,) = [q for q in quotes(nlp, text) if q.parent is None]
        assert "Nobody needs a new one" in text_of(found)
        assert speaker_of(found) == "Ann Miller"


def test_nested_attribution_is_chained(nlp: Language) -> None:
    found = quotes(nlp, "The mayor said that Ann Miller had denied taking the money.")
    chain = {speaker_of(q): q.parent for q in found}
    assert chain == {"The mayor": None, "Ann Miller": 0}


def test_scare_quotes_have_no_speaker(nlp: Language) -> None:
    assert outer(nlp, "The troops are now “keeping the peace” on the border.") == []


@pytest.mark.parametrize(
    "text",
    [
        "Joe “Shorty” Hill read “The Long Winter” to the children.",
        "She sang “Summer Rain” at the gala.",
        "He wrote “The Long Winter” in the spring.",
        "The film “Night Train” opens on Friday.",
        "A print called “Boats at Dawn” hangs in the hall.",
    ],
)
def test_titles_and_nicknames_are_no_quotations(nlp: Language, text: str) -> None:
    assert outer(nlp, text) == []


def test_a_block_quotation_is_direct_speech_without_marks(nlp: Language) -> None:
    text = (
        "The council has a new plan.\n\nIn a letter, Ann Miller wrote:\n\n"
        "The bridge is safe. It will stand for years, and nobody needs a new one.\n\n"
        "The council meets again in May."
    )
    assert (
        "direct",
        "The bridge is safe. It will stand for years, and nobody needs a new one",
        "Ann Miller",
    ) in outer(nlp, text)


@pytest.mark.parametrize("model", ["small", "rules"])
def test_both_models_give_the_plain_cases(nlp: Language, model: QuoteModel) -> None:
    doc = nlp("“The bridge is safe,” Ann Miller said. The mayor said that the road was closed.")
    found = [(q.kind, speaker_of(q)) for q in find_quotes(doc, model=model)]
    assert found == [("direct", "Ann Miller"), ("indirect", "The mayor")]


def test_a_batch_gives_what_one_by_one_gives(nlp: Language) -> None:
    texts = [
        "“The bridge is safe,” Ann Miller said. “It will stand.”",
        "",
        "The mayor said that Ann Miller had denied taking the money.",
    ]
    finder = QuoteFinder("small")
    in_batch = [str(doc._.quotes) for doc in finder.pipe(nlp.pipe(texts))]
    assert in_batch == [str(finder(nlp(text))._.quotes) for text in texts]


def test_readings_are_left_as_they_are(nlp: Language) -> None:
    texts = ["“The bridge is safe,” Ann Miller said.", "Ann Miller denied that it fell.", "It fell."]
    readings = [read_doc(read_columns(doc)) for doc in nlp.pipe(texts)]
    before = [str(reading.candidates) for reading in readings]
    tagged = tag_readings(readings)
    assert [str(reading.candidates) for reading in readings] == before
    assert [reading.is_tagged for reading in (*readings, *tagged)] == [False] * 3 + [True] * 3
    assert [a is b for a, b in zip(tag_readings(tagged), tagged, strict=True)] == [True] * 3


def test_thought_is_not_speech(nlp: Language) -> None:
    said, thought = (
        quotes(nlp, f"Ann Miller {verb} that the bridge is safe.")[0] for verb in ("says", "believes")
    )
    assert said.is_speech
    assert not thought.is_speech


def test_the_layer_reads_back(nlp: Language) -> None:
    doc = nlp("“The bridge is safe,” Ann Miller said. She promised to cross it herself.")
    found = tuple(find_quotes(doc))
    write_layer(doc, "quotes", found)
    assert [str(q) for q in doc._.quotes] == [str(q) for q in found]


PIECES = [
    *"“”\"'‘’«»—:,.",
    "``",
    "''",
    "\n\n",
    *["Ann", "Bob", "said", "told", "that", "she", "it", "won", "called", "according", "to"],
]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join))
def test_any_marks_and_cues_are_survived(nlp: Language, text: str) -> None:
    for number, quotation in enumerate(find_quotes(nlp(text))):
        assert quotation.content
        assert quotation.parent is None or quotation.parent < number


@given(st.lists(st.sampled_from(["“", "”", '"', "said", "Ann", "won", ".", ","]), max_size=15))
def test_a_document_without_a_parse_is_survived(words: list[str]) -> None:
    list(find_quotes(Doc(Vocab(), words=words)))


def test_the_factory_adds_the_component_to_any_pipeline() -> None:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("quotes", config={"model": "rules"})
    assert pipeline("“The bridge is safe,” Ann Miller said.")._.quotes == ()


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(ConfigValidationError):
        spacy.blank("en").add_pipe("quotes", config={"model": "large"})
