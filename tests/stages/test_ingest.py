"""From records to staged articles and rejects: complete, in the same bytes each time, in any order."""

import gzip
import hashlib
import json
import random
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from days import manifest_of, read_plan
from ftfy import fix_text
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from json_lines import has_something_in_it

from pipeline.errors import ConfigError, InputError
from pipeline.identity import checksum, content_id
from pipeline.ingest import article_row as module
from pipeline.ingest.article_row import article_id_of_url
from pipeline.ingest.record import RawRecord
from pipeline.ingest.sources import open_source
from pipeline.ingest.understanding import understand
from pipeline.settings import Settings, load_settings
from pipeline.stages.ingest import ingest
from pipeline.stages.late import late_days
from pipeline.store import Store
from pipeline.store.batch import MANIFESTS, OLD_TAKEDOWNS, Batch, manifest_path, plan_path, staged_path
from pipeline.store.days import note, published
from pipeline.store.manifest import write_manifest
from pipeline.store.plan import OldPlanError, shards
from schemas import Article, Reject
from schemas.contract import violations

DAY = date(2026, 3, 2)
LONG = "The harbour board met on Tuesday and put the new ferry off until the summer, the mayor said."


class Night:
    """A drop folder, a store, and one day's ingest."""

    def __init__(self, base: Path, **settings: Any) -> None:
        self.base = base
        self.drop = base / "drop"
        self.drop.mkdir(parents=True, exist_ok=True)
        self.store = Store(str(base / "data"))
        self.settings: Settings = load_settings(drop_dir=self.drop, **settings)

    def put(self, name: str, *records: dict[str, Any] | bytes) -> None:
        path = self.drop / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [r if isinstance(r, bytes) else json.dumps(r).encode() for r in records]
        path.write_bytes(b"".join(line + b"\n" for line in lines))

    def run(self, day: date = DAY) -> dict[str, Any]:
        return ingest(self.store, Batch(day), self.settings)

    def plan(self, day: date = DAY) -> dict[str, Any]:
        plan: dict[str, Any] = self.store.read_json(plan_path(day))
        return plan

    def articles(self, day: date = DAY) -> list[dict[str, Any]]:
        paths = [staged_path("articles", Batch(day, s["shard"])) for s in self.plan(day)["shards"]]
        return [row for path in paths for row in self.store.read(path).to_pylist()]

    def rejects(self, day: date = DAY) -> dict[str, tuple[str, str]]:
        rows = self.store.read(staged_path("rejects-ingest", Batch(day))).to_pylist()
        return {row["record_ref"]: (row["reason"], row["detail"]) for row in rows}

    def files(self) -> dict[str, bytes]:
        root = self.base / "data" / "staged"
        return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path)


def record(n: int = 1, **values: Any) -> dict[str, Any]:
    base = {
        "url": f"https://herald.example/{n}",
        "text": f"{LONG} {n}",
        "published_at": "2026-03-02T10:00:00Z",
        "title": "Ferry put off",
        "source": "Herald",
    }
    return base | values


def test_a_record_becomes_a_row(night: Night) -> None:
    night.put(
        "2026-03-03/a.jsonl",
        record(
            url="https://www.herald.example/1?utm_source=x#top",
            authors="By Ann Pell",
            text=f"LONDON (AP) — {LONG}\r\n\r\nCafe\u0301  ",
            title=" Ferry\nput off ",
            fetched_at="2026-03-03T04:00:00Z",
        ),
    )
    night.run()
    assert night.articles() == [
        {
            "article_id": content_id("https://www.herald.example/1"),
            "url": "https://www.herald.example/1?utm_source=x#top",
            "canonical_url": "https://www.herald.example/1",
            "source": "Herald",
            "title": "Ferry put off",
            "authors": ["Ann Pell"],
            "published_at": datetime(2026, 3, 2, 10, tzinfo=UTC),
            "published_at_offset": 0,
            "published_at_source": "record",
            "published_at_precision": "second",
            "wire_source": "AP",
            "fetched_at": datetime(2026, 3, 3, 4, tzinfo=UTC),
            "language": "en",
            "language_score": night.articles()[0]["language_score"],
            "text": f"LONDON (AP) — {LONG}\n\nCafé",
            "text_sha256": checksum(f"LONDON (AP) — {LONG}\n\nCafé"),
            "n_chars": len(LONG) + 20,
            "n_words": len(LONG.split()) + 4,
            "duplicate_of": None,
            "record_ref": "2026-03-03/a.jsonl#1",
            "day": DAY,
            "run_id": "",
        }
    ]


