"""The table of rejects."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import pyarrow as pa

from schemas.table import Row

Reason = Literal[
    "not_fetched",
    "unreadable",
    "not_json",
    "no_text",
    "too_short",
    "too_large",
    "bad_encoding",
    "bad_date",
    "future_day",
    "not_an_article",
    "duplicate_id",
    "hostile",
    "timeout",
    "out_of_memory",
    "extraction_error",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Row):
    """One row per record refused: nothing that comes in is lost without a reason."""

    table_name: ClassVar[str] = "rejects"
    key: ClassVar[tuple[str, ...]] = ("record_ref",)
    order: ClassVar[tuple[str, ...]] = ("record_ref",)

    record_ref: Annotated[str, "file and record it came from"]
    reason: Annotated[Reason, "why it was refused"]
    detail: Annotated[str, "what exactly was found"]
    article_id: Annotated[str | None, "where it was known already"] = None
    bytes: Annotated[int, "size of the record", pa.int64()]
    stage: Annotated[str, "stage that refused it"]
