"""Staged days made by hand: small, and without a model."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from pipeline.components.layers import MentionKind
from pipeline.identity import checksum, content_id
from pipeline.store import Store
from pipeline.store.batch import Batch, staged_path
from pipeline.store.manifest import Manifest
from pipeline.store.plan import IngestCounts, InputFile, Plan, Shard, find_plan, write_plan
from schemas import EXTRACTED, TABLES, Article, ClaimRow, EntityRow, MentionRow, Quote, Reject
from schemas.claims import DateInterval, Hedge, Place, Quantity
from schemas.table import TextSpan, to_arrow

DAY = date(2026, 3, 1)
TEXT = "Mara Lindqvist said the bridge was safe. She blamed the weather."


def article(article_id: str = "a1", *, text: str = TEXT, **values: Any) -> Article:
    given: dict[str, Any] = {
        "article_id": article_id,
        "source": "The Ledger",
        "published_at": datetime(2026, 3, 1, 8, tzinfo=UTC),
        "published_at_source": "record",
        "published_at_precision": "second",
        "language": "en",
        "text": text,
        "text_sha256": checksum(text),
        "n_chars": len(text),
        "n_words": len(text.split()),
        "record_ref": f"{article_id}.jsonl#1",
    }
    return Article(**(given | values))


def rows_of(article_id: str) -> dict[str, list[Any]]:
    """The rows of an article with TEXT: one speaker, two mentions, a quotation and a claim."""
    entity = content_id("entity", "mara lindqvist")
    mentioned: tuple[tuple[int, int, MentionKind, int], ...] = ((0, 14, "name", 0), (41, 44, "pronoun", 1))
    quote = content_id("quote", article_id)
    return {
        "entities": [
            EntityRow(
                article_id=article_id,
                entity_id=entity,
                name="Mara Lindqvist",
                label="PERSON",
                n_mentions=2,
                n_named=1,
                aliases=["Mara Lindqvist"],
                first_start_char=0,
                in_title=False,
                salience=1.0,
            )
        ],
        "mentions": [
            MentionRow(
                mention_id=content_id("mention", article_id, start, end),
                start_char=start,
                end_char=end,
                text=TEXT[start:end],
                article_id=article_id,
                entity_id=entity,
                label="PERSON",
                kind=kind,
                sentence_index=sentence,
                in_quote=False,
                method="test",
                score=1.0,
            )
            for start, end, kind, sentence in mentioned
        ],
        "quotes": [
            Quote(
                quote_id=quote,
                article_id=article_id,
                kind="indirect",
                content=TEXT[20:39],
                content_spans=[TextSpan(20, 39)],
                start_char=20,
                end_char=39,
                speaker_entity_id=entity,
                speaker_name="Mara Lindqvist",
                speaker_entity_ids=[entity],
                is_speech=True,
                context_before=TEXT[:20],
                context_after=TEXT[39:],
                score=1.0,
            )
        ],
        "claims": [
            ClaimRow(
                claim_id=content_id("claim", article_id),
                article_id=article_id,
                start_char=20,
                end_char=39,
                text=TEXT[20:39],
                sentence_index=0,
                claimer_kind="attributed",
                claimer_entity_id=entity,
                claimer_name="Mara Lindqvist",
                quote_id=quote,
                subject="the bridge",
                predicate="was",
                predicate_lemma="be",
                polarity="affirmed",
                modality="asserted",
                factuality=3.0,
                claim_type="state",
                is_self_contained=True,
                checkable=1.0,
                checkworthiness=0.5,
                entity_ids=[entity],
            )
        ],
    }


def full_rows(ids: Sequence[str]) -> dict[str, list[Any]]:
    """Rows of articles: claims with two amounts, a time, a place and a hedge; a mention in the quotation."""
    found: dict[str, list[Any]] = {"claims": [], "mentions": []}
    for id in ids:
        made = rows_of(id)
        [claim] = made["claims"]
        found["claims"].append(
            replace(
                claim,
                quantities=[
                    Quantity("the", 1.0, "bridge", None, 20, 23),
                    Quantity("was", 2.0, None, "about", 31, 34),
                ],
                dates=[DateInterval("safe", DAY, None, 35, 39)],
                places=[Place("bridge", claim.claimer_entity_id, 24, 30)],
                hedges=[Hedge("safe", 35, 39)],
            )
        )
        inside = replace(
            made["mentions"][0],
            mention_id=content_id("mention", id, 24, 30),
            start_char=24,
            end_char=30,
            text=TEXT[24:30],
            kind="nominal",
            in_quote=True,
        )
        found["mentions"] += sorted([*made["mentions"], inside], key=lambda row: row.start_char)
    return found


def stage_day(
    store: Store,
    day: date = DAY,
    *,
    articles: Sequence[Article] = (),
    rejects: Sequence[Reject] = (),
    failed: Sequence[str] = (),
    change: dict[str, Any] | None = None,
    shard_size: int = 2,
) -> None:
    """Stage a day as ingest, parse and extract would.

    Args:
        articles: with TEXT, each; they get the rows of `rows_of`.
        rejects: of ingest.
        failed: ids of articles that extract gave up.
        change: tables whose rows are replaced (in shard 0), to break the day.
    """
    shards = []
    lineage = {"code": "test", "model": "test 1", "settings": {}}
    slices = [articles[i : i + shard_size] for i in range(0, len(articles), shard_size)]
    for number, part in enumerate(slices):
        batch = Batch(day, number)
        digest = store.write(staged_path("articles", batch), to_arrow(part, Article, day=day))
        shards.append(Shard(shard=number, n_articles=len(part), n_to_parse=len(part), sha256=digest))
        made = [rows_of(a.article_id) for a in part if a.article_id not in failed]
        for name in EXTRACTED:
            rows = [row for rows in made for row in rows.get(name, ())]
            if number == 0 and change and name in change:
                rows = change[name]
            table = to_arrow(rows, TABLES[name], day=day)
            store.write(staged_path(name, batch), table, lineage={**lineage, "articles": digest})
        given_up = [
            Reject(
                record_ref=a.record_ref,
                reason="extraction_error",
                detail="test",
                article_id=a.article_id,
                bytes=len(a.text),
                stage="extract",
            )
            for a in part
            if a.article_id in failed
        ]
        for stage, found in (("parse", []), ("extract", given_up)):
            table = to_arrow(found, Reject, day=day)
            path = staged_path(f"rejects-{stage}", batch)
            store.write(path, table, lineage={**lineage, "articles": digest})
    store.write(staged_path("rejects-ingest", Batch(day)), to_arrow(rejects, Reject, day=day))
    counts = IngestCounts(records=len(articles) + len(rejects), kept=len(articles), forgotten=0, rejected={})
    write_plan(store, plan_of(day, shards=shards, counts=counts))


def plan_of(
    day: date = DAY,
    *,
    shards: Sequence[Shard] = (),
    inputs: Sequence[InputFile] = (),
    counts: IngestCounts | None = None,
) -> Plan:
    return Plan(
        day=day,
        source="test",
        settings={},
        shards=tuple(shards),
        inputs=tuple(inputs),
        counts=counts or IngestCounts(records=0, kept=0, forgotten=0, rejected={}),
    )


def manifest_of(plan: Plan) -> Manifest:
    """The manifest of a day that was published from a plan, as far as no row is looked at."""
    return Manifest(
        day=plan.day,
        run_id="test",
        schema_version=1,
        code="test",
        model="test 1",
        settings={},
        is_empty=False,
        counts=plan.counts,
        inputs=plan.inputs,
        tables={},
    )


def read_plan(store: Store, day: date) -> Plan:
    plan = find_plan(store, day)
    assert plan is not None
    return plan


def table_bytes(store: Store) -> dict[str, bytes]:
    """All published bytes, by path."""
    found: dict[str, bytes] = {}
    for folder in store.names("tables"):
        names = store.names(f"tables/{folder}") if "." not in folder else []
        found |= {f"{folder}/{n}": store.get(f"tables/{folder}/{n}") for n in names if "." in n}
    return found
