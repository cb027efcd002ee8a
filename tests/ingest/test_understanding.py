"""Whatever a record holds, it is understood or is a fault; its body is plain text; lengths are bounded."""

import gc
import json
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.clean import clean_text
from pipeline.ingest.fields import read_fields
from pipeline.ingest.formats.jsonl import parse_object
from pipeline.ingest.formats.warc import decode_page
from pipeline.ingest.language import normalize_language
from pipeline.ingest.moments import parse_moment
from pipeline.ingest.pages.dates import page_date
from pipeline.ingest.pages.html import html_to_text
from pipeline.ingest.pages.plain import plain_text
from pipeline.ingest.record import RawRecord
from pipeline.ingest.understanding import understand
from pipeline.ingest.urls import canonical_url

WORDS = "The lighthouse on the northern pier was sold to a brewer, who wants to keep the lamp lit."


def understood(data: Any) -> Any:
    return understand(RawRecord("2026-03-02/a.jsonl", 1, 1, data))


def deep(n: int) -> Any:
    value: Any = "x"
    for _ in range(n):
        value = [value]
    return value


@pytest.mark.parametrize(
    "data",
    [
        {"text": deep(900)},
        {"authors": deep(5000)},
        {"date": deep(400), "text": WORDS},
        {"source": {"name": deep(300)}},
        {"title": "half \ud83d", "text": WORDS, "source": "\udc00", "url": "https://a\ud800.example/b"},
        {"html": "<html>\ud800<body>" + "<div>" * 4000, "url": "https://a.example/b"},
        {"id": 10**5000, "text": WORDS, "published_at": 10**400},
        {"published_at": float("inf"), "fetched_at": float("-inf"), "text": WORDS},
        {"published_at": [[[[]]]], "url": {"href": [None, True]}, "authors": {"name": {"name": {}}}},
        {"url": "https://[::1", "source": {"uri": "http://[bad"}, "text": WORDS},
        {"": "", "\ud800": WORDS},
        {},
    ],
    ids=range(12),
)
def test_a_poisoned_record_is_understood_or_a_fault(data: dict[str, Any]) -> None:
    made = understood(data)
    if made.record.fault is None:
        assert made.fields is not None and made.placement is not None
        shown = [getattr(made.fields, name) for name in ("id", "url", "source", "title", "text")]
        json.dumps(shown, ensure_ascii=False).encode()
    else:
        assert made.fields is None and made.placement is None and made.record.data is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda v: st.lists(v) | st.dictionaries(st.text(), v),
    max_leaves=20,
)
NAMES = st.sampled_from(
    ["url", "text", "title", "source", "authors", "published_at", "fetched_at", "html", "id", "body", "meta"]
)


@given(st.dictionaries(NAMES, JSON | st.text(st.characters())))
def test_any_record_is_understood_or_a_fault(data: dict[str, Any]) -> None:
    made = understood(data)
    assert (made.fields is None) == (made.record.fault is not None)


def test_what_a_line_holds_can_be_written_again() -> None:
    for text in ('{"source": "A \\ud83d", "text": "b"}', '{"a\\udfff": ["\\ud800"]}'):
        data, fault = parse_object(text.encode())
        assert fault is None
        json.dumps(data, ensure_ascii=False).encode()


def test_lengths_are_bounded() -> None:
    long = "https://a.example/" + "x" * 900_000
    fields = read_fields(
        {
            "url": long,
            "link": "https://a.example/b",
            "source": "s" * 5000,
            "publisher": "Herald",
            "title": "t" * 50_000,
            "id": "i" * 90_000,
            "text": WORDS,
        }
    )
    assert fields.url == "https://a.example/b" and fields.source == "Herald" and fields.id is None
    assert fields.title and len(fields.title) == 2000
    assert read_fields({"url": long, "text": WORDS}).url is None


