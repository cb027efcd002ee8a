"""A day's tables without some of its articles: those that were refused on the way, or taken down."""

from __future__ import annotations

from collections.abc import Mapping, Set

import pyarrow as pa
import pyarrow.compute as pc

from schemas.table import with_values


def without(tables: Mapping[str, pa.Table], article_ids: Set[str]) -> tuple[dict[str, pa.Table], int]:
    """Return a day's tables without some articles, and how many of these there were.

    Where the first of several duplicates goes, the next takes its place.
    """
    ids = pa.array(sorted(article_ids), pa.string())
    articles = tables["articles"]
    kept = articles.filter(pc.invert(pc.is_in(articles["article_id"], value_set=ids)))
    n_left_out = len(articles) - len(kept)
    if not n_left_out and not len(tables["rejects"]):
        return dict(tables), 0
    left = {name: without_rows(table, article_ids) for name, table in tables.items()}
    n_left_out += len(tables["rejects"]) - len(left["rejects"])
    left["articles"] = _mend_duplicates(left["articles"])
    return left, n_left_out


def without_rows(table: pa.Table, article_ids: Set[str]) -> pa.Table:
    """Return a table without the rows of some articles."""
    ids = pa.array(sorted(article_ids), pa.string())
    named = pc.and_(pc.is_valid(table["article_id"]), pc.is_in(table["article_id"], value_set=ids))
    return table.filter(pc.invert(named))


def without_refused(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Return a day's tables without the articles that parse or extract gave up; these are rejects.

    Where the first of several duplicates goes, the next takes its place.
    """
    rejects = tables["rejects"]
    failed = rejects.filter(pc.is_in(rejects["stage"], value_set=pa.array(["parse", "extract"])))
    refused = pa.array(failed["article_id"].to_pylist(), pa.string())
    left = {
        name: table
        if name == "rejects"
        else table.filter(pc.invert(pc.is_in(table["article_id"], value_set=refused)))
        for name, table in tables.items()
    }
    left["articles"] = _mend_duplicates(left["articles"])
    return left


def _mend_duplicates(articles: pa.Table) -> pa.Table:
    """Point duplicates of an article that is gone to the first that is left of them."""
    ids = set(articles["article_id"].to_pylist())
    first: dict[str, str] = {}
    mended = []
    rows = zip(articles["article_id"].to_pylist(), articles["duplicate_of"].to_pylist(), strict=True)
    for article_id, original in rows:
        if original is None or original in ids:
            mended.append(original)
        else:
            mended.append(None if first.setdefault(original, article_id) == article_id else first[original])
    return with_values(articles, "duplicate_of", mended)