def test_the_outlet_is_named_else_the_host_else_unknown(night: Night) -> None:
    night.put("2026-03-02/a.jsonl", record(1), record(2, source=None), record(3, source=None, url=None))
    night.run()
    assert sorted(a["source"] for a in night.articles()) == ["Herald", "herald.example", "unknown"]


def test_every_fault_is_a_reject_and_the_day_goes_on(night: Night) -> None:
    night.settings = load_settings(drop_dir=night.drop, max_record_bytes=3000, max_chars=1000)
    night.put(
        "2026-03-02/a.jsonl",
        record(1),
        b"{broken",
        record(3, text=""),
        record(4, text="Too short."),
        record(5, text="word " * 300),
        record(6, text="word " * 1000),
        record(7, published_at="0201-01-06"),
        record(8, published_at="2026-05-01"),
        b'{"text": "\xff"}',
        record(10, text="\ufffd\ufffd\ufffd " * 30),
        record(1, text=LONG),
        record(1),
        {"summary": "Only this."},
        {},
    )
    counts = night.run()
    found = {ref.partition("#")[2]: reason for ref, (reason, _) in night.rejects().items()}
    assert found == {
        "2": "not_json",
        "3": "no_text",
        "4": "too_short",
        "5": "too_large",
        "6": "too_large",
        "7": "bad_date",
        "8": "future_day",
        "9": "bad_encoding",
        "10": "bad_encoding",
        "11": "duplicate_id",
        "12": "duplicate_id",
        "13": "no_text",
        "14": "no_text",
    }
    assert night.rejects()["2026-03-02/a.jsonl#11"][1].endswith("with another text")
    assert night.rejects()["2026-03-02/a.jsonl#12"][1].endswith("with the same text")
    assert counts["records"] == 14 and counts["kept"] == 1 and sum(counts["rejected"].values()) == 13


def test_undated_records_without_an_arrival_are_rejected_on_the_last_day_of_their_file(night: Night) -> None:
    night.put("archive.jsonl", record(1), record(2, published_at=None), record(3, published_at="soon"))
    counts = night.run()
    assert counts["rejected"] == {"bad_date": 2}
    assert night.rejects()["archive.jsonl#3"] == (
        "bad_date",
        "undated: 'soon' is no date, and no day of arrival",
    )


def test_what_belongs_to_no_day_is_counted(night: Night) -> None:
    night.put("loose.jsonl", record(1, published_at=None), record(2, published_at=None))
    assert night.run()["unplaced"] == 2


def test_languages_that_are_not_extracted_are_kept_and_counted(night: Night) -> None:
    french = (
        "Le conseil du port a annoncé mardi que le nouveau ferry ne partirait pas avant l’été, dit le maire."
    )
    night.put("2026-03-02/a.jsonl", record(1), record(2, text=french, title=None))
    counts = night.run()
    assert counts["languages"] == {"en": 1, "fr": 1}
    assert night.plan()["shards"][0]["n_to_parse"] == 1


def test_exact_duplicates_point_to_the_first_published(night: Night) -> None:
    night.put(
        "2026-03-02/a.jsonl",
        record(1, text=LONG, published_at="2026-03-02T12:00:00Z"),
        record(2, text=LONG + " ", published_at="2026-03-02T09:00:00Z"),
        record(3, text=LONG, published_at=None),
        record(4, text="Bread is dearer again in the three villages of the valley, bakers told the council."),
    )
    night.run()
    first = content_id("https://herald.example/2")
    pointing = {a["url"][-1]: a["duplicate_of"] for a in night.articles()}
    assert pointing == {"1": first, "2": None, "3": first, "4": None}


def test_identity_without_a_url(night: Night) -> None:
    night.put(
        "2026-03-02/a.jsonl", record(1, url=None), record(1, url=None, text=LONG), record(1, url=None, id=7)
    )
    assert night.run()["rejected"] == {"duplicate_id": 1}
    ids = {a["article_id"] for a in night.articles()}
    assert content_id("Herald", "2026-03-02T10:00:00+00:00", LONG) in ids


def test_articles_taken_down_stay_out(night: Night) -> None:
    night.put("2026-03-02/a.jsonl", record(1), record(2))
    line = {"article_id": article_id_of_url("https://herald.example/1")}
    night.store.put(OLD_TAKEDOWNS, json.dumps(line).encode())
    counts = night.run()
    assert counts["forgotten"] == 1 and counts["kept"] == 1 and not counts["rejected"]


