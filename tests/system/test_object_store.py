"""What a store promises, on a real S3 server; and what two machines do at the same time."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from machines import ObjectStore
from machines import object_store as running

from deploy.cluster.proxy import Faults

pytestmark = pytest.mark.system

CONTRACT = """
import sys
from contract_of_places import CONTRACT
from pipeline.store import Store
for promise in CONTRACT:
    uri = sys.argv[1].replace("?", f"/{promise.__name__}?")
    promise((Store(uri), Store(uri)))
    print("kept:", promise.__name__)
"""


@pytest.fixture(scope="module")
def object_store() -> Iterator[ObjectStore]:
    with running() as up:
        yield up


@pytest.fixture(autouse=True)
def whole(object_store: ObjectStore) -> Iterator[None]:
    object_store.fail(Faults())
    yield
    object_store.fail(Faults())


def test_an_s3_server_keeps_what_a_store_promises(object_store: ObjectStore) -> None:
    said = object_store.run("w1", CONTRACT, object_store.uri())
    assert said.count("kept:") == 9


def test_it_does_so_while_a_fifth_of_all_requests_fail(object_store: ObjectStore) -> None:
    before = object_store.counts()
    object_store.fail(Faults(error=0.08, cut=0.04, torn=0.04, lost=0.04))
    said = object_store.run("w1", CONTRACT, object_store.uri())
    assert said.count("kept:") == 9
    after = object_store.counts()
    failed = {name: after.get(name, 0) - before.get(name, 0) for name in ("error", "cut", "torn", "lost")}
    assert all(failed.values()), failed


def test_a_file_is_one_request_and_nothing_is_listed_where_a_name_is_known(object_store: ObjectStore) -> None:
    before = object_store.counts()
    code = """
import sys
import pyarrow as pa
from pipeline.store import Store
store = Store(sys.argv[1])
store.put("large.bin", bytes(40_000_000))
store.write("rows.parquet", pa.table({"n": range(1000)}), lineage={"from": "x"})
assert store.lineage("rows.parquet") and len(store.read("rows.parquet")) == 1000
assert store.exists("rows.parquet") and not store.exists("none") and store.find("none") is None
store.remove("none")
"""
    object_store.run("w1", code, object_store.uri())
    after = object_store.counts()
    made = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}
    assert made == {"PUT": 2, "GET": 3, "HEAD": 2, "DELETE": 1}


@pytest.mark.parametrize(
    "change, said",
    [
        ("os.environ['AWS_SECRET_ACCESS_KEY'] = 'wrong'", "access is refused (SignatureDoesNotMatch)"),
        ("uri = uri.replace('&endpoint_override', '&endpoint')", "endpoint is not known"),
        ("uri = uri.replace(':8334', ':1')", "error sending request"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(object_store: ObjectStore, change: str, said: str) -> None:
    code = f"""
import os, sys
uri = sys.argv[1]
{change}
os.environ["NEWSTABLES_DATA_DIR"] = uri
from pipeline.cli import main
sys.argv = ["newstables", "status"]
main()
"""
    lines = object_store.run("w1", code, object_store.uri(), is_good=False).strip().splitlines()
    told = [line for line in lines if line.startswith("newstables: ")]
    assert len(told) == 1 and said in told[0]
    assert "Traceback" not in "\n".join(lines)


TAKE_DOWN = """
import sys
from pipeline.curation.takedowns import Takedown, take_down
from pipeline.store import Store
store = Store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for n in range(int(sys.argv[3])):
    take_down(store, Takedown(article_id=sys.argv[2] * 14 + f"{chr(97 + n // 5)}{2 + n % 5}", reason="order"))
"""


def test_of_takedowns_of_two_machines_none_is_lost(object_store: ObjectStore) -> None:
    uri = object_store.uri()
    object_store.fail(Faults(delay_s=0.1))  # reads and writes of both machines overlap
    both = [
        object_store.start(host, TAKE_DOWN, uri, letter, "6") for host, letter in (("w1", "a"), ("w2", "b"))
    ]
    for process in both:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in both:
        said, _ = process.communicate("go\n", timeout=120)
        assert process.returncode == 0, said
    object_store.fail(Faults())
    code = """
