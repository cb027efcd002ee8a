"""What a name is of, as far as lists can tell: whether it is a name at all, and under which label."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.gazetteer import Gazetteer
from pipeline.components.entities.name import ROMAN, Name, text_of
from pipeline.lexicons import Lexicon

_CURRENCIES = frozenset("$£€¥")
_CAMEL = re.compile(r"[a-z][A-Z]")
_TAKEN_FOR_WORKS = frozenset(("PERSON", "ORG", "PRODUCT", "FAC"))
_TAKEN_FOR_BODIES = frozenset(("PERSON", "GPE", "NORP", "PRODUCT", "FAC", "LOC", ""))
_TAKEN_FOR_OTHERS = frozenset(("GPE", "LOC", "ORG", "PRODUCT", "FAC", ""))


def kind_words(lexicon: Lexicon) -> frozenset[str]:
    """Return the words that say what a name is of: an organisation, a building, a place, an event.

    Ask for them with `lexicon.made(kind_words)`.
    """
    return (
        lexicon.words("organisation_words")
        | lexicon.words("facility_words")
        | lexicon.words("location_words")
        | lexicon.words("event_words")
    )


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.gazetteer = lexicon.made(Gazetteer)
        self.not_names = lexicon.words("not_names")
        self.acronyms = lexicon.words("common_acronyms")
        units = "|".join(map(re.escape, lexicon.ordered("entities.units")))
        self.measure = re.compile(rf"\d+ ?(?:{units})")
        self.endings_of_ideas = lexicon.ordered("entities.endings_of_ideas")
        self.offices = lexicon.words("offices")
        self.office_heads = lexicon.words("entities.office_heads")
        self.posts = lexicon.words("entities.posts")
        self.of = lexicon.words("entities.of")
        self.offices_behind_of = lexicon.words("entities.offices_behind_of")
        self.goods_like_peoples = lexicon.words("entities.goods_like_peoples")
        self.articles = lexicon.words("entities.definite_articles")
        self.work_nouns = lexicon.words("work_nouns")
        self.given_names = lexicon.entries("given_names")
        self.organisations = lexicon.words("known_organisations")
        self.products = lexicon.words("known_products")
        self.events = lexicon.words("event_words")
        self.event_openers = lexicon.words("entities.event_openers")
        self.facilities = lexicon.words("facility_words")
        self.locations = lexicon.words("location_words")
        self.bodies = lexicon.words("organisation_words")
        self.body_openers = lexicon.words("entities.body_openers")
        self.county_openers = lexicon.words("entities.county_openers")
        self.road_openers = lexicon.words("entities.road_openers")
        self.counties = lexicon.words("entities.counties")
        self.not_in_people = self.bodies | lexicon.words("entities.small_not_in_people") | {"&"}
        self.not_ending_people = self.facilities | self.locations | lexicon.words("organisation_suffixes")

    # There is one object for a language, and it stays: caches of its methods keep nothing alive.

    @lru_cache(maxsize=32768)  # noqa: B019
    def may_be_name(self, text: str, n_words: int) -> bool:
        """Return whether a text of so many words can be a name, wherever it stands."""
        lower = text.lower()
        return (
            len(lower) > 1
            and _is_written_as_name(text, lower)
            and not _is_common(self, lower, n_words)
            and not _is_numeral(text, lower)
        )

    @lru_cache(maxsize=32768)  # noqa: B019
    def listed_label(self, text: str, label: str) -> str | None:
        """Return the label of a name that stands in a list as a whole."""
        lower = text.lower()
        if self.gazetteer.territory_code(text):
            return "PERSON" if label == "PERSON" and lower in self.given_names else "GPE"
        if self.gazetteer.is_region(text):
            return "LOC"
        if self.gazetteer.is_people(text):
            return "NORP"
        if lower in self.organisations:
            return "ORG"
        if lower in self.products:
            return "PRODUCT"
        return None


def is_name(tokens: Tokens, name: Name) -> bool:
    """Return whether what is left of a span can be a name."""
    words = tokens.lexicon.made(_Words)
    return words.may_be_name(text_of(tokens, name), len(name)) and not _is_part_of_more(tokens, words, name)


def _is_written_as_name(text: str, lower: str) -> bool:
    """Return whether a text has a capital and letters, and is neither a web address nor a sum of money."""
    if not any(map(str.isupper, text)):
        return False
    if "://" in lower or "www." in lower or "@" in lower:
        return False
    return text[0] not in "#$£€%" and any(map(str.isalpha, lower))


def _is_common(words: _Words, text: str, n_words: int) -> bool:
    """Return whether a lower-cased text is listed as no name, or is a measure, a number or an idea."""
    bare = text.replace(".", "") if "." in text[:-1] else text  # M.D., but Md. is a state
    return (
        text in words.not_names
        or bare in words.acronyms
        or words.measure.fullmatch(text) is not None
        or (n_words == 1 and text.endswith(words.endings_of_ideas))
    )


def _is_numeral(text: str, lower: str) -> bool:
    """Return whether a text is a Roman numeral; "Xi" is written as a name is."""
    return ROMAN.fullmatch(lower) is not None and not text.istitle()


def _is_part_of_more(tokens: Tokens, words: _Words, name: Name) -> bool:
    """Return whether the words are part of something else: a hashtag, a sum of money, an office."""
    text = " ".join(tokens.lower[name.start : name.end])
    before = tokens.lower[name.start - 1] if name.start else ""
    behind = tokens.lower[name.end] if name.end < len(tokens) else ""
    if before == "#" and _CAMEL.search(tokens.words[name.start]):
        return True  # a hashtag of several words
    if behind in _CURRENCIES and len(text) < 4:
        return True  # NZ $ 26 million
    if text in words.offices and behind in words.office_heads:
        return True  # Home Secretary, Foreign Minister
    if name.label == "ORG" and len(name) > 1 and tokens.lower[name.end - 1] in words.posts:
        return True  # National Security Advisor
    if text in words.offices_behind_of and before in words.of:
        return True  # Secretary of State
    return text in words.goods_like_peoples and before != "" and tokens.words[name.start - 1][0].isupper()


def relabel(tokens: Tokens, name: Name) -> Name:
    """Return the name with the label that lists give it, where they know better."""
    words = tokens.lexicon.made(_Words)
    label = classify(tokens, name.start, name.end, name.label)
    if name.title and label == "GPE":
        label = "PERSON"
    before = tokens.lower[name.start - 1] if name.start else ""
    if before in words.work_nouns and label in _TAKEN_FOR_WORKS:
        last, noun = name.end - 1, name.start - 1
        if tokens.heads[last] == noun or tokens.heads[noun] == last:
            label = "WORK_OF_ART"  # the film Easy Rider
    if label == "PERSON" and len(name) == 1 and before in words.articles:
        label = "ORG"  # the Beatles
    return name if label == name.label else replace(name, label=label, method="relabelled")


def classify(tokens: Tokens, start: int, end: int, label: str) -> str:
    """Return the label that lists give to the name at tokens [start, end), else the given one.

    Args:
        tokens: the document.
        start: first token of the name.
        end: after its last token.
        label: what it is taken for so far, "" where nobody has said.
    """
    words = tokens.lexicon.made(_Words)
    text = " ".join(tokens.words[start:end])
    return (
        words.listed_label(text, label)
        or (end - start > 1 and _by_kind_words(tokens, words, start, end, label))
        or ("PRODUCT" if _is_camel_cased(text) else label)
    )


def _by_kind_words(tokens: Tokens, words: _Words, start: int, end: int, label: str) -> str | None:
    """Return the label of a name of several words that its first or last word gives away."""
    first, last = tokens.lower[start], tokens.lower[end - 1]
    if label != "GPE" and (last in words.events or first in words.event_openers):
        return "EVENT"
    if first in words.road_openers and last[:1].isdigit():
        return "FAC"
    if label != "EVENT" and (first in words.county_openers or last in words.counties):
        return "GPE"
    if label in _TAKEN_FOR_OTHERS and _is_full_name(tokens, words, start, end):
        return "PERSON"
    if label not in _TAKEN_FOR_BODIES:
        return None
    if last in words.facilities:
        return "FAC"
    if last in words.bodies or first in words.body_openers:
        return "ORG"
    return "LOC" if last in words.locations and label != "GPE" else None


def _is_full_name(tokens: Tokens, words: _Words, start: int, end: int) -> bool:
    """Return whether two or three words are a given name and what can be a surname."""
    if end - start > 3 or tokens.lower[start] not in words.given_names:
        return False
    rest = tokens.lower[start + 1 : end]
    return rest[-1] not in words.not_ending_people and not any(
        word in words.not_in_people or not word[0].isalpha() for word in rest
    )


def _is_camel_cased(text: str) -> bool:
    """Return whether a text is written as iPhone and iPad are."""
    return len(text) > 2 and text[0] == "i" and text[1].isupper() and text[2].islower()
