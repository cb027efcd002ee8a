"""The first stage: records in, articles and rejects out.

Every record of a day becomes a row of `articles`, is left out because it was taken down (see
`_forgotten.jsonl`), or becomes a row of `rejects` with its reason: the counts add up. What is written does
not depend on the order in which files arrived.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from pipeline.alike.texts import Hashes, bands, jaccard, leaders, shingles, signature
from pipeline.curation.takedowns import forgotten_ids
from pipeline.errors import ConfigError, InputError
from pipeline.identity import checksum, content_id
from pipeline.ingest.boilerplate import not_an_article
from pipeline.ingest.clean import clean_line, clean_text
from pipeline.ingest.fields import Fields
from pipeline.ingest.language import article_language
from pipeline.ingest.pages.html import html_to_text, is_html
from pipeline.ingest.pages.text import with_pages
from pipeline.ingest.placement import Placement
from pipeline.ingest.record import DayRecord, Fault, Source
from pipeline.ingest.sources import open_source
from pipeline.ingest.tally import Line, Tally
from pipeline.ingest.urls import canonical_url, host
from pipeline.ingest.wire import wire_source
from pipeline.settings import Settings
from pipeline.store import Store, to_parquet
from pipeline.store.batch import Batch, manifest_path, plan_path, staged_folder, staged_path
from schemas import Article, Reject
from schemas.table import to_arrow

UNKNOWN_SOURCE = "unknown"
"""The outlet of a record that names none and has no URL."""

_MAX_DETAIL = 300


def ingest(store: Store, batch: Batch, settings: Settings) -> dict[str, Any]:
    """Read a day's records and stage its articles in shards, its rejects and the plan, the plan last.

    Args:
        store: where to write.
        batch: the day; its shard is not looked at.
        settings: the source, the limits and the size of a shard.

    Returns:
        The plan's counts, and in `unplaced` how many records of the source belong to no day.

    Raises:
        ConfigError: the day is not over yet, or the source cannot be opened.
        OSError: the device or the network failed.
    """
    if batch.day >= datetime.now(UTC).date():
        raise ConfigError(f"{batch.day} is not over yet (UTC): a day is run when all of it can be there")
    source = open_source(store, settings)
    source.collect(batch.day)
    articles, rejects, counts = _read(source, batch.day, settings, forgotten_ids(store))
    with store.lock(f"ingest-{batch.day}"):
        _write(store, batch.day, settings, source, articles, rejects, counts)
    counts.pop("report")
    return counts | {"unplaced": sum(file.n_records for file in source.unplaced())}


def shards(store: Store, day: date) -> list[int]:
    """Return the numbers of a day's shards that hold articles to parse.

    Raises:
        ConfigError: the day was not ingested.
    """
    plan = store.read_json(plan_path(day))
    if plan is None:
        raise ConfigError(f"{day} was not ingested; run the stage ingest for it first")
    return [int(shard["shard"]) for shard in plan["shards"] if shard["n_to_parse"]]


def late_days(store: Store, settings: Settings) -> list[date]:
    """Return the published days for which the source has records that were not there at the time.

    Running these days again takes the records in. Files that have gone since do not make a day late.

    Raises:
        ConfigError: the source cannot be opened.
    """
    source = open_source(store, settings)
    late = []
    for day in source.days():
        manifest = store.read_json(manifest_path(day))
        if manifest is None:
            continue
        known = {(str(file["path"]), str(file["sha256"])) for file in manifest["inputs"]}
        if not known.issuperset(source.inputs(day)):
            late.append(day)
    return late


# ---- records to rows -------------------------------------------------------------------------------


def _read(
    source: Source, day: date, settings: Settings, forgotten: frozenset[str]
) -> tuple[list[Article], list[Reject], dict[str, Any]]:
    articles: dict[str, Article] = {}
    rejects: list[Reject] = []
    refused: Counter[str] = Counter()
    tally = Tally()
    lines: dict[str, Line] = {}
    n_records = n_forgotten = 0
    records = source.records(day)
    for record in with_pages(records, processes=settings.model_processes, seconds=settings.timeout_s):
        n_records += 1
        line = tally.line(record)
        made = _article_or_fault(record, settings)
        if isinstance(made, Fault):
            refused[record.record.ref] += 1
            rejects.append(_reject(record, made, nth=refused[record.record.ref]))
            line.refuse(made)
        elif made.article_id in forgotten:
            n_forgotten += 1
            line.forgotten += 1
        elif made.article_id in articles:
            first = articles[made.article_id]
            text = "the same" if first.text_sha256 == made.text_sha256 else "another"
            fault = Fault("duplicate_id", f"the article of {first.record_ref}, with {text} text")
            refused[record.record.ref] += 1
            rejects.append(_reject(record, fault, made.article_id, nth=refused[record.record.ref]))
            line.refuse(fault)
        else:
            articles[made.article_id] = made
            lines[made.article_id] = line
    kept = mark_duplicates(sorted(articles.values(), key=lambda article: article.article_id))
    for article in kept:
        lines[article.article_id].keep(article)
    rejects.sort(key=lambda reject: reject.record_ref)
    counts = {
        "records": n_records,
        "kept": len(kept),
        "forgotten": n_forgotten,
        "rejected": dict(sorted(Counter(reject.reason for reject in rejects).items())),
        "languages": dict(sorted(Counter(article.language for article in kept).items())),
        "report": tally.rows(),
    }
    return kept, rejects, counts


def _reject(record: DayRecord, fault: Fault, article_id: str | None = None, *, nth: int = 1) -> Reject:
    """Return the row of a record refused; of a file with several faults, the later ones are numbered."""
    detail = clean_line(fault.detail[:_MAX_DETAIL]) or ""
    return Reject(
        record_ref=record.record.ref if nth == 1 else f"{record.record.ref}~{nth}",
        reason=fault.reason,
        detail=detail,
        article_id=article_id,
        bytes=record.record.n_bytes,
        stage="ingest",
    )


def _article_or_fault(record: DayRecord, settings: Settings) -> Article | Fault:
    """Return the row of a record, or why there is none."""
    raw, fields, placement = record.record, record.fields, record.placement
    if raw.fault:
        return raw.fault
    assert fields is not None and placement is not None  # what has no fault was understood
    if placement.refused:
        return Fault(*placement.refused)
    if placement.day is None:
        return Fault("bad_date", f"undated: {placement.undated}, and no day of arrival")
    if placement.day >= datetime.now(UTC).date():
        return Fault("future_day", f"published {placement.day}, which is to come")
    try:
        article = make_article(fields, placement, raw.ref)
        return article if isinstance(article, Fault) else _unfit(article, settings, fields) or article
    except Exception as error:  # noqa: BLE001 - one poisoned record must not stop a night
        return Fault("extraction_error", f"{type(error).__name__}: {error}")


_REPLACEMENT = "\ufffd"


def _unfit(article: Article, settings: Settings, fields: Fields) -> Fault | None:
    """Return why an article is none that can be worked on; None where it can."""
    if article.n_chars > settings.max_chars:
        return Fault("too_large", f"{article.n_chars} characters, more than {settings.max_chars}")
    if article.n_words < settings.min_words:
        return Fault("too_short", f"{article.n_words} words, fewer than {settings.min_words}")
    n_lost = article.text.count(_REPLACEMENT)
    if n_lost * 20 > article.n_chars:
        return Fault("bad_encoding", f"{n_lost} of {article.n_chars} characters are lost")
    reason = not_an_article(article.text, n_words=article.n_words, is_page=fields.html is not None)
    return Fault("not_an_article", reason) if reason else None


def make_article(fields: Fields, placement: Placement, record_ref: str) -> Article | Fault:
    """Return the row of a record's fields; its text is cleaned here, once for all.

    Args:
        fields: what the record says.
        placement: its day and date.
        record_ref: where it stands.
    """
    text = clean_text(_plain(fields))
    if not text:
        return Fault("no_text", "no body, only a summary" if fields.summary else "no body")
    title = clean_line(fields.title)
    canonical = canonical_url(fields.canonical_url) or canonical_url(fields.url)
    source = clean_line(fields.source) or host(fields.url) or UNKNOWN_SOURCE
    published = placement.published
    at = published.at.isoformat() if published else ""
    article_id = content_id(canonical) if canonical else content_id(source, at, text)
    authors = [name for name in map(clean_line, fields.authors) if name]
    language = article_language(title, text, fields.language)
    return Article(
        article_id=article_id,
        url=clean_line(fields.url),
        canonical_url=canonical,
        source=source,
        title=title,
        authors=authors,
        published_at=published.at if published else None,
        published_at_source=placement.published_from if published else None,
        published_at_precision=published.precision if published else None,
        wire_source=wire_source(text, authors, fields.wire),
        fetched_at=placement.fetched_at,
        language=language.code,
        language_score=language.score,
        text=text,
        text_sha256=checksum(text),
        n_chars=len(text),
        n_words=len(text.split()),
        record_ref=record_ref,
    )


def _plain(fields: Fields) -> str:
    """Return the body of a record as plain text, also where it is HTML."""
    if fields.text:
        return html_to_text(fields.text) if is_html(fields.text) else fields.text
    return html_to_text(fields.html) if fields.html else ""


def article_id_of_url(url: str) -> str:
    """Return the article_id of a URL.

    Raises:
        InputError: it names no single page, so that articles that have it are known by other things.
    """
    canonical = canonical_url(url)
    if canonical is None:
        raise InputError(f"{url} names no single article; give its article_id")
    return content_id(canonical)


_FAR = datetime.max.replace(tzinfo=UTC)


def mark_duplicates(articles: Iterable[Article]) -> list[Article]:
    """Return the articles, near-duplicates pointing to the first that they are similar to.

    The first is the one published first, of several the one with the smallest id. Nothing is left out.
    """
    articles = list(articles)
    order = sorted(articles, key=lambda article: (article.published_at or _FAR, article.article_id))
    sets: dict[str, Hashes] = {}
    hashes: list[list[int]] = []
    for article in order:
        if article.text_sha256 not in sets:
            sets[article.text_sha256] = shingles(article.text)
        own = sets[article.text_sha256]
        # A text too short for shingles is a duplicate of the same text only.
        hashes.append(bands(signature(own)) if len(own) else [int(article.text_sha256[:16], 16)])

    def similarity(a: int, b: int) -> float:
        if order[a].text_sha256 == order[b].text_sha256:
            return 1.0
        return jaccard(sets[order[a].text_sha256], sets[order[b].text_sha256])

    first = {
        order[number].article_id: order[leader].article_id
        for number, (leader, _) in enumerate(leaders(hashes, similarity))
        if leader != number
    }
    return [
        replace(article, duplicate_of=first[article.article_id]) if article.article_id in first else article
        for article in articles
    ]


# ---- rows to files ---------------------------------------------------------------------------------


def _write(
    store: Store,
    day: date,
    settings: Settings,
    source: Source,
    articles: list[Article],
    rejects: list[Reject],
    counts: dict[str, Any],
) -> None:
    size = settings.shard_size
    slices = [articles[start : start + size] for start in range(0, len(articles), size)]
    files = {
        staged_path("articles", Batch(day, shard)): to_parquet(to_arrow(rows, Article, day=day))
        for shard, rows in enumerate(slices)
    }
    plan = {
        "day": day.isoformat(),
        "source": settings.source,
        "shards": [
            {
                "shard": shard,
                "n_articles": len(rows),
                "n_to_parse": sum(article.language in settings.languages for article in rows),
                "sha256": checksum(data),
            }
            for shard, (rows, data) in enumerate(zip(slices, files.values(), strict=True))
        ],
        "inputs": [{"path": path, "sha256": sha256} for path, sha256 in source.inputs(day)],
        "counts": counts,
    }
    files[staged_path("rejects-ingest", Batch(day))] = to_parquet(to_arrow(rejects, Reject, day=day))
    is_new = store.read_json(plan_path(day)) != plan
    if is_new:  # a crash from here on must not leave an old plan beside new shards
        store.remove(plan_path(day))
    for path, data in files.items():
        if is_new or not store.exists(path) or store.get(path) != data:
            store.put(path, data)
    for path in _stale(store, day, len(slices)):
        store.remove(path)
    if is_new:
        store.write_json(plan_path(day), plan)


_SHARD_FILE = re.compile(r"(\d{5,})\.parquet")


def _stale(store: Store, day: date, n_shards: int) -> list[str]:
    """Return the staged files of shards that the day no longer has."""
    found = []
    for table in store.names(staged_folder(day)):
        if table in ("plan.json", "rejects-ingest"):
            continue
        for name in store.names(f"{staged_folder(day)}/{table}"):
            shard = _SHARD_FILE.fullmatch(name)
            if shard and int(shard[1]) >= n_shards:
                found.append(f"{staged_folder(day)}/{table}/{name}")
    return found
