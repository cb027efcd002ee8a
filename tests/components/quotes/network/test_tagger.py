"""The tagger on sentences of our own."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from pipeline.components.quotes.network import lstm, tagger
from pipeline.components.quotes.network.tagger import TaggedQuote, tag_quotes
from pipeline.models.network import project_vectors


def words(spans: Iterable[Span]) -> str:
    return " … ".join(span.text for span in spans)


TEXT = """Harbour wall to be rebuilt.

“We will rebuild the harbour wall before winter,” Mayor Ilse Brandt said on Tuesday. “It is a promise.”

According to the engineers, the storm moved forty tonnes of stone. The council denied that it had ignored
their warnings."""


@pytest.fixture(scope="module")
def tagged(nlp: Language) -> list[TaggedQuote]:
    doc = nlp(TEXT)
    return tag_quotes([doc])[0]


def test_finds_content_cue_and_source_of_direct_and_indirect_speech(tagged: list[TaggedQuote]) -> None:
    found = {words(quote.cue).lower(): quote for quote in tagged}
    assert words(found["said"].source) == "Mayor Ilse Brandt"
    assert words(found["said"].content).startswith("“We will rebuild the harbour wall before winter")
    assert "the engineers" in words(found["according to"].source)
    assert "moved forty tonnes" in words(found["according to"].content)
    assert words(found["denied"].source) == "The council"


def test_joins_what_the_cue_interrupts(tagged: list[TaggedQuote]) -> None:
    said = next(quote for quote in tagged if words(quote.cue) == "said")
    assert "It is a promise" in words(said.content)


def test_scores_are_probabilities_and_contents_are_in_text_order(tagged: list[TaggedQuote]) -> None:
    assert all(0 <= quote.score <= 1 for quote in tagged)
    begins = [quote.content[0].start for quote in tagged]
    assert begins == sorted(begins)


def test_documents_in_one_batch_are_tagged_as_they_are_alone(nlp: Language) -> None:
    def printed(quotes: list[TaggedQuote]) -> list[tuple[str, ...]]:
        return [(words(quote.content), words(quote.cue), words(quote.source)) for quote in quotes]

    texts = [TEXT, "“No,” he said.", "", "The river rose. Officials warned of floods downstream.", "\n\n"]
    docs = list(nlp.pipe(texts))
    together = [printed(quotes) for quotes in tag_quotes(docs)]
    assert together == [printed(tag_quotes([doc])[0]) for doc in docs]
    assert together[2] == together[4] == []


def test_more_documents_than_fit_into_a_batch_keep_their_quotations(
    nlp: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs = list(nlp.pipe([TEXT, "", "Officials warned of floods.", TEXT, "“No,” he said."]))
    together = [[words(q.content) for q in quotes] for quotes in tag_quotes(docs)]
    monkeypatch.setattr(tagger, "BATCH_WORDS", 70)  # tokens: the first three, the last two
    assert [[words(q.content) for q in quotes] for quotes in tag_quotes(docs)] == together
    assert together[0] == together[3] != together[2]


def test_vectors_of_another_width_count_as_none() -> None:
    weights = tagger.shipped_network().weights
    assert not project_vectors(np.ones((3, 5)), weights["vector_projection"]).any()
    assert project_vectors(np.ones((3, 300)), weights["vector_projection"])[:-1].any()


def test_a_text_longer_than_a_batch_is_tagged_in_pieces(
    nlp: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    doc = nlp("\n\n".join([TEXT] * 12))
    whole = tag_quotes([doc])[0]
    monkeypatch.setattr(lstm, "BATCH_WORDS", 300)
    assert [words(q.content) for q in tag_quotes([doc])[0]] == [words(q.content) for q in whole]


def test_no_documents_and_unparsed_documents_give_what_they_can() -> None:
    assert tag_quotes([]) == []
    doc = Doc(Vocab(), words=["“", "Rain", "”"])
    assert isinstance(tag_quotes([doc])[0], list)


@given(st.text(alphabet="ab .,“”\"'‘’\n«»`:—", max_size=80))
def test_no_run_of_marks_raises(nlp: Language, text: str) -> None:
    doc = nlp.make_doc(text)
    assert isinstance(tag_quotes([doc])[0], list)
