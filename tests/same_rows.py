"""Compare the rows of two commits: all tables of all sample articles, and all derived tables.

    python tests/same_rows.py make FOLDER      # by the code of this checkout: the sample's days, in FOLDER
    python tests/same_rows.py compare A B      # exit 1 and a list where they differ

What names a run and not a row is left aside: the column `run_id`, lineage in the footers, manifests. A change
that should move no row is made like this: `make` in a checkout before and one after it, then `compare`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).parents[1]
DAYS = ("2026-03-01", "2026-03-04")
NO_ROWS = ("run_id",)


def make(folder: Path) -> None:
    """Run the sample's days without Airflow, and extract its articles without a store."""
    own = {
        "NEWSTABLES_SOURCE": "drop",
        "NEWSTABLES_DROP_DIR": str(ROOT / "data" / "sample"),
        "NEWSTABLES_DATA_DIR": str(folder),
    }
    command = [sys.executable, "-m", "pipeline", "run", *DAYS]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | own, stdout=subprocess.DEVNULL)


def tables(folder: Path) -> dict[str, pa.Table]:
    """Return all rows that stand in a data folder, by path, without what names their run."""
    found = {}
    for path in sorted((folder / "tables").glob("[!_]*/*.parquet")):
        table = pq.read_table(path).replace_schema_metadata(None)
        left = [name for name in table.column_names if name not in NO_ROWS]
        found[str(path.relative_to(folder))] = table.select(left)
    return found


def differences(before: Path, after: Path) -> list[str]:
    """Return a line for each file whose rows are not the same."""
    old, new = tables(before), tables(after)
    found = [f"{path}: only before" for path in sorted(old.keys() - new.keys())]
    found += [f"{path}: only after" for path in sorted(new.keys() - old.keys())]
    for path in sorted(old.keys() & new.keys()):
        a, b = old[path], new[path]
        if a.schema != b.schema:
            found.append(f"{path}: other columns: {set(map(str, a.schema)) ^ set(map(str, b.schema))}")
        elif not a.equals(b):
            changed = [name for name in a.column_names if len(a) == len(b) and not a[name].equals(b[name])]
            found.append(f"{path}: {len(a)} rows before, {len(b)} after; columns that differ: {changed}")
    return found


def main(arguments: list[str]) -> int:
    """Do what the module's docstring says."""
    match arguments:
        case ["make", folder]:
            make(Path(folder).resolve())
            return 0
        case ["compare", before, after]:
            found = differences(Path(before), Path(after))
            n_rows = sum(len(table) for table in tables(Path(before)).values())
            print("\n".join(found) or f"the same: {len(tables(Path(before)))} files, {n_rows} rows")
            return 1 if found else 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
