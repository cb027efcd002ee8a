# ruff: noqa: E501 - a delivery in the lines of its formats
"""The counts of odd deliveries: what came in is kept, rejected or undated, by reader, and nothing else."""

import gzip
import io
import json
import random
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from mutilation import FORMATS, articles

from pipeline.ingest.sources import open_source
from pipeline.settings import Settings, load_settings
from pipeline.stages.ingest import ingest
from pipeline.store import Store
from pipeline.store.batch import Batch
from pipeline.store.plan import find_plan

TEXT = "The keeper of the northern light went home on Monday, and the lamp has been dark ever since, he said."
N = random.Random(7)


def row(n: int, **values: Any) -> dict[str, Any]:
    base = {"url": f"https://pier.example/{n}", "title": f"Lamp {n}", "text": f"{TEXT} {n}."}
    return {k: v for k, v in (base | {"date": "2026-03-02"} | values).items() if v is not None}


def rows(*numbers: int, **values: Any) -> str:
    return "".join(json.dumps(row(n, **values)) + "\n" for n in numbers)


def table(*lines: str) -> str:
    return "\n".join(["title,text,date", *lines]) + "\n"


def zipped(members: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def book(**sheets: list[list[Any]]) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, cells in sheets.items():
        sheet = made.create_sheet(name)
        for line in cells:
            sheet.append(line)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def parquet(*records: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(records)), out)
    return out.getvalue()


def response(n: int, *headers: str, pack: Callable[[bytes], bytes] = bytes) -> bytes:
    page = f"<html><head><title>Lamp {n}</title></head><body><article><p>{TEXT} {n}.</p><p>{TEXT}</p></article></body></html>"
    head = "\r\n".join(["HTTP/1.1 200 OK", "Content-Type: text/html", *headers])
    block = f"{head}\r\n\r\n".encode() + pack(page.encode())
    lead = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://pier.example/2026/03/02/{n}\r\n"
    kind = (
        f"Content-Type: application/http\r\nWARC-Date: 2026-03-03T00:00:00Z\r\nContent-Length: {len(block)}"
    )
    return f"{lead}{kind}\r\n\r\n".encode() + block + b"\r\n\r\n"


def in_chunks(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data)


def nexis(*parts: str) -> str:
    heads = (
        f"{n} of {len(parts)} DOCUMENTS\n\nPier Courier\n\nMarch 2, 2026 Monday\n\nLamp {n}\n\nLENGTH: 40 words\n\n{part}"
        for n, part in enumerate(parts, 1)
    )
    return "\n\n".join(heads)


GZ_CUT = gzip.compress("".join(rows(n, pad=f"{N.random()}" * 20) for n in range(400)).encode())[:-900]


@dataclass(frozen=True)
class Delivery:
    """What is delivered, and what must become of it: records, kept, undated, and the reasons of the others."""

    files: dict[str, str | bytes]
    records: int
    kept: int
    undated: int = 0
    unplaced: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    readers: set[str] = field(default_factory=set)


