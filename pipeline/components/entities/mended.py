"""Names as they are left by model, rules and network: halves are joined, two in one parted, labels set right.

Each rule is of a kind of mistake that reading web news has shown: "Jacques"-"Louis David", "Ana Colvey & Leo
Dorn" as one, "Striker Leo Dorn", a boulevard as a person, an amendment as a work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.components.doc.tags import NAME_TAGS
from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.cities import Cities
from pipeline.components.entities.gazetteer import Gazetteer
from pipeline.components.entities.kinds import kind_words
from pipeline.components.entities.labeller.guards import has_small_words_near
from pipeline.components.entities.ledger import is_capital
from pipeline.components.entities.name import Name, text_of
from pipeline.lexicons import Lexicon

_TAKEN_FOR_PERSONS = frozenset(("ORG", "GPE", "LOC", "FAC", "NORP", "PRODUCT", "WORK_OF_ART", "EVENT"))
_TAKEN_FOR_TOWNS = frozenset(("PERSON", "ORG", "FAC"))
_MARKS = frozenset("\"“”‘’'") | {"``", "''"}
_MOST_WORDS_OF_A_PERSON = 3
_MOST_WORDS_OF_A_TOWN = 2
_LONGEST_NICKNAME = 2
"""Words of a nickname, and of the surname behind it."""


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.given_names = lexicon.entries("given_names")
        self.roles = (
            lexicon.entries("roles").keys()
            | lexicon.entries("entities.nouns_of_persons").keys()
            | lexicon.words("entities.roles_in_front")
        ) - self.given_names.keys()
        bodies_too = lexicon.words("entities.classes_that_bodies_have")
        roles = lexicon.entries("roles").items()
        self.trades = {noun for noun, kind in roles if kind.partition(":")[0] not in bodies_too}
        self.kinds = lexicon.made(kind_words)
        self.joins = lexicon.words("entities.conjunctions") | {"&"}
        self.roads = lexicon.words("entities.nouns_of_roads")
        self.laws = lexicon.words("entities.nouns_of_laws")
        self.bodies = lexicon.words("organisation_words") | lexicon.words("entities.bodies_like_laws")
        self.chambers = lexicon.words("entities.chambers")
        (self.bill,) = lexicon.words("entities.bill")
        self.amendments = lexicon.words("entities.amendments")
        self.kin = lexicon.words("entities.kin_as_titles")
        self.within = lexicon.words("entities.before_a_place_in_a_state")
        self.postal = lexicon.entries("postal_codes")
        self.agencies = lexicon.words("entities.agencies_of_pictures")
        self.formula = [*lexicon.ordered("entities.formula_of_rights")]
        self.with_titles = lexicon.words("entities.names_with_titles")


def mended(names: Sequence[Name], tokens: Tokens) -> list[Name]:
    """Return the names of a document, mended, in text order; they do not overlap.

    Args:
        names: in text order; they do not overlap.
        tokens: the document.
    """
    out = [*names]
    for rule in _RULES:
        out = rule(out, tokens)
    return out


def _join_hyphened(names: Sequence[Name], tokens: Tokens) -> list[Name]:
    """Join two persons with nothing but a hyphen between them: "Jean"-"Louis Dorn"."""
    out: list[Name] = []
    for name in names:
        last = out[-1] if out else None
        if (
            last is not None
            and last.label == name.label == "PERSON"
            and name.start == last.end + 1
            and tokens.words[last.end] == "-"
            and not tokens.spaced[last.end]
            and not tokens.spaced[last.end - 1]
        ):
            out[-1] = replace(last, end=name.end, method="joined")
        else:
            out.append(name)
    return out


def _part_joined(names: Sequence[Name], tokens: Tokens) -> list[Name]:
    """Part two names with "&" or a slash between them: "Ana Colvey & Leo Dorn", "Leo Dorn/Getty Images"."""
    words = tokens.lexicon.made(_Words)
    out: list[Name] = []
    for name in names:
        at = _joint(tokens, words, name)
        if at is None:
            out.append(name)
            continue
        halves = [
            replace(name, end=at, method="split"),
            replace(name, start=at + 1, method="split", title=()),
        ]
        if tokens.words[at] == "/":
            halves = [_labelled_in_credit(tokens, words, half) for half in halves]
        out.extend(halves)
    return out


def _joint(tokens: Tokens, words: _Words, name: Name) -> int | None:
    """Return the token between two names that were taken for one; None in most names."""
    if name.label not in ("PERSON", "ORG") or any(
        ")" in word for word in tokens.words[name.start : name.end]
    ):
        return None
    for at in range(name.start + 1, name.end - 1):
        word = tokens.lower[at]
        sides = (at - name.start, name.end - at - 1)
        if word in words.joins and name.label == "PERSON" and min(sides) > 1:
            return at
        if word == "/" and any(
            " ".join(tokens.lower[start:end]) in words.agencies
            for start, end in ((name.start, at), (at + 1, name.end))
        ):
            return at
    return None


def _labelled_in_credit(tokens: Tokens, words: _Words, half: Name) -> Name:
    """Return one side of the credit of a picture: an agency, else who took it."""
    if " ".join(tokens.lower[half.start : half.end]) in words.agencies or len(half) == 1:
        return half if half.label == "ORG" else replace(half, label="ORG", title=())
    return replace(half, label="PERSON") if len(half) <= _MOST_WORDS_OF_A_PERSON else half


def _over_nicknames(names: Sequence[Name], tokens: Tokens) -> list[Name]:
    """Widen persons over a nickname in marks and the surname behind it: Robert "Bo" Dorn."""
    out: list[Name] = []
    for name in names:
        if out and name.start < out[-1].end:
            if name.end > out[-1].end:
                out[-1] = replace(out[-1], end=name.end)
            continue
        end = _behind_nickname(tokens, name) if name.label == "PERSON" else None
        out.append(name if end is None else replace(name, end=end, method="widened"))
    return out


def _behind_nickname(tokens: Tokens, name: Name) -> int | None:
    words = tokens.words
    behind = min(name.end + 1, len(words) - 1)
    opens = next((i for i in range(name.start + 1, behind) if words[i] in _MARKS), None)
    if opens is None or not words[opens + 1][0].isupper():
        return None
    for close in range(opens + 2, min(opens + 2 + _LONGEST_NICKNAME, len(words) - 1)):
        if words[close] in _MARKS and tokens.spaced[close] and not tokens.spaced[close - 1]:
            end = close + 1
            while end < len(words) and is_capital(tokens, end) and end - close <= _LONGEST_NICKNAME:
                end += 1
            is_whole = end > close + 1 and tokens.sents[close + 1] == tokens.sents[name.start]
            return max(end, name.end) if is_whole else None
        if not is_capital(tokens, close):
            return None
    return None


def _over_given_names(names: Sequence[Name], tokens: Tokens) -> list[Name]:
    """Widen a lone surname over the given name in front of it, which may stand alone as well."""
    given_names = tokens.lexicon.made(_Words).given_names
    out: list[Name] = []
    for name in names:
        first = name.start - 1
        last = out[-1] if out else None
        is_lone = last is not None and last.end == name.start and last.label == "PERSON" and len(last) == 1
        if (
            (last is None or last.end <= first or is_lone)
            and first >= 0
            and name.label == "PERSON"
            and len(name) == 1
            and not name.title
            and tokens.words[first].istitle()
            and tokens.lower[first] in given_names
            and tokens.lower[name.start] != tokens.lower[first]
            and tokens.lines[first] == tokens.lines[name.start]
            and tokens.sents[first] == tokens.sents[name.start]
        ):
            if is_lone:
                out.pop()
            out.append(replace(name, start=first, method="widened"))
        else:
            out.append(name)
    return out


def _without_formulas(names: Sequence[Name], tokens: Tokens) -> list[Name]:
    """Cut off the formula behind a body's name: "Marrow Inc. All Rights Reserved"."""
    formula = tokens.lexicon.made(_Words).formula
    size = len(formula)
    return [
        replace(name, end=name.end - size)
        if len(name) > size and tokens.lower[name.end - size : name.end] == formula
        else name
        for name in names
    ]


