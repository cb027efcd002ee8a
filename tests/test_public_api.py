"""What is public changes only where somebody says so."""

from difflib import unified_diff
from pathlib import Path

import pytest
from public_api import public_api

WRITTEN = Path(__file__).parents[1] / "docs" / "public-api.txt"


def test_what_is_public_is_what_is_written_down() -> None:
    written, now = WRITTEN.read_text(encoding="utf-8"), public_api()
    if written != now:
        before, after = written.splitlines(), now.splitlines()
        difference = unified_diff(before, after, WRITTEN.name, "now", lineterm="", n=0)
        pytest.fail("\n".join([*difference, "where it is meant: make api"]), pytrace=False)
