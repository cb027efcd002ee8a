# ruff: noqa: E501 - a case a line reads better
"""Files made to take hours, or all the memory: each ends in its time, and the good one beside it is kept."""

import gzip
import io
import json
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.ingest.fields import read_fields
from pipeline.ingest.formats import apart
from pipeline.ingest.formats.apart import Task, read_apart
from pipeline.ingest.formats.reader import HEAD_BYTES, Limits
from pipeline.ingest.formats.sniff import READERS, needs_child
from pipeline.ingest.pages.dates import page_date
from pipeline.ingest.record import RawRecord
from pipeline.ingest.understanding import place_record
from pipeline.settings import load_settings
from pipeline.stages.ingest import ingest
from pipeline.store import Store
from pipeline.store.batch import Batch, staged_path

DAY = date(2026, 3, 2)
GOOD = {
    "url": "https://herald.example/good",
    "text": "The harbour board met on Tuesday and put the new ferry off until the summer, the mayor said.",
    "published_at": "2026-03-02T10:00:00Z",
}
OFFICE = "http://schemas.openxmlformats.org"
TYPES = f"{OFFICE}/package/2006/content-types"
RELATIONS = f"{OFFICE}/package/2006/relationships"
NITF = (
    b"<nitf><head><title>T</title></head><body><body.content><p>Some words.</p></body.content></body></nitf>"
)


def zipped(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return out.getvalue()


def related(target: str, kind: str) -> str:
    relation = f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{RELATIONS}">{relation}</Relationships>'


def workbook(*rows: str) -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    main = f"{OFFICE}/spreadsheetml/2006/main"
    names = '<row r="1"><c r="A1" t="inlineStr"><is><t>title</t></is></c><c r="B1" t="inlineStr"><is><t>text</t></is></c></row>'
    return zipped(
        **{
            "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
            "_rels/.rels": related("xl/workbook.xml", "officeDocument"),
            "xl/_rels/workbook.xml.rels": related("worksheets/sheet1.xml", "worksheet"),
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{OFFICE}/officeDocument/2006/relationships">'
            '<sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{names}{"".join(rows)}</sheetData></worksheet>',
        }
    )


def document(body: str) -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return zipped(
        **{
            "[Content_Types].xml": f'<Types xmlns="{TYPES}"><Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
            "_rels/.rels": related("word/document.xml", "officeDocument"),
            "word/document.xml": f'<w:document xmlns:w="{OFFICE}/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>',
        }
    )


def one_row_often() -> bytes:
    """Rows of 400 kB, told in some bytes each."""
    long = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), pa.array(["word " * 40_000]))
    out = io.BytesIO()
    pq.write_table(pa.table({"title": long, "text": long}), out, compression="zstd")
    return out.getvalue()


def nested(depth: int, n_paragraphs: int) -> bytes:
    inner = b"<p>x</p>" * n_paragraphs
    return b"<newsMessage>" + b"<newsItem>" * depth + inner + b"</newsItem>" * depth + b"</newsMessage>"


