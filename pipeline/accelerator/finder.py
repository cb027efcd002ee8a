"""Imports rule modules from the build, where there is one that fits; importing this module is the switch."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from importlib.util import spec_from_file_location
from types import ModuleType

from pipeline.accelerator.builds import usable_build


class _CompiledFinder:
    """Finds the modules of a build before their sources; asks for the build with the first module."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a compiled module; None for all others."""
        if not name.startswith("pipeline.") and not name.endswith("__mypyc"):
            return None
        build = usable_build()
        if build is None or name not in build.modules:
            return None
        file = str(build.folder / build.modules[name])
        return spec_from_file_location(name, file, loader=ExtensionFileLoader(name, file))


def prefer_compiled() -> None:
    """Let compiled modules be imported in place of their sources, from now on."""
    if not any(isinstance(finder, _CompiledFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _CompiledFinder())


prefer_compiled()
