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
from pipeline.derived.tables import DERIVED, Grouped
from pipeline.desk.verify import verify
from pipeline.errors import DamagedError
from pipeline.settings import Settings
from pipeline.stages.derive import derive
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import (
    DOCS,
    PARTIALS,
    Batch,
    derived_path,
    manifest_path,
    partial_path,
    published_path,
    staged_folder,
    staged_path,
)
from pipeline.store.derived_files import derived_files, read_derived
from pipeline.store.manifest import write_manifest
from pipeline.store.staged import mark_at_work, staged_days
from schemas import EXTRACTED, TABLES

DAYS = [date(2026, 3, n) for n in (1, 2, 3)]
SETTINGS = Settings(decisions_file=Path("no-decisions.jsonl"))


def put(store: Store, day: date) -> None:
    stage_day(
        store, day, articles=[article(f"a{day.day}"), article("b"), article(f"c{day.day}", wire_source="AP")]
    )
    publish(store, Batch(day), SETTINGS)


MERGED = tuple(derived.name for derived in DERIVED)


def derived_bytes(store: Store) -> dict[str, bytes]:
    paths = [path for derived in DERIVED for path in derived_files(store, derived.row_class)]
    return {path: store.get(path) for path in paths}


def rows_of_table(store: Store, name: str) -> list[dict[str, Any]]:
    return [row for table in read_derived(store, TABLES[name]) for row in table.to_pylist()]


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
    assert {row["day"] for row in rows_of_table(store, "duplicates")} == {DAYS[0], DAYS[2]}
    put(store, DAYS[1])
    derive(store, Batch(DAYS[1]), SETTINGS)
    assert derived_bytes(store) == forwards


def test_an_entity_has_one_id_on_all_days(tmp_path: Path, forwards: dict[str, bytes]) -> None:
    store = Store(str(tmp_path / "forwards"))
    [row] = rows_of_table(store, "entity_index")
    assert row["entity_id"] == rows_of("b")["entities"][0].entity_id
    assert (row["first_seen"], row["last_seen"], row["n_articles"]) == (DAYS[0], DAYS[2], 9)


def test_what_has_not_changed_is_not_merged_again(tmp_path: Path, forwards: dict[str, bytes]) -> None:
    store = Store(str(tmp_path / "forwards"))
    written = [tmp_path / "forwards" / path for path in forwards]
    before = [path.stat().st_mtime_ns for path in written]
    counts = derive(store, Batch(DAYS[0]), SETTINGS)
    empty = date(2026, 3, 4)
    stage_day(store, empty)
    publish(store, Batch(empty), SETTINGS)
    assert counts["days_taken_in"] == 0
    assert derive(store, Batch(empty), SETTINGS) == counts | {"days_taken_in": 1}
    assert counts["duplicates"] and counts["entity_index"] and counts["claim_groups"]
    assert [path.stat().st_mtime_ns for path in written] == before


def test_a_table_that_is_gone_is_made_again(tmp_path: Path, forwards: dict[str, bytes]) -> None:
    store = Store(str(tmp_path / "forwards"))
    for path in forwards:
        store.remove(path)
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

    tables = tuple(
        replace(derived, find_links=noted) if isinstance(derived, Grouped) and derived.links else derived
        for derived in DERIVED
    )
    monkeypatch.setattr("pipeline.derived.update.DERIVED", tables)
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


def test_what_is_damaged_is_found_by_verify_and_made_again(
    tmp_path: Path, forwards: dict[str, bytes]
) -> None:
    store = Store(str(tmp_path / "forwards"))
    for path in (partial_path("duplicates", DAYS[0]), partial_path("claim_links", DAYS[1])):
        store.put(path, store.get(path)[:100])
    for path in forwards:
        flipped(store, path)
    verify(store, SETTINGS, mend=True)
    derive(store, Batch(DAYS[0]), SETTINGS)
    assert derived_bytes(store) == forwards
    assert verify(store, SETTINGS).findings == []


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
        links += [row["wikidata_id"] for row in rows_of_table(store, "entity_index")]
    assert runs[0] != runs[1] and links == ["Q1", "Q2"]


def flipped(store: Store, path: str) -> None:
    """Damage the first page of a file, and leave its footer as it is."""
    data = bytearray(store.get(path))
    data[60] ^= 1
    store.put(path, bytes(data))


@pytest.mark.parametrize(
    ("partial", "table"),
    [
        ("duplicates", "duplicates"),
        ("entity_index", "entity_index"),
        ("claim_groups", "claim_groups"),
        ("claim_links", "claim_groups"),
    ],
)
def test_damage_behind_a_whole_footer_is_mended(
    tmp_path: Path, forwards: dict[str, bytes], partial: str, table: str
) -> None:
    store = Store(str(tmp_path / "forwards"))
    flipped(store, partial_path(partial, DAYS[1]))
    for path in derived_files(store, TABLES[table]):
        store.remove(path)
    derive(store, Batch(DAYS[0]), SETTINGS)
    assert derived_bytes(store) == forwards


@pytest.mark.parametrize(
    "name", ["duplicates_members/2026-03", "claim_groups_members/2026-03", "entity_index/untold"]
)
def test_what_is_kept_for_the_next_night_is_compared_with_what_was_noted(
    tmp_path: Path, forwards: dict[str, bytes], name: str
) -> None:
    store = Store(str(tmp_path / "forwards"))
    path = f"{PARTIALS}/{name}.parquet"
    store.put(path, store.get(path) + b" ")
    put(store, date(2026, 3, 9))
    derive(store, Batch(DAYS[0]), SETTINGS)
    fresh = made(tmp_path / "fresh", [*DAYS, date(2026, 3, 9)], each_night=False)
    assert derived_bytes(store) == fresh


def test_a_damaged_published_file_stops_it_by_name(
    tmp_path: Path, forwards: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.stages.derive._PAUSE_S", 0.0)
    store = Store(str(tmp_path / "forwards"))
    path = published_path("entities", DAYS[1])
    flipped(store, path)
    store.remove(partial_path("entity_index", DAYS[1]))
    store.remove(derived_path("entity_index"))
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
    found = rows_of_table(store, "duplicates")
    assert {row["article_id"] for row in found if row["day"] == DAYS[1]} == {"z"}


def with_docs(store: Store) -> list[date]:
    return [day for day in staged_days(store) if store.names(staged_folder(day, DOCS))]


def test_nothing_published_gives_empty_tables(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    assert set(derive(store, Batch(DAYS[0]), SETTINGS).values()) == {0}
    assert not store.exists(manifest_path(DAYS[0]))
