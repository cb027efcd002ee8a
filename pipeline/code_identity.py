"""Which code makes something: the modules that it follows, and what these read, in one hash.

Freshness hangs on it. What was parsed, derived or published says by which code, and is made again where that
has changed. So nothing here is a list kept by hand beside the code, which drifts in silence: the code itself
declares what it depends on, and a name that does not exist raises.

* **Imports.** A module follows all modules of this project that it imports, at the top and inside functions
  alike; only what stands under `if TYPE_CHECKING:` is left out. Of a package that is merely on the way to a
  module (`pipeline.parsing` on the way to `pipeline.parsing.bins`) the statements run, but nobody calls its
  functions: imports inside of these are not followed.
* **Words.** A literal call reads a lexicon: `words("x")`, `lexicon.words("x")`, `.ordered("x")`,
  `.entries("x")` read `lexicons/<every language>/x.txt`; a name with a dot, `"subject.key"`, is the key of
  `subject.toml`.
* **Weights and other data.** So do `load_weights("same_claims/weights.npz")`, below `models/`, and
  `files("pipeline") / "models" / "same_claims" / "weights.npz"`.
* **READS.** A module whose call is not literal says what it reads in a constant of its own, paths below the
  top package: `READS = ("lexicons/en/kinds.txt", "models/quotes/tagger.npz")`.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pipeline
from pipeline.code_memory import recall, remember
from pipeline.errors import ConfigError
from pipeline.identity import checksum

ROOT = Path(next(iter(pipeline.__path__))).parent
"""The folder in which the packages lie."""

PACKAGES = ("pipeline", "schemas")
"""The packages that are followed; what others do is pinned by the lock."""

# Modules that are handed the names of files: their callers declare what is read.
_LOADERS = frozenset({"pipeline.lexicons", "pipeline.models.weights"})
_WORDS = frozenset({"words", "entries", "ordered"})

_TALKING = frozenset(
    kind
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST) and kind._fields and kind is not ast.Constant
)
"""The kinds of nodes in which something may stand; constants and operators are passed over."""


def code_version(*modules: str, root: Path | None = None) -> str:
    """Return the package's version and a hash of what some modules follow and read: '0.1.0+3f2a...'.

    Args:
        modules: their names, such as "pipeline.extract.parse_child".
        root: the folder of the packages; those that run where it is left out.

    Raises:
        ConfigError: a module, a lexicon, weights or a file of READS does not exist, or a module reads a file
            whose name stands nowhere.
    """
    return _code_version(modules, root or ROOT)


def files_of(*modules: str, root: Path | None = None) -> tuple[str, ...]:
    """Return the files that make up the code of some modules, sorted; see `code_version`."""
    return tuple(sorted(_follow(modules, root or ROOT)))


@cache
def _code_version(modules: tuple[str, ...], root: Path) -> str:
    found = recall(modules, root, PACKAGES)
    if found is None:
        found = _follow(modules, root)
        remember(modules, found, root, PACKAGES)
    lines = (f"{name} {_digest(root / name)}" for name in sorted(found))
    return f"{pipeline.__version__}+{checksum('\n'.join(lines))[:12]}"


@cache
def _digest(path: Path) -> str:
    return checksum(path.read_bytes())


# ---- from module to module ---------------------------------------------------------------------------


def _follow(modules: Iterable[str], root: Path) -> set[str]:
    """Return the files of modules, of all that they import, and of what these read."""
    files: set[str] = set()
    seen: set[tuple[str, bool]] = set()
    waiting = [(module, True) for module in modules]
    while waiting:
        module, is_called = waiting.pop()
        if (module, is_called) in seen or (module, True) in seen:
            continue
        seen.add((module, is_called))
        path = _path_of(module, root)
        if path is None:
            raise ConfigError(f"there is no module {module} in {root}: its code cannot be told")
        code = _read(path, module, root)
        files.add(path.relative_to(root).as_posix())
        files.update(code.reads)
        waiting += [(name, True) for name in (code.imports if is_called else code.imports_at_once)]
        waiting += [(parent, False) for parent in _parents(module)]
    return files


@cache
def _path_of(module: str, root: Path) -> Path | None:
    path = root.joinpath(*module.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def _parents(module: str) -> Iterator[str]:
    while "." in module:
        module = module.rpartition(".")[0]
        yield module


# ---- what a module says ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Code:
    """What one module imports and reads.

    Attributes:
        imports: modules of the project.
        imports_at_once: those of them that it imports as soon as it is itself imported.
        reads: files, below the root.
    """

    imports: tuple[str, ...]
    imports_at_once: tuple[str, ...]
    reads: tuple[str, ...]


@cache
def _read(path: Path, module: str, root: Path) -> _Code:
    reader = _Reader(module, root, is_package=path.name == "__init__.py")
    reader.visit_all(ast.parse(path.read_bytes()).body)
    return _Code(tuple(reader.imports), tuple(reader.at_once), tuple(reader.reads()))


class _Reader:
    """Walks over the nodes of one module and notes what it imports and reads."""

    def __init__(self, module: str, root: Path, *, is_package: bool) -> None:
        self.imports: dict[str, None] = {}
        self.at_once: dict[str, None] = {}
        self._module, self._root = module, root
        self._package = module if is_package else module.rpartition(".")[0]
        self._top = module.partition(".")[0]
        # What a name of the module was imported as: words -> pipeline.lexicons.words.
        self._named: dict[str, str] = {}
        self._calls: list[ast.Call] = []
        self._names: list[ast.Name] = []
        self._paths: list[ast.expr] = []
        self._declared: list[str] | None = None

    def visit_all(self, body: list[ast.stmt]) -> None:
        """Walk over the module; functions inside of others count as inside."""
        outermost: frozenset[str] = frozenset()
        waiting: list[tuple[ast.AST, bool, frozenset[str]]] = [
            (statement, True, outermost) for statement in reversed(body)
        ]
        while waiting:
            node, is_at_once, parameters = waiting.pop()
            if isinstance(node, ast.Name):
                if node.id not in parameters:
                    self._names.append(node)
                continue
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._import(node, is_at_once)
                continue
            if isinstance(node, ast.If) and _is_for_types(node.test):
                self._import_names_only(node.body)
                waiting += [(child, is_at_once, parameters) for child in node.orelse]
                continue
            if isinstance(node, ast.Call):
                if not (isinstance(node.func, ast.Name) and node.func.id in parameters):
                    self._calls.append(node)
            elif isinstance(node, ast.BinOp):
                self._paths.append(node)
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                self._declare(node)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                is_at_once = False
                parameters |= _parameters(node.args)
            for name in node._fields:
                value = getattr(node, name)
                if type(value) is list:
                    waiting += [(child, is_at_once, parameters) for child in value if type(child) in _TALKING]
                elif type(value) in _TALKING:
                    waiting.append((value, is_at_once, parameters))

    def _import(self, node: ast.Import | ast.ImportFrom, is_at_once: bool) -> None:
        for module, name, known_as in self._targets(node):
            if module.partition(".")[0] not in PACKAGES:
                if name:
                    self._named[known_as] = f"{module}.{name}"
                continue
            inner = f"{module}.{name}"
            if name and _path_of(inner, self._root) is not None:
                target = inner
            else:
                target = module
                self._named[known_as] = inner
            self.imports[target] = None
            if is_at_once:
                self.at_once[target] = None

    def _import_names_only(self, body: list[ast.stmt]) -> None:
        for node in body:
            if isinstance(node, ast.ImportFrom):
                for module, name, known_as in self._targets(node):
                    self._named[known_as] = f"{module}.{name}"

    def _targets(self, node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str, str]]:
        """Yield module, name in it ("" for the module itself), and how the name is known here."""
        if isinstance(node, ast.Import):
            yield from ((alias.name, "", alias.asname or alias.name) for alias in node.names)
            return
        module = node.module or ""
        if node.level:
            parts = self._package.split(".")
            module = ".".join([*parts[: len(parts) - node.level + 1], *filter(None, [node.module])])
        yield from ((module, alias.name, alias.asname or alias.name) for alias in node.names)

    def _declare(self, node: ast.Assign | ast.AnnAssign) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if not any(isinstance(target, ast.Name) and target.id == "READS" for target in targets):
            return
        if not isinstance(node.value, ast.Tuple):
            return
        names = [item.value for item in node.value.elts if isinstance(item, ast.Constant)]
        if len(names) != len(node.value.elts) or not all(isinstance(name, str) for name in names):
            raise ConfigError(f"{self._module}: READS must be a tuple of names of files, written out")
        self._declared = [str(name) for name in names]

    # ---- data ------------------------------------------------------------------------------------------

    def reads(self) -> list[str]:
        """Return the files that the module reads.

        Raises:
            ConfigError: one does not exist, or is not named.
        """
        found = [self._existing(self._top, name) for name in self._declared or ()]
        if self._module in _LOADERS:
            return found
        called = {id(call.func) for call in self._calls}
        for call in self._calls:
            reader = self._reader_of(call.func)
            if not reader:
                continue
            names = _literals(call)
            if names is None:
                if reader != "attribute" or self._knows_words():
                    self._refuse_unnamed(call)
            elif reader == "weights":
                found += [self._existing("pipeline", f"models/{name}") for name in names]
            else:
                found += [file for name in names for file in self._lexicons(name)]
        for name in self._names:
            if self._is_words(name.id) and id(name) not in called and isinstance(name.ctx, ast.Load):
                self._refuse_unnamed(name)
        return found + list(self._resources())

    def _reader_of(self, function: ast.expr) -> str:
        """Return what a call of a function reads: "words", "attribute" (perhaps words), "weights" or ""."""
        if isinstance(function, ast.Name):
            if self._is_words(function.id):
                return "words"
            is_weights = self._named.get(function.id, "").startswith("pipeline.models.")
            return "weights" if is_weights and function.id == "load_weights" else ""
        if isinstance(function, ast.Attribute):
            if function.attr in _WORDS:
                return "attribute"
            return "weights" if function.attr == "load_weights" else ""
        return ""

    def _is_words(self, name: str) -> bool:
        return self._named.get(name, "") in {f"pipeline.lexicons.{reader}" for reader in _WORDS}

    def _knows_words(self) -> bool:
        return "pipeline.lexicons" in self.imports or any(
            origin.startswith("pipeline.lexicons.") for origin in self._named.values()
        )

    def _refuse_unnamed(self, node: ast.expr) -> None:
        if self._declared is None:
            raise ConfigError(
                f"{self._module}, line {node.lineno}: what is read is not named; name it literally, or say in"
                " a constant READS = (...) which files may be read (see pipeline/code_identity.py)"
            )

    def _lexicons(self, name: str) -> tuple[str, ...]:
        found = _lexicons(name, self._root)
        if not found:
            raise ConfigError(f"{self._module} reads the lexicon {name!r}, which no language has")
        return found

    def _existing(self, top: str, name: str) -> str:
        if not (self._root / top / name).is_file():
            raise ConfigError(f"{self._module} reads {top}/{name}, which does not exist")
        return f"{top}/{name}"

    def _resources(self) -> Iterator[str]:
        """Yield the files that are reached by `files("package") / "name"` or `.joinpath("name")`."""
        starts = {
            id(call)
            for call in self._calls
            if isinstance(call.func, ast.Name)
            and self._named.get(call.func.id) == "importlib.resources.files"
            and not self._is_foreign(call)
        }
        if not starts:
            return
        chains = [*self._paths, *(call for call in self._calls if isinstance(call.func, ast.Attribute))]
        named: dict[int, list[str] | None] = dict.fromkeys(starts)
        for node in chains:
            start, names = _chain(node)
            if id(start) in starts and names and len(names) > len(named[id(start)] or ()):
                packages = _literals(start) if isinstance(start, ast.Call) else None
                if packages is not None:
                    named[id(start)] = [*packages[0].split("."), *names]
        for call in self._calls:
            if id(call) in named:
                parts = named[id(call)]
                if parts is None:
                    self._refuse_unnamed(call)
                else:
                    yield self._existing(parts[0], "/".join(parts[1:]))

    def _is_foreign(self, call: ast.Call) -> bool:
        names = _literals(call)
        return names is not None and names[0].partition(".")[0] not in PACKAGES


@cache
def _lexicons(name: str, root: Path) -> tuple[str, ...]:
    """Return the files of a list of words, of all languages that have it."""
    subject, dot, key = name.partition(".")
    pattern = f"*/{subject}.toml" if dot else f"*/{name}.txt"
    found = sorted((root / "pipeline" / "lexicons").glob(pattern))
    return tuple(path.relative_to(root).as_posix() for path in found if not dot or key in _keys(path))


@cache
def _keys(path: Path) -> frozenset[str]:
    return frozenset(tomllib.loads(path.read_text("utf-8")))


def _is_for_types(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def _parameters(given: ast.arguments) -> set[str]:
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    return {parameter.arg for parameter in every if parameter is not None}


def _literals(call: ast.Call) -> list[str] | None:
    """Return the texts that the first argument of a call may be; None where that cannot be told."""
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    if not arguments:
        return None
    waiting, found = [arguments[0]], []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.IfExp):
            waiting += [node.body, node.orelse]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
        else:
            return None
    return found


def _chain(node: ast.expr) -> tuple[ast.expr, list[str]]:
    """Return where a path begins and its literal parts: `files("a") / "b" / "c"`; no parts for another."""
    parts: list[str] = []
    while True:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            right, node = [node.right], node.left
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "joinpath"
        ):
            right, node = node.args, node.func.value
        else:
            return node, parts
        names = [item.value for item in right if isinstance(item, ast.Constant)]
        if len(names) != len(right):
            return node, []
        parts = [*map(str, names), *parts]
