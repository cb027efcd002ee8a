"""Which build of the accelerator is to be used, if any: one that fits the code that runs, to the byte.

A build lies in `build/fast` beside the packages, or where NEWSTABLES_ACCELERATOR says; `off` there turns it
off. Its stamp says of which sources it was made and against which versions. One that does not fit is never
used, and a line in the log says so.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sysconfig
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).absolute().parents[2]
"""The folder in which the packages lie."""

VARIABLE = "NEWSTABLES_ACCELERATOR"
STAMP = "stamp.json"
DECODER = "pipeline.accelerator.decoder"

BOUND_TO = ("spacy", "thinc", "cymem", "preshed", "murmurhash", "numpy")
"""The decoder reads the structs of spaCy and of what these are made of."""

_LOG = logging.getLogger(__name__)


class Build(NamedTuple):
    """A build that fits: its folder, and the modules in it by name, each with its file there."""

    folder: Path
    modules: Mapping[str, str]


@cache
def usable_build() -> Build | None:
    """Return the build that is to be used; None where there is none, it does not fit, or it is turned off."""
    setting = os.environ.get(VARIABLE, "")
    if setting.lower() == "off":
        return None
    folder = Path(setting) if setting else ROOT / "build" / "fast"
    try:
        stamp = json.loads((folder / STAMP).read_text("utf-8"))
        wrong = misfit(stamp)
        if wrong is None:
            return Build(folder, stamp["modules"])
    except FileNotFoundError:
        if not setting:
            return None
        wrong = "there is no build"
    except (OSError, ValueError, KeyError, TypeError) as error:
        wrong = f"its {STAMP} cannot be read ({type(error).__name__})"
    _LOG.warning("the accelerator in %s is not used: %s; `make fast` builds it anew", folder, wrong)
    return None


def misfit(stamp: Mapping[str, Any]) -> str | None:
    """Return in what a build differs from the code that runs and what it runs on; None where it fits."""
    for what, built in stamp["bound_to"].items():
        if (here := bound_to().get(what)) != built:
            return f"it was built for {what} {built}, here is {here}"
    if changed := [path for path, digest in stamp["sources"].items() if digest_of(path) != digest]:
        return f"{changed[0]} has changed" + (f", and {len(changed) - 1} others" if changed[1:] else "")
    return None


def stamp_of(modules: Mapping[str, str], sources: Iterable[str]) -> dict[str, Any]:
    """Return the stamp of a build that was just made.

    Args:
        modules: their files below the build's folder, by name.
        sources: all files that they depend on, below the root.
    """
    digests = {path: digest_of(path) for path in sorted(sources)}
    return {"bound_to": bound_to(), "modules": dict(modules), "sources": digests}


@cache
def bound_to() -> dict[str, str]:
    """Return what compiled modules are bound to: Python and the libraries whose structs they read."""
    found = {"Python": str(sysconfig.get_config_var("EXT_SUFFIX"))}
    for package in BOUND_TO:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "missing"
    return found


def digest_of(path: str) -> str:
    """Return the SHA-256 of a file below the root; "" where there is none."""
    try:
        return hashlib.sha256((ROOT / path).read_bytes()).hexdigest()
    except OSError:
        return ""
