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

from pipeline.components.layers import Entity
from pipeline.components.quotes.parsed import Parse, Range
from pipeline.lexicons import entries

_HE = frozenset(("he", "him", "his", "himself"))
_SHE = frozenset(("she", "her", "hers", "herself"))
_THEY = frozenset(("they", "them", "their", "themselves", "both"))
_IT = frozenset(("it", "its", "itself"))
_FIRST = frozenset(("i", "we", "me", "us", "my", "our", "myself", "ourselves"))
_RELATIVE = frozenset(("who", "which", "that", "whom", "whose"))
_DETERMINERS = frozenset(("the", "this", "that", "its", "his", "her", "their", "these", "those"))
_BODIES = frozenset(("ORG", "GPE", "NORP"))
_SUBJECTS = frozenset(("nsubj", "nsubjpass"))

_DECAY = 0.6
"""Weight that a mention keeps for each sentence between it and the pronoun."""
_SUBJECT = 1.7
"""Weight of a mention that is a subject, against 1 for any other."""
_SPOKE_LAST = 1.5
"""Weight of having spoken last."""
_LEAST_NAME = 5
"""Letters of the shortest surname that a misspelling can be told of."""
_REACH = 5
"""Sentences back that a pronoun can point, where the entities layer does not know it."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The entities of a speaker (indices into the layer, maybe none), how found, and how surely."""

    entities: tuple[int, ...]
    method: str
    score: float


def _is_one_letter_off(one: str, other: str) -> bool:
    """Tell whether one word is the other with a letter left out."""
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) == 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


