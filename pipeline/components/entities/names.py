"""Names in a document: spaCy's entities cleaned, cut, split and relabelled, and what the model overlooked.

The result is a list of `Name`s in text order that do not overlap. Each repair is a function of its own;
docs/entities.md has what each is worth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from spacy.tokens import Doc

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.gazetteer import is_people, is_region, territory_code
from pipeline.lexicons import entries, words

LABELS = frozenset(("PERSON", "ORG", "GPE", "LOC", "NORP", "FAC", "EVENT", "WORK_OF_ART", "LAW", "PRODUCT"))
_POSSESSIVES = frozenset(("'s", "’s", "'", "’", "'S", "’S", "‘s"))
_ARTICLES = frozenset(("the", "a", "an"))
_EDGE = frozenset("\"'“”‘’`´«»()[]{}<>,;:!?-–—*|/\\…_•·.#@~^=+") | {"--", "''", "``", "...", "\\n"}


@dataclass(slots=True)
class Name:
    """A name at tokens [start, end), as the repairs and the clustering go on changing it.

    Attributes:
        label: entity label.
        method: the model ("ner") or the rule that found it.
        score: 0..1.
        title: the titles in front of it, lower-cased ("mr", "sir").
        rule, certainty: why it stands in its cluster and how sure that is.
    """

    start: int
    end: int
    label: str
    method: str
    score: float
    title: tuple[str, ...] = ()
    rule: str = "same_name"
    certainty: float = 0.95


def find_names(doc: Doc, tokens: Tokens) -> list[Name]:
    """Return the names of a document in text order; they do not overlap."""
    from pipeline.components.entities.overlooked import find_overlooked, without_capitals, without_share_bars
    from pipeline.components.entities.teams import mark_teams

    found = [
        name
        for ent in doc.ents
        if ent.label_ in LABELS
        for name in _cut(tokens, ent.start, ent.end, ent.label_)
    ]
    names = []
    for name in found:
        for part in _split_at_titles(tokens, name) or _split_at_given_name(tokens, name):
            narrow(tokens, part)
            _trim(tokens, part)
            if part.start < part.end and _is_name(tokens, part):
                _relabel(tokens, part)
                names.append(part)
    names = without_share_bars(names, tokens)
    names = without_capitals(names, tokens)
    names = find_overlooked(names, tokens)
    mark_teams(names, tokens)
    return names


def given_name(tokens: Tokens, start: int, end: int, label: str) -> Name:
    """Return the name in a span that is known to hold one: cleaned as one found by the model."""
    name = Name(start=start, end=end, label=label, method="given", score=1.0)
    narrow(tokens, name)
    _trim(tokens, name)
    if name.start >= name.end:
        name.start, name.end = start, end
    return name


def _cut(tokens: Tokens, start: int, end: int, label: str) -> list[Name]:
    """Cut where no name goes on: at a line break, an open bracket, a comma between places, a flight."""
    words_, lower = tokens.words, tokens.lower
    if _CUTS.isdisjoint(lower[start:end]) and not any(tokens.breaks[start:end]):
        return [Name(start=start, end=end, label=label, method="ner", score=0.8)]
    open_bracket = "(" in lower[start:end] and ")" not in lower[start:end]
    parts = []
    at = start
    for i in range(start, end + 1):
        if (
            i == end
            or tokens.breaks[i]
            or (open_bracket and lower[i] == "(")
            or (lower[i] == "," and label in ("GPE", "LOC"))
            or (lower[i] == "," and label == "ORG" and not _goes_on(tokens, i, end, label, _legal()))
            or (lower[i] == "the" and label == "ORG" and i > start and words_[i - 1][0].isupper())
            or (lower[i] in ("–", "—", "--"))
            or (lower[i] == "-" and label == "GPE" and tokens.spaced[i] and tokens.spaced[i - 1])
            or (lower[i] == "flight" and i > start and i + 2 == end)
        ):
            if i > at:
                parts.append(
                    Name(
                        start=at,
                        end=i,
                        label=label,
                        method="ner" if i - at == end - start else "cut",
                        score=0.8,
                    )
                )
            at = i + 1
            if i < end and lower[i] == "flight":
                break
    return parts


_CUTS = frozenset(("(", ",", "the", "–", "—", "--", "-", "flight"))


def _split_at_titles(tokens: Tokens, name: Name) -> list[Name]:
    """Cut "Home Office Permanent Secretary Sir Philip Rutnam" into an organisation and a person."""
    titles = entries("person_titles")
    lower = tokens.lower
    if name.label not in ("PERSON", "ORG") or name.end - name.start < 3:
        return []
    last = max((i for i in range(name.start + 1, name.end - 1) if lower[i] in titles), default=None)
    if last is None or lower[name.end - 1] in words("organisation_words"):
        return []
    if not all(tokens.words[i][:1].isupper() for i in range(last, name.end)):
        return []
    person = Name(start=last, end=name.end, label="PERSON", method="split", score=0.7)
    first = last
    while first > name.start and (lower[first - 1] in titles or lower[first - 1] in _RANKS):
        first -= 1
    if first == name.start:
        return [person]
    return [Name(start=name.start, end=first, label="ORG", method="split", score=0.6), person]


_RANKS = frozenset(
    (
        "permanent",
        "deputy",
        "vice",
        "prime",
        "foreign",
        "former",
        "chief",
        "executive",
        "acting",
        "home",
        "first",
    )
)


def _split_at_given_name(tokens: Tokens, name: Name) -> list[Name]:
    """Cut "Scotland Ana Colvey" and "BBC Ana Colvey", where something ran into a person's name."""
    given = entries("given_names")
    if name.label not in ("PERSON", "ORG", "GPE", "WORK_OF_ART"):
        return [name]
    for i in range(name.start + 1, name.end - 1):
        if tokens.lower[i] not in given:
            continue
        first = tokens.words[name.start : i]
        text = " ".join(first)
        is_apart = (
            territory_code(text) or is_people(text) or (len(first) == 1 and text.isupper() and len(text) > 1)
        )
        rest = tokens.lower[i + 1 : name.end]
        if is_apart and len(rest) < 4 and rest[-1] not in kind_words():
            return [
                Name(start=name.start, end=i, label="ORG", method="split", score=0.6),
                Name(start=i, end=name.end, label="PERSON", method="split", score=0.7),
            ]
    return [name]


