# ruff: noqa: E501 - files in the lines of their formats
"""What a file holds is a record or a fault, and a fault costs no more than its own record."""

import gzip
import io
import json
import re
import sqlite3
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import brotli
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.ingest.formats.reader import MAX_DEPTH, Limits, settle
from pipeline.ingest.formats.sniff import read_stream
from pipeline.ingest.record import Fault, RawRecord

WORDS = "The lighthouse on the northern pier was sold to a brewer, who wants to keep the lamp lit."


def read(data: bytes | str, name: str, **limits: int) -> list[RawRecord]:
    given = data.encode() if isinstance(data, str) else data
    return list(read_stream(io.BytesIO(given), name, Limits(**limits), size=len(given)))


def shown(records: list[RawRecord]) -> list[Any]:
    """Titles of records, and the reasons of faults in brackets."""
    return [(r.data or {}).get("title") if r.fault is None else [r.fault.reason] for r in records]


def article(n: int, **values: Any) -> dict[str, Any]:
    return {"title": f"t{n}", "text": f"{WORDS} Number {n}.", "url": f"https://pier.example/{n}"} | values


def written(*values: Any, between: str = "\n", **options: Any) -> str:
    return between.join(json.dumps(value, **options) for value in values)


# ---- JSON ------------------------------------------------------------------------------------------

ONE, TWO, THREE = article(1), article(2), article(3)


def by_column(kind: type) -> dict[str, Any]:
    columns = {name: [ONE[name], TWO[name], THREE[name]] for name in ONE}
    if kind is list:
        return columns
    return {name: {str(n): cell for n, cell in enumerate(cells)} for name, cells in columns.items()}


LIST = written([ONE, TWO, THREE])
PRETTY = written([ONE, TWO, THREE], indent=2)
ANSWER = written({"ok": True, "articles": [ONE, TWO, THREE], "total": 3})
BROKEN_TWO = [("t1", ["not_json"], "t3")]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.jsonl", "[\n" + written(ONE, TWO, between=",\n") + "\n]", ["t1", "t2"]),
        ("a.ndjson", written([ONE, TWO]), ["t1", "t2"]),
        ("a.jsonl", PRETTY, ["t1", "t2", "t3"]),
        ("a.jl", written(ONE, TWO, THREE, between=",\n") + ",\n", ["t1", "t2", "t3"]),
        ("a.json", written(ONE, TWO, indent=4), ["t1", "t2"]),
        ("a.jsonl", written(ONE, TWO, indent="\t"), ["t1", "t2"]),
        ("a.json", written(ONE, TWO, between=""), ["t1", "t2"]),
        ("a.json", written([ONE], [TWO, THREE], between=""), ["t1", "t2", "t3"]),
        ("a.json", written([ONE], [], [TWO], between="\n\n"), ["t1", "t2"]),
        ("a.json", written([[ONE], [TWO, [THREE]]]), ["t1", "t2", "t3"]),
        ("a.json", written({"today": [ONE], "archive": [TWO, THREE]}), ["t1", "t2", "t3"]),
        (
            "a.json",
            written({"results": [ONE], "news": {"items": [TWO]}, "tags": [{"name": "x"}]}),
            ["t1", "t2"],
        ),
        ("a.json", written({"articles": [ONE]}, {"articles": [TWO, THREE]}), ["t1", "t2", "t3"]),
        ("a.jsonl", written({"articles": [ONE, TWO]}, {"articles": [THREE]}), ["t1", "t2", "t3"]),
        ("a.json", written({"ok": 1, "article": [ONE, TWO]}), ["t1", "t2"]),
        ("a.json", written({"title": "t9", "body": [{"text": "a"}, {"text": "b"}]}), ["t9"]),
        ("a.json", "\ufeff" + LIST, ["t1", "t2", "t3"]),
        ("a.jsonl", "\ufeff\ufeff" + written(ONE) + "\n\ufeff" + written(TWO), ["t1", "t2"]),
        ("a.json", written(ONE, indent=1) + "\n\ufeff" + PRETTY, ["t1", "t1", "t2", "t3"]),
        ("a.json", "\x1e" + written(ONE) + "\n\x1e" + written(TWO), ["t1", "t2"]),
        ("a.jsonl", "\x1e" + written(ONE) + "\n\x1e" + written(TWO), ["t1", "t2"]),
        ("a.json", f"callback({LIST});", ["t1", "t2", "t3"]),
        ("a.js", f"window.news = {PRETTY};\n", ["t1", "t2", "t3"]),
        (
            "a.json",
            "[" + written(ONE, TWO, between=",").replace("Number", "\n\n\tNumber") + "]",
            ["t1", "t2"],
        ),
        ("a.jsonl", written(ONE, TWO).replace("Number", "\tNumber"), ["t1", "t2"]),
        ("a.json", written(by_column(dict)), ["t1", "t2", "t3"]),
        ("a.json", written(by_column(list)), ["t1", "t2", "t3"]),
        (
            "a.json",
            written({"columns": list(ONE), "index": [0, 1], "data": [[*ONE.values()], [*TWO.values()]]}),
            ["t1", "t2"],
        ),
        ("a.json", written({"title": "t9", "text": ["a", "b"], "author": ["A", "B"]}), ["t9"]),
    ],
)
def test_json_of_any_arrangement(name: str, text: str, expected: list[str]) -> None:
    assert shown(read(text, name)) == expected


