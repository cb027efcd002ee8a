"""Clean articles in one file become one folder of Parquet files: no store, no days, no Airflow.

The text is taken as it is, so that the offsets are the caller's own. Articles stream through: what is kept
of one that is done is its id, to notice when it comes again. `reading.py` reads them here,
`pipeline.extract.child` makes rows of them in child processes, `writing.py` writes these here.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from pipeline.children.chunks import Children, map_chunks
from pipeline.children.guard import time_shares
from pipeline.errors import ConfigError
from pipeline.extract import child
from pipeline.parsing.by_length import shared_out
from pipeline.settings import Settings

STDIN = Path("-")


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
    with (
        _opened(source) as file,
        Children(
            child.start_on_texts,
            settings,
            processes=settings.model_processes,
            forks="after start" if settings.fork_children else "never",
        ) as children,
    ):
        children.start()
        # While they load their models, this process imports what it needs itself; Arrow imports more with its
        # first array.
        import pyarrow as pa

        from pipeline.extract_file.progress import progress
        from pipeline.extract_file.reading import FileArticles
        from pipeline.extract_file.writing import writers_of

        pa.array([None])
        reading = FileArticles(source.name, file, settings)
        # A batch of the parser at a time: with more, one child would work on while the others are done.
        batches = shared_out(reading.articles(), size=settings.batch_size, n_chars=lambda a: len(a.text))
        with progress(file) as advance, writers_of(folder, _run_id(file, settings)) as writers:
            for article_ids, tables in map_chunks(
                batches,
                children,
                failed=child.failed_on_texts,
                seconds_per_item=2 * settings.timeout_s,
                counts_as=lambda article: time_shares(len(article.text)),
            ):
                refused = set(tables["rejects"]["article_id"].to_pylist())
                writers["articles"].add(reading.taken(article_ids, refused=refused))
                for name, table in tables.items():
                    writers[name].add(table)
                advance(file.tell())
            writers["rejects"].add(reading.refused())
            for writer in writers.values():
                writer.flush()
            return {name: writer.n_rows for name, writer in writers.items()}


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


def _run_id(file: BinaryIO, settings: Settings) -> str:
    from pipeline import code_identity, provenance

    digest = hashlib.file_digest(cast(Any, file), "sha256").hexdigest()
    file.seek(0)
    return provenance.run_id(
        inputs=digest,
        code=code_identity.code_version(*provenance.ROWS, "pipeline.extract_file.reading"),
        model=settings.nlp_model,
        settings=provenance.row_settings(settings),
    )