def _trim(tokens: Tokens, name: Name) -> None:
    """Leave off articles, quotation marks, possessives and titles at the edges."""
    words_, lower = tokens.words, tokens.lower
    titles = entries("person_titles")
    start, end = name.start, name.end
    if end - start > 1 and lower[start] in _HONORIFICS and lower[end - 1] not in kind_words():
        name.label = "PERSON"
    while start < end:
        word = lower[start]
        is_edge = word in _EDGE or word in _POSSESSIVES or word.isspace()
        if word.endswith("px"):
            is_edge = is_edge or _PIXELS.fullmatch(word) is not None
        if not is_edge and end - start > 1 and name.label == "PERSON":  # "Regarding Trump"
            is_edge = tokens.tags[start] in ("VBG", "IN", "WRB", "CC") and words_[start + 1][0].isupper()
            is_edge = is_edge and word not in entries("given_names")
        if not is_edge and end - start > 1 and name.label in ("GPE", "LOC", "NORP"):
            is_edge = word.isdigit() and len(word) < 3  # a score
        if not is_edge and end - start > 1:
            is_article = word in _ARTICLES and lower[start + 1] != "hague"
            is_edge = is_article or (name.label == "PERSON" and word in titles)
        if not is_edge:
            break
        start += 1
    while end > start and (
        words_[end - 1] in _POSSESSIVES
        or words_[end - 1] in _EDGE
        or words_[end - 1].isspace()
        or (end - start > 1 and _is_loose(tokens, end - 1, name.label))
    ):
        end -= 1
    while (
        end - start > 1
        and name.label == "ORG"
        and (lower[end - 1] in titles or lower[end - 1] in ("ceo", "c.e.o."))
    ):
        # State Department Spokesperson, Apple CEO; but not "Attorney General", "General Manager"
        if lower[end - 2] not in words("organisation_words") and not tokens.words[end - 1].isupper():
            break
        end -= 1
        while end - start > 1 and (words_[end - 1] in _POSSESSIVES or words_[end - 2 : end] == ["’", "s"]):
            end -= 1  # Apple ’ s C.E.O.
    if end - start > 1 and words_[end - 1].isdigit() and territory_code(" ".join(words_[start : end - 1])):
        end -= 1  # Samoa 3
    if end - start > 1 and name.label == "NORP":  # "Married Pakistani"
        people = [i for i in range(start, end) if is_people(words_[i])]
        is_compound = lower[start] in ("north", "south", "east", "west", "central", "northern", "southern")
        if people and not is_compound and not is_people(" ".join(words_[start:end])):
            start, end = people[0], people[0] + 1
    if end > start and name.label == "PERSON":
        at = start
        while at > 0 and lower[at - 1] in titles:
            at -= 1
        name.title = tuple(lower[at:start])
    name.start, name.end = start, end


