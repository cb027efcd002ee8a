"""A DocBin, read back by spaCy: the stored text, and spans that stand where the rows say."""

import io
from collections.abc import Iterator

import pytest
import spacy
from layered_by_hand import TEXT, articles
from spacy.tokens import Doc, DocBin

from pipeline.desk.exports.docbin import write_docbin
from pipeline.desk.exports.layered import LayeredArticle, layered_articles
from pipeline.store import Store


def docs_of(given: Iterator[LayeredArticle]) -> list[Doc]:
    to = io.BytesIO()
    n = write_docbin(given, to)
    docs = list(DocBin().from_bytes(to.getvalue()).get_docs(spacy.blank("en").vocab))
    assert len(docs) == n
    return docs


def test_spans_and_names_come_back() -> None:
    [doc] = docs_of(articles())
    assert doc.text == TEXT
    assert [(e.text, e.label_, e.kb_id_, e.id_) for e in doc.ents] == [
        ("Mara Lindqvist", "PERSON", "Q1", "e-mara"),
        ("Ægir Board", "ORG", "", "e-board"),
    ]
    assert [(s.text, s.label_, s.id_, s.kb_id_) for s in doc.spans["quotes"]] == [
        ("The ferry 😀 “must\nnot sail\ttoday", "mixed", "q1", "e-mara"),
        ("It was warned 🌊", "direct", "q2", "e-mara"),
        ("twice", "direct", "q2", "e-mara"),
        ("“a letter” had come", "indirect", "q3", ""),
    ]
    assert [s.text for s in doc.spans["mentions"]] == ["Mara Lindqvist", "she", "Ægir Board"]
    assert [s.label_ for s in doc.spans["claims"]] == ["attributed", "attributed", "outlet"]
    assert doc.user_data["url"] == "https://ledger.example/a1"
    assert doc.user_data["day"] == "2026-03-02"


@pytest.fixture(scope="module")
def read_back(sample: Store) -> list[tuple[LayeredArticle, Doc]]:
    given = list(layered_articles(data_dir=sample.root))
    return list(zip(given, docs_of(iter(given)), strict=True))


def test_every_row_of_the_sample_comes_back(read_back: list[tuple[LayeredArticle, Doc]]) -> None:
    for found, doc in read_back:
        assert doc.text == found.text
        quoted = [(s["start_char"], s["end_char"]) for q in found.quotes for s in q["content_spans"]]
        assert [(s.start_char, s.end_char) for s in doc.spans["quotes"]] == quoted
        for name, rows in (("mentions", found.mentions), ("claims", found.claims)):
            spans = [(s.start_char, s.end_char) for s in doc.spans[name]]
            assert spans == [(row["start_char"], row["end_char"]) for row in rows]
        assert len(doc.ents) == sum(mention["kind"] == "name" for mention in found.mentions)


def test_tokens_are_spacys_but_where_something_begins_or_ends(
    read_back: list[tuple[LayeredArticle, Doc]],
) -> None:
    nlp = spacy.blank("en")
    more = [len(doc) - len(nlp.make_doc(found.text)) for found, doc in read_back]
    assert 0 <= min(more) <= max(more) < 10
