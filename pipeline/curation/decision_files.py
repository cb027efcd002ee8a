"""Where human decisions are kept: in a file that people edit, and after it in files of the store.

There is one file in the store for each decision that was noted by command: two who decide at once, on
whatever machines, do not write over each other's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.curation.decisions import Decisions, decisions_of_lines, read_decision, taken_together
from pipeline.errors import ConfigError
from pipeline.identity import checksum
from pipeline.store import Store
from pipeline.store.batch import NOTED_DECISIONS


def load_decisions(path: Path, store: Store) -> Decisions:
    """Return what the file of decisions says, and after it what was noted in the store.

    Raises:
        InputError: a line, or a file of the store, is no decision.
        ConfigError: the file is there but cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        lines = []
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"decisions_file {path} cannot be read: {error}") from None
    return taken_together([*decisions_of_lines(lines, str(path)), *_noted(store)])


def note_decision(store: Store, decision: Mapping[str, Any]) -> str:
    """Note a decision in the store, in a file of its own; return the file's path.

    Raises:
        InputError: it is no decision; nothing is noted.
    """
    text = json.dumps(dict(decision), sort_keys=True, ensure_ascii=False)
    read_decision(text, "this decision")
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    path = f"{NOTED_DECISIONS}/{moment}-{checksum(text)[:8]}.json"
    store.create(path, f"{text}\n".encode())
    return path


_NOTED = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{8}\.json")


def _noted(store: Store) -> Iterator[dict[str, Any]]:
    """Yield the decisions that were noted, in order; what else lies beside them is left aside."""
    for name in store.names(NOTED_DECISIONS):
        if _NOTED.fullmatch(name):
            path = f"{NOTED_DECISIONS}/{name}"
            yield read_decision(store.get(path).decode("utf-8", "replace"), f"{store.root}/{path}")
