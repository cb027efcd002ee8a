"""The user's file of topics: YAML, topic -> words and example statements."""

from __future__ import annotations

from pathlib import Path

import yaml

from pipeline.components.claims.topics import Topics, read_topics
from pipeline.errors import ConfigError


def topics_of(setting: str) -> Topics | None:
    """Return the topics that the setting `topics_file` asks for; None where it is empty.

    Raises:
        ConfigError: the file cannot be read, or is not a mapping of topics.
    """
    if not setting:
        return None
    try:
        topics = yaml.safe_load(_bytes(setting).decode("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"topics file {setting} is no YAML: {error}") from None
    if not isinstance(topics, dict) or not topics or not all(isinstance(name, str) for name in topics):
        raise ConfigError(
            f"topics file {setting}: expected topics by name, each with lists `words` and `statements`"
        )
    try:
        return read_topics(topics)
    except ValueError as error:
        raise ConfigError(f"topics file {setting}: {error}") from None


def _bytes(setting: str) -> bytes:
    try:
        return Path(setting).read_bytes()
    except OSError as error:
        raise ConfigError(f"topics file {setting} cannot be read: {error.strerror or error}") from None
