"""Names that the model overlooked, or found only a part of.

Each function takes the names found so far and adds to them or widens them; none of them lets two names
overlap. The order in `find_overlooked` is that of trust.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from functools import cache

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.cities import is_large_city
from pipeline.components.entities.gazetteer import demonyms, is_people, is_region, territories, territory_code
from pipeline.components.entities.names import ROMAN, Name, classify
from pipeline.lexicons import entries, words

_NAME_TAGS = frozenset(("NNP", "NNPS"))
_FREE_TAGS = frozenset(
    ("NNP", "NNPS", "NN", "NNS", "JJ", "FW", "VBG", "VBD", "VB", "RB", "CD", "", "XX", "UH")
)


def find_overlooked(names: list[Name], tokens: Tokens) -> list[Name]:
    """Return the names with what was overlooked, in text order."""
    covered = [False] * len(tokens)
    for name in names:
        for i in range(name.start, name.end):
            covered[i] = True
    names = [*names]
    shouting = _shouting(tokens)
    names = initials(names, tokens, covered)
    names = ships(names, tokens, covered)
    names = works(names, tokens, covered)
    widen(names, tokens, covered, shouting)
    purposes(names, tokens, covered)
    names = nations(names, tokens, covered)
    names = branches(names, tokens)
    models(names, tokens, covered)
    towns(names, tokens)
    names += listed(tokens, covered)
    names += brands(tokens, covered)
    names += titled(tokens, covered)
    names += runs(tokens, covered, shouting)
    names += codes(tokens, covered)
    names = repeated(names, tokens)
    return sorted(names, key=lambda name: name.start)


def without_share_bars(names: list[Name], tokens: Tokens) -> list[Name]:
    """In a line of buttons ("Share on Facebook Tweet Post to Reddit") only the networks are names."""
    networks = words("social_networks")
    if networks.isdisjoint(tokens.lower):
        return names
    count: dict[int, int] = defaultdict(int)
    for word, line in zip(tokens.lower, tokens.lines, strict=True):
        count[line] += word in networks
    bars = {line for line, n in count.items() if n > 2}
    if not bars:
        return names
    kept = [name for name in names if tokens.lines[name.start] not in bars]
    kept += [
        Name(start=i, end=i + 1, label="ORG", method="listed", score=0.7)
        for i, word in enumerate(tokens.lower)
        if tokens.lines[i] in bars and word in networks
    ]
    return sorted(kept, key=lambda name: name.start)


def without_capitals(names: list[Name], tokens: Tokens) -> list[Name]:
    """In a line in capitals, where the model guesses, only names that the rest of the text has are kept.

    They come back from there (`repeated`), with the right bounds: "TREASURY CHIEF ANA COLVEY QUITS".
    """
    large: dict[int, int] = defaultdict(int)
    for i in tokens.capitals:
        word = tokens.words[i]
        if len(word) > 1 and word.isupper() and word.isalpha():
            large[tokens.lines[i]] += 1
    if max(large.values(), default=0) < 3:
        return names
    every: dict[int, int] = defaultdict(int)
    for word, line in zip(tokens.words, tokens.lines, strict=True):
        if len(word) > 1 and word.isalpha():
            every[line] += 1
    capitals = {line for line, n in every.items() if n > 2 and large[line] > 0.8 * n}
    if not capitals or len(capitals) == len(every):
        return names
    known = {
        tuple(tokens.lower[name.start : name.end])
        for name in names
        if tokens.lines[name.start] not in capitals
    }
    return [
        name
        for name in names
        if tokens.lines[name.start] not in capitals or tuple(tokens.lower[name.start : name.end]) in known
    ]


def _take(covered: list[bool], start: int, end: int) -> None:
    for i in range(start, end):
        covered[i] = True


def _capital(tokens: Tokens, i: int) -> bool:
    return tokens.words[i][:1].isupper() and tokens.tags[i] in _NAME_TAGS


def towns(names: list[Name], tokens: Tokens) -> None:
    """A large city behind "in" and the like, or beside another place, is one whatever the model says."""
    labels = {name.start: name.label for name in names} | {name.end - 1: name.label for name in names}
    surnames = {tokens.lower[n.end - 1] for n in names if n.label == "PERSON" and n.end - n.start > 1}
    for name in names:
        if name.label not in ("PERSON", "ORG", "LOC", "FAC") or name.title or name.end - name.start > 2:
            continue
        i = name.start
        before = tokens.lower[i - 1] if i else ""
        if tokens.lower[name.end - 1] in surnames and (name.label != "PERSON" or name.end - name.start == 1):
            continue
        beside = before in ("and", ",") and labels.get(i - 2) == "GPE"
        if not beside and name.end + 1 < len(tokens) and tokens.lower[name.end] in ("and", ","):
            beside = labels.get(name.end + 1) == "GPE" and tokens.lower[name.end] == "and"
        stated = (
            name.end + 1 < len(tokens) and tokens.lower[name.end] == "," and labels.get(name.end + 1) == "GPE"
        )
        if (before in _WHERE or beside or stated) and is_large_city(_text(tokens, name)):
            name.label, name.method = "GPE", "city"


_WHERE = frozenset(("in", "at", "near", "to", "from", "into", "outside", "between", "around"))


def widen(names: list[Name], tokens: Tokens, covered: list[bool], shouting: list[bool]) -> None:
    """Widen a name over the proper nouns right behind it ("Northrop" Grumman, "Irving" Police Department)."""
    titles = entries("person_titles")
    size = len(tokens)
    swallowed: set[int] = set()  # tokens taken from other names
    for name in names:
        if name.start in swallowed:
            continue
        if shouting[tokens.lines[name.start]] or name.label in ("NORP", "WORK_OF_ART", "EVENT"):
            continue
        before = name.start - 1
        if (
            name.label == "PERSON"
            and before >= 0
            and not covered[before]
            and tokens.words[before][0].isupper()
            and tokens.lower[before] in entries("given_names")
            and tokens.lines[before] == tokens.lines[name.start]
        ):
            name.start, name.method = before, "widened"
            covered[before] = True
        end = name.end
        if (
            name.label in ("PERSON", "GPE")
            and tokens.words[end - 1] in ("O", "O'", "O’")
            and end + 1 < size
            and (tokens.words[end - 1] != "O" or tokens.words[end] in ("'", "’"))
        ):  # Michael O' Leary, torn apart
            end += 1 if tokens.words[end - 1] != "O" else 2
            if end <= size and tokens.words[end - 1][0].isupper():
                _take(covered, name.end, end)
                swallowed.update(range(name.end, end))
                name.end, name.label, name.method = end, "PERSON", "widened"
            end = name.end
        while (
            end < size
            and not covered[end]
            and _capital(tokens, end)
            and tokens.words[end] not in _HEADLINE
            and tokens.lower[end] not in titles
            and not is_people(tokens.words[end])
            and tokens.sents[end] == tokens.sents[name.start]
        ):
            end += 1
        if end == name.end:
            continue
        last = tokens.lower[end - 1]
        if name.label == "GPE" and tokens.words[name.end : end] == ["State"]:
            name.label = "ORG"  # Ohio State, the university
        elif last not in words("organisation_words") and last not in words("facility_words"):
            continue
        _take(covered, name.end, end)
        name.end = end
        name.method = "widened"
        name.score = 0.7
        name.label = classify(tokens, name.start, name.end, name.label)
    names[:] = [name for name in names if name.start not in swallowed]


def initials(names: list[Name], tokens: Tokens, covered: list[bool]) -> list[Name]:
    """Initials right in front of a person belong to the name, whatever the model took them for."""
    before = {name.end: name for name in names if name.end - name.start == 1}
    gone: set[int] = set()
    for name in names:
        first = name.start - 1
        if (
            name.label == "PERSON"
            and first >= 0
            and (first + 1 in before or not covered[first])
            and _INITIALS.fullmatch(tokens.words[first])
            and tokens.sents[first] == tokens.sents[name.start]
        ):
            name.start, name.method = first, "widened"
            covered[first] = True
            if first + 1 in before:
                gone.add(id(before[first + 1]))
    return [name for name in names if id(name) not in gone] if gone else names


_INITIALS = re.compile(r"[A-Z]\.(-?[A-Z]\.)*")


def ships(names: list[Name], tokens: Tokens, covered: list[bool]) -> list[Name]:
    """A ship's prefix and the capitalised words behind it are one name ("HMS Victory")."""
    prefixes = words("ship_prefixes")
    if prefixes.isdisjoint(tokens.words):
        return names
    for i in tokens.capitals:
        if tokens.words[i] not in prefixes:
            continue
        end = i + 1
        while end < min(len(tokens), i + 4) and _capital(tokens, end):
            end += 1
        if end > i + 1:
            names = [name for name in names if name.end <= i or name.start >= end]
            names.append(Name(start=i, end=end, label="PRODUCT", method="ship", score=0.8))
            _take(covered, i, end)
    return names


