"""Charts over all published days, from tables that hold a day's numbers ready."""

from __future__ import annotations

from markupsafe import Markup

from pipeline.desk.explorer.charts import days_chart
from pipeline.desk.explorer.pages.people import Meant
from pipeline.desk.explorer.snapshot import Snapshot

_SPEAKER = (
    "select day, sum(n_quotes) as n from speaker_days where speaker_id in (select unnest($ids)) group by day"
)
_ENTITY = (
    "select day, sum(n_articles) as n from entity_days where entity_id in (select unnest($ids)) group by day"
)
_SELECTS = {"speaker_days": (_SPEAKER, "quotations"), "entity_days": (_ENTITY, "articles")}


def year_chart(snapshot: Snapshot, table: str, entity: Meant) -> Markup | None:
    """Return a chart over all published days; None where these are the window's, or the table is not derived.

    Args:
        snapshot: the tables.
        table: `speaker_days` or `entity_days`.
        entity: who.
    """
    if snapshot.days_of_window == snapshot.days or not snapshot.has(table):
        return None
    sql, what = _SELECTS[table]
    counts = {row["day"]: int(row["n"]) for row in snapshot.rows(sql, {"ids": entity.ids}, days=[])}
    return days_chart(counts, snapshot.days[0], snapshot.days[-1], what=what)
