"""What spans days does not depend on the order in which they came, nor on when it was made."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from days import article, rows_of, stage_day

from pipeline import provenance
from pipeline.alike.claim_links import links
from pipeline.settings import Settings
from pipeline.stages.derive import DERIVED, GROUPING, derive
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch, derived_path, manifest_path, partial_path

DAYS = [date(2026, 3, n) for n in (1, 2, 3)]
SETTINGS = Settings(decisions_file=Path("no-decisions.jsonl"))


def put(store: Store, day: date) -> None:
    stage_day(
        store, day, articles=[article(f"a{day.day}"), article("b"), article(f"c{day.day}", wire_source="AP")]
    )
    publish(store, Batch(day), SETTINGS)


MERGED = (*(derived.name for derived in DERIVED), "claim_groups")


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
    store.remove("tables/_partials")
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
    code_version = provenance.code_version
    monkeypatch.setattr(provenance, "code_version", lambda files: code_version(files) + "+changed")
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

    monkeypatch.setattr("pipeline.stages.derive.links", noted)
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


def test_groups_name_the_code_that_makes_them() -> None:
    here = Path(__file__).parents[2]
    assert all((here / name).is_file() for name in GROUPING)
    own = {f"pipeline/same_claims/{path.name}" for path in (here / "pipeline/same_claims").glob("*.py")}
    assert own - set(GROUPING) == {"pipeline/alike/__init__.py"}


def test_each_table_names_the_code_that_makes_it() -> None:
    for derived in DERIVED:
        assert f"pipeline/derived/{derived.name}.py" in derived.code
        assert all((Path(__file__).parents[2] / name).is_file() for name in derived.code)


def test_nothing_published_gives_empty_tables(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    assert set(derive(store, Batch(DAYS[0]), SETTINGS).values()) == {0}
    assert not store.exists(manifest_path(DAYS[0]))
