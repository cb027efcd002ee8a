"""A record becomes an article: the one place where a row of the table `articles` is made.

The nightly way cleans what it is given, once for all. The command `extract` hands on articles that are clean
already: text and lines stay as given there, so that offsets are the caller's own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.errors import InputError
from pipeline.identity import checksum, content_id
from pipeline.ingest.boilerplate import not_an_article
from pipeline.ingest.clean import clean_line, clean_text
from pipeline.ingest.fields import Fields
from pipeline.ingest.language import article_language
from pipeline.ingest.pages.html import html_to_text, is_html
from pipeline.ingest.placement import Placement
from pipeline.ingest.record import DayRecord, Fault
from pipeline.ingest.urls import canonical_url, host
from pipeline.ingest.wire import wire_source
from schemas import Article

if TYPE_CHECKING:
    from pipeline.settings import Settings

UNKNOWN_SOURCE = "unknown"
"""The outlet of a record that names none and has no URL."""


def article_or_fault(record: DayRecord, settings: Settings) -> Article | Fault:
    """Return the row of a record of a day, or why there is none."""
    raw, fields, placement = record.record, record.fields, record.placement
    if raw.fault:
        return raw.fault
    assert fields is not None and placement is not None  # what has no fault was understood
    if placement.refused:
        return Fault(*placement.refused)
    if placement.day is None:
        return Fault("bad_date", f"undated: {placement.undated}, and no day of arrival")
    if placement.day >= datetime.now(UTC).date():
        return Fault("future_day", f"published {placement.day}, which is to come")
    try:
        article = article_row(fields, placement, raw.ref)
        return article if isinstance(article, Fault) else _unfit(article, settings, fields) or article
    except Exception as error:  # noqa: BLE001 - one poisoned record must not stop a night
        return Fault("extraction_error", f"{type(error).__name__}: {error}")


def clean_article(record: DayRecord, settings: Settings) -> tuple[str | None, Article | Fault]:
    """Return id and row of an article that somebody has cleaned; or why it is none, with its id if known."""
    raw, fields, placement = record.record, record.fields, record.placement
    if fields is None or placement is None:
        return None, raw.fault or Fault("unreadable", "no record")
    if not fields.text:
        return None, Fault("no_text", "no text, or a blank one")
    if len(fields.text) > settings.max_chars:
        return None, Fault("too_large", f"{len(fields.text)} characters, more than {settings.max_chars}")
    article_id = given_id(fields)
    if placement.refused:
        return article_id, Fault(*placement.refused)
    return article_id, article_row(fields, placement, raw.ref, is_clean=True)


def article_row(
    fields: Fields, placement: Placement, record_ref: str, *, is_clean: bool = False
) -> Article | Fault:
    """Return the row of a record's fields, or a fault where there is no text.

    Args:
        fields: what the record says.
        placement: its day and date.
        record_ref: where it stands.
        is_clean: the record is an article that somebody has cleaned: its text, lines and id stay as given,
            and neither HTML nor an agency is looked for in it.
    """
    published = placement.published
    if is_clean:
        text = fields.text
        url, title, canonical = fields.url, fields.title, fields.canonical_url
        source = fields.source or host(url) or ""
        authors = list(fields.authors)
    else:
        text = clean_text(_plain(fields))
        url, title = clean_line(fields.url), clean_line(fields.title)
        canonical = canonical_url(fields.canonical_url) or canonical_url(fields.url)
        source = clean_line(fields.source) or host(fields.url) or UNKNOWN_SOURCE
        authors = [name for name in map(clean_line, fields.authors) if name]
    if not text:
        return Fault("no_text", "no body, only a summary" if fields.summary else "no body")
    if is_clean:
        article_id = given_id(fields)
    elif canonical:
        article_id = content_id(canonical)
    else:
        article_id = content_id(source, published.at.isoformat() if published else "", text)
    language = article_language(title, text, fields.language)
    return Article(
        article_id=article_id,
        url=url,
        canonical_url=canonical,
        source=source,
        title=title,
        authors=authors,
        published_at=published.at if published else None,
        published_at_offset=published.offset if published else None,
        published_at_source=placement.published_from if published else None,
        published_at_precision=published.precision if published else None,
        wire_source=None if is_clean else wire_source(text, authors, fields.wire),
        fetched_at=None if is_clean else placement.fetched_at,
        language=language.code,
        language_score=language.score,
        text=text,
        text_sha256=checksum(text),
        n_chars=len(text),
        n_words=len(text.split()),
        record_ref=record_ref,
    )


def given_id(fields: Fields) -> str:
    """Return the article_id of an article that is clean already: its own, else one made of URL or text."""
    return fields.id or content_id("article", fields.url or fields.text or "")


def article_id_of_url(url: str) -> str:
    """Return the article_id of a URL.

    Raises:
        InputError: it names no single page, so that articles that have it are known by other things.
    """
    canonical = canonical_url(url)
    if canonical is None:
        raise InputError(f"{url} names no single article; give its article_id")
    return content_id(canonical)


_REPLACEMENT = "\ufffd"


def _unfit(article: Article, settings: Settings, fields: Fields) -> Fault | None:
    """Return why an article is none that can be worked on; None where it can."""
    if article.n_chars > settings.max_chars:
        return Fault("too_large", f"{article.n_chars} characters, more than {settings.max_chars}")
    if article.n_words < settings.min_words:
        return Fault("too_short", f"{article.n_words} words, fewer than {settings.min_words}")
    n_lost = article.text.count(_REPLACEMENT)
    if n_lost * 20 > article.n_chars:
        return Fault("bad_encoding", f"{n_lost} of {article.n_chars} characters are lost")
    reason = not_an_article(article.text, n_words=article.n_words, is_page=fields.html is not None)
    return Fault("not_an_article", reason) if reason else None


def _plain(fields: Fields) -> str:
    """Return the body of a record as plain text, also where it is HTML."""
    if fields.text:
        return html_to_text(fields.text) if is_html(fields.text) else fields.text
    return html_to_text(fields.html) if fields.html else ""
