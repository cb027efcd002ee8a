"""Quotations and their speakers against gold.

Records: `quotes: [{content, cue, speaker, type}]`, spans as [[start, end], ..] in characters of the gold's
text. Spans are compared as sets of words (`words.py`), quotations are paired one to one by the overlap of
their contents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quality.figures import Figures, Rates, Share, found
from quality.words import Words, WordSet, pair_up

TYPES = ("direct", "mixed", "indirect")


@dataclass(slots=True)
class _Paired:
    """The quotations of a document on both sides, and the pairs whose contents overlap by half."""

    words: Words
    gold: list[dict[str, Any]]
    found: list[dict[str, Any]]
    gold_words: list[WordSet]
    found_words: list[WordSet]
    pairs: list[tuple[int, int]]


def score_quotes(
    gold: Sequence[Mapping[str, Any]], found_in: Mapping[str, Sequence[dict[str, Any]]]
) -> Figures:
    """Return the figures of all documents together.

    Args:
        gold: records.
        found_in: the quotations found, by doc_id; a document that is not there has none. With `type` on
            both sides there are figures by type; with `speaker_entity` (the gold's id) in what was found,
            and `speaker_entities` in the gold, one of resolved speakers.
    """
    n: Counter[str] = Counter()
    for record in gold:
        _count(_paired(record, found_in.get(record["doc_id"], ())), n)
    content = {"n_gold": n["gold"], "n_found": n["found"]}
    figures: Figures = {
        "attributed": found(n["attributed"], **content),
        "attributed, strict": found(n["strict"], **content),
        "content, overlap": found(n["overlap"], **content),
        "content, exact": found(n["exact"], **content),
        "content, words": found(n["words"], n_gold=n["gold words"], n_found=n["found words"]),
        "cue, exact": found(n["cue exact"], n_gold=n["gold cues"], n_found=n["found cues"]),
        "cue, overlap": found(n["cue overlap"], n_gold=n["gold cues"], n_found=n["found cues"]),
        "speaker's head, of matched": Share(n["head"], n["with speaker"]),
        "speaker exact, of matched": Share(n["same speaker"], n["with speaker"]),
    }
    if n["typed"]:
        for kind in TYPES:
            figures[f"attributed, {kind}"] = Rates(
                n[f"gold right {kind}"], n[f"gold {kind}"], n[f"found right {kind}"], n[f"found {kind}"]
            )
    if n["speech known"]:
        figures["speech or not, of matched"] = Share(n["speech right"], n["speech known"])
    if n["named"]:
        figures["speaker's entity, of all that have one"] = Share(n["named right"], n["named"])
    return figures


def outcomes(
    gold: Sequence[Mapping[str, Any]], found_in: Mapping[str, Sequence[dict[str, Any]]]
) -> Iterator[tuple[float, bool]]:
    """Yield the `score` of each quotation found, and whether content (overlap) and speaker are right."""
    for record in gold:
        paired = _paired(record, found_in.get(record["doc_id"], ()))
        right = {f for g, f in paired.pairs if _is_attributed(paired, g, f)}
        for number, quote in enumerate(paired.found):
            yield float(quote["score"]), number in right


def _paired(record: Mapping[str, Any], quotes: Sequence[dict[str, Any]]) -> _Paired:
    words = Words(record["text"])
    sides = []
    for side in (record["quotes"], quotes):
        with_words = [(quote, ids) for quote in side if (ids := words.touched(quote["content"]))]
        sides.append(([quote for quote, _ in with_words], [ids for _, ids in with_words]))
    (gold, gold_words), (other, found_words) = sides
    return _Paired(words, gold, other, gold_words, found_words, pair_up(gold_words, found_words))


def _is_attributed(paired: _Paired, g: int, f: int) -> bool:
    """Whether a pair has the same speaker by its head word, or none on either side."""
    gold, own = (quote.get("speaker") or [] for quote in (paired.gold[g], paired.found[f]))
    if paired.words.touched(gold):
        return paired.words.same_head(gold, own)
    return not paired.words.touched(own)


def _count(paired: _Paired, n: Counter[str]) -> None:
    words = paired.words
    n["gold"] += len(paired.gold)
    n["found"] += len(paired.found)
    exact = set(pair_up(paired.gold_words, paired.found_words, least=1.0))
    n["exact"] += len(exact)
    n["overlap"] += len(paired.pairs)
    gold_words, found_words = frozenset().union(*paired.gold_words), frozenset().union(*paired.found_words)
    n["gold words"] += len(gold_words)
    n["found words"] += len(found_words)
    n["words"] += len(gold_words & found_words)
    cues = [
        sorted({ids for quote in side if (ids := words.touched(quote.get("cue") or []))}, key=sorted)
        for side in (paired.gold, paired.found)
    ]
    n["gold cues"] += len(cues[0])
    n["found cues"] += len(cues[1])
    n["cue exact"] += len(set(cues[0]) & set(cues[1]))
    n["cue overlap"] += len(pair_up(*cues, least=1e-9))
    for side, quotes in (("gold", paired.gold), ("found", paired.found)):
        for quote in quotes:
            if "type" in quote:
                n["typed"] += 1
                n[f"{side} {quote['type']}"] += 1
    n["named"] += sum(bool(quote.get("speaker_entities")) for quote in paired.gold)
    for g, f in paired.pairs:
        gold, own = paired.gold[g], paired.found[f]
        is_right = _is_attributed(paired, g, f)
        speakers = [words.touched(quote.get("speaker") or []) for quote in (gold, own)]
        n["attributed"] += is_right
        n["strict"] += speakers[0] == speakers[1] and (g, f) in exact
        if speakers[0]:
            n["with speaker"] += 1
            n["head"] += is_right
            n["same speaker"] += speakers[0] == speakers[1]
        if is_right:
            n[f"gold right {gold.get('type')}"] += 1
            n[f"found right {own.get('type')}"] += 1
        if "is_speech" in gold and "is_speech" in own:
            n["speech known"] += 1
            n["speech right"] += gold["is_speech"] == own["is_speech"]
        if gold.get("speaker_entities") and "speaker_entity" in own:
            n["named right"] += own["speaker_entity"] in {entity["id"] for entity in gold["speaker_entities"]}
