"""What spans days does not depend on the order in which they came, nor on when it was made."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from days import article, rows_of, stage_day

from pipeline import code_identity, provenance
from pipeline.alike.claim_links import links
from pipeline.derived.tables import DERIVED
from pipeline.errors import DamagedError
from pipeline.settings import Settings
from pipeline.stages.derive import derive
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import (
    DOCS,
    Batch,
    derived_path,
    manifest_path,
    partial_path,
    published_path,
    staged_folder,
    staged_path,
)
from pipeline.store.manifest import write_manifest
from pipeline.store.staged import mark_at_work, staged_days
from schemas import EXTRACTED

DAYS = [date(2026, 3, n) for n in (1, 2, 3)]
SETTINGS = Settings(decisions_file=Path("no-decisions.jsonl"))


def put(store: Store, day: date) -> None:
    stage_day(
        store, day, articles=[article(f"a{day.day}"), article("b"), article(f"c{day.day}", wire_source="AP")]
    )
    publish(store, Batch(day), SETTINGS)


MERGED = tuple(derived.name for derived in DERIVED)


def derived_bytes(store: Store) -> dict[str, bytes]:
    return {name: store.get(derived_path(name)) for name in MERGED}


def made(folder: Path, order: Sequence[date], *, each_night: bool) -> dict[str, bytes]:
    store = Store(str(folder))
    for day in order:
        put(store, day)
        if each_night:
            derive(store, Batch(day), SETTINGS)
    derive(store, Batch(order[-1]), SETTINGS)
    return derived_bytes(store)


@pytest.fixture
def forwards(tmp_path: Path) -> dict[str, bytes]:
    return made(tmp_path / "forwards", DAYS, each_night=True)


def test_days_in_reverse_give_the_same_bytes(tmp_path: Path, forwards: dict[str, bytes]) -> None:
    assert made(tmp_path / "reverse", DAYS[::-1], each_night=True) == forwards


def test_a_rebuild_from_nothing_gives_the_same_bytes(tmp_path: Path, forwards: dict[str, bytes]) -> None:
    assert made(tmp_path / "at-once", DAYS, each_night=False) == forwards
    store = Store(str(tmp_path / "forwards"))
    store.remove_folder("tables/_partials")
    derive(store, Batch(DAYS[0]), SETTINGS)
    assert derived_bytes(store) == forwards


def test_a_day_published_again_is_read_again(tmp_path: Path, forwards: dict[str, bytes]) -> None:
    store = Store(str(tmp_path / "forwards"))
    stage_day(store, DAYS[1])
    publish(store, Batch(DAYS[1]), SETTINGS)
    derive(store, Batch(DAYS[0]), SETTINGS)
    assert set(store.read(derived_path("duplicates"))["day"].to_pylist()) == {DAYS[0], DAYS[2]}
    put(store, DAYS[1])
    derive(store, Batch(DAYS[1]), SETTINGS)
    assert derived_bytes(store) == forwards


def test_an_entity_has_one_id_on_all_days(tmp_path: Path, forwards: dict[str, bytes]) -> None:
    store = Store(str(tmp_path / "forwards"))
    [row] = store.read(derived_path("entity_index")).to_pylist()
    assert row["entity_id"] == rows_of("b")["entities"][0].entity_id
    assert (row["first_seen"], row["last_seen"], row["n_articles"]) == (DAYS[0], DAYS[2], 9)


def test_what_has_not_changed_is_not_merged_again(tmp_path: Path, forwards: dict[str, bytes]) -> None:
    store = Store(str(tmp_path / "forwards"))
    written = [tmp_path / "forwards" / derived_path(name) for name in MERGED]
    before = [path.stat().st_mtime_ns for path in written]
    counts = derive(store, Batch(DAYS[0]), SETTINGS)
    empty = date(2026, 3, 4)
    stage_day(store, empty)
    publish(store, Batch(empty), SETTINGS)
    assert derive(store, Batch(empty), SETTINGS) == counts
    assert counts["duplicates"] and counts["entity_index"] and counts["claim_groups"]
    assert [path.stat().st_mtime_ns for path in written] == before


def test_a_table_that_is_gone_is_made_again(tmp_path: Path, forwards: dict[str, bytes]) -> None:
    store = Store(str(tmp_path / "forwards"))
    for name in MERGED:
        store.remove(derived_path(name))
    derive(store, Batch(DAYS[0]), SETTINGS)
    assert derived_bytes(store) == forwards


def test_other_code_reads_every_day_again(
    tmp_path: Path, forwards: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(str(tmp_path / "forwards"))
    partial = partial_path("duplicates", DAYS[0])
    table, lineage = store.read(partial), store.lineage(partial)
    store.write(partial, table.slice(0, 0), lineage=lineage)  # as if other code had found nothing
    code_version = code_identity.code_version
    monkeypatch.setattr(code_identity, "code_version", lambda *modules: code_version(*modules) + "+changed")
    derive(store, Batch(DAYS[0]), SETTINGS)
    assert store.read(partial).equals(table)


def test_a_night_compares_its_own_claims_only(
    tmp_path: Path, forwards: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(str(tmp_path / "forwards"))
    compared = []

    def noted(day: pa.Table, others: Sequence[pa.Table]) -> pa.Table:
        compared.append((day["day"][0].as_py(), [other["day"][0].as_py() for other in others]))
        return links(day, others)

    (grouping,) = (derived for derived in DERIVED if derived.links)
    assert grouping.links is not None
    linking = replace(grouping, links=replace(grouping.links, find=noted))
    tables = tuple(linking if derived is grouping else derived for derived in DERIVED)
    monkeypatch.setattr("pipeline.stages.derive.DERIVED", tables)
    derive(store, Batch(DAYS[2]), SETTINGS)
    assert compared == []
    later = date(2026, 3, 9)
    put(store, later)
    derive(store, Batch(later), SETTINGS)
    assert compared == [(later, [*DAYS, later])]
    compared.clear()
    stage_day(store, DAYS[0], articles=[article("z")])
    publish(store, Batch(DAYS[0]), SETTINGS)
    derive(store, Batch(DAYS[0]), SETTINGS)
    assert compared == [(day, [DAYS[0]]) for day in (*DAYS, later)]


def test_a_partial_that_is_damaged_is_made_again(tmp_path: Path, forwards: dict[str, bytes]) -> None:
    store = Store(str(tmp_path / "forwards"))
    for path in (partial_path("duplicates", DAYS[0]), partial_path("claim_links", DAYS[1])):
        store.put(path, store.get(path)[:100])
    store.put(derived_path("entity_index"), b"half a f")
    derive(store, Batch(DAYS[0]), SETTINGS)
    assert derived_bytes(store) == forwards


def test_only_a_parse_that_is_as_published_is_let_go(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    days = [date(2026, 3, n) for n in range(1, 5)]
    for day in days:
        put(store, day)
        for shard in (0, 1):
            store.put(staged_path(DOCS, Batch(day, shard)), b"docs")
    derive(store, Batch(days[-1]), Settings(keep_docs_days=2))
    assert with_docs(store) == days  # all are newer than what is published
    for day in days[:3]:
        publish(store, Batch(day), SETTINGS)
    store.put(staged_path(DOCS, Batch(days[1], 1)), b"parsed again")
    derive(store, Batch(days[-1]), Settings(keep_docs_days=2))
    assert with_docs(store) == days[1:]


def test_a_parse_that_a_run_works_with_is_not_let_go(tmp_path: Path) -> None:
    """In a backfill of more days than are kept: day 1 was published before, and is parsed again by nobody."""
    store = Store(str(tmp_path))
    days = [date(2026, 3, n) for n in range(1, 4)]
    for day in days:
        put(store, day)
        store.put(staged_path(DOCS, Batch(day)), b"docs")
        publish(store, Batch(day), SETTINGS)
    mark_at_work(store, days[0])  # as the stages parse and extract do, which found the parse as it must be
    derive(store, Batch(days[2]), Settings(keep_docs_days=1))
    assert with_docs(store) == [days[0], days[2]]
    publish(store, Batch(days[0]), SETTINGS)
    derive(store, Batch(days[0]), Settings(keep_docs_days=1))
    assert with_docs(store) == [days[2]]


def test_what_spans_days_follows_the_content_of_files_that_settings_name(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "data"))
    topics = tmp_path / "topics.yaml"
    runs, links = [], []
    for wikidata_id in ("Q1", "Q2"):
        topics.write_text(f"harbour: {{words: [{wikidata_id}]}}")  # another content under the same name
        entities = [replace(row, wikidata_id=wikidata_id) for row in rows_of("a1")["entities"]]
        stage_day(store, DAYS[0], articles=[article("a1")], change={"entities": entities})
        for name in EXTRACTED:
            path = staged_path(name, Batch(DAYS[0]))
            settings = provenance.row_settings(Settings(topics_file=str(topics)))
            lineage = (store.lineage(path) or {}) | {"settings": settings}
            store.write(path, store.read(path), lineage=lineage)
        runs.append(publish(store, Batch(DAYS[0]), SETTINGS)["run_id"])
        derive(store, Batch(DAYS[0]), SETTINGS)
        links += store.read(derived_path("entity_index"))["wikidata_id"].to_pylist()
    assert runs[0] != runs[1] and links == ["Q1", "Q2"]


def flipped(store: Store, path: str) -> None:
    """Damage the first page of a file, and leave its footer as it is."""
    data = bytearray(store.get(path))
    data[60] ^= 1
    store.put(path, bytes(data))


def test_damage_behind_a_whole_footer_is_mended(tmp_path: Path, forwards: dict[str, bytes]) -> None:
    store = Store(str(tmp_path / "forwards"))
    for name in ("duplicates", "entity_index", "claim_groups"):
        flipped(store, derived_path(name))
    derive(store, Batch(DAYS[0]), SETTINGS)
    assert derived_bytes(store) == forwards
    for name in ("duplicates", "entity_index", "claim_groups", "claim_links"):
        flipped(store, partial_path(name, DAYS[1]))
        store.remove(derived_path("claim_groups" if name == "claim_links" else name))
    derive(store, Batch(DAYS[0]), SETTINGS)
    assert derived_bytes(store) == forwards


def test_a_damaged_published_file_stops_it_by_name(
    tmp_path: Path, forwards: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.stages.derive._PAUSE_S", 0.0)
    store = Store(str(tmp_path / "forwards"))
    path = published_path("entities", DAYS[1])
    flipped(store, path)
    store.remove(partial_path("entity_index", DAYS[1]))
    with pytest.raises(DamagedError, match=rf"{path} .*run the day again .*run {DAYS[1]}"):
        derive(store, Batch(DAYS[0]), SETTINGS)
    store.put(manifest_path(DAYS[2]), b"{")
    with pytest.raises(DamagedError, match=rf"{manifest_path(DAYS[2])} is damaged: run the day again"):
        derive(store, Batch(DAYS[0]), SETTINGS)


def test_a_day_that_is_being_replaced_is_waited_for(
    tmp_path: Path, forwards: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a change of code all days are read again, while a backfill publishes one of them anew."""
    monkeypatch.setattr("pipeline.stages.derive._ATTEMPTS", 1)
    store = Store(str(tmp_path / "forwards"))
    stage_day(store, DAYS[1], articles=[article("z")])
    is_half_done, go_on = threading.Event(), threading.Event()

    def slow(*args: Any) -> None:
        is_half_done.set()
        go_on.wait(60)
        write_manifest(*args)

    monkeypatch.setattr("pipeline.store.published.write_manifest", slow)
    publishing = threading.Thread(target=publish, args=(Store(store.root), Batch(DAYS[1]), SETTINGS))
    publishing.start()
    assert is_half_done.wait(60)
    store.remove_folder("tables/_partials")
    threading.Timer(1.0, go_on.set).start()
    derive(store, Batch(DAYS[0]), SETTINGS)
    publishing.join(60)
    found = store.read(derived_path("duplicates")).to_pylist()
    assert {row["article_id"] for row in found if row["day"] == DAYS[1]} == {"z"}


def with_docs(store: Store) -> list[date]:
    return [day for day in staged_days(store) if store.names(staged_folder(day, DOCS))]


def test_nothing_published_gives_empty_tables(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    assert set(derive(store, Batch(DAYS[0]), SETTINGS).values()) == {0}
    assert not store.exists(manifest_path(DAYS[0]))
