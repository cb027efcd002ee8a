"""Third-person pronouns and the persons they stand for.

Each person carries a weight that grows with each mention (more for a subject) and halves with each
sentence. Syntax adds to it ("Colvey said that he ...", "Colvey sold his house") or takes from it ("Colvey
saw him"); inside a quotation its speaker is hardly ever "he". After Lappin and Leass (1994), with fewer
weights. Unnamed persons ("a hotel clerk") weigh like named ones: where one of them is meant, the pronoun
stands for nobody whom the tables know.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.components.doc.tags import SUBJECT_DEPS
from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.cluster import Cluster, owners
from pipeline.components.entities.referents import Nominal
from pipeline.components.entities.unnamed import Unnamed, unnamed_persons
from pipeline.lexicons import Lexicon

_OBJECTS = frozenset(("dobj", "dative", "obj", "iobj"))
_INSIDE_NOUN_PHRASE = frozenset(("compound", "appos", "flat", "nmod"))
_SAME_SUBJECT = frozenset(("xcomp", "conj", "pcomp", "prep"))
"""Labels of a clause, or of a phrase between, whose subject is that of the clause above."""
_QUOTES = frozenset(('"', "“", "”", "``", "''", "«", "»"))

SUBJECT, OTHER = 2.0, 1.0
"""Weight of a mention by name as subject, and elsewhere; a pronoun's is half of it."""
DECAY = 0.5
"""What a weight is multiplied with at each new sentence."""
LEAST = 0.02
"""Below this weight a person is out of mind."""
KNOWN_GENDER = 0.5
"""Added to a person whose gender a title or an earlier pronoun has shown."""
COMMAND = 2.5
"""Added to the subject of the clause around the pronoun's."""
BARRED = 0.15
"""What the weight of a person is multiplied with whom syntax rules out."""
UNNAMED = 0.7
"""What the weight of an unnamed person is multiplied with."""
_REACH_OF_ATTRIBUTION = 25
"""Words behind a quotation among which its speaker stands."""
SURE = 0.6
"""From this score on a pronoun shows the gender of its person."""


@dataclass(frozen=True, slots=True)
class Pronoun:
    """A pronoun at a token, resolved to a cluster (its number).

    `method` is "pronoun", or "pronoun_given_name" where a given name decided: the only case in which gender
    is guessed from a name.
    """

    token: int
    cluster: int
    method: str
    score: float


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.genders = lexicon.entries("entities.genders_of_pronouns")
        self.reflexive = lexicon.words("entities.reflexive_pronouns")
        self.of_others = lexicon.words("entities.prepositions_of_others")
        self.who = lexicon.words("entities.who")
        self.given_names = lexicon.entries("given_names")

    def guess(self, name: str) -> str:
        """Return the gender that a given name mostly is of: m, f, or - where nothing is known."""
        return self.given_names.get(name.partition(" ")[0].lower(), "-")


@dataclass(frozen=True, slots=True)
class _Scene:
    """What a document says before any pronoun is resolved.

    Attributes:
        subject_of: verb -> its first subject.
        adverbial: (verb, its first subject) of each adverbial clause.
        quoted: for each token, whether it stands in quotation marks.
        starts: first token of a name -> the person; without those who only took a photo.
        speakers: token in quotation marks -> the persons who are subjects beside them in their paragraph's
            sentence: whoever says it is "I" there.
        unnamed: noun of an unnamed person -> the person, a negative number.
        guess: person -> the gender that the given name mostly is of, or "-".
    """

    tokens: Tokens
    subject_of: dict[int, int]
    adverbial: list[tuple[int, int]]
    quoted: list[bool]
    starts: dict[int, int]
    speakers: dict[int, frozenset[int]]
    unnamed: dict[int, int]
    guess: dict[int, str]