def test_json_in_utf_16() -> None:
    assert shown(read(PRETTY.encode("utf-16"), "a.json")) == ["t1", "t2", "t3"]


@pytest.mark.parametrize("whole", [LIST, PRETTY, ANSWER, written(ONE, TWO, THREE, indent=1)], ids=range(4))
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"t2"', '"t2'),
        ('"t2"', 't2"'),
        ('"t2"', "t2"),
        ('"t2"', '"t2" "t2"'),
        ('"t2"', '"t2\\x"'),
        ('"t2"', "[" * 3000 + "]" * 3000),
        ('"t2"', '{"a":' * 3000 + "1" + "}" * 3000),
        ('"t2"', "9" * 6000),
        ('"t2",', '"t2"'),
        ('"title": "t2"', '"title" "t2"'),
    ],
    ids=range(10),
)
def test_a_broken_item_of_json_costs_itself(whole: str, old: str, new: str) -> None:
    found = shown(read(whole.replace(old, new), "a.json"))
    assert found[0] == "t1" and found[-1] == "t3"
    assert ["not_json"] in found and len(found) <= 4, found


@pytest.mark.parametrize("cut", [1, 2, 30, 60])
def test_json_that_breaks_off_says_so(cut: int) -> None:
    for whole in (LIST, PRETTY, ANSWER):
        found = shown(read(whole[:-cut], "a.json"))
        assert found[:2] == ["t1", "t2"] and ["not_json"] in found


def test_text_between_values_of_json_is_a_fault() -> None:
    assert shown(read(written([ONE]) + "\nthe end\n" + written([TWO]), "a.json")) == [
        "t1",
        ["not_json"],
        "t2",
    ]
    assert shown(read(written([ONE]) + "garbage", "a.json")) == ["t1", ["not_json"]]


def test_an_item_of_json_that_is_too_large_costs_itself() -> None:
    long = article(2, text="word " * 10_000)
    found = shown(read(written([ONE, long, THREE]), "a.json", page_bytes=20_000, record_bytes=20_000))
    assert found == ["t1", ["too_large"], "t3"]
    found = shown(
        read(written([ONE, article(2, text="word " * 100_000), THREE]), "a.json", page_bytes=20_000)
    )
    assert found == ["t1", ["too_large"], "t3"]


# ---- what a record may be --------------------------------------------------------------------------


def deep(n: int) -> Any:
    value: Any = "x"
    for k in range(n):
        value = [value] if k % 2 else {"a": value}
    return value


def test_half_a_surrogate_pair_is_replaced_wherever_it_stands() -> None:
    given = {"a\ud83d": "b\udc00", "c": [{"d\ude00": ["\ud83d\ude00", "\ud800x"]}], "e": "ok ü"}
    expected = {"a\ufffd": "b\ufffd", "c": [{"d\ufffd": ["😀", "\ufffdx"]}], "e": "ok ü"}
    assert settle(given) == expected
    line = json.dumps(article(1, source="Herald \ud83d", outlet={"name\udfff": ["\udc00"]}))
    for name, text in (("a.jsonl", line + "\n" + written(TWO)), ("a.json", f"[{line},{written(TWO)}]")):
        records = read(text, name)
        assert shown(records) == ["t1", "t2"]
        json.dumps(records[0].data, ensure_ascii=False).encode()


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 400, 900])
def test_a_deep_record_is_a_fault_and_no_more(depth: int) -> None:
    text = f'{{"title": "t2", "text": {json.dumps(deep(depth))}}}'
    for name, whole in (
        ("a.jsonl", f"{written(ONE)}\n{text}\n{written(THREE)}"),
        ("a.json", f"[{written(ONE)},{text},{written(THREE)}]"),
    ):
        found = shown(read(whole, name))
        assert found[0] == "t1" and found[2] == "t3" and found[1] in (["unreadable"], ["not_json"])
    assert isinstance(settle({"a": deep(depth)}), Fault)


# ---- tables as text --------------------------------------------------------------------------------

HEADER = "date,title,text,url"


def row(n: int, text: str | None = None, title: str | None = None) -> str:
    words = f"{WORDS} Number {n}." if text is None else text
    return f'2026-03-{n:02d},{title or f"t{n}"},"{words}",https://pier.example/{n}'


def table(*rows: str, end: str = "\n", above: str = "") -> str:
    return above + end.join([HEADER, *rows]) + end


