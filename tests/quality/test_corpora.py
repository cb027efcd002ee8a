"""Corpora in their layout reach the scorers beside them, in the form that these expect.

The corpora here are a few invented sentences, and the scorers stand-ins that check what they get.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.identity import checksum
from quality.corpora import score_corpora
from quality.parses import Parser

TEXT = "Ana Colvey met Tom Askew in Porto. “The bridge is safe,” she said. Askew said it had closed in May."

SCORERS = {
    "score_quotes": """
def score(gold, pred):
    n = sum(len(rows["quotes"]) for rows in pred.values())
    assert set(pred) == set(gold) == {"x"} and all(q["content"] for q in pred["x"]["quotes"])
    row = {"p": 1.0, "r": 2.0, "f": 3.0, "gold": 4, "pred": n}
    keys = ("attributed", "attributed_strict", "content_overlap", "content_exact", "cue_exact")
    types = {k: {"attributed": row} for k in ("direct", "mixed", "indirect")}
    return {**dict.fromkeys(keys, row), "by_type": types, "speaker_head_acc": None, "speaker_n": 0}, []
""",
    "score_entities": """
PRESETS = {k: {"types": ("PER", "ORG", "LOC")} for k in ("newsfair", "gum_news", "meantime", "newswcl50")}
MAP = {"person": "PER", "place": "LOC"}
def trim(text, start, end):
    return start, end
def score(gold, pred, corpus, cut=True, given=False):
    assert [d["doc_id"] for d in pred] == ["x"]
    ids = {m["entity_id"] for d in pred for m in d["mentions"]}
    b3 = {"P": 1.0, "R": 2.0, "F": float(len(ids)) if given else 3.0}
    n = {"mentions": len(pred[0]["mentions"])}
    return {"coref": {"B3": b3, "gold": n, "pred": n}}
""",
    "score_newsclaims": """
def score(gold, pred):
    row = pred["x"]["s1"]
    start, end = row["claim_span"]
    assert gold["x"]["s1"]["text"][start:end + 1].startswith("The mayor opened"), row
    assert row["has_claimer"] is False and row["stance"] == "Affirm"
    assert pred["x"]["s2"] == {"claim": False, "score": 0.0, "has_claimer": False}
    span = {"P": 1.0, "R": 1.0, "F1": 1.0, "n": 1, "iou50": 5.0, "near_exact": 6.0}
    claimer = {"n": 1, "final_F1": 7.0, "in_sent_F1": 7.0, "out_sent_F1": 7.0, "journalist_F1": 7.0}
    return {"span": span, "claimer": claimer, "stance": {"accuracy": 8.0, "n": 1}}
""",
    "score_checkworthy": """
def score(labels, scores):
    assert labels == [1, 0] and len(scores) == 2 and all(0 <= s <= 1 for s in scores)
    return {"AUC": 9.0, "P": 1.0, "R": 2.0, "F1": 3.0, "pos": 1}