def narrow(tokens: Tokens, name: Name) -> None:
    """Narrow a noun phrase to the name in it: "aid worker Ana Colvey of Malmo" to Ana Colvey.

    What follows a comma, an open bracket or (for a person) a preposition is cut off, and what stands before
    the last lower-case word or possessive, where a capital comes after it.
    """
    words_, lower = tokens.words, tokens.lower
    start, end = name.start, name.end
    if name.label not in ("PERSON", "ORG", "GPE") or end - start < 3:
        return
    if name.label == "PERSON" and any(
        lower[i] == "and" and words_[i + 1][0].isupper() for i in range(start + 1, end - 1)
    ):
        return  # several people; nobody's name
    particles = words("name_particles")
    legal = _legal()
    for i in range(start + 1, end):
        if lower[i] in ("(", "[", "—", "--", ":") or (
            lower[i] == "," and not _goes_on(tokens, i, end, name.label, legal)
        ):
            end = i
            break
        is_after = name.label == "PERSON" and (lower[i] in _PREPOSITIONS or lower[i] == "who")
        if name.label == "ORG" and lower[i] == "in" and lower[i - 1] in words("organisation_words"):
            end = i
            break
        if is_after or (name.label == "GPE" and lower[i] in ("near", "in", "at", "where", "which")):
            end = i
            break
    inner = start
    for i in range(start, end - 1):
        word = words_[i]
        is_small = word.islower() and lower[i] not in particles and word.isalpha()
        if (is_small or word in _POSSESSIVES) and any(w[0].isupper() for w in words_[i + 1 : end]):
            if word in _POSSESSIVES and name.label != "PERSON":
                continue
            if name.label == "PERSON" or (words_[i + 1][0].isupper() and lower[i] not in _SMALL_IN_BODIES):
                inner = i + 1
    name.start, name.end = inner, end


@cache
def _legal() -> frozenset[str]:
    return words("organisation_suffixes") | {"inc.", "ltd.", "llc", "jr.", "jr", "sr."}


def _goes_on(tokens: Tokens, comma: int, end: int, label: str, legal: frozenset[str]) -> bool:
    """Whether a name goes on behind a comma: "Acme Tools, Inc.", "Ministry of Arts, Sports and Youth"."""
    if comma + 1 < end and tokens.lower[comma + 1] in legal:
        return True
    return label == "ORG" and ("and" in tokens.lower[comma + 1 : end] or "&" in tokens.lower[comma + 1 : end])


_HONORIFICS = frozenset(
    (
        "mr",
        "mr.",
        "mrs",
        "mrs.",
        "ms",
        "ms.",
        "miss",
        "rev",
        "rev.",
        "coun",
        "cllr",
        "dr",
        "dr.",
        "prof",
        "prof.",
    )
)
_PREPOSITIONS = frozenset(("of", "from", "in", "at", "for", "with", "to", "on", "by"))
_SMALL_IN_BODIES = frozenset(
    ("of", "and", "for", "the", "in", "on", "to", "with", "at", "a", "an", "by", "from", "or", "s", "me")
)


def _is_loose(tokens: Tokens, i: int, label: str) -> bool:
    """Whether a word at the end of a span belongs to no name: "this season", "2008", "era"."""
    word = tokens.words[i]
    if word in _CALENDAR:
        return True
    if word in _CAPTIONS:
        return i + 1 >= len(tokens) or tokens.words[i + 1] == ":" or tokens.breaks[i + 1]
    if word.isdigit():
        is_year = len(word) == 4 and word[:2] in ("19", "20")
        return is_year or (len(word) < 4 and label in ("GPE", "NORP", "PERSON", "LOC"))
    return (
        word.islower()
        and tokens.words[i - 1] not in ("-", "‑", "’", "'")
        and tokens.tags[i] in ("NN", "NNS", "DT", "IN", "VBD", "VBZ", "CC", "PRP$")
        and word not in kind_words()
    )


@cache
def kind_words() -> frozenset[str]:
    """Return the words that say what a name is of: an organisation, a building, a place, an event."""
    return frozenset().union(
        words("organisation_words"), words("facility_words"), words("location_words"), words("event_words")
    )


_CALENDAR = frozenset(
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "GMT", "EDT", "EST", "UTC")
)
_CAPTIONS = frozenset(("Image", "Photo", "Video", "Picture"))


