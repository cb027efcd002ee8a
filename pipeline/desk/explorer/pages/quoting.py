"""Who quotes whom: outlets and the speakers they quote, speakers and those they name."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pipeline.desk.explorer.asked import Asked, Shown

N_OUTLETS, N_SPEAKERS, N_PAIRS = 12, 20, 40

_SPEAKERS = """
    select speaker_id, any_value(speaker_name) as name, any_value(speaker_label) as label, count(*) as n
    from said where speaker_id is not null and {condition}
    group by speaker_id order by n desc, name limit $n"""
_CELLS = """
    select outlet, speaker_id, count(*) as n from said
    where speaker_id in (select unnest($speakers)) and {condition} group by outlet, speaker_id"""
_PAIRS = """
    select speaker_id, any_value(speaker_name) as speaker, entity_id, any_value(name) as name,
        any_value(label) as label, count(*) as n, count(distinct outlet) as n_outlets
    from quote_names
    where speaker_id is not null and not is_speaker and n_named > 0 and {condition}
    group by speaker_id, entity_id order by n desc, n_outlets desc, speaker, name limit $n"""

WHOLE = {
    "outlets": """
    select outlet, speaker_id, any_value(speaker_name) as speaker, any_value(speaker_label) as label,
        count(*) as n_quotes
    from said where speaker_id is not null and {condition}
    group by outlet, speaker_id order by n_quotes desc, outlet, speaker, speaker_id""",
    "names": """
    select speaker_id, any_value(speaker_name) as speaker, entity_id, any_value(name) as name,
        any_value(label) as label, count(*) as n_quotes, count(distinct outlet) as n_outlets
    from quote_names
    where speaker_id is not null and not is_speaker and n_named > 0 and {condition}
    group by speaker_id, entity_id order by n_quotes desc, n_outlets desc, speaker, name, entity_id""",
}
"""Both tables of the page, whole."""


def quoting(asked: Asked) -> Shown:
    """Return the table of outlets and speakers, and the pairs of speakers and those they name."""
    snapshot, filters = asked.snapshot, asked.filters
    of_quotes, values = filters.conditions("kind", "once", "outlet")
    of_names, name_values = filters.conditions("once", "outlet")
    speakers = snapshot.rows(_SPEAKERS.format(condition=of_quotes), {**values, "n": N_SPEAKERS})
    ids = [row["speaker_id"] for row in speakers]
    cells = snapshot.rows(_CELLS.format(condition=of_quotes), {**values, "speakers": ids}) if ids else []
    by_outlet: Counter[str] = Counter()
    for cell in cells:
        by_outlet[cell["outlet"]] += cell["n"]
    outlets = [outlet for outlet, _ in by_outlet.most_common(N_OUTLETS)]
    counts: dict[Any, int] = {(cell["outlet"], cell["speaker_id"]): cell["n"] for cell in cells}
    return Shown(
        "quoting.html",
        {
            "speakers": speakers,
            "outlets": outlets,
            "counts": counts,
            "most": max(counts.values(), default=0),
            "pairs": snapshot.rows(_PAIRS.format(condition=of_names), {**name_values, "n": N_PAIRS}),
        },
    )
