"""The records of a day become its articles and rejects: the counts add up, and no order shows.

A record becomes a row of `articles`, is left out because it was taken down (`pipeline.curation.takedowns`),
or becomes a row of `rejects` with its reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.ingest.clean import clean_line
from pipeline.ingest.duplicates import mark_duplicates
from pipeline.ingest.guarded import articles as made_articles
from pipeline.ingest.record import DayRecord, Fault, RawRecord
from pipeline.ingest.tally import Line, Tally
from schemas import Article, Reject

if TYPE_CHECKING:
    from pipeline.settings import Settings

_MAX_DETAIL = 300


@dataclass(frozen=True, slots=True)
class DayRows:
    """What came of a day's records.

    Attributes:
        articles: sorted by article_id, near-duplicates marked.
        rejects: sorted by record_ref.
        counts: as in the day's plan (`pipeline.store.plan.IngestCounts`).
    """

    articles: list[Article]
    rejects: list[Reject]
    counts: dict[str, Any]


def day_rows(
    records: Iterator[DayRecord], settings: Settings, is_taken_down: Callable[[Article], bool]
) -> DayRows:
    """Return the articles and rejects of a day's records.

    Args:
        records: of the day, in the order of their paths.
        settings: the limits of an article, the time that a record may take, and the number of children.
        is_taken_down: tells of an article whether it was.
    """
    articles: dict[str, Article] = {}
    rejects: list[Reject] = []
    refused: Counter[str] = Counter()
    tally = Tally()
    lines: dict[str, Line] = {}
    n_records = n_forgotten = 0

    def refuse(record: RawRecord, fault: Fault, line: Line, article_id: str | None = None) -> None:
        refused[record.ref] += 1
        rejects.append(_reject(record, fault, article_id, nth=refused[record.ref]))
        line.refuse(fault)

    for record, outlet, _, made in made_articles(records, settings):
        n_records += 1
        line = tally.line(record.reader, outlet)
        if isinstance(made, Fault):
            refuse(record, made, line)
        elif is_taken_down(made):
            n_forgotten += 1
            line.forgotten += 1
        elif made.article_id in articles:
            first = articles[made.article_id]
            text = "the same" if first.text_sha256 == made.text_sha256 else "another"
            fault = Fault("duplicate_id", f"the article of {first.record_ref}, with {text} text")
            refuse(record, fault, line, made.article_id)
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
    return DayRows(kept, rejects, counts)


def _reject(record: RawRecord, fault: Fault, article_id: str | None, *, nth: int) -> Reject:
    """Return the row of a record refused; of a file with several faults, the later ones are numbered."""
    detail = clean_line(fault.detail[:_MAX_DETAIL]) or ""
    return Reject(
        record_ref=record.ref if nth == 1 else f"{record.ref}~{nth}",
        reason=fault.reason,
        detail=detail,
        article_id=article_id,
        bytes=record.n_bytes,
        stage="ingest",
    )
