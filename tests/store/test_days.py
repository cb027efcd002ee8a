"""All days in short: right whatever was noted before, and read from one object where nothing changed."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from days import DAY, manifest_of, plan_of
from obstore.store import MemoryStore

from pipeline.errors import DamagedError
from pipeline.ingest.record import Input
from pipeline.store import Store
from pipeline.store.batch import DAYS, MANIFESTS, manifest_path
from pipeline.store.bucket import Bucket
from pipeline.store.days import PublishedDay, inputs_checksum, note, published
from pipeline.store.manifest import Manifest, write_manifest
from pipeline.store.plan import InputFile

ALL = [DAY + timedelta(n) for n in range(4)]


def manifest(day: date, run_id: str = "first") -> Manifest:
    return manifest_of(plan_of(DAY)).model_copy(update={"day": day, "run_id": run_id})


@pytest.fixture(params=["folder", "bucket"])
def store(tmp_path: Path, request: pytest.FixtureRequest) -> Store:
    found = Store(str(tmp_path)) if request.param == "folder" else Store("", Bucket("s3://b", MemoryStore()))
    for day in ALL:
        write_manifest(found, manifest(day))
    return found


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The manifests that were read."""
    paths: list[str] = []
    find = Store.find

    def noted(self: Store, path: str) -> bytes | None:
        if path.startswith(MANIFESTS):
            paths.append(path)
        return find(self, path)

    monkeypatch.setattr(Store, "find", noted)
    return paths


def runs(store: Store) -> dict[date, str]:
    return {day: one.run_id for day, one in published(store).days.items()}


def test_an_old_folder_without_the_object_is_read_day_by_day(store: Store, read: list[str]) -> None:
    found = published(store)
    assert found.days == {day: PublishedDay.of(manifest(day)) for day in ALL}
    assert len(read) == len(ALL) and not found.is_noted


def test_a_bucket_is_read_from_one_object(read: list[str]) -> None:
    store = Store("", Bucket("s3://b", MemoryStore()))
    for day in ALL:
        write_manifest(store, manifest(day))
    note(store, published(store))
    read.clear()
    found = published(store)
    assert not read and found.is_noted and list(found.days) == ALL
    write_manifest(store, manifest(ALL[2], "second"))
    store.remove(manifest_path(ALL[0]))
    assert runs(store) == {ALL[1]: "first", ALL[2]: "second", ALL[3]: "first"}
    assert read == [manifest_path(ALL[2])]


def test_what_a_folder_wrote_just_now_is_read_once_more(
    tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(str(tmp_path))
    for day in ALL:
        write_manifest(store, manifest(day))
    note(store, published(store))
    read.clear()
    published(store)
    assert len(read) == len(ALL)
    monkeypatch.setattr("pipeline.store.folder._YOUNG_NS", 0)
    note(store, published(store))
    read.clear()
    assert published(store).is_noted and not read
    write_manifest(store, manifest(ALL[1], "second"))
    assert runs(store)[ALL[1]] == "second"
    assert read == [manifest_path(ALL[1])]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda store: store.put(DAYS, b"{"),
        lambda store: store.remove(DAYS),
        lambda store: store.write_cache(DAYS, {"format": 99, "days": {"2026-03-01": "?"}}),
        lambda store: store.put(DAYS, store.get(DAYS).replace(b"first", b"other")),
    ],
)
def test_an_object_that_cannot_be_used_is_none(store: Store, spoil: Callable[[Store], Any]) -> None:
    note(store, published(store))
    spoil(store)
    assert set(runs(store).values()) == {"first"}


def test_a_damaged_manifest_is_told_and_the_other_days_are_there(store: Store) -> None:
    note(store, published(store))
    store.put(manifest_path(ALL[1]), b"{")
    found = published(store)
    assert list(found.damaged) == [ALL[1]] and list(found.days) == [ALL[0], *ALL[2:]]
    with pytest.raises(DamagedError, match=f"run the day again .*{ALL[1]}"):
        found.sound()
    note(store, found)
    assert list(published(store).damaged) == [ALL[1]]


def test_some_days_are_asked_for_alone(store: Store, read: list[str]) -> None:
    assert list(published(store, between=(ALL[1], ALL[2])).days) == ALL[1:3]
    assert read == [manifest_path(day) for day in ALL[1:3]]


def test_the_object_of_an_earlier_version_is_made_again(store: Store, read: list[str]) -> None:
    old = {str(day): ["version", "first", 1, False, {}] for day in ALL}
    store.write_cache(DAYS, {"format": 1, "days": old})
    found = published(store)
    assert len(read) == len(ALL) and not found.is_noted
    note(store, found)
    assert store.read_cache(DAYS)["format"] == 2


def test_what_was_taken_in_is_told_in_whatever_order(store: Store) -> None:
    one, other = InputFile(path="a.jsonl", sha256="1"), InputFile(path="b.jsonl", sha256="2")
    write_manifest(store, manifest(DAY).model_copy(update={"inputs": (other, one)}))
    told = published(store).days[DAY].inputs
    assert told == inputs_checksum([Input("a.jsonl", "1"), Input("b.jsonl", "2")])
    for different in ([], [Input("b.jsonl", "3")], [Input("c.jsonl", "2")]):
        assert told != inputs_checksum([Input("a.jsonl", "1"), *different])
