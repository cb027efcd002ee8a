"""Names in a document: spaCy's entities cleaned, cut, split and relabelled, and what the model overlooked.

The result is a list of `Name`s in text order that do not overlap. Each repair is a function of its own;
docs/entities.md has what each is worth.
"""

from __future__ import annotations

from dataclasses import replace

from spacy.tokens import Doc

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.bounds import narrow, trim
from pipeline.components.entities.cuts import cut, split
from pipeline.components.entities.kinds import is_name, relabel
from pipeline.components.entities.labeller import relabelled
from pipeline.components.entities.name import LABELS, Name
from pipeline.components.entities.overlooked import find_overlooked, found_again
from pipeline.components.entities.teams import with_teams


def find_names(doc: Doc, tokens: Tokens) -> list[Name]:
    """Return the names of a document in text order; they do not overlap.

    Args:
        doc: a document with named entities.
        tokens: the same document as the rules read it.
    """
    names = relabelled(doc, tokens, find_by_rules(doc, tokens))
    return with_teams(found_again(names, tokens), tokens)


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