def works(names: list[Name], tokens: Tokens, covered: list[bool]) -> list[Name]:
    """In a list of works with their years ("Quiet Harbour (1959)", a line each) all in front is a name."""
    found = []
    for i in range(1, len(tokens) - 2):
        if tokens.words[i] != "(" or tokens.words[i + 2] != ")" or not _YEAR.fullmatch(tokens.words[i + 1]):
            continue
        start = bisect_left(tokens.lines, tokens.lines[i])
        start += tokens.breaks[start]
        is_alone = i + 3 == len(tokens) or tokens.breaks[i + 3]
        if is_alone and 0 < i - start < 10 and tokens.words[start][0].isupper():
            found.append(Name(start=start, end=i, label="WORK_OF_ART", method="work_list", score=0.8))
    if len(found) < 3:
        return names
    for work in found:
        names = [name for name in names if name.end <= work.start or name.start >= work.end]
        _take(covered, work.start, work.end)
    return names + found


_YEAR = re.compile(r"(1[89]|20)\d\d")


def purposes(names: list[Name], tokens: Tokens, covered: list[bool]) -> None:
    """What an organisation is for belongs to its name ("Marrow Foundation for the Visual Arts")."""
    given = entries("given_names")
    by_start = {name.start: name for name in names}
    gone: set[int] = set()
    for name in names:
        at = name.end
        if (
            name.label != "ORG"
            or at + 1 >= len(tokens)
            or tokens.lower[at] != "for"
            or tokens.heads[at] != at - 1
            or tokens.lower[at - 1] not in words("organisation_words")
        ):
            continue
        first = at + 2 if tokens.lower[at + 1] in ("the", "a") else at + 1
        end = _run_of_capitals(tokens, first)
        inside = [by_start[i] for i in range(first, end) if i in by_start]
        if (
            end == first
            or tokens.lower[first] in given
            or any(other.label != "ORG" or other.end > end for other in inside)
            or any(tokens.lower[i] in words("organisation_words") for i in range(first, end))
        ):
            continue
        gone.update(id(other) for other in inside)
        _take(covered, at, end)
        name.end, name.method = end, "widened"
    names[:] = [name for name in names if id(name) not in gone]


