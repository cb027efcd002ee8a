# ruff: noqa: E501 - files in the lines of their formats
"""Files of all formats, mutilated at random, and what must hold of what is read of them.

    python tests/ingest/formats/mutilation.py [NUMBER [SECONDS [FORMAT ...]]]    # or: make fuzz

* Reading raises nothing, and ends in its time.
* A record that the damage did not come near is read, where the format has marks to find it by.
* Nothing is lost in silence: where there are fewer records than left a trace, there is a fault.

Each mutilation is told by its format and number, so that what fails can be done again.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import sqlite3
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.ingest.formats.reader import Limits
from pipeline.ingest.formats.sniff import read_stream
from pipeline.ingest.record import RawRecord

N_RECORDS = 8
MAX_SECONDS = 5.0
"""CPU for one file; all are of some kilobytes."""

_WORDS = [
    "the",
    "ferry",
    "board",
    "harbour",
    "council",
    "voted",
    "lighthouse",
    "brewer",
    "pier",
    "lamp",
    "storm",
    "engine",
    "mayor",
    "repair",
    "summer",
    "boat",
]


@dataclass(frozen=True)
class Format:
    """How files of a format are made, and what their readers promise.

    Attributes:
        name: of the file.
        make: its bytes, from its records.
        finds: whether a record that was not touched is always found.
        shows: whether the words of the records stand in the bytes as they are.
        one: the whole file is one record.
        is_aligned: what follows is found only where no byte is missing or too many.
    """

    name: str
    make: Callable[[list[dict[str, str]]], bytes]
    finds: bool = True
    shows: bool = True
    one: bool = False
    is_aligned: bool = False


def articles(source: random.Random) -> list[dict[str, str]]:
    """Return records, each with a word of its own at its beginning and its end."""
    made = []
    for n in range(N_RECORDS):
        words = [source.choice(_WORDS) for _ in range(source.randint(15, 60))]
        if source.random() < 0.3:
            words[3] = source.choice(['"so"', "“ja”", "café,", "A: B", "it's;", "1 < 2"])
        half = len(words) // 2
        text = f"{' '.join(words[:half])}.\n\n{' '.join(words[half:])} {mark(n)}z."
        made.append(
            {
                "title": f"{mark(n)}a {' '.join(words[:4])}",
                "text": text,
                "url": f"https://herald.example/2026/{n}",
                "published_at": f"2026-03-{n + 1:02d}",
            }
        )
    return made


def mark(n: int) -> str:
    return f"qq{n:03d}"


# ---- formats ---------------------------------------------------------------------------------------


def _json(**options: object) -> Callable[[list[dict[str, str]]], bytes]:
    return lambda records: json.dumps(records, **options).encode()  # type: ignore[arg-type]


def _lines(records: list[dict[str, str]]) -> bytes:
    return b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)


def _csv(delimiter: str, *, plain: bool = False, end: str = "\n") -> Callable[[list[dict[str, str]]], bytes]:
    def make(records: list[dict[str, str]]) -> bytes:
        rows = [delimiter.join(["id", "published_at", "title", "text", "url"])]
        for n, record in enumerate(records):
            cells = [str(n), record["published_at"], record["title"], record["text"], record["url"]]
            if plain:
                cells = [cell.replace("\n", " ").replace('"', "").replace(delimiter, " ") for cell in cells]
            else:
                cells[2:4] = ['"' + cell.replace('"', '""') + '"' for cell in cells[2:4]]
            rows.append(delimiter.join(cells))
        return (end.join(rows) + end).encode()

    return make


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _page(record: dict[str, str]) -> str:
    paragraphs = "".join(f"<p>{_escaped(part)}</p>" for part in record["text"].split("\n\n"))
    return f"<!DOCTYPE html><html><head><title>{_escaped(record['title'])}</title></head><body>{paragraphs}</body></html>"


def _response(record: dict[str, str]) -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + _page(record).encode()
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {record['url']}\r\nContent-Type: application/http\r\n"
    return f"{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def _warc(records: list[dict[str, str]]) -> bytes:
    return b"".join(map(_response, records))


def _warc_gz(records: list[dict[str, str]]) -> bytes:
    return b"".join(gzip.compress(_response(record), mtime=0) for record in records)


def _nexis(records: list[dict[str, str]]) -> bytes:
    parts = [
        f"                {n} of {len(records)} DOCUMENTS\n\n\n         Pier Gazette\n\n       March 2, 2026 Monday\n\n{r['title']}\n\n"
        f"SECTION: NEWS\n\nLENGTH: 50 words\n\n{r['text']}\n\nLOAD-DATE: March 3, 2026\n\nLANGUAGE: ENGLISH\n\n"
        for n, r in enumerate(records, 1)
    ]
    return "".join(parts).encode()


def _uni(records: list[dict[str, str]]) -> bytes:
    parts = [
        f"{r['title']}\nPier Gazette\nMarch 2, 2026 Monday\nCopyright 2026 Gazette\nLength: 50 words\nBody\n\n{r['text']}\n\n"
        "Load-Date: March 3, 2026\n\n\nEnd of Document\n\n"
        for r in records
    ]
    return "".join(parts).encode()


def _sgml(records: list[dict[str, str]]) -> bytes:
    parts = [
        f'<REUTERS TOPICS="NO" NEWID="{n}"><DATE> 1-MAR-2026 10:05:00.11</DATE><TEXT><TITLE>{_escaped(r["title"])}</TITLE>'
        f"<BODY>{_escaped(r['text'])}\n&#3;</BODY></TEXT></REUTERS>\n"
        for n, r in enumerate(records, 1)
    ]
    return ('<!DOCTYPE lewis SYSTEM "lewis.dtd">\n' + "".join(parts)).encode()


def _newsml(records: list[dict[str, str]]) -> bytes:
    parts = [
        f'<newsItem guid="urn:{n}"><itemMeta><firstCreated>{r["published_at"]}</firstCreated></itemMeta><contentMeta><headline>'
        f"{_escaped(r['title'])}</headline></contentMeta><contentSet><inlineXML><html><body><p>{_escaped(r['text'])}</p></body>"
        "</html></inlineXML></contentSet></newsItem>\n"
        for n, r in enumerate(records)
    ]
    return f'<?xml version="1.0"?><newsMessage><itemSet>{"".join(parts)}</itemSet></newsMessage>'.encode()


def _rss(records: list[dict[str, str]]) -> bytes:
    parts = [
        f"<item><title>{_escaped(r['title'])}</title><link>{r['url']}</link><description>{_escaped(r['text'])}</description></item>\n"
        for r in records
    ]
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Herald</title>{"".join(parts)}</channel></rss>'.encode()


def _sitemap(records: list[dict[str, str]]) -> bytes:
    parts = [
        f"<url><loc>{r['url']}</loc><lastmod>{r['published_at']}</lastmod><title>{_escaped(r['title'])} {r['text'][-8:]}</title></url>\n"
        for r in records
    ]
    return f"<urlset>{''.join(parts)}</urlset>".encode()


def _conllu(records: list[dict[str, str]]) -> bytes:
    lines: list[str] = []
    for n, r in enumerate(records):
        lines += [f"# newdoc id = d{n}", f"# meta::title = {r['title']}", f"# meta::sourceURL = {r['url']}"]
        lines += [f"# meta::dateCreated = {r['published_at']}", f"# sent_id = {n}-1"]
        lines += [f"{k}\t{word}" + "\t_" * 8 for k, word in enumerate(r["text"].split(), 1)]
        lines.append("")
    return "\n".join([*lines, ""]).encode()


def _text(records: list[dict[str, str]]) -> bytes:
    return f"{records[0]['title']}\n\n{records[0]['text']}\n".encode()


def _parquet(records: list[dict[str, str]]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(records), out, row_group_size=2, compression="none")
    return out.getvalue()


def _sqlite(records: list[dict[str, str]]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.sqlite"
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA page_size = 512")
        connection.execute("CREATE TABLE news (title, text, url, published_at)")
        connection.executemany("INSERT INTO news VALUES (?, ?, ?, ?)", [tuple(r.values()) for r in records])
        connection.commit()
        connection.close()
        return path.read_bytes()


def _xlsx(records: list[dict[str, str]]) -> bytes:
    book = openpyxl.Workbook()
    half = len(records) // 2
    for sheet, part in ((book.active, records[:half]), (book.create_sheet("More"), records[half:])):
        sheet.append(list(records[0]))
        for record in part:
            sheet.append(list(record.values()))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _docx(records: list[dict[str, str]]) -> bytes:
    import docx

    document = docx.Document()
    for line in _uni(records).decode().splitlines():
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _zip(records: list[dict[str, str]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for n, record in enumerate(records):
            archive.writestr(f"n{n}.jsonl", _lines([record]))
    return out.getvalue()


def _tar(records: list[dict[str, str]]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for n, record in enumerate(records):
            data = _lines([record])
            info = tarfile.TarInfo(f"n{n}.jsonl")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


FORMATS: dict[str, Format] = {
    "jsonl": Format("a.jsonl", _lines),
    "jsonl.gz": Format("a.jsonl.gz", lambda r: b"".join(gzip.compress(_lines([x]), mtime=0) for x in r), shows=False),
    "json list": Format("a.json", _json()),
    "json pretty": Format("a.json", _json(indent=1, ensure_ascii=False)),
    "json answer": Format("a.json", lambda r: json.dumps({"ok": True, "articles": r, "total": 8}).encode()),
    "json documents": Format("a.json", lambda r: b"\n".join(json.dumps(x, indent=2).encode() for x in r)),
    "csv": Format("a.csv", _csv(",")),
    "csv windows": Format("a.csv", _csv(";", end="\r\n")),
    "tsv": Format("a.tsv", _csv("\t", plain=True)),
    "warc": Format("a.warc", _warc),
    "warc.gz": Format("a.warc.gz", _warc_gz, shows=False),
    "lexisnexis": Format("a.txt", _nexis),
    "nexis uni": Format("a.txt", _uni),
    "reuters_sgml": Format("a.sgm", _sgml),
    "newsml": Format("a.xml", _newsml, finds=False),
    "feed": Format("a.xml", _rss, finds=False),
    "sitemap": Format("a.xml", _sitemap, finds=False),
    "conllu": Format("a.conllu", _conllu),
    "text": Format("a.txt", _text, one=True),
    "html": Format("a.html", lambda r: _page(r[0]).encode(), one=True),
    "nitf": Format("a.xml", lambda r: f"<nitf><head><title>{_escaped(r[0]['title'])}</title></head><body><body.content><p>{_escaped(r[0]['text'])}</p></body.content></body></nitf>".encode(), finds=False, one=True),
    "parquet": Format("a.parquet", _parquet, shows=False, finds=False),
    "sqlite": Format("a.sqlite", _sqlite, shows=False, finds=False),
    "xlsx": Format("a.xlsx", _xlsx, shows=False, finds=False),
    "docx": Format("a.docx", _docx, shows=False, finds=False),
    "zip": Format("a.zip", _zip, shows=False, finds=False),
    "tar": Format("a.tar", _tar, is_aligned=True),
}  # fmt: skip


# ---- damage ----------------------------------------------------------------------------------------


def damage(data: bytes, source: random.Random) -> tuple[bytes, int, int, str]:
    """Return mutilated bytes, from where to where of the old ones they are others, and what was done."""
    kind = source.choice(["drop", "double", "cut", "splice", "overwrite", "flip"])
    at = source.randrange(len(data))
    n = min(source.choice([1, 1, 2, 5, 12]), len(data) - at)
    part = data[at : at + n]
    if kind == "drop":
        return data[:at] + data[at + n :], at, at + n, kind
    if kind == "double":
        return data[: at + n] + part + data[at + n :], at, at + n, kind
    if kind == "cut":
        return data[:at], at, len(data), kind
    elsewhere = source.randrange(len(data))
    if kind == "splice":
        return data[:at] + data[elsewhere : elsewhere + n] + data[at:], at, at, kind
    if kind == "overwrite":
        return data[:at] + data[elsewhere : elsewhere + n] + data[at + n :], at, at + n, kind
    return data[:at] + bytes([part[0] ^ 1 << source.randrange(8)]) + data[at + 1 :], at, at + 1, kind


def touched(data: bytes, begin: int, end: int, n_records: int) -> set[int]:
    """Return the numbers of the records that the damage came near: in them, or between them and the next.

    In front of the first is what tells the format, and a table its columns: there it came near to all.
    """
    spans = []
    for n in range(n_records):
        found = [m.start() for m in re.finditer(mark(n).encode(), data)]
        spans.append((min(found), max(found) + 6))
    near = set(range(n_records)) if begin < spans[0][0] else set()
    for n in range(n_records):
        low = spans[n - 1][1] if n else 0
        high = spans[n + 1][0] if n + 1 < n_records else len(data)
        if begin <= high and end >= low:
            near.add(n)
    return near


def found_in(records: list[RawRecord]) -> list[set[int]]:
    """Return, for each record, of which records it holds words."""
    numbers = []
    for record in records:
        if record.data is not None:
            words = set(re.findall(r"qq(\d{3})[az]", json.dumps(record.data, default=str)))
            numbers.append({int(word) for word in words})
    return numbers


def check(name: str, number: int) -> str | None:
    """Return what is wrong with the reading of a mutilated file; None where nothing is."""
    given = FORMATS[name]
    source = random.Random(f"{name}:{number}")
    n_records = 1 if given.one else N_RECORDS
    whole = given.make(articles(source)) if given.shows or number % 16 == 0 else _made(name, number // 16)
    data, begin, end, kind = damage(whole, source)
    start = time.process_time()
    try:
        records = list(read_stream(io.BytesIO(data), given.name, Limits(), size=len(data)))
    except Exception as error:  # noqa: BLE001 - that there is none is what is tested
        return f"{kind} at {begin}: {type(error).__name__}: {error}"
    if kind == "cut" and whole[begin : begin + 3] == b"\x1f\x8b\x08":
        return None  # between two members, where nobody can tell
    spent = time.process_time() - start
    if spent > MAX_SECONDS:
        return f"{kind} at {begin}: {spent:.1f} s"
    n_faults = sum(record.fault is not None for record in records)
    found = found_in(records)
    if given.shows:
        near = touched(whole, begin, end, n_records)
        traces = {n for n in range(n_records) if mark(n).encode() in data}
        missing = set(range(n_records)) - near - set().union(*found)
        if given.finds and missing and not (given.is_aligned and len(data) != len(whole)):
            return f"{kind} at {begin}: records {sorted(missing)} are gone, {n_faults} faults"
    else:
        traces = set(range(n_records))
    n_good = sum(record.data is not None for record in records)
    if n_good < len(traces) and not n_faults:
        return f"{kind} at {begin}: {n_good} of {len(traces)} records, and no fault"
    if not records:
        return f"{kind} at {begin}: nothing"
    return None


_kept: dict[tuple[str, int], bytes] = {}


def _made(name: str, number: int) -> bytes:
    """Return a file that takes long to make, the same for several mutilations."""
    if (name, number) not in _kept:
        _kept.clear()
        _kept[name, number] = FORMATS[name].make(articles(random.Random(f"{name}:file:{number}")))
    return _kept[name, number]


# ---- the command -----------------------------------------------------------------------------------


def run(name: str, number: int, seconds: float) -> Iterator[tuple[int, str]]:
    """Yield what is wrong, of so many mutilations; the last is the number of those that were done."""
    end = time.monotonic() + seconds
    done = 0
    for n in range(number):
        if time.monotonic() > end:
            break
        problem = check(name, n)
        done += 1
        if problem:
            yield n, problem
    yield done, "done"


def main(arguments: list[str]) -> int:
    """Do what the module's docstring says."""
    number = int(arguments[0]) if arguments else 20_000
    seconds = float(arguments[1]) if len(arguments) > 1 else 3600.0
    names = arguments[2:] or list(FORMATS)
    n_bad = n_all = 0
    for name in names:
        start = time.process_time()
        problems = list(run(name, number, seconds / len(names)))
        done = problems.pop()[0]
        n_bad += len(problems)
        n_all += done
        spent = time.process_time() - start
        sys.stdout.write(f"{name:16} {done:6} mutilations {len(problems):5} failed {spent:7.1f} s CPU\n")
        for n, problem in problems[:5]:
            sys.stdout.write(f"    {n}: {problem}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{'all':16} {n_all:6} mutilations {n_bad:5} failed\n")
    return 1 if n_bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
