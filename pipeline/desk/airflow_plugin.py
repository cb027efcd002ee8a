"""Airflow's plugin: the report of its day as a tab of each run, and the list of all reports in the side bar.

Airflow finds it by its entry point where Newstables is installed, or by a file in its plugins folder:

    from pipeline.desk.airflow_plugin import NewstablesReports

Airflow shows a view in a frame that may run scripts, and does not look at who asks: so the app here does, and
its answers say that nothing in them runs. It is made when it is asked first: plugins are loaded everywhere.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.responses import Response

log = logging.getLogger(__name__)

PREFIX = "/newstables"

ANSWER_HEADERS = {
    # Without allow-scripts nothing runs, whatever else is said; links in the frame need its own origin.
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'self';"
    " sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox",
    "x-frame-options": "SAMEORIGIN",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}

_PAGE = re.compile(r"(?:index|\d{4}-\d\d-\d\d(?:-durations)?)\.html")


def make_app(store_of: Callable[[], Any] | None = None, *, needs_login: bool = True) -> FastAPI:
    """Return the app that answers with reports.

    Args:
        store_of: gives the store; that of the settings where it is left out.
        needs_login: ask Airflow whether who asks may see its pages; where it knows no login, everybody may.
    """
    from fastapi import Depends, FastAPI
    from starlette.responses import HTMLResponse, RedirectResponse

    from pipeline.desk.run_report import REPORTS
    from pipeline.desk.run_report.page import message_page
    from pipeline.settings import load_settings
    from pipeline.store import Store
    from pipeline.store.runs import find_run_day

    guards = []
    if needs_login:
        from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
        from airflow.api_fastapi.core_api.security import requires_access_view

        guards.append(Depends(requires_access_view(AccessView.WEBSITE)))
    app = FastAPI(dependencies=guards, openapi_url=None, docs_url=None, redoc_url=None)
    opened = store_of or (lambda: Store(load_settings().data_dir))

    def answer(text: str, status: int = 200) -> Response:
        return HTMLResponse(text, status, headers=ANSWER_HEADERS)

    @app.get("/run")
    def of_run(dag_id: str = "", run_id: str = "") -> Response:
        """Lead to the report of a run's day."""
        day = find_run_day(opened(), dag_id, run_id)
        if day is None:
            return answer(
                message_page(
                    "This run has no day yet",
                    "Its day is known once its first task, ingest, has begun. Runs of other DAGs have none.",
                )
            )
        return RedirectResponse(f"pages/{day}.html", 303, headers=ANSWER_HEADERS)

    @app.get("/pages/{name}")
    def page(name: str) -> Response:
        """Answer with a page of the reports."""
        data = opened().find(f"{REPORTS}/{name}") if _PAGE.fullmatch(name) else None
        if data is not None:
            return answer(data.decode())
        if name == "index.html":
            return answer(
                message_page("No reports yet", "The first is written when a run has published its day.")
            )
        text = "It is written when a run has published its day; where not, the log of derive says why."
        return answer(message_page(f"No report {name.removesuffix('.html')[:40]} yet", text), 404)

    return app


class _MadeWhenAsked:
    """The app, made with the first request."""

    def __init__(self) -> None:
        self._app: Any = None

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Answer a request."""
        if self._app is None:
            self._app = make_app()
        await self._app(scope, receive, send)


class NewstablesReports(AirflowPlugin):
    """Shows reports of days in Airflow."""

    name = "newstables_reports"
    fastapi_apps: list[Any] = [  # noqa: RUF012 - as the class of Airflow's has it
        {"app": _MadeWhenAsked(), "url_prefix": PREFIX, "name": "Newstables reports"}
    ]
    external_views: list[Any] = [  # noqa: RUF012
        {
            "name": "Day report",
            "href": f"{PREFIX.lstrip('/')}/run?dag_id={{DAG_ID}}&run_id={{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "day-report",
        },
        {
            "name": "Reports",
            "href": f"{PREFIX.lstrip('/')}/pages/index.html",
            "destination": "nav",
            "nav_top_level": True,
            "url_route": "day-reports",
        },
    ]
