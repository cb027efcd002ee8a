"""Values as cells of a spreadsheet or a line of JSON: lists as JSON, formulas without their power."""

from __future__ import annotations

import json
import math
import re
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

# What spreadsheets take for a formula, blanks before it included (https://owasp.org/www-community/attacks/
# CSV_Injection); a number is none, whatever its sign.
_FORMULA = r"^\s*[=+\-@＝＋－＠]|^[\t\r\n]"
_NUMBER = r"^\s*[+-]?(\d[\d., ]*|\.\d+)([eE][+-]?\d+)?\s*%?\s*$"
_IS_FORMULA, _IS_NUMBER = re.compile(_FORMULA), re.compile(_NUMBER)


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet may take a text for a formula."""
    return _IS_FORMULA.search(text) is not None and _IS_NUMBER.search(text) is None


def defused(texts: pa.Array) -> pa.Array:
    """Return texts of which those that may be taken for a formula begin with an apostrophe.

    Args:
        texts: strings; nulls and empty ones stay what they are.
    """
    are_formulas = pc.and_not(
        pc.match_substring_regex(texts, _FORMULA), pc.match_substring_regex(texts, _NUMBER)
    )
    return pc.if_else(are_formulas, pc.binary_join_element_wise("'", texts, ""), texts)


def flat(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch without nested columns: a list or a struct is a text of JSON."""
    columns = []
    for field, column in zip(batch.schema, batch.columns, strict=True):
        if pa.types.is_nested(field.type):
            texts = [None if value is None else as_json(value) for value in column.to_pylist()]
            columns.append(pa.array(texts, pa.string()))
        elif pa.types.is_dictionary(field.type):
            columns.append(column.dictionary_decode())
        else:
            columns.append(column)
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def is_text(kind: pa.DataType) -> bool:
    """Tell whether values of a type are texts."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def as_json(value: Any) -> str:
    """Return a value as JSON text, without blanks between: dates and times in ISO 8601, no NaN."""
    return json.dumps(json_value(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def json_value(value: Any) -> Any:
    """Return a value as JSON has it: dates and times as texts of ISO 8601 (in UTC), NaN as null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [json_value(one) for one in value]
    if isinstance(value, dict):
        return {key: json_value(one) for key, one in value.items()}
    return value
