"""Which entity a speaker is: names, several names, pronouns, relative pronouns, descriptions, first persons.

A speaker is a stretch of text ("the Treasury chief", "who"); analysts count persons and bodies. The entities
layer says which words name whom. Where it has a mention on the speaker's head word, that settles it; what it
leaves open is settled here by what a speaker, among all mentions, is likely to be: the one who spoke last,
the subject of the sentence before, never the one whom the quotation itself names. Nothing is guessed from a
forename. No entity is a valid answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from pipeline.components.layers import Entity
from pipeline.components.quotes.described import (
    Persons,
    co_author,
    is_kin_of_named,
    is_one_of_a_people,
    is_person_of_a_people,
    is_role_in_body,
    is_role_of_the_last,
    modifiers,
    name_behind,
    office_holder,
    peoples_of,
    the_only_person,
)
from pipeline.components.quotes.documents import body_before_kind, bracketed_body, owner_of_document
from pipeline.components.quotes.mentioned import KnownMention, Mentioned, read_pronouns
from pipeline.components.quotes.parsed import Parse, Range
from pipeline.components.quotes.phrases import head_of, noun_of_relative

_BODIES = frozenset(("ORG", "GPE", "NORP"))

_DECAY = 0.6
"""Weight that a mention keeps for each sentence between it and the pronoun."""
_SUBJECT = 1.7
"""Weight of a mention that is a subject, against 1 for any other."""
_SPOKE_LAST = 1.5
"""Weight of having spoken last."""
_BODY_SPOKE_LAST = 4.0
"""How much more that weighs for a body: "they" or "it" is one that speaks, hardly ever another."""
_LEAST_BODY = 1
"""Weight of a body that "they" or "it" can stand for."""
_LEAST_NAME = 5
"""Letters of the shortest surname in which a misspelling shows."""
_REACH = 5
"""Sentences back that a pronoun can point, where the entities layer does not know it."""
_REACH_OF_SPEAKER = 1
"""Sentences outside of quotation marks between "he added" and who spoke last."""
_REACH_OF_GROUP = 3
"""Sentences back that "they" can point to several who spoke together."""
_REACH_OF_KIND = 2
"""Sentences back that "the company" can point to a company."""
_CLIMBS = 6
"""Heads from a relative pronoun up to its clause."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The entities of a speaker (indices into the layer, maybe none), how they were found, and how surely."""

    entities: tuple[int, ...]
    method: str
    score: float


