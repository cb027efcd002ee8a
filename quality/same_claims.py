"""Pairs of claims labelled by hand: does the grouping take the same claim for the same, and no other.

Two kinds of pairs, in the folder of the gold: `claim_pairs.jsonl` over the articles of `reports.jsonl` (two
spans of text), and `claimdiff_pairs.jsonl` over sentences of ClaimDiff (ids alone; its texts lie beside the
corpora). Two sentences count as the same where they have a claim in common.

Each pair is judged by the weights that were trained without its story or topic, so that the figures are
those of unseen news.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from pipeline.alike.claim_columns import Side
from pipeline.alike.claim_likeness import features, fold_weights, have_context, probability, threshold
from pipeline.alike.claim_links import alike
from pipeline.alike.claim_sketch import Sketch, context_of, sketch_of
from pipeline.extract.annotate import found_rows
from pipeline.extract.article import ArticleText
from pipeline.extract.rows import Rows
from pipeline.identity import content_id
from quality.figures import Figures, Rates, Share
from quality.outside import read_corpus
from quality.parses import Parser
from schemas import ClaimRow
from schemas.table import to_arrow

PAIR_FILES = ("reports.jsonl", "claim_pairs.jsonl")
N_FOLDS = 10
_LEAST_OVERLAP = 0.5

type Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """A labelled pair, and the sketches of the claims that may be meant, one of each side.

    Attributes:
        group: story or topic, which no other fold of the training knows.
    """

    label: str
    group: str
    candidates: list[tuple[Sketch, Sketch]]

    @property
    def fold(self) -> int:
        """Number of the fold that it is judged in."""
        return crc32(self.group.encode()) % N_FOLDS

    def sides(self) -> tuple[Side, Side, NDArray[np.int64]]:
        """Return the candidates as two sides, and the numbers of their rows, which are the same in both."""
        claims = Side.of_sketches([claim for claim, _ in self.candidates])
        others = Side.of_sketches([other for _, other in self.candidates])
        return claims, others, np.arange(len(self.candidates))


def score_own_pairs(gold: Path, parser: Parser) -> Figures:
    """Return precision and recall on the pairs over the project's own articles."""
    return _figures(own_pairs(gold, parser))


def score_claimdiff(corpora: Path, gold: Path, parser: Parser) -> Figures:
    """Return precision and recall on the pairs over ClaimDiff."""
    return _figures(claimdiff_pairs(corpora, gold, parser))


def _figures(pairs: Sequence[Pair]) -> Figures:
    found = rates(pairs)
    return {
        "same claim": found,
        "of those taken for it": Share(int(found.found_hits), int(found.n_found)),
    }


def rates(pairs: Sequence[Pair]) -> Rates:
    """Return precision and recall of what is taken for the same claim."""
    right = found = 0
    for pair in pairs:
        if is_same(pair):
            found += 1
            right += pair.label == "same"
    return Rates(right, sum(pair.label == "same" for pair in pairs), right, found)


def is_same(pair: Pair) -> bool:
    """Whether one of a pair's candidates is taken for the same claim, by the weights of its fold."""
    claims, others, rows = pair.sides()
    may_be = (claims.negated == others.negated) & have_context(claims, others, rows, rows)
    score = probability(features(claims, others, rows, rows), fold_weights()[pair.fold])
    return bool((may_be & (score >= threshold())).any())


def own_pairs(gold: Path, parser: Parser) -> list[Pair]:
    """Return the pairs of `claim_pairs.jsonl`; one whose claims were not found has no candidates."""
    reports = read_corpus(gold / "reports.jsonl")
    story = {report["doc_id"]: report["story"] for report in reports}
    found = _sketches("reports", reports, parser)
    pairs = []
    for pair in read_corpus(gold / "claim_pairs.jsonl"):
        a, b = (_nearest(found[side["doc_id"]], side) for side in (pair["a"], pair["b"]))
        candidates = [(a, b)] if a is not None and b is not None else []
        pairs.append(Pair(pair["label"], story[pair["a"]["doc_id"]], candidates))
    return pairs


def unrelated_pairs(gold: Path, parser: Parser) -> list[Pair]:
    """Return pairs of claims from reports of different stories that have two rare words in common.

    They say different things, whatever they share; nobody had to label them.
    """
    reports = read_corpus(gold / "reports.jsonl")
    story = {content_id("article", report["doc_id"]): report["story"] for report in reports}
    found = _sketches("reports", reports, parser)
    sketches = [sketch for claims in found.values() for _, sketch in claims]
    return [
        Pair("different", story[a.article_id], [(a, b)])
        for a, b in alike(sketches)
        if story[a.article_id] != story[b.article_id]
    ]


