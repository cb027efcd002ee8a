"""What the content of a quotation is by its grammar: a clause, an infinitive, a participle, a noun phrase."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from pipeline.components.doc.tags import FINITE_TAGS, PREDICATE_TAGS
from pipeline.components.quotes.parsed import Parse, Range, tokens_of

SUBJECTS = frozenset(("nsubj", "nsubjpass", "expl", "csubj"))
"""Labels of what a clause is about."""
_NEAR = 4
"""Tokens of a content among which the word that opens its clause stands."""
_PERIPHERAL = frozenset(("mark", "cc", "advmod", "prep", "det", "punct", "aux", "auxpass", "neg"))


class ContentForm(Enum):
    """What a content is: a clause, an infinitive, a participle, or a noun phrase."""

    CLAUSE = "clause"
    INFINITIVE = "infinitive"
    GERUND = "gerund"
    PHRASE = "phrase"


def form_of(parse: Parse, content: Sequence[Range]) -> ContentForm:
    """Return what a content is, by its highest word.

    Args:
        parse: of the document.
        content: token ranges, ends exclusive.
    """
    form = ContentForm.PHRASE
    start, end = content[0]
    opening = [t for t in range(start, min(end, start + _NEAR)) if parse.tags[t] == "IN"]
    if any(parse.words[t] in parse.lexicon.words("quotes.complementisers") for t in opening) and any(
        parse.tags[t] in FINITE_TAGS for t in range(opening[0], end)
    ):
        return ContentForm.CLAUSE  # whatever the parser has hung it on
    inside = tokens_of(content)
    for t in inside:
        head = parse.heads[t]
        if (head != t and head in inside) or parse.is_empty[t] or parse.deps[t] in _PERIPHERAL:
            continue
        if any(parse.deps[k] in SUBJECTS for k in parse.kids[t]) and parse.tags[t] not in PREDICATE_TAGS:
            # "that the road was closed", where the parser has taken "closed" for an adjective.
            return ContentForm.CLAUSE
        if parse.tags[t] not in PREDICATE_TAGS:
            if len(content) == 1 and parse.deps[t] not in SUBJECTS:
                return ContentForm.PHRASE
            continue
        kids = [k for k in parse.kids[t] if k in inside]
        if parse.tags[t] in FINITE_TAGS or any(
            parse.deps[k] in ("nsubj", "nsubjpass", "expl", "aux") and parse.tags[k] != "TO" for k in kids
        ):
            if any(parse.tags[k] == "TO" for k in kids):
                form = ContentForm.INFINITIVE
                continue
            return ContentForm.CLAUSE
        form = ContentForm.GERUND if parse.tags[t] == "VBG" else ContentForm.INFINITIVE
    return form
