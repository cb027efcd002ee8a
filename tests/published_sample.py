"""The sample, published in seconds: ingested for real, its rows from the golden files instead of the model.

A test that asks published tables something takes the fixture `sample` of conftest.py.
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.settings import load_settings
from pipeline.stages.derive import derive
from pipeline.stages.ingest import ingest
from pipeline.stages.publish import publish
from pipeline.store import Store
from pipeline.store.batch import Batch, rejects_of, staged_path
from pipeline.store.plan import find_plan
from schemas import EXTRACTED, TABLES
from schemas.table import arrow_schema

ROOT = Path(__file__).parents[1]
DAYS = [date(2026, 3, 1) + timedelta(days=n) for n in range(4)]


def publish_sample(folder: Path) -> Store:
    """Publish all days of the sample in a folder, and derive what spans them."""
    store = Store(str(folder))
    settings = load_settings(data_dir=str(folder), source="drop", drop_dir=ROOT / "data" / "sample")
    snapshots = _snapshots()
    for day in DAYS:
        ingest(store, Batch(day), settings)
        plan = find_plan(store, day)
        assert plan
        for shard in plan.shards:
            lineage = {
                "articles": shard.sha256,
                "code": "golden",
                "model": "golden",
                "settings": dict(plan.settings),
            }
            _stage(store, Batch(day, shard.shard), lineage, snapshots)
        publish(store, Batch(day), settings)
    derive(store, Batch(DAYS[-1]), settings)
    return store


def _snapshots() -> dict[str, dict[str, Any]]:
    """Return the golden files by article_id."""
    read = (json.loads(path.read_text("utf-8")) for path in (ROOT / "tests" / "golden").glob("*.json"))
    return {snapshot["articles"][0]["article_id"]: snapshot for snapshot in read}


def _stage(store: Store, batch: Batch, lineage: dict[str, Any], snapshots: dict[str, dict[str, Any]]) -> None:
    articles = store.read(staged_path("articles", batch)).to_pylist()
    for name in (*EXTRACTED, "rejects"):
        rows = [row for one in articles for row in _rows(snapshots[one["article_id"]], name, one)]
        folder = rejects_of("extract") if name == "rejects" else name
        store.write(staged_path(folder, batch), _table(name, rows), lineage=lineage)
    store.write(staged_path(rejects_of("parse"), batch), _table("rejects", []), lineage=lineage)


def _rows(snapshot: dict[str, Any], table: str, article: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows of an article with what the snapshot leaves out."""
    schema = arrow_schema(TABLES[table])
    for shown in snapshot.get(table, ()):
        row = {field.name: [] if pa.types.is_list(field.type) else None for field in schema} | shown
        for field in schema:
            if pa.types.is_list(field.type) and pa.types.is_struct(field.type.value_type):
                row[field.name] = [_long(part, field.type.value_type) for part in row[field.name]]
        if table == "quotes":
            text, start, end = article["text"], row["start_char"], row["end_char"]
            row |= {
                "context_before": text[max(0, start - 100) : start],
                "context_after": text[end : end + 100],
            }
        yield row | {key: article[key] for key in ("article_id", "day", "run_id")}


def _long(part: Any, kind: pa.StructType) -> dict[str, Any]:
    """Return a struct as it was before it was shortened."""
    names = [field.name for field in kind]
    if isinstance(part, list):
        return dict(zip(names, part, strict=True))
    if names == ["name", "value"] and part.keys() != {"name", "value"}:
        [(name, value)] = part.items()
        return {"name": name, "value": value}
    days = {"start", "end"} & {field.name for field in kind if pa.types.is_date(field.type)}
    return {name: date.fromisoformat(value) if name in days else value for name, value in part.items()}


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    schema = arrow_schema(TABLES[name])
    return pa.Table.from_pylist([{key: row.get(key) for key in schema.names} for row in rows], schema)
