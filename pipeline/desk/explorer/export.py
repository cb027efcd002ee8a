"""A page's rows as a file: written whole beside first, so that what is sent is of one run a day."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import urlsplit

from starlette.background import BackgroundTask
from starlette.responses import Response, StreamingResponse

from pipeline.desk.explorer.asked import Asked, Elsewhere, MissingError
from pipeline.desk.explorer.listings import List
from pipeline.desk.exports.plain import FORMATS
from pipeline.desk.exports.selection import Selection

_CHUNK = 1 << 18


def export(asked: Asked, rows_of: List, *, ending: str, link: str, is_head: bool) -> Response | Elsewhere:
    """Return the rows of a page as a file.

    Args:
        asked: the request.
        rows_of: gives the rows.
        ending: csv, xlsx, jsonl or parquet.
        link: address of the page that shows the same.
        is_head: only the headers are wanted.

    Raises:
        MissingError: there is no such format.
    """
    if ending not in FORMATS:
        raise MissingError(f"There is no format {ending[:20]!r}; there are {', '.join(FORMATS)}.")
    listing = rows_of(asked)
    if isinstance(listing, Elsewhere):
        return Elsewhere(f"/export/{ending}{listing.address}")
    written = FORMATS[ending]
    headers = {"content-disposition": f'attachment; filename="{_file_name(link, ending)}"'}
    if is_head:
        return Response(media_type=written.media_type, headers=headers)
    runs = {day: asked.snapshot.manifest(day).run_id for day in listing.days}
    selection = Selection(name=listing.name, query=listing.said, link=link, runs=runs)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed once it was sent
    try:
        written.write(listing.batches(asked.snapshot), file, selection)
        size = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    headers["content-length"] = str(size)
    return StreamingResponse(
        _chunks(file), media_type=written.media_type, headers=headers, background=BackgroundTask(file.close)
    )


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _file_name(link: str, ending: str) -> str:
    """Return a name that says which page it is of: letters, digits and hyphens alone."""
    path = re.sub(r"[^A-Za-z0-9-]+", "-", urlsplit(link).path).strip("-") or "search"
    return f"newstables-{path[:80]}.{ending}"