def _run_of_capitals(tokens: Tokens, start: int) -> int:
    """Where proper nouns end that begin at `start`, with "and" and "of" between two of them."""
    end = start
    while end < len(tokens) and _capital(tokens, end) and tokens.sents[end] == tokens.sents[start]:
        end += 1
        if end + 1 < len(tokens) and tokens.lower[end] in ("and", "of") and _capital(tokens, end + 1):
            end += 1
    return end


def nations(names: list[Name], tokens: Tokens, covered: list[bool]) -> list[Name]:
    """The nation in front of a body of its state belongs to the name: there are many Interior Ministries."""
    ends = {name.end: name for name in names if name.label in ("NORP", "GPE")}
    gone: set[int] = set()
    for name in names:
        first = name.start - 1
        if name.label != "ORG" or first < 0 or tokens.lower[name.end - 1] not in _STATE_BODIES:
            continue
        nation = tokens.words[first]
        if not name.start <= tokens.heads[first] < name.end or not nation[0].isupper():
            continue
        before = ends.get(name.start)
        if before is not None and before.end - before.start == 1:
            gone.add(id(before))
        elif covered[first] or not (is_people(nation) or territory_code(nation)):
            continue
        name.start, name.method = first, "widened"
        covered[first] = True
    return [name for name in names if id(name) not in gone] if gone else names


_STATE_BODIES = frozenset(
    (
        "army",
        "assembly",
        "court",
        "department",
        "embassy",
        "force",
        "forces",
        "guard",
        "ministry",
        "navy",
        "parliament",
        "police",
        "senate",
        "treasury",
    )
)


