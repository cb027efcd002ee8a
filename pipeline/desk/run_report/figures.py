"""What a report says of a day: figures and examples, made of the day's published tables and nothing else.

They are kept beside the reports, a file each, since the reports of the four weeks after compare with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import code_identity
from pipeline.store import Store
from pipeline.store.contract import Contract
from pipeline.store.manifest import Manifest
from pipeline.store.published import read_published

FIGURES = "reports/figures"
"""The folder of figures, a file a day (a cache)."""

_MOST_CLAIMS = 10
_MOST_CHARS = 400
"""An example that is longer is cut."""

_READS: dict[str, list[str]] = {
    "articles": ["article_id", "source", "title", "url", "duplicate_of"],
    "entities": ["label"],
    "quotes": ["speaker_entity_id", "is_speech", "score", "kind"],
    "claims": [
        "article_id",
        "text",
        "claimer",
        "claimer_kind",
        "claimer_name",
        "is_self_contained",
        "checkworthiness",
    ],
    "rejects": ["reason", "detail", "record_ref", "stage"],
}


class Outlet(Contract):
    """What came in of an outlet; the columns are those of the table `ingest_report`."""

    records: int = 0
    kept: int = 0
    rejected: int = 0
    duplicates: int = 0
    n_wire: int = 0


class Refused(Contract):
    """Records refused for one reason, and one of them."""

    reason: str
    n: int
    detail: str
    record_ref: str


class WorthChecking(Contract):
    """A claim worth a fact-checker's time, and where it stands."""

    claim: str
    said_by: str
    voice: str
    outlet: str
    n_outlets: int
    title: str
    url: str
    checkworthiness: float


class Figures(Contract):
    """All that a report says of one day.

    Attributes:
        day: the day.
        run_id: of its rows.
        code: that made them.
        model: name and version.
        rows: by table.
        records: that came in, whatever became of them.
        languages: articles by language.
        outlets: by name; what no reader could read is under the empty name.
        quotes_named: quotations whose speaker is an entity.
        quotes_speech: said or written, against thought, wished, planned or shown by figures.
        quotes_score: mean score; None where there are none.
        kinds: quotations by kind.
        labels: entities by label.
        voices: claims by who makes them.
        refused: by reason, the most frequent first.
        claims: most worth checking, each once, of those that can be understood by themselves.
    """

    day: date
    run_id: str
    code: str
    model: str
    rows: dict[str, int]
    records: int
    languages: dict[str, int]
    outlets: dict[str, Outlet]
    quotes_named: int
    quotes_speech: int
    quotes_score: float | None
    kinds: dict[str, int]
    labels: dict[str, int]
    voices: dict[str, int]
    refused: tuple[Refused, ...]
    claims: tuple[WorthChecking, ...]

    @property
    def n_articles(self) -> int:
        """Articles that were kept."""
        return self.rows["articles"]

    @property
    def n_rejected(self) -> int:
        """Records and articles that were refused, by any stage."""
        return self.rows["rejects"]


def figures_of(store: Store, manifest: Manifest) -> Figures:
    """Return the figures of a published day: those that are kept, where they are of this run and this code.

    Raises:
        DamagedError: a file of the day is damaged.
        InputError: the day was published before there was one of the tables.
    """
    path = figures_path(manifest.day)
    made_of = {"run_id": manifest.run_id, "code": code_identity.code_version(__name__)}
    kept = store.read_cache(path)
    if kept.get("made_of") == made_of:
        return Figures.model_validate(kept["figures"])
    tables = {
        name: read_published(store, manifest, name, columns=columns) for name, columns in _READS.items()
    }
    figures = day_figures(manifest, tables)
    store.write_cache(path, {"made_of": made_of, "figures": figures.model_dump(mode="json")})
    return figures


def figures_path(day: date) -> str:
    """Return the path of a day's figures."""
    return f"{FIGURES}/{day.isoformat()}.json"


