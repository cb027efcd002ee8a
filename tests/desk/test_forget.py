"""An article that is taken down is gone from every day and table, and stays out, whatever runs meanwhile."""

import contextlib
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from days import TEXT, article, read_plan, rows_of, stage_day, table_bytes
from two_stores import in_bucket

from pipeline import cli
from pipeline.curation.takedowns import read_takedowns
from pipeline.derived.tables import DERIVED
from pipeline.desk.forget import forget
from pipeline.errors import ConfigError, DamagedError, InputError
from pipeline.identity import content_id
from pipeline.load import load
from pipeline.settings import Settings
from pipeline.stages.derive import derive
from pipeline.stages.ingest import ingest
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import (
    OLD_TAKEDOWNS,
    TAKEDOWNS,
    Batch,
    derived_path,
    manifest_path,
    plan_path,
    published_path,
    staged_path,
    takedown_path,
)
from pipeline.store.derived_files import read_derived
from pipeline.store.manifest import find_manifest
from schemas import DAY_TABLES, EXTRACTED

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
SETTINGS = Settings()
A1, A2, A3, A4 = (content_id(name) for name in ("a1", "a2", "a3", "a4"))
BRIDGE = "https://www.courier.example/2026/03/Bridge-Closed/"


def put(store: Store, day: date, *ids: str, **values: Any) -> None:
    stage_day(store, day, articles=[article(id, **values) for id in ids])
    publish(store, Batch(day), SETTINGS)
    derive(store, Batch(day), SETTINGS)


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two-days") / "data"
    put(Store(str(folder)), FIRST, A1, A2, A3)
    put(Store(str(folder)), SECOND, A2)
    return folder


@pytest.fixture
def store(two_days: Path, tmp_path: Path) -> Store:
    shutil.copytree(two_days, tmp_path / "data")
    return Store(str(tmp_path / "data"))


def ids(store: Store, table: str, day: date) -> set[str]:
    return set(store.read(published_path(table, day))["article_id"].to_pylist())


def places(store: Store, *needles: str) -> list[str]:
    """Where anything of an article stands, in all files of a store but the takedowns themselves."""
    root = Path(store.root)
    found = []
    for path in (path for path in root.rglob("*") if path.is_file()):
        name = str(path.relative_to(root))
        if not name.startswith((TAKEDOWNS, "index/_forgotten")):  # takedowns, and all of them in short
            data = path.read_bytes()
            if data.startswith(b"PAR1"):
                table = pq.read_table(pa.BufferReader(data))
                data = f"{table.to_pylist()} {table.schema.metadata}".encode()
            if any(needle.encode() in data for needle in needles):
                found.append(name)
    return found


def test_it_is_gone_from_every_day_and_table(store: Store) -> None:
    assert places(store, A2)
    assert forget(store, A2, reason="by order").published == [FIRST, SECOND]
    for row_class in DAY_TABLES:
        for day in (FIRST, SECOND):
            assert A2 not in ids(store, row_class.table_name, day)
    assert ids(store, "quotes", FIRST) == {A1, A3}
    assert places(store, A2, content_id("claim", A2), content_id("quote", A2)) == []
    assert store.names("staged") == []


def test_the_bytes_are_those_of_a_day_that_never_had_it(store: Store, tmp_path: Path) -> None:
    forget(store, A2, reason="by order")
    put(other := Store(str(tmp_path / "other")), FIRST, A1, A3)
    path = published_path("quotes", FIRST)
    assert store.get(path) == other.get(path)


def test_it_stays_out_when_the_day_is_published_again(store: Store) -> None:
    forget(store, A2, reason="by order")
    before = table_bytes(store)
    put(store, FIRST, A1, A2, A3)
    assert {k: v for k, v in table_bytes(store).items() if k.endswith(".parquet")} == {
        k: v for k, v in before.items() if k.endswith(".parquet")
    }


def test_days_without_it_are_not_touched(store: Store) -> None:
    before = table_bytes(store)
    assert forget(store, A1, reason="by order").published == [FIRST]
    after = table_bytes(store)
    assert {k for k in before if k.endswith(f"{SECOND}.parquet") and before[k] != after[k]} == set()


def test_twice_is_once(store: Store) -> None:
    forget(store, A2, reason="by order")
    before = table_bytes(store)
    again = forget(store, A2, reason="by another order")
    assert (again.article_ids, again.published, again.staged) == ({A2}, [], [])
    assert table_bytes(store) == before
    assert b"by order" in store.get(takedown_path(A2))


