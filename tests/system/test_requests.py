"""The requests that `make growth` counts on a folder are those that a real S3 server gets."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from machines import ObjectStore
from machines import object_store as running

pytestmark = pytest.mark.system

SAMPLE = Path(__file__).parents[2] / "data" / "sample"

# Parse and extract are done once, in the folder; their files are put where the bucket's would be.
STAGES = """
import json, sys
from datetime import date
from pathlib import Path
from typing import cast

from benchmarks.growth import Counted
from pipeline.settings import load_settings
from pipeline.stages import run_stage
from pipeline.store import Store, folder
from pipeline.store.batch import Batch

folder._YOUNG_NS = 0  # an object store knows the versions of files that are young, too
here, sample = Path.cwd() / "data", sys.argv[2]
place = Counted(str(here))
stores = {"bucket": Store(sys.argv[1]), "folder": Store(str(here), cast(folder.Folder, place))}

def run(stage, name):
    settings = load_settings(source="drop", drop_dir=sample, data_dir=str(here), shard_size=1000, processes=1)
    run_stage(stage, stores[name], Batch(date(2026, 3, 2)), settings)

for stage in ("ingest", "publish", "derive", "derive"):
    if stage == "publish":
        locks = set((here / "locks").iterdir())
        for made in ("parse", "extract"):
            run(made, "folder")
        for new in set((here / "locks").iterdir()) - locks:  # a lock's first holder sends one request more
            new.unlink()
        for file in (here / "staged").rglob("*.parquet"):
            stores["bucket"].put(str(file.relative_to(here)), file.read_bytes())
    place.requests.clear()
    run(stage, "folder")
    print(json.dumps(dict(place.requests)), flush=True)
    sys.stdin.readline()
    run(stage, "bucket")
    print("done", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def object_store() -> Iterator[ObjectStore]:
    with running() as up:
        yield up


def test_a_server_gets_as_many_as_are_counted(object_store: ObjectStore) -> None:
    process = object_store.start("w1", STAGES, object_store.uri(), str(SAMPLE))
    assert process.stdin is not None and process.stdout is not None
    for stage in ("ingest", "publish", "derive", "derive, nothing new"):
        counted = json.loads(line := process.stdout.readline() or "null")
        assert counted, line
        before = object_store.counts()
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline() == "done\n"
        after = object_store.counts()
        process.stdin.write("go\n")
        process.stdin.flush()
        sent = {name: n - before.get(name, 0) for name, n in after.items() if n > before.get(name, 0)}
        assert sum(sent.values()) == sum(counted.values()), (stage, sent, counted)
        n_lists = sum(counted.get(name, 0) for name in ("names", "versions"))
        assert sent.get("LIST") == n_lists + counted.get("remove_folder", 0) // 2, (stage, sent, counted)
    assert process.wait(timeout=60) == 0
