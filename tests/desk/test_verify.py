"""A whole store is looked through: what is wrong is named, with what to run, and running it mends it."""

import random
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from days import article, stage_day

from pipeline import cli
from pipeline.curation.decision_files import note_decision
from pipeline.curation.takedowns import Takedown, take_down
from pipeline.desk.verify import verify
from pipeline.identity import content_id
from pipeline.settings import Settings
from pipeline.stages.derive import derive
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import (
    DATAPACKAGE,
    DECISIONS,
    OLD_TAKEDOWNS,
    Batch,
    derived_path,
    manifest_path,
    month_path,
    partial_path,
    plan_path,
    published_path,
    pull_path,
    staged_path,
    takedown_path,
)

FIRST, SECOND, THIRD = (date(2026, 3, n) for n in (1, 2, 3))
A1, A2 = content_id("a1"), content_id("a2")
SETTINGS = Settings(decisions_file=Path("no-decisions.jsonl"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "data"
    store = Store(str(folder))
    for day in (FIRST, SECOND):
        stage_day(store, day, articles=[article(A1), article(A2)])
        publish(store, Batch(day), SETTINGS)
    derive(store, Batch(SECOND), SETTINGS)
    store.write_cache("index/drop-x.json", {"a.jsonl": 1})
    store.write_json(pull_path("2026-03-01"), {"day": "2026-03-01", "feeds": [], "before": {}})
    return folder


@pytest.fixture
def store(whole: Path, tmp_path: Path) -> Store:
    shutil.copytree(whole, tmp_path / "data")
    return Store(str(tmp_path / "data"))


def test_a_whole_store_is_whole(store: Store) -> None:
    seen = verify(store, SETTINGS)
    assert seen.findings == []
    assert seen.n_days == 2 and seen.n_files > 30


def cut(path: str) -> Callable[[Store], None]:
    return lambda store: store.put(path, store.get(path)[: len(store.get(path)) // 2])


def flip(path: str) -> Callable[[Store], None]:
    def one(store: Store) -> None:
        data = bytearray(store.get(path))
        data[random.Random(path).randrange(len(data) // 4)] ^= 4
        store.put(path, bytes(data))

    return one


def gone(path: str) -> Callable[[Store], None]:
    return lambda store: store.remove(path)


def other_run(store: Store) -> None:
    path = published_path("quotes", FIRST)
    store.write(path, store.read(path), lineage={"run_id": "another", "schema_version": 1})


def cut_short(store: Store) -> None:
    store.put(published_path("quotes", THIRD), store.get(published_path("quotes", FIRST)))


def behind(store: Store) -> None:
    stage_day(store, FIRST, articles=[article(A1)])
    publish(store, Batch(FIRST), SETTINGS)


def taken_down_by_hand(store: Store) -> None:
    take_down(store, Takedown(article_id=A2, reason="by order"))


DERIVE = f"python -m pipeline run {SECOND} --stage derive"
DAMAGE = {
    "a manifest": (cut(manifest_path(FIRST)), manifest_path(FIRST), f"run {FIRST}"),
    "a bit of a published file": (flip(published_path("quotes", FIRST)), "tables/quotes", f"run {FIRST}"),
    "a published file that is gone": (
        gone(published_path("claims", SECOND)),
        "tables/claims",
        f"run {SECOND}",
    ),
    "a file of another run": (other_run, published_path("quotes", FIRST), f"run {FIRST}"),
    "a day cut short": (cut_short, published_path("quotes", THIRD), f"run {THIRD}"),
    "a derived table": (flip(derived_path("entity_index")), "entity_index.parquet", DERIVE),
    "a derived table that is gone": (
        gone(month_path("duplicates", "2026-03")),
        "duplicates/2026-03.parquet",
        DERIVE,
    ),
    "derived tables that are behind": (behind, "state.json", DERIVE),
    "a partial": (flip(partial_path("duplicates", FIRST)), "_partials/duplicates", "verify --mend"),
    "what derive wrote of decisions": (cut(DECISIONS), DECISIONS, DERIVE),
    "the description": (lambda store: store.put(DATAPACKAGE, b"{"), DATAPACKAGE, DERIVE),
    "a plan": (cut(plan_path(FIRST)), plan_path(FIRST), f"run {FIRST}"),
    "staged articles": (flip(staged_path("articles", Batch(FIRST))), "staged/2026-03-01", f"run {FIRST}"),
    "staged rows": (cut(staged_path("claims", Batch(SECOND))), "staged/2026-03-02", f"run {SECOND}"),
    "a takedown": (lambda s: s.put(takedown_path(A1), b"{"), takedown_path(A1), f"pipeline forget {A1}"),
    "the old list of takedowns": (lambda s: s.put(OLD_TAKEDOWNS, b'{"a'), OLD_TAKEDOWNS, "mend the line"),
    "an article that should be gone": (taken_down_by_hand, f"articles/{FIRST}", f"pipeline forget {A2}"),
    "a pull of feeds": (cut(pull_path("2026-03-01")), "feeds/2026-03-01/pull.json", "from a backup"),
    "an index": (lambda store: store.put("index/drop-x.json", b"{"), "index/drop-x.json", ""),
}


@pytest.mark.parametrize("damage, path, run", DAMAGE.values(), ids=DAMAGE)
def test_damage_is_named_with_what_to_run(
    store: Store, damage: Callable[[Store], None], path: str, run: str
) -> None:
    damage(store)
    findings = verify(store, SETTINGS).findings
    assert any(path in finding.path and run in finding.run for finding in findings), findings


def test_decisions_that_cannot_be_read_are_named(store: Store, tmp_path: Path) -> None:
    (tmp_path / "decisions.jsonl").write_text('{"action": "mer')
    [finding] = verify(store, Settings(decisions_file=tmp_path / "decisions.jsonl")).findings
    assert "decisions.jsonl, line 1" in finding.path and "not JSON" in finding.wrong
    path = note_decision(store, {"action": "rename", "entity_id": "a", "name": "A", "reason": "r"})
    store.put(path, b"{")
    [finding] = verify(store, SETTINGS).findings
    assert (finding.path, finding.run) == (path, "mend it by hand")


def test_stray_files_are_left_aside(store: Store) -> None:
    for path in (
        f"{manifest_path(FIRST)}.bak",
        f"{published_path('quotes', FIRST)}~",
        f"{staged_path('quotes', Batch(FIRST))}.bak",
        "tables/quotes/.x.parquet.abc.tmp",
        "staged/2026-03-01.bak/plan.json",
        "feeds/2026-03-01.bak/pull.json",
        "index/notes.txt",
    ):
        store.put(path, b"{")
    assert verify(store, SETTINGS).findings == []
    behind(store)  # and nothing else stumbles over them
    derive(store, Batch(FIRST), SETTINGS)


def test_what_it_says_mends_it(store: Store) -> None:
    flip(partial_path("duplicates", FIRST))(store)
    store.put(derived_path("entity_index"), store.get(derived_path("entity_index"))[:-9])
    before = pa.table({"n": [len(verify(store, SETTINGS).findings)]})
    assert before["n"][0].as_py() == 2
    verify(store, SETTINGS, mend=True)
    derive(store, Batch(SECOND), SETTINGS)
    assert verify(store, SETTINGS).findings == []


@pytest.mark.parametrize("is_damaged", [False, True])
def test_the_command_says_so_by_its_exit_code(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_damaged: bool
) -> None:
    monkeypatch.setenv("NEWSTABLES_DATA_DIR", store.root)
    monkeypatch.setattr("sys.argv", ["newstables", "verify"])
    if is_damaged:
        store.remove(published_path("claims", FIRST))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().out
    assert (ended.value.code or 0) == int(is_damaged)
    assert ("0 findings" in said) != is_damaged
    assert (f"python -m pipeline run {FIRST}" in said) == is_damaged


def test_status_and_late_go_on_past_a_damaged_manifest(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NEWSTABLES_DATA_DIR", store.root)
    monkeypatch.setattr("sys.argv", ["newstables", "status"])
    cut(manifest_path(FIRST))(store)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    assert ended.value.code == 1
    assert "2026-03-01" in said.out and "2026-03-02" in said.out and manifest_path(FIRST) in said.err
