"""Takedowns and decisions, a file each: right whatever was noted of them, and read once."""

import re
import time
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from pipeline.curation.decision_files import load_decisions, note_decision, note_decisions
from pipeline.curation.takedowns import Takedown, note_takedowns, read_takedowns, take_down
from pipeline.errors import DamagedError
from pipeline.store import Store, folder
from pipeline.store.batch import TAKEDOWNS, takedown_path
from pipeline.store.bucket import Bucket
from pipeline.store.gathered import gathered, note_gathered

NAMES = re.compile(r"[a-z]\.json")
IDS = ["a" * 16, "b" * 16, "c" * 16]


@pytest.fixture(params=["folder", "bucket"])
def store(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(folder, "_YOUNG_NS", 0)
    return Store(str(tmp_path)) if request.param == "folder" else Store("", Bucket("s3://b", MemoryStore()))


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read, but for the index."""
    paths: list[str] = []
    get = Store.get

    def noted(self: Store, path: str) -> bytes:
        if not path.startswith("index/"):
            paths.append(path)
        return get(self, path)

    monkeypatch.setattr(Store, "get", noted)
    return paths


def test_only_files_that_are_others_than_noted_are_read(store: Store, read: list[str]) -> None:
    for name in ("a.json", "b.json", "c.json", "c.json.bak"):
        store.put(f"notes/{name}", name.encode())
    note_gathered(store, gathered(store, "notes", NAMES))
    store.remove("notes/a.json")
    time.sleep(0.01)  # of a folder, the times of files tell
    store.put("notes/b.json", b"another")
    store.put("notes/d.json", b"new")
    read.clear()
    found = gathered(store, "notes", NAMES)
    assert found.texts == {"b.json": "another", "c.json": "c.json", "d.json": "new"}
    assert read == ["notes/b.json", "notes/d.json"] and not found.is_noted
    note_gathered(store, found)
    read.clear()
    assert gathered(store, "notes", NAMES).is_noted and not read
    assert gathered(store, "notes", NAMES, is_read_through=True).texts == found.texts and len(read) == 3


def test_nothing_is_noted_of_nothing(store: Store) -> None:
    note_gathered(store, gathered(store, "notes", NAMES))
    assert store.names("index") == []


def test_what_is_younger_than_a_tick_is_read_again(tmp_path: Path, read: list[str]) -> None:
    store = Store(str(tmp_path))
    store.put("notes/a.json", b"first")
    note_gathered(store, gathered(store, "notes", NAMES))
    store.put("notes/a.json", b"other")
    assert gathered(store, "notes", NAMES).texts == {"a.json": "other"}


@pytest.mark.parametrize("is_noted", [False, True])
def test_takedowns_hold_whether_they_are_noted_or_not(store: Store, read: list[str], is_noted: bool) -> None:
    for number, article_id in enumerate(IDS[:2]):
        take_down(store, Takedown(article_id=article_id, pages=(f"page{number}",), reason="test"))
    if is_noted:
        note_takedowns(store)
    read.clear()
    found = read_takedowns(store)
    assert found.ids == {*IDS[:2]} and found.pages == {"page0", "page1"}
    assert len([path for path in read if path.startswith(f"{TAKEDOWNS}/")]) == (0 if is_noted else 2)
    take_down(store, Takedown(article_id=IDS[2], reason="test"))
    assert read_takedowns(store).ids == {*IDS}


def test_a_takedown_that_is_damaged_since_it_was_noted_is_named(store: Store) -> None:
    take_down(store, Takedown(article_id=IDS[0], reason="test"))
    note_takedowns(store)
    time.sleep(0.01)
    store.put(takedown_path(IDS[0]), b"{")
    with pytest.raises(DamagedError, match=f"take the article down again .*{IDS[0]}"):
        read_takedowns(store)


def test_decisions_are_read_once(store: Store, read: list[str]) -> None:
    none = Path("no-decisions.jsonl")
    for into in ("x", "y"):
        note_decision(
            store, {"action": "merge", "entity_id": f"of-{into}", "into": into, "reason": "the same"}
        )
    before = load_decisions(none, store)
    note_decisions(store)
    read.clear()
    assert load_decisions(none, store) == before and before.merged == {"of-x": "x", "of-y": "y"}
    assert not read
    assert load_decisions(none, store, is_read_through=True) == before and len(read) == 2