import sys
from pipeline.curation.takedowns import read_takedowns
from pipeline.store import Store
print(len(read_takedowns(Store(sys.argv[1])).ids))
"""
    assert object_store.run("ctl", code, uri).strip() == "12"


PUBLISHERS = """
import sys, time
from days import DAY, article, stage_day
from pipeline.settings import Settings
from pipeline.stages.publish import publish
from pipeline.stages.derive import derive
from pipeline.store import Store
from pipeline.store.batch import Batch
from pipeline.store.derived_files import read_derived
from pipeline.store.manifest import find_manifest
from pipeline.derived.tables import DERIVED
from pipeline.desk.forget import forget
from schemas import DAY_TABLES
store, SETTINGS, BATCH = Store(sys.argv[1]), Settings(decisions_file="none.jsonl"), Batch(DAY)
IDS = [f"{letter * 15}2" for letter in "abcdef"]

def stage(*ids):
    stage_day(store, articles=[article(id) for id in ids])

def runs():
    return {store.lineage(f"tables/{t.table_name}/{DAY}.parquet")["run_id"] for t in DAY_TABLES}

def wait():
    print("ready", flush=True)
    sys.stdin.readline()
"""


def test_a_day_that_two_machines_publish_is_of_one_run(object_store: ObjectStore) -> None:
    """One waits in the middle of its files, the other begins; with locks of one machine they would mix."""
    uri = object_store.uri()
    slow = (
        PUBLISHERS
        + """
stage(*IDS[:3])
from pipeline.store import files
real, n = Store.put, []
def put(self, path, data):
    if path.startswith("tables/"):
        n.append(path)
        if len(n) == 3:
            wait()
    real(self, path, data)
Store.put = put
print(publish(store, BATCH, SETTINGS)["run_id"])
"""
    )
    quick = (
        PUBLISHERS
        + """
stage(*IDS[2:])
wait()
print(publish(store, BATCH, SETTINGS)["run_id"])
"""
    )
    first = object_store.start("w1", slow, uri)
    assert first.stdout is not None and first.stdout.readline() == "ready\n"
    second = object_store.start("w2", quick, uri)
    assert second.stdout is not None and second.stdout.readline() == "ready\n"
    assert second.stdin is not None
    second.stdin.write("go\n")
    second.stdin.flush()
    with pytest.raises(subprocess.TimeoutExpired):
        second.wait(timeout=4)  # it waits for the lock of another machine
    said = [first.communicate("go\n", timeout=120)[0], second.communicate(timeout=120)[0]]
    assert first.returncode == second.returncode == 0, said
    code = (
        PUBLISHERS
        + """
manifest = find_manifest(store, DAY)
print(runs() == {manifest.run_id}, manifest.run_id)
"""
    )
    last = second.stdout.read() if not second.stdout.closed else said[1]
    assert object_store.run("ctl", code, uri).split() == ["True", said[1].split()[-1]], last


def test_an_article_that_is_taken_down_while_its_day_is_published_is_gone(object_store: ObjectStore) -> None:
    uri = object_store.uri()
    publisher = (
        PUBLISHERS
        + """
stage(*IDS)
import pipeline.stages.publish as module
real = module.replace_day
def replace_day(*arguments, **options):
    if not done:
        done.append(1)
        wait()  # the takedowns are read; nothing is published
    return real(*arguments, **options)
done, module.replace_day = [], replace_day
publish(store, BATCH, SETTINGS)
derive(store, BATCH, SETTINGS)
"""
    )
    taker = (
        PUBLISHERS
        + """
try:
    print(forget(store, IDS[1], reason="order"))
except Exception as error:
    print(error)
"""
    )
    first = object_store.start("w1", publisher, uri)
    assert first.stdout is not None and first.stdout.readline() == "ready\n"
    object_store.run("w2", taker, uri)
    said, _ = first.communicate("go\n", timeout=120)
    assert first.returncode == 0, said
    code = (
        PUBLISHERS
        + """
held = [t.table_name for t in DAY_TABLES
        if IDS[1] in store.read(f"tables/{t.table_name}/{DAY}.parquet")["article_id"].to_pylist()]
