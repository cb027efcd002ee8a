"""Descriptions: the roles that a document gives to persons, and "the Treasury chief" resolved to one of them.

A role is read where it stands with the name ("UK Home Secretary Ana Colvey", "Ana Colvey, the mayor of
Malmo", "Ana Colvey is a surgeon"). A definite description later on goes to the person whose role it
repeats, to the organisation or place whose name or description has its noun, and else, with a score below
0.5, to the only one that it can mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.clusters import Cluster
from pipeline.components.entities.gazetteer import country_of, demonym_code, territory_code
from pipeline.components.entities.keys import plain
from pipeline.lexicons import entries

_INSIDE = frozenset(
    ("NN", "NNS", "NNP", "NNPS", "JJ", "JJS", "HYPH", "POS", "CD", "VBN", "VBG", "AFX", "FW", "''", "RBS")
)
_FUNCTION = frozenset(
    (
        "the",
        "a",
        "an",
        "of",
        "for",
        "and",
        "&",
        "'s",
        "’s",
        "at",
        "in",
        "to",
        "-",
        "on",
        ",",
        "its",
        "his",
        "her",
    )
)
_LINKS = frozenset(("of", "for", "at", "from", "the", "in", "and"))
_TEMPORAL = frozenset(
    ("former", "ex", "then", "late", "new", "acting", "interim", "incoming", "outgoing", "deputy", "vice")
)
_CONTRAST = frozenset(("former", "ex", "shadow", "deputy", "vice", "assistant", "onetime", "late"))
_DETERMINERS = frozenset(("the", "this", "that"))
_AGE_UNITS = frozenset(("year", "years"))


@dataclass(frozen=True, slots=True)
class Nominal:
    """A description at tokens [start, end) that stands for a cluster (its number)."""

    start: int
    end: int
    cluster: int
    method: str
    score: float


@dataclass(slots=True)
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


@dataclass(slots=True)
class Described:
    """Roles and descriptions by cluster, and the mentions that they are."""

    roles: dict[int, list[Role]] = field(default_factory=dict)
    nominals: list[Nominal] = field(default_factory=list)


def describe(clusters: Sequence[Cluster], tokens: Tokens) -> Described:
    """Read the roles of the clusters and resolve the definite descriptions of the document."""
    found = Described()
    if not clusters:
        return found
    covered: dict[int, int] = {}
    for i, cluster in enumerate(clusters):
        for name in cluster.names:
            for token in range(name.start, name.end):
                covered[token] = i
    ages: dict[int, str] = {}
    for i, cluster in enumerate(clusters):
        for name in cluster.names:
            for role in _roles_at(tokens, name.start, name.end, cluster.label):
                found.roles.setdefault(i, []).append(role)
                if role.start < role.end:
                    found.nominals.append(Nominal(role.start, role.end, i, "apposition", 0.85))
            if cluster.label == "PERSON" and (age := _age_after(tokens, name.end)):
                ages.setdefault(i, age)
    taken = set(covered)
    for nominal in found.nominals:
        taken.update(range(nominal.start, nominal.end))
    found.nominals += _definite(clusters, tokens, found.roles, ages, taken)
    found.nominals.sort(key=lambda nominal: nominal.start)
    return found


def role_gender(roles: Sequence[Role]) -> str:
    """Return m or f where a role shows it ("spokeswoman"), else ""."""
    for role in roles:
        gender = entries("roles").get(role.noun, "").partition(":")[2]
        if gender:
            return gender
    return ""


def _roles_at(tokens: Tokens, start: int, end: int, label: str) -> list[Role]:
    """The roles that stand right before and right behind a name."""
    nouns = entries("roles") if label == "PERSON" else entries("kinds")
    roles = []
    before = _before(tokens, start, end, nouns, label == "PERSON")
    if before is not None:
        roles.append(before)
    behind = _behind(tokens, end, nouns, label == "PERSON")
    if behind is not None:
        roles.append(behind)
    return roles


def _before(tokens: Tokens, start: int, end: int, nouns: dict[str, str], is_person: bool) -> Role | None:
    """ "UK Home Secretary" in front of a name, or "the company's chief executive, " with its comma."""
    lower, tags = tokens.lower, tokens.tags
    last = start - 1
    while last >= 0 and lower[last] in _ADDRESS:
        last -= 1
    has_comma = last > 0 and lower[last] == ","
    if has_comma:
        last -= 1
        if end < len(tokens) and lower[end] not in _CLOSING:
            return None
    if last < 0 or tokens.sents[last] != tokens.sents[start] or tokens.lines[last] != tokens.lines[start]:
        return None
    noun, at = _role_noun(tokens, last, nouns)
    if noun is None or (not is_person and (not has_comma or lower[at] != tokens.words[at])):
        return None
    first = at
    while first > 0 and last - first < 9 and tokens.lines[first - 1] == tokens.lines[start]:
        is_inside = tags[first - 1] in _INSIDE and tags[first - 1] != "VBG"
        if lower[first - 1] in _LEADING or not (is_inside or lower[first - 1] in ("'s", "’s")):
            break
        first -= 1
    while first < at and lower[first] in ("&", "'s", "’s", "-", "``", "''"):
        first += 1
    if last - first > 8:
        return None
    definite = first > 0 and lower[first - 1] in ("the", "its", "his", "her", "their", "a", "an", "our")
    if has_comma and not definite and lower[at] == tokens.words[at] and "'s" not in lower[first:at]:
        return None
    role = _role(tokens, first, last + 1, noun, at)
    if has_comma:
        role.start, role.end = first - definite, last + 1
    return role


_ADDRESS = frozenset(("mr", "mr.", "mrs", "mrs.", "ms", "ms.", "sir", "dame", "dr", "dr.", '"', "“"))
_CLOSING = frozenset((",", ".", ";", ")", ":", "—", "–", "--", "who", "and", "!", "?", '"', "”"))
_LEADING = frozenset(("including", "said", "told", "then", "also"))


def _role_noun(tokens: Tokens, last: int, nouns: dict[str, str]) -> tuple[str | None, int]:
    """The role noun that a phrase ending at `last` comes down to, and where it stands."""
    if (
        tokens.lower[last] == "officer"
        and last > 1
        and tokens.lower[last - 1] in ("executive", "operating", "financial")
    ):
        return "chief", last
    if (
        tokens.lower[last] in nouns
        and tokens.tags[last] not in ("NNS", "NNPS", "VBZ")
        and not (tokens.lower[last] in ("major", "general") and tokens.words[last].islower())
    ):
        return tokens.lower[last], last
    # "minister of transport", "chairman of the board"
    for i in range(last - 1, max(-1, last - 7), -1):
        if tokens.lower[i] == "of" and i > 0 and tokens.lower[i - 1] in nouns:
            if all(tokens.tags[j] in _INSIDE or tokens.lower[j] in _FUNCTION for j in range(i, last + 1)):
                return tokens.lower[i - 1], i - 1
            return None, -1
        if tokens.tags[i] not in _INSIDE and tokens.lower[i] not in _FUNCTION:
            return None, -1
    return None, -1


def _behind(tokens: Tokens, end: int, nouns: dict[str, str], is_person: bool) -> Role | None:
    """A role behind a name: ", the mayor of Malmo, ", " is a surgeon", ", 43, a baker, "."""
    lower, tags = tokens.lower, tokens.tags
    size = len(tokens)
    i = end
    if i < size and lower[i] == ",":
        i += 1
        if i + 1 < size and lower[i].isdigit() and lower[i + 1] == ",":
            i += 2
        is_copula = False
    elif i < size and lower[i] in ("is", "was", "became", "remains"):
        i += 1
        is_copula = True
    elif i < size and lower[i] == "(":
        return None
    else:
        return None
    first = i
    has_article = i < size and lower[i] in ("the", "a", "an")
    if has_article:
        i += 1
    if is_copula and not has_article:
        return None
    stop = min(size, i + 9)
    while i < stop and tokens.sents[i] == tokens.sents[end - 1] and tokens.lines[i] == tokens.lines[end - 1]:
        word = lower[i]
        nxt = lower[i + 1] if i + 1 < size else "."
        noun = (
            "chief" if word == "officer" and lower[i - 1] in ("executive", "operating", "financial") else word
        )
        if (
            noun in nouns
            and tags[i] not in ("NNS", "NNPS")
            and (i + 1 >= size or tags[i + 1] not in ("NN", "NNS", "NNP", "NNPS", "HYPH"))
        ):
            last = i + 1
            while last < min(size, i + 9) and (tags[last] in _INSIDE or lower[last] in _LINKS):
                if tokens.sents[last] != tokens.sents[i]:
                    break
                if (
                    lower[last] == "and"
                    and lower[last + 1 : last + 2] != []
                    and tags[last + 1] in ("VBD", "VBZ", "PRP", "RB")
                ):
                    break
                last += 1
            while last > i + 1 and lower[last - 1] in _LINKS:
                last -= 1
            if not is_copula and last < size and lower[last] not in _CLOSING and not tokens.breaks[last]:
                return None
            if not is_person and not has_article:
                return None
            if not has_article and not is_copula and nxt not in ("of", "for", "at", "from", ",", "."):
                return None
            role = _role(tokens, first + has_article, last, noun, i)
            if not is_copula:
                role.start, role.end = first, i + 1
            return role
        if tags[i] not in _INSIDE:
            return None
        i += 1
    return None


def _role(tokens: Tokens, start: int, end: int, noun: str, at: int) -> Role:
    return Role(
        noun=noun,
        text=_joined(tokens, start, end),
        modifiers=_content(tokens, start, end, at),
        at=at,
    )


def _content(tokens: Tokens, start: int, end: int, skip: int) -> frozenset[str]:
    return frozenset(
        plain(tokens.words[i])
        for i in range(start, end)
        if i != skip and tokens.lower[i] not in _FUNCTION and tokens.words[i][0].isalnum()
    )


def _joined(tokens: Tokens, start: int, end: int) -> str:
    text = ""
    for i in range(start, end):
        word = tokens.words[i]
        glued = word in ("'s", "’s", "-", ",", ".") or (i > start and tokens.words[i - 1] == "-")
        text += word if glued or not text else f" {word}"
    return text


def _age_after(tokens: Tokens, end: int) -> str | None:
    """The age in "Ana Colvey, 43, said"."""
    if end + 2 < len(tokens) and tokens.lower[end] == "," and tokens.lower[end + 1].isdigit():
        age = tokens.lower[end + 1]
        if len(age) < 3 and tokens.lower[end + 2] in (",", ".", "of", "from", ")"):
            return age
    return None


def _definite(
    clusters: Sequence[Cluster],
    tokens: Tokens,
    roles: dict[int, list[Role]],
    ages: dict[int, str],
    taken: set[int],
) -> list[Nominal]:
    """Resolve "the ..." phrases that come down to a role or a kind."""
    lower, tags = tokens.lower, tokens.tags
    role_nouns, kinds = entries("roles"), entries("kinds")
    size = len(tokens)
    found: list[Nominal] = []
    named = _positions(clusters)
    after = 0
    for i in [i for i, word in enumerate(lower) if word in _DETERMINERS]:
        if i < after or i == size - 1:
            continue
        end = i + 1
        while (
            end < size
            and end < i + 8
            and (tags[end] in _INSIDE or lower[end] == "-")
            and tokens.sents[end] == tokens.sents[i]
        ):
            end += 1
        while end > i + 1 and tags[end - 1] in ("POS", "HYPH", "VBN", "VBG", "''"):
            end -= 1
        if end == i + 1:
            continue
        last = end - 1
        start = i
        after = end
        age = _age_in(tokens, start, end)
        noun = (
            "chief"
            if lower[last] == "officer" and lower[last - 1] in ("executive", "operating", "financial")
            else lower[last]
        )
        if noun not in role_nouns and noun not in kinds and not age:
            continue
        if tags[last] in ("NNS", "NNPS") or last in taken:
            continue
        behind = _of_phrase(tokens, end)
        if end < size and (end in taken and tags[end] in ("NNP", "NNPS")):
            continue
        words_in = _content(tokens, start + 1, behind, last)
        nominal = None
        if age or noun in role_nouns:
            nominal = _person(clusters, roles, ages, named, start, behind, noun, words_in, age)
        if nominal is None and noun in kinds:
            nominal = _thing(clusters, roles, named, start, end, noun, words_in)
        if nominal is not None:
            found.append(nominal)
    return found


def _of_phrase(tokens: Tokens, end: int) -> int:
    """Where a phrase ends with the "of ..." or "for ..." behind it."""
    if end + 1 >= len(tokens) or tokens.lower[end] not in ("of", "for"):
        return end
    at = end + 1
    if tokens.lower[at] in ("the", "its"):
        at += 1
    first = at
    while at < len(tokens) and at < end + 6 and tokens.tags[at] in ("NNP", "NNPS", "NN", "JJ"):
        at += 1
    return at if at > first else end


def _age_in(tokens: Tokens, start: int, end: int) -> str | None:
    """The age in "the 43-year-old" or "the 43 - year - old"."""
    for i in range(start, min(end, start + 4)):
        word = tokens.lower[i]
        if word.endswith("-year-old"):
            return word.partition("-")[0]
        if word.isdigit() and "old" in tokens.lower[i : i + 6] and _AGE_UNITS & set(tokens.lower[i : i + 4]):
            return word
    return None


def _positions(clusters: Sequence[Cluster]) -> list[tuple[int, int]]:
    """(start, cluster) of all names, in text order."""
    return sorted((name.start, i) for i, cluster in enumerate(clusters) for name in cluster.names)


def _latest(named: Sequence[tuple[int, int]], before: int) -> dict[int, int]:
    """The last mention by name of each cluster before a token."""
    latest: dict[int, int] = {}
    for start, i in named:
        if start >= before:
            break
        latest[i] = start
    return latest


def _person(
    clusters: Sequence[Cluster],
    roles: dict[int, list[Role]],
    ages: dict[int, str],
    named: Sequence[tuple[int, int]],
    start: int,
    end: int,
    noun: str,
    words_in: frozenset[str],
    age: str | None,
) -> Nominal | None:
    latest = _latest(named, start)
    if age:
        same = [i for i in latest if ages.get(i) == age]
        if len(same) == 1:
            return Nominal(start, end, same[0], "age", 0.9)
        people = [i for i in latest if clusters[i].label == "PERSON" and i not in ages]
        if noun not in entries("roles"):
            if same or not people:
                return None
            return Nominal(start, end, max(people, key=lambda i: latest[i]), "nearest_person", 0.4)
    classes = entries("roles")
    kind = classes.get(noun, "").partition(":")[0]
    gender = classes.get(noun, "").partition(":")[2]
    words_in = frozenset(word for word in words_in if not word.isdigit() and word not in ("year", "old"))
    ranked = []
    for i, own in roles.items():
        cluster = clusters[i]
        if cluster.label != "PERSON" or (gender and cluster.gender and cluster.gender != gender):
            continue
        before = latest.get(i, -1)
        best = 0.0
        for role in own:
            if role.noun == noun:
                value = 2.0
            elif kind and classes.get(role.noun, "").partition(":")[0] == kind:
                value = 1.0
            elif noun in _ANY_OFFICE and words_in and words_in <= role.modifiers:
                value = 1.0  # "the Treasury chief" of a Treasury secretary
            else:
                continue
            if (_CONTRAST & role.modifiers) - words_in:
                continue  # the shadow chancellor is not the chancellor
            known = role.modifiers | {role.noun}
            shared = sum(_matches(word, known) for word in words_in)
            if shared < len(words_in):
                if words_in & _TEMPORAL - known or shared + 1 < len(words_in) or not shared:
                    continue
                value -= 0.5
            elif (_TEMPORAL & role.modifiers) - words_in and len(own) > 1:
                value -= 0.3
            best = max(best, value + 0.6 * shared)
        if best > 0:
            ranked.append((best if before >= 0 else best - 1.2, before, i))
    if not ranked:
        return None
    ranked.sort(reverse=True)
    value, before, i = ranked[0]
    if before < 0 and value < 0.75:
        return None
    rivals = [other for other in ranked[1:] if other[0] > value - 0.5]
    score = 0.5 if before < 0 else 0.85 if value >= 2 else 0.7
    if rivals:
        # The same role twice: the last named has it, if the other has not been heard of for a while.
        i = max([ranked[0], *rivals], key=lambda item: item[1])[2]
        score = 0.45
    return Nominal(start, end, i, "role", score)


_ANY_OFFICE = frozenset(("chief", "boss", "head", "leader", "official"))


def _matches(word: str, known: frozenset[str]) -> bool:
    """Whether a word of a description agrees with a role: itself, or the demonym of a country in it."""
    if word in known:
        return True
    code = demonym_code(word) or territory_code(word.upper() if len(word) < 4 else word.capitalize())
    return code is not None and any(
        demonym_code(other) == code
        or territory_code(other.upper() if len(other) < 4 else other.capitalize()) == code
        for other in known
    )


_LABELS = {
    "org": frozenset(("ORG",)),
    "place": frozenset(("GPE", "LOC", "FAC")),
}


def _thing(
    clusters: Sequence[Cluster],
    roles: dict[int, list[Role]],
    named: Sequence[tuple[int, int]],
    start: int,
    end: int,
    noun: str,
    words_in: frozenset[str],
) -> Nominal | None:
    """Resolve "the bank", "the 27-member bloc", "the Nordic country"."""
    kinds = entries("kinds")
    sort, _, kind = kinds[noun].partition(":")
    latest = _latest(named, start)
    candidates = [i for i in latest if clusters[i].label in _LABELS[sort]]
    if not candidates:
        return None
    described = []
    for i in candidates:
        parts = {plain(w) for name in (clusters[i].name,) for w in name.split()}
        own = roles.get(i, ())
        said = {role.noun for role in own}
        if noun in said or noun in parts or noun in _nature(clusters[i]):
            value = 2.0
        elif any(kinds.get(w) == kinds[noun] for w in said | parts):
            value = 1.0
        else:
            continue
        known = frozenset(parts).union(*(role.modifiers for role in own)) | _nature(clusters[i])
        free = [w for w in words_in if not w[0].isdigit() and w not in _LOOSE]
        shared = sum(_matches(w, known) for w in free)
        if free and not shared and len(free) > (1 if value >= 2 else 0):
            continue
        described.append((value + shared, latest[i], i))
    if described:
        described.sort(reverse=True)
        rivals = [item for item in described[1:] if item[0] >= described[0][0]]
        if not rivals:
            return Nominal(start, end, described[0][2], "kind", 0.75)
        near = sorted((item[1], item[2]) for item in [described[0], *rivals])
        return Nominal(
            start, end, near[-1][1], "kind_nearest", 0.5 if near[-1][0] - near[-2][0] > 40 else 0.4
        )
    if words_in - _LOOSE:
        return None
    fitting = [i for i in candidates if _may_be(clusters[i], sort, kind)]
    if not fitting:
        return None
    if len(fitting) > 1:
        return None
    return Nominal(start, end, fitting[0], "only_one", 0.48)


_LOOSE = frozenset(
    (
        "whole",
        "entire",
        "same",
        "own",
        "tiny",
        "small",
        "big",
        "large",
        "troubled",
        "ailing",
        "struggling",
        "embattled",
    )
)


_COMPANIES = frozenset(("company", "organisation", "club", "airline", "paper", "charity", "utility"))


def _may_be(cluster: Cluster, sort: str, kind: str) -> bool:
    """Whether an entity can be of that kind at all."""
    if sort == "org":
        words_ = {plain(w) for w in cluster.name.split()}
        other = {entries("kinds")[w] for w in words_ if w in entries("kinds")}
        return not other and kind in _COMPANIES
    if kind == "country":
        return cluster.code is not None and "-" not in cluster.code
    if kind == "city":
        return cluster.label == "GPE" and cluster.code is None
    if kind == "state":
        return cluster.code is not None and "-" in cluster.code
    return False


def _nature(cluster: Cluster) -> frozenset[str]:
    """What an entity is known to be without being told: a country, a bloc of states."""
    if cluster.code is not None:
        kinds = (
            {"country", "nation"} if "-" not in cluster.code else {"state", "province", "region", "territory"}
        )
        return frozenset(kinds | _country_words(cluster.code))
    if plain(cluster.name) in ("european union", "eu"):
        return frozenset(("bloc", "union", "european"))
    if plain(cluster.name) in ("north atlantic treaty organization", "nato"):
        return frozenset(("alliance", "bloc"))
    return frozenset()


@cache
def _country_words(code: str) -> frozenset[str]:
    country = (country_of(code) or code).lower()
    return frozenset(entries("country_natures").get(country, "").split())
