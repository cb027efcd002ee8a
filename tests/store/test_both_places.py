"""A folder and an object store keep the same promises."""

from collections.abc import Callable
from pathlib import Path

import pytest
from contract_of_places import CONTRACT, Stores
from two_stores import in_bucket, in_folder

from pipeline.store import leases


@pytest.mark.parametrize("promise", CONTRACT, ids=lambda promise: promise.__name__)
@pytest.mark.parametrize("place", ["folder", "bucket"])
def test_what_a_store_promises(
    place: str, promise: Callable[[Stores], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LOOK_S", 0.01)
    promise(in_folder(tmp_path) if place == "folder" else in_bucket())