left = len(store.read(f"tables/articles/{DAY}.parquet"))
print(held, left, runs() == {find_manifest(store, DAY).run_id})
"""
    )
    assert object_store.run("ctl", code, uri).strip() == "[] 5 True"


def test_a_derive_that_began_before_a_takedown_leaves_nothing_of_the_article(
    object_store: ObjectStore,
) -> None:
    uri = object_store.uri()
    object_store.run("w1", PUBLISHERS + "stage(*IDS)\npublish(store, BATCH, SETTINGS)\n", uri)
    deriver = (
        PUBLISHERS
        + """
import pipeline.stages.derive as module
real, done = module.bring_all_up, []
def bring_all_up(*args, **options):
    if not done:
        done.append(1)
        wait()  # the manifests are read
    return real(*args, **options)
module.bring_all_up = bring_all_up
derive(store, BATCH, SETTINGS)
"""
    )
    first = object_store.start("w1", deriver, uri)
    assert first.stdout is not None and first.stdout.readline() == "ready\n"
    taker = object_store.start(
        "w2", PUBLISHERS + "print('gone from', forget(store, IDS[1], reason='order').published)", uri
    )
    with pytest.raises(subprocess.TimeoutExpired):
        taker.wait(timeout=6)  # it takes the article out, and waits with the derived tables
    said = [first.communicate("go\n", timeout=120)[0], taker.communicate(timeout=120)[0]]
    assert first.returncode == taker.returncode == 0, said
    code = (
        PUBLISHERS
        + """
derived = {table.name: list(read_derived(store, table.row_class)) for table in DERIVED}
held = [name for name, parts in derived.items() for part in parts if IDS[1] in str(part.to_pylist())]
report = [row for part in derived["ingest_report"] for row in part.to_pylist()]
print(held, sum(row["kept"] for row in report), len(store.read(f"tables/articles/{DAY}.parquet")))
"""
    )
    assert object_store.run("ctl", code, uri).split()[0] == "[]"


def test_a_drop_folder_in_a_bucket_gives_what_the_folder_gives(object_store: ObjectStore) -> None:
    code = """
import sys
from datetime import date
from pathlib import Path
from pipeline.settings import Settings
from pipeline.stages.ingest import ingest
from pipeline.store import Store
from pipeline.store.batch import Batch
sample, uri = Path(sys.argv[1]), sys.argv[2]
drop, deliveries = uri.replace("?", "/drop?"), Store(uri.replace("?", "/drop?"))
for path in sample.rglob("*"):
    if path.is_file():
        deliveries.put(path.relative_to(sample).as_posix(), path.read_bytes())
made = []
for number, where in enumerate((sample, drop)):
    store = Store(uri.replace("?", f"/data{number}?"))
    for day in (1, 2):
        ingest(store, Batch(date(2026, 3, day)), Settings(drop_dir=where))
    folder = "staged/2026-03-02/"
    made.append([store.get(folder + name) for name in ("plan.json", "articles/00000.parquet")])
print(made[0] == made[1], len(made[0][1]) > 1000)
"""
    sample = str(Path(__file__).parents[2] / "data" / "sample")
    assert object_store.run("w1", code, sample, object_store.uri()).split()[-2:] == ["True", "True"]


QUICK = """
import sys
from pipeline.store import Store, leases
leases.EXPIRES_S, leases.KEEP_S, leases.SURE_S = 3.0, 0.5, 1.0
store = Store(sys.argv[1])
"""


def test_one_that_slept_in_the_middle_of_its_files_writes_nothing_more(object_store: ObjectStore) -> None:
    """It is stopped as by a debugger, or a machine that sleeps, for longer than its lock lasts."""
    uri = object_store.uri()
    sleeper = """
with store.lock("day"):
    store.put("one", b"mine")
    print("ready", flush=True)
    sys.stdin.readline()
    store.put("two", b"mine")
"""
    process = object_store.start("w1", QUICK + sleeper, uri)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    os.kill(process.pid, signal.SIGSTOP)
    taker = """
with store.lock("day"):
    store.put("one", b"theirs")
    store.put("two", b"theirs")
"""
    object_store.run("w2", QUICK + taker, uri)
    os.kill(process.pid, signal.SIGCONT)
    said, _ = process.communicate("go\n", timeout=60)
    assert process.returncode != 0 and "LeaseLostError" in said
    assert object_store.run("ctl", QUICK + "print(store.get('one'), store.get('two'))", uri).split() == [
        "b'theirs'",
        "b'theirs'",
    ]
