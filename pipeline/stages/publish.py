"""Staged rows become published tables: audited, merged into one file per table and day, manifest last.

A reader of any one table always sees a whole day, old or new. The manifest says which run a day is of;
until it is written, `load()` notices that files and manifest differ and looks again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import provenance
from pipeline.curation.takedowns import forgotten_ids
from pipeline.errors import AuditError, InputError
from pipeline.identity import checksum
from pipeline.settings import Settings
from pipeline.stages.audits import audit
from pipeline.store import Store, to_parquet
from pipeline.store.batch import Batch, manifest_path, plan_path, published_path, staged_folder, staged_path
from schemas import DAY_TABLES, EXTRACTED, TABLES, Article, Reject
from schemas.datapackage import datapackage
from schemas.table import SCHEMA_VERSION, arrow_schema

log = logging.getLogger(__name__)


_ORDER = {
    "articles": ("article_id",),
    "rejects": ("record_ref",),
    "entities": ("article_id", "first_start_char", "entity_id"),
    "mentions": ("article_id", "start_char", "mention_id"),
    "quotes": ("article_id", "start_char", "end_char", "quote_id"),
    "claims": ("article_id", "start_char", "end_char", "claim_id"),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """What a day's rows were made with; stands in its manifest."""

    code: str
    model: str
    settings: dict[str, str]


def publish(store: Store, batch: Batch, settings: Settings) -> dict[str, Any]:
    """Publish a staged day, in place of what was published before, and return its counts.

    Args:
        store: where staged and published files lie.
        batch: the day; its shard means nothing here.
        settings: bounds for the audit, and how long a parse is kept.

    Raises:
        InputError: the day was not ingested, or a shard of it was not extracted since.
        AuditError: its rows break their contract; what was published before still stands.
    """
    day = batch.day
    with store.lock(f"publish-{day}"):
        plan = store.read_json(plan_path(day))
        if plan is None:
            raise InputError(f"{day}: nothing is staged; run the stage ingest first")
        tables, origin = _merged(store, day, plan)
        counts = dict(plan["counts"])
        tables, n_forgotten = without(tables, forgotten_ids(store))
        counts["forgotten"] += n_forgotten
        wrong = audit(tables, counts, settings)
        if wrong:
            raise AuditError(
                f"{day} is not published, {len(wrong)} checks failed: {'; '.join(wrong[:5])}."
                f" Staged rows: {store.root}/{staged_folder(day)}; see docs/operations.md"
            )
        result = replace_day(store, day, tables, counts=counts, origin=origin, inputs=plan["inputs"])
    _prune(store, settings)
    return result


def replace_day(
    store: Store,
    day: date,
    tables: Mapping[str, pa.Table],
    *,
    counts: Mapping[str, Any],
    origin: Origin,
    inputs: list[dict[str, Any]],
) -> dict[str, Any]:
    """Write the tables of a day and their manifest; the caller holds the day's lock.

    The run_id comes from the articles and rejects as they stand, so that a day from which an article was
    taken out has the id of a day that never had it.

    Returns:
        The number of rows by table, and the run_id.
    """
    came_in = (to_parquet(_with_run(tables[t.table_name], t, day, "")) for t in (Article, Reject))
    run = provenance.run_id(
        inputs=checksum(b"".join(came_in)),
        code=origin.code,
        model=origin.model,
        settings=origin.settings,
    )
    written: dict[str, dict[str, Any]] = {}
    for row_class in DAY_TABLES:
        name = row_class.table_name
        path = published_path(name, day)
        table = _with_run(tables[name], row_class, day, run)
        digest = store.write(path, table, lineage={"run_id": run, "schema_version": SCHEMA_VERSION})
        written[name] = {"rows": len(table), "sha256": digest}
    store.write_json(
        manifest_path(day),
        {
            "day": day.isoformat(),
            "run_id": run,
            "schema_version": SCHEMA_VERSION,
            "code": origin.code,
            "model": origin.model,
            "settings": origin.settings,
            "is_empty": written["articles"]["rows"] == 0,
            "counts": dict(counts),
            "inputs": inputs,
            "tables": written,
        },
    )
    describe(store)
    rows = {name: entry["rows"] for name, entry in written.items()}
    log.info("published %s: %s", day, ", ".join(f"{n} {name}" for name, n in sorted(rows.items())))
    return {"run_id": run, **rows}


def describe(store: Store) -> None:
    """Write `datapackage.json` beside the tables."""
    with store.lock("datapackage"):
        paths = {
            name: [f"{name}/{file}" for file in store.names(f"tables/{name}") if file.endswith(".parquet")]
            for name in TABLES
        }
        store.write_json("tables/datapackage.json", datapackage(paths))


