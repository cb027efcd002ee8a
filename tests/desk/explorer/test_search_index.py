"""Indexes of words: one for each run of a day, and none of what is not published any more."""

from datetime import date
from pathlib import Path

import pytest
from days import TEXT, article
from explored import A1, A2, FIRST, SECOND, indexed_words, publish_day, two_days

from pipeline.desk.explorer.search_index import Hits, Indexes, cache_folder, search, sweep
from pipeline.desk.forget import forget
from pipeline.errors import DamagedError
from pipeline.store.batch import published_path
from pipeline.store.manifest import Manifest, manifests


def found(indexes: Indexes, there: list[Manifest], match: str, **options: object) -> Hits:
    files, left = indexes.ready(there, seconds=60)
    assert not left
    given: dict[str, object] = {
        "where": "texts",
        "outlet": "",
        "kind": "",
        "without": (),
        "offset": 0,
        "n": 10,
        **options,
    }
    return search(files, match, **given)  # type: ignore[arg-type]


def test_a_file_is_made_once_for_each_run(tmp_path: Path) -> None:
    store = two_days(tmp_path)
    indexes = Indexes(store, cache_folder(store))
    there = list(manifests(store).values())
    result = found(indexes, there, '"bridge"')
    assert result.total == 4
    assert result.by_day == {FIRST: 2, SECOND: 2}
    assert result.by_outlet == {"The Albion Courier": 3, "Brenn Echo": 1}
    assert [day for day, *_ in result.hits] == [SECOND, SECOND, FIRST, FIRST]
    made = {path.name: path.stat().st_mtime_ns for path in cache_folder(store).iterdir()}
    assert len(made) == 2
    assert found(indexes, there, '"bridge"', outlet="Brenn Echo").total == 1
    assert found(indexes, there, '"bridge"', without=[A1, A2]).total == 2
    assert found(indexes, there, '"bridge"', where="said", kind="direct").total == 0
    assert len(found(indexes, there, '"bridge"', where="said", offset=3).hits) == 1
    assert made == {path.name: path.stat().st_mtime_ns for path in cache_folder(store).iterdir()}

    publish_day(store, FIRST, [article(A1, text=f"{TEXT} Zebras left.")])
    there = list(manifests(store).values())
    assert found(indexes, there, '"zebras"').total == 1
    now = {path.name for path in cache_folder(store).iterdir()}
    assert len(now) == 2 and len(now & made.keys()) == 1, "the file of the run before is gone"


def test_days_for_which_there_is_no_time_are_named(tmp_path: Path) -> None:
    store = two_days(tmp_path)
    indexes = Indexes(store, cache_folder(store))
    there = list(manifests(store).values())
    assert indexes.ready(there, seconds=0) == ([], [SECOND, FIRST])
    indexes.make(there[0])
    files, left = indexes.ready(there, seconds=0)
    assert [day for day, _ in files] == [FIRST] and left == [SECOND]


def test_words_of_what_is_taken_down_go_from_the_cache(tmp_path: Path) -> None:
    store = two_days(tmp_path)
    indexes = Indexes(store, cache_folder(store))
    found(indexes, list(manifests(store).values()), '"customs"')
    assert "customs" in indexed_words(cache_folder(store))
    forget(store, A2, reason="test")
    assert {path.name[:10] for path in cache_folder(store).iterdir()} == {str(SECOND)}
    assert "customs" not in indexed_words(cache_folder(store))


def test_what_is_swept_away(tmp_path: Path) -> None:
    kept = {"2026-03-01.aaa.v1.sqlite", "notes.txt"}
    gone = {"2026-03-01.bbb.v1.sqlite", "2026-03-02.aaa.v1.sqlite", "2026-03-01.aaa.v0.sqlite", ".x.1.tmp"}
    for name in kept | gone:
        (tmp_path / name).touch()
    sweep(tmp_path, {date(2026, 3, 1): "aaa"}.get)
    assert {path.name for path in tmp_path.iterdir()} == kept
    sweep(tmp_path / "nowhere", lambda _: None)


def test_no_index_is_made_of_damaged_tables(tmp_path: Path) -> None:
    store = two_days(tmp_path)
    store.put(published_path("quotes", FIRST), store.get(published_path("quotes", SECOND)))
    indexes = Indexes(store, cache_folder(store))
    with pytest.raises(DamagedError):
        indexes.make(manifests(store)[FIRST])
    assert not list(cache_folder(store).iterdir())
