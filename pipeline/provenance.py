"""What made a row: the code, the model and the settings that count, and the run_id made of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pipeline
import schemas
from pipeline.curation.topics import topics_checksum
from pipeline.identity import checksum, content_id
from pipeline.settings import Settings

ROW_SETTINGS = (
    "nlp_model",
    "languages",
    "alias_table",
    "topics_file",
    "max_record_bytes",
    "max_chars",
    "min_words",
    "timeout_s",
)
"""The settings that can change a row. Others (folders, shard size, processes) only change how it is made."""

_OF_EXTRACTION = ("alias_table", "topics_file")

_CODE = frozenset({".py", ".txt", ".toml", ".npz", ".json", ".tsv", ".parquet"})


@cache
def code_version(files: tuple[str, ...] | None = None) -> str:
    """Return the package's version and a hash of its code, lexicons and weights: '0.1.0+3f2a...'.

    Args:
        files: names of the modules that count; None for all that is in the packages.
    """
    digests = []
    for package in (pipeline, schemas):
        root = Path(next(iter(package.__path__)))
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root.parent).as_posix()
            if path.suffix in _CODE and (files is None or name in files):
                digests.append(f"{name} {checksum(path.read_bytes())}")
    return f"{pipeline.__version__}+{checksum('\n'.join(digests))[:12]}"


def row_settings(settings: Settings) -> dict[str, str]:
    """Return the settings that can change a row, as text; of the file of topics, its checksum.

    Raises:
        ConfigError: the file of topics cannot be read.
    """
    values = {name: str(getattr(settings, name)) for name in ROW_SETTINGS}
    return values | {"topics_file": topics_checksum(settings.topics_file)}


def parse_settings(settings: Settings) -> dict[str, str]:
    """Return the settings that can change a parse, as text: other topics or aliases need no other one."""
    return {name: str(getattr(settings, name)) for name in ROW_SETTINGS if name not in _OF_EXTRACTION}


def run_id(*, inputs: str, code: str, model: str, settings: dict[str, str]) -> str:
    """Return the id of a run: the same for the same input, code, model and settings.

    Args:
        inputs: checksum of what went in.
        code: see `code_version`.
        model: name and version of the model.
        settings: see `row_settings`.
    """
    return content_id("run", inputs, code, model, *(f"{k}={v}" for k, v in sorted(settings.items())))