""",
}


def mention(part: str, entity: str, kind: str, **more: Any) -> dict[str, Any]:
    start = TEXT.index(part)
    named = kind != "pron"
    return {
        **{"start": start, "end": start + len(part), "entity_id": entity, "named": named, "link": None},
        **{"type": "place" if part == "Porto" else "person", "kind": kind, "salience": 0, **more},
    }


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    """A folder of corpora, and scorers beside it."""
    speaker = [TEXT.index("she"), TEXT.index("she") + 3]
    colvey = {"name": [0, 10], "mentions": [[0, 10], speaker]}
    safe = TEXT.index("The bridge")
    quote = {"content": [[safe, safe + 18]], "cue": [], "speaker": [speaker], "speaker_entity": colvey}
    quotes = {"doc_id": "x", "text": TEXT, "quotes": [quote]}
    mentions = [
        mention("Ana Colvey", "1", "name", salience=5),
        mention("Tom Askew", "2", "name"),
        mention("Porto", "3", "name", link="Q36433"),
        mention("she", "1", "pron"),
    ]
    entities = {"doc_id": "x", "text": TEXT, "mentions": mentions, "sents": [[0, 34]]}
    said = [(0, "s1", "The mayor opened the bridge in May.", 1), (80, "s2", "Good morning, Porto.", 0)]
    sentences = [
        {"sent_id": key, "start_char": at, "end_char": at + len(text), "text": text, "label": label}
        for at, key, text, label in said
    ]
    tuples = {
        "text": "Tom opened the bridge",
        "tuples": [{"pred": "opened", "args": ["Tom", "the bridge"]}],
    }
    targets = [{"span": [1, 2], "fact": 3.0}, {"span": [6, 7], "fact": -3.0}]
    facts = {"text": "Tom opened it and did not close it .", "targets": targets}
    files: dict[str, Any] = {
        **dict.fromkeys(("quotes/gum_news/train.jsonl", "quotes/polnear/dev.jsonl.gz"), quotes),
        **dict.fromkeys(
            [
                f"entities/{n}.jsonl"
                for n in ("newsfair_v2/dev", "gum_news/train", "meantime/dev", "newswcl50/dev")
            ],
            entities,
        ),
        "claims/newsclaims_docs/dev.jsonl": {"doc_id": "x", "sentences": sentences},
        "claims/carb/dev.jsonl": tuples,
        **{f"claims/factuality_{n}/dev.jsonl": facts for n in ("uw", "meantime")},
    }
    import gzip

    debate = [
        {"id": n, "text": t, "label": y}
        for n, (t, y) in enumerate([("Taxes rose by half.", 1), ("Hello.", 0)])
    ]
    for name, records in {**{n: [r] for n, r in files.items()}, "claims/ct24_en/dev.jsonl": debate}.items():
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = "".join(json.dumps(record) + "\n" for record in records).encode()
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    news = {"id": "n", "source": "x", "title": "Bridge", "published_at": "2026-03-04", "text": TEXT}
    wikinews = tmp_path / "data" / "corpora" / "wikinews.jsonl.gz"
    wikinews.parent.mkdir()
    wikinews.write_bytes(gzip.compress(json.dumps(news).encode()))
    (tmp_path / "gold").mkdir()
    labelled = {"doc_id": "n", "start": 0, "end": 35, "checkable": 1, "worth": 1}
    labelled |= {"sha256": checksum(TEXT[:35])}
    (tmp_path / "gold" / "checkworthy.jsonl").write_text(json.dumps(labelled) + "\n")
    (tmp_path / "gold" / "checkworthy_topics.yaml").write_text("bridges: {words: [bridge]}\n")
    (tmp_path / "eval").mkdir()
    for name, code in SCORERS.items():
        (tmp_path / "eval" / f"{name}.py").write_text(code)
    return tmp_path / "data"


@pytest.mark.model
def test_each_corpus_is_scored_and_no_text_of_it_comes_back(corpora: Path) -> None:
    sections = ("quotes", "entities", "claims", "sentences")
    figures = score_corpora(corpora, Parser(), sections, corpora.parent / "gold")
    value = {f"{section}/{name}": f.value for section, rows in figures.items() for name, f in rows.items()}
    assert value["PolNeAR dev: quotations/attributed"] == 3.0
    assert figures["GUM news: quotations"]["is_speech: attributed"].cells()[3] == "4 / 2"
    assert value["GUM news: quotations/pronoun speakers, right entity"] == 100.0
    assert value["GUM news: entities/pronouns, given names"] == 100.0
    assert value["GUM news: entities/pronouns, end to end"] == 100.0
    assert value["GUM news: entities/salience on gold clusters, MAP"] == 100.0
    # Colvey, Askew and Porto are clusters; the pronoun, not being a name, is one by itself.
    assert value["MEANTIME dev: entities/given names: clusters, B3"] == 4.0
    assert value["NewsClaims dev: claims/ranked by checkworthiness, AUC"] == 9.0
    assert value["NewsClaims dev: claims/topics given: ranked by checkworthiness, AUC"] == 9.0
    assert value["CheckThat dev: worth checking in a debate/worth checking"] == 3.0
    assert value["Wikinews: sentences, checkable and worth checking/checkable, AUC"] == 50.0
    assert value["CaRB dev: propositions/tuples"] == 100.0
    assert 0 < value["UW dev: factuality/mean absolute error"] < 3
    assert "bridge" not in repr(figures)
