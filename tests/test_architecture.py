"""Imports go one way; what is heavy is not imported where it would hurt."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# The rooms (folders and files of `pipeline/`) from top to bottom: each may import what stands in a lower row.
ROOMS = [
    {"__main__"},
    {"cli"},
    {"desk"},
    {"find"},
    {"stages", "extract_file", "load"},
    {"derived", "extract", "frame", "indexed", "views"},
    {"ingest", "curation", "nlp"},
    {"parsing", "store", "components", "alike"},
    {"reading"},
    {"provenance", "lexicons", "models"},
    {"code_identity", "settings"},
    {"children", "code_memory"},
    {"errors", "identity", "__init__"},
    {"accelerator"},
]


COMPONENT_ROOMS = [{"claims"}, {"quotes"}, {"entities"}, {"doc"}, {"layers"}, {"__init__"}]
"""The same within `pipeline/components/`."""

MOST_LINES = 450

# Imports inside of functions, by the file: all others stand at the top.
IMPORTS_WITHIN = {
    "children/light.py": "what it imports is what it lets be imported in another way",
    "children/process.py": "Linux alone has the call",
    "cli.py": "help must be quick, and most commands need neither spaCy nor pyarrow",
    "desk/exports/commands.py": "help must be quick, and each export needs a library of its own",
    "desk/airflow_plugin.py": "Airflow loads plugins in every process, and one of them serves pages",
    "extract/child.py": "a parent only waits: its children load spaCy",
    "extract_file/__init__.py": "children are started before the parent loads what it needs itself",
    "ingest/formats/apart.py": "readers are loaded in the child that reads",
    "ingest/formats/lexisnexis.py": "a library for documents, loaded with the first of them",
    "ingest/formats/tables.py": "a library for sheets, loaded with the first of them",
    "ingest/formats/warc.py": "a library for pages, loaded with the first of them",
    "ingest/month_words.py": "the same library's lists of words, one module a language",
    "ingest/moments.py": "a library for dates in other languages, loaded with the first of them",
    "ingest/pages/dates.py": "a library for pages, loaded with the first of them, in a child",
    "stages/__init__.py": "Airflow reads the list of stages every few seconds",
    "store/__init__.py": "paths and plans are read without pyarrow",
    "store/files.py": "Arrow's datasets load pandas, which takes a second, and views alone need them",
}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports_of(path: Path, *, top_level_only: bool = False) -> frozenset[str]:
    tree = parsed(path)
    nodes = tree.body if top_level_only else list(ast.walk(tree))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


@cache
def below(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("path", below("schemas"), ids=lambda p: p.name)
def test_schemas_import_pyarrow_only(path: Path) -> None:
    outside = {name.split(".")[0] for name in imports_of(path)} - set(sys.stdlib_module_names)
    assert outside <= {"pyarrow", "schemas"}


@pytest.mark.parametrize("path", below("pipeline/components"), ids=lambda p: p.name)
def test_components_know_neither_articles_nor_tables(path: Path) -> None:
    own = {name for name in imports_of(path) if name.startswith(("pipeline", "schemas", "dags"))}
    allowed = (
        "pipeline.components",
        "pipeline.lexicons",
        "pipeline.models",
        "pipeline.reading",
        "pipeline.accelerator.finder",
    )
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


def test_components_import_what_lies_below_them() -> None:
    rank = {name: number for number, rooms in enumerate(COMPONENT_ROOMS) for name in rooms}
    wrong = []
    for path in below("pipeline/components"):
        room = path.relative_to(ROOT / "pipeline/components").parts[0].removesuffix(".py")
        for imported in imports_of(path):
            parts = imported.split(".")
            if parts[:2] != ["pipeline", "components"] or len(parts) == 2:
                continue
            if parts[2] != room and rank[parts[2]] <= rank[room]:
                wrong.append(f"{path.relative_to(ROOT)} imports {imported}")
    assert not wrong


def test_no_module_imports_itself_by_a_detour() -> None:
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in [*below("pipeline"), *below("schemas")]
    }
    waits_for: dict[str, frozenset[str]] = {}
    for name, path in modules.items():
        named = imports_of(path)
        # `from package import module` needs the module; what else it names stands in the package itself.
        needed = named & modules.keys()
        packages = {one for one in named if any(other.startswith(f"{one}.") for other in needed)}
        waits_for[name] = needed - packages - {name}
    while ready := {name for name, others in waits_for.items() if not others & waits_for.keys()}:
        waits_for = {name: others for name, others in waits_for.items() if name not in ready}
    assert not waits_for, f"these import each other in a circle, or what does: {sorted(waits_for)}"


def test_imports_inside_of_functions_have_a_reason() -> None:
    found = set()
    for path in below("pipeline"):
        functions = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef)]
        inner = [node for function in functions for node in ast.walk(function)]
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in inner):
            found.add(path.relative_to(ROOT / "pipeline").as_posix())
    assert found - IMPORTS_WITHIN.keys() == set(), "move them to the top, or give a reason in IMPORTS_WITHIN"
    assert IMPORTS_WITHIN.keys() - found == set(), "no longer needed in IMPORTS_WITHIN"


def test_a_file_has_one_idea_and_a_class_name_one_meaning() -> None:
    named: dict[str, list[str]] = {}
    for path in [*below("pipeline"), *below("schemas")]:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= MOST_LINES, f"{path.relative_to(ROOT)} has more than {MOST_LINES} lines"
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                named.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert {name: paths for name, paths in named.items() if len(paths) > 1} == {}


def test_nothing_of_the_package_imports_what_stands_outside_of_it() -> None:
    for path in [*below("pipeline"), *below("schemas")]:
        assert not {name.split(".")[0] for name in imports_of(path)} & {"quality", "deploy", "dags", "tests"}


def test_the_store_alone_opens_published_files() -> None:
    writers = {p for p in below("pipeline") if "ParquetWriter(" in p.read_text(encoding="utf-8")}
    known = {
        *("store/files.py", "store/row_groups.py", "extract_file/writing.py", "curation/wikidata.py"),
        "desk/exports/plain.py",
    }
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
