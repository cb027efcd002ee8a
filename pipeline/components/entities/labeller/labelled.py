"""What the network makes of the names of a document; it reads the words of many at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from spacy.tokens import Doc

from pipeline.components.doc.runs import runs
from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.bounds import trim
from pipeline.components.entities.kinds import is_name
from pipeline.components.entities.labeller.features import label_features
from pipeline.components.entities.labeller.guards import (
    Evidence,
    has_words_of_names,
    is_body,
    kept_whole,
    names_of_places,
    place_of,
    with_its_article,
    with_one_label,
    with_seats,
    with_shown_labels,
)
from pipeline.components.entities.labeller.network import (
    Labelled,
    LabelReading,
    best_labels,
    label_scores,
    network_in_use,
    read_candidates,
    with_rules,
)
from pipeline.components.entities.name import Name


def read_labels(documents: Sequence[tuple[Doc, Tokens, Sequence[Name]]]) -> list[LabelReading | None]:
    """Let the network read the words of documents. Many short ones at once cost half of one by one.

    Args:
        documents: of one vocabulary and language: each, how the rules read it, and the names that they found,
            which do not overlap.

    Returns:
        A reading each; None where the document is empty, or the model has no word vectors of the width that
        the network was trained with: it knows no other model.
    """
    readings: list[LabelReading | None] = [None] * len(documents)
    network = network_in_use()
    if not documents or not network.fits(documents[0][0].vocab.vectors.data):
        return readings
    vectors = network.vectors(documents[0][0].vocab.vectors.data)
    for numbers in runs([len(tokens) for _, tokens, _ in documents]):
        features = label_features([documents[number] for number in numbers])
        scores = label_scores(features, network.weights, vectors)
        labels = best_labels(features.places, with_rules(scores, features))
        for number, reading in zip(numbers, read_candidates(features, labels, scores), strict=True):
            readings[number] = reading
    return readings


def relabelled(tokens: Tokens, names: Sequence[Name], reading: LabelReading | None) -> list[Name]:
    """Return the names of a document as the network sees them, in text order (method "network").

    A name on which the network and the rules agree stays as it is. Where the network cannot read the
    document, nothing changes.

    Args:
        tokens: the document.
        names: that the rules found; they do not overlap.
        reading: of the document with these names, from `read_labels`.
    """
    if reading is None:
        return [*names]
    out = [name for name in names if _is_settled(tokens, name)]
    settled = {i for name in out for i in range(name.start, name.end)}
    evidence = Evidence(reading, names)
    for found in kept_whole(tokens, reading.found, names):
        if evidence.is_doubtful(tokens, found) or not settled.isdisjoint(range(found.start, found.end)):
            continue
        before = evidence.at(found.start, found.end)
        name = _named(tokens, before, found, evidence.label_of(tokens, found))
        if name.start < name.end and is_name(tokens, name) and has_words_of_names(tokens, name):
            out.append(name)
    places = names_of_places(tokens, out)
    out = [_guarded(tokens, name, out, places) for name in sorted(out, key=lambda name: name.start)]
    return with_shown_labels(tokens, with_one_label(tokens, with_seats(tokens, out)))


def _guarded(tokens: Tokens, name: Name, names: Sequence[Name], places: Collection[str]) -> Name:
    """Return a name with the label and the article that it must have, whatever the network says."""
    if name.method != "network":
        return name
    if is_body(tokens, name):
        return replace(name, label="ORG")
    place = place_of(tokens, name, names, places)
    return replace(name, label=place) if place else with_its_article(tokens, name)


def _is_settled(tokens: Tokens, name: Name) -> bool:
    """Return whether a rule has read a whole line or list for a name: works in a list, networks in a bar.

    So is a road with its number, of which the network has seen few: "Highway 61".
    """
    if tokens.lower[name.start] in tokens.lexicon.words("entities.road_openers"):
        return len(name) == 2 and tokens.words[name.end - 1].isdigit()
    if name.method == "listed" and len(name) == 1:
        return tokens.lower[name.start] in tokens.lexicon.words("social_networks")
    return name.method == "work_list"


def _named(tokens: Tokens, name: Name | None, found: Labelled, label: str) -> Name:
    """Return what the network found as a name of that label; that of the rules where they agree."""
    if name is not None and name.label == label:
        return name
    if name is not None:
        title = name.title if label == "PERSON" else ()
        return replace(name, label=label, method="network", score=found.score, title=title)
    return trim(tokens, Name(found.start, found.end, label, method="network", score=found.score))