class _Minds:
    """Whom a reader has in mind, token by token, and what has been learnt about them.

    Attributes:
        weight: person -> how much they are in mind.
        gender: person -> m or f, as a title or an earlier pronoun has shown.
        owner: token -> the person that it stands for.
        last_outside: person -> the last mention by name outside quotation marks.
    """

    def __init__(self, clusters: Sequence[Cluster], people: Sequence[int], owner: dict[int, int]) -> None:
        self.weight = dict.fromkeys(people, 0.0)
        self.gender = {i: clusters[i].gender for i in people if clusters[i].gender}
        self.owner = owner
        self.last_outside: dict[int, int] = {}

    def see_unnamed(self, scene: _Scene, token: int) -> None:
        """Count a noun that stands for somebody without a name."""
        person = scene.unnamed[token]
        weight = SUBJECT if _is_subject(scene.tokens, token) else OTHER
        self.weight[person] = self.weight.get(person, 0.0) + UNNAMED * weight

    def fade(self, n_sentences: int) -> None:
        """Go on by some sentences."""
        decay = DECAY**n_sentences
        for person in self.weight:
            self.weight[person] *= decay

    def see_name(self, scene: _Scene, token: int) -> None:
        """Count a name that begins at a token."""
        person = scene.starts[token]
        self.weight[person] += SUBJECT if _is_subject(scene.tokens, token) else OTHER
        if not scene.quoted[token]:
            self.last_outside[person] = token

    def see_pronoun(self, scene: _Scene, pronoun: Pronoun, gender: str, score: float) -> None:
        """Count a pronoun that has been resolved."""
        person = pronoun.cluster
        self.weight[person] += 0.5 * (SUBJECT if scene.tokens.deps[pronoun.token] in SUBJECT_DEPS else OTHER)
        self.owner[pronoun.token] = person
        if score > SURE:
            self.gender.setdefault(person, gender)


def resolve_pronouns(
    clusters: Sequence[Cluster], tokens: Tokens, nominals: Sequence[Nominal] = ()
) -> list[Pronoun]:
    """Resolve he, she and their forms to persons of the document, in text order.

    A person's gender comes from titles ("Mrs"), roles ("actress") and pronouns resolved earlier; a given name
    only weighs when nothing else is known. A pronoun without a fitting person before it is left alone, and so
    is one that stands for somebody without a name, or whose likeliest person syntax rules out.

    Args:
        clusters: the entities.
        tokens: the document.
        nominals: descriptions that stand for an entity; what other nouns of persons mean has no name.
    """
    words = tokens.lexicon.made(_Words)
    people = [i for i, cluster in enumerate(clusters) if cluster.label == "PERSON"]
    if not people or tokens.vocabulary.isdisjoint(words.genders):
        return []
    unnamed = unnamed_persons(clusters, nominals, tokens)
    quoted = _quoted(tokens)
    starts = {name.start: i for i in people for name in clusters[i].names if not _is_credit(tokens, name.end)}
    subjects = [i for i, dep in enumerate(tokens.deps) if dep in SUBJECT_DEPS]
    subject_of = {tokens.heads[i]: i for i in reversed(subjects)}
    scene = _Scene(
        tokens=tokens,
        subject_of=subject_of,
        adverbial=[(verb, i) for verb, i in subject_of.items() if tokens.deps[verb] == "advcl"],
        quoted=quoted,
        starts=starts,
        speakers=_speakers(tokens, quoted, starts),
        unnamed=unnamed.at,
        guess={i: words.guess(clusters[i].name) for i in people} | dict.fromkeys(unnamed.genders, "-"),
    )
    minds = _Minds(clusters, people, _owners(clusters, tokens, words, unnamed))
    minds.gender.update((person, gender) for person, gender in unnamed.genders.items() if gender)
    sent = 0
    found = []
    for token in [
        i
        for i, word in enumerate(tokens.lower)
        if i in scene.starts or i in scene.unnamed or word in words.genders
    ]:
        if tokens.sents[token] != sent:
            minds.fade(tokens.sents[token] - sent)
            sent = tokens.sents[token]
        if token in scene.starts:
            minds.see_name(scene, token)
        elif token in scene.unnamed:
            minds.see_unnamed(scene, token)
        gender = words.genders.get(tokens.lower[token])
        if gender is None:
            continue
        ranked = _ranked(scene, minds, words, token, gender)
        if not ranked:
            continue
        pronoun, score = _resolved(scene, minds, token, gender, ranked)
        minds.see_pronoun(scene, pronoun, gender, score)
        if pronoun.cluster >= 0:
            found.append(pronoun)
    return found