HOSTILE: dict[str, tuple[str, Callable[[], bytes], set[str]]] = {
    "a row far down": ("a.xlsx", lambda: workbook('<row r="999999999999"><c r="A2"><v>1</v></c></row>'), {"timeout"}),
    "rows of 18,278 cells": ("a.xlsx", lambda: workbook(*(f'<row r="{n}"><c r="ZZZ{n}"/></row>' for n in range(2, 30_000))), {"timeout"}),
    "a sheet in a million tags": ("a.xlsx", lambda: workbook("<row>" * 1_000_000), {"timeout", "unreadable", "out_of_memory"}),
    "millions of paragraphs": ("a.docx", lambda: document("<w:p/>" * 3_000_000), {"timeout", "out_of_memory"}),
    "tables in tables": ("a.docx", lambda: document("<w:tbl>" * 100_000), {"unreadable", "no_text", "timeout"}),
    "the same row often": ("a.parquet", one_row_often, {"hostile", "duplicate_id", "too_large", "timeout"}),
    "items in items": ("a.xml", lambda: nested(200, 100_000), {"not_an_article", "no_text", "too_large", "timeout"}),
    "a million elements": ("a.xml", lambda: b"<nitf><body>" + b"<a/>" * 500_000 + b"</body></nitf>", {"unreadable", "no_text", "timeout"}),
    "one long paragraph": ("a.xml", lambda: NITF.replace(b"Some", b"word " * 1_500_000), {"too_large"}),
    "a feed of one deep entry": ("a.xml", lambda: b"<rss><channel><item>" + b"<a>" * 100_000, {"unreadable", "no_text", "timeout"}),
    "a feed of long names": ("a.xml", lambda: b"<rss><channel><item><title>" + b"<" * 400_000, {"unreadable", "no_text", "timeout"}),
    "millions of objects": ("a.json", lambda: b'{"a":[' + b"{}," * 8_000_000 + b"{}]}", {"too_large", "no_text", "timeout"}),
    "a story of blanks": ("a.sgm", lambda: b'<REUTERS NEWID="1"><TEXT><BODY>' + b" " * 900_000 + b".</BODY></TEXT></REUTERS>", {"timeout", "too_short", "not_an_article"}),
    "instructions without end": ("a.xml", lambda: b"<?a?>" * 13_000, {"unreadable"}),
    "comments without end": ("a.xml", lambda: b"<!---->" * 9_000, {"unreadable"}),
    "document types without end": ("a.xml", lambda: b"<!DOCTYPE a[]>" * 4_600, {"unreadable"}),
    "empty lines before nothing": ("a.dat", lambda: b"<" + b"\n" * 60_000 + b"x", {"unreadable"}),
    "scripts without end": ("a.html", lambda: b"<html><body>" + b"<script type=application/ld+json>" * 50_000, {"no_text", "timeout", "out_of_memory"}),
    "a row without end": ("a.csv", lambda: b"title,text\n" + b'"\n",' * 3_000_000, {"too_large"}),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_costs_itself_alone(case: str, tmp_path: Path) -> None:
    name, make, expected = HOSTILE[case]
    folder = tmp_path / "drop" / "2026-03-02"
    folder.mkdir(parents=True)
    (folder / "0-good.jsonl").write_text(json.dumps(GOOD))
    (folder / f"bad-{name}").write_bytes(make())
    store = Store(str(tmp_path / "data"))
    settings = load_settings(drop_dir=tmp_path / "drop", timeout_s=1.0, processes=1)
    before = psutil.Process().memory_info().rss
    start = time.monotonic()
    counts = ingest(store, Batch(DAY), settings)
    assert time.monotonic() - start < 90
    assert psutil.Process().memory_info().rss - before < 400 << 20
    rejects = store.read(staged_path("rejects-ingest", Batch(DAY))).to_pylist()
    assert rejects and {row["reason"] for row in rejects} <= expected, rejects[:3]
    articles = store.read(staged_path("articles", Batch(DAY))).to_pylist()
    assert GOOD["url"] in [row["url"] for row in articles]
    assert counts["records"] == len(articles) + len(rejects)


UNITS = [
    b"\n", b" \n", b"\t", b" ", b"<?a?>", b"<!---->", b"<!DOCTYPE a>", b"<!DOCTYPE a[]>", b"<!--", b"<?", b"<", b"<a ",
    b"a:", b"#", b"# text = a\n", b"1 of 1 DOCUMENTS ", b"Length: 1 ", b"End of Document\n", b"{", b"[", b'"', b",",
    b"title,text,", b"{}\n", b"<REUTERS ", b"\xff\xfe", b"\x00", b"a", b"1", b"<html ", b"<!-->-->", b"<?>?>", b"\t1\t",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_telling_a_format_takes_no_time(unit: bytes) -> None:
    """It is done in the parent, for every file."""
    start = time.monotonic()
    for before, after in ((b"", b""), (b"<", b"x"), (b"#", b"x"), (b"\xff\xfe", b"")):
        head = (before + unit * HEAD_BYTES)[: HEAD_BYTES - len(after)] + after
        for reader in READERS:
            reader.sniff(head, "a")
    assert time.monotonic() - start < 10


def test_the_date_of_a_page_takes_its_time_once() -> None:
    start = time.monotonic()
    page_date("<html>" + "<script type=application/ld+json>" * 55_000, None)
    assert time.monotonic() - start < 20
    block = '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-03-02"}</SCRIPT>'
    found = page_date(
        f"<html><script>1</script>{'<script type=application/ld+json>{}</script>' * 3}{block}", None
    )
    assert found and found[0].at.date() == DAY and found[1] == "json-ld"


@pytest.mark.parametrize("name", ["authors", "published_at", "url", "title", "source", "language"])
@pytest.mark.parametrize(
    "unit", [" ", "\n", "@", "1", "a.", " and ", "[", "'a',", "2026-", "www.", "<a>", "%41"]
)
def test_a_field_of_one_thing_over_and_over_takes_no_time(name: str, unit: str) -> None:
    data = {name: (unit * 900_000)[:900_000], "text": GOOD["text"]}
    start = time.monotonic()
    place_record(RawRecord("a", 1, 1, data))
    read_fields(data)
    assert time.monotonic() - start < 10


# ---- the child -------------------------------------------------------------------------------------


def task(data: bytes, name: str = "a.xml", **limits: int) -> Task:
    return Task(data, name, replace(Limits(), **limits), len(data), None)


def read(given: Task, seconds: float = 20.0) -> list[RawRecord]:
    return list(read_apart(given, seconds=seconds))


def reasons(records: list[RawRecord]) -> list[str]:
    return [record.fault.reason for record in records if record.fault]


def test_one_child_reads_file_after_file() -> None:
    assert [r.data["title"] for n in range(3) for r in read(task(NITF)) if r.data] == ["T"] * 3
    (child,) = apart._idle
    assert [r.reader for r in read(task(b'{\n"text": "a"}', "a.json"))] == ["json"]
    assert apart._idle == [child] and child.is_alive()


def test_a_child_that_has_gone_is_replaced() -> None:
    read(task(NITF))
    gone = apart._idle[-1]
    gone.kill()
    gone.join()
    assert len(read(task(NITF))) == 1 and apart._idle[-1] is not gone


def test_a_child_that_is_killed_while_it_reads_is_a_fault() -> None:
    items = b"<rss><channel>" + b"<item><title>a</title></item>" * 20_000 + b"</channel></rss>"
    records = cast(Any, read_apart(task(items), seconds=60))
    assert next(records).data
    records.gi_frame.f_locals["child"].kill()
    assert reasons(list(records)) == ["out_of_memory"]


@pytest.mark.slow
def test_memory_is_bounded() -> None:
    data = b'{"a":[' + b"{}," * 20_000_000 + b"{}]}"
    assert reasons(read(task(data, "a.json", memory_bytes=1 << 30), seconds=60)) == ["out_of_memory"]
    assert len(read(task(NITF))) == 1


def test_a_reading_that_nobody_follows_is_ended() -> None:
    items = b"<rss><channel>" + b"<item><title>a</title></item>" * 2000 + b"</channel></rss>"
    records = cast(Any, read_apart(task(items), seconds=60))
    next(records)
    records.close()
    assert len(read(task(NITF))) == 1


def test_a_file_that_is_not_there_is_an_error_of_the_device(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(read_apart(Task(tmp_path / "a.xml", "a.xml", Limits(), 10, None), seconds=5))
    (tmp_path / "b.xml").symlink_to("/etc/hostname")
    with pytest.raises(OSError, match="symbolic"):
        list(read_apart(Task(tmp_path / "b.xml", "b.xml", Limits(), 10, None), seconds=5))


def test_what_is_read_in_a_child() -> None:
    def apart_(data: bytes, name: str) -> bool:
        return needs_child(io.BytesIO(data), name, Limits(), size=len(data))

    assert apart_(NITF, "a.xml") and apart_(zipped(a="b"), "a.zip") and apart_(zipped(a="b"), "a.jsonl")
    assert apart_(gzip.compress(NITF), "a.xml.gz")
    assert not apart_(b'{"text": "a"}\n{"text": "b"}\n', "a.jsonl")
    assert not apart_(gzip.compress(b'{"text": "a"}\n' * 9), "a.jsonl.gz")
    assert (
        not apart_(b"title,text\na,b\n", "a.csv") and not apart_(b"\x1f\x8b", "a.gz") and not apart_(b"", "a")
    )
