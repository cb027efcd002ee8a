"""Propositions against reference tuples: CaRB's measure (Bhardwaj, Aggarwal and Mausam 2019).

A tuple is a predicate and its arguments, all in words of the sentence. Precision and recall of a pair of
tuples count words that they share, slot by slot. For the precision of a sentence each extraction gets one
reference, greedily, the best pair first; for recall each reference takes whatever extraction covers it
best, so that one extraction may serve several.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from quality.figures import Rates

type Extraction = tuple[str, Sequence[str]]
"""A predicate and its arguments in order."""

type Pair = tuple[float, float]
"""Precision and recall, 0..1."""

_NO_MATCH: Pair = (0.0, 0.0)
_FORMS_OF_BE = frozenset({"be", "is", "am", "are", "was", "were", "been", "being"})
_SAYING = ("said", "told", "added", "adds", "says")


def match(reference: Extraction, extraction: Extraction) -> Pair:
    """Return precision and recall of an extraction against one reference.

    Arguments behind the first are taken as one. Without a common word in the predicates, or with fewer
    arguments than the reference, nothing matches; an implied "be" fits any of its forms. Where the reference
    is about saying, the extraction's arguments may also come in the other order.
    """
    best = _match(reference, extraction)
    predicate, arguments = extraction
    if len(arguments) >= 2 and any(verb in reference[0] for verb in _SAYING):
        turned = (predicate, [" ".join(arguments[1:]), arguments[0]])
        best = max(best, _match(reference, turned))
    return best


def score_sentence(references: Sequence[Extraction], extractions: Sequence[Extraction]) -> Rates:
    """Return the rates of one sentence's extractions."""
    pairs = [[match(reference, extraction) for extraction in extractions] for reference in references]
    recall = sum(max((pair[1] for pair in row), default=0.0) for row in pairs)
    precision = 0.0
    rows, columns = set(range(len(references))), set(range(len(extractions)))
    ranked = sorted((-pairs[i][j][0], i, j) for i in rows for j in columns)
    for negative, i, j in ranked:
        if i in rows and j in columns:
            rows.remove(i)
            columns.remove(j)
            precision -= negative
    return Rates(recall, len(references), precision, len(extractions))


def score_tuples(sentences: Iterable[tuple[Sequence[Extraction], Sequence[Extraction]]]) -> Rates:
    """Return the rates over all sentences, each given as (references, extractions)."""
    scored = [score_sentence(references, extractions) for references, extractions in sentences]
    return Rates(
        sum(one.gold_hits for one in scored),
        sum(one.n_gold for one in scored),
        sum(one.found_hits for one in scored),
        sum(one.n_found for one in scored),
    )


def _match(reference: Extraction, extraction: Extraction) -> Pair:
    wanted, given = reference[0].split(), extraction[0].split()
    hits = _common(wanted, given)
    left = Counter(given) - Counter(wanted)
    if left["be"] and _FORMS_OF_BE & set(wanted):
        hits += 1
    if not hits:
        return _NO_MATCH
    n_wanted, n_given = len(wanted), len(given)
    wanted_slots, given_slots = _two_slots(reference[1]), _two_slots(extraction[1])
    if len(given_slots) < len(wanted_slots):
        return _NO_MATCH
    for wanted_slot, given_slot in zip(wanted_slots, given_slots, strict=False):
        hits += _common(wanted_slot.split(), given_slot.split())
        n_wanted += len(wanted_slot.split())
        n_given += len(given_slot.split())
    return hits / n_given, hits / n_wanted


def _two_slots(arguments: Sequence[str]) -> list[str]:
    return [arguments[0], " ".join(arguments[1:])] if len(arguments) >= 2 else list(arguments)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    return (Counter(one) & Counter(other)).total()
