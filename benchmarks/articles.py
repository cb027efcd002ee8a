"""News-like articles that do not repeat, for measuring and testing without a corpus.

A small grammar (articles.txt): each article draws a topic and a cast of invented persons, places and
bodies, and fills sentence patterns with them, in paragraphs, with quotations of all kinds. Its length and its
share of rare words are those of agency copy (`python -m benchmarks.articles` prints both); what it says
means nothing.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_SLOT = re.compile(r"\{([^{}]+)\}")


def articles(n: int, *, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield `n` different articles as `python -m pipeline extract` reads them: 150 to 850 words each.

    An article depends on the seed and on its own number only.
    """
    for number in range(n):
        story = _Story(random.Random(f"{seed}-{number}"))
        yield {
            "article_id": f"generated-{seed}-{number:06d}",
            "title": story.fill("{Thing} was {done}"),
            "source": f"bench{number % 7}.example",
            "published_at": f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
            "language": "en",
            "text": story.text(),
        }


def _read_grammar() -> dict[str, list[str]]:
    grammar: dict[str, list[str]] = {}
    alternatives: list[str] = []
    for line in Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            alternatives = grammar.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            alternatives.append(line)
    return grammar


_GRAMMAR = _read_grammar()
_TOPICS = sorted({section.partition(": ")[0] for section in _GRAMMAR if ": " in section})


class _Story:
    """One article's topic and cast."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        topic = rng.choice(_TOPICS)
        self._sections = {**_GRAMMAR}
        for slot in ("thing", "done", "result"):
            self._sections[slot] = _GRAMMAR[f"{topic}: {slot}"]
        self._sections["place"] = [self.fill("{name}") for _ in range(3)]
        self._sections["person"] = [self.fill("{given} {name}") for _ in range(rng.randint(3, 6))]
        self._sections["surname"] = [person.split()[-1] for person in self._sections["person"]]
        self._sections["body"] = [self.fill("{new body}") for _ in range(3)]

    def text(self) -> str:
        """Return paragraphs of one to three sentences, about half of them with a quotation."""
        rng = self._rng
        wanted = min(800, max(150, rng.lognormvariate(5.9, 0.45)))
        paragraphs = [self.fill("{opener}")]
        words = 0
        while words < wanted:
            sentences = rng.choice((["{plain}"], ["{quoted}"], ["{plain}", "{quoted}"], ["{plain}"] * 3))
            paragraphs.append(" ".join(map(self.fill, sentences)))
            words += len(paragraphs[-1].split())
        return "\n\n".join(paragraphs)

    def fill(self, pattern: str) -> str:
        """Replace the {slots} of a pattern, and those of what replaces them."""
        return _SLOT.sub(lambda match: self._slot(match[1]), pattern)

    def _slot(self, name: str) -> str:
        rng = self._rng
        if name == "number":
            return f"{rng.randint(12, 98_000):,}"
        if name == "small number":
            return f"{rng.randint(2, 99)}.{rng.randint(0, 9)}"
        if name == "age":
            return str(rng.randint(19, 91))
        filled = self.fill(rng.choice(self._sections[name.lower()]))
        return filled[0].upper() + filled[1:] if name[0].isupper() else filled


if __name__ == "__main__":
    seen: set[str] = set()
    lengths, new = [], []
    for article in articles(1000):
        words = article["text"].split()
        lengths.append(len(words))
        new.append(len(set(words) - seen) / len(words))
        seen |= set(words)
    print(f"words an article: {min(lengths)} to {max(lengths)}, {sum(lengths) / 1000:.0f} on average")
    print(f"of the last 500 articles, {sum(new[500:]) / 500:.1%} of the words were new")
    print(f"{len({article['text'] for article in articles(1000)})} different texts, {len(seen)} words")