def _with_own_titles(names: Sequence[Name], tokens: Tokens) -> list[Name]:
    """Widen the persons whose name begins with a title that is none: Lady Gaga, Dr. Dre."""
    known = tokens.lexicon.made(_Words).with_titles
    return [
        replace(name, start=name.start - 1, title=())
        if name.label == "PERSON"
        and name.title
        and " ".join(tokens.lower[name.start - 1 : name.end]) in known
        else name
        for name in names
    ]


def _without_roles(names: Sequence[Name], tokens: Tokens) -> list[Name]:
    """Cut roles off the front of full names: "Compatriot Ana Colvey", "Ex-minister Leo Dorn"."""
    words = tokens.lexicon.made(_Words)
    out = []
    for name in names:
        start = name.start
        if name.label == "PERSON":
            while name.end - start > 2 and tokens.lower[start] in words.roles:
                start += 1
        out.append(name if start == name.start else replace(name, start=start, method="cut"))
    return out


def _by_last_words(names: Sequence[Name], tokens: Tokens) -> list[Name]:
    """Relabel what its last word gives away: roads, laws, bodies that were taken for laws."""
    words = tokens.lexicon.made(_Words)
    out = []
    for name in names:
        label = _label_by_last_word(tokens, words, name) if len(name) > 1 else name.label
        out.append(name if label == name.label else replace(name, label=label, title=()))
    return out


