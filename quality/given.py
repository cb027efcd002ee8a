"""Clustering and pronouns by themselves: names taken from the gold in place of those found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from spacy.tokens import Doc

from pipeline.components.doc.columns import read_columns
from pipeline.components.doc.tokens import read_tokens
from pipeline.components.entities import canonical_key
from pipeline.components.entities.cluster import Cluster
from pipeline.components.entities.clusters import cluster_names
from pipeline.components.entities.name import Name
from pipeline.components.entities.names import given_name
from pipeline.components.entities.possessives import resolve_possessives
from pipeline.components.entities.pronouns import resolve_pronouns
from pipeline.parsing.tokenizer import stored_offsets, stored_range
from quality.figures import Rates, Share, found
from quality.resolution import named_pronouns, outside, possessives

_LABELS = {
    **dict.fromkeys(("PER", "PERSON", "person", "ACTOR"), "PERSON"),
    **dict.fromkeys(("LOC", "GPE", "FAC", "place", "COUNTRY"), "GPE"),
    **dict.fromkeys(("MISC", "PRODUCT", "EVENT", "NORP"), "PRODUCT"),
}

type Record = Mapping[str, Any]


def clustered(record: Record, doc: Doc, counts: Callable[[Mapping[str, Any]], bool]) -> list[dict[str, Any]]:
    """Return the gold's mentions, their `entity_id` replaced by that of the cluster they were put into.

    Args:
        record: the gold of one document.
        doc: its parse.
        counts: tells which mentions are names that take part; each other one is an entity by itself.
    """
    clusters, numbers = _clusters(record, doc, counts)
    doc_id = record["doc_id"]
    ids: dict[int, str] = {}
    for cluster in clusters:
        key = canonical_key(cluster.name, cluster.label) + (f"|{doc_id}" if cluster.is_local else "")
        ids |= {numbers[id(name)]: key for name in cluster.names}
    return [
        dict(mention) | {"entity_id": ids.get(number, f"alone {number}|{doc_id}")}
        for number, mention in enumerate(record["mentions"])
    ]


def score_pronouns(
    records: Sequence[Record], docs: Sequence[Doc], counts: Callable[[Mapping[str, Any]], bool]
) -> Share:
    """Return how many third-person pronouns lead to the right person, given the gold's names.

    Neither the gold's chains nor its genders are given: names are clustered by `cluster_names`, and a
    cluster stands for the entity of most of its names.
    """
    right = total = 0
    for record, doc in zip(records, docs, strict=True):
        clusters, numbers = _clusters(record, doc, counts)
        entity_of = _entities(record, clusters, numbers)
        resolved = {
            p.token: entity_of[p.cluster] for p in resolve_pronouns(clusters, read_tokens(read_columns(doc)))
        }
        for pronoun in named_pronouns(record):
            total += 1
            token = _tokens(doc, pronoun)[0]
            right += resolved.get(token) == pronoun["entity_id"]
    return Share(right, total)


def score_possessives(
    records: Sequence[Record], docs: Sequence[Doc], counts: Callable[[Mapping[str, Any]], bool]
) -> Rates:
    """Return how many of its and their lead to the right entity, given the gold's names as above."""
    n: Counter[str] = Counter()
    for record, doc in zip(records, docs, strict=True):
        clusters, numbers = _clusters(record, doc, counts)
        entity_of = _entities(record, clusters, numbers)
        wanted = {_tokens(doc, mention)[0]: mention["entity_id"] for mention in possessives(record)}
        n["gold"] += len(wanted)
        for pronoun in resolve_possessives(clusters, read_tokens(read_columns(doc))):
            if not outside(record, *stored_range(doc[pronoun.token : pronoun.token + 1])):
                n["found"] += 1
                n["right"] += wanted.get(pronoun.token) == entity_of[pronoun.cluster]
    return found(n["right"], n_gold=n["gold"], n_found=n["found"])


def _entities(record: Record, clusters: Sequence[Cluster], numbers: Mapping[int, int]) -> list[str]:
    """The entity that most of the names of each cluster mean."""
    mentions = record["mentions"]
    return [
        Counter(mentions[numbers[id(name)]]["entity_id"] for name in cluster.names).most_common(1)[0][0]
        for cluster in clusters
    ]


def _clusters(
    record: Record, doc: Doc, counts: Callable[[Mapping[str, Any]], bool]
) -> tuple[list[Cluster], dict[int, int]]:
    """Return the clusters of the gold's names, and by the id of a `Name` the number of its mention."""
    tokens = read_tokens(read_columns(doc))
    names: list[Name] = []
    numbers: dict[int, int] = {}
    for number, mention in enumerate(record["mentions"]):
        if counts(mention):
            label = _LABELS.get(mention["type"], "ORG")
            name = given_name(tokens, *_tokens(doc, mention), label)
            names.append(name)
            numbers[id(name)] = number
    return cluster_names(names, tokens), numbers


def _tokens(doc: Doc, mention: Mapping[str, Any]) -> tuple[int, int]:
    place = stored_offsets(doc).viewed(mention["start"], mention["end"])
    span = doc.char_span(*place, alignment_mode="expand")
    if span is None:
        raise ValueError(f"characters {mention['start']} to {mention['end']} are no tokens of the text")
    return span.start, span.end