class Speakers:
    """The entities of a document as seen from its words; ask `resolve` for one speaker after another.

    Ask in text order: who spoke last is evidence for who speaks next.
    """

    def __init__(self, parse: Parse, entities: Sequence[Entity]) -> None:
        self._parse = parse
        self._entities = entities
        # Token -> (entity, kind, length of the mention): of two mentions on a word the longer is the better
        # reading ("Bank of Canada" against "Canada").
        self._at: dict[int, tuple[int, str, int]] = {}
        self._mentions: list[tuple[int, int, str]] = []
        for number, entity in enumerate(entities):
            for mention in entity.mentions:
                start, end = mention.span.start, mention.span.end
                self._mentions.append((start, number, mention.kind))
                for token in range(start, end):
                    known = self._at.get(token)
                    if known is None or known[2] < end - start:
                        self._at[token] = (number, mention.kind, end - start)
        self._mentions.sort()
        self._genders = self._read_genders()
        self._last: tuple[int, ...] = ()
        self._last_at = -1

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
        return resolved

    def _resolve(self, speaker: Range, content: Sequence[Range], outer: tuple[int, ...]) -> Resolved:
        head = self._head(speaker)
        word = self._parse.words[head]
        if word in _FIRST:
            return Resolved(outer, "first_person", 0.8) if outer else Resolved((), "first_person", 0.5)
        if word in _RELATIVE and self._parse.tags[head] != "DT":
            return self._antecedent(head)
        if word in _HE or word in _SHE or word in _THEY or word in _IT:
            return self._pronoun(head, content)
        found: list[int] = []
        for part in self._conjuncts(head, speaker):
            known = self._at.get(part) or self._beside_title(part, speaker)
            if known is not None and known[0] not in found:
                found.append(known[0])
        if found:
            kind = self._at[head][1] if head in self._at else "name"
            return Resolved(tuple(found), kind, 0.95 if kind == "name" else 0.7)
        misspelt = self._misspelt(head, speaker)
        return misspelt if misspelt is not None else self._description(head, speaker)

    def _misspelt(self, head: int, speaker: Range) -> Resolved | None:
        """A surname that lacks a letter, or has one too many, against the one person it nearly names."""
        word = self._parse.words[head]
        if speaker[1] - speaker[0] > 1 or len(word) < _LEAST_NAME or self._parse.tags[head] != "NNP":
            return None
        near = {
            number
            for at, number, kind in self._mentions
            if kind == "name"
            and self._entities[number].label == "PERSON"
            and _is_one_letter_off(word, self._entities[number].name.lower().split()[-1])
        }
        return Resolved((near.pop(),), "misspelt", 0.5) if len(near) == 1 else None

    def _head(self, speaker: Range) -> int:
        start, end = speaker
        for t in range(start, end):
            above = self._parse.heads[t]
            if (above == t or not start <= above < end) and not self._parse.is_empty[t]:
                return t
        return start

    def _conjuncts(self, head: int, speaker: Range) -> list[int]:
        parts = [head]
        for part in parts:
            parts += [
                k
                for k in self._parse.kids[part]
                if self._parse.deps[k] == "conj" and part < k < speaker[1] and k not in parts
            ]
        return parts

    def _beside_title(self, head: int, speaker: Range) -> tuple[int, str, int] | None:
        """The name beside a title that the parse took for the head: "the mayor, Ann", "envoy to Mali Ann"."""
        for k in self._parse.kids[head]:
            if self._parse.deps[k] == "appos" and k < speaker[1] and k in self._at:
                return self._at[k]
        known = self._at.get(speaker[1] - 1)
        if known is None or known[1] != "name" or self._entities[known[0]].label != "PERSON":
            return None
        before = speaker[1] - 1 - known[2]
        return known if before > head and self._parse.tags[before].startswith("NN") else None

    def _antecedent(self, relative: int) -> Resolved:
        """The noun that a relative pronoun stands for."""
        parse = self._parse
        above = relative
        for _ in range(6):
            if parse.deps[above] == "relcl":
                head = parse.heads[above]
                known = self._at.get(head)
                if known is not None:
                    return Resolved((known[0],), "relative", 0.85)
                found = self._description(head, (parse.tree.first[head], head + 1))
                return Resolved(found.entities, "relative", found.score)
            if parse.heads[above] == above:
                break
            above = parse.heads[above]
        # Without a relative clause in the parse: the name just before ("Ann Smith, who said").
        for t in range(relative - 1, max(-1, relative - 3), -1):
            if t in self._at and not parse.is_empty[t]:
                return Resolved((self._at[t][0],), "relative", 0.6)
        return Resolved((), "relative", 0.5)

    def _description(self, head: int, speaker: Range) -> Resolved:
        """The entity that a definite description answers: by a word of its name or role, or by what it is."""
        parse = self._parse
        word = parse.words[head]
        if parse.words[speaker[0]] not in _DETERMINERS:
            return Resolved((), "nominal", 0.5)
        label = entries("kinds_of_bodies").get(word)
        near: list[int] = []
        for at, number, kind in reversed(self._mentions):
            if at >= speaker[0] or kind != "name":
                continue
            entity = self._entities[number]
            known_as = (entity.role or "").lower().split()
            if entity.label in _BODIES:
                known_as += entity.name.lower().split()
            if word in known_as:
                return Resolved((number,), "description", 0.7)
            if entity.label == label and self._sentences(at, speaker[0]) <= 2 and number not in near:
                near.append(number)
        if len(near) == 1:
            return Resolved((near[0],), "description", 0.5)
        return Resolved((), "nominal", 0.5)

    def _sentences(self, start: int, end: int) -> int:
        return self._parse.tree.sentence_of[end] - self._parse.tree.sentence_of[start]

    def _read_genders(self) -> dict[int, str]:
        """What titles, roles and pronouns resolved by the entities layer say of persons: m or f."""
        titles = entries("person_titles")
        words = self._parse.words
        genders: dict[int, str] = {}
        for at, number, kind in self._mentions:
            entity = self._entities[number]
            if entity.label != "PERSON" or number in genders:
                continue
            if kind == "pronoun":
                gender = "m" if words[at] in _HE else "f" if words[at] in _SHE else "-"
            else:
                gender = titles.get(words[at], "-")
                if gender == "-" and at:
                    gender = titles.get(words[at - 1], "-")
            if gender in "mf":
                genders[number] = gender
        return genders

    def _named_in(self, content: Iterable[Range]) -> set[int]:
        """The persons that a content names: "he said that Smith" is not said by Smith."""
        return {
            known[0]
            for start, end in content
            for t in range(start, end)
            if (known := self._at.get(t)) is not None
            and known[1] == "name"
            and self._entities[known[0]].label == "PERSON"
        }

    def _pronoun(self, at: int, content: Sequence[Range]) -> Resolved:
        word = self._parse.words[at]
        named = self._named_in(content)
        known = self._at.get(at)
        if known is not None and known[0] not in named:
            return Resolved((known[0],), "pronoun", 0.8)
        if word in _THEY and len(self._last) > 1 and self._sentences(self._last_at, at) <= 3:
            return Resolved(self._last, "pronoun", 0.6)
        weights = self._weights(at, word, named)
        if not weights:
            return Resolved((), "pronoun", 0.4)
        best = max(weights, key=lambda number: (weights[number], -number))
        share = weights[best] / sum(weights.values())
        if word not in _HE and word not in _SHE and weights[best] < 1:
            return Resolved((), "pronoun", 0.4)
        return Resolved((best,), "pronoun", round(0.3 + 0.5 * share, 3))

    def _weights(self, at: int, word: str, named: Collection[int]) -> dict[int, float]:
        """How likely each entity before a pronoun is what it stands for."""
        gender = "m" if word in _HE else "f" if word in _SHE else None
        weights: dict[int, float] = {}
        for start, number, _ in reversed(self._mentions):
            if start >= at:
                continue
            distance = self._sentences(start, at)
            if distance > _REACH:
                break
            label = self._entities[number].label
            if number in named or (
                label not in _BODIES
                if gender is None
                else label != "PERSON" or self._genders.get(number, gender) != gender
            ):
                continue
            weight = _DECAY**distance * (_SUBJECT if self._is_subject(start) else 1.0)
            weights[number] = weights.get(number, 0.0) + weight
        if len(self._last) == 1 and self._last[0] in weights:
            # A body that speaks is "they" or "it"; one that is merely mentioned hardly ever.
            factor = 1.0 if gender is not None else 4.0
            weights[self._last[0]] += factor * _SPOKE_LAST * _DECAY ** self._sentences(self._last_at, at)
        return weights

    def _is_subject(self, start: int) -> bool:
        """Tell whether the noun phrase that begins at a token is a subject."""
        t = start
        while self._parse.deps[t] in ("compound", "det", "amod", "nmod") and self._parse.heads[t] > t:
            t = self._parse.heads[t]
        return self._parse.deps[t] in _SUBJECTS
