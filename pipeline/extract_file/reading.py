"""The articles of one clean file, as they are read, and what is refused on the way."""

from __future__ import annotations

import gzip
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, BinaryIO, cast

import pyarrow as pa

from pipeline.extract.article import ArticleText
from pipeline.ingest.formats.jsonl import read_jsonl
from pipeline.ingest.guarded import Made, understood
from pipeline.ingest.guarded import articles as clean_articles
from pipeline.ingest.record import Fault
from schemas import Article, Reject
from schemas.table import to_arrow, with_values

if TYPE_CHECKING:
    from pipeline.settings import Settings


class FileArticles:
    """Articles as they are read; what is refused on the way, and the rows of those under way."""

    def __init__(self, name: str, file: BinaryIO, settings: Settings) -> None:
        self._rejects: list[Reject] = []
        self._rows: dict[str, tuple[Article, date | None]] = {}
        self._name, self._settings = name, settings
        self._stream = _decompressed(file)
        self._seen: set[bytes] = set()

    def articles(self) -> Iterator[ArticleText]:
        """Yield the articles in the order of the file."""
        settings = self._settings
        lines = read_jsonl(self._stream, self._name, max_record_bytes=settings.max_record_bytes)
        records = understood(lines, seconds=settings.timeout_s, as_is=True, may_fork=settings.fork_children)
        for made in clean_articles(records, settings, is_clean=True):
            row = self._row(made)
            if isinstance(row, Reject):
                self._rejects.append(row)
                continue
            day = row.published_at.date() if row.published_at else None
            self._rows[row.article_id] = (row, day)
            yield ArticleText(
                article_id=row.article_id,
                record_ref=row.record_ref,
                text=row.text,
                day=day,
                title=row.title,
                published_at=row.published_at,
                published_at_precision=row.published_at_precision,
                published_at_offset=row.published_at_offset,
                source=row.source,
                language=row.language,
            )

    def taken(self, article_ids: Sequence[str], *, refused: Collection[str]) -> pa.Table:
        """Return the rows of articles that are done, but for those refused on the way; forget all of them."""
        done = [self._rows.pop(article_id) for article_id in article_ids]
        kept = [(row, day) for row, day in done if row.article_id not in refused]
        return with_values(to_arrow((row for row, _ in kept), Article), "day", [day for _, day in kept])

    def refused(self) -> pa.Table:
        """Return the rejects of all records that became no article."""
        return to_arrow(self._rejects, Reject)

    def _row(self, made: Made) -> Article | Reject:
        article_id, row = made.article_id, made.row
        if article_id is not None:
            if (seen := article_id.encode()) in self._seen:
                row = Fault("duplicate_id", "an article with this id came before")
            self._seen.add(seen)
        if isinstance(row, Article):
            return row
        return Reject(
            record_ref=made.record.ref,
            reason=row.reason,
            detail=row.detail,
            article_id=article_id,
            bytes=made.record.n_bytes,
            stage="read",
        )


def _decompressed(file: BinaryIO) -> BinaryIO:
    magic = file.read(2)
    file.seek(0)
    return cast(BinaryIO, gzip.GzipFile(fileobj=file) if magic == b"\x1f\x8b" else file)
