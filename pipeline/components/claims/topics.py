"""The user's topics: which of them a claim is about, and how much.

A topic is a list of words and phrases and a few example statements. A claim belongs to it when it shares
enough with them; what many topics share says less than what only one has.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pipeline.lexicons import Lexicon
from pipeline.lexicons import lexicon as lexicon_of_language

_LONGEST = 4  # words of a phrase


@dataclass(frozen=True, slots=True)
class Topics:
    """The user's topics.

    Attributes:
        names: of the topics.
        weights: phrase of stems -> topic -> weight.
        lexicon: the words of the language that they are written in.
    """

    names: tuple[str, ...]
    weights: Mapping[str, Mapping[str, float]]
    lexicon: Lexicon


def read_topics(topics: Mapping[str, Any], *, lexicon: Lexicon | None = None) -> Topics:
    """Prepare topics.

    Args:
        topics: name -> {"words": [...], "statements": [...]}, both optional, as a topics file has them; a
            plain list is taken as words. Listed words weigh 1, other words of the statements 0.3.
        lexicon: the words of the language that they are written in; English where None.

    Raises:
        ValueError: a topic is neither a mapping with these keys nor a list, or has neither words nor
            statements.
    """
    lexicon = lexicon or lexicon_of_language()
    stem, idle = lexicon.made(_read_stem), lexicon.words("topic_stop_words")
    weights: dict[str, dict[str, float]] = {}
    for name, topic in topics.items():
        parts = topic if isinstance(topic, Mapping) else {"words": topic}
        unknown = set(parts) - {"words", "statements"}
        listed, statements = parts.get("words") or [], parts.get("statements") or []
        if unknown or not (_are_texts(listed) and _are_texts(statements) and (listed or statements)):
            raise ValueError(f"topic {name!r}: expected lists `words` and `statements`, got {topic!r}")
        for statement in statements:
            for word in set(_split(statement)) - idle:
                weights.setdefault(stem(word), {})[name] = 0.3
        for phrase in listed:
            weights.setdefault(" ".join(map(stem, _split(phrase))), {})[name] = 1.0
    return Topics(tuple(topics), weights, lexicon)


def match_topics(topics: Topics, forms: Sequence[str]) -> dict[str, float]:
    """Return how much some words are about each topic, 0..1; topics they share nothing with are left out.

    Args:
        topics: from `read_topics`.
        forms: lower-cased words.
    """
    stems = list(map(topics.lexicon.made(_read_stem), forms))
    found: dict[str, float] = {}
    seen = set()
    for size in range(1, _LONGEST + 1):
        for i in range(len(stems) - size + 1):
            phrase = stems[i] if size == 1 else " ".join(stems[i : i + size])
            by_topic = topics.weights.get(phrase)
            if by_topic is not None and phrase not in seen:
                seen.add(phrase)
                for name, weight in by_topic.items():
                    # A word of every topic tells that one of them is meant, but not which.
                    share = 1.0 if len(by_topic) == 1 else 0.7
                    found[name] = found.get(name, 0.0) + share * weight
    return {name: 1 - math.exp(-0.7 * weight) for name, weight in found.items()}


def _are_texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _split(phrase: str) -> list[str]:
    return "".join(c if c.isalnum() or c in "-'" else " " for c in phrase.lower()).split()


def _read_stem(lexicon: Lexicon) -> Callable[[str], str]:
    """Return what takes off a plural or verbal ending, roughly: topics name a word in one of its forms."""
    endings = lexicon.ordered("claims.topic_endings")
    uninflected = lexicon.ordered("claims.uninflected_endings")

    @lru_cache(maxsize=1 << 16)
    def stem(word: str) -> str:
        if not word.endswith(uninflected):
            for ending in endings:
                if word.endswith(ending) and len(word) - len(ending) >= 4:
                    return word[: -len(ending)]
        return word

    return stem
