"""The checksum of each published file below a store, as JSON: python -m deploy.cluster.published URI."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pipeline.identity import checksum
from pipeline.store.bucket import Bucket


def published(root: str) -> dict[str, str]:
    """Return the checksum of each file below `tables`, by its path."""
    if "://" not in root:
        tables = Path(root) / "tables"
        files = {p.relative_to(root).as_posix(): p for p in tables.rglob("*") if p.is_file()}
        return {path: checksum(file.read_bytes()) for path, file in sorted(files.items())}
    bucket = Bucket(root)
    paths = sorted(found.path for found in bucket.below() if found.path.startswith("tables/"))
    return {path: checksum(bucket.get(path)) for path in paths}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(published(sys.argv[1])))
