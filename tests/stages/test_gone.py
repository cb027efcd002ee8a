"""A published day is not made anew from less than before, unless that is meant."""

import gzip
import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from days import manifest_of, read_plan
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.errors import InputError
from pipeline.settings import Settings, load_settings
from pipeline.stages.ingest import ingest
from pipeline.stages.late import late_days
from pipeline.store import Store
from pipeline.store.batch import Batch, manifest_path
from pipeline.store.manifest import write_manifest

DAY = date(2026, 3, 2)
TEXT = "The harbour board met on Tuesday and put the new ferry off until the summer, the mayor said."


def put(path: Path, *numbers: int, day: date = DAY) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = ({"url": f"https://h.example/{n}", "text": f"{TEXT} {n}", "date": str(day)} for n in numbers)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


class Published:
    """A drop folder of two files, and the day made of them."""

    def __init__(self, base: Path) -> None:
        self.drop = base / "drop"
        self.a = put(self.drop / "2026-03-02/a.jsonl", 1, 2)
        self.b = put(self.drop / "archive.jsonl", 3)
        self.store = Store(str(base / "data"))
        self.settings: Settings = load_settings(drop_dir=self.drop, data_dir=str(base / "data"))
        ingest(self.store, Batch(DAY), self.settings)
        write_manifest(self.store, manifest_of(read_plan(self.store, DAY)))

    def again(self, **values: bool) -> int:
        settings = self.settings.model_copy(update=values)
        return int(ingest(self.store, Batch(DAY), settings)["kept"])


@pytest.fixture
def day(tmp_path: Path) -> Published:
    return Published(tmp_path)


def test_a_drop_folder_that_is_empty(day: Published) -> None:
    plan = read_plan(day.store, DAY)
    shutil.rmtree(day.drop)
    day.drop.mkdir()  # where it would be mounted
    with pytest.raises(InputError, match=r"2026-03-02/a\.jsonl, archive\.jsonl.*--allow-missing-inputs"):
        day.again()
    assert read_plan(day.store, DAY) == plan
    assert day.again(allow_missing_inputs=True) == 0


def test_a_file_that_is_gone_is_named_alone(day: Published) -> None:
    day.b.unlink()
    with pytest.raises(InputError, match=r"any more: archive\.jsonl\. It stays"):
        day.again()
    assert day.again(allow_missing_inputs=True) == 2


def test_a_file_that_has_nothing_of_the_day_any_more(day: Published) -> None:
    put(day.b, 7, day=date(2026, 3, 1))
    with pytest.raises(InputError, match="archive"):
        day.again()


def test_many_files_are_counted(tmp_path: Path) -> None:
    for n in range(30):
        put(tmp_path / f"drop/2026-03-02/{n:02}.jsonl", 100 + n)
    day = Published(tmp_path)
    shutil.rmtree(day.drop)
    day.drop.mkdir()
    with pytest.raises(InputError, match="and 22 more"):
        day.again()


def test_files_that_were_changed_renamed_packed_or_added_are_there(day: Published) -> None:
    put(day.a, 1, 2, 4)
    day.b.rename(day.drop / "renamed.jsonl")
    put(day.drop / "2026-03-02/new.jsonl", 5)
    assert day.again() == 5
    write_manifest(day.store, manifest_of(read_plan(day.store, DAY)))
    (day.drop / "2026-03-02/a.jsonl.gz").write_bytes(gzip.compress(day.a.read_bytes()))
    day.a.unlink()
    assert day.again() == 5


def test_a_day_whose_manifest_is_damaged_is_late(day: Published) -> None:
    assert late_days(day.store, day.settings) == []
    day.store.put(manifest_path(DAY), day.store.get(manifest_path(DAY))[:30])
    assert late_days(day.store, day.settings) == [DAY]


def test_a_day_that_is_not_published_or_whose_manifest_is_damaged_is_run(day: Published) -> None:
    day.store.put(manifest_path(DAY), b"{broken")
    day.b.unlink()
    assert day.again() == 2
    day.store.remove(manifest_path(DAY))
    day.a.unlink()
    put(day.drop / "c.jsonl", 9)
    assert day.again() == 1


def test_the_command_says_it_in_one_line_and_takes_the_flag(
    day: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSTABLES_DROP_DIR", str(day.drop))
    monkeypatch.setenv("NEWSTABLES_DATA_DIR", day.settings.data_dir)
    day.a.unlink()
    run = ["run", "2026-03-02", "--stage", "ingest"]
    refused = CliRunner().invoke(app, run)
    assert isinstance(refused.exception, InputError) and "a.jsonl" in str(refused.exception)
    assert CliRunner().invoke(app, [*run, "--allow-missing-inputs"]).exit_code == 0
