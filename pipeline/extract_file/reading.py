"""The articles of one clean file, as they are read, and what is refused on the way."""

from __future__ import annotations

import gzip
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, BinaryIO, cast

import pyarrow as pa

from pipeline.extract.article import ArticleText
from pipeline.ingest.article_row import article_row, given_id
from pipeline.ingest.fields import read_fields
from pipeline.ingest.formats.jsonl import read_jsonl
from pipeline.ingest.placement import place
from pipeline.ingest.record import Fault, RawRecord
from schemas import Article, Reject
from schemas.rejects import Reason
from schemas.table import to_arrow, with_days

if TYPE_CHECKING:
    from pipeline.settings import Settings

_SURROGATE = re.compile("[\ud800-\udfff]")


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
        for record in read_jsonl(self._stream, self._name, max_record_bytes=self._settings.max_record_bytes):
            row = self._row(record)
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
        return with_days(to_arrow((row for row, _ in kept), Article), [day for _, day in kept])

    def refused(self) -> pa.Table:
        """Return the rejects of all records that became no article."""
        return to_arrow(self._rejects, Reject)

    def _row(self, record: RawRecord) -> Article | Reject:
        def refuse(reason: Reason, detail: str, article_id: str | None = None) -> Reject:
            return Reject(
                record_ref=record.ref,
                reason=reason,
                detail=detail,
                article_id=article_id,
                bytes=record.n_bytes,
                stage="read",
            )

        if record.data is None:
            fault = record.fault
            return refuse(*fault) if fault else refuse("unreadable", "no record")
        fields = read_fields(record.data)
        text = fields.text
        if not text:
            return refuse("no_text", "no text, or a blank one")
        if not text.isascii() and _SURROGATE.search(text):
            return refuse("bad_encoding", "half of a surrogate pair in the text")
        if len(text) > self._settings.max_chars:
            return refuse("too_large", f"{len(text)} characters, more than {self._settings.max_chars}")
        article_id = given_id(fields)
        if (seen := article_id.encode()) in self._seen:
            return refuse("duplicate_id", "an article with this id came before", article_id)
        self._seen.add(seen)
        placement = place(fields, None)
        if placement.refused:
            return refuse(*placement.refused, article_id)
        row = article_row(fields, placement, record.ref, is_clean=True)
        return refuse(*row, article_id) if isinstance(row, Fault) else row


def _decompressed(file: BinaryIO) -> BinaryIO:
    magic = file.read(2)
    file.seek(0)
    return cast(BinaryIO, gzip.GzipFile(fileobj=file) if magic == b"\x1f\x8b" else file)
