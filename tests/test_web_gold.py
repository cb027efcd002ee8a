"""The stand-off gold of web news holds together, as far as can be told without the texts."""

import json
from pathlib import Path
from typing import Any

import pytest

WEB = Path(__file__).parent / "gold" / "web"
FOLDERS = (WEB, WEB / "second")
LABELS = {"PERSON", "ORG", "GPE", "LOC", "NORP", "FAC", "EVENT", "WORK_OF_ART", "LAW", "PRODUCT"}


def records(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def spans_of(item: dict[str, Any]) -> list[list[int]]:
    spans = [[item["start"], item["end"]]] if "start" in item else []
    for key in ("content", "cue", "speaker", "claimer", "hedges"):
        spans += item.get(key, [])
    return spans + [item[key] for key in ("subject", "predicate") if item.get(key)]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_all_three_layers_are_of_the_same_articles(folder: Path) -> None:
    heads = [
        [(r["doc_id"], r["text_sha256"], r["n_chars"], r["kind"]) for r in records(folder, name)]
        for name in ("entities", "quotes", "claims")
    ]
    assert heads[0] == heads[1] == heads[2]
    assert len(heads[0]) == (40 if folder == WEB else 10)
    assert json.loads((folder / "claims_until.json").read_text()).keys() == {head[0] for head in heads[0]}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
@pytest.mark.parametrize(
    ("name", "key"), [("entities", "mentions"), ("quotes", "quotes"), ("claims", "claims")]
)
def test_spans_lie_in_the_text_and_no_text_is_kept(folder: Path, name: str, key: str) -> None:
    for record in records(folder, name):
        assert len(record[key]) or name == "quotes"
        for item in record[key]:
            assert "text" not in item and "name" not in item
            assert all(0 <= start < end <= record["n_chars"] for start, end in spans_of(item)), item


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_is_referred_to_is_there(folder: Path) -> None:
    entities = {r["doc_id"]: r["entities"] for r in records(folder, "entities")}
    quotes = {r["doc_id"]: {q["id"] for q in r["quotes"]} for r in records(folder, "quotes")}
    for record in records(folder, "entities"):
        assert {m["entity_id"] for m in record["mentions"]} == record["entities"].keys()
        assert set(record["entities"].values()) <= LABELS
    for record in records(folder, "quotes"):
        for quote in record["quotes"]:
            assert quote["parent"] is None or quote["parent"] in quotes[record["doc_id"]]
            assert set(quote["speaker_entities"]) <= entities[record["doc_id"]].keys()
    for record in records(folder, "claims"):
        for claim in record["claims"]:
            assert set(claim["chain"]) <= quotes[record["doc_id"]]
            assert (claim["claimer_kind"] == "attributed") == bool(claim["claimer"])
            assert (claim["claimer_kind"] == "outlet") == (claim["quote_id"] is None)
