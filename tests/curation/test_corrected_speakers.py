"""A person corrects a speaker: every reader obeys at once, and the published files stay as they are."""

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from days import article, rows_of, stage_day

from pipeline import cli
from pipeline.curation.decision_files import load_decisions, note_decision
from pipeline.curation.decisions import decisions_json, decisions_of_json
from pipeline.errors import InputError
from pipeline.identity import content_id
from pipeline.load import load
from pipeline.settings import Settings
from pipeline.stages.derive import derive
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch, published_path
from schemas import EntityRow

DAY = date(2026, 3, 1)
MARA = content_id("entity", "mara lindqvist")
ODA, ODA_LATER = "oda", "oda-as-one"
Q1, Q2, Q3 = (content_id("quote", name) for name in ("a1", "a2", "a3"))


def second(article_id: str) -> EntityRow:
    """Another entity of the article, who may have spoken."""
    [mara] = rows_of(article_id)["entities"]
    assert isinstance(mara, EntityRow)
    return replace(mara, entity_id=ODA, name="Oda Fenn", n_mentions=1, aliases=["Oda Fenn"])


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Three articles whose quotation Mara Lindqvist is taken to say; Oda Fenn is named too, and merged."""
    store = Store(str(tmp_path / "data"))
    monkeypatch.setenv("NEWSTABLES_DATA_DIR", store.root)
    monkeypatch.setenv("NEWSTABLES_DECISIONS_FILE", str(tmp_path / "decisions.jsonl"))
    names = ["a1", "a2", "a3"]
    change: dict[str, list[Any]] = {"entities": [], "claims": []}
    for name in names:
        change["entities"] += [*rows_of(name)["entities"], second(name)]
        [claim] = rows_of(name)["claims"]
        others = {"claimer_entity_id": ODA, "claimer_name": "Oda Fenn"}  # whom the speaker only reports
        change["claims"] += [claim, replace(claim, claim_id=f"{name}-of-oda", **others)]
        outlet = {"claimer_kind": "outlet", "claimer_entity_id": None, "claimer_name": None}
        change["claims"].append(replace(claim, claim_id=f"{name}-of-outlet", **outlet))
    stage_day(store, DAY, articles=[article(name) for name in names], change=change, shard_size=3)
    note_decision(store, {"action": "merge", "entity_id": ODA, "into": ODA_LATER, "reason": "the same"})
    publish(store, Batch(DAY), Settings())
    derive(store, Batch(DAY), Settings())
    return store


def decide(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["newstables", "decide", "wrong-speaker", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    sys.stdout.flush()
    return int(ended.value.code or 0)


def spoken(root: str) -> dict[str, tuple[Any, ...]]:
    """What each quotation shows, by the view and by DuckDB, which must agree."""
    columns = ["quote_id", "speaker_id", "speaker_name", "speaker_or_words", "is_corrected"]
    rows = load("said", columns=columns, data_dir=root)
    con = duckdb.connect()
    con.execute(f"set file_search_path = '{root}/tables'")
    con.execute(Path(root, "tables/views.sql").read_text(encoding="utf-8"))
    asked = con.sql(f"select {', '.join(columns)} from said").fetchall()
    assert sorted(asked) == sorted(rows.astype(object).where(rows.notna(), None).itertuples(index=False))
    return {row[0]: row[1:] for row in asked}


FOUND = (MARA, "Mara Lindqvist", "Mara Lindqvist", False)


@pytest.mark.parametrize("who", ["oda", "oda-as-one", "Oda Fenn"])
def test_a_corrected_speaker_is_shown_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    path = published_path("quotes", DAY)
    before = store.get(path)
    assert spoken(store.root) == {Q1: FOUND, Q2: FOUND, Q3: FOUND}
    assert decide(monkeypatch, Q1, "--speaker", who, "--reason", "the mayor speaks") == 0
    assert decide(monkeypatch, Q2, "--nobody", "--reason", "a passer-by, unnamed") == 0
    now = spoken(store.root)
    assert now[Q1] == (ODA_LATER, "Oda Fenn", "Oda Fenn", True)
    assert now[Q2] == (None, None, None, True)
    assert now[Q3] == FOUND
    assert store.get(path) == before
    raw = load("quotes", as_indexed=False).set_index("quote_id")
    assert list(raw.loc[[Q1, Q2], "speaker_entity_id"]) == [MARA, MARA]
    quotes = load("quotes").set_index("quote_id")
    assert list(quotes["speaker_name"].fillna("-").loc[[Q1, Q2, Q3]]) == ["Oda Fenn", "-", "Mara Lindqvist"]
    assert list(quotes.loc[[Q1, Q2], "speaker_method"]) == ["decision", "decision"]
    assert [list(ids) for ids in quotes.loc[[Q1], "speaker_entity_ids"]] == [[ODA_LATER]]
    assert load("quotes", columns=["speaker_name"], where={"quote_id": Q1})["speaker_name"][0] == "Oda Fenn"


def test_claims_follow_the_speaker_and_nobody_else(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert decide(monkeypatch, Q1, "--nobody", "--reason", "unnamed") == 0
    assert decide(monkeypatch, Q2, "--speaker", ODA, "--reason", "she says so") == 0
    view = load("asserted").set_index("claim_id")
    claims = load("claims").set_index("claim_id")
    for article_id, who, kind in (("a1", None, "unknown"), ("a2", "Oda Fenn", "attributed")):
        claim_id = content_id("claim", article_id)
        assert view.loc[claim_id, "is_corrected"] and view.loc[claim_id, "voice"] == kind
        assert claims.loc[claim_id, "claimer_kind"] == kind
        for table, column in ((view, "said_by"), (claims, "claimer_name")):
            shown = table[column].astype(object).where(table[column].notna(), None)
            assert shown[claim_id] == who
            assert shown[f"{article_id}-of-oda"] == "Oda Fenn"
        assert not view.loc[f"{article_id}-of-oda", "is_corrected"]
        assert view.loc[f"{article_id}-of-outlet", "voice"] == "outlet"
        assert claims.loc[f"{article_id}-of-outlet", "claimer_kind"] == "outlet"


def test_the_last_word_counts_and_survives_a_derive(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(monkeypatch, Q1, "--nobody", "--reason", "unnamed")
    decide(monkeypatch, Q1, "--speaker", "Oda Fenn", "--reason", "named after all")
    days = load("speaker_days").set_index("speaker_id")
    assert list(days["n_quotes"]) == [3]
    derive(store, Batch(DAY), Settings())
    days = load("speaker_days").set_index("speaker_id")
    assert dict(days["n_quotes"]) == {MARA: 2, ODA_LATER: 1}
    assert spoken(store.root)[Q1][1] == "Oda Fenn"
    line = {"action": "wrong-speaker", "quote_id": Q3, "speaker_id": ODA, "reason": "by hand"}
    Path(store.root).parent.joinpath("decisions.jsonl").write_text(json.dumps(line), encoding="utf-8")
    from pipeline.settings import load_settings

    derive(store, Batch(DAY), load_settings())
    assert spoken(store.root)[Q3][1] == "Oda Fenn"


@pytest.mark.parametrize(
    "words, said",
    [
        ([Q1, "--speaker", "Olaf", "--reason", "r"], "has no entity 'Olaf'; it has Mara Lindqvist ("),
        (["nowhere", "--nobody", "--reason", "r"], "no row of quotes has quote_id 'nowhere'"),
        ([Q1, "--reason", "r"], "say who speaks"),
        ([Q1, "--nobody", "--speaker", ODA, "--reason", "r"], "say who speaks"),
        ([Q1, "--nobody", "--reason", " "], "needs 'reason'"),
    ],
)
def test_what_cannot_be_meant_is_not_noted(
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    assert decide(monkeypatch, *words) != 0
    assert said in " ".join(capsys.readouterr().err.split())
    assert load_decisions(Path(store.root, "none"), store).speakers == {}


def test_a_decision_names_a_speaker_or_null(store: Store) -> None:
    right = {"action": "wrong-speaker", "quote_id": "q", "speaker_id": None, "reason": "r"}
    note_decision(store, right)
    note_decision(store, right | {"speaker_id": "e"})
    found = load_decisions(Path(store.root, "none"), store)
    assert found.speakers == {"q": "e"}
    assert decisions_of_json(decisions_json(found)) == found
    for wrong in ({"speaker_id": ""}, {"speaker_id": 3}, {"quote_id": ""}, {"speaker_id": ["e"]}):
        with pytest.raises(InputError, match="this decision"):
            note_decision(store, right | wrong)
    del right["speaker_id"]
    with pytest.raises(InputError, match="or null for nobody"):
        note_decision(store, right)
