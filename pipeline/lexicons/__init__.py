"""Words live here, one list a file; the grammar that uses them lives in `pipeline.components`.

A lexicon is a text file `<language>/<name>.txt`: one entry a line; `#` starts a comment; the first
comment lines say what the list is and where it comes from.
"""

from functools import cache
from importlib.resources import files


@cache
def words(name: str, *, language: str = "en") -> frozenset[str]:
    """Return the entries of a lexicon.

    Raises:
        FileNotFoundError: there is no lexicon of that name.
    """
    return frozenset(_lines(name, language))


@cache
def entries(name: str, *, language: str = "en") -> dict[str, str]:
    """Return a lexicon of `key<TAB>value` lines as a dict.

    Raises:
        FileNotFoundError: there is no lexicon of that name.
        ValueError: a line has no tab.
    """
    pairs = {}
    for line in _lines(name, language):
        key, tab, value = line.partition("\t")
        if not tab:
            raise ValueError(f"lexicon {language}/{name}.txt: no tab in the line {line!r}")
        pairs[key.strip()] = value.strip()
    return pairs


def _lines(name: str, language: str) -> list[str]:
    text = (files(__package__) / language / f"{name}.txt").read_text(encoding="utf-8")
    return [line for raw in text.splitlines() if (line := raw.partition("#")[0].strip())]
