"""Stores for tests of what holds in a folder and on an object store alike."""

from pathlib import Path

from obstore.store import MemoryStore

from pipeline.store import Store
from pipeline.store.bucket import Bucket

URI = "s3://news/corpus"


def in_folder(folder: Path) -> tuple[Store, Store]:
    """Return two stores over one folder, as two machines have them."""
    return Store(str(folder)), Store(str(folder))


def in_bucket() -> tuple[Store, Store]:
    """Return two stores over the same objects, as two machines have them."""
    objects = MemoryStore()
    return Store(URI, Bucket(URI, objects)), Store(URI, Bucket(URI, objects))
