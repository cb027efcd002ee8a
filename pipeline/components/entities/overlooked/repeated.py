"""Names that come back: known from one place of a document, overlooked in another."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.ledger import Ledger
from pipeline.components.entities.name import Name

_NAME_TAGS = frozenset(("NNP", "NNPS", "", "NN", "NNS", "FW", "XX", "ADD", "JJ", "VBG", "VBD", "VBN", "AFX"))
"""Penn tags under which a single word may be a name that is known from elsewhere."""


class _Known(NamedTuple):
    """A spelling that is known to be a name: lower-cased words, label, and how it is known."""

    words: tuple[str, ...]
    label: str
    method: str


def add_repeated(ledger: Ledger, tokens: Tokens) -> None:
    """Add names known from elsewhere in the document, and surnames and given names of full names.

    A longer known name takes the place of a shorter one inside it.
    """
    known = _known_spellings(ledger.names, tokens)
    by_token: list[Name | None] = [None] * len(tokens)
    for name in ledger.names:
        for i in range(name.start, name.end):
            by_token[i] = name
    gone: set[Name] = set()
    added = []
    after = 0
    for i in [i for i, word in enumerate(tokens.lower) if word in known]:
        if i < after:
            continue
        for words, label, method in known[tokens.lower[i]]:
            end = i + len(words)
            if len(words) > 1 and tuple(tokens.lower[i:end]) != words:
                continue
            here = by_token[i]
            if here is not None and here.start == i and here.end == end:
                after = end
                break
            if not _is_written_as_name(tokens, i, end):
                continue
            inside = {name for name in by_token[i:end] if name is not None}
            if _stays(inside, i, end):
                after = max(name.end for name in inside)
                break
            if inside and len(words) == 1:
                continue
            gone.update(inside)
            added.append(Name(start=i, end=end, label=label, method=method, score=0.75))
            after = end
            break
    ledger.drop(gone)
    for name in added:
        ledger.add(name)


def _stays(inside: set[Name], start: int, end: int) -> bool:
    """Return whether the names at the tokens [start, end) stay: one is as long, or sticks out."""
    return any(name.start < start or name.end > end or len(name) == end - start for name in inside)


def _known_spellings(names: list[Name], tokens: Tokens) -> dict[str, list[_Known]]:
    """Return the spellings that may come back, longest first, by their first word."""
    lexicon = tokens.lexicon
    in_front = lexicon.words("surnames_in_front")
    given_names, not_names = lexicon.entries("given_names"), lexicon.words("not_names")
    known: dict[str, list[_Known]] = defaultdict(list)
    seen: set[tuple[str, ...]] = set()

    def learn(words: tuple[str, ...], label: str, method: str) -> None:
        seen.add(words)
        known[words[0]].append(_Known(words, label, method))

    for name in sorted(names, key=lambda n: (n.start - n.end, n.start)):
        if name.score < 0.5 or name.label in ("WORK_OF_ART", "LAW"):
            continue
        words = tuple(tokens.lower[name.start : name.end])
        first, last = tokens.words[name.start], tokens.words[name.end - 1]
        may_repeat = len(words) > 1 or (first[:1].isupper() and len(first) > 1 and words[0] not in not_names)
        if words not in seen and may_repeat:
            learn(words, name.label, "repeated")
        if name.label == "PERSON" and 1 < len(words) < 5:
            if words[0] in in_front and words[:1] not in seen and len(words) < 4:
                learn(words[:1], "PERSON", "repeated_surname")
            if words[-1:] not in seen and len(words[-1]) > 1 and last[0].isupper() and words[-1].isalpha():
                learn(words[-1:], "PERSON", "repeated_surname")
            if words[:1] not in seen and words[0] in given_names:
                learn(words[:1], "PERSON", "repeated_given_name")
    return known


def _is_written_as_name(tokens: Tokens, start: int, end: int) -> bool:
    """Return whether the words are written as a name: with a capital, and tagged as a noun can be."""
    if end - start > 1:
        return any(tokens.words[i][0].isupper() for i in range(start, end))
    if len(tokens.words[start]) == 2 and tokens.tags[start] not in ("NNP", "NNPS", ""):
        return False  # Do, So
    word = tokens.words[start]
    return tokens.tags[start] in _NAME_TAGS and (word[0].isupper() or any(map(str.isupper, word)))