# ---- what it is called by --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelling",
    [
        BRIDGE,
        "http://courier.example/2026/03/bridge-closed",
        "https://courier.example/2026/03/BRIDGE-closed/",
        "http://WWW.Courier.Example:80/2026/03/Bridge%2DClosed?utm_source=mail#top",
    ],
)
def test_every_spelling_of_its_address_finds_it(tmp_path: Path, spelling: str) -> None:
    store = Store(str(tmp_path))
    put(store, FIRST, A1, url=BRIDGE, canonical_url=BRIDGE)
    put(store, SECOND, A2)
    found = forget(store, spelling, reason="by order")
    assert (found.article_ids, found.published) == ({A1}, [FIRST])
    assert places(store, A1, BRIDGE) == []
    assert forget(store, spelling, reason="by order").published == []  # again, and no error


def test_it_is_found_by_the_address_it_was_delivered_with_and_all_that_stands_there_goes(
    tmp_path: Path,
) -> None:
    store = Store(str(tmp_path))
    put(store, FIRST, A1, url="https://m.courier.example/amp/17", canonical_url=BRIDGE)
    put(store, SECOND, A2, url=BRIDGE.replace("https", "http"), canonical_url=BRIDGE.lower())
    put(store, date(2026, 3, 3), A3, url="https://courier.example/2026/03/bridge-closed-again")
    assert forget(store, "http://m.courier.example/AMP/17/", reason="by order").article_ids == {A1, A2}
    assert ids(store, "articles", date(2026, 3, 3)) == {A3}


def test_another_page_of_the_same_site_stays(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    urls = {A1: "https://x.example/story.asp?12345", A2: "https://x.example/story.asp?12346"}
    stage_day(store, FIRST, articles=[article(id, url=url, canonical_url=url) for id, url in urls.items()])
    publish(store, Batch(FIRST), SETTINGS)
    assert forget(store, urls[A1], reason="by order").article_ids == {A1}
    assert ids(store, "articles", FIRST) == {A2}


@pytest.mark.parametrize("text", ["bridge", "courier.example/2026/03/bridge", "a1", "", A1 + "x"])
def test_what_is_neither_an_address_nor_an_id_is_refused(store: Store, text: str) -> None:
    with pytest.raises(ConfigError, match="neither the URL of an article"):
        forget(store, text, reason="by order")
    assert store.names(TAKEDOWNS) == []


@pytest.mark.parametrize("text", [A4, "https://courier.example/2026/03/nowhere"])
def test_nothing_found_is_an_error_and_noted_all_the_same(store: Store, text: str) -> None:
    before = table_bytes(store)
    for _ in range(2):
        with pytest.raises(InputError, match=r"neither published nor on its way.*left out when it comes"):
            forget(store, text, reason="by order")
    assert {k: v for k, v in table_bytes(store).items() if not k.startswith("_forgotten/")} == before
    put(store, SECOND, A4, A2, url="http://www.courier.example/2026/03/nowhere/")
    assert ids(store, "articles", SECOND) == (set() if "://" in text else {A2})


@pytest.mark.parametrize("text, code", [("bridge", 2), (A4, 1), (A2, 0)])
def test_the_command_says_so_by_its_exit_code(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, code: int
) -> None:
    monkeypatch.setenv("NEWSTABLES_DATA_DIR", store.root)
    monkeypatch.setattr("sys.argv", ["newstables", "forget", text])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code or 0) == code
    said = capsys.readouterr()
    assert text in (said.err if code else said.out)


# ---- the list --------------------------------------------------------------------------------------


def test_the_list_from_before_is_obeyed_and_a_damaged_line_told(store: Store) -> None:
    store.put(OLD_TAKEDOWNS, json.dumps({"article_id": A2, "reason": "by order"}).encode() + b"\n")
    put(store, SECOND, A1, A2)
    assert ids(store, "articles", SECOND) == {A1}
    store.put(OLD_TAKEDOWNS, store.get(OLD_TAKEDOWNS) + b'{"article_id": "a')
    with pytest.raises(DamagedError, match=rf"{OLD_TAKEDOWNS}, line 2 is damaged .*mend the line"):
        publish(store, Batch(SECOND), SETTINGS)
    store.put(OLD_TAKEDOWNS, b'{"id": "a"}\n')
    with pytest.raises(DamagedError, match="names no article: mend the line"):
        read_takedowns(store)


