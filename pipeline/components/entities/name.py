"""A name in a document: what the rules for names find, change and hand on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.components.doc.tokens import Tokens

LABELS = frozenset(("PERSON", "ORG", "GPE", "LOC", "NORP", "FAC", "EVENT", "WORK_OF_ART", "LAW", "PRODUCT"))
"""The entity labels that are names; the model's others (dates, sums, ordinals) are not."""
ROMAN = re.compile(r"[ivx]{2,}")
"""A Roman numeral in lower case: part of a name, but none by itself."""


@dataclass(slots=True, eq=False)
class Name:
    """A name at tokens [start, end).

    Two names are equal only if they are one object, so that a rule can keep a set of those it takes out.

    Attributes:
        label: entity label.
        method: the model ("ner") or the rule that found it.
        score: 0..1, how sure that is.
        title: the titles in front of it, lower-cased ("mr", "sir").
    """

    start: int
    end: int
    label: str
    method: str
    score: float
    title: tuple[str, ...] = ()

    def __len__(self) -> int:
        return self.end - self.start


def text_of(tokens: Tokens, name: Name) -> str:
    """Return the words of a name with a space between any two."""
    return " ".join(tokens.words[name.start : name.end])