def branches(names: list[Name], tokens: Tokens) -> list[Name]:
    """An organisation and the country that ends its name ("Greenpeace UK") are one name.

    So are the two halves of an organisation that the model took for two ("Marrow" "Keel").
    """
    joined: list[Name] = []
    for name in sorted(names, key=lambda n: n.start):
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.end == name.start
            and last.label == "ORG"
            and tokens.heads[name.start - 1] == name.end - 1
            and (
                (name.label in ("GPE", "LOC") and tokens.deps[name.start - 1] == "compound")
                or (name.label == "ORG" and _is_half(tokens, last) and _is_half(tokens, name))
            )
        ):
            last.end, last.method = name.end, "branch"
        else:
            joined.append(name)
    return joined


def _is_half(tokens: Tokens, name: Name) -> bool:
    """Whether a name is a single capitalised word, no abbreviation."""
    return name.end - name.start == 1 and tokens.words[name.start].istitle()


_HEADLINE = frozenset(
    ("Image", "Photo", "Video", "Picture", "File", "More", "Read", "Related", "Inc", "Jr", "Sr")
)


def _text(tokens: Tokens, name: Name) -> str:
    return " ".join(tokens.words[name.start : name.end])


def models(names: list[Name], tokens: Tokens, covered: list[bool]) -> None:
    """A maker's name with a model number is a product ("Boeing 737-800", "iPhone 4")."""
    size = len(tokens)
    for name in names:
        i = name.end
        if name.label not in ("ORG", "PRODUCT") or i >= size or covered[i]:
            continue
        word = tokens.words[i]
        if not any(c.isdigit() for c in word):
            continue
        mixed = any(c.isalpha() and c.isupper() for c in word) or "-" in word
        if (
            (mixed and word[0].isalnum())
            or (word.rstrip("s").isdigit() and len(word.rstrip("s")) == 3)
            or (name.label == "PRODUCT" and word.isdigit())
        ):
            name.end = i + 1
            covered[i] = True
            name.label, name.method = "PRODUCT", "model_number"


def listed(tokens: Tokens, covered: list[bool]) -> list[Name]:
    """Countries, subdivisions, demonyms, peoples and regions that stand in the lists."""
    found = []
    size = len(tokens)
    firsts, every = _first_words(), _listed_names()
    for i in tokens.capitals:
        if covered[i] or tokens.lower[i] not in firsts:
            continue
        for end in range(min(i + 4, size), i, -1):
            if " ".join(tokens.lower[i:end]) not in every or any(covered[i:end]):
                continue
            text = " ".join(tokens.words[i:end])
            one = end - i == 1
            if one and tokens.tags[i] not in ("NNP", "NNPS", "JJ", "NN", "NNS", "", "ADD", "PRP"):
                continue
            if one and text == "US" and tokens.tags[i] == "PRP" and _in_capitals(tokens, i):
                continue
            if end < size and tokens.words[end] == "$" and len(text) < 4:
                continue  # NZ $ 26 million
            label = (
                "GPE"
                if territory_code(text)
                else "NORP"
                if is_people(text)
                else "LOC"
                if is_region(text)
                else None
            )
            if label and text not in (
                "Western",
                "Republican",
                "Democrat",
                "Pole",
                "Chad",
                "Jordan",
                "Georgia",
            ):
                found.append(Name(start=i, end=end, label=label, method="listed", score=0.85))
                _take(covered, i, end)
                break
    return found


def brands(tokens: Tokens, covered: list[bool]) -> list[Name]:
    """Well-known products ("iOS"), and parties: "the opposition Labour party"."""
    products = words("known_products")
    found: list[Name] = []
    if "party" not in tokens.words and products.isdisjoint(tokens.lower):
        return found
    for i, word in enumerate(tokens.lower):
        if covered[i] or tokens.words[i] == word:
            continue
        if word in products and tokens.tags[i] in ("NNP", "NNPS", "NN"):
            found.append(Name(start=i, end=i + 1, label="PRODUCT", method="listed", score=0.7))
        is_party = tokens.words[i + 1 : i + 2] == ["party"] and word.isalpha() and word not in _NO_PARTIES
        if is_party and tokens.tags[i] not in ("DT", "PRP$", "IN"):
            found.append(Name(start=i, end=i + 1, label="ORG", method="listed", score=0.6))
    for name in found:
        _take(covered, name.start, name.end)
    return found