def test_a_damaged_takedown_is_told_and_mended_by_another_one(store: Store) -> None:
    forget(store, A2, reason="by order")
    whole = store.get(takedown_path(A2))
    for damage in (whole[:20], b"", b'{"article_id": 3}', b"[" * 100_000):
        store.put(takedown_path(A2), damage)
        with pytest.raises(DamagedError, match=rf"{takedown_path(A2)} is .*pipeline forget {A2}"):
            read_takedowns(store)
        with contextlib.suppress(InputError):
            forget(store, A2, reason="by order")
        assert read_takedowns(store).ids == {A2}


def test_stray_files_beside_takedowns_are_left_aside(store: Store) -> None:
    forget(store, A2, reason="by order")
    before = read_takedowns(store)
    for name in (f"{A1}.json.bak", f"{A1}.json~", "notes.txt", f".{A1}.json.abc.tmp", "x.json"):
        store.put(f"{TAKEDOWNS}/{name}", b"{")
    assert read_takedowns(store) == before


def test_two_takedowns_at_once_lose_none(store: Store) -> None:
    wanted = [content_id("many", n) for n in range(16)]

    def one(article_id: str) -> None:
        with contextlib.suppress(InputError):
            forget(Store(store.root), article_id, reason="by order")

    threads = [threading.Thread(target=one, args=(article_id,)) for article_id in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read_takedowns(store).ids == set(wanted)


# ---- odd days --------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", EXTRACTED)
def test_days_older_than_a_table_are_no_hindrance(store: Store, table: str) -> None:
    manifest = store.read_json(manifest_path(FIRST))
    del manifest["tables"][table]
    store.write_json(manifest_path(FIRST), manifest)
    store.remove(published_path(table, FIRST))
    with contextlib.suppress(InputError):  # a derived table reads it
        forget(store, A2, reason="by order")
    after = find_manifest(store, FIRST)
    assert after is not None and table not in after.tables and not store.exists(published_path(table, FIRST))
    assert A2 not in ids(store, "articles", FIRST)
    with pytest.raises(InputError, match=f"published before there was the table {table}: run the day again"):
        load(table, days=FIRST, data_dir=store.root)


def test_days_older_than_a_column_keep_the_columns_they_have(store: Store) -> None:
    path = published_path("quotes", FIRST)
    manifest = store.read_json(manifest_path(FIRST))
    older = store.read(path).drop_columns("score")
    manifest["tables"]["quotes"]["sha256"] = store.write(path, older, lineage=store.lineage(path))
    store.write_json(manifest_path(FIRST), manifest)
    forget(store, A2, reason="by order")
    after = store.read(path)
    assert after.column_names == older.column_names
    assert set(after["article_id"].to_pylist()) == {A1, A3}
    found = find_manifest(store, FIRST)
    assert found is not None and found.tables["quotes"].rows == 2


def test_a_day_whose_publishing_was_cut_short_is_looked_into_as_well(store: Store) -> None:
    store.remove(manifest_path(FIRST))
    files = {name: store.lineage(published_path(name, FIRST)) for name in EXTRACTED}
    assert forget(store, A2, reason="by order").published == [FIRST, SECOND]
    assert places(store, A2) == []
    assert find_manifest(store, FIRST) is None
    assert {name: store.lineage(published_path(name, FIRST)) for name in EXTRACTED} == files


def test_what_killed_writers_left_goes_and_what_others_write_stays(store: Store) -> None:
    from pipeline.store.folder import _here

    folder = Path(store.root) / "tables" / "quotes"
    dead, foreign = f".a.parquet.{_here()}-999999999-0123abcd.tmp", ".a.parquet.abc.tmp"
    for name in (dead, foreign):
        (folder / name).write_bytes(A2.encode())
    forget(store, A2, reason="by order")
    assert not (folder / dead).exists() and (folder / foreign).exists()


def test_a_damaged_file_is_named_and_all_others_are_looked_into(store: Store) -> None:
    path = published_path("articles", FIRST)
    store.put(path, store.get(path)[:200])
    with pytest.raises(DamagedError, match=rf"not all files could be looked into: .*{path}.*run {FIRST}"):
        forget(store, A2, reason="by order")
    assert not any(A2 in ids(store, name, FIRST) for name in EXTRACTED)
    assert A2 not in ids(store, "articles", SECOND)
    put(store, FIRST, A1)
    assert places(store, A2) == []


def test_what_is_staged_and_damaged_goes_because_it_may_hold_it(store: Store) -> None:
    path = staged_path("articles", Batch(SECOND))
    store.put(path, b"PAR1 half a file")
    assert SECOND in forget(store, A2, reason="by order").staged
    assert store.names("staged") == []


# ---- whatever runs meanwhile -----------------------------------------------------------------------


@pytest.fixture
def another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks keep nobody out: as where two machines share a store."""
    monkeypatch.setattr(Store, "lock", lambda self, name: contextlib.nullcontext())


class At:
    """Runs something once, before the nth file that is written after it was armed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, nth: int, run: Callable[[], object]) -> None:
        self.n, self.nth, self.run = 0, nth, run
        self.put = Store.put
        monkeypatch.setattr(Store, "put", lambda *args: self._put(*args))  # noqa: PLW0108 - a method

    def _put(self, store: Store, path: str, data: bytes) -> None:
        self.n += 1
        if self.n == self.nth:
            self.run()
        self.put(store, path, data)

    @property
    def was_met(self) -> bool:
        return self.n >= self.nth


