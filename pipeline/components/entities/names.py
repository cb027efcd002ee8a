"""Names in a document: spaCy's entities cleaned, cut, split and relabelled, and what the model overlooked.

The result is a list of `Name`s in text order that do not overlap. Each repair is a function of its own;
docs/entities.md has what each is worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from spacy.tokens import Doc

from pipeline.components.doc.columns import Columns
from pipeline.components.doc.tokens import Tokens, read_tokens
from pipeline.components.entities.bounds import narrow, trim
from pipeline.components.entities.cuts import cut, split
from pipeline.components.entities.kinds import is_name, relabel
from pipeline.components.entities.labeller import LabelReading, read_labels, relabelled
from pipeline.components.entities.mended import mended
from pipeline.components.entities.name import LABELS, Name
from pipeline.components.entities.overlooked import find_overlooked, found_again
from pipeline.components.entities.teams import with_teams


@dataclass(frozen=True, slots=True)
class NameReading:
    """What is known of a document's names before they are found again in the rest of it.

    Attributes:
        tokens: the document as the rules read it.
        names: that they find.
        labels: what the network says of its words; None where it cannot read them.
    """

    tokens: Tokens
    names: list[Name]
    labels: LabelReading | None


def read_names(documents: Sequence[Columns]) -> list[NameReading]:
    """Read documents for names. The network takes a fraction of the time for many at once.

    Args:
        documents: of one vocabulary.
    """
    tokens = [read_tokens(columns) for columns in documents]
    docs = [columns.doc for columns in documents]
    names = [*map(find_by_rules, docs, tokens)]
    labels = read_labels([*zip(docs, tokens, names, strict=True)])
    return [NameReading(*parts) for parts in zip(tokens, names, labels, strict=True)]


def find_names(reading: NameReading) -> list[Name]:
    """Return the names of a document in text order; they do not overlap.

    Args:
        reading: of the document, from `read_names`.
    """
    names = relabelled(reading.tokens, reading.names, reading.labels)
    return with_teams(found_again(mended(names, reading.tokens), reading.tokens), reading.tokens)


def find_by_rules(doc: Doc, tokens: Tokens) -> list[Name]:
    """Return the names that the model and the rules find, before the network looks over them."""
    names = []
    for ent in doc.ents:
        if ent.label_ not in LABELS:
            continue
        for piece in cut(tokens, ent.start, ent.end, ent.label_):
            for part in split(tokens, piece):
                name = trim(tokens, narrow(tokens, part))
                if name.start < name.end and is_name(tokens, name):
                    names.append(relabel(tokens, name))
    return find_overlooked(names, tokens)


def given_name(tokens: Tokens, start: int, end: int, label: str) -> Name:
    """Return the name in a span that is known to hold one, cleaned as one of the model's."""
    name = trim(tokens, narrow(tokens, Name(start=start, end=end, label=label, method="given", score=1.0)))
    return name if name.start < name.end else replace(name, start=start, end=end)
