"""Names, their labels and which of them are the same, against gold.

Records: `mentions: [{start, end, type, entity_id, named}]`. Only names count (`named`). A leading article
and a trailing possessive are cut from the spans of both sides, and labels are taken together as persons,
organisations, places and the rest, as in comparisons with other corpora.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from quality.figures import Figures, Rates, Share, found

_CLASSES = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC"}
_ARTICLES = ("the ", "The ", "THE ", "a ", "an ", "A ", "An ")
_POSSESSIVES = ("'s", "’s", "'S", "'", "’")

type Span = tuple[int, int]


def score_entities(
    gold: Sequence[Mapping[str, Any]], found_in: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Figures:
    """Return the figures of all documents together.

    Args:
        gold: records; `entity_id` means the same in all of them.
        found_in: the mentions found, by doc_id; `entity_id` is that of the table, the same in all articles.
    """
    n: Counter[str] = Counter()
    gold_ids: dict[Hashable, str] = {}
    found_ids: dict[Hashable, str] = {}
    for record in gold:
        text, doc_id = record["text"], record["doc_id"]
        own = dict(_names(text, record["mentions"]))
        others = dict(_names(text, found_in.get(doc_id, ())))
        common = own.keys() & others.keys()
        n["gold"] += len(own)
        n["found"] += len(others)
        n["span"] += len(common)
        n["class"] += sum(_class(own[span]) == _class(others[span]) for span in common)
        n["label"] += sum(own[span]["type"] == others[span]["type"] for span in common)
        gold_ids |= {(doc_id, span): str(mention["entity_id"]) for span, mention in own.items()}
        found_ids |= {(doc_id, span): str(mention["entity_id"]) for span, mention in others.items()}
    both = {"n_gold": n["gold"], "n_found": n["found"]}
    return {
        "names, span": found(n["span"], **both),
        "names, span and class": found(n["class"], **both),
        "label, of matched": Share(n["label"], n["span"]),
        "clusters, B3": b_cubed(_within(gold_ids), _within(found_ids)),
        "across articles, B3": b_cubed(gold_ids, found_ids),
    }


def b_cubed(gold: Mapping[Any, Hashable], found_ids: Mapping[Any, Hashable]) -> Rates:
    """Return B-cubed over mentions (Bagga and Baldwin 1998).

    A mention that is on one side only counts as wrong on that side.

    Args:
        gold: the cluster of each mention.
        found_ids: the same, as found; a mention has the same key on both sides.
    """
    in_gold, in_found = _groups(gold), _groups(found_ids)
    recall = precision = 0.0
    for mention in gold.keys() & found_ids.keys():
        own, other = in_gold[gold[mention]], in_found[found_ids[mention]]
        common = len(own & other)
        recall += common / len(own)
        precision += common / len(other)
    return Rates(recall, len(gold), precision, len(found_ids))


def _groups(ids: Mapping[Any, Hashable]) -> dict[Hashable, set[Any]]:
    groups: dict[Hashable, set[Any]] = defaultdict(set)
    for mention, cluster in ids.items():
        groups[cluster].add(mention)
    return groups


def _within(ids: Mapping[Any, str]) -> dict[Any, Hashable]:
    """Make the ids local to their documents."""
    return {mention: (mention[0], cluster) for mention, cluster in ids.items()}


def _names(text: str, mentions: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Span, Mapping[str, Any]]]:
    for mention in mentions:
        if mention.get("named", True):
            start, end = trimmed(text, mention["start"], mention["end"])
            if start < end:
                yield (start, end), mention


def _class(mention: Mapping[str, Any]) -> str:
    return _CLASSES.get(mention["type"], "MISC")


def trimmed(text: str, start: int, end: int) -> Span:
    """Return a span without a leading article and a trailing possessive."""
    start += next((len(article) for article in _ARTICLES if text.startswith(article, start, end)), 0)
    end -= next((len(ending) for ending in _POSSESSIVES if text.endswith(ending, start, end)), 0)
    inner = text[start:end]
    end -= len(inner) - len(inner.rstrip(" \n"))
    return start + len(inner) - len(inner.lstrip(" \n")), end
