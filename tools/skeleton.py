"""Write a source or a derived table that works, with its test, to be filled in.

    python -m tools.skeleton source NAME        make new-source NAME=...
    python -m tools.skeleton table NAME         make new-table NAME=...

Run it in the project's root. The files come from `tools/templates/`; then the new one is registered where its
kind is, and what is generated from the code is written anew. Nothing is written where anything is in the way.
"""

from __future__ import annotations

import argparse
import keyword
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from string import Template

TEMPLATES = Path(__file__).parent / "templates"

FILES = {
    "source": {
        "source.py.tmpl": "pipeline/ingest/sources/{}.py",
        "test_source.py.tmpl": "tests/ingest/sources/test_{}.py",
    },
    "table": {
        "schema.py.tmpl": "schemas/{}.py",
        "derived.py.tmpl": "pipeline/derived/{}.py",
        "test_table.py.tmpl": "tests/derived/test_{}.py",
    },
}
"""What is written for each kind: template and path."""

SOURCES = Path("pipeline/ingest/sources/__init__.py")
SCHEMAS = Path("schemas/__init__.py")
DAG = Path("dags/news_corpus.py")
DERIVED = Path("pipeline/derived/tables.py")


class SkeletonError(Exception):
    """The skeleton cannot be written; the message says why, and what to do."""


type Edits = dict[Path, str]
"""The text that files get."""


def source_edits(name: str) -> Edits:
    """Return the files that a source is registered in: SOURCES."""
    text = _with_import(SOURCES, f"from pipeline.ingest.sources.{name} import open_{name}", name)
    return {SOURCES: _inserted(SOURCES, text, f'    "{name}": open_{name},\n', before=r"^    \*\*\{reader\.")}


def table_edits(name: str) -> Edits:
    """Return the files that a derived table is registered in: the schemas, DERIVED, the DAG's assets."""
    row_class = class_name(name)
    schemas = _with_import(SCHEMAS, f"from schemas.{name} import {row_class}", row_class)
    schemas = _inserted(
        SCHEMAS, schemas, f"    {row_class},\n", before=r"^\)\n\"\"\"The tables that are merged"
    )
    schemas = _inserted(SCHEMAS, schemas, f'    "{row_class}",\n', before=r"^\]")
    dag = _inserted(DAG, DAG.read_text("utf-8"), f'        "{name}",\n', before=r"^    \),\n\}\nASSETS")
    return {SCHEMAS: schemas, DAG: dag} | derived_edits(name)


def derived_edits(name: str) -> Edits:
    """Return the file with the tuple DERIVED, the table added to it.

    This is the one place that knows how DERIVED is written.
    """
    row_class = class_name(name)
    parts = (
        f"row_class={row_class}",
        f"module={name}.__name__",
        f"rows={name}.rows",
        f"reads={name}.READS_COLUMNS",
    )
    entry = "".join(f"        {part},\n" for part in parts)
    text = _with_import(DERIVED, f"from pipeline.derived import {name}", name)
    text = _inserted(DERIVED, text, f"from schemas import {row_class}\n", before=r"^from (pipeline|schemas)")
    found = re.search(r"^DERIVED\b[^=\n]*= \(\n.*?(?=^\))", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise SkeletonError(f"{DERIVED} has no tuple DERIVED: mend `derived_edits` in tools/skeleton.py")
    return {DERIVED: f"{text[: found.end()]}    OfDays(\n{entry}    ),\n{text[found.end() :]}"}


EDITS: dict[str, Callable[[str], Edits]] = {"source": source_edits, "table": table_edits}


def class_name(name: str) -> str:
    """Return the name of the class: 'outlet_days' is 'OutletDays'."""
    return "".join(part.capitalize() for part in name.split("_"))


def make(kind: str, name: str) -> list[Path]:
    """Write the files of a source or table and register it; return what was written or changed.

    Raises:
        SkeletonError: no good name, or one that is taken.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*[a-z0-9]", name) or keyword.iskeyword(name):
        raise SkeletonError(
            f"{name!r} is no name for a module: write two characters or more, as in outlet_days"
        )
    if kind == "source":
        from pipeline.ingest.sources import SOURCES as KNOWN

        if name in KNOWN:
            raise SkeletonError(f"there is a source {name} already")
    files = {Path(path.format(name)): template for template, path in FILES[kind].items()}
    for path in files:
        # pytest takes two files of one name for the same module, wherever in tests/ they lie.
        there = (
            [path] if path.exists() else [*Path("tests").rglob(path.name)] if "tests" in path.parts else []
        )
        if there:
            raise SkeletonError(f"{there[0]} is there already: choose another name")
    edits = EDITS[kind](name)
    for path, template in files.items():
        filled = Template((TEMPLATES / template).read_text("utf-8"))
        edits[path] = filled.substitute(name=name, class_name=class_name(name))
    for path, text in edits.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    paths = [str(path) for path in edits]
    _run("ruff", "check", "--quiet", "--select", "I,RUF022", "--fix", *paths)
    _run("ruff", "format", "--quiet", *paths)
    if kind == "table":
        Path("docs/tables.md").write_text(_run("schemas.codebook"), encoding="utf-8")
        edits[Path("docs/tables.md")] = ""
    return sorted(edits)


def _with_import(path: Path, line: str, name: str) -> str:
    """Return a file's text with an import added; its place is given to it by ruff.

    Raises:
        SkeletonError: the file uses the name for something else.
    """
    text = path.read_text("utf-8")
    if re.search(rf"\b{name}\b", text):
        raise SkeletonError(f"{path} knows a {name} already: choose another name")
    return _inserted(path, text, f"{line}\n", before=r"^from (pipeline|schemas)")


def _inserted(path: Path, text: str, added: str, *, before: str) -> str:
    """Return a text with something added before the first match of a pattern."""
    found = re.search(before, text, re.MULTILINE)
    if found is None:
        raise SkeletonError(f"{path} has no {before!r} any more: mend tools/skeleton.py")
    return text[: found.start()] + added + text[found.start() :]


def _run(*command: str) -> str:
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SkeletonError(f"{' '.join(command)} failed: {done.stdout}{done.stderr}")
    return done.stdout


def main(arguments: Sequence[str] | None = None) -> int:
    """Write, and return the exit code: 2 where it could not be done."""
    options = argparse.ArgumentParser(prog="python -m tools.skeleton", description=__doc__.split("\n\n")[0])
    options.add_argument("kind", choices=tuple(FILES))
    options.add_argument("name", help="of the module, as outlet_days")
    args = options.parse_args(arguments)
    try:
        written = make(args.kind, args.name)
    except SkeletonError as error:
        sys.stderr.write(f"newstables: {error}\n")
        return 2
    tests = next(str(path) for path in written if path.parts[0] == "tests")
    sys.stdout.write("".join(f"{path}\n" for path in written))
    sys.stdout.write(f'Fill in what says TODO; make test ARGS="{tests}" passes already\n')
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
