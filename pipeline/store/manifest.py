"""The manifest of a published day: its run, counts and checksums. A day is published once it has one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import ValidationError

from pipeline.errors import DamagedError
from pipeline.store.batch import MANIFESTS, day_of_name, manifest_path
from pipeline.store.contract import Contract, as_object, why
from pipeline.store.plan import IngestCounts, InputFile

if TYPE_CHECKING:
    from pipeline.store.files import Store


class Origin(Contract):
    """What a day's rows were made with: code, model, and the settings that can change a row."""

    code: str
    model: str
    settings: dict[str, str]


class PublishedTable(Contract):
    """One file of a published day."""

    rows: int
    sha256: str


class Manifest(Contract):
    """What stands published for a day.

    Attributes:
        version: of this format; 0 is what was written before manifests had one, and is still read.
        day: the day.
        run_id: of all rows.
        schema_version: of the tables.
        code: that made the rows, see `provenance.ROWS`.
        model: name and version; "none" where nothing was to be parsed.
        settings: that can change a row, as text.
        is_empty: there are no articles.
        counts: of records; `forgotten` also counts what was taken down since.
        inputs: what was taken from which file.
        tables: by name.
    """

    version: Literal[0, 1] = 1
    day: date
    run_id: str
    schema_version: int
    code: str
    model: str
    settings: dict[str, str]
    is_empty: bool
    counts: IngestCounts
    inputs: tuple[InputFile, ...]
    tables: Mapping[str, PublishedTable]

    @property
    def origin(self) -> Origin:
        """What the day's rows were made with."""
        return Origin(code=self.code, model=self.model, settings=self.settings)


def find_manifest(store: Store, day: date) -> Manifest | None:
    """Return the manifest of a day; None where it is not published.

    Raises:
        DamagedError: the file is no manifest that this version knows.
    """
    path = manifest_path(day)
    data = store.find(path)
    if data is None:
        return None
    value = as_object(data)
    if value is None:
        raise DamagedError(f"{store.root}/{path} is damaged: {run_again(day)}", path=path)
    try:
        return Manifest.model_validate({"version": 0, **value})
    except ValidationError as error:
        message = f"{store.root}/{path} is no manifest that this version of Newstables knows ({why(error)})"
        raise DamagedError(f"{message}: {run_again(day)}", path=path) from None


def run_again(day: date) -> str:
    """Return the remedy for whatever is wrong with a published day."""
    return f"run the day again (python -m pipeline run {day})"


def write_manifest(store: Store, manifest: Manifest) -> None:
    """Put a manifest into the store: with it a day is published."""
    store.put(manifest_path(manifest.day), manifest.to_bytes())


def published_days(store: Store) -> list[date]:
    """Return the published days, in order; what else lies beside the manifests is left aside."""
    return [day for name in store.names(MANIFESTS) if (day := day_of_name(name, ".json")) is not None]


def manifests(store: Store) -> dict[date, Manifest]:
    """Return the whole manifests of all published days, in order; `days.py` has them in short.

    Raises:
        DamagedError: one or more cannot be read; all of them are named.
    """
    found = {}
    damaged: list[DamagedError] = []
    for day in published_days(store):
        try:
            manifest = find_manifest(store, day)
        except DamagedError as error:
            damaged.append(error)
            continue
        if manifest is not None:
            found[day] = manifest
    if damaged:
        raise DamagedError("; ".join(map(str, damaged)), path=damaged[0].path)
    return found
