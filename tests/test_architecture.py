"""Imports go one way; what is heavy is not imported where it would hurt."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Who may import whom, from top to bottom; a module may import what stands in a lower row.
LAYERS = [
    {"cli", "local_airflow"},
    {"stages", "forget", "extract_file", "evaluate"},
    {"derive", "ingest", "extract", "load", "status"},
    {"publish", "annotate", "parse"},
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
    rank = {name: number for number, layer in enumerate(LAYERS) for name in layer}
    files = [(path, path.relative_to(ROOT / "pipeline").parts[0]) for path in below("pipeline")]
    ranked = [(path, part.removesuffix(".py")) for path, part in files if part.removesuffix(".py") in rank]
    assert {name for _, name in ranked} == rank.keys()
    for path, name in ranked:
        own = rank[name]
        for imported in imports_of(path):
            if imported.startswith("pipeline."):
                other = imported.split(".")[1]
                assert other == name or rank.get(other, len(LAYERS)) > own, f"{name} imports {other}"


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
