"""An archive that is grown by links costs a night what it says, and the figures stand in the document."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import obstore
import pytest
from days import DAY, article, stage_day
from obstore.store import MemoryStore

from benchmarks import grown, growth
from benchmarks.year import WAYS, read_a_year, write_year
from pipeline.settings import Settings
from pipeline.stages import run_stage
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch, published_path
from pipeline.store.bucket import Bucket
from pipeline.store.days import published
from pipeline.store.folder import Folder
from pipeline.store.published import replace_day
from quality.web.document import replaced
from schemas import DAY_TABLES

ROOT = Path(__file__).parents[1]

A_DAY = 4
NAMES = ("a", "b", "c")


def test_the_document_has_the_figures_that_are_kept() -> None:
    figures = json.loads((ROOT / growth.FIGURES).read_text("utf-8"))
    text = (ROOT / growth.DOCUMENT).read_text("utf-8")
    assert replaced(text, "growth", growth.table(figures), command=growth.COMMAND) == text, growth.COMMAND
    assert not growth.missed(figures)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[grown.Tables], Any]:
    """Tables of a day, of three articles of which each has a text of its own."""
    store = Store(str(tmp_path_factory.mktemp("base")))
    more = " Divers looked at piles and pillars, and the harbour office keeps what they wrote."
    articles = [article(name, text=article().text + more * (n + 2)) for n, name in enumerate(NAMES)]
    stage_day(store, DAY, articles=articles)
    publish(store, Batch(DAY), Settings())
    return grown.base_tables(store)


def archive(root: Path, base: tuple[list[grown.Tables], Any], *, n_made: int, n_days: int) -> Store:
    store = Store(str(root))
    grown.write_drop(store, n_days)
    grown.write_window(store, *base, n_made, A_DAY)
    grown.write_older(store, n_days - n_made)
    return store


def test_no_two_days_of_an_archive_have_the_same_articles(base: tuple[list[grown.Tables], Any]) -> None:
    days = [grown.tables_of(base[0], grown.NIGHT - timedelta(n), A_DAY) for n in range(3)]
    for column in ("article_id", "text", "text_sha256"):
        values = [value for one in days for value in one["articles"][column].to_pylist()]
        assert len({*values}) == len(values) == 3 * A_DAY
    [article_id, *_] = days[0]["articles"]["article_id"].to_pylist()
    text = days[0]["articles"]["text"][0].as_py()
    [claim] = [one for one in days[0]["claims"].to_pylist() if one["article_id"] == article_id]
    assert text[claim["start_char"] : claim["end_char"]] == claim["text"]


def test_a_night_reads_no_file_of_the_older_days(
    tmp_path: Path, base: tuple[list[grown.Tables], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grown, "_YOUNG_S", 0)
    store = archive(tmp_path / "data", base, n_made=grown.WINDOW, n_days=70)
    older = [day for day in published(store).days if day < grown.NIGHT - timedelta(grown.WINDOW)]
    assert len(older) == 70 - grown.WINDOW
    for day in older:
        for row_class in DAY_TABLES:
            store.put(published_path(row_class.table_name, day), b"none of a night's business")
    tables = grown.tables_of(base[0], grown.NIGHT, A_DAY)
    grown.write_night(store, tables)
    assert growth.night(store.root, "ingest")["requests"] < 40
    assert grown.stage_extracted(store, tables) == A_DAY
    growth.night(store.root, "publish")
    assert growth.night(store.root, "derive")["cpu_s"] > 0
    assert len(published(store).days) == 71


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """What is asked of an object store, by the kind of request."""
    asked: Counter[str] = Counter()

    def counted(name: str, of: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*args: Any, **options: Any) -> Any:
            asked[name] += 1
            return of(*args, **options)

        return ask

    for name in ("put", "get", "head", "list", "list_with_delimiter", "delete"):
        monkeypatch.setattr(obstore, name, counted(name, getattr(obstore, name)))
    yield asked


def test_as_many_requests_are_counted_as_an_object_store_is_sent(
    tmp_path: Path,
    base: tuple[list[grown.Tables], Any],
    requests: Counter[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipeline.store.folder._YOUNG_NS", 0)  # by times that a folder's files never have
    place = growth.Counted(str(tmp_path / "data"))
    folder = Store(str(tmp_path / "data"), cast(Folder, place))
    bucket = Store(folder.root, Bucket("s3://news/corpus", MemoryStore()))
    for store in (bucket, folder):
        for back in (2, 1):
            day = grown.NIGHT - timedelta(back)
            tables = grown.tables_of(base[0], day, A_DAY)
            replace_day(store, day, tables, counts=base[1].counts, origin=base[1].origin, inputs=())
            run_stage("derive", store, Batch(day), grown.settings_of(store))
        requests.clear()
        place.requests.clear()
        day = grown.NIGHT
        tables = grown.tables_of(base[0], day, A_DAY)
        replace_day(store, day, tables, counts=base[1].counts, origin=base[1].origin, inputs=())
        run_stage("derive", store, Batch(day), grown.settings_of(store))
        if store is bucket:
            sent = dict(requests)
    assert place.requests.total() == sum(sent.values()), (place.requests, sent)


def test_a_year_is_read_in_each_way(tmp_path: Path, base: tuple[list[grown.Tables], Any]) -> None:
    store = archive(tmp_path / "data", base, n_made=4, n_days=4)
    n_claims = write_year(store, *base, A_DAY)
    assert n_claims == 365 * A_DAY
    rows = [read_a_year(store.root, way)["rows"] for way in WAYS]
    assert rows[:3] == [n_claims] * 3 and 0 <= rows[3] <= n_claims


def test_what_grows_is_named() -> None:
    stage = {"cpu_s": 1.0, "mb": 300, "requests": 50}
    sizes = [{"stages": {name: dict(stage) for name in growth.STAGES}} for _ in range(2)]
    assert growth.missed({"sizes": sizes}) == []
    sizes[1]["stages"] = sizes[1]["stages"] | {"derive": stage | {"requests": 151, "mb": 1501}}
    assert growth.missed({"sizes": sizes}) == [
        "derive, mb: 1501 after 300",
        "derive, requests: 151 after 50",
        "derive: 1501 MB",
    ]
