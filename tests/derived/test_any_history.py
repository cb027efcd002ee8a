"""Derived tables say what the published days say, whatever happened before: the bytes of a rebuild."""

import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from days import TEXT, article, rows_of, stage_day

from pipeline.derived.tables import DERIVED
from pipeline.identity import content_id
from pipeline.settings import Settings
from pipeline.stages.derive import derive
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch, manifest_path, month_of, month_path, published_path
from pipeline.store.derived_files import derived_files
from schemas import DAY_TABLES, EXTRACTED

SETTINGS = Settings(decisions_file=Path("no-decisions.jsonl"), duplicates_window_days=25)
FIRST = date(2026, 1, 20)
DAYS = [FIRST + timedelta(n) for n in (0, 1, 9, 24, 26, 30, 41, 55, 70, 71, 99)]
SETS = ("", "a", "ab", "abc", "cd", "d", "e")
"""Which articles a day may have; some have the same text, and all claims are alike."""

TEXTS = {"d": "word " * 8 + "in another text", "e": "it is short"}


def put(store: Store, day: date, names: str) -> None:
    articles = []
    change: dict[str, list[Any]] = {name: [] for name in EXTRACTED}
    for name in names:
        own = (
            f"{name}{day:%m%d}" if name != "a" else "a"
        )  # an article that comes again, a version on each day
        articles.append(article(own, text=TEXTS.get(name, article().text), source=f"Paper {name}"))
        rows = rows_of(own)
        if name == "c":
            rows["entities"] = [
                replace(row, name="M. Lindqvist", wikidata_id="Q7") for row in rows["entities"]
            ]
        rows["mentions"].append(
            replace(
                rows["mentions"][0],
                mention_id=content_id("inside", own),
                start_char=20,
                end_char=30,
                text=TEXT[20:30],
            )
        )
        if name in TEXTS:
            rows |= {"quotes": [], "claims": [], "mentions": []}
        for table, found in rows.items():
            change[table] += found
    stage_day(store, day, articles=articles, change=change, shard_size=9)
    publish(store, Batch(day), SETTINGS)


def unpublish(store: Store, day: date) -> None:
    store.remove(manifest_path(day))
    for row_class in DAY_TABLES:
        store.remove(published_path(row_class.table_name, day))


def derived_bytes(store: Store) -> dict[str, bytes]:
    paths = [path for table in DERIVED for path in derived_files(store, table.row_class)]
    return {path: store.get(path) for path in paths}


def rebuilt(tmp_path: Path, store: Store, settings: Settings = SETTINGS) -> dict[str, bytes]:
    """What is derived of the same days from nothing."""
    fresh = tmp_path / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(store.root, fresh)
    for folder in ("_partials", *(table.name for table in DERIVED)):
        shutil.rmtree(fresh / "tables" / folder, ignore_errors=True)
    derive(Store(str(fresh)), Batch(FIRST), settings)
    return derived_bytes(Store(str(fresh)))


