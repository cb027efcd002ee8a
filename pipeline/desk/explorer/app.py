"""The application: which address is which page, and what becomes of errors."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

import duckdb
from jinja2 import Environment
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from pipeline.desk.explorer.asked import Answer, Asked, Elsewhere, MissingError
from pipeline.desk.explorer.charts import share
from pipeline.desk.explorer.export import export
from pipeline.desk.explorer.filters import KINDS, RequestError, default_window, read_filters
from pipeline.desk.explorer.listings import LISTS, List
from pipeline.desk.explorer.pages.article import article
from pipeline.desk.explorer.pages.check import check
from pipeline.desk.explorer.pages.claim_group import claim_group
from pipeline.desk.explorer.pages.day import day
from pipeline.desk.explorer.pages.entity import entity
from pipeline.desk.explorer.pages.quoting import quoting
from pipeline.desk.explorer.pages.search import search
from pipeline.desk.explorer.pages.speaker import speaker
from pipeline.desk.explorer.pages.spread import spread
from pipeline.desk.explorer.search_index import Indexes
from pipeline.desk.explorer.security import Gate
from pipeline.desk.explorer.snapshot import Desk, ReplacedError, Snapshot, until_current
from pipeline.desk.templates import environment
from pipeline.errors import NewstablesError

log = logging.getLogger(__name__)

type Page = Callable[[Asked], Answer]

WINDOW_PAGES: dict[str, Page] = {
    "/": search,
    "/speaker/{entity_id}": speaker,
    "/entity/{entity_id}": entity,
    "/spread": spread,
    "/check": check,
    "/quoting": quoting,
}
"""Pages of a window of days, which always stands in their address."""

OTHER_PAGES: dict[str, Page] = {
    "/day/{day}": day,
    "/claim-group/{group_id}": claim_group,
    "/article/{day}/{article_id}": article,
}

READS = ("desk/explorer/static/desk.css", "desk/explorer/static/icon.svg")
_STATIC = {"desk.css": "text/css", "icon.svg": "image/svg+xml"}
_PAUSES_S = (0.0, *[0.1] * 20)
_TRIES_OF_EXPORT = 4
_MOST_NUMBERED = 5000
_PARAMETERS = frozenset({"q", "from", "to", "outlet", "kind", "once", "page"})


def make_app(desk: Desk, indexes: Indexes) -> Starlette:
    """Return the application.

    Args:
        desk: the tables.
        indexes: of words.
    """
    templates = _templates()

    def read(request: Request, snapshot: Snapshot) -> Asked:
        query = dict(request.query_params)
        filters = read_filters(query, default_window(snapshot.days[-1], snapshot.days[0]))
        snapshot.window = (filters.first, filters.last)
        return Asked(request.path_params, query, filters, snapshot, indexes)

    def endpoint(page: Page, *, is_of_window: bool) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            return until_current(desk, lambda snapshot: _answer(request, snapshot), _pauses())

        def _answer(request: Request, snapshot: Snapshot) -> Response:
            asked = read(request, snapshot)
            if is_of_window and not (asked.query.get("from") and asked.query.get("to")):
                return _redirect(request.url.path, asked)
            made = page(asked)
            if isinstance(made, Elsewhere):
                return RedirectResponse(made.address, 302)
            values = _common(request.url.path, asked, is_of_window=is_of_window)
            html = templates.get_template(made.template).render({**values, **made.values})
            return HTMLResponse(html, made.status)

        return answer

    def taking(path: str, rows_of: List) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            return until_current(desk, lambda snapshot: _answer(request, snapshot), _pauses(_TRIES_OF_EXPORT))

        def _answer(request: Request, snapshot: Snapshot) -> Response:
            asked = read(request, snapshot)
            ending = request.path_params["ending"]
            link = str(request.url).replace(f"/export/{ending}", "", 1)
            is_head = request.method == "HEAD"
            made = export(asked, rows_of, ending=ending, link=link, is_head=is_head)
            return RedirectResponse(made.address, 302) if isinstance(made, Elsewhere) else made

        return answer

    def failed(request: Request, error: Exception) -> Response:
        status, title = _status(error)
        if status == 500:
            log.error("%s: %s", request.url.path, error, exc_info=error)
        said = str(error) if isinstance(error, NewstablesError) else ""
        html = templates.get_template("error.html").render(
            title=title, said=said, status=status, is_soon=isinstance(error, ReplacedError)
        )
        return HTMLResponse(html, status, headers={"retry-after": "2"} if status == 503 else None)

    routes = [
        Route(path, endpoint(page, is_of_window=is_of_window))
        for pages, is_of_window in ((WINDOW_PAGES, True), (OTHER_PAGES, False))
        for path, page in pages.items()
    ]
    routes += [Route(f"/export/{{ending}}{path}", taking(path, rows_of)) for path, rows_of in LISTS.items()]
    routes += [Route("/static/{name}", _static), Route("/numbered/{n:int}.css", _numbered)]
    handlers: dict[Any, Any] = dict.fromkeys((HTTPException, NewstablesError, Exception), failed)
    return Starlette(routes=routes, middleware=[Middleware(Gate)], exception_handlers=handlers)


def _pauses(tries: int = len(_PAUSES_S)) -> Iterator[None]:
    for pause in _PAUSES_S[:tries]:
        time.sleep(pause)
        yield


def _status(error: Exception) -> tuple[int, str]:
    if isinstance(error, HTTPException):
        return error.status_code, "There is no such page" if error.status_code == 404 else error.detail
    if isinstance(error, MissingError):
        return 404, "This is not there"
    if isinstance(error, RequestError):
        return 400, "The address asks for what cannot be"
    if isinstance(error, ReplacedError):
        return 503, "Just being replaced"
    if isinstance(error, NewstablesError):
        return 503, "The tables cannot be shown"
    if isinstance(error, duckdb.OutOfMemoryException):
        return 503, "Too much at once: ask for fewer days"
    return 500, "This page failed"


def _redirect(path: str, asked: Asked) -> Response:
    filters = asked.filters
    return RedirectResponse(f"{path}?{filters.query(page=filters.page, **_own_parameters(asked))}", 302)


def _own_parameters(asked: Asked) -> dict[str, str]:
    """Return what an address asks for beside the filters."""
    return {name: value for name, value in asked.query.items() if name not in _PARAMETERS}


def _common(path: str, asked: Asked, *, is_of_window: bool) -> dict[str, Any]:
    """Return what every page shows."""
    filters, snapshot = asked.filters, asked.snapshot
    more = _own_parameters(asked)

    def here(**changes: Any) -> str:
        return f"{path}?{filters.query(**{**more, **changes})}"

    def to(address: str, **parameters: Any) -> str:
        return f"{address}?{filters.window}" + (f"&{urlencode(parameters)}" if parameters else "")

    def taken(ending: str, **parameters: Any) -> str:
        return f"/export/{ending}{here(page=1, **parameters)}"

    outlets = (
        snapshot.rows("select distinct source as outlet from articles order by 1") if is_of_window else []
    )
    return {
        "path": path,
        "here": here,
        "to": to,
        "taken": taken,
        "filters": filters,
        "kinds": KINDS,
        "all_outlets": [row["outlet"] for row in outlets],
        "first_day": snapshot.days[0],
        "last_day": snapshot.days[-1],
        "is_ahead": snapshot.is_ahead,
        "parameters": more,
    }


def _templates() -> Environment:
    filters: dict[str, Callable[..., Any]] = {
        "number": lambda value: f"{value:,}",
        "moment": _moment,
        "share": share,
        "quoted_shell": _shell,
    }
    return environment("pipeline.desk.explorer", filters)


def _moment(value: Any, precision: str | None = "second") -> str:
    """Return a time as far as it was given."""
    if value is None:
        return "time unknown"
    return value.strftime({"day": "%-d %b %Y", "month": "%b %Y"}.get(precision or "", "%-d %b %Y, %H:%M UTC"))  # type: ignore[no-any-return]


def _shell(value: Any) -> str:
    """Return a value as one word of a command line."""
    return "'" + str(value).replace("'", "'\\''") + "'"


def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _STATIC:
        raise HTTPException(404)
    data = files("pipeline.desk.explorer").joinpath("static", name).read_bytes()
    return Response(data, media_type=_STATIC[name], headers={"cache-control": "max-age=300"})


def _numbered(request: Request) -> Response:
    """Return a style sheet that lights up all pieces of the quotation or claim that an address points at."""
    n = min(request.path_params["n"], _MOST_NUMBERED)
    rules = (
        f".text:has(.at-{kind}{number}:target) .{kind}{number}{{background:var(--lit);color:var(--lit-ink)}}"
        for kind in ("quote", "claim")
        for number in range(1, n + 1)
    )
    return PlainTextResponse(
        "\n".join(rules), media_type="text/css", headers={"cache-control": "max-age=86400"}
    )