@cache
def _listed_names() -> frozenset[str]:
    names = {*territories(), *demonyms(), *words("peoples"), *words("regions")}
    return frozenset(names | {f"the {name}" for name in territories()})


@cache
def _first_words() -> frozenset[str]:
    names = {*territories(), *demonyms(), *words("peoples"), *words("regions")}
    return frozenset(name.split()[0] for name in names)


def _in_capitals(tokens: Tokens, i: int) -> bool:
    around = [tokens.words[j] for j in range(max(0, i - 2), min(len(tokens), i + 3)) if j != i]
    return sum(w.isupper() for w in around if w.isalpha()) >= 2


def titled(tokens: Tokens, covered: list[bool]) -> list[Name]:
    """Capitalised words behind "Mr", "Senator" and the like are a person."""
    titles = entries("person_titles")
    found = []
    size = len(tokens)
    for i in tokens.capitals:
        if tokens.lower[i] not in titles or covered[i] or i + 1 >= size or covered[i + 1]:
            continue
        if tokens.lower[i] in (
            "general",
            "private",
            "major",
            "st",
            "st.",
            "saint",
            "chief",
            "director",
            "officer",
        ):
            continue
        end = i + 1
        while (
            end < size
            and end < i + 4
            and not covered[end]
            and _capital(tokens, end)
            and tokens.lower[end] not in titles
        ):
            end += 1
        if end > i + 1 and not any(
            tokens.lower[j] in words("organisation_words") or tokens.lower[j] in words("not_names")
            for j in range(i + 1, end)
        ):
            found.append(
                Name(
                    start=i + 1, end=end, label="PERSON", method="title", score=0.85, title=(tokens.lower[i],)
                )
            )
            _take(covered, i + 1, end)
    return found


def runs(tokens: Tokens, covered: list[bool], shouting: list[bool]) -> list[Name]:
    """Sequences of proper nouns that nothing covers yet, where a word tells what they are."""
    found = []
    size = len(tokens)
    end = 0
    for i in tokens.capitals:
        if i < end or covered[i] or tokens.tags[i] not in _NAME_TAGS or shouting[tokens.lines[i]]:
            continue
        end = i + 1
        while (
            end < size and not covered[end] and _capital(tokens, end) and tokens.lines[end] == tokens.lines[i]
        ):
            end += 1
        name = _run(tokens, i, end)
        if name is not None:
            found.append(name)
            _take(covered, name.start, name.end)
    return found


def _run(tokens: Tokens, start: int, end: int) -> Name | None:
    lower, words_ = tokens.lower, tokens.words
    titles = entries("person_titles")
    if start and lower[start - 1] in _COUNTING:  # "a Girl Scout" is one of many
        return None
    while start < end and (lower[start] in titles or lower[start] in words("not_names")):
        start += 1
    while end > start and (lower[end - 1] in titles or lower[end - 1] in words("not_names")):
        end -= 1
    if start >= end:
        return None
    if end - start > 1:
        label = classify(tokens, start, end, "")
        if label:
            return Name(start=start, end=end, label=label, method="run", score=0.6)
        return Name(start=start, end=end, label="ORG", method="run", score=0.4)
    word = words_[start]
    if (
        word.isupper()
        and (word.isalpha() or _PARTNERS.fullmatch(word))
        and 2 < len(word) < 7
        and lower[start] not in words("common_acronyms")
        and not ROMAN.fullmatch(lower[start])
    ):
        return Name(start=start, end=end, label="ORG", method="run_acronym", score=0.5)
    if lower[start] in entries("organisations") or lower[start] in words("known_organisations"):
        return Name(start=start, end=end, label="ORG", method="listed", score=0.7)
    return None


_PARTNERS = re.compile(r"[A-Z]+&[A-Z]+")
_NO_PARTIES = frozenset(("christmas", "halloween", "easter", "third", "national", "tea"))
_COUNTING = frozenset(("a", "an", "ex", "ex-", "every", "each", "some", "any", "no", "former", "another"))


