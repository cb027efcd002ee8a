"""A lock among machines: one holds it; one that died loses it; one that slept writes nothing more."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import obstore
import pytest
from obstore.exceptions import GenericError
from two_stores import in_bucket

from pipeline.errors import ConfigError
from pipeline.store import Store, leases
from pipeline.store.bucket import Bucket
from pipeline.store.leases import LeaseLostError


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    times = {"EXPIRES_S": 0.4, "KEEP_S": 0.05, "SURE_S": 0.2, "LOOK_S": 0.02, "PATIENCE_S": 1.0}
    for name, seconds in times.items():
        monkeypatch.setattr(leases, name, seconds)


def held(store: Store) -> leases.Lease:
    """Return the lease that a store holds."""
    bucket = store._place
    assert isinstance(bucket, Bucket)
    return bucket._held[-1]


def fall_asleep(store: Store) -> None:
    """Do as a holder does that is stopped, or whose machine sleeps: it keeps nothing up."""
    held(store)._is_over.set()


def in_background(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_holder_at_work_keeps_its_lock_for_longer_than_it_lasts() -> None:
    one, other = in_bucket()
    order = []

    def wait() -> None:
        with other.lock("day"):
            order.append("other")

    with one.lock("day"):
        thread = in_background(wait)
        time.sleep(1.0)
        one.put("file", b"one")
        order.append("one")
    thread.join()
    assert order == ["one", "other"]


def test_a_lock_goes_from_a_holder_that_died_to_the_next() -> None:
    one, other = in_bucket()
    never_left = one.lock("day")
    never_left.__enter__()
    fall_asleep(one)
    start = time.monotonic()
    with other.lock("day"):
        assert 0.3 < time.monotonic() - start < 3
        other.put("file", b"other")
    assert one.get("file") == b"other"
    assert json.loads(one.get("locks/day.json"))["fence"] > 1


@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.put("file", b"late"),
        lambda store: store.put("new", b"late"),
        lambda store: store.remove("file"),
        lambda store: store.remove_folder("folder"),
    ],
)
def test_one_that_slept_too_long_writes_nothing(write: Callable[[Store], None]) -> None:
    one, other = in_bucket()
    one.put("file", b"old")
    one.put("folder/file", b"old")
    with pytest.raises(LeaseLostError, match="lock day was taken over"), one.lock("day"):
        fall_asleep(one)
        with other.lock("day"):
            other.put("file", b"new")
            held(one)._is_over.clear()
            write(one)
    assert one.get("file") == b"new"
    assert one.exists("folder/file") and not one.exists("new")


def test_one_that_slept_while_it_sent_is_refused_by_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = in_bucket()
    one.put("file", b"old")

    def sleep() -> None:  # right after it made sure of its lock
        with other.lock("day"):
            other.put("file", b"new")

    with one.lock("day"):
        fall_asleep(one)
        monkeypatch.setattr(held(one), "check", sleep)
        with pytest.raises(OSError, match="changed by somebody else"):
            one.put("file", b"late")
    assert one.get("file") == b"new"


def test_one_that_slept_and_was_not_missed_goes_on() -> None:
    one, other = in_bucket()
    with one.lock("day"):
        fall_asleep(one)
        time.sleep(0.5)
        held(one)._is_over.clear()
        one.put("file", b"one")
    with other.lock("day"):
        assert other.get("file") == b"one"


def test_a_store_that_is_away_for_a_while_takes_no_lock_away(monkeypatch: pytest.MonkeyPatch) -> None:
    one, _ = in_bucket()
    put_if = Bucket.put_if
    back_at = time.monotonic() + 0.8

    def away(self: Bucket, *args: Any, **options: Any) -> str | None:
        if time.monotonic() < back_at:
            raise OSError("no answer")
        return put_if(self, *args, **options)

    with one.lock("day"):
        monkeypatch.setattr(Bucket, "put_if", away)
        time.sleep(0.4)
        one.put("file", b"one")
        assert time.monotonic() > back_at
    assert one.get("file") == b"one"


def test_a_store_that_stays_away_ends_the_write(monkeypatch: pytest.MonkeyPatch) -> None:
    one, _ = in_bucket()

    def away(self: Bucket, *args: Any, **options: Any) -> str | None:
        raise OSError("no answer")

    with one.lock("day"):
        monkeypatch.setattr(Bucket, "put_if", away)
        time.sleep(0.3)
        with pytest.raises(OSError, match="no answer"):
            one.put("file", b"one")
    assert not one.exists("file")


def test_a_store_without_conditional_puts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    put = obstore.put
    for ignored in ("create", "update"):

        def ignorant(objects: Any, path: str, data: bytes, ignored: str = ignored, **options: Any) -> Any:
            kind = "create" if options.get("mode") == "create" else "update"
            return put(objects, path, data, **({} if kind == ignored else options))

        monkeypatch.setattr(obstore, "put", ignorant)
        store, _ = in_bucket()
        with pytest.raises(ConfigError, match="no conditional puts"), store.lock("day"):
            store.put("file", b"")


def test_an_answer_that_is_lost_is_none_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store did it, and said so to nobody: the request is sent again, and refused since it was done."""
    put, lost = obstore.put, []

    def losing(objects: Any, path: str, data: bytes, **options: Any) -> Any:
        done = put(objects, path, data, **options)
        if path not in lost:
            lost.append(path)
            raise GenericError("Generic S3 error: error sending request")
        return done

    monkeypatch.setattr(obstore, "put", losing)
    one, other = in_bucket()
    assert one.create("takedown", b"by one")
    assert not other.create("takedown", b"by another")
    with one.lock("day"):
        one.put("file", b"in a lock")
    one.put("free", b"without")
    assert {path: other.get(path) for path in ("file", "free", "takedown")} == {
        "file": b"in a lock",
        "free": b"without",
        "takedown": b"by one",
    }
    assert sorted(lost) == ["file", "free", "locks/day.json", "takedown"]
    with other.lock("day"):
        other.put("file", b"by the next")


def test_of_two_holders_names_in_a_lease_that_is_damaged_none_counts() -> None:
    one, _ = in_bucket()
    for damaged in (b"", b"[]", b"\xff{"):
        one.put("locks/day.json", damaged)
        with one.lock("day"):
            one.put("file", damaged)
    assert one.get("file") == b"\xff{"