def a_takedown(store: Store) -> None:
    with contextlib.suppress(InputError):
        forget(store, A2, reason="by order")


@pytest.mark.slow
@pytest.mark.usefixtures("another_machine")
@pytest.mark.parametrize("nth, is_new", [(1, True), (3, False), (7, True), (7, False), (8, True), (8, False)])
def test_during_publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int, is_new: bool) -> None:
    store = Store(str(tmp_path))
    put(store, SECOND, A4)
    if not is_new:
        put(store, FIRST, A2, A3)
    stage_day(store, FIRST, articles=[article(A1), article(A2)])
    at = At(monkeypatch, nth, lambda: a_takedown(store))
    publish(store, Batch(FIRST), SETTINGS)
    assert at.was_met  # six tables, the manifest, the description
    derive(store, Batch(FIRST), SETTINGS)
    assert places(store, A2) == []
    assert ids(store, "articles", FIRST) == {A1}
    assert len(load("quotes", data_dir=store.root)) == 2
    manifest = find_manifest(store, FIRST)
    assert manifest is not None and manifest.counts.forgotten == 1


@pytest.mark.usefixtures("another_machine")
@pytest.mark.parametrize("nth", [1, 6, 7])
def test_on_an_object_store_that_two_machines_share(monkeypatch: pytest.MonkeyPatch, nth: int) -> None:
    one, other = in_bucket()
    put(one, SECOND, A2, A4)
    stage_day(one, FIRST, articles=[article(A1), article(A2)])
    at = At(monkeypatch, nth, lambda: a_takedown(other))
    publish(one, Batch(FIRST), SETTINGS)
    assert at.was_met
    derive(one, Batch(FIRST), SETTINGS)
    for day, left in ((FIRST, {A1}), (SECOND, {A4})):
        for row_class in DAY_TABLES:
            assert ids(other, row_class.table_name, day) <= left
    for derived in DERIVED:
        assert A2 not in str([table.to_pylist() for table in read_derived(other, derived.row_class)])
    assert other.names("staged") == []
    assert read_takedowns(one).ids == {A2}


@pytest.mark.parametrize("is_new", [True, False])
def test_while_publish_audits_the_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_new: bool) -> None:
    """On one machine, where the day's lock is held: the takedown waits for it where the day is published."""
    store = Store(str(tmp_path))
    if not is_new:
        put(store, FIRST, A2, A3)
    stage_day(store, FIRST, articles=[article(A1), article(A2)])
    thread = threading.Thread(target=a_takedown, args=(Store(store.root),))

    def audit(*args: object) -> list[str]:
        thread.start()
        while not store.exists(takedown_path(A2)):
            thread.join(0.01)
        return []

    monkeypatch.setattr("pipeline.stages.publish.audit", audit)
    publish(store, Batch(FIRST), SETTINGS)
    thread.join(60)
    derive(store, Batch(FIRST), SETTINGS)
    assert places(store, A2) == []
    assert ids(store, "articles", FIRST) == {A1}


@pytest.mark.slow
@pytest.mark.usefixtures("another_machine")
@pytest.mark.parametrize("nth", [1, 4, 9, 12])
def test_during_derive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int) -> None:
    store = Store(str(tmp_path))
    for day, article_id in ((FIRST, A1), (SECOND, A2)):
        stage_day(store, day, articles=[article(article_id), article(A3)])
        publish(store, Batch(day), SETTINGS)
    at = At(monkeypatch, nth, lambda: a_takedown(store))
    derive(store, Batch(SECOND), SETTINGS)
    assert at.was_met
    assert places(store, A2, content_id("claim", A2)) == []
    others = Store(str(tmp_path / "others"))
    for day, article_ids in ((FIRST, (A1, A3)), (SECOND, (A3,))):
        put(others, day, *article_ids)
    assert store.get(derived_path("entity_index")) == others.get(derived_path("entity_index"))


