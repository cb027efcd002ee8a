"""The words that attribute: reporting verbs, nouns and adjectives, by every form of theirs.

The parse stage runs no lemmatizer, so the forms of each verb are made here, once, from the lexicon of verbs
and that of irregular pasts; the lookup is by the lower-cased form.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal

from pipeline.lexicons import entries, words

CueKind = Literal["speech", "thought", "show"]

_VOWELS = "aeiou"


@dataclass(frozen=True, slots=True)
class Cue:
    """A reporting word.

    Attributes:
        lemma: as the lexicon has it.
        kind: speech (said or written), thought (with felt and wanted), show (evidence, not a speaker).
        frames: letters, see the head of `lexicons/en/cue_verbs.txt`.
        prepositions: those whose object is content.
    """

    lemma: str
    kind: CueKind
    frames: frozenset[str] = frozenset()
    prepositions: frozenset[str] = frozenset()


@cache
def verbs() -> dict[str, Cue]:
    """Return every form of every reporting verb, by the form."""
    irregular = _irregular()
    table: dict[str, Cue] = {}
    for lemma, value in entries("cue_verbs").items():
        kind, *frames = value.split()
        cue = Cue(
            lemma,
            _kind(kind),
            frozenset(f for f in frames if ":" not in f),
            frozenset(f.partition(":")[2] for f in frames if ":" in f),
        )
        for form in inflected(lemma, past=irregular.get(lemma)):
            table.setdefault(form, cue)
    return table


@cache
def nouns() -> dict[str, Cue]:
    """Return the reporting nouns, singular and plural, by the form."""
    table = {}
    for noun, kind in entries("cue_nouns").items():
        cue = Cue(noun, _kind(kind))
        table[noun] = cue
        table[_third_person(noun)] = cue
    return table


@cache
def adjectives() -> dict[str, Cue]:
    """Return the adjectives that take a content ("aware that"), by the form."""
    return {word: Cue(word, _kind(kind)) for word, kind in entries("cue_adjectives").items()}


@cache
def work_verbs() -> frozenset[str]:
    """Return every form of the verbs whose object in quotation marks is a title ("sang “Summer Rain”")."""
    irregular = _irregular()
    return frozenset(
        form for verb in words("work_verbs") for form in inflected(verb, past=irregular.get(verb))
    )


@cache
def naming_verbs() -> frozenset[str]:
    """Return every form of the verbs that give a name ("a print called “Boats at Dawn”")."""
    return frozenset(form for verb in words("naming_verbs") for form in inflected(verb))


@cache
def sources() -> frozenset[str]:
    """Return the nouns that stand for a source in a headline ("Poll: ...")."""
    return words("source_nouns")


def inflected(verb: str, *, past: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """Return the forms of a verb: base, -s, -ing, past and participle.

    Args:
        verb: base form, lower case.
        past: irregular past forms; made by rule where None.
    """
    return tuple(
        dict.fromkeys((verb, _third_person(verb), *_participles(verb), *(past or _regular_pasts(verb))))
    )


def _irregular() -> dict[str, tuple[str, ...]]:
    return {verb: tuple(past.split()) for verb, past in entries("cue_irregular_pasts").items()}


def _kind(word: str) -> CueKind:
    if word == "speech":
        return "speech"
    if word == "thought":
        return "thought"
    if word == "show":
        return "show"
    raise ValueError(f"unknown kind of cue in a lexicon: {word!r}")


def _third_person(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")


def _doubles(verb: str) -> bool:
    """Tell whether the last consonant of a verb is doubled before -ed and -ing (nod, admit)."""
    if len(verb) < 3 or verb[-1] in _VOWELS + "wxyh" or verb[-2] not in _VOWELS or verb[-3] in _VOWELS:
        return False
    syllables = sum(a in _VOWELS and b not in _VOWELS for a, b in pairwise(verb))
    return syllables == 1 or verb.endswith(("mit", "efer", "nfer", "pel", "cur", "gret"))


def _participles(verb: str) -> tuple[str, ...]:
    if verb.endswith("ie"):
        return (verb[:-2] + "ying",)
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return (verb[:-1] + "ing",)
    if verb.endswith("el"):
        return (verb + "ing", verb + "ling")
    return (verb + verb[-1] + "ing",) if _doubles(verb) else (verb + "ing",)


def _regular_pasts(verb: str) -> tuple[str, ...]:
    if verb.endswith("e"):
        return (verb + "d",)
    if verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        return (verb[:-1] + "ied",)
    if verb.endswith("el"):
        return (verb + "ed", verb + "led")
    return (verb + verb[-1] + "ed",) if _doubles(verb) else (verb + "ed",)