DELIVERIES = {
    "poison among lines": Delivery(
        {
            "2026-03-02/a.jsonl": rows(1)
            + '{"text": "' + TEXT + ' 2", "source": "The Light \\ud83d", "date": "2026-03-02"}\n'
            + '{"url": "https://p\\ud83d.example/3", "text": "' + TEXT + ' 3", "date": "2026-03-02"}\n'
            + '{"text": ' + "[" * 900 + "]" * 900 + "}\n"
            + '{"a": ' * 900 + "1" + "}" * 900 + "\n" + rows(6)
        },
        6, 4, reasons={"unreadable": 2}, readers={"jsonl"},
    ),
    "an array, in lines, under the name of lines": Delivery(
        {"2026-03-02/a.jsonl": "[\n" + ",\n".join(json.dumps(row(n)) for n in range(5)) + "\n]\n"},
        5, 5, readers={"json"},
    ),
    "several lists, one after the other": Delivery(
        {
            "2026-03-02/a.json": json.dumps([row(1), row(2)]) + json.dumps([row(3)]),
            "2026-03-02/b.json": json.dumps({"news": [row(4)], "sport": [row(5), row(6)]}),
        },
        6, 6, readers={"json"},
    ),
    "a broken item of a list": Delivery(
        {"2026-03-02/a.json": f"[{json.dumps(row(1))}, {{broken, {json.dumps(row(2))}, {json.dumps(row(3))}]"},
        4, 3, reasons={"not_json": 1}, readers={"json"},
    ),
    "a mark that is not closed": Delivery(
        {"2026-03-02/a.csv": table(*(f'"L{n}","{TEXT} {n}",2026-03-02' for n in range(9)), f'"L9","{TEXT},2026-03-02', *(f'"L{n}","{TEXT} {n}",2026-03-02' for n in range(10, 15)))},
        15, 14, reasons={"unreadable": 1}, readers={"csv"},
    ),
    "a sheet with a title above its header": Delivery(
        {
            "2026-03-02/a.xlsx": book(
                one=[["title", "text", "date"], ["L1", f"{TEXT} 1", "2026-03-02"]],
                two=[["Exported by the desk"], [], ["title", "text", "date"], ["L2", f"{TEXT} 2", "2026-03-02"], ["L3", f"{TEXT} 3", "2026-03-02"]],
            )
        },
        3, 3, readers={"xlsx"},
    ),
    "impossible dates of a table": Delivery(
        {
            "2026-03-02/a.parquet": parquet(
                *(row(n, date=datetime(2026, 3, 2, n, tzinfo=UTC)) for n in range(3)),
                row(4, date=datetime(201, 3, 2, tzinfo=UTC)),
                row(5, date=datetime(2027, 3, 2, tzinfo=UTC)),
            )
        },
        5, 3, reasons={"bad_date": 1, "future_day": 1}, readers={"parquet"},
    ),
    "responses in chunks, packed, and with headers that lie": Delivery(
        {
            "2026-03-03/a.warc": response(1, "Transfer-Encoding: chunked", "Content-Encoding: gzip", pack=lambda p: in_chunks(gzip.compress(p)))
            + response(2, "Content-Encoding: none")
            + response(3, "Content-Encoding: gzip", "Transfer-Encoding: chunked")
            + response(4)
        },
        4, 4, readers={"warc"},
    ),
    "an export whose last article has no end": Delivery(
        {"2026-03-02/a.txt": nexis(f"{TEXT} 1.\n\nMUMBAI: {TEXT}\n\nEnd of Document", f"{TEXT} 2.\n\nKEEPER: {TEXT}")},
        2, 2, readers={"lexisnexis"},
    ),
    "an archive of odds and ends": Delivery(
        {
            "2026-03-02/a.zip": zipped(
                {"README.txt": "License: this file lists the files of the data set.", "a/x.csv": table(f'L,"{TEXT} 1",2026-03-02'),
                 "b/y.jsonl": rows(2, 3), "b/empty.jsonl": "", "c/z.bin": bytes(range(256)), "../out.jsonl": rows(4)}
            )
        },
        6, 3, reasons={"unreadable": 2, "hostile": 1}, readers={"csv", "jsonl", ""},
    ),
    "names that begin like those of companions": Delivery(
        {
            "2026-03-02/licensed-content.jsonl": rows(1),
            "2026-03-02/License-fees.csv": table(f'L,"{TEXT} 2",2026-03-02'),
            "2026-03-02/readme_first.jsonl": rows(3),
            "2026-03-02/LICENSE": "MIT License. Permission is hereby granted, free of charge, to any person obtaining a copy of these files.",
        },
        3, 3, readers={"jsonl", "csv"},
    ),
    "a gzip that breaks off": Delivery({"2026-03-02/a.jsonl.gz": GZ_CUT}, -1, -1, reasons={"unreadable": 1}, readers={"jsonl", ""}),
    "undated, in a file with dates": Delivery(
        {"all.jsonl": rows(1, 2) + rows(3, 4, date=None) + rows(5, date="1970-01-01T00:00:00Z")}, 5, 2, undated=3, readers={"jsonl"},
    ),
    "undated, in a file without any": Delivery(
        {"all.jsonl": rows(1), "loose.jsonl": rows(2, 3, date=None) + "{broken\n"}, 1, 1, unplaced=3, readers={"jsonl"},
    ),
    "twice the same, too short, too long, no text, a wall": Delivery(
        {
            "2026-03-02/a.jsonl": rows(1, 1) + rows(2, text="Dark.") + rows(3, text="dark " * 60_000) + rows(4, text="") + rows(5, text=None)
            + rows(6, text="\ufffd\ufffd\ufffd " * 30)
        },
        7, 1, reasons={"duplicate_id": 1, "too_short": 1, "too_large": 1, "no_text": 2, "bad_encoding": 1}, readers={"jsonl"},
    ),
    "pages: a story, a wall, nothing": Delivery(
        {
            "2026-03-02/a.html": f"<!doctype html><html><head><title>L</title></head><body><article><p>{TEXT}</p><p>{TEXT} And so on.</p></article></body></html>",
            "2026-03-02/b.html": "<!doctype html><html><head><title>B</title></head><body></body></html>",
            "2026-03-02/c.html": "",
        },
        3, 1, reasons={"no_text": 1, "unreadable": 1}, readers={"html", ""},
    ),
    "bytes, blanks and lies": Delivery(
        {"2026-03-02/a.jsonl": b"\xff\xfe\xfa" * 30, "2026-03-02/b.csv": "title,text\n", "2026-03-02/c.json": "[]", "2026-03-02/d.zip": b"PK\x03\x04" + b"x" * 90, "2026-03-02/e.jsonl": rows(1)},
        5, 1, reasons={"unreadable": 3, "bad_encoding": 1}, readers={"jsonl", ""},
    ),
}  # fmt: skip