def test_a_home_page_is_no_articles_address() -> None:
    with pytest.raises(InputError, match="article_id"):
        article_id_of_url("https://herald.example/")


def test_a_poisoned_record_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def poisoned(text: str) -> str:
        raise KeyError("what nobody foresaw")

    monkeypatch.setattr(module, "clean_text", poisoned)
    made = module.article_or_fault(understand(RawRecord("2026-03-02/a", 1, 1, record(1))), Settings())
    assert made == ("extraction_error", "KeyError: 'what nobody foresaw'")


# ---- shards, plan, reruns --------------------------------------------------------------------------


def test_shards_are_slices_in_the_order_of_ids(tmp_path: Path) -> None:
    night = Night(tmp_path, shard_size=4)
    night.put("2026-03-02/a.jsonl", *(record(n) for n in range(10)))
    night.run()
    assert [s["n_articles"] for s in night.plan()["shards"]] == [4, 4, 2]
    ids = [a["article_id"] for a in night.articles()]
    assert ids == sorted(ids) and len(ids) == 10
    assert shards(night.store, DAY) == [0, 1, 2]
    for shard in night.plan()["shards"]:
        data = night.store.get(staged_path("articles", Batch(DAY, shard["shard"])))
        assert shard["sha256"] == hashlib.sha256(data).hexdigest()


def test_shards_without_anything_to_parse_are_not_parsed(tmp_path: Path) -> None:
    night = Night(tmp_path, shard_size=1, languages=("fr",))
    night.put("2026-03-02/a.jsonl", record(1), record(2))
    night.run()
    assert shards(night.store, DAY) == []


def test_rows_keep_the_contract(night: Night) -> None:
    night.put("2026-03-02/a.jsonl", record(1), b"{broken")
    night.run()
    assert not violations(night.store.read(staged_path("articles", Batch(DAY))), Article)
    assert not violations(night.store.read(staged_path("rejects-ingest", Batch(DAY))), Reject)


def test_again_gives_the_same_bytes(night: Night) -> None:
    night.put("2026-03-02/a.jsonl", *(record(n) for n in range(5)), b"{broken")
    night.run()
    before = night.files()
    night.run()
    assert night.files() == before
    shutil.rmtree(night.base / "data")
    night.store = Store(str(night.base / "data"))
    night.run()
    assert night.files() == before


def test_order_of_arrival_does_not_matter(tmp_path: Path) -> None:
    records = [record(n) for n in range(12)]
    staged = []
    for order in range(3):
        night = Night(tmp_path / str(order), shard_size=5)
        random.Random(order).shuffle(records)
        for n, one in enumerate(records):
            night.put(f"2026-03-0{n % 3 + 2}/{one['url'][-2:].strip('/')}.jsonl", one)
            night.run()
        rows = night.articles()
        staged.append([{**row, "record_ref": ""} for row in rows])
    assert staged[0] == staged[1] == staged[2]


def test_shards_of_an_earlier_plan_are_removed(tmp_path: Path) -> None:
    night = Night(tmp_path, shard_size=2)
    night.put("2026-03-02/a.jsonl", *(record(n) for n in range(6)))
    night.run()
    for table in ("docs", "quotes", "rejects-parse"):
        for shard in range(3):
            night.store.put(staged_path(table, Batch(DAY, shard)), b"made from it")
    night.put("2026-03-02/a.jsonl", *(record(n) for n in range(3)))
    night.run()
    left = {name for name in night.files() if not name.endswith("plan.json")}
    tables = ("articles", "docs", "quotes", "rejects-parse")
    expected = {f"2026-03-02/{table}/0000{n}.parquet" for table in tables for n in (0, 1)}
    assert left == expected | {"2026-03-02/rejects-ingest/00000.parquet"}


def test_a_damaged_shard_is_written_again(night: Night) -> None:
    night.put("2026-03-02/a.jsonl", record(1))
    night.run()
    before = night.files()
    night.store.put(staged_path("articles", Batch(DAY)), b"half a file")
    night.run()
    assert night.files() == before


