"""Arrow tables as pandas frames, in less memory than `Table.to_pandas` takes: arrays of lists are large."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def frame_of(rows: pa.Table) -> pd.DataFrame:
    """Return the frame that `rows.to_pandas()` is, but for empty lists, which are all the same array.

    A column is let go of once it is made, where the caller does not hold the rows; the largest goes first.
    """
    names, index = rows.column_names, pd.RangeIndex(len(rows))
    made: dict[str, Any] = {}
    for name in sorted(names, key=lambda name: -rows[name].nbytes):
        made[name] = _column(rows[name])
        rows = rows.drop_columns([name])
    return pd.DataFrame({name: made[name] for name in names}, index=index, columns=names, copy=False)


def _column(column: pa.ChunkedArray) -> Any:
    if not pa.types.is_list(column.type):
        return column.to_pandas()
    is_kept = pc.fill_null(pc.greater(pc.list_value_length(column), 0), True).to_numpy()
    made = np.empty(len(column), dtype=object)
    [empty] = pa.array([[]], column.type).to_pandas()
    for at in np.flatnonzero(~is_kept):
        made[at] = empty
    made[is_kept] = column.filter(pa.array(is_kept)).to_pandas().to_numpy()
    return made
