"""The project's scorers give the figures of the scorers that lie beside the corpora."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from agreement import CASES, Table, differences, other_figures, own_figures, typed

from quality.own import annotated, only_names, read_lines
from quality.parses import Parser
from quality.records import mention_records, quote_records

ROOT = Path(__file__).parents[2]
EVAL = Path(os.environ.get("CORPORA") or ROOT.parent / "shared" / "data").parent / "eval"

type Data = tuple[list[dict[str, Any]], dict[str, Any], dict[str, Any]]


def recorded() -> Data:
    cases = json.loads(CASES.read_text(encoding="utf-8"))
    return cases["gold"], cases["quotes"], cases["mentions"]


def merged_gold() -> list[dict[str, Any]]:
    quotes, entities = (read_lines(ROOT / "tests" / "gold" / f"{n}.jsonl") for n in ("quotes", "entities"))
    return [q | {"mentions": only_names(e)["mentions"]} for q, e in zip(quotes, entities, strict=True)]


def damaged() -> Data:
    """The gold against itself with every kind of fault: missing, spurious, cut, moved, merged, relabelled."""
    gold = merged_gold()
    quotes, mentions = {}, {}
    for record in merged_gold():
        rows, names = record["quotes"], record["mentions"]
        for number, quote in enumerate(rows):
            first = quote["content"][0]
            match number % 6:
                case 0:
                    first[1] = max(first[0] + 3, first[1] - 12)
                case 1:
                    quote["speaker"] = []
                case 2:
                    quote["speaker"] = rows[number - 1]["speaker"]
                case 3:
                    first[0] = max(0, first[0] - 30)
                case 4:
                    quote["cue"] = []
        for number, name in enumerate(names):
            match number % 7:
                case 0:
                    name["end"] -= 2
                case 1:
                    name["type"] = "ORG"
                case 2:
                    name["entity_id"] = names[number - 1]["entity_id"]
                case 3:
                    name["entity_id"] += "'"
        quotes[record["doc_id"]] = [*rows[1::3], *rows[::3], rows[0] | {"speaker": []}]
        mentions[record["doc_id"]] = names[: len(names) * 5 // 6]
    quotes.pop(gold[0]["doc_id"])
    return gold, quotes, mentions


def found() -> Data:
    """The gold against what the pipeline finds."""
    records = read_lines(ROOT / "tests" / "gold" / "entities.jsonl")
    docs = annotated(records, Parser())
    return (
        merged_gold(),
        {doc_id: quote_records(doc, doc_id) for doc_id, doc in docs.items()},
        {doc_id: mention_records(doc, doc_id) for doc_id, doc in docs.items()},
    )


def as_recorded(*_: Any) -> Table:
    expected: Table = json.loads(CASES.read_text(encoding="utf-8"))["expected"]
    return expected


def as_scored_there(gold: Any, quotes: Any, mentions: Any) -> Table:
    typed(EVAL, gold, quotes)
    return other_figures(EVAL, gold, quotes, mentions)


# Where the other scorers are not on this machine, the recording is all there is to compare with.
COMPARED = [(recorded, as_recorded)]
if (EVAL / "score_quotes.py").is_file():
    COMPARED += [(data, as_scored_there) for data in (recorded, damaged, found)]


@pytest.mark.model
@pytest.mark.parametrize(("data", "others"), COMPARED)
def test_the_own_scorers_agree_with_the_others(
    data: Callable[[], Data], others: Callable[..., Table]
) -> None:
    gold, quotes, mentions = data()
    expected = others(gold, quotes, mentions)
    assert differences(own_figures(gold, quotes, mentions), expected) == {}
    assert sum(0 < values[-1] < 100 for values in expected.values()) >= 12, "too easy to tell scorers apart"
    if data is recorded:
        assert expected == as_recorded(), f"out of date: python tests/quality/agreement.py {EVAL}"
