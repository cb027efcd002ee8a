"""The command line tells in one line what is wrong, and with which exit code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from days import DAY, manifest_of, plan_of

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