# ---- bodies ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two &lt;b&gt;bold&lt;/b&gt;.&lt;/p&gt;", "One.\n\nTwo bold."),
        (
            "&amp;lt;div&amp;gt;One.&amp;lt;/div&amp;gt;&amp;lt;div&amp;gt;Two.&amp;lt;/div&amp;gt;",
            "One.\n\nTwo.",
        ),
        ("One.<br />Two.", "One.\n\nTwo."),
        ("One.<BR>“Two.”<BR>Three", "One.\n\n“Two.”\n\nThree"),
        ("12 Pier Road<br>Orrin<br>is where it was.", "12 Pier Road\nOrrin\nis where it was."),
        ("<p>One.<br>Two.</p><p>Three.</p>", "One.\nTwo.\n\nThree."),
        ("&#60;p&#62;One.&#60;/p&#62;&#60;p&#62;Two.&#60;/p&#62;", "One.\n\nTwo."),
        ("&#x3C;div&#x3E;One.&#x3C;/div&#x3E;&#x3c;div&#x3e;Two.&#x3c;/div&#x3e;", "One.\n\nTwo."),
        ("&amp;#60;p&amp;#62;One.&amp;#60;/p&amp;#62;&amp;#60;p&amp;#62;Two.", "One.\n\nTwo."),
        ("<![CDATA[<p>One.</p><p>Two.</p>]]>", "One.\n\nTwo."),
        (
            r"\u003cp\u003eOne \u0026 two.\u003c/p\u003e\u003cp\u003eThree.\u003c/p\u003e",
            "One & two.\n\nThree.",
        ),
        (r"\u003cp class=\"a\"\u003eOne.\u003c\/p\u003e\u003cp\u003eTwo.", "One.\n\nTwo."),
        (r"One.\\n\\n“Two,” he said.\\nThree.", "One.\n\n“Two,” he said.\nThree."),
        (r"The lamp\nof Orrin\nis lit,\nat C:\news\new.", "The lamp\nof Orrin\nis lit,\nat C:\\news\\new."),
        (r"One.\xa0It\u2019s dark.\n\nTwo.", "One.\xa0It’s dark.\n\nTwo."),
        ("One._x000D_\n_x000D_\nTwo.", "One.\n\nTwo."),
        ("**The lamp is lit again.**\n\nTwo, he said.", "The lamp is lit again.\n\nTwo, he said."),
        ("Of [the brewer][1] and ~~no~~ more.[^2]\n\n[1]: https://b.example/a", "Of the brewer and no more."),
        ("## Sold\n\n```\nlamp\n```\n\nSee <https://b.example/a>.", "Sold\n\nlamp\n\nSee ."),
        ("One.</p>", "One."),
        ("One &lt;br&gt; Two", "One\nTwo"),
        (
            "# Sold\n\nThe *lamp* stays, [the brewer](https://b.example/a) said.",
            "Sold\n\nThe lamp stays, the brewer said.",
        ),
        ("**Sold.** The lamp **stays**.", "Sold. The lamp stays."),
        ('One.\n\n![A lamp](https://b.example/l.jpg "Lamp")\n\nTwo.', "One.\n\nTwo."),
        ("[![A](https://b.example/l.jpg)](https://b.example/x) One.", "One."),
        (
            "Sold\n====\n\n> “It stays,” he said.\n> “Always.”\n\n* * *\n\n**Two.**",
            "Sold\n\n“It stays,” he said.\n“Always.”\n\nTwo.",
        ),
        (
            "## One\n\nText.\n\n## Two\n\n* a point\n* and another",
            "One\n\nText.\n\nTwo\n\n- a point\n- and another",
        ),
        (r"One.\n\nTwo.\nThree.", "One.\n\nTwo.\nThree."),
        (r"One.\r\n\r\n“Two,” he said.\r\n", "One.\n\n“Two,” he said.\n"),
        (r"He said \"no\".\n\nThen \u201cyes\u201d.", 'He said "no".\n\nThen “yes”.'),
        (
            "A first line\\n\\nThe second line\\n\\nand a third",
            "A first line\n\nThe second line\n\nand a third",
        ),
    ],
    ids=range(31),
)
def test_bodies_become_plain_text(text: str, plain: str) -> None:
    assert plain_text(text) == plain
    assert plain_text(plain) == plain


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Lamp &amp; keeper: it&#8217;s <em>dark</em>", "Lamp & keeper: it’s dark"),
        ("&lt;i&gt;The Light&lt;/i&gt; at 90", "The Light at 90"),
        ("<b>Sold</b>", "Sold"),
        ("Shares of <ACME> fall, 3 < 4", "Shares of <ACME> fall, 3 < 4"),
    ],
)
def test_titles_become_plain_text(title: str, plain: str) -> None:
    fields = understand(RawRecord("2026-03-02/a", 1, 9, {"title": title, "text": WORDS})).fields
    assert fields is not None and fields.title == plain


@pytest.mark.parametrize(
    "text",
    [
        "Shares of <ACME> rose by 3 &lt; 4 per cent.",
        "if x < y and a > b: z",
        "The file is in C:\\news\\new, he said.",
        "The path \\\\server\\name was gone.",
        "The #ferry hashtag, and #2 of 3.",
        "It cost 5 * 3 * 2 pounds. *Asterisk* of note.",
        "snake_case_name and __init__ are names.",
        "- He came.\n- He saw.\n- He left.",
        "The note [1] and the clause (2) of it; see [3](4).",
        "He rated it ***, the critic said.",
        "AT&amp;T and R&amp;D",
        "1. One\n2. Two",
        "He said f**k it, and s**t, twice.",
        "He was (sic) [there][again], and it cost ** much.",
        r"The share \\nas\nightly\new and D:\notes\next.",
    ],
)
def test_plain_bodies_stay(text: str) -> None:
    assert plain_text(text) == text


# ---- time ------------------------------------------------------------------------------------------

