"""Clean articles in one file become one folder of Parquet files: no store, no days, no Airflow.

The text is taken as it is, so that the offsets are the caller's own. Articles stream through: what is kept
of one that is done is its id, to notice when it comes again.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from pipeline import provenance
from pipeline.article import Article, lost
from pipeline.errors import ConfigError
from pipeline.identity import checksum, content_id
from pipeline.language import article_language
from pipeline.settings import Settings
from pipeline.sources.fields import read_fields
from pipeline.sources.jsonl import read_jsonl
from pipeline.sources.placement import place
from pipeline.sources.record import RawRecord
from pipeline.store import replacing
from pipeline.urls import host
from pipeline.workers import Fault, map_chunks
from schemas import DAY_TABLES, Reject, Row
from schemas import Article as ArticleRow
from schemas.rejects import Reason
from schemas.table import arrow_schema, to_arrow, with_days

if TYPE_CHECKING:
    from pipeline.annotate import Tables

STDIN = Path("-")

# An article's text goes to a child process and its rows come back: enough of them at a time that the
# parser's batches are full, few enough that little is under way.
_CHUNK = 64

_SURROGATE = re.compile("[\ud800-\udfff]")

# So many bytes of rows make a row group of the Parquet files; they are held in memory until then.
_ROW_GROUP_BYTES = 4 << 20


def extract_file(source: Path, folder: Path, settings: Settings) -> dict[str, int]:
    """Extract the articles of a file into a folder, as articles.parquet, entities.parquet and so on.

    Nothing of the output can be seen before all of it is there. The same input gives the same bytes.

    Args:
        source: one JSON object a line, gzipped or not; `-` reads standard input. Fields are found by the
            aliases of the drop folder; an article without an id gets one from its URL, else its text.
        folder: made where it is missing; files of these names in it are replaced.
        settings: the model, the number of processes, and the limits of an article.

    Returns:
        The number of rows of each table.

    Raises:
        ConfigError: the file or the folder cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"output folder {folder} cannot be used: {error.strerror or error}") from None
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(_opened(source))
        run = _run_id(file, settings)
        advance = stack.enter_context(_progress(file))
        # Entered last: all files are there before the first of them is moved into place.
        writers = {t.table_name: stack.enter_context(_writer(folder, t, run)) for t in DAY_TABLES}
        reading = _Reading(source.name, file, settings)
        for article_ids, tables in map_chunks(
            batched(reading.articles(), _CHUNK),
            start=_start,
            start_args=(settings,),
            failed=_failed,
            processes=settings.model_processes,
            seconds_per_item=2 * settings.timeout_s,
        ):
            refused = set(tables["rejects"]["article_id"].to_pylist())
            kept = [reading.rows.pop(id) for id in article_ids]
            kept = [(row, day) for row, day in kept if row.article_id not in refused]
            rows = to_arrow((row for row, _ in kept), ArticleRow)
            writers["articles"].add(with_days(rows, [day for _, day in kept]))
            for name, table in tables.items():
                writers[name].add(table)
            advance(file.tell())
        writers["rejects"].add(to_arrow(reading.rejects, Reject))
        for writer in writers.values():
            writer.flush()
        return {name: writer.n_rows for name, writer in writers.items()}


class _Reading:
    """Articles as they are read; what is refused on the way, and the rows of those under way."""

    def __init__(self, name: str, file: BinaryIO, settings: Settings) -> None:
        self.rejects: list[Reject] = []
        self.rows: dict[str, tuple[ArticleRow, date | None]] = {}
        self._name, self._settings = name, settings
        self._stream = _decompressed(file)
        self._seen: set[bytes] = set()

    def articles(self) -> Iterator[Article]:
        """Yield the articles in the order of the file."""
        for record in read_jsonl(self._stream, self._name, max_record_bytes=self._settings.max_record_bytes):
            row = self._row(record)
            if isinstance(row, Reject):
                self.rejects.append(row)
                continue
            day = row.published_at.date() if row.published_at else None
            self.rows[row.article_id] = (row, day)
            yield Article(
                article_id=row.article_id,
                record_ref=row.record_ref,
                text=row.text,
                day=day,
                title=row.title,
                published_at=row.published_at,
                source=row.source,
                language=row.language,
            )

    def _row(self, record: RawRecord) -> ArticleRow | Reject:
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
        source = fields.source or host(fields.url) or ""
        article_id = fields.id or content_id("article", fields.url or text)
        if (seen := article_id.encode()) in self._seen:
            return refuse("duplicate_id", "an article with this id came before", article_id)
        self._seen.add(seen)
        placement = place(fields, None)
        if placement.refused:
            return refuse(*placement.refused, article_id)
        published = placement.published
        language = article_language(fields.title, text, fields.language)
        return ArticleRow(
            article_id=article_id,
            url=fields.url,
            canonical_url=fields.canonical_url,
            source=source,
            title=fields.title,
            authors=list(fields.authors),
            published_at=published and published.at,
            published_at_source=placement.published_from if published else None,
            published_at_precision=published and published.precision,
            language=language.code,
            language_score=language.score,
            text=text,
            text_sha256=checksum(text),
            n_chars=len(text),
            n_words=len(text.split()),
            record_ref=record.ref,
        )


