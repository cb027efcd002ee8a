"""What libraries load and nobody here needs: left out where a process is to be at work soon."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class _Refusal:
    """Refuses one module, as if it were not installed."""

    def __init__(self, refused: str) -> None:
        self.refused = refused

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Refuse the module; leave all others to the finders that come after."""
        if name == self.refused:
            raise ModuleNotFoundError(f"this process does without {name}", name=name)


def do_without_pandas() -> None:
    """Keep Arrow from importing pandas with its first array, for good: that takes a third of a second."""
    if "pandas" not in sys.modules:
        sys.meta_path.insert(0, _Refusal("pandas"))


@contextmanager
def _asked_first(finder: _Refusal | _StandIn) -> Iterator[None]:
    """Let a finder be asked for modules before all others."""
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def refusing(name: str) -> AbstractContextManager[None]:
    """Let libraries be imported as if a module that they can do without were not installed."""
    return _asked_first(_Refusal(name))


class _StandIn:
    """Stands in for modules: empty ones, but for names that raise when they are called."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Return the spec of a stand-in, and None for all other modules."""
        return ModuleSpec(name, self, is_package=True) if name in self.names else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave the making of the module to Python."""

    def exec_module(self, module: ModuleType) -> None:
        """Let every name that is asked of the module be a call of the real one's."""
        module.__dict__["__getattr__"] = partial(_stand_in, module.__name__)


@contextmanager
def leaving_out(*names: str) -> Iterator[None]:
    """Let a library be imported without modules that it imports itself and that nobody here needs.

    Functions that it takes from them import them when they are called, and so does who asks for them later.
    """
    left_out = {name for name in names if name not in sys.modules}
    try:
        with _asked_first(_StandIn(left_out)):
            yield
    finally:
        for name in left_out:
            sys.modules.pop(name, None)


def _stand_in(module: str, name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return partial(_real, module, name)


def _real(module: str, name: str, *args: Any, **options: Any) -> Any:
    return getattr(import_module(module), name)(*args, **options)


def import_spacy() -> None:
    """Import spaCy but not its command line, with which it spends a third of its time, nor what needs a GPU.

    Pydantic asks for Cython only to tell whether it was compiled by it itself.
    """
    if "spacy" not in sys.modules:
        with (
            leaving_out("spacy.cli", "spacy.cli.info", "thinc.backends._custom_kernels"),
            refusing("cython"),
        ):
            import spacy
        vars(spacy).pop("cli", None)
