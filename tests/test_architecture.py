"""Imports go one way; what is heavy is not imported where it would hurt."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# The rooms (folders and files of `pipeline/`) from top to bottom: each may import what stands in a lower row.
ROOMS = [
    {"__main__"},
    {"cli"},
    {"desk"},
    {"stages", "extract_file", "load"},
    {"derived", "extract"},
    {"ingest", "curation", "nlp"},
    {"parsing", "store", "components", "alike"},
    {"children", "provenance", "lexicons", "models"},
    {"code_identity", "settings"},
    {"errors", "identity", "__init__"},
]


def imports_of(path: Path, *, top_level_only: bool = False) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_level_only else list(ast.walk(tree))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def below(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("path", below("schemas"), ids=lambda p: p.name)
def test_schemas_import_pyarrow_only(path: Path) -> None:
    outside = {name.split(".")[0] for name in imports_of(path)} - set(sys.stdlib_module_names)
    assert outside <= {"pyarrow", "schemas"}


@pytest.mark.parametrize("path", below("pipeline/components"), ids=lambda p: p.name)
def test_components_know_neither_articles_nor_tables(path: Path) -> None:
    own = {name for name in imports_of(path) if name.startswith(("pipeline", "schemas", "dags"))}
    allowed = ("pipeline.components", "pipeline.lexicons", "pipeline.models")
    assert all(name.startswith(allowed) or name == "pipeline" for name in own), own
    outside = {name.split(".")[0] for name in imports_of(path)} - set(sys.stdlib_module_names) - {"pipeline"}
    assert outside <= {"spacy", "thinc", "numpy", "pyarrow", "dateutil"}, outside


def test_imports_go_one_way() -> None:
    rank = {name: number for number, rooms in enumerate(ROOMS) for name in rooms}
    wrong = []
    for path in below("pipeline"):
        room = path.relative_to(ROOT / "pipeline").parts[0].removesuffix(".py")
        for imported in imports_of(path):
            parts = imported.split(".")
            if parts[0] != "pipeline" or len(parts) == 1:
                continue
            other = parts[1] if parts[1] in rank else "__init__"
            if other != room and rank[other] <= rank[room]:
                wrong.append(f"{path.relative_to(ROOT)} imports {imported}")
    assert not wrong
    assert {path.name.removesuffix(".py") for path in (ROOT / "pipeline").glob("[!_.]*")} <= {
        *rank,
        "py.typed",
    }


def test_nothing_of_the_package_imports_what_stands_outside_of_it() -> None:
    for path in [*below("pipeline"), *below("schemas")]:
        assert not {name.split(".")[0] for name in imports_of(path)} & {"quality", "deploy", "dags", "tests"}


def test_the_store_alone_opens_published_files() -> None:
    writers = {p for p in below("pipeline") if "ParquetWriter(" in p.read_text(encoding="utf-8")}
    known = {"store/files.py", "extract_file/writing.py", "curation/wikidata.py"}
    assert {path.relative_to(ROOT / "pipeline").as_posix() for path in writers} <= known


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted((ROOT / "dags").glob("*.py")), ids=lambda p: p.name)
def test_reading_a_dag_file_loads_no_heavy_library(path: Path) -> None:
    code = (
        f"import sys, runpy; runpy.run_path({str(path)!r});"
        "print(*sorted({'spacy', 'pandas', 'pyarrow', 'numpy', 'thinc'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip().splitlines()[-1:] in ([], [""]), done.stdout


def test_help_is_quick_because_it_loads_no_heavy_library() -> None:
    code = (
        "import sys; import pipeline.cli;"
        "print(*sorted({'spacy', 'pandas', 'pyarrow', 'airflow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == ""
