"""One set of aliases for all layouts: each layout with a record of its own."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.fields import aliases, read_dates, read_fields

URL = "https://herald.example/2026/03/ferry"
TEXT = "The ferry will not sail before the summer."

LAYOUTS: dict[str, dict[str, Any]] = {
    "our own": {
        "article_id": "a1",
        "url": URL,
        "title": "T",
        "text": TEXT,
        "source": "Herald",
        "published_at": "2026-03-01",
        "language": "en",
        "authors": ["Ann Pell"],
    },
    "cc_news": {
        "title": "T",
        "text": TEXT,
        "domain": "herald.example",
        "date": "2026-03-01 10:00:00",
        "description": "S",
        "url": URL,
        "image_url": "https://herald.example/i.jpg",
    },
    "news_please": {
        "title": "T",
        "maintext": TEXT,
        "source_domain": "herald.example",
        "authors": ["Ann Pell"],
        "date_publish": "2026-03-01",
        "date_modify": "2026-03-02",
        "date_download": "2026-03-05",
        "language": "en",
        "description": "S",
        "url": URL,
        "filename": "x.json",
    },
    "realnews": {
        "title": "T",
        "text": TEXT,
        "domain": "herald.example",
        "authors": ["Ann Pell"],
        "publish_date": "03-01-2026",
        "warc_date": "2026-03-05",
        "summary": "S",
        "url": URL,
        "split": "train",
    },
    "all_the_news_v1": {
        "": 0,
        "id": 17,
        "title": "T",
        "publication": "Herald",
        "author": "Ann Pell",
        "date": "2026-03-01",
        "year": 2026.0,
        "month": 3.0,
        "url": URL,
        "content": TEXT,
    },
    "all_the_news_v2": {
        "date": "2026-03-01",
        "author": "Ann Pell",
        "title": "T",
        "article": TEXT,
        "url": URL,
        "section": "Harbour",
        "publication": "Herald",
    },
    "nela_gt": {
        "id": "n1",
        "date": "2026-03-01",
        "source": "herald",
        "title": "T",
        "content": TEXT,
        "author": "Ann Pell",
        "url": URL,
        "published": "Sun, 01 Mar 2026",
        "published_utc": 1772323200,
        "collection_utc": 1772755200,
    },
    "signal_1m": {
        "id": "s1",
        "content": TEXT,
        "title": "T",
        "media-type": "News",
        "source": "Herald",
        "published": "2026-03-01T00:00:00Z",
    },
    "webz": {
        "uuid": "w1",
        "url": URL,
        "title": "T",
        "text": TEXT,
        "author": "Ann Pell",
        "published": "2026-03-01T12:00:00.000+02:00",
        "crawled": "2026-03-05T00:00:00.000+02:00",
        "language": "english",
        "thread": {"site": "herald.example", "section_title": "Harbour"},
    },
    "event_registry": {
        "uri": "8123",
        "url": URL,
        "title": "T",
        "body": TEXT,
        "lang": "eng",
        "source": {"uri": "herald.example", "title": "Herald"},
        "authors": [{"name": "Ann Pell"}],
        "date": "2026-03-02",
        "time": "01:00:00",
        "dateTime": "2026-03-02T01:00:00Z",
        "dateTimePub": "2026-03-01T10:00:00Z",
        "isDuplicate": False,
    },
    "mediacloud": {
        "id": "m1",
        "url": URL,
        "article_title": "T",
        "canonical_domain": "herald.example",
        "publication_date": "2026-03-01",
        "indexed_date": "2026-03-05T01:02:03",
        "language": "en",
        "text_content": TEXT,
    },
    "newsapi": {
        "source": {"id": None, "name": "Herald"},
        "author": "Ann Pell",
        "title": "T",
        "description": "S",
        "url": URL,
        "publishedAt": "2026-03-01T10:00:00Z",
        "content": TEXT,
    },
    "guardian": {
        "id": "harbour/2026/mar/01/ferry",
        "webUrl": URL,
        "webTitle": "T",
        "sectionName": "Harbour",
        "webPublicationDate": "2026-03-01T10:00:00Z",
        "fields": {"bodyText": TEXT, "body": f"<p>{TEXT}</p>", "byline": "Ann Pell"},
    },
    "newspaper4k": {
        "url": URL,
        "title": "T",
        "authors": ["Ann Pell"],
        "publish_date": "2026-03-01 10:00:00",
        "meta_lang": "en",
        "meta_site_name": "Herald",
        "text": TEXT,
        "meta_description": "S",
        "canonical_link": URL,
    },
    "newspaper3k": {
        "url": "herald.example/2026/03/ferry",
        "canonical_link": URL,
        "text": TEXT,
        "title": "T",
        "authors": ["Ann Pell"],
        "publish_date": 1772359200.0,
        "source": "https://herald.example",
    },
    "trafilatura": {
        "title": "T",
        "author": "Ann Pell; Bo Tarn",
        "hostname": "herald.example",
        "date": "2026-03-01",
        "fingerprint": "f1",
        "id": None,
        "source": URL,
        "source-hostname": "Herald",
        "raw_text": TEXT,
        "text": TEXT,
        "excerpt": "S",
        "language": "en",
        "filedate": "2026-03-05",
    },
    "fundus": {
        "title": "T",
        "authors": ["Ann Pell"],
        "publishing_date": "2026-03-01 10:00:00+01:00",
        "publisher": "Herald",
        "free_access": True,
        "html": {"requested_url": URL, "responded_url": URL, "crawl_date": "2026-03-05 01:02:03"},
        "body": {"summary": [], "sections": [{"headline": [], "paragraphs": [TEXT]}]},
    },
    "schema_org": {
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@id": URL},
        "headline": "T",
        "author": [{"@type": "Person", "name": "Ann Pell"}],
        "datePublished": "2026-03-01",
        "inLanguage": "en-GB",
        "articleBody": TEXT,
        "publisher": {"name": "Herald"},
    },
    "ninjs_1": {
        "uri": "urn:x:1",
        "url": URL,
        "headline": "T",
        "body_text": TEXT,
        "firstcreated": "2026-03-01",
        "versioncreated": "2026-03-02",
        "language": "en",
        "byline": "By Ann Pell",
        "source": "Herald",
    },
    "ninjs_2": {
        "uri": "urn:x:1",
        "url": URL,
        "headlines": [{"value": "T"}],
        "bodies": [{"value": TEXT}],
        "firstCreated": "2026-03-01",
        "language": "en",
        "by": "Ann Pell",
        "infosources": [{"name": "Herald"}],
    },
    "mongodb": {
        "_id": {"$oid": "5f"},
        "url": URL,
        "title": "T",
        "body": TEXT,
        "outlet": "Herald",
        "publishedAt": {"$date": 1772359200000},
        "authors": "['Ann Pell', 'Bo Tarn']",
    },
    "wordpress": {
        "id": 9,
        "link": URL,
        "date_gmt": "2026-03-01T10:00:00",
        "title": {"rendered": "T"},
        "content": {"rendered": f"<p>{TEXT}</p>"},
    },
    "json_feed": {
        "id": "f",
        "url": URL,
        "title": "T",
        "content_text": TEXT,
        "date_published": "2026-03-01",
        "authors": [{"name": "Ann Pell"}],
    },
    "csv header": {
        "Article ID": 1,
        "URL": URL,
        "Headline": "T",
        "Full Text": TEXT,
        "Newspaper": "Herald",
        "Publication Date": "2026-03-01",
        "Byline": "Ann Pell",
    },
    "feedparser": {
        "id": URL,
        "link": URL,
        "title": "T",
        "published": "Sun, 01 Mar 2026 10:00:00 GMT",
        "content": [{"value": TEXT}],
        "author": "Ann Pell",
        "summary": "S",
    },
    "gdelt_doc": {
        "url": URL,
        "title": "T",
        "seendate": "20260305T010203Z",
        "domain": "herald.example",
        "language": "English",
        "sourcecountry": "Exampleland",
    },
    "meltwater": {
        "id": "mw",
        "url": URL,
        "title": "T",
        "published_date": "2026-03-01T10:00:00",
        "indexed_date": "2026-03-05",
        "source_name": "Herald",
        "content": {"body": TEXT},
    },
}

NO_BODY = {"gdelt_doc"}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout(layout: str) -> None:
    fields = read_fields(LAYOUTS[layout])
    assert fields.title == "T"
    assert fields.url == (None if layout == "signal_1m" else URL)
    if layout == "wordpress":
        assert fields.html == f"<p>{TEXT}</p>"
    else:
        assert fields.text == (None if layout in NO_BODY else TEXT)
    if layout != "gdelt_doc":  # it says when it saw the page, not when that was published
        assert fields.published
    if layout not in ("wordpress", "json_feed", "feedparser", "newspaper3k", "guardian"):
        assert fields.source and fields.source.lower() in ("herald", "herald.example")
    if any(key in str(LAYOUTS[layout]) for key in ("Ann Pell",)):
        assert fields.authors[0] == "Ann Pell"


@pytest.mark.parametrize(
    "meta", [{"pubdate": "2026-03-01T10:00:00Z"}, {"article": {"published_time": "2026-03-01T10:00:00Z"}}]
)
def test_a_date_that_only_the_page_s_metadata_have(meta: dict[str, Any]) -> None:
    record = LAYOUTS["newspaper3k"] | {"publish_date": None, "meta_data": meta | {"og": {"type": "article"}}}
    assert read_fields(record).published == ("2026-03-01T10:00:00Z",)
    assert read_dates(record).published == ("2026-03-01T10:00:00Z",)


def test_likeliest_date_first_and_never_the_time_of_fetching() -> None:
    fields = read_fields(LAYOUTS["event_registry"])
    assert fields.published[0] == "2026-03-01T10:00:00Z"
    fields = read_fields(LAYOUTS["webz"])
    assert fields.published == ("2026-03-01T12:00:00.000+02:00",)
    assert fields.fetched == "2026-03-05T00:00:00.000+02:00"
    assert read_fields({"crawled": "2026-03-05", "date_download": "2026-03-05"}).published == ()


def test_a_list_of_paragraphs_is_a_text() -> None:
    assert read_fields({"text": ["One.", "", "Two."]}).text == "One.\n\nTwo."


def test_several_authors_however_written() -> None:
    for value in (
        ["Ann Pell", "Bo Tarn"],
        "Ann Pell and Bo Tarn",
        "By Ann Pell; Bo Tarn",
        "['Ann Pell', 'Bo Tarn']",
        '["Ann Pell", "Bo Tarn"]',
        [{"name": "Ann Pell"}, {"name": "Bo Tarn"}],
    ):
        assert read_fields({"author": value}).authors == ("Ann Pell", "Bo Tarn")


def test_empty_values_and_nan_are_passed_over() -> None:
    fields = read_fields({"text": "  ", "body": float("nan"), "content": TEXT, "title": "", "headline": "T"})
    assert (fields.text, fields.title) == (TEXT, "T")


def test_names_differ_in_case_and_punctuation_only() -> None:
    for name in ("published_at", "publishedAt", "Published At", "PUBLISHED-AT"):
        assert read_fields({name: "2026-03-01"}).published == ("2026-03-01",)


def test_no_alias_stands_for_publication_and_for_fetching() -> None:
    both = aliases()
    assert not set(both["published_at"]) & set(both["fetched_at"])


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
NAMES = sorted({part for names in aliases().values() for name in names for part in name.split(".")})


@given(st.dictionaries(st.one_of(st.sampled_from(NAMES), st.text(max_size=6)), JSON, max_size=8))
def test_any_object_is_read(record: dict[str, Any]) -> None:
    fields = read_fields(record)
    assert fields.text is None or fields.text.strip()
    assert all(isinstance(name, str) and name for name in fields.authors)
