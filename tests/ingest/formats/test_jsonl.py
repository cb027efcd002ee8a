"""JSON lines: each line is a record or a fault; memory is bounded."""

import gzip
import io
import json
import tracemalloc
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from json_lines import has_something_in_it

from pipeline.ingest.formats.jsonl import parse_object, read_jsonl
from pipeline.ingest.record import RawRecord


def read(data: bytes, limit: int = 1000) -> list[RawRecord]:
    return list(read_jsonl(io.BytesIO(data), "f", max_record_bytes=limit))


def test_lines_and_their_numbers() -> None:
    records = read(b'\xef\xbb\xbf{"a": 1}\r\n\n   \n{"b": 2}')
    assert [(r.ref, r.data) for r in records] == [("f#1", {"a": 1}), ("f#4", {"b": 2})]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"a": ', "not_json"),
        (b"[1, 2]", "not_json"),
        (b'"text"', "not_json"),
        (b"null", "not_json"),
        (b"hello", "not_json"),
        (b"{'a': 1}", "not_json"),
        (b"\x00\x01\x02", "not_json"),
        (b'{"a": "\xe9t\xe9"}', "bad_encoding"),
        (b"\xff\xfe{\x00", "bad_encoding"),
        (b"[" * 900, "not_json"),
        (b'{"a": ' * 130 + b"1" + b"}" * 130 + b"," * 10, "not_json"),
        (b'{"n": ' + b"9" * 900, "not_json"),
        (b'{"a": "' + b"x" * 2000 + b'"}', "too_large"),
    ],
    ids=range(13),
)
def test_faults(line: bytes, reason: str) -> None:
    bad, good = read(line + b'\n{"a": 1}\n')
    assert bad.fault and bad.fault.reason == reason and bad.fault.detail
    assert good.data == {"a": 1} and good.place == 2
    assert bad.n_bytes == len(line) + 1


def test_nested_beyond_the_parser() -> None:
    fault = parse_object(b"[" * 200_000)[1]
    assert fault and fault.reason == "not_json"


def test_an_object_written_as_a_string() -> None:
    assert parse_object(json.dumps(json.dumps({"a": 1})).encode()) == ({"a": 1}, None)


def test_what_a_truncated_gzip_still_holds() -> None:
    whole = gzip.compress(
        b"".join(b'{"n": %d, "pad": "%s"}\n' % (n, str(n * 7919).encode()) for n in range(5000))
    )
    stream = cast(BinaryIO, gzip.GzipFile(fileobj=io.BytesIO(whole[: len(whole) // 2])))
    *good, last = read_jsonl(stream, "f", max_record_bytes=1000)
    assert len(good) > 1000 and all(r.data for r in good)
    assert last.fault and last.fault.reason == "unreadable" and last.ref == "f"


def test_a_line_of_many_megabytes_costs_little() -> None:
    class Endless(io.RawIOBase):
        left = 64 << 20

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            n = min(len(buffer), self.left)
            buffer[:n] = b"x" * n
            self.left -= n
            return n

    tracemalloc.start()
    records = list(read_jsonl(cast(BinaryIO, io.BufferedReader(Endless())), "f", max_record_bytes=10_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [r.fault.reason for r in records if r.fault] == ["too_large"] and records[0].n_bytes == 64 << 20
    assert peak < 8 << 20


@given(st.lists(st.binary(max_size=40)))
def test_every_line_with_something_in_it_is_a_record(lines: list[bytes]) -> None:
    data = b"\n".join(lines)
    assert len(read(data)) == sum(map(has_something_in_it, data.split(b"\n")))
