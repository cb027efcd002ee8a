"""A new source and a new table work as they are written, in a copy of the project."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Not the names that CONTRIBUTING.md shows: who follows it there has a source or a table of these.
SOURCE, TABLE = "source_to_be", "table_to_be"
LEFT_OUT = shutil.ignore_patterns(".*", "data", "build", "__pycache__", "*.egg-info")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with a new source and a new table."""
    target = tmp_path_factory.mktemp("project") / "newstables"
    shutil.copytree(ROOT, target, ignore=LEFT_OUT)
    shutil.copytree(ROOT / "data/sample", target / "data/sample")
    for kind, name in (("source", SOURCE), ("table", TABLE)):
        done = run(target, "tools.skeleton", kind, name)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "tests/" in done.stdout and "TODO" in done.stdout
    return target


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_their_tests_pass_and_so_do_those_of_imports_and_documents(copy: Path) -> None:
    tests = [
        f"tests/ingest/sources/test_{SOURCE}.py",
        f"tests/derived/test_{TABLE}.py",
        "tests/test_architecture.py",
        "tests/test_docs.py",
        "tests/test_dags.py::test_each_published_table_is_an_asset",
    ]
    done = run(copy, "pytest", "-q", "-p", "no:cacheprovider", *tests)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


@pytest.mark.slow
def test_what_is_written_is_clean(copy: Path) -> None:
    names = (SOURCE, TABLE)
    written = [path.relative_to(copy).as_posix() for path in copy.rglob("*.py") if path.stem.endswith(names)]
    assert len(written) == 5
    changed = [
        *written,
        "schemas/__init__.py",
        "pipeline/derived/tables.py",
        "pipeline/ingest/sources/__init__.py",
    ]
    for command in (("ruff", "check"), ("ruff", "format", "--check")):
        done = run(copy, *command, *changed, "dags/news_corpus.py")
        assert done.returncode == 0, done.stdout + done.stderr
    done = run(copy, "mypy", "--strict", *(path for path in written if not path.startswith("tests")))
    assert done.returncode == 0, done.stdout


def test_the_table_is_in_the_codebook(copy: Path) -> None:
    assert f"### {TABLE}\n" in (copy / "docs/tables.md").read_text()


@pytest.mark.parametrize(
    ("kind", "name", "says"),
    [
        ("source", SOURCE, "already"),
        ("table", TABLE, "already"),
        ("table", SOURCE, "already"),
        ("source", "warc", "already"),
        ("table", "article", "already"),
        ("table", "claim_links", "already"),
        ("source", "Wire-Photos", "name"),
        ("table", "class", "name"),
        ("source", "x", "two characters"),
    ],
)
def test_a_name_that_is_taken_or_none_is_refused(copy: Path, kind: str, name: str, says: str) -> None:
    before = {path: path.read_bytes() for path in copy.rglob("*.py")}
    done = run(copy, "tools.skeleton", kind, name)
    assert done.returncode == 2
    assert says in done.stderr and "Traceback" not in done.stderr
    assert {path: path.read_bytes() for path in copy.rglob("*.py")} == before
