"""Are the scores of rows what they say? Each row of web news with its score, and whether it is right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from quality.calibration import auc, calibration_error, reliability
from quality.figures import Figures, Value
from quality.folds import predict_left_out
from quality.web.count_claims import right_claims
from quality.web.count_mentions import meaning, names_of, right_names
from quality.web.count_quotes import right_quotes
from quality.web.figures import Scored
from quality.words import Words

type Item = tuple[str, float, bool]
"""The outlet of a row, its score, and whether it is right."""


def of_quotes(one: Scored) -> list[Item]:
    """Return the quotations: right in content (by half) and speaker."""
    right = right_quotes(Words(one.article.article.text), one.article.quotes, one.found.quotes)
    return _items(one, [quote["score"] for quote in one.found.quotes], right)


def of_names(one: Scored) -> list[Item]:
    """Return the names: right in span and entity."""
    text, mentions = one.article.article.text, one.found.mentions
    meant = meaning(text, one.article.mentions, mentions)
    scores = [mention["score"] for mention in names_of(text, mentions).values()]
    return _items(one, scores, right_names(text, one.article.mentions, mentions, meant))


def of_claims(one: Scored) -> list[Item]:
    """Return the claims with `checkable`: right in all."""
    words = Words(one.article.article.text)
    right = right_claims(words, one.article.claims, one.found.claims, until=one.article.claims_until)
    return _items(one, [claim["checkable"] for claim in one.found.claims], right)


SCORES: dict[str, Callable[[Scored], list[Item]]] = {
    "score of quotations": of_quotes,
    "score of names": of_names,
    "checkable of claims, against right in all": of_claims,
}


def reliability_figures(items: Sequence[Item]) -> Figures:
    """Return the share that is right by range of scores, the errors, and how well the score ranks."""
    plain = [(score, right) for _, score, right in items]
    return reliability(plain) | {
        "that error, had other outlets set the scores": Value(calibration_error_left_out(items), len(items)),
        "ranked, AUC": Value(auc(plain), len(items)),
    }


def calibration_error_left_out(items: Sequence[Item]) -> float:
    """Return the calibration error, had scores been mapped to shares, isotonically, on other outlets."""
    mended = predict_left_out(
        items,
        lambda item: item[0],
        fit=lambda part: isotonic([(score, right) for _, score, right in part]),
        predict=lambda steps, item: at(steps, item[1]),
    )
    return calibration_error([(score, right) for score, (_, _, right) in zip(mended, items, strict=True)])


def isotonic(scored: Sequence[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Return the best rising steps (score from, share) through outcomes: pool adjacent violators.

    Ayer, Brunk, Ewing, Reid and Silverman 1955.
    """
    blocks: list[list[float]] = []  # score from, number right, number
    by_score: dict[float, list[bool]] = {}
    for score, right in scored:
        by_score.setdefault(score, []).append(right)
    for score in sorted(by_score):
        blocks.append([score, float(sum(by_score[score])), float(len(by_score[score]))])
        while len(blocks) > 1 and blocks[-2][1] * blocks[-1][2] >= blocks[-1][1] * blocks[-2][2]:
            _, right_ones, number = blocks.pop()
            blocks[-1][1] += right_ones
            blocks[-1][2] += number
    return [(score, right_ones / number) for score, right_ones, number in blocks]


def at(steps: Sequence[tuple[float, float]], score: float) -> float:
    """Return the share of the step that a score stands on; that of the first below it, 0.5 without steps."""
    if not steps:
        return 0.5
    place = int(np.searchsorted([start for start, _ in steps], score, side="right")) - 1
    return steps[max(place, 0)][1]


def by_family(scored: Iterable[Scored], of: Callable[[Scored], list[Item]]) -> Mapping[str, list[Item]]:
    """Return rows by the kinds of news, all of them under "all"."""
    families: dict[str, list[Item]] = {"all": []}
    for one in scored:
        items = of(one)
        families["all"] += items
        families.setdefault(one.article.family, []).extend(items)
    return families


def by_quote_kind(scored: Iterable[Scored]) -> Mapping[str, list[Item]]:
    """Return the quotations by their kind as found: direct, mixed, indirect."""
    kinds: dict[str, list[Item]] = {kind: [] for kind in ("direct", "mixed", "indirect")}
    for one in scored:
        for quote, item in zip(one.found.quotes, of_quotes(one), strict=True):
            kinds[quote["type"]].append(item)
    return kinds


def _items(one: Scored, scores: Sequence[float], right: Sequence[bool | None]) -> list[Item]:
    known = zip(scores, right, strict=True)
    return [(one.article.outlet, score, is_right) for score, is_right in known if is_right is not None]