def _is_name(tokens: Tokens, name: Name) -> bool:
    """Whether what is left can be a name at all."""
    text = " ".join(tokens.lower[name.start : name.end])
    first = tokens.words[name.start]
    if text in words("not_names") or len(text) < 2:
        return False
    if not first[0].isupper() and not any(
        c.isupper() for word in tokens.words[name.start : name.end] for c in word
    ):
        return False
    if "://" in text or "www." in text or "@" in text:
        return False
    bare = text.replace(".", "") if "." in text[:-1] else text  # M.D., but Md. is a state
    if bare in words("common_acronyms") or _UNIT.fullmatch(text):
        return False
    if tokens.words[name.start - 1 : name.start] == ["#"] and _CAMEL.search(first):
        return False  # a hashtag of several words
    if name.end < len(tokens) and tokens.words[name.end] in _CURRENCIES and len(text) < 4:
        return False  # NZ $ 26 million
    if text in words("offices") and name.end < len(tokens) and tokens.lower[name.end] in _OFFICE_HEADS:
        return False  # Home Secretary, Foreign Minister
    if name.label == "ORG" and tokens.lower[name.end - 1] in _POSTS and name.end - name.start > 1:
        return False  # National Security Advisor
    if text == "state" and name.start and tokens.lower[name.start - 1] == "of":
        return False  # Secretary of State
    if ROMAN.fullmatch(text) or (name.end - name.start == 1 and text.endswith(("phobia", "ism"))):
        return False
    if text == "polish" and name.start and tokens.words[name.start - 1][0].isupper():
        return False  # Nail Polish
    return first[0] not in "#$£€%" and any(c.isalpha() for c in text)


_POSTS = frozenset(
    (
        "advisor",
        "adviser",
        "secretary",
        "minister",
        "commissioner",
        "president",
        "chancellor",
        "chairman",
        "ceo",
    )
)
_OFFICE_HEADS = frozenset(("secretary", "minister", "spokesman", "spokeswoman", "spokesperson", "ministers"))
_CURRENCIES = frozenset("$£€¥")
_CAMEL = re.compile(r"[a-z][A-Z]")
ROMAN = re.compile(r"[ivx]{2,}")
_PIXELS = re.compile(r"\d+px")  # what wikis leave of a picture
_UNIT = re.compile(r"\d+ ?(gb|mb|tb|kb|km|kg|mph|px|am|pm|th|st|nd|rd|bn|m|k)")


def _relabel(tokens: Tokens, name: Name) -> None:
    """Correct the label where a list knows better."""
    label = classify(tokens, name.start, name.end, name.label)
    if name.title and label == "GPE":
        label = "PERSON"
    if name.start and tokens.lower[name.start - 1] in words("work_nouns") and label in _TAKEN_FOR_WORKS:
        last, noun = name.end - 1, name.start - 1
        if tokens.heads[last] == noun or tokens.heads[noun] == last:
            label = "WORK_OF_ART"  # the film Easy Rider
    is_one = name.end - name.start == 1 and name.start > 0
    if label == "PERSON" and is_one and tokens.lower[name.start - 1] == "the":
        label = "ORG"  # the Beatles
    if label != name.label:
        name.label, name.method = label, "relabelled"


_TAKEN_FOR_WORKS = frozenset(("PERSON", "ORG", "PRODUCT", "FAC"))


def classify(tokens: Tokens, start: int, end: int, label: str) -> str:
    """Return the label that lists give to the name at [start, end), else the given one."""
    text = " ".join(tokens.words[start:end])
    last = tokens.lower[end - 1]
    if territory_code(text):
        return label if label == "PERSON" and text.lower() in entries("given_names") else "GPE"
    if is_region(text):
        return "LOC"
    if is_people(text):
        return "NORP"
    if text.lower() in words("known_organisations"):
        return "ORG"
    if text.lower() in words("known_products"):
        return "PRODUCT"
    if (
        end - start > 1
        and label != "GPE"
        and (last in words("event_words") or tokens.lower[start] in _STORMS)
    ):
        return "EVENT"
    if end - start > 1 and (tokens.lower[start] == "county" or last in _COUNTIES) and label != "EVENT":
        return "GPE"
    given = entries("given_names")
    if (
        1 < end - start < 4
        and label in ("GPE", "LOC", "ORG", "PRODUCT", "FAC", "")
        and tokens.lower[start] in given
    ):
        rest = tokens.lower[start + 1 : end]
        if not any(
            w in _BODY_WORDS or w in words("organisation_words") or not w[0].isalpha() for w in rest
        ) and not (
            last in words("facility_words")
            or last in words("location_words")
            or last in words("organisation_suffixes")
        ):
            return "PERSON"
    if end - start > 1 and label in ("PERSON", "GPE", "NORP", "PRODUCT", "FAC", "LOC", ""):
        if last in words("facility_words"):
            return "FAC"
        if last in words("organisation_words") or tokens.lower[start] in _BODIES:
            return "ORG"
        if last in words("location_words") and label != "GPE":
            return "LOC"
    if len(text) > 2 and text[0] == "i" and text[1].isupper() and text[2].islower():
        return "PRODUCT"  # iPhone, iPad
    return label


_COUNTIES = frozenset(("county", "prefecture", "oblast", "governorate"))
_STORMS = frozenset(("hurricane", "typhoon", "cyclone", "tropical", "operation"))
_BODY_WORDS = frozenset(("and", "&", "of", "for", "in", "the", "at"))
_BODIES = frozenset(("university", "ministry", "department", "bank", "church", "council", "municipality"))
