"""XML read without entities, without a network, and within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, BinaryIO

from lxml import etree

from pipeline.ingest.formats.reader import Limits, decode, read_whole


class Hostile(Exception):  # noqa: N818 - says what the document is
    """The document declares entities, which news has no use for."""


_ROOT = re.compile(
    # Atomic, so that what was read as one comment is never read as part of another: no backtracking.
    rb"\s*+(?>(?><\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)\s*+)*+"
    rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)",
    re.DOTALL | re.IGNORECASE,
)


def root_name(head: bytes) -> str | None:
    """Return the name of the root element in small letters, without prefix; None where it is no XML."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = decode(head).encode()
    found = _ROOT.match(head.removeprefix(b"\xef\xbb\xbf"))
    return found[1].decode("ascii", "replace").lower() if found else None


def parse(stream: BinaryIO, limits: Limits) -> Any:
    """Return the root element of a document.

    Raises:
        Hostile: it declares entities.
        TooLarge: it is longer than may be read at once.
        etree.XMLSyntaxError: it is no XML, even with small faults mended.
    """
    return parse_bytes(read_whole(stream, limits.whole_bytes // 4))


def parse_bytes(data: bytes) -> Any:
    """Return the root element of a document in memory; raises like `parse`."""
    return _parsed(data)[0]


def _parsed(data: bytes) -> tuple[Any, bool]:
    """Return the root element, and whether the document is well-formed."""
    refuse_entities(data)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    root = etree.fromstring(data.lstrip(), parser)
    if root is None:
        raise etree.XMLSyntaxError("no element", 0, 0, 0)
    return root, not len(parser.error_log)


def parse_items(
    stream: BinaryIO, limits: Limits, names: tuple[str, ...], once: tuple[str, ...] = ()
) -> tuple[Any, list[Any], int]:
    """Return the root of a document, the items in it, and how many are lost.

    An item in an item is part of it. Where the document is not well-formed, a broken tag may have made one
    item of two, or none: then each is parsed by itself, from its own first tag to the next.

    Args:
        stream: the document.
        limits: bounds.
        names: of the items.
        once: names of elements that each item has once.

    Raises:
        Hostile, TooLarge, etree.XMLSyntaxError: as `parse` does.
    """
    data = read_whole(stream, limits.whole_bytes // 4)
    root, is_sound = _parsed(data)
    tests = " or ".join(f"local-name()='{n}'" for n in names)
    items = [root] if name(root) in names else root.xpath(f".//*[{tests}][not(ancestor::*[{tests}])]")
    if is_sound or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return root, items, 0
    starts, n_ends = tags(data, names)
    n_expected = max(len(starts), n_ends, *(len(tags(data, (n,), with_prefix=False)[0]) for n in once))
    if len(items) >= n_expected:
        return root, items, 0
    single: list[Any] = []
    found_root = _ROOT.match(data)
    around = _START_TAG.match(data, data.rfind(b"<", 0, found_root.start(1))) if found_root else None
    for begin, end in pairwise([*starts, len(data)]):
        # The root's first tag declares the prefixes.
        opened = b"" if around is None or begin == around.start() else around[0]
        try:
            part = parse_bytes(opened + data[begin:end])
        except (etree.XMLSyntaxError, ValueError):
            continue
        found = [part] if name(part) in names else part.xpath(f".//*[{tests}]")
        single += found[:1]
    if len(single) > len(items):
        items = single
    return root, items, max(0, n_expected - len(items))


_START_TAG = re.compile(rb"<[^<>]{1,20000}>")


def tags(data: bytes, names: tuple[str, ...], *, with_prefix: bool = True) -> tuple[list[int], int]:
    """Return where elements of some names begin, and how many ends they have; comments and CDATA left out."""
    prefix = rb"(?:[A-Za-z_][\w.-]{0,60}:)?" if with_prefix else b""
    one_of = b"|".join(n.encode() for n in names)
    tag = re.compile(rb"<(/?)" + prefix + b"(?:" + one_of + rb")(?=[\s/>])")
    starts: list[int] = []
    n_ends = 0
    at = 0
    for begin, end in _silent(data):
        for found in tag.finditer(data, at, begin):
            starts += [] if found[1] else [found.start()]
            n_ends += bool(found[1])
        at = end
    return starts, n_ends


def _silent(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield where comments and CDATA begin and end, and the end of the data."""
    marks: list[list[Any]] = [
        [data.find(b"<!--"), b"<!--", b"-->"],
        [data.find(b"<![CDATA["), b"<![CDATA[", b"]]>"],
    ]
    while there := [mark for mark in marks if mark[0] >= 0]:
        begin, _, close = min(there)
        end = data.find(close, begin)
        if end < 0:
            break
        at = end + len(close)
        yield begin, at
        for mark in there:
            if mark[0] < at:
                mark[0] = data.find(mark[1], at)
    yield len(data), len(data)


def refuse_entities(data: bytes) -> None:
    """Raise `Hostile` where a document declares entities, in whatever encoding."""
    text = data if not data.startswith((b"\xff\xfe", b"\xfe\xff")) else decode(data).encode()
    if b"<!ENTITY" in text.upper() if len(text) < 1 << 20 else b"<!ENTITY" in text[: 1 << 20].upper():
        raise Hostile("the document declares entities")


def name(element: Any) -> str:
    """Return an element's name without its namespace."""
    tag = element.tag
    # Of a broken document, a prefix may stand in the name itself.
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


def first(element: Any, *names: str) -> Any:
    """Return the first element below with one of the names, in the order of the names; or None."""
    for wanted in names:
        found = element.xpath(f".//*[local-name()='{wanted}']")
        if found:
            return found[0]
    return None


def text(element: Any) -> str | None:
    """Return all text of an element, blanks made one; None where there is none."""
    if element is None:
        return None
    return " ".join("".join(element.itertext()).split()) or None


def paragraphs(element: Any, *names: str) -> str | None:
    """Return the paragraphs below an element, joined by empty lines; of all its text where it has none."""
    if element is None:
        return None
    tests = " or ".join(f"local-name()='{n}'" for n in (names or ("p", "hl2", "li")))
    found = [text(p) for p in element.xpath(f".//*[{tests}]")]
    return "\n\n".join(filter(None, found)) or text(element)
