"""Each column that an extractor fills has a place in docs/quality.md."""

from quality.web.columns import COLUMNS, ELSEWHERE
from schemas import ClaimRow, EntityRow, MentionRow, Quote

_OF_ARTICLES = {"article_id"}


def test_each_column_is_judged_or_said_to_be_judged_elsewhere() -> None:
    judged = {f"{column.table}.{name}" for column in COLUMNS for name in column.column.split(", ")}
    elsewhere = [name for _, names in ELSEWHERE for name in names]
    assert len(elsewhere) == len(set(elsewhere))
    assert judged.isdisjoint(elsewhere)
    filled = {
        f"{row.table_name}.{name}"
        for row in (EntityRow, MentionRow, Quote, ClaimRow)
        for name in row.__annotations__
        if name not in {"table_name", "key", "order", "references", *_OF_ARTICLES}
    }
    assert judged | set(elsewhere) == filled
