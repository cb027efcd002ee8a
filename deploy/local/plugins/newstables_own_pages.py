"""Airflow's plugin that puts `deploy.local.own_pages` before its web server."""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin

from deploy.local.own_pages import OwnPages


class NewstablesOwnPages(AirflowPlugin):
    """Refuses requests of pages elsewhere."""

    name = "newstables_own_pages"
    fastapi_root_middlewares: list[Any] = [  # noqa: RUF012 - as the class of Airflow's has it
        {"middleware": OwnPages, "args": [], "kwargs": {}, "name": "own pages"}
    ]