def day_figures(manifest: Manifest, tables: Mapping[str, pa.Table]) -> Figures:
    """Return the figures of a day, from its manifest and its tables; the same rows give the same figures.

    Args:
        manifest: of the day.
        tables: articles, entities, quotes, claims and rejects, with the columns that are read here.
    """
    outlets: dict[str, Counter[str]] = {}
    for line in manifest.counts.report:
        counted = outlets.setdefault(line.source, Counter())
        for name in Outlet.model_fields:
            counted[name] += getattr(line, name)
        counted["rejected"] += line.undated
    quotes = tables["quotes"]
    score = pc.mean(quotes["score"]).as_py()
    return Figures(
        day=manifest.day,
        run_id=manifest.run_id,
        code=manifest.code,
        model=manifest.model,
        rows={name: table.rows for name, table in sorted(manifest.tables.items())},
        records=manifest.counts.records,
        languages=_sorted(manifest.counts.languages),
        outlets={name: Outlet(**counted) for name, counted in sorted(outlets.items())},
        quotes_named=len(quotes) - quotes["speaker_entity_id"].null_count,
        quotes_speech=pc.sum(quotes["is_speech"]).as_py() or 0,
        quotes_score=None if score is None else round(score, 4),
        kinds=_counts(quotes["kind"]),
        labels=_counts(tables["entities"]["label"]),
        voices=_counts(tables["claims"]["claimer_kind"]),
        refused=_refused(tables["rejects"]),
        claims=_worth_checking(tables["claims"], tables["articles"]),
    )


def _counts(values: pa.ChunkedArray) -> dict[str, int]:
    return _sorted(Counter(values.to_pylist()))


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    """Return counts, the largest first, those of one size by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _refused(rejects: pa.Table) -> tuple[Refused, ...]:
    """Return the reasons with an example each: the record whose reference comes first."""
    by_reason: dict[str, list[dict[str, Any]]] = {}
    for row in rejects.sort_by("record_ref").to_pylist():
        by_reason.setdefault(row["reason"], []).append(row)
    return tuple(
        Refused(
            reason=reason,
            n=len(rows),
            detail=_short(rows[0]["detail"]),
            record_ref=_short(rows[0]["record_ref"]),
        )
        for reason, rows in sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[0]))
    )


def _worth_checking(claims: pa.Table, articles: pa.Table) -> tuple[WorthChecking, ...]:
    """Return the claims most worth checking: not of copies, each wording once, at most two of an article."""
    article = {row["article_id"]: row for row in articles.to_pylist()}
    fit = claims.filter(claims["is_self_contained"]).to_pylist()
    fit = [row for row in fit if article[row["article_id"]]["duplicate_of"] is None]
    outlets_of: dict[str, set[str]] = {}
    for row in fit:
        outlets_of.setdefault(_plain(row["text"]), set()).add(article[row["article_id"]]["source"])
    fit.sort(key=lambda row: (-row["checkworthiness"], row["article_id"], row["text"]))
    chosen: list[WorthChecking] = []
    seen: set[str] = set()
    of_article: Counter[str] = Counter()
    for row in fit:
        plain, source = _plain(row["text"]), article[row["article_id"]]
        if plain in seen or of_article[row["article_id"]] == 2:
            continue
        seen.add(plain)
        of_article[row["article_id"]] += 1
        by_outlet = row["claimer_kind"] == "outlet"
        chosen.append(
            WorthChecking(
                claim=_short(row["text"]),
                said_by=source["source"] if by_outlet else row["claimer_name"] or row["claimer"] or "",
                voice=row["claimer_kind"],
                outlet=source["source"],
                n_outlets=len(outlets_of[plain]),
                title=_short(source["title"] or ""),
                url=source["url"] or "",
                checkworthiness=round(row["checkworthiness"], 4),
            )
        )
        if len(chosen) == _MOST_CLAIMS:
            break
    return tuple(chosen)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _MOST_CHARS else f"{text[: _MOST_CHARS - 1]}…"
