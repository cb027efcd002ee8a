"""The formats of other tools that articles are written in, by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from pipeline.desk.exports.brat import write_brat
from pipeline.desk.exports.docbin import write_docbin
from pipeline.desk.exports.geg import geg_lines
from pipeline.desk.exports.gqg import gqg_lines
from pipeline.desk.exports.layered import LayeredArticle
from pipeline.desk.exports.quotebank import quotebank_lines
from pipeline.desk.exports.web_annotation import web_annotations

type Lines = Callable[[Iterator[LayeredArticle]], Iterator[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFormat:
    """A format that articles can be written in.

    Attributes:
        unit: what `write` counts.
        write: writes articles to a stream, which it leaves open, and returns how many units.
    """

    unit: str
    write: Callable[[Iterator[LayeredArticle], BinaryIO], int]


def write_lines(objects: Iterator[Any], to: BinaryIO) -> int:
    """Write an object a line, as JSON in UTF-8; returns their number."""
    n = 0
    for one in objects:
        to.write(f"{json.dumps(one, ensure_ascii=False)}\n".encode())
        n += 1
    return n


def _of_lines(unit: str, lines: Lines) -> ToolFormat:
    def write(articles: Iterator[LayeredArticle], to: BinaryIO) -> int:
        return write_lines(lines(articles), to)

    return ToolFormat(unit=unit, write=write)


FOR_TOOLS: dict[str, ToolFormat] = {
    "gqg": _of_lines("articles", gqg_lines),
    "geg": _of_lines("articles", geg_lines),
    "quotebank": _of_lines("quotations", quotebank_lines),
    "annotations": _of_lines("annotations", web_annotations),
    "brat": ToolFormat(unit="articles", write=write_brat),
    "docbin": ToolFormat(unit="articles", write=write_docbin),
}
"""By what they are called on the command line."""
