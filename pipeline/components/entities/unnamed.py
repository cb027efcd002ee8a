"""Persons without a name: "a hotel clerk", "his opponent, who", and "the clerk" whom the text tells of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.cluster import Cluster, owners
from pipeline.components.entities.referents import Nominal
from pipeline.lexicons import Lexicon

_ONE = frozenset(("NN",))
_OF_ANOTHER = frozenset(("attr", "appos", "compound", "oprd", "amod", "nmod", "npadvmod"))
"""Labels of nouns that describe somebody else, or are part of another phrase."""


@dataclass(slots=True)
class Unnamed:
    """What nouns of persons stand for.

    Attributes:
        at: noun -> an unnamed person, a negative number; the same noun is the same person.
        genders: m, f or "" of each of them.
        described: noun of a description -> the cluster that it is known to stand for.
    """

    at: dict[int, int] = field(default_factory=dict)
    genders: dict[int, str] = field(default_factory=dict)
    described: dict[int, int] = field(default_factory=dict)


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        roles = {noun: role.partition(":")[2] for noun, role in lexicon.entries("roles").items()}
        self.persons = roles | dict(lexicon.entries("entities.nouns_of_persons"))
        self.new = lexicon.words("entities.determiners_of_somebody_new")
        self.possessives = lexicon.words("entities.possessive_determiners")
        self.known = lexicon.words("entities.definite_determiners")
        self.qualities = lexicon.words("entities.openers_of_qualities")


def unnamed_persons(clusters: Sequence[Cluster], nominals: Sequence[Nominal], tokens: Tokens) -> Unnamed:
    """Return the nouns that stand for one unnamed person each.

    With "a" or "another" somebody new comes in, and so with "his opponent, who"; "the clerk" is one who has
    come in that way. What a noun with "the" or a possessive means otherwise is left open: most often somebody
    who has a name.

    Args:
        clusters: the entities of the document.
        nominals: descriptions that stand for one of them.
        tokens: the document.
    """
    words = tokens.lexicon.made(_Words)
    found = Unnamed()
    taken = owners(clusters)
    for nominal in nominals:
        for token in range(nominal.start, nominal.end):
            taken.setdefault(token, nominal.cluster)
            if clusters[nominal.cluster].label == "PERSON" and tokens.lower[token] in words.persons:
                found.described.setdefault(token, nominal.cluster)
    appositions = {
        tokens.heads[token] for token in taken if tokens.deps[token] in ("appos", "compound", "nmod")
    }
    told_of = {tokens.heads[token] for token, dep in enumerate(tokens.deps) if dep == "relcl"}
    numbers: dict[str, int] = {}
    for token in [i for i, word in enumerate(tokens.lower) if word in words.persons]:
        if (
            tokens.tags[token] not in _ONE
            or token in taken
            or token in appositions
            or tokens.debris[token]
            or tokens.deps[token] in _OF_ANOTHER
            or tokens.lower[tokens.heads[token]] in words.qualities
        ):
            continue
        noun, opener = tokens.lower[token], _determiner(tokens, token)
        if opener in words.new and (opener not in words.possessives or token in told_of):
            number = numbers.setdefault(noun, -1 - len(numbers))
        elif opener in words.known and noun in numbers:
            number = numbers[noun]
        else:
            continue
        found.at[token] = number
        found.genders[number] = words.persons[noun]
    return found


def _determiner(tokens: Tokens, noun: int) -> str:
    """Return the determiner or possessive of a noun, lower case; "" where it has none."""
    for token in range(noun - 1, max(-1, noun - 7), -1):
        if tokens.sents[token] != tokens.sents[noun]:
            break
        if tokens.heads[token] == noun and tokens.deps[token] in ("det", "poss"):
            return tokens.lower[token] if tokens.tags[token] != "NN" else ""
    return ""
