"""Rows say once what made them: what was parsed otherwise than they say is not extracted."""

from pathlib import Path

import pyarrow as pa
import pytest
from days import DAY, article, stage_day

from pipeline.errors import DamagedError, InputError
from pipeline.settings import Settings
from pipeline.stages.extract import extract
from pipeline.stages.parse import parse_lineage
from pipeline.store import Store
from pipeline.store.batch import DOCS, Batch, staged_path

BATCH = Batch(DAY)
SETTINGS = Settings()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(str(tmp_path))
    stage_day(store, articles=[article("a1")])
    return store


def parsed(store: Store, **otherwise: object) -> None:
    """Stand in for a parse."""
    lineage = parse_lineage(store, BATCH, SETTINGS) | otherwise
    store.write(staged_path(DOCS, BATCH), pa.table({"docbin": [b""]}), lineage=lineage)


def test_a_shard_that_was_not_parsed(store: Store) -> None:
    with pytest.raises(InputError, match="run the stage parse first"):
        extract(store, BATCH, SETTINGS)
    parsed(store, articles="others")
    with pytest.raises(InputError, match="run the stage parse first"):
        extract(store, BATCH, SETTINGS)


def test_a_parse_that_is_damaged_is_told_with_what_makes_it_again(store: Store) -> None:
    parsed(store)
    path = staged_path(DOCS, BATCH)
    whole = store.get(path)
    for data in (whole[:50], whole[:-20], b""):
        store.put(path, data)
        with pytest.raises(DamagedError, match=rf"{path} is damaged .*: run the stage parse again"):
            extract(store, BATCH, SETTINGS)


def test_articles_that_are_damaged_or_gone_are_told_with_what_makes_them_again(store: Store) -> None:
    parsed(store)
    path = staged_path("articles", BATCH)
    whole = bytearray(store.get(path))
    whole[40] ^= 1
    store.put(path, bytes(whole))
    lineage = (store.lineage(staged_path(DOCS, BATCH)) or {}) | {"articles": store.digest(path)}
    store.write(staged_path(DOCS, BATCH), pa.table({"docbin": [b""]}), lineage=lineage)
    with pytest.raises(DamagedError, match=rf"{path} is damaged .*: run the stage ingest again"):
        extract(store, BATCH, SETTINGS)
    store.remove(path)
    with pytest.raises(InputError, match="run the stage ingest first"):
        extract(store, BATCH, SETTINGS)


def test_settings_that_changed_since_the_parse(store: Store) -> None:
    parsed(store)
    with pytest.raises(
        InputError, match=r"other settings \(timeout_s 60\.0, then 30\.0\): run the stage parse"
    ):
        extract(store, BATCH, Settings(timeout_s=30.0))


@pytest.mark.parametrize("what", ["code", "model"])
def test_code_or_model_that_changed_since_the_parse(store: Store, what: str) -> None:
    parsed(store, **{what: "older"})
    with pytest.raises(InputError, match=rf"another {what} \(older, now .*\): run the stage parse again"):
        extract(store, BATCH, SETTINGS)
