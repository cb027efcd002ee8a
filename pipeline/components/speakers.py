"""Which entity a speaker is: names, coordinated names, pronouns, relative pronouns, epithets, first persons.

A speaker is a stretch of text ("the Treasury chief", "who"); analysts count persons and bodies. The entities
layer says which words name whom. Where it has a mention on the speaker's head word, that settles it; what it
leaves open is settled here by the discourse: who has just been named, who has just spoken, and what the text
says of gender and number. Nothing is guessed from a forename alone. No entity is a valid answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Doc

from pipeline.components.layers import Entity
from pipeline.lexicons import entries

_HE = frozenset(("he", "him", "his", "himself"))
_SHE = frozenset(("she", "her", "hers", "herself"))
_THEY = frozenset(("they", "them", "their", "themselves"))
_IT = frozenset(("it", "its", "itself"))
_FIRST = frozenset(("i", "we", "me", "us", "my", "our", "myself"))
_RELATIVE = frozenset(("who", "which", "that", "whom"))
_NAME_LABELS = frozenset(
    ("PERSON", "ORG", "GPE", "NORP", "LOC", "FAC", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW")
)
_BODIES = frozenset(("ORG", "GPE", "NORP"))
_DECAY = 0.72
"""Weight that a mention keeps for each sentence between it and the pronoun."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The entities of a speaker and how they were found; no entity: `entities` is empty."""

    entities: tuple[int, ...]
    method: str
    score: float


