"""Join the labelled spans of documents into quotations: each content to its cue, each cue to its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from statistics import fmean

import numpy as np

from pipeline.components.quotes.network.features import QuoteFeatures
from pipeline.components.quotes.network.inputs import Ints
from pipeline.components.quotes.network.links import CONTENT, Pairs, spans_of
from pipeline.components.quotes.network.loops import add_rows
from pipeline.components.quotes.network.lstm import Weights
from pipeline.models.network import Floats

EVIDENCE = ("label", "weakest_label", "edge", "cue", "source", "log_length", "has_source")
"""What the score is a logistic function of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaggedWords:
    """A `TaggedQuote` in spans of words `(first, end)` of the features, before it meets the `Doc`.

    `evidence` is what the score is computed from: see `EVIDENCE`.
    """

    content: tuple[tuple[int, int], ...]
    cue: tuple[tuple[int, int], ...]
    source: tuple[tuple[int, int], ...]
    evidence: tuple[float, ...]


def link(
    features: QuoteFeatures, states: Floats, emissions: Floats, labels: Ints, weights: Weights
) -> list[TaggedWords]:
    """Join the labelled spans of documents into quotations."""
    first, end, kinds = spans_of(labels, features.documents)
    if not (kinds == CONTENT).any():
        return []
    pairs = Pairs(features, first, end, kinds)
    ends = np.concatenate([states[pairs.first], states[pairs.end - 1]], axis=1)
    cue_of = _best("content", ends, pairs.content_left, pairs.content_right, pairs.content_columns, weights)
    source_of = _best("cue", ends, pairs.cue_left, pairs.cue_right, pairs.cue_columns, weights)

    # How sure each label is, by its emissions alone.
    shifted = emissions - emissions.max(axis=1, keepdims=True)
    sure = (shifted[np.arange(len(labels)), labels] - np.log(np.exp(shifted).sum(axis=1))).tolist()

    groups: dict[int, list[int]] = {}
    for k, (cue, _) in cue_of.items():
        groups.setdefault(cue if cue >= 0 else -k - 1, []).append(k)
    out = []
    firsts, stops = pairs.first.tolist(), pairs.end.tolist()
    for cue, members in groups.items():
        content = tuple((firsts[k], stops[k]) for k in members)
        source, source_share = source_of.get(cue, (-1, 1.0))
        certain = [value for a, b in content for value in sure[a:b]]
        out.append(
            TaggedWords(
                content=content,
                cue=((firsts[cue], stops[cue]),) if cue >= 0 else (),
                source=((firsts[source], stops[source]),) if source >= 0 else (),
                evidence=(
                    fmean(certain),
                    min(certain),
                    fmean(sure[at] for a, b in content for at in (a, b - 1)),
                    fmean(log(cue_of[k][1] + 1e-6) for k in members),
                    log(source_share + 1e-6),
                    log(len(certain)),
                    float(source >= 0),
                ),
            )
        )
    return sorted(out, key=lambda quote: quote.content)


def _best(
    kind: str, ends: Floats, left: Ints, right: Ints, columns: Ints, weights: Weights
) -> dict[int, tuple[int, float]]:
    """Return the best right side of each left one, and its probability among the pairs.

    The pairs of a left side stand together; of two that are as good the first is the best.
    """
    if not len(left):
        return {}
    scores = link_scores(kind, ends, left, right, columns, weights)
    is_first = np.diff(left, prepend=-1) != 0
    first, group = np.flatnonzero(is_first), np.cumsum(is_first) - 1
    shares = np.exp(scores - np.maximum.reduceat(scores, first)[group])
    shares /= np.add.reduceat(shares, first)[group]
    is_best = np.flatnonzero(shares == np.maximum.reduceat(shares, first)[group])
    best = is_best[np.diff(group[is_best], prepend=-1) != 0]
    found = zip(right[best].tolist(), shares[best].tolist(), strict=True)
    return dict(zip(left[best].tolist(), found, strict=True))


def link_scores(kind: str, ends: Floats, left: Ints, right: Ints, columns: Ints, weights: Weights) -> Floats:
    """Score each pair; `ends` holds the states of the first and the last word of every span."""
    hidden: Floats = (ends @ weights[f"{kind}_left"])[left]
    hidden += np.where((right >= 0)[:, None], (ends @ weights[f"{kind}_right"])[right], 0)
    add_rows(hidden, weights[f"{kind}_table"], columns)
    np.maximum(hidden, 0, out=hidden)
    scores: Floats = hidden @ weights[f"{kind}_score"]
    return scores


def calibrated(evidence: Sequence[float], weights: Weights) -> float:
    """Return the probability that a quotation is right, from its evidence."""
    *slopes, intercept = weights["calibration"].tolist()
    logit = intercept + sum(slope * value for slope, value in zip(slopes, evidence, strict=True))
    return float(1 / (1 + np.exp(-logit)))