def records(drop: Path) -> Settings:
    folder = drop / "2026-03-01"
    folder.mkdir(parents=True)
    lines = [
        {
            "url": f"https://ledger.example/news/{n}.html",
            "text": f"The council met for time number {n} this year and agreed on nothing at all.",
            "date": f"2026-03-01T08:0{n}:00Z",
        }
        for n in range(5)
    ]
    (folder / "ledger.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return Settings(drop_dir=drop, shard_size=2)


@pytest.mark.slow
@pytest.mark.usefixtures("another_machine")
@pytest.mark.parametrize(
    "spelling", ["https://ledger.example/news/1.html", "http://www.ledger.example/News/1.html/"]
)
@pytest.mark.parametrize("nth", [0, 2, 6])
def test_during_ingest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int, spelling: str) -> None:
    store = Store(str(tmp_path / "data"))
    settings = records(tmp_path / "drop")

    def take_down() -> None:
        with contextlib.suppress(InputError):
            forget(store, spelling, reason="by order")

    if nth:
        at = At(monkeypatch, nth, take_down)
    else:
        take_down()
    counts = ingest(store, Batch(FIRST), settings)
    assert not nth or at.was_met  # the index, three shards, the rejects, the plan
    assert (counts["kept"], counts["forgotten"]) == (4, 1)
    assert places(store, "time number 1", "news/1.html") == []
    plan = read_plan(store, FIRST)
    assert sum(shard.n_articles for shard in plan.shards) == 4


def test_what_is_on_its_way_is_ingested_again_without_it(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "data"))
    settings = records(tmp_path / "drop")
    assert ingest(store, Batch(FIRST), settings)["kept"] == 5
    found = forget(store, "https://ledger.example/news/1.html?utm_source=x", reason="by order")
    assert (found.published, found.staged) == ([], [FIRST])
    assert store.read_json(plan_path(FIRST)) is None
    counts = ingest(store, Batch(FIRST), settings)
    assert (counts["kept"], counts["forgotten"]) == (4, 1)


@pytest.fixture
def with_children_faked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[], object]], None]]:
    """Let stages of a shard work without a model; something is run while they do."""

    def fake(run: Callable[[], object]) -> None:
        def parsed(chunks: Any, *args: object, **options: object) -> Iterator[Any]:
            for chunk in chunks:
                data = " ".join(one.text for one in chunk).encode()
                yield type("Part", (), {"bins": [(data, [one.article_id for one in chunk])], "rejects": []})
            run()

        monkeypatch.setattr("pipeline.stages.parse.map_chunks", parsed)

        def extracted(chunks: Any, *args: object, **options: object) -> Iterator[Any]:
            from schemas import TABLES
            from schemas.table import to_arrow

            for chunk in chunks:
                found = [rows_of(one.article_id) for _, _, one in chunk]
                yield {
                    name: to_arrow([row for rows in found for row in rows.get(name, ())], TABLES[name])
                    for name in (*EXTRACTED, "rejects")
                }
            run()

        monkeypatch.setattr("pipeline.stages.extract.map_chunks", extracted)
        for stage in ("parse", "extract"):
            monkeypatch.setattr(f"pipeline.stages.{stage}.Children", lambda *a, **k: contextlib.nullcontext())

    yield fake


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["parse", "extract"])
@pytest.mark.parametrize("nth", [None, 1, 2])
def test_during_parse_and_extract(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    with_children_faked: Callable[[Callable[[], object]], None],
    stage: str,
    nth: int | None,
) -> None:
    from pipeline.stages.extract import extract
    from pipeline.stages.parse import parse

    store = Store(str(tmp_path))
    stage_day(store, FIRST, articles=[article(A1), article(A2)])
    with_children_faked(lambda: None)
    if stage == "extract":
        parse(store, Batch(FIRST), SETTINGS)
        assert places(store, TEXT)
    run = parse if stage == "parse" else extract
    if nth is None:
        with_children_faked(lambda: a_takedown(store))
    else:
        At(monkeypatch, nth + 1, lambda: a_takedown(store))  # the first one is the mark
    with pytest.raises(InputError, match=r"run the (day again from the )?stage ingest"):
        run(store, Batch(FIRST), SETTINGS)
    assert places(store, A2, TEXT) == []