def codes(tokens: Tokens, covered: list[bool]) -> list[Name]:
    """Abbreviations with a digit that come back ("T1D", "H1N1"): names, though of what is open."""
    seen: dict[str, list[int]] = defaultdict(list)
    for i in tokens.capitals:
        word = tokens.words[i]
        if (
            2 < len(word) < 7
            and not word.isalpha()
            and word.isalnum()
            and word.isupper()
            and not covered[i]
            and tokens.tags[i] in _NAME_TAGS
        ):
            seen[word].append(i)
    found = []
    for places in seen.values():
        if len(places) > 1:
            found += [Name(start=i, end=i + 1, label="PRODUCT", method="code", score=0.45) for i in places]
    for name in found:
        _take(covered, name.start, name.end)
    return found


def _shouting(tokens: Tokens) -> list[bool]:
    """For each line, whether nearly all its longer words are capitalised, as in some headlines."""
    words_, lines = tokens.words, tokens.lines
    large = Counter([lines[i] for i in tokens.capitals if len(words_[i]) > 3 and words_[i][0].isalpha()])
    shouting = [False] * (lines[-1] + 1 if lines else 1)
    for line, n in large.items():
        if n < 3:
            continue
        first = bisect_left(lines, line)
        small = 0
        for i in range(first, bisect_left(lines, line + 1, lo=first)):
            word = words_[i]
            if len(word) > 3 and word[0].isalpha() and not word[0].isupper():
                small += 1
                if n <= 3 * small:
                    break
        else:
            shouting[line] = True
    return shouting


def repeated(names: list[Name], tokens: Tokens) -> list[Name]:
    """Names that were found elsewhere in the document, and surnames of persons found in full.

    A longer known name takes the place of a shorter one that was found inside it.
    """
    known: dict[str, list[tuple[tuple[str, ...], str, str]]] = defaultdict(list)
    seen: set[tuple[str, ...]] = set()
    for name in sorted(names, key=lambda n: (n.start - n.end, n.start)):
        if name.score < 0.5 or name.label in ("WORK_OF_ART", "LAW"):
            continue
        key = tuple(tokens.lower[name.start : name.end])
        text = tokens.words[name.start : name.end]
        if key not in seen and (len(key) > 1 or _may_repeat(text[0], name.label)):
            seen.add(key)
            known[key[0]].append((key, name.label, "repeated"))
        if name.label == "PERSON" and 1 < len(key) < 5:
            surname = key[-1:]
            if surname not in seen and len(surname[0]) > 2 and text[-1][0].isupper() and surname[0].isalpha():
                seen.add(surname)
                known[surname[0]].append((surname, "PERSON", "repeated_surname"))
            given = key[:1]
            if given not in seen and given[0] in entries("given_names"):
                seen.add(given)
                known[given[0]].append((given, "PERSON", "repeated_given_name"))
    by_token: list[Name | None] = [None] * len(tokens)
    for name in names:
        for i in range(name.start, name.end):
            by_token[i] = name
    gone: set[int] = set()
    added = []
    after = 0
    for i in [i for i, word in enumerate(tokens.lower) if word in known]:
        if i < after:
            continue
        for key, label, method in known[tokens.lower[i]]:
            end = i + len(key)
            if tuple(tokens.lower[i:end]) != key or not _written_as_name(tokens, i, end):
                continue
            here = by_token[i]
            if here is not None and here.start == i and here.end == end:
                after = end
                break
            inside = {id(n): n for j in range(i, end) if (n := by_token[j]) is not None}
            if any(n.start < i or n.end > end or n.end - n.start == len(key) for n in inside.values()):
                after = max(n.end for n in inside.values())
                break
            if inside and len(key) == 1:
                continue
            gone.update(inside)
            added.append(Name(start=i, end=end, label=label, method=method, score=0.75))
            after = end
            break
    return [name for name in names if id(name) not in gone] + added


def _may_repeat(word: str, label: str) -> bool:
    return word[:1].isupper() and len(word) > 1 and word.lower() not in words("not_names") and label != "LAW"


def _written_as_name(tokens: Tokens, start: int, end: int) -> bool:
    """Whether the words are written as a name: with a capital, and tagged as a noun can be."""
    if end - start > 1:
        return any(tokens.words[i][0].isupper() for i in range(start, end))
    word = tokens.words[start]
    if not any(c.isupper() for c in word):
        return False
    tag = tokens.tags[start]
    return tag in ("NNP", "NNPS", "", "NN", "NNS", "FW", "XX", "ADD", "JJ", "VBG", "VBD", "VBN", "AFX")
