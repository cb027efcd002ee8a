"""Names that stand in lists: cities, countries, peoples, regions, products, parties."""

from __future__ import annotations

from pipeline.components.doc.tokens import Tokens
from pipeline.components.entities.cities import Cities
from pipeline.components.entities.gazetteer import Gazetteer
from pipeline.components.entities.ledger import Ledger
from pipeline.components.entities.name import Name, text_of
from pipeline.lexicons import Lexicon

_LISTED_TAGS = frozenset(("NNP", "NNPS", "JJ", "NN", "NNS", "", "ADD", "PRP"))
_MOST_WORDS = 4


class _Words:
    """What these rules read of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        gazetteer = lexicon.made(Gazetteer)
        articles = lexicon.words("entities.definite_articles")
        bare = (
            gazetteer.territories.keys() | gazetteer.demonyms.keys() | gazetteer.peoples | gazetteer.regions
        )
        self.listed = bare | {f"{a} {name}" for a in articles for name in gazetteer.territories}
        self.first_words = frozenset(name.split()[0] for name in bare)
        self.other_meanings = lexicon.words("entities.places_with_other_meanings")
        self.pronouns = lexicon.words("entities.places_like_pronouns")
        self.products = lexicon.words("known_products")
        self.parties = lexicon.words("entities.parties")
        self.no_parties = lexicon.words("entities.no_parties")
        self.where = lexicon.words("entities.before_a_town")
        self.joins = lexicon.words("entities.conjunctions") | {","}


def mark_towns(ledger: Ledger, tokens: Tokens) -> None:
    """Relabel large cities behind "in" and the like, or beside another place, whatever the model says."""
    words, cities = tokens.lexicon.made(_Words), tokens.lexicon.made(Cities)
    labels = {name.start: name.label for name in ledger.names}
    labels |= {name.end - 1: name.label for name in ledger.names}
    surnames = {tokens.lower[n.end - 1] for n in ledger.names if n.label == "PERSON" and len(n) > 1}
    for name in ledger.names:
        if name.label not in ("PERSON", "ORG", "LOC", "FAC") or name.title or len(name) > 2:
            continue
        if tokens.lower[name.end - 1] in surnames and (name.label != "PERSON" or len(name) == 1):
            continue
        if _is_where(tokens, words, name, labels) and cities.is_large(text_of(tokens, name)):
            name.label, name.method = "GPE", "city"


def _is_where(tokens: Tokens, words: _Words, name: Name, labels: dict[int, str]) -> bool:
    """Return whether a name stands where places do: behind "in", joined to one, before its country.

    Args:
        tokens: the document.
        words: of its language.
        name: to be judged.
        labels: of the names that begin or end at a token.
    """
    before = tokens.lower[name.start - 1] if name.start else ""
    if before in words.where or (before in words.joins and labels.get(name.start - 2) == "GPE"):
        return True
    return (
        name.end + 1 < len(tokens)
        and tokens.lower[name.end] in words.joins
        and labels.get(name.end + 1) == "GPE"
    )


def add_listed(ledger: Ledger, tokens: Tokens) -> None:
    """Add the countries, subdivisions, demonyms, peoples and regions that stand in the lists."""
    words = tokens.lexicon.made(_Words)
    for i in tokens.capitals:
        if ledger.covered[i] or tokens.lower[i] not in words.first_words:
            continue
        for end in range(min(i + _MOST_WORDS, len(tokens)), i, -1):
            if " ".join(tokens.lower[i:end]) not in words.listed or ledger.is_covered(i, end):
                continue
            label = _listed_label(tokens, words, i, end)
            if label:
                ledger.add(Name(start=i, end=end, label=label, method="listed", score=0.85))
                break


def _listed_label(tokens: Tokens, words: _Words, start: int, end: int) -> str | None:
    """Return the label of a listed name; None where the words mean something else here."""
    gazetteer = tokens.lexicon.made(Gazetteer)
    text, tag = " ".join(tokens.words[start:end]), tokens.tags[start]
    if end - start == 1:
        if tag not in _LISTED_TAGS:
            return None
        if text in words.pronouns and tag == "PRP" and _is_among_capitals(tokens, start):
            return None
    if end < len(tokens) and tokens.words[end] == "$" and len(text) < 4:
        return None  # NZ $ 26 million
    if text in words.other_meanings:
        return None
    if gazetteer.territory_code(text):
        return "GPE"
    if gazetteer.is_people(text):
        return "NORP"
    return "LOC" if gazetteer.is_region(text) else None


def _is_among_capitals(tokens: Tokens, i: int) -> bool:
    around = [tokens.words[j] for j in range(max(0, i - 2), min(len(tokens), i + 3)) if j != i]
    return sum(word.isupper() for word in around if word.isalpha()) >= 2


def add_brands(ledger: Ledger, tokens: Tokens) -> None:
    """Add well-known products ("iOS"), and parties: "the opposition Labour party"."""
    words = tokens.lexicon.made(_Words)
    if words.parties.isdisjoint(tokens.vocabulary) and words.products.isdisjoint(tokens.vocabulary):
        return
    for i, word in enumerate(tokens.lower):
        if ledger.covered[i] or tokens.words[i] == word:
            continue
        if word in words.products and tokens.tags[i] in ("NNP", "NNPS", "NN"):
            ledger.add(Name(start=i, end=i + 1, label="PRODUCT", method="listed", score=0.7))
        if _is_party(tokens, words, i):
            ledger.add(Name(start=i, end=i + 1, label="ORG", method="listed", score=0.6))


def _is_party(tokens: Tokens, words: _Words, i: int) -> bool:
    """Return whether the word behind a capitalised one says that it is a party."""
    return (
        i + 1 < len(tokens)
        and tokens.words[i + 1] in words.parties
        and tokens.lower[i].isalpha()
        and tokens.lower[i] not in words.no_parties
        and tokens.tags[i] not in ("DT", "PRP$", "IN")
    )
