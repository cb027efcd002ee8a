"""JSON lines: one object a line, in UTF-8."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, get_args

from pipeline.ingest.formats.reader import settle
from pipeline.ingest.placement import DateSource
from pipeline.ingest.record import Fault, RawRecord
from schemas.rejects import Reason

FAULT_KEY, FROM_KEY = "newstables:fault", "newstables:date_from"
"""What a record brings along from an archive that was split by day (`split.py`)."""

_MAX_BLANK = 1_000_000
_BOM = b"\xef\xbb\xbf"
_SEPARATOR = b"\x1e"
"""Of the values of a JSON text sequence (RFC 7464)."""
_LEADS = (_BOM, _SEPARATOR)


def read_jsonl(stream: BinaryIO, file: str, *, max_record_bytes: int) -> Iterator[RawRecord]:
    """Yield a record for each line that is not empty.

    What can be read of a broken stream is yielded, then a fault for the rest of it. Memory is bounded by
    `max_record_bytes`, whatever the lines' length.

    Args:
        stream: bytes, decompressed on the way where need be.
        file: name of the file in `RawRecord.file`.
        max_record_bytes: a longer line is a fault, `too_large`.

    Raises:
        OSError: the device or the network failed; not raised for a broken file.
    """
    place = 0
    n_blank = 0
    while True:
        try:
            line = stream.readline(max_record_bytes + 2)
            n_bytes = len(line)
            if n_bytes > max_record_bytes and not line.endswith(b"\n"):
                for rest in iter(lambda: stream.readline(1 << 20), b""):
                    n_bytes += len(rest)
                    if rest.endswith(b"\n"):
                        break
        except (EOFError, zlib.error) as error:
            yield _broken(file, place, error)
            return
        except OSError as error:
            if error.errno is not None:
                raise
            yield _broken(file, place, error)  # gzip.BadGzipFile and the like
            return
        if not line:
            return
        place += 1
        while line.startswith(_LEADS):  # also of a file that was put behind another
            line = line.removeprefix(_BOM).removeprefix(_SEPARATOR)
        if line.isspace() or not line:
            n_blank += 1
            if n_blank > _MAX_BLANK:
                fault = Fault("hostile", f"more than {_MAX_BLANK} empty lines; the rest is not read")
                yield RawRecord(file, 0, 0, fault=fault, raw=f"blank after {place}".encode())
                return
            continue
        if n_bytes > max_record_bytes + 1:
            fault = Fault("too_large", f"{n_bytes} bytes in one record, more than {max_record_bytes}")
            yield RawRecord(file, place, n_bytes, fault=fault, raw=line[:1000] + str(n_bytes).encode())
            continue
        data, fault_or_none = parse_object(line)
        if data is not None and (FAULT_KEY in data or FROM_KEY in data):
            yield _split_record(file, place, n_bytes, data, line)
            continue
        yield RawRecord(file, place, n_bytes, data, fault_or_none, raw=line)


def _split_record(file: str, place: int, n_bytes: int, data: dict[str, Any], line: bytes) -> RawRecord:
    """Return a record that was taken out of an archive: with its fault, or where its date was found."""
    fault = data.get(FAULT_KEY)
    if isinstance(fault, list) and len(fault) == 2 and fault[0] in get_args(Reason):
        return RawRecord(file, place, n_bytes, fault=Fault(fault[0], str(fault[1])), raw=line)
    found_in = data.pop(FROM_KEY, "record")
    date_from: DateSource = found_in if found_in in get_args(DateSource) else "record"
    return RawRecord(file, place, n_bytes, data, raw=line, date_from=date_from)


def _broken(file: str, place: int, error: Exception) -> RawRecord:
    fault = Fault("unreadable", f"the file breaks off after line {place}: {error}")
    return RawRecord(file, 0, 0, fault=fault, raw=f"broken after {place}".encode())


def parse_object(line: bytes) -> tuple[dict[str, Any] | None, Fault | None]:
    """Return the JSON object in some bytes, or why there is none."""
    seen = _Seen()
    try:
        value = json.loads(line.decode("utf-8"), object_pairs_hook=seen, strict=False)
        if isinstance(value, str) and value.lstrip().startswith("{"):
            value = json.loads(value, object_pairs_hook=seen)  # exports that encode twice
    except UnicodeDecodeError as error:
        return None, Fault("bad_encoding", f"no UTF-8: {error.reason} at byte {error.start}")
    except RecursionError:
        return None, Fault("not_json", "nested too deep")
    except ValueError as error:
        return None, Fault("not_json", str(error))
    if not isinstance(value, dict):
        return None, Fault("not_json", f"a JSON {type(value).__name__}, not an object")
    if seen.n_doubled:
        return None, Fault("not_json", "two objects in one: a name stands in it twice")
    settled = settle(value)
    return (None, settled) if isinstance(settled, Fault) else (settled, None)


class _Seen:
    """What a parser makes objects by; it tells whether the last, the outermost, had a name twice."""

    n_doubled = 0

    def __call__(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        self.n_doubled = len(pairs) - len(made)
        return made
