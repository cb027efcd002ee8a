"""In a real browser: each run of Airflow has the report of its own day, and nothing in it runs.

Needs Chromium (`chromium` on the PATH) and playwright; part of `make test-system`. The tests of this file
share one Airflow.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psutil
import pytest

from deploy.local.airflow import DAG_ID, LocalAirflow, run_days, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page

pytestmark = [pytest.mark.system, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
WIDTHS = (1280, 400)


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAirflow]:
    """An Airflow with its schedule, by which it runs yesterday; a day is backfilled, and one run by hand."""
    folder = tmp_path_factory.mktemp("tabs")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv("NEWSTABLES_DATA_DIR", str(folder / "data"))
        patch.setenv("NEWSTABLES_DROP_DIR", str(ROOT / "data/sample"))
        with running(folder / "home", is_scheduled=True) as airflow:
            deadline = time.monotonic() + 600
            while not airflow.get("dags")["total_entries"]:
                assert time.monotonic() < deadline
                time.sleep(1)
            assert set(run_days(airflow, date(2026, 3, 1), date(2026, 3, 1)).values()) == {"success"}
            airflow.post(f"dags/{DAG_ID}/dagRuns", logical_date=None, conf={"day": "2026-03-02"})
            while not _are_done(airflow):
                assert time.monotonic() < deadline
                time.sleep(1)
            yield airflow


def _are_done(airflow: LocalAirflow) -> bool:
    runs = airflow.pages(f"dags/{DAG_ID}/dagRuns", "dag_runs")
    kinds = {run["run_type"] for run in runs if run["state"] in ("success", "failed")}
    return kinds >= {"scheduled", "backfill", "manual"}


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    from playwright.sync_api import (
        sync_playwright,
    )  # of the group `system`: other tests are collected without

    path = shutil.which("chromium")
    assert path is not None, "Chromium is needed: apt install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def framed(page: "Page", url: str) -> "Frame":
    """Open a page of Airflow; return the frame in it, once it has loaded."""
    page.goto(url)
    page.wait_for_selector("iframe", timeout=60_000)
    deadline = time.monotonic() + 60
    while True:
        frames = [frame for frame in page.frames if "/newstables/" in frame.url]
        if frames and frames[0].title():
            return frames[0]
        assert time.monotonic() < deadline, [frame.url for frame in page.frames]
        page.wait_for_timeout(200)


def days(airflow: LocalAirflow) -> dict[str, tuple[str, date]]:
    """The run of each type, and the day that it must be of."""
    wanted = {
        "scheduled": datetime.now(UTC).date() - timedelta(days=1),
        "backfill": date(2026, 3, 1),
        "manual": date(2026, 3, 2),
    }
    runs = airflow.pages(f"dags/{DAG_ID}/dagRuns", "dag_runs")
    assert {run["state"] for run in runs} == {"success"}
    return {run["run_type"]: (run["dag_run_id"], wanted[run["run_type"]]) for run in runs}


def test_each_run_has_the_report_of_its_day(airflow: LocalAirflow, browser: "Browser") -> None:
    own = f"http://127.0.0.1:{airflow.port}"
    asked: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    found = days(airflow)
    assert set(found) == {"scheduled", "backfill", "manual"}
    for run_id, day in found.values():
        frame = framed(page, f"{own}/dags/{DAG_ID}/runs/{run_id}/plugin/day-report")
        assert frame.title() == f"News of {day} – Newstables"
        tab = page.get_by_role("link", name="Day report")
        assert tab.count() == 1
    frame.click("text=How long it took")  # links lead on within the frame
    page.frame_locator("iframe").get_by_text("Slowest articles").wait_for(timeout=60_000)
    assert {urlsplit(url).hostname for url in asked if url.startswith("http")} == {"127.0.0.1"}


def test_the_side_bar_leads_to_all_reports(airflow: LocalAirflow, browser: "Browser") -> None:
    page = browser.new_page()
    framed(page, f"http://127.0.0.1:{airflow.port}/plugin/day-reports")
    shown = page.frame_locator("iframe").locator("main").inner_text()  # Airflow may frame it anew
    assert "2026-03-01" in shown and "2026-03-02" in shown
    page.goto(f"http://127.0.0.1:{airflow.port}/")
    page.wait_for_selector("text=Triggerer", timeout=60_000)
    assert "is meant to be there" in page.inner_text("body")
    page.get_by_role("link", name="Reports").wait_for(timeout=60_000)
    assert "Plugin Import Error" not in page.inner_text("body")


def test_nothing_in_a_report_runs_and_nothing_is_wider_than_the_screen(
    airflow: LocalAirflow, browser: "Browser", tmp_path: Path
) -> None:
    data = Path(os.environ["NEWSTABLES_DATA_DIR"])
    evil = tmp_path / "2026-03-01.html"
    shutil.copy(data / "reports/2026-03-01.html", evil)
    served = f"http://127.0.0.1:{airflow.port}/newstables/pages"
    for scheme in ("light", "dark"):
        for width in WIDTHS:
            context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
            page = context.new_page()
            for address in (f"{served}/2026-03-02.html", f"{served}/index.html", evil.as_uri()):
                page.goto(address)
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, (address, width)
            context.close()
    # What is put into a page by hand is not run either, neither by Airflow's answer nor from the file.
    report = data / "reports/2026-03-02.html"
    whole = report.read_text(encoding="utf-8")
    script = "<script>document.title = 'it ran'</script><img src=x onerror=\"document.title = 'it ran'\">"
    try:
        for path in (report, evil):
            path.write_text(whole.replace("</main>", f"{script}</main>"), encoding="utf-8")
        page = browser.new_page()
        for address in (f"{served}/2026-03-02.html", evil.as_uri()):
            page.goto(address)
            page.wait_for_timeout(500)
            assert page.title() == "News of 2026-03-02 – Newstables"
    finally:
        report.write_text(whole, encoding="utf-8")


@pytest.mark.parametrize("whom", ["make", "its child"])
def test_make_ends_what_it_started_when_it_is_told_to(tmp_path: Path, whom: str) -> None:
    """SIGTERM while tasks are running: nothing is left after 15 seconds."""
    log = tmp_path / "log"
    env = os.environ | {"NEWSTABLES_DATA_DIR": str(tmp_path / "data"), "PYTHONUNBUFFERED": "1"}
    command = ["make", "run", f"PYTHON={sys.executable}"]
    with log.open("wb") as out:
        make = psutil.Popen(
            command,
            cwd=_copy(tmp_path),
            env=env,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 300
        while "running" not in log.read_text():
            assert make.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        family = [make, *make.children(recursive=True)]
        assert len(family) > 4
        target = make if whom == "make" else make.children()[0]
        target.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 15
        while left := [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]:
            assert time.monotonic() < deadline, [one.cmdline() for one in left]
            make.poll()
            time.sleep(0.2)
    finally:
        for one in psutil.Process(make.pid).children(recursive=True) if make.poll() is None else []:
            one.kill()


def _copy(folder: Path) -> Path:
    """The project's folder once more, by links: `make run` empties the folder of its Airflow."""
    copy = folder / "project"
    copy.mkdir()
    for path in ROOT.iterdir():
        if not path.name.startswith(".airflow"):
            (copy / path.name).symlink_to(path)
    return copy


def test_the_form_as_it_stands_runs_yesterday(airflow: LocalAirflow, browser: "Browser") -> None:
    before = {run["dag_run_id"] for run in airflow.pages(f"dags/{DAG_ID}/dagRuns", "dag_runs")}
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{airflow.port}/dags/{DAG_ID}")
    page.get_by_role("button", name="Trigger").first.click()
    form = page.get_by_role("dialog")
    form.get_by_text("Which day of news to run").wait_for()
    form.get_by_role("button", name="Trigger").last.click()
    deadline = time.monotonic() + 300
    new: list[dict[str, object]] = []
    while not new or new[0]["state"] not in ("success", "failed"):
        assert time.monotonic() < deadline, new
        time.sleep(1)
        runs = airflow.pages(f"dags/{DAG_ID}/dagRuns", "dag_runs")
        new = [run for run in runs if run["dag_run_id"] not in before]
    assert [run["state"] for run in new] == ["success"]
    run = f"http://127.0.0.1:{airflow.port}/dags/{DAG_ID}/runs/{new[0]['dag_run_id']}"
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    assert framed(page, f"{run}/plugin/day-report").title() == f"News of {yesterday} – Newstables"
    page.close()
