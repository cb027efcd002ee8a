"""Days as Airflow itself runs them: a real scheduler, in a timezone that is not UTC.

The tests of this file share one Airflow and run in the order in which they stand.
"""

import ast
import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.local.airflow import DAG_ID, LocalAirflow, await_runs, failures, run_days, running
from pipeline.identity import checksum
from pipeline.store import Store
from schemas import DAY_TABLES

pytestmark = [pytest.mark.airflow, pytest.mark.slow, pytest.mark.timeout(1200)]

ROOT = Path(__file__).parents[1]
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 4)
EMPTY = "2026-03-03"
DAYS = ["2026-03-01", "2026-03-02", EMPTY, "2026-03-04"]
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
TODAY = datetime.now(UTC).date()

TEXT = (
    "“The bridge will stay closed,” the mayor of Tarnley, Greta Hollin, told reporters in Geneva on {day}."
    " She said that the repairs had cost 4 million euros so far."
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Drop folder, tables and Airflow's home, and the environment that leads there."""
    folder = tmp_path_factory.mktemp("backfill")
    for day in {*DAYS, YESTERDAY} - {EMPTY}:
        drop(folder, day, n_articles=3 if day == DAYS[0] else 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv("TZ", "Asia/Tokyo")
        patch.setenv("NEWSTABLES_DATA_DIR", str(folder / "data"))
        patch.setenv("NEWSTABLES_DROP_DIR", str(folder / "drop"))
        patch.setenv("NEWSTABLES_SHARD_SIZE", "2")
        yield folder


@pytest.fixture(scope="module")
def airflow(folder: Path) -> Iterator[LocalAirflow]:
    with running(folder / "home") as airflow:
        yield airflow


def drop(folder: Path, day: str, *, n_articles: int) -> None:
    """Put articles of a day into the drop folder."""
    path = folder / "drop" / day / "courier.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    records = [
        {
            "url": f"https://courier.example/{day}/{number}",
            "title": f"Bridge stays closed ({number})",
            "text": TEXT.format(day=day) + f" It was the {number + 1}. time.",
            "source": "The Tarnley Courier",
            "published_at": f"{day}T08:00:00Z",
            "language": "en",
        }
        for number in range(n_articles)
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def published(folder: Path) -> dict[str, str]:
    """Return the checksum of each file among the tables."""
    tables = folder / "data" / "tables"
    return {
        str(path.relative_to(tables)): checksum(path.read_bytes())
        for path in sorted(tables.rglob("*"))
        if path.is_file() and path.name != "_runs.jsonl"
    }


def manifest(folder: Path, day: str) -> Any:
    return json.loads((folder / "data" / "tables" / "_manifests" / f"{day}.json").read_text())


def processes_of(home: Path) -> list[psutil.Process]:
    """Return the processes that belong to an Airflow home."""
    found = []
    for process in psutil.process_iter():
        try:
            if (
                process.environ().get("AIRFLOW_HOME") == str(home.resolve())
                and process.status() != psutil.STATUS_ZOMBIE
            ):
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_n_days_are_n_partitions_of_each_table(airflow: LocalAirflow, folder: Path) -> None:
    command = ["backfill", "create", "--dag-id", DAG_ID, "--from-date", f"{FIRST}", "--to-date"]
    airflow.cli(*command, f"{LAST}T23:59:59", "--max-active-runs", "3")
    states = await_runs(airflow, before=(), deadline=time.monotonic() + 900)
    assert states == dict.fromkeys(DAYS, "success")
    for row_class in DAY_TABLES:
        files = sorted(path.name for path in (folder / "data" / "tables" / row_class.table_name).iterdir())
        assert files == [f"{day}.parquet" for day in DAYS]
    rows = {day: manifest(folder, day)["tables"] for day in DAYS}
    assert [rows[day]["articles"]["rows"] for day in DAYS] == [3, 1, 0, 1]
    assert [rows[day]["quotes"]["rows"] > 0 for day in DAYS] == [day != EMPTY for day in DAYS]


def test_each_day_is_derived_once_whichever_run_does_it(airflow: LocalAirflow) -> None:
    taken_in = {}
    for name, run in airflow.runs().items():
        [task] = [
            task
            for task in airflow.get(f"dags/{DAG_ID}/dagRuns/{name}/taskInstances")["task_instances"]
            if task["task_id"] == "derive"
        ]
        path = f"dags/{DAG_ID}/dagRuns/{name}/taskInstances/derive/xcomEntries/return_value"
        counts = airflow.get(path, deserialize="true")["value"]
        counts = ast.literal_eval(counts) if isinstance(counts, str) else counts
        taken_in[run["partition_key"], task["state"]] = counts["days_taken_in"]
    assert taken_in.keys() == {(day, "success") for day in DAYS}
    # Of those that waited while another was at work, some find that it has taken their days in.
    assert sum(taken_in.values()) == len(DAYS), taken_in
    assert 1 <= sum(n > 0 for n in taken_in.values()) <= len(DAYS)


def test_a_day_without_articles_is_marked(airflow: LocalAirflow, folder: Path) -> None:
    assert {day: manifest(folder, day)["is_empty"] for day in DAYS} == {day: day == EMPTY for day in DAYS}


def test_shards_are_mapped_and_have_names(airflow: LocalAirflow) -> None:
    run = next(name for name, run in airflow.runs().items() if run["partition_key"] == DAYS[0])
    tasks = airflow.get(f"dags/{DAG_ID}/dagRuns/{run}/taskInstances")["task_instances"]
    names = sorted((task["task_id"], task["rendered_map_index"]) for task in tasks if task["map_index"] >= 0)
    assert names == [
        (name, shard) for name in ("shards.extract", "shards.parse") for shard in ("shard 0", "shard 1")
    ]


def test_each_table_of_each_day_is_an_asset_event_with_its_rows(airflow: LocalAirflow, folder: Path) -> None:
    events = airflow.get("assets/events", limit=100)["asset_events"]
    told = {(event["name"], event["extra"]["day"]): event["extra"]["rows"] for event in events}
    for day in DAYS:
        for name, entry in manifest(folder, day)["tables"].items():
            assert told[name, day] == entry["rows"]
    assert {event["partition_key"] for event in events} == set(DAYS)


def report_of(airflow: LocalAirflow, run_id: str) -> str:
    """What the tab *Day report* of a run shows: the title of the page that it leads to."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    query = urllib.parse.urlencode({"dag_id": DAG_ID, "run_id": run_id})
    try:
        answer = direct.open(f"http://127.0.0.1:{airflow.port}/newstables/run?{query}", timeout=60)
    except urllib.error.HTTPError as missing:
        assert missing.code == 404, missing  # "not yet" is a page, too
        answer = missing
    with answer:
        assert "sandbox" in answer.headers["content-security-policy"]
        return str(answer.read().decode().partition("<title>")[2].partition("</title>")[0])


def test_each_run_has_the_report_of_its_day(airflow: LocalAirflow) -> None:
    views = [view for plugin in airflow.get("plugins")["plugins"] for view in plugin["external_views"]]
    assert {(view["name"], view["destination"]) for view in views} == {
        ("Day report", "dag_run"),
        ("Reports", "nav"),
    }
    assert airflow.get("plugins/importErrors")["import_errors"] == []
    for name, run in airflow.runs().items():
        assert report_of(airflow, name) == f"News of {run['partition_key']} – Newstables"
    by_hand = airflow.post(f"dags/{DAG_ID}/dagRuns", logical_date=None, conf={"day": DAYS[1]})["dag_run_id"]
    deadline = time.monotonic() + 300
    while (state := airflow.get(f"dags/{DAG_ID}/dagRuns/{by_hand}")["state"]) != "success":
        assert state != "failed" and time.monotonic() < deadline, state
        time.sleep(1)
    assert report_of(airflow, by_hand) == f"News of {DAYS[1]} – Newstables"
    counts = airflow.get(f"dags/{DAG_ID}/dagRuns/{by_hand}/taskInstances/ingest/xcomEntries/counts")["value"]
    assert "'kept': 1" in str(counts) or '"kept": 1' in str(counts)


def test_the_same_range_again_runs_nothing(airflow: LocalAirflow, folder: Path) -> None:
    before = published(folder)
    assert run_days(airflow, FIRST, LAST, reprocess="none") == {}
    assert published(folder) == before


def test_the_same_range_again_changes_no_byte(airflow: LocalAirflow, folder: Path) -> None:
    before = published(folder)
    written = (folder / "data" / "tables" / "quotes" / f"{DAYS[0]}.parquet").stat().st_mtime_ns
    assert run_days(airflow, FIRST, LAST, reprocess="completed") == dict.fromkeys(DAYS, "success")
    assert published(folder) == before
    assert (folder / "data" / "tables" / "quotes" / f"{DAYS[0]}.parquet").stat().st_mtime_ns > written


def test_a_day_that_is_not_over_is_refused_at_the_first_try(airflow: LocalAirflow, folder: Path) -> None:
    before, runs = published(folder), airflow.runs()
    # Airflow starts the run of a later day only on that day, when it is refused as well.
    assert run_days(airflow, TODAY, TODAY) == {str(TODAY): "failed"}
    assert published(folder) == before
    for name in airflow.runs().keys() - runs.keys():
        (line,) = failures(airflow, name)
        assert "ConfigError" in line and "not over" in line and "attempt=1.log" in line


def test_at_night_the_day_before_is_run_and_its_report_follows(airflow: LocalAirflow, folder: Path) -> None:
    home = folder / "nightly"
    with contextlib.ExitStack() as held:
        # The night begins at once, and a report that is paused does not hear of what is published meanwhile.
        held.enter_context(Store(str(folder / "data")).lock(f"publish-{YESTERDAY}"))
        with running(home, is_scheduled=True) as nightly:
            nightly.cli("dags", "unpause", "quotes_report", "--yes")
            held.close()
            report = folder / "data" / "reports" / "most_quoted" / f"{YESTERDAY}.csv"
            deadline = time.monotonic() + 400
            while not report.is_file():
                assert time.monotonic() < deadline, nightly.get(f"dags/{DAG_ID}/dagRuns")
                time.sleep(1)
            (run,) = nightly.get(f"dags/{DAG_ID}/dagRuns")["dag_runs"]
            while report_of(nightly, run["dag_run_id"]) != f"News of {YESTERDAY} – Newstables":
                assert time.monotonic() < deadline
                time.sleep(1)
    assert run["partition_key"] == YESTERDAY
    assert run["run_type"] == "scheduled"
    assert "Greta Hollin,2" in report.read_text()
    assert not processes_of(home)


def test_nothing_is_left_running_when_the_caller_is_killed(folder: Path) -> None:
    home = folder / "killed"
    command = [sys.executable, "-m", "deploy.local.__main__", "days", "2026-03-01", "2026-03-04", "--home"]
    with subprocess.Popen([*command, str(home)], stdout=subprocess.PIPE, text=True, env=os.environ) as caller:
        assert caller.stdout is not None
        assert any("running" in line for line in caller.stdout)
        assert len(processes_of(home)) >= 2  # at least the scheduler and the API server
        caller.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 90
    while left := processes_of(home):
        assert time.monotonic() < deadline, left
        time.sleep(0.5)


def test_its_web_server_answers_programs_here_and_no_page_elsewhere(airflow: LocalAirflow) -> None:
    def asked(method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", airflow.port, timeout=60)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}

    variable = json.dumps({"key": "from-elsewhere", "value": "1"})
    evil = f"evil.example:{airflow.port}"
    for path in ("/", "/api/v2/variables", "/auth/token", "/execution/health"):
        status, headers = asked("GET", path)
        assert status < 400 and headers["x-frame-options"] == "DENY"
        assert asked("GET", path, Host=evil)[0] == 421
        assert asked("GET", path, Origin="https://evil.example")[0] == 403
        assert asked("GET", path, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors")[0] == 403
    json_body = {"Content_Type": "application/json"}
    assert asked("POST", "/api/v2/variables", variable, Host=evil, **json_body)[0] == 421
    assert asked("POST", "/api/v2/variables", variable, Origin=f"http://{evil}", **json_body)[0] == 403
    assert airflow.get("variables")["variables"] == []
    for name in ("airflow.cfg", "airflow.db"):
        assert (airflow.home / name).stat().st_mode & 0o077 == 0
    assert airflow.home.stat().st_mode & 0o077 == 0
