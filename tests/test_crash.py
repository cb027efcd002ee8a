"""Whatever ends a run early, the run after it leaves the bytes of a run that nothing ended."""

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from days import table_bytes

from pipeline.settings import Settings
from pipeline.stages import STAGES, run_stage
from pipeline.store import Store
from pipeline.store.batch import Batch

ROOT = Path(__file__).parents[1]
DAY = date(2026, 3, 1)
STAGE_NAMES = [stage.name for stage in STAGES]
TEXTS = [
    'Harbour master Edda Vance said on Sunday that the ferry "must not sail" before Tuesday.',
    "The ferry company, which owes the port 2 million crowns, denied that it had been warned.",
    'A passenger, Ilse Brandt, said: "Nobody told us anything." She had waited for nine hours.',
]


def settings_of(root: Path) -> Settings:
    return Settings(data_dir=str(root / "data"), drop_dir=root / "drop", shard_size=2, processes=1)


def run_from(stage: str, root: Path) -> None:
    settings = settings_of(root)
    store = Store(settings.data_dir)
    for name in STAGE_NAMES[STAGE_NAMES.index(stage) :]:
        for shard in (0, 1) if name in ("parse", "extract") else (0,):
            run_stage(name, store, Batch(DAY, shard), settings)


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The day run once, undisturbed: what the folder was before each stage, and at the end."""
    root = tmp_path_factory.mktemp("whole")
    drop = root / "drop" / "2026-03-01"
    drop.mkdir(parents=True)
    lines = [
        json.dumps({"url": f"https://port.example/{n}", "text": text, "date": "2026-03-01T08:00:00Z"})
        for n, text in enumerate(TEXTS)
    ]
    (drop / "port.jsonl").write_text("\n".join([*lines, "{broken"]), encoding="utf-8")
    found = {}
    settings = settings_of(root)
    store = Store(settings.data_dir)
    for name in STAGE_NAMES:
        found[name] = tmp_path_factory.mktemp(f"before-{name}") / "root"
        shutil.copytree(root, found[name])
        for shard in (0, 1) if name in ("parse", "extract") else (0,):
            run_stage(name, store, Batch(DAY, shard), settings)
    found["end"] = root
    return found


DIES = """
import os, signal, sys
from datetime import date
from pathlib import Path
from pipeline.store.batch import Batch
from pipeline.settings import Settings
from pipeline.stages import run_stage
from pipeline.store import Store

root, stage, nth, moment = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
replace, n = Path.replace, 0

def kill(self, target):
    global n
    n += 1
    if n == nth and moment == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = replace(self, target)
    if n == nth and moment == "after":
        os.kill(os.getpid(), signal.SIGKILL)
    return result

if __name__ == "__main__":
    Path.replace = kill
    settings = Settings(data_dir=str(root / "data"), drop_dir=root / "drop", shard_size=2, processes=1)
    run_stage(stage, Store(settings.data_dir), Batch(date(2026, 3, 1)), settings)
"""


@pytest.mark.parametrize(
    "stage, nth, moment",
    [
        ("ingest", 1, "before"),
        ("ingest", 2, "after"),
        ("parse", 1, "after"),
        ("parse", 2, "before"),
        ("extract", 1, "before"),
        ("extract", 3, "after"),
        ("publish", 1, "before"),
        ("publish", 1, "after"),
        ("publish", 4, "after"),
        ("publish", 6, "after"),
        ("publish", 7, "before"),
        ("derive", 1, "after"),
        ("derive", 2, "before"),
    ],
)
def test_a_run_after_a_kill_gives_the_same_bytes(
    steps: dict[str, Path], tmp_path: Path, stage: str, nth: int, moment: str
) -> None:
    root = tmp_path / "root"
    shutil.copytree(steps[stage], root)
    died = subprocess.run(
        [sys.executable, "-c", DIES, str(root), stage, str(nth), moment], check=False, cwd=ROOT
    )
    assert died.returncode == -9
    run_from(stage, root)
    assert table_bytes(Store(str(root / "data"))) == table_bytes(Store(str(steps["end"] / "data")))
    assert list((root / "data" / "tables").rglob(".*.tmp")) == []


def test_two_runs_at_once_give_the_same_bytes(steps: dict[str, Path], tmp_path: Path) -> None:
    root = tmp_path / "root"
    shutil.copytree(steps["ingest"], root)
    environment = {
        "PATH": os.environ["PATH"],
        "NEWSTABLES_DATA_DIR": str(root / "data"),
        "NEWSTABLES_DROP_DIR": str(root / "drop"),
        "NEWSTABLES_SHARD_SIZE": "2",
        "NEWSTABLES_PROCESSES": "1",
    }
    runs = [
        subprocess.Popen([sys.executable, "-m", "pipeline", "run", str(DAY)], env=environment, cwd=ROOT)
        for _ in range(2)
    ]
    assert [run.wait(timeout=300) for run in runs] == [0, 0]
    assert table_bytes(Store(str(root / "data"))) == table_bytes(Store(str(steps["end"] / "data")))


def test_a_full_disk_while_publishing_leaves_the_day_as_it_was(
    steps: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "root"
    shutil.copytree(steps["end"], root)
    store = Store(str(root / "data"))
    before = table_bytes(store)

    def full(path: str, *args: object, **values: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "put", full)
    with pytest.raises(OSError, match="No space left"):
        run_stage("publish", store, Batch(DAY), settings_of(root))
    monkeypatch.undo()
    assert table_bytes(store) == before
    run_from("publish", root)
    assert table_bytes(store) == before
