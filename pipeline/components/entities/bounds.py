"""Where a name begins and ends: its edges are trimmed, a noun phrase is narrowed to the name in it."""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.cuts import goes_on
from pipeline.components.entities.gazetteer import Gazetteer
from pipeline.components.entities.kinds import kind_words
from pipeline.components.entities.name import Name
from pipeline.lexicons import Lexicon

_EDGE = frozenset("\"'“”‘’`´«»()[]{}<>,;:!?-–—*|/\\…_•·.#@~^=+") | {"--", "''", "``", "...", "\\n"}
_STOPS = frozenset(("(", "[", "—", "--", ":"))
_PIXELS = re.compile(r"\d+px")  # what wikis leave of a picture


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.articles = lexicon.words("entities.articles")
        self.names_with_article = lexicon.words("entities.names_with_article")
        self.possessives = lexicon.words("entities.possessives")
        self.torn_possessive = [*lexicon.ordered("entities.torn_possessive")]
        self.conjunctions = lexicon.words("entities.conjunctions")
        self.addresses = lexicon.words("entities.addresses")
        self.titles = lexicon.entries("person_titles")
        self.given_names = lexicon.entries("given_names")
        self.posts = self.titles.keys() | lexicon.words("entities.posts_in_capitals")
        self.bodies = lexicon.words("organisation_words")
        self.kinds = lexicon.made(kind_words)
        self.directions = lexicon.words("entities.directions")
        self.calendar = lexicon.words("entities.calendar")
        self.stances = lexicon.words("entities.prefixes_of_stances")
        self.captions = lexicon.words("entities.captions")
        self.particles = lexicon.words("name_particles")
        self.behind = {
            "PERSON": lexicon.words("entities.behind_a_person"),
            "GPE": lexicon.words("entities.behind_a_place"),
            "ORG": lexicon.words("entities.behind_a_body"),
        }
        self.small_in_bodies = lexicon.words("entities.small_in_bodies")


def trim(tokens: Tokens, name: Name) -> Name:
    """Leave off articles, quotation marks, possessives and titles at the edges of a name.

    Returns:
        The name without them, with the titles in front of it; start == end where nothing is left.
    """
    words = tokens.lexicon.made(_Words)
    start, end, label, title = name.start, name.end, name.label, name.title
    if len(name) > 1 and tokens.lower[start] in words.addresses and tokens.lower[end - 1] not in words.kinds:
        label = "PERSON"
    while start < end and _clings_in_front(tokens, words, start, end, label):
        start += 1
    while end > start and _clings_behind(tokens, words, start, end, label):
        end -= 1
    if label == "NORP" and name.start < start < end and tokens.lower[name.start] in words.stances:
        label = "ORG" if tokens.words[start].isupper() else "PERSON"  # anti-Trump; lists know anti-German
    if label == "ORG":
        end = _without_post(tokens, words, start, end)
    if _is_country_with_number(tokens, start, end):
        end -= 1
    if label == "NORP" and end - start > 1:
        start, end = _people_in(tokens, words, start, end)
    if label == "PERSON" and start < end:
        title = _titles_before(tokens, words, start)
    if (start, end, label, title) == (name.start, name.end, name.label, name.title):
        return name
    return replace(name, start=start, end=end, label=label, title=title)


def _clings_in_front(tokens: Tokens, words: _Words, start: int, end: int, label: str) -> bool:
    """Return whether the first token of a span does not belong to the name."""
    word = tokens.lower[start]
    if word in _EDGE or word in words.possessives or word.isspace():
        return True
    if word.endswith("px") and _PIXELS.fullmatch(word):
        return True
    if end - start == 1:
        return False
    if word in words.articles and tokens.lower[start + 1] not in words.names_with_article:
        return True
    if word in words.stances and tokens.lower[start + 1] == "-":
        return True
    if label == "PERSON":
        return word in words.titles or _leads_to_person(tokens, words, start)
    return label in ("GPE", "LOC", "NORP") and word.isdigit() and len(word) < 3  # a score


def _leads_to_person(tokens: Tokens, words: _Words, i: int) -> bool:
    """Return whether a word is a verb or a small word in front of a person: "Regarding Trump"."""
    return (
        tokens.tags[i] in ("VBG", "IN", "WRB", "CC")
        and tokens.words[i + 1][0].isupper()
        and tokens.lower[i] not in words.given_names
    )


def _clings_behind(tokens: Tokens, words: _Words, start: int, end: int, label: str) -> bool:
    """Return whether the last token of a span does not belong to the name."""
    word = tokens.words[end - 1]
    if word in words.possessives or word in _EDGE or word.isspace():
        return True
    return end - start > 1 and _is_loose(tokens, words, end - 1, label)