def distant_pairs(corpus: Path, parser: Parser, *, every: int, days_apart: int) -> list[Pair]:
    """Return pairs of claims from stories of a news archive that are far apart in time, for training.

    What the sentences of a trade repeat ("terms were not disclosed") is about something else each time.
    """
    reports = [
        {**row, "doc_id": row["id"]}
        for row in read_corpus(corpus)[::every]
        if row["published_at"] and row["text"].strip()
    ]
    found = _sketches(corpus.name.split(".")[0], reports, parser)
    sketches = [sketch for claims in found.values() for _, sketch in claims]
    return [
        Pair("different", a.article_id, [(a, b)])
        for a, b in alike(sketches)
        if abs((a.day - b.day).days) >= days_apart
    ]


def claimdiff_pairs(corpora: Path, gold: Path, parser: Parser) -> list[Pair]:
    """Return the pairs of `claimdiff_pairs.jsonl`, each with all combinations of claims."""
    rows = read_corpus(corpora / "claims" / "claimdiff_strength" / "train.jsonl.gz")
    sentences = {
        f"{row['id']}_{side}": {
            "doc_id": f"{row['id']}_{side}",
            "topic": row["topic"],
            "article": f"{row['topic']} {row[f'article_{side}']}",
            "text": row[f"claim_{side}"],
            "title": row[f"article_{side}"],
            "source": "",
            "published_at": f"{row['date']}T12:00:00+00:00",
        }
        for row in rows
        for side in ("a", "b")
    }
    pairs = read_corpus(gold / "claimdiff_pairs.jsonl")
    wanted = sorted({pair[side] for pair in pairs for side in ("a", "b")})
    found = _sketches("claimdiff", [sentences[name] for name in wanted], parser, together="article")
    return [
        Pair(
            pair["label"],
            sentences[pair["a"]]["topic"],
            [(a, b) for _, a in found[pair["a"]] for _, b in found[pair["b"]]],
        )
        for pair in pairs
    ]


type _Found = list[tuple[tuple[int, int], Sketch]]


def _sketches(
    name: str, reports: Sequence[Record], parser: Parser, *, together: str = "doc_id"
) -> dict[str, _Found]:
    """Return the sketches of each report; the names in reports that share `together` are their context."""
    docs = parser.docs(name, [report["text"] for report in reports])
    rows = [_rows(doc, report) for doc, report in zip(docs, reports, strict=True)]
    names: dict[str, list[str]] = {}
    for report, found in zip(reports, rows, strict=True):
        names.setdefault(report[together], []).extend(e.name for e in found.entities if e.n_named)
    contexts = {key: context_of(of) for key, of in names.items()}
    sketches: dict[str, _Found] = {}
    for report, found in zip(reports, rows, strict=True):
        by_id = {entity.entity_id: entity.name for entity in found.entities}
        about = {"source": report["source"], "wire_source": None}
        day = datetime.fromisoformat(report["published_at"]).date()
        sketches[report["doc_id"]] = [
            ((claim["start_char"], claim["end_char"]), sketch)
            for claim in to_arrow(found.claims, ClaimRow, day=day).to_pylist()
            if (sketch := sketch_of(claim, about, by_id, contexts[report[together]])) is not None
        ]
    return sketches


def _rows(doc: Doc, report: Mapping[str, Any]) -> Rows:
    article = ArticleText(
        article_id=content_id("article", report["doc_id"]),
        record_ref=report["doc_id"],
        text=report["text"],
        title=report["title"],
        source=report["source"],
        published_at=datetime.fromisoformat(report["published_at"]),
    )
    return found_rows(doc, article)


def _nearest(found: _Found, wanted: Mapping[str, Any]) -> Sketch | None:
    """Return the claim that overlaps a span most, if by half of what both cover."""
    best, nearest = _LEAST_OVERLAP, None
    for (start, end), sketch in found:
        common = min(end, wanted["end"]) - max(start, wanted["start"])
        whole = max(end, wanted["end"]) - min(start, wanted["start"])
        if common / whole >= best and (nearest is None or common / whole > best):
            best, nearest = common / whole, sketch
    return nearest