def _owners(clusters: Sequence[Cluster], tokens: Tokens, words: _Words, unnamed: Unnamed) -> dict[int, int]:
    """Return the tokens of persons: names, the heads of noun phrases around them, relative pronouns."""
    owner = owners(clusters, "PERSON") | unnamed.described
    for name in [name for cluster in clusters for name in cluster.names if _is_credit(tokens, name.end)]:
        for token in range(name.start, name.end):
            owner.pop(token, None)
    for token, person in [*owner.items()]:
        # "Colvey, a teacher, said": the parser may take either for the subject
        above = token
        for _ in range(3):
            if tokens.deps[above] not in ("appos", "compound", "nmod"):
                break
            above = tokens.heads[above]
            owner.setdefault(above, person)
    for token, person in unnamed.at.items():
        owner.setdefault(token, person)
    who = words.who & tokens.vocabulary
    for token in [i for i, word in enumerate(tokens.lower) if word in who] if who else ():
        verb = tokens.heads[token]
        if (
            tokens.deps[token] in SUBJECT_DEPS
            and tokens.deps[verb] == "relcl"
            and tokens.heads[verb] in owner
        ):
            owner[token] = owner[tokens.heads[verb]]
    return owner


def _ranked(scene: _Scene, minds: _Minds, words: _Words, token: int, gender: str) -> list[tuple[float, int]]:
    """Return whom a pronoun may stand for as (weight, person), heaviest first, then first named."""
    bonus, barred = _syntax(scene, minds, words, token)
    speakers = scene.speakers.get(token, frozenset())
    ahead = _announced(scene.tokens, token, minds.owner)
    ranked = []
    for person, weight in minds.weight.items():
        if minds.gender.get(person, gender) != gender or person in speakers:
            continue
        value = weight + bonus.get(person, 0.0) + (COMMAND if person == ahead else 0.0)
        if value < LEAST:
            continue
        if minds.gender.get(person) == gender:
            value += KNOWN_GENDER
        elif scene.guess[person] not in ("-", gender):
            # Nothing but a given name speaks against it: better nobody than a woman for a man.
            continue
        if person in barred or (
            scene.quoted[token] and _speaks(scene, token, minds.last_outside.get(person))
        ):
            value *= BARRED
        ranked.append((value, person))
    return sorted(ranked, key=lambda item: (-item[0], item[1]))


def _resolved(
    scene: _Scene, minds: _Minds, token: int, gender: str, ranked: Sequence[tuple[float, int]]
) -> tuple[Pronoun, float]:
    """Return the pronoun with the heaviest person, and its score as if no gender had been guessed."""
    value, person = ranked[0]
    is_guess = (
        minds.gender.get(person) is None
        and len(ranked) > 1
        and scene.guess[person] == gender
        and scene.guess[ranked[1][1]] not in ("-", gender)
    )
    score = min(0.95, value / (value + sum(other for other, _ in ranked[1:]) + 0.1))
    pronoun = Pronoun(
        token=token,
        cluster=person,
        method="pronoun_given_name" if is_guess else "pronoun",
        score=round(score * (0.8 if is_guess else 1.0), 3),
    )
    return pronoun, score


def _syntax(scene: _Scene, minds: _Minds, words: _Words, token: int) -> tuple[dict[int, float], set[int]]:
    """Return what the clauses around a pronoun add to persons, and the persons they rule out."""
    tokens, quoted = scene.tokens, scene.quoted
    bonus: dict[int, float] = {}
    barred: set[int] = set()
    is_object = tokens.lower[token] not in words.reflexive and (
        tokens.deps[token] in _OBJECTS
        or (tokens.deps[token] == "pobj" and tokens.lower[tokens.heads[token]] in words.of_others)
    )
    at = token
    clauses = 0
    is_own_clause = True
    for _ in range(12):
        head = tokens.heads[at]
        subject = scene.subject_of.get(head)
        is_own_clause = is_own_clause and (at == token or _has_same_subject(tokens, at))
        if subject is not None and subject not in (token, at):
            who = minds.owner.get(subject)
            clauses += 1
            if who is not None:
                is_speaker = quoted[token] and not quoted[subject]
                if is_speaker or (is_object and clauses == 1 and is_own_clause):
                    barred.add(who)
                elif subject < token:
                    bonus[who] = bonus.get(who, 0.0) + COMMAND / clauses
            if clauses == 2 or (who is not None and not (is_object and clauses == 1 and is_own_clause)):
                break
        if head == at:
            break
        at = head
    for who in _beside(scene, minds, token):
        bonus[who] = bonus.get(who, 0.0) + COMMAND
    return bonus, barred


def _has_same_subject(tokens: Tokens, at: int) -> bool:
    """Return whether the subject above a word is its own, as in "has the chance to see him"."""
    dep = tokens.deps[at]
    return dep in _SAME_SUBJECT or (tokens.tags[at] == "VB" and dep == "acl") or dep == "dobj"


