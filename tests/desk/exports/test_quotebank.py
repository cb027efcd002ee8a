"""Quotebank's lines: each distinct quotation once, by the fields of its documentation."""

import re
from dataclasses import replace
from typing import Any

import pytest
from layered_by_hand import articles, layered

from pipeline.desk.exports.layered import LayeredArticle, layered_articles
from pipeline.desk.exports.quotebank import quotebank_lines
from pipeline.load import load
from pipeline.store import Store

FIELDS = ["quoteID", "quotation", "speaker", "qids", "date", "numOccurrences", "probas", "urls", "phase"]


def saying(
    content: str, name: str = "a2", *, speaker: str | None = "Mara Lindqvist", **row: Any
) -> LayeredArticle:
    """The article with one direct quotation."""
    found = layered(article_id=name, url=f"https://ledger.example/{name}", **row)
    quote = found.quotes[1] | {"content": content, "speaker_name": speaker}
    return replace(found, quotes=[quote if speaker else quote | {"speaker_entity_id": None}])


def test_a_line_has_the_documented_fields() -> None:
    [line] = quotebank_lines(articles())
    assert list(line) == FIELDS
    assert line == {
        "quoteID": "2026-03-02-000000",
        "quotation": "It was warned 🌊 ... twice",
        "speaker": "Mara Lindqvist",
        "qids": ["Q1"],
        "date": "2026-03-02 08:15:00",
        "numOccurrences": 1,
        "probas": [["Mara Lindqvist", "0.8000"], ["None", "0.2000"]],
        "urls": ["https://ledger.example/a1"],
        "phase": "E",
    }


@pytest.mark.parametrize("other", ["we will not sail", "We will not sail!", "“We  will\nnot sail,”"])
def test_case_marks_and_blanks_make_no_other_quotation(other: str) -> None:
    [line] = quotebank_lines(articles(saying("We will not sail."), saying(other, "a3")))
    assert line["numOccurrences"] == 2
    assert line["quotation"] == max("We will not sail.", other, key=lambda text: (len(text), text))
    assert line["urls"] == ["https://ledger.example/a2", "https://ledger.example/a3"]


def test_speakers_are_weighed_over_all_occurrences() -> None:
    given = [
        saying("It sank.", "a2"),
        saying("It sank", "a3", speaker=None),
        saying("it sank", "a4", speaker=None),
    ]
    [line] = quotebank_lines(articles(*given))
    assert line["probas"] == [["None", "0.7333"], ["Mara Lindqvist", "0.2667"]]
    assert (line["speaker"], line["qids"]) == ("None", [])


def test_numbers_count_within_a_date_whatever_the_order() -> None:
    given = [saying("One."), saying("Two.", "a3"), saying("Three.", "a4", published_at=None)]
    lines = list(quotebank_lines(articles(*given)))
    assert [line["quoteID"] for line in lines] == [
        "2026-03-02-000000",
        "2026-03-02-000001",
        "2026-03-02-000002",
    ]
    assert [line["date"][11:] for line in lines] == ["00:00:00", "08:15:00", "08:15:00"]
    assert lines == list(quotebank_lines(articles(*reversed(given))))


def test_the_sample_counts_each_direct_quotation(sample: Store) -> None:
    lines = list(quotebank_lines(layered_articles(data_dir=sample.root)))
    assert sum(line["numOccurrences"] for line in lines) == len(
        load("quotes", where={"kind": "direct"}, data_dir=sample.root)
    )
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d-\d{6}", line["quoteID"]) for line in lines)
    assert len({line["quoteID"] for line in lines}) == len(lines)
    assert all(abs(sum(float(p) for _, p in line["probas"]) - 1) < 0.01 for line in lines)
