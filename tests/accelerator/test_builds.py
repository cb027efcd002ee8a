"""A build is used only where it fits, and what is refused is told."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.accelerator import builds
from pipeline.accelerator.builds import STAMP, VARIABLE, misfit, stamp_of, usable_build

SOURCES = ["pipeline/identity.py", "pipeline/components/layers.py"]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    stamp = stamp_of({"pipeline.identity": "identity.so"}, SOURCES)
    (tmp_path / STAMP).write_text(json.dumps(stamp), encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    usable_build.cache_clear()
    yield tmp_path
    usable_build.cache_clear()


def change(build: Path, part: str, key: str, value: str) -> None:
    stamp = json.loads((build / STAMP).read_text())
    stamp[part][key] = value
    (build / STAMP).write_text(json.dumps(stamp))


def test_a_build_of_the_code_that_runs_is_used(build: Path) -> None:
    found = usable_build()
    assert found is not None
    assert found.folder == build
    assert found.modules == {"pipeline.identity": "identity.so"}


@pytest.mark.parametrize(
    ("part", "key", "value", "said"),
    [
        ("sources", "pipeline/identity.py", "0" * 64, "pipeline/identity.py has changed"),
        ("sources", "pipeline/gone.py", "0" * 64, "pipeline/gone.py has changed"),
        ("bound_to", "spacy", "3.7.0", "it was built for spacy 3.7.0"),
        ("bound_to", "Python", ".cpython-311.so", "it was built for Python .cpython-311.so"),
    ],
)
def test_one_that_does_not_fit_is_refused_in_one_line(
    build: Path, caplog: pytest.LogCaptureFixture, part: str, key: str, value: str, said: str
) -> None:
    change(build, part, key, value)
    with caplog.at_level(logging.WARNING):
        assert usable_build() is None
        assert usable_build() is None
    (record,) = caplog.records
    assert said in record.getMessage()
    assert "make fast" in record.getMessage()


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"bound_to": {}, "sources": {}}'])
def test_a_stamp_that_cannot_be_read_is_refused(
    build: Path, caplog: pytest.LogCaptureFixture, content: str
) -> None:
    (build / STAMP).write_text(content)
    assert usable_build() is None
    assert "cannot be read" in caplog.text


def test_it_can_be_turned_off_and_where_there_is_none_nothing_is_said(
    build: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(VARIABLE, "off")
    assert usable_build() is None
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setattr(builds, "ROOT", build)
    usable_build.cache_clear()
    assert usable_build() is None
    assert not caplog.records


def test_what_changes_with_the_sources_is_the_stamp() -> None:
    stamp = stamp_of({}, SOURCES)
    assert misfit(stamp) is None
    assert set(stamp["sources"]) == set(SOURCES)
    assert {"Python", "spacy", "thinc"} <= stamp["bound_to"].keys()
