"""A manifest is read as long as there are published days; what is none is told by name."""

import json
from datetime import date
from pathlib import Path

import pytest
from days import DAY, manifest_of, plan_of
from pydantic import ValidationError

from pipeline.errors import InputError
from pipeline.store import Store
from pipeline.store.batch import MANIFESTS, manifest_path
from pipeline.store.days import published
from pipeline.store.manifest import Manifest, find_manifest, published_days, write_manifest
from pipeline.store.plan import InputFile

WHOLE = manifest_of(plan_of(DAY, inputs=[InputFile(path="a.jsonl", sha256="0" * 64)]))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path))


def test_what_is_written_is_read(store: Store) -> None:
    write_manifest(store, WHOLE)
    assert find_manifest(store, DAY) == WHOLE
    assert find_manifest(store, date(2026, 3, 9)) is None


def test_manifests_from_before_they_had_a_version_are_read(store: Store) -> None:
    old = json.loads(WHOLE.to_bytes())
    del old["version"]
    old["tables"] = {"articles": {"rows": 3, "sha256": "0" * 64}}
    store.write_json(manifest_path(DAY), old)
    found = find_manifest(store, DAY)
    assert found is not None and found.version == 0 and found.inputs == WHOLE.inputs
    assert published(store).days[DAY].files == {"articles": (3, "0" * 64)}


@pytest.mark.parametrize("change", [{"version": 2}, {"colour": "red"}, {"inputs": [{"path": "a"}]}])
def test_what_is_no_manifest_is_told(store: Store, change: dict[str, object]) -> None:
    store.write_json(manifest_path(DAY), json.loads(WHOLE.to_bytes()) | change)
    with pytest.raises(
        InputError, match=rf"{manifest_path(DAY)} is no manifest.*{next(iter(change))}.*run {DAY}"
    ):
        find_manifest(store, DAY)


def test_a_manifest_cut_short_is_told(store: Store) -> None:
    store.put(manifest_path(DAY), WHOLE.to_bytes()[:50])
    with pytest.raises(InputError, match=rf"{manifest_path(DAY)} is damaged: run the day again"):
        find_manifest(store, DAY)


def test_what_else_lies_beside_manifests_is_no_day(store: Store) -> None:
    write_manifest(store, WHOLE)
    for name in (f"{DAY}.json.bak", "notes.json", "2026-02-31.json", f"{DAY}.txt"):
        store.put(f"{MANIFESTS}/{name}", b"{}")
    assert published_days(store) == [DAY]


def test_it_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        WHOLE.run_id = "another"  # type: ignore[misc]
    assert Manifest.model_validate_json(WHOLE.to_bytes()) == WHOLE