@pytest.mark.parametrize("seed", range(3))
def test_days_that_come_change_and_go_in_any_order(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    store = Store(str(tmp_path / "data"))
    for _ in range(14):
        for day in draw.sample(DAYS, draw.choice((1, 1, 2))):
            if draw.random() < 0.15:
                unpublish(store, day)
            else:
                put(store, day, draw.choice(SETS))
        derive(store, Batch(FIRST), SETTINGS)
        assert derived_bytes(store) == rebuilt(tmp_path, store)
    counts = derive(store, Batch(FIRST), SETTINGS)
    assert counts.pop("days_taken_in") == 0
    assert min(n for name, n in counts.items() if name != "ingest_report") > 0


class CutShortError(Exception):
    """The process is killed here."""


def cut_short(store: Store, monkeypatch: pytest.MonkeyPatch, settings: Settings = SETTINGS) -> Iterator[None]:
    """Let each write of a derive be the last one in turn, one more at each step; stop when all are done."""
    put_whole = Store.put
    left = 0

    def put_some(self: Store, path: str, data: bytes) -> None:
        nonlocal left
        if left == 0:
            raise CutShortError(path)
        left -= 1
        put_whole(self, path, data)

    for n in range(0, 1000, 2):
        left = n
        with monkeypatch.context() as patched:
            patched.setattr(Store, "put", put_some)
            try:
                derive(store, Batch(FIRST), settings)
            except CutShortError:
                pass
            else:
                return
        yield


def test_a_decision_that_is_taken_back_after_a_derive_was_cut_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, place = Store(str(tmp_path / "whole")), tmp_path / "data"
    for day in DAYS[2:4]:
        put(whole, day, "ab")
    derive(whole, Batch(FIRST), SETTINGS)
    entity = rows_of("a")["entities"][0].entity_id
    merge = {"action": "merge", "entity_id": entity, "into": "another", "reason": "the same"}
    noted = tmp_path / "decisions.jsonl"
    noted.write_text(json.dumps(merge), encoding="utf-8")
    decided = SETTINGS.model_copy(update={"decisions_file": noted})
    shutil.copytree(whole.root, place)
    for _ in cut_short(Store(str(place)), monkeypatch, decided):
        derive(Store(str(place)), Batch(FIRST), SETTINGS)
        assert derived_bytes(Store(str(place))) == derived_bytes(whole)
    assert derived_bytes(Store(str(place))) != derived_bytes(whole)


def test_decisions_on_an_entity_that_another_decision_hides(tmp_path: Path) -> None:
    """It has no row of its own, but is in those of the entity that it was merged into."""
    store, noted = Store(str(tmp_path / "data")), tmp_path / "decisions.jsonl"
    settings = SETTINGS.model_copy(update={"decisions_file": noted})
    for day in DAYS[2:4]:
        put(store, day, "ab")
    entity, article_id = rows_of("a")["entities"][0].entity_id, f"b{DAYS[2]:%m%d}"
    merge = {"action": "merge", "entity_id": entity, "into": "another"}
    split = {"action": "split", "entity_id": entity, "article_ids": [article_id]}
    own = content_id("split", entity, article_id)
    found = set()
    for decisions in (
        [merge],
        [merge, split],
        [merge],
        [split, merge, {"action": "merge", "entity_id": own, "into": "third"}],
        [{"action": "merge", "entity_id": own, "into": "third"}],
        [merge | {"into": entity, "entity_id": "another"}],
        [],
    ):
        lines = (json.dumps({**decision, "reason": "a test"}) for decision in decisions)
        noted.write_text("\n".join(lines), encoding="utf-8")
        derive(store, Batch(FIRST), settings)
        made = derived_bytes(store)
        assert made == rebuilt(tmp_path, store, settings), decisions
        found.add(made[month_path("quote_name_days", month_of(DAYS[2]))])
    assert len(found) == 4


@pytest.mark.parametrize("is_taken_back", [False, True])
def test_a_derive_that_is_cut_short_anywhere_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_taken_back: bool
) -> None:
    """The day that it took in may be another one again when the next derive looks."""
    whole = Store(str(tmp_path / "whole"))
    for day, names in zip(DAYS[2:6], ("ab", "abc", "cd", "ab"), strict=True):
        put(whole, day, names)
    derive(whole, Batch(FIRST), SETTINGS)
    expected = derived_bytes(whole)
    put(whole, DAYS[3], "be")
    if not is_taken_back:
        expected = rebuilt(tmp_path, whole)
    place = tmp_path / "data"
    shutil.copytree(whole.root, place)
    n = 0
    for _ in cut_short(Store(str(place)), monkeypatch):
        n += 1
        store = Store(str(place))
        if is_taken_back:
            put(store, DAYS[3], "abc")
        derive(store, Batch(FIRST), SETTINGS)
        assert derived_bytes(store) == expected
        shutil.rmtree(place)
        shutil.copytree(whole.root, place)
    assert n > 10
