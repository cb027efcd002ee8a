"""Build the accelerator: compiled forms of rule modules and of the networks' loops, in build/fast.

    make fast                              # installs what it needs beside a C compiler, builds, and compares
    python -m tools.accelerator [--output FOLDER]

What is compiled is the code as it stands. Nothing is taken on trust: a build gets its stamp, and so is used,
only when it has made the same rows of some hundred generated articles as the Python that it was made from.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy

from benchmarks.articles import articles
from pipeline.accelerator.builds import BOUND_TO, DECODER, ROOT, STAMP, VARIABLE, stamp_of
from pipeline.code_identity import files_of

ROOMS = ("pipeline/components", "pipeline/reading")
"""The folders whose modules are compiled: rules over plain lists."""

LEFT_OUT = frozenset(
    {
        "pipeline.components.entities.labeller.network",
        "pipeline.components.quotes.network.loops",
        "pipeline.components.quotes.network.lstm",
    }
)
"""Modules of these that are numpy's work alone: mypyc does not understand them, and could not help them."""

WRITTEN = {
    DECODER: "pipeline/accelerator/decoder.pyx",
    "pipeline.components.quotes.network.loops": "pipeline/accelerator/loops.pyx",
    "pipeline.parsing.blocks": "pipeline/accelerator/blocks.pyx",
}
"""Modules whose compiled form is written by hand, in Cython; two of them stand in for numpy."""

_N_ARTICLES = 120


def main(arguments: Sequence[str] | None = None) -> None:
    """Build, compare, and put the build where it is looked for.

    Raises:
        SystemExit: there is no compiler, a module does not compile, or the rows are not the same.
    """
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--output", type=Path, default=ROOT / "build" / "fast", help="default: build/fast")
    args = options.parse_args(arguments)
    output: Path = args.output.absolute()
    _require_tools()
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".fast-") as name:
        made = Path(name) / "made"
        modules = sorted(_modules())
        _compile(modules, made, Path(name) / "work")
        files = {_module_of(path, made): path.relative_to(made).as_posix() for path in _built(made)}
        if missing := {*modules, *WRITTEN} - files.keys():
            raise SystemExit(f"newstables: these were not compiled: {', '.join(sorted(missing))}")
        followed = files_of(*modules, *(name for name in WRITTEN if name != DECODER))
        sources = {path for path in followed if path.endswith(".py")} | {*WRITTEN.values()}
        (made / STAMP).write_text(json.dumps(stamp_of(files, sources), indent=1) + "\n", encoding="utf-8")
        _compare(made, Path(name))
        shutil.rmtree(output, ignore_errors=True)
        made.rename(output)
    count = len(modules) + len(WRITTEN)
    print(f"{output}: {count} modules; it is used from now on ({VARIABLE}=off: not)")


def _require_tools() -> None:
    if missing := [name for name in ("Cython", "mypyc", "setuptools") if find_spec(name) is None]:
        raise SystemExit(f"newstables: {', '.join(missing)} is not installed: make fast installs it")
    compiler = (os.environ.get("CC") or str(sysconfig.get_config_var("CC") or "cc")).split()[0]
    if shutil.which(compiler) is None:
        raise SystemExit(f"newstables: there is no C compiler {compiler} (Debian, Ubuntu: apt install g++)")


def _modules() -> Iterator[str]:
    """Yield the names of the modules to compile."""
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            if path.name != "__init__.py" and name not in LEFT_OUT:
                yield name


def _compile(modules: Sequence[str], made: Path, work: Path) -> None:
    """Compile in a process of its own, as setuptools and mypyc change the one that they run in."""
    made.mkdir()
    work.mkdir()
    plan = {"modules": modules, "made": str(made), "work": str(work)}
    code = "import sys, tools.accelerator as a; a.compile_here(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(plan)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"newstables: the accelerator was not built:\n{done.stdout[-6000:]}")


def compile_here(plan_json: str) -> None:
    """Compile what a plan says, in this process."""
    # What may be missing is imported here, and by name: the checks of types run without it.
    cythonize = import_module("Cython.Build").cythonize
    mypycify = import_module("mypyc.build").mypycify
    Extension = import_module("setuptools").Extension  # noqa: N806
    plan: dict[str, Any] = json.loads(plan_json)
    files = [str(Path(*name.split(".")).with_suffix(".py")) for name in plan["modules"]]
    work = Path(plan["work"])
    written = [
        Extension(
            name,
            [source],
            language="c++",
            include_dirs=[*_includes()],
            extra_compile_args=["-O3", "-ffp-contract=off"],
        )
        for name, source in WRITTEN.items()
    ]
    _build(cythonize(written, build_dir=str(work / "c"), quiet=True), plan)
    options = ["--config-file=", "--ignore-missing-imports", f"--cache-dir={work / 'cache'}"]
    _build(
        mypycify(
            [*options, *files],
            opt_level="2",
            debug_level="0",
            multi_file=True,  # the parts are compiled in a fifth of the time of the whole
            target_dir=str(work / "c"),
        ),
        plan,
    )


def _build(extensions: Sequence[Any], plan: dict[str, Any]) -> None:
    """Compile extensions, several at a time."""
    distribution = import_module("setuptools").Distribution(
        {"name": "fast", "ext_modules": [*extensions], "packages": []}
    )
    command = distribution.get_command_obj("build_ext")
    command.build_lib, command.build_temp = plan["made"], str(Path(plan["work"]) / "o")
    command.parallel = os.cpu_count()
    command.ensure_finalized()
    command.run()


def _includes() -> Iterator[str]:
    """Yield where the declarations of the structs of spaCy and its parts lie."""
    yield numpy.get_include()
    for package in BOUND_TO:
        spec = find_spec(package)
        assert spec is not None
        for folder in spec.submodule_search_locations or ():
            yield str(Path(folder) / "include")
            yield str(Path(folder).parent)


def _built(made: Path) -> Iterator[Path]:
    return made.rglob(f"*{sysconfig.get_config_var('EXT_SUFFIX')}")


def _module_of(path: Path, made: Path) -> str:
    parts = path.relative_to(made).parts
    return ".".join([*parts[:-1], parts[-1].partition(".")[0]])


def _compare(made: Path, folder: Path) -> None:
    """Compare the rows of the build with those of plain Python.

    Raises:
        SystemExit: they are not the same.
    """
    source = folder / "articles.jsonl"
    with source.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(article) + "\n" for article in articles(_N_ARTICLES))
    found = []
    for name, setting in (("plain", "off"), ("compiled", str(made))):
        output = folder / name
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", "extract", "--input", source, "--output", output],
            cwd=ROOT,
            env=os.environ | {VARIABLE: setting},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"newstables: {name} failed:\n{done.stderr[-4000:]}")
        found.append({path.name: path.read_bytes() for path in output.iterdir()})
    if differing := [name for name, data in found[0].items() if found[1].get(name) != data]:
        raise SystemExit(
            f"newstables: the build is not used: other rows in {', '.join(sorted(differing))}:\n"
            + done.stderr[-4000:]
        )


if __name__ == "__main__":
    main()
