"""The sample run forwards, backwards and in one batch: the same tables, and the same ids.

The stages are the real ones with the real model; only the child processes are spared: it is loaded once.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.derived.tables import DERIVED
from pipeline.settings import Settings
from pipeline.stages import STAGES, extract, parse, run_stage
from pipeline.store import Store
from pipeline.store.batch import Batch, derived_path, published_path
from pipeline.store.derived_files import derived_files
from pipeline.store.plan import shards
from schemas import EXTRACTED

pytestmark = [pytest.mark.model, pytest.mark.slow]

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
DAYS = [date(2026, 3, 1) + timedelta(days=n) for n in range(4)]
OUTLETS = ("albion-courier", "meridian-agency")
PUBLISHED = re.compile(rb'("(?:datePublished|published_at)": ")\d{4}-\d\d-\d\d')

Work = Callable[[Sequence[Any]], Any]


@pytest.fixture(scope="module", autouse=True)
def in_this_process() -> Iterator[None]:
    """What children do is done here, and each kind of them is set up once."""
    ready: dict[Any, Work] = {}

    class Here:
        def __init__(self, start: Callable[..., Work], *args: Any, **_: Any) -> None:
            self.work = ready.setdefault(start, ready.get(start) or start(*args))

        def __enter__(self) -> "Here":
            return self

        def __exit__(self, *_: object) -> None:
            pass

    def mapped(chunks: Iterable[Sequence[Any]], children: Here, **_: Any) -> Iterator[Any]:
        return (children.work(chunk) for chunk in chunks)

    with pytest.MonkeyPatch.context() as patch:
        for stage in (parse, extract):
            patch.setattr(stage, "Children", Here)
            patch.setattr(stage, "map_chunks", mapped)
        yield


def settings_for(folder: Path, **values: Any) -> Settings:
    return Settings(drop_dir=folder / "drop", decisions_file=folder / "none.jsonl", **values)


def drop(folder: Path, *, one_day: bool = False) -> None:
    """Drop a few articles of each day of the sample, or all of them as if published on the last day."""
    for number, day in enumerate(DAYS):
        target = folder / "drop" / (DAYS[-1] if one_day else day).isoformat()
        target.mkdir(parents=True, exist_ok=True)
        for outlet in OUTLETS:
            lines = (SAMPLE / day.isoformat() / f"{outlet}.jsonl").read_bytes().splitlines(keepends=True)
            data = b"".join(lines[:2])
            if one_day:
                data = PUBLISHED.sub(rb"\g<1>" + DAYS[-1].isoformat().encode(), data)
            (target / f"{outlet}-{number}.jsonl").write_bytes(data)


def run(store: Store, day: date, settings: Settings, *, without: Sequence[str] = ()) -> None:
    for stage in STAGES:
        if stage.name not in without:
            batches = [Batch(day, n) for n in shards(store, day)] if stage.per_shard else [Batch(day)]
            for batch in batches:
                run_stage(stage.name, store, batch, settings)


def nights(folder: Path, days: Sequence[date]) -> Store:
    """Run the days in this order, one after another."""
    drop(folder)
    store = Store(str(folder / "data"))
    for day in days:
        run(store, day, settings_for(folder, shard_size=2))
    return store


@pytest.fixture(scope="module")
def forwards(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return nights(tmp_path_factory.mktemp("forwards"), DAYS)


def table_bytes(store: Store) -> dict[str, bytes]:
    paths = [published_path(name, day) for name in ("articles", *EXTRACTED) for day in DAYS]
    paths += [path for derived in DERIVED for path in derived_files(store, derived.row_class)]
    return {path: store.get(path) for path in paths}


def rows(store: Store, name: str, days: Sequence[date]) -> list[str]:
    """The rows of a table without what tells of the run; of claims, whose dates are resolved, the ids."""
    found = [row for day in days for row in store.read(published_path(name, day)).to_pylist()]
    apart = found[0].keys() - {"claim_id", "article_id"} if name == "claims" else {"day", "run_id"}
    return sorted(repr({key: value for key, value in row.items() if key not in apart}) for row in found)


def test_days_in_reverse_give_the_same_tables(forwards: Store, tmp_path: Path) -> None:
    assert table_bytes(nights(tmp_path, DAYS[::-1])) == table_bytes(forwards)


def test_one_batch_of_all_days_gives_the_same_rows_and_ids(forwards: Store, tmp_path: Path) -> None:
    drop(tmp_path, one_day=True)
    store = Store(str(tmp_path / "data"))
    run(store, DAYS[-1], settings_for(tmp_path))
    for name in EXTRACTED:
        alone = rows(forwards, name, DAYS)
        assert len(alone) > 10
        assert rows(store, name, DAYS[-1:]) == alone
    by_id = ("entity_id", "name", "label", "aliases", "n_articles", "wikidata_id", "geonames_id")
    index, other = (s.read(derived_path("entity_index"), columns=list(by_id)) for s in (forwards, store))
    assert index.equals(other)


def test_one_rebuild_at_the_end_gives_what_every_night_gave(forwards: Store, tmp_path: Path) -> None:
    drop(tmp_path)
    store = Store(str(tmp_path / "data"))
    for day in DAYS:
        run(store, day, settings_for(tmp_path, shard_size=2), without=["derive"])
    run_stage("derive", store, Batch(DAYS[0]), settings_for(tmp_path, shard_size=2))
    assert table_bytes(store) == table_bytes(forwards)
