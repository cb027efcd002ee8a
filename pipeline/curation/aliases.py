"""A table of aliases that users may provide to link names: Parquet with alias, id, name, prior, type.

`prior` (0..1) is the share of an alias's uses that mean the id; `type` an entity label (PERSON, ORG, GPE ...)
or null. `python -m pipeline.curation.wikidata` makes such a table from a Wikidata dump.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.components.entities.keys import plain
from pipeline.components.entities.links import LinkCandidate, Lookup
from pipeline.errors import ConfigError

SCHEMA = pa.schema(
    [
        ("alias", pa.string()),
        ("id", pa.string()),
        ("name", pa.string()),
        ("prior", pa.float32()),
        ("type", pa.string()),
    ]
)


def alias_key(name: str) -> str:
    """Return the form in which aliases are compared: no case, accents, full stops or double spaces."""
    return " ".join(plain(name).split())


def lookup_of(setting: str) -> Lookup | None:
    """Return the look-up that the setting `alias_table` asks for; None where it is empty.

    Raises:
        ConfigError: the file cannot be read or lacks a column.
    """
    return open_alias_table(Path(setting)) if setting else None


def open_alias_table(path: Path) -> Lookup:
    """Return the function that looks names up in an alias table.

    The table is held as Arrow arrays, sorted by key, and searched by halving: ten million aliases take about
    a gigabyte.

    Raises:
        ConfigError: the file cannot be read or lacks a column.
    """
    try:
        table = pq.read_table(path, columns=SCHEMA.names).cast(SCHEMA)
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise ConfigError(
            f"alias table {path}: {error}; it must be Parquet with the columns {', '.join(SCHEMA.names)}"
        ) from error
    table = table.filter(pc.and_(pc.is_valid(table["alias"]), pc.is_valid(table["id"])))
    keys = pa.array([alias_key(alias) for alias in table["alias"].to_pylist()], pa.large_string())
    table = table.append_column("key", keys).sort_by(
        [("key", "ascending"), ("prior", "descending"), ("id", "ascending")]
    )
    sorted_keys = table["key"].combine_chunks() if len(table) else keys
    columns = [table[name].combine_chunks() for name in ("id", "name", "prior", "type")]

    def first(key: str) -> int:
        low, high = 0, len(sorted_keys)
        while low < high:
            middle = (low + high) // 2
            if sorted_keys[middle].as_py() < key:
                low = middle + 1
            else:
                high = middle
        return low

    @lru_cache(maxsize=65536)
    def lookup(name: str) -> Sequence[LinkCandidate]:
        key = alias_key(name)
        at = first(key)
        found = []
        while at < len(sorted_keys) and sorted_keys[at].as_py() == key:
            item, label, prior, kind = (column[at].as_py() for column in columns)
            found.append(LinkCandidate(id=item, name=label or name, prior=prior or 0.0, type=kind or ""))
            at += 1
        return tuple(found)

    return lookup
