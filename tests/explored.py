"""Published days made by hand, and the explorer served over them, for tests of its pages."""

import contextlib
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from days import TEXT, article, full_rows, rows_of, stage_day

from pipeline.desk.explorer.asked import Asked
from pipeline.desk.explorer.filters import Filters
from pipeline.desk.explorer.search_index import Indexes
from pipeline.desk.explorer.serve import explorer
from pipeline.desk.explorer.snapshot import Desk, Snapshot
from pipeline.identity import content_id
from pipeline.settings import Settings
from pipeline.stages.derive import derive
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch
from schemas.claims import Quantity

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
LAST = date(2026, 3, 4)
"""Of the sample, which begins on the first day, too."""
MARA = content_id("entity", "mara lindqvist")
A1, A2, B1, B2 = (content_id(name) for name in ("a1", "a2", "b1", "b2"))
TAILS = {
    A1: "",
    A2: " Engineers closed two lanes at dawn 🌉, and queues reached the old customs house by nine.",
    B1: " In the capital nobody was told before lunch; ministers were travelling, an aide wrote later.",
    B2: "",
}
EVIL = "<script>document.title='run'</script>\"'><img src=x onerror=\"document.title='run'\">"


def publish_day(store: Store, day: date, articles: Sequence[Any], **rows: list[Any]) -> None:
    """Publish a day of articles with TEXT at their beginning; `rows` replace those that they would get."""
    stage_day(store, day, articles=articles, change=rows, shard_size=1000)
    publish(store, Batch(day), Settings())
    derive(store, Batch(day), Settings())


def two_days(root: Path) -> Store:
    """Two days of two outlets: b2 repeats a1; a2 gives only its day; all make one claim."""
    store = Store(str(root))
    for day, ids in ((FIRST, [A1, A2]), (SECOND, [B1, B2])):
        publish_day(
            store,
            day,
            [
                article(
                    id,
                    text=TEXT + TAILS[id],
                    n_chars=len(TEXT + TAILS[id]),
                    source="Brenn Echo" if id == B1 else "The Albion Courier",
                    title=f"Bridge {id[:2]} 🌉",
                    url=f"https://news.example/{id}",
                    published_at=datetime(2026, 3, day.day, 8 if id == B1 else 9, tzinfo=UTC),
                    published_at_precision="day" if id == A2 else "minute",
                )
                for id in ids
            ],
            **full_rows(ids),
        )
    return store


def evil_day(root: Path) -> Store:
    """A day whose every text is an attempt to run a script in a browser or a formula in a spreadsheet."""
    store = Store(str(root))
    rows: dict[str, list[Any]] = {"entities": [], "mentions": [], "quotes": [], "claims": []}
    articles = []
    for n, text in enumerate((EVIL, '=HYPERLINK("http://127.0.0.1:9/")', "javascript:alert(1)")):
        id = content_id("evil", n)
        made = rows_of(id)
        rows["entities"] += [
            replace(row, name=f"{text} Lindqvist", aliases=[text], role=text) for row in made["entities"]
        ]
        rows["mentions"] += made["mentions"]
        rows["quotes"] += [
            replace(row, speaker=text, speaker_name=f"{text} Lindqvist", cue=text) for row in made["quotes"]
        ]
        [claim] = made["claims"]
        amounts = [Quantity(text, 1.0, text, text, 20, 23)]
        rows["claims"].append(replace(claim, subject=text, topics=[text], quantities=amounts, claimer=text))
        articles.append(
            article(
                id,
                text=f"{TEXT} {text}",
                n_chars=len(f"{TEXT} {text}"),
                title=text,
                source=text,
                authors=[text],
                wire_source=text,
                url=f"javascript:document.title='run'//{n}",
            )
        )
    publish_day(store, FIRST, articles, **rows)
    return store


@contextlib.contextmanager
def looking(store: Store) -> Iterator[Snapshot]:
    """Give a snapshot of a store, without decisions."""
    with contextlib.closing(Desk(store, Path(store.root) / "none.jsonl")) as desk, desk.snapshot() as found:
        yield found


def asked_of(
    snapshot: Snapshot,
    query: dict[str, str] | None = None,
    *,
    path: dict[str, str] | None = None,
    **filters: Any,
) -> Asked:
    """Return a request, of all days of the sample if no others are given; the snapshot gets its window."""
    given = Filters(**{"first": FIRST, "last": LAST, **filters})
    snapshot.window = (given.first, given.last)
    return Asked(path or {}, query or {}, given, snapshot, Indexes.__new__(Indexes))


@contextlib.contextmanager
def serving(store: Store, **settings: Any) -> Iterator[str]:
    """Serve the explorer on a free port of 127.0.0.1; gives its address."""
    given = Settings(data_dir=store.root, **{"decisions_file": Path(store.root) / "none.jsonl", **settings})
    with socket.socket() as listening, explorer(given) as app:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextlib.contextmanager
def asking(store: Store, **settings: Any) -> Iterator[httpx.Client]:
    """Serve the explorer, and give a client that asks it and follows to other addresses."""
    options: dict[str, Any] = {"follow_redirects": True, "timeout": 60, "trust_env": False}
    with serving(store, **settings) as address, httpx.Client(base_url=address, **options) as client:
        yield client


def indexed_words(folder: Path) -> set[str]:
    """All words in the indexes of a folder."""
    found: set[str] = set()
    for path in folder.glob("*.sqlite"):
        with contextlib.closing(sqlite3.connect(path)) as con:
            for table in ("texts", "said"):
                con.execute(
                    f"create virtual table temp.{table}_words using fts5vocab('main', '{table}', 'row')"
                )
                found |= {word for (word,) in con.execute(f"select term from temp.{table}_words")}
    return found