PAGE = "<!DOCTYPE html><html><body><p>x</p></body></html>"


@pytest.mark.parametrize(
    "unit",
    [
        "a \n",
        " ",
        "\t",
        "\u00a0",
        "\n",
        "a\u0301",
        "\u0301",
        "\u0301\u0323",
        "&#769;",
        "&",
        "<",
        "[x](",
        "*",
        "**a",
        "\\n",
        "> ",
        "# ",
        "`",
        "![",
        "_",
        "<br",
        "&lt;p",
        "(",
        "\u200b",
    ],
)
def test_cleaning_takes_time_by_length_alone(unit: str) -> None:
    text = "a" + (unit * 300_000)[:300_000] + "x"
    start = time.process_time()
    clean_text(plain_text(text))
    assert time.process_time() - start < 5


def test_runs_of_marks_are_bounded() -> None:
    assert clean_text("e" + "\u0301" * 100 + "x")[:1] == "é"
    assert len(clean_text("e" + "\u0323" * 100_000 + "x")) <= 32
    for text in ("Cafe\u0301", "q\u0307\u0323", "vie\u0302\u0323t"):
        assert clean_text(text) == __import__("unicodedata").normalize("NFC", text)


@pytest.mark.parametrize(
    "unit",
    [
        "<meta content " + "a" * 1900 + ">",
        "<meta ",
        '<meta a="',
        "<meta content=a b=c ",
        "<script application/ld+json",
        "<p class=related>",
        "published ",
        "1 March 2026 ",
        "<div class='",
        "<a b=c ",
    ],
)
def test_the_date_of_a_page_takes_time_by_length_alone(unit: str) -> None:
    page = "<html><body>" + (unit * 400_000)[:400_000] + "</body></html>"
    start = time.process_time()
    page_date(page, None)
    assert time.process_time() - start < 15


def test_a_tag_of_very_many_attributes_takes_no_time() -> None:
    start = time.process_time()
    assert "One" in html_to_text("<p " + " ".join(f"a{n}=b" for n in range(120_000)) + ">One</p>")
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "charset",
    [
        "punycode",
        "idna",
        "unicode_escape",
        "raw_unicode_escape",
        "rot13",
        "base64",
        "zip",
        "utf-7",
        "undefined",
        "mbcs",
        "x",
    ],
)
def test_codecs_that_are_no_encodings_of_pages(charset: str) -> None:
    page = f"<html><meta charset={charset}>caf".encode() + b"\xe9-" * 100_000
    start = time.process_time()
    assert "café" in decode_page(page) or "caf" in decode_page(page, charset)
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("windows-1251", "Мост".encode("cp1251"), "Мост"),
        ("Shift_JIS", "日本".encode("cp932"), "日本"),
        ("koi8-r", "Мост".encode("koi8-r"), "Мост"),
        ("ISO-8859-2", "Łódź".encode("iso-8859-2"), "Łódź"),
        ("big5", "新聞".encode("big5"), "新聞"),
        ("EUC-KR", "뉴스".encode("euc-kr"), "뉴스"),
    ],
)
def test_encodings_of_pages(charset: str, data: bytes, text: str) -> None:
    assert text in decode_page(f"<html><meta charset='{charset}'>".encode() + data)
    assert text in decode_page(b"<html>" + data, charset)


# ---- memory ----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda n: {"url": f"https://a.example/{n}/" + "x" * 900_000, "text": WORDS},
        lambda n: {f"name{n}" + "x" * 900_000: 1, "text": WORDS},
        lambda n: {"language": f"{n}" + "x" * 900_000, "text": WORDS},
        lambda n: {"date": f"{n} March 2026" + "x" * 900_000, "text": WORDS},
        lambda n: {"source": f"{n}" + "x" * 900_000, "link": f"https://a.example/{n}", "text": WORDS},
        lambda n: {"authors": [f"{n} A" * 300_000] * 2, "text": WORDS},
        lambda n: {f"{n}.{k}" + "y" * 100: 1 for k in range(299)} | {"text": WORDS},
    ],
    ids=["url", "name", "language", "date", "outlet", "authors", "names"],
)
def test_nothing_of_a_record_stays_in_memory(make: Any) -> None:
    understood(make(0))
    tracemalloc.start()
    for n in range(60):
        made = understood(make(n))
        for value in (made.fields.url, made.fields.canonical_url):
            canonical_url(value)
        normalize_language(made.fields.language)
    del made, value
    gc.collect()
    left = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert left < 8_000_000


@pytest.mark.slow
def test_dates_in_many_languages_take_time_by_their_number_alone() -> None:
    months = ("janvier", "enero", "gennaio", "januar", "styczeń", "января", "ocak", "januari", "tammikuu")
    start = time.process_time()
    for n in range(2000):
        parse_moment(f"{n % 28 + 1} {months[n % 9]} {2000 + n // 28 % 26} kl {n}x")
    assert time.process_time() - start < 20
