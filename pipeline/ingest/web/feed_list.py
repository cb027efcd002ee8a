"""The list of feeds: an address a line, the outlet's name after it, `#` before a comment."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from pipeline.errors import ConfigError
from pipeline.identity import content_id


class Feed(NamedTuple):
    """A line of the list.

    Attributes:
        url: as it stands there.
        outlet: name that its articles get as `source`; None leaves it to the feed.
    """

    url: str
    outlet: str | None

    @property
    def name(self) -> str:
        """A name for files, told by host and made one of a kind by the address."""
        try:
            host = urlsplit(self.url).hostname or ""
        except ValueError:
            host = ""
        return f"{re.sub(r'[^a-z0-9.-]', '', host)[:80].strip('.') or 'feed'}-{content_id(self.url)[:12]}"

    @property
    def shown(self) -> str:
        """The address as it may stand in tables and logs: without a password."""
        return re.sub(r"(?<=://)[^/?#]*@", "***@", self.url)


def read_feed_list(path: Path) -> list[Feed]:
    """Return the feeds of a list in its order, each address once.

    Raises:
        ConfigError: there is no such file, it cannot be read, or it names no feed.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"feeds_file {path} is no file; write one address of a feed a line") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"feeds_file {path} cannot be read: {error}") from None
    feeds: dict[str, Feed] = {}
    for line in text.splitlines():
        url, _, outlet = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip().partition(" ")
        if url:
            feeds.setdefault(url, Feed(url, " ".join(outlet.split()) or None))
    if not feeds:
        raise ConfigError(f"feeds_file {path} names no feed; write one address of a feed a line")
    return list(feeds.values())
