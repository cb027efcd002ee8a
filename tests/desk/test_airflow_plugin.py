"""Airflow's tab and list of reports: the right day, no script, nobody who is not logged in."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from airflow.api_fastapi.core_api.datamodels.plugins import ExternalViewResponse
from days import article, stage_day
from fastapi.testclient import TestClient

from deploy.local.own_pages import FRAMED, OwnPages
from pipeline.desk.airflow_plugin import PREFIX, NewstablesReports, make_app
from pipeline.desk.run_report import write_report
from pipeline.settings import Settings
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch
from pipeline.store.runs import note_run

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
RUNS = {
    "scheduled__2026-03-02T00:00:00+00:00": FIRST,
    "backfill__2026-03-02T00:00:00+00:00__2026-03-02": SECOND,
    "manual__2026-11-27T18:22:01.123456+00:00_Xy": FIRST,
    "my run / with #odd ?&= signs": SECOND,
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(str(tmp_path_factory.mktemp("reports") / "data"))
    for day in (FIRST, SECOND):
        stage_day(store, day, articles=[article(f"of-{day}")])
        publish(store, Batch(day), Settings())
        write_report(store, day)
    for run_id, day in RUNS.items():
        note_run(store, "news_corpus", run_id, day)
    store.put("reports/most_quoted/2026-03-01.csv", b"secret,1\n")
    return store


@pytest.fixture
def client(store: Store) -> Iterator[TestClient]:
    app = make_app(lambda: store, needs_login=False)
    with TestClient(OwnPages(_mounted(app)), base_url="http://127.0.0.1:8080") as client:
        yield client


def _mounted(app: Any) -> Any:
    from starlette.applications import Starlette
    from starlette.routing import Mount

    return Starlette(routes=[Mount(PREFIX, app=app)])


@pytest.mark.parametrize("run_id, day", RUNS.items())
def test_a_run_has_the_report_of_its_own_day(client: TestClient, run_id: str, day: date) -> None:
    answer = client.get(f"{PREFIX}/run", params={"dag_id": "news_corpus", "run_id": run_id})
    assert answer.status_code == 200
    assert str(answer.url).endswith(f"{PREFIX}/pages/{day}.html")
    assert f"News of {day}" in answer.text


@pytest.mark.parametrize(
    "dag_id, run_id", [("quotes_report", next(iter(RUNS))), ("news_corpus", "later"), ("", "")]
)
def test_a_run_without_a_day_says_so(client: TestClient, dag_id: str, run_id: str) -> None:
    answer = client.get(f"{PREFIX}/run", params={"dag_id": dag_id, "run_id": run_id})
    assert answer.status_code == 200 and "has no day yet" in answer.text


def test_every_answer_runs_nothing_and_is_framed_by_airflow_alone(client: TestClient) -> None:
    for path in (
        "pages/index.html",
        f"pages/{FIRST}.html",
        f"pages/{FIRST}-durations.html",
        "run",
        "pages/2020-01-01.html",
    ):
        headers = client.get(f"{PREFIX}/{path}").headers
        policy = ", ".join(headers.get_list("content-security-policy"))
        assert "default-src 'none'" in policy and "sandbox " in policy and "allow-scripts" not in policy
        assert "frame-ancestors 'self'" in policy and "frame-ancestors 'none'" not in policy
        assert headers.get_list("x-frame-options") == ["SAMEORIGIN"]
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    [
        "most_quoted/2026-03-01.csv",
        "..%2Ftables%2F_decisions.json",
        "..%2f..%2f..%2fetc%2fpasswd",
        "figures%2F2026-03-01.json",
        "2026-03-01.html%00",
        "2026-03-01.HTML",
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    ],
)
def test_nothing_but_reports_is_served(client: TestClient, name: str) -> None:
    answer = client.get(f"{PREFIX}/pages/{name}")
    assert answer.status_code == 404
    assert "secret" not in answer.text and "<script" not in answer.text and "root:" not in answer.text


def test_nothing_is_written(client: TestClient) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert client.request(method, f"{PREFIX}/pages/index.html").status_code == 405


def test_where_login_is_on_nobody_else_gets_an_answer(store: Store, tmp_path: Path) -> None:
    from airflow.api_fastapi.app import create_app

    create_app(apps="core")  # which sets up the auth manager
    with TestClient(make_app(lambda: store)) as client:
        for path in ("/pages/index.html", "/run?run_id=x"):
            assert client.get(path).status_code == 401


def test_the_views_are_as_airflow_wants_them() -> None:
    for view in NewstablesReports.external_views:
        ExternalViewResponse.model_validate(view)
        assert not view["href"].startswith("/"), "Airflow may stand below a path"
        assert f"/{view['href']}".startswith(FRAMED)
