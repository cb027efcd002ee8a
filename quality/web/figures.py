"""Counts of articles, summed, as figures: one table of what there is to say of each layer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from quality.figures import Figure, Figures, Rates, Share
from quality.web.count_claims import count_claims
from quality.web.count_mentions import Counts, count_mentions, meaning
from quality.web.count_quotes import count_quotes
from quality.web.found import Found
from quality.web.gold import WebArticle
from quality.words import Words

type Sums = Mapping[str, float]
type FigureOf = Callable[[Sums], Figure]


@dataclass(frozen=True, slots=True)
class Scored:
    """An article, what was found in it, and the counts of both."""

    article: WebArticle
    found: Found
    counts: Counts


def score_article(article: WebArticle, found: Found) -> Scored:
    """Compare all layers of an article with its gold."""
    text = article.article.text
    words, meant = Words(text), meaning(text, article.mentions, found.mentions)
    counts = defaultdict(float, count_mentions(text, article.mentions, found.mentions, meant))
    counts |= count_quotes(words, article.quotes, found.quotes, meant)
    counts |= count_claims(words, article.claims, found.claims, until=article.claims_until, meant=meant)
    return Scored(article, found, counts)


def summed(counts: Iterable[Mapping[str, float]]) -> Counts:
    """Return the sums of the counts of articles."""
    sums: Counts = defaultdict(float)
    for one in counts:
        for name, value in one.items():
            sums[name] += value
    return sums


def figures_of(names: Sequence[str], sums: Sums) -> Figures:
    """Return figures by their names in `FIGURES`."""
    return {name: FIGURES[name](sums) for name in names}


def _rates(hits: str, what: str) -> FigureOf:
    def of(n: Sums) -> Figure:
        right = n.get(hits, 0)
        return Rates(right, int(n.get(f"{what}, gold", 0)), right, int(n.get(f"{what}, found", 0)))

    return of


def _share(right: str, of_all: str) -> FigureOf:
    return lambda n: Share(int(n.get(right, 0)), int(n.get(of_all, 0)))


def _b_cubed(n: Sums) -> Figure:
    gold, found = int(n.get("names, gold", 0)), int(n.get("names, found", 0))
    return Rates(n.get("B3 recall", 0), gold, n.get("B3 precision", 0), found)


QUOTES: dict[str, FigureOf] = {
    "attributed": _rates("attributed", "quotes"),
    "attributed, rows of is_speech": _rates("attributed speech", "speech"),
    "content, overlap": _rates("quotes", "quotes"),
    "content, exact, of matched": _share("contents", "quotes"),
    "speaker's entity right": _share("speaker entities", "speaker entities, gold"),
    "speaker's entity wrong": _share("speaker entities, wrong", "speaker entities, gold"),
}
ENTITIES: dict[str, FigureOf] = {
    "names, span": _rates("names", "names"),
    "names, span and label": _rates("labels", "names"),
    "clusters, B3": _b_cubed,
    "pronouns right": _share("pronouns", "pronouns, gold"),
    "pronouns wrong": _share("pronouns, wrong", "pronouns, gold"),
}
CLAIMS: dict[str, FigureOf] = {
    "clause": _rates("claims", "claims"),
    "clause and claimer and polarity": _rates("source and polarity", "claims"),
    "right in all": _rates("right in all", "claims"),
    "wrong voice, of matched": _share("wrong voice", "claims"),
    "false source, of matched": _share("false source", "claims"),
    "polarity right, of matched": _share("polarities", "claims"),
}
LAYERS = {"quotes": QUOTES, "entities": ENTITIES, "claims": CLAIMS}
FIGURES: dict[str, FigureOf] = {**QUOTES, **ENTITIES, **CLAIMS}

HEADLINES = (
    "attributed",
    "attributed, rows of is_speech",
    "names, span",
    "names, span and label",
    "clusters, B3",
    "clause",
    "clause and claimer and polarity",
    "right in all",
)
"""What is given by kind of news, too."""
