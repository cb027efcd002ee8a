"""Roles: what a document says somebody or something is, where it stands with the name.

"UK Home Secretary Ana Colvey", "Ana Colvey, the mayor of Malmo", "Ana Colvey is a surgeon"; in the same way
of an organisation or place "Quellmar, the Danish bank".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.keys import plain
from pipeline.lexicons import Lexicon

INSIDE = frozenset(
    ("NN", "NNS", "NNP", "NNPS", "JJ", "JJS", "HYPH", "POS", "CD", "VBN", "VBG", "AFX", "FW", "''", "RBS")
)
"""Penn tags of what can stand inside a description."""
PLURAL = frozenset(("NNS", "NNPS"))
_GOES_ON = frozenset(("NN", "NNS", "NNP", "NNPS", "HYPH"))
_VERBS = frozenset(("VBD", "VBZ", "PRP", "RB"))
"""Tags behind an "and" that opens a new clause."""
_CLOSING_MARKS = frozenset((",", ".", ";", ")", ":", "—", "–", "--", "!", "?", '"', "”"))
_LONGEST = 9


@dataclass(frozen=True, slots=True)
class Role:
    """What a document says somebody or something is.

    Attributes:
        noun: the noun that it comes down to ("secretary").
        text: as printed, without an article ("UK Home Secretary").
        modifiers: its other content words, plain.
        at: token where it stands.
        start, end: its tokens, for a mention of its own; start == end where it is part of the name.
    """

    noun: str
    text: str
    modifiers: frozenset[str]
    at: int
    start: int = 0
    end: int = 0


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.roles = lexicon.entries("roles")
        self.kinds = lexicon.entries("kinds")
        self.compounds = lexicon.entries("entities.compound_roles")
        self.compound_heads = frozenset(compound.split()[-1] for compound in self.compounds)
        self.genitives = lexicon.words("entities.genitives")
        self.straight_genitives = frozenset(genitive for genitive in self.genitives if "’" not in genitive)
        self.glued = self.genitives | {"-", ",", "."}
        self.opening_marks = self.genitives | {"&", "-", "``", "''", '"', "”", "“"}
        self.articles = lexicon.words("entities.articles")
        self.determiners = self.articles | lexicon.words("entities.possessive_determiners")
        self.of = lexicon.words("entities.of")
        self.conjunctions = lexicon.words("entities.conjunctions")
        self.copulas = lexicon.words("entities.copulas_of_roles")
        self.function = lexicon.words("entities.small_in_roles") | self.genitives | {"&", "-", ","}
        self.links = lexicon.words("entities.links_in_roles")
        self.after_bare_role = lexicon.words("entities.behind_a_bare_role") | {",", "."}
        self.after_age = lexicon.words("entities.behind_an_age") | {",", ".", ")"}
        self.address = lexicon.words("entities.addresses_between") | {'"', "“"}
        self.closing = lexicon.words("entities.closing_words") | _CLOSING_MARKS
        self.leading = lexicon.words("entities.before_a_role")
        self.ranks_in_capitals = lexicon.words("entities.ranks_in_capitals")


def role_gender(roles: Sequence[Role], lexicon: Lexicon) -> str:
    """Return m or f where a role shows it ("spokeswoman"), else ""."""
    nouns = lexicon.made(_Words).roles
    genders = (nouns.get(role.noun, "").partition(":")[2] for role in roles)
    return next((gender for gender in genders if gender), "")


def roles_at(tokens: Tokens, start: int, end: int, label: str) -> list[Role]:
    """Return the roles that stand right before and right behind a name.

    Args:
        tokens: the document.
        start: first token of the name.
        end: after its last token.
        label: its entity label: persons have offices and trades, all others kinds ("the bank").
    """
    words = tokens.lexicon.made(_Words)
    is_person = label == "PERSON"
    nouns = words.roles if is_person else words.kinds
    before = _before(tokens, words, start, end, nouns, is_person)
    behind = _behind(tokens, words, end, nouns, is_person)
    return [role for role in (before, behind) if role is not None]


def noun_at(tokens: Tokens, i: int) -> str:
    """Return the noun that a phrase with its last word at `i` comes down to ("executive officer": chief)."""
    return _noun_at(tokens, tokens.lexicon.made(_Words), i)


def _noun_at(tokens: Tokens, words: _Words, i: int) -> str:
    noun = tokens.lower[i]
    if noun in words.compound_heads:
        return words.compounds.get(f"{tokens.lower[i - 1]} {noun}", noun)
    return noun


def _before(
    tokens: Tokens, words: _Words, start: int, end: int, nouns: Mapping[str, str], is_person: bool
) -> Role | None:
    """Return a role in front of a name: "UK Home Secretary", or "the company's chief executive,"."""
    lower = tokens.lower
    last = start - 1
    while last >= 0 and lower[last] in words.address:
        last -= 1
    has_comma = last > 0 and lower[last] == ","
    if has_comma:
        last -= 1
        if end < len(tokens) and lower[end] not in words.closing:
            return None
    if last < 0 or tokens.sents[last] != tokens.sents[start] or tokens.lines[last] != tokens.lines[start]:
        return None
    noun, at = _role_noun(tokens, words, last, nouns)
    if noun is None:
        return None
    is_small = lower[at] == tokens.words[at]
    if not is_person and not (has_comma and is_small):
        return None
    first = _start_of_role(tokens, words, at, last, tokens.lines[start])
    if last - first > _LONGEST - 1:
        return None
    is_definite = first > 0 and lower[first - 1] in words.determiners
    is_owned = not words.straight_genitives.isdisjoint(lower[first:at])
    if has_comma and is_small and not is_definite and not is_owned:
        return None
    role = _role(tokens, words, first, last + 1, noun, at)
    return replace(role, start=first - is_definite, end=last + 1) if has_comma else role


def _start_of_role(tokens: Tokens, words: _Words, at: int, last: int, line: int) -> int:
    """Return where a role begins whose noun stands at `at` and that ends with the token `last`."""
    lower, tags = tokens.lower, tokens.tags
    first = at
    while first > 0 and last - first < _LONGEST and tokens.lines[first - 1] == line:
        before = first - 1
        is_inside = (tags[before] in INSIDE and tags[before] != "VBG") or lower[before] in words.genitives
        if not is_inside or lower[before] in words.leading:
            break
        first = before
    while first < at and lower[first] in words.opening_marks:
        first += 1
    return first


def _role_noun(tokens: Tokens, words: _Words, last: int, nouns: Mapping[str, str]) -> tuple[str | None, int]:
    """Return the role noun that a phrase ending at `last` comes down to, and where it stands."""
    lower, tags = tokens.lower, tokens.tags
    noun = _noun_at(tokens, words, last) if last > 1 else lower[last]
    if noun != lower[last]:
        return noun, last
    if (
        noun in nouns
        and tags[last] not in PLURAL
        and tags[last] != "VBZ"
        and not (noun in words.ranks_in_capitals and tokens.words[last].islower())
    ):
        return noun, last
    # "minister of transport", "chairman of the board"
    for i in range(last - 1, max(-1, last - 7), -1):
        if i > 0 and lower[i] in words.of and lower[i - 1] in nouns:
            is_whole = all(tags[j] in INSIDE or lower[j] in words.function for j in range(i, last + 1))
            return (lower[i - 1], i - 1) if is_whole else (None, -1)
        if tags[i] not in INSIDE and lower[i] not in words.function:
            break
    return None, -1


def _behind(
    tokens: Tokens, words: _Words, end: int, nouns: Mapping[str, str], is_person: bool
) -> Role | None:
    """Return a role behind a name: ", the mayor of Malmo,", "is a surgeon", ", 43, a baker,"."""
    opening = _opening(tokens, words, end)
    if opening is None:
        return None
    size = len(tokens)
    first, is_copula = opening
    has_article = first < size and tokens.lower[first] in words.articles
    if not has_article and (is_copula or not is_person):
        return None
    start = first + has_article
    noun, at = _noun_behind(tokens, start, end, nouns)
    if noun is None:
        return None
    last = _end_of_role(tokens, words, at)
    if not is_copula and last < size and tokens.lower[last] not in words.closing and not tokens.breaks[last]:
        return None
    if not has_article and at + 1 < size and tokens.lower[at + 1] not in words.after_bare_role:
        return None
    role = _role(tokens, words, start, last, noun, at)
    return role if is_copula else replace(role, start=first, end=at + 1)


def _opening(tokens: Tokens, words: _Words, end: int) -> tuple[int, bool] | None:
    """Return where a role behind a name may begin, and whether a verb ("is") stands before it."""
    lower = tokens.lower
    size = len(lower)
    if end >= size:
        return None
    if lower[end] in words.copulas:
        return end + 1, True
    if lower[end] != ",":
        return None
    has_age = end + 2 < size and lower[end + 1].isdigit() and lower[end + 2] == ","
    return end + (3 if has_age else 1), False


def _noun_behind(tokens: Tokens, start: int, end: int, nouns: Mapping[str, str]) -> tuple[str | None, int]:
    """Return the first role noun from `start` on with nothing but its phrase before it, and its token."""
    words, tags, size = tokens.lexicon.made(_Words), tokens.tags, len(tokens)
    for i in range(start, min(size, start + _LONGEST)):
        if tokens.sents[i] != tokens.sents[end - 1] or tokens.lines[i] != tokens.lines[end - 1]:
            break
        noun = _noun_at(tokens, words, i)
        if noun in nouns and tags[i] not in PLURAL and (i + 1 >= size or tags[i + 1] not in _GOES_ON):
            return noun, i
        if tags[i] not in INSIDE:
            break
    return None, -1


def _end_of_role(tokens: Tokens, words: _Words, at: int) -> int:
    """Return where a role ends whose noun stands at `at`: behind the "of ..." or "for ..." that follows."""
    lower, tags = tokens.lower, tokens.tags
    last, stop = at + 1, min(len(tokens), at + _LONGEST)
    while last < stop and (tags[last] in INSIDE or lower[last] in words.links):
        if tokens.sents[last] != tokens.sents[at]:
            break
        if lower[last] in words.conjunctions and last + 1 < len(tokens) and tags[last + 1] in _VERBS:
            break
        last += 1
    while last > at + 1 and lower[last - 1] in words.links:
        last -= 1
    return last


def _role(tokens: Tokens, words: _Words, start: int, end: int, noun: str, at: int) -> Role:
    return Role(
        noun=noun,
        text=_joined(tokens, words, start, end),
        modifiers=content_words(tokens, start, end, at),
        at=at,
    )


def content_words(tokens: Tokens, start: int, end: int, skip: int) -> frozenset[str]:
    """Return the plain words of a phrase, without small words, punctuation and the token `skip`."""
    function = tokens.lexicon.made(_Words).function
    return frozenset(
        plain(tokens.words[i])
        for i in range(start, end)
        if i != skip and tokens.lower[i] not in function and tokens.words[i][0].isalnum()
    )


def _joined(tokens: Tokens, words: _Words, start: int, end: int) -> str:
    text = ""
    for i in range(start, end):
        word = tokens.words[i]
        glued = word in words.glued or (i > start and tokens.words[i - 1] == "-")
        text += word if glued or not text else f" {word}"
    return text


def age_behind(tokens: Tokens, end: int) -> str | None:
    """Return the age in "Ana Colvey, 43, said", where the name ends before the token `end`."""
    if end + 2 < len(tokens) and tokens.lower[end] == "," and tokens.lower[end + 1].isdigit():
        age = tokens.lower[end + 1]
        if len(age) < 3 and tokens.lower[end + 2] in tokens.lexicon.made(_Words).after_age:
            return age
    return None