type _Result = tuple[list[str], Tables]
"""The ids of the articles of a chunk, and their rows."""


def _start(settings: Settings) -> Callable[[Sequence[Article]], _Result]:
    """Set a child up: parse and extract in one go; a Doc never leaves the process that made it."""
    from pipeline.alias_table import lookup_of
    from pipeline.annotate import extracted
    from pipeline.nlp import load_nlp
    from pipeline.parse import parse_batches

    nlp = load_nlp(settings.nlp_model)
    lookup = lookup_of(settings.alias_table)

    def run(articles: Sequence[Article]) -> _Result:
        batches = parse_batches(
            nlp,
            ((a.text, a) for a in articles if a.language in settings.languages),
            batch_size=settings.batch_size,
            timeout_s=settings.timeout_s,
            max_chars=settings.max_chars,
        )
        return [a.article_id for a in articles], extracted(
            batches, timeout_s=settings.timeout_s, lookup=lookup
        )

    return run


def _failed(article: Article, fault: Fault) -> _Result:
    from pipeline.annotate import to_tables
    from pipeline.rows import Rows

    refused = lost(article, fault, stage="extract")
    return [article.article_id], to_tables(Rows(), [refused], {article.article_id: article.day})


class _Writer:
    """Rows of one table on their way into a file, gathered into row groups of some size."""

    def __init__(self, file: pq.ParquetWriter, run: str) -> None:
        self.n_rows = 0
        self._file, self._run = file, run
        self._waiting: list[pa.Table] = []
        self._n_bytes = 0

    def add(self, table: pa.Table) -> None:
        """Take rows."""
        self._waiting.append(table)
        self._n_bytes += table.nbytes
        self.n_rows += len(table)
        if self._n_bytes >= _ROW_GROUP_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if not self._waiting:
            return
        schema = self._file.schema
        table = pa.concat_tables([part.cast(schema) for part in self._waiting]).combine_chunks()
        at = schema.get_field_index("run_id")
        column = pa.repeat(pa.scalar(self._run), len(table))
        self._file.write_table(table.set_column(at, schema.field(at), column))
        self._waiting, self._n_bytes = [], 0


@contextlib.contextmanager
def _writer(folder: Path, row_class: type[Row], run: str) -> Iterator[_Writer]:
    path = folder / f"{row_class.table_name}.parquet"
    with replacing(path) as sink, pq.ParquetWriter(sink, arrow_schema(row_class), compression="zstd") as file:
        yield _Writer(file, run)


@contextlib.contextmanager
def _opened(source: Path) -> Iterator[BinaryIO]:
    """Open the input as a file that can be read twice."""
    if source == STDIN:
        with tempfile.TemporaryFile() as spooled:
            shutil.copyfileobj(sys.stdin.buffer, spooled)
            spooled.seek(0)
            yield cast(BinaryIO, spooled)
        return
    try:
        file = source.open("rb")
    except OSError as error:
        raise ConfigError(f"input {source} cannot be read: {error.strerror or error}") from None
    with file:
        yield file


def _decompressed(file: BinaryIO) -> BinaryIO:
    magic = file.read(2)
    file.seek(0)
    return cast(BinaryIO, gzip.GzipFile(fileobj=file) if magic == b"\x1f\x8b" else file)


def _run_id(file: BinaryIO, settings: Settings) -> str:
    digest = hashlib.file_digest(cast(Any, file), "sha256").hexdigest()
    file.seek(0)
    return provenance.run_id(
        inputs=digest,
        code=provenance.code_version(),
        model=settings.nlp_model,
        settings=provenance.row_settings(settings),
    )


@contextlib.contextmanager
def _progress(file: BinaryIO) -> Iterator[Callable[[int], None]]:
    """Show how much of the input is read, on a terminal; nothing in a pipe."""
    console = Console(stderr=True)
    total = os.fstat(file.fileno()).st_size
    columns = (TextColumn("extract"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("extract", total=total)
        yield lambda position: progress.update(task, completed=position)
