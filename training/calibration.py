"""Fit how sure names are on real web news, and measure it where it has not learnt.

    python -m training.calibration --data ../shared/data

Reads `own_dev` below --data, finds its names by the networks that were trained without their outlets (see
training.names), fits a slope and an offset on the logit of their scores, and writes
`pipeline/models/names/calibration.npz`. Prints the expected calibration error, the Brier score and the AUC
before, after by other outlets, and on the web gold, of which nothing is learnt. The same is printed of
quotations, by several sets of features; nothing of that is written (see docs/quality.md).
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.components.entities.certainty import uncalibrated
from quality.calibration import auc, calibration_error
from quality.folds import predict_left_out
from quality.parses import Parser
from quality.web.count_mentions import meaning, names_of, right_names
from quality.web.count_quotes import right_quotes
from quality.web.figures import Scored
from quality.web.score import OWN_DEV, WEB_GOLD, score_sets
from quality.words import Words

OUT = Path("pipeline/models/names/calibration.npz")
_EDGE = 0.005
_PRIOR = 1.0
"""How strongly a slope is held to 1, and other weights to 0: as if by one more item."""

type Floats = NDArray[np.float64]
type Features = Callable[[Row], list[float]]


class Row(NamedTuple):
    """A row of a table: its outlet, its score before calibration, and what it might be calibrated by."""

    outlet: str
    score: float
    is_right: bool
    kind: str
    has_speaker: bool = False
    is_speech: bool = False


def names(one: Scored) -> list[Row]:
    text, found = one.article.article.text, one.found.mentions
    right = right_names(text, one.article.mentions, found, meaning(text, one.article.mentions, found))
    mentions = names_of(text, found).values()
    return [
        Row(one.article.outlet, uncalibrated(mention["score"]), is_right, mention["type"])
        for mention, is_right in zip(mentions, right, strict=True)
    ]


def quotations(one: Scored) -> list[Row]:
    right = right_quotes(Words(one.article.article.text), one.article.quotes, one.found.quotes)
    return [
        Row(one.article.outlet, q["score"], is_right, q["type"], bool(q["speaker"]), q["is_speech"])
        for q, is_right in zip(one.found.quotes, right, strict=True)
    ]


def logit(score: float) -> float:
    inside = min(max(score, _EDGE), 1 - _EDGE)
    return math.log(inside / (1 - inside))


def of_score(row: Row) -> list[float]:
    return [logit(row.score)]


def of_kind(row: Row) -> list[float]:
    return [logit(row.score), float(row.kind == "mixed"), float(row.kind == "indirect")]


def of_speaker(row: Row) -> list[float]:
    return [logit(row.score), float(row.has_speaker), float(row.is_speech)]


FEATURES: dict[str, Features] = {
    "slope and offset": of_score,
    "and an offset by kind": of_kind,
    "and offsets for a speaker and for speech": of_speaker,
}


def fit(rows: Sequence[Row], *, features: Features) -> Floats:
    """Return the weights of a logistic regression, the offset last, by Newton's method."""
    x = np.array([[*features(row), 1.0] for row in rows])
    y = np.array([row.is_right for row in rows], dtype=float)
    prior = np.zeros(x.shape[1])
    prior[0] = 1.0
    held = np.full(x.shape[1], _PRIOR)
    held[-1] = 1e-6
    weights = prior.copy()
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (p - y) + held * (weights - prior)
        step = np.linalg.solve((x.T * (p * (1 - p))) @ x + np.diag(held), gradient)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def predicted(weights: Floats, row: Row, *, features: Features) -> float:
    return float(1 / (1 + np.exp(-weights @ np.array([*features(row), 1.0]))))


def report(title: str, rows: Sequence[Row], scores: Sequence[float]) -> None:
    outcomes = [(score, row.is_right) for score, row in zip(scores, rows, strict=True)]
    brier = 100 * np.mean([(score - right) ** 2 for score, right in outcomes])
    print(f"{title:64} error {calibration_error(outcomes):5.1f} Brier {brier:5.1f} AUC {auc(outcomes):5.1f}")


def measure(what: str, own: Sequence[Row], web: Sequence[Row], tried: dict[str, Features]) -> None:
    for name, rows in ((OWN_DEV, own), (WEB_GOLD, web)):
        report(f"{what}, {name} ({len(rows)}): as they come", rows, [row.score for row in rows])
    for label, features in tried.items():
        left_out = predict_left_out(
            own,
            lambda row: row.outlet,
            fit=partial(fit, features=features),
            predict=partial(predicted, features=features),
        )
        report(f"{what}, {OWN_DEV}: {label}, by other outlets", own, left_out)
        weights = fit(own, features=features)
        report(
            f"{what}, {WEB_GOLD}: {label}, by {OWN_DEV}",
            web,
            [predicted(weights, row, features=features) for row in web],
        )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with own_dev and corpora/pool")
    options = parser.parse_args(arguments)
    sets = score_sets(options.data, Path("tests/gold"), Parser(cache=Path(".cache/eval")))
    own_names, web_names = ([row for one in sets[name] for row in names(one)] for name in (OWN_DEV, WEB_GOLD))
    own_quotes, web_quotes = (
        [row for one in sets[name] for row in quotations(one)] for name in (OWN_DEV, WEB_GOLD)
    )
    measure("names", own_names, web_names, {"slope and offset": of_score})
    measure("quotations", own_quotes, web_quotes, FEATURES)
    weights = fit(own_names, features=of_score)
    np.savez_compressed(OUT, names=weights)
    print("names: slope and offset", weights.round(3))


if __name__ == "__main__":
    main()