def _label_by_last_word(tokens: Tokens, words: _Words, name: Name) -> str:
    first, last = tokens.lower[name.start], tokens.lower[name.end - 1]
    is_short_person = name.label == "PERSON" and len(name) == 2 and first in words.given_names
    if last in words.roads and name.label in ("PERSON", "GPE") and not is_short_person:
        return "FAC"
    if last in words.amendments or (last in words.laws and name.label in ("ORG", "PERSON", "GPE")):
        return name.label if is_short_person else "LAW"
    return "ORG" if name.label == "LAW" and last in words.bodies else name.label


def _in_capitals(names: Sequence[Name], tokens: Tokens) -> list[Name]:
    """Relabel acronyms with a hyphen as bodies: "SAG-AFTRA", but not in a headline in capitals."""
    return [
        replace(name, label="ORG", title=())
        if name.label == "PERSON"
        and len(name) > 1
        and tokens.words[name.start + 1] == "-"
        and all(word.isupper() or word == "-" for word in tokens.words[name.start : name.end])
        and has_small_words_near(tokens, name)
        else name
        for name in names
    ]


def _with_bills(names: Sequence[Name], tokens: Tokens) -> list[Name]:
    """Make one name of a bill with its number: "Senate Bill 10"."""
    words = tokens.lexicon.made(_Words)
    bills = [
        Name(start=i - 1, end=i + 2, label="LAW", method="listed", score=0.85)
        for i in tokens.capitals
        if tokens.lower[i] == words.bill
        and 0 < i < len(tokens) - 1
        and tokens.lower[i - 1] in words.chambers
        and tokens.words[i + 1].isdigit()
    ]
    if not bills:
        return [*names]
    taken = {i for bill in bills for i in range(bill.start, bill.end)}
    kept = [name for name in names if taken.isdisjoint(range(name.start, name.end))]
    return sorted([*kept, *bills], key=lambda name: name.start)


def _with_kin(names: Sequence[Name], tokens: Tokens) -> list[Name]:
    """Relabel who is called by kinship as a person: "Grandma Virginia"."""
    kin = tokens.lexicon.made(_Words).kin
    out = []
    for name in names:
        inside = len(name) > 1 and tokens.lower[name.start] in kin
        before = (
            name.start > 0 and tokens.lower[name.start - 1] in kin and tokens.words[name.start - 1].istitle()
        )
        if name.label in ("GPE", "LOC") and (inside or before):
            out.append(replace(name, start=name.start + inside, label="PERSON"))
        else:
            out.append(name)
    return out


