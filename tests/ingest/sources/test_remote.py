"""A drop folder on an object store gives what the same files give in a folder."""

import io
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import obstore
import pytest
from obstore.store import MemoryStore

from pipeline.errors import ConfigError
from pipeline.ingest.sources import remote
from pipeline.ingest.sources.drop import open_drop
from pipeline.ingest.split import split_by_day
from pipeline.settings import Settings
from pipeline.stages.ingest import ingest
from pipeline.store import Store
from pipeline.store.batch import Batch
from pipeline.store.bucket import Bucket

ROOT = Path(__file__).parents[3]
URI = "s3://deliveries/press"
FIRST = date(2026, 3, 1)
LINE = b'{"url": "https://ledger.example/%d", "text": "The council met and agreed on nothing.", "date": "%s"}'


@pytest.fixture
def deliveries(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    """The objects of a drop folder, with all of the sample, a zip, and what is not to be read."""
    objects = MemoryStore()
    sample = ROOT / "data" / "sample"
    for path in sample.rglob("*"):
        if path.is_file():
            objects.put(path.relative_to(sample).as_posix(), path.read_bytes())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("inside.jsonl", LINE % (1, b"2026-03-01"))
    objects.put("2026-03-01/packed.zip", packed.getvalue())
    for name in ("2026-03-01/.hidden.jsonl", "2026-03-01/half.jsonl.part", ".work/a.jsonl"):
        objects.put(name, LINE % (2, b"2026-03-01"))
    monkeypatch.setattr(remote, "Bucket", lambda uri, **options: Bucket(uri, objects, **options))
    return objects


def copied(objects: MemoryStore, folder: Path) -> Path:
    """Return a folder with the same files."""
    for entry in (one for page in obstore.list(objects) for one in page):
        path = folder / entry["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(objects.get(entry["path"]).bytes()))
    return folder


def test_a_day_is_the_same_as_from_a_folder(deliveries: MemoryStore, tmp_path: Path) -> None:
    staged = []
    drops = (URI, copied(deliveries, tmp_path / "drop"))
    for number, drop in enumerate(drops):
        store, settings = Store(str(tmp_path / f"data{number}")), Settings(drop_dir=drop)
        counts = [ingest(store, Batch(FIRST), settings)]
        root = Path(store.root, "staged")
        files = {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}
        staged.append((counts, files))
    assert staged[0] == staged[1]
    assert staged[0][0][0]["kept"] > 5
    assert any(b"packed.zip" in data for data in staged[0][1].values())


def test_what_changed_is_looked_at_again(deliveries: MemoryStore, tmp_path: Path) -> None:
    store, settings = Store(str(tmp_path)), Settings(drop_dir=URI)
    deliveries.put("2026-03-09/a.jsonl", LINE % (7, b"2026-03-09"))
    before = open_drop(store, settings).inputs(date(2026, 3, 9))
    deliveries.put("2026-03-09/a.jsonl", LINE % (8, b"2026-03-09"))  # as long as before
    after = open_drop(store, settings).inputs(date(2026, 3, 9))
    assert [one.path for one in before] == [one.path for one in after] == ["2026-03-09/a.jsonl"]
    assert before != after
    deliveries.delete("2026-03-09/a.jsonl")
    assert open_drop(store, settings).inputs(date(2026, 3, 9)) == []


def test_in_a_window_far_folders_are_not_listed(
    deliveries: MemoryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, settings = Store(str(tmp_path)), Settings(drop_dir=URI, drop_window_days=5)
    days = [date(2026, 1, 1) + timedelta(n) for n in range(60)]
    for n, day in enumerate(days):
        deliveries.put(f"wire/{day}/a.jsonl", LINE % (n, f"{day}".encode()))
    open_drop(store, settings, days[-1])
    asked: list[str | None] = []
    within, below = Bucket.within, Bucket.below

    def noted_within(self: Bucket, folder: str) -> Any:
        asked.append(folder)
        return within(self, folder)

    def noted_below(self: Bucket, folder: str = "") -> Any:
        asked.append(folder)
        return below(self, folder)

    monkeypatch.setattr(Bucket, "within", noted_within)
    monkeypatch.setattr(Bucket, "below", noted_below)
    found = open_drop(store, settings, days[-1])
    assert f"wire/{days[-1]}/a.jsonl" in [one.path for one in found.inputs(days[-1])]
    near = {f"wire/{day}" for day in days[-6:]} | {f"2026-03-0{n}" for n in range(1, 5)}
    # The folders of the sample are near, and those that are named for no day are always looked into.
    assert {one for one in asked if one and "2026" in one} == near
    assert len(asked) == len(set(asked)) < 15
    asked.clear()
    assert open_drop(store, settings).days() == found.days() and asked == [""]


def test_fetched_files_do_not_pile_up(
    deliveries: MemoryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "tmp").mkdir()
    for n in range(20):
        deliveries.put(f"2026-03-10/{n}.jsonl", LINE % (n, b"2026-03-10"))
    drop = open_drop(Store(str(tmp_path / "data")), Settings(drop_dir=URI))
    assert len(list(drop.records(date(2026, 3, 10)))) == 20
    lying = [path for path in (tmp_path / "tmp").rglob("*") if path.is_file()]
    assert 0 < len(lying) <= 4
    del drop
    assert not list((tmp_path / "tmp").rglob("*.jsonl"))


def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="drop_dir carrier-pigeon://loft"):
        open_drop(Store(str(tmp_path)), Settings(drop_dir="carrier-pigeon://loft"))
    (tmp_path / "archive.jsonl").write_bytes(LINE % (1, b"2026-03-01"))
    with pytest.raises(ConfigError, match="is no folder: split into one"):
        split_by_day(tmp_path / "archive.jsonl", Settings(drop_dir=URI))