def audited(folder: Path, files: dict[str, str | bytes]) -> tuple[Counter[str], Counter[str], set[str], int]:
    """Ingest all days of a drop folder; return the sums, the reasons, the readers, and what has no day."""
    for name, data in files.items():
        path = folder / "drop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    settings: Settings = load_settings(
        drop_dir=folder / "drop", data_dir=str(folder / "data"), max_chars=200_000
    )
    store = Store(settings.data_dir)
    sums, reasons, readers = Counter[str](), Counter[str](), set[str]()
    unplaced = 0
    days = open_source(store, settings).days()
    for day in days or [date(2026, 3, 2)]:
        counts = ingest(store, Batch(day), settings)
        unplaced = counts["unplaced"]
        plan = find_plan(store, day)
        assert plan is not None
        for line in plan.counts.report:
            assert line.records == line.kept + line.rejected + line.undated + line.forgotten, line
            readers.add(line.reader)
            sums.update(records=line.records, kept=line.kept, undated=line.undated)
            reasons.update(line.reasons)
        assert sum(line.records for line in plan.counts.report) == counts["records"]
    return sums, reasons, readers, unplaced


@pytest.mark.parametrize("name", DELIVERIES)
def test_the_counts_of_an_odd_delivery_add_up(name: str, tmp_path: Path) -> None:
    wanted = DELIVERIES[name]
    sums, reasons, readers, unplaced = audited(tmp_path, wanted.files)
    assert (dict(reasons), readers, unplaced) == (wanted.reasons, wanted.readers, wanted.unplaced)
    if wanted.records >= 0:
        assert (sums["records"], sums["kept"], sums["undated"]) == (
            wanted.records,
            wanted.kept,
            wanted.undated,
        )
    else:  # how much of it can be read, its compression alone knows
        assert sums["kept"] == sums["records"] - 1 > 100


@pytest.mark.parametrize("name", FORMATS)
def test_the_counts_of_every_format_add_up(name: str, tmp_path: Path) -> None:
    form = FORMATS[name]
    records = articles(random.Random(11))
    sums, _, _, unplaced = audited(tmp_path, {f"2026-03-31/{form.name}": form.make(records)})
    assert sums["records"] == (1 if form.one else len(records)) and unplaced == 0
