"""Write the golden files: what the pipeline makes of every article of the sample.

    make golden

They are snapshots, not truth (that is tests/gold): a change in them is to be looked at, and committed when it
is what was meant. A file holds the rows of one article, as ingest and `extracted` make them, a row a line.
Five things are done to keep them short, and hide nothing:

* `run_id` is left out, and of the article's text only `text_sha256` is kept.
* `context_before` and `context_after` of quotations are left out: they are cut out of the text.
* `article_id` and `day` stand in the article's row only.
* A column that is null or an empty list is left out of its row.
* Spans are printed as `[start, end]`, named values as `{"name": value}`.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from spacy.language import Language

from pipeline.extract.annotate import extracted
from pipeline.extract.article import ArticleText
from pipeline.extract.staged_articles import read_articles
from pipeline.nlp import load_nlp
from pipeline.settings import load_settings
from pipeline.stages.ingest import ingest
from pipeline.store import Store
from pipeline.store.batch import Batch, plan_path, staged_path

HERE = Path(__file__).parent
SAMPLE = HERE.parents[1] / "data" / "sample"
DAYS = [date(2026, 3, 1) + timedelta(days=n) for n in range(4)]

_LEFT_OUT = {
    "articles": {"run_id", "text"},
    "quotes": {"run_id", "article_id", "day", "context_before", "context_after"},
}
_OF_THE_ARTICLE = {"run_id", "article_id", "day"}


def snapshots(nlp: Language) -> dict[str, str]:
    """Return the snapshot of each article of the sample by the name at the end of its URL."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        settings = load_settings(data_dir=folder, source="drop", drop_dir=SAMPLE)
        found = {}
        for day in DAYS:
            ingest(store, Batch(day), settings)
            for shard in store.read_json(plan_path(day))["shards"]:
                batch = Batch(day, shard["shard"])
                rows = store.read(staged_path("articles", batch)).to_pylist()
                for row, article in zip(rows, read_articles(store, batch), strict=True):
                    assert row["article_id"] == article.article_id
                    name = row["url"].rstrip("/").rsplit("/", 1)[-1].removesuffix(".html")
                    assert name not in found
                    found[name] = as_text({"articles": [row]} | rows_of(nlp, article))
    return found


def rows_of(nlp: Language, article: ArticleText) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of all other tables: none of an article that is not in English."""
    docs = [(nlp(article.text), article)] if article.language == "en" else []
    return {name: table.to_pylist() for name, table in extracted([docs], timeout_s=60.0).items()}


def as_text(tables: dict[str, list[dict[str, Any]]]) -> str:
    """Return rows as JSON, one a line, so that a difference is easy to read."""
    parts = []
    for name, rows in tables.items():
        lines = [json.dumps(dict(_shown(name, row)), ensure_ascii=False, default=str) for row in rows]
        parts.append(f' "{name}": [' + ",".join(f"\n  {line}" for line in lines) + "\n ]")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _shown(table: str, row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    left_out = _LEFT_OUT.get(table, _OF_THE_ARTICLE)
    for column, value in row.items():
        if column in left_out or value is None or value == []:
            continue
        yield column, [_short(part) for part in value] if isinstance(value, list) else value


def _short(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    if part.keys() == {"start_char", "end_char"}:
        return [part["start_char"], part["end_char"]]
    if part.keys() == {"name", "value"}:
        return {part["name"]: part["value"]}
    return {key: value for key, value in part.items() if value is not None}


def main() -> None:
    """Write all files, and remove those of articles that are no longer there."""
    made = snapshots(load_nlp())
    for path in HERE.glob("*.json"):
        if path.stem not in made:
            path.unlink()
    for name, text in made.items():
        (HERE / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