@pytest.mark.parametrize(
    "bad",
    [
        row(2).replace('",https', ",https"),
        row(2, title='"t2'),
        row(2, text='Never closed, "and more').replace('more",', "more,"),
        row(2).replace('"The', '""The'),
        row(2, text="Two\n\nparagraphs\nof it").replace('",https', ",https"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_mark_that_is_not_closed_costs_its_row(bad: str, end: str) -> None:
    rows = [row(1), bad.replace("\n", end), *(row(n) for n in range(3, 9))]
    found = shown(read(table(*rows, end=end), "a.csv"))
    assert found[0] == "t1" and found[-6:] == [f"t{n}" for n in range(3, 9)]
    assert len(found) == 8 and found[1] in (["unreadable"], "t2")


@pytest.mark.parametrize("n_quoted", [0, 1])
def test_a_mark_that_is_not_closed_among_rows_without_marks(n_quoted: int) -> None:
    plain = [f"2026-03-{n:02d},t{n},some plain words,https://pier.example/{n}" for n in range(1, 9)]
    plain[1] = plain[1].replace("some", '"some')
    if n_quoted:
        plain[5] = plain[5].replace("words", 'words"')
    found = shown(read(table(*plain), "a.csv"))
    assert found == ["t1", ["unreadable"], *(f"t{n}" for n in range(3, 9))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('He said ""no"", and left', 'He said "no", and left'),
        (r"He said \"no\", and left", 'He said "no", and left'),
        (r"He said \"no\"" + '\n\nand, then, left \\"so\\"', 'He said "no"\n\nand, then, left "so"'),
        ('He said "no" and left', 'He said "no" and left'),
        (r"C:\\new\\path \"x\" y", r'C:\new\path "x" y'),
        ('A size of 5" or so', 'A size of 5" or so'),
    ],
)
def test_marks_within_a_field(text: str, expected: str) -> None:
    records = read(table(row(1), row(2, text=text), row(3)), "a.csv")
    assert shown(records) == ["t1", "t2", "t3"]
    assert records[1].data and records[1].data["text"] == expected


@pytest.mark.parametrize(
    "text",
    ['"Never," he said, and left.', '"Never again." He left. "Ever?"', '"No" was the answer.', '"A" or "B"?'],
)
@pytest.mark.parametrize("sign", ["\t", "|", ";"])
def test_words_that_open_a_cell_which_nothing_quotes(text: str, sign: str) -> None:
    rows = [sign.join(cells) for cells in (["title", "text"], ["t1", text], ["t2", text], ["t3", "Dark."])]
    records = read("\n".join(rows) + "\n", "a.csv")
    assert shown(records) == ["t1", "t2", "t3"]
    assert [r.data and r.data["text"] for r in records] == [text, text, "Dark."]


@pytest.mark.parametrize(
    "text", ['He said "no", and left', 'The "lamp", he said, is "lit", or not', '"No", he said']
)
def test_marks_before_a_comma_in_the_last_cell(text: str) -> None:
    rows = [f'2026-03-0{n},t{n},"{text}"' for n in (1, 2, 3)]
    records = read("\n".join(["date,title,text", *rows]), "a.csv")
    assert shown(records) == ["t1", "t2", "t3"]
    assert all(r.data and r.data["text"] == text for r in records)


@pytest.mark.parametrize("header", ['"title", "date", "text"', "title, date, text", "title,  date,  text"])
def test_blanks_before_cells(header: str) -> None:
    rows = [f'"t{n}, again", "2026-03-02", "{WORDS}\n\n“No,” he said."' for n in (1, 2)]
    records = read("\n".join([header, *rows]), "a.csv")
    assert shown(records) == ["t1, again", "t2, again"]
    assert records[1].data and records[1].data["text"].startswith(f"{WORDS}\n\n")


@pytest.mark.parametrize(
    "above",
    ["sep=,\n", "sep=,\r\n", '"sep=,"\n', "Export of the desk\n\n", "Desk,March\nby A. Pell\n\nAll rows:\n"],
)
def test_lines_above_the_header(above: str) -> None:
    assert shown(read(table(row(1), row(2), above=above), "a.csv")) == ["t1", "t2"]


def test_a_delimiter_that_is_named() -> None:
    for sign in ";~^\t":
        text = f"sep={sign}\r\n" + table(row(1), row(2), end="\r\n").replace(",", sign)
        assert shown(read(text, "a.csv")) == ["t1", "t2"]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_line_ends(end: str) -> None:
    assert shown(read(table(row(1), row(2, text="Two\n\nparagraphs"), row(3), end=end), "a.csv")) == [
        "t1",
        "t2",
        "t3",
    ]


@pytest.mark.parametrize("size", [1_200, 30_000, 200_000])
def test_a_field_over_the_limit_costs_its_row(size: int) -> None:
    text = table(row(1), row(2, text="word, " * (size // 6)), row(3), row(4))
    found = shown(read(text, "a.csv", record_bytes=1000, page_bytes=5000))
    assert found[0] == "t1" and found[1][0] in ("too_large", "unreadable")
    assert found[-2:] == ["t3", "t4"]


def test_rows_that_have_lost_their_line_end() -> None:
    assert shown(read(f"{HEADER}\n{row(1)}{row(2)}\n{row(3)}\n", "a.csv")) == [["unreadable"], "t3"]
    ends = [f'{n},t{n},https://pier.example/{n},"{WORDS}"' for n in (1, 2, 3)]
    glued = f"id,title,url,text\n{ends[0]}{ends[1]}\n{ends[2]}\n"
    assert shown(read(glued, "a.csv")) == ["t1", "t2", "t3"]


def test_more_cells_than_columns_are_not_dropped() -> None:
    text = f"title,text\nt1,{WORDS}\nt2,words\nt3,words,,\n"
    assert shown(read(text, "a.csv")) == [["unreadable"], "t2", "t3"]


# ---- web archives ----------------------------------------------------------------------------------

BLOCK = "Content-Type: application/http; msgtype=response"


def page(n: int) -> bytes:
    return (
        f"<html><head><title>t{n}</title></head><body><p>{WORDS} Number {n}. “Ja.”</p></body></html>".encode()
    )


def response(
    n: int, *headers: str, body: bytes | None = None, length: int = 0, kind: str = "response"
) -> bytes:
    head = "\r\n".join(["HTTP/1.1 200 OK", "Content-Type: text/html; charset=utf-8", *headers])
    block = f"{head}\r\n\r\n".encode() + (page(n) if body is None else body)
    return (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://pier.example/{n}\r\n{BLOCK}\r\n"
        f"WARC-Date: 2026-03-02T00:00:00Z\r\nContent-Length: {len(block) + length}\r\n\r\n"
    ).encode() + block + b"\r\n\r\n"  # fmt: skip


def chunked(body: bytes, size: int = 40) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x;ext=1\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def pages(records: list[RawRecord]) -> list[Any]:
    found = []
    for r in records:
        html = (r.data or {}).get("html", "")
        found.append([r.fault.reason] if r.fault else html[html.find("<title>") + 7 :].partition("<")[0])
    return found


@pytest.mark.parametrize(
    "lead", [b"a line of a log\n", b"\x00\x01RC/1.0\r\nWARC-Ty\r\n\r\n", response(1)[40:]]
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_archive_that_begins_with_something_else(lead: bytes, pack: Any) -> None:
    data = pack(lead + response(2) + response(3))
    assert pages(read(data, "a.warc.gz")) == [["unreadable"], "t2", "t3"]


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


CODINGS = [
    (("Transfer-Encoding: chunked",), chunked),
    (("Transfer-Encoding: chunked", "Content-Encoding: gzip"), lambda p: chunked(gzip.compress(p))),
    (("Content-Encoding: gzip",), gzip.compress),
    (("Content-Encoding: x-gzip",), gzip.compress),
    (("Content-Encoding: deflate",), zlib.compress),
    (("Content-Encoding: deflate",), raw_deflate),
    (("Content-Encoding: zstd",), lambda p: pa.compress(p, "zstd", asbytes=True)),
    (("Content-Encoding: br", "Transfer-Encoding: chunked"), lambda p: chunked(brotli.compress(p))),
    (("Content-Encoding: gzip, gzip",), lambda p: gzip.compress(gzip.compress(p))),
    ((), gzip.compress),
    (("Content-Encoding: gzip",), lambda p: p),
    (("Content-Encoding: br",), lambda p: p),
    (("Content-Encoding: deflate", "Transfer-Encoding: chunked"), lambda p: p),
    (("Transfer-Encoding: chunked",), lambda p: p),
    (("Content-Encoding: gzip", "Transfer-Encoding: chunked"), chunked),
    (("Content-Encoding: none",), lambda p: p),
    (("Content-Encoding: UTF-8",), lambda p: p),
    (("Content-Encoding: dcb, sdch",), lambda p: p),
    (("Content-Encoding: identity",), lambda p: b"2026\r\n" + p),
    (("Transfer-Encoding: chunked",), lambda p: chunked(p)[:-7]),
]  # fmt: skip


@pytest.mark.parametrize("coding", CODINGS, ids=range(len(CODINGS)))
@pytest.mark.parametrize("is_packed", [False, True])
def test_a_body_is_what_its_bytes_say(coding: Any, is_packed: bool) -> None:
    headers, pack = coding
    records = [response(1), response(2, *headers, body=pack(page(2))), response(3)]
    data = b"".join(map(gzip.compress, records) if is_packed else records)
    found = read(data, "a.warc.gz" if is_packed else "a.warc")
    assert pages(found) == ["t1", "t2", "t3"]
    assert found[1].data and "“Ja.”" in found[1].data["html"]


def test_a_body_that_nothing_unpacks_is_a_fault() -> None:
    noise = bytes((n * 7919 + n // 3) % 256 for n in range(2000))
    data = response(1) + response(2, "Content-Encoding: compress", body=noise) + response(3)
    assert pages(read(data, "a.warc")) == ["t1", ["unreadable"], "t3"]
    bomb = gzip.compress(b"<p>" + b"x" * 9_000_000)
    data = response(1) + response(2, "Content-Encoding: gzip", body=bomb) + response(3)
    assert pages(read(data, "a.warc")) == ["t1", ["too_large"], "t3"]


@pytest.mark.parametrize("length", [-60, -9, -1, 1, 3, 4, 30, 200, 700, 100_000, 90_000_000])
def test_a_length_that_lies_swallows_nothing(length: int) -> None:
    data = response(1) + response(2, length=length) + response(3) + response(4)
    assert pages(read(data, "a.warc")) == ["t1", "t2", "t3", "t4"]


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        (b"some words\r\n", [["unreadable"]]),
        (b"\x00\x01\x02" * 30_000, [["unreadable"]]),
        (b"WARC/1.0\r\nnonsense\r\n\r\n", [["unreadable"]]),
        (b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 5\r\n", [["unreadable"]]),
        (b"\r\n\r\n\r\n", []),
        (response(9, kind="warcinfo"), []),
        (response(9, kind="respxnse"), [["unreadable"]]),
        (b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: many\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" + page(9) + b"\r\n\r\n", ["t9"]),
        (b"WARC/1.0\r\nWARC-Type: response\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" + page(9) + b"\r\n\r\n", ["t9"]),
    ],
    ids=range(9),
)  # fmt: skip
def test_what_stands_between_records_of_an_archive(between: bytes, expected: list[Any]) -> None:
    found = pages(read(response(1) + between + response(3), "a.warc"))
    assert found == ["t1", *expected, "t3"]


def test_an_archive_that_breaks_off() -> None:
    data = response(1) + response(2)
    assert pages(read(data[:-40], "a.warc")) == ["t1", ["unreadable"]]
    assert pages(read(data[: len(response(1)) + 30], "a.warc"))[-1] == ["unreadable"]


# ---- compression and archives ----------------------------------------------------------------------


@pytest.mark.parametrize("at", [12, 40, -6, -2])
def test_a_damaged_member_of_gzip_costs_itself(at: int) -> None:
    members = [bytearray(gzip.compress(response(n))) for n in (1, 2, 3, 4)]
    members[1][at] ^= 0xFF
    found = pages(read(b"".join(members), "a.warc.gz"))
    assert found[0] == "t1" and "t3" in found and "t4" in found and ["unreadable"] in found
    lines = [bytearray(gzip.compress(written(article(n)).encode() + b"\n")) for n in (1, 2, 3, 4)]
    lines[1][at] ^= 0xFF
    found = shown(read(b"".join(lines), "a.jsonl.gz"))
    assert found[0] == "t1" and "t3" in found and "t4" in found and ["unreadable"] in found


def test_bytes_behind_a_gzip_file_are_a_fault() -> None:
    line = gzip.compress(written(ONE).encode() + b"\n")
    assert shown(read(line + b"\x00" * 500, "a.jsonl.gz")) == ["t1"]
    assert shown(read(line + b"and more", "a.jsonl.gz")) == ["t1", ["unreadable"]]


def tarred(*members: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for n, data in enumerate(members, 1):
            info = tarfile.TarInfo(f"{n}.jsonl")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_damaged_header_of_tar_costs_its_member(n: int) -> None:
    lines = [written(value).encode() + b"\n" for value in (ONE, TWO, THREE)]
    data = bytearray(tarred(*lines))
    data[n * 1024 + 150] ^= 0x3
    found = shown(read(bytes(data), "a.tar"))
    assert [f"t{k + 1}" for k in range(3) if k != n] == [f for f in found if isinstance(f, str)]
    assert ["unreadable"] in found


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", b""),
        ("a.csv", b"title,text\n"),
        ("a.json", b"[]"),
        ("a.json", b"[[],[]]"),
        ("a.txt", b" \n\n"),
        ("a.tar", tarred()),
        ("a.gz", gzip.compress(b"", mtime=0)),
        ("a.jsonl.gz", gzip.compress(b"\n\n", mtime=0)),
        ("a.xml", b"<rss><channel><title>x</title></channel></rss>"),
        ("a.sgm", b"<!DOCTYPE lewis SYSTEM 'lewis.dtd'>\n"),
    ],
)
def test_a_file_that_yields_nothing_is_refused(name: str, data: bytes) -> None:
    records = read(data, name)
    assert len(records) == 1 and records[0].fault and records[0].place == 0


def test_members_that_yield_nothing_are_refused() -> None:
    found = read(tarred(b"", written(ONE).encode(), b"\n"), "a.tar")
    assert [(r.file, r.fault is None) for r in found] == [
        ("a.tar/1.jsonl", False),
        ("a.tar/2.jsonl", True),
        ("a.tar/3.jsonl", False),
    ]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jsonl", b"{}\n" * 150_000),
        ("a.json", b"[" + b"{}," * 150_000 + b"{}]"),
        ("a.csv", b"title,text\n" + b"a\n" * 150_000),
        ("a.jsonl", b"x\n" * 150_000),
    ],
    ids=range(4),
)
def test_records_of_nothing_are_not_counted_without_end(name: str, data: bytes) -> None:
    records = read(data, name)
    assert len(records) < 40_000 and records[-1].fault and records[-1].fault.reason == "hostile"


@pytest.mark.parametrize("content", [b"{}", b"", b"x"])
def test_members_of_nothing_are_not_counted_without_end(content: bytes) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for n in range(900):
            archive.writestr(f"{n}.jsonl", content)
    records = read(out.getvalue(), "a.zip", empty_records=200)
    assert len(records) < 300 and records[-1].fault and records[-1].fault.reason == "hostile"


def test_records_of_a_file_are_bounded_whatever_they_hold() -> None:
    records = read("".join(json.dumps(article(n)) + "\n" for n in range(9)), "a.jsonl", records=5)
    assert [r.fault is None for r in records] == [True] * 5 + [False]
    assert records[-1].fault == (
        "too_large",
        "more than 5 records (setting max_file_records); the rest is not read",
    )


# ---- LexisNexis ------------------------------------------------------------------------------------

SHOW = ("PIER NEWS", "SHOW: The Pier Tonight 8:00 PM EST", "March 2, 2026 Monday", "TRANSCRIPT: 030201pn.t11")
LEFT = ("Copyright 2004 Pier Media Ltd\nAll Rights Reserved\nPier Courier", "March 2, 2004, Tuesday")


@pytest.mark.parametrize(
    ("head", "source", "day", "title"),
    [
        ((*SHOW, "Lamp Lit", "GUESTS: Tom Varga", "LENGTH: 90 words"), "PIER NEWS", "2026", "Lamp Lit"),
        ((*SHOW, "HEADLINE: Lamp Lit", "BYLINE: Ann Roe", "BODY:"), "PIER NEWS", "2026", "Lamp Lit"),
        ((*LEFT, "Lamp Lit", "LENGTH: 90 words"), "Pier Courier", "2004", "Lamp Lit"),
        ((*LEFT, "SECTION: News; Pg. 3", "LENGTH: 90 words", "HEADLINE: Lamp Lit", "BODY:"), "Pier Courier", "2004", "Lamp Lit"),
        (("Pier Courier", "March 2, 2026", "SECTION: News", "LENGTH: 90 words"), "Pier Courier", "2026", None),
        (("\x0cPier Courier", "March 2, 2026", "Lamp Lit", "HIGHLIGHT: At last.", "BODY:"), "Pier Courier", "2026", "Lamp Lit"),
    ],
    ids=range(6),
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_heads_of_lexisnexis(
    head: tuple[str, ...], source: str, day: str, title: str | None, end: str
) -> None:
    export = "\n\n".join(["\x0c  1 of 1 DOCUMENTS", *head, f"HOST: {WORDS}", "LOAD-DATE: March 4, 2026"])
    (found,) = read(export.replace("\n", end), "a.txt")
    assert found.data is not None
    assert (found.data["source"], found.data.get("title")) == (source, title)
    assert day in found.data["published_at"] and found.data["text"] == f"HOST: {WORDS}"


PARAGRAPHS = [
    "The lighthouse was sold to a brewer.",
    "He wants to keep the lamp lit, he said.",
    "No price was named.",
]


def nexis(
    n: int,
    *paragraphs: str,
    mark: str = "{n} of 3 DOCUMENTS",
    fields: str = "LENGTH: 20 words",
    tail: str = "LOAD-DATE: March 3, 2026\n\nLANGUAGE: ENGLISH",
) -> str:
    text = "\n\n".join(paragraphs or PARAGRAPHS)
    heading = f"{mark.format(n=n)}\n\n\n" if mark else ""
    return (
        f"{heading}     Pier Gazette\n\n     March 2, 2026 Monday\n\nt{n}\n\n{fields}\n\n{text}\n\n{tail}\n\n"
    )


def uni(n: int, *paragraphs: str, end: str = "End of Document\n\n") -> str:
    text = "\n".join(paragraphs or PARAGRAPHS)
    return f"t{n}\nPier Gazette\nMarch 2, 2026 Monday\nCopyright 2026 Gazette All Rights Reserved\nSection: NEWS\nLength: 20 words\nBody\n{text}\nLoad-Date: March 3, 2026\n{end}"


def texts(records: list[RawRecord]) -> list[Any]:
    return [[r.fault.reason] if r.fault else str((r.data or {}).get("text")).split("\n\n") for r in records]


LIKE_FIELDS = (
    "BERGEN: The lighthouse was sold on Monday.",
    "BACKGROUND: It was built in 1881.",
    "COMPANY: The brewer's firm was founded in 1990, and has a staff of forty.",
    "SUBJECT: to approval by the county, the sale goes ahead.",
    "PERSON: A man of 40 was seen on the pier.",
    "COUNTRY: Norway is where the brewer comes from.",
    "HALE: How long will it take?",
    "HOST: Good evening.",
    "REPORTER: Who pays?",
    "TYPE: the word was set by hand.",
    "GRAPHIC: that is what the brewer calls the view.",
    "UNIDENTIFIED MALE: I saw it.",
    "Copyright law does not protect lighthouses.",
    "Section: this is what they call the lower part.",
    "Series: the third of four.",
    "Length: forty metres in all.",
    "2 of 3",
    "Body",
)
"""Paragraphs that look like a field, or like another mark of the format."""

# In front of the text, where the names of these three are read, they are fields.
PLACED = [
    (paragraph, place)
    for paragraph in LIKE_FIELDS
    for place in range(4)
    if place or not paragraph.startswith(("Section", "Series", "Length"))
]


@pytest.mark.parametrize(("paragraph", "place"), PLACED)
def test_a_paragraph_that_looks_like_a_field_is_text(paragraph: str, place: int) -> None:
    expected = [*PARAGRAPHS[:place], paragraph, *PARAGRAPHS[place:]]
    if paragraph != "Body":
        if not (paragraph.startswith("GRAPHIC") and place == 3):
            assert texts(read(nexis(1, *expected), "a.txt")) == [expected]
        assert (
            texts(read(nexis(1, *expected, mark=""), "a.txt"))[0][: place + 1] == expected[: place + 1]
            or place == 3
        )
    if not (paragraph.startswith("GRAPHIC") and place == 3):
        assert texts(read(uni(1, *expected), "a.txt")) == [expected]


def test_fields_in_front_of_a_text_and_behind_it_are_not_text() -> None:
    fields = "SHOW: PIER TALK 8:00 PM\n\nANCHORS: Ann Hale\n\nBYLINE: Ole Moe\n\nSECTION: \n\nNEWS; Pg. 3\n\nLENGTH: 20 words\n\nDATELINE: BERGEN\n\nHIGHLIGHT: Sold."
    tail = "SUBJECT: LIGHTHOUSES (92%); BREWERIES (70%)\n\nCOMPANY: PIER BREWERY PLC (58%)\n\nTICKER: PBR (LSE)\n\nGRAPHIC: Photo, The lamp.\n\nLOAD-DATE: \n\nMarch 3, 2026\n\nLANGUAGE: \n\nENGLISH\n\nPUBLICATION-TYPE: Newspaper\n\nJOURNAL-CODE: PGA\n\nCopyright 2026 Pier Gazette\nAll Rights Reserved"
    for mark in ("1 of 1 DOCUMENTS", ""):
        (record,) = read(nexis(1, fields=fields, tail=tail, mark=mark), "a.txt")
        assert record.data == {
            "source": "Pier Gazette",
            "published_at": "March 2, 2026",
            "title": "t1",
            "author": "Ole Moe",
            "section": "NEWS; Pg. 3",
            "summary": "Sold.",
            "language": "ENGLISH",
            "text": "\n\n".join(PARAGRAPHS),
        }


def test_an_article_without_its_end_or_its_heading() -> None:
    assert shown(read(uni(1) + uni(2) + uni(3, end=""), "a.txt")) == ["t1", "t2", "t3"]
    assert shown(read(uni(1) + uni(2, end="") + uni(3), "a.txt"))[0] == "t1"
    assert len(read(uni(1) + uni(2, end="") + uni(3), "a.txt")) == 3
    assert shown(read(nexis(1) + nexis(2, mark="") + nexis(3), "a.txt")) == ["t1", "t2", "t3"]
    assert shown(read(nexis(1, mark="") + nexis(2), "a.txt")) == ["t1", "t2"]
    assert shown(read(nexis(1, mark="") + nexis(2, mark=""), "a.txt")) == ["t1", "t2"]
    assert shown(read(nexis(1) + nexis(3), "a.txt")) == ["t1", ["unreadable"], "t3"]
    assert [f for f in shown(read(nexis(1, tail="") + nexis(2, mark=""), "a.txt")) if f != "t1"] == [
        ["unreadable"]
    ]


# ---- tables, corpora, XML --------------------------------------------------------------------------

NAMES = ["title", "text", "url"]


def book(**sheets: list[list[Any]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for cells in rows:
            sheet.append(cells)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def cells(n: int) -> list[Any]:
    return list(article(n).values())


def test_all_sheets_of_a_workbook_are_read() -> None:
    above: list[list[Any]] = [["Export of the desk"], [], [None, "March"], ["by", "A. Pell"]]
    data = book(a=[NAMES, cells(1)], b=[*above, NAMES, cells(2)], c=[], d=[[], NAMES, cells(3), [], cells(4)])
    assert shown(read(data, "a.xlsx")) == ["t1", "t2", "t3", "t4"]


@pytest.mark.parametrize("notes", [[["Notes"]], [["x", "y"], [1, 2]], [[n] for n in range(50)]])
def test_a_sheet_without_a_header_is_a_fault(notes: list[list[Any]]) -> None:
    assert shown(read(book(a=[NAMES, cells(1)], b=notes, c=[NAMES, cells(2)]), "a.xlsx")) == [
        "t1",
        ["unreadable"],
        "t2",
    ]


def database(n_rows: int, *, without_rowid: bool = False) -> bytearray:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.sqlite"
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA page_size = 1024")
        key = "PRIMARY KEY) WITHOUT ROWID" if without_rowid else ")"
        connection.execute(f"CREATE TABLE news (text, url, title {key}")
        rows = [(article(n)["text"], article(n)["url"], f"t{n:04d}") for n in range(n_rows)]
        connection.executemany("INSERT INTO news VALUES (?, ?, ?)", rows)
        connection.commit()
        connection.close()
        return bytearray(path.read_bytes())


@pytest.mark.parametrize("pages", [[5], [9, 10], [4, 20, 33], [3]])
def test_a_damaged_page_of_a_database_costs_its_rows(pages: list[int]) -> None:
    data = database(150)
    lost = set()
    for page_number in pages:
        start = (page_number - 1) * 1024
        lost |= {m.decode() for m in re.findall(rb"t\d{4}", bytes(data[start : start + 1024]))}
        data[start : start + 8] = b"\xff" * 8
    found = shown(read(bytes(data), "a.sqlite"))
    assert [f for f in found if isinstance(f, str)] == [
        f"t{n:04d}" for n in range(150) if f"t{n:04d}" not in lost
    ]
    assert ["unreadable"] in found


def test_a_table_without_row_numbers() -> None:
    assert len(shown(read(bytes(database(30, without_rowid=True)), "a.sqlite"))) == 30


@pytest.mark.parametrize("group", [0, 1, 2])
def test_a_damaged_row_group_costs_itself(group: int) -> None:
    out = io.BytesIO()
    pq.write_table(
        pa.Table.from_pylist([article(n) for n in range(6)]), out, row_group_size=2, compression="zstd"
    )
    data = bytearray(out.getvalue())
    start = pq.ParquetFile(io.BytesIO(bytes(data))).metadata.row_group(group).column(1)
    at = start.dictionary_page_offset or start.data_page_offset
    data[at : at + start.total_compressed_size] = b"\xfe" * start.total_compressed_size
    found = shown(read(bytes(data), "a.parquet"))
    assert [f for f in found if isinstance(f, str)] == [f"t{n}" for n in range(6) if n // 2 != group]
    assert ["unreadable"] in found


def test_a_table_that_says_it_has_a_million_rows_of_nothing() -> None:
    out = io.BytesIO()
    pq.write_table(pa.table({"title": pa.nulls(1_000_000), "text": pa.nulls(1_000_000)}), out)
    records = read(out.getvalue(), "a.parquet")
    assert len(records) < 25_000 and records[-1].fault and records[-1].fault.reason == "hostile"


CONLLU = """# newdoc id = d1
# meta::title = t1
# newpar
# sent_id = 1-1
1\tThe\tthe\tDET\t_\t_\t3\t_\t_\t_
2\tlamp\tlamp\tNOUN\t_\t_\t3\t_\t_\t_
3-4\tdoesn't\t_\t_\t_\t_\t_\t_\t_\t_
3\tdoes\tdo\tAUX\t_\t_\t0\t_\t_\t_
4\tn't\tnot\tPART\t_\t_\t3\t_\t_\t_
4.1\tgo\tgo\tVERB\t_\t_\t_\t_\t_\t_
5\tburn\tburn\tVERB\t_\t_\t3\t_\t_\tSpaceAfter=No
6\t.\t.\tPUNCT\t_\t_\t3\t_\t_\t_

# newpar
# sent_id = 1-2
# text = It is dark.
1\tIt\t_\t_\t_\t_\t_\t_\t_\t_

"""


def test_the_text_of_a_corpus_without_text_lines() -> None:
    second = CONLLU.replace("d1", "d2").replace("t1", "t2")
    records = read(CONLLU + second, "a.conllu")
    assert shown(records) == ["t1", "t2"]
    assert records[0].data and records[0].data["text"] == "The lamp doesn't burn. \n\nIt is dark."
    bare = "\n".join(line for line in CONLLU.splitlines() if not line.startswith("#")) + "\n\n"
    (record,) = read(bare, "a.conllu")
    assert record.data and record.data["text"] == "The lamp doesn't burn. It"
    assert shown(read(CONLLU + second.replace("# newdoc id = d2\n", ""), "a.conllu")) == ["t1", "t2"]
    assert shown(read(CONLLU.replace("5\tburn", "5 burn") + second, "a.conllu")) == [
        ["unreadable"],
        "t1",
        "t2",
    ]
    assert shown(read(CONLLU + "# newdoc id = d3\n# meta::title = t3\n", "a.conllu")) == ["t1", ["no_text"]]


def story(n: int, end: str = "</REUTERS>\n") -> str:
    return f'<REUTERS NEWID="{n}"><DATE> 1-MAR-2026</DATE><TEXT><TITLE>t{n}</TITLE><BODY>{WORDS}</BODY></TEXT>{end}'


def test_stories_without_their_ends() -> None:
    assert shown(read(story(1) + story(2, "") + story(3), "a.sgm")) == ["t1", "t2", "t3"]
    assert shown(read(story(1) + story(2, "") + story(3, ""), "a.sgm")) == ["t1", "t2", ["unreadable"]]
    assert shown(read(story(1) + "and more", "a.sgm")) == ["t1", ["unreadable"]]


def item(n: int) -> str:
    return f'<n:newsItem guid="{n}"><n:itemMeta/><n:contentMeta><n:headline>t{n}</n:headline></n:contentMeta><n:contentSet><n:inlineData>{WORDS}</n:inlineData></n:contentSet></n:newsItem>'


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", ["t1", "t2", "t3"]),
        ("t2</n:headline>", "t2", ["t1", "t2", "t3"]),
        (f"{WORDS}</n:inlineData></n:contentSet></n:newsItem>", WORDS, ["t1", "t2", "t3"]),
        ('<n:newsItem guid="2">', "", ["t1", "t3", ["unreadable"]]),
        ('<n:newsItem guid="2">', '<n:nwsItem guid="2">', ["t1", "t3", ["unreadable"]]),
    ],
    ids=range(5),
)
def test_items_with_broken_tags(old: str, new: str, expected: list[Any]) -> None:
    broken = item(2).replace(old, new) if old else item(2)
    text = f'<?xml version="1.0"?><n:newsMessage xmlns:n="http://iptc.org/std/nar/2006-10-01/"><n:itemSet>{item(1)}{broken}{item(3)}</n:itemSet></n:newsMessage>'
    assert shown(read(text, "a.xml")) == expected


def test_entries_with_broken_tags() -> None:
    def entry(n: int) -> str:
        return f"<item><title>t{n}</title><link>https://pier.example/{n}</link><guid>{n}</guid><description>{WORDS}</description></item>"

    for old, new in (
        ("</item><item>", ""),
        ("<item><title>t2", "<itm><title>t2"),
        ("<item><title>t2", "<title>t2"),
    ):
        text = f"<rss><channel><title>Gazette</title>{entry(1)}{entry(2)}{entry(3)}</channel></rss>"
        found = shown(read(text.replace(old, new, 1), "a.xml"))
        assert found[-1] == ["unreadable"] and "t3" in found


@pytest.mark.parametrize("inner", ["a.zip", "a.xlsx", "a.parquet"])
def test_what_must_be_sought_in_within_a_packed_tar(inner: str) -> None:
    made = io.BytesIO()
    if inner == "a.zip":
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("a.jsonl", written(ONE))
    elif inner == "a.xlsx":
        book = openpyxl.Workbook()
        for cells in (list(ONE), list(ONE.values())):
            book.worksheets[0].append(cells)
        book.save(made)
    else:
        pq.write_table(pa.Table.from_pylist([ONE]), made)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        member = tarfile.TarInfo(inner)
        member.size = len(made.getvalue())
        tar.addfile(member, io.BytesIO(made.getvalue()))
    assert shown(read(out.getvalue(), "a.tar.gz")) == ["t1"]
