"""Whatever ends a run early, the run after it leaves the bytes of a run that nothing ended."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from days import table_bytes

from pipeline.settings import Settings
from pipeline.stages import STAGES, run_stage
from pipeline.store import Store
from pipeline.store.batch import Batch
from pipeline.store.timings import TIMINGS

pytestmark = [pytest.mark.model, pytest.mark.slow]

ROOT = Path(__file__).parents[1]
DAY = date(2026, 3, 1)
STEPS = [(stage.name, shard) for stage in STAGES for shard in ((0, 1) if stage.per_shard else (0,))]
END = ("end", 0)
type Step = tuple[str, int]
TEXTS = [
    'Harbour master Edda Vance said on Sunday that the ferry "must not sail" before Tuesday.',
    "The ferry company, which owes the port 2 million crowns, denied that it had been warned.",
    'A passenger, Ilse Brandt, said: "Nobody told us anything." She had waited for nine hours.',
]


def settings_of(root: Path) -> Settings:
    return Settings(data_dir=str(root / "data"), drop_dir=root / "drop", shard_size=2, processes=1)


def run(root: Path, steps: Iterable[Step]) -> None:
    settings = settings_of(root)
    store = Store(settings.data_dir)
    for name, shard in steps:
        run_stage(name, store, Batch(DAY, shard), settings)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> dict[Step, Path]:
    """The day run once, undisturbed: what the folder was before each step, and at the end."""
    root = tmp_path_factory.mktemp("whole")
    drop = root / "drop" / "2026-03-01"
    drop.mkdir(parents=True)
    lines = [
        json.dumps({"url": f"https://port.example/{n}", "text": text, "date": "2026-03-01T08:00:00Z"})
        for n, text in enumerate(TEXTS)
    ]
    (drop / "port.jsonl").write_text("\n".join([*lines, "{broken"]), encoding="utf-8")
    found = {}
    for step in STEPS:
        found[step] = tmp_path_factory.mktemp(f"before-{step[0]}-{step[1]}") / "root"
        shutil.copytree(root, found[step])
        run(root, [step])
    return found | {END: root}


def data_bytes(root: Path) -> dict[str, bytes]:
    """What was staged, published and derived, by path: all that a later step reads.

    The log of runs, the index of the drop folder (it knows files by their inodes), locks and timings are left
    aside.
    """
    data = root / "data"
    files = [path for path in data.rglob("*") if path.is_file() and path.name != "_runs.jsonl"]
    files = [path for path in files if path.relative_to(data).parts[0] not in ("index", "locks")]
    files = [path for path in files if path.parent.name != TIMINGS]
    found = {str(path.relative_to(data)): path.read_bytes() for path in files}
    assert len(found) > 3
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


def kill(before: Path, root: Path, stage: str, nth: int, moment: str) -> None:
    """Copy a folder to `root`, and run a stage there that dies at its nth write."""
    shutil.copytree(before, root)
    command = [sys.executable, "-c", DIES, str(root), stage, str(nth), moment]
    assert subprocess.run(command, check=False, cwd=ROOT).returncode == -signal.SIGKILL


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
def test_a_step_after_a_kill_leaves_the_bytes_of_one_that_nothing_ended(
    before: dict[Step, Path], tmp_path: Path, stage: str, nth: int, moment: str
) -> None:
    # What comes after reads these bytes and no others, and so makes the same of them.
    root = tmp_path / "root"
    step = (stage, 0)
    after = [*before][[*before].index(step) + 1]
    kill(before[step], root, stage, nth, moment)
    run(root, [step])
    assert data_bytes(root) == data_bytes(before[after])
    assert list((root / "data").rglob(".*.tmp")) == []


def test_two_runs_at_once_after_a_kill_give_the_same_bytes(before: dict[Step, Path], tmp_path: Path) -> None:
    root = tmp_path / "root"
    kill(before["ingest", 0], root, "ingest", 1, "after")
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
    assert table_bytes(Store(str(root / "data"))) == table_bytes(Store(str(before[END] / "data")))


def test_a_full_disk_while_publishing_leaves_the_day_as_it_was(
    before: dict[Step, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "root"
    shutil.copytree(before[END], root)
    store = Store(str(root / "data"))
    published = table_bytes(store)

    def full(path: str, *args: object, **values: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "put", full)
    with pytest.raises(OSError, match="No space left"):
        run_stage("publish", store, Batch(DAY), settings_of(root))
    monkeypatch.undo()
    assert table_bytes(store) == published
    run(root, [("publish", 0), ("derive", 0)])
    assert table_bytes(store) == published