class Speakers:
    """Resolves the speakers of a document, one after another.

    Ask in text order: who spoke last is evidence for who speaks next.
    """

    def __init__(
        self, parse: Parse, entities: Sequence[Entity], *, marked: Sequence[bool] | None = None
    ) -> None:
        """Begin at the start of a document.

        Args:
            parse: of the document.
            entities: of its layer.
            marked: for each token, whether it stands in quotation marks; nothing does where None.
        """
        self._parse = parse
        self._marked = marked if marked is not None else [False] * parse.size
        self._mentioned = Mentioned(parse, entities)
        self._pronouns = parse.lexicon.made(read_pronouns)
        self._last: tuple[int, ...] = ()
        self._last_at = -1
        self._stranger_at = -1
        self._group_at = -1

    def resolve(
        self,
        speaker: Range,
        *,
        content: Iterable[Range] = (),
        outer: tuple[int, ...] = (),
    ) -> Resolved:
        """Resolve one speaker.

        Args:
            speaker: its tokens, end exclusive.
            content: of the quotation, outside of which a pronoun must look.
            outer: the speakers of the quotation that this one stands inside: its "I" and "we".
        """
        resolved = self._resolve(speaker, list(content), outer)
        if resolved.entities and not outer:
            self._last, self._last_at = resolved.entities, speaker[0]
        elif resolved.method == "nominal" and not outer:
            if self._is_one_person(speaker):
                self._stranger_at = speaker[0]
            else:
                self._group_at = speaker[0]
        return resolved

    def _resolve(self, speaker: Range, content: Sequence[Range], outer: tuple[int, ...]) -> Resolved:
        head = head_of(self._parse, speaker)
        word = self._parse.words[head]
        # "US" is a country, "us" is who speaks; the WHO is a body where the entities layer says so.
        is_in_capitals = self._parse.columns.words[head].isupper() and len(word) > 1
        if word in self._pronouns.first_person and not is_in_capitals:
            return Resolved(outer, "first_person", 0.8 if outer else 0.5)
        if word in self._pronouns.relative and self._parse.tags[head] != "DT":
            return (self._spelt(head) if is_in_capitals else None) or self._antecedent(head)
        if word in self._pronouns.third_person:
            return self._pronoun(head, content, outer)
        return (
            self._named(head, speaker)
            or self._printed_body(head, speaker)
            or self._misspelt(head, speaker)
            or self._role_and_name(head, speaker)
            or self._description(head, speaker)
        )

    def _named(self, head: int, speaker: Range) -> Resolved | None:
        """Return those whom the entities layer knows by the head words of the speaker."""
        at = self._mentioned.at
        if is_one_of_a_people(self._parse, head, speaker):
            return None
        known = (at.get(part) or self._beside_title(part, speaker) for part in self._conjuncts(head, speaker))
        entities = tuple(dict.fromkeys(one.entity for one in known if one is not None))
        if not entities:
            return None
        kind = at[head].kind if head in at else "name"
        return Resolved(entities, kind, 0.95 if kind == "name" else 0.7)

    def _spelt(self, head: int) -> Resolved | None:
        """Return the entity that has a word in capitals for a name anywhere: the WHO."""
        word = self._parse.columns.words[head]
        for number, entity in enumerate(self._mentioned.entities):
            if any(mention.kind == "name" and mention.span.text == word for mention in entity.mentions):
                return Resolved((number,), "name", 0.8)
        return None

    def _printed_body(self, head: int, speaker: Range) -> Resolved | None:
        """Return the body whose document speaks, or whose kind is printed with its name."""
        parse, mentioned = self._parse, self._mentioned
        if (number := owner_of_document(parse, mentioned, head, speaker)) is not None:
            return Resolved((number,), "document", 0.6)
        if (number := bracketed_body(parse, mentioned, head)) is not None:
            return Resolved((number,), "name", 0.8)
        if (number := body_before_kind(parse, mentioned, head, speaker)) is not None:
            return Resolved((number,), "name", 0.7)
        return None

    def _conjuncts(self, head: int, speaker: Range) -> list[int]:
        parts = [head]
        for part in parts:
            parts += [
                k
                for k in self._parse.kids[part]
                if self._parse.deps[k] == "conj" and part < k < speaker[1] and k not in parts
            ]
        return parts

    def _beside_title(self, head: int, speaker: Range) -> KnownMention | None:
        """Return the name beside a title that heads the phrase: "the mayor, Ann", "envoy to Mali Ann"."""
        at = self._mentioned.at
        for k in self._parse.kids[head]:
            if self._parse.deps[k] == "appos" and k < speaker[1] and k in at:
                return at[k]
        known = self._mentioned.person_named(speaker[1] - 1)
        if known is not None:
            before = speaker[1] - 1 - known.length
            if is_kin_of_named(self._parse, head, before + 1):
                return None
            is_behind = self._parse.tags[before].startswith("NN") or self._parse.words[before] == ","
            return known if before > head and is_behind else None
        return self._behind_title(head, speaker[1])

    def _behind_title(self, head: int, end: int) -> KnownMention | None:
        """Return the name that follows a title between commas: "a supervisor with the service, Ann Roe,"."""
        parse = self._parse
        known = self._mentioned.person_named(end + 1)
        if known is None or parse.words[end] != "," or parse.tags[head] != "NN":
            return None
        behind = end + 1 + known.length
        return known if behind < parse.size and parse.words[behind] == "," else None

    def _misspelt(self, head: int, speaker: Range) -> Resolved | None:
        """Return the one person whose surname a word is but for one letter."""
        word = self._parse.words[head]
        if speaker[1] - speaker[0] > 1 or len(word) < _LEAST_NAME or self._parse.tags[head] != "NNP":
            return None
        entities = self._mentioned.entities
        near = {
            number
            for _, number, kind in self._mentioned.mentions
            if kind == "name"
            and self._mentioned.is_person(number)
            and _is_one_letter_off(word, entities[number].name.lower().split()[-1])
        }
        return Resolved((near.pop(),), "misspelt", 0.5) if len(near) == 1 else None

    def _role_and_name(self, head: int, speaker: Range) -> Resolved | None:
        """Return the person whose role speaks, where the text has the name: beside it, or elsewhere."""
        parse, mentioned = self._parse, self._mentioned
        if (number := name_behind(parse, mentioned, head, speaker)) is not None:
            return Resolved((number,), "name", 0.7)
        if (number := co_author(parse, mentioned, speaker)) is not None:
            return Resolved((number,), "name", 0.7)
        if (number := office_holder(parse, mentioned, head, speaker)) is not None:
            return Resolved((number,), "description", 0.6)
        return None

    def _person(self, head: int, speaker: Range, said: set[str]) -> Resolved | None:
        """Return the person just named whom "the Democrat", "the Norwegian skier", "the judge" take up."""
        parse, at, entities = self._parse, speaker[0], self._mentioned.entities
        words = parse.lexicon.made(Persons)
        has_people = is_one_of_a_people(parse, head, speaker)
        has_people = has_people or is_person_of_a_people(parse, self._mentioned, head, speaker, said)
        is_in_body = not has_people and is_role_in_body(parse, self._mentioned, head, speaker)
        if not has_people and not is_in_body and not is_role_of_the_last(parse, head, speaker):
            return None
        told = peoples_of(parse, self._mentioned, range(at, head + 1))

        def may_be(number: int) -> bool:
            role = self._mentioned.words_of(number)
            if is_in_body:  # no other body's
                return not any(word[0].isupper() for word in (entities[number].role or "").split())
            return not role if not has_people else not any(words.is_people(w) for w in role - told)

        is_last = (
            len(self._last) == 1
            and self._mentioned.is_person(self._last[0])
            and may_be(self._last[0])
            and self._stranger_at < self._last_at
            and self._told_since(at, self._last_at) <= _REACH_OF_SPEAKER
            and not self._others_since(at, None, self._last_at, persons=True)
        )
        if is_last:
            return Resolved(self._last, "description", 0.55)
        if not has_people and not is_in_body:
            return None
        number = the_only_person(parse, self._mentioned, at, reach=_REACH_OF_KIND, may_be=may_be)
        return None if number is None else Resolved((number,), "description", 0.5)

    def _antecedent(self, relative: int) -> Resolved:
        """Return the noun that a relative pronoun stands for."""
        parse, at = self._parse, self._mentioned.at
        head = noun_of_relative(parse, relative, reach=_CLIMBS)
        if head is not None:
            if head in at:
                return Resolved((at[head].entity,), "relative", 0.85)
            described = self._description(head, (parse.tree.first[head], head + 1))
            return Resolved(described.entities, "relative", described.score)
        # Without a relative clause in the parse: the name just before ("Ann Smith, who said").
        for t in range(relative - 1, max(-1, relative - 3), -1):
            if t in at and not parse.is_empty[t]:
                return Resolved((at[t].entity,), "relative", 0.6)
        return Resolved((), "relative", 0.5)

    def _description(self, head: int, speaker: Range) -> Resolved:
        """Return the entity that is described: by a word of its name or role, or by what it is."""
        parse, entities = self._parse, self._mentioned.entities
        word = parse.words[head]
        if parse.words[speaker[0]] not in parse.lexicon.words("quotes.definite_determiners"):
            return Resolved((), "nominal", 0.5)
        label = parse.lexicon.entries("kinds_of_bodies").get(word)
        said = modifiers(parse, self._mentioned, head, speaker)
        if (person := self._person(head, speaker, said)) is not None:
            return person
        is_body = word in parse.lexicon.made(Persons).bodies
        for _, number in reversed(self._mentioned.named_by(word, speaker[0])):
            if is_body and self._mentioned.is_person(number):
                continue  # "company president Ann Roe" is no company
            if said <= self._mentioned.words_of(number):
                return Resolved((number,), "description", 0.7)
        near: set[int] = set()
        # "The union that represents them" is another than the one that has just spoken.
        is_bare = not said and not self._is_told_apart(head)
        if label is not None and is_bare:
            first, _ = parse.tree.sentences[max(0, parse.tree.sentence_of[speaker[0]] - _REACH_OF_KIND)]
            named = (n for _, n, kind in self._mentioned.between(first, speaker[0]) if kind == "name")
            near.update(number for number in named if entities[number].label == label)
        if label == "ORG" and is_bare and self._spoke_as_body(speaker[0]):
            return Resolved(self._last, "description", 0.5)
        return Resolved((near.pop(),), "description", 0.5) if len(near) == 1 else Resolved((), "nominal", 0.5)

    def _is_told_apart(self, head: int) -> bool:
        """Return whether a clause tells which one a noun means; one behind a comma only adds to it."""
        parse, first = self._parse, self._parse.tree.first
        clauses = (k for k in parse.kids[head] if k > head and parse.deps[k] == "relcl")
        return any(parse.words[first[k] - 1] != "," for k in clauses)

    def _spoke_as_body(self, at: int) -> bool:
        """Return whether the last to speak was a body, lately: "the agency" goes on."""
        return (
            len(self._last) == 1
            and self._mentioned.entities[self._last[0]].label == "ORG"
            and self._mentioned.sentences_between(self._last_at, at) <= _REACH_OF_KIND
        )

    def _pronoun(self, at: int, content: Sequence[Range], outer: Collection[int]) -> Resolved:
        """Return whom a pronoun stands for: by the entities layer, else the likeliest before it.

        Whoever says what it stands in is "I" there, not "he".
        """
        word = self._parse.words[at]
        named = self._mentioned.persons_named_in(content) | {*outer}
        gender = self._pronouns.gender(word)
        if gender is not None and self._is_stranger(at, gender):
            return Resolved((), "pronoun", 0.4)
        if gender is not None and self._speaks_on(at, gender, named):
            return Resolved(self._last, "pronoun", 0.8)
        if word in self._pronouns.plural and self._is_group(at):
            return Resolved((), "pronoun", 0.4)
        known = self._mentioned.at.get(at)
        if known is not None and known.entity not in named:
            return Resolved((known.entity,), "pronoun", 0.8)
        since_last = self._mentioned.sentences_between(self._last_at, at) if self._last else 0
        if word in self._pronouns.plural and len(self._last) > 1 and since_last <= _REACH_OF_GROUP:
            return Resolved(self._last, "pronoun", 0.6)
        weights = self._weights(at, gender, named)
        best = max(weights, key=lambda number: (weights[number], -number), default=None)
        if best is None or (gender is None and weights[best] < _LEAST_BODY):
            return Resolved((), "pronoun", 0.4)
        share = weights[best] / sum(weights.values())
        return Resolved((best,), "pronoun", round(0.3 + 0.5 * share, 3))

    def _speaks_on(self, at: int, gender: str, named: Collection[int]) -> bool:
        """Return whether "he" is who spoke last: no other person has been named since outside of marks."""
        if len(self._last) != 1 or self._last[0] in named or not self._may_be(self._last[0], gender):
            return False
        if self._told_since(at, self._last_at) > _REACH_OF_SPEAKER:
            return False
        return not self._others_since(at, gender, self._last_at)

    def _is_one_person(self, speaker: Range) -> bool:
        """Return whether a speaker is a noun of a person: "an officer", "the girl's uncle"."""
        head = head_of(self._parse, speaker)
        roles, persons = (
            self._parse.lexicon.entries(words) for words in ("roles", "entities.nouns_of_persons")
        )
        word = self._parse.words[head]
        return self._parse.tags[head] == "NN" and (word in roles or word in persons)

    def _is_stranger(self, at: int, gender: str) -> bool:
        """Return whether "he" is somebody without a name who spoke last: nobody has been named since."""
        return (
            self._stranger_at > self._last_at
            and self._told_since(at, self._stranger_at) <= _REACH_OF_SPEAKER
            and not self._others_since(at, gender, self._stranger_at)
        )

    def _is_group(self, at: int) -> bool:
        """Return whether "they" are people without a name who spoke last: "critics", "the leadership"."""
        return (
            self._group_at > self._last_at
            and self._mentioned.sentences_between(self._group_at, at) <= _REACH_OF_SPEAKER
        )

    def _told_since(self, at: int, since: int) -> int:
        """Return how many sentences outside of marks stand between two tokens."""
        tree = self._parse.tree
        between = range(tree.sentence_of[since] + 1, tree.sentence_of[at])
        return sum(
            any(not self._marked[t] and not self._parse.is_empty[t] for t in range(*tree.sentences[sentence]))
            for sentence in between
        )

    def _others_since(self, at: int, gender: str | None, since: int, *, persons: bool = False) -> bool:
        """Return whether another whom a pronoun can stand for is named, outside of marks, since a token.

        Args:
            at: where the pronoun or the description stands.
            gender: of the pronoun, None for bodies.
            since: the token after which one counts.
            persons: all persons count, whatever the gender.
        """
        spoke = self._last if since == self._last_at else ()
        may_be = self._mentioned.is_person if persons else partial(self._may_be, gender=gender)
        return any(
            number not in spoke and may_be(number) and not self._marked[start]
            for start, number, _ in self._mentioned.between(since + 1, at)
        )

    def _weights(self, at: int, gender: str | None, named: Collection[int]) -> dict[int, float]:
        """Return how likely each entity before a pronoun is what it stands for."""
        mentioned, sentence_of = self._mentioned, self._parse.tree.sentence_of
        weights: dict[int, float] = {}
        first, _ = self._parse.tree.sentences[max(0, sentence_of[at] - _REACH)]
        for start, number, _ in reversed(mentioned.between(first, at)):
            distance = sentence_of[at] - sentence_of[start]
            if number in named or not self._may_be(number, gender):
                continue
            # "They" are hardly ever the country or the people named last, but where it spoke.
            if gender is not None or self._mentioned.entities[number].label == "ORG" or number in self._last:
                weight = _DECAY**distance * (_SUBJECT if mentioned.is_subject(start) else 1.0)
                weights[number] = weights.get(number, 0.0) + weight
        if len(self._last) == 1 and self._last[0] in weights:
            factor = 1.0
            if gender is None:  # in a press review "it says" is the paper named last
                factor = 0.0 if self._others_since(at, gender, self._last_at) else _BODY_SPOKE_LAST
            distance = mentioned.sentences_between(self._last_at, at)
            weights[self._last[0]] += factor * _SPOKE_LAST * _DECAY**distance
        return weights

    def _may_be(self, entity: int, gender: str | None) -> bool:
        """Return whether a pronoun can stand for an entity: he or she for a person, others for a body."""
        if gender is None:
            return self._mentioned.entities[entity].label in _BODIES
        return self._mentioned.is_person(entity) and self._mentioned.genders.get(entity, gender) == gender


def _is_one_letter_off(one: str, other: str) -> bool:
    """Return whether one word is the other with a letter left out."""
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) == 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
