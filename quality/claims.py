"""Claims against gold: the clause, who makes it, and what it says.

Records: `claims: [{start, end, claimer_kind, claimer, polarity, hedged, subject, predicate}]`. Claims are
paired one to one where the intersection of their spans is at least half of the union (in characters), the
best first; the other figures are taken on the pairs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from quality.figures import Figures, Share, found
from quality.words import Words


def score_claims(
    gold: Sequence[Mapping[str, Any]], found_in: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Figures:
    """Return the figures of all documents together.

    Args:
        gold: records; `claimer` is a list of spans, `subject` a span or None, `predicate` the span of a word.
        found_in: the claims found, by doc_id; `predicate` is a list of spans.
    """
    n: Counter[str] = Counter()
    for record in gold:
        _count(Words(record["text"]), record["claims"], found_in.get(record["doc_id"], ()), n)
    both = {"n_gold": n["gold"], "n_found": n["found"]}
    return {
        "right in all": found(n["all"], **both),
        "clause and claimer and polarity": found(n["whole"], **both),
        "clause": found(n["matched"], **both),
        "clause, exact": found(n["exact"], **both),
        "claimer's kind, of matched": Share(n["kind"], n["matched"]),
        "claimer, of attributed": Share(n["claimer"], n["attributed"]),
        "polarity, of matched": Share(n["polarity"], n["matched"]),
        "negated, of matched": found(n["negated"], n_gold=n["gold negated"], n_found=n["found negated"]),
        "hedged, of matched": found(n["hedged"], n_gold=n["gold hedged"], n_found=n["found hedged"]),
        "subject's head, of matched": Share(n["subject"], n["with subject"]),
        "predicate, of matched": Share(n["predicate"], n["matched"]),
    }


def paired(
    gold: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]], *, least: float = 0.5
) -> list[tuple[int, int]]:
    """Pair claims one to one by intersection over union of their spans, the best first."""
    possible = []
    for g, claim in enumerate(gold):
        for f, other in enumerate(others):
            common = min(claim["end"], other["end"]) - max(claim["start"], other["start"])
            whole = max(claim["end"], other["end"]) - min(claim["start"], other["start"])
            if common > 0 and common / whole >= least:
                possible.append((-common / whole, g, f))
    pairs: list[tuple[int, int]] = []
    taken_gold: set[int] = set()
    taken_found: set[int] = set()
    for _, g, f in sorted(possible):
        if g not in taken_gold and f not in taken_found:
            taken_gold.add(g)
            taken_found.add(f)
            pairs.append((g, f))
    return pairs


def _count(
    words: Words, gold: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]], n: Counter[str]
) -> None:
    n["gold"] += len(gold)
    n["found"] += len(others)
    for g, f in paired(gold, others):
        own, other = gold[g], others[f]
        n["matched"] += 1
        n["exact"] += words.touched([(own["start"], own["end"])]) == words.touched(
            [(other["start"], other["end"])]
        )
        same_kind = own["claimer_kind"] == other["claimer_kind"]
        same_claimer = same_kind
        n["kind"] += same_kind
        if own["claimer_kind"] == "attributed":
            same_claimer = same_kind and words.same_head(own["claimer"], other["claimer"])
            n["attributed"] += 1
            n["claimer"] += same_claimer
        same_polarity = own["polarity"] == other["polarity"]
        n["polarity"] += same_polarity
        n["whole"] += same_claimer and same_polarity
        for name, of_gold, of_found in (
            ("negated", own["polarity"] == "negated", other["polarity"] == "negated"),
            ("hedged", own["hedged"], other["hedged"]),
        ):
            n[f"gold {name}"] += of_gold
            n[f"found {name}"] += of_found
            n[name] += of_gold and of_found
        same_subject = not own["subject"]
        if own["subject"]:
            same_subject = bool(other["subject"]) and words.same_head([own["subject"]], [other["subject"]])
            n["with subject"] += 1
            n["subject"] += same_subject
        same_predicate = words.touched([own["predicate"]]) <= words.touched(other["predicate"])
        n["predicate"] += same_predicate
        n["all"] += same_claimer and same_polarity and same_subject and same_predicate
