"""Descriptions: "the Treasury chief", "the 47-year-old", "the bank", and whom or what each of them means.

A definite description goes to the person whose role it repeats, to the organisation or place whose name or
description has its noun, and else, with a score below 0.5, to the only one that it can mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.cluster import Cluster, owners
from pipeline.components.entities.referents import Known, Nominal, Phrase, find_person, find_thing
from pipeline.components.entities.roles import (
    INSIDE,
    PLURAL,
    Role,
    age_behind,
    content_words,
    noun_at,
    roles_at,
)
from pipeline.lexicons import Lexicon

_NOT_LAST = frozenset(("POS", "HYPH", "VBN", "VBG", "''"))
"""Tags that a description does not end with."""


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.roles = lexicon.entries("roles")
        self.kinds = lexicon.entries("kinds")
        self.determiners = lexicon.words("entities.definite_determiners")
        self.links = lexicon.words("entities.links_of_descriptions")
        self.link_articles = lexicon.words("entities.determiners_behind_links")
        self.age_endings = lexicon.ordered("entities.age_endings")
        self.age_units = lexicon.words("entities.age_units")
        self.age_adjectives = lexicon.words("entities.age_adjectives")


@dataclass(slots=True)
class Described:
    """Roles by the number of their cluster, and the descriptions that stand for a cluster, in text order."""

    roles: dict[int, list[Role]] = field(default_factory=dict)
    nominals: list[Nominal] = field(default_factory=list)


def describe(clusters: Sequence[Cluster], tokens: Tokens) -> Described:
    """Read the roles of the clusters and resolve the definite descriptions of the document."""
    found = Described()
    if not clusters:
        return found
    ages: dict[int, str] = {}
    for i, cluster in enumerate(clusters):
        for name in cluster.names:
            for role in roles_at(tokens, name.start, name.end, cluster.label):
                found.roles.setdefault(i, []).append(role)
                if role.start < role.end:
                    found.nominals.append(Nominal(role.start, role.end, i, "apposition", 0.85))
            if cluster.label == "PERSON" and (age := age_behind(tokens, name.end)):
                ages.setdefault(i, age)
    taken = {*owners(clusters)}
    for nominal in found.nominals:
        taken.update(range(nominal.start, nominal.end))
    known = Known(clusters, found.roles, ages, tokens.lexicon)
    found.nominals += _resolved(_phrases(tokens, taken), known)
    found.nominals.sort(key=lambda nominal: nominal.start)
    return found


def _resolved(phrases: Iterator[Phrase], known: Known) -> Iterator[Nominal]:
    """The phrases that stand for an entity: a person of that age or role, else a thing of that kind."""
    words = known.lexicon.made(_Words)
    for phrase in phrases:
        nominal = None
        if phrase.age or phrase.noun in words.roles:
            nominal = find_person(phrase, known)
        if nominal is None and phrase.noun in words.kinds:
            nominal = find_thing(phrase, known)
        if nominal is not None:
            yield nominal


def _phrases(tokens: Tokens, taken: set[int]) -> Iterator[Phrase]:
    """The phrases with "the", "this" or "that" that come down to a role, a kind or an age.

    Args:
        tokens: the document.
        taken: tokens of names, and of descriptions that stand with them.
    """
    words = tokens.lexicon.made(_Words)
    after = 0
    for start in [i for i, word in enumerate(tokens.lower) if word in words.determiners]:
        if start < after:
            continue
        end = _end_of_phrase(tokens, start)
        if end == start + 1:
            continue
        after = end
        last = end - 1
        noun, age = noun_at(tokens, last), _age_in(tokens, words, start, end)
        if noun not in words.roles and noun not in words.kinds and not age:
            continue
        if tokens.tags[last] in PLURAL or last in taken:
            continue
        if end in taken and tokens.tags[end] in ("NNP", "NNPS"):
            continue  # "the Treasury chief Ana Colvey"
        whole = _end_of_links(tokens, words, end)
        yield Phrase(
            start=start,
            short_end=end,
            end=whole,
            noun=noun,
            words=content_words(tokens, start + 1, whole, last),
            age=age,
        )


def _end_of_phrase(tokens: Tokens, start: int) -> int:
    """Where a noun phrase ends that begins at a determiner, without what hangs behind its noun."""
    tags, end = tokens.tags, start + 1
    stop = min(len(tokens), start + 8)
    while (
        end < stop
        and (tags[end] in INSIDE or tokens.lower[end] == "-")
        and tokens.sents[end] == tokens.sents[start]
    ):
        end += 1
    while end > start + 1 and tags[end - 1] in _NOT_LAST:
        end -= 1
    return end


def _end_of_links(tokens: Tokens, words: _Words, end: int) -> int:
    """Where a phrase ends with the "of ..." or "for ..." behind it."""
    size = len(tokens)
    if end + 1 >= size or tokens.lower[end] not in words.links:
        return end
    first = end + 2 if tokens.lower[end + 1] in words.link_articles else end + 1
    at = first
    while at < min(size, end + 6) and tokens.tags[at] in ("NNP", "NNPS", "NN", "JJ"):
        at += 1
    return at if at > first else end


def _age_in(tokens: Tokens, words: _Words, start: int, end: int) -> str | None:
    """The age in "the 43-year-old" or "the 43 - year - old"."""
    for i in range(start, min(end, start + 4)):
        word = tokens.lower[i]
        if word.endswith(words.age_endings):
            return word.partition("-")[0]
        if word.isdigit():
            behind = tokens.lower[i : i + 6]
            if not (words.age_units.isdisjoint(behind[:4]) or words.age_adjectives.isdisjoint(behind)):
                return word
    return None
