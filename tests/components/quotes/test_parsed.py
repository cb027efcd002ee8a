"""A document as the rules for quotations read it: its marks, its sentence ends, the tokens of contents."""

import pytest
from docs_by_hand import build

from pipeline.components.doc.columns import read_columns
from pipeline.components.quotes.parsed import MARKS, SENTENCE_END, Parse, Range, tokens_of

TEXTS = (
    "“ It rained , ” Ana Colvey said . “ Nobody came . ”",
    "Dorn left .\n\n'' We stay , '' said Leo . Why ?",
    "no mark and no stop stands here",
)


@pytest.mark.parametrize("text", TEXTS)
def test_marks_and_stops_of_a_range_are_those_that_a_walk_over_it_meets(text: str) -> None:
    doc = build(text)
    for token in doc:
        token.tag_ = "." if token.text in SENTENCE_END else "NN"
    parse = Parse(read_columns(doc))
    for start in range(len(doc)):
        for end in range(start, len(doc) + 1):
            assert parse.marks_in(start, end) == [t for t in range(start, end) if doc[t].text in MARKS]
            stops = [t for t in range(start, end) if doc[t].text in SENTENCE_END]
            assert parse.stops_in(start, end) == stops


@pytest.mark.parametrize("text", [*TEXTS, "Dorn ’s “ tide ” came early ."])
def test_the_text_of_the_columns_is_that_of_the_document(text: str) -> None:
    doc = build(text)
    assert read_columns(doc).text == doc.text


@pytest.mark.parametrize("content", [[(2, 5)], [(0, 2), (4, 6)], [(7, 9), (1, 3)]])
def test_tokens_of_ranges_come_in_order_and_each_is_among_them(content: list[Range]) -> None:
    tokens = tokens_of(content)
    expected = sorted(t for start, end in content for t in range(start, end))
    assert [*tokens] == expected
    assert [t for t in range(10) if t in tokens] == expected
