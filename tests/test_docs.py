"""What is generated is fresh; what the documents show exists."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from pipeline.cli import app
from pipeline.settings import Settings, settings_toml
from schemas.codebook import codebook

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data/sample").glob("*.md")])


def test_the_codebook_is_fresh() -> None:
    written = (ROOT / "docs/tables.md").read_text(encoding="utf-8")
    assert written == codebook(), "docs/tables.md is stale; mend it with `make docs`"


def test_the_settings_file_names_every_setting() -> None:
    written = (ROOT / "settings.toml").read_text(encoding="utf-8")
    assert set(tomllib.loads(written)) == set(Settings.model_fields), "mend settings.toml with `make docs`"
    comments = [line for line in settings_toml().splitlines() if line.startswith("#")]
    assert all(line in written for line in comments), "mend settings.toml with `make docs`"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: p.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8"))
    missing = [link for link in links if not (document.parent / link).exists()]
    assert missing == []


def folders_of(folder: Path) -> set[str]:
    """Folders that belong to the project: not hidden, and not made by running it."""
    made = {"build", "dist", "out", "__pycache__"}
    found = {path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")}
    return {path.name for path in found if path.name not in made and path.suffix != ".egg-info"}


def test_the_readme_lists_every_folder() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([\w./]+)/` \|", readme, re.MULTILINE)
    there = folders_of(ROOT) | {f"pipeline/{name}" for name in folders_of(ROOT / "pipeline")}
    assert len(listed) == len(set(listed)), "README.md lists a folder twice"
    assert there - set(listed) == set(), "add a row for it to the table of folders in README.md"
    assert set(listed) - there == set(), "take its row out of the table of folders in README.md"


def test_documents_that_the_code_names_are_there() -> None:
    folders = ("pipeline", "schemas", "quality", "deploy", "dags", "training", "benchmarks", "tools", "tests")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    named = {
        (path, name) for path in files for name in re.findall(r"\bdocs/[\w/-]+\.md", path.read_text("utf-8"))
    }
    assert named
    assert [f"{path.name}: {name}" for path, name in sorted(named) if not (ROOT / name).exists()] == []


def test_files_of_the_project_that_the_documents_name_are_there() -> None:
    """Names in backticks that begin with a folder of the project, but for those that a recipe makes."""
    made = ("data/", "build/")
    skeletons = ("outlet_days", "wire_photos")
    missing = []
    for document in DOCUMENTS:
        if document.parent.name == "decisions":  # they say what was so at the time
            continue
        for name in re.findall(r"`([a-z]+/[\w./-]+)`", document.read_text(encoding="utf-8")):
            is_own = name.split("/")[0] in folders_of(ROOT) and not name.startswith(made)
            if is_own and not any(each in name for each in skeletons) and not (ROOT / name).exists():
                missing.append(f"{document.name}: {name}")
    assert missing == []


def test_decisions_are_numbered_dated_and_listed() -> None:
    folder = ROOT / "docs/decisions"
    pages = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    assert [path.name[:5] for path in pages] == [f"{n:04}-" for n in range(1, len(pages) + 1)]
    listed = (folder / "README.md").read_text(encoding="utf-8")
    for page in pages:
        date = re.search(r"^\*(\d{4}-\d\d-\d\d)\*$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert date, f"{page.name} has no line *YYYY-MM-DD*"
        assert f"| [{page.name[:4]}]({page.name}) | {date[1]} |" in listed, (
            f"{page.name}: add it to README.md"
        )


def test_every_command_is_documented_and_every_documented_command_exists() -> None:
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    text = "\n".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    shown = set(re.findall(r"python -m pipeline ([a-z-]+)", text))
    assert shown - commands == set()
    assert commands - shown == set()


def test_make_help_lists_the_targets_that_the_documents_show() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    targets = set(re.findall(r"^make ([a-z-]+)", done.stdout, re.MULTILINE))
    text = "\n".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    shown = set(re.findall(r"(?:^|[`\n])make ([a-z-]+)", text))
    assert shown <= targets
    assert {"run", "test", "test-fast", "lint", "bench", "eval", "docs", "airflow", "clean"} <= targets


@pytest.mark.slow
def test_the_readmes_pandas_example_runs_on_published_tables(tmp_path: Path) -> None:
    from days import article, stage_day

    from pipeline.stages.derive import derive
    from pipeline.stages.publish import publish
    from pipeline.store import Store
    from pipeline.store.batch import Batch

    store = Store(str(tmp_path))
    stage_day(store, articles=[article("a1"), article("a2", text=article("a1").text + " ")])
    publish(store, Batch(__import__("days").DAY), Settings())
    derive(store, Batch(__import__("days").DAY), Settings())
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    example = next(block for block in blocks if "load(" in block)
    done = subprocess.run(
        [sys.executable, "-c", example],
        cwd=ROOT,
        env={"NEWSTABLES_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Mara Lindqvist" in done.stdout
