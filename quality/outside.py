"""Scorers that lie beside corpora, loaded by their path."""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from pipeline.errors import InputError


def load_scorer(folder: Path, name: str) -> ModuleType:
    """Import `folder/name.py` under its own name.

    Raises:
        InputError: there is no such file.
    """
    path = folder / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise InputError(f"no scorer {path}: the folder `eval` has to lie beside the corpora")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(folder))  # for the modules beside it
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(folder))
        sys.dont_write_bytecode = before
    return module


def read_corpus(path: Path) -> list[dict[str, Any]]:
    """Read JSON lines, plain or gzipped.

    Raises:
        InputError: there is no such file.
    """
    if not path.is_file():
        raise InputError(
            f"no corpus {path}: --corpora takes the folder that holds quotes/, entities/, claims/"
        )
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    return [json.loads(line) for line in text.split("\n") if line.strip()]
