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
from pipeline.store.gathered import gathered, note_gathered


def load_decisions(path: Path, store: Store, *, is_read_through: bool = False) -> Decisions:
    """Return what the file of decisions says, and after it what was noted in the store.

    Args:
        path: of the file.
        store: where decisions are noted by command.
        is_read_through: read each of these, also where its content is known.

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
    return taken_together([*decisions_of_lines(lines, str(path)), *_noted(store, is_read_through)])


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


def note_decisions(store: Store) -> None:
    """Write down in one object what all noted decisions say: a night need not read them one by one."""
    note_gathered(store, gathered(store, NOTED_DECISIONS, _NOTED))


_NOTED = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{8}\.json")


def _noted(store: Store, is_read_through: bool) -> Iterator[dict[str, Any]]:
    """Yield the decisions that were noted, in order; what else lies beside them is left aside."""
    found = gathered(store, NOTED_DECISIONS, _NOTED, is_read_through=is_read_through)
    for name, text in found.texts.items():
        yield read_decision(text, f"{store.root}/{NOTED_DECISIONS}/{name}")
