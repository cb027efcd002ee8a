"""Whom a description that speaks can mean: "the Democrat", "the Norwegian skier", "Malmo's mayor".

The entities layer resolves what repeats a role, an age or a noun of a name. What it leaves open is read here,
from where the description stands: a person of a people is the one just named, the mayor of a town whoever the
document calls mayor, a role with a name behind a comma is that name. Where several could be meant, nobody is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from pipeline.components.quotes.mentioned import KnownMention, Mentioned
from pipeline.components.quotes.parsed import Parse, Range
from pipeline.lexicons import Lexicon

_LEAST_SHORT_TITLE = 3
"""Letters of the shortest title that stands for a longer one ("gov." for governor)."""
_POSSESSIVE = "POS"


class Persons:
    """The words that say what a person is; ask for them with `lexicon.made(Persons)`.

    Attributes:
        roles: nouns of offices and trades -> their class.
        nouns: these, and all other nouns of persons.
        bodies: nouns of bodies and places.
        spoken_of: the classes of those of whom others speak.
        definite: "the" and its like.
        conjunctions: "and" and its like.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        """Read the lists of a lexicon."""
        self.roles = {noun: kind.partition(":")[0] for noun, kind in lexicon.entries("roles").items()}
        self.nouns = (
            self.roles.keys()
            | lexicon.entries("entities.nouns_of_persons").keys()
            | lexicon.entries("person_titles").keys()
        )
        self.bodies = lexicon.entries("kinds").keys() | lexicon.entries("kinds_of_bodies").keys()
        self.spoken_of = lexicon.words("quotes.classes_of_persons_spoken_of")
        self.definite = lexicon.words("quotes.definite_determiners")
        self.conjunctions = lexicon.words("entities.conjunctions")
        self._peoples = lexicon.words("peoples")
        self._demonyms = lexicon.entries("demonyms")
        self._men = lexicon.ordered("quotes.endings_of_one_of_a_people")
        (self._plural,) = lexicon.ordered("entities.plural_ending")
        self._no_plural = lexicon.ordered("entities.no_plural_after")

    def is_people(self, word: str) -> bool:
        """Return whether a word names a people, a faith or a party, or is one of its adjectives."""
        return (
            word in self._peoples
            or word in self._demonyms
            or word.removesuffix(self._plural) in self._demonyms
        )

    def is_one_of_a_people(self, word: str) -> bool:
        """Return whether a word can stand for one person of a people: Democrat, German; not French."""
        if word.endswith(self._men):
            return True
        if word in self._peoples:
            return word + self._plural in self._peoples
        return word in self._demonyms and not word.endswith(self._no_plural)


def is_one_of_a_people(parse: Parse, head: int, speaker: Range) -> bool:
    """Return whether a speaker is one person of a people: "the Democrat", "the Frenchman"."""
    words = parse.lexicon.made(Persons)
    return (
        parse.words[speaker[0]] in words.definite
        and speaker[1] - speaker[0] == 2
        and head == speaker[0] + 1
        and not parse.tags[head].endswith("S")
        and words.is_one_of_a_people(parse.words[head])
    )


def peoples_of(parse: Parse, mentioned: Mentioned, span: Iterable[int]) -> set[str]:
    """Return the words among some tokens that name a people, a faith or a party."""
    words, at = parse.lexicon.made(Persons), mentioned.at
    return {
        parse.words[t]
        for t in span
        if words.is_people(parse.words[t]) or (t in at and mentioned.entities[at[t].entity].label == "NORP")
    }


def modifiers(parse: Parse, mentioned: Mentioned, head: int, speaker: Range) -> set[str]:
    """Return the words that narrow a description: whom they do not fit is not meant.

    A people is left out ("the German airline"), but where it tells groups apart ("the Muslim group").
    """
    loose = parse.lexicon.words("entities.loose_words_in_descriptions")
    between = range(speaker[0] + 1, head)
    if parse.words[head] not in parse.lexicon.words("quotes.groups_of_persons"):
        loose |= peoples_of(parse, mentioned, between)
    return {
        parse.words[t]
        for t in between
        if parse.tags[t].startswith(("NN", "JJ")) and parse.words[t] not in loose
    }


def is_person_of_a_people(
    parse: Parse, mentioned: Mentioned, head: int, speaker: Range, others: Collection[str]
) -> bool:
    """Return whether a speaker is a noun of a person with a people before it: "the Conservative MP".

    Args:
        parse: of the document.
        mentioned: its entities.
        head: of the speaker.
        speaker: its tokens.
        others: its other modifiers; where there are any, somebody else may be meant.
    """
    return (
        not others
        and parse.tags[head] in ("NN", "NNP")
        and parse.words[head] in parse.lexicon.made(Persons).nouns
        and bool(peoples_of(parse, mentioned, range(speaker[0] + 1, head)))
    )


def is_role_of_the_last(parse: Parse, head: int, speaker: Range) -> bool:
    """Return whether a bare role ("the biologist") can take up who has just spoken.

    Not where the document has had the noun before, of somebody else; not of a suspect, who is spoken of.
    """
    words = parse.lexicon.made(Persons)
    word = parse.words[head]
    role = words.roles.get(word, "")
    return (
        speaker[1] - speaker[0] == 2
        and parse.tags[head] == "NN"
        and role != ""
        and role not in words.spoken_of
        and parse.words.index(word) >= speaker[0]
    )


