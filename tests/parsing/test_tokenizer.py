"""Texts are read before they are split, and a Doc knows the way back."""

import pickle
from typing import Any

import pytest
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.extract.annotate import found_rows
from pipeline.extract.article import ArticleText
from pipeline.nlp import load_nlp
from pipeline.parsing.bins import bins_to_docs, docs_to_bins
from pipeline.parsing.tokenizer import stored_range, stored_text

DIRTY = [
    "Karin Vogt, who leads the board of South\u00a0\u00a0Talvia, said\non Monday that the old wall would be\n"
    "taken down in May.Divers had found cracks in it.\n\nPhoto: Ann Moll/Delta Press\n\n“We have no choice,”"
    "Vogt said.\u200b Ole Brandt,mayor of Brenn, disagreed.",
    'The mayor said,"We will rebuild the pier."It fell in 2019.\\n\\nAnn Moll denied it.\\n\\nSo did he.',
    "Share on Facebook Tweet Post to Reddit\nFacebook said on Friday it had removed vot\u00aders’ posts.",
]


@pytest.fixture(scope="module")
def reading_nlp() -> Language:
    return load_nlp()


def rows_of(doc: Doc, text: str) -> list[tuple[int, int, str]]:
    rows = found_rows(doc, ArticleText("a", "a", text))
    mentions = [(row.start_char, row.end_char, row.text) for row in rows.mentions]
    return mentions + [(row.start_char, row.end_char, row.text) for row in rows.claims]


@pytest.mark.parametrize("text", DIRTY)
def test_rows_have_the_offsets_and_the_words_of_the_stored_text(reading_nlp: Language, text: str) -> None:
    doc = reading_nlp(text)
    assert doc.text != text
    assert stored_text(doc) == text
    printed = rows_of(doc, text)
    assert printed
    assert all(text[start:end] == words for start, end, words in printed)
    for quote in found_rows(doc, ArticleText("a", "a", text)).quotes:
        spans = (*quote.content_spans, *quote.cue_spans, *quote.speaker_spans)
        assert all(0 <= span.start_char < span.end_char <= len(text) for span in spans)
        assert quote.content == " ... ".join(text[s.start_char : s.end_char] for s in quote.content_spans)


def test_bins_and_bytes_keep_the_way_back(reading_nlp: Language) -> None:
    docs = [reading_nlp(text) for text in (*DIRTY, "Rain fell.")]
    expected = [rows_of(doc, stored_text(doc)) for doc in docs]
    back = list(bins_to_docs(docs_to_bins(docs), reading_nlp.vocab))
    assert [stored_text(doc) for doc in back] == [*DIRTY, "Rain fell."]
    assert [rows_of(doc, stored_text(doc)) for doc in back] == expected
    copies = [Doc(reading_nlp.vocab).from_bytes(doc.to_bytes()) for doc in docs]
    assert [rows_of(doc, stored_text(doc)) for doc in copies] == expected


def test_no_sentence_crosses_a_line(reading_nlp: Language) -> None:
    text = "Repairs cannot wait\nThe wall lost a third\nof its stones and the board\n\nHome\n\nmet on Monday."
    doc = reading_nlp(text)
    sentences = [sentence.text.strip() for sentence in doc.sents if sentence.text.strip()]
    assert sentences[0] == "Repairs cannot wait"
    assert all("\n" not in sentence for sentence in sentences)


def test_a_span_of_a_doc_leads_to_the_stored_text(reading_nlp: Language) -> None:
    text = "Voters left.When\u00a0 Orla\u00a0Finch came, vot\u00aders cheered."
    doc = reading_nlp(text)
    places = {span.text: stored_range(span) for span in (doc[i : i + 1] for i in range(len(doc)))}
    assert text[slice(*places["Orla"])] == "Orla"
    assert text[slice(*places["voters"])] == "vot\u00aders"
    assert stored_range(reading_nlp("Rain fell.")[0:1]) == (0, 4)


def test_the_tokenizer_can_be_sent_to_other_processes_and_be_changed(reading_nlp: Language) -> None:
    tokenizer: Any = reading_nlp.tokenizer
    copy = pickle.loads(pickle.dumps(tokenizer))
    assert [token.text for token in copy(DIRTY[0])] == [token.text for token in tokenizer(DIRTY[0])]
    assert copy.explain("Rain fell.") == tokenizer.explain("Rain fell.")


@pytest.mark.parametrize(
    "debris",
    [
        "Read more: Ole Brandt says the pier is lost",
        "Rolf Anders said that the wall fell in May. (Ann Moll/Delta Press)",
        "Sign up for our newsletter: Karin Vogt writes that the board has failed.",
    ],
)
def test_debris_gives_names_and_nothing_else(reading_nlp: Language, debris: str) -> None:
    text = f"The board met in Hessle on Monday.\n\n{debris}\n\nIt will meet again in June."
    rows = found_rows(reading_nlp(text), ArticleText("a", "a", text))
    start, end = text.index(debris), text.index(debris) + len(debris)
    assert any(start <= row.start_char < end for row in rows.mentions)
    assert not any(start <= row.start_char < end for row in rows.claims)
    assert not any(start <= row.start_char < end for row in rows.quotes)
    assert any(row.start_char < start for row in rows.claims)


def test_names_of_networks_in_a_text_of_one_line_leave_the_others(reading_nlp: Language) -> None:
    text = (
        "Facebook said that Karin Vogt had paid for posts. Twitter denied it. Ole Brandt, mayor of Oslo, told"
        " YouTube and Reddit that Norway would ask the European Commission."
    )
    rows = found_rows(reading_nlp(text), ArticleText("a", "a", text))
    assert {"Karin Vogt", "Ole Brandt", "Norway"} <= {row.text for row in rows.mentions}


@pytest.mark.parametrize(
    "text",
    [
        "It's late. They'll close the quay, won't they? “She didn’t say,” he said—twice.",
        "Mr. Holm can't; the U.S. won't. He's off at 6p.m. :-) The quay's lost, isn't it?",
        "can't\n\nRead (more...) at example.org/quay?a=1, or don't. 5km/h, 10%, $4m, 1,000-odd",
    ],
)
def test_words_shown_by_themselves_are_split_as_in_their_text(reading_nlp: Language, text: str) -> None:
    reading: Any = pickle.loads(pickle.dumps(reading_nlp.tokenizer))
    plain: Any = pickle.loads(pickle.dumps(reading.tokenizer))
    expected = [(token.text, token.norm_, token.whitespace_) for token in plain(text)]
    for _ in range(3):
        doc = reading(text)
        assert doc.text == text
        assert [(token.text, token.norm_, token.whitespace_) for token in doc] == expected
    assert reading._known == set(text.split())


def test_within_a_memory_zone_no_word_is_taken_for_known(reading_nlp: Language) -> None:
    reading: Any = pickle.loads(pickle.dumps(reading_nlp.tokenizer))
    with reading.tokenizer.vocab.memory_zone():
        assert len(reading("It's the last quay.")) == 6
    assert not reading._known
