"""Which languages have a month of some name: dateparser's own lists, so that it tries no others."""

from __future__ import annotations

import re
from functools import lru_cache

_MANY_LANGUAGES = 12


def languages_of(text: str) -> list[str]:
    """Return the languages that have a month of one of the words in a text, in dateparser's own order.

    So that a text without one costs nothing: dateparser tries some two hundred languages on it.
    """
    known = _month_words()
    found = {language for word in _WORD.findall(text.casefold()) for language in known.get(word, ())}
    order = _language_order()
    return sorted(found, key=lambda language: order.get(language, len(order)))[:_MANY_LANGUAGES]


_WORD = re.compile(r"[^\W\d_]{3,30}")


@lru_cache(maxsize=1)
def _language_order() -> dict[str, int]:
    from dateparser.data.languages_info import language_order

    return {language: n for n, language in enumerate(language_order)}


@lru_cache(maxsize=1)
def _month_words() -> dict[str, tuple[str, ...]]:
    """Return, by each word of a month's name, the languages that have it."""
    from importlib import import_module

    words: dict[str, set[str]] = {}
    for language in _language_order():
        info = import_module(f"dateparser.data.date_translation_data.{language}").info
        for month in _ENGLISH_MONTHS:
            for name in info.get(month, ()):
                for word in _WORD.findall(str(name).casefold()):
                    words.setdefault(word, set()).add(language)
    return {word: tuple(sorted(languages)) for word, languages in words.items()}


_ENGLISH_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
"""Names under which dateparser keeps those of all languages."""
