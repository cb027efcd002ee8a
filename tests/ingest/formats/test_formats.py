# ruff: noqa: E501 - fixtures in the lines of their formats
"""Each format by sniffing alone, in files of our own writing, with the right title, text, date and outlet."""

import gzip
import io
import json
import sqlite3
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.ingest.fields import Fields
from pipeline.ingest.formats.sniff import BY_NAME
from pipeline.ingest.pages.html import html_to_text, is_html
from pipeline.ingest.pages.text import is_page, with_page
from pipeline.ingest.placement import Placement
from pipeline.ingest.record import RawRecord
from pipeline.ingest.sources.companions import companions
from pipeline.ingest.sources.drop_files import DropFolder, limits_of, read_file
from pipeline.ingest.sources.walk import walk
from pipeline.ingest.understanding import understand
from pipeline.settings import load_settings

TITLE = "Ferry put off"
TEXT = "The harbour board met on Tuesday and put the new ferry off until the summer, the mayor said."
URL = "https://herald.example/2026/ferry"
WHEN = "2026-03-01T10:05:00Z"
ROW = {"title": TITLE, "text": TEXT, "url": URL, "source": "Herald", "published_at": WHEN}
HTML = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{TITLE} - Herald</title>
<meta property="og:site_name" content="Herald"><meta property="og:title" content="{TITLE}">
<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "NewsArticle", "headline": "{TITLE}", "datePublished": "{WHEN}",
"author": {{"@type": "Person", "name": "Ann Pell"}}}}</script></head><body><nav><a href="/">Home</a></nav><article>
<h1>{TITLE}</h1><p>{TEXT}</p><blockquote><p>“We had no choice,” the mayor said. “It is a scandal.”</p></blockquote>
<p>The builders had found cracks in two of the four tanks, which will now be made again from the beginning.</p>
</article></body></html>"""
NITF = f"""<?xml version="1.0"?><nitf xml:lang="en"><head><docdata><doc-id id-string="n1"/>
<date.issue norm="20260301T100500Z"/><doc.copyright holder="Herald"/></docdata></head><body><body.head><hedline>
<hl1>{TITLE}</hl1></hedline><byline>By Ann Pell, <byttl>Staff Reporter</byttl></byline></body.head><body.content>
<p>{TEXT}</p><p>More.</p></body.content></body></nitf>"""
NEWSML = f"""<?xml version="1.0" encoding="UTF-8"?><newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>
<newsItem guid="urn:newsml:herald.example:1" xml:lang="en"><itemMeta><provider qcode="prov:x"><name>Herald</name></provider>
<firstCreated>{WHEN}</firstCreated><versionCreated>2026-03-02T00:00:00Z</versionCreated></itemMeta><contentMeta>
<by>Ann Pell</by><infoSource><name>Associated Press</name></infoSource><language tag="en"/><headline>{TITLE}</headline>
</contentMeta><contentSet><inlineXML><html xmlns="http://www.w3.org/1999/xhtml"><body><p>{TEXT}</p></body></html>
</inlineXML></contentSet></newsItem></itemSet></newsMessage>"""
RSS = f"""<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Herald</title><language>en</language><item><title>{TITLE}</title><link>{URL}</link><description>Short.</description>
<content:encoded><![CDATA[<p>{TEXT}</p><p>More.</p>]]></content:encoded>
<pubDate>Sun, 01 Mar 2026 10:05:00 GMT</pubDate></item></channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Herald</title><entry><title>{TITLE}</title>
<link href="{URL}"/><id>urn:1</id><updated>{WHEN}</updated><content type="html">&lt;p&gt;{TEXT}&lt;/p&gt;</content>
</entry></feed>"""
SGML = f"""<!DOCTYPE lewis SYSTEM "lewis.dtd">
<REUTERS TOPICS="YES" OLDID="1" NEWID="7"><DATE> 1-MAR-2026 10:05:00.11</DATE><TOPICS><D>ferry</D></TOPICS>
<TEXT>&#2;<TITLE>{TITLE}</TITLE><DATELINE>TARNLEY - </DATELINE><BODY>{TEXT}
 Reuter
