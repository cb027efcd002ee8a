"""Parquet a group of rows at a time: of a large file no more is in memory than its bytes and one group."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.errors import DamagedError

_ROWS = 1 << 16


def in_groups(parts: Iterable[pa.Table], schema: pa.Schema) -> bytes:
    """Return rows as Parquet in groups of a fixed size: the same rows give the same bytes.

    Args:
        parts: of the rows, in order; their sizes do not matter.
        schema: of the file.
    """
    sink = io.BytesIO()
    waiting: list[pa.Table] = [schema.remove_metadata().empty_table()]
    with pq.ParquetWriter(sink, schema, compression="zstd", write_page_checksum=True) as writer:
        for part in parts:
            waiting.append(part)
            while sum(map(len, waiting)) >= _ROWS:
                rows = pa.concat_tables(waiting)
                writer.write_table(rows.slice(0, _ROWS).combine_chunks().cast(schema))
                waiting = [rows.slice(_ROWS)]
        rows = pa.concat_tables(waiting).combine_chunks()
        if len(rows):
            writer.write_table(rows.cast(schema))
    return sink.getvalue()


def row_groups(data: bytes) -> Iterator[pa.Table]:
    """Yield the groups of rows of a file, without its metadata.

    Raises:
        DamagedError: it cannot be decoded.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        for group in range(file.num_row_groups):
            yield file.read_row_group(group).replace_schema_metadata(None)
    except (pa.ArrowException, OSError) as error:
        raise DamagedError(f"a file cannot be decoded ({error})") from None


def n_rows(data: bytes) -> int:
    """Return the number of rows of a file."""
    return int(pq.read_metadata(pa.BufferReader(data)).num_rows)
