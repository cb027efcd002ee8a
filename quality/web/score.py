"""Both sets of web news, scored: what `make eval` prints of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.settings import load_settings
from quality.figures import Figures
from quality.parses import Parser
from quality.web.columns import COLUMNS, wrong
from quality.web.figures import HEADLINES, LAYERS, Scored, figures_of, score_article, summed
from quality.web.found import find
from quality.web.gold import read_own_dev, read_web_gold
from quality.web.intervals import bounded
from quality.web.left_out import network_without
from quality.web.scores import SCORES, by_family, reliability_figures

OWN_DEV = "own_dev"
WEB_GOLD = "web gold"

type Sets = dict[str, list[Scored]]
"""The scored articles of each set, by its name."""


def score_sets(corpora: Path, gold: Path, parser: Parser) -> Sets:
    """Read both sets, run the extractors over them and compare.

    Args:
        corpora: folder that holds `own_dev` and the pool.
        gold: folder of the own gold, which holds `web`.
        parser: parses the texts.

    Raises:
        InputError: a file is missing, or a text is not the one that was annotated.
    """
    settings = load_settings()
    sets = {
        OWN_DEV: read_own_dev(corpora, settings),
        WEB_GOLD: read_web_gold(gold / "web", corpora, settings),
    }
    network_of = {OWN_DEV: network_without}  # of the other set nothing was learnt
    scored: Sets = {}
    for name, articles in sets.items():
        found = find(name.replace(" ", "_"), articles, parser, settings, network_of=network_of.get(name))
        scored[name] = [score_article(article, one) for article, one in zip(articles, found, strict=True)]
    return scored


def web_figures(sets: Sets, sections: Sequence[str]) -> dict[str, Figures]:
    """Return the figures of each set with bounds, then of both together by kind, by column and by score.

    Args:
        sets: scored.
        sections: out of "quotes", "entities" and "claims"; others are left out.
    """
    layers = {name: table for name, table in LAYERS.items() if name in sections}
    if not layers:
        return {}
    figures: dict[str, Figures] = {}
    for name, scored in sets.items():
        counts = [one.counts for one in scored]
        figures |= {
            f"{name}: {layer}": {figure: bounded(of, counts) for figure, of in table.items()}
            for layer, table in layers.items()
        }
    everything = [one for scored in sets.values() for one in scored]
    wanted = [name for name in HEADLINES if any(name in table for table in layers.values())]
    for kind, articles in by_kind(everything).items():
        title = f"web news, {kind} ({len(articles)} articles)"
        figures[title] = figures_of(wanted, summed(one.counts for one in articles))
    sums = summed(one.counts for one in everything)
    figures["web news: wrong by column"] = {
        f"{column.table}.{column.column}, {column.fault}": wrong(column, sums) for column in COLUMNS
    }
    for title, of in SCORES.items():
        for family, items in by_family(everything, of).items():
            figures[f"web news, {title}: {family}"] = reliability_figures(items)
    return figures


def by_kind(scored: Sequence[Scored]) -> dict[str, list[Scored]]:
    """Return articles by the kind of news, the kind with most articles first."""
    kinds: dict[str, list[Scored]] = {}
    for one in scored:
        kinds.setdefault(one.article.kind, []).append(one)
    return dict(sorted(kinds.items(), key=lambda kind: (-len(kind[1]), kind[0])))
