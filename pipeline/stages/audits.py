"""What must hold of a day before it is published.

Each check is a function of the day's tables that returns what it found wrong, a line each; `audit` runs
them all. They are about the contract with analysts, not about the quality of extraction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.settings import Settings
from pipeline.store.plan import IngestCounts
from schemas import TABLES
from schemas.contract import violations


def audit(tables: Mapping[str, pa.Table], counts: IngestCounts, settings: Settings) -> list[str]:
    """Return what is wrong with a staged day; nothing when it may be published.

    Args:
        tables: the rows of each table of the day.
        counts: of the day's plan.
        settings: bounds on rows and rejects.
    """
    found = [line for name, table in tables.items() for line in violations(table, TABLES[name])]
    if found:
        return found
    found += references(tables)
    found += offsets(tables)
    found += volumes(tables, counts, settings)
    return found


def references(tables: Mapping[str, pa.Table]) -> Iterator[str]:
    """Yield references to rows that are not there.

    A reference from an article's row to an entity must be to an entity of that article.
    """
    for name, table in tables.items():
        for column, other, key in TABLES[name].references:
            values = _pairs(table, column)
            if TABLES[other].key == (key,) and other == "articles":
                known = {(value, value) for value in tables[other][key].to_pylist()}
                values = {(value, value) for _, value in values}
            else:
                known = _pairs(tables[other], key)
            missing = sorted(values - known)
            if missing:
                first = missing[0][1]
                yield f"{name}.{column}: {len(missing)} values are not in {other}.{key}, first {first}"


def offsets(tables: Mapping[str, pa.Table]) -> Iterator[str]:
    """Yield rows whose offsets lie outside the article's text, or cut another text out of it."""
    articles = tables["articles"]
    texts = dict(zip(articles["article_id"].to_pylist(), articles["text"].to_pylist(), strict=True))
    for name in ("mentions", "claims"):
        rows = _columns(tables[name], "article_id", "start_char", "end_char", "text")
        wrong = [row for row in rows if texts[row[0]][row[1] : row[2]] != row[3]]
        if wrong:
            yield f"{name}: {len(wrong)} rows are not the text at their offsets, first {wrong[0]}"
    rows = _columns(tables["quotes"], "article_id", "start_char", "end_char")
    outside = [row for row in rows if not 0 <= row[1] < row[2] <= len(texts[row[0]])]
    if outside:
        yield f"quotes: {len(outside)} rows lie outside their article, first {outside[0]}"


def volumes(tables: Mapping[str, pa.Table], counts: IngestCounts, settings: Settings) -> Iterator[str]:
    """Yield counts that leave their bounds, or do not add up."""
    n_articles, n_rejects, n_records = len(tables["articles"]), len(tables["rejects"]), counts.records
    accounted = n_articles + n_rejects + counts.forgotten
    if accounted != n_records:
        yield f"{n_records} records came in, {accounted} are accounted for (articles, rejects, forgotten)"
    if n_articles < settings.min_articles:
        yield f"{n_articles} articles, fewer than min_articles = {settings.min_articles}"
    if n_records >= settings.min_records_for_rate and n_rejects > settings.max_reject_rate * n_records:
        reasons = pc.value_counts(tables["rejects"]["reason"]).to_pylist()
        most = sorted(reasons, key=lambda r: -r["counts"])[:3]
        yield (
            f"{n_rejects} of {n_records} records were rejected, more than max_reject_rate ="
            f" {settings.max_reject_rate}: " + ", ".join(f"{r['counts']} {r['values']}" for r in most)
        )


def _pairs(table: pa.Table, column: str) -> set[tuple[str, str]]:
    """Return (article_id, value) of all values of a column, lists taken apart."""
    pairs = zip(table["article_id"].to_pylist(), table[column].to_pylist(), strict=True)
    if pa.types.is_list(table[column].type):
        return {(article_id, value) for article_id, values in pairs for value in values}
    return {(article_id, value) for article_id, value in pairs if value is not None}


def _columns(table: pa.Table, *names: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(table[name].to_pylist() for name in names), strict=True)
