"""What is damaged is told by name, and never taken for something else; a cache that is damaged is missing."""

import errno
import random
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from two_stores import in_bucket, in_folder

from pipeline.errors import DamagedError
from pipeline.identity import checksum
from pipeline.store import Store
from pipeline.store.batch import day_of_name, shard_of_name
from pipeline.store.folder import Folder

ROWS = pa.table({"id": [f"a{n:04}" for n in range(400)], "text": [f"the {n}th word" for n in range(400)]})
PATH = "tables/t/2026-03-01.parquet"


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return (in_folder(tmp_path) if request.param == "folder" else in_bucket())[0]


def flipped(data: bytes, draw: random.Random) -> bytes:
    damaged = bytearray(data)
    damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
    return bytes(damaged)


def test_a_flipped_bit_is_never_read_as_other_rows(store: Store) -> None:
    sha256 = store.write(PATH, ROWS)
    whole, draw = store.get(PATH), random.Random(1)
    n_told = n_other = 0
    for _ in range(120):
        store.put(PATH, flipped(whole, draw))
        with pytest.raises(DamagedError, match=PATH):
            store.read_checked(PATH, sha256)
        try:
            n_other += not store.read(PATH).equals(ROWS)
        except DamagedError as error:
            assert error.path == PATH and PATH in str(error)
            n_told += 1
    # Pages have checksums, the footer has none: without the SHA-256, few flips pass.
    assert n_told > 90 and n_other <= 2


def test_a_file_cut_short_is_told_by_everything_that_reads_it(store: Store) -> None:
    store.write(PATH, ROWS, lineage={"from": "x"}, row_group_size=100)
    whole = store.get(PATH)
    for size in (0, 1, 4, 20, len(whole) // 2, len(whole) - 1):
        store.put(PATH, whole[:size])
        for read in (store.read, store.lineage, lambda path: list(store.read_batches(path))):
            with pytest.raises(DamagedError, match=rf"{PATH} is damaged"):
                read(PATH)
        assert not store.is_sound(PATH)
    store.put(PATH, whole)
    assert store.is_sound(PATH) and store.lineage(PATH) == {"from": "x"}
    assert not store.is_sound("nowhere.parquet")


def test_a_damaged_row_group_is_told_where_it_stands(store: Store) -> None:
    store.write(PATH, ROWS, row_group_size=100)
    damaged = bytearray(store.get(PATH))
    at = damaged.index(b"a0250") if b"a0250" in damaged else len(damaged) // 2
    damaged[at] ^= 1
    store.put(PATH, bytes(damaged))
    read = 0
    with pytest.raises(DamagedError, match=PATH):
        for batch in store.read_batches(PATH):
            read += len(batch)
    assert read in (0, 100, 200)
    assert not store.is_sound(PATH)


@pytest.mark.parametrize("text", [b"", b"{", b'{"a": 1', b"\xff\xfe", b"[" * 100_000])
def test_json_that_is_none_is_told_by_its_file(store: Store, text: bytes) -> None:
    store.put("a.json", text)
    with pytest.raises(DamagedError, match=r"a\.json is damaged"):
        store.read_json("a.json")


def test_a_cache_that_is_damaged_is_missing(store: Store) -> None:
    value = {"2026-03-01": [["a.jsonl", 12, "0" * 64]], "ü": {"n": 1.5}}
    assert store.read_cache("index/x.json") == {}
    store.write_cache("index/x.json", value)
    assert store.read_cache("index/x.json") == value
    whole, draw = store.get("index/x.json"), random.Random(2)
    for _ in range(200):
        store.put("index/x.json", flipped(whole, draw))
        assert store.read_cache("index/x.json") in ({}, value)
    for data in (whole[:30], b"", b"[1, 2]", b'{"value": {"a": 1}}', b'{"as": "before"}', b"null"):
        store.put("index/x.json", data)
        assert store.read_cache("index/x.json") == {}


def test_a_fault_of_the_disk_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(str(tmp_path))
    store.put(PATH, b"PAR1 and no more")

    def failing(place: Folder, path: str) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Folder, "get", failing)
    for read in (store.read, store.lineage):
        with pytest.raises(OSError, match="Input/output error"):
            read(PATH)


def test_a_checksum_is_looked_at_once_a_process_and_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(str(tmp_path))
    sha256 = store.write(PATH, ROWS)
    n_read = 0
    get = Folder.get

    def counted(place: Folder, path: str) -> bytes:
        nonlocal n_read
        n_read += 1
        return get(place, path)

    monkeypatch.setattr(Folder, "get", counted)
    for _ in range(3):
        assert store.read_checked(PATH, sha256, columns=["id"]).column_names == ["id"]
    assert n_read == 1
    (tmp_path / PATH).write_bytes(flipped(get(Folder(str(tmp_path)), PATH), random.Random(3)))
    with pytest.raises(DamagedError):
        store.read_checked(PATH, sha256)
    assert checksum((tmp_path / PATH).read_bytes()) != sha256


@pytest.mark.parametrize(
    "name, ending, day",
    [
        ("2026-03-01.json", ".json", date(2026, 3, 1)),
        ("2026-03-01", "", date(2026, 3, 1)),
        ("2026-03-01.json.bak", ".json", None),
        ("2026-03-01.json~", ".json", None),
        ("2026-03-01.bak", "", None),
        ("2026-03-01.parquet", ".json", None),
        ("2026-02-30.json", ".json", None),
        ("2026-3-1.json", ".json", None),
    ],
)
def test_days_are_told_by_the_whole_name(name: str, ending: str, day: date | None) -> None:
    assert day_of_name(name, ending) == day


@pytest.mark.parametrize(
    "name, shard",
    [("00003.parquet", 3), ("123456.parquet", 123456), ("00003.parquet.bak", None), ("3.parquet", None)],
)
def test_shards_are_told_by_the_whole_name(name: str, shard: int | None) -> None:
    assert shard_of_name(name) == shard
