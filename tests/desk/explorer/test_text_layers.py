"""Whatever lies over whatever: the pieces are the text, and those of a layer are what it spans."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.desk.explorer.layers import Layer, Piece, article_layers, pieces
from pipeline.settings import load_settings
from pipeline.stages.ingest import ingest
from pipeline.store import Store
from pipeline.store.batch import Batch, plan_path, staged_path

KINDS = ("quote", "cue", "speaker", "claim", "mention")
ROOT = Path(__file__).parents[3]


def covered(found: list[Piece], anchor: str) -> str:
    return "".join(piece.text for piece in found if anchor in piece.anchors.split())


@st.composite
def texts_and_layers(draw: st.DrawFn) -> tuple[str, list[Layer]]:
    text = draw(st.text(alphabet="ab é🌉👩‍🚒\n<&", max_size=40))
    spans = st.tuples(st.sampled_from(KINDS), st.integers(-2, 42), st.integers(-2, 42))
    layers = [
        Layer(start=start, end=end, kind=kind, id=f"{n}x", number=n)  # type: ignore[arg-type]
        for n, (kind, start, end) in enumerate(draw(st.lists(spans, max_size=12)), 1)
    ]
    return text, layers


@given(texts_and_layers())
def test_pieces_are_the_text_and_join_to_each_span(case: tuple[str, list[Layer]]) -> None:
    text, layers = case
    found = list(pieces(text, layers))
    assert "".join(piece.text for piece in found) == text
    assert all(text[piece.start :].startswith(piece.text) and piece.text for piece in found)
    opened = [layer for piece in found for layer in piece.opened]
    closed = [layer for piece in found for layer in piece.closed]
    for layer in layers:
        is_inside = 0 <= layer.start < layer.end <= len(text)
        assert covered(found, f"{layer.kind}-{layer.id}") == (
            text[layer.start : layer.end] if is_inside else ""
        )
        assert opened.count(layer) == closed.count(layer) == is_inside


def test_an_interrupted_quotation_opens_once_and_closes_once() -> None:
    text = "“Go,” she said, “now.”"
    layers = [Layer(start=s, end=e, kind="quote", id="q", number=1) for s, e in ((1, 4), (17, 21))]
    found = list(pieces(text, layers))
    assert [piece.text for piece in found if piece.opened] == ["Go,"]
    assert [piece.text for piece in found if piece.closed] == ["now."]
    assert covered(found, "quote-q") == "Go,now."


@pytest.fixture(scope="module")
def sample_texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Texts of the sample by article_id."""
    store = Store(str(tmp_path_factory.mktemp("sample")))
    settings = load_settings(source="drop", drop_dir=ROOT / "data/sample")
    texts: dict[str, str] = {}
    for day in (date(2026, 3, 1) + timedelta(days=n) for n in range(4)):
        ingest(store, Batch(day), settings)
        for shard in store.read_json(plan_path(day))["shards"]:
            rows = store.read(staged_path("articles", Batch(day, shard["shard"])))
            texts |= dict(zip(rows["article_id"].to_pylist(), rows["text"].to_pylist(), strict=True))
    return texts


def spans(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a snapshot, with spans as the tables have them."""
    names = ("content_spans", "cue_spans", "speaker_spans")
    made = {name: [{"start_char": s, "end_char": e} for s, e in row.get(name, ())] for name in names}
    return {**row, **made, "label": "", "voice": row.get("claimer_kind")}


@pytest.mark.parametrize("path", sorted((ROOT / "tests/golden").glob("*.json")), ids=lambda p: p.stem)
def test_the_rows_of_the_sample_join_back_to_its_texts(path: Path, sample_texts: dict[str, str]) -> None:
    rows = json.loads(path.read_text("utf-8"))
    [article] = rows["articles"]
    text = sample_texts[article["article_id"]]
    quotes = [spans({**row, "number": n}) for n, row in enumerate(rows["quotes"], 1)]
    claims = [spans({**row, "number": n}) for n, row in enumerate(rows["claims"], 1)]
    found = list(pieces(text, article_layers(quotes, claims, [spans(row) for row in rows["mentions"]])))
    assert "".join(piece.text for piece in found) == text
    for kind in ("mention", "claim"):
        for row in rows[f"{kind}s"]:
            assert covered(found, f"{kind}-{row[f'{kind}_id']}") == row["text"]
    for row in quotes:
        content = "".join(text[span["start_char"] : span["end_char"]] for span in row["content_spans"])
        assert covered(found, f"quote-{row['quote_id']}") == content
