"""What made a row: the code, the model and the settings that count, and the run_id made of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import ConfigError
from pipeline.identity import content_id

if TYPE_CHECKING:
    from pipeline.settings import Settings

PARSE = ("pipeline.extract.parse_child",)
"""The modules that make a parse: where what they follow changes, all is parsed again."""

ROWS = ("pipeline.ingest.day_rows", *PARSE, "pipeline.extract.child", "pipeline.store.takeout")
"""The modules that make rows, by which a run is named: of records, of a parse, of what is found in it, and of
what is taken out again. See docs/decisions/0011-code-identity.md for what is not among them, and why."""

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

_FILES = {"alias_table": "alias table", "topics_file": "topics file"}
"""Settings that name a file: its content counts, not its name. Only extraction reads them."""

_OF_INGEST = ("languages", "max_record_bytes", "max_chars", "min_words", "timeout_s")


def row_settings(settings: Settings) -> dict[str, str]:
    """Return the settings that can change a row, as text; of a file that is named, its checksum.

    Raises:
        ConfigError: the file of topics or of aliases cannot be read.
    """
    files = {name: _checksum_of(getattr(settings, name), what) for name, what in _FILES.items()}
    return parse_settings(settings) | files


def parse_settings(settings: Settings) -> dict[str, str]:
    """Return the settings that can change a parse, as text: other topics or aliases need no other one.

    A model in a folder of the user's own counts by its content, an installed one by its name.

    Raises:
        ConfigError: the model's folder cannot be read.
    """
    values = {name: str(getattr(settings, name)) for name in ROW_SETTINGS if name not in _FILES}
    return values | {"nlp_model": _model_of(settings.nlp_model)}


def ingest_settings(settings: Settings) -> dict[str, str]:
    """Return the settings that can change what ingest makes of records, as text."""
    return {name: str(getattr(settings, name)) for name in _OF_INGEST}


def differing(earlier: Mapping[str, str], later: Mapping[str, str]) -> str:
    """Return the settings that stand in both and differ: 'timeout_s 60.0, then 30.0'; "" where none does."""
    both = sorted(earlier.keys() & later.keys())
    return ", ".join(
        f"{name} {earlier[name]}, then {later[name]}" for name in both if earlier[name] != later[name]
    )


def run_id(*, inputs: str, code: str, model: str, settings: Mapping[str, str]) -> str:
    """Return the id of a run: the same for the same input, code, model and settings.

    Args:
        inputs: checksum of what went in.
        code: see `code_version` and `ROWS`.
        model: name and version of the model.
        settings: see `row_settings`.
    """
    return content_id("run", inputs, code, model, *(f"{k}={v}" for k, v in sorted(settings.items())))


def _model_of(setting: str) -> str:
    folder = Path(setting)
    if not (folder / "config.cfg").is_file():
        return setting
    whole = hashlib.sha256()
    try:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            about = path.stat()
            content = _file_checksum(path, about.st_size, about.st_mtime_ns)
            whole.update(f"{path.relative_to(folder).as_posix()}\0{content}\n".encode())
    except OSError as error:
        raise ConfigError(f"model {setting} cannot be read: {error.strerror or error}") from None
    return f"folder {whole.hexdigest()}"


def _checksum_of(setting: str, what: str) -> str:
    if not setting:
        return ""
    path = Path(setting)
    try:
        about = path.stat()
        return _file_checksum(path, about.st_size, about.st_mtime_ns)
    except OSError as error:
        raise ConfigError(f"{what} {setting} cannot be read: {error.strerror or error}") from None


@lru_cache(maxsize=256)
def _file_checksum(path: Path, size: int, mtime_ns: int) -> str:
    """Return the SHA-256 of a file, once for each state of it: a table of aliases may have gigabytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