def without(tables: Mapping[str, pa.Table], article_ids: Set[str]) -> tuple[dict[str, pa.Table], int]:
    """Return a day's tables without some articles, and how many of these there were.

    Where the first of several duplicates goes, the next takes its place.
    """
    ids = pa.array(sorted(article_ids), pa.string())
    articles = tables["articles"]
    kept = articles.filter(pc.invert(pc.is_in(articles["article_id"], value_set=ids)))
    n_left_out = len(articles) - len(kept)
    if not n_left_out and not len(tables["rejects"]):
        return dict(tables), 0
    left = {}
    for name, table in tables.items():
        named = pc.and_(pc.is_valid(table["article_id"]), pc.is_in(table["article_id"], value_set=ids))
        left[name] = table.filter(pc.invert(named))
    n_left_out += len(tables["rejects"]) - len(left["rejects"])
    left["articles"] = _mend_duplicates(left["articles"])
    return left, n_left_out


def _mend_duplicates(articles: pa.Table) -> pa.Table:
    """Point duplicates of an article that is gone to the first that is left of them."""
    ids = set(articles["article_id"].to_pylist())
    first: dict[str, str] = {}
    mended = []
    rows = zip(articles["article_id"].to_pylist(), articles["duplicate_of"].to_pylist(), strict=True)
    for article_id, original in rows:
        if original is None or original in ids:
            mended.append(original)
        else:
            mended.append(None if first.setdefault(original, article_id) == article_id else first[original])
    at = articles.schema.get_field_index("duplicate_of")
    return articles.set_column(at, articles.schema.field(at), pa.array(mended, pa.string()))


def _merged(store: Store, day: date, plan: Mapping[str, Any]) -> tuple[dict[str, pa.Table], Origin]:
    """Return the rows of all shards of a day, in order, and what they were made with."""
    rejects = [store.read(staged_path("rejects-ingest", Batch(day)))]
    parts: dict[str, list[pa.Table]] = {name: [] for name in ("articles", *EXTRACTED)}
    origin: Origin | None = None
    for shard in plan["shards"]:
        batch = Batch(day, shard["shard"])
        parts["articles"].append(store.read(staged_path("articles", batch)))
        if not shard["n_to_parse"]:
            continue
        for name in EXTRACTED:
            path = staged_path(name, batch)
            lineage = store.lineage(path)
            if lineage is None or lineage["articles"] != shard["sha256"]:
                raise InputError(
                    f"{day}: {name} of shard {batch.shard} were not made from the articles that are staged;"
                    " run the stages parse and extract again"
                )
            made = Origin(lineage["code"], lineage["model"], lineage["settings"])
            if origin is not None and made != origin:
                raise InputError(
                    f"{day}: shards were extracted by different code, models or settings;"
                    " run the stage extract again"
                )
            origin = made
            parts[name].append(store.read(path))
        for stage in ("parse", "extract"):
            rejects.append(store.read(staged_path(f"rejects-{stage}", batch)))
    merged = {
        name: _sorted(pa.concat_tables([arrow_schema(TABLES[name]).empty_table(), *tables]), name)
        for name, tables in parts.items()
    }
    merged["rejects"] = _sorted(pa.concat_tables(rejects), "rejects")
    failed = merged["rejects"].filter(
        pc.is_in(merged["rejects"]["stage"], value_set=pa.array(["parse", "extract"]))
    )
    refused = pa.array(failed["article_id"].to_pylist(), pa.string())
    for name in ("articles", *EXTRACTED):
        is_refused = pc.is_in(merged[name]["article_id"], value_set=refused)
        merged[name] = merged[name].filter(pc.invert(is_refused))
    merged["articles"] = _mend_duplicates(merged["articles"])
    # A day without anything to parse was made by this code; no model had a part in it.
    return merged, origin or Origin(provenance.code_version(), "none", {})


def _sorted(table: pa.Table, name: str) -> pa.Table:
    return table.sort_by([(column, "ascending") for column in _ORDER[name]])


def _with_run(table: pa.Table, row_class: Any, day: date, run: str) -> pa.Table:
    schema = arrow_schema(row_class)
    for name, value in (("day", day), ("run_id", run)):
        at = schema.get_field_index(name)
        column = pa.repeat(pa.scalar(value, schema.field(at).type), len(table))
        table = table.set_column(at, schema.field(at), column)
    return table.select(schema.names).cast(schema).combine_chunks()


def _prune(store: Store, settings: Settings) -> None:
    """Remove the parse of all but the latest days."""
    days = store.names("staged")
    for day in days[: max(0, len(days) - settings.keep_docs_days)]:
        if store.exists(manifest_path(date.fromisoformat(day))):
            store.remove(f"staged/{day}/docs")
