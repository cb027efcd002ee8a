"""What lies on the disk or an object store, and where; nothing else in the project opens a file of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.store.files import Store as Store
    from pipeline.store.files import to_parquet as to_parquet
    from pipeline.store.folder import replacing as replacing


def __getattr__(name: str) -> Any:
    # Paths and plans are read by Airflow's DAG file, which must not load pyarrow.
    if name in ("Store", "replacing", "to_parquet"):
        from pipeline.store import files, folder

        return getattr(folder if name == "replacing" else files, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
