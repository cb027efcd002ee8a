"""What a site lets robots fetch, and how fast: its robots.txt (RFC 9309)."""

from __future__ import annotations

import re

from protego import Protego

MAX_BYTES = 512_000
"""As much of a file as is read; the RFC asks for at least 500 KiB."""

_AGENT_LINE = re.compile(r"^[ \t]*user[ -]?agent[ \t]*:[ \t]*([^\r\n#]*)", re.IGNORECASE | re.MULTILINE)


class Rules:
    """The rules of one site for one agent."""

    def __init__(self, robots_txt: str, agent: str) -> None:
        """Read the rules.

        Args:
            robots_txt: the text of the file; an empty one allows all.
            agent: the header User-Agent, of which the product's name counts.
        """
        self._name = re.split(r"[/\s(]", agent, maxsplit=1)[0]
        name = self._name.lower()

        def own(line: re.Match[str]) -> str:
            said = line[1].strip().lower()
            return line[0] if said == "*" or (said and said.rstrip("*") in name) else "User-agent: others"

        # A rule is kept for each agent it is for: a file that names thousands would fill the memory.
        self._rules = Protego.parse(_AGENT_LINE.sub(own, robots_txt[:MAX_BYTES]))

    def allow(self, url: str) -> bool:
        """Tell whether an address may be fetched."""
        return bool(self._rules.can_fetch(url, self._name))

    @property
    def delay_s(self) -> float:
        """Seconds between two requests that the site asks for; 0 where it asks for none."""
        return float(self._rules.crawl_delay(self._name) or 0.0)
