"""What a store promises wherever its files lie; run over folders, memory, and real S3 servers."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest

from pipeline.store import Store

type Stores = tuple[Store, Store]


def a_file_is_as_it_was_put_last(stores: Stores) -> None:
    one, other = stores
    for data in (b"first", b"", b"x" * 3_000_000):
        one.put("a/b/file.bin", data)
        assert other.get("a/b/file.bin") == data
        assert other.exists("a/b/file.bin")
        assert not other.exists("a/b")
        assert other.modified("a/b/file.bin") is not None


def what_is_not_there_is_told(stores: Stores) -> None:
    store, _ = stores
    for ask in (store.get, store.read, store.digest):
        with pytest.raises(FileNotFoundError) as raised:
            ask("no/such.parquet")
        assert "\n" not in str(raised.value)
    assert store.find("no/such") is None
    assert store.lineage("no/such.parquet") is None
    assert store.modified("no/such") is None
    assert store.names("no") == []
    assert not store.exists("no/such")
    store.remove("no/such")
    store.remove_folder("no")


def names_are_those_of_one_folder(stores: Stores) -> None:
    store, other = stores
    for path in ("t/b.parquet", "t/a/1", "t/a/2", "t/.hidden", "tt/c", "top"):
        store.put(path, b"")
    assert other.names("t") == ["a", "b.parquet"]
    assert other.names("t/a") == ["1", "2"]
    assert other.names("") == ["t", "top", "tt"]


def another_content_is_another_version(stores: Stores) -> None:
    store, other = stores
    for path in ("v/a", "v/b", "v/.hidden", "v/deeper/c"):
        store.put(path, b"first")
    before = other.versions("v")
    assert list(before) == ["a", "b"]
    store.put("v/a", b"other")
    store.remove("v/b")
    after = other.versions("v")
    assert list(after) == ["a"]
    # Empty: it cannot be told yet.
    assert after["a"] != before["a"] or not after["a"]
    assert other.versions("none") == {}


def a_folder_goes_whole_and_alone(stores: Stores) -> None:
    store, other = stores
    for path in ("day/a/1", "day/a/2", "day/b", "day-two/c"):
        store.put(path, b"x")
    store.remove_folder("day")
    assert not other.exists("day/b")
    assert other.names("day/a") == []
    assert other.names("day-two") == ["c"]
    store.remove("day-two/c")
    assert not other.exists("day-two/c")


def rows_come_back_with_their_lineage(stores: Stores) -> None:
    store, other = stores
    for n_rows in (0, 1000, 400_000):  # the last one is longer than the end that is fetched first
        rows = pa.table({"n": range(n_rows), "text": [f"row {n * n}" for n in range(n_rows)]})
        digest = store.write("rows.parquet", rows, lineage={"from": "x"}, row_group_size=50_000)
        assert other.digest("rows.parquet") == digest
        assert other.lineage("rows.parquet") == {"from": "x"}
        assert other.read("rows.parquet", columns=["n"])["n"].to_pylist() == list(range(n_rows))
        assert other.read("rows.parquet")["text"].to_pylist() == rows["text"].to_pylist()
        assert sum(map(len, other.read_batches("rows.parquet"))) == n_rows


def of_many_who_create_a_file_one_does(stores: Stores) -> None:
    for n in range(5):
        start = threading.Barrier(8)

        def create(who: int, path: str = f"c/{n}", start: threading.Barrier = start) -> bool:
            start.wait()
            return stores[who % 2].create(path, f"by {who}".encode())

        with ThreadPoolExecutor(8) as pool:
            done = [who for who, is_done in enumerate(pool.map(create, range(8))) if is_done]
        assert len(done) == 1
        assert stores[0].get(f"c/{n}") == f"by {done[0]}".encode()
    assert stores[1].create("c/0", stores[0].get("c/0"))  # what is wanted stands there
    assert stores[0].names("c") == [str(n) for n in range(5)]


def a_lock_is_held_by_one_at_a_time(stores: Stores) -> None:
    stores[0].put("count", b"0")

    def add(store: Store) -> None:
        for _ in range(3):
            with store.lock("count"):
                store.put("count", str(int(store.get("count")) + 1).encode())

    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(add, store) for store in stores]:
            done.result()
    assert stores[0].get("count") == b"6"


def locks_of_other_names_and_within_others_do_not_wait(stores: Stores) -> None:
    one, other = stores
    with one.lock("a"), other.lock("b"), one.lock("c"):
        one.put("x", b"1")
        other.put("y", b"2")
    with other.lock("a"):
        other.put("x", b"3")
    assert one.get("x") == b"3"


CONTRACT: tuple[Callable[[Stores], None], ...] = (
    a_file_is_as_it_was_put_last,
    what_is_not_there_is_told,
    names_are_those_of_one_folder,
    another_content_is_another_version,
    a_folder_goes_whole_and_alone,
    rows_come_back_with_their_lineage,
    of_many_who_create_a_file_one_does,
    a_lock_is_held_by_one_at_a_time,
    locks_of_other_names_and_within_others_do_not_wait,
)
