"""No text raises, and what comes out keeps the contract of the tables."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.children.guard import Failure
from pipeline.components.layers import Quotation
from pipeline.components.quotes import find_quotes
from pipeline.extract import annotate as annotating
from pipeline.extract.annotate import extracted
from pipeline.extract.article import ArticleText
from pipeline.stages.audits import offsets, references
from schemas import TABLES
from schemas import Article as ArticleRow
from schemas.contract import violations
from schemas.table import to_arrow

PHRASES = """
Mara Lindqvist|she|said|that|according to|the Treasury chief|told|Reuters|IMF|(IMF)|allegedly|12%|$3 million
on Wednesday|Norway|Mr|O'Hara|denied|it|was|"|“|”|‘|’|'|``|''|«|»|,|.|?|:|—|\u200b|é
"""
WORDS = st.sampled_from([*PHRASES.strip().replace("\n", "|").split("|"), "\n", "\n\n"])
TEXTS = st.one_of(
    st.lists(WORDS, max_size=40).map(" ".join),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=200),
)


def tables_of(nlp: Language, text: str, **values: object) -> dict[str, pa.Table]:
    article = ArticleText(article_id="a1", record_ref="x#1", text=text, **values)  # type: ignore[arg-type]
    tables = extracted([[(nlp(text), article)]], timeout_s=60.0)
    row = ArticleRow(
        article_id="a1",
        source="",
        language="en",
        text=text,
        text_sha256="",
        n_chars=len(text),
        n_words=0,
        record_ref="x#1",
    )
    return tables | {"articles": to_arrow([row], ArticleRow)}


@pytest.mark.model
@settings(max_examples=150)
@given(text=TEXTS)
def test_no_text_raises_and_every_row_keeps_its_contract(nlp: Language, text: str) -> None:
    tables = tables_of(nlp, text, title=text[:50], published_at=datetime(2026, 3, 4, tzinfo=UTC))
    assert tables["rejects"].to_pylist() == []
    for name, table in tables.items():
        assert violations(table, TABLES[name]) == []
    assert [*references(tables), *offsets(tables)] == []


@pytest.mark.model
def test_spans_of_quotations_are_the_text_at_their_offsets(nlp: Language) -> None:
    text = '"We are done," Mara Lindqvist said, "and we leave." She told Norway\'s NRK that it had lied.'
    rows = tables_of(nlp, text)["quotes"].to_pylist()
    assert rows
    for row in rows:
        parts = [text[s["start_char"] : s["end_char"]] for s in row["content_spans"]]
        assert row["content"] == " ... ".join(parts)
        if row["speaker"]:
            assert row["speaker"] in text
    assert "Mara Lindqvist" in {row["speaker_name"] for row in rows}


@pytest.mark.model
@pytest.mark.parametrize(
    ("published", "offset", "precision", "today"),
    [
        (datetime(2026, 3, 4, 2, 30, tzinfo=UTC), -300, "second", 3),  # in the evening, in New York
        (datetime(2026, 3, 3, 22, 15, tzinfo=UTC), 540, "minute", 4),  # in the morning, in Tokyo
        (datetime(2026, 3, 4, 2, 30, tzinfo=UTC), 0, "second", 4),
        (datetime(2026, 3, 4, 2, 30, tzinfo=UTC), None, "second", 4),
        (datetime(2026, 3, 1, tzinfo=UTC), None, "month", None),
    ],
)
def test_today_is_the_day_where_it_was_published(
    nlp: Language, published: datetime, offset: int | None, precision: str, today: int | None
) -> None:
    text = "The ferry sank today. The crew left the harbour yesterday. The council meets tomorrow."
    rows = tables_of(
        nlp, text, published_at=published, published_at_offset=offset, published_at_precision=precision
    )["claims"].to_pylist()
    days = [d["start"].day if d["start"] else None for row in rows for d in row["dates"]]
    assert days == ([today, today - 1, today + 1] if today else [None, None, None])


@pytest.mark.model
def test_an_article_that_raises_is_a_reject_and_stops_no_other(
    nlp: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    def poisoned(doc: Doc, **options: Any) -> Iterator[Quotation]:
        if "poison" in doc.text:
            raise RuntimeError("as bad as it gets")
        return find_quotes(doc, **options)

    monkeypatch.setattr(annotating, "find_quotes", poisoned)
    articles = [
        ArticleText(article_id=t, record_ref=f"x#{t}", text=t) for t in ("Ann said no.", "poison", "Bo ran.")
    ]
    pairs = [(nlp(a.text), a) for a in articles] + [
        (Failure("timeout", "too slow"), ArticleText(article_id="d", record_ref="x#d", text=""))
    ]
    rejects = extracted([pairs], timeout_s=60.0)["rejects"].to_pylist()
    assert [(r["article_id"], r["reason"], r["stage"]) for r in rejects] == [
        ("poison", "extraction_error", "extract"),
        ("d", "timeout", "parse"),
    ]
    assert "as bad as it gets" in rejects[0]["detail"]