def test_a_crash_leaves_no_plan_beside_new_shards(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    night.put("2026-03-02/a.jsonl", record(1))
    night.run()
    night.put("2026-03-02/a.jsonl", record(1), record(2))
    put = Store.put

    def full(self: Store, path: str, data: bytes) -> None:
        put(self, path, data)
        if "articles" in path:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(Store, "put", full)
    with pytest.raises(OSError, match="No space"):
        night.run()
    assert night.plan() is None
    monkeypatch.undo()
    night.run()
    assert night.plan()["counts"]["kept"] == 2


def test_a_day_without_records(night: Night) -> None:
    assert night.run()["records"] == 0
    assert night.plan()["shards"] == [] and night.plan()["inputs"] == [] and shards(night.store, DAY) == []


def test_a_day_that_is_not_over_is_refused(night: Night) -> None:
    for ahead in (0, 1):
        with pytest.raises(ConfigError, match="not over"):
            night.run(datetime.now(UTC).date() + timedelta(days=ahead))


def test_shards_of_a_day_that_was_not_ingested(night: Night) -> None:
    with pytest.raises(ConfigError, match="ingest"):
        shards(night.store, DAY)


def test_a_plan_of_another_version_asks_for_ingest_again(night: Night) -> None:
    night.put("2026-03-02/a.jsonl", record(1))
    night.run()
    whole = night.plan()
    old = {key: value for key, value in whole.items() if key not in ("version", "settings")}
    path = plan_path(DAY)
    for data, said in (
        (json.dumps(old).encode(), "of another version"),
        (json.dumps(whole | {"shards": "many"}).encode(), "no plan .shards"),
        (json.dumps(whole | {"colour": "red"}).encode(), "no plan .colour"),
        (b'{"version": 1, "da', "damaged"),
    ):
        night.store.put(path, data)
        with pytest.raises(OldPlanError, match=rf"{path} is {said}.*run the stage ingest again for {DAY}"):
            shards(night.store, DAY)
    night.run()
    assert night.plan() == whole


def test_several_days_at_once(night: Night) -> None:
    for n in range(1, 7):
        night.put(
            f"2026-03-0{n}/a.jsonl",
            record(n, published_at=f"2026-03-0{n}"),
            record(9, published_at="2026-03-01"),
        )
    days = [date(2026, 3, n) for n in range(1, 7)] * 2
    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(night.run, days))
    assert [r["kept"] for r in results[:6]] == [2, 1, 1, 1, 1, 1]
    alone = Night(night.base / "alone")
    shutil.copytree(night.drop, alone.drop, dirs_exist_ok=True)
    for day in days[:6]:
        alone.run(day)
    assert alone.files() == night.files()


# ---- late records ----------------------------------------------------------------------------------


def publish(night: Night, day: date) -> None:
    """Stand in for the stage publish, as far as lateness looks at it."""
    write_manifest(night.store, manifest_of(read_plan(night.store, day)))


def test_a_late_record_marks_its_day(night: Night) -> None:
    night.put("2026-03-02/a.jsonl", record(1))
    night.put("2026-03-03/a.jsonl", record(2, published_at="2026-03-03"))
    for day in (DAY, date(2026, 3, 3)):
        night.run(day)
        publish(night, day)
    assert late_days(night.store, night.settings) == []
    night.put(
        "2026-03-09/b.jsonl", record(3, published_at="2026-03-02"), record(4, published_at="2026-03-08")
    )
    assert late_days(night.store, night.settings) == [DAY]
    night.run()
    assert late_days(night.store, night.settings) == [DAY]  # until it is published
    publish(night, DAY)
    assert late_days(night.store, night.settings) == []