def _is_loose(tokens: Tokens, words: _Words, i: int, label: str) -> bool:
    """Return whether a word at the end of a span belongs to no name: "this season", "2008", "era"."""
    word = tokens.words[i]
    if word in words.calendar:
        return True
    if word in words.captions:
        return i + 1 >= len(tokens) or tokens.words[i + 1] == ":" or tokens.breaks[i + 1]
    if word.isdigit():
        is_year = len(word) == 4 and word[:2] in ("19", "20")
        return is_year or (len(word) < 4 and label in ("GPE", "NORP", "PERSON", "LOC"))
    return (
        word.islower()
        and tokens.words[i - 1] not in ("-", "‑", "’", "'")
        and tokens.tags[i] in ("NN", "NNS", "DT", "IN", "VBD", "VBZ", "CC", "PRP$")
        and word not in words.kinds
    )


def _without_post(tokens: Tokens, words: _Words, start: int, end: int) -> int:
    """Return where an organisation ends before a post: "State Department Spokesperson", "Apple CEO".

    "Attorney General" and "General Manager" keep theirs.
    """
    while end - start > 1 and tokens.lower[end - 1] in words.posts:
        if tokens.lower[end - 2] not in words.bodies and not tokens.words[end - 1].isupper():
            break
        end -= 1
        while end - start > 1 and (
            tokens.words[end - 1] in words.possessives
            or tokens.words[end - 2 : end] == words.torn_possessive  # Apple ’ s C.E.O.
        ):
            end -= 1
    return end


def _is_country_with_number(tokens: Tokens, start: int, end: int) -> bool:
    """Return whether the span is a country with a number behind it: "Samoa 3"."""
    if end - start < 2 or not tokens.words[end - 1].isdigit():
        return False
    text = " ".join(tokens.words[start : end - 1])
    return tokens.lexicon.made(Gazetteer).territory_code(text) is not None


def _people_in(tokens: Tokens, words: _Words, start: int, end: int) -> tuple[int, int]:
    """Return the bounds of the people named in a longer span: "Married Pakistani"."""
    gazetteer = tokens.lexicon.made(Gazetteer)
    first = next((i for i in range(start, end) if gazetteer.is_people(tokens.words[i])), None)
    if first is None or tokens.lower[start] in words.directions:
        return start, end
    if gazetteer.is_people(" ".join(tokens.words[start:end])):
        return start, end
    return first, first + 1


def _titles_before(tokens: Tokens, words: _Words, start: int) -> tuple[str, ...]:
    first = start
    while first > 0 and tokens.lower[first - 1] in words.titles:
        first -= 1
    return tuple(tokens.lower[first:start])


def narrow(tokens: Tokens, name: Name) -> Name:
    """Narrow a noun phrase to the name in it: "aid worker Ana Colvey of Malmo" to Ana Colvey.

    What follows a comma, an open bracket or (for a person) a preposition is cut off, and what stands before
    the last lower-case word or possessive, where a capital comes after it.
    """
    start, end, label = name.start, name.end, name.label
    if label not in ("PERSON", "ORG", "GPE") or end - start < 3:
        return name
    words = tokens.lexicon.made(_Words)
    if label == "PERSON" and any(
        tokens.lower[i] in words.conjunctions and tokens.words[i + 1][0].isupper()
        for i in range(start + 1, end - 1)
    ):
        return name  # several people; nobody's name
    end = next((i for i in range(start + 1, end) if _ends_head(tokens, words, i, end, label)), end)
    start = max(
        (i + 1 for i in range(start, end - 1) if _precedes_head(tokens, words, i, end, label)), default=start
    )
    return name if (start, end) == (name.start, name.end) else replace(name, start=start, end=end)


def _ends_head(tokens: Tokens, words: _Words, i: int, end: int, label: str) -> bool:
    """Return whether the name in a noun phrase has ended before the token at `i`."""
    word = tokens.lower[i]
    if word in _STOPS:
        return True
    if word == ",":
        return not goes_on(tokens, i, end, label)
    return word in words.behind[label] and (label != "ORG" or tokens.lower[i - 1] in words.bodies)


def _precedes_head(tokens: Tokens, words: _Words, i: int, end: int, label: str) -> bool:
    """Return whether the token at `i` stands before the name in a noun phrase that ends at `end`."""
    word = tokens.words[i]
    is_small = word.islower() and word.isalpha() and tokens.lower[i] not in words.particles
    if label == "PERSON":
        is_between = is_small or word in words.possessives
        return is_between and any(other[0].isupper() for other in tokens.words[i + 1 : end])
    return is_small and tokens.words[i + 1][0].isupper() and tokens.lower[i] not in words.small_in_bodies
