"""Quotations in the lines of Quotebank's quotation-centric data: each distinct quotation once.

Fields and when two quotations are one: https://zenodo.org/records/4277311, and Vaucher et al., Quotebank: A
Corpus of Quotations from a Decade of News, WSDM 2021 (https://doi.org/10.1145/3437963.3441760).
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.desk.exports.layered import LayeredArticle

NOBODY = "None"
"""The speaker where none is known, as Quotebank writes it."""
PHASE = "E"
"""Quotebank's last: text that kept its case and its marks."""


@dataclass(slots=True)
class _Occurrences:
    """What is known of a distinct quotation so far."""

    longest: str = ""
    first: str = "9999"
    n: int = 0
    urls: dict[str, None] = field(default_factory=dict)
    scores: Counter[str] = field(default_factory=Counter)
    qids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def quotebank_lines(articles: Iterator[LayeredArticle]) -> Iterator[dict[str, Any]]:
    """Yield a line for each distinct direct quotation, by the date of its first occurrence.

    Two quotations are one where they differ in case, punctuation and blanks only. `probas` holds named
    speakers with the mean of `quotes.score` over all occurrences, what is left being nobody's. All distinct
    quotations are in memory at once.
    """
    together: dict[str, _Occurrences] = defaultdict(_Occurrences)
    for found in articles:
        qids = {entity["entity_id"]: entity["wikidata_id"] for entity in found.entities}
        at = found.at.replace("T", " ").replace("Z", "")
        at = at if " " in at else f"{at} 00:00:00"
        for quote in found.quotes:
            key = _same(quote["content"])
            if quote["kind"] != "direct" or not key:
                continue
            one = together[key]
            one.n += 1
            one.longest = max(one.longest, quote["content"], key=lambda text: (len(text), text))
            one.first = min(one.first, at)
            if found.article["url"]:
                one.urls[found.article["url"]] = None
            if name := quote["speaker_name"]:
                one.scores[name] += quote["score"]
                if qid := qids.get(quote["speaker_entity_id"]):
                    one.qids[name].add(qid)
    n_of_date: Counter[str] = Counter()
    for _, one in sorted(together.items(), key=lambda item: (item[1].first, item[0])):
        day = one.first[:10]
        yield _line(f"{day}-{n_of_date[day]:06d}", one)
        n_of_date[day] += 1


def _line(quote_id: str, one: _Occurrences) -> dict[str, Any]:
    probas = {name: score / one.n for name, score in one.scores.items()}
    probas[NOBODY] = max(0.0, 1.0 - sum(probas.values()))
    ranked = sorted(probas.items(), key=lambda item: (-item[1], item[0]))
    speaker = ranked[0][0]
    return {
        "quoteID": quote_id,
        "quotation": one.longest,
        "speaker": speaker,
        "qids": sorted(one.qids.get(speaker, ())),
        "date": one.first,
        "numOccurrences": one.n,
        "probas": [[name, f"{proba:.4f}"] for name, proba in ranked],
        "urls": list(one.urls),
        "phase": PHASE,
    }


def _same(text: str) -> str:
    """Return what two quotations share that are the same: lower case, without punctuation."""
    kept = (" " if c.isspace() else c for c in text.lower() if not unicodedata.category(c).startswith("P"))
    return " ".join("".join(kept).split())
