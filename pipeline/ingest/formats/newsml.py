"""What agencies send: NewsML-G2 and NITF documents, alone or several in one message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree

from pipeline.ingest.formats.reader import Limits, Reader, TooLarge, fault, record
from pipeline.ingest.formats.xml_tree import Hostile, first, name, paragraphs, parse_items, root_name, text
from pipeline.ingest.pages.html import html_to_text
from pipeline.ingest.record import RawRecord
from pipeline.ingest.urls import host

_NEWSML = ("newsitem", "newsmessage", "contentset", "packageitem", "newsml", "itemset")


def is_newsml(head: bytes, file: str) -> bool:
    """Tell by the root element."""
    return root_name(head) in _NEWSML


def is_nitf(head: bytes, file: str) -> bool:
    """Tell by the root element."""
    return root_name(head) == "nitf"


def _read(
    stream: BinaryIO, file: str, limits: Limits, names: tuple[str, ...], make: Any, once: tuple[str, ...] = ()
) -> Iterator[RawRecord]:
    try:
        root, items, n_lost = parse_items(stream, limits, names, once)
        place = 0
        for place, item in enumerate(items or [root], 1):
            yield record(file, place, {k: v for k, v in make(item).items() if v}, etree.tostring(item))
        for n in range(min(n_lost, _MAX_LOST)):
            yield fault(file, place + n + 1, "unreadable", "XML: an item whose tags are broken")
    except Hostile as error:
        yield fault(file, 0, "hostile", str(error))
    except TooLarge as error:
        yield fault(file, 0, "too_large", str(error))
    except (etree.LxmlError, ValueError) as error:
        yield fault(file, 0, "unreadable", f"XML: {error}")


_MAX_LOST = 10_000


def read_newsml(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield the news items of a document."""
    yield from _read(stream, file, limits, ("newsItem",), _news_item, ("itemMeta",))


def read_nitf(stream: BinaryIO, file: str, limits: Limits) -> Iterator[RawRecord]:
    """Yield the articles of a document."""
    yield from _read(stream, file, limits, ("nitf",), _nitf)


def _attribute(element: Any, *names: str) -> str | None:
    if element is None:
        return None
    return next((value for wanted in names if (value := element.get(wanted))), None)


def _news_item(item: Any) -> dict[str, Any]:
    """Return the fields of a newsItem."""
    meta, content = first(item, "itemMeta"), first(item, "contentMeta")
    about = content if content is not None else item
    nitf = first(item, "nitf")
    inner = _nitf(nitf) if nitf is not None else {}
    inline, data, html = first(item, "inlineXML"), first(item, "inlineData"), first(item, "html")
    body = inner.get("text")
    if not body and html is not None:
        body = paragraphs(html)
    if not body and data is not None:
        plain = "".join(data.itertext())
        body = html_to_text(plain) if "html" in (data.get("contenttype") or "") else plain
    if not body and inline is not None and nitf is None:
        body = paragraphs(inline)
    language = first(about, "language")
    provider = first(meta, "provider") if meta is not None else None
    creators = [text(first(e, "name")) or text(e) for e in about.xpath("./*[local-name()='creator']")]
    tags = item.xpath("./@xml:lang")
    said = first(about, "infoSource")
    return {
        "id": item.get("guid"),
        "title": text(first(about, "headline")) or inner.get("title"),
        "text": body,
        "published_at": text(
            first(item, "firstCreated", "contentCreated", "firstPublished", "versionCreated")
        ),
        "modified_at": text(first(item, "versionCreated")),
        "source": (text(first(provider, "name")) if provider is not None else None)
        or text(first(item, "copyrightHolder"))
        or (_attribute(provider, "literal", "qcode") or "").rpartition(":")[2]
        or host(_attribute(provider, "uri")),
        "authors": [text(e) for e in about.xpath("./*[local-name()='by']")]
        or [c for c in creators if c]
        or inner.get("authors"),
        "language": _attribute(language, "tag") or (tags[0] if tags else None),
        "credit": (text(first(said, "name")) if said is not None else None)
        or text(first(about, "creditline")),
        "url": _attribute(first(item, "link"), "href"),
        "summary": text(first(about, "description")),
    }


def _nitf(root: Any) -> dict[str, Any]:
    """Return the fields of a NITF document, in the manner of the standard or of the NYT corpus."""
    head, body = first(root, "body.head"), first(root, "body.content")
    blocks = root.xpath(".//*[local-name()='block'][@class='full_text']")
    pubdata = first(root, "pubdata")
    issued = first(root, "date.issue", "date.release", "story.date")
    bylines = [] if head is None else head.xpath(".//*[local-name()='byline']")
    names = [_byline(e) for e in bylines if e.get("class") != "normalized_byline"]
    section = root.xpath(".//*[local-name()='meta'][@name='online_sections']/@content")
    return {
        "id": _attribute(first(root, "doc-id"), "id-string"),
        "title": text(first(root, "hl1")) or text(first(root, "headline", "title")),
        "authors": [n for n in names if n],
        "published_at": _attribute(issued, "norm") or _attribute(pubdata, "date.publication"),
        "source": text(first(root, "doc.copyright", "distributor"))
        or _attribute(first(root, "doc.copyright"), "holder")
        or _attribute(pubdata, "name"),
        "url": _attribute(pubdata, "ex-ref"),
        "text": paragraphs(blocks[-1] if blocks else body),
        "section": section[0] if section else None,
        "summary": text(first(root, "abstract")),
        "language": (root.xpath("./@xml:lang") or [None])[0],
    }


def _byline(element: Any) -> str | None:
    """Return the name in a byline, without the title beside it."""
    person = first(element, "person", "name.given")
    if person is not None and name(person) == "person":
        return text(person)
    titles = {id(e) for e in element.xpath(".//*[local-name()='byttl']")}
    parts = [element.text or ""]
    for child in element:
        parts += [] if id(child) in titles else ["".join(child.itertext())]
        parts.append(child.tail or "")
    return " ".join("".join(parts).split()).strip(" ,") or text(element)


NEWSML = Reader(
    "newsml",
    is_newsml,
    read_newsml,
    "NewsML-G2: news items, alone or in a message",
    {
        "id": "newsItem/@guid",
        "title": "contentMeta/headline",
        "published_at": "itemMeta/firstCreated, else contentCreated, else versionCreated",
        "source": "itemMeta/provider/name, else rightsInfo/copyrightHolder",
        "authors": "contentMeta/by, else creator/name",
        "language": "contentMeta/language/@tag, else @xml:lang",
        "text": "contentSet/inlineXML (NITF or HTML), else inlineData",
        "wire_source": "contentMeta/infoSource/name, else creditline",
    },
)
NITF = Reader(
    "nitf",
    is_nitf,
    read_nitf,
    "NITF articles, also those of the NYT Annotated Corpus",
    {
        "id": "doc-id/@id-string",
        "title": "hedline/hl1, else title",
        "authors": "byline",
        "published_at": "date.issue/@norm, else pubdata/@date.publication",
        "url": "pubdata/@ex-ref",
        "text": "block[@class='full_text'], else body.content",
        "section": "meta[@name='online_sections']/@content",
    },
)
