"""Takedowns: articles that every run leaves out. Nothing is ever taken off the list.

A takedown is a file of its own, so that two people who take articles down at once, on whatever machines, do
not write over each other's. It holds hashes, no text and no URL. The list as it was before, a file of lines,
is obeyed as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

from pipeline.errors import DamagedError
from pipeline.store import Store
from pipeline.store.batch import OLD_TAKEDOWNS, TAKEDOWNS, takedown_path
from pipeline.store.contract import Contract, as_object, why
from pipeline.store.gathered import gathered, note_gathered

_ARTICLE_ID = re.compile(r"[a-z2-7]{16}")
_FILE = re.compile(r"([a-z2-7]{16})\.json")


class Takedown(Contract):
    """One article that was taken down.

    Attributes:
        version: of this format.
        article_id: of the article.
        pages: ids of the pages it stands on (`pipeline.ingest.urls.page_id`): the same page under another
            spelling of its address is left out as well.
        reason: why.
        was_found: it was in the store when it was taken down; otherwise the takedown waits for it.
    """

    version: Literal[1] = 1
    article_id: str
    pages: tuple[str, ...] = ()
    reason: str
    was_found: bool = False


@dataclass(frozen=True, slots=True)
class Takedowns:
    """All takedowns: the ids of the articles, and those of their pages."""

    ids: frozenset[str] = frozenset()
    pages: frozenset[str] = frozenset()

    def cover(self, article_id: str, pages: Iterable[str | None]) -> bool:
        """Tell whether an article was taken down.

        Args:
            article_id: of the article.
            pages: ids of its pages; None is no page.
        """
        return article_id in self.ids or not self.pages.isdisjoint(page for page in pages if page)


def is_article_id(text: str) -> bool:
    """Tell whether a text can be the id of an article."""
    return _ARTICLE_ID.fullmatch(text) is not None


def read_takedowns(store: Store, *, is_read_through: bool = False) -> Takedowns:
    """Return all takedowns; what else lies beside their files (`.json.bak`) is left aside.

    Args:
        store: where they are written down.
        is_read_through: read each file, also where its content is known.

    Raises:
        DamagedError: a takedown cannot be read; the message says what to do.
    """
    ids, pages = _old_ids(store), set[str]()
    found = gathered(store, TAKEDOWNS, _FILE, is_read_through=is_read_through)
    for name, text in found.texts.items():
        takedown = _understood(store, name.removesuffix(".json"), text.encode())
        ids.add(takedown.article_id)
        pages.update(takedown.pages)
    return Takedowns(frozenset(ids), frozenset(pages))


def note_takedowns(store: Store) -> None:
    """Write down in one object what all takedowns say, so that a night need not read them one by one."""
    note_gathered(store, gathered(store, TAKEDOWNS, _FILE))


def find_takedown(store: Store, article_id: str) -> Takedown | None:
    """Return the takedown of an article; None where there is none, or it cannot be read."""
    try:
        return _read(store, article_id)
    except DamagedError:
        return None


def take_down(store: Store, takedown: Takedown) -> None:
    """Write a takedown down. What was known of the article's pages before is kept."""
    before = find_takedown(store, takedown.article_id)
    if before is not None:
        pages = tuple(sorted({*before.pages, *takedown.pages}))
        was_found = before.was_found or takedown.was_found
        takedown = before.model_copy(update={"pages": pages, "was_found": was_found})
    if takedown != before:
        store.put(takedown_path(takedown.article_id), takedown.to_bytes())


def _read(store: Store, article_id: str) -> Takedown | None:
    data = store.find(takedown_path(article_id))
    return None if data is None else _understood(store, article_id, data)


def _understood(store: Store, article_id: str, data: bytes) -> Takedown:
    path = takedown_path(article_id)
    value = as_object(data)
    try:
        if value is None:
            raise DamagedError(f"{store.root}/{path} is damaged: {_again(article_id)}", path=path)
        return Takedown.model_validate(value)
    except ValidationError as error:
        message = f"{store.root}/{path} is no takedown that this version of Newstables knows ({why(error)})"
        raise DamagedError(f"{message}: {_again(article_id)}", path=path) from None


def _again(article_id: str) -> str:
    return f"take the article down again (python -m pipeline forget {article_id})"


def _old_ids(store: Store) -> set[str]:
    remedy = "mend the line; or remove it, and take the article down again (python -m pipeline forget)"
    try:
        lines = store.read_lines(OLD_TAKEDOWNS)
        return {str(line["article_id"]) for line in lines}
    except DamagedError as error:
        raise DamagedError(f"{error}: {remedy}", path=OLD_TAKEDOWNS) from None
    except (KeyError, TypeError):
        message = f"{store.root}/{OLD_TAKEDOWNS} has a line that names no article"
        raise DamagedError(f"{message}: {remedy}", path=OLD_TAKEDOWNS) from None
