"""What people decide holds at once, alike for `load`, DuckDB and the explorer; numbers follow by derive."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from explored import A1, A2, B1, B2, MARA, SECOND, two_days

from pipeline import cli
from pipeline.curation.decisions_now import decide, read_decisions_now
from pipeline.desk.explorer.snapshot import Desk
from pipeline.find import find
from pipeline.identity import content_id
from pipeline.load import load, load_arrow, load_batches
from pipeline.settings import Settings
from pipeline.stages.derive import derive
from pipeline.store import Store
from pipeline.store.batch import DECISIONS, DECISIONS_NOW, Batch
from schemas.views import NAMES, VIEWS

OWN = content_id("split", MARA, A2)
OF_MARA = {"entity_id": MARA, "reason": "test"}
RENAME = {"action": "rename", "name": "Mara L.", **OF_MARA}
SPLIT = {"action": "split", "article_ids": [A2], **OF_MARA}
NAME_OWN = {"action": "rename", "entity_id": OWN, "name": "Another Mara", "reason": "test"}
MERGE = {"action": "merge", "entity_id": OWN, "into": MARA, "reason": "the same after all"}
LATER_NUMBERS = ("n_outlets", "n_origins")


def claim(name: str) -> str:
    return content_id("claim", name)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return two_days(tmp_path / "data")


def decided(store: Store, *decisions: dict[str, Any]) -> None:
    for decision in decisions:
        decide(store, decision, Path(store.root) / "none.jsonl")


def views(store: Store) -> dict[str, pa.Table]:
    """All views, which DuckDB with `views.sql` and the explorer must answer as `load` does."""
    con = duckdb.connect()
    con.execute(f"set file_search_path = '{store.root}/tables'")
    con.execute((Path(store.root) / "tables" / "views.sql").read_text(encoding="utf-8"))
    desk = Desk(store, Path(store.root) / "none.jsonl")
    found = {}
    for name in NAMES:
        found[name] = load_arrow(name, data_dir=store.root)
        sql = f"from {name} order by {', '.join(VIEWS[name].order)}"
        assert con.sql(sql).to_arrow_table().cast(found[name].schema).equals(found[name]), name
        with desk.snapshot() as snapshot:
            assert snapshot.batches(sql).read_all().cast(found[name].schema).equals(found[name]), name
    desk.close()
    return found


def speakers(said: dict[str, pa.Table]) -> dict[str, tuple[str | None, str | None]]:
    """By article: speaker_id and name."""
    columns = ("article_id", "speaker_id", "speaker_name")
    return {row[0]: row[1:] for row in zip(*(said["said"][c].to_pylist() for c in columns), strict=True)}


CASES: dict[str, tuple[list[dict[str, Any]], Callable[[dict[str, pa.Table]], object], object]] = {
    "rename": ([RENAME], lambda found: {*speakers(found).values()}, {(MARA, "Mara L.")}),
    "split": (
        [SPLIT],
        lambda found: [speakers(found)[id] for id in (A1, A2)],
        [(MARA, "Mara Lindqvist"), (OWN, "Mara Lindqvist")],
    ),
    "split and rename": (
        [SPLIT, NAME_OWN],
        lambda found: found["speakers"].select(["speaker_id", "name", "n_quotes"]).to_pylist(),
        [
            {"speaker_id": MARA, "name": "Mara Lindqvist", "n_quotes": 3},
            {"speaker_id": OWN, "name": "Another Mara", "n_quotes": 1},
        ],
    ),
    "split and merge": ([SPLIT, MERGE], lambda found: found["speakers"]["n_quotes"].to_pylist(), [4]),
    "wrong speaker": (
        [{"action": "wrong-speaker", "quote_id": content_id("quote", B1), "speaker_id": None, "reason": "r"}],
        lambda found: (speakers(found)[B1], speakers(found)[A1][0]),
        ((None, None), MARA),
    ),
    "not the same claim": (
        [{"action": "not-same-claim", "claim_id": claim(A1), "other_id": claim(B2), "reason": "r"}],
        lambda found: {*found["spread_members"]["article_id"].to_pylist()},
        {A1, A2, B1},
    ),
}


@pytest.mark.parametrize("decisions, shown, expected", CASES.values(), ids=CASES)
def test_it_shows_at_once_in_all_ways_and_stays_so(
    store: Store, decisions: list[dict[str, Any]], shown: Callable[[Any], object], expected: object
) -> None:
    before = views(store)
    assert shown(before) != expected or MERGE in decisions
    decided(store, *decisions)
    now = views(store)
    assert shown(now) == expected
    derive(store, Batch(SECOND), Settings(decisions_file=Path(store.root) / "none.jsonl"))
    for name, rows in views(store).items():
        kept = [column for column in rows.column_names if column not in LATER_NUMBERS]
        assert rows.select(kept).equals(now[name].select(kept)), name


def test_a_merge_of_two_that_were_there_before(store: Store) -> None:
    decided(store, SPLIT)
    derive(store, Batch(SECOND), Settings(decisions_file=Path(store.root) / "none.jsonl"))
    assert len(views(store)["speakers"]) == 2
    decided(store, MERGE)
    assert views(store)["speakers"]["n_quotes"].to_pylist() == [4]
    index = load("entity_index", data_dir=store.root).set_index("entity_id")
    assert index["merged_into"][OWN] == MARA
    assert index["n_articles"][MARA] == 3  # counted when it was derived
    assert {*load("quotes", data_dir=store.root)["speaker_entity_id"]} == {MARA}
    derive(store, Batch(SECOND), Settings(decisions_file=Path(store.root) / "none.jsonl"))
    assert load("entity_index", data_dir=store.root).set_index("entity_id")["n_articles"][MARA] == 4


def test_a_new_name_is_in_tables_and_found_as_well(store: Store) -> None:
    decided(store, RENAME, SPLIT, NAME_OWN)
    quotes = load("quotes", data_dir=store.root).set_index("article_id")
    assert list(quotes["speaker_name"][[A1, A2]]) == ["Mara L.", "Another Mara"]
    assert list(quotes["speaker_entity_id"][[A1, A2]]) == [MARA, OWN]
    claims = load("claims", columns=["article_id", "claimer_name"], data_dir=store.root)
    assert claims.set_index("article_id")["claimer_name"][B1] == "Mara L."
    assert find("mara l.", data_dir=store.root)["name"].iloc[0] == "Mara L."
    as_found = load("quotes", as_indexed=False, data_dir=store.root)
    assert {*as_found["speaker_name"]} == {"Mara Lindqvist"}


def test_a_group_that_is_left_with_one_is_none(store: Store) -> None:
    told_apart = [(A1, A2), (A1, B1), (A1, B2), (A2, B1), (A2, B2)]
    decided(
        store,
        *(
            {"action": "not-same-claim", "claim_id": claim(one), "other_id": claim(other), "reason": "r"}
            for one, other in told_apart
        ),
    )
    found = views(store)
    assert len(found["spread"]) == 0
    assert len(load("claim_groups", data_dir=store.root)) == 0
    assert len(found["asserted"]) == 4


def test_what_is_not_derived_again_is_read_from_the_last_derive(store: Store) -> None:
    decided(store, RENAME)
    derive(store, Batch(SECOND), Settings(decisions_file=Path(store.root) / "none.jsonl"))
    before = load("said", data_dir=store.root)
    store.remove(DECISIONS_NOW)  # as a store has it that was derived before there was this file
    assert load("said", data_dir=store.root).equals(before)
    assert read_decisions_now(store).decisions.renamed == {MARA: "Mara L."}


@pytest.mark.parametrize(
    "words, name",
    [
        (["rename", MARA, "--name", "Mara L."], "Mara L."),
        (["split", MARA, "--article", A1], "Mara Lindqvist"),
        (["merge", MARA, "--into", "m lindqvist"], "Mara Lindqvist"),
    ],
)
def test_the_command_lets_it_hold(
    store: Store, monkeypatch: pytest.MonkeyPatch, words: list[str], name: str
) -> None:
    monkeypatch.setenv("NEWSTABLES_DATA_DIR", store.root)
    monkeypatch.setenv("NEWSTABLES_DECISIONS_FILE", str(Path(store.root) / "none.jsonl"))
    monkeypatch.setattr("sys.argv", ["newstables", "decide", *words, "--reason", "test"])
    derived = store.get(DECISIONS)
    before = speakers(views(store))[A1]
    with pytest.raises(SystemExit) as ended:
        cli.main()
    sys.stdout.flush()
    assert not ended.value.code
    now = speakers(views(store))[A1]
    assert now != before and now[1] == name
    assert store.get(DECISIONS) == derived, "derived tables are those of the decisions before"


@pytest.mark.parametrize(("table", "n_reads"), [("quotes", 1), ("claims", 1), ("said", 2)])
def test_decisions_are_not_read_again_for_each_day(
    store: Store, monkeypatch: pytest.MonkeyPatch, table: str, n_reads: int
) -> None:
    decided(store, RENAME)
    read: list[str] = []
    as_it_is = Store.read_json

    def counted(self: Store, path: str) -> Any:
        read.append(path)
        return as_it_is(self, path)

    monkeypatch.setattr(Store, "read_json", counted)
    rows = load_batches(table, data_dir=store.root).read_all()
    assert len(set(rows["day"].to_pylist())) == 2
    assert read.count(DECISIONS_NOW) == n_reads
