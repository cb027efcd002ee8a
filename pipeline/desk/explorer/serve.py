"""The server: on this machine alone, until it is ended."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette

from pipeline.desk.explorer.app import make_app
from pipeline.desk.explorer.filters import default_window
from pipeline.desk.explorer.search_index import Indexes, cache_folder, forget_old_runs, keep_indexed
from pipeline.desk.explorer.snapshot import Desk
from pipeline.errors import ConfigError
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.manifest import Manifest, find_manifest, published_days

HOST = "127.0.0.1"

_PAUSE_S = 30.0
"""Between two looks at whether a day was published that has no index."""


@contextmanager
def explorer(settings: Settings, *, is_indexing: bool = False) -> Iterator[Starlette]:
    """Open the published tables, and give the application.

    Args:
        settings: where the tables lie.
        is_indexing: keep the days that are searched at once indexed, in a thread.
    """
    store = Store(settings.data_dir)
    desk = Desk(store, settings.decisions_file)
    indexes = Indexes(store, cache_folder(store))
    stop = threading.Event()

    def wanted() -> list[Manifest]:
        forget_old_runs(store)
        days = published_days(store)
        if not days:
            return []
        first, last = default_window(days[-1], days[0])
        found = (find_manifest(store, day) for day in days if first <= day <= last)
        return [manifest for manifest in found if manifest]

    thread = threading.Thread(
        target=keep_indexed, args=(indexes, wanted), kwargs={"pause_s": _PAUSE_S, "stop": stop}, daemon=True
    )
    try:
        if is_indexing:
            thread.start()
        yield make_app(desk, indexes)
    finally:
        stop.set()
        if is_indexing:
            thread.join(timeout=5)
        desk.close()


def serve(settings: Settings, *, port: int, say: Any) -> None:
    """Serve the explorer until it is ended (Ctrl-C).

    Args:
        settings: where the tables lie.
        port: on 127.0.0.1; 0 takes a free one.
        say: is handed a line to print.

    Raises:
        ConfigError: the port is taken.
    """
    with socket.socket() as listening, explorer(settings, is_indexing=True) as app:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
        except OSError as error:
            raise ConfigError(
                f"port {port} cannot be used ({error.strerror}): name another (--port)"
            ) from None
        say(f"http://{HOST}:{listening.getsockname()[1]}/ shows what is published in {settings.data_dir}")
        say("Ctrl-C ends it.")
        config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=2)
        uvicorn.Server(config).run(sockets=[listening])
