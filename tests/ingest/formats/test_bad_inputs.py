# ruff: noqa: E501 - a case a line reads better
"""More than sixty bad inputs beside one good file: each ends in rejects, and the good one is kept.

Each case writes something into the folder of a day; `expected` are the reasons that may be found for it.
Whatever it is, it must be over in seconds.
"""

import bz2
import gzip
import io
import json
import lzma
import os
import sqlite3
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline.settings import load_settings
from pipeline.stages.ingest import ingest
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch, staged_path

DAY = date(2026, 3, 2)
GOOD = {
    "url": "https://herald.example/good",
    "title": "Ferry put off",
    "text": "The harbour board met on Tuesday and put the new ferry off until the summer, the mayor said.",
    "published_at": "2026-03-02T10:00:00Z",
    "source": "Herald",
}
LINE = json.dumps(GOOD).encode() + b"\n"
Case = tuple[str, Callable[[], bytes], set[str]]


def line(**values: Any) -> Callable[[], bytes]:
    return lambda: json.dumps(GOOD | {"url": "https://herald.example/bad"} | values).encode() + b"\n"


def zipped(members: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def linked_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("link.jsonl")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def encrypted_zip() -> bytes:
    data = bytearray(zipped({"a.jsonl": LINE}, compression=zipfile.ZIP_STORED))
    data[6] |= 1  # the flag, in the local header and in the directory
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def tarred(name: str, *, link: str | None = None) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        if link:
            info.type, info.linkname = tarfile.SYMTYPE, link
            archive.addfile(info)
        else:
            info.size = len(LINE)
            archive.addfile(info, io.BytesIO(LINE))
    return out.getvalue()


def nested_zip(depth: int) -> bytes:
    data = zipped({"a.jsonl": LINE})
    for level in range(depth):
        data = zipped({f"{level}.zip": data})
    return data


def gzip_bomb() -> bytes:
    """Some tens of megabytes of nothing in some tens of kilobytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b"\n" * (1 << 20)
    return b"".join(packer.compress(block) for _ in range(64)) + packer.flush()


def broken_sqlite() -> bytes:
    return b"SQLite format 3\x00" + bytes(range(256)) * 20


def strange_sqlite(tmp: Path) -> bytes:
    with sqlite3.connect(tmp / "s.sqlite") as connection:
        connection.execute("CREATE TABLE numbers (a, b)")
        connection.execute("INSERT INTO numbers VALUES (1, 2)")
    return (tmp / "s.sqlite").read_bytes()


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE nitf [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><nitf><body><body.content><p>&c;</p></body.content></body></nitf>'
)
OUTSIDE = b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&x;</title></item></channel></rss>'
DEEP_HTML = b"<html><body>" + b"<div>" * 100_000 + b"word " * 50 + b"</div>" * 100_000 + b"</body></html>"
WARC_HEAD = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://herald.example/w\r\n"

CASES: dict[str, Case] = {
    # JSON lines
    "broken JSON": ("a.jsonl", lambda: b'{"text": "half', {"not_json"}),
    "a list on a line": ("a.jsonl", lambda: b"[1, 2, 3]\n", {"not_json"}),
    "a number on a line": ("a.jsonl", lambda: b"42\n", {"not_json"}),
    "Python instead of JSON": ("a.jsonl", lambda: b"{'text': 'a'}\n", {"not_json"}),
    "a comma too many": ("a.jsonl", lambda: b'{"text": "a",}\n', {"not_json"}),
    "an empty object": ("a.jsonl", lambda: b"{}\n", {"no_text"}),
    "no text": ("a.jsonl", line(text=None), {"no_text"}),
    "blank text": ("a.jsonl", line(text=" \n\t "), {"no_text"}),
    "text of invisible marks": ("a.jsonl", line(text="\u200b\u200e\u00ad"), {"no_text"}),
    "text that is a number": ("a.jsonl", line(text=12), {"no_text"}),
    "text that is an object": ("a.jsonl", line(text={"a": {"b": "c"}}), {"no_text"}),
    "three words": ("a.jsonl", line(text="Only three words"), {"too_short"}),
    "megabytes of one word": ("a.jsonl", line(text="x" * 3_000_000), {"too_large"}),
    "one word of a hundred thousand letters": ("a.jsonl", line(text="a b c d " + "x" * 100_000), {"not_an_article"}),
    "a line of a hundred megabytes": ("a.jsonl", lambda: b'{"text": "' + b"y" * 100_000_000, {"too_large"}),
    "half a surrogate pair": ("a.jsonl", lambda: b'{"text": "\\ud83d", "date": "2026-03-02"}\n', {"too_short"}),
    "Latin-1": ("a.jsonl", lambda: '{"text": "café"}\n'.encode("latin-1"), {"bad_encoding"}),
    "UTF-16 lines": ("a.jsonl", lambda: LINE.decode().encode("utf-16"), {"duplicate_id"}),
    "text lost in conversion": ("a.jsonl", line(text="\ufffd\ufffd \ufffd\ufffd\ufffd " * 40), {"bad_encoding"}),
    "NUL bytes": ("a.jsonl", lambda: b"\x00" * 5000 + b"\n", {"not_json"}),
    "random bytes": ("a.jsonl", lambda: bytes((n * 7919 + n // 3) % 256 for n in range(2000)), {"bad_encoding", "not_json"}),
    "nested too deep": ("a.jsonl", lambda: b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"\n", {"not_json"}),
    "a number of a million digits": ("a.jsonl", lambda: b'{"n": ' + b"9" * 900_000 + b"}\n", {"not_json"}),
    "year 201": ("a.jsonl", line(published_at="0201-03-02"), {"bad_date"}),
    "30 February": ("a.jsonl", line(published_at="2026-02-30"), {"bad_date"}),
    "month 13": ("a.jsonl", line(published_at="2026-13-01T00:00:00Z"), {"bad_date"}),
    "year 9999": ("a.jsonl", line(published_at="9999-01-01"), {"future_day"}),
    "next year": ("a.jsonl", line(published_at="2027-03-02"), {"future_day"}),
    "epoch far ahead": ("a.jsonl", line(published_at=99_999_999_999), {"future_day"}),
    "the same article with another text": ("a.jsonl", line(url=GOOD["url"], text=GOOD["text"] + " Twice."), {"duplicate_id"}),
    "the same article again": ("a.jsonl", line(url=GOOD["url"]), {"duplicate_id"}),
    "a consent wall": ("a.jsonl", line(text="We use cookies. Accept all cookies to go on to the site."), {"not_an_article"}),
    "a paywall": ("a.jsonl", line(text="Subscribe to continue reading. Try unlimited access for a month."), {"not_an_article"}),
    # compression and archives
    "truncated gzip": ("a.jsonl.gz", lambda: gzip.compress(LINE * 400)[:-40], {"unreadable", "duplicate_id"}),
    "gzip of nothing but its magic": ("a.jsonl.gz", lambda: b"\x1f\x8b", {"unreadable", "bad_encoding"}),
    "gzip with a wrong checksum": ("a.jsonl.gz", lambda: gzip.compress(b"{}\n")[:-8] + b"\x00" * 8, {"unreadable", "no_text"}),
    "gzip bomb": ("a.jsonl.gz", gzip_bomb, {"hostile"}),
    "gzip in gzip in gzip": ("a.gz", lambda: __import__("functools").reduce(lambda d, _: gzip.compress(d), range(9), LINE), {"hostile"}),
    "truncated bz2": ("a.jsonl.bz2", lambda: bz2.compress(LINE * 50)[:-20], {"unreadable"}),
    "truncated xz": ("a.jsonl.xz", lambda: lzma.compress(LINE * 50)[:-20], {"unreadable"}),
    "truncated zstd": ("a.jsonl.zst", lambda: pa.compress(LINE * 50, "zstd", asbytes=True)[:-20], {"unreadable"}),
    "truncated zip": ("a.zip", lambda: zipped({"a.jsonl": LINE})[:-30], {"unreadable"}),
    "zip with a damaged member": ("a.zip", lambda: zipped({"a.jsonl": LINE}).replace(LINE[40:44], b"XXXX"), {"unreadable", "duplicate_id"}),
    "zip bomb": ("a.zip", lambda: zipped({f"{n}.txt": b"0" * 20_000_000 for n in range(4)}), {"hostile"}),
    "zip in zip in zip": ("a.zip", lambda: nested_zip(8), {"hostile"}),
    "a path that leads out of its zip": ("a.zip", lambda: zipped({"../../../tmp/evil.jsonl": LINE}), {"hostile"}),
    "an absolute path in a zip": ("a.zip", lambda: zipped({"/etc/evil.jsonl": LINE}), {"hostile"}),
    "a link in a zip": ("a.zip", linked_zip, {"hostile"}),
    "an encrypted zip": ("a.zip", encrypted_zip, {"unreadable"}),
    "a path that leads out of its tar": ("a.tar", lambda: tarred("../evil.jsonl"), {"hostile"}),
    "a link in a tar": ("a.tar", lambda: tarred("a.jsonl", link="/etc/passwd"), {"hostile"}),
    "truncated tar": ("a.tar", lambda: tarred("a.jsonl")[:700], {"unreadable", "duplicate_id"}),
    # other formats
    "a picture": ("a.jpg", lambda: b"\xff\xd8\xff\xe0" + bytes(range(256)) * 10, {"unreadable"}),
    "an unknown binary": ("a.bin", lambda: bytes(range(256)) * 50, {"unreadable"}),
    "CSV without known columns": ("a.csv", lambda: b"x,y,z\n1,2,3\n", {"unreadable"}),
    "CSV row of too many cells": ("a.csv", lambda: b"title,text\nA" + b",b" * 500 + b"\n", {"unreadable"}),
    "CSV field that is never closed": ("a.csv", lambda: b'title,text\n"' + b"never closed\n" * 200_000, {"too_large", "unreadable"}),
    "CSV in windows-1252 with NULs": ("a.csv", lambda: b"title,text\nA\x00,caf\xe9\n", {"too_short"}),
    "a JSON list that breaks off": ("a.json", lambda: b"[" + LINE.strip() + b', {"text": "ha', {"not_json", "duplicate_id"}),
    "a JSON document that breaks off": ("a.json", lambda: b'{\n "text": "half', {"not_json"}),
    "JSON list of numbers": ("a.json", lambda: b"[1, 2]", {"not_json"}),
    "JSON list that ends in a number": ("a.json", lambda: b'["a", 3.25]', {"not_json"}),
    "JSON list that ends in a word": ("a.json", lambda: b"[12345, null , true]", {"not_json"}),
    "billion laughs": ("a.xml", lambda: LAUGHS, {"hostile"}),
    "an entity from a file": ("a.xml", lambda: OUTSIDE, {"hostile"}),
    "an entity in UTF-16": ("a.xml", lambda: LAUGHS.decode().encode("utf-16"), {"hostile"}),
    "an unknown XML root": ("a.xml", lambda: b"<invoice><total>1</total></invoice>", {"unreadable"}),
    "a feed without entries that breaks off": ("a.rss", lambda: b"<rss><channel><item><tit", {"unreadable", "no_text"}),
    "XML nested too deep": ("a.xml", lambda: b"<nitf>" + b"<a>" * 50_000, {"unreadable", "no_text"}),
    "a sitemap": ("a.xml", lambda: b"<urlset><url><loc>https://herald.example/a</loc></url></urlset>", {"no_text"}),
    "HTML nested deep": ("a.html", lambda: DEEP_HTML, {"no_text", "timeout", "out_of_memory", "too_short", "not_an_article"}),
    "an empty page": ("a.html", lambda: b"<!doctype html><html><body></body></html>", {"no_text"}),
    "a page of scripts": ("a.html", lambda: b"<html><script>" + b"a=1;" * 5000 + b"</script></html>", {"no_text"}),
    "an index page": ("a.html", lambda: b"<html><body><article>" + b"<p>A headline without a verb</p>" * 60 + b"</article></body></html>", {"not_an_article", "no_text", "too_short"}),
    "a page of many megabytes": ("a.html", lambda: b"<html>" + b"<p>x</p>" * 1_000_000, {"too_large"}),
    "a WARC that breaks off": ("a.warc", lambda: WARC_HEAD + b"Content-Length: 5000\r\n\r\nHTTP/1.1 200 OK\r\n\r\n<htm", {"unreadable", "no_text", "too_short"}),
    "a WARC of nonsense": ("a.warc", lambda: b"WARC/1.0\r\nnonsense\r\n\r\n" * 10, {"unreadable"}),
    "a broken Parquet file": ("a.parquet", lambda: b"PAR1" + b"nonsense" * 100 + b"PAR1", {"unreadable"}),
    "a broken SQLite file": ("a.sqlite", broken_sqlite, {"unreadable"}),
    "a broken workbook": ("a.xlsx", lambda: zipped({"[Content_Types].xml": b"<x/>", "xl/a.xml": b""}), {"unreadable"}),
    "a broken DOCX": ("a.docx", lambda: zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x"}), {"unreadable"}),
    "SGML that breaks off": ("a.sgm", lambda: b'<REUTERS NEWID="1"><DATE>26-FEB-1987</DATE><TEXT><BODY>half', {"unreadable"}),
    "SGML of an impossible date": ("a.sgm", lambda: b'<REUTERS NEWID="1"><DATE>31-FEB-1987 10:00:00</DATE><TEXT><BODY>' + GOOD["text"].encode() + b"</BODY></TEXT></REUTERS>", {"bad_date"}),
    "a LexisNexis export without articles": ("a.txt", lambda: b"   1 of 1 DOCUMENTS\n\n\n", {"no_text", "unreadable"}),
    "a text of a few words": ("a.txt", lambda: b"Too short", {"too_short"}),
    "an empty file": ("a.jsonl", lambda: b"", {"unreadable"}),
    "a file of blanks": ("a.txt", lambda: b"  \n \n", {"unreadable"}),
}  # fmt: skip


def night(base: Path) -> tuple[Path, Store, Any]:
    drop = base / "drop"
    (drop / "2026-03-02").mkdir(parents=True)
    (drop / "2026-03-02" / "0-good.jsonl").write_bytes(LINE)
    return (
        drop / "2026-03-02",
        Store(str(base / "data")),
        load_settings(drop_dir=drop, timeout_s=20, processes=1, max_reject_rate=1.0, languages=("de",)),
    )


def rejects(store: Store) -> dict[str, str]:
    rows = store.read(staged_path("rejects-ingest", Batch(DAY))).to_pylist()
    return {row["record_ref"]: row["reason"] for row in rows}


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("case", CASES)
def test_bad_input(case: str, tmp_path: Path) -> None:
    folder, store, settings = night(tmp_path)
    name, make, expected = CASES[case]
    (folder / f"bad-{name}").write_bytes(make())
    start = time.monotonic()
    counts = ingest(store, Batch(DAY), settings)
    assert time.monotonic() - start < 60
    found = rejects(store)
    assert counts["kept"] == 1, found
    assert set(found.values()) <= expected, found
    assert bool(found) == bool(expected)
    assert counts["records"] == counts["kept"] + len(found)
    kept = store.read(staged_path("articles", Batch(DAY))).to_pylist()
    assert [row["article_id"] for row in kept] and kept[0]["text"] == GOOD["text"]


@pytest.mark.slow
def test_all_of_them_in_one_night(tmp_path: Path) -> None:
    folder, store, settings = night(tmp_path)
    for n, (name, make, _) in enumerate(CASES.values(), 1):
        (folder / f"{n:03d}-{name}").write_bytes(make())
    (folder / "link.jsonl").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.jsonl")
    counts = ingest(store, Batch(DAY), settings)
    assert counts["kept"] == 1
    assert {"hostile", "unreadable", "not_json", "no_text", "too_short", "too_large", "bad_encoding", "bad_date",
            "future_day", "duplicate_id", "not_an_article"} <= set(counts["rejected"])  # fmt: skip
    rows = publish(store, Batch(DAY), settings)
    assert rows["articles"] == 1
    assert rows["rejects"] == counts["records"] - 1 == sum(counts["rejected"].values())


def test_a_database_without_articles(tmp_path: Path) -> None:
    folder, store, settings = night(tmp_path)
    (folder / "b.sqlite").write_bytes(strange_sqlite(tmp_path))
    assert ingest(store, Batch(DAY), settings)["rejected"] == {"unreadable": 1}


def test_nothing_is_unpacked_to_the_disk(tmp_path: Path) -> None:
    folder, store, settings = night(tmp_path)
    (folder / "b.zip").write_bytes(
        zipped({"../../evil.jsonl": LINE, "fine/c.jsonl": line(url="https://h.example/c")()})
    )
    ingest(store, Batch(DAY), settings)
    assert rejects(store) == {"2026-03-02/b.zip/..|..|evil.jsonl": "hostile"}
    assert not list(tmp_path.rglob("evil*")) and not list(tmp_path.rglob("c.jsonl"))
