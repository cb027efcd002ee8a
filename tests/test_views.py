"""Views give the same rows by load, DuckDB and polars; filters find rows, or name what is near."""

import json
import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pytest
from days import TEXT, article, full_rows, stage_day

from pipeline.curation.decision_files import note_decision
from pipeline.errors import ConfigError, DamagedError
from pipeline.identity import content_id
from pipeline.load import load, load_arrow
from pipeline.settings import Settings
from pipeline.stages.derive import derive
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch, published_path
from schemas.views import NAMES, VIEWS

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
MARA = content_id("entity", "mara lindqvist")
TAIL = {
    "a1": "",
    "a2": " Engineers closed two lanes at dawn, and queues reached the old customs house by nine.",
    "b1": " In the capital nobody was told before lunch; ministers were travelling, an aide wrote later.",
    "b2": "",
}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Two days of two outlets; b2 repeats a1; in a2 the entity is another one, by decision."""
    folder = tmp_path_factory.mktemp("views")
    store = Store(str(folder / "data"))
    decisions = folder / "decisions.jsonl"
    lines = [
        {"action": "rename", "entity_id": MARA, "name": "Mara L.", "reason": "as she signs"},
        {"action": "split", "entity_id": MARA, "article_ids": ["a2"], "reason": "another one"},
    ]
    decisions.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    settings = Settings(decisions_file=decisions)
    for day, names in ((FIRST, ["a1", "a2"]), (SECOND, ["b1", "b2"])):
        articles = [
            article(
                name,
                text=TEXT + TAIL[name],
                source="Brenn Echo" if name == "b1" else "The Albion Courier",
                title=f"Title of {name}, 🌉",
                published_at=datetime(2026, 3, day.day, 8 if name == "b1" else 9, tzinfo=UTC),
                published_at_precision="day" if name == "a2" else "minute",
            )
            for name in names
        ]
        stage_day(store, day, articles=articles, change=full_rows(names))
        publish(store, Batch(day), settings)
        derive(store, Batch(day), settings)
    yield store


@pytest.fixture(scope="module")
def con(published: Store) -> duckdb.DuckDBPyConnection:
    """What an analyst has who reads `views.sql`."""
    folder = Path(published.root) / "tables"
    found = duckdb.connect()
    found.execute(f"set file_search_path = '{folder}'")
    found.execute((folder / "views.sql").read_text(encoding="utf-8"))
    return found


def order(name: str) -> str:
    return f"order by {', '.join(VIEWS[name].order)}"


@pytest.mark.parametrize("name", NAMES)
def test_load_duckdb_and_polars_give_the_same_rows(
    published: Store, con: duckdb.DuckDBPyConnection, name: str
) -> None:
    loaded = load_arrow(name, data_dir=published.root)
    assert len(loaded) > 0
    asked = con.sql(f"from {name} {order(name)}")
    assert asked.to_arrow_table().cast(loaded.schema).equals(loaded)
    assert con.sql(f"from {name} {order(name)}").pl().equals(pl.DataFrame(pl.from_arrow(loaded)))
    key = loaded.select(list(VIEWS[name].key))
    assert len(key.group_by(key.column_names).aggregate([])) == len(loaded), "the key occurs twice"


def test_descriptions_stand_in_duckdb_as_well(con: duckdb.DuckDBPyConnection) -> None:
    sql = "from duckdb_columns() select comment where table_name = 'said' and column_name = 'quote'"
    assert con.sql(sql).fetchall() == [("what was said",)]


def test_names_outlets_and_reprints_are_there_and_decisions_obeyed(published: Store) -> None:
    said = load("said", data_dir=published.root).set_index("article_id").to_dict("index")
    assert said["a1"]["speaker_name"] == "Mara L."
    assert said["a1"]["speaker_id"] == MARA != said["a2"]["speaker_id"]
    assert said["b1"]["outlet"] == "Brenn Echo"
    assert [said[name]["is_reprint"] for name in ("a1", "a2", "b1", "b2")] == [False, False, False, True]
    assert said["a1"]["permalink"].startswith("/article/2026-03-01/a1#quote-")
    quotes = load("quotes", data_dir=published.root).set_index("article_id").to_dict("index")
    for name, row in said.items():
        assert row["speaker_id"] == quotes[name]["speaker_entity_id"]
        assert row["speaker_name"] == quotes[name]["speaker_name"]


def test_two_amounts_are_two_rows_and_not_four(published: Store) -> None:
    amounts = load("claim_amounts", where={"article_id": "a1"}, data_dir=published.root)
    assert list(amounts["value"]) == [1.0, 2.0]
    assert list(amounts["said_by"]) == ["Mara L.", "Mara L."]


def test_what_is_mentioned_in_a_quotation(published: Store) -> None:
    names = load("quote_names", where={"article_id": "a1"}, data_dir=published.root).to_dict("records")
    assert [(row["name"], row["n_mentions"], row["n_named"], row["is_speaker"]) for row in names] == [
        ("Mara L.", 1, 0, True)
    ]


def test_who_was_first_is_certain_only_where_no_other_can_have_been_earlier(published: Store) -> None:
    members = load("spread_members", data_dir=published.root).set_index("article_id").to_dict("index")
    assert members["a1"]["rank"] == members["a2"]["rank"] == 1
    assert not members["a1"]["is_first_certain"], "a2 gives only the day, and may have been earlier"
    assert (members["b1"]["rank"], members["b2"]["rank"]) == (3, 4)
    [group] = load("spread", data_dir=published.root).to_dict("records")
    assert (group["n_claims"], group["n_outlets"], list(group["first_outlets"])) == (
        4,
        2,
        ["The Albion Courier"],
    )


def test_days_once_latest_and_columns_hold_for_views(published: Store) -> None:
    root = published.root
    assert set(load("said", days="2026-03-02", data_dir=root)["article_id"]) == {"b1", "b2"}
    assert set(load("said", once=True, data_dir=root)["article_id"]) == {"a1", "a2", "b1"}
    assert list(load("asserted", columns=["claim", "voice"], latest=True, data_dir=root)) == [
        "claim",
        "voice",
    ]
    assert set(load("spread_members", days=(FIRST, FIRST), data_dir=root)["rank"]) == {1}
    assert load("said", days="2025-01-01", data_dir=root).empty
    for name, options in (
        ("spread", {"days": FIRST}),
        ("speakers", {"once": True}),
        ("spread", {"latest": True}),
    ):
        with pytest.raises(ConfigError, match=f"{name} has no column"):
            load(name, **options, data_dir=root)


@pytest.mark.parametrize("table, column", [("said", "outlet"), ("articles", "source")])
@pytest.mark.parametrize(
    "where, found",
    [
        ({"@": "Brenn Echo"}, {"b1"}),
        ({"@": ["Brenn Echo", "The Albion Courier"], "day": "2026-03-02"}, {"b1", "b2"}),
        ({"article_id": {"a1", "b2"}}, {"a1", "b2"}),
        ({"wire_source": None, "day": FIRST}, {"a1", "a2"}),
        ({"title": []}, set()),
        ("@ = 'Brenn Echo' or article_id = 'a1' -- the ferry", {"a1", "b1"}),
        ("title ilike '%of b_, %'", {"b1", "b2"}),
    ],
)
def test_rows_are_those_asked_for(
    published: Store, table: str, column: str, where: Any, found: set[str]
) -> None:
    asked = (
        where.replace("@", column)
        if isinstance(where, str)
        else {k.replace("@", column): v for k, v in where.items()}
    )
    rows = load(table, where=asked, columns=["article_id"], data_dir=published.root)
    assert set(rows["article_id"]) == found
    assert list(rows) == ["article_id"]


def test_names_are_filtered_as_they_are_shown(published: Store) -> None:
    def articles(**where: Any) -> set[str]:
        return set(load("quotes", where=where, latest=True, data_dir=published.root)["article_id"])

    assert articles(speaker_name="Mara L.") == {"a1", "b1", "b2"}
    assert articles(speaker_entity_ids=MARA) == {"a1", "b1", "b2"}
    assert set(load("entity_index", where={"name": "Mara L."}, data_dir=published.root)["entity_id"]) == {
        MARA
    }


@pytest.mark.parametrize(
    "table, where, message",
    [
        ("said", {"outlett": "The Albion Courier"}, "said has no column 'outlett', but outlet or"),
        (
            "quotes",
            {"speaker": "x", "speker_name": "y"},
            "quotes has no column 'speker_name', but speaker_name or",
        ),
        (
            "said",
            {"outlet": "the albion couriar"},
            "no row of said has outlet 'the albion couriar'; the nearest: 'The Albion Courier'",
        ),
        ("quotes", {"kind": ["indirekt"]}, "no row of quotes has kind 'indirekt'; the nearest: 'indirect'"),
        ("said", {"speaker_name": "lindqvist"}, "the nearest: 'Mara L"),
        ("said", "outlett = 'x'", "said: the condition cannot be answered .*outlet"),
        ("quotes", "spoken ==", "quotes: the condition cannot be answered"),
        ("said", {"day": "yesterday"}, "said: the condition cannot be answered"),
        ("said", "outlet in (select * from read_text('/etc/hostname'))", "cannot be answered"),
        ("sayd", {}, "no table 'sayd'; said"),
    ],
)
def test_what_is_not_there_is_told_with_the_nearest(
    published: Store, table: str, where: Any, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        load(table, where=where, data_dir=published.root)


def test_a_value_of_a_closed_list_may_have_no_rows(published: Store) -> None:
    for table in ("said", "quotes"):
        assert load(table, where={"kind": "direct"}, data_dir=published.root).empty


def test_a_value_of_another_day_gives_no_rows_and_no_error(published: Store) -> None:
    found = load("said", days=FIRST, where={"outlet": "Brenn Echo"}, data_dir=published.root)
    assert found.empty and list(found) == VIEWS["said"].schema.names


def test_a_column_of_ids_goes_by_the_index_in_views_only(published: Store) -> None:
    with pytest.raises(ConfigError, match="by the index"):
        load("said", as_indexed=False, data_dir=published.root)


def test_claims_that_people_told_apart_have_not_spread(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    texts = {name: TEXT + TAIL[name] for name in ("a2", "b1")}
    stage_day(store, FIRST, articles=[article(name, text=text, source=name) for name, text in texts.items()])
    publish(store, Batch(FIRST), Settings())
    derive(store, Batch(FIRST), Settings())
    assert list(load("spread", data_dir=store.root)["n_claims"]) == [2]
    first, other = load("asserted", data_dir=store.root)["claim_id"]
    apart = {"action": "not-same-claim", "claim_id": first, "other_id": other, "reason": "another bridge"}
    note_decision(store, apart)
    derive(store, Batch(FIRST), Settings())
    assert load("spread", data_dir=store.root).empty
    assert set(load("asserted", data_dir=store.root)["n_outlets"]) == {1}


@pytest.mark.parametrize(
    ("name", "where"),
    [("said", {"outlet": "Brenn Echo"}), ("spread", "n_outlets > 0"), ("quotes", {"is_speech": True})],
)
def test_what_does_not_fit_into_memory_is_not_put_where_the_caller_happens_to_be(
    published: Store, monkeypatch: pytest.MonkeyPatch, name: str, where: Any
) -> None:
    spills: list[str] = []
    connect = duckdb.connect

    def connecting(**options: Any) -> duckdb.DuckDBPyConnection:
        con = connect(**options)
        spills.extend(row[0] for row in con.sql("select current_setting('temp_directory')").fetchall())
        return con

    monkeypatch.setattr(duckdb, "connect", connecting)
    load_arrow(name, where=where, data_dir=published.root)
    assert {*spills} == {tempfile.gettempdir()}


def test_a_view_never_reads_a_damaged_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.load._ATTEMPTS", 1)
    store = Store(str(tmp_path))
    stage_day(store, FIRST, articles=[article("a1")])
    publish(store, Batch(FIRST), Settings())
    derive(store, Batch(FIRST), Settings())
    assert len(load("said", data_dir=store.root)) == 1
    path = published_path("quotes", FIRST)
    whole = store.get(path)
    for damaged in (b"", whole[:-9], whole.replace(b"bridge", b"fridge"), whole[: len(whole) // 2]):
        assert damaged != whole
        store.put(path, damaged)
        with pytest.raises(DamagedError, match="run the day again"):
            load("said", data_dir=store.root)
    store.put(path, whole)
    assert isinstance(load_arrow("said", data_dir=store.root), pa.Table)


def test_what_the_document_shows_runs(published: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    document = (Path(__file__).parents[1] / "docs/desk.md").read_text(encoding="utf-8")
    shown = re.findall(r"```python\n(.*?)```", document, re.DOTALL)
    monkeypatch.chdir(Path(published.root).parent)
    names: dict[str, Any] = {}
    for block in shown:
        exec(block, names)
    assert set(names["said"]["article_id"]) == set()
    assert len(names["firm"]) == 4
    assert names["about"]["quote_id"].is_empty()
