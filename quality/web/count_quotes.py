"""Quotations of an article against gold, as counts.

Only the outermost of the gold count, and no close calls (`optional`). Two quotations pair up where at least
half of the words of both contents are the same. A speaker is right by one common word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from quality.web.count_mentions import Counts, Meaning
from quality.words import Words, pair_up

type Record = Mapping[str, Any]


def count_quotes(words: Words, gold: Sequence[Record], found: Sequence[Record], meant: Meaning) -> Counts:
    """Return the counts of an article.

    Args:
        words: of its text.
        gold: quotations: `content`, `cue` and `speaker` as spans, `speaker_entities`, `is_speech`, `parent`.
        found: the outermost: the same, and `speaker_entity`.
        meant: what the entities found stand for.
    """
    gold = scored(gold)
    n: Counts = defaultdict(float)
    n["quotes, gold"], n["quotes, found"] = len(gold), len(found)
    n["speech, gold"] = sum(quote["is_speech"] for quote in gold)
    n["speech, found"] = sum(quote["is_speech"] for quote in found)
    paired = dict(pairs(words, gold, found))
    for g, quote in enumerate(gold):
        other = found[paired[g]] if g in paired else None
        known = set(quote["speaker_entities"]) & meant.named
        if known:
            got = meant.of(other["speaker_entity"]) if other is not None else None
            n["speaker entities, gold"] += 1
            n["speaker entities"] += got in known
            n["speaker entities, wrong"] += got is not None and got not in known
        if other is None:
            continue
        is_right = same_speaker(words, quote, other)
        is_speech = quote["is_speech"] and other["is_speech"]
        n["quotes"] += 1
        n["attributed"] += is_right
        n["attributed speech"] += is_right and is_speech
        n["contents"] += words.touched(quote["content"]) == words.touched(other["content"])
        n["cues"] += words.touched(quote["cue"]) == words.touched(other["cue"])
        n["types"] += quote["type"] == other["type"]
        n["speech or not"] += quote["is_speech"] == other["is_speech"]
    return n


def scored(gold: Sequence[Record]) -> list[Record]:
    """Return the gold's quotations that count: the outermost, without close calls."""
    return [quote for quote in gold if not quote["parent"] and not quote.get("optional")]


def pairs(words: Words, gold: Sequence[Record], found: Sequence[Record]) -> list[tuple[int, int]]:
    """Pair quotations one to one by the words of their contents."""
    sides = [[words.touched(quote["content"]) for quote in side] for side in (gold, found)]
    return pair_up(sides[0], sides[1])


def same_speaker(words: Words, quote: Record, other: Record) -> bool:
    """Tell whether two quotations have a word of their speakers in common, or neither has a speaker."""
    one, two = words.touched(quote["speaker"]), words.touched(other["speaker"])
    return bool(one & two) if one or two else True


def right_quotes(words: Words, gold: Sequence[Record], found: Sequence[Record]) -> list[bool]:
    """Tell of each quotation found, in order, whether content (by half) and speaker are right."""
    gold = scored(gold)
    right = {f for g, f in pairs(words, gold, found) if same_speaker(words, gold[g], found[f])}
    return [number in right for number in range(len(found))]
