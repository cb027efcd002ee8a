"""The entities of a document as seen from its words: which word names whom, who is he and who is she."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from pipeline.components.doc.tags import SUBJECT_DEPS
from pipeline.components.layers import Entity
from pipeline.components.quotes.parsed import Parse, Range
from pipeline.lexicons import Lexicon


class KnownMention(NamedTuple):
    """What a word is known as: the entity it names (index into the layer), how, in how many tokens."""

    entity: int
    kind: str
    length: int


@dataclass(frozen=True, slots=True)
class Pronouns:
    """The pronouns of speakers, in all their forms; ask for them with `lexicon.made(read_pronouns)`.

    Attributes:
        masculine, feminine, plural: he, she, they.
        third_person: these, and it.
        first_person: I and we.
        relative: who, which.
    """

    masculine: frozenset[str]
    feminine: frozenset[str]
    plural: frozenset[str]
    third_person: frozenset[str]
    first_person: frozenset[str]
    relative: frozenset[str]

    def gender(self, word: str) -> str | None:
        """Return m or f; None where a word shows no gender."""
        return "m" if word in self.masculine else "f" if word in self.feminine else None


def read_pronouns(lexicon: Lexicon) -> Pronouns:
    """Return the pronouns of a language."""
    masculine, feminine = lexicon.words("quotes.masculine"), lexicon.words("quotes.feminine")
    plural, neuter = lexicon.words("quotes.plural"), lexicon.words("quotes.neuter")
    return Pronouns(
        masculine=masculine,
        feminine=feminine,
        plural=plural,
        third_person=masculine | feminine | plural | neuter,
        first_person=lexicon.words("quotes.first_person"),
        relative=lexicon.words("quotes.relative"),
    )


class Mentioned:
    """The mentions of a document's entities.

    Attributes:
        parse: of the document.
        entities: of the layer.
        at: what is known of each token. Of two mentions on a word the longer is the better reading ("Bank of
            Canada" against "Canada").
        mentions: (first token, entity, kind), in text order.
        genders: m or f of persons, by what titles and pronouns say of them, else by their given name.
    """

    def __init__(self, parse: Parse, entities: Sequence[Entity]) -> None:
        self.parse = parse
        self.entities = entities
        self.at: dict[int, KnownMention] = {}
        self.mentions: list[tuple[int, int, str]] = []
        for number, entity in enumerate(entities):
            for mention in entity.mentions:
                start, end = mention.span.start, mention.span.end
                self.mentions.append((start, number, mention.kind))
                here = KnownMention(number, mention.kind, end - start)
                for token in range(start, end):
                    known = self.at.get(token)
                    if known is None or known.length < here.length:
                        self.at[token] = here
        self.mentions.sort()
        self.genders = self._read_genders()
        self._known_as: dict[int, set[str]] = {}
        self._named_by: dict[str, list[tuple[int, int]]] = {}

    def words_of(self, entity: int) -> set[str]:
        """Return the words that an entity is known by: of a body its name, of any its role and what stands
        before its short form in brackets ("the intelligence agency (GUR)")."""
        known = self._known_as.get(entity)
        if known is None:
            one = self.entities[entity]
            known = set((one.role or "").lower().split())
            if not self.is_person(entity):
                known.update(one.name.lower().split())
                for mention in one.mentions:
                    if mention.kind == "name":
                        known.update(mention.span.text.lower().split())
                        known.update(self._before_brackets(mention.span.start))
            self._known_as[entity] = known
        return known

    def named_by(self, word: str, before: int) -> list[tuple[int, int]]:
        """Return the names before a token of those whom a word describes: (first token, entity), in order."""
        found = self._named_by.get(word)
        if found is None:
            names = ((start, number) for start, number, kind in self.mentions if kind == "name")
            found = self._named_by[word] = [name for name in names if word in self.words_of(name[1])]
        return found[: bisect_left(found, (before,))]

    def _before_brackets(self, start: int) -> set[str]:
        words, tags = self.parse.words, self.parse.tags
        if start < 2 or words[start - 1] != "(":
            return set()
        first = start - 1
        while first > 0 and tags[first - 1].startswith(("NN", "JJ")):
            first -= 1
        return set(words[first : start - 1])

    def between(self, start: int, end: int) -> list[tuple[int, int, str]]:
        """Return the mentions that begin at the tokens [start, end), in text order."""
        first, last = (bisect_left(self.mentions, t, key=itemgetter(0)) for t in (start, end))
        return self.mentions[first:last]

    def is_person(self, entity: int) -> bool:
        """Return whether an entity is a person."""
        return self.entities[entity].label == "PERSON"

    def person_named(self, token: int) -> KnownMention | None:
        """Return the person whose name a token is of; None where there is none, or no such token."""
        known = self.at.get(token)
        return known if known is not None and known.kind == "name" and self.is_person(known.entity) else None

    def persons_named_in(self, content: Iterable[Range]) -> set[int]:
        """Return the persons that a content names: "he said that Smith" is not said by Smith."""
        return {
            known.entity
            for start, end in content
            for t in range(start, end)
            if (known := self.person_named(t)) is not None
        }

    def sentences_between(self, start: int, end: int) -> int:
        """Return how many sentences a token stands behind another."""
        return self.parse.tree.sentence_of[end] - self.parse.tree.sentence_of[start]

    def is_subject(self, start: int) -> bool:
        """Return whether the noun phrase that begins at a token is a subject."""
        deps, heads = self.parse.deps, self.parse.heads
        t = start
        while deps[t] in ("compound", "det", "amod", "nmod") and heads[t] > t:
            t = heads[t]
        return deps[t] in SUBJECT_DEPS

    def _read_genders(self) -> dict[int, str]:
        titles = self.parse.lexicon.entries("person_titles")
        pronouns = self.parse.lexicon.made(read_pronouns)
        words = self.parse.words
        genders: dict[int, str] = {}
        for at, number, kind in self.mentions:
            if number in genders or not self.is_person(number):
                continue
            if kind == "pronoun":
                gender = pronouns.gender(words[at]) or "-"
            else:
                gender = titles.get(words[at], "-")
                if gender == "-" and at:
                    gender = titles.get(words[at - 1], "-")
            if gender in "mf":
                genders[number] = gender
        given_names = self.parse.lexicon.entries("given_names")
        for number, entity in enumerate(self.entities):
            if number not in genders and self.is_person(number):
                guess = given_names.get(entity.name.partition(" ")[0].lower(), "-")
                if guess in "mf":
                    genders[number] = guess
        return genders
