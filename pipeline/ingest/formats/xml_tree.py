"""XML read without entities, without a network, and within bounds."""

from __future__ import annotations

import re
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
    return root


def refuse_entities(data: bytes) -> None:
    """Raise `Hostile` where a document declares entities, in whatever encoding."""
    text = data if not data.startswith((b"\xff\xfe", b"\xfe\xff")) else decode(data).encode()
    if b"<!ENTITY" in text.upper() if len(text) < 1 << 20 else b"<!ENTITY" in text[: 1 << 20].upper():
        raise Hostile("the document declares entities")


def name(element: Any) -> str:
    """Return an element's name without its namespace."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


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
