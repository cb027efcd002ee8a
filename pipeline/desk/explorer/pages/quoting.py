"""Who quotes whom: outlets and the speakers they quote, speakers and those they name.

Tables that count by day answer where they can, which takes a tenth of the time: all kinds of quotations, with
reprints, once what was published and decided is derived. Else the views answer, row by row. Both give the
same rows.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from pipeline.desk.explorer.asked import Asked, Shown

N_OUTLETS, N_SPEAKERS, N_PAIRS = 12, 20, 40

_FILTERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("speakers", "cells", "outlets"), ("kind", "once", "outlet")),
    "names": ("once", "outlet"),
}

_BY_ROW = {
    "speakers": """
    select speaker_id, any_value(speaker_name) as name, any_value(speaker_label) as label, count(*) as n
    from said where speaker_id is not null and {condition}
    group by speaker_id order by n desc, name, speaker_id limit $n""",
    "cells": """
    select outlet, speaker_id, count(*) as n from said
    where speaker_id in (select unnest($speakers)) and {condition} group by outlet, speaker_id""",
    "outlets": """
    select outlet, speaker_id, any_value(speaker_name) as speaker, any_value(speaker_label) as label,
        count(*) as n_quotes
    from said where speaker_id is not null and {condition}
    group by outlet, speaker_id order by n_quotes desc, outlet, speaker, speaker_id limit $n""",
    "names": """
    select speaker_id, any_value(speaker_name) as speaker, entity_id, any_value(name) as name,
        any_value(label) as label, count(*) as n_quotes, count(distinct outlet) as n_outlets
    from quote_names
    where speaker_id is not null and not is_speaker and n_named > 0 and {condition}
    group by speaker_id, entity_id
    order by n_quotes desc, n_outlets desc, speaker, name, speaker_id, entity_id limit $n""",
}
_MOST = "n_quotes >= (select min(n_quotes) from (from counted order by n_quotes desc limit $n))"
"""Names are looked up of those alone that may come first."""

_BY_DAY = {
    "speakers": f"""
    with counted as materialized (
        select speaker_id, sum(n_quotes)::bigint as n_quotes
        from speaker_days where {{condition}} group by speaker_id
    )
    select c.speaker_id, i.name, i.label, c.n_quotes as n
    from (from counted where {_MOST}) c left join entity_index i on i.entity_id = c.speaker_id
    order by n desc, i.name, c.speaker_id limit $n""",
    "cells": """
    select outlet, speaker_id, sum(n_quotes)::bigint as n from speaker_days
    where speaker_id in (select unnest($speakers)) and {condition} group by outlet, speaker_id""",
    "outlets": f"""
    with counted as materialized (
        select outlet, speaker_id, sum(n_quotes)::bigint as n_quotes
        from speaker_days where {{condition}} group by outlet, speaker_id
    )
    select c.outlet, c.speaker_id, i.name as speaker, i.label, c.n_quotes
    from (from counted where {_MOST}) c left join entity_index i on i.entity_id = c.speaker_id
    order by c.n_quotes desc, c.outlet, speaker, c.speaker_id limit $n""",
    "names": f"""
    with counted as materialized (
        select speaker_id, entity_id, sum(n_quotes)::bigint as n_quotes, count(distinct outlet) as n_outlets
        from quote_name_days where speaker_id <> entity_id and {{condition}} group by speaker_id, entity_id
    )
    select c.speaker_id, s.name as speaker, c.entity_id, i.name, i.label, c.n_quotes, c.n_outlets
    from (from counted where {_MOST}) c
    left join entity_index s on s.entity_id = c.speaker_id
    left join entity_index i on i.entity_id = c.entity_id
    order by c.n_quotes desc, c.n_outlets desc, speaker, i.name, c.speaker_id, c.entity_id limit $n""",
}
"""The same, from what is counted by day."""

WHOLE = ("outlets", "names")
"""Both tables of the page, which can be taken away whole."""

_ALL = 1 << 40


def select(asked: Asked, name: str, n: int = _ALL) -> tuple[str, dict[str, Any]]:
    """Return a select of what the filters leave, and its values.

    Args:
        asked: the request.
        name: `speakers`, `cells` (with the value `speakers`), or of `WHOLE`.
        n: at most so many rows, those with the most quotations.
    """
    filters = asked.filters
    condition, values = filters.conditions(*_FILTERS[name])
    selects = _BY_ROW
    if "kind" not in values and not filters.is_once and asked.snapshot.is_counted:
        selects = _BY_DAY
        condition = f"day between $first and $last and {condition}"
        values |= filters.between
    if name != "cells":
        values["n"] = n
    return selects[name].format(condition=condition), values


def quoting(asked: Asked) -> Shown:
    """Return the table of outlets and speakers, and the pairs of speakers and those they name."""
    snapshot = asked.snapshot
    speakers = snapshot.rows(*select(asked, "speakers", N_SPEAKERS))
    ids = [row["speaker_id"] for row in speakers]
    sql, values = select(asked, "cells")
    cells = snapshot.rows(sql, {**values, "speakers": ids}) if ids else []
    by_outlet: Counter[str] = Counter()
    for cell in cells:
        by_outlet[cell["outlet"]] += cell["n"]
    outlets = sorted(by_outlet, key=lambda outlet: (-by_outlet[outlet], outlet))[:N_OUTLETS]
    counts: dict[Any, int] = {(cell["outlet"], cell["speaker_id"]): cell["n"] for cell in cells}
    return Shown(
        "quoting.html",
        {
            "speakers": speakers,
            "outlets": outlets,
            "counts": counts,
            "most": max(counts.values(), default=0),
            "pairs": snapshot.rows(*select(asked, "names", N_PAIRS)),
        },
    )
