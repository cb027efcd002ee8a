"""What a claim is compared by: its content words with their roles, its amounts, days and entities.

Words are stems, hashed; words of one family (`lexicons/en/word_families.txt`) count as one, and a subject's
pronoun as the name that it stands for. How much a word tells comes from how rare it is in news: a table of
rarities by bucket, which holds no word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from pipeline.lexicons import Lexicon
from pipeline.lexicons import lexicon as lexicon_of_language
from pipeline.models.weights import load_weights

N_BUCKETS = 1 << 17
SUBJECT, PREDICATE, OBJECT, NUMBER = 1, 2, 4, 8
"""Bits of a word's role: it stands in the subject, the predicate or the object; it is an amount."""

LEAST = 2
"""Claims of fewer content words are compared with none."""

_WORD = re.compile(r"[0-9]+-[0-9]+/[0-9]+|[0-9]+/[0-9]+|[0-9][0-9,]*(?:\.[0-9]+)?|[^\W\d_]+")
_YEARS = (1900.0, 2040.0)


@dataclass(frozen=True, slots=True)
class Sketch:
    """A claim as it is compared.

    Attributes:
        claim_id, day, article_id, source: of the claim, and where it stands.
        negated: its polarity.
        roles: hash of each content word and amount -> bits of its roles.
        entities: hashes of the ids of its entities.
        subject: hash of the subject's entity, 0 where it has none.
        days: first and last day of each of its times, as proleptic ordinals.
        kind: type and modality.
        context: hashes of the words in the names that its article holds.
    """

    claim_id: str
    day: date
    article_id: str
    source: str
    wire_source: str | None
    negated: bool
    roles: Mapping[int, int]
    entities: frozenset[int]
    subject: int
    days: tuple[tuple[int, int], ...]
    kind: tuple[str, str]
    context: frozenset[int]


def sketch_of(
    claim: Mapping[str, Any],
    article: Mapping[str, Any],
    names: Mapping[str, str],
    context: frozenset[int],
    *,
    lexicon: Lexicon | None = None,
) -> Sketch | None:
    """Return the sketch of a claim, or None where it has too few content words.

    Args:
        claim: row of the table claims.
        article: row of its article: source, wire_source.
        names: entity_id -> canonical name, of the article.
        context: of the article, see `context_of`.
        lexicon: the words of its language; English where None.
    """
    words = (lexicon or lexicon_of_language()).made(read_content_words)
    roles: dict[int, int] = {}
    subject_id = claim["subject_entity_id"]
    parts = (
        (f"{claim['subject']} {names.get(subject_id, '') if subject_id else ''}", SUBJECT),
        (f"{claim['predicate_lemma']} {claim['predicate']}", PREDICATE),
        (claim["object"] or "", OBJECT),
        (" ".join([claim["text"], *(names.get(id, "") for id in claim["entity_ids"])]), 0),
    )
    for text, role in parts:
        for word in words.of(text):
            number = NUMBER if word.startswith("#") else 0
            roles[hashed(word)] = roles.get(hashed(word), 0) | role | number
    for quantity in claim["quantities"]:
        if quantity["value"] is not None:
            role = next((r for text, r in parts[::2] if r and quantity["text"] in text), 0)
            key = hashed(f"#{quantity['value']:g}")
            roles[key] = roles.get(key, 0) | role | NUMBER
    if len(roles) < LEAST:
        return None
    return Sketch(
        claim_id=claim["claim_id"],
        day=claim["day"],
        article_id=claim["article_id"],
        source=article["source"],
        wire_source=article["wire_source"],
        negated=claim["polarity"] == "negated",
        roles=roles,
        entities=frozenset(hashed(id) for id in claim["entity_ids"]),
        subject=hashed(subject_id) if subject_id else 0,
        days=tuple(
            (when["start"].toordinal(), when["end"].toordinal())
            for when in claim["dates"]
            if when["start"] and when["end"]
        ),
        kind=(claim["claim_type"], claim["modality"]),
        context=context,
    )


def context_of(names: Iterable[str], *, lexicon: Lexicon | None = None) -> frozenset[int]:
    """Return the hashed words of names: articles about the same event have many in common.

    Args:
        names: that an article holds.
        lexicon: the words of its language; English where None.
    """
    words = (lexicon or lexicon_of_language()).made(read_content_words)
    return frozenset(hashed(word) for name in names for word in words.of(name))


