"""DuckDB, closed: it runs single selects, and opens nothing outside the folder of the tables."""

from __future__ import annotations

import duckdb

from pipeline.store import Store
from pipeline.store.batch import TABLES_FOLDER

_MEMORY = "600MB"
"""What DuckDB may take, of all requests together; beyond it sorts and joins go to the disk."""


def need_select(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Make sure that a text is a single select.

    Raises:
        ValueError: it is another statement, or several.
    """
    if [statement.type for statement in con.extract_statements(sql)] != [duckdb.StatementType.SELECT]:
        raise ValueError("only a single select is run")


def connect(store: Store, *, threads: int, spill: str) -> duckdb.DuckDBPyConnection:
    """Return DuckDB, which can open nothing but the tables of a store.

    Args:
        store: where they lie.
        threads: that it may use.
        spill: a folder for what does not fit into memory.
    """
    con = duckdb.connect(
        config={"python_enable_replacements": False, "threads": threads, "memory_limit": _MEMORY}
    )
    con.execute("set timezone = 'UTC'")
    con.execute(f"set temp_directory = {quoted(spill)}")
    # A file that took another's place within a second must not be read from what was kept of that.
    con.execute("set enable_external_file_cache = false")
    con.execute("set autoinstall_known_extensions = false")
    con.execute("set autoload_known_extensions = false")
    if store.local_root is not None:
        folder = str(store.local_root / TABLES_FOLDER)
        con.execute(f"set allowed_directories = [{quoted(folder)}]")
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")
    return con


def quoted(value: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + value.replace("'", "''") + "'"