def is_role_in_body(parse: Parse, mentioned: Mentioned, head: int, speaker: Range) -> bool:
    """Return whether a speaker is a role with nothing but its body before it: "the Norvik co-founder"."""
    words, at = parse.lexicon.made(Persons), mentioned.at
    role = words.roles.get(parse.words[head], "")
    between = range(speaker[0] + 1, head)
    bodies = [t for t in between if t in at and mentioned.entities[at[t].entity].label == "ORG"]
    loose = parse.lexicon.words("quotes.before_roles")
    return (
        bool(bodies)
        and head == speaker[1] - 1
        and parse.words[speaker[0]] in words.definite
        and parse.tags[head] in ("NN", "NNP")
        and role != ""
        and role not in words.spoken_of
        and role not in parse.lexicon.words("quotes.classes_of_those_who_speak_for_others")
        and all(t in bodies or parse.words[t] in loose for t in between)
    )


def name_behind(parse: Parse, mentioned: Mentioned, head: int, speaker: Range) -> int | None:
    """Return the person whose name stands behind a comma after the role that speaks.

    "A supervisor at the port, Neil Noble" and "the member for Malmo, Warren Dunst, who ...".
    """
    words = parse.lexicon.made(Persons)
    end = speaker[1]
    if parse.tags[head] not in ("NN", "NNP") or parse.words[head] in words.bodies:
        return None
    if (known := mentioned.person_named(end - 1)) is not None:
        comma = end - 1 - known.length
    elif (known := mentioned.person_named(end + 1)) is not None and not _opens_content(parse, speaker, known):
        comma = end
    else:
        return None
    is_apposition = head < comma and parse.words[comma] == ","
    return known.entity if is_apposition and words.conjunctions.isdisjoint(parse.words[head:comma]) else None


def _opens_content(parse: Parse, speaker: Range, known: KnownMention) -> bool:
    """Return whether a name begins what is said: "according to an aide, Ann Roe hid the money"."""
    behind = speaker[1] + 1 + known.length
    return (
        speaker[0] > 0
        and parse.tags[speaker[0] - 1] in ("IN", "TO")
        and behind < parse.size
        and parse.words[behind] != ","
        and parse.tags[behind] != "."
    )


def is_kin_of_named(parse: Parse, head: int, name: int) -> bool:
    """Return whether a name tells whose relative or lawyer the head is: "the mother of gunman Tobias Renner".

    A role has it the other way round: "the minister of transport Ana Colvey".

    Args:
        parse: of the document.
        head: of the phrase.
        name: the first token of a name in it.
    """
    if name - 1 <= head or not any(
        parse.deps[t] == "prep" and parse.heads[t] == head for t in range(head + 1, name)
    ):
        return False
    before = name - 1
    return parse.tags[before] in ("IN", "DT") or parse.words[before] in parse.lexicon.made(Persons).nouns


def co_author(parse: Parse, mentioned: Mentioned, speaker: Range) -> int | None:
    """Return the person behind a role that a hyphen has torn: "study co" of "study co-author Ann Lee"."""
    end = speaker[1]
    words = parse.lexicon.made(Persons)
    if end + 2 >= parse.size or parse.words[end] != "-" or parse.words[end + 1] not in words.nouns:
        return None
    known = mentioned.person_named(end + 2)
    return known.entity if known is not None else None


def office_holder(parse: Parse, mentioned: Mentioned, head: int, speaker: Range) -> int | None:
    """Return the only person of the document with an office that has its owner before it: "Malmo's mayor".

    Also who is named only later: headlines and first sentences leave the name for the next.
    """
    words = parse.lexicon.made(Persons)
    noun = parse.words[head]
    owners = [t for t in range(speaker[0], head) if parse.tags[t] == _POSSESSIVE]
    if noun not in words.roles or not owners or parse.words[speaker[0]] in words.definite:
        return None
    owner = {word for word in parse.words[speaker[0] : owners[-1]] if word not in words.definite}
    holders = []
    for number in filter(mentioned.is_person, range(len(mentioned.entities))):
        role = mentioned.words_of(number)
        if any(_is_same_office(noun, word) for word in role):
            holders.append((number, role))
    said = {*parse.words[speaker[0] : head + 1]}
    fitting = [number for number, role in holders if owner <= role]
    bare = [number for number, role in holders if len(role - said) <= (noun not in role)]
    found = fitting or (bare if len(holders) == 1 else [])
    return found[0] if len(found) == 1 else None


def _is_same_office(noun: str, word: str) -> bool:
    """Return whether a word of a role is the noun, or a title short for it ("gov." for governor)."""
    short = word.rstrip(".")
    return word == noun or (
        word.endswith(".") and len(short) >= _LEAST_SHORT_TITLE and noun.startswith(short)
    )


def the_only_person(
    parse: Parse, mentioned: Mentioned, at: int, *, reach: int, may_be: Callable[[int], bool]
) -> int | None:
    """Return the only person named in the sentences before a token, else the only subject of the last.

    Args:
        parse: of the document.
        mentioned: its entities.
        at: where the description begins.
        reach: how many sentences back it can point.
        may_be: whether a person can be meant at all.
    """
    tree = parse.tree
    sentence = tree.sentence_of[at]
    first, _ = tree.sentences[max(0, sentence - reach)]
    near = [
        (start, number)
        for start, number, kind in mentioned.between(first, at)
        if kind == "name" and mentioned.is_person(number) and may_be(number)
    ]
    persons = {number for _, number in near}
    if len(persons) > 1:
        last = tree.sentences[sentence - 1][0] if sentence else 0
        persons = {number for start, number in near if start >= last and mentioned.is_subject(start)}
    return persons.pop() if len(persons) == 1 else None