def test_a_late_record_in_a_folder_far_away_is_found_and_taken_in(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.ingest.sources.drop_entries._YOUNG_NS", 0)
    night.settings = night.settings.model_copy(update={"drop_window_days": 7})
    later = DAY + timedelta(30)
    night.put(f"{DAY}/a.jsonl", record(1))
    night.put(f"{DAY - timedelta(1)}/a.jsonl", record(2, published_at=f"{DAY - timedelta(1)}"))
    for day in (DAY, DAY - timedelta(1)):
        night.run(day)
        publish(night, day)
    night.put(f"{DAY - timedelta(1)}/b.jsonl", record(3))  # of another day than its folder is named for
    night.put(f"{later}/a.jsonl", record(4, published_at=f"{later}"))
    assert night.run(later)["kept"] == 1
    assert late_days(night.store, night.settings) == [DAY]
    assert night.run(DAY)["kept"] == 2
    publish(night, DAY)
    assert late_days(night.store, night.settings) == []


def test_files_that_have_gone_make_no_day_late(night: Night) -> None:
    night.put("2026-03-02/a.jsonl", record(1))
    night.put("2026-03-02/b.jsonl", record(2))
    night.run()
    publish(night, DAY)
    (night.drop / "2026-03-02/a.jsonl").unlink()
    assert late_days(night.store, night.settings) == []


def test_manifests_of_days_that_are_as_they_were_are_not_read_for_it(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.store.folder._YOUNG_NS", 0)
    days = [DAY + timedelta(n) for n in range(5)]
    for day in days:
        for name in ("a", "b"):
            one = record(1, url=f"https://paper.example/{day}/{name}", published_at=str(day))
            night.put(f"{day}/{name}.jsonl", one)
        night.run(day)
        publish(night, day)
    note(night.store, published(night.store))
    read: list[str] = []
    find = Store.find

    def noted(self: Store, path: str) -> bytes | None:
        read.append(path)
        return find(self, path)

    monkeypatch.setattr(Store, "find", noted)
    assert late_days(night.store, night.settings) == []
    assert not [path for path in read if path.startswith(MANIFESTS)]
    late = record(2, url="https://paper.example/late", published_at=str(days[3]))
    night.put("2026-03-09/late.jsonl", late)
    (night.drop / f"{days[1]}/a.jsonl").unlink()  # which makes nothing late, but is looked at
    read.clear()
    assert late_days(night.store, night.settings) == [days[3]]
    looked = [manifest_path(days[1]), manifest_path(days[3])]
    assert [path for path in read if path.startswith(MANIFESTS)] == looked


# ---- any content -----------------------------------------------------------------------------------

VALUE = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text(), max_size=3)
)
NAME = st.sampled_from(
    ["text", "body", "title", "url", "source", "authors", "published_at", "date", "language", "id"]
)


@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=60), st.dictionaries(NAME, VALUE), st.fixed_dictionaries({"text": st.text()})
        )
    )
)
def test_every_record_is_kept_or_rejected(
    tmp_path_factory: pytest.TempPathFactory, records: list[Any]
) -> None:
    night = Night(tmp_path_factory.mktemp("night"), min_words=1)
    lines = [r.replace(b"\n", b" ") if isinstance(r, bytes) else r for r in records]
    night.put("2026-03-02/a.jsonl", *lines)
    days = open_source(night.store, night.settings).days()
    counted = [night.run(day) for day in days if day < datetime.now(UTC).date()]
    # A file with nothing in it is a reject itself.
    n_filled = sum(not isinstance(line, bytes) or has_something_in_it(line) for line in lines) or 1
    assert sum(c["records"] for c in counted) == n_filled
    for c in counted:
        assert c["records"] == c["kept"] + sum(c["rejected"].values())


def test_speed_against_a_bare_loop(tmp_path: Path) -> None:
    rng = random.Random(5)
    words = [f"word{n}" for n in range(5000)] + ["don’t", "“said”", "Łódź", "café"]
    night = Night(tmp_path)
    records = [
        record(n, text="\n\n".join(" ".join(rng.choices(words, k=60)) + "." for _ in range(8)))
        for n in range(600)
    ]
    night.put("2026-03-02/a.jsonl", *records)
    night.run(date(2026, 3, 1))  # loads the model of languages, indexes the folder

    def bare() -> float:
        start = time.process_time()
        for line in (night.drop / "2026-03-02/a.jsonl").read_bytes().splitlines():
            text = fix_text(json.loads(line)["text"], uncurl_quotes=False)
            hashlib.sha256(text.encode()).hexdigest()
        return time.process_time() - start

    def ours() -> float:
        shutil.rmtree(night.base / "data" / "index")
        start = time.process_time()
        records = open_source(night.store, night.settings).records(DAY)
        made = [module.article_or_fault(one, night.settings) for one in records]
        assert len(made) == 600
        return time.process_time() - start

    ratio = max(bare() / ours() for _ in range(3))
    assert ratio > 0.5, f"ingest runs at {ratio:.2f} of a bare loop; `make bench` asks for 0.7"


def test_a_gzip_is_read_like_a_plain_file(night: Night) -> None:
    night.put("2026-03-02/a.jsonl", record(1))
    path = night.drop / "2026-03-02/a.jsonl"
    path.with_name("a.jsonl.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    assert night.run()["kept"] == 1