@dataclass(frozen=True, slots=True)
class ContentWords:
    """How the words of a language that say what a text is about are told from the others.

    Attributes:
        asides: a pattern of ages and days of a month: no figures, the latter are among the dates.
        contractions: how a negation ends the verb that it is part of.
        idle: words that say nothing, negations and words of numbers.
        families: word -> the word that stands for its family.
        endings: ending -> what stands in its place in a stem.
        uninflected: endings of words that have none of these.
        loose: letters that end a stem in some forms only.
    """

    asides: re.Pattern[str]
    contractions: tuple[str, ...]
    idle: frozenset[str]
    families: Mapping[str, str]
    endings: Mapping[str, str]
    uninflected: tuple[str, ...]
    loose: str

    def stem(self, word: str) -> str:
        """Take off the endings that inflect a word."""
        if not word.endswith(self.uninflected):
            for ending, rest in self.endings.items():
                if word.endswith(ending) and len(word) - len(ending) >= 3:
                    return (word[: -len(ending)] + rest).rstrip(self.loose)
        return word.rstrip(self.loose)

    def of(self, text: str) -> list[str]:
        """Return the stems of the words that say what a text is about, and its figures."""
        lowered = self.asides.sub(" ", text).lower()
        for negation in self.contractions:
            lowered = lowered.replace(negation, " ")
        found = []
        for match in _WORD.finditer(lowered):
            word = match[0]
            if "/" in word:
                found.append(f"#{word}")
            elif word[0] in "0123456789":
                value = float(word.replace(",", ""))
                if not _YEARS[0] <= value <= _YEARS[1]:
                    found.append(f"#{value:g}")
            elif len(word) > 1 and word not in self.idle:
                stem = self.stem(word)
                found.append(self.families.get(word) or self.families.get(stem) or stem)
        return found


def read_content_words(lexicon: Lexicon) -> ContentWords:
    """Return how content words of a language are told; ask the lexicon for it with `made`."""
    families: dict[str, str] = {}
    for head, members in lexicon.entries("word_families").items():
        for word in (head, *members.split()):
            families.setdefault(word, head)
    months = "|".join(name[:3].lower() for name in lexicon.ordered("dates.months"))
    ages = "|".join(map(re.escape, lexicon.ordered("alike.ages")))
    numbers = {word for word, entry in lexicon.entries("number_words").items() if not entry.endswith("short")}
    return ContentWords(
        asides=re.compile(
            rf"\b\d+(?:{ages})\b|\b(?:{months})[a-z]*\.?\s+\d{{1,2}}\b|\b\d{{1,2}}\s+(?:{months})[a-z]*\b",
            re.IGNORECASE,
        ),
        contractions=lexicon.ordered("alike.contracted_negations"),
        idle=lexicon.words("topic_stop_words")
        | lexicon.words("negators")
        | (numbers - lexicon.words("alike.numbers_of_content")),
        families=families,
        endings=lexicon.entries("alike.endings"),
        uninflected=lexicon.ordered("alike.uninflected_endings"),
        loose="".join(lexicon.ordered("alike.loose_endings")),
    )


def content_words(text: str, *, lexicon: Lexicon | None = None) -> list[str]:
    """Return the stems of the words that say what a text is about, and its figures as '#12.5'.

    Negations are left to the polarity; number words to the amounts; years and days of the month to the dates.

    Args:
        text: any.
        lexicon: the words of its language; English where None.
    """
    return (lexicon or lexicon_of_language()).made(read_content_words).of(text)


def hashed(text: str) -> int:
    """Return the hash of a word or an id: 32 bits, the same on every machine."""
    return crc32(text.encode("utf-8", "replace"))


@cache
def rarity_table() -> NDArray[np.float64]:
    """Return how much a word tells, by its bucket: the last bits of its hash."""
    return np.asarray(load_weights("same_claims/weights.npz")["rarity"].astype(np.float64) / 255)


class _Rarities(dict[int, float]):
    """The rarities of the words that were met: many are met again, and a look-up costs no call."""

    def __missing__(self, word: int) -> float:
        if len(self) > _MOST_KEPT:
            self.clear()
        self[word] = value = float(rarity_table()[word & (N_BUCKETS - 1)])
        return value


_MOST_KEPT = 1 << 20
rarity = _Rarities().__getitem__
"""How much a hashed word tells, 0..1: 1 for one that the news texts of the table never had."""


def rarities(counts: Mapping[str, int], n_texts: int) -> NDArray[np.uint8]:
    """Make the table of rarities.

    Args:
        counts: stem -> in how many texts it occurs.
        n_texts: number of texts.
    """
    seen = np.zeros(N_BUCKETS)
    for word, n in counts.items():
        seen[hashed(word) & (N_BUCKETS - 1)] += n
    values = np.log(n_texts / (1 + np.minimum(seen, n_texts - 1))) / np.log(n_texts)
    return np.asarray(np.clip(np.round(values * 255), 8, 255), dtype=np.uint8)
