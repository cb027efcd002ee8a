"""Words live here, one language a folder; the grammar that uses them lives in `pipeline.components`.

A long list is a text file, `<language>/<name>.txt`: one entry a line; `#` starts a comment; the first comment
lines say what the list is and where it comes from. The short lists of one subject, mostly closed classes, are
the keys of a TOML file: `<language>/<subject>.toml` with `articles = ["a", "an", "the"]` is the list
`<subject>.articles`.

A translator changes these files and nothing else. Components are handed a `Lexicon`; what they compile from
its words (a pattern, several lists together) they ask of it with `made`, so that it is compiled once.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.tokens import Doc

_COMMENT = re.compile("#.*")


class Lexicon:
    """The words of one language; each list is read when it is first asked for.

    Attributes:
        language: the ISO 639-1 code, which is the name of the folder.
    """

    def __init__(self, language: str) -> None:
        """Open the folder of a language.

        Raises:
            FileNotFoundError: there are no words of that language.
        """
        self.language = language
        self._folder = files(__package__) / language
        if not self._folder.is_dir():
            raise FileNotFoundError(f"there is no lexicon of the language {language!r}")
        self._lists: dict[str, tuple[str, ...]] = {}
        self._words: dict[str, frozenset[str]] = {}
        self._entries: dict[str, dict[str, str]] = {}
        self._subjects: dict[str, dict[str, Any]] = {}
        self._made: dict[Callable[[Lexicon], Any], Any] = {}

    def __repr__(self) -> str:
        return f"Lexicon({self.language!r})"

    def __reduce__(self) -> tuple[Callable[[str], Lexicon], tuple[str]]:
        # spaCy pickles components for the processes that it starts.
        return lexicon, (self.language,)

    def words(self, name: str) -> frozenset[str]:
        """Return the entries of a list.

        Raises:
            FileNotFoundError: there is no list of that name.
        """
        found = self._words.get(name)
        if found is None:
            found = self._words[name] = frozenset(self.ordered(name))
        return found

    def ordered(self, name: str) -> tuple[str, ...]:
        """Return the entries of a list in its own order, which may be one of preference.

        Raises:
            FileNotFoundError: there is no list of that name.
        """
        found = self._lists.get(name)
        if found is None:
            values = self._values(name) if "." in name else self._lines(name)
            found = self._lists[name] = tuple(values)
        return found

    def entries(self, name: str) -> dict[str, str]:
        """Return a list of `key<TAB>value` lines, or a table of a TOML file, as a dict; numbers as text.

        Raises:
            FileNotFoundError: there is no list of that name.
            ValueError: a line has no tab.
        """
        found = self._entries.get(name)
        if found is None:
            if "." in name:
                found = {key: str(value) for key, value in self._values(name).items()}
            else:
                found = self._pairs(name)
            self._entries[name] = found
        return found

    def made[Made](self, make: Callable[[Lexicon], Made]) -> Made:
        """Return what `make` makes of this lexicon; it is called once.

        Args:
            make: a function of a module, not a lambda: it is the key under which the result is kept.
        """
        try:
            return self._made[make]  # type: ignore[no-any-return]
        except KeyError:
            made = self._made[make] = make(self)
            return made

    def _values(self, name: str) -> Any:
        subject, _, key = name.partition(".")
        if subject not in self._subjects:
            self._subjects[subject] = tomllib.loads(self._read(f"{subject}.toml"))
        if key not in self._subjects[subject]:
            raise FileNotFoundError(f"lexicon {self.language}/{subject}.toml has no list {key!r}")
        return self._subjects[subject][key]

    def _lines(self, name: str) -> list[str]:
        text = _COMMENT.sub("", self._read(f"{name}.txt"))
        return [line for raw in text.splitlines() if (line := raw.strip())]

    def _pairs(self, name: str) -> dict[str, str]:
        pairs = {}
        for line in self._lines(name):
            key, tab, value = line.partition("\t")
            if not tab:
                raise ValueError(f"lexicon {self.language}/{name}.txt: no tab in the line {line!r}")
            pairs[key.strip()] = value.strip()
        return pairs

    def _read(self, file: str) -> str:
        return (self._folder / file).read_text(encoding="utf-8")


@cache
def lexicon(language: str = "en") -> Lexicon:
    """Return the words of a language, the same object each time.

    Raises:
        FileNotFoundError: there are no words of that language.
    """
    return Lexicon(language)


def lexicon_of(doc: Doc) -> Lexicon:
    """Return the words of a document's language; English where its vocabulary names none.

    Raises:
        FileNotFoundError: there are no words of that language.
    """
    return lexicon(doc.vocab.lang or "en")


def words(name: str) -> frozenset[str]:
    """Return the entries of an English list, for callers that have no document at hand."""
    return lexicon().words(name)


def entries(name: str) -> dict[str, str]:
    """Return an English list of keys and values, for callers that have no document at hand."""
    return lexicon().entries(name)
