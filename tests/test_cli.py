"""The command line tells in one line what is wrong, and with which exit code."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from days import DAY, manifest_of, plan_of

from pipeline import cli
from pipeline.ingest import split
from pipeline.ingest.record import RawRecord
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.manifest import PublishedTable, write_manifest
from schemas import DAY_TABLES

ROOT = Path(__file__).parents[1]


def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": "a", "text": "Edda Vance said no to all of them."}\n', encoding="utf-8")
    return path


def mistakes(tmp_path: Path) -> dict[str, tuple[list[str], dict[str, str], str]]:
    given, out = str(tmp_path / "in.jsonl"), str(tmp_path / "out")
    extract = ["extract", "--input", given, "--output", out]
    return {
        "a model that is not there": ([*extract, "--model", "xx_none"], {}, "xx_none"),
        "a setting that is no number": (["status"], {"NEWSTABLES_SHARD_SIZE": "many"}, "shard_size"),
        "a settings file that is not there": (["status"], {"NEWSTABLES_SETTINGS": "no.toml"}, "no.toml"),
        "an input that is not there": (["extract", "--input", "no.jsonl", "--output", out], {}, "no.jsonl"),
        "an output that is a file": (["extract", "--input", given, "--output", given], {}, "in.jsonl"),
        "a day that is none": (["run", "2026-02-30"], {}, "2026-02-30"),
        "a day that is to come": (["run", "2999-01-01"], {}, "not over yet"),
        "a stage that is none": (["run", "2026-03-01", "--stage", "guess"], {}, "guess"),
        "a drop folder that is not there": (
            ["run", "2026-03-01"],
            {"NEWSTABLES_DROP_DIR": str(tmp_path / "no"), "NEWSTABLES_DATA_DIR": out},
            "no",
        ),
    }


@pytest.mark.parametrize("mistake", mistakes(Path()))
def test_a_mistake_of_the_user_is_one_line_and_exit_code_2(
    articles: Path, tmp_path: Path, mistake: str
) -> None:
    arguments, environment, message = mistakes(tmp_path)[mistake]
    done = call(*arguments, **environment)
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if "newstables:" in line]
    assert len(lines) == 1
    assert message in lines[0]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("what", "code", "message"),
    [
        ("no.jsonl", 2, "no.jsonl is no file"),
        ("folder", 2, "folder is no file"),
        ("pipe", 2, "pipe is no file"),
        ("drop/arch.jsonl", 2, "move it out"),
        ("closed.jsonl", 2, "closed.jsonl cannot be read: Permission denied"),
        ("damaged.jsonl", 1, "damaged.jsonl: Input/output error"),
    ],
)
def test_an_archive_that_cannot_be_read_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    what: str,
    code: int,
    message: str,
) -> None:
    for folder in ("drop", "folder"):
        (tmp_path / folder).mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("drop/arch.jsonl", "closed.jsonl", "damaged.jsonl"):
        (tmp_path / name).write_text("{}\n")
    open_file, records = Path.open, split._records

    def refuse(path: Path, *args: Any, **options: Any) -> Any:
        if path.name == "closed.jsonl":  # whoever runs the tests as root may read everything
            raise PermissionError(13, "Permission denied", str(path))
        return open_file(path, *args, **options)

    def fail(archive: Path, settings: Settings) -> Iterator[RawRecord]:
        yield from records(archive, settings)
        raise OSError(5, "Input/output error", str(archive))

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(split, "_records", fail)
    monkeypatch.setenv("NEWSTABLES_DROP_DIR", str(tmp_path / "drop"))
    monkeypatch.setattr(sys, "argv", ["newstables", "ingest", str(tmp_path / what), "--split-by-day"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().err
    assert ended.value.code == code and said.count("\n") == 1
    assert said.startswith("newstables: ") and message in said


@pytest.mark.parametrize("what", ["folder", "junk.gz"])
def test_an_input_of_extract_that_cannot_be_read(tmp_path: Path, what: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "junk.gz").write_bytes(b"\x1f\x8b" + b"junk" * 20)
    done = call("extract", "--input", str(tmp_path / what), "--output", str(tmp_path / "out"))
    assert "Traceback" not in done.stderr
    if what == "folder":
        assert done.returncode == 2 and "folder cannot be read" in done.stderr
    else:
        assert done.returncode == 0 and "rejects 1" in done.stdout


def test_help_names_every_command() -> None:
    done = call("--help")
    assert done.returncode == 0
    for command in ("run", "extract", "forget", "late", "status"):
        assert command in done.stdout


def test_bad_data_is_exit_code_1(tmp_path: Path) -> None:
    done = call("run", "2026-03-01", "--stage", "publish", NEWSTABLES_DATA_DIR=str(tmp_path))
    assert done.returncode == 1
    assert "run the stage ingest first" in done.stderr


def test_status_names_each_table_of_a_day_and_knows_days_from_before_a_table(tmp_path: Path) -> None:
    tables = {"articles": PublishedTable(rows=3, sha256="0" * 64)}
    write_manifest(Store(str(tmp_path)), manifest_of(plan_of(DAY)).model_copy(update={"tables": tables}))
    done = call("status", NEWSTABLES_DATA_DIR=str(tmp_path), COLUMNS="200")
    assert done.returncode == 0, done.stderr
    header = next(line for line in done.stdout.splitlines() if "day" in line)
    assert all(row_class.table_name in header for row_class in DAY_TABLES)
    assert [cell.strip() for cell in done.stdout.split(str(DAY))[1].splitlines()[0].split("│")][1] == "3"
