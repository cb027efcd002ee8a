"""Print what is public, one thing a line, from the code: `make api` writes it to docs/public-api.txt.

Public are the modules below with what they export, the columns of tables and views, the settings, the command
line, and what pyproject.toml gives to others by name. All else may change from one commit to the next.
"""

from __future__ import annotations

import inspect
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from importlib import import_module
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import typer.main
from pydantic import BaseModel

from pipeline import cli
from schemas import TABLES
from schemas.table import Row, arrow_schema
from schemas.views import VIEWS

ROOT = Path(__file__).parents[1]
HEAD = "# What is public, and nothing else. Made by `make api` from the code; do not edit.\n"
FACES = {
    "pipeline.load": ("load", "load_arrow", "load_batches"),
    "pipeline.find": ("concordance", "find"),
    "pipeline.nlp": ("load_nlp",),
    "pipeline.parsing.tokenizer": ("stored_range", "stored_text"),
    "pipeline.reading": None,
    "pipeline.settings": ("Settings", "load_settings"),
    "pipeline.store": ("Store",),
    "pipeline.components.layers": ("Claim", "Entity", "Mention", "Quotation", "read_layer", "write_layer"),
    "pipeline.components.entities": None,
    "pipeline.components.quotes": None,
    "pipeline.components.claims": None,
    "pipeline.errors": ("ConfigError", "InputError", "AuditError", "NewstablesError"),
    "schemas": None,
}
"""Modules, and which of their names are public: None is their `__all__`."""


class _Source(str):
    """An annotation or a default as it is printed in a signature."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def public_api() -> str:
    """Return the list of all that is public."""
    return HEAD + "".join(f"{line}\n" for line in (*_python(), *_tables(), *_commands(), *_declared()))


def _python() -> Iterator[str]:
    for module_name, named in FACES.items():
        module = import_module(module_name)
        for name in sorted(named or module.__all__):
            value = getattr(module, name)
            if isinstance(value, type) and issubclass(value, Row):
                yield f"{module_name}.{name}"  # its columns are told with its table
            elif isinstance(value, type):
                yield from _class(f"{module_name}.{name}", value)
            elif inspect.isfunction(value):
                yield f"{module_name}.{name}{_signature(value)}"
            else:
                yield f"{module_name}.{name}"


def _class(path: str, cls: type) -> Iterator[str]:
    bases = [base.__name__ for base in cls.__bases__ if base is not object]
    yield f"class {path}({', '.join(bases)})" if bases else f"class {path}"
    if issubclass(cls, BaseModel):
        for name, field in cls.model_fields.items():
            yield f"{path}.{name}: {_type(field.annotation)} = {_default(field.default)}"
    elif is_dataclass(cls):
        for part in fields(cls):
            has_default = part.default is not MISSING or part.default_factory is not MISSING
            yield f"{path}.{part.name}: {_type(part.type)}{' = ...' if has_default else ''}"
    elif "__init__" in vars(cls):
        yield f"{path}.__init__{_signature(cls.__init__)}"
    for name, value in sorted(vars(cls).items()):
        if name.startswith("_") and name != "__call__":
            continue
        if isinstance(value, property):
            yield f"{path}.{name}: {_type(inspect.signature(value.fget).return_annotation)}"  # type: ignore[arg-type]
        elif inspect.isfunction(value):
            yield f"{path}.{name}{_signature(value)}"


def _signature(function: Any) -> str:
    signature = inspect.signature(function)
    parameters = [
        parameter.replace(
            annotation=_Source(_type(parameter.annotation))
            if parameter.annotation is not parameter.empty
            else parameter.empty,
            default=_Source(_default(parameter.default))
            if parameter.default is not parameter.empty
            else parameter.empty,
        )
        for parameter in signature.parameters.values()
    ]
    returned = signature.return_annotation
    if returned is not signature.empty:
        returned = _Source(_type(returned))
    return str(signature.replace(parameters=parameters, return_annotation=returned))


def _type(annotation: Any) -> str:
    if isinstance(annotation, str):
        return annotation
    return "None" if annotation is NoneType else inspect.formatannotation(annotation)


def _default(value: Any) -> str:
    return f"Path({str(value)!r})" if isinstance(value, Path) else repr(value)


def _tables() -> Iterator[str]:
    for name, row_class in TABLES.items():
        yield f"table {name}: key {', '.join(row_class.key)}"
        hints = get_type_hints(row_class)
        for column in arrow_schema(row_class):
            yield f"table {name}.{column.name}: {column.type}{_values(hints.get(column.name, str))}"
    for view in VIEWS.values():
        yield f"view {view.name}: key {', '.join(view.key)}"
        yield from (f"view {view.name}.{column.name}: {column.type}" for column in view.columns)


def _values(hint: Any) -> str:
    """Return what the Arrow type of a column does not tell: may it be null, and which values are allowed."""
    kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    closed = [value for kind in kinds if get_origin(kind) is Literal for value in get_args(kind)]
    return f"{' or null' if NoneType in kinds else ''}{': ' + ', '.join(closed) if closed else ''}"


def _commands() -> Iterator[str]:
    def walk(command: Any, path: str) -> Iterator[str]:
        for parameter in command.params:
            names = " ".join([*parameter.opts, *parameter.secondary_opts])
            kind = _type(parameter.type_descriptor.annotation)
            need = "required" if parameter.required else f"default {_default(parameter.default)}"
            yield f"command {path} {parameter.param_type_name} {names}: {kind}, {need}"
        for name, part in sorted(getattr(command, "commands", {}).items()):
            yield f"command {path} {name}"
            yield from walk(part, f"{path} {name}")

    yield from walk(typer.main.get_command(cli.app), "newstables")


def _declared() -> Iterator[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for name, target in sorted(project["scripts"].items()):
        yield f"script {name} = {target}"
    for name, target in sorted(project["entry-points"]["spacy_factories"].items()):
        yield f"spaCy factory {name} = {target}"
    for name, target in sorted(project["entry-points"]["airflow.plugins"].items()):
        yield f"Airflow plugin {name} = {target}"


if __name__ == "__main__":
    sys.stdout.write(public_api())