def _beside(scene: _Scene, minds: _Minds, token: int) -> set[int]:
    """Return whom the words beside a pronoun point to: "Colvey and her deputy", "When Colvey came, she"."""
    tokens = scene.tokens
    head = tokens.heads[token]
    if tokens.deps[token] == "poss" and tokens.deps[head] == "conj":
        first = minds.owner.get(tokens.heads[head])
        return set() if first is None else {first}
    if tokens.deps[token] not in SUBJECT_DEPS:
        return set()
    return {
        minds.owner[subject]
        for verb, subject in scene.adverbial
        if tokens.heads[verb] == head and verb < token and subject in minds.owner
    }


def _announced(tokens: Tokens, token: int, owner: dict[int, int]) -> int | None:
    """Return the subject ahead that a possessive in an opening phrase means: "In her talk, Colvey said"."""
    if tokens.deps[token] != "poss":
        return None
    first = token
    while first > 0 and tokens.sents[first - 1] == tokens.sents[token] and token - first < 8:
        first -= 1
    while first < token and tokens.breaks[first]:
        first += 1
    if tokens.tags[first] != "IN":
        return None
    for i in range(token + 1, min(token + 14, len(tokens))):
        if tokens.sents[i] != tokens.sents[token]:
            return None
        if tokens.deps[i] in SUBJECT_DEPS:
            return owner.get(i) if "," in tokens.words[token:i] else None
    return None


def _quoted(tokens: Tokens) -> list[bool]:
    """Return whether each token stands in quotation marks, by turns of the marks within a paragraph."""
    quoted = [False] * len(tokens)
    if _QUOTES.isdisjoint(tokens.vocabulary):
        return quoted
    # Two apostrophes are a mark for both ends where no accents open ("''No,'' she said").
    closing = ("”", "''", "»") if "``" in tokens.vocabulary else ("”", "»")
    inside, since = False, 0
    for i in [i for i, word in enumerate(tokens.words) if word in _QUOTES or tokens.breaks[i]]:
        if inside:
            quoted[since:i] = [True] * (i - since)
        word, since = tokens.words[i], i
        inside = word in _QUOTES and word not in closing and (word in ("“", "``", "«") or not inside)
    if inside:
        quoted[since:] = [True] * (len(tokens) - since)
    return quoted


def _speakers(tokens: Tokens, quoted: Sequence[bool], starts: Mapping[int, int]) -> dict[int, frozenset[int]]:
    """Return who says what stands in marks, by token: "“He was late,” Colvey said" is not of Colvey.

    Whoever is a subject in the words without marks right behind a quotation, up to the end of the sentence
    or to the next mark; what comes before it is told by the clause (`_syntax`).
    """
    found: dict[int, frozenset[int]] = {}
    size = len(tokens)
    in_marks = bytes([*quoted, False])
    first = in_marks.find(1)
    while first >= 0:
        i = in_marks.find(0, first)
        end = i + 1  # behind the closing mark
        last = end
        while last < size and last < end + _REACH_OF_ATTRIBUTION and not quoted[last]:
            if tokens.breaks[last] or (last > end and tokens.sents[last] != tokens.sents[end]):
                break
            last += 1
        persons = {starts[t] for t in range(end, last) if t in starts and _is_subject(tokens, t)}
        if persons:
            found.update(dict.fromkeys(range(first, i), frozenset(persons)))
        first = in_marks.find(1, i)
    return found


def _speaks(scene: _Scene, token: int, mention: int | None) -> bool:
    """Return whether a mention outside the quotation is a subject in the pronoun's sentence."""
    tokens = scene.tokens
    return (
        mention is not None and tokens.sents[mention] == tokens.sents[token] and _is_subject(tokens, mention)
    )


def _is_credit(tokens: Tokens, end: int) -> bool:
    """Return whether the name before a token is that of a photographer: "Ana Colvey/for the Daily Post"."""
    return end < len(tokens) and tokens.words[end].startswith("/")


def _is_subject(tokens: Tokens, token: int) -> bool:
    """Return whether the token, or the noun phrase it stands in, is a subject."""
    for _ in range(4):
        if tokens.deps[token] in SUBJECT_DEPS:
            return True
        if tokens.deps[token] not in _INSIDE_NOUN_PHRASE:
            return False
        token = tokens.heads[token]
    return False