&#3;</BODY></TEXT></REUTERS>"""
NEXIS = f"""\ufeff\r
                               1 of 2 DOCUMENTS\r
\r
                                  Herald\r
\r
                            March 1, 2026 Sunday\r
                                National Edition\r
\r
{TITLE}\r
\r
BYLINE: Ann Pell\r
\r
SECTION: NEWS; Pg. 4\r
\r
LENGTH: 17 words\r
\r
{TEXT.partition(" and put ")[0]}\r
and put {TEXT.partition(" and put ")[2]}\r
\r
LOAD-DATE: March 2, 2026\r
\r
LANGUAGE: ENGLISH\r
\r
                     Copyright 2026 Herald\r
                          All Rights Reserved\r
\r
                               2 of 2 DOCUMENTS\r
\r
                                  Gazette\r
\r
                            March 2, 2026 Monday\r
\r
Another\r
\r
LENGTH: 3 words\r
\r
Another text here.\r
"""
UNI = f"""{TITLE}
Herald
March 1, 2026 Sunday
Copyright 2026 Herald All Rights Reserved
Section: NEWS; Pg. 4
Length: 17 words
Byline: Ann Pell
Body
{TEXT}
More.
Load-Date: March 2, 2026
End of Document
"""


def warc() -> bytes:
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + HTML.encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {URL}\r\nWARC-Date: 2026-03-02T00:00:00Z\r\n"
        "WARC-Record-ID: <urn:uuid:12345678-1234-1234-1234-123456789012>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def xlsx() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Headline", "Text", "Link", "Newspaper", "Date"])
    book.active.append([TITLE, TEXT, URL, "Herald", datetime(2026, 3, 1, 10, 5)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def docx() -> bytes:
    import docx as library

    document = library.Document()
    for line in UNI.splitlines():
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def sqlite(tmp: Path) -> bytes:
    with sqlite3.connect(tmp / "x.sqlite") as connection:
        connection.execute("CREATE TABLE newsdata (title, content, url, source, published_utc)")
        connection.execute(
            "INSERT INTO newsdata VALUES (?, ?, ?, ?, ?)", (TITLE, TEXT, URL, "Herald", 1772359500)
        )
    connection.close()
    return (tmp / "x.sqlite").read_bytes()


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(
        pa.table(
            {k: [v] for k, v in (ROW | {"published_at": datetime(2026, 3, 1, 10, 5, tzinfo=UTC)}).items()}
        ),
        out,
    )
    return out.getvalue()


def csv(delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    cells = (
        ["title", "text", "url", "publication", "date"],
        [TITLE, f'"{TEXT}"', URL, "Herald", "2026-03-01 10:05:00"],
    )
    return "\r\n".join(delimiter.join(row) for row in cells).encode(encoding)


def zipped(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def tarred(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


LINE = json.dumps(ROW).encode() + b"\n"
FILES: dict[str, tuple[str, str, Callable[[Path], bytes]]] = {
    "JSON lines": ("jsonl", "a.jsonl", lambda _: LINE),
    "JSON lines by content": ("jsonl", "a.data", lambda _: LINE + LINE.replace(b"ferry", b"f2")),
    "JSON lines, zstd": ("jsonl", "a.jsonl.zst", lambda _: pa.compress(LINE, "zstd", asbytes=True)),
    "one JSON article": ("json", "a.json", lambda _: json.dumps(ROW, indent=1).encode()),
    "a JSON list": ("json", "a.json", lambda _: json.dumps([ROW, ROW]).encode()),
    "an answer of an API": ("json", "a.json", lambda _: json.dumps({"status": "ok", "articles": [ROW]}).encode()),
    "an answer within an answer": ("json", "a.json", lambda _: json.dumps({"response": {"results": [ROW]}}).encode()),
    "JSON by name": ("json", "a.json", lambda _: json.dumps({"V1": ROW, "V2": ROW}, indent=1).encode()),
    "hits of a search engine": ("json", "a.json", lambda _: json.dumps({"hits": {"hits": [{"_source": ROW}]}}).encode()),
    "CSV": ("csv", "a.csv", lambda _: csv()),
    "TSV": ("csv", "a.tsv", lambda _: csv("\t")),
    "CSV in UTF-16": ("csv", "a.csv", lambda _: csv(encoding="utf-16")),
    "CSV with semicolons and a mark": ("csv", "a.csv", lambda _: csv(";", "utf-8-sig")),
    "Parquet": ("parquet", "a.bin", lambda _: parquet()),
    "SQLite": ("sqlite", "a.db", sqlite),
    "Excel": ("xlsx", "a.xlsx", lambda _: xlsx()),
    "WARC": ("warc", "a.warc", lambda _: warc()),
    "WARC.gz": ("warc", "a.warc.gz", lambda _: gzip.compress(warc())),
    "a page": ("html", "a.html", lambda _: HTML.encode()),
    "a page by content": ("html", "page", lambda _: HTML.encode()),
    "a page in UTF-16": ("html", "a.html", lambda _: HTML.encode("utf-16")),
    "RSS": ("feed", "feed.xml", lambda _: RSS.encode()),
    "Atom": ("feed", "feed.xml", lambda _: ATOM.encode()),
    "NITF": ("nitf", "a.xml", lambda _: NITF.encode()),
    "NewsML-G2": ("newsml", "a.xml", lambda _: NEWSML.encode()),
    "Reuters SGML": ("reuters_sgml", "a.sgm", lambda _: SGML.encode()),
    "LexisNexis": ("lexisnexis", "a.TXT", lambda _: NEXIS.encode()),
    "Nexis Uni": ("lexisnexis", "a.txt", lambda _: UNI.encode()),
    "Nexis Uni as DOCX": ("docx", "a.DOCX", lambda _: docx()),
    "a plain text": ("text", "herald-2026-03-01.txt", lambda _: f"{TITLE}\n\n{TEXT}\n".encode()),
    "zip of CSV": ("csv", "a.zip", lambda _: zipped("x/a.csv", csv())),
    "zip of WARC.gz": ("warc", "a.zip", lambda _: zipped("a.warc.gz", gzip.compress(warc()))),
    "tar.gz of JSON": ("json", "a.tar.gz", lambda _: tarred("a.json", json.dumps(ROW, indent=1).encode())),
}  # fmt: skip

NO_OUTLET = {"text"}
DATE_ONLY = {"LexisNexis", "Nexis Uni", "Nexis Uni as DOCX", "a plain text"}


def read(folder: Path) -> list[tuple[RawRecord, Fields | None, Placement | None]]:
    found = {f.path: f for f in walk(folder)}
    opened = DropFolder(found, companions(found), limits_of(load_settings()), None)
    records = [understand(record) for path in opened.paths() for record in read_file(path, opened)]
    paged = [replace(r, fields=with_page(r.fields)) if r.fields and is_page(r.fields) else r for r in records]
    return [(r.record, r.fields, r.placement) for r in paged]


@pytest.mark.parametrize("case", FILES)
def test_format(case: str, tmp_path: Path) -> None:
    reader, name, make = FILES[case]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(make(tmp_path))
    record, fields, placement = read(tmp_path / "in")[0]
    assert record.fault is None and fields is not None and placement is not None, record.fault
    assert record.reader == reader
    assert fields.title == TITLE
    assert fields.text and TEXT in " ".join(fields.text.split())
    assert placement.published
    expected = (
        datetime(2026, 3, 1, tzinfo=UTC) if case in DATE_ONLY else datetime(2026, 3, 1, 10, 5, tzinfo=UTC)
    )
    assert placement.published.at == expected
    if reader not in NO_OUTLET:
        assert fields.source == ("Reuters" if reader == "reuters_sgml" else "Herald")


def test_a_format_may_be_named() -> None:
    records = list(BY_NAME["csv"].read(io.BytesIO(csv()), "a", limits_of(load_settings())))
    assert records[0].data and records[0].data["publication"] == "Herald"


def test_where_the_date_was_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(HTML)
    (tmp_path / "b.html").write_text(
        HTML.replace("datePublished", "x").replace(
            "<meta charset", f'<meta name="article:published_time" content="{WHEN}"><meta charset'
        )
    )
    (tmp_path / "c.xml").write_text(RSS)
    found = {record.file: placement.published_from for record, _, placement in read(tmp_path) if placement}
    assert found == {"a.html": "json-ld", "b.html": "meta", "c.xml": "feed"}


def test_block_quotes_of_a_page_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(HTML)
    fields = read(tmp_path)[0][1]
    assert fields and fields.text and "“We had no choice,” the mayor said." in fields.text
    assert fields.authors == ("Ann Pell",) and fields.language == "en"
    assert "Home" not in fields.text


def test_several_articles_of_an_export(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(NEXIS, newline="")
    first, second = read(tmp_path)
    assert (
        first[1]
        and first[1].text == TEXT
        and first[1].authors == ("Ann Pell",)
        and first[1].section == "NEWS; Pg. 4"
    )
    assert second[1] and (second[1].source, second[1].title, second[1].text) == (
        "Gazette",
        "Another",
        "Another text here.",
    )


def test_titles_and_metadata_beside_plain_texts(tmp_path: Path) -> None:
    for name, text in {
        "news/1.txt": TEXT,
        "news_titles/1.txt": TITLE,
        "true/7.txt": TEXT,
        "true-meta-information/7-meta.txt": f"Ann Pell\n{URL}\nharbour\n01/03/2026\n12\n",
        "ann/2.txt": TEXT,
        "ann/2.ann": "T1\tx",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    found: dict[str, tuple[Any, Any]] = {
        r.file: (fields, placement) for r, fields, placement in read(tmp_path)
    }
    assert set(found) == {"news/1.txt", "true/7.txt", "ann/2.txt"}
    assert found["news/1.txt"][0].title == TITLE and found["news/1.txt"][0].text == TEXT
    assert found["true/7.txt"][0].url == URL and found["true/7.txt"][0].authors == ("Ann Pell",)
    assert found["true/7.txt"][1].published.at == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_large_list_is_read_item_by_item(tmp_path: Path) -> None:
    rows = [ROW | {"text": f"{TEXT} Łódź “{n}”", "id": n} for n in range(3000)]
    (tmp_path / "a.json").write_text(json.dumps(rows, ensure_ascii=False))
    texts = [fields.text for _, fields, _ in read(tmp_path) if fields]
    assert texts == [row["text"] for row in rows]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One.</p><p>Two <b>bold</b>.</p>", "One.\n\nTwo bold."),
        ("One<br>Two<br/>Three", "One\nTwo\nThree"),
        ("<ul><li>A</li><li>B</li></ul>", "A\n\nB"),
        ("<p>x</p><script>alert(1)</script><style>p{}</style>", "x"),
        ("<blockquote><p>“Quoted.”</p></blockquote><p>Said.</p>", "“Quoted.”\n\nSaid."),
        ("", ""),
    ],
)
def test_pieces_of_html(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_plain_text_is_not_taken_for_html() -> None:
    for text in ("a < b and c > d", "Shares of <ACME> rose", "if x<y: z", TEXT):
        assert not is_html(text)
    assert is_html("<p>One.</p>") and is_html("One<br>two<br>three")


def test_deep_html_costs_no_stack() -> None:
    assert isinstance(html_to_text("<div>" * 5000 + "deep"), str)