def _with_states(names: Sequence[Name], tokens: Tokens) -> list[Name]:
    """Relabel what stands in a state: "in Ferguson, Mo."."""
    words, gazetteer = tokens.lexicon.made(_Words), tokens.lexicon.made(Gazetteer)
    out = []
    for name in names:
        at = name.end
        if (
            name.label in _TAKEN_FOR_TOWNS
            and len(name) <= _MOST_WORDS_OF_A_TOWN
            and not name.title
            and name.start > 0
            and tokens.lower[name.start - 1] in words.within
            and tokens.words[at : at + 1] == [","]
            and at + 1 < len(tokens)
            and (
                tokens.words[at + 1] in words.postal
                or "-" in (gazetteer.territory_code(tokens.words[at + 1]) or "")
            )
        ):
            out.append(replace(name, label="GPE"))
        else:
            out.append(name)
    return out


def _among_persons(names: Sequence[Name], tokens: Tokens) -> list[Name]:
    """Relabel full names in a list of persons: "Pedro Galvan, Guido Pella and Leo Dorn"."""
    words = tokens.lexicon.made(_Words)
    out = [*names]
    for n, name in enumerate(out):
        if name.label not in _TAKEN_FOR_PERSONS or not _looks_like_person(tokens, words, name):
            continue
        before = out[n - 1] if n and _are_listed(tokens, words, out[n - 1], name) else None
        behind = out[n + 1] if n + 1 < len(out) and _are_listed(tokens, words, name, out[n + 1]) else None
        sides = [side for side in (before, behind) if side is not None]
        is_listed = len(sides) == 2 or (len(sides) == 1 and _is_in_longer_list(tokens, words, out, n))
        if is_listed and all(side.label == "PERSON" and len(side) > 1 for side in sides):
            out[n] = replace(name, label="PERSON", method="list_of_persons")
    return out


def _behind_roles(names: Sequence[Name], tokens: Tokens) -> list[Name]:
    """Relabel full names behind what only persons are: "striker Leo Dorn", but "owner Marrow Keel"."""
    words = tokens.lexicon.made(_Words)
    return [
        replace(name, label="PERSON", method="behind_role")
        if name.label in _TAKEN_FOR_PERSONS
        and name.start > 0
        and tokens.lower[name.start - 1] in words.trades
        and tokens.sents[name.start - 1] == tokens.sents[name.start]
        and _looks_like_person(tokens, words, name)
        else name
        for name in names
    ]


def _looks_like_person(tokens: Tokens, words: _Words, name: Name) -> bool:
    """Return whether two or three words are written as a full name, and no list knows them otherwise."""
    if not 1 < len(name) <= _MOST_WORDS_OF_A_PERSON:
        return False
    text = text_of(tokens, name)
    gazetteer = tokens.lexicon.made(Gazetteer)
    return (
        all(tokens.words[i].istitle() and tokens.tags[i] in NAME_TAGS for i in range(name.start, name.end))
        and words.kinds.isdisjoint(tokens.lower[name.start : name.end])
        and gazetteer.territory_code(text) is None
        and not gazetteer.is_people(tokens.words[name.start])
        and not gazetteer.is_region(text)
        and not tokens.lexicon.made(Cities).named(text)
    )


def _are_listed(tokens: Tokens, words: _Words, first: Name, second: Name) -> bool:
    """Return whether only a comma or "and" stands between two names."""
    between = tokens.lower[first.end : second.start]
    return 0 < len(between) < 3 and all(word == "," or word in words.joins for word in between)


def _is_in_longer_list(tokens: Tokens, words: _Words, names: Sequence[Name], n: int) -> bool:
    """Return whether the two names before one, or the two behind it, are persons in its list."""
    for a, b in ((n - 2, n - 1), (n + 1, n + 2)):
        if a < 0 or b >= len(names) or not _are_listed(tokens, words, names[a], names[b]):
            continue
        if all(names[i].label == "PERSON" and len(names[i]) > 1 for i in (a, b)):
            return True
    return False


_RULES: tuple[Callable[[Sequence[Name], Tokens], list[Name]], ...] = (
    _join_hyphened,
    _part_joined,
    _over_nicknames,
    _over_given_names,
    _without_formulas,
    _with_own_titles,
    _without_roles,
    _with_bills,
    _by_last_words,
    _in_capitals,
    _with_kin,
    _with_states,
    _behind_roles,
    _among_persons,
)
