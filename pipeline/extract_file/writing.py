"""Rows on their way into the Parquet files of one folder, a table a file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.store import replacing
from schemas import DAY_TABLES
from schemas.table import arrow_schema

# So many bytes of rows make a row group of the Parquet files; they are held in memory until then.
_ROW_GROUP_BYTES = 4 << 20


class Writer:
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
        table = pa.concat_tables(self._waiting).combine_chunks()
        at = table.schema.get_field_index("run_id")
        column = pa.repeat(pa.scalar(self._run), len(table))
        self._file.write_table(table.set_column(at, table.schema.field(at), column))
        self._waiting, self._n_bytes = [], 0


@contextlib.contextmanager
def writers_of(folder: Path, run_id: str) -> Iterator[dict[str, Writer]]:
    """Give a writer for each table; at the end all files are there before the first is moved into place.

    Args:
        folder: for the files; those of these names in it are replaced.
        run_id: of all rows.
    """
    with contextlib.ExitStack() as stack:
        paths = {row_class: folder / f"{row_class.table_name}.parquet" for row_class in DAY_TABLES}
        sinks = {row_class: stack.enter_context(replacing(path)) for row_class, path in paths.items()}
        yield {
            row_class.table_name: Writer(
                stack.enter_context(pq.ParquetWriter(sink, arrow_schema(row_class), compression="zstd")),
                run_id,
            )
            for row_class, sink in sinks.items()
        }