class Speakers:
    """The entities of a document as seen from its words; ask `resolve` for one speaker after another.

    Speakers must be asked for in text order: who spoke last is evidence for who speaks next.
    """

    def __init__(self, doc: Doc, entities: Sequence[Entity]) -> None:
        self.doc = doc
        self.entities = entities
        # Of two mentions on one word the longer one is the better reading ("Bank of X" against "X").
        self.at: dict[int, tuple[int, str, int]] = {}
        self.mentions: list[tuple[int, int, int, str]] = []
        for number, entity in enumerate(entities):
            for mention in entity.mentions:
                start, end = mention.span.start, mention.span.end
                self.mentions.append((start, end, number, mention.kind))
                for token in range(start, end):
                    known = self.at.get(token)
                    if known is None or known[2] < end - start:
                        self.at[token] = (number, mention.kind, end - start)
        self.mentions.sort()
        self._sentence: list[int] | None = None
        self._gender: dict[int, str] = {}
        self._find_genders()
        self.last: tuple[int, ...] = ()
        self.last_at = -1

    def resolve(self, start: int, end: int, *, outer: tuple[int, ...] = ()) -> Resolved:
        """Resolve the speaker at the tokens `start` to `end` (exclusive).

        Args:
            start: first token.
            end: one past the last token.
            outer: the speakers of the quotation that this one stands inside, for "I" and "we".
        """
        resolved = self._resolve(start, end, outer)
        if resolved.entities:
            self.last, self.last_at = resolved.entities, start
        return resolved

    def _resolve(self, start: int, end: int, outer: tuple[int, ...]) -> Resolved:
        head = self._head(start, end)
        word = self.doc[head].lower_
        if end - start == 1 or word in _HE | _SHE | _THEY | _IT | _FIRST | _RELATIVE:
            if word in _RELATIVE:
                return self._antecedent(head)
            if word in _FIRST and outer:
                return Resolved(outer, "first_person", 0.8)
            known = self.at.get(head)
            if word in _HE | _SHE | _THEY | _IT:
                if known is not None:
                    return Resolved((known[0],), "pronoun", 0.8)
                return self._pronoun(head, word)
        found = []
        for part in self._conjuncts(head, end):
            known = self.at.get(part)
            if known is None:
                known = self._apposed(part, start, end)
            if known is not None and known[0] not in found:
                found.append(known[0])
        if found:
            kind = self.at[head][1] if head in self.at else "apposition"
            return Resolved(tuple(found), kind if kind in {"name", "nominal", "apposition"} else "name", 0.95)
        return self._epithet(start, end, head)

    def _head(self, start: int, end: int) -> int:
        for token in self.doc[start:end]:
            if token.head.i == token.i or not start <= token.head.i < end:
                return token.i
        return start

    def _conjuncts(self, head: int, end: int) -> list[int]:
        parts = [head]
        for at in parts:
            parts += [k.i for k in self.doc[at].rights if k.dep_ == "conj" and k.i < end]
        return parts

    def _apposed(self, head: int, start: int, end: int) -> tuple[int, str, int] | None:
        """ "The mayor, Ann Smith" and "mayor Ann Smith" where the parse took the title for the head."""
        for kid in self.doc[head].children:
            if kid.dep_ == "appos" and start <= kid.i < end and kid.i in self.at:
                return self.at[kid.i]
        return None

    def _antecedent(self, relative: int) -> Resolved:
        """The noun that a relative pronoun stands for."""
        token = self.doc[relative]
        for above in token.ancestors:
            if above.dep_ == "relcl":
                head = above.head.i
                known = self.at.get(head)
                if known is not None:
                    return Resolved((known[0],), "relative", 0.85)
                span = self.doc[head].left_edge.i, head + 1
                return self._epithet(*span, head)
        return Resolved((), "relative", 0.5)

    def _epithet(self, start: int, end: int, head: int) -> Resolved:
        """A definite description that an entity's name or role answers: "the ministry", "the chancellor"."""
        word = self.doc[head].lower_
        if (
            self.doc[start].lower_ not in {"the", "this", "that", "its", "his", "her", "their"}
            or len(word) < 4
        ):
            return Resolved((), "nominal", 0.6)
        matches: dict[int, int] = {}
        for at, _, number, kind in self.mentions:
            if at >= start and matches:
                break
            entity = self.entities[number]
            named = (entity.role or "").lower().split() + (
                entity.name.lower().split() if entity.label in _BODIES else []
            )
            if word in named and kind == "name":
                matches[number] = at
        if len(matches) == 1:
            return Resolved((next(iter(matches)),), "epithet", 0.7)
        return Resolved((), "nominal", 0.6)

    def _sentences(self) -> list[int]:
        if self._sentence is None:
            number = -1
            numbers = []
            for token in self.doc:
                number += bool(token.is_sent_start) or token.i == 0
                numbers.append(number)
            self._sentence = numbers
        return self._sentence

    def _find_genders(self) -> None:
        """What titles and roles say of persons."""
        words = entries("gendered_words")
        for start, end, number, kind in self.mentions:
            if kind == "pronoun" or self.entities[number].label != "PERSON":
                continue
            for token in range(max(0, start - 2), end):
                gender = words.get(self.doc[token].lower_.rstrip("."))
                if gender is not None:
                    self._gender.setdefault(number, gender)
        for number, entity in enumerate(self.entities):
            for word in (entity.role or "").lower().split():
                if word in words:
                    self._gender.setdefault(number, words[word])

    def _pronoun(self, at: int, word: str) -> Resolved:
        gender = "m" if word in _HE else "f" if word in _SHE else None
        sentence = self._sentences()
        weights: dict[int, float] = {}
        for start, _, number, _kind in reversed(self.mentions):
            if start >= at:
                continue
            distance = sentence[at] - sentence[start]
            if distance > 8:
                break
            label = self.entities[number].label
            if gender is not None:
                if label != "PERSON" or self._gender.get(number, gender) != gender:
                    continue
            elif label not in _BODIES:
                continue
            weight = _DECAY**distance
            if self.doc[start].head.dep_ == "nsubj" or self.doc[start].dep_ == "nsubj":
                weight *= 1.6
            if self._gender.get(number) == gender and gender is not None:
                weight *= 1.3
            weights[number] = weights.get(number, 0.0) + weight
        if not weights or (gender is None and word in _THEY):
            return Resolved((), "pronoun", 0.4)
        if self.last and self.last[0] in weights and len(self.last) == 1:
            weights[self.last[0]] += 1.5 * _DECAY ** (sentence[at] - sentence[self.last_at])
        best = max(weights, key=lambda n: (weights[n], -n))
        if gender is not None:
            self._gender.setdefault(best, gender)
        return Resolved((best,), "pronoun", min(0.9, 0.4 + weights[best] / (1 + sum(weights.values()))))
