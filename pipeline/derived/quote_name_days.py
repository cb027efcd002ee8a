"""Whom those name who are quoted, counted by day, outlet, speaker and entity."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.curation.corrected import corrected_quotes
from pipeline.curation.decisions import Decisions
from pipeline.derived.counts_by_day import counted
from pipeline.derived.decided import with_merges, with_splits
from schemas import QuoteNameDay

READS_COLUMNS: dict[str, list[str] | None] = {
    "articles": ["article_id", "source"],
    "quotes": ["article_id", "day", "quote_id", "speaker_entity_id", "content_spans"],
    "mentions": ["article_id", "entity_id", "start_char", "end_char", "kind"],
}
"""The tables of a day that the rows are made of, and which of their columns."""

_APART = 1 << 32
"""More than any text has code points: offsets of different articles stay apart."""


def rows(tables: Mapping[str, pa.Table], decisions: Decisions | None = None) -> pa.Table:
    """Return the rows of a day: in how many quotations each outlet has a speaker name an entity.

    Args:
        tables: those of `READS_COLUMNS`, of the day.
        decisions: splits, merges and corrected speakers.
    """
    quotes, mentions = tables["quotes"], tables["mentions"]
    if decisions is not None:
        quotes = corrected_quotes(quotes, decisions.speakers)
    quotes = quotes.select(READS_COLUMNS["quotes"]).rename_columns({"speaker_entity_id": "speaker_id"})
    quotes = _decided(quotes.filter(pc.is_valid(quotes["speaker_id"])), "speaker_id", decisions)
    is_name = pc.and_(pc.equal(mentions["kind"], "name"), pc.is_valid(mentions["entity_id"]))
    names = _decided(mentions.filter(is_name), "entity_id", decisions)
    named = _named(quotes.combine_chunks(), names.combine_chunks(), tables["articles"])
    ones = pa.repeat(pa.scalar(1, pa.int32()), len(named))
    return counted(named.append_column("n_quotes", ones), tables["articles"], None, QuoteNameDay)


def _decided(table: pa.Table, column: str, decisions: Decisions | None) -> pa.Table:
    return with_merges(with_splits(table, decisions, column=column), decisions, column=column)


def _named(quotes: pa.Table, names: pa.Table, articles: pa.Table) -> pa.Table:
    """Return each quotation and entity once, where a name of the entity lies within what was said."""
    spans = quotes["content_spans"].combine_chunks()
    of_quote = pc.list_parent_indices(spans).to_numpy(zero_copy_only=False)
    starts, ends = (
        _numbers(pc.struct_field(pc.list_flatten(spans), end)) for end in ("start_char", "end_char")
    )
    article = _places(quotes, articles)[of_quote] * _APART
    begin = _places(names, articles) * _APART + _numbers(names["start_char"])
    order = np.argsort(begin, kind="stable")
    first, after = (np.searchsorted(begin[order], article + at) for at in (starts, ends))
    n_within = after - first  # names that begin in the span; not all need end there
    span = np.repeat(np.arange(len(n_within)), n_within)
    name = order[np.arange(len(span)) + np.repeat(first - np.cumsum(n_within) + n_within, n_within)]
    is_whole = _numbers(names["end_char"])[name] <= ends[span]
    found = quotes.drop_columns("content_spans").take(pa.array(of_quote[span[is_whole]]))
    entities = names["entity_id"].take(pa.array(name[is_whole]))
    found = found.append_column("entity_id", entities)
    return found.group_by(found.column_names).aggregate([])


def _places(table: pa.Table, articles: pa.Table) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the place of each row's article."""
    return _numbers(pc.index_in(table["article_id"], value_set=articles["article_id"].combine_chunks()))


def _numbers(values: pa.Array | pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    found: np.ndarray[tuple[int], np.dtype[np.int64]] = values.to_numpy(zero_copy_only=False).astype(np.int64)
    return found
